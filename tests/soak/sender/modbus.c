/* A Modbus TCP slave: input and holding registers in pairs hold the number of the poll, 32 bits, high word
 * first. Nobody acknowledges a poll, so what can be proved is: every value stored was served, none twice, in
 * order, and none is missing between the first and the last one stored of a run. */
#include "sender.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 8, ADU_MAX = 260 };

/* The answer to one request of n bytes into out; returns its length. */
static size_t serve(const unsigned char *q, unsigned registers, uint64_t *next, unsigned char *out)
{
    unsigned first = (unsigned)q[8] << 8 | q[9], count = (unsigned)q[10] << 8 | q[11];
    memcpy(out, q, 8);
    bool read = q[7] == 3 || q[7] == 4;
    if (!read || !count || count > 125 || first + count > registers) {
        out[4] = 0;
        out[5] = 3;
        out[7] |= 0x80;
        out[8] = read ? 2 : 1;
        return 9;
    }
    uint64_t value = (*next)++;
    out[4] = 0;
    out[5] = (unsigned char)(3 + 2 * count);
    out[8] = (unsigned char)(2 * count);
    for (unsigned i = 0; i < count; i++) {
        unsigned shift = (first + i) % 2 ? 0 : 16;
        out[9 + 2 * i] = (unsigned char)(value >> (shift + 8));
        out[10 + 2 * i] = (unsigned char)(value >> shift);
    }
    return 9 + 2 * count;
}

typedef struct Peer {
    unsigned char in[ADU_MAX];
    size_t n;
} Peer;

static bool talk(int fd, Peer *p, unsigned registers, uint64_t *next)
{
    unsigned char out[ADU_MAX];
    ssize_t got = recv(fd, p->in + p->n, sizeof p->in - p->n, MSG_DONTWAIT);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    p->n += (size_t)got;
    while (p->n >= 12) { /* all requests that are answered have twelve bytes */
        size_t n = serve(p->in, registers, next, out);
        if (send(fd, out, n, MSG_NOSIGNAL) != (ssize_t)n) return false;
        p->n -= 12;
        memmove(p->in, p->in + 12, p->n);
    }
    return true;
}

static int listen_on(int port)
{
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, CONNECTIONS) != 0) {
        perror("modbus");
        exit(1);
    }
    return fd;
}

int modbus_slave(int port, unsigned registers, uint64_t next)
{
    static Peer peers[CONNECTIONS + 1];
    struct pollfd fds[CONNECTIONS + 1] = {{.fd = listen_on(port), .events = POLLIN}};
    for (int i = 1; i <= CONNECTIONS; i++) fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    while (!sender_stopping()) {
        poll(fds, CONNECTIONS + 1, 100);
        for (int i = 1; i <= CONNECTIONS; i++)
            if (fds[i].fd >= 0 && fds[i].revents && !talk(fds[i].fd, &peers[i], registers, &next)) {
                close(fds[i].fd);
                fds[i].fd = -1;
            }
        if (!(fds[0].revents & POLLIN)) continue;
        int fd = accept(fds[0].fd, NULL, NULL), i = 1;
        while (i <= CONNECTIONS && fds[i].fd >= 0) i++;
        if (i > CONNECTIONS) close(fd);
        else {
            fds[i].fd = fd;
            peers[i].n = 0;
        }
    }
    printf("served %llu\n", (unsigned long long)next);
    return 0;
}
