/* Located records for tiles: all of one entity with their place, grade and scope. A record without a place of
 * its own has that of its object, whole: a risk unit at a pipe is drawn as the pipe. */
#include "tile_set.h"
#include <math.h>
#include <stdlib.h>

static const Field *field_of(const Entity *e, const char *name, FieldType type)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name) && e->fields[i].type == type) return &e->fields[i];
    return NULL;
}

static bool own_columns(const ScopeRule *s)
{
    const char *columns[] = {s->district, s->body, s->line};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        if (columns[i] && strchr(columns[i], '.')) return false;
    return !s->parties;
}

bool record_set_fits(const Entity *e)
{
    bool placed = field_of(e, "lon", F_REAL) && field_of(e, "lat", F_REAL);
    bool scoped = e->scope.kind == SCOPE_OPEN || (e->scope.kind == SCOPE_ROW && own_columns(&e->scope));
    return placed && scoped && !e->flow;
}

/* ---- Objects that lend their place ---- */

typedef struct Lender {
    int64_t id;
    double lon, lat; /* NaN: none */
    Str geometry;
} Lender;

typedef struct Build {
    Work *w;
    const Entity *e;
    const Entity *lends; /* "objects", NULL: nobody lends */
    Arena *scratch;
    Lender *lenders; /* by id */
    size_t nlenders, lenders_cap, cap;
    RecordSet *set;
} Build;

static double number(const Entity *e, const Record *rec, const char *name)
{
    const DbVal *v = rec_val(e, rec, name);
    return v->type == DB_NULL ? (double)NAN : v->f;
}

static Str geometry_of(const Entity *e, const Record *rec)
{
    return field_of(e, "geometry", F_JSON) ? rec_text(e, rec, "geometry") : STR_NONE;
}

static Rc keep_lender(void *ud, const Record *rec)
{
    Build *b = ud;
    if (b->nlenders == b->lenders_cap) {
        size_t cap = b->lenders_cap ? b->lenders_cap * 2 : 512;
        Lender *more = ARENA_ARRAY(b->scratch, Lender, cap);
        if (b->nlenders) memcpy(more, b->lenders, b->nlenders * sizeof *more);
        b->lenders = more;
        b->lenders_cap = cap;
    }
    Lender *l = &b->lenders[b->nlenders++];
    *l = (Lender){.id = rec->id, .lon = number(b->lends, rec, "lon"), .lat = number(b->lends, rec, "lat")};
    Str text = geometry_of(b->lends, rec);
    if (text.n) l->geometry = str_copy(b->scratch, text);
    return 0;
}

static int by_id(const void *key, const void *item)
{
    int64_t id = *(const int64_t *)key, other = ((const Lender *)item)->id;
    return (id > other) - (id < other);
}

static const Lender *lender_of(const Build *b, const Record *rec)
{
    if (!b->lends || !b->nlenders) return NULL;
    const DbVal *v = rec_val(b->e, rec, "object");
    if (v->type == DB_NULL) return NULL;
    return bsearch(&v->i, b->lenders, b->nlenders, sizeof *b->lenders, by_id);
}

/* ---- Records ---- */

static bool read_shape(Build *b, Str text, TileFeature *f)
{
    const Json *g;
    Ctx ctx;
    Arena *a = arena_new(0);
    ctx_init(&ctx, a, LANG_EN);
    bool ok = text.n && json_parse(&ctx, text, &g) == 0 && tile_geometry_read(b->set->arena, f, g);
    arena_free(&a);
    return ok;
}

static bool read_place(Build *b, double lon, double lat, TileFeature *f)
{
    if (!(lon >= -180 && lat >= -90)) return false; /* NaN, too */
    WorldPlace p = world_place(lon, lat);
    f->type = FEATURE_POINT;
    f->low = f->high = p;
    f->parts = ARENA_NEW(b->set->arena, TilePart);
    *f->parts = (TilePart){arena_copy(b->set->arena, &p, sizeof p), 1, true};
    f->nparts = 1;
    return true;
}

static bool find_place(Build *b, const Record *rec, TileFeature *f)
{
    if (read_shape(b, geometry_of(b->e, rec), f)) return true;
    if (read_place(b, number(b->e, rec, "lon"), number(b->e, rec, "lat"), f)) return true;
    const Lender *l = lender_of(b, rec);
    return l && (read_shape(b, l->geometry, f) || read_place(b, l->lon, l->lat, f));
}

static TileRecord *room(Build *b)
{
    RecordSet *set = b->set;
    if (set->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 512;
        TileRecord *more = ARENA_ARRAY(set->arena, TileRecord, cap);
        if (set->n) memcpy(more, set->r, set->n * sizeof *more);
        set->r = more;
        b->cap = cap;
    }
    return &set->r[set->n];
}

static const char *kept_z(Arena *a, const char *s)
{
    return s ? arena_strdup(a, s) : NULL;
}

static Rc keep_scope(Build *b, const Record *rec, RowScope *out)
{
    Arena *a = b->set->arena;
    TRY(scope_row(b->w, b->e, rec, out));
    out->path = kept_z(a, out->path);
    out->body_path = kept_z(a, out->body_path);
    out->also_path = kept_z(a, out->also_path);
    if (out->line.p) out->line = str_copy(a, out->line);
    if (out->nparties) out->parties = arena_copy(a, out->parties, out->nparties * sizeof *out->parties);
    return 0;
}

static Rc keep_record(void *ud, const Record *rec)
{
    Build *b = ud;
    const Entity *e = b->e;
    TileRecord *r = room(b);
    *r = (TileRecord){.f = {.id = rec->id}};
    if (!find_place(b, rec, &r->f)) return 0;
    if (e->title_field) r->f.name = str_copy(b->set->arena, rec_text(e, rec, e->title_field));
    if (field_of(e, "kind", F_ENUM)) r->f.kind = str_copy(b->set->arena, rec_text(e, rec, "kind"));
    if (field_of(e, "grade", F_INT) && rec_val(e, rec, "grade")->type != DB_NULL) {
        int64_t grade = rec_i64(e, rec, "grade");
        if (grade > 0 && grade < UINT8_MAX) r->grade = (uint8_t)grade;
    }
    TRY(keep_scope(b, rec, &r->scope));
    b->set->n++;
    return 0;
}

static const Entity *lends_to(Work *w, const Entity *e)
{
    const Field *f = field_of(e, "object", F_REF);
    const Entity *objects = f && !strcmp(f->ref, "objects") ? kernel_entity(w->kernel, "objects") : NULL;
    return objects && objects != e && field_of(objects, "lon", F_REAL) ? objects : NULL;
}

Rc record_set_build(Work *w, const Entity *e, int64_t version, void **out)
{
    Arena *arena = arena_new(0), *scratch = arena_new(0);
    RecordSet *set = ARENA_NEW(arena, RecordSet);
    *set = (RecordSet){.arena = arena, .version = version};
    Build b = {.w = w, .e = e, .lends = lends_to(w, e), .scratch = scratch, .set = set};
    Rc rc = b.lends ? store_each(w, b.lends, NULL, db_val_null(), keep_lender, &b) : 0;
    if (rc >= 0) rc = store_each(w, e, NULL, db_val_null(), keep_record, &b);
    arena_free(&scratch);
    if (rc < 0) arena_free(&arena);
    else *out = set;
    return rc < 0 ? rc : 0;
}
