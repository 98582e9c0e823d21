/* Vector tiles of located records: any entity that record_set.c takes, the risk units of the four-colour map
 * first. What cannot be told apart at this scale is gathered: points, and shapes smaller than a few pixels,
 * become one feature a cell with their number and worst grade. The tile is worked out for each request from
 * the snapshot and the asker's scope, so that nothing is kept for one scope that another may see; the ETag
 * says which records it shows and in which state of the table. */
#include "clip.h"
#include "map_private.h"
#include "mvt.h"
#include <stdio.h>

enum {
    CLUSTER_ZOOM_MAX = 14, /* beyond it records stand alone … */
    CROWD_LEAST = 200,     /* … unless so many share a cell */
    CLUSTER_LEAST = 4,
    CELLS = 10,
    TINY = 32, /* units of a tile: 4 pixels of 512 */
    ALONE = 255,
    NO_GRADE = 255
};

typedef struct Cell {
    uint32_t n;
    uint8_t worst;
    int64_t x, y; /* sums */
} Cell;

typedef struct RecordTile {
    TileId id;
    const RecordSet *set;
    const TileRecord **r; /* those seen in the tile */
    uint8_t *cell;        /* of r; ALONE: drawn as it is */
    TilePlace *at;        /* of r, of those in a cell */
    size_t n;
    Cell cells[CELLS * CELLS];
    uint64_t seen; /* hash of what is shown */
} RecordTile;

static bool meets(const TilePlace *low, const TilePlace *high, int buffer)
{
    return low->x < TILE_EXTENT + buffer && high->x >= -buffer && low->y < TILE_EXTENT + buffer &&
           high->y >= -buffer;
}

static bool inside(TilePlace p)
{
    return p.x >= 0 && p.y >= 0 && p.x < TILE_EXTENT && p.y < TILE_EXTENT;
}

static void count_in(RecordTile *t, const TileRecord *r, TilePlace middle)
{
    size_t i = (size_t)(middle.y * CELLS / TILE_EXTENT * CELLS + middle.x * CELLS / TILE_EXTENT);
    Cell *c = &t->cells[i];
    uint8_t grade = r->grade ? r->grade : NO_GRADE;
    if (!c->n || grade < c->worst) c->worst = grade;
    c->n++;
    c->x += middle.x;
    c->y += middle.y;
    t->cell[t->n] = (uint8_t)i;
    t->at[t->n] = middle;
}

static void gather(RecordTile *t, const Scope *scope)
{
    for (size_t i = 0; i < t->set->n; i++) {
        const TileRecord *r = &t->set->r[i];
        TilePlace low = tile_place(t->id, r->f.low), high = tile_place(t->id, r->f.high);
        bool tiny = high.x - low.x < TINY && high.y - low.y < TINY;
        TilePlace middle = {low.x + (high.x - low.x) / 2, low.y + (high.y - low.y) / 2};
        if (tiny ? !inside(middle) : !meets(&low, &high, TILE_BUFFER)) continue;
        if (!scope_sees(scope, &r->scope)) continue;
        if (tiny) count_in(t, r, middle);
        else t->cell[t->n] = ALONE;
        t->r[t->n++] = r;
        t->seen = (t->seen ^ (uint64_t)r->f.id) * UINT64_C(0x100000001B3);
    }
}

static bool gathered(const RecordTile *t, size_t i)
{
    if (t->cell[i] == ALONE) return false;
    return t->cells[t->cell[i]].n >= (t->id.z <= CLUSTER_ZOOM_MAX ? CLUSTER_LEAST : CROWD_LEAST);
}

static void add_record(Arena *a, const RecordTile *t, size_t i, Mvt *m)
{
    const TileRecord *r = t->r[i];
    bool point = t->cell[i] != ALONE;
    char id[24];
    int n = snprintf(id, sizeof id, "%lld", (long long)r->f.id);
    mvt_begin(m, point ? MVT_POINT : (MvtType)r->f.type, (uint64_t)r->f.id);
    mvt_tag_text(m, "id", str_n(id, (size_t)n));
    if (r->f.name.n) mvt_tag_text(m, "name", r->f.name);
    if (r->f.kind.n) mvt_tag_text(m, "kind", r->f.kind);
    if (r->grade) mvt_tag_int(m, "grade", r->grade);
    if (point) mvt_part(m, &t->at[i], 1);
    else map_tile_geometry(a, t->id, &r->f, m);
    mvt_end(m);
}

static void add_clusters(const RecordTile *t, Mvt *m)
{
    for (size_t i = 0; i < ARRAY_LEN(t->cells); i++) {
        const Cell *c = &t->cells[i];
        if (c->n < (t->id.z <= CLUSTER_ZOOM_MAX ? CLUSTER_LEAST : CROWD_LEAST)) continue;
        TilePlace at = {(int32_t)(c->x / c->n), (int32_t)(c->y / c->n)};
        mvt_begin(m, MVT_POINT, i);
        mvt_tag_int(m, "point_count", c->n);
        if (c->worst != NO_GRADE) mvt_tag_int(m, "worst", c->worst);
        mvt_part(m, &at, 1);
        mvt_end(m);
    }
}

Rc map_record_tile(Req *req, Res *res, const Entity *e, TileId id)
{
    static const char cache[] = "private, no-cache"; /* kept, but asked for each time */
    Work w;
    Arena *a = req->ctx.arena;
    RecordTile *t = ARENA_NEW(a, RecordTile);
    t->id = id;
    TRY(perm_need(&req->ctx, req->who, e->read_perm));
    TRY(work_begin(req, false, &w));
    TRY(tile_records_take(&w, map_tile_sets(w.kernel), e, &t->set));
    work_abort(&w); /* the rest needs no connection */
    t->r = ARENA_ARRAY(a, const TileRecord *, t->set->n + 1);
    t->cell = ARENA_ARRAY(a, uint8_t, t->set->n + 1);
    t->at = ARENA_ARRAY(a, TilePlace, t->set->n + 1);
    gather(t, scope_of(req->who));
    const char *etag =
        arena_printf(a, "\"r%lld-%zu-%llx\"", (long long)t->set->version, t->n, (unsigned long long)t->seen);
    if (map_tile_same(req, res, etag, cache)) return 0;
    Mvt *m = mvt_new(a, e->plural);
    for (size_t i = 0; i < t->n && !arena_over(a); i++)
        if (!gathered(t, i)) add_record(a, t, i, m);
    add_clusters(t, m);
    return map_tile_answer(req, res, etag, cache, mvt_encode(m));
}
