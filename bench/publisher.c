/* MQTT 3.1.1 by hand, because it is three packets: CONNECT, PUBLISH, and PUBACK in return. At most WINDOW
 * messages wait for their PUBACK. */
#include "publisher.h"
#include "connect.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WINDOW = 200, ACK_BYTES = 4, TOPIC_MAX = 64 };

static bool send_all(int fd, const void *p, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        p = (const char *)p + sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool say_hello(int fd)
{
    static const unsigned char connect[] = {0x10, 17, 0, 4, 'M', 'Q', 'T', 'T', 4,  2,
                                            0,    60, 0, 5, 'b', 'e', 'n', 'c', 'h'};
    unsigned char answer[4];
    return send_all(fd, connect, sizeof connect) && recv(fd, answer, sizeof answer, MSG_WAITALL) == 4 &&
           answer[0] == 0x20 && answer[3] == 0;
}

static bool publish(int fd, const char *topic, Str payload, unsigned id)
{
    unsigned char head[8 + TOPIC_MAX];
    size_t ntopic = strlen(topic), rest = 2 + ntopic + 2 + payload.n, n = 0;
    head[n++] = 0x32; /* QoS 1 */
    do {
        head[n++] = (unsigned char)(rest % 128 + (rest >= 128 ? 128 : 0));
        rest /= 128;
    } while (rest);
    head[n++] = 0;
    head[n++] = (unsigned char)ntopic;
    memcpy(head + n, topic, ntopic);
    n += ntopic;
    head[n++] = (unsigned char)(id >> 8);
    head[n++] = (unsigned char)id;
    return send_all(fd, head, n) && send_all(fd, payload.p, payload.n);
}

/* Takes what PUBACKs there are; waits for one when `wait`. */
static bool take_acks(int fd, bool wait, size_t *bytes)
{
    unsigned char buf[4096];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, wait ? 30000 : 0) > 0) {
        ssize_t n = recv(fd, buf, sizeof buf, 0);
        if (n <= 0) return false;
        *bytes += (size_t)n;
        wait = false;
    }
    return !wait;
}

bool publish_all(int port, const char *topic, const Str *payload, size_t n)
{
    size_t acked = 0; /* bytes */
    int fd = strlen(topic) <= TOPIC_MAX ? connect_local(port) : -1;
    bool ok = fd >= 0 && say_hello(fd);
    for (size_t i = 0; i < n && ok; i++) {
        ok = publish(fd, topic, payload[i], (unsigned)(i % 65535) + 1);
        if (ok) ok = take_acks(fd, i - acked / ACK_BYTES >= WINDOW, &acked);
    }
    while (ok && acked < n * ACK_BYTES) ok = take_acks(fd, true, &acked);
    if (!ok) fputs("the MQTT broker does not take messages\n", stderr);
    if (fd >= 0) close(fd);
    return ok;
}
