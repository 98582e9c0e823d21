/* Web mercator, clipping and the encoding of tiles: known places and tiles, properties over many places,
 * shapes cut at the edge, and tiles decoded again. */
#include "base/rc.h"
#include "clip.h"
#include "mercator.h"
#include "mvt.h"
#include "tile.pb-c.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* ---- Mercator ---- */

static void places_lie_in_known_tiles(void **state)
{
    (void)state;
    static const struct {
        double lon, lat;
        TileId tile;
    } cases[] = {
        {0, 0, {1, 1, 1}},
        {-180, 85.06, {3, 0, 0}},
        {180, -90, {3, 7, 7}},
        {121.4737, 31.2304, {10, 857, 418}},  /* Shanghai */
        {-0.1276, 51.5072, {12, 2046, 1362}}, /* London */
        {151.2093, -33.8688, {9, 471, 307}},  /* Sydney */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        WorldPlace p = world_place(cases[i].lon, cases[i].lat);
        assert_int_equal(p.x >> (32 - cases[i].tile.z), cases[i].tile.x);
        assert_int_equal(p.y >> (32 - cases[i].tile.z), cases[i].tile.y);
        TilePlace t = tile_place(cases[i].tile, p);
        assert_true(t.x >= 0 && t.x < TILE_EXTENT && t.y >= 0 && t.y < TILE_EXTENT);
    }
}

static void places_come_back(void **state)
{
    (void)state;
    for (double lat = -85; lat <= 85; lat += 7.3)
        for (double lon = -179.9; lon < 180; lon += 11.7) {
            double x, y;
            world_degrees(world_place(lon, lat), &x, &y);
            assert_true(fabs(x - lon) < 1e-7 && fabs(y - lat) < 1e-7);
        }
}

static void codes_of_a_tile_are_one_range(void **state)
{
    (void)state;
    srand(7);
    for (int i = 0; i < 2000; i++) {
        WorldPlace p = {(uint32_t)rand() * 2u + (uint32_t)(rand() & 1), (uint32_t)rand() * 2u};
        uint32_t z = (uint32_t)rand() % (TILE_ZOOM_MAX + 1);
        TileId own = {z, z ? p.x >> (32 - z) : 0, z ? p.y >> (32 - z) : 0}, other = own;
        uint64_t first, last, code = world_code(p);
        assert_true(tile_ok(own));
        tile_codes(own, &first, &last);
        assert_true(code >= first && code <= last);
        if (z == 0) continue;
        other.x ^= 1;
        tile_codes(other, &first, &last);
        assert_false(code >= first && code <= last);
    }
    assert_false(tile_ok((TileId){3, 8, 0}));
    assert_false(tile_ok((TileId){0, 0, 1}));
    assert_false(tile_ok((TileId){23, 0, 0}));
}

static void neighbours_agree_on_their_border(void **state)
{
    (void)state;
    for (uint32_t z = 1; z <= TILE_ZOOM_MAX; z++) {
        WorldPlace p = {1u << 31, 12345}; /* the west edge of tile 2^(z-1) */
        assert_int_equal(tile_place((TileId){z, 1u << (z - 1), 0}, p).x, 0);
        assert_int_equal(tile_place((TileId){z, (1u << (z - 1)) - 1, 0}, p).x, TILE_EXTENT);
    }
}

/* ---- Clipping, at zoom 20: a unit of the world is a unit of the tile ---- */

static const TileId flat = {20, 100, 100};

static void at(WorldPlace *out, const int (*xy)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (WorldPlace){(100u << 12) + (uint32_t)xy[i][0], (100u << 12) + (uint32_t)xy[i][1]};
}

static const char *text_of(Arena *a, const ClipPart *parts, size_t n)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < parts[i].n; k++)
            buf_printf(&b, "%s%d,%d", k ? " " : "", parts[i].p[k].x, parts[i].p[k].y);
        buf_addc(&b, '|');
    }
    buf_addc(&b, 0);
    return b.p;
}

static void lines_are_cut(void **state)
{
    (void)state;
    static const struct {
        int xy[6][2];
        size_t n;
        const char *want;
    } cases[] = {
        {{{0, 0}, {100, 0}, {100, 100}}, 3, "0,0 100,0 100,100|"},
        {{{-1000, 50}, {5000, 50}}, 2, "-64,50 4160,50|"},
        {{{-1000, 50}, {-500, 50}}, 2, ""},
        {{{0, 0}, {0, 9000}, {50, 9000}, {50, 0}}, 4, "0,0 0,4160|50,4160 50,0|"},
        {{{10, 10}, {11, 10}, {12, 10}, {40, 10}}, 4, "10,10 40,10|"}, /* thinned */
        {{{10, 10}, {10, 10}}, 2, ""},
        {{{10, 10}, {12, 11}}, 2, "10,10 12,11|"}, /* its end is kept */
        {{{-200, -200}, {5000, 5000}}, 2, "-64,-64 4160,4160|"},
        {{{-200, 100}, {100, -200}}, 2, "-64,-36 -36,-64|"},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        WorldPlace p[6];
        ClipPart *parts;
        at(p, cases[i].xy, cases[i].n);
        size_t n = clip_line(a, flat, p, cases[i].n, &parts);
        assert_string_equal(text_of(a, parts, n), cases[i].want);
    }
    arena_free(&a);
}

static void rings_are_cut(void **state)
{
    (void)state;
    static const struct {
        int xy[8][2];
        size_t n;
        bool outer;
        const char *want;
    } cases[] = {
        {{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}, 5, true, "0,0 100,0 100,100 0,100|"},
        {{{0, 0}, {0, 100}, {100, 100}, {100, 0}, {0, 0}}, 5, true, "100,0 100,100 0,100 0,0|"},
        {{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}, 5, false, "0,100 100,100 100,0 0,0|"},
        {{{-9000, -9000}, {9000, -9000}, {9000, 9000}, {-9000, 9000}, {-9000, -9000}},
         5,
         true,
         "4160,-64 4160,4160 -64,4160 -64,-64|"},
        {{{5000, 5000}, {6000, 5000}, {6000, 6000}, {5000, 5000}}, 4, true, ""},
        {{{10, 10}, {12, 10}, {12, 12}, {10, 10}}, 4, true, ""}, /* smaller than a pixel */
        {{{0, 0}, {50, 50}, {100, 100}, {0, 0}}, 4, true, ""},   /* no area */
        {{{0, 0}, {100, 0}, {0, 0}}, 3, true, ""},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        WorldPlace p[8];
        at(p, cases[i].xy, cases[i].n);
        ClipPart part = clip_ring(a, flat, p, cases[i].n, cases[i].outer);
        assert_string_equal(text_of(a, &part, part.n > 0), cases[i].want);
    }
    arena_free(&a);
}

/* ---- Encoding ---- */

static Tile__Tile *decoded(const Mvt *m)
{
    Str bytes = mvt_encode(m);
    Tile__Tile *tile = tile__tile__unpack(NULL, bytes.n, (const uint8_t *)bytes.p);
    assert_non_null(tile);
    return tile;
}

static void expect_u32(const uint32_t *got, size_t n, const uint32_t *want, size_t nwant)
{
    assert_int_equal(n, nwant);
    for (size_t i = 0; i < n; i++) assert_int_equal(got[i], want[i]);
}

/* The examples of the specification, 4.3.5. */
static void geometry_is_the_specifications(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Mvt *m = mvt_new(a, "shapes");
    mvt_begin(m, MVT_POINT, 1);
    mvt_part(m, (const TilePlace[]){{25, 17}}, 1);
    mvt_end(m);
    mvt_begin(m, MVT_LINE, 2);
    mvt_part(m, (const TilePlace[]){{2, 2}, {2, 10}, {10, 10}}, 3);
    mvt_part(m, (const TilePlace[]){{1, 1}, {3, 5}}, 2);
    mvt_end(m);
    mvt_begin(m, MVT_AREA, 3);
    mvt_part(m, (const TilePlace[]){{3, 6}, {8, 12}, {20, 34}}, 3);
    mvt_end(m);
    mvt_begin(m, MVT_AREA, 4); /* nothing of it lies in the tile */
    mvt_end(m);
    assert_int_equal(mvt_features(m), 3);
    Tile__Tile *tile = decoded(m);
    assert_int_equal(tile->n_layers, 1);
    const Tile__Tile__Layer *l = tile->layers[0];
    assert_string_equal(l->name, "shapes");
    assert_int_equal(l->version, 2);
    assert_int_equal(l->extent, 4096);
    assert_int_equal(l->n_features, 3);
    static const uint32_t point[] = {9, 50, 34};
    static const uint32_t line[] = {9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8};
    static const uint32_t area[] = {9, 6, 12, 18, 10, 12, 24, 44, 15};
    expect_u32(l->features[0]->geometry, l->features[0]->n_geometry, point, ARRAY_LEN(point));
    expect_u32(l->features[1]->geometry, l->features[1]->n_geometry, line, ARRAY_LEN(line));
    expect_u32(l->features[2]->geometry, l->features[2]->n_geometry, area, ARRAY_LEN(area));
    assert_int_equal(l->features[1]->type, TILE__TILE__GEOM_TYPE__LINESTRING);
    assert_int_equal(l->features[2]->id, 3);
    tile__tile__free_unpacked(tile, NULL);
    arena_free(&a);
}

static void values_are_kept_once(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Mvt *m = mvt_new(a, "points");
    for (int i = 0; i < 1000; i++) {
        mvt_begin(m, MVT_POINT, (uint64_t)i);
        mvt_tag_text(m, "name", str_printf(a, "点 %d", i % 500));
        mvt_tag_int(m, "grade", i % 5 - 2);
        mvt_tag_bool(m, "in_service", i % 2 == 0);
        mvt_tag_text(m, "field", STR(""));
        mvt_part(m, &(TilePlace){i, -i}, 1);
        mvt_end(m);
    }
    Tile__Tile *tile = decoded(m);
    const Tile__Tile__Layer *l = tile->layers[0];
    assert_int_equal(l->n_keys, 4);
    assert_int_equal(l->n_values, 500 + 5 + 2 + 1);
    for (int i = 0; i < 1000; i++) {
        const Tile__Tile__Feature *f = l->features[i];
        assert_int_equal(f->n_tags, 8);
        assert_string_equal(l->keys[f->tags[0]], "name");
        assert_string_equal(l->values[f->tags[1]]->string_value, arena_printf(a, "点 %d", i % 500));
        assert_int_equal(l->values[f->tags[3]]->sint_value, i % 5 - 2);
        assert_int_equal(l->values[f->tags[5]]->bool_value, i % 2 == 0);
        assert_string_equal(l->values[f->tags[7]]->string_value, "");
    }
    tile__tile__free_unpacked(tile, NULL);
    assert_int_equal(mvt_encode(mvt_new(a, "empty")).n, 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_lie_in_known_tiles),
        cmocka_unit_test(places_come_back),
        cmocka_unit_test(codes_of_a_tile_are_one_range),
        cmocka_unit_test(neighbours_agree_on_their_border),
        cmocka_unit_test(lines_are_cut),
        cmocka_unit_test(rings_are_cut),
        cmocka_unit_test(geometry_is_the_specifications),
        cmocka_unit_test(values_are_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
