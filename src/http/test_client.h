/* A small HTTP client over plain sockets for the tests: it must be able to send what no proper client sends.
 */
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Client {
    int fd;
    char *in; /* received and not yet taken */
    size_t n, cap;
    bool closed;
} Client;

typedef struct Reply {
    int status; /* 0: none came */
    char *head; /* with the status line */
    char *body; /* NUL behind it */
    size_t n;
} Reply;

enum { CLIENT_PATIENCE_MS = 30000 }; /* only a broken server makes a test wait so long */

static inline Client client_open(int port)
{
    Client c = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (c.fd < 0 || connect(c.fd, (struct sockaddr *)&a, sizeof a) != 0) {
        perror("connect");
        abort();
    }
    int on = 1; /* head and body are sent apart and must not wait for each other */
    setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return c;
}

static inline void client_close(Client *c)
{
    if (c->fd >= 0) close(c->fd);
    free(c->in);
    *c = (Client){.fd = -1};
}

/* false: the server has closed. */
static inline bool client_send(Client *c, const char *p, size_t n)
{
    while (n) {
        ssize_t w = send(c->fd, p, n, MSG_NOSIGNAL);
        if (w < 0 && errno == EINTR) continue;
        if (w <= 0) return false;
        p += w;
        n -= (size_t)w;
    }
    return true;
}

static inline bool client_puts(Client *c, const char *text)
{
    return client_send(c, text, strlen(text));
}

/* Waits for more bytes; false: closed or out of patience. */
static inline bool client_fill(Client *c)
{
    if (c->n + 4096 > c->cap) {
        c->cap = c->cap ? c->cap * 2 : 16384;
        c->in = realloc(c->in, c->cap);
    }
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    if (poll(&p, 1, CLIENT_PATIENCE_MS) <= 0) return false;
    ssize_t r = recv(c->fd, c->in + c->n, c->cap - c->n - 1, 0);
    if (r <= 0) c->closed = true;
    if (r <= 0) return false;
    c->n += (size_t)r;
    c->in[c->n] = '\0';
    return true;
}

static inline void client_eat(Client *c, size_t n)
{
    memmove(c->in, c->in + n, c->n - n + 1);
    c->n -= n;
}

/* Value of a header in a head, NUL-terminated in buf; NULL when absent. */
static inline const char *head_value(const char *head, const char *name, char *buf, size_t max)
{
    size_t k = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, k) != 0 || line[k] != ':') continue;
        const char *v = line + k + 1;
        while (*v == ' ') v++;
        size_t n = strcspn(v, "\r");
        if (n >= max) n = max - 1;
        memcpy(buf, v, n);
        buf[n] = '\0';
        return buf;
    }
    return NULL;
}

/* Waits until text stands in the input; its offset, or -1. */
static inline long client_find(Client *c, const char *text)
{
    for (;;) {
        char *at = c->n ? memmem(c->in, c->n, text, strlen(text)) : NULL;
        if (at) return (long)(at - c->in);
        if (!client_fill(c)) return -1;
    }
}

static inline bool read_chunked(Client *c, Reply *r)
{
    r->body = calloc(1, 1);
    for (;;) {
        long nl = client_find(c, "\r\n");
        if (nl < 0) return false;
        size_t n = strtoul(c->in, NULL, 16);
        client_eat(c, (size_t)nl + 2);
        while (c->n < n + 2)
            if (!client_fill(c)) return false;
        r->body = realloc(r->body, r->n + n + 1);
        memcpy(r->body + r->n, c->in, n);
        r->n += n;
        r->body[r->n] = '\0';
        client_eat(c, n + 2);
        if (!n) return true;
    }
}

/* Reads one reply. head_only: to HEAD. r->status 0: the connection ended before it was whole. */
static inline Reply client_read(Client *c, bool head_only)
{
    Reply r = {0};
    char v[64];
    long end = client_find(c, "\r\n\r\n");
    if (end < 0) return r;
    r.head = strndup(c->in, (size_t)end + 2);
    client_eat(c, (size_t)end + 4);
    int status = atoi(r.head + 9);
    if (head_only || status == 204 || status == 304 || status < 200) {
        r.status = status;
    } else if (head_value(r.head, "Transfer-Encoding", v, sizeof v)) {
        if (read_chunked(c, &r)) r.status = status;
    } else if (head_value(r.head, "Content-Length", v, sizeof v)) {
        size_t n = strtoul(v, NULL, 10);
        while (c->n < n && client_fill(c)) {
        }
        if (c->n < n) return r;
        r.body = calloc(1, n + 1);
        if (n) memcpy(r.body, c->in, n);
        r.n = n;
        client_eat(c, n);
        r.status = status;
    }
    if (!r.body) r.body = calloc(1, 1);
    return r;
}

static inline void reply_free(Reply *r)
{
    free(r->head);
    free(r->body);
    *r = (Reply){0};
}

/* One request on a connection of its own. */
static inline Reply client_ask(int port, const char *text, size_t n)
{
    Client c = client_open(port);
    client_send(&c, text, n);
    Reply r = client_read(&c, strncmp(text, "HEAD ", 5) == 0);
    client_close(&c);
    return r;
}

/* Waits for the server to close; false: it did not. */
static inline bool client_wait_close(Client *c)
{
    while (client_fill(c)) {
    }
    return c->closed;
}
