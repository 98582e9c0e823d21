/* A program small enough for a test of one device gateway: kernel, intake with points mapped to given
 * sources, the pages, and a device at a real socket. Include cmocka first. */
#pragma once
#include "../../http/test_client.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/db_test.h"
#include "gateway/link.h"
#include "intake/intake.h"

#define WORLD_TOKEN "test-token-watch"

typedef struct World {
    Arena *arena;
    Ctx ctx;
    Kernel *kernel;
    SseHub *hub;
    HttpServer *server;
    Intake *intake;
    char dir[256];
    Reply last;
} World;

/* sources[i] is mapped to point i + 1. */
static inline void world_open(World *t, DbPool *pool, const Module *gateway, const char *const *sources,
                              size_t n)
{
    const Module *const modules[] = {&gateway_link, gateway};
    const char *tmp = getenv("TMPDIR"), *token;
    log_set_level(LOG_ERROR);
    *t = (World){.arena = arena_new(0), .hub = sse_hub_new()};
    ctx_init(&t->ctx, t->arena, LANG_EN);
    snprintf(t->dir, sizeof t->dir, "%s/anlan-device.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(t->dir));
    KernelOptions kernel = {
        .pool = pool, .hub = t->hub, .data_dir = t->dir, .modules = modules, .nmodules = 2};
    db_test_must(&t->ctx, kernel_open(&t->ctx, &kernel, &t->kernel));
    RegistryPoint *points = ARENA_ARRAY(t->arena, RegistryPoint, n + 1);
    for (size_t i = 0; i < n; i++)
        points[i] = (RegistryPoint){.code = str_printf(t->arena, "P%zu", i + 1),
                                    .source = str_of(sources[i]),
                                    .number = (uint32_t)i + 1,
                                    .in_service = true};
    RuleSet *rules = NULL;
    db_test_must(&t->ctx, ruleset_parse(&t->ctx, STR("{\"rules\":[]}"), &rules));
    IntakeOptions opt = {.dir = t->dir, .tick_ms = -1, .state_ms = -1};
    db_test_must(&t->ctx, intake_open(&t->ctx, &opt, registry_new(points, n), rules, &t->intake));
    kernel_provide(t->kernel, "intake", t->intake);
    db_test_must(&t->ctx, kernel_start(&t->ctx, t->kernel));
    Work w;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, "gw", "watch", WORLD_TOKEN, false, &token));
    db_test_must(&t->ctx, work_commit(&w));
    HttpOptions http = {.listen = "127.0.0.1:0",
                        .io_threads = 1,
                        .workers = 1,
                        .authorise = kernel_authorise,
                        .authorise_ud = t->kernel};
    t->server = http_new(&http);
    db_test_must(&t->ctx, kernel_add_routes(&t->ctx, t->kernel, t->server));
    db_test_must(&t->ctx, http_start(&t->ctx, t->server));
}

static inline void world_close(World *t)
{
    char cmd[300];
    reply_free(&t->last);
    http_stop(&t->server);
    kernel_stop(t->kernel);
    intake_close(&t->intake);
    kernel_close(&t->kernel);
    sse_hub_free(&t->hub);
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", t->dir);
    assert_int_equal(system(cmd), 0);
    arena_free(&t->arena);
}

/* What is stored of a point, "1470013137000 36.9 0\n" a reading. */
static inline const char *world_stored(World *t, uint32_t number)
{
    SeriesRow *rows = NULL;
    size_t n = 0;
    StrBuf b;
    buf_init(&b, t->arena);
    db_test_must(&t->ctx,
                 series_range(&t->ctx, intake_series(t->intake), number, 0, INT64_MAX, 1000, &rows, &n));
    for (size_t i = 0; i < n; i++) buf_printf(&b, "%lld %g %u\n", (long long)rows[i].t, rows[i].v, rows[i].q);
    buf_addc(&b, 0);
    return b.p;
}

static inline void world_add_unclaimed(void *ud, const Unclaimed *u)
{
    buf_printf(ud, "%.*s %g %llu\n", STR_ARG(u->key), u->last_v, (unsigned long long)u->count);
}

/* "KEY VALUE COUNT\n" of each source that no point claims. */
static inline const char *world_unclaimed(World *t)
{
    StrBuf b;
    buf_init(&b, t->arena);
    intake_unclaimed(t->intake, world_add_unclaimed, &b);
    buf_addc(&b, 0);
    return b.p;
}

/* The page of the gateway has this text. */
static inline void world_page_has(World *t, const char *gateway, const char *text)
{
    char request[400];
    int n = snprintf(request, sizeof request,
                     "GET /api/gateways/%s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                     "Authorization: Bearer " WORLD_TOKEN "\r\n\r\n",
                     gateway);
    reply_free(&t->last);
    t->last = client_ask(http_port(t->server), request, (size_t)n);
    assert_int_equal(t->last.status, 200);
    if (!strstr(t->last.body, text)) fail_msg("no %s in %s", text, t->last.body);
}

/* The device sends bytes and must get exactly these back next. */
static inline void device_says(Client *c, Str bytes, Str want)
{
    assert_true(client_send(c, bytes.p, bytes.n));
    while (c->n < want.n && client_fill(c)) {
    }
    assert_true(c->n >= want.n);
    if (!want.n) return;
    assert_memory_equal(c->in, want.p, want.n);
    client_eat(c, want.n);
}
