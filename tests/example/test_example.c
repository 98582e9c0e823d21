/* The example of docs/module-guide.md: its declarations are sound, the guide's blocks are its text, and an
 * inspection goes from order to end over HTTP on both databases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "db/db_test.h"
#include "kernel/conformance.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/test_city.h"
#include "mod/valve.h"

static const Module *const modules[] = {&mod_district, &mod_body, &mod_valve};

static void sound(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, kernel_conformance(&ctx, modules, ARRAY_LEN(modules)));
    arena_free(&a);
}

/* ---- The guide ---- */

static Str read_file(Arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("no file %s", path);
    StrBuf b;
    char part[4096];
    buf_init(&b, a);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) buf_add(&b, str_n(part, n));
    fclose(f);
    return buf_str(&b);
}

/* Pieces of a block stand in the source in this order; a line "…" parts them. */
static void check_block(Arena *a, Str block, Str source)
{
    static const Str gap = {"…\n", sizeof "…\n" - 1};
    while (block.n) {
        ptrdiff_t at = str_find(block, gap);
        Str piece = at < 0 ? block : str_n(block.p, (size_t)at);
        block = at < 0 ? STR_NONE : str_n(block.p + at + gap.n, block.n - (size_t)at - gap.n);
        ptrdiff_t found = str_find(source, piece);
        if (found < 0) fail_msg("not in valve.c:\n%s", str_z(a, piece));
        source = str_n(source.p + found, source.n - (size_t)found);
    }
}

static void guide(void **state)
{
    static const Str open = {"\n```c\n", 6}, shut = {"```\n", 4};
    (void)state;
    Arena *a = arena_new(0);
    Str source = read_file(a, ANLAN_SOURCE_DIR "/tests/example/valve/valve.c");
    Str text = read_file(a, ANLAN_SOURCE_DIR "/docs/module-guide.md");
    int blocks = 0;
    for (ptrdiff_t at; (at = str_find(text, open)) >= 0; blocks++) {
        text = str_n(text.p + at + open.n, text.n - (size_t)at - open.n);
        ptrdiff_t end = str_find(text, shut);
        assert_true(end > 0);
        check_block(a, str_n(text.p, (size_t)end), source);
        text = str_n(text.p + end, text.n - (size_t)end);
    }
    assert_true(blocks >= 10);
    arena_free(&a);
}

/* ---- An inspection ---- */

typedef struct Town {
    City city;
    Arena *arena;
    Ctx ctx;
} Town;

#define UNIT_TOKEN "test-token-of-the-unit"

static int64_t add_record(Town *t, Work *w, const char *plural, const char *const *pairs)
{
    const Entity *e = kernel_entity(t->city.kernel, plural);
    Record *rec = rec_new(&t->ctx, e);
    for (; *pairs; pairs += 2) rec_set(e, rec, pairs[0], db_val_z(pairs[1]));
    db_test_must(&t->ctx, store_insert(w, e, rec));
    return rec->id;
}

static void bind_token(SqlBuf *b, const char *name, int64_t body)
{
    sql_lit(b, "UPDATE tokens SET body = ");
    sql_arg(b, db_val_i64(body));
    sql_lit(b, " WHERE name = ");
    sql_arg(b, db_val_z(name));
}

static void people(Town *t, DbPool *pool)
{
    static const char *const office[] = {"code", "B-1", "name", "安委办", "kind", "committee_office", NULL};
    static const char *const unit[] = {"code", "B-2", "name", "燃气公司", "kind", "operator", NULL};
    static const char *const names[] = {"office", "unit"};
    Work w;
    Db *db;
    const char *token;
    int64_t bodies[2];
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->city.kernel, NULL, "test", true, &w));
    bodies[0] = add_record(t, &w, "bodies", office);
    bodies[1] = add_record(t, &w, "bodies", unit);
    db_test_must(&t->ctx, token_add(&w, "unit", "enterprise", UNIT_TOKEN, false, &token));
    db_test_must(&t->ctx, work_commit(&w));
    db_test_must(&t->ctx, db_take_write(&t->ctx, pool, &db));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        SqlBuf b;
        sql_init(&b, &t->ctx, db);
        bind_token(&b, names[i], bodies[i]);
        db_test_must(&t->ctx, sql_exec(&t->ctx, db, &b));
    }
    db_done(&t->ctx, &db);
}

static const Json *post(Town *t, int status, const char *path, const char *body)
{
    return city_json(t->arena, &t->city, "POST", path, status, str_of(body));
}

static const Json *get(Town *t, const char *path)
{
    return city_json(t->arena, &t->city, "GET", path, 200, STR_NONE);
}

static bool says(const Json *j, const char *name, const char *value)
{
    return str_is(json_str(json_get(j, name)), value);
}

#define CHECK "/api/valve-checks/code:C-1"

static void order(Town *t)
{
    t->city.token = CITY_TOKEN;
    post(t, 201, "/api/valves",
         "{\"code\":\"V-1\",\"name\":\"一号站安全阀\",\"kind\":\"spring\",\"unit\":\"B-2\"}");
    const Json *j = post(t, 201, "/api/valve-checks",
                         "{\"code\":\"C-1\",\"title\":\"年度检查\",\"valve\":\"V-1\",\"office\":\"B-1\"}");
    assert_true(says(j, "state", "ordered"));
    assert_true(says(j, "turn_title", "燃气公司"));
    assert_true(says(json_get(j, "clock"), "limit", "valve.check"));
    assert_false(says(json_get(j, "clock"), "due_at", ""));
    post(t, 403, CHECK "/actions/report", "{\"verdict\":\"passed\"}"); /* no permission */
}

static void inspect(Town *t)
{
    t->city.token = UNIT_TOKEN;
    const Json *desk = get(t, "/api/desk");
    assert_int_equal(json_get(desk, "items")->count, 1);
    assert_true(says(json_get(desk, "items")->child, "code", "C-1"));
    assert_true(
        says(post(t, 409, CHECK "/actions/report", "{\"verdict\":\"passed\"}"), "code", "flow.evidence"));
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89";
    Reply r = city_ask(&t->city, "POST", CHECK "/files?name=photo.png", "Content-Type: image/png\r\n",
                       str_n(png, sizeof png - 1));
    assert_int_equal(r.status / 100, 2);
    reply_free(&r);
    post(t, 422, CHECK "/actions/report", "{\"verdict\":\"failed\"}");
    assert_true(
        says(post(t, 200, CHECK "/actions/report", "{\"verdict\":\"passed\"}"), "state", "inspected"));
    assert_int_equal(json_get(get(t, "/api/desk"), "items")->count, 0);
}

static void review(Town *t)
{
    t->city.token = CITY_TOKEN;
    assert_true(says(json_get(get(t, "/api/desk"), "items")->child, "code", "C-1"));
    post(t, 422, CHECK "/actions/return", "{}");
    assert_true(says(post(t, 200, CHECK "/actions/accept", "{}"), "state", "accepted"));
    assert_int_equal(json_get(get(t, "/api/valves/code:V-1"), "tested_at")->type, JSON_TEXT);
    const Json *line = get(t, CHECK "/timeline"), *chain = json_get(line, "chain");
    assert_int_equal(chain->count, 2);
    assert_true(says(chain->child, "code", "V-1"));
    assert_true(json_get(line, "items")->count >= 5);
}

static void run_inspection(DbPool *pool)
{
    Town t = {.arena = arena_new(0)};
    ctx_init(&t.ctx, t.arena, LANG_EN);
    city_open(&t.city, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    db_test_must(&t.ctx, kernel_conformance_tables(&t.ctx, t.city.kernel));
    people(&t, pool);
    order(&t);
    inspect(&t);
    review(&t);
    city_close(&t.city);
    arena_free(&t.arena);
}

/* A state in a file to import is not taken: the program fills it. */
static void run_import(DbPool *pool)
{
    static const char csv[] = "编号,事项,安全阀,状态,交办单位\nC-9,抽查,V-1,已办结,B-1\n";
    Town t = {.arena = arena_new(0)};
    ctx_init(&t.ctx, t.arena, LANG_EN);
    city_open(&t.city, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    people(&t, pool);
    post(&t, 201, "/api/valves",
         "{\"code\":\"V-1\",\"name\":\"一号站安全阀\",\"kind\":\"spring\",\"unit\":\"B-2\"}");
    Reply r = city_ask(&t.city, "POST", "/api/valve-checks/import?name=a.csv", "Content-Type: text/csv\r\n",
                       str_n(csv, sizeof csv - 1));
    assert_int_equal(r.status, 200);
    reply_free(&r);
    assert_true(says(get(&t, "/api/valve-checks/code:C-9"), "state", "ordered"));
    Reply out = city_ask(&t.city, "GET", "/api/valve-checks.csv", "", STR_NONE);
    assert_int_equal(out.status, 200);
    assert_true(str_find(str_n(out.body, out.n), STR("待检查")) > 0);
    reply_free(&out);
    city_close(&t.city);
    arena_free(&t.arena);
}

static void inspection(void **state)
{
    (void)state;
    db_test_each(run_inspection);
}

static void import(void **state)
{
    (void)state;
    db_test_each(run_import);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sound), cmocka_unit_test(guide),
                                       cmocka_unit_test(inspection), cmocka_unit_test(import)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
