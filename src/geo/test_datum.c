/* GCJ-02 and BD-09: published vectors, round trips over the country, the box, the names. */
#include "geo/datum.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void near(GeoPoint got, GeoPoint want, double most)
{
    if (!(fabs(got.lon - want.lon) <= most && fabs(got.lat - want.lat) <= most))
        fail_msg("%.12f %.12f is not %.12f %.12f", got.lon, got.lat, want.lon, want.lat);
}

/* Of two independent published programs (eviltransform's tests, coordtransform's examples). */
static void vectors(void **state)
{
    static const struct {
        GeoPoint cgcs, gcj;
    } rows[] = {
        {{121.5272106, 31.1774276}, {121.531541859215, 31.17530398364597}},
        {{113.912316, 22.543847}, {113.9171764808363, 22.540796131694766}},
        {{116.377817, 39.911954}, {116.38404722455657, 39.91334545536069}},
        {{116.404, 39.915}, {116.41024449916938, 39.91640428150164}},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        near(geo_from_cgcs2000(rows[i].cgcs, DATUM_GCJ02), rows[i].gcj, 1e-9);
        near(geo_to_cgcs2000(rows[i].gcj, DATUM_GCJ02), rows[i].cgcs, 1e-9);
    }
    /* gcj → bd of coordtransform: 116.404, 39.915 → … */
    GeoPoint cgcs = geo_to_cgcs2000((GeoPoint){116.404, 39.915}, DATUM_GCJ02);
    near(geo_from_cgcs2000(cgcs, DATUM_BD09), (GeoPoint){116.41036949371029, 39.92133699351021}, 1e-9);
    near(geo_to_cgcs2000((GeoPoint){116.41036949371029, 39.92133699351021}, DATUM_BD09), cgcs, 1e-9);
}

static void round_trips(void **state)
{
    (void)state;
    for (double lon = 73.5; lon < 136; lon += 0.73)
        for (double lat = 3.5; lat < 54; lat += 0.61)
            for (GeoDatum d = DATUM_CGCS2000; d < DATUM_COUNT; d++) {
                GeoPoint p = {lon, lat}, there = geo_from_cgcs2000(p, d);
                near(geo_to_cgcs2000(there, d), p, 1e-9);
                double m = geo_metres(p, there);
                assert_true(d == DATUM_CGCS2000 ? m == 0 : m > 10 && m < 2500);
            }
}

static void outside(void **state)
{
    static const GeoPoint abroad[] = {{2.35, 48.86}, {-74, 40.7}, {151.2, -33.9}, {139.7, 35.7}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(abroad); i++) {
        assert_false(geo_in_shift(abroad[i]));
        near(geo_from_cgcs2000(abroad[i], DATUM_GCJ02), abroad[i], 0);
        near(geo_to_cgcs2000(abroad[i], DATUM_GCJ02), abroad[i], 0);
    }
    /* at the very edge, where the shift begins, the way back ends all the same */
    for (double lat = 1; lat < 55; lat += 1) {
        GeoPoint p = geo_to_cgcs2000((GeoPoint){72.0041, lat}, DATUM_GCJ02);
        assert_true(isfinite(p.lon) && isfinite(p.lat) && fabs(p.lon - 72.0041) < 0.03);
    }
}

static void names(void **state)
{
    GeoDatum d;
    (void)state;
    assert_true(geo_datum_read(STR("cgcs2000"), &d) && d == DATUM_CGCS2000);
    assert_true(geo_datum_read(STR("wgs84"), &d) && d == DATUM_CGCS2000);
    assert_true(geo_datum_read(STR("gcj02"), &d) && d == DATUM_GCJ02);
    assert_true(geo_datum_read(STR("bd09"), &d) && d == DATUM_BD09);
    assert_false(geo_datum_read(STR("GCJ02"), &d));
    assert_false(geo_datum_read(STR(""), &d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(vectors), cmocka_unit_test(round_trips),
                                       cmocka_unit_test(outside), cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
