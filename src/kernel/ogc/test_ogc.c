/* OGC API Features over HTTP: the pages and their links, items page by page, boxes, times, filters, borrowed
 * places, one item with its entity tag, who may see what, and 400 for what the standard calls wrong. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/crypto.h"
#include "kernel/kernel.h"
static const Module *const located_modules[1];
#define WORLD_MODULES located_modules
#include "test_kernel.h"

#define PLACE                                                                                                \
    {.name = "lon", .type = F_REAL, .min = 73, .max = 136, .label = T("经度", "Longitude")},                 \
    {                                                                                                        \
        .name = "lat", .type = F_REAL, .min = 3, .max = 54, .label = T("纬度", "Latitude")                   \
    }
#define CODE                                                                                                 \
    {                                                                                                        \
        .name = "code", .type = F_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_LIST,         \
        .max = 20, .label = T("编码", "Code")                                                                \
    }

static const Field object_fields[] = {
    CODE, PLACE, {.name = "geometry", .type = F_JSON, .max = 1000, .label = T("几何", "Geometry")}};
static const Field spot_fields[] = {
    CODE,
    PLACE,
    {.name = "object", .type = F_REF, .flags = F_FILTER, .ref = "objects", .label = T("对象", "Object")},
    {.name = "grade", .type = F_INT, .flags = F_FILTER, .min = 1, .max = 4, .label = T("等级", "Grade")},
    {.name = "pin", .type = F_TEXT, .flags = F_SECRET, .max = 20, .label = T("密码", "Pin")}};
#define EDGE(name_)                                                                                          \
    {                                                                                                        \
        .name = name_, .type = F_REAL, .label = T("边", "Edge")                                              \
    }
static const Field zone_fields[] = {
    CODE,         {.name = "geometry", .type = F_JSON, .max = 1000, .label = T("几何", "Geometry")},
    EDGE("west"), EDGE("south"),
    EDGE("east"), EDGE("north")};

#define ENTITY(name_, plural_, fields_, read_)                                                               \
    {                                                                                                        \
        .name = name_, .scope = {.kind = SCOPE_OPEN}, .plural = plural_, .title = T("记录", "Records"),      \
        .icon = T("", "place"), .fields = fields_, .nfields = ARRAY_LEN(fields_), .read_perm = read_,        \
        .write_perm = "site.write", .code_field = "code", .title_field = "code", .sort = "code"              \
    }
static const Entity objects = ENTITY("object", "objects", object_fields, "site.read");
static const Entity spots = ENTITY("spot", "spots", spot_fields, "site.read");
static const Entity zones = ENTITY("zone", "zones", zone_fields, "gauge.pause"); /* watch only */
static const Entity *const located[] = {&objects, &spots, &zones, &sites_entity, &gauges_entity};
static const Module located_module = {.name = "located",
                                      .title = T("有位置", "Located"),
                                      .entities = located,
                                      .nentities = ARRAY_LEN(located),
                                      .perms = test_perms,
                                      .nperms = ARRAY_LEN(test_perms),
                                      .dicts = test_dicts,
                                      .ndicts = ARRAY_LEN(test_dicts)};
static const Module *const located_modules[1] = {&located_module};

static void make(World *t, const char *plural, const char *body)
{
    int status = POST(t, arena_printf(t->arena, "/api/%s", plural), body);
    if (status != 201) fail_msg("%s %s: %d %s", plural, body, status, t->last.body);
}

static void fill(World *t)
{
    make(t, "objects",
         "{\"code\":\"PIPE\",\"lon\":119,\"lat\":32,\"geometry\":"
         "{\"type\":\"LineString\",\"coordinates\":[[118,32],[120,32]]}}");
    make(t, "objects", "{\"code\":\"NOWHERE\"}");
    make(t, "spots", "{\"code\":\"S1\",\"lon\":118.5,\"lat\":31.5,\"grade\":1,\"pin\":\"77\"}");
    make(t, "spots", "{\"code\":\"S2\",\"object\":\"PIPE\",\"grade\":2}");
    make(t, "spots", "{\"code\":\"S3\",\"object\":\"NOWHERE\",\"grade\":2}");
    make(t, "spots", "{\"code\":\"S4\",\"grade\":2}");
    make(t, "spots", "{\"code\":\"S5\",\"lon\":121,\"lat\":33}");
    make(t, "zones",
         "{\"code\":\"Z\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[118,32]},\"west\":117,"
         "\"south\":31,\"east\":119,\"north\":33}");
}

static const char *link_of(World *t, const char *list, const char *rel)
{
    JSON_EACH(l, at(t, list))
    {
        if (str_is(json_str(json_get(l, "rel")), rel)) return str_z(t->arena, json_str(json_get(l, "href")));
    }
    return NULL;
}

#define ROOT "http://test/ogc"

/* The path of an absolute link. */
static const char *path_of(const char *href)
{
    assert_non_null(href);
    assert_memory_equal(href, ROOT, strlen(ROOT));
    return href + strlen("http://test");
}

static void run_pages(DbPool *pool)
{
    static const char *const rels[] = {"self", "service-desc", "conformance", "data"};
    World t;
    world_open(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(rels); i++) {
        assert_int_equal(GET(&t, "/ogc"), 200);
        assert_int_equal(GET(&t, path_of(link_of(&t, "links", rels[i]))), 200);
    }
    assert_int_equal(count_at(&t, "collections"), 2); /* zones need a permission that office lacks */
    assert_string_equal(text_at(&t, "collections.1.id"), "spots");
    assert_int_equal(GET(&t, path_of(link_of(&t, "collections.1.links", "self"))), 200);
    assert_int_equal(GET(&t, path_of(link_of(&t, "links", "items"))), 200);
    assert_int_equal(GET(&t, "/ogc/collections/zones"), 404);
    assert_int_equal(GET(&t, "/ogc/collections/zones/items"), 403);
    assert_int_equal(GET(&t, "/ogc/collections/gauges"), 404); /* has no place */
    assert_int_equal(GET(&t, "/ogc/collections/spots?what=1"), 400);
    assert_int_equal(GET(&t, "/ogc/api"), 200);
    assert_string_equal(header(&t, "Content-Type"), "application/vnd.oai.openapi+json;version=3.0");
    assert_null(strstr(t.last.body, "zones"));
    assert_non_null(strstr(t.last.body, "/collections/spots/items"));
    assert_true(ask(&t, "POST", "/ogc/collections/spots/items", NULL, "{}") == 405);
    t.auth[0] = '\0';
    assert_int_equal(GET(&t, "/ogc"), 401);
    assert_non_null(strstr(header(&t, "WWW-Authenticate"), "Basic"));
    static const char basic[] = "x:test-token-watch";
    snprintf(t.auth, sizeof t.auth, "Authorization: Basic %s\r\n",
             str_z(t.arena, base64_print(t.arena, basic, strlen(basic))));
    assert_int_equal(GET(&t, "/ogc/collections/zones"), 200);
    world_close(&t);
}

/* ---- Items ---- */

static size_t walk(World *t, const char *path, const char **codes)
{
    size_t n = 0;
    StrBuf b;
    buf_init(&b, t->arena);
    for (int pages = 0; path; pages++) {
        assert_true(pages < 20);
        if (GET(t, path) != 200) fail_msg("%s: %d %s", path, t->last.status, t->last.body);
        assert_string_equal(header(t, "Content-Type"), "application/geo+json");
        JSON_EACH(f, at(t, "features"))
        {
            if (n++) buf_addc(&b, ' ');
            buf_add(&b, json_str(json_get(json_get(f, "properties"), "code")));
        }
        const char *next = link_of(t, "links", "next");
        path = next ? path_of(next) : NULL;
    }
    *codes = str_z(t->arena, buf_str(&b));
    return n;
}

#define ITEMS "/ogc/collections/spots/items"
static const struct {
    const char *path, *codes;
} walks[] = {
    {ITEMS, "S1 S2 S3 S4 S5"},
    {ITEMS "?limit=2", "S1 S2 S3 S4 S5"},
    {ITEMS "?limit=5000", "S1 S2 S3 S4 S5"},
    {ITEMS "?grade=2&limit=1", "S2 S3 S4"},
    {ITEMS "?bbox=118,31,119,32", "S1 S2"}, /* the edge belongs to it; S2 stands at its object */
    {ITEMS "?bbox=118,31,0,119,32,9&limit=1", "S1 S2"},
    {ITEMS "?bbox=118.9,31,119.1,33&grade=2", "S2"},
    {ITEMS "?bbox=120,30,-170,40", "S5"}, /* round 180 degrees */
    {ITEMS "?bbox=-180,-90,180,90", "S1 S2 S5"},
    {ITEMS "?datetime=2020-01-01T00:00:00Z/..", "S1 S2 S3 S4 S5"},
    {ITEMS "?datetime=../2020-01-01T00:00:00Z", ""},
    {ITEMS "?datetime=2020-01-01T00:00:00Z", ""},
    {ITEMS "?sort=-code&limit=2&f=json", "S5 S4 S3 S2 S1"},
    {"/ogc/collections/objects/items", "NOWHERE PIPE"},
};

static void run_items(DbPool *pool)
{
    World t;
    const char *codes;
    world_open(&t, pool);
    snprintf(t.auth, sizeof t.auth, "Authorization: Bearer " TEST_TOKEN "\r\n");
    fill(&t);
    for (size_t i = 0; i < ARRAY_LEN(walks); i++) {
        walk(&t, walks[i].path, &codes);
        if (strcmp(codes, walks[i].codes) != 0) fail_msg("%s: %s", walks[i].path, codes);
    }
    assert_int_equal(GET(&t, ITEMS "?grade=2&limit=1"), 200);
    assert_int_equal(int_at(&t, "numberMatched"), 3);
    assert_int_equal(int_at(&t, "numberReturned"), 1);
    assert_string_equal(text_at(&t, "features.0.geometry.type"), "Point");
    assert_int_equal(int_at(&t, "features.0.geometry.coordinates.0"), 119);
    assert_string_equal(text_at(&t, "features.0.properties.object"), "PIPE");
    assert_null(at(&t, "features.0.properties.pin"));
    assert_int_equal(GET(&t, ITEMS "?code=S4"), 200);
    assert_int_equal(at(&t, "features.0.geometry")->type, JSON_NULL);
    assert_int_equal(GET(&t, "/ogc/collections/objects/items?lon=119"), 400); /* no filter of the list */
    snprintf(t.auth, sizeof t.auth, "Authorization: Bearer test-token-watch\r\n");
    walk(&t, "/ogc/collections/zones/items?bbox=118.5,32.5,130,40", &codes);
    assert_string_equal(codes, "Z");
    walk(&t, "/ogc/collections/zones/items?bbox=119.5,32.5,130,40", &codes);
    assert_string_equal(codes, "");
    world_close(&t);
}

static void run_wrong(DbPool *pool)
{
    static const char *const wrong[] = {"what=1",
                                        "limit=0",
                                        "limit=x",
                                        "limit=-5",
                                        "bbox=1,2,3",
                                        "bbox=1,2,3,4,5",
                                        "bbox=a,b,c,d",
                                        "bbox=118,33,119,32",
                                        "bbox=181,0,182,1",
                                        "bbox=1,2,3,4,",
                                        "bbox=nan,2,3,4",
                                        "datetime=yesterday",
                                        "datetime=2026/x",
                                        "f=html",
                                        "cursor=zz",
                                        "pin=77",
                                        "bbox=",
                                        "bbox=1,2,3,4&bbox=1,2,3,4"};
    World t;
    world_open(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        int status = GET(&t, arena_printf(t.arena, ITEMS "?%s", wrong[i]));
        if (status != 400) fail_msg("%s: %d %s", wrong[i], status, t.last.body);
        assert_non_null(at(&t, "fields"));
    }
    assert_int_equal(GET(&t, "/api/spots?bbox=1,2,3,4"), 422); /* the list itself knows no box */
    assert_int_equal(GET(&t, ITEMS "/12"), 404);
    world_close(&t);
}

static void run_item(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    fill(&t);
    assert_int_equal(GET(&t, ITEMS "?grade=2&limit=1"), 200);
    const char *one = arena_printf(t.arena, ITEMS "/%s", text_at(&t, "features.0.id"));
    assert_int_equal(GET(&t, one), 200);
    assert_string_equal(text_at(&t, "type"), "Feature");
    assert_string_equal(path_of(link_of(&t, "links", "self")), one);
    assert_int_equal(GET(&t, path_of(link_of(&t, "links", "collection"))), 200);
    assert_int_equal(GET(&t, one), 200);
    const char *tag = arena_strdup(t.arena, header(&t, "ETag"));
    const char *same = arena_printf(t.arena, "If-None-Match: %s\r\n", tag);
    assert_int_equal(ask(&t, "GET", one, same, NULL), 304);
    /* what lends its place moves */
    assert_int_equal(ask(&t, "PATCH", "/api/objects/code:PIPE", "If-Match: \"1\"\r\n", "{\"lon\":118}"), 200);
    assert_int_equal(ask(&t, "GET", one, same, NULL), 200);
    assert_int_equal(int_at(&t, "geometry.coordinates.0"), 118);
    world_close(&t);
}

/* ---- In: GeoJSON as an import ---- */

#define FEATURE(geometry, properties)                                                                        \
    "{\"type\":\"Feature\",\"geometry\":" geometry ",\"properties\":{" properties "}}"
#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define AT(lon, lat)         "{\"type\":\"Point\",\"coordinates\":[" lon "," lat "]}"

static void run_import(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    fill(&t);
    /* published: WGS 84 116.404, 39.915 is GCJ-02 116.41024449916938, 39.91640428150164 */
    assert_int_equal(
        POST(
            &t, "/api/spots/import?coordinates=gcj02",
            COLLECTION(FEATURE(
                AT("116.41024449916938", "39.91640428150164"),
                "\"code\":\"I1\",\"grade\":3,"
                "\"object\":\"PIPE\",\"fid\":"
                "7") "," FEATURE(AT("39.9", "116.4"),
                                 "\"code\":\"SWAPPED\"") "," FEATURE("{\"type\":\"Polygon\",\"coordinates\":["
                                                                     "]}",
                                                                     "\"code\":\"AREA\"") "," FEATURE("null",
                                                                                                      "\"code"
                                                                                                      "\":"
                                                                                                      "\"I "
                                                                                                      "\\\"2"
                                                                                                      "\\\", "
                                                                                                      "x\"") "," FEATURE(AT("118",
                                                                                                                            "32"),
                                                                                                                         "\"code\":\"I3\",\"grade\":9"))),
        200);
    assert_int_equal(int_at(&t, "accepted"), 2);
    assert_int_equal(int_at(&t, "rejected"), 3);
    const char *errors = text_at(&t, "errors");
    assert_int_equal(GET(&t, errors), 200);
    assert_non_null(strstr(t.last.body, "SWAPPED"));
    assert_non_null(strstr(t.last.body, "Longitude"));
    assert_non_null(strstr(t.last.body, "Polygon"));
    assert_non_null(strstr(t.last.body, "Grade"));
    assert_non_null(strstr(t.last.body, "I1,3,PIPE,116.404,39.915,\r\n")); /* all rows; this one is good */
    assert_non_null(strstr(
        t.last.body,
        "SWAPPED,,,39.9,116.4,\"Longitude must be between 73 and 136; longitude and latitude seem swapped"));
    assert_int_equal(GET(&t, ITEMS "?bbox=116.40399999,39.91499999,116.40400001,39.91500001"), 200);
    assert_int_equal(int_at(&t, "numberMatched"), 1);
    assert_string_equal(text_at(&t, "features.0.properties.code"), "I1");
    assert_string_equal(text_at(&t, "features.0.properties.object"), "PIPE");
    /* what /ogc gives can be given back */
    assert_int_equal(GET(&t, ITEMS "?code=I1"), 200);
    const char *own = arena_strdup(t.arena, t.last.body);
    assert_int_equal(POST(&t, "/api/spots/import", own), 200);
    assert_int_equal(int_at(&t, "accepted"), 1);
    /* a shape */
    assert_int_equal(
        POST(&t, "/api/objects/import?coordinates=bd09",
             COLLECTION(FEATURE("{\"type\":\"LineString\",\"coordinates\":[[116.41,39.92],[116.42,39.92,5]]}",
                                "\"code\":\"L\""))),
        200);
    assert_int_equal(int_at(&t, "accepted"), 1);
    assert_int_equal(GET(&t, "/api/objects/code:L"), 200);
    assert_string_equal(text_at(&t, "geometry.type"), "LineString");
    double lon = 0;
    assert_true(json_f64(at(&t, "geometry.coordinates.0.0"), &lon) && lon > 116.39 && lon < 116.4);
    /* found by its end, not only by its middle; not beside it */
    assert_int_equal(GET(&t, "/ogc/collections/objects/items?bbox=116.39,39.9,116.399,39.93"), 200);
    assert_int_equal(int_at(&t, "numberMatched"), 1);
    assert_int_equal(GET(&t, "/ogc/collections/objects/items?bbox=116.39,39.93,116.42,39.94"), 200);
    assert_int_equal(int_at(&t, "numberMatched"), 0);
    world_close(&t);
}

static void run_bad_import(DbPool *pool)
{
    static const struct {
        const char *path, *body;
        int status;
    } rows[] = {
        {"/api/spots/import?coordinates=utm", COLLECTION(""), 422},
        {"/api/spots/import?what=1", COLLECTION(""), 422},
        {"/api/spots/import", "{", 400},
        {"/api/spots/import", "{\"type\":\"Feature\"}", 400},
        {"/api/spots/import", "{\"type\":\"FeatureCollection\",\"features\":{}}", 400},
        {"/api/sites/import", COLLECTION(""), 422}, /* has no place */
        {"/api/spots/import", COLLECTION(FEATURE(AT("1", "2"), "\"colour\":1")), 422},
        {"/api/spots/import", COLLECTION("7,null,[]"), 200},
    };
    World t;
    world_open(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int status = POST(&t, rows[i].path, rows[i].body);
        if (status != rows[i].status) fail_msg("%s: %d %s", rows[i].body, status, t.last.body);
    }
    world_close(&t);
}

static void pages(void **state)
{
    (void)state;
    db_test_each(run_pages);
}
static void items(void **state)
{
    (void)state;
    db_test_each(run_items);
}
static void wrong_parameters(void **state)
{
    (void)state;
    db_test_each(run_wrong);
}
static void item(void **state)
{
    (void)state;
    db_test_each(run_item);
}

static void import(void **state)
{
    (void)state;
    db_test_each(run_import);
}
static void bad_import(void **state)
{
    (void)state;
    db_test_each(run_bad_import);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages), cmocka_unit_test(items),  cmocka_unit_test(wrong_parameters),
        cmocka_unit_test(item),  cmocka_unit_test(import), cmocka_unit_test(bad_import)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
