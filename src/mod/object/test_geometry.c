/* GeoJSON geometries, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "object_private.h"

static bool check(const char *text, double box[4])
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    const Json *j;
    assert_int_equal(json_parse(&ctx, str_of(text), &j), 0);
    bool ok = geometry_check(j, box);
    arena_free(&a);
    return ok;
}

static void test_geometries(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } cases[] = {
        {"{\"type\":\"Point\",\"coordinates\":[120,30]}", true},
        {"{\"type\":\"Point\",\"coordinates\":[120,30,12.5]}", true},
        {"{\"type\":\"Point\",\"coordinates\":[120]}", false},
        {"{\"type\":\"Point\",\"coordinates\":[30,120]}", false},
        {"{\"type\":\"Point\",\"coordinates\":[\"120\",30]}", false},
        {"{\"type\":\"Point\",\"coordinates\":[[120,30]]}", false},
        {"{\"type\":\"Point\"}", false},
        {"{\"coordinates\":[120,30]}", false},
        {"[120,30]", false},
        {"{\"type\":\"LineString\",\"coordinates\":[[120,30],[120.1,30]]}", true},
        {"{\"type\":\"LineString\",\"coordinates\":[[120,30]]}", false},
        {"{\"type\":\"LineString\",\"coordinates\":[120,30]}", false},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[120,30],[121,30],[121,31],[120,30]]]}", true},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[120,30],[121,30],[121,31],[120,31]]]}", false},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[120,30],[121,30],[120,30]]]}", false},
        {"{\"type\":\"Polygon\",\"coordinates\":[[120,30],[121,30],[121,31],[120,30]]}", false},
        {"{\"type\":\"Polygon\",\"coordinates\":[]}", false},
        {"{\"type\":\"MultiLineString\",\"coordinates\":[[[120,30],[121,30]],[[120,31],[121,31]]]}", true},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[[[[120,30],[121,30],[121,31],[120,30]]]]}", true},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[[]]}", false},
        {"{\"type\":\"GeometryCollection\",\"geometries\":[]}", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        double box[4];
        bool ok = check(cases[i].text, box);
        if (ok != cases[i].ok) print_error("%s\n", cases[i].text);
        assert_int_equal(ok, cases[i].ok);
    }
}

static void test_box(void **state)
{
    (void)state;
    double box[4];
    assert_true(check("{\"type\":\"LineString\",\"coordinates\":[[121,30],[120,32],[120.5,29]]}", box));
    assert_true(box[0] == 120 && box[1] == 29 && box[2] == 121 && box[3] == 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_geometries), cmocka_unit_test(test_box)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
