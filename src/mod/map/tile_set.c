/* Every change of a record leaves a numbered event in the same transaction, whoever made it; so "has anything
 * changed?" is one look at the newest number, and only if that moved a look at the events since. Points and
 * features are two snapshots: a move of a point must not read the base map again.
 *
 * A tile always shows what was committed before it was asked for: who asks first after a change makes the
 * snapshot, and who asks meanwhile waits for it. */
#include "tile_set.h"
#include "base/snapshot.h"
#include "mod_map_queries_sql.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct Slot {
    SnapshotSlot *snapshot;
    const Entity *e;         /* of a set of records; NULL: points or features */
    pthread_mutex_t build;   /* one at a time */
    _Atomic int64_t checked; /* up to this event nothing has changed it; −1: nothing is built */
} Slot;

enum { RECORD_SETS_MOST = 32 };
struct TileSets {
    Slot points, features, borders;
    Slot records[RECORD_SETS_MOST]; /* made when first asked for */
    size_t nrecords;
    pthread_mutex_t lock; /* of records and nrecords */
};

static void points_free(void *p)
{
    PointSet *set = p;
    Arena *a = set->arena;
    arena_free(&a);
}

static void features_free(void *p)
{
    FeatureSet *set = p;
    Arena *a = set->arena;
    arena_free(&a);
}

static void records_free(void *p)
{
    RecordSet *set = p;
    Arena *a = set->arena;
    arena_free(&a);
}

static void slot_init(Slot *s, const Entity *e, void (*free_fn)(void *))
{
    s->e = e;
    s->snapshot = snapshot_new(free_fn);
    pthread_mutex_init(&s->build, NULL);
    s->checked = -1;
}

TileSets *tile_sets_new(void)
{
    TileSets *s = calloc(1, sizeof *s);
    ENSURE(s);
    slot_init(&s->points, NULL, points_free);
    slot_init(&s->features, NULL, features_free);
    slot_init(&s->borders, NULL, border_set_free);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

static void slot_end(Slot *s)
{
    snapshot_free(&s->snapshot);
    pthread_mutex_destroy(&s->build);
}

void tile_sets_free(TileSets **sets)
{
    if (!*sets) return;
    slot_end(&(*sets)->points);
    slot_end(&(*sets)->features);
    slot_end(&(*sets)->borders);
    for (size_t i = 0; i < (*sets)->nrecords; i++) slot_end(&(*sets)->records[i]);
    pthread_mutex_destroy(&(*sets)->lock);
    free(*sets);
    *sets = NULL;
}

/* ---- Points ---- */

/* Names of fields are few: looked for one after the other. */
static uint16_t field_number(PointSet *set, size_t *cap, Str field)
{
    for (size_t i = 0; i < set->nfields; i++)
        if (str_eq(set->fields[i], field)) return (uint16_t)i;
    if (set->nfields == UINT16_MAX) return 0;
    if (set->nfields == *cap) {
        Str *more = ARENA_ARRAY(set->arena, Str, *cap *= 2);
        memcpy(more, set->fields, set->nfields * sizeof *more);
        set->fields = more;
    }
    set->fields[set->nfields] = str_copy(set->arena, field);
    return (uint16_t)set->nfields++;
}

static int by_code(const void *a, const void *b)
{
    const TilePoint *p = a, *q = b;
    if (p->code != q->code) return p->code < q->code ? -1 : 1;
    return (p->id > q->id) - (p->id < q->id);
}

static TilePoint *room_for_point(PointSet *set, size_t *cap)
{
    if (set->n == *cap) {
        size_t more = *cap ? *cap * 2 : 1024;
        TilePoint *p = ARENA_ARRAY(set->arena, TilePoint, more);
        if (set->n) memcpy(p, set->p, set->n * sizeof *p);
        set->p = p;
        *cap = more;
    }
    return &set->p[set->n++];
}

static Rc points_build(Work *w, const Entity *e, int64_t version, void **out)
{
    (void)e;
    DbCursor *c;
    Rc rc;
    Arena *arena = arena_new(0);
    PointSet *set = ARENA_NEW(arena, PointSet);
    size_t cap = 0, fields_cap = 32;
    *set = (PointSet){.arena = arena, .version = version, .nfields = 1};
    set->fields = ARENA_ARRAY(arena, Str, fields_cap);
    rc = db_query(w->ctx, w->db, &q_map_point_places, DB_NO_ARGS, &c);
    while (rc >= 0 && (rc = db_next(w->ctx, c)) > 0) {
        TilePoint *p = room_for_point(set, &cap);
        *p = (TilePoint){.id = db_i64(c, 0),
                         .no = (uint32_t)db_i64(c, 1),
                         .name = str_copy(arena, db_str(c, 2)),
                         .place = world_place(db_f64(c, 3), db_f64(c, 4)),
                         .in_service = db_bool(c, 6)};
        p->code = world_code(p->place);
        p->field = db_is_null(c, 5) ? 0 : field_number(set, &fields_cap, db_str(c, 5));
    }
    if (rc < 0) {
        arena_free(&arena);
        return rc;
    }
    if (set->n) qsort(set->p, set->n, sizeof *set->p, by_code);
    *out = set;
    return 0;
}

/* ---- Features ---- */

static WorldPlace place_of(const Json *position)
{
    double lon = 0, lat = 0;
    json_f64(position->child, &lon);
    json_f64(position->child->next, &lat);
    return world_place(lon, lat);
}

static void widen(TileFeature *f, WorldPlace p)
{
    if (p.x < f->low.x) f->low.x = p.x;
    if (p.y < f->low.y) f->low.y = p.y;
    if (p.x > f->high.x) f->high.x = p.x;
    if (p.y > f->high.y) f->high.y = p.y;
}

static void add_part(Arena *a, TileFeature *f, const Json *positions, bool outer)
{
    TilePart *part = &f->parts[f->nparts++];
    *part = (TilePart){ARENA_ARRAY(a, WorldPlace, positions->count), 0, outer};
    JSON_EACH(it, positions)
    {
        WorldPlace p = place_of(it);
        part->p[part->n++] = p;
        widen(f, p);
    }
}

/* How many arrays of positions there are under j, depth levels above them. */
static size_t count_parts(const Json *j, int depth)
{
    if (depth == 0) return 1;
    size_t n = 0;
    JSON_EACH(it, j) n += count_parts(it, depth - 1);
    return n;
}

static void add_parts(Arena *a, TileFeature *f, const Json *j, int depth)
{
    bool first = true;
    JSON_EACH(it, j)
    {
        if (depth > 1) add_parts(a, f, it, depth - 1);
        else add_part(a, f, it, first);
        first = false;
    }
}

/* The geometry was checked when it was written. A point is a list of one position without its array. */
bool tile_geometry_read(Arena *a, TileFeature *f, const Json *g)
{
    static const struct {
        const char *type;
        int shape, depth; /* arrays around an array of positions */
    } table[] = {
        {"Point", FEATURE_POINT, -1},    {"MultiPoint", FEATURE_POINT, 0},
        {"LineString", FEATURE_LINE, 0}, {"MultiLineString", FEATURE_LINE, 1},
        {"Polygon", FEATURE_AREA, 1},    {"MultiPolygon", FEATURE_AREA, 2},
    };
    Str type = json_str(json_get(g, "type"));
    const Json *coordinates = json_get(g, "coordinates");
    for (size_t i = 0; i < ARRAY_LEN(table) && coordinates; i++) {
        if (!str_is(type, table[i].type)) continue;
        f->type = table[i].shape;
        f->low = (WorldPlace){UINT32_MAX, UINT32_MAX};
        int depth = table[i].depth;
        f->parts = ARENA_ARRAY(a, TilePart, depth > 0 ? count_parts(coordinates, depth) : 1);
        if (depth > 0) add_parts(a, f, coordinates, depth);
        else if (depth == 0) add_part(a, f, coordinates, true);
        else {
            WorldPlace p = place_of(coordinates);
            *f->parts = (TilePart){arena_copy(a, &p, sizeof p), 1, true};
            f->nparts = 1;
            widen(f, p);
        }
        return true;
    }
    return false;
}

static TileFeature *room_for_feature(FeatureSet *set, size_t *cap)
{
    if (set->n == *cap) {
        size_t more = *cap ? *cap * 2 : 256;
        TileFeature *f = ARENA_ARRAY(set->arena, TileFeature, more);
        if (set->n) memcpy(f, set->f, set->n * sizeof *f);
        set->f = f;
        *cap = more;
    }
    return &set->f[set->n];
}

static Rc add_feature(FeatureSet *set, size_t *cap, const DbCursor *c, Ctx *scratch)
{
    const Json *g;
    TRY(json_parse(scratch, db_str(c, 4), &g));
    TileFeature *f = room_for_feature(set, cap);
    *f = (TileFeature){.id = db_i64(c, 0),
                       .layer = str_copy(set->arena, db_str(c, 1)),
                       .name = str_copy(set->arena, db_str(c, 2)),
                       .kind = str_copy(set->arena, db_str(c, 3))};
    set->n += tile_geometry_read(set->arena, f, g);
    return 0;
}

static Rc features_build(Work *w, const Entity *e, int64_t version, void **out)
{
    (void)e;
    DbCursor *c;
    Rc rc;
    Arena *arena = arena_new(0), *scratch = arena_new(0);
    FeatureSet *set = ARENA_NEW(arena, FeatureSet);
    size_t cap = 0;
    *set = (FeatureSet){.arena = arena, .version = version};
    rc = db_query(w->ctx, w->db, &q_map_all_features, DB_NO_ARGS, &c);
    while (rc >= 0 && (rc = db_next(w->ctx, c)) > 0) {
        Ctx parse;
        ctx_init(&parse, scratch, w->ctx->lang);
        if (add_feature(set, &cap, c, &parse) < 0) continue; /* not ours to report here */
        arena_reset(scratch);
    }
    arena_free(&scratch);
    if (rc < 0) arena_free(&arena);
    else *out = set;
    return rc < 0 ? rc : 0;
}

/* ---- Taking ---- */

typedef struct Held {
    SnapshotSlot *slot;
    void *value;
} Held;

static void give_back(void *arg)
{
    Held *h = arg;
    snapshot_release(h->slot, h->value);
}

static void *take(Work *w, const Slot *s)
{
    void *value = snapshot_take(s->snapshot);
    if (!value) return NULL;
    Held *h = ARENA_NEW(w->ctx->arena, Held);
    *h = (Held){s->snapshot, value};
    arena_defer(w->ctx->arena, give_back, h);
    return value;
}

/* 1 when something of this slot has changed since, 0 when not; *head is the newest event. Events that were
 * dropped meanwhile count as a change. */
static Rc changed(Work *w, Slot *s, size_t column, int64_t *head)
{
    DbCursor *c;
    int64_t since = s->checked;
    TRY(db_query_one(w->ctx, w->db, &q_map_head, DB_NO_ARGS, &c));
    *head = db_i64(c, 0);
    db_close(&c);
    if (since < 0) return 1;
    if (*head <= since) return 0;
    if (s->e)
        TRY(db_query_one(w->ctx, w->db, &q_map_record_changes,
                         DB_ARGS(db_val_i64(since), db_val_z(s->e->plural)), &c));
    else TRY(db_query_one(w->ctx, w->db, &q_map_changes, DB_ARGS(db_val_i64(since)), &c));
    bool news = db_i64(c, 0) != since + 1 || db_i64(c, column) > 0;
    db_close(&c);
    if (!news) atomic_compare_exchange_strong(&s->checked, &since, *head);
    return news;
}

typedef Rc (*BuildFn)(Work *w, const Entity *e, int64_t version, void **out);

static Rc build(Work *w, Slot *s, int64_t head, BuildFn fn)
{
    void *value = NULL;
    TRY(fn(w, s->e, head, &value));
    snapshot_publish(s->snapshot, value);
    s->checked = head;
    return 0;
}

static Rc bring_up(Work *w, Slot *s, size_t column, BuildFn fn)
{
    int64_t head;
    Rc news = changed(w, s, column, &head);
    if (news <= 0) return news;
    pthread_mutex_lock(&s->build);
    news = changed(w, s, column, &head); /* somebody may have been faster */
    Rc rc = news > 0 ? build(w, s, head, fn) : news;
    pthread_mutex_unlock(&s->build);
    return rc;
}

Rc tile_points_take(Work *w, TileSets *s, const PointSet **out)
{
    TRY(bring_up(w, &s->points, Q_MAP_CHANGES_POINTS, points_build));
    *out = take(w, &s->points);
    return 0;
}

Rc tile_features_take(Work *w, TileSets *s, const FeatureSet **out)
{
    TRY(bring_up(w, &s->features, Q_MAP_CHANGES_FEATURES, features_build));
    *out = take(w, &s->features);
    return 0;
}

Rc tile_borders_take(Work *w, TileSets *s, const void **out)
{
    TRY(bring_up(w, &s->borders, Q_MAP_CHANGES_BORDERS, border_set_build));
    *out = take(w, &s->borders);
    return 0;
}

static Slot *slot_of(TileSets *s, const Entity *e)
{
    Slot *found = NULL;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->nrecords && !found; i++)
        if (s->records[i].e == e) found = &s->records[i];
    if (!found && s->nrecords < RECORD_SETS_MOST) {
        found = &s->records[s->nrecords++];
        slot_init(found, e, records_free);
    }
    pthread_mutex_unlock(&s->lock);
    return found;
}

Rc tile_records_take(Work *w, TileSets *s, const Entity *e, const RecordSet **out)
{
    Slot *slot = slot_of(s, e);
    if (!slot) return FAIL(w->ctx, RC_BUSY, "tile.sets", "图层过多", "too many layers");
    TRY(bring_up(w, slot, Q_MAP_RECORD_CHANGES_RECORDS, record_set_build));
    *out = take(w, slot);
    return 0;
}
