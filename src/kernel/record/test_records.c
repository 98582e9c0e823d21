/* Records over HTTP: create, read, list, change, archive, act, history, and each status of the interface's
 * contract. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_kernel.h"

static void run_create(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    assert_int_equal(
        POST(&t, "/api/sites",
             "{\"code\":\" A-1 \",\"name\":\"北站\",\"kind\":\"gas\",\"height\":12.5,\"built_at\":"
             "\"2026-01-02T08:00:00Z\","
             "\"extra\":{\"b\":[1,2]},\"pin\":\"1234\"}"),
        201);
    assert_string_equal(text_at(&t, "code"), "A-1");
    assert_string_equal(text_at(&t, "built_at"), "2026-01-02T16:00:00+08:00");
    assert_int_equal(int_at(&t, "beds"), 4); /* fallback */
    assert_string_equal(text_at(&t, "state"), "new");
    assert_int_equal(int_at(&t, "extra.b.1"), 2);
    assert_int_equal(int_at(&t, "version"), 1);
    assert_null(at(&t, "pin"));
    assert_string_equal(header(&t, "ETag"), "\"1\"");
    const char *id = text_at(&t, "id");
    assert_string_equal(header(&t, "Location"), arena_printf(t.arena, "/api/sites/%s", id));
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites/%s", id)), 200);
    assert_string_equal(text_at(&t, "name"), "北站");
    assert_int_equal(GET(&t, "/api/sites/code:A-1"), 200);
    assert_string_equal(text_at(&t, "id"), id);
    assert_int_equal(GET(&t, "/api/sites/A-1"), 200); /* a code where an id is meant */
    assert_string_equal(text_at(&t, "id"), id);
    assert_int_equal(GET(&t, "/api/sites/code:A-2"), 404);
    assert_int_equal(GET(&t, "/api/sites/12"), 404);
    assert_int_equal(GET(&t, "/api/sites/x"), 404);
    assert_int_equal(GET(&t, "/api/sites/code:A-1?what=1"), 422);
    assert_true(has_field(&t, "what", "unknown"));
    world_close(&t);
}

static void run_wrong_fields(DbPool *pool)
{
    static const struct {
        const char *body, *field, *code;
    } cases[] = {
        {"{\"name\":\"北站\",\"kind\":\"gas\"}", "code", "required"},
        {"{\"code\":\"\",\"name\":\"北站\",\"kind\":\"gas\"}", "code", "required"},
        {"{\"code\":\"A\",\"name\":7,\"kind\":\"gas\"}", "name", "type"},
        {"{\"code\":\"A\",\"name\":\"北\",\"kind\":\"gas\"}", "name", "length"},
        {"{\"code\":\"A\",\"name\":\"北\\u0001站\",\"kind\":\"gas\"}", "name", "type"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"fire\"}", "kind", "dictionary"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"height\":9000.5}", "height", "range"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"height\":\"12\"}", "height", "type"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"beds\":1.5}", "beds", "type"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"beds\":1001}", "beds", "range"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"open\":1}", "open", "type"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"built_at\":\"2026-02-30\"}", "built_at",
         "time"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"colour\":1}", "colour", "unknown"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"state\":\"old\"}", "state", "readonly"},
        {"{\"code\":\"A\",\"name\":\"北站\",\"kind\":\"gas\",\"id\":\"5\"}", "id", "readonly"},
    };
    World t;
    world_open(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(POST(&t, "/api/sites", cases[i].body), 422);
        assert_string_equal(text_at(&t, "code"), "input.invalid");
        if (!has_field(&t, cases[i].field, cases[i].code)) fail_msg("case %zu: %s", i, t.last.body);
    }
    /* All mistakes at once. */
    assert_int_equal(POST(&t, "/api/sites", "{\"name\":7,\"kind\":\"fire\",\"beds\":-1,\"x\":1}"), 422);
    assert_int_equal(count_at(&t, "fields"), 5);
    assert_int_equal(POST(&t, "/api/sites", "{\"code\":"), 400);
    assert_int_equal(POST(&t, "/api/sites", "[1]"), 400);
    assert_int_equal(POST(&t, "/api/gauges", "{\"code\":\"G\",\"site\":\"nowhere\"}"), 422);
    assert_true(has_field(&t, "site", "reference"));
    make_site(&t, "A-1", "北站");
    assert_int_equal(POST(&t, "/api/gauges", "{\"code\":\"G\",\"site\":\"A-1\",\"factor\":13}"), 422);
    assert_true(has_field(&t, "factor", "range"));
    assert_int_equal(GET(&t, "/api/sites"), 200);
    assert_int_equal(int_at(&t, "count"), 1);
    world_close(&t);
}

static int post_raw(World *t, const char *type, size_t n)
{
    StrBuf b;
    buf_init(&b, t->arena);
    buf_printf(&b, "POST /api/sites HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%sContent-Type: %s\r\n",
               t->auth, type);
    buf_printf(&b, "Content-Length: %zu\r\n\r\n", n);
    for (size_t i = 0; i < n; i++) buf_addc(&b, ' ');
    reply_free(&t->last);
    t->last = client_ask(t->port, b.p, b.n);
    return t->last.status;
}

static void run_bodies(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    assert_int_equal(post_raw(&t, "text/plain", 10), 415);
    assert_int_equal(post_raw(&t, "application/json", 10), 400);
    assert_int_equal(post_raw(&t, "application/json", (1u << 20) + 1), 413);
    world_close(&t);
}

static void run_duplicate(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    assert_int_equal(POST(&t, "/api/sites", "{\"code\":\"A-1\",\"name\":\"南站\",\"kind\":\"gas\"}"), 409);
    assert_string_equal(text_at(&t, "code"), "record.duplicate");
    assert_true(has_field(&t, "code", "duplicate"));
    /* An archived record gives its code free. */
    assert_int_equal(ask(&t, "DELETE", "/api/sites/code:A-1", NULL, NULL), 204);
    make_site(&t, "A-1", "南站");
    assert_int_equal(GET(&t, "/api/sites/code:A-1"), 200);
    assert_string_equal(text_at(&t, "name"), "南站");
    world_close(&t);
}

static void run_idempotency(DbPool *pool)
{
    static const char key[] = "Idempotency-Key: abc\r\n";
    static const char body[] = "{\"code\":\"A-1\",\"name\":\"北站\",\"kind\":\"gas\"}";
    World t;
    world_open(&t, pool);
    assert_int_equal(ask(&t, "POST", "/api/sites", key, body), 201);
    const char *id = text_at(&t, "id");
    assert_int_equal(ask(&t, "POST", "/api/sites", key, body), 201);
    assert_string_equal(text_at(&t, "id"), id);
    assert_string_equal(header(&t, "Idempotency-Replayed"), "true");
    assert_string_equal(header(&t, "ETag"), "\"1\"");
    assert_int_equal(
        ask(&t, "POST", "/api/sites", key, "{\"code\":\"A-2\",\"name\":\"北站\",\"kind\":\"gas\"}"), 409);
    assert_string_equal(text_at(&t, "code"), "idempotency.reused");
    /* After 24 hours the key is free again. */
    clock_freeze(clock_now() + 25 * MS_HOUR);
    assert_int_equal(ask(&t, "POST", "/api/sites", key, body), 409);
    assert_string_equal(text_at(&t, "code"), "record.duplicate");
    clock_freeze(TIME_NONE);
    world_close(&t);
}

static void run_change(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    const char *path = "/api/sites/code:A-1";
    assert_int_equal(ask(&t, "PATCH", path, NULL, "{\"name\":\"南站\"}"), 428);
    assert_int_equal(ask(&t, "PATCH", path, "If-Match: \"7\"\r\n", "{\"name\":\"南站\"}"), 412);
    assert_int_equal(
        ask(&t, "PATCH", path, "If-Match: \"1\"\r\n", "{\"name\":\"南站\",\"height\":3,\"beds\":null}"), 200);
    assert_string_equal(text_at(&t, "name"), "南站");
    assert_int_equal(int_at(&t, "height"), 3);
    assert_int_equal(at(&t, "beds")->type, JSON_NULL);
    assert_string_equal(header(&t, "ETag"), "\"2\"");
    assert_int_equal(ask(&t, "PATCH", path, "If-Match: \"1\"\r\n", "{\"name\":\"东站\"}"), 412);
    assert_int_equal(ask(&t, "PATCH", path, "If-Match: W/\"2\"\r\n", "{\"code\":\"A-9\"}"), 422);
    assert_true(has_field(&t, "code", "readonly"));
    assert_int_equal(ask(&t, "PATCH", path, "If-Match: *\r\n", "{\"code\":\"A-1\",\"name\":null}"), 422);
    assert_true(has_field(&t, "name", "required"));
    assert_int_equal(at(&t, "fields")->count, 1);
    /* Nothing changed: no new version. */
    assert_int_equal(ask(&t, "PATCH", path, "If-Match: \"2\"\r\n", "{\"name\":\"南站\"}"), 200);
    assert_int_equal(int_at(&t, "version"), 2);
    assert_int_equal(ask(&t, "PATCH", "/api/sites/code:B", "If-Match: *\r\n", "{}"), 404);
    assert_int_equal(ask(&t, "PUT", path, NULL, "{}"), 405);
    const char *id = text_at(&t, "id");
    (void)id;
    assert_int_equal(ask(&t, "DELETE", path, "If-Match: \"1\"\r\n", NULL), 412);
    assert_int_equal(ask(&t, "DELETE", path, "If-Match: \"2\"\r\n", NULL), 204);
    assert_int_equal(GET(&t, path), 404);
    assert_int_equal(GET(&t, "/api/sites?archived=true"), 200);
    const char *gone = arena_printf(t.arena, "/api/sites/%s", text_at(&t, "items.0.id"));
    assert_int_equal(GET(&t, gone), 200);
    assert_string_not_equal(text_at(&t, "archived_at"), "(none)");
    assert_int_equal(ask(&t, "PATCH", gone, "If-Match: *\r\n", "{\"name\":\"东站\"}"), 409);
    assert_int_equal(ask(&t, "DELETE", gone, NULL, NULL), 409);
    world_close(&t);
}

static void run_action(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    int before = gauge_commits;
    assert_int_equal(POST(&t, "/api/gauges", "{\"code\":\"G-1\",\"site\":\"A-1\",\"factor\":2.5}"), 201);
    assert_int_equal(gauge_commits, before + 1);
    assert_string_equal(text_at(&t, "site"), "A-1");
    assert_string_equal(text_at(&t, "titles.site"), "北站");
    assert_int_equal(int_at(&t, "double_factor"), 5);
    assert_int_equal(count_at(&t, "actions"), 0); /* the office may not pause */
    assert_int_equal(POST(&t, "/api/gauges/code:G-1/actions/pause", "{\"reason\":\"检修\"}"), 403);
    snprintf(t.auth, sizeof t.auth, "Authorization: Bearer test-token-watch\r\n");
    assert_int_equal(GET(&t, "/api/gauges/code:G-1"), 200);
    assert_string_equal(text_at(&t, "actions.0"), "pause");
    assert_int_equal(POST(&t, "/api/gauges/code:G-1/actions/pause", "{}"), 422);
    assert_true(has_field(&t, "reason", "required"));
    assert_int_equal(POST(&t, "/api/gauges/code:G-1/actions/pause", "{\"reason\":\"检修\",\"by\":1}"), 422);
    assert_int_equal(POST(&t, "/api/gauges/code:G-1/actions/fly", "{}"), 404);
    assert_int_equal(POST(&t, "/api/gauges/code:G-2/actions/pause", "{\"reason\":\"检修\"}"), 404);
    assert_int_equal(POST(&t, "/api/gauges/code:G-1/actions/pause", "{\"reason\":\"检修\"}"), 200);
    assert_string_equal(text_at(&t, "state"), "paused");
    assert_int_equal(int_at(&t, "version"), 2);
    assert_int_equal(count_at(&t, "actions"), 0);
    assert_int_equal(POST(&t, "/api/gauges/code:G-1/actions/pause", "{\"reason\":\"检修\"}"), 409);
    assert_string_equal(text_at(&t, "code"), "action.not_allowed");
    assert_int_equal(GET(&t, "/api/gauges/code:G-1/history"), 200);
    assert_int_equal(count_at(&t, "items"), 2);
    assert_string_equal(text_at(&t, "items.0.action"), "pause");
    assert_string_equal(text_at(&t, "items.0.why"), "检修");
    assert_string_equal(text_at(&t, "items.0.who"), "watch-token");
    assert_string_equal(text_at(&t, "items.0.changes.0.field"), "state");
    assert_string_equal(text_at(&t, "items.0.changes.0.before"), "running");
    assert_string_equal(text_at(&t, "items.0.changes.0.after"), "paused");
    assert_string_equal(text_at(&t, "items.1.changes.1.after"), "A-1 北站");
    assert_int_equal(GET(&t, "/api/gauges/code:G-1/history?limit=1"), 200);
    assert_int_equal(
        GET(&t, arena_printf(t.arena, "/api/gauges/code:G-1/history?limit=1&cursor=%s", text_at(&t, "next"))),
        200);
    assert_string_equal(text_at(&t, "items.0.action"), "create");
    assert_int_equal(at(&t, "next")->type, JSON_NULL);
    world_close(&t);
}

/* ---- Lists ---- */

static void fill_sites(World *t)
{
    static const char *const rows[] = {
        "{\"code\":\"S-1\",\"name\":\"Alpha "
        "站\",\"kind\":\"gas\",\"height\":5,\"beds\":1,\"built_at\":\"2026-01-01T00:00:00Z\"}",
        "{\"code\":\"S-2\",\"name\":\"beta 100%\",\"kind\":\"water\",\"height\":1,\"beds\":2,\"open\":false}",
        "{\"code\":\"S-3\",\"name\":\"Gamma_x\",\"kind\":\"gas\",\"beds\":3,\"built_at\":\"2026-03-01T00:00:"
        "00Z\"}",
        "{\"code\":\"S-4\",\"name\":\"delta 渠\",\"kind\":\"gas\",\"height\":5,\"beds\":4}",
        "{\"code\":\"S-5\",\"name\":\"Epsilon\",\"kind\":\"water\",\"beds\":5}",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) assert_int_equal(POST(t, "/api/sites", rows[i]), 201);
    assert_int_equal(POST(t, "/api/gauges", "{\"code\":\"G-1\",\"site\":\"S-1\",\"factor\":1}"), 201);
    assert_int_equal(POST(t, "/api/gauges", "{\"code\":\"G-2\",\"site\":\"S-2\"}"), 201);
}

/* The last digits of the codes on the page, in order. */
static const char *digits(World *t)
{
    StrBuf b;
    buf_init(&b, t->arena);
    JSON_EACH(item, at(t, "items"))
    {
        Str code = json_str(json_get(item, "code"));
        buf_addc(&b, code.p[code.n - 1]);
    }
    return str_z(t->arena, buf_str(&b));
}

static void run_list(DbPool *pool)
{
    static const struct {
        const char *path, *digits;
    } cases[] = {
        {"/api/sites", "12345"},
        {"/api/sites?sort=-code", "54321"},
        {"/api/sites?sort=height", "21435"},
        {"/api/sites?sort=-height", "41253"}, /* nulls last both ways */
        {"/api/sites?sort=name", "15324"},    /* bytewise */
        {"/api/sites?kind=gas", "134"},
        {"/api/sites?kind.ne=gas", "25"},
        {"/api/sites?code.in=S-1,S-5,S-9", "15"},
        {"/api/sites?beds.gte=2&beds.lt=4", "23"},
        {"/api/sites?beds.gt=4", "5"},
        {"/api/sites?height.lte=1", "2"},
        {"/api/sites?height=", "35"},
        {"/api/sites?height.ne=", "124"},
        {"/api/sites?height.ne=5", "235"},
        {"/api/sites?open=false", "2"},
        {"/api/sites?built_at.gte=2026-02-01", "3"},
        {"/api/sites?built_at.lt=2026-01-01T08:00:01%2B08:00", "1"},
        {"/api/sites?q=%E6%B8%A0", "4"}, /* one Chinese character */
        {"/api/sites?q=ALPHA", "1"},
        {"/api/sites?q=100%25", "2"},
        {"/api/sites?q=_", "3"},
        {"/api/sites?q=%25", "2"},
        {"/api/sites?q=s-", "12345"},
        {"/api/sites?q=nothing", ""},
        {"/api/sites?archived=true", ""},
        {"/api/sites?created_at.gte=2020-01-01&limit=2", "12"},
        {"/api/gauges?site=S-2", "2"},
        {"/api/gauges?site.ne=S-2", "1"},
        {"/api/gauges?site.in=S-1,S-2", "12"},
        {"/api/gauges?site=S-9", ""},
    };
    World t;
    world_open(&t, pool);
    fill_sites(&t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int status = GET(&t, cases[i].path);
        if (status != 200 || strcmp(digits(&t), cases[i].digits))
            fail_msg("%s: %d %s", cases[i].path, status, t.last.body);
    }
    assert_int_equal(GET(&t, "/api/gauges?site=S-1"), 200);
    assert_string_equal(text_at(&t, "items.0.site"), "S-1");
    assert_string_equal(text_at(&t, "items.0.titles.site"), "Alpha 站");
    assert_int_equal(GET(&t, "/api/sites?kind=gas&limit=1"), 200);
    assert_int_equal(int_at(&t, "count"), 3);
    assert_true(at(&t, "count_exact")->b);
    world_close(&t);
}

static void run_list_refused(DbPool *pool)
{
    static const struct {
        const char *query, *field;
    } cases[] = {{"colour=red", "colour"},
                 {"kind.gte=gas", "kind.gte"},
                 {"beds.like=1", "beds.like"},
                 {"name=x", "name"},
                 {"pin=1", "pin"},
                 {"sort=pin", "sort"},
                 {"sort=extra", "sort"},
                 {"limit=0", "limit"},
                 {"limit=1001", "limit"},
                 {"limit=x", "limit"},
                 {"cursor=zz", "cursor"},
                 {"cursor=7b7d", "cursor"},
                 {"beds=many", "beds"},
                 {"built_at.gte=x", "built_at"},
                 {"archived=maybe", "archived"},
                 {"open=perhaps", "open"}};
    World t;
    world_open(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites?%s", cases[i].query)), 422);
        if (!str_is(json_str(at(&t, "fields.0.field")), cases[i].field))
            fail_msg("%s: %s", cases[i].query, t.last.body);
    }
    world_close(&t);
}

/* Every order, page by page, gives every row once, also with nulls and equal values. */
static void run_paging(DbPool *pool)
{
    static const char *const sorts[] = {"code",       "-code",       "height",    "-height", "kind",
                                        "-kind",      "built_at",    "-built_at", "id",      "-id",
                                        "created_at", "-updated_at", "name",      "beds"};
    World t;
    world_open(&t, pool);
    fill_sites(&t);
    for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
        assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites?sort=%s", sorts[i])), 200);
        const char *whole = digits(&t), *next = "";
        StrBuf pages;
        buf_init(&pages, t.arena);
        for (int page = 0; page < 9 && next; page++) {
            assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites?sort=%s&limit=2%s%s", sorts[i],
                                                  *next ? "&cursor=" : "", next)),
                             200);
            buf_addz(&pages, digits(&t));
            next = at(&t, "next")->type == JSON_NULL ? NULL : text_at(&t, "next");
        }
        assert_null(next);
        assert_string_equal(str_z(t.arena, buf_str(&pages)), whole);
        assert_int_equal(strlen(whole), 5);
    }
    /* A cursor belongs to its order. */
    assert_int_equal(GET(&t, "/api/sites?sort=height&limit=2"), 200);
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites?sort=code&cursor=%s", text_at(&t, "next"))),
                     422);
    world_close(&t);
}

static void many_sites(SqlBuf *b)
{
    sql_lit(b, "INSERT INTO sites (id, version, created_at, updated_at, code, name, kind) "
               "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 10001) "
               "SELECT n, 1, 0, 0, CAST(n AS TEXT), 'x', 'gas' FROM many");
}

/* Counting stops at ten thousand. */
static void run_count(DbPool *pool)
{
    World t;
    Db *db;
    SqlBuf b;
    world_open(&t, pool);
    db_test_must(&t.ctx, db_take_write(&t.ctx, pool, &db));
    sql_init(&b, &t.ctx, db);
    many_sites(&b);
    db_test_must(&t.ctx, sql_exec(&t.ctx, db, &b));
    db_done(&t.ctx, &db);
    assert_int_equal(GET(&t, "/api/sites?limit=1000"), 200);
    assert_int_equal(count_at(&t, "items"), 1000);
    assert_int_equal(int_at(&t, "count"), 10000);
    assert_false(at(&t, "count_exact")->b);
    assert_int_equal(GET(&t, "/api/sites?limit=1&id.gt=1"), 200);
    assert_int_equal(int_at(&t, "count"), 10000);
    assert_true(at(&t, "count_exact")->b);
    world_close(&t);
}

/* An older database gets the columns that a declaration has gained. */
static void run_reopen(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    db_test_must(&t.ctx, kernel_conformance_tables(&t.ctx, t.kernel));
    http_stop(&t.server);
    kernel_close(&t.kernel);
    world_open_kernel(&t);
    world_serve(&t);
    assert_int_equal(GET(&t, "/api/sites/code:A-1"), 200);
    assert_string_equal(text_at(&t, "name"), "北站");
    assert_int_equal(GET(&t, "/api/dict-entries?dict=site_kind"), 200);
    assert_int_equal(int_at(&t, "count"), 2); /* not seeded twice */
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(create)
BOTH(wrong_fields)
BOTH(bodies)
BOTH(duplicate)
BOTH(idempotency)
BOTH(change)
BOTH(action)
BOTH(list)
BOTH(list_refused)
BOTH(paging)
BOTH(count)
BOTH(reopen)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create),    cmocka_unit_test(wrong_fields), cmocka_unit_test(bodies),
        cmocka_unit_test(duplicate), cmocka_unit_test(idempotency),  cmocka_unit_test(change),
        cmocka_unit_test(action),    cmocka_unit_test(list),         cmocka_unit_test(list_refused),
        cmocka_unit_test(paging),    cmocka_unit_test(count),        cmocka_unit_test(reopen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
