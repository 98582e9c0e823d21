/* Tiles over HTTP: what a tile of points shows at each scale, grades, what is hidden, when a tile is new;
 * tiles of the base map; what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* cmocka first */
#include "../alarm/test_rig.h"
#include "mercator.h"
#include "tile.pb-c.h"

/* The tile's path at zoom z over a place. */
static const char *tile_at(Rig *r, const char *layer, uint32_t z, double lon, double lat, const char *query)
{
    WorldPlace p = world_place(lon, lat);
    return arena_printf(r->arena, "/tiles/%s/%u/%u/%u.mvt%s", layer, z, z ? p.x >> (32 - z) : 0,
                        z ? p.y >> (32 - z) : 0, query);
}

static void value_text(StrBuf *b, const Tile__Tile__Value *v)
{
    if (v->string_value) buf_addz(b, v->string_value);
    else if (v->has_bool_value) buf_addz(b, v->bool_value ? "yes" : "no");
    else buf_printf(b, "%lld", (long long)v->sint_value);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Features sorted, "name=甲 field=gas grade=5 in_service=yes\n": all tags but the id. */
static const char *features(Rig *r, const Reply *reply)
{
    StrBuf all;
    buf_init(&all, r->arena);
    if (!reply->n) return "";
    Tile__Tile *t = tile__tile__unpack(NULL, reply->n, (const uint8_t *)reply->body);
    assert_non_null(t);
    assert_int_equal(t->n_layers, 1);
    const Tile__Tile__Layer *l = t->layers[0];
    const char **lines = ARENA_ARRAY(r->arena, const char *, l->n_features);
    for (size_t i = 0; i < l->n_features; i++) {
        StrBuf b;
        buf_init(&b, r->arena);
        for (size_t k = 0; k < l->features[i]->n_tags; k += 2) {
            const char *key = l->keys[l->features[i]->tags[k]];
            if (strcmp(key, "id") == 0) continue;
            buf_printf(&b, "%s%s=", b.n ? " " : "", key);
            value_text(&b, l->values[l->features[i]->tags[k + 1]]);
        }
        buf_addz(&b, "\n");
        lines[i] = str_z(r->arena, buf_str(&b));
    }
    qsort(lines, l->n_features, sizeof *lines, by_text);
    for (size_t i = 0; i < l->n_features; i++) buf_addz(&all, lines[i]);
    buf_addc(&all, 0);
    tile__tile__free_unpacked(t, NULL);
    return all.p;
}

static const char *tile(Rig *r, const char *path)
{
    Reply reply = city_ask(&r->city, "GET", path, "", STR_NONE);
    assert_int_equal(reply.status, 200);
    const char *out = features(r, &reply);
    reply_free(&reply);
    return out;
}

static const char *etag_of(Rig *r, const char *path, const char *have, int status)
{
    char etag[100];
    const char *head = have ? arena_printf(r->arena, "If-None-Match: %s\r\n", have) : "";
    Reply reply = city_ask(&r->city, "GET", path, head, STR_NONE);
    assert_int_equal(reply.status, status);
    assert_non_null(head_value(reply.head, "ETag", etag, sizeof etag));
    if (status == 304) assert_int_equal(reply.n, 0);
    reply_free(&reply);
    return arena_strdup(r->arena, etag);
}

static void add_points(Rig *r)
{
    create(r, "objects",
           "{\"code\":\"O1\",\"name\":\"井\",\"kind\":\"gas_valve_well\",\"lon\":120.5,\"lat\":30.5}");
    for (int i = 0; i < 5; i++)
        create(r, "points",
               arena_printf(r->arena,
                            "{\"code\":\"G%d\",\"name\":\"甲烷 %d\",\"object\":\"O1\",\"field\":\"gas\","
                            "\"quantity\":\"ch4\",\"unit\":\"%%VOL\"}",
                            i, i));
    create(r, "points", "{\"code\":\"W1\",\"name\":\"压力\",\"field\":\"water\",\"lon\":120.9,\"lat\":30.5}");
    create(r, "points",
           "{\"code\":\"X1\",\"name\":\"雨量\",\"lon\":121.0,\"lat\":30.6,\"in_service\":false}");
    create(r, "points", "{\"code\":\"N1\",\"name\":\"无位置\"}");
}

static void points_by_scale(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    assert_string_equal(tile(&r, "/tiles/points/0/0/0.mvt"), "");
    add_points(&r);
    assert_string_equal(tile(&r, "/tiles/points/0/0/0.mvt"), "point_count=7 worst=5\n");
    assert_string_equal(tile(&r, "/tiles/points/0/0/0"), "point_count=7 worst=5\n");
    const char *town = tile_at(&r, "points", 10, 120.5, 30.5, "");
    assert_string_equal(tile(&r, town), "point_count=5 worst=5\n");
    assert_string_equal(
        tile(&r, tile_at(&r, "points", 16, 120.5, 30.5, "")),
        "name=甲烷 0 field=gas grade=5 in_service=yes\nname=甲烷 1 field=gas grade=5 in_service=yes\n"
        "name=甲烷 2 field=gas grade=5 in_service=yes\nname=甲烷 3 field=gas grade=5 in_service=yes\n"
        "name=甲烷 4 field=gas grade=5 in_service=yes\n");
    assert_string_equal(tile(&r, tile_at(&r, "points", 12, 120.9, 30.5, "")),
                        "name=压力 field=water grade=5 in_service=yes\n");
    assert_string_equal(tile(&r, tile_at(&r, "points", 12, 121.0, 30.6, "")),
                        "name=雨量 field= grade=5 in_service=no\n");
    assert_string_equal(tile(&r, tile_at(&r, "points", 12, 10, 10, "")), "");
    /* what is hidden is neither shown nor counted */
    assert_string_equal(
        tile(&r, "/tiles/points/0/0/0.mvt?hide=gas"),
        "name=压力 field=water grade=5 in_service=yes\nname=雨量 field= grade=5 in_service=no\n");
    assert_string_equal(tile(&r, "/tiles/points/0/0/0.mvt?hide=gas,-,moon"),
                        "name=压力 field=water grade=5 in_service=yes\n");
    rig_close(&r);
}

static bool is_red(Rig *r, const void *ud)
{
    return strcmp(tile(r, ud), "point_count=5 worst=1\n") == 0;
}

static void tiles_are_new_when_something_changed(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    add_points(&r);
    const char *town = tile_at(&r, "points", 10, 120.5, 30.5, "");
    const char *first = etag_of(&r, town, NULL, 200);
    assert_string_equal(etag_of(&r, town, first, 304), first);
    /* a change elsewhere is a new tile only where it is; the set's number is in every tag */
    change(&r, "/api/points/code:G0", "{\"lon\":121.0,\"lat\":30.6}", 200);
    const char *moved = etag_of(&r, town, first, 200);
    assert_string_equal(tile(&r, town), "point_count=4 worst=5\n");
    change(&r, "/api/points/code:G0", "{\"lon\":null,\"lat\":null}", 200);
    assert_string_not_equal(etag_of(&r, town, moved, 200), first);
    /* a grade */
    create(&r, "rules",
           "{\"code\":\"R1\",\"name\":\"甲烷\",\"point\":\"G1\",\"kind\":\"level\",\"dir\":\"high\","
           "\"limit1\":2}");
    const char *calm = etag_of(&r, town, NULL, 200);
    send_value(&r, "G1", clock_now(), 3);
    assert_true(until(&r, is_red, town));
    etag_of(&r, town, calm, 200);
    /* archived points are gone, and so are those of a moved object */
    change(&r, "/api/objects/code:O1", "{\"lon\":100,\"lat\":22}", 200);
    assert_string_equal(tile(&r, town), "");
    change(&r, "/api/points/code:W1", NULL, 204);
    assert_string_equal(tile(&r, tile_at(&r, "points", 12, 120.9, 30.5, "")), "");
    rig_close(&r);
}

static void layers_of_the_base_map(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    create(&r, "map-features",
           "{\"layer\":\"water\",\"name\":\"澜江\",\"kind\":\"river\",\"geometry\":{\"type\":\"Polygon\","
           "\"coordinates\":"
           "[[[100,20],[110,20],[110,25],[100,20]]]}}");
    create(&r, "map-features",
           "{\"layer\":\"road\",\"name\":\"大道\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[["
           "101,21],[112,24]]}}");
    create(
        &r, "map-features",
        "{\"layer\":\"place\",\"name\":\"澜城\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[105,22]}}");
    const char *road = tile_at(&r, "road", 6, 105, 22, "");
    assert_string_equal(tile(&r, road), "name=大道\n");
    assert_string_equal(tile(&r, "/tiles/water/0/0/0.mvt"), "name=澜江 kind=river\n");
    assert_string_equal(tile(&r, tile_at(&r, "place", 9, 105, 22, "")), "name=澜城\n");
    assert_string_equal(tile(&r, tile_at(&r, "water", 9, 0, 0, "")), "");
    assert_string_equal(tile(&r, "/tiles/rail/0/0/0.mvt"), "");
    const char *first = etag_of(&r, road, NULL, 200);
    etag_of(&r, road, first, 304);
    create(&r, "points",
           "{\"code\":\"W1\",\"name\":\"压力\",\"lon\":120.9,\"lat\":30.5}"); /* not a change of it */
    etag_of(&r, road, first, 304);
    create(&r, "map-features",
           "{\"layer\":\"road\",\"name\":\"二路\",\"geometry\":{\"type\":\"MultiLineString\",\"coordinates\":"
           "[[[101,21],"
           "[112,24]]]}}");
    etag_of(&r, road, first, 200);
    assert_string_equal(tile(&r, road), "name=二路\nname=大道\n");
    rig_close(&r);
}

/* Objects: any entity with a place of its own is a layer by its plural. */
static void records(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    assert_string_equal(tile(&r, "/tiles/objects/0/0/0.mvt"), "");
    create(&r, "objects",
           "{\"code\":\"A\",\"name\":\"井一\",\"kind\":\"gas_valve_well\",\"lon\":120.5,\"lat\":30.5}");
    create(&r, "objects",
           "{\"code\":\"B\",\"name\":\"管一\",\"kind\":\"gas_main\",\"geometry\":{\"type\":\"LineString\","
           "\"coordinates\":[[120.4,30.5],[120.6,30.5]]}}");
    create(&r, "objects", "{\"code\":\"C\",\"name\":\"无位置\",\"kind\":\"gas_main\"}");
    const char *town = tile_at(&r, "objects", 13, 120.5, 30.5, "");
    assert_string_equal(tile(&r, town), "name=井一 kind=gas_valve_well\nname=管一 kind=gas_main\n");
    /* the line runs on where the well is not */
    assert_string_equal(tile(&r, tile_at(&r, "objects", 13, 120.59, 30.5, "")), "name=管一 kind=gas_main\n");
    const char *first = etag_of(&r, town, NULL, 200);
    etag_of(&r, town, first, 304);
    create(&r, "map-features",
           "{\"layer\":\"place\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[105,22]}}");
    etag_of(&r, town, first, 304);
    for (int i = 0; i < 4; i++)
        create(&r, "objects",
               arena_printf(r.arena,
                            "{\"code\":\"D%d\",\"name\":\"井\",\"kind\":\"gas_valve_well\",\"lon\":120.5,"
                            "\"lat\":30.5}",
                            i));
    assert_string_not_equal(etag_of(&r, town, first, 200), first);
    assert_string_equal(tile(&r, town), "name=管一 kind=gas_main\npoint_count=5\n");
    assert_string_equal(tile(&r, "/tiles/objects/0/0/0.mvt"), "point_count=6\n");
    change(&r, "/api/objects/code:B", NULL, 204);
    assert_string_equal(tile(&r, town), "point_count=5\n");
    /* what is no register, or has no place, is no layer */
    city_json(r.arena, &r.city, "GET", "/tiles/rules/0/0/0.mvt", 404, STR_NONE);
    rig_close(&r);
}

static void what_is_no_tile(DbPool *pool)
{
    static const char *const paths[] = {
        "/tiles/points/23/0/0.mvt",          "/tiles/points/1/2/0.mvt",  "/tiles/points/1/0/2.mvt",
        "/tiles/points/1/0/x.mvt",           "/tiles/points/-1/0/0.mvt", "/tiles/moon/0/0/0.mvt",
        "/tiles/points/1/0/99999999999.mvt",
    };
    Rig r;
    rig_open(&r, pool);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) city_json(r.arena, &r.city, "GET", paths[i], 404, STR_NONE);
    const char *request =
        "GET /tiles/points/0/0/0.mvt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    Reply reply = client_ask(r.city.port, request, strlen(request));
    assert_int_equal(reply.status, 401);
    reply_free(&reply);
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(points_by_scale)
EACH(tiles_are_new_when_something_changed)
EACH(layers_of_the_base_map)
EACH(records)
EACH(what_is_no_tile)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_by_scale),
        cmocka_unit_test(test_tiles_are_new_when_something_changed),
        cmocka_unit_test(test_layers_of_the_base_map),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_what_is_no_tile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
