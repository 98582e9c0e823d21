/* CAP messages against the schema's rules: what registers and people may put into them must never make one
 * invalid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "cap_area.h"
#include "test_cap.h"

#include <math.h>

#define NOON INT64_C(1795320000123) /* 2026-11-22 12:00:00.123+08:00 */

static CapAlert good(void)
{
    static const CapPair geocodes[] = {{{"GB/T 2260", 9}, {"990101", 6}}, {{"x", 1}, {NULL, 0}}};
    CapAlert c = {.identifier = STR("W20261122-001-1"),
                  .sender = STR("anlan"),
                  .sent = NOON,
                  .type = CAP_ALERT,
                  .status = "Actual",
                  .category = STR("Infra"),
                  .urgency = STR("Immediate"),
                  .severity = STR("Severe"),
                  .certainty = STR("Observed"),
                  .response = STR("Execute"),
                  .effective = NOON,
                  .onset = TIME_NONE,
                  .expires = NOON + MS_DAY,
                  .lon = 118.5,
                  .lat = 32.25,
                  .radius_km = 0.5,
                  .geocodes = geocodes,
                  .ngeocodes = 2};
    for (int i = 0; i < LANG_COUNT; i++)
        c.words[i] = (CapWords){
            .event = STR("燃气安全风险预警"), .headline = STR("橙色燃气预警"), .area = STR("中心路")};
    return c;
}

static Str print(Arena *a, const CapAlert *c)
{
    StrBuf b;
    buf_init(&b, a);
    cap_write(c, &b);
    return buf_str(&b);
}

static void assert_valid(Arena *a, const CapAlert *c)
{
    CapReader r;
    Str xml = print(a, c);
    const char *fault = cap_test_check(&r, xml);
    if (fault) fprintf(stderr, "%s\n%.*s\n", fault, STR_ARG(xml));
    assert_null(fault);
}

static void test_each_type(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    CapAlert c = good();
    assert_valid(a, &c);
    Str xml = print(a, &c);
    assert_true(str_find(xml, STR("<sent>2026-11-22T12:00:00+08:00</sent>")) > 0);
    assert_true(str_find(xml, STR("<circle>32.250000,118.500000 0.500</circle>")) > 0);
    assert_true(str_find(xml, STR("Z<")) < 0);
    c.references = cap_reference(a, c.sender, c.identifier, NOON);
    assert_true(str_is(c.references, "anlan,W20261122-001-1,2026-11-22T12:00:00+08:00"));
    c.type = CAP_UPDATE;
    assert_valid(a, &c);
    c.type = CAP_CANCEL;
    c.note = STR("复测正常");
    assert_valid(a, &c);
    arena_free(&a);
}

static void test_hostile_words(void **state)
{
    static const char *const words[] = {
        "a<b>&\"'c", "]]>", "<!--", "\x01\x02控制\x0b字符", "﷐ \xEF\xBF\xBE tail", "</event><event>x"};
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        CapAlert c = good();
        Str s = str_of(words[i]);
        for (int l = 0; l < LANG_COUNT; l++)
            c.words[l] = (CapWords){
                .event = s, .headline = s, .description = s, .instruction = s, .area = s, .sender_name = s};
        assert_valid(a, &c);
    }
    arena_free(&a);
}

static void test_names(void **state)
{
    (void)state;
    assert_true(cap_name_ok(STR("anlan@yunlan.gov.cn")));
    static const char *const bad[] = {"", "a b", "a,b", "a<b", "a&b", "a\tb"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(cap_name_ok(str_of(bad[i])));
}

static void test_areas(void **state)
{
    static const struct {
        const char *json;
        bool found;
        size_t rings;
    } rows[] = {
        {"{\"type\":\"Polygon\",\"coordinates\":[[[118,32],[118.1,32],[118.1,32.1],[118,32]]]}", true, 1},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[118,32],[118.1,32],[118.1,32.1],[118,32.1]]]}", true, 1},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[[[[118,32],[118.1,32],[118.1,32.1],[118,32]]],"
         "[[[119,32],[119.1,32],[119.1,32.1],[119,32]]]]}",
         true, 2},
        {"{\"type\":\"LineString\",\"coordinates\":[[118,32],[118.01,32.01]]}", true, 0},
        {"{\"type\":\"Point\",\"coordinates\":[118,32]}", true, 0},
        {"{\"type\":\"Polygon\",\"coordinates\":[]}", false, 0},
        {"{\"type\":\"Polygon\"}", false, 0},
        {"{\"type\":\"Point\",\"coordinates\":[1e9,32]}", false, 0},
        {"[]", false, 0},
    };
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CapAlert c = good();
        const Json *j;
        ctx_init(&ctx, a, LANG_EN);
        assert_int_equal(json_parse(&ctx, str_of(rows[i].json), &j), 0);
        assert_int_equal(cap_area(a, j, 0.2, &c), rows[i].found);
        assert_int_equal(c.nrings, rows[i].rings);
        assert_valid(a, &c);
    }
    arena_free(&a);
}

/* The circle of a line holds both its ends and the margin. */
static void test_line_circle(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    const Json *j;
    CapAlert c = good();
    ctx_init(&ctx, a, LANG_EN);
    json_parse(&ctx, STR("{\"type\":\"LineString\",\"coordinates\":[[118,32],[118,32.1]]}"), &j);
    assert_true(cap_area(a, j, 0.3, &c));
    assert_true(fabs(c.lat - 32.05) < 1e-9);
    assert_true(c.radius_km > 5.5 + 0.3 && c.radius_km < 5.6 + 0.3);
    arena_free(&a);
}

static void test_long_ring_is_thinned(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    StrBuf b;
    const Json *j;
    CapAlert c = good();
    ctx_init(&ctx, a, LANG_EN);
    buf_init(&b, a);
    buf_addz(&b, "{\"type\":\"Polygon\",\"coordinates\":[[");
    for (int i = 0; i < 1001; i++)
        buf_printf(&b, "%s[%.6f,%.6f]", i ? "," : "", 118 + 0.01 * cos(i * M_PI / 500),
                   32 + 0.01 * sin(i * M_PI / 500));
    buf_addz(&b, "]]}");
    assert_int_equal(json_parse(&ctx, buf_str(&b), &j), 0);
    assert_true(cap_area(a, j, 0, &c));
    assert_true(c.rings[0].n <= CAP_CORNERS && c.rings[0].n >= 50);
    assert_valid(a, &c);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_type),   cmocka_unit_test(test_hostile_words),
        cmocka_unit_test(test_names),       cmocka_unit_test(test_areas),
        cmocka_unit_test(test_line_circle), cmocka_unit_test(test_long_ring_is_thinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
