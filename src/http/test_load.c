/* Many connections at once: answers that come later from another thread, or sooner than the handler returns;
 * ordinary handlers on workers; and a stop in the middle of it. libmicrohttpd hangs here in its epoll mode.
 */
#include "test_client.h"
#include "http/http.h"
#include "http_impl.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { CONNECTIONS = 128, REQUESTS = 150, BATCH = 64 };

/* ---- a finisher: a thread that answers what direct handlers leave to it ---- */

typedef struct Finisher {
    pthread_mutex_t lock;
    pthread_cond_t ready;
    Req *queue[4096];
    size_t n;
    bool closed, paused;
    pthread_t thread;
} Finisher;

static Finisher finisher = {.lock = PTHREAD_MUTEX_INITIALIZER, .ready = PTHREAD_COND_INITIALIZER};
static atomic_int handled;

static void answer(Req *req)
{
    JsonOut *o = res_json(req, req_res(req));
    jout_open(o);
    jout_ks(o, "n", req_query(req, "n"));
    jout_ks(o, "body", req->body);
    jout_close(o);
    http_finish(req, 0);
}

static void *finish_main(void *arg)
{
    Finisher *f = arg;
    for (;;) {
        Req *batch[BATCH];
        pthread_mutex_lock(&f->lock);
        while ((!f->n || f->paused) && !f->closed) pthread_cond_wait(&f->ready, &f->lock);
        size_t n = f->n < BATCH ? f->n : BATCH;
        memcpy(batch, f->queue, n * sizeof(Req *));
        memmove(f->queue, f->queue + n, (f->n - n) * sizeof(Req *));
        f->n -= n;
        bool end = f->closed && !n;
        pthread_mutex_unlock(&f->lock);
        if (end) return NULL;
        for (size_t i = 0; i < n; i++) answer(batch[i]);
    }
}

static Rc on_later(Req *req, Res *res)
{
    atomic_fetch_add(&handled, 1);
    res_later(req, res);
    if (str_is(req_query(req, "at"), "once")) {
        answer(req); /* the handler has not returned yet */
        return 0;
    }
    pthread_mutex_lock(&finisher.lock);
    ENSURE(finisher.n < ARRAY_LEN(finisher.queue));
    finisher.queue[finisher.n++] = req;
    pthread_cond_signal(&finisher.ready);
    pthread_mutex_unlock(&finisher.lock);
    return 0;
}

static Rc on_direct(Req *req, Res *res)
{
    if (str_is(req_query(req, "fail"), "1")) {
        res_later(req, res); /* a failure before the hand-over is an answer at once */
        return FAIL(&req->ctx, RC_BUSY, "lane.full", "队列已满", "the queue is full");
    }
    res_body(res, "text/plain", STR("direct"));
    return 0;
}

static Rc on_worker(Req *req, Res *res)
{
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_ks(o, "n", req_query(req, "n"));
    jout_ks(o, "body", req->body);
    jout_close(o);
    return 0;
}

static Rc on_sleep(Req *req, Res *res)
{
    (void)req;
    atomic_fetch_add(&handled, 1);
    usleep(100000);
    res_body(res, "text/plain", STR("slept"));
    return 0;
}

static const Route routes[] = {
    {HTTP_POST, "/later", PERM_PUBLIC, on_later, NULL, 0, ROUTE_DIRECT},
    {HTTP_POST, "/direct", PERM_PUBLIC, on_direct, NULL, 0, ROUTE_DIRECT},
    {HTTP_POST, "/worker", PERM_PUBLIC, on_worker},
    {HTTP_GET, "/sleep", PERM_PUBLIC, on_sleep},
};

static HttpServer *start(int io_threads)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    HttpServer *s = http_new(&(HttpOptions){.listen = "127.0.0.1:0", .io_threads = io_threads});
    assert_int_equal(http_add_routes(&ctx, s, routes, ARRAY_LEN(routes)), 0);
    assert_int_equal(http_start(&ctx, s), 0);
    arena_free(&a);
    return s;
}

static int setup(void **state)
{
    (void)state;
    finisher.closed = finisher.paused = false;
    return pthread_create(&finisher.thread, NULL, finish_main, &finisher);
}

static int teardown(void **state)
{
    (void)state;
    pthread_mutex_lock(&finisher.lock);
    finisher.closed = true;
    pthread_cond_signal(&finisher.ready);
    pthread_mutex_unlock(&finisher.lock);
    return pthread_join(finisher.thread, NULL);
}

/* Which path request k of connection i goes to. */
typedef const char *(*Choose)(int i, int k);

static void send_next(Client *c, Choose choose, int i, int k)
{
    char text[300], body[100];
    int nbody = snprintf(body, sizeof body, "reading,point=P-%04d v=%d", i, k);
    const char *path = choose(i, k);
    snprintf(text, sizeof text, "POST %s%cn=%d-%d HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path,
             strchr(path, '?') ? '&' : '?', i, k, nbody, body);
    assert_true(client_puts(c, text));
}

static void check_reply(Client *c, int i, int k)
{
    Reply r = client_read(c, false);
    char want[100];
    snprintf(want, sizeof want, "{\"n\":\"%d-%d\",\"body\":\"reading,point=P-%04d v=%d\"}", i, k, i, k);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, want);
    reply_free(&r);
}

/* Every connection keeps one request under way until all are answered. */
static void run(int port, Choose choose)
{
    Client c[CONNECTIONS];
    int at[CONNECTIONS] = {0}, open = CONNECTIONS;
    struct pollfd p[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++) {
        c[i] = client_open(port);
        p[i] = (struct pollfd){.fd = c[i].fd, .events = POLLIN};
        send_next(&c[i], choose, i, 0);
    }
    while (open) {
        int n = poll(p, CONNECTIONS, CLIENT_PATIENCE_MS);
        if (n <= 0) fail_msg("%d connections got no answer: the server hangs", open);
        for (int i = 0; i < CONNECTIONS; i++) {
            if (!p[i].revents) continue;
            check_reply(&c[i], i, at[i]);
            if (++at[i] < REQUESTS) {
                send_next(&c[i], choose, i, at[i]);
                continue;
            }
            p[i].fd = -1;
            open--;
        }
    }
    for (int i = 0; i < CONNECTIONS; i++) client_close(&c[i]);
}

static const char *all_later(int i, int k)
{
    return (void)i, (void)k, "/later";
}
static const char *all_once(int i, int k)
{
    return (void)i, (void)k, "/later?at=once";
}
static const char *all_worker(int i, int k)
{
    return (void)i, (void)k, "/worker";
}
static const char *mixed(int i, int k)
{
    static const char *const paths[] = {"/later", "/worker", "/later?at=once"};
    return paths[(i * 7 + k) % 3];
}

static void test_many_connections(void **state)
{
    (void)state;
    static const Choose ways[] = {all_later, all_once, all_worker, mixed};
    for (int io = 1; io <= 2; io++) {
        HttpServer *s = start(io);
        for (size_t i = 0; i < ARRAY_LEN(ways); i++) run(http_port(s), ways[i]);
        http_stop(&s);
    }
}

static void test_failure_before_hand_over(void **state)
{
    (void)state;
    HttpServer *s = start(1);
    static const char *const texts[] = {
        "POST /direct?fail=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "POST /direct HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"};
    Client c = client_open(http_port(s));
    for (int i = 0; i < 6; i++) {
        client_puts(&c, texts[i % 2]);
        Reply r = client_read(&c, false);
        assert_int_equal(r.status, i % 2 ? 200 : 503);
        reply_free(&r);
    }
    client_close(&c);
    http_stop(&s);
}

static void wait_handled(int n)
{
    for (int i = 0; i < 3000 && atomic_load(&handled) < n; i++) usleep(10000);
    assert_int_equal(atomic_load(&handled), n);
}

static void *stop_main(void *arg)
{
    http_stop(arg);
    return NULL;
}

/* A stop waits for what is under way, with a worker and with a finisher, and answers it; idle and half-sent
 * are cut. */
static void test_stop_while_busy(void **state)
{
    (void)state;
    HttpServer *s = start(2);
    int port = http_port(s);
    atomic_store(&handled, 0);
    finisher.paused = true;
    Client idle = client_open(port), half = client_open(port), c[12];
    client_puts(&half, "POST /worker HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab");
    for (int i = 0; i < 12; i++) {
        c[i] = client_open(port);
        client_puts(&c[i], i % 2 ? "GET /sleep HTTP/1.1\r\nHost: x\r\n\r\n"
                                 : "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
    }
    wait_handled(12);
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_main, &s), 0);
    usleep(50000); /* the stop is under way while the finisher still holds its requests */
    pthread_mutex_lock(&finisher.lock);
    finisher.paused = false;
    pthread_cond_signal(&finisher.ready);
    pthread_mutex_unlock(&finisher.lock);
    for (int i = 0; i < 12; i++) {
        Reply r = client_read(&c[i], false);
        assert_int_equal(r.status, 200);
        reply_free(&r);
        assert_true(client_wait_close(&c[i]));
        client_close(&c[i]);
    }
    pthread_join(stopper, NULL);
    assert_null(s);
    assert_true(client_wait_close(&idle));
    assert_true(client_wait_close(&half));
    client_close(&idle);
    client_close(&half);
}

/* The sender goes away while its request is with the finisher. */
static void test_sender_gone(void **state)
{
    (void)state;
    HttpServer *s = start(2);
    atomic_store(&handled, 0);
    finisher.paused = true;
    for (int i = 0; i < 40; i++) {
        Client c = client_open(http_port(s));
        client_puts(&c, "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
        wait_handled(i + 1);
        client_close(&c);
    }
    pthread_mutex_lock(&finisher.lock);
    finisher.paused = false;
    pthread_cond_signal(&finisher.ready);
    pthread_mutex_unlock(&finisher.lock);
    http_stop(&s);
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_many_connections, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failure_before_hand_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop_while_busy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sender_gone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
