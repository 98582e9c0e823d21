/* Well-known text as GeoJSON. */
#include "geo/wkt.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_wkt(void **state)
{
    (void)state;
    static const struct {
        const char *wkt, *json; /* NULL: refused */
    } rows[] = {
        {"POINT (120.5 30)", "{\"type\":\"Point\",\"coordinates\":[120.5,30]}"},
        {" point Z(120.5 30 7) ", "{\"type\":\"Point\",\"coordinates\":[120.5,30]}"},
        {"SRID=4490;POINT(120.5 30)", "{\"type\":\"Point\",\"coordinates\":[120.5,30]}"},
        {"LINESTRING(120 30,121 31 , 122 30)",
         "{\"type\":\"LineString\",\"coordinates\":[[120,30],[121,31],[122,30]]}"},
        {"POLYGON((1 2,3 4,5 6,1 2),(1 1,2 2,3 3,1 1))",
         "{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4],[5,6],[1,2]],[[1,1],[2,2],[3,3],[1,1]]]}"},
        {"MULTIPOLYGON(((1 2,3 4,5 6,1 2)),((1 1,2 2,3 3,1 1)))",
         "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[1,2],[3,4],[5,6],[1,2]]],[[[1,1],[2,2],[3,3],[1,1]]]"
         "]}"},
        {"POINT EMPTY", NULL},
        {"POINT (120.5)", NULL},
        {"POINT (120.5 30", NULL},
        {"POINT (120.5 30))", NULL},
        {"POINT (a b)", NULL},
        {"POINT (nan 1)", NULL},
        {"CIRCLE (1 2)", NULL},
        {"LINESTRING (((((1 2)))))", NULL},
        {"POLYGON((1 2,3 4", NULL},
        {"POLYGON((1 2,)", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena *a = arena_new(0);
        Str out = STR_NONE;
        bool ok = geo_wkt_json(a, str_of(rows[i].wkt), &out);
        if (ok != (rows[i].json != NULL)) print_error("%s\n", rows[i].wkt);
        assert_int_equal(ok, rows[i].json != NULL);
        if (ok) assert_string_equal(str_z(a, out), rows[i].json);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wkt)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
