/* The simulator's end of /write: one connection kept open, blocking, with time limits. It sends like any
 * device would. */
#include "city.h"
#include "base/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_S = 20 };

struct Sender {
    int fd, port;
    char token[128];
};

Sender *sender_new(int port, const char *token)
{
    Sender *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->fd = -1;
    s->port = port;
    snprintf(s->token, sizeof s->token, "%s", token);
    return s;
}

static void hang_up(Sender *s)
{
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
}

void sender_free(Sender **sender)
{
    if (!*sender) return;
    hang_up(*sender);
    free(*sender);
    *sender = NULL;
}

int dial_loopback(int port, int limit_s)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = limit_s};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return fd;
    close(fd);
    return -1;
}

static bool dial(Sender *s)
{
    if (s->fd < 0) s->fd = dial_loopback(s->port, ANSWER_S);
    return s->fd >= 0;
}

static bool send_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

/* Reads one answer whole; the status, or -1. */
static int read_answer(int fd)
{
    char buf[8192];
    size_t n = 0;
    for (;;) {
        ssize_t k = recv(fd, buf + n, sizeof buf - 1 - n, 0);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return -1;
        n += (size_t)k;
        buf[n] = 0;
        char *end = strstr(buf, "\r\n\r\n");
        if (!end) {
            if (n == sizeof buf - 1) return -1;
            continue;
        }
        const char *len = strcasestr(buf, "content-length:");
        size_t body = len && len < end ? strtoul(len + 15, NULL, 10) : 0;
        if (n >= (size_t)(end + 4 - buf) + body || n == sizeof buf - 1) break;
    }
    int status = 0;
    return sscanf(buf, "HTTP/1.1 %d", &status) == 1 ? status : -1;
}

int sender_post(Sender *s, Str lines)
{
    char head[512];
    int n = snprintf(head, sizeof head,
                     "POST /write?precision=ms HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                     "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
                     s->token, lines.n);
    if (!dial(s)) return -1;
    int status = -1;
    if (send_all(s->fd, head, (size_t)n) && send_all(s->fd, lines.p, lines.n)) status = read_answer(s->fd);
    if (status < 0) hang_up(s);
    return status;
}
