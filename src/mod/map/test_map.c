/* The base map: which geometries are taken and what bounds they get, layers as GeoJSON, the extent of the
 * city, and the compact list of points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"

static const char *feature(Rig *r, const char *layer, const char *name, const char *geometry)
{
    return arena_printf(r->arena, "{\"layer\":\"%s\",\"name\":\"%s\",\"kind\":\"k\",\"geometry\":%s}", layer,
                        name, geometry);
}

/* ---- Geometry ---- */

static void geometries(DbPool *pool)
{
    static const struct {
        const char *geometry, *shape; /* NULL: refused … */
        double box[4];
        const char *code; /* … for this */
    } rows[] = {
        {"{\"type\":\"Point\",\"coordinates\":[120.5,30.25]}", "point", {120.5, 30.25, 120.5, 30.25}},
        {"{\"type\":\"Point\",\"coordinates\":[120.5,30.25,12]}", "point", {120.5, 30.25, 120.5, 30.25}},
        {"{\"type\":\"MultiPoint\",\"coordinates\":[[120,30],[121,31]]}", "point", {120, 30, 121, 31}},
        {"{\"type\":\"LineString\",\"coordinates\":[[121,30],[120,31]]}", "line", {120, 30, 121, 31}},
        {"{\"type\":\"MultiLineString\",\"coordinates\":[[[121,30],[120,31]],[[1,2],[3,4]]]}",
         "line",
         {1, 2, 121, 31}},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[2,0],[2,1],[0,0]]]}", "area", {0, 0, 2, 1}},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[2,0],[2,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]"
         "]}",
         "area",
         {0, 0, 6, 6}},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[2,0],[2,1],[0,1]]]}", NULL, {0}, "closed"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[2,0],[0,0]]]}", NULL, {0}, "few"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[0,0],[2,0],[2,1],[0,0]]}", NULL, {0}, "type"},
        {"{\"type\":\"LineString\",\"coordinates\":[[121,30]]}", NULL, {0}, "few"},
        {"{\"type\":\"LineString\",\"coordinates\":[]}", NULL, {0}, "few"},
        {"{\"type\":\"Point\",\"coordinates\":[181,30]}", NULL, {0}, "range"},
        {"{\"type\":\"Point\",\"coordinates\":[\"120\",30]}", NULL, {0}, "type"},
        {"{\"type\":\"Point\",\"coordinates\":[120]}", NULL, {0}, "type"},
        {"{\"type\":\"Point\",\"coordinates\":[[120,30]]}", NULL, {0}, "type"},
        {"{\"type\":\"Circle\",\"coordinates\":[120,30]}", NULL, {0}, "type"},
        {"{\"type\":\"Point\"}", NULL, {0}, "type"},
        {"[120,30]", NULL, {0}, "type"},
    };
    static const char *const sides[] = {"west", "south", "east", "north"};
    Rig r;
    rig_open(&r, pool);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Json *j = post(&r, rows[i].shape ? 201 : 422, "/api/map-features",
                             feature(&r, "place", "x", rows[i].geometry));
        if (!rows[i].shape) {
            assert_true(has_field(j, "geometry", rows[i].code));
            continue;
        }
        assert_string_equal(text(&r, j, "shape"), rows[i].shape);
        for (size_t s = 0; s < 4; s++) {
            double v;
            assert_true(json_f64(json_get(j, sides[s]), &v) && v == rows[i].box[s]);
        }
    }
    assert_true(
        has_field(post(&r, 422, "/api/map-features", "{\"layer\":\"place\"}"), "geometry", "required"));
    assert_true(has_field(post(&r, 422, "/api/map-features",
                               feature(&r, "moon", "x", "{\"type\":\"Point\",\"coordinates\":[1,2]}")),
                          "layer", "dictionary"));
    rig_close(&r);
}

/* ---- What the page asks for ---- */

static double number(const Json *j)
{
    double v = -999;
    json_f64(j, &v);
    return v;
}

static void check_bounds(Rig *r, const double want[4])
{
    const Json *bounds = json_get(get(r, "/api/map"), "bounds");
    for (size_t i = 0; i < 4; i++) assert_true(number(item(bounds, i)) == want[i]);
}

static void pages(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    assert_int_equal(json_get(get(&r, "/api/map"), "bounds")->type, JSON_NULL);
    create(&r, "objects",
           "{\"code\":\"O1\",\"name\":\"井\",\"kind\":\"gas_valve_well\",\"lon\":120.5,\"lat\":30.5}");
    create(&r, "points",
           "{\"code\":\"P1\",\"name\":\"甲烷\",\"object\":\"O1\",\"field\":\"gas\",\"quantity\":\"ch4\","
           "\"unit\":\"%VOL\"}");
    create(&r, "points", "{\"code\":\"P2\",\"name\":\"雨量\",\"lon\":121,\"lat\":31,\"in_service\":false}");
    create(&r, "points", "{\"code\":\"P3\",\"name\":\"无位置\"}");
    check_bounds(&r, (const double[]){120.5, 30.5, 121, 31}); /* no base map yet: the points' extent */
    create(&r, "map-features",
           feature(&r, "water", "澜江",
                   "{\"type\":\"Polygon\",\"coordinates\":[[[100,20],[110,20],[110,25],[100,20]]]}"));
    create(&r, "map-features",
           feature(&r, "road", "大道", "{\"type\":\"LineString\",\"coordinates\":[[101,21],[112,24]]}"));
    create(&r, "map-features",
           feature(&r, "road", "小巷", "{\"type\":\"LineString\",\"coordinates\":[[101,21],[102,22]]}"));
    check_bounds(&r, (const double[]){100, 20, 112, 25});
    const Json *layers = json_get(get(&r, "/api/map"), "layers");
    assert_int_equal(layers->count, 2);
    assert_string_equal(text(&r, item(layers, 0), "id"), "road");
    assert_string_equal(text(&r, item(layers, 0), "geometry"), "line");
    assert_int_equal(whole(json_get(item(layers, 0), "count")), 2);
    assert_string_equal(text(&r, json_get(item(layers, 0), "title"), "zh"), "道路");

    const Json *road = get(&r, "/api/map/layers/road");
    assert_string_equal(text(&r, road, "type"), "FeatureCollection");
    assert_int_equal(json_get(road, "features")->count, 2);
    const Json *f = item(json_get(road, "features"), 0);
    assert_string_equal(text(&r, json_get(f, "properties"), "name"), "大道");
    assert_string_equal(text(&r, json_get(f, "geometry"), "type"), "LineString");
    assert_int_equal(json_get(get(&r, "/api/map/layers/rail"), "features")->count, 0);
    city_json(r.arena, &r.city, "GET", "/api/map/layers/moon", 404, STR_NONE);

    const Json *rows = json_get(get(&r, "/api/map/points"), "rows");
    assert_int_equal(rows->count, 2);
    static const char *const first[] = {NULL, "P1", "甲烷", NULL, NULL, "gas", "ch4", "%VOL", "O1"};
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        if (first[i]) assert_true(str_is(json_str(item(item(rows, 0), i)), first[i]));
    assert_true(number(item(item(rows, 0), 3)) == 120.5);
    assert_true(item(item(rows, 0), 9)->b);
    assert_false(item(item(rows, 1), 9)->b);
    assert_int_equal(item(item(rows, 1), 8)->type, JSON_NULL);
    rig_close(&r);
}

/* ---- Is it in its district? ---- */

#define SQUARE "{\"type\":\"Polygon\",\"coordinates\":[[[120,30],[121,30],[121,31],[120,31],[120,30]]]}"

/* Two objects at the first district's border, one far outside; then a shape that is mostly outside. */
static void districts(DbPool *pool)
{
    static const struct {
        const char *code, *place, *district;
        bool in;
    } rows[] = {
        {"IN", "\"lon\":120.5,\"lat\":30.5", "330100", true},
        {"EDGE", "\"lon\":121.001,\"lat\":30.5", "330100", true}, /* some 100 m */
        {"OUT", "\"lon\":121.1,\"lat\":30.5", "330100", false},
        {"TOWN", "\"lon\":121.1,\"lat\":30.5", "330100001", false}, /* has no border of its own */
        {"FREE", "\"lon\":121.1,\"lat\":30.5", "330200", true},     /* nobody knows its border */
        {"LINE", "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[120.9,30.5],[121.5,30.5]]}",
         "330100", true},
        {"AREA",
         "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[120.9,30],[122,30],[122,31],[120.9,30]]]}",
         "330100", false},
    };
    bool refuse = city_places != NULL;
    Rig r;
    rig_open(&r, pool);
    create(&r, "districts", "{\"code\":\"330100\",\"name\":\"甲区\"}");
    create(&r, "districts", "{\"code\":\"330200\",\"name\":\"乙区\"}");
    create(&r, "districts", "{\"code\":\"330100001\",\"name\":\"丙镇\",\"parent\":\"330100\"}");
    create(&r, "map-features",
           "{\"layer\":\"district\",\"code\":\"330100\",\"name\":\"甲区\",\"geometry\":" SQUARE "}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool bad = refuse && !rows[i].in;
        const char *body = arena_printf(
            r.arena, "{\"code\":\"%s\",\"name\":\"对象\",\"kind\":\"bridge\",\"district\":\"%s\",%s}",
            rows[i].code, rows[i].district, rows[i].place);
        const Json *j = post(&r, bad ? 422 : 201, "/api/objects", body);
        const char *field = strstr(rows[i].place, "geometry") ? "geometry" : "lon";
        if (bad) assert_true(has_field(j, field, "district"));
        else assert_int_equal(json_get(j, "warnings") != NULL, !rows[i].in);
    }
    rig_close(&r);
}

static void strictly(DbPool *pool)
{
    city_places = "refuse";
    districts(pool);
    city_places = NULL;
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(geometries)
EACH(pages)
EACH(districts)
EACH(strictly)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_geometries), cmocka_unit_test(test_pages),
                                       cmocka_unit_test(test_districts), cmocka_unit_test(test_strictly)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
