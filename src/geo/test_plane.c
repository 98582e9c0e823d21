/* Zones back to degrees against PROJ's figures (gdaltransform 3.6.2), and which systems are taken. */
#include "geo/plane.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_krueger(void **state)
{
    (void)state;
    static const struct {
        GeoPlane plane;
        double x, y, lon, lat;
    } rows[] = {
        {{true, 117, 1, 39500000, 0},
         39432123.45,
         3312345.67,
         116.297031501304,
         29.9280528135632}, /* EPSG:4527 */
        {{true, 117, 1, 500000, 0}, 432123.45, 3312345.67, 116.297031501304, 29.9280528135632},   /* 4548 */
        {{true, 120, 1, 500000, 0}, 612345.678, 4654321.012, 121.356330169901, 42.0161513971027}, /* 4549 */
        {{true, 117, 0.9996, 500000, 0}, 280000, 2500000, 114.859994290032, 22.5925932144695},    /* 32650 */
        {{true, 117, 1, 39500000, 0}, 39500000, 3985542.67029625, 117, 36},
        {{false, 0, 1, 0, 0}, 120.5, 30.25, 120.5, 30.25},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        GeoPoint p = geo_from_plane(&rows[i].plane, rows[i].x, rows[i].y);
        if (fabs(p.lon - rows[i].lon) > 1e-9 || fabs(p.lat - rows[i].lat) > 1e-9)
            print_error("%zu: %.12f %.12f\n", i, p.lon, p.lat);
        assert_true(fabs(p.lon - rows[i].lon) < 1e-9 && fabs(p.lat - rows[i].lat) < 1e-9);
    }
}

#define GEOGCS(d, u)                                                                                         \
    "GEOGCS[\"G\",DATUM[\"" d "\",SPHEROID[\"S\",6378137,298.25]],PRIMEM[\"Greenwich\",0]," u "]"
#define DEGREES "UNIT[\"Degree\",0.0174532925199433]"
#define PROJCS(p, d, u)                                                                                      \
    "PROJCS[\"Z\"," GEOGCS(d, DEGREES) ",PROJECTION[\"" p "\"],PARAMETER[\"False_Easting\",40500000.0],"     \
                                       "PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\","   \
                                       "120.0],PARAMETER[\"Scale_Factor\",1.0],"                             \
                                       "PARAMETER[\"Latitude_Of_Origin\",0.0]," u "]"

static void test_systems(void **state)
{
    (void)state;
    static const struct {
        const char *wkt;
        bool ok, projected;
    } rows[] = {
        {GEOGCS("D_WGS_1984", DEGREES), true, false},
        {GEOGCS("D_China_2000", DEGREES), true, false},
        {GEOGCS("D_Beijing_1954", DEGREES), false, false},
        {GEOGCS("D_Xian_1980", DEGREES), false, false},
        {GEOGCS("D_WGS_1984", "UNIT[\"Grad\",0.01570796326794897]"), false, false},
        {PROJCS("Gauss_Kruger", "D_China_2000", "UNIT[\"Meter\",1.0]"), true, true},
        {PROJCS("Transverse_Mercator", "D_China_2000", "UNIT[\"metre\",1]"), true, true},
        {PROJCS("Gauss_Kruger", "D_Xian_1980", "UNIT[\"Meter\",1.0]"), false, false},
        {PROJCS("Gauss_Kruger", "D_China_2000", "UNIT[\"Foot_US\",0.3048006]"), false, false},
        {PROJCS("Mercator_Auxiliary_Sphere", "D_WGS_1984", "UNIT[\"Meter\",1.0]"), false, false},
        {"", false, false},
        {"PROJCS[", false, false},
        {"DATUM[\"", false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        GeoPlane p;
        ctx_init(&ctx, a, LANG_ZH);
        Rc rc = geo_plane_read(&ctx, str_of(rows[i].wkt), &p);
        if ((rc == 0) != rows[i].ok) print_error("%s\n", rows[i].wkt);
        assert_int_equal(rc, rows[i].ok ? 0 : RC_INVALID);
        if (rows[i].ok) assert_int_equal(p.projected, rows[i].projected);
        if (rows[i].projected) assert_true(p.lon0 == 120 && p.x0 == 40500000 && p.k0 == 1);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_krueger), cmocka_unit_test(test_systems)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
