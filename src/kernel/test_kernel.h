/* A small module with two entities, a kernel over it and a server, for the tests of this folder. Include
 * cmocka.h first. */
#pragma once
#include "../http/test_client.h"
#include "base/clock.h"
#include "base/json.h"
#include "kernel/conformance.h"
#include "kernel/test_base.h"
#include <stdarg.h>

/* ---- The sample module ---- */

static const DictEntry kind_entries[] = {{"gas", T("燃气", "Gas"), NULL, "{\"colour\":\"yellow\"}"},
                                         {"water", T("供水", "Water"), NULL, NULL}};
static const Dict test_dicts[] = {{.name = "site_kind",
                                   .title = T("场所类别", "Kinds of sites"),
                                   .entries = kind_entries,
                                   .nentries = ARRAY_LEN(kind_entries)}};

static const Perm test_perms[] = {{"site.read", T("查看场所", "See sites"), "watch office audit"},
                                  {"site.write", T("维护场所", "Edit sites"), "office"},
                                  {"site.unmask", T("查看场所电话", "See sites' telephones"), "watch"},
                                  {"gauge.read", T("查看量具", "See gauges"), "watch office"},
                                  {"gauge.write", T("维护量具", "Edit gauges"), "office"},
                                  {"gauge.pause", T("停用量具", "Pause gauges"), "watch"}};

static const Field site_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 1,
     .max = 20,
     .label = T("编码", "Code")},
    {.name = "name",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SORT | F_SEARCH | F_LIST,
     .min = 2,
     .max = 30,
     .label = T("名称", "Name")},
    {.name = "kind",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_FILTER | F_SORT | F_LIST,
     .ref = "site_kind",
     .label = T("类别", "Kind")},
    {.name = "height",
     .type = F_REAL,
     .flags = F_FILTER | F_SORT,
     .min = -100,
     .max = 9000,
     .label = T("高程", "Height"),
     .unit = "m"},
    {.name = "beds",
     .type = F_INT,
     .flags = F_FILTER | F_SORT,
     .min = 0,
     .max = 1000,
     .fallback = "4",
     .label = T("床位", "Beds")},
    {.name = "open", .type = F_BOOL, .flags = F_FILTER, .fallback = "true", .label = T("开放", "Open")},
    {.name = "built_at", .type = F_TIME, .flags = F_FILTER | F_SORT, .label = T("建成时间", "Built")},
    {.name = "extra", .type = F_JSON, .label = T("附加", "Extra")},
    {.name = "pin", .type = F_TEXT, .flags = F_SECRET, .max = 20, .label = T("密码", "Pin")},
    {.name = "state",
     .type = F_TEXT,
     .flags = F_READONLY | F_FILTER,
     .fallback = "new",
     .label = T("状态", "State")},
    {.name = "phone", .type = F_TEXT, .flags = F_MASK | F_LIST, .max = 20, .label = T("电话", "Telephone")},
};
static const Entity sites_entity = {.name = "site",
                                    .evidence = true,
                                    .scope = {.kind = SCOPE_OPEN},
                                    .plural = "sites",
                                    .title = T("场所", "Sites"),
                                    .icon = T("", "home"),
                                    .fields = site_fields,
                                    .nfields = ARRAY_LEN(site_fields),
                                    .read_perm = "site.read",
                                    .write_perm = "site.write",
                                    .unmask_perm = "site.unmask",
                                    .code_field = "code",
                                    .title_field = "name",
                                    .sort = "code",
                                    .searched = true};

enum { GAUGE_CODE, GAUGE_SITE, GAUGE_FACTOR, GAUGE_STATE };
static const Field gauge_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_LIST,
     .max = 20,
     .label = T("编码", "Code")},
    {.name = "site",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "sites",
     .label = T("场所", "Site")},
    {.name = "factor",
     .type = F_REAL,
     .flags = F_SORT | F_FILTER,
     .fallback = "1",
     .label = T("系数", "Factor")},
    {.name = "state",
     .type = F_TEXT,
     .flags = F_READONLY | F_FILTER,
     .fallback = "running",
     .label = T("状态", "State")},
};
static const Field pause_params[] = {{.name = "reason",
                                      .type = F_TEXT,
                                      .flags = F_REQUIRED,
                                      .min = 2,
                                      .max = 100,
                                      .label = T("原因", "Reason")},
                                     {.name = "until", .type = F_TIME, .label = T("至", "Until")}};

static Rc gauge_pause(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (!w->why) return FAIL(w->ctx, RC_BUG, "test", "缺原因", "no reason");
    rec_set(e, rec, "state", db_val_z("paused"));
    return 0;
}
static bool gauge_may_pause(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "running");
}
static const Action gauge_actions[] = {{.name = "pause",
                                        .perm = "gauge.pause",
                                        .label = T("停用", "Pause"),
                                        .params = pause_params,
                                        .nparams = ARRAY_LEN(pause_params),
                                        .fn = gauge_pause,
                                        .allowed = gauge_may_pause}};

static Rc gauge_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    if (rec_f64(e, rec, "factor") == 13)
        FAIL_FIELD(w->ctx, "factor", "range", 0, "系数不能为 13", "the factor must not be 13");
    return w->ctx->err.kind;
}
static _Atomic int gauge_commits;
static void gauge_committed(Kernel *k, const Entity *e)
{
    (void)k;
    (void)e;
    gauge_commits++;
}
static void gauge_expand(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    (void)w;
    jout_kf(out, "double_factor", 2 * rec_f64(e, rec, "factor"));
}
static const Entity gauges_entity = {.name = "gauge",
                                     .scope = {.kind = SCOPE_OPEN},
                                     .plural = "gauges",
                                     .title = T("量具", "Gauges"),
                                     .icon = T("", "dial"),
                                     .fields = gauge_fields,
                                     .nfields = ARRAY_LEN(gauge_fields),
                                     .read_perm = "gauge.read",
                                     .write_perm = "gauge.write",
                                     .code_field = "code",
                                     .title_field = "code",
                                     .sort = "code",
                                     .actions = gauge_actions,
                                     .nactions = ARRAY_LEN(gauge_actions),
                                     .validate = gauge_validate,
                                     .committed = gauge_committed,
                                     .expand = gauge_expand,
                                     .searched = true};

static Rc free_handler(Req *req, Res *res)
{
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kz(o, "who", req->who->name);
    jout_close(o);
    return 0;
}
static const Route test_routes[] = {{HTTP_POST, "/test/write", "gauge.pause", free_handler, NULL, 0,
                                     ROUTE_WRITE_AUTH | ROUTE_NO_CSRF, T("写入", "Write")},
                                    {HTTP_POST, "/test/direct", "gauge.pause", free_handler, NULL, 0,
                                     ROUTE_DIRECT | ROUTE_WRITE_AUTH | ROUTE_NO_CSRF,
                                     T("直接写入", "Write directly")}};

static const Entity *const test_entities[] = {&sites_entity, &gauges_entity};
static const Module test_module = {.name = "sample",
                                   .title = T("样例", "Sample"),
                                   .entities = test_entities,
                                   .nentities = ARRAY_LEN(test_entities),
                                   .perms = test_perms,
                                   .nperms = ARRAY_LEN(test_perms),
                                   .dicts = test_dicts,
                                   .ndicts = ARRAY_LEN(test_dicts),
                                   .routes = test_routes,
                                   .nroutes = ARRAY_LEN(test_routes)};
static const Module *const test_modules[] = {&test_module};
#ifndef WORLD_MODULES
#define WORLD_MODULES test_modules
#endif

/* ---- A kernel and a server ---- */

#define TEST_PASSWORD "Correct horse"
#define TEST_TOKEN    "test-token-office"

typedef struct World {
    Arena *arena;
    Ctx ctx;
    DbPool *pool;
    SseHub *hub;
    Kernel *kernel;
    HttpServer *server;
    int port;
    char dir[256];
    /* headers of every request: the cookie and CSRF token of a login, or a token */
    char auth[512];
    Reply last;
} World;

/* One account for each of the roles, named like it. Passwords cost time: only tests that log in ask for
 * accounts. */
static inline void world_people(World *t)
{
    static const char *const roles[] = {"watch", "office", "system", "security", "audit"};
    Work w;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        db_test_must(&t->ctx, user_add(&w, roles[i], roles[i], TEST_PASSWORD, roles[i], i == 0));
    db_test_must(&t->ctx, work_commit(&w));
}

static inline void world_tokens(World *t)
{
    Work w;
    const char *token;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, "office-token", "office", TEST_TOKEN, false, &token));
    db_test_must(&t->ctx, token_add(&w, "watch-token", "watch", "test-token-watch", false, &token));
    db_test_must(&t->ctx, work_commit(&w));
}

static inline void world_open_kernel(World *t)
{
    kernel_test_from(WORLD_MODULES, ARRAY_LEN(WORLD_MODULES));
    KernelOptions opt = {.pool = t->pool,
                         .hub = t->hub,
                         .data_dir = t->dir,
                         .modules = WORLD_MODULES,
                         .nmodules = ARRAY_LEN(WORLD_MODULES)};
    db_test_must(&t->ctx, kernel_open(&t->ctx, &opt, &t->kernel));
    db_test_must(&t->ctx, kernel_start(&t->ctx, t->kernel));
}

static inline void world_serve(World *t)
{
    HttpOptions opt = {.listen = "127.0.0.1:0",
                       .io_threads = 1,
                       .workers = 2,
                       .authorise = kernel_authorise,
                       .authorise_ud = t->kernel};
    t->server = http_new(&opt);
    db_test_must(&t->ctx, kernel_add_routes(&t->ctx, t->kernel, t->server));
    db_test_must(&t->ctx, http_start(&t->ctx, t->server));
    t->port = http_port(t->server);
}

static inline void world_open(World *t, DbPool *pool)
{
    const char *tmp = getenv("TMPDIR");
    *t = (World){.arena = arena_new(0), .pool = pool, .hub = sse_hub_new()};
    snprintf(t->dir, sizeof t->dir, "%s/anlan-kernel.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(t->dir));
    ctx_init(&t->ctx, t->arena, LANG_EN);
    world_open_kernel(t);
    world_tokens(t);
    world_serve(t);
    snprintf(t->auth, sizeof t->auth, "Authorization: Bearer %s\r\n", TEST_TOKEN);
}

static inline void world_close(World *t)
{
    reply_free(&t->last);
    http_stop(&t->server);
    kernel_close(&t->kernel);
    sse_hub_free(&t->hub);
    rmdir(t->dir);
    arena_free(&t->arena);
}

/* Sends one request; headers are whole lines. The answer is t->last; returns its status. */
static inline int ask(World *t, const char *method, const char *path, const char *headers, const char *body)
{
    const char *text = arena_printf(
        t->arena,
        "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAccept-Language: en\r\n%s%s"
        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        method, path, t->auth, headers ? headers : "", body ? strlen(body) : 0, body ? body : "");
    reply_free(&t->last);
    t->last = client_ask(t->port, text, strlen(text));
    return t->last.status;
}

#define GET(t, path)        ask((t), "GET", (path), NULL, NULL)
#define POST(t, path, body) ask((t), "POST", (path), NULL, (body))

static inline const Json *answer(World *t)
{
    const Json *j = NULL;
    db_test_must(&t->ctx, json_parse(&t->ctx, str_of(t->last.body), &j));
    return j;
}

/* A text of the answer by a dotted path of members and array indexes: "items.0.code". */
static inline const Json *at(World *t, const char *path)
{
    const Json *j = answer(t);
    Str rest = str_of(path);
    while (j && rest.n) {
        Str step = str_cut(&rest, '.');
        if (j->type != JSON_ARRAY) {
            j = json_get(j, str_z(t->arena, step));
            continue;
        }
        j = j->child;
        for (long i = strtol(step.p, NULL, 10); j && i > 0; i--) j = j->next;
    }
    return j;
}

static inline const char *text_at(World *t, const char *path)
{
    Str s = json_str(at(t, path));
    return s.p ? str_z(t->arena, s) : "(none)";
}

static inline int64_t int_at(World *t, const char *path)
{
    int64_t i = -999;
    const Json *j = at(t, path);
    if (j) json_i64(j, &i);
    return i;
}

static inline size_t count_at(World *t, const char *path)
{
    const Json *j = at(t, path);
    return j && (j->type == JSON_ARRAY || j->type == JSON_OBJECT) ? j->count : 9999;
}

/* Does the problem name this field with this code? */
static inline bool has_field(World *t, const char *field, const char *code)
{
    JSON_EACH(f, at(t, "fields"))
    {
        if (str_is(json_str(json_get(f, "field")), field) && str_is(json_str(json_get(f, "code")), code))
            return true;
    }
    return false;
}

static inline const char *header(World *t, const char *name)
{
    static char value[512];
    return head_value(t->last.head, name, value, sizeof value) ? value : "";
}

static inline void make_site(World *t, const char *code, const char *name)
{
    const char *body =
        arena_printf(t->arena, "{\"code\":\"%s\",\"name\":\"%s\",\"kind\":\"gas\"}", code, name);
    assert_int_equal(POST(t, "/api/sites", body), 201);
}
