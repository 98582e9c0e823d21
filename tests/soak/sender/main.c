/* soak-sender PROTOCOL NUMBER PORT POINTS ORIGIN_MS RATE ACKED
 *
 * Sends until SIGTERM (or SIGINT: then it waits for what is under way), connects again when the connection
 * breaks, and prints "acked N reconnects N refused N" at its end. `soak-sender modbus PORT REGISTERS NEXT`
 * serves instead and prints "served N". */
#include "sender.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const Protocol *const all_protocols[] = {&line_protocol, &json_protocol,  &binary_protocol,
                                                &mqtt_protocol, &hj212_protocol, &gb26875_protocol,
                                                &jt808_protocol};

static volatile sig_atomic_t stop, finish;

static void on_term(int signal_number)
{
    if (signal_number == SIGTERM) stop = 1;
    else finish = 1;
}

bool sender_stopping(void)
{
    return stop;
}

/* ---- Buffers ---- */

void buf_put(Buf *b, const void *bytes, size_t n)
{
    if (b->n + n > b->cap) {
        b->cap = (b->n + n) * 2 + 4096;
        b->p = realloc(b->p, b->cap);
        if (!b->p) exit(1);
    }
    memcpy(b->p + b->n, bytes, n);
    b->n += n;
}

void buf_text(Buf *b, const char *format, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    buf_put(b, text, (size_t)n);
}

void buf_be(Buf *b, uint64_t v, int bytes)
{
    unsigned char p[8];
    for (int i = 0; i < bytes; i++) p[i] = (unsigned char)(v >> 8 * (bytes - 1 - i));
    buf_put(b, p, (size_t)bytes);
}

void buf_le(Buf *b, uint64_t v, int bytes)
{
    unsigned char p[8];
    for (int i = 0; i < bytes; i++) p[i] = (unsigned char)(v >> 8 * i);
    buf_put(b, p, (size_t)bytes);
}

static void buf_drop(Buf *b, size_t n)
{
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

/* ---- The stream ---- */

uint64_t mix64(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

int64_t stream_time(const Sender *s, uint64_t step)
{
    if (s->protocol->seconds) return s->origin + (int64_t)step * 1000;
    return s->origin + (int64_t)step * 100 + (int64_t)(step * 7919 % 90);
}

/* A slow triangle, so that limits are crossed now and then, with some noise. */
int stream_value(unsigned point, uint64_t step)
{
    uint64_t x = (step * 13 + point * 997) % 4000;
    uint64_t height = x < 2000 ? x : 4000 - x;
    return 200 + (int)(height / 2) + (int)(mix64(step * 101 + point) % 21);
}

const char *stream_code(const Sender *s, unsigned point, char out[TEXT_MAX])
{
    snprintf(out, TEXT_MAX, "SOAK-%02d-%02u", s->number, point);
    return out;
}

/* ---- The connection ---- */

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void sender_wrong(const Sender *s, const char *what)
{
    fprintf(stderr, "sender %d (%s): %s\n", s->number, s->protocol->name, what);
    exit(1);
}

void sender_acked(Sender *s, uint64_t id)
{
    if (!s->waiting) sender_wrong(s, "an acknowledgement of nothing");
    const Sent *f = &s->window[s->oldest];
    if (f->id != id) sender_wrong(s, "an acknowledgement out of order");
    s->acked = f->end;
    s->oldest = (s->oldest + 1) % WINDOW_MAX;
    s->waiting--;
}

void sender_again(Sender *s)
{
    s->refused++;
    s->sent = s->acked;
    s->waiting = 0;
}

static bool dial(Sender *s)
{
    int one = 1;
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)s->port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(s->fd, (struct sockaddr *)&a, sizeof a) != 0) {
        close(s->fd);
        return false;
    }
    s->out.n = s->in.n = 0;
    s->sent = s->acked;
    s->waiting = 0;
    s->frames = 0;
    s->ready = !s->protocol->greet;
    if (s->protocol->greet) s->protocol->greet(s);
    return true;
}

static void fill(Sender *s, double allowed)
{
    if (finish && !s->waiting) stop = 1;
    if (finish || !s->ready || s->waiting >= s->protocol->window || (double)s->sent >= allowed) return;
    unsigned n = s->protocol->size(s);
    uint64_t id = s->protocol->frame(s, n);
    s->frames++;
    s->sent += n;
    s->window[(s->oldest + s->waiting) % WINDOW_MAX] = (Sent){s->sent, id};
    s->waiting++;
}

static bool receive(Sender *s)
{
    unsigned char bytes[65536];
    ssize_t n = recv(s->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) return false;
    buf_put(&s->in, bytes, (size_t)n);
    for (size_t whole; s->in.n && (whole = s->protocol->cut(s)) > 0;) {
        s->protocol->answer(s, s->in.p, whole);
        buf_drop(&s->in, whole);
    }
    return true;
}

static bool transmit(Sender *s)
{
    ssize_t n = send(s->fd, s->out.p, s->out.n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    buf_drop(&s->out, (size_t)n);
    return true;
}

/* Until the connection breaks or the end is asked for. */
static void converse(Sender *s)
{
    int64_t began = now_us();
    uint64_t first = s->acked;
    while (!stop) {
        double allowed = (double)first + s->rate * (double)(now_us() - began) / 1e6 + 1;
        if (!s->out.n) fill(s, allowed);
        struct pollfd p = {.fd = s->fd, .events = s->out.n ? POLLIN | POLLOUT : POLLIN};
        bool room = s->ready && s->waiting < s->protocol->window && !s->out.n;
        poll(&p, 1, room ? ((double)s->sent >= allowed ? 2 : 0) : 100);
        if ((p.revents & (POLLIN | POLLHUP | POLLERR)) && !receive(s)) return;
        if (s->out.n && !transmit(s)) return;
    }
}

static const Protocol *find(const char *name)
{
    for (size_t i = 0; i < sizeof all_protocols / sizeof *all_protocols; i++)
        if (strcmp(all_protocols[i]->name, name) == 0) return all_protocols[i];
    fprintf(stderr, "no protocol %s\n", name);
    exit(2);
}

static int run(char **argv)
{
    Sender s = {.protocol = find(argv[1]),
                .number = atoi(argv[2]),
                .port = atoi(argv[3]),
                .points = (unsigned)atoi(argv[4]),
                .origin = atoll(argv[5]),
                .rate = atof(argv[6]),
                .acked = strtoull(argv[7], NULL, 10)};
    if (!s.points || s.points > POINTS_MAX) return 2;
    while (!stop) {
        if (dial(&s)) {
            converse(&s);
            close(s.fd);
            s.reconnects++;
        }
        if (!stop) usleep(20000);
    }
    printf("acked %llu reconnects %llu refused %llu\n", (unsigned long long)s.acked,
           (unsigned long long)s.reconnects, (unsigned long long)s.refused);
    free(s.in.p);
    free(s.out.p);
    return 0;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_term};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    if (argc == 5 && strcmp(argv[1], "modbus") == 0)
        return modbus_slave(atoi(argv[2]), (unsigned)atoi(argv[3]), strtoull(argv[4], NULL, 10));
    if (argc == 8) return run(argv);
    fprintf(stderr, "usage: soak-sender PROTOCOL NUMBER PORT POINTS ORIGIN_MS RATE ACKED\n"
                    "       soak-sender modbus PORT REGISTERS NEXT\n");
    return 2;
}
