/* What stands around an alarm and may be harmed by it, or harm more: schools, hospitals, crowds, hazards,
 * pipes and water, from the register of objects and from the base map. Which kind belongs to which class is a
 * table here; an object whose kind is not in it goes by its field of work, so that kinds a city adds are
 * found too. Candidates come from the database by a box, at most so many, nearest first; the distance itself
 * is haversine (geo.c). */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "geo.h"

#include <stdlib.h>

#define OBJECTS_MOST  400
#define FEATURES_MOST 400
#define EACH_MOST     5 /* named of a class; the rest is counted */

enum { NEAR_SCHOOL, NEAR_HOSPITAL, NEAR_CROWD, NEAR_HAZARD, NEAR_PIPE, NEAR_WATER, NEAR_CLASSES };
static const struct {
    const char *code;
    Text title;
} classes[NEAR_CLASSES] = {
    [NEAR_SCHOOL] = {"school", T("学校", "Schools")},
    [NEAR_HOSPITAL] = {"hospital", T("医院", "Hospitals")},
    [NEAR_CROWD] = {"crowd", T("人员密集场所", "Crowded places")},
    [NEAR_HAZARD] = {"hazard", T("危险源", "Hazards")},
    [NEAR_PIPE] = {"pipe", T("管线", "Pipes")},
    [NEAR_WATER] = {"water", T("水体", "Waters")},
};

typedef struct ClassOf {
    const char *code;
    int class;
} ClassOf;
static const ClassOf by_kind[] = {
    {"school", NEAR_SCHOOL},        {"hospital", NEAR_HOSPITAL},       {"complex", NEAR_CROWD},
    {"high_rise", NEAR_CROWD},      {"metro_station", NEAR_CROWD},     {"gas_station", NEAR_HAZARD},
    {"gas_governor", NEAR_HAZARD},  {"gas_bottle_store", NEAR_HAZARD}, {"ammonia_cold_store", NEAR_HAZARD},
    {"dust_workshop", NEAR_HAZARD}, {"gas_main", NEAR_PIPE},           {"water_main", NEAR_PIPE},
    {"heat_main", NEAR_PIPE},       {"drain_pipe", NEAR_PIPE},         {"pipeline_section", NEAR_PIPE},
    {"power_cable", NEAR_PIPE},     {"gallery_section", NEAR_PIPE},
};
static const ClassOf by_field[] = {
    {"crowd", NEAR_CROWD},
    {"chemical", NEAR_HAZARD},
    {"fireworks", NEAR_HAZARD},
    {"tailings", NEAR_HAZARD},
};
/* Of the base map: a layer, and for the layer of places what they are. */
static const ClassOf by_layer[] = {
    {"gas_pipe", NEAR_PIPE},  {"water_pipe", NEAR_PIPE}, {"drain_pipe", NEAR_PIPE},
    {"heat_pipe", NEAR_PIPE}, {"water", NEAR_WATER},
};
static const ClassOf by_place[] = {
    {"school", NEAR_SCHOOL},
    {"hospital", NEAR_HOSPITAL},
    {"station", NEAR_CROWD},
    {"tailings", NEAR_HAZARD},
};

static int class_in(const ClassOf *list, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(code, list[i].code)) return list[i].class;
    return -1;
}
#define CLASS_IN(list, code) class_in(list, ARRAY_LEN(list), code)

/* ---- Findings ---- */

typedef struct Found {
    int64_t id;
    int class;
    bool object; /* of the register; else of the base map */
    Str code, name, kind, layer;
    double lon, lat, metres;
} Found;

typedef struct Around {
    Work *w;
    const Place *at;
    Found *list;
    size_t n;
    size_t count[NEAR_CLASSES];
    bool complete;
} Around;

static const Text winds[] = {T("北", "north"),        T("东北", "north-east"), T("东", "east"),
                             T("东南", "south-east"), T("南", "south"),        T("西南", "south-west"),
                             T("西", "west"),         T("西北", "north-west")};

void alarm_near_where(const Place *from, double lon, double lat, JsonOut *out)
{
    double metres = geo_distance(from->lon, from->lat, lon, lat);
    jout_ki(out, "distance_m", (int64_t)(metres + 0.5));
    if (metres < 1) return; /* the same place lies in no direction */
    double bearing = geo_bearing(from->lon, from->lat, lon, lat);
    jout_ki(out, "bearing", (int64_t)(bearing + 0.5) % 360);
    jout_text(out, "direction", winds[geo_wind(bearing)]);
}

Box alarm_near_box(const Place *at)
{
    double dlon, dlat;
    geo_reach(at->lat, at->radius, &dlon, &dlat);
    return (Box){at->lon - dlon, at->lat - dlat, at->lon + dlon, at->lat + dlat};
}

static void keep(Around *a, const Found *f)
{
    a->list[a->n++] = *f;
    a->count[f->class]++;
}

static void take_object(Around *a, const DbCursor *c)
{
    Found f = {.object = true, .id = db_i64(c, 0), .lon = db_f64(c, 5), .lat = db_f64(c, 6)};
    f.class = CLASS_IN(by_kind, db_str(c, 3));
    if (f.class < 0) f.class = CLASS_IN(by_field, db_str(c, 4));
    f.metres = geo_distance(a->at->lon, a->at->lat, f.lon, f.lat);
    if (f.class < 0 || f.metres > a->at->radius) return;
    f.code = db_str_copy(a->w->ctx, c, 1);
    f.name = db_str_copy(a->w->ctx, c, 2);
    f.kind = db_str_copy(a->w->ctx, c, 3);
    keep(a, &f);
}

/* The nearest place of the feature, which may be a line or an area. */
static bool place_of(Ctx *ctx, const Place *at, Str geometry, Found *f)
{
    Arena *arena = arena_new(0);
    Ctx scratch;
    const Json *shape;
    ctx_init(&scratch, arena, ctx->lang);
    f->metres = json_parse(&scratch, geometry, &shape) < 0
                    ? -1
                    : geo_nearest(shape, at->lon, at->lat, &f->lon, &f->lat);
    arena_free(&arena);
    return f->metres >= 0 && f->metres <= at->radius;
}

static void take_feature(Around *a, const DbCursor *c)
{
    Str layer = db_str(c, 1), kind = db_str(c, 4);
    Found f = {.id = db_i64(c, 0), .class = CLASS_IN(by_layer, layer)};
    if (f.class < 0) f.class = CLASS_IN(by_place, kind);
    if (f.class < 0 || !place_of(a->w->ctx, a->at, db_str(c, 5), &f)) return;
    f.layer = db_str_copy(a->w->ctx, c, 1);
    f.code = db_str_copy(a->w->ctx, c, 2);
    f.name = db_str_copy(a->w->ctx, c, 3);
    f.kind = db_str_copy(a->w->ctx, c, 4);
    keep(a, &f);
}

static Rc read_rows(Around *a, DbCursor *c, size_t most, void (*take)(Around *, const DbCursor *))
{
    Rc rc;
    size_t rows = 0;
    while ((rc = db_next(a->w->ctx, c)) > 0) {
        take(a, c);
        rows++;
    }
    db_close(&c);
    if (rows == most) a->complete = false;
    return rc;
}

static Rc read_objects(Around *a, int64_t self, const Box *box)
{
    DbCursor *c;
    double shrink = (box->n - box->s) / (box->e - box->w);
    TRY(scope_query(a->w, &q_alarm_near_objects,
                    DB_ARGS(db_val_f64(box->w), db_val_f64(box->e), db_val_f64(box->s), db_val_f64(box->n),
                            db_val_i64(self), db_val_f64(a->at->lon), db_val_f64(a->at->lat),
                            db_val_f64(shrink * shrink), db_val_i64(OBJECTS_MOST)),
                    &c));
    return read_rows(a, c, OBJECTS_MOST, take_object);
}

static Rc read_features(Around *a, const Box *box)
{
    DbCursor *c;
    if (!kernel_entity(a->w->kernel, "map-features")) return RC_OK; /* a program without a map */
    TRY(db_query(a->w->ctx, a->w->db, &q_alarm_near_features,
                 DB_ARGS(db_val_f64(box->w), db_val_f64(box->e), db_val_f64(box->s), db_val_f64(box->n),
                         db_val_i64(FEATURES_MOST)),
                 &c));
    return read_rows(a, c, FEATURES_MOST, take_feature);
}

/* ---- Telling ---- */

static int by_distance(const void *pa, const void *pb)
{
    const Found *a = pa, *b = pb;
    if (a->metres != b->metres) return a->metres < b->metres ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static Text kind_label(const Around *a, const Found *f)
{
    const char *dict = f->object ? "object_kind" : f->class == NEAR_PIPE ? "map_layer" : NULL;
    Str code = f->object ? f->kind : f->layer;
    if (!dict) return classes[f->class].title;
    const char *zh = dict_label(a->w->kernel, dict, code, LANG_ZH);
    const char *en = dict_label(a->w->kernel, dict, code, LANG_EN);
    return zh && en ? (Text){zh, en} : classes[f->class].title;
}

static void write_found(const Around *a, const Found *f, JsonOut *out)
{
    jout_open(out);
    jout_kz(out, "source", f->object ? "object" : "map");
    jout_kid(out, "id", f->id);
    if (f->code.n) jout_ks(out, "code", f->code);
    if (f->name.n) jout_ks(out, "name", f->name);
    jout_text(out, "kind", kind_label(a, f));
    if (!f->object && f->kind.n) jout_ks(out, "detail", f->kind);
    alarm_near_where(a->at, f->lon, f->lat, out);
    jout_key(out, "lon");
    jout_f64(out, f->lon);
    jout_key(out, "lat");
    jout_f64(out, f->lat);
    jout_close(out);
}

static void write_class(const Around *a, int class, JsonOut *out)
{
    size_t named = 0;
    jout_open(out);
    jout_kz(out, "class", classes[class].code);
    jout_text(out, "title", classes[class].title);
    jout_ki(out, "count", (int64_t)a->count[class]);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < a->n && named < EACH_MOST; i++) {
        if (a->list[i].class != class) continue;
        write_found(a, &a->list[i], out);
        named++;
    }
    jout_close_array(out);
    jout_close(out);
}

Rc alarm_near_write(Work *w, const Place *at, int64_t self, JsonOut *out)
{
    Around a = {.w = w,
                .at = at,
                .list = ARENA_ARRAY(w->ctx->arena, Found, OBJECTS_MOST + FEATURES_MOST),
                .complete = true};
    Box box = alarm_near_box(at);
    TRY(read_objects(&a, self, &box));
    TRY(read_features(&a, &box));
    qsort(a.list, a.n, sizeof *a.list, by_distance);
    jout_key(out, "near");
    jout_open(out);
    jout_ki(out, "radius_m", (int64_t)at->radius);
    jout_kb(out, "complete", a.complete);
    jout_key(out, "classes");
    jout_open_array(out);
    for (int i = 0; i < NEAR_CLASSES; i++) write_class(&a, i, out);
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
