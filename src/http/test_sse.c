/* Event streams: what arrives, who gets what, a thousand clients, slow ones cut off, heartbeats, the end. */
#include "test_client.h"
#include "http/http.h"
#include "http_impl.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/resource.h>

enum { ALARMS = 1, VALUES = 2, CROWD = 1000, BROADCASTS = 20 };

static HttpServer *server;
static SseHub *hub;
static atomic_int freed;

typedef struct Scope {
    char name[16];
} Scope;

static bool in_scope(void *client, const void *event)
{
    return !event || strcmp(((Scope *)client)->name, event) == 0;
}

static void scope_free(void *client)
{
    atomic_fetch_add(&freed, 1);
    free(client);
}

static Rc on_events(Req *req, Res *res)
{
    Scope *scope = calloc(1, sizeof *scope);
    snprintf(scope->name, sizeof scope->name, "%.*s", STR_ARG(req_query(req, "scope")));
    unsigned topics = str_is(req_query(req, "topics"), "values") ? VALUES : ALARMS | VALUES;
    StrBuf first;
    buf_init(&first, req->ctx.arena);
    if (req_header(req, "Last-Event-ID").p) sse_print(&first, 7, "alarm", STR("{\"missed\":7}"));
    TRY(sse_open(req, res, hub, topics, buf_str(&first), in_scope, scope, scope_free));
    if (str_is(req_query(req, "fail"), "1")) return FAIL(&req->ctx, RC_FORBIDDEN, "no", "不允许", "no");
    return 0;
}

static const Route routes[] = {{HTTP_GET, "/api/events", PERM_PUBLIC, on_events}};

static int setup(void **state)
{
    (void)state;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    hub = sse_hub_new();
    server = http_new(&(HttpOptions){.listen = "127.0.0.1:0"});
    assert_int_equal(http_add_routes(&ctx, server, routes, ARRAY_LEN(routes)), 0);
    assert_int_equal(http_start(&ctx, server), 0);
    arena_free(&a);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    http_stop(&server);
    assert_int_equal(sse_clients(hub), 0);
    sse_hub_free(&hub);
    assert_null(hub);
    return 0;
}

static void wait_clients(size_t n)
{
    for (int i = 0; i < 3000 && sse_clients(hub) != n; i++) usleep(10000);
    assert_int_equal(sse_clients(hub), n);
}

static Client open_stream(const char *target, const char *headers)
{
    char text[300];
    Client c = client_open(http_port(server));
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", target, headers);
    client_puts(&c, text);
    return c;
}

static void test_events(void **state)
{
    (void)state;
    wait_clients(0);
    Client all = open_stream("/api/events?scope=a", "Last-Event-ID: 6\r\n");
    Client other = open_stream("/api/events?scope=b", "");
    Client values = open_stream("/api/events?scope=a&topics=values", "");
    assert_true(client_find(&all, "Content-Type: text/event-stream; charset=utf-8\r\n") >= 0);
    assert_true(client_find(&all, "id: 7\nevent: alarm\ndata: {\"missed\":7}\n\n") >= 0);
    wait_clients(3);
    assert_true(sse_wanted(hub, VALUES));
    assert_false(sse_wanted(hub, 4));
    sse_publish(hub, ALARMS, 8, "alarm", STR("{\"for\":\"a\"}"), "a");
    sse_publish(hub, ALARMS, 9, "alarm", STR("{\"for\":\"b\"}"), "b");
    sse_publish(hub, VALUES, 0, "values", STR("{\"x\":\n1}"), NULL);
    static const char *const last = "event: values\ndata: {\"x\":\ndata: 1}\n\n";
    assert_true(client_find(&all, last) >= 0);
    assert_true(client_find(&other, last) >= 0);
    assert_true(client_find(&values, last) >= 0);
    assert_non_null(strstr(all.in, "id: 8\nevent: alarm\ndata: {\"for\":\"a\"}\n\n"));
    assert_null(strstr(all.in, "\"b\""));
    assert_non_null(strstr(other.in, "id: 9\n"));
    assert_null(strstr(other.in, "\"a\""));
    assert_null(strstr(values.in, "alarm"));
    assert_null(strstr(values.in, "id: "));
    client_close(&all);
    client_close(&other);
    client_close(&values);
    sse_hub_set_beat(hub, 50);
    wait_clients(0);
    assert_int_equal(atomic_load(&freed), 3);
    assert_false(sse_wanted(hub, ALARMS | VALUES));
    sse_hub_set_beat(hub, 15000);
}

static void test_refused_stream(void **state)
{
    (void)state;
    int before = atomic_load(&freed);
    Client c = open_stream("/api/events?fail=1", "");
    Reply r = client_read(&c, false);
    assert_int_equal(r.status, 403);
    assert_non_null(strstr(r.head, "application/problem+json"));
    assert_int_equal(sse_clients(hub), 0);
    assert_int_equal(atomic_load(&freed), before + 1);
    reply_free(&r);
    client_puts(&c, "HEAD /api/events HTTP/1.1\r\nHost: x\r\n\r\n");
    r = client_read(&c, true);
    assert_int_equal(r.status, 200);
    reply_free(&r);
    wait_clients(0);
    client_close(&c);
}

/* A comment after silence keeps the stream open, and finds the dead, whom no event would find. */
static void test_heartbeat(void **state)
{
    (void)state;
    sse_hub_set_beat(hub, 50);
    Client alive = open_stream("/api/events", ""), dead = open_stream("/api/events", "");
    assert_true(client_find(&dead, "retry: 3000\n\n") >= 0);
    wait_clients(2);
    client_close(&dead);
    wait_clients(1);
    assert_true(client_find(&alive, ":\n\n\r\n") >= 0);
    client_close(&alive);
    wait_clients(0);
    sse_hub_set_beat(hub, 15000);
}

static void *publish_main(void *arg)
{
    int who = *(int *)arg;
    for (int i = 0; i < BROADCASTS; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"by\":%d,\"i\":%d}", who, i);
        sse_publish(hub, ALARMS, 0, "alarm", str_of(text), NULL);
    }
    return NULL;
}

static void test_crowd(void **state)
{
    (void)state;
    Client *c = calloc(CROWD, sizeof *c);
    for (int i = 0; i < CROWD; i++) c[i] = open_stream("/api/events", "");
    wait_clients(CROWD);
    pthread_t t[2];
    int who[2] = {0, 1};
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&t[i], NULL, publish_main, &who[i]), 0);
    for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
    for (int i = 0; i < CROWD; i++) {
        char last[64];
        for (int k = 0; k < 2; k++) {
            snprintf(last, sizeof last, "data: {\"by\":%d,\"i\":%d}\n\n", k, BROADCASTS - 1);
            assert_true(client_find(&c[i], last) >= 0);
        }
        size_t events = 0;
        for (const char *p = c[i].in; (p = strstr(p, "event: alarm\n")); p++) events++;
        assert_int_equal(events, 2 * BROADCASTS);
    }
    for (int i = 0; i < CROWD; i++) client_close(&c[i]);
    sse_hub_set_beat(hub, 50);
    wait_clients(0);
    sse_hub_set_beat(hub, 15000);
    free(c);
}

/* Who reads nothing is cut off when the queue is full; the others go on. */
static void test_slow_client(void **state)
{
    (void)state;
    Client slow = open_stream("/api/events", ""), quick = open_stream("/api/events", "");
    assert_true(client_find(&slow, "retry: 3000\n\n") >= 0);
    assert_true(client_find(&quick, "retry: 3000\n\n") >= 0);
    wait_clients(2);
    size_t n = 100000;
    char *big = malloc(n);
    memset(big, 'x', n);
    int sent = 0;
    for (; sent < 2000 && sse_clients(hub) == 2; sent++) {
        char mark[32];
        snprintf(mark, sizeof mark, "<%d>", sent);
        memcpy(big, mark, strlen(mark));
        sse_publish(hub, VALUES, 0, "values", str_n(big, n), NULL);
        assert_true(client_find(&quick, mark) >= 0);
        client_eat(&quick, quick.n);
    }
    wait_clients(1);
    sse_publish(hub, VALUES, 0, "values", STR("the end"), NULL);
    assert_true(client_find(&quick, "the end") >= 0);
    assert_true(client_wait_close(&slow));
    client_close(&slow);
    client_close(&quick);
    free(big);
    sse_hub_set_beat(hub, 50);
    wait_clients(0);
    sse_hub_set_beat(hub, 15000);
}

/* The last test: the server stops under open streams while events are published. */
static void test_stop(void **state)
{
    (void)state;
    Client c[50];
    for (int i = 0; i < 50; i++) c[i] = open_stream("/api/events", "");
    wait_clients(50);
    pthread_t t;
    int who = 3;
    assert_int_equal(pthread_create(&t, NULL, publish_main, &who), 0);
    http_stop(&server);
    pthread_join(t, NULL);
    assert_null(server);
    assert_int_equal(sse_clients(hub), 0);
    for (int i = 0; i < 50; i++) {
        assert_true(client_wait_close(&c[i]));
        client_close(&c[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),      cmocka_unit_test(test_refused_stream),
        cmocka_unit_test(test_heartbeat),   cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_slow_client), cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
