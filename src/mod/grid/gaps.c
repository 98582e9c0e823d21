/* GET /api/grid/gaps: what the grid still lacks, of what the caller sees: villages without cells, cells
 * without a record or a worker, enterprises without a cell, places in no cell, cells that overlap or leave
 * holes, patrol points that were missed. counts holds every kind; items at most so many of each. */
#include "grid_private.h"
#include "mod_grid_queries_sql.h"
#include "mod/object.h"

enum { MOST = 200, CELLS = 2000, RING = 2000, COUNTY_DIGITS = 6 };

/* ---- Shapes ---- */

static bool read_ring(const Json *shape, GeoPoint *ring, size_t *n, double box[4])
{
    const Json *rings = json_get(shape, "coordinates");
    *n = 0;
    if (!str_is(json_str(json_get(shape, "type")), "Polygon") || !rings || rings->type != JSON_ARRAY ||
        rings->count != 1 || rings->child->type != JSON_ARRAY || rings->child->count > RING)
        return false;
    JSON_EACH(it, rings->child)
    {
        GeoPoint *p = &ring[*n];
        if (it->type != JSON_ARRAY || it->count < 2 || !json_f64(it->child, &p->lon) ||
            !json_f64(it->child->next, &p->lat) || p->lon < 73 || p->lon > 136 || p->lat < 3 || p->lat > 54)
            return false;
        box[0] = *n && box[0] < p->lon ? box[0] : p->lon;
        box[1] = *n && box[1] < p->lat ? box[1] : p->lat;
        box[2] = *n && box[2] > p->lon ? box[2] : p->lon;
        box[3] = *n && box[3] > p->lat ? box[3] : p->lat;
        ++*n;
    }
    return *n >= 4;
}

Rc grid_shape(Work *w, const Record *cell, CoverArea *out)
{
    const Json *shape;
    GeoArea *area;
    size_t n;
    const DbVal *v = rec_val(GE, cell, "shape");
    if (v->type == DB_NULL) return 0;
    GeoPoint *ring = arena_alloc(w->ctx->arena, (RING + 1) * sizeof *ring);
    TRY(json_parse(w->ctx, v->s, &shape));
    if (!read_ring(shape, ring, &n, out->box))
        return FAIL_FIELD(w->ctx, "shape", "format", 0, "须为一个环的 GeoJSON Polygon",
                          "must be a GeoJSON Polygon of one ring");
    Rc rc = geo_area_new(w->ctx, ring, n, &area);
    if (rc < 0)
        return FAIL_FIELD(w->ctx, "shape", "geometry", 0, "范围的边界自相交或未闭合",
                          "the border crosses itself or is not closed");
    out->area = area;
    return 1;
}

/* ---- The answer ---- */

typedef struct Out {
    Work *w;
    JsonOut *json;
    const char *kinds[8];
    int64_t counts[8];
    size_t nkinds;
} Out;

static void put(Out *o, const char *plural, int64_t id, Str code, Str name, const char *detail)
{
    if (++o->counts[o->nkinds - 1] > MOST) return;
    jout_open(o->json);
    jout_kz(o->json, "kind", o->kinds[o->nkinds - 1]);
    jout_kz(o->json, "plural", plural);
    jout_kid(o->json, "id", id);
    jout_ks(o->json, "code", code);
    jout_ks(o->json, "title", name);
    jout_kz(o->json, "detail", detail);
    jout_close(o->json);
}

static void begin(Out *o, const char *kind)
{
    o->kinds[o->nkinds] = kind;
    o->counts[o->nkinds++] = 0;
}

static Rc rows(Out *o, const char *kind, const char *plural, const DbQuery *q, DbVal first)
{
    DbCursor *c;
    Rc rc;
    enum { COUNTED = 100000 };
    begin(o, kind);
    TRY(scope_query(o->w, q, DB_ARGS(first, db_val_i64(COUNTED)), &c));
    while ((rc = db_next(o->w->ctx, c)) > 0) put(o, plural, db_i64(c, 0), db_str(c, 1), db_str(c, 2), NULL);
    db_close(&c);
    return rc;
}

/* ---- Cells of one county, side by side ---- */

typedef struct Shapes {
    CoverArea *area;
    Record **cell;
    size_t n;
} Shapes;

static Rc load_shapes(Work *w, Shapes *s)
{
    DbCursor *c;
    Rc rc;
    size_t n = 0;
    int64_t *ids = arena_alloc(w->ctx->arena, CELLS * sizeof *ids);
    s->area = arena_alloc(w->ctx->arena, CELLS * sizeof *s->area);
    s->cell = arena_alloc(w->ctx->arena, CELLS * sizeof *s->cell);
    s->n = 0;
    TRY(scope_query(w, &q_grid_shapes, DB_NO_ARGS, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < CELLS) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < n; i++) {
        TRY(store_get(w, GE, ids[i], &s->cell[s->n]));
        rc = grid_shape(w, s->cell[s->n], &s->area[s->n]);
        if (rc < 0) return rc;
        s->n += rc > 0;
    }
    return RC_OK;
}

static void free_shapes(Shapes *s)
{
    for (size_t i = 0; i < s->n; i++) {
        GeoArea *a = (GeoArea *)(uintptr_t)s->area[i].area;
        geo_area_free(&a);
    }
}

static bool same_county(const Shapes *s, size_t a, size_t b)
{
    return !memcmp(rec_text(GE, s->cell[a], "code").p, rec_text(GE, s->cell[b], "code").p, COUNTY_DIGITS);
}

static void put_overlaps(Out *o, const Shapes *s, size_t from, const Cover *found)
{
    for (size_t i = 0; i < found->noverlaps; i++) {
        const Record *a = s->cell[from + found->overlap[i].a], *b = s->cell[from + found->overlap[i].b];
        Str name = rec_text(GE, b, "name");
        put(o, "grid-cells", a->id, rec_text(GE, a, "code"), rec_text(GE, a, "name"),
            arena_printf(o->w->ctx->arena, "%.*s, %.0f m²", STR_ARG(name), found->overlap[i].m2));
    }
}

static void put_holes(Out *o, const Shapes *s, size_t from, const Cover *found)
{
    for (size_t i = 0; i < found->nholes; i++) {
        const Record *a = s->cell[from];
        put(o, "grid-cells", a->id, STR_NONE,
            str_printf(o->w->ctx->arena, "%.5f, %.5f", found->hole[i].at.lon, found->hole[i].at.lat),
            arena_printf(o->w->ctx->arena, "%.0f m²", found->hole[i].m2));
    }
}

/* which: 0 overlaps, 1 holes. */
static void side_by_side(Out *o, const Shapes *s, int which)
{
    Cover found;
    begin(o, which ? "hole" : "overlap");
    for (size_t from = 0, to; from < s->n; from = to) {
        for (to = from + 1; to < s->n && same_county(s, from, to);) to++;
        grid_cover(o->w->ctx->arena, s->area + from, to - from, &found);
        if (which) put_holes(o, s, from, &found);
        else put_overlaps(o, s, from, &found);
    }
}

static bool in_any(const CoverArea *areas, size_t n, GeoPoint p, bool *near)
{
    for (size_t i = 0; i < n; i++) {
        const double *b = areas[i].box;
        if (p.lon < b[0] || p.lon > b[2] || p.lat < b[1] || p.lat > b[3]) continue;
        *near = true;
        if (geo_area_has(areas[i].area, p)) return true;
    }
    return false;
}

/* Places in the middle of a county's cells that lie in none of them; where no cells are drawn none is asked.
 */
static Rc objects_outside(Out *o, const Shapes *s)
{
    begin(o, "object");
    if (!perm_has(o->w->who, object_entity.read_perm)) return RC_OK;
    for (size_t from = 0, to; from < s->n; from = to) {
        DbCursor *c;
        Rc rc;
        for (to = from + 1; to < s->n && same_county(s, from, to);) to++;
        Str county = str_n(rec_text(GE, s->cell[from], "code").p, COUNTY_DIGITS);
        TRY(scope_query(o->w, &q_grid_objects, DB_ARGS(db_val_text(county)), &c));
        while ((rc = db_next(o->w->ctx, c)) > 0) {
            bool near = false;
            GeoPoint p = {db_f64(c, 3), db_f64(c, 4)};
            if (!in_any(s->area + from, to - from, p, &near) && near)
                put(o, "objects", db_i64(c, 0), db_str(c, 1), db_str(c, 2), NULL);
        }
        db_close(&c);
        TRY(rc);
    }
    return RC_OK;
}

static Rc write_all(Out *o, const Shapes *s)
{
    DbVal path = db_val_z(grid_path(o->w));
    TRY(rows(o, "village", "districts", &q_grid_bare_villages, path));
    TRY(rows(o, "record", "districts", &q_grid_bare_cells, path));
    TRY(rows(o, "worker", "grid-cells", &q_grid_no_worker, path));
    if (perm_has(o->w->who, BE->read_perm)) TRY(rows(o, "enterprise", "bodies", &q_grid_no_cell, path));
    TRY(objects_outside(o, s));
    side_by_side(o, s, 0);
    side_by_side(o, s, 1);
    return rows(o, "missed", "patrol-points", &q_grid_missed, db_val_i64(o->w->now));
}

Rc grid_gaps(Req *req, Res *res)
{
    Work w;
    Shapes shapes;
    TRY(work_begin(req, false, &w));
    Rc rc = load_shapes(&w, &shapes);
    Out o = {.w = &w, .json = res_json(req, res)};
    jout_open(o.json);
    jout_key(o.json, "items");
    jout_open_array(o.json);
    if (rc >= 0) rc = write_all(&o, &shapes);
    free_shapes(&shapes);
    TRY(rc);
    jout_close_array(o.json);
    jout_key(o.json, "counts");
    jout_open(o.json);
    for (size_t i = 0; i < o.nkinds; i++) jout_ki(o.json, o.kinds[i], o.counts[i]);
    jout_close(o.json);
    jout_close(o.json);
    return RC_OK;
}
