/* JSON in and out, hostile texts included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/json.h"
#include <math.h>

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        Str text;
        const char *place; /* part of the English message */
    } cases[] = {
        {STR(""), "line 1"},
        {STR(" "), "line"},
        {STR("{\"a\":1,\"a\":2}"), "line 1"},
        {STR("{\"a\":1}\n{}"), "line 2"},
        {STR("[1,]"), "line 1"},
        {STR("{\n\n\"a\" 1}"), "line 3"},
        {STR("nul"), "line 1"},
        {STR("01"), "line 1"},
        {STR("+1"), "line 1"},
        {STR("1e999"), "line 1"},
        {STR("NaN"), "line 1"},
        {STR("9223372036854775808"), "line 1"},
        {STR("\"\xff\""), "line 1"},
        {STR("\"\xed\xa0\x80\""), "line 1"},
        {STR("\"\\ud800\""), "line 1"},
        {STR("\"\\u0000\""), "line 1"},
        {STR("\"a\nb\""), "line 1"},
        {STR("\"open"), "line 1"},
        {STR("[1]\0"), "line 1"},
        {STR("'a'"), "line 1"},
        {STR("{\"a\":1} // x"), "line 1"},
        {STR("\xef\xbb\xbf{}"), "line 1"},
        {STR("\"\\"), "line 1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        const Json *j = NULL;
        if (json_parse(&ctx, cases[i].text, &j) != RC_SYNTAX) fail_msg("case %zu was read", i);
        assert_string_equal(ctx.err.code, "json.syntax");
        if (str_find(str_of(ctx.err.message), str_of(cases[i].place)) < 0)
            fail_msg("case %zu: %s", i, ctx.err.message);
        assert_non_null(ctx.err.cause);
        arena_free(&a);
    }
}

static void test_depth(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    static char text[DEEP];
    static const struct {
        size_t n;
        Rc rc;
    } cases[] = {{64, RC_OK}, {65, RC_SYNTAX}, {DEEP / 2, RC_SYNTAX}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        memset(text, '[', cases[i].n);
        memset(text + cases[i].n, ']', cases[i].n);
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_ZH);
        const Json *j;
        assert_int_equal(json_parse(&ctx, str_n(text, 2 * cases[i].n), &j), cases[i].rc);
        arena_free(&a);
    }
}

static void test_budget(void **state)
{
    (void)state;
    Arena *a = arena_new(10000), *big = arena_new(0);
    StrBuf b;
    buf_init(&b, big);
    buf_addc(&b, '[');
    for (int i = 0; i < 1000; i++) buf_addz(&b, "0,");
    buf_addz(&b, "0]");
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    const Json *j;
    assert_int_equal(json_parse(&ctx, buf_str(&b), &j), RC_TOO_LARGE);
    arena_free(&a);
    arena_free(&big);
}

static void test_tree(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    const Json *j, *m;
    Str text =
        STR("{\"z\":[1,2.5,\"安\\u0041\\ud83d\\ude00\",true,null],\"a\":{},\"big\":9223372036854775807,"
            "\"r\":3.0,\"f\":2.5,\"h\":1e300}");
    assert_int_equal(json_parse(&ctx, text, &j), RC_OK);
    assert_true(j->type == JSON_OBJECT && j->count == 6);
    assert_true(str_is(j->child->name, "z") && str_is(j->child->next->name, "a")); /* order is kept */
    m = json_get(j, "z");
    assert_true(m->type == JSON_ARRAY && m->count == 5);
    int64_t sum = 0;
    JSON_EACH(item, m) sum++;
    assert_int_equal(sum, 5);
    assert_true(str_is(json_str(m->child->next->next), "安A😀"));
    assert_null(json_str(m->child).p);
    int64_t i;
    double f;
    assert_true(json_i64(json_get(j, "big"), &i) && i == INT64_MAX);
    assert_true(json_i64(json_get(j, "r"), &i) && i == 3);
    assert_false(json_i64(json_get(j, "f"), &i));
    assert_false(json_i64(json_get(j, "h"), &i));
    assert_true(json_f64(json_get(j, "f"), &f) && f == 2.5);
    assert_false(json_f64(json_get(j, "z"), &f));
    assert_null(json_get(j, "absent"));
    assert_null(json_get(m, "a"));
    assert_null(json_get(NULL, "a"));
    arena_free(&a);
}

static void test_writer(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "z", "a\"\\\n\x01/安");
    jout_kz(&o, "null", NULL);
    jout_ki(&o, "i", INT64_MIN);
    jout_kf(&o, "f", 0.1);
    jout_kf(&o, "nan", NAN);
    jout_kb(&o, "b", false);
    jout_kid(&o, "id", 42);
    jout_kt(&o, "t", 0);
    jout_kt(&o, "none", TIME_NONE);
    jout_ks(&o, "bad", STR("a\xff\xe4\xb8"));
    jout_text(&o, "text", (Text)T("报警", "alarm"));
    jout_key(&o, "list");
    jout_open_array(&o);
    jout_open(&o);
    jout_close(&o);
    jout_raw(&o, STR("[1]"));
    jout_str(&o, STR_NONE);
    jout_close_array(&o);
    jout_close(&o);
    assert_string_equal(
        b.p, "{\"z\":\"a\\\"\\\\\\n\\u0001/安\",\"null\":null,\"i\":-9223372036854775808,\"f\":0.1,"
             "\"nan\":null,\"b\":false,\"id\":\"42\",\"t\":\"1970-01-01T08:00:00+08:00\",\"none\":null,"
             "\"bad\":\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\",\"text\":{\"zh\":\"报警\",\"en\":\"alarm\"},"
             "\"list\":[{},[1],\"\"]}");
    assert_int_equal(o.depth, 0);
    arena_free(&a);
}

static void test_copy(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"a\":[1,-2.5,\"\\u0007x\",true,false,null,{}],\"b\":{\"c\":[]}}",
                                        "\"x\"", "1e+300", "[[],[[]],{\"\":\"\"}]"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        const Json *j;
        assert_int_equal(json_parse(&ctx, str_of(texts[i]), &j), RC_OK);
        StrBuf b;
        JsonOut o;
        buf_init(&b, a);
        jout_init(&o, &b);
        jout_json(&o, j);
        assert_string_equal(b.p, texts[i]);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused), cmocka_unit_test(test_depth),  cmocka_unit_test(test_budget),
        cmocka_unit_test(test_tree),    cmocka_unit_test(test_writer), cmocka_unit_test(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
