/* Vector tiles of points and of the base map.
 *
 * At small scales the points of a tile are gathered in cells of about 50 pixels: a cell of several becomes
 * one feature with their number and the worst grade among them, so that a city of 100,000 points is some
 * hundred features a tile. Grades live in memory and change at any moment, so a tile of points is worked out
 * for each request: one pass over the points of the tile, which are a range of the sorted set. Its ETag is
 * made from what that pass saw; an unchanged tile costs the pass and no encoding. */
#include "base/num.h"
#include "base/strmap.h"
#include "clip.h"
#include "map_private.h"
#include "mod/point.h"
#include "mvt.h"
#include "tile_set.h"
#include <stdio.h>

enum {
    CLUSTER_ZOOM_MAX = 14, /* beyond it points stand alone … */
    CROWD_LEAST = 200,     /* … unless so many share a cell */
    CLUSTER_LEAST = 4,
    CELLS = 10, /* along a side of a tile of 512 pixels */
    NO_GRADE = 5,
    FIELDS_HIDDEN_MAX = 64,
    NEAR_CENTRE =
        TILE_EXTENT / CELLS / 6, /* a mark stays so near to its cell's centre that neighbours stay apart */
};

#define TILE_TYPE "application/vnd.mapbox-vector-tile"

/* ---- What is asked ---- */

static bool number_param(Str s, uint32_t *out)
{
    uint64_t v;
    if (!num_parse_u64(s, &v) || v > UINT32_MAX) return false;
    *out = (uint32_t)v;
    return true;
}

static Rc tile_param(Req *req, TileId *t)
{
    Str y = req_param(req, "y");
    if (str_ends(y, STR(".mvt"))) y.n -= 4;
    if (number_param(req_param(req, "z"), &t->z) && number_param(req_param(req, "x"), &t->x) &&
        number_param(y, &t->y) && tile_ok(*t))
        return 0;
    return FAIL(&req->ctx, RC_NOT_FOUND, "tile.none", "没有这个瓦片", "no such tile");
}

Rc map_tile_answer(Req *req, Res *res, const char *etag, const char *cache, Str body)
{
    if (arena_over(req->ctx.arena))
        return FAIL(&req->ctx, RC_TOO_LARGE, "tile.too_large", "瓦片过大", "the tile is too large");
    res_header(res, "ETag", etag);
    res_header(res, "Cache-Control", cache);
    res_body(res, TILE_TYPE, body.n ? body : STR(""));
    return 0;
}

bool map_tile_same(Req *req, Res *res, const char *etag, const char *cache)
{
    if (!str_is(req_header(req, "If-None-Match"), etag)) return false;
    res_header(res, "ETag", etag);
    res_header(res, "Cache-Control", cache);
    res_status(res, 304);
    return true;
}

/* ---- Points ---- */

typedef struct Cell {
    uint32_t n;
    uint8_t worst;
    int64_t x, y; /* sums */
} Cell;

typedef struct PointTile {
    TileId id;
    const PointSet *set;
    const TilePoint *p; /* those of the tile */
    size_t n;
    bool *hidden; /* by field */
    const PointSight *sight;
    size_t drawn;    /* points, hidden ones left out */
    uint8_t *grades; /* of p; 0: hidden */
    Cell cells[CELLS][CELLS];
    uint64_t seen; /* hash of all that decides the tile */
} PointTile;

static size_t first_at(const PointSet *set, uint64_t code)
{
    size_t low = 0, high = set->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (set->p[mid].code < code) low = mid + 1;
        else high = mid;
    }
    return low;
}

static void find_points(PointTile *t)
{
    uint64_t first, last;
    tile_codes(t->id, &first, &last);
    size_t from = first_at(t->set, first);
    size_t to = last == UINT64_MAX ? t->set->n : first_at(t->set, last + 1);
    t->p = t->set->p + from;
    t->n = to - from;
}

/* "gas,water": fields that are not to be drawn; "-" is none. */
static void read_hidden(Req *req, PointTile *t)
{
    Str list = req_query(req, "hide");
    t->hidden = ARENA_ARRAY(req->ctx.arena, bool, t->set->nfields);
    for (size_t i = 0; list.n && i < FIELDS_HIDDEN_MAX; i++) {
        Str one = str_cut(&list, ',');
        if (str_is(one, "-")) one = STR("");
        for (size_t f = 0; f < t->set->nfields; f++)
            if (str_eq(t->set->fields[f], one)) t->hidden[f] = true;
    }
}

static Cell *cell_of(PointTile *t, TilePlace p)
{
    return &t->cells[p.y * CELLS / TILE_EXTENT][p.x * CELLS / TILE_EXTENT];
}

static void gather(PointTile *t, const PointGrades *grades)
{
    for (size_t i = 0; i < t->n; i++) {
        const TilePoint *p = &t->p[i];
        if (t->hidden[p->field] || !point_seen(t->sight, p->no)) continue;
        t->drawn++;
        uint8_t g = grades->grade(grades->ud, p->no);
        t->grades[i] = g ? g : NO_GRADE;
        t->seen = (t->seen ^ t->grades[i]) * UINT64_C(0x100000001B3) + i;
        TilePlace at = tile_place(t->id, p->place);
        Cell *c = cell_of(t, at);
        if (!c->n || t->grades[i] < c->worst) c->worst = t->grades[i];
        c->n++;
        c->x += at.x;
        c->y += at.y;
    }
}

static bool clustered(const PointTile *t, const Cell *c)
{
    return c->n >= (t->id.z <= CLUSTER_ZOOM_MAX ? CLUSTER_LEAST : CROWD_LEAST);
}

static void add_points(const PointTile *t, Mvt *m)
{
    for (size_t i = 0; i < t->n; i++) {
        const TilePoint *p = &t->p[i];
        TilePlace at = tile_place(t->id, p->place);
        if (!t->grades[i] || clustered(t, &t->cells[at.y * CELLS / TILE_EXTENT][at.x * CELLS / TILE_EXTENT]))
            continue;
        char id[24];
        int n = snprintf(id, sizeof id, "%lld", (long long)p->id);
        mvt_begin(m, MVT_POINT, (uint64_t)p->id);
        mvt_tag_text(m, "id", str_n(id, (size_t)n));
        mvt_tag_text(m, "name", p->name);
        mvt_tag_text(m, "field", t->set->fields[p->field]);
        mvt_tag_int(m, "grade", t->grades[i]);
        mvt_tag_bool(m, "in_service", p->in_service);
        mvt_part(m, &at, 1);
        mvt_end(m);
    }
}

static int32_t held_near(int64_t sum, uint32_t n, int cell)
{
    int32_t centre = (2 * cell + 1) * TILE_EXTENT / (2 * CELLS), mean = (int32_t)(sum / n);
    if (mean < centre - NEAR_CENTRE) return centre - NEAR_CENTRE;
    return mean > centre + NEAR_CENTRE ? centre + NEAR_CENTRE : mean;
}

static void add_clusters(const PointTile *t, Mvt *m)
{
    for (int y = 0; y < CELLS; y++)
        for (int x = 0; x < CELLS; x++) {
            const Cell *c = &t->cells[y][x];
            if (!clustered(t, c)) continue;
            TilePlace at = {held_near(c->x, c->n, x), held_near(c->y, c->n, y)};
            mvt_begin(m, MVT_POINT, (uint64_t)(y * CELLS + x));
            mvt_tag_int(m, "point_count", c->n);
            mvt_tag_int(m, "worst", c->worst);
            mvt_part(m, &at, 1);
            mvt_end(m);
        }
}

Rc map_points_tile(Req *req, Res *res)
{
    static const char cache[] = "private, no-cache"; /* kept, but asked for each time */
    Work w;
    Arena *a = req->ctx.arena;
    PointTile *t = ARENA_NEW(a, PointTile);
    TRY(tile_param(req, &t->id));
    TRY(work_begin(req, false, &w));
    TRY(tile_points_take(&w, map_tile_sets(w.kernel), &t->set));
    work_abort(&w); /* the rest needs no connection */
    TRY(point_sight(&req->ctx, req_kernel(req), req->who, &t->sight));
    find_points(t);
    read_hidden(req, t);
    t->grades = ARENA_ARRAY(a, uint8_t, t->n + 1);
    gather(t, kernel_service(req_kernel(req), "point_grades"));
    const char *etag = arena_printf(a, "\"p%lld-%zu-%llx\"", (long long)t->set->version, t->drawn,
                                    (unsigned long long)t->seen);
    if (map_tile_same(req, res, etag, cache)) return 0;
    Mvt *m = mvt_new(a, "points");
    add_points(t, m);
    add_clusters(t, m);
    return map_tile_answer(req, res, etag, cache, mvt_encode(m));
}

/* ---- The base map ---- */

static bool touches(TileId t, const TileFeature *f)
{
    TilePlace low = tile_place(t, f->low), high = tile_place(t, f->high);
    return low.x <= TILE_EXTENT + TILE_BUFFER && high.x >= -TILE_BUFFER &&
           low.y <= TILE_EXTENT + TILE_BUFFER && high.y >= -TILE_BUFFER;
}

static void add_lines(Arena *a, TileId t, const TileFeature *f, Mvt *m)
{
    for (size_t i = 0; i < f->nparts; i++) {
        ClipPart *parts;
        size_t n = clip_line(a, t, f->parts[i].p, f->parts[i].n, &parts);
        for (size_t k = 0; k < n; k++) mvt_part(m, parts[k].p, parts[k].n);
    }
}

static void add_rings(Arena *a, TileId t, const TileFeature *f, Mvt *m)
{
    bool drawn = false; /* the polygon's outer ring: without it no holes */
    for (size_t i = 0; i < f->nparts; i++) {
        const TilePart *part = &f->parts[i];
        if (!part->outer && !drawn) continue;
        ClipPart ring = clip_ring(a, t, part->p, part->n, part->outer);
        if (part->outer) drawn = ring.n > 0;
        if (ring.n) mvt_part(m, ring.p, ring.n);
    }
}

static void add_places(TileId t, const TileFeature *f, Mvt *m)
{
    for (size_t i = 0; i < f->nparts; i++)
        for (size_t k = 0; k < f->parts[i].n; k++) {
            TilePlace p = tile_place(t, f->parts[i].p[k]);
            if (p.x >= 0 && p.y >= 0 && p.x < TILE_EXTENT && p.y < TILE_EXTENT) mvt_part(m, &p, 1);
        }
}

void map_tile_geometry(Arena *a, TileId t, const TileFeature *f, Mvt *m)
{
    if (f->type == FEATURE_LINE) add_lines(a, t, f, m);
    else if (f->type == FEATURE_AREA) add_rings(a, t, f, m);
    else add_places(t, f, m);
}

static void add_feature(Arena *a, TileId t, const TileFeature *f, Mvt *m)
{
    mvt_begin(m, (MvtType)f->type, (uint64_t)f->id);
    char id[24];
    int n = snprintf(id, sizeof id, "%lld", (long long)f->id);
    mvt_tag_text(m, "id", str_n(id, (size_t)n));
    if (f->name.n) mvt_tag_text(m, "name", f->name);
    if (f->kind.n) mvt_tag_text(m, "kind", f->kind);
    map_tile_geometry(a, t, f, m);
    mvt_end(m);
}

Rc map_layer_tile(Req *req, Res *res)
{
    static const char cache[] = "private, max-age=300";
    Work w;
    TileId t;
    const FeatureSet *set;
    Arena *a = req->ctx.arena;
    Str layer = req_param(req, "layer");
    TRY(tile_param(req, &t));
    const Entity *e = kernel_entity(req_kernel(req), str_z(a, layer));
    if (e && record_set_fits(e)) return map_record_tile(req, res, e, t);
    TRY(work_begin(req, false, &w));
    if (!dict_has(w.kernel, "map_layer", layer))
        return FAIL(w.ctx, RC_NOT_FOUND, "map.layer", "没有这个图层", "no such layer");
    TRY(tile_features_take(&w, map_tile_sets(w.kernel), &set));
    work_abort(&w);
    const char *etag = arena_printf(a, "\"m%lld\"", (long long)set->version);
    if (map_tile_same(req, res, etag, cache)) return 0;
    Mvt *m = mvt_new(a, str_z(a, layer));
    for (size_t i = 0; i < set->n && !arena_over(a); i++)
        if (str_eq(set->f[i].layer, layer) && touches(t, &set->f[i])) add_feature(a, t, &set->f[i], m);
    return map_tile_answer(req, res, etag, cache, mvt_encode(m));
}
