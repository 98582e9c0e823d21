/* Sockets and packets of MQTT 3.1.1 written by hand, so that the tests share no code with the library; and a
 * disk whose syncs can be held back. */
#pragma once
#include "client.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 20000 };

/* ---- The disk: this fdatasync stands before the C library's ---- */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool closed, broken;
    int waiting;
    unsigned synced; /* finished */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

int fdatasync(int fd)
{
    pthread_mutex_lock(&gate.lock);
    gate.waiting++;
    pthread_cond_broadcast(&gate.moved);
    while (gate.closed) pthread_cond_wait(&gate.moved, &gate.lock);
    gate.waiting--;
    bool broken = gate.broken;
    pthread_mutex_unlock(&gate.lock);
    if (broken) {
        errno = EIO;
        return -1;
    }
    int rc = (int)syscall(SYS_fdatasync, fd);
    pthread_mutex_lock(&gate.lock);
    gate.synced++;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
    return rc;
}

static inline void gate_set(bool closed, bool broken)
{
    pthread_mutex_lock(&gate.lock);
    gate.closed = closed;
    gate.broken = broken;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

static inline void gate_wait_for_a_sync(void)
{
    pthread_mutex_lock(&gate.lock);
    while (!gate.waiting) pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static inline unsigned gate_synced(void)
{
    pthread_mutex_lock(&gate.lock);
    unsigned n = gate.synced;
    pthread_mutex_unlock(&gate.lock);
    return n;
}

/* ---- Sockets ---- */
static inline int listen_any(int *port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static inline int dial(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0) return fd;
    close(fd);
    return -1;
}

static inline bool readable(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) == 1;
}

static inline void send_all(int fd, const void *bytes, size_t n)
{
    for (const char *p = bytes; n;) {
        ssize_t done = send(fd, p, n, MSG_NOSIGNAL);
        if (done <= 0) fail_msg("send: %s", strerror(errno));
        p += done;
        n -= (size_t)done;
    }
}

/* ---- Packets ---- */
typedef struct Packet {
    unsigned char type; /* the first byte */
    size_t n;
    unsigned char body[4096];
} Packet;

static inline bool recv_all(int fd, void *to, size_t n)
{
    for (unsigned char *p = to; n;) {
        if (!readable(fd, PATIENCE_MS)) fail_msg("nothing came");
        ssize_t got = recv(fd, p, n, 0);
        if (got <= 0) return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

/* false: the other side closed. */
static inline bool packet_read(int fd, Packet *p)
{
    unsigned char c;
    if (!recv_all(fd, &p->type, 1)) return false;
    p->n = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (!recv_all(fd, &c, 1)) return false;
        p->n |= (size_t)(c & 0x7f) << shift;
        if (!(c & 0x80)) break;
    }
    assert_true(p->n <= sizeof p->body);
    return recv_all(fd, p->body, p->n);
}

static inline void packet_send(int fd, unsigned type, const void *body, size_t n)
{
    unsigned char head[5] = {(unsigned char)type};
    size_t k = 1, left = n;
    do {
        head[k++] = (unsigned char)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
        left >>= 7;
    } while (left);
    send_all(fd, head, k);
    send_all(fd, body, n);
}

static inline void publish(int fd, const char *topic, const char *payload, uint16_t id, bool again)
{
    Arena *a = arena_new(0);
    MqttMessage m = {
        .topic = str_of(topic), .payload = str_of(payload), .qos = 1, .repeated = again, .id = id};
    Str f = mqtt_frame(a, &m, 1 << 20);
    send_all(fd, f.p, f.n);
    arena_free(&a);
}

static inline unsigned be16_at(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* ---- The store and the client on it ---- */
static inline void test_dir(char *out, size_t size)
{
    snprintf(out, size, "%s/anlan-mqtt-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(out));
}

static inline void test_dir_remove(const char *dir)
{
    char cmd[512];
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", dir);
    assert_int_equal(system(cmd), 0);
}

/* Points "P1" and "P2", no rules. */
static inline Intake *test_intake(const char *dir)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    RegistryPoint points[] = {{.code = STR("P1"), .number = 1, .in_service = true},
                              {.code = STR("P2"), .number = 2, .in_service = true}};
    RuleSet *rules = NULL;
    Intake *in = NULL;
    IntakeOptions opt = {.dir = dir, .max_in_flight = 100000, .max_per_sender = 100000, .tick_ms = -1};
    if (ruleset_parse(&ctx, STR("{\"rules\":[]}"), &rules) < 0 ||
        intake_open(&ctx, &opt, registry_new(points, 2), rules, &in) < 0)
        fail_msg("%s", ctx.err.message);
    arena_free(&a);
    return in;
}

static inline MqttOptions test_options(int port)
{
    return (MqttOptions){.host = "127.0.0.1",
                         .port = port,
                         .client_id = "anlan-test",
                         .user = "",
                         .password = "",
                         .prefix = "anlan",
                         .topics = "site/+/temp",
                         .cafile = "",
                         .cert = "",
                         .key = "",
                         .keepalive_s = 30,
                         .payload_max = 1 << 20};
}
