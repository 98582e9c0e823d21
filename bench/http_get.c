/* Understands what the server sends: a length or chunks. */
#include "http_get.h"
#include "connect.h"
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

void http_get_init(HttpGet *h, Arena *arena, int port, const char *token)
{
    *h = (HttpGet){.port = port, .fd = -1, .token = token};
    buf_init(&h->in, arena);
    buf_init(&h->body, arena);
}

void http_get_close(HttpGet *h)
{
    if (h->fd >= 0) close(h->fd);
    h->fd = -1;
}

static bool more(HttpGet *h)
{
    static char part[65536];
    ssize_t n = recv(h->fd, part, sizeof part, 0);
    if (n <= 0) return false;
    buf_add(&h->in, str_n(part, (size_t)n));
    return true;
}

/* The text up to and with `end`, taken from position *at on. */
static bool take_line(HttpGet *h, size_t *at, const char *end, Str *out)
{
    for (;;) {
        Str rest = str_n(h->in.p + *at, h->in.n - *at);
        ptrdiff_t found = rest.n ? str_find(rest, str_of(end)) : -1;
        if (found >= 0) {
            *out = str_n(rest.p, (size_t)found);
            *at += (size_t)found + strlen(end);
            return true;
        }
        if (!more(h)) return false;
    }
}

static bool take_bytes(HttpGet *h, size_t *at, size_t n)
{
    while (h->in.n - *at < n)
        if (!more(h)) return false;
    buf_add(&h->body, str_n(h->in.p + *at, n));
    *at += n;
    return true;
}

static bool take_chunks(HttpGet *h, size_t *at)
{
    for (;;) {
        Str line;
        if (!take_line(h, at, "\r\n", &line)) return false;
        size_t n = strtoul(line.p, NULL, 16);
        if (n && !take_bytes(h, at, n)) return false;
        if (!take_line(h, at, "\r\n", &line)) return false;
        if (n == 0) return true;
    }
}

static bool take_body(HttpGet *h, Str head, size_t *at)
{
    size_t length = 0;
    bool chunked = false;
    Str rest = head;
    while (rest.n) {
        Str line = str_trim(str_cut(&rest, '\n')), value = line;
        Str name = str_cut(&value, ':');
        if (str_ieq(name, STR("content-length"))) length = strtoul(value.p, NULL, 10);
        if (str_ieq(name, STR("transfer-encoding"))) chunked = true;
    }
    return chunked ? take_chunks(h, at) : take_bytes(h, at, length);
}

int http_get(HttpGet *h, const char *path, Str *body)
{
    char head[1024];
    int n =
        snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
                 path, h->token);
    if (h->fd < 0) h->fd = connect_local(h->port);
    h->in.n = h->body.n = 0;
    if (h->fd < 0 || send(h->fd, head, (size_t)n, MSG_NOSIGNAL) != n) return -1;
    size_t at = 0;
    Str answer;
    if (!take_line(h, &at, "\r\n\r\n", &answer) || answer.n < 12) return -1;
    int status = atoi(answer.p + 9);
    answer = str_copy(h->in.arena, answer); /* the buffer may move while the body comes */
    if (!take_body(h, answer, &at)) return -1;
    *body = buf_str(&h->body);
    return status;
}
