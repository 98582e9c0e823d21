/* Geofences without a database: shapes that are taken and refused, edges and concave areas, whom and when a
 * fence concerns, which grade counts; and tracks that lose points but not the way. */
#include "vehicle_private.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"

/* ---- Shapes ---- */

static Rc read(Ctx *ctx, const char *text, FenceShape *out)
{
    const Json *j;
    assert_int_equal(json_parse(ctx, str_of(text), &j), RC_OK);
    return fence_shape_read(ctx, j, out);
}

#define POLYGON(ring) "{\"type\":\"Polygon\",\"coordinates\":[" ring "]}"
#define SQUARE        POLYGON("[[120,30],[120.02,30],[120.02,30.02],[120,30.02],[120,30]]")
#define CIRCLE        "{\"type\":\"Circle\",\"center\":[120.01,30.01],\"radius\":1000}"
/* An L: the corner to the north-east is missing. */
#define CONCAVE                                                                                              \
    POLYGON("[[120,30],[120.02,30],[120.02,30.01],[120.01,30.01],[120.01,30.02],[120,30.02],[120,30]]")

static void shapes(void **state)
{
    static const struct {
        const char *text, *code; /* NULL: taken */
    } rows[] = {
        {SQUARE, NULL},
        {CIRCLE, NULL},
        {CONCAVE, NULL},
        {"{\"type\":\"Point\",\"coordinates\":[120,30]}", "type"},
        {"[120,30]", "type"},
        {"{}", "type"},
        {POLYGON(""), "rings"},
        {POLYGON("[[120,30],[121,30],[121,31],[120,30]],[[120,30],[121,30],[121,31],[120,30]]"), "rings"},
        {POLYGON("[[120,30],[121,30],[120,30]]"), "polygon"},
        {POLYGON("[[120,30],[121,30],[121,31],[120,31]]"), "polygon"},
        {POLYGON("[[120,30],[121,31],[121,30],[120,31],[120,30]]"), "polygon"},
        {POLYGON("[[120,30],[121,30],[200,31],[120,30]]"), "position"},
        {POLYGON("[[120,30],[121,\"30\"],[121,31],[120,30]]"), "position"},
        {POLYGON("[[120,30,5],[121,30],[121,31],[120,30]]"), "position"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[]],\"colour\":1}", "unknown"},
        {"{\"type\":\"Circle\",\"center\":[120,30],\"radius\":5}", "radius"},
        {"{\"type\":\"Circle\",\"center\":[120,30],\"radius\":1e6}", "radius"},
        {"{\"type\":\"Circle\",\"center\":[120,30]}", "radius"},
        {"{\"type\":\"Circle\",\"center\":[30,120],\"radius\":500}", "center"},
        {"{\"type\":\"Circle\",\"center\":[120,30],\"radius\":500,\"r\":1}", "unknown"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        FenceShape s;
        ctx_init(&ctx, a, LANG_EN);
        Rc rc = read(&ctx, rows[i].text, &s);
        assert_int_equal(rc, rows[i].code ? RC_INVALID : RC_OK);
        if (rows[i].code) {
            assert_string_equal(ctx.err.fields->field, "shape");
            assert_string_equal(ctx.err.fields->code, rows[i].code);
        }
        fence_shape_close(&s);
        arena_free(&a);
    }
}

static void too_many_corners(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    FenceShape s;
    StrBuf b;
    ctx_init(&ctx, a, LANG_EN);
    buf_init(&b, a);
    buf_addz(&b, "{\"type\":\"Polygon\",\"coordinates\":[[");
    for (int i = 0; i <= FENCE_CORNERS_MAX; i++)
        buf_printf(&b, "%s[%.6f,%.6f]", i ? "," : "", 120 + 0.1 * cos(i), 30 + 0.1 * sin(i));
    buf_addz(&b, "]]}");
    buf_addc(&b, 0);
    assert_int_equal(read(&ctx, b.p, &s), RC_INVALID);
    assert_string_equal(ctx.err.fields->code, "limit");
    arena_free(&a);
}

/* ---- Judgement ---- */

static void places(void **state)
{
    static const struct {
        const char *shape;
        double lon, lat;
        bool inside;
    } rows[] = {
        {SQUARE, 120.01, 30.01, true},       {SQUARE, 120, 30.01, true},
        {SQUARE, 120.02, 30.02, true},       {SQUARE, 120.0200001, 30.01, false},
        {SQUARE, 120.01, 29.9999999, false}, {CONCAVE, 120.005, 30.015, true},
        {CONCAVE, 120.015, 30.015, false},   {CONCAVE, 120.01, 30.015, true},
        {CONCAVE, 120.015, 30.01, true},     {CONCAVE, 120.0101, 30.0101, false},
        {CIRCLE, 120.01, 30.01, true},       {CIRCLE, 120.01, 30.01899, true},
        {CIRCLE, 120.01, 30.01900, false},   {CIRCLE, 120.02036, 30.01, true},
        {CIRCLE, 120.0205, 30.01, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        Fence f = {.rule = FENCE_KEEP_OUT, .grade = 1, .valid_from = TIME_NONE, .valid_to = TIME_NONE};
        ctx_init(&ctx, a, LANG_EN);
        assert_int_equal(read(&ctx, rows[i].shape, &f.shape), RC_OK);
        FencePosition p = {1, STR("hazmat"), {rows[i].lon, rows[i].lat}, 50, 0};
        assert_int_equal(fence_broken(&f, &p), rows[i].inside);
        f.rule = FENCE_KEEP_IN;
        assert_int_equal(fence_broken(&f, &p), !rows[i].inside);
        f.rule = FENCE_SPEED;
        f.limit = 50;
        assert_false(fence_broken(&f, &p)); /* just the limit */
        p.speed = 50.1;
        assert_int_equal(fence_broken(&f, &p), rows[i].inside);
        fence_shape_close(&f.shape);
        arena_free(&a);
    }
}

static int64_t at_clock(int hour, int minute)
{
    return civil_ms(&(Civil){.year = 2026, .month = 11, .day = 22, .hour = hour, .minute = minute});
}

static void whom_and_when(void **state)
{
    static const struct {
        const char *from, *to, *kinds;
        int64_t vehicle;
        int hour, minute;
        bool want;
    } rows[] = {
        {NULL, NULL, "", 0, 3, 0, true},
        {"07:00", "09:00", "", 0, 6, 59, false},
        {"07:00", "09:00", "", 0, 7, 0, true},
        {"07:00", "09:00", "", 0, 8, 59, true},
        {"07:00", "09:00", "", 0, 9, 0, false},
        {"22:00", "05:00", "", 0, 23, 30, true},
        {"22:00", "05:00", "", 0, 4, 59, true},
        {"22:00", "05:00", "", 0, 5, 0, false},
        {"08:00", "08:00", "", 0, 20, 0, true},
        {NULL, NULL, " hazmat ", 0, 3, 0, true},
        {NULL, NULL, " coach hazmat slag_truck ", 0, 3, 0, true},
        {NULL, NULL, " coach ", 0, 3, 0, false},
        {NULL, NULL, " hazmat2 xhazmat ", 0, 3, 0, false},
        {NULL, NULL, " coach ", 7, 3, 0, true}, /* its own vehicle, whatever the kind */
        {NULL, NULL, "", 8, 3, 0, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Fence f = {.kinds = str_of(rows[i].kinds),
                   .vehicle = rows[i].vehicle,
                   .valid_from = TIME_NONE,
                   .valid_to = TIME_NONE};
        if (rows[i].from) assert_true(fence_hour_read(str_of(rows[i].from), &f.from));
        if (rows[i].to) assert_true(fence_hour_read(str_of(rows[i].to), &f.to));
        FencePosition p = {7, STR("hazmat"), {120, 30}, 0, at_clock(rows[i].hour, rows[i].minute)};
        assert_int_equal(fence_applies(&f, &p), rows[i].want);
        f.valid_from = p.t;
        f.valid_to = p.t + 1;
        assert_int_equal(fence_applies(&f, &p), rows[i].want);
        f.valid_to = p.t;
        assert_false(fence_applies(&f, &p));
        f.valid_from = p.t + 1;
        f.valid_to = TIME_NONE;
        assert_false(fence_applies(&f, &p));
    }
}

static void hours(void **state)
{
    static const char *const bad[] = {"", "7:00", "24:00", "12:60", "12-00", "12:0", "012:00", "ab:cd"};
    int m;
    (void)state;
    assert_true(fence_hour_read(STR("00:00"), &m) && m == 0);
    assert_true(fence_hour_read(STR("23:59"), &m) && m == 1439);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(fence_hour_read(str_of(bad[i]), &m));
}

static void the_most_severe_counts(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Fence f[3];
    static const uint8_t grades[] = {4, 2, 3};
    for (size_t i = 0; i < 3; i++) {
        f[i] = (Fence){.id = (int64_t)i,
                       .rule = FENCE_KEEP_OUT,
                       .grade = grades[i],
                       .valid_from = TIME_NONE,
                       .valid_to = TIME_NONE};
        assert_int_equal(read(&ctx, SQUARE, &f[i].shape), RC_OK);
    }
    FencePosition in = {1, STR("hazmat"), {120.01, 30.01}, 0, 0}, out = {1, STR("hazmat"), {121, 30}, 0, 0};
    size_t broken[2];
    uint8_t grade;
    assert_int_equal(fence_judge(f, 3, &in, broken, 2, &grade), 3);
    assert_int_equal(grade, 2);
    assert_int_equal(broken[1], 1);
    f[1].vehicle = 9;
    assert_int_equal(fence_judge(f, 3, &in, broken, 2, &grade), 2);
    assert_int_equal(grade, 3);
    assert_int_equal(broken[1], 2);
    assert_int_equal(fence_judge(f, 3, &out, broken, 2, &grade), 0);
    assert_int_equal(grade, 0);
    for (size_t i = 0; i < 3; i++) fence_shape_close(&f[i].shape);
    arena_free(&a);
}

/* ---- Tracks ---- */

static double worst_error(const TrackPoint *all, size_t n, const TrackPoint *kept, size_t m)
{
    double worst = 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        while (k + 2 < m && kept[k + 1].t <= all[i].t) k++;
        const TrackPoint *a = &kept[k], *b = &kept[k + 1];
        double f = (double)(all[i].t - a->t) / (double)(b->t - a->t);
        GeoPoint at = {a->lon + (b->lon - a->lon) * f, a->lat + (b->lat - a->lat) * f};
        worst = fmax(worst, geo_metres(at, (GeoPoint){all[i].lon, all[i].lat}));
    }
    return worst;
}

static void tracks(void **state)
{
    enum { N = 3000 };
    static TrackPoint all[N], p[N];
    (void)state;
    for (size_t i = 0; i < N; i++) {
        double way = (double)i / 200; /* with a stop of 500 s in the middle */
        if (i > 1000) way = i < 1500 ? 5 : way - 2.5;
        all[i] = (TrackPoint){(int64_t)i * 1000, 120 + 0.01 * way, 30 + 0.005 * sin(way), 40};
    }
    memcpy(p, all, sizeof p);
    double tolerance;
    size_t m = track_thin(p, N, 100, &tolerance);
    assert_in_range(m, 3, 100);
    assert_true(p[0].t == all[0].t && p[m - 1].t == all[N - 1].t);
    assert_true(worst_error(all, N, p, m) <= tolerance * 1.01);
    assert_true(tolerance <= 80);
    /* Few are left alone; two are always left. */
    memcpy(p, all, sizeof p);
    assert_int_equal(track_thin(p, 50, 100, &tolerance), 50);
    assert_true(tolerance == 0);
    assert_int_equal(track_thin(p, N, 2, &tolerance), 2);
    assert_int_equal(track_thin(p, 1, 2, &tolerance), 1);
    assert_int_equal(track_thin(p, 0, 2, &tolerance), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes), cmocka_unit_test(too_many_corners),
        cmocka_unit_test(places), cmocka_unit_test(whom_and_when),
        cmocka_unit_test(hours),  cmocka_unit_test(the_most_severe_counts),
        cmocka_unit_test(tracks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
