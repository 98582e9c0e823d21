/* Borders of districts: the polygons of the base map's layer "district", known by the district's code. The
 * kernel asks whether a place that is being written lies in its district; a town without a border of its own
 * is judged by that of its county. The borders are a snapshot like those of the tiles. */
#include "map_private.h"
#include "mod_map_queries_sql.h"
#include "tile_set.h"
#include <stdlib.h>

enum { LEVELS_MOST = 8 }; /* from a grid cell to the province */

typedef struct Border {
    int64_t district;
    Str title;
    GeoRegion *region;
} Border;

typedef struct BorderSet {
    Arena *arena;
    Border *b; /* by district */
    size_t n;
} BorderSet;

void border_set_free(void *p)
{
    BorderSet *set = p;
    for (size_t i = 0; i < set->n; i++) geo_region_free(&set->b[i].region);
    Arena *a = set->arena;
    arena_free(&a);
}

static int by_district(const void *a, const void *b)
{
    const Border *x = a, *y = b;
    return (x->district > y->district) - (x->district < y->district);
}

/* A border that is no polygon, or none that GEOS takes, is no border. */
static void read_border(Arena *scratch, const DbCursor *c, BorderSet *set)
{
    static const GeoField field = {"geometry", 0};
    Ctx ctx;
    const Json *j;
    GeoShape s;
    GeoRegion *region;
    ctx_init(&ctx, scratch, LANG_EN);
    if (json_parse(&ctx, db_str(c, 2), &j) < 0) return;
    if (geo_shape_read(&ctx, &field, j, &geo_world, &s) < 0) return;
    if (geo_region_new(&ctx, &s, &region) < 0) return;
    set->b[set->n++] = (Border){db_i64(c, 0), str_copy(set->arena, db_str(c, 1)), region};
}

Rc border_set_build(Work *w, const Entity *e, int64_t version, void **out)
{
    enum { BORDERS_MOST = 5000 };
    (void)e, (void)version;
    DbCursor *c;
    Rc rc;
    Arena *arena = arena_new(0), *scratch = arena_new(0);
    BorderSet *set = ARENA_NEW(arena, BorderSet);
    *set = (BorderSet){.arena = arena};
    set->b = ARENA_ARRAY(arena, Border, BORDERS_MOST);
    rc = db_query(w->ctx, w->db, &q_map_borders, DB_NO_ARGS, &c);
    while (rc >= 0 && (rc = db_next(w->ctx, c)) > 0 && set->n < BORDERS_MOST) {
        read_border(scratch, c, set);
        arena_reset(scratch);
    }
    if (rc > 0) db_close(&c);
    arena_free(&scratch);
    if (rc < 0) {
        border_set_free(set);
        return rc;
    }
    qsort(set->b, set->n, sizeof *set->b, by_district);
    *out = set;
    return 0;
}

static const Border *find(const BorderSet *set, int64_t district)
{
    Border key = {.district = district};
    return set->n ? bsearch(&key, set->b, set->n, sizeof *set->b, by_district) : NULL;
}

static Rc parent_of(Work *w, int64_t *district)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_map_district_above, DB_ARGS(db_val_i64(*district)), &c);
    if (rc < 0) return rc;
    *district = rc ? db_i64(c, 0) : 0;
    if (rc) db_close(&c);
    return 0;
}

Rc map_border_judge(Work *w, int64_t district, const GeoShape *s, PlaceVerdict *out)
{
    const void *value;
    const Border *b = NULL;
    TRY(tile_borders_take(w, kernel_service(w->kernel, "tile_sets"), &value));
    const BorderSet *set = value;
    for (int i = 0; i < LEVELS_MOST && set->n && district && !b; i++) {
        b = find(set, district);
        if (!b) TRY(parent_of(w, &district));
    }
    if (!b) return 0;
    out->known = true;
    out->title = str_z(w->ctx->arena, b->title);
    if (s->kind == GEO_POINT && s->n == 1) out->away_m = geo_region_away(b->region, s->p[0]);
    else out->share = geo_region_share(b->region, s);
    return 0;
}
