/* Distances, bearings and nearest places against figures known from elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "geo.h"
#include "base/ctx.h"
#include <math.h>

static void near(double got, double want, double slack)
{
    if (fabs(got - want) > slack) fail_msg("%.9g, wanted %.9g", got, want);
}

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        double lon1, lat1, lon2, lat2, metres, bearing;
        int wind;
    } rows[] = {
        {117, 31, 117, 31, 0, 0, 0},
        {117, 31, 117, 32, 111195.08, 0, 0},                       /* a degree of latitude */
        {117, 0, 118, 0, 111195.08, 90, 2},                        /* and of longitude at the equator */
        {117, 60, 117.001, 60, 55.5975, 90, 2},                    /* half of it at 60° */
        {117, 31, 117, 30.9, 11119.508, 180, 4},                   /* south */
        {116.3913, 39.9075, 121.4737, 31.2304, 1067300, 153.1, 3}, /* 北京 to 上海 */
        {179.999, 0, -179.999, 0, 222.39, 90, 2},                  /* over the date line */
        {117, 31, 116.9993, 31.0006, 94.4, 315, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double d = geo_distance(rows[i].lon1, rows[i].lat1, rows[i].lon2, rows[i].lat2);
        double b = geo_bearing(rows[i].lon1, rows[i].lat1, rows[i].lon2, rows[i].lat2);
        near(d, rows[i].metres, rows[i].metres * 0.001 + 0.01);
        near(b, rows[i].bearing, 1.1);
        assert_int_equal(geo_wind(b), rows[i].wind);
    }
    near(geo_bearing(0, 0, -1, 0), 270, 1e-9);
    assert_int_equal(geo_wind(359), 0);
    assert_int_equal(geo_wind(338), 0);
    assert_int_equal(geo_wind(337), 7);
}

static void test_reach(void **state)
{
    (void)state;
    static const double lats[] = {0, 31, 53, 89.9};
    for (size_t i = 0; i < sizeof lats / sizeof *lats; i++) {
        double dlon, dlat;
        geo_reach(lats[i], 500, &dlon, &dlat);
        assert_true(geo_distance(117, lats[i], 117, lats[i] + dlat) >= 499.99);
        assert_true(lats[i] > 89 || geo_distance(117, lats[i], 117 + dlon, lats[i]) >= 499.9);
    }
}

/* From 117, 31; a thousandth of a degree is 111.2 m north and 95.3 m east there. */
static void test_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *geometry;
        double metres; /* negative: none */
        double lon, lat;
    } rows[] = {
        {"{\"type\":\"Point\",\"coordinates\":[117.001,31]}", 95.31, 117.001, 31},
        {"{\"type\":\"MultiPoint\",\"coordinates\":[[117.1,31],[117,31.001]]}", 111.2, 117, 31.001},
        /* the foot of the perpendicular, not an end */
        {"{\"type\":\"LineString\",\"coordinates\":[[116.99,31.001],[117.01,31.001]]}", 111.2, 117, 31.001},
        {"{\"type\":\"LineString\",\"coordinates\":[[117.001,31],[117.001,31]]}", 95.31, 117.001, 31},
        {"{\"type\":\"LineString\",\"coordinates\":[[117.002,31.1],[117.002,31.01]]}", 1128.1, 117.002,
         31.01},
        {"{\"type\":\"MultiLineString\",\"coordinates\":[[[118,31],[118,32]],[[116.99,31.001],[117.01,31.001]"
         "]]}",
         111.2, 117, 31.001},
        /* inside an area; in its hole; outside */
        {"{\"type\":\"Polygon\",\"coordinates\":[[[116.9,30.9],[117.1,30.9],[117.1,31.1],[116.9,31.1],[116.9,"
         "30.9]]]}",
         0, 117, 31},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[116.9,30.9],[117.1,30.9],[117.1,31.1],[116.9,31.1],[116.9,"
         "30.9]],"
         "[[116.999,30.99],[117.01,30.99],[117.01,31.01],[116.999,31.01],[116.999,30.99]]]}",
         95.31, 116.999, 31},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[[[[117.001,30.9],[117.1,30.9],[117.1,31.1],[117.001,31."
         "1],"
         "[117.001,30.9]]]]}",
         95.31, 117.001, 31},
        /* what is no geometry has no place */
        {"{\"type\":\"Point\",\"coordinates\":[]}", -1, 0, 0},
        {"{\"type\":\"Point\",\"coordinates\":[\"a\",1]}", -1, 0, 0},
        {"{\"type\":\"Circle\",\"coordinates\":[117,31]}", -1, 0, 0},
        {"{\"type\":\"LineString\"}", -1, 0, 0},
        {"{\"type\":\"Polygon\",\"coordinates\":[117,31]}", -1, 0, 0},
        {"[]", -1, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        const Json *j;
        double lon = 0, lat = 0;
        ctx_init(&ctx, a, LANG_EN);
        assert_int_equal(json_parse(&ctx, str_of(rows[i].geometry), &j), 0);
        double metres = geo_nearest(j, 117, 31, &lon, &lat);
        if (rows[i].metres < 0) assert_true(metres < 0);
        else {
            near(metres, rows[i].metres, 0.6);
            near(lon, rows[i].lon, 1e-6);
            near(lat, rows[i].lat, 1e-6);
        }
        arena_free(&a);
    }
    double lon, lat;
    assert_true(geo_nearest(NULL, 117, 31, &lon, &lat) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_distance), cmocka_unit_test(test_reach),
                                       cmocka_unit_test(test_nearest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
