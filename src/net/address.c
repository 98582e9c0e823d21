/* Addresses as text. */
#include "net_private.h"
#include <stdio.h>

int address_port(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET6) return ntohs(((const struct sockaddr_in6 *)(const void *)sa)->sin6_port);
    return ntohs(((const struct sockaddr_in *)(const void *)sa)->sin_port);
}

void address_print(const struct sockaddr *sa, char out[PEER_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "?";
    bool v6 = sa->sa_family == AF_INET6;
    if (v6) uv_ip6_name((const struct sockaddr_in6 *)(const void *)sa, host, sizeof host);
    else uv_ip4_name((const struct sockaddr_in *)(const void *)sa, host, sizeof host);
    snprintf(out, PEER_TEXT_MAX, v6 ? "[%s]:%d" : "%s:%d", host, address_port(sa));
}

bool address_parse(const char *host, int port, struct sockaddr_storage *out)
{
    char text[PEER_TEXT_MAX];
    Str h = str_of(host);
    if (h.n > 2 && h.p[0] == '[' && h.p[h.n - 1] == ']') h = str_n(h.p + 1, h.n - 2);
    if (!h.n || h.n >= sizeof text) return false;
    memcpy(text, h.p, h.n);
    text[h.n] = '\0';
    return uv_ip4_addr(text, port, (struct sockaddr_in *)out) == 0 ||
           uv_ip6_addr(text, port, (struct sockaddr_in6 *)out) == 0;
}
