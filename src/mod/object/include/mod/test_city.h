/* For tests of slices: a kernel with some modules over the database under test, its routes behind a server on
 * a free port, and a token that may do everything. Requests go over the wire, so that what a test proves
 * holds for every client.
 *
 * Include cmocka.h and db/db_test.h first. */
#pragma once
#include "../../../../http/test_client.h"
#include "kernel/test_base.h"
#include <dirent.h>
#include <ftw.h>

typedef struct City {
    char dir[64];
    Kernel *kernel;
    SseHub *hub;
    HttpServer *server;
    int port;
    const char *token; /* of the caller */
} City;

#define CITY_TOKEN  "test-token-of-the-office"
#define CITY_TOKEN2 "test-token-of-the-system"

static inline void city_tokens(Ctx *ctx, Kernel *k)
{
    Work w;
    const char *out;
    db_test_must(ctx, work_begin_as(ctx, k, NULL, "test", true, &w));
    db_test_must(ctx, token_add(&w, "office", "office watch", CITY_TOKEN, true, &out));
    db_test_must(ctx, token_add(&w, "system", "system", CITY_TOKEN2, true, &out));
    db_test_must(ctx, work_commit(&w));
}

/* provide (may be NULL) runs between open and start: what app hands to slices. start false: no start hooks.
 */
/* KernelOptions.places */
static const char *city_places __attribute__((unused));

static inline void city_open(City *c, DbPool *pool, const Module *const *modules, size_t n,
                             void (*provide)(City *, void *), void *ud)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    *c = (City){.token = CITY_TOKEN};
    snprintf(c->dir, sizeof c->dir, "/tmp/anlan-city.XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    c->hub = sse_hub_new();
    kernel_test_from(modules, n);
    KernelOptions opt = {.pool = pool,
                         .hub = c->hub,
                         .data_dir = c->dir,
                         .modules = modules,
                         .nmodules = n,
                         .places = city_places};
    db_test_must(&ctx, kernel_open(&ctx, &opt, &c->kernel));
    city_tokens(&ctx, c->kernel);
    if (provide) provide(c, ud);
    db_test_must(&ctx, kernel_start(&ctx, c->kernel));
    HttpOptions http = {.listen = "127.0.0.1:0", .authorise = kernel_authorise, .authorise_ud = c->kernel};
    c->server = http_new(&http);
    db_test_must(&ctx, kernel_add_routes(&ctx, c->kernel, c->server));
    db_test_must(&ctx, http_start(&ctx, c->server));
    c->port = http_port(c->server);
    arena_free(&a);
}

static inline int city_drop_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static inline void city_close(City *c)
{
    http_stop(&c->server);
    kernel_close(&c->kernel);
    sse_hub_free(&c->hub);
    nftw(c->dir, city_drop_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* One request; the body is bytes. Extra headers end with CRLF each. */
static inline Reply city_ask(const City *c, const char *method, const char *path, const char *headers,
                             Str body)
{
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    buf_printf(&b, "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n%s", method, path,
               c->token, headers);
    if (body.p) buf_printf(&b, "Content-Length: %zu\r\n", body.n);
    buf_addz(&b, "\r\n");
    if (body.p) buf_add(&b, body);
    Reply r = client_ask(c->port, b.p, b.n);
    arena_free(&a);
    return r;
}

/* A JSON answer in the arena, which must have this status. */
static inline const Json *city_json(Arena *a, const City *c, const char *method, const char *path, int status,
                                    Str body)
{
    Ctx ctx;
    const Json *j = NULL;
    ctx_init(&ctx, a, LANG_EN);
    Reply r = city_ask(c, method, path, body.p ? "Content-Type: application/json\r\n" : "", body);
    if (r.status != status)
        fprintf(stderr, "%s %s: %d, expected %d\n%s\n", method, path, r.status, status, r.body);
    assert_int_equal(r.status, status);
    Str text = str_copy(a, str_n(r.body, r.n));
    reply_free(&r);
    if (text.n) db_test_must(&ctx, json_parse(&ctx, text, &j));
    return j;
}
