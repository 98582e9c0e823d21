/* The search: how text falls into terms, that both databases find the same in the same fixture, that it is
 * kept in the transaction of the write, and that nobody finds what he may not read. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "kernel_int.h"
#include "search/search.h"
#include "test_kernel.h"

/* ---- Terms ---- */

static void index_terms(void **state)
{
    static const struct {
        const char *text, *flat, *vector;
    } cases[] = {
        {"燃气", "燃 气 燃气 \xEE\x80\x83 ", "'燃' '气' '燃气':1 "},
        {"气气气", "气 气气 气气 \xEE\x80\x83 ", "'气' '气气':1 '气气':2 "},
        {"甲，乙", "甲 乙 \xEE\x80\x83 \xEE\x80\x83 ", "'甲' '乙' "},
        {"Ａb",
         "ab \xEE\x80\x82"
         "a \xEE\x80\x82"
         "ab ",
         "'ab' '\xEE\x80\x82"
         "a' '\xEE\x80\x82"
         "ab' "},
        {"' OR \"", "or \xEE\x80\x82o \xEE\x80\x82or ", "'or' '\xEE\x80\x82o' '\xEE\x80\x82or' "},
        {"", "", ""},
    };
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str text = str_of(cases[i].text);
        assert_string_equal(str_z(a, search_index_text(a, DB_SQLITE, STR_NONE, text)), cases[i].flat);
        assert_string_equal(str_z(a, search_index_text(a, DB_PG, STR_NONE, text)), cases[i].vector);
    }
    arena_free(&a);
}

static void snippets(void **state)
{
    static const struct {
        const char *text, *q, *expected;
    } cases[] = {
        {"文昌路燃气泄漏", "燃气", "文昌路\x02燃气\x03泄漏"},
        {"Gas GAS gas", "gas", "\x02Gas\x03 \x02GAS\x03 \x02gas\x03"},
        {"第一行\n第二行", "二", "第一行 第\x02二\x03行"},
        {"ＡＢＣ", "abc", "\x02ＡＢＣ\x03"},
        {"<b>气</b>", "气", "<b>\x02气\x03</b>"},
        {"一二三四五六七八九十一二三四五六七八九十一二三四五气", "气",
         "…六七八九十一二三四五六七八九十一二三四五\x02气\x03"},
    };
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(str_z(a, search_snippet(a, str_of(cases[i].text), str_of(cases[i].q))),
                            cases[i].expected);
    assert_null(search_snippet(a, STR("文昌路"), STR("水")).p);
    arena_free(&a);
}

/* ---- One fixture, both databases ---- */

static const struct {
    const char *code, *name;
} sites[] = {
    {"GAS-0001", "文昌路燃气调压站"}, {"GAS-0002", "气象观测场"},
    {"WAT-0001", "自来水厂，燃料库"}, {"A座12", "中央商场🔥𠮷野家"},
    {"X1", "燃气。气泄漏点"},         {"YJ20261122000123", "Émile's \\\"quoted\\\" ＦＵＬＬ width"},
    {"OR", "AND NOT near"},
};

static void fill(World *t)
{
    for (size_t i = 0; i < ARRAY_LEN(sites); i++) {
        const char *body = arena_printf(t->arena, "{\"code\":\"%s\",\"name\":\"%s\",\"kind\":\"water\"}",
                                        sites[i].code, sites[i].name);
        assert_int_equal(POST(t, "/api/sites", body), 201);
    }
}

/* Percent-encodes all of it. */
static const char *search_path(World *t, Str q, const char *more)
{
    StrBuf b;
    buf_init(&b, t->arena);
    buf_addz(&b, "/api/search?q=");
    for (size_t i = 0; i < q.n; i++) buf_printf(&b, "%%%02X", (unsigned char)q.p[i]);
    buf_addz(&b, more);
    return str_z(t->arena, buf_str(&b));
}

/* The codes found, space separated, newest first. */
static const char *found(World *t, const char *q, const char *more)
{
    assert_int_equal(GET(t, search_path(t, str_of(q), more)), 200);
    StrBuf b;
    buf_init(&b, t->arena);
    JSON_EACH(item, at(t, "items"))
    {
        if (b.n) buf_addc(&b, ' ');
        buf_add(&b, json_str(json_get(item, "code")));
    }
    return str_z(t->arena, buf_str(&b));
}

static void finds(World *t)
{
    static const struct {
        const char *q, *codes;
    } cases[] = {
        {"气", "X1 GAS-0002 GAS-0001"},
        {"供水 气象", "GAS-0002"}, /* the label of its kind */
        {"燃气", "X1 GAS-0001"},
        {"燃气泄漏", ""}, /* a full stop stands between */
        {"气泄漏", "X1"},
        {"燃气调压站", "GAS-0001"},
        {"燃 站", "GAS-0001"},
        {"gas", "GAS-0002 GAS-0001"},
        {"Gas-0002", "GAS-0002"},
        {"0001", "WAT-0001 GAS-0001"},
        {"00", "WAT-0001 GAS-0002 GAS-0001"},
        {"ｗａｔ", "WAT-0001"},
        {"🔥", "A座12"},
        {"𠮷", "A座12"},
        {"𠮷野家", "A座12"},
        {"a座", "A座12"},
        {"12", "A座12"},
        {"YJ2026112200012", "YJ20261122000123"},
        {"20261122", "YJ20261122000123"},
        {"émile", "YJ20261122000123"},
        {"\"quoted\"", "YJ20261122000123"},
        {"full", "YJ20261122000123"},
        {"燃气 OR 水", ""},
        {"or", "OR"},
        {"NOT near", "OR"},
        {"nea*", "OR"},
        {"燃气'); DROP TABLE search; --", ""},
        {"% _ * : ( ) ^ -", ""},
        {"", ""},
        {"，。！", ""},
        {"没有这样的字", ""},
        {"燃气类", ""},
        {"state:new", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(found(t, cases[i].q, ""), cases[i].codes);
}

static void answers(World *t)
{
    assert_string_equal(found(t, "调压", ""), "GAS-0001");
    assert_string_equal(text_at(t, "items.0.entity"), "site");
    assert_string_equal(text_at(t, "items.0.plural"), "sites");
    assert_string_equal(text_at(t, "items.0.title"), "文昌路燃气调压站");
    assert_int_equal(int_at(t, "count"), 1);
    assert_non_null(strstr(t->last.body, "\"count_exact\":true"));
    assert_string_equal(found(t, "燃气", "&entity=gauges"), "");
    assert_string_equal(found(t, "燃气", "&entity=sites"), "X1 GAS-0001");
    /* Page by page gives the whole, each once. */
    assert_string_equal(found(t, "气", "&limit=2"), "X1 GAS-0002");
    const char *next = text_at(t, "next");
    assert_string_equal(found(t, "气", arena_printf(t->arena, "&limit=2&cursor=%s", next)), "GAS-0001");
    assert_int_equal(int_at(t, "count"), 3);
}

static void refuses(World *t)
{
    static const char *const wrong[] = {"&limit=0",      "&limit=101",   "&cursor=x", "&cursor=-1",
                                        "&entity=users", "&entity=none", "&scope=all"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(GET(t, search_path(t, STR("气"), wrong[i])), 422);
    assert_int_equal(GET(t, search_path(t, str_n("a\0b", 3), "")), 400);
    assert_int_equal(GET(t, search_path(t, STR("\xff\xfe"), "")), 400);
    StrBuf b;
    buf_init(&b, t->arena);
    for (int i = 0; i < SEARCH_Q_MAX; i++) buf_addz(&b, "气");
    assert_int_equal(GET(t, search_path(t, buf_str(&b), "")), 200);
    buf_addz(&b, "气");
    assert_int_equal(GET(t, search_path(t, buf_str(&b), "")), 422);
    b.n = 0;
    for (int i = 0; i < 65; i++) buf_printf(&b, "w%d ", i);
    assert_int_equal(GET(t, search_path(t, buf_str(&b), "")), 422);
    assert_true(has_field(t, "q", "length"));
}

static void fixture_test(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    fill(&t);
    finds(&t);
    answers(&t);
    refuses(&t);
    /* The same after it was built anew. */
    db_test_must(&t.ctx, search_rebuild(&t.ctx, t.kernel));
    finds(&t);
    world_close(&t);
}

/* ---- Kept with the record ---- */

/* A fresh database begins with a rebuild in the background, which empties the index first: it is over here.
 */
static void open_indexed(World *t, DbPool *pool)
{
    world_open(t, pool);
    db_test_must(&t->ctx, search_rebuild(&t->ctx, t->kernel));
}

static void change_name(World *t, const char *code, const char *body)
{
    assert_int_equal(GET(t, arena_printf(t->arena, "/api/sites/code:%s", code)), 200);
    const char *tag = arena_printf(t->arena, "If-Match: %s\r\n", header(t, "ETag"));
    assert_int_equal(ask(t, "PATCH", arena_printf(t->arena, "/api/sites/code:%s", code), tag, body), 200);
}

static void roll_back(World *t)
{
    const Entity *e = kernel_entity(t->kernel, "sites");
    Work w;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    Record *rec = rec_new(&t->ctx, e);
    rec_set(e, rec, "code", db_val_z("LOST"));
    rec_set(e, rec, "name", db_val_z("未提交的场所"));
    rec_set(e, rec, "kind", db_val_z("gas"));
    db_test_must(&t->ctx, store_insert(&w, e, rec));
    work_abort(&w);
}

static void kept_test(DbPool *pool)
{
    World t;
    open_indexed(&t, pool);
    make_site(&t, "S1", "东风路泵站");
    assert_string_equal(found(&t, "东风", ""), "S1");
    change_name(&t, "S1", "{\"name\":\"西风路泵站\",\"pin\":\"机密四五\"}");
    assert_string_equal(found(&t, "东风", ""), "");
    assert_string_equal(found(&t, "西风路", ""), "S1");
    assert_string_equal(found(&t, "机密", ""), ""); /* a secret field */
    change_name(&t, "S1", "{\"beds\":7}");
    assert_string_equal(found(&t, "西风路", ""), "S1");
    roll_back(&t);
    assert_string_equal(found(&t, "未提交", ""), "");
    /* A gauge is found by its site's name. */
    assert_int_equal(POST(&t, "/api/gauges", "{\"code\":\"G1\",\"site\":\"S1\"}"), 201);
    assert_string_equal(found(&t, "西风路泵站", ""), "G1 S1");
    assert_string_equal(text_at(&t, "items.0.snippet"), "\x02西风路泵站\x03 running");
    assert_int_equal(ask(&t, "DELETE", "/api/gauges/code:G1", NULL, NULL), 204);
    assert_string_equal(found(&t, "西风", ""), "S1");
    world_close(&t);
}

/* ---- Permission ---- */

static void become(World *t, const char *role)
{
    Work w;
    const char *token;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, role, role, NULL, false, &token));
    db_test_must(&t->ctx, work_commit(&w));
    snprintf(t->auth, sizeof t->auth, "Authorization: Bearer %s\r\n", token);
}

static void permission_test(DbPool *pool)
{
    World t;
    open_indexed(&t, pool);
    make_site(&t, "S1", "东风路泵站");
    assert_int_equal(POST(&t, "/api/gauges", "{\"code\":\"G1\",\"site\":\"S1\"}"), 201);
    assert_string_equal(found(&t, "东风", ""), "G1 S1");
    become(&t, "audit"); /* reads sites, no gauges */
    assert_string_equal(found(&t, "东风", ""), "S1");
    assert_int_equal(int_at(&t, "count"), 1);
    assert_string_equal(found(&t, "东风", "&entity=gauges"), "");
    become(&t, "system"); /* neither */
    assert_string_equal(found(&t, "东风", ""), "");
    assert_int_equal(int_at(&t, "count"), 0);
    t.auth[0] = 0;
    assert_int_equal(GET(&t, "/api/search?q=x"), 401);
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(name##_test);                                                                           \
    }
BOTH(fixture)
BOTH(kept)
BOTH(permission)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(index_terms), cmocka_unit_test(snippets),
                                       cmocka_unit_test(fixture), cmocka_unit_test(kept),
                                       cmocka_unit_test(permission)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
