/* The loop with real sockets. Clients are plain blocking sockets of the test's thread; what the handlers see
 * goes into one log under a lock, which the test waits for. */
#include "net/net.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { MANY = 200, THREADS = 8, POSTS = 1000 };

typedef struct World {
    Arena *arena;
    Ctx ctx;
    NetLoop *loop;
    NetListener *listener;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    size_t opened, closed, lines, bytes, failed;
    uint64_t ids[MANY + 8];
    char why[64];
    uint64_t last_id;
    bool hold_first; /* hold after the first line */
    size_t reply;    /* bytes to answer to a line; 0: the line itself */
    bool bye;        /* close after the answer */
    bool refuse;
    int posted;
} World;

static void note(World *w, size_t *counter, size_t n)
{
    pthread_mutex_lock(&w->lock);
    *counter += n;
    pthread_cond_broadcast(&w->cond);
    pthread_mutex_unlock(&w->lock);
}

static void await(World *w, const size_t *counter, size_t want)
{
    pthread_mutex_lock(&w->lock);
    while (*counter < want) pthread_cond_wait(&w->cond, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static size_t seen(World *w, const size_t *counter)
{
    pthread_mutex_lock(&w->lock);
    size_t n = *counter;
    pthread_mutex_unlock(&w->lock);
    return n;
}

static void *on_opened(void *ud, NetConn *c)
{
    World *w = ud;
    if (w->refuse) return NULL;
    pthread_mutex_lock(&w->lock);
    if (w->opened < MANY) w->ids[w->opened] = net_id(c);
    w->last_id = net_id(c);
    pthread_mutex_unlock(&w->lock);
    assert_ptr_equal(net_find(w->loop, net_id(c)), c);
    assert_ptr_equal(net_loop_of(c), w->loop);
    assert_true(str_starts(str_of(net_peer(c)), STR("127.0.0.1:")) ||
                str_starts(str_of(net_peer(c)), STR("[::1]:")));
    note(w, &w->opened, 1);
    return w;
}

static void answer(World *w, NetConn *c, Str line)
{
    static char block[4096];
    if (!w->reply) net_write(c, line);
    for (size_t left = w->reply; left;) {
        size_t n = left < sizeof block ? left : sizeof block;
        net_write(c, str_n(block, n));
        left -= n;
    }
    if (w->bye) net_close(c, "bye");
}

/* Takes one line a call. */
static size_t on_data(void *state, NetConn *c, Str bytes)
{
    World *w = state;
    const char *end = memchr(bytes.p, '\n', bytes.n);
    if (!end) return 0;
    size_t n = (size_t)(end - bytes.p) + 1;
    if (w->hold_first && w->lines == 0) net_hold(c, true);
    answer(w, c, str_n(bytes.p, n));
    note(w, &w->bytes, n);
    note(w, &w->lines, 1);
    return n;
}

static void on_closed(void *state, NetConn *c, const char *why)
{
    World *w = state;
    assert_null(net_find(w->loop, net_id(c)));
    net_write(c, STR("late")); /* goes nowhere */
    net_close(c, "again");
    pthread_mutex_lock(&w->lock);
    snprintf(w->why, sizeof w->why, "%s", why);
    pthread_mutex_unlock(&w->lock);
    note(w, &w->closed, 1);
}

static void on_failed(void *ud, const char *why)
{
    World *w = ud;
    pthread_mutex_lock(&w->lock);
    snprintf(w->why, sizeof w->why, "%s", why);
    pthread_mutex_unlock(&w->lock);
    note(w, &w->failed, 1);
}

static NetOptions options(World *w)
{
    return (NetOptions){.handler = {on_opened, on_data, on_closed}, .ud = w};
}

static void world_open(World *w)
{
    *w = (World){.arena = arena_new(0)};
    ctx_init(&w->ctx, w->arena, LANG_EN);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->cond, NULL);
    assert_int_equal(net_loop_start(&w->ctx, "test-net", &w->loop), RC_OK);
}

static void world_listen(World *w, const NetOptions *opt)
{
    assert_int_equal(net_listen(&w->ctx, w->loop, "127.0.0.1:0", opt, &w->listener), RC_OK);
}

static void world_close(World *w)
{
    net_listener_close(&w->listener);
    net_loop_stop(&w->loop);
    assert_int_equal(w->opened, w->closed);
    arena_free(&w->arena);
}

static int dial(int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    return fd;
}

static void put(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        assert_true(k > 0);
        p += k;
        n -= (size_t)k;
    }
}

/* Until the other side closes; returns the bytes, -1 after a reset. */
static ssize_t read_to_end(int fd)
{
    static char buf[65536];
    ssize_t all = 0;
    for (;;) {
        ssize_t n = recv(fd, buf, sizeof buf, 0);
        if (n < 0) return -1;
        if (n == 0) return all;
        all += n;
    }
}

static void test_many(void **state)
{
    (void)state;
    World w;
    int fds[MANY];
    world_open(&w);
    NetOptions opt = options(&w);
    world_listen(&w, &opt);
    for (int i = 0; i < MANY; i++) fds[i] = dial(net_listener_port(w.listener));
    for (int i = 0; i < MANY; i++) {
        char text[32];
        int n = snprintf(text, sizeof text, "hello %d\nsecond\n", i);
        for (int k = 0; k < n; k++) put(fds[i], text + k, 1); /* a byte at a time */
        char back[32] = "";
        for (int got = 0; got < n;) got += (int)recv(fds[i], back + got, (size_t)(n - got), 0);
        assert_string_equal(back, text);
    }
    assert_int_equal(net_listener_connections(w.listener), MANY);
    for (int i = 0; i < MANY; i++) close(fds[i]);
    await(&w, &w.closed, MANY);
    assert_string_equal(w.why, "peer");
    for (int i = 1; i < MANY; i++) assert_true(w.ids[i] != w.ids[i - 1]);
    world_close(&w);
}

static void resume_on_loop(void *ud)
{
    World *w = ud;
    net_hold(net_find(w->loop, w->last_id), false);
}

/* Sends until the kernel takes no more for a while; returns the bytes. */
static size_t fill(int fd)
{
    static const char line[] = "0123456789abcdef0123456789abcde\n";
    size_t sent = 0;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (;;) {
        ssize_t n = send(fd, line + sent % 32, 32 - sent % 32, MSG_NOSIGNAL);
        if (n > 0) sent += (size_t)n;
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        if (n <= 0 && poll(&p, 1, 100) == 0) break;
        assert_true(sent < 256u << 20); /* without back-pressure it would never end */
    }
    fcntl(fd, F_SETFL, 0);
    return sent;
}

static void test_hold(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    NetOptions opt = options(&w);
    w.hold_first = true;
    w.reply = 1;
    opt.output_max = 64u << 20;
    world_listen(&w, &opt);
    int fd = dial(net_listener_port(w.listener));
    put(fd, "first line\n", 11);
    await(&w, &w.lines, 1);
    size_t sent = fill(fd);
    assert_int_equal(seen(&w, &w.lines), 1);
    assert_int_equal(seen(&w, &w.closed), 0);
    assert_true(net_call(w.loop, resume_on_loop, &w));
    await(&w, &w.lines, 1 + sent / 32);
    assert_true(w.bytes >= 11 + sent / 32 * 32);
    close(fd);
    await(&w, &w.closed, 1);
    world_close(&w);
}

/* Silence while held is our own doing. */
static void test_hold_and_idle(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    NetOptions opt = options(&w);
    opt.idle_ms = 20;
    w.hold_first = true;
    world_listen(&w, &opt);
    int fd = dial(net_listener_port(w.listener));
    put(fd, "a\n", 2);
    await(&w, &w.lines, 1);
    usleep(100000);
    assert_int_equal(seen(&w, &w.closed), 0);
    assert_true(net_call(w.loop, resume_on_loop, &w));
    await(&w, &w.closed, 1);
    assert_string_equal(w.why, "idle");
    close(fd);
    world_close(&w);
}

/* A peer that sends and leaves while it is held: all it sent is seen, then its end. */
static void test_hold_and_leave(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    NetOptions opt = options(&w);
    w.hold_first = true;
    world_listen(&w, &opt);
    int fd = dial(net_listener_port(w.listener));
    put(fd, "a\nb\n", 4);
    await(&w, &w.lines, 1);
    put(fd, "c\n", 2);
    shutdown(fd, SHUT_WR);
    assert_true(net_call(w.loop, resume_on_loop, &w));
    await(&w, &w.closed, 1);
    assert_int_equal(w.lines, 3);
    assert_string_equal(w.why, "peer");
    assert_int_equal(read_to_end(fd), 6);
    close(fd);
    world_close(&w);
}

static const struct {
    const char *what;
    const char *send;
    size_t send_n;
    NetOptions opt;
    size_t reply;
    bool read;
    const char *why;
} ends[] = {
    {"a silent peer", "", 0, {.idle_ms = 20}, 0, false, "idle"},
    {"a frame without end", "x", 2000, {.input_max = 1024}, 0, false, "overflow"},
    {"a peer that does not read", "x\n", 2, {.output_max = 100000}, 64u << 20, false, "slow"},
    {"a peer that goes", "x\n", 2, {.idle_ms = 0}, 4096, true, "peer"},
};

static void test_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        World w;
        world_open(&w);
        NetOptions opt = ends[i].opt;
        opt.handler = options(&w).handler;
        opt.ud = &w;
        w.reply = ends[i].reply;
        world_listen(&w, &opt);
        int fd = dial(net_listener_port(w.listener));
        await(&w, &w.opened, 1);
        if (ends[i].send_n == 2) put(fd, ends[i].send, 2);
        else
            for (size_t k = 0; k < ends[i].send_n; k++) put(fd, ends[i].send, 1);
        if (ends[i].read) {
            char buf[4096];
            assert_int_equal(recv(fd, buf, sizeof buf, MSG_WAITALL), sizeof buf);
            close(fd);
        }
        await(&w, &w.closed, 1);
        if (strcmp(w.why, ends[i].why) != 0) fail_msg("%s: %s", ends[i].what, w.why);
        if (!ends[i].read) close(fd);
        world_close(&w);
    }
}

/* The answer arrives whole although the server closes with bytes of the peer unread. */
static void test_close_sends_all(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    NetOptions opt = options(&w);
    opt.output_max = 8u << 20;
    w.reply = 6u << 20;
    w.bye = true;
    world_listen(&w, &opt);
    int fd = dial(net_listener_port(w.listener));
    put(fd, "go\nand more that nobody reads", 29);
    assert_int_equal(read_to_end(fd), 6 << 20);
    await(&w, &w.closed, 1);
    assert_string_equal(w.why, "bye");
    close(fd);
    world_close(&w);
}

static void test_limits(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    NetOptions opt = options(&w);
    opt.max_connections = 2;
    world_listen(&w, &opt);
    int a = dial(net_listener_port(w.listener)), b = dial(net_listener_port(w.listener));
    await(&w, &w.opened, 2);
    int c = dial(net_listener_port(w.listener));
    assert_true(read_to_end(c) <= 0);
    assert_int_equal(seen(&w, &w.opened), 2);
    assert_int_equal(net_listener_connections(w.listener), 2);
    close(a);
    await(&w, &w.closed, 1);
    close(b);
    close(c);
    world_close(&w);
}

static void test_refuse(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    NetOptions opt = options(&w);
    w.refuse = true;
    world_listen(&w, &opt);
    int fd = dial(net_listener_port(w.listener));
    assert_true(read_to_end(fd) <= 0);
    close(fd);
    world_close(&w);
    assert_int_equal(w.closed, 0);
}

static void test_stop_with_open(void **state)
{
    (void)state;
    World w;
    int fds[20];
    world_open(&w);
    NetOptions opt = options(&w);
    w.hold_first = true;
    world_listen(&w, &opt);
    for (int i = 0; i < 20; i++) fds[i] = dial(net_listener_port(w.listener));
    await(&w, &w.opened, 20);
    for (int i = 0; i < 20; i++) put(fds[i], "x\ny", 3);
    await(&w, &w.lines, 1);
    NetLoop *l = w.loop;
    net_loop_stop(&l);
    assert_null(l);
    assert_int_equal(w.closed, 20);
    assert_string_equal(w.why, "stop");
    for (int i = 0; i < 20; i++) close(fds[i]);
    w.loop = NULL;
    w.listener = NULL; /* went with the loop */
    world_close(&w);
}

static void test_listener_close(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    NetOptions opt = options(&w);
    world_listen(&w, &opt);
    int port = net_listener_port(w.listener);
    int fd = dial(port);
    await(&w, &w.opened, 1);
    net_listener_close(&w.listener);
    assert_int_equal(w.closed, 1); /* told before it returned */
    assert_true(read_to_end(fd) <= 0);
    close(fd);
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    assert_int_equal(net_listen(&w.ctx, w.loop, address, &opt, &w.listener), RC_OK);
    assert_int_equal(net_listener_port(w.listener), port);
    NetListener *second = NULL;
    assert_int_equal(net_listen(&w.ctx, w.loop, address, &opt, &second), RC_IO);
    assert_string_equal(w.ctx.err.code, "net.listen");
    assert_non_null(strstr(w.ctx.err.message, "address already in use"));
    static const char *const bad[] = {"",           "8212",    "host:1", "127.0.0.1:70000",
                                      "127.0.0.1:", "[::1:80", ":80"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        ctx_clear(&w.ctx);
        assert_int_equal(net_listen(&w.ctx, w.loop, bad[i], &opt, &second), RC_IO);
    }
    world_close(&w);
}

/* ---- Our own connections ---- */

typedef struct Dial {
    World *w;
    const char *host;
    int port;
    int64_t timeout_ms;
} Dial;

static void dial_on_loop(void *ud)
{
    Dial *d = ud;
    NetOptions opt = options(d->w);
    net_connect(d->w->loop, d->host, d->port, d->timeout_ms, &opt, on_failed);
}

static void say_hello(void *ud)
{
    World *w = ud;
    net_write(net_find(w->loop, w->last_id), STR("hello\n"));
}

static void test_connect(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    struct sockaddr_in sa = {.sin_family = AF_INET};
    socklen_t len = sizeof sa;
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&sa, &len), 0);
    Dial d = {&w, "127.0.0.1", ntohs(sa.sin_port), 5000};
    assert_true(net_call(w.loop, dial_on_loop, &d)); /* nobody listens yet */
    await(&w, &w.failed, 1);
    assert_non_null(strstr(w.why, "refused"));
    assert_int_equal(listen(server, 5), 0);
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        d.host = hosts[i];
        assert_true(net_call(w.loop, dial_on_loop, &d));
        int fd = accept(server, NULL, NULL);
        await(&w, &w.opened, i + 1);
        assert_true(net_call(w.loop, say_hello, &w));
        char buf[6];
        assert_int_equal(recv(fd, buf, 6, MSG_WAITALL), 6);
        close(fd);
        await(&w, &w.closed, i + 1);
    }
    d.host = "no..name";
    assert_true(net_call(w.loop, dial_on_loop, &d));
    await(&w, &w.failed, 2);
    close(server);
    world_close(&w);
}

/* A listener whose queue is full answers nothing. */
static void test_connect_timeout_and_stop(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    struct sockaddr_in sa = {.sin_family = AF_INET};
    socklen_t len = sizeof sa;
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(listen(server, 0), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&sa, &len), 0);
    int fill_up[4];
    for (int i = 0; i < 4; i++) {
        fill_up[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        int rc = connect(fill_up[i], (struct sockaddr *)&sa, sizeof sa);
        assert_true(rc <= 0);
    }
    Dial d = {&w, "127.0.0.1", ntohs(sa.sin_port), 30};
    assert_true(net_call(w.loop, dial_on_loop, &d));
    await(&w, &w.failed, 1);
    assert_string_equal(w.why, "timeout");
    d.timeout_ms = 0;
    assert_true(net_call(w.loop, dial_on_loop, &d));
    NetLoop *l = w.loop;
    net_loop_stop(&l);
    assert_int_equal(w.failed, 2);
    assert_string_equal(w.why, "stop");
    for (int i = 0; i < 4; i++) close(fill_up[i]);
    close(server);
    w.loop = NULL;
    world_close(&w);
}

/* ---- Threads and timers ---- */

typedef struct Poster {
    World *w;
    pthread_t thread;
    int next; /* on the loop's thread */
    bool order_ok;
} Poster;

typedef struct Post {
    Poster *from;
    int number;
} Post;

static void count_post(void *ud)
{
    Post *p = ud;
    if (p->number != p->from->next++) p->from->order_ok = false;
    p->from->w->posted++;
    free(p);
}

static void *post_many(void *arg)
{
    Poster *poster = arg;
    for (int i = 0; i < POSTS; i++) {
        Post *p = malloc(sizeof *p);
        *p = (Post){poster, i};
        assert_true(net_post(poster->w->loop, count_post, p));
    }
    return NULL;
}

static void test_posts(void **state)
{
    (void)state;
    World w;
    Poster posters[THREADS];
    world_open(&w);
    for (int i = 0; i < THREADS; i++) {
        posters[i] = (Poster){.w = &w, .order_ok = true};
        assert_int_equal(pthread_create(&posters[i].thread, NULL, post_many, &posters[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(posters[i].thread, NULL);
    world_close(&w); /* runs what was posted */
    assert_int_equal(w.posted, THREADS * POSTS);
    for (int i = 0; i < THREADS; i++) assert_true(posters[i].order_ok);
}

typedef struct Beat {
    World *w;
    NetTimer *timer;
    bool refused;
} Beat;

static void on_beat(void *ud)
{
    Beat *b = ud;
    if (b->w->lines == 4) net_timer_stop(&b->timer);
    note(b->w, &b->w->lines, 1);
}

static void start_beat(void *ud)
{
    Beat *b = ud;
    b->timer = net_timer_start(b->w->loop, 1, on_beat, b);
}

static void test_timer(void **state)
{
    (void)state;
    World w;
    world_open(&w);
    Beat b = {.w = &w};
    assert_true(net_call(w.loop, start_beat, &b));
    await(&w, &w.lines, 5);
    assert_true(net_call(w.loop, start_beat, &b)); /* goes with the loop */
    world_close(&w);
    assert_true(w.lines >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many),           cmocka_unit_test(test_hold),
        cmocka_unit_test(test_hold_and_leave), cmocka_unit_test(test_hold_and_idle),
        cmocka_unit_test(test_ends),           cmocka_unit_test(test_close_sends_all),
        cmocka_unit_test(test_limits),         cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_stop_with_open), cmocka_unit_test(test_listener_close),
        cmocka_unit_test(test_connect),        cmocka_unit_test(test_connect_timeout_and_stop),
        cmocka_unit_test(test_posts),          cmocka_unit_test(test_timer),
    };
    return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
