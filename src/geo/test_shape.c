/* Geometries good and bad, each fault by its code; rings turned; places on shapes; regions. */
#include "geo/shape.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define POINT(c)   "{\"type\":\"Point\",\"coordinates\":" c "}"
#define LINE(c)    "{\"type\":\"LineString\",\"coordinates\":" c "}"
#define POLYGON(c) "{\"type\":\"Polygon\",\"coordinates\":" c "}"
#define MULTI(c)   "{\"type\":\"MultiPolygon\",\"coordinates\":" c "}"
#define SQUARE     "[[120,30],[121,30],[121,31],[120,31],[120,30]]"

static const GeoField field = {"geometry", 7};

static void near(double got, double want, double by)
{
    if (!(fabs(got - want) <= by)) print_error("%.9g, not %.9g\n", got, want);
    assert_true(fabs(got - want) <= by);
}

static Rc read_text(Ctx *ctx, const char *text, GeoShape *out)
{
    const Json *j;
    assert_int_equal(json_parse(ctx, str_of(text), &j), 0);
    return geo_shape_read(ctx, &field, j, &geo_china, out);
}

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code; /* NULL: good */
    } rows[] = {
        {POINT("[120,30]"), NULL},
        {POINT("[120,30,12.5]"), NULL},
        {POINT("[120]"), "type"},
        {POINT("[30,120]"), "swapped"},
        {POINT("[10,20]"), "range"},
        {POINT("[137,30]"), "range"},
        {POINT("[\"120\",30]"), "type"},
        {POINT("[[120,30]]"), "type"},
        {"{\"type\":\"Point\"}", "type"},
        {"{\"coordinates\":[120,30]}", "type"},
        {"{\"type\":\"GeometryCollection\",\"geometries\":[]}", "type"},
        {"{\"type\":\"MultiPoint\",\"coordinates\":[[120,30],[121,30]]}", NULL},
        {"{\"type\":\"MultiPoint\",\"coordinates\":[]}", "few"},
        {LINE("[[120,30],[120.1,30]]"), NULL},
        {LINE("[[120,30]]"), "few"},
        {LINE("[[120,30],[120,30]]"), "empty"},
        {LINE("[[120,30],[30,120]]"), "swapped"},
        {LINE("[120,30]"), "type"},
        {"{\"type\":\"MultiLineString\",\"coordinates\":[[[120,30],[121,30]],[[120,31],[121,31]]]}", NULL},
        {"{\"type\":\"MultiLineString\",\"coordinates\":[[[120,30],[121,30]],[]]}", "few"},
        {POLYGON("[" SQUARE "]"), NULL},
        {POLYGON("[]"), "type"},
        {POLYGON("[[[120,30],[121,30],[121,31],[120,31]]]"), "closed"},
        {POLYGON("[[[120,30],[121,30],[120,30]]]"), "few"},
        {POLYGON("[[[120,30],[121,30],[122,30],[120,30]]]"), "empty"},
        {POLYGON("[[[120,30],[121,31],[121,30],[120,31.5],[120,30]]]"), "crossing"},
        {POLYGON("[[[120,30],[121,30],[121,31],[120.5,30],[120,31],[120,30]]]"), "crossing"},
        {POLYGON("[" SQUARE ",[[120.2,30.2],[120.4,30.2],[120.3,30.4],[120.2,30.2]]]"), NULL},
        {POLYGON("[" SQUARE ",[[122.2,30.2],[122.4,30.2],[122.3,30.4],[122.2,30.2]]]"), "hole"},
        {POLYGON("[" SQUARE ",[[120.2,30.2],[120.8,30.2],[120.5,30.8],[120.2,30.2]],"
                 "[[120.4,30.3],[120.6,30.3],[120.5,30.5],[120.4,30.3]]]"),
         "hole"},
        {MULTI("[[" SQUARE "],[[[122,30],[123,30],[123,31],[122,30]]]]"), NULL},
        {MULTI("[[" SQUARE "],[[[120.2,30.2],[120.4,30.2],[120.3,30.4],[120.2,30.2]]]]"), "overlap"},
        {MULTI("[[]]"), "type"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
            Arena *a = arena_new(0);
            Ctx ctx;
            GeoShape s;
            ctx_init(&ctx, a, lang);
            Rc rc = read_text(&ctx, rows[i].text, &s);
            if ((rc < 0) != (rows[i].code != NULL)) print_error("%s\n", rows[i].text);
            assert_int_equal(rc, rows[i].code ? RC_INVALID : 0);
            if (rows[i].code) {
                assert_string_equal(ctx.err.fields->code, rows[i].code);
                assert_string_equal(ctx.err.fields->field, "geometry");
                assert_int_equal(ctx.err.fields->line, 7);
            }
            arena_free(&a);
        }
    }
}

static const char *written(Ctx *ctx, const GeoShape *s)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    geo_shape_write(s, &o);
    return str_z(ctx->arena, buf_str(&b));
}

/* Outer rings against the clock, holes with it; heights left out. What is right is written as it came. */
static void test_form(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {POLYGON("[[[120,30],[120,31],[121,31],[121,30],[120,30]]]"),
         POLYGON("[[[120,30],[121,30],[121,31],[120,31],[120,30]]]")},
        {POLYGON("[" SQUARE ",[[120.2,30.2],[120.4,30.2],[120.3,30.4],[120.2,30.2]]]"),
         POLYGON("[" SQUARE ",[[120.2,30.2],[120.3,30.4],[120.4,30.2],[120.2,30.2]]]")},
        {MULTI("[[" SQUARE "],[[[122,30],[123,30],[123,31],[122,30]]]]"),
         MULTI("[[" SQUARE "],[[[122,30],[123,30],[123,31],[122,30]]]]")},
        {LINE("[[120,30,5],[120.1,30,6]]"), LINE("[[120,30],[120.1,30]]")},
        {POINT("[120,30,5]"), POINT("[120,30]")},
        {"{\"type\":\"MultiPoint\",\"coordinates\":[[120,30],[121,30]]}",
         "{\"type\":\"MultiPoint\",\"coordinates\":[[120,30],[121,30]]}"},
        {"{\"type\":\"MultiLineString\",\"coordinates\":[[[120,30],[121,30]],[[120,31],[121,31]]]}",
         "{\"type\":\"MultiLineString\",\"coordinates\":[[[120,30],[121,30]],[[120,31],[121,31]]]}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        GeoShape s;
        ctx_init(&ctx, a, LANG_EN);
        assert_int_equal(read_text(&ctx, rows[i].in, &s), 0);
        assert_string_equal(written(&ctx, &s), rows[i].out);
        arena_free(&a);
    }
}

static void test_measures(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    GeoShape s;
    ctx_init(&ctx, a, LANG_ZH);
    assert_int_equal(read_text(&ctx, LINE("[[120,30],[120,31]]"), &s), 0);
    near(s.metres, 111195, 1);
    /* A thousandth of a degree square at 30° N: 111.195 m by 96.3 m. */
    assert_int_equal(
        read_text(&ctx, POLYGON("[[[120,30],[120.001,30],[120.001,30.001],[120,30.001],[120,30]]]"), &s), 0);
    near(s.metres2, 111.195 * 111.195 * cos(30 * M_PI / 180), 1);
    /* A horseshoe: the middle of its box lies outside, its place does not. */
    const char *horseshoe =
        POLYGON("[[[120,30],[123,30],[123,33],[122,33],[122,31],[121,31],[121,33],[120,33],"
                "[120,30]]]");
    GeoRegion *r;
    assert_int_equal(read_text(&ctx, horseshoe, &s), 0);
    assert_int_equal(geo_region_new(&ctx, &s, &r), 0);
    assert_true(geo_region_away(r, geo_shape_place(&s)) == 0);
    assert_true(geo_region_away(r, (GeoPoint){121.5, 31.5}) > 40000);
    geo_region_free(&r);
    arena_free(&a);
}

static void test_region(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    GeoShape s, t;
    GeoRegion *r;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(
        read_text(&ctx, POLYGON("[" SQUARE ",[[120.2,30.2],[120.4,30.2],[120.3,30.4],[120.2,30.2]]]"), &s),
        0);
    assert_int_equal(geo_region_new(&ctx, &s, &r), 0);
    assert_true(geo_region_away(r, (GeoPoint){120.5, 30.5}) == 0);
    assert_true(geo_region_away(r, (GeoPoint){120, 30.5}) == 0);
    near(geo_region_away(r, (GeoPoint){120.5, 31.001}), 111.195, 0.01);
    assert_true(geo_region_away(r, (GeoPoint){120.3, 30.25}) > 1000); /* in the hole */
    assert_int_equal(
        read_text(&ctx, POLYGON("[[[120.5,30.6],[121.5,30.6],[121.5,30.8],[120.5,30.8],[120.5,30.6]]]"), &t),
        0);
    near(geo_region_share(r, &t), 0.5, 1e-9);
    assert_int_equal(read_text(&ctx, LINE("[[120.5,30.5],[120.6,30.5],[121.5,30.5],[121.6,30.5]]"), &t), 0);
    near(geo_region_share(r, &t), 0.5, 1e-9);
    geo_region_free(&r);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_faults), cmocka_unit_test(test_form),
                                       cmocka_unit_test(test_measures), cmocka_unit_test(test_region)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
