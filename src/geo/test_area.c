/* Places inside, outside, on edges and corners; concave shapes; rings that are none. */
#include "geo/area.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const GeoPoint square[] = {{120, 30}, {120.5, 30}, {120.5, 30.5}, {120, 30.5}, {120, 30}};
/* A U, open to the north. */
static const GeoPoint horseshoe[] = {{0, 0}, {3, 0}, {3, 3}, {2, 3}, {2, 1}, {1, 1}, {1, 3}, {0, 3}, {0, 0}};

static void inside(void **state)
{
    static const struct {
        const GeoPoint *ring;
        size_t n;
        GeoPoint p;
        bool want;
    } rows[] = {
        {square, 5, {120.25, 30.25}, true},
        {square, 5, {120.25, 30}, true},
        {square, 5, {120.5, 30.25}, true},
        {square, 5, {120.5, 30.5}, true},
        {square, 5, {120, 30}, true},
        {square, 5, {120.500001, 30.25}, false},
        {square, 5, {120.25, 29.999999}, false},
        {square, 5, {119, 29}, false},
        {square, 5, {NAN, 30.2}, false},
        {horseshoe, 9, {0.5, 2}, true},
        {horseshoe, 9, {1.5, 2}, false},
        {horseshoe, 9, {1.5, 0.5}, true},
        {horseshoe, 9, {1.5, 1}, true},
        {horseshoe, 9, {2, 2}, true},
        {horseshoe, 9, {1.5, 3}, false},
        {horseshoe, 9, {2.5, 3}, true},
    };
    (void)state;
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        GeoArea *a;
        assert_int_equal(geo_area_new(&ctx, rows[i].ring, rows[i].n, &a), RC_OK);
        assert_int_equal(geo_area_has(a, rows[i].p), rows[i].want);
        geo_area_free(&a);
        assert_null(a);
    }
    arena_free(&arena);
}

static void refused(void **state)
{
    static const GeoPoint bow[] = {{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}};
    static const GeoPoint flat[] = {{0, 0}, {1, 0}, {2, 0}, {0, 0}};
    static const GeoPoint open[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    static const GeoPoint nowhere[] = {{0, 0}, {1, 0}, {NAN, 1}, {0, 0}};
    static const struct {
        const GeoPoint *ring;
        size_t n;
    } rows[] = {{bow, 5}, {flat, 4}, {open, 4}, {nowhere, 4}, {square, 3}, {square, 0}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena *arena = arena_new(0);
        Ctx ctx;
        GeoArea *a;
        ctx_init(&ctx, arena, LANG_EN);
        assert_int_equal(geo_area_new(&ctx, rows[i].ring, rows[i].n, &a), RC_INVALID);
        assert_string_equal(ctx.err.code, "geo.area");
        assert_null(a);
        arena_free(&arena);
    }
}

static void distances(void **state)
{
    (void)state;
    assert_true(geo_metres((GeoPoint){120, 30}, (GeoPoint){120, 30}) == 0);
    /* One degree of latitude on that sphere: 111,195 m. */
    assert_float_equal(geo_metres((GeoPoint){120, 30}, (GeoPoint){120, 31}), 111195.08, 0.1);
    assert_float_equal(geo_metres((GeoPoint){120, 60}, (GeoPoint){121, 60}), 55597.54, 5);
    assert_float_equal(geo_metres((GeoPoint){0, 0}, (GeoPoint){180, 0}), 20015114.4, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(inside), cmocka_unit_test(refused),
                                       cmocka_unit_test(distances)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
