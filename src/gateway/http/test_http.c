/* Readings over HTTP against a real server, kernel, intake and store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* cmocka first */
#include "../../http/test_client.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/db_test.h"
#include "gateway/binary.h"
#include "gateway/http.h"
#include "intake/intake.h"
#include <pthread.h>

#define TOKEN "test-token-watch"

typedef struct World {
    Arena *arena;
    Ctx ctx;
    Kernel *kernel;
    SseHub *hub;
    HttpServer *server;
    Intake *intake;
    int port;
    char dir[256];
    Reply last;
} World;

static Intake *open_intake(World *t, size_t in_flight)
{
    const RegistryPoint points[] = {
        {.code = STR("GAS-0001"), .number = 1, .in_service = true},
        {.code = STR("GAS-0002"), .source = STR("line:weather,site=a#temp"), .number = 2}};
    RuleSet *rules = NULL;
    db_test_must(&t->ctx, ruleset_parse(&t->ctx, STR("{\"rules\":[]}"), &rules));
    IntakeOptions opt = {.dir = t->dir, .tick_ms = -1, .state_ms = -1, .max_in_flight = in_flight};
    Intake *in = NULL;
    db_test_must(&t->ctx, intake_open(&t->ctx, &opt, registry_new(points, 2), rules, &in));
    return in;
}

static void add_tokens(World *t)
{
    Work w;
    const char *token;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, "gw", "watch", TOKEN, false, &token));
    db_test_must(&t->ctx, token_add(&w, "reader", "inspector", "test-token-reader", false, &token));
    db_test_must(&t->ctx, token_add(&w, "ops", "system", "test-token-system", false, &token));
    db_test_must(&t->ctx, work_commit(&w));
}

static void world_open(World *t, DbPool *pool, size_t in_flight)
{
    static const Module *const modules[] = {&gateway_http};
    const char *tmp = getenv("TMPDIR");
    log_set_level(LOG_ERROR);
    *t = (World){.arena = arena_new(0), .hub = sse_hub_new()};
    ctx_init(&t->ctx, t->arena, LANG_EN);
    snprintf(t->dir, sizeof t->dir, "%s/anlan-gateway.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(t->dir));
    KernelOptions opt = {.pool = pool, .hub = t->hub, .data_dir = t->dir, .modules = modules, .nmodules = 1};
    db_test_must(&t->ctx, kernel_open(&t->ctx, &opt, &t->kernel));
    t->intake = open_intake(t, in_flight);
    kernel_provide(t->kernel, "intake", t->intake);
    db_test_must(&t->ctx, kernel_start(&t->ctx, t->kernel));
    add_tokens(t);
    HttpOptions http = {.listen = "127.0.0.1:0",
                        .io_threads = 1,
                        .workers = 2,
                        .authorise = kernel_authorise,
                        .authorise_ud = t->kernel};
    t->server = http_new(&http);
    db_test_must(&t->ctx, kernel_add_routes(&t->ctx, t->kernel, t->server));
    db_test_must(&t->ctx, http_start(&t->ctx, t->server));
    t->port = http_port(t->server);
}

static void world_close(World *t)
{
    char cmd[300];
    reply_free(&t->last);
    http_stop(&t->server);
    kernel_stop(t->kernel); /* the figures are read from the intake until then */
    intake_close(&t->intake);
    kernel_close(&t->kernel);
    sse_hub_free(&t->hub);
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", t->dir);
    assert_int_equal(system(cmd), 0);
    arena_free(&t->arena);
}

static int ask_bytes(World *t, const char *request, const char *headers, Str body)
{
    StrBuf b;
    buf_init(&b, t->arena);
    buf_printf(&b,
               "%s HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAccept-Language: en\r\n%sContent-Length: "
               "%zu\r\n\r\n",
               request, headers, body.n);
    buf_add(&b, body);
    reply_free(&t->last);
    t->last = client_ask(t->port, b.p, b.n);
    return t->last.status;
}

#define BEARER   "Authorization: Bearer " TOKEN "\r\n"
#define CT(type) "Content-Type: " type "\r\n"

/* The newest value of a point, or -1. */
static double latest(World *t, uint32_t number)
{
    SeriesLatest l;
    series_latest(intake_series(t->intake), number, 1, &l);
    return l.t == TIME_NONE ? -1 : l.v;
}

static const struct {
    const char *request, *headers, *body;
    int status;
    const char *want; /* in the body */
    double gas1;      /* the newest value afterwards; 0: not looked at */
} cases[] = {
    {"POST /write?precision=ms", BEARER, "reading,point=GAS-0001 v=1 1000\n", 204, NULL, 1},
    {"POST /write?db=x&rp=y&precision=s", "Authorization: Token " TOKEN "\r\n",
     "reading,point=GAS-0001 v=2 2\n", 204, NULL, 2},
    {"POST /api/v2/write?org=o&bucket=b&precision=ms", BEARER, "reading,point=GAS-0001 v=3,q=1 3000\r\n", 204,
     NULL, 3},
    {"POST /write?u=any&p=" TOKEN "&precision=ms", "", "reading,point=GAS-0001 v=4 4000", 204, NULL, 4},
    {"POST /write", "Authorization: Basic YW55OnRlc3QtdG9rZW4td2F0Y2g=\r\n",
     "reading,point=GAS-0001 v=5 5000000000", 204, NULL, 5},
    {"POST /write?precision=ms", BEARER, "", 204, NULL, 5},
    {"POST /write?precision=ms", BEARER, "weather,site=a temp=21 6000\nother v=1", 204, NULL, 5},
    {"POST /write?precision=ms", BEARER,
     "reading,point=GAS-0001 v=x\nreading,point=GAS-0001 v=7 7000\n# c\nm s=\"t\"\n", 400,
     "{\"accepted\":1,\"rejected\":2,\"first\":{\"line\":1,\"field\":\"v\",\"code\":\"number\"},\"error\":"
     "\"partial write: line 1 field v: number\"",
     7},
    {"POST /write?precision=d", BEARER, "reading,point=GAS-0001 v=8 8000\n", 400, "line.precision", 7},
    {"POST /write", "", "reading,point=GAS-0001 v=8 8000\n", 401, NULL, 7},
    {"POST /write", "Authorization: Bearer wrong\r\n", "reading,point=GAS-0001 v=8 8000\n", 401, NULL, 7},
    {"POST /write", "Authorization: Bearer test-token-reader\r\n", "reading,point=GAS-0001 v=8 8000\n", 403,
     NULL, 7},
    {"POST /query?q=CREATE%20DATABASE%20%22telegraf%22", BEARER, "", 200,
     "{\"results\":[{\"statement_id\":0}]}", 0},
    {"POST /query", BEARER CT("application/x-www-form-urlencoded"), "db=a&q=create+database+x%3b", 200,
     "statement_id", 0},
    {"POST /query?q=SHOW%20DATABASES", BEARER, "", 400, "influx.query", 0},
    {"POST /query", BEARER, "", 400, "influx.query", 0},
    {"GET /metrics", "Authorization: Bearer test-token-system\r\n", "", 200, "anlan_intake_readings_total",
     0},
    {"GET /ping", "", "", 204, NULL, 0},
    {"HEAD /ping", "", "", 204, NULL, 0},
    {"POST /api/readings", BEARER CT("application/json; charset=utf-8"),
     "{\"readings\":[{\"point\":\"GAS-0001\",\"t\":9000,\"v\":9}]}", 204, NULL, 9},
    {"POST /api/readings", BEARER CT("application/json"),
     "{\"readings\":[{\"point\":\"GAS-0001\",\"t\":10000,\"v\":10},{\"v\":1}]}", 400,
     "\"accepted\":1,\"rejected\":1,\"first\":{\"line\":2,\"field\":\"point\",\"code\":\"required\"}", 10},
    {"POST /api/readings", BEARER CT("application/json"),
     "{\"readings\":[{\"point\":\"GAS-0001\",\"t\":11000,\"v\":11}}", 400,
     "\"accepted\":0,\"rejected\":1,\"first\":{\"line\":1,\"field\":\"body\",\"code\":\"syntax\"},\"error\":"
     "\"json.syntax\"",
     10},
    {"POST /api/readings", BEARER CT("text/csv"), "t,point,v\n12000,GAS-0001,12\n", 204, NULL, 12},
    {"POST /api/readings", BEARER CT("text/csv"), "a,b\n", 400, "csv.header", 12},
    {"POST /api/readings", BEARER CT("text/plain"), "x", 415, "readings.media_type", 12},
    {"POST /api/readings", BEARER CT("application/vnd.anlan.readings"), "ANLR", 400, "binary.length", 12},
    {"POST /api/readings", CT("application/json"), "{\"readings\":[]}", 401, NULL, 12},
};

static void check_cases(DbPool *pool)
{
    World t;
    world_open(&t, pool, 200000);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int status = ask_bytes(&t, cases[i].request, cases[i].headers, str_of(cases[i].body));
        if (status != cases[i].status || (cases[i].want && !strstr(t.last.body, cases[i].want)))
            fail_msg("%s %s: %d %s", cases[i].request, cases[i].body, status, t.last.body);
        if (cases[i].gas1 != 0 && latest(&t, 1) != cases[i].gas1)
            fail_msg("%s %s: newest %g", cases[i].request, cases[i].body, latest(&t, 1));
    }
    assert_true(latest(&t, 2) == 21); /* by its source key */
    IntakeStats s;
    intake_stats(t.intake, &s);
    assert_int_equal(s.unclaimed, 1);
    world_close(&t);
}

static void every_way_in_answers_as_agreed(void **state)
{
    (void)state;
    db_test_sqlite(check_cases);
}

static void send_binary(World *t, size_t n, int status)
{
    BinaryReading *r = calloc(n, sizeof *r);
    for (size_t i = 0; i < n; i++)
        r[i] = (BinaryReading){.point = 1, .t = 20000 + (int64_t)i, .v = (double)i};
    StrBuf b;
    buf_init(&b, t->arena);
    db_test_must(&t->ctx, binary_encode(&t->ctx, &(BinaryOptions){.value = BINARY_SCALED}, r, n, &b));
    free(r);
    int got = ask_bytes(t, "POST /api/readings", BEARER CT(BINARY_MEDIA_TYPE), buf_str(&b));
    if (got != status) fail_msg("%d %s", got, t->last.body);
}

static void check_large(DbPool *pool)
{
    World t;
    world_open(&t, pool, 200000);
    send_binary(&t, 100000, 204); /* over the server's usual limit of a body, below that of readings */
    assert_true(latest(&t, 1) == 99999);
    send_binary(&t, (33u << 20) / 12, 413);
    world_close(&t);
}

static void bodies_may_be_large(void **state)
{
    (void)state;
    db_test_sqlite(check_large);
}

/* ---- Overload ---- */

enum { CROWD = 24 };

typedef struct Sender {
    pthread_t thread;
    int port, taken, busy, other;
    bool retry_after;
} Sender;

static void *send_crowd(void *arg)
{
    Sender *s = arg;
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    for (int i = 0; i < 2000; i++) buf_printf(&b, "reading,point=GAS-0001 v=%d %d\n", i, 30000 + i);
    const char *head =
        arena_printf(a,
                     "POST /write?precision=ms HTTP/1.1\r\nHost: test\r\nConnection: close\r\n" BEARER
                     "Content-Length: %zu\r\n\r\n",
                     b.n);
    StrBuf all;
    buf_init(&all, a);
    buf_addz(&all, head);
    buf_add(&all, buf_str(&b));
    for (int i = 0; i < 20; i++) {
        Reply r = client_ask(s->port, all.p, all.n);
        s->taken += r.status == 204;
        s->busy += r.status == 503;
        s->other += r.status != 204 && r.status != 503;
        if (r.status == 503 && strstr(r.head, "Retry-After: ")) s->retry_after = true;
        reply_free(&r);
    }
    arena_free(&a);
    return NULL;
}

static void check_overload(DbPool *pool)
{
    World t;
    world_open(&t, pool, 2500); /* one body and a bit */
    Sender crowd[CROWD];
    int taken = 0, busy = 0;
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = (Sender){.port = t.port};
        pthread_create(&crowd[i].thread, NULL, send_crowd, &crowd[i]);
    }
    for (int i = 0; i < CROWD; i++) {
        pthread_join(crowd[i].thread, NULL);
        taken += crowd[i].taken;
        busy += crowd[i].busy;
        assert_int_equal(crowd[i].other, 0);
        assert_true(crowd[i].retry_after || !crowd[i].busy);
    }
    IntakeStats s;
    intake_stats(t.intake, &s);
    assert_int_equal(taken + busy, CROWD * 20);
    assert_int_equal(s.readings, taken * 2000);
    assert_int_equal(s.busy, busy);
    assert_true(taken > 0);
    world_close(&t);
}

static void overload_is_told(void **state)
{
    (void)state;
    db_test_sqlite(check_overload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_in_answers_as_agreed),
        cmocka_unit_test(bodies_may_be_large),
        cmocka_unit_test(overload_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
