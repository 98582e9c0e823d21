/* The check of places, for every entity that has them. Half the mistakes in a register are places: longitude
 * and latitude changed over, a border that crosses itself, a pipe in the wrong district. The first two are
 * refused; the last is told or refused as the city wants it (places.district), because borders are drawn
 * coarser than things stand. The program's own writes are not judged: it puts a danger where its alarm was.
 */
#include "kernel/place.h"
#include "ogc/located.h"
#include "record/place.h"
#include "base/log.h"
#include "kernel_place_sql.h"

enum { TOLERANCE_M = 200 }; /* of a border, for points; a default */

void kernel_judge_places(Kernel *k, PlaceJudge fn)
{
    k->place_judge = fn;
}

bool place_mode_read(const char *text, PlaceMode *out)
{
    static const char *const names[] = {
        [PLACE_OFF] = "off", [PLACE_WARN] = "warn", [PLACE_REFUSE] = "refuse"};
    *out = PLACE_WARN;
    if (!text || !*text) return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *out = (PlaceMode)i;
        return true;
    }
    return false;
}

Rc kernel_places_check(Ctx *ctx, const char *mode)
{
    PlaceMode m;
    if (place_mode_read(mode, &m)) return 0;
    return FAIL(ctx, RC_INVALID, "config.places", "[places] district 应为 off、warn 或 refuse：%s",
                "[places] district must be off, warn or refuse: %s", mode);
}

/* ---- Warnings ---- */

void work_warn(Work *w, const char *field, const char *code, const char *message)
{
    WorkState *s = work__state(w);
    Warned *warned = ARENA_NEW(s->ctx->arena, Warned);
    *warned = (Warned){field, code, message, s->warned};
    s->warned = warned;
}

const Warned *work__warned(Work *w)
{
    WorkState *s = work__state(w);
    const Warned *warned = s->warned;
    s->warned = NULL;
    return warned;
}

Str warned_into(Ctx *ctx, const Warned *warned, Str record)
{
    StrBuf b;
    JsonOut o;
    if (!warned) return record;
    ENSURE(record.n > 2 && record.p[record.n - 1] == '}');
    buf_init(&b, ctx->arena);
    buf_add(&b, str_n(record.p, record.n - 1));
    buf_addz(&b, ",\"warnings\":");
    jout_init(&o, &b);
    jout_open_array(&o);
    for (; warned; warned = warned->next) {
        jout_open(&o);
        jout_kz(&o, "field", warned->field);
        jout_kz(&o, "code", warned->code);
        jout_kz(&o, "message", warned->message);
        jout_close(&o);
    }
    jout_close_array(&o);
    buf_addc(&b, '}');
    return buf_str(&b);
}

/* ---- Geometry ---- */

static ptrdiff_t json_field(const Entity *e)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (e->fields[i].type == F_JSON && !strcmp(e->fields[i].name, "geometry")) return (ptrdiff_t)i;
    return -1;
}

/* A base map goes on beyond the border: it is known by its box. */
static const GeoReach *reach_of(const Located *l)
{
    return l->box[0] >= 0 ? &geo_world : &geo_china;
}

static Rc read_shape(Ctx *ctx, const Located *l, Str text, GeoShape *s)
{
    static const GeoField field = {"geometry", 0};
    const Json *j;
    TRY(json_parse(ctx, text, &j));
    return geo_shape_read(ctx, &field, j, reach_of(l), s);
}

static void keep_turned(Ctx *ctx, const GeoShape *s, DbVal *v)
{
    StrBuf b;
    JsonOut o;
    if (!s->turned && !s->flat) return;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    geo_shape_write(s, &o);
    *v = db_val_json(buf_str(&b));
}

/* A place that was the shape's follows it; one that somebody gave stays. */
static void set_mark(const Located *l, const GeoShape *s, const Record *old, Record *rec)
{
    DbVal *lon = &rec->v[l->lon], *lat = &rec->v[l->lat];
    bool none = lon->type == DB_NULL && lat->type == DB_NULL;
    bool same = old && lon->type != DB_NULL && lat->type != DB_NULL && old->v[l->lon].type != DB_NULL &&
                old->v[l->lat].type != DB_NULL && old->v[l->lon].f == lon->f && old->v[l->lat].f == lat->f;
    bool beside = same && (lon->f < s->west || lon->f > s->east || lat->f < s->south || lat->f > s->north);
    if (!none && !beside) return;
    GeoPoint p = geo_shape_place(s);
    *lon = db_val_f64(p.lon);
    *lat = db_val_f64(p.lat);
}

Rc place_check(Work *w, const EntityInfo *info, const Record *old, Record *rec)
{
    Located l;
    GeoShape s;
    ptrdiff_t at = json_field(info->e);
    if (at < 0 || rec->v[at].type == DB_NULL || !located_of(info, &l)) return 0;
    if (old && field_equal(&info->e->fields[at], old->v[at], rec->v[at])) return 0;
    TRY(read_shape(w->ctx, &l, rec->v[at].s, &s));
    keep_turned(w->ctx, &s, &rec->v[at]);
    if (l.lon >= 0 && l.lat >= 0) set_mark(&l, &s, old, rec);
    return 0;
}

/* ---- Boxes ---- */

/* The field whose boxes are kept: of entities that have no columns for them. -1: none. */
static ptrdiff_t boxed_field(const EntityInfo *info, Located *l)
{
    ptrdiff_t at = json_field(info->e);
    return at >= 0 && located_of(info, l) && l->box[0] < 0 ? at : -1;
}

static Rc add_box(Work *w, const Located *l, int64_t id, Str text)
{
    GeoShape s;
    TRY(read_shape(w->ctx, l, text, &s));
    Rc rc = db_exec(w->ctx, w->db, &q_shape_box_add,
                    DB_ARGS(db_val_i64(id), db_val_f64(s.west), db_val_f64(s.south), db_val_f64(s.east),
                            db_val_f64(s.north)));
    return rc < 0 ? rc : 0;
}

Rc place_keep(Work *w, const EntityInfo *info, const Record *old, const Record *rec)
{
    Located l;
    ptrdiff_t at = boxed_field(info, &l);
    if (at < 0 || (old && field_equal(&info->e->fields[at], old->v[at], rec->v[at]))) return 0;
    if (old && old->v[at].type != DB_NULL) {
        Rc rc = db_exec(w->ctx, w->db, &q_shape_box_drop, DB_ARGS(db_val_i64(rec->id)));
        if (rc < 0) return rc;
    }
    return rec->v[at].type == DB_NULL ? 0 : add_box(w, &l, rec->id, rec->v[at].s);
}

/* Those that lack one, a part at a time; a geometry that no longer passes its check stays without. */
static Rc read_boxless(Work *w, const EntityInfo *info, int64_t after, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id, CAST(t.geometry AS TEXT) FROM ");
    sql_ident(&b, info->table);
    sql_lit(&b, " t WHERE t.geometry IS NOT NULL AND t.id > ");
    sql_arg(&b, db_val_i64(after));
    sql_lit(&b, " AND NOT EXISTS (SELECT 1 FROM shape_boxes b WHERE b.id = t.id) ORDER BY t.id LIMIT 200");
    return sql_query(w->ctx, w->db, &b, c);
}

typedef struct Boxless {
    int64_t id[200];
    Str text[200];
    size_t n;
} Boxless;

static Rc fill_part(Work *w, const EntityInfo *info, const Located *l, int64_t *after)
{
    Boxless *part = ARENA_NEW(w->ctx->arena, Boxless);
    DbCursor *c;
    Rc rc;
    TRY(read_boxless(w, info, *after, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        part->id[part->n] = db_i64(c, 0);
        part->text[part->n++] = db_str_copy(w->ctx, c, 1);
    }
    TRY(rc);
    for (size_t i = 0; i < part->n; i++) {
        rc = add_box(w, l, part->id[i], part->text[i]);
        if (rc < 0 && rc != RC_INVALID && rc != RC_SYNTAX) return rc;
        if (rc < 0)
            LOG(LOG_WARN, "kernel", "a geometry is not valid", LOG_Z("plural", info->e->plural),
                LOG_I64("id", part->id[i]));
        ctx_clear(w->ctx);
        *after = part->id[i];
    }
    return part->n > 0;
}

static Rc fill_boxes(Ctx *ctx, Kernel *k, const EntityInfo *info, const Located *l)
{
    int64_t after = 0;
    Rc rc = 1;
    while (rc > 0) {
        Ctx own;
        Work w;
        Arena *a = arena_new(0);
        ctx_init(&own, a, ctx->lang);
        rc = work_begin_as(&own, k, NULL, "start", true, &w);
        if (rc >= 0) rc = fill_part(&w, info, l, &after);
        if (rc >= 0) {
            Rc done = work_commit(&w);
            if (done < 0) rc = done;
        }
        if (rc < 0) rc = ctx_fail(ctx, rc, own.err.code, own.err.file, own.err.line, "%s", own.err.message);
        arena_free(&a);
    }
    return rc;
}

Rc places_start(Ctx *ctx, Kernel *k)
{
    Located l;
    for (size_t i = 0; i < k->decl->nentities; i++) {
        const EntityInfo *info = &k->decl->entities[i];
        if (boxed_field(info, &l) >= 0) TRY(fill_boxes(ctx, k, info, &l));
    }
    return 0;
}

/* ---- District ---- */

static ptrdiff_t district_of(const EntityInfo *info)
{
    for (size_t i = 0; i < info->e->nfields; i++) {
        const Field *f = &info->e->fields[i];
        if (f->type == F_REF && !strcmp(f->name, "district") && !strcmp(f->ref, "districts"))
            return (ptrdiff_t)i;
    }
    return -1;
}

static bool same(const EntityInfo *info, const Record *old, const Record *rec, ptrdiff_t field)
{
    return field < 0 || field_equal(&info->e->fields[field], old->v[field], rec->v[field]);
}

/* The shape of rec, or its mark; false: it has neither. */
static Rc own_shape(Work *w, const Located *l, const Record *rec, GeoShape *s)
{
    static GeoPart one = {0, 1, true};
    if (l->geometry >= 0 && rec->v[l->geometry].type != DB_NULL) {
        TRY(read_shape(w->ctx, l, rec->v[l->geometry].s, s));
        return 1;
    }
    if (l->lon < 0 || l->lat < 0 || rec->v[l->lon].type == DB_NULL || rec->v[l->lat].type == DB_NULL)
        return 0;
    GeoPoint *p = ARENA_NEW(w->ctx->arena, GeoPoint);
    *p = (GeoPoint){rec->v[l->lon].f, rec->v[l->lat].f};
    *s = (GeoShape){.kind = GEO_POINT, .type = "Point", .p = p, .n = 1, .parts = &one, .nparts = 1};
    return 1;
}

static bool lies_in(const GeoShape *s, const PlaceVerdict *v)
{
    if (s->kind == GEO_POINT) return v->away_m <= TOLERANCE_M;
    return s->kind == GEO_LINE ? v->share > 0 : v->share >= 0.5;
}

static Rc tell(Work *w, const char *field, const GeoShape *s, const PlaceVerdict *v)
{
    bool en = w->ctx->lang == LANG_EN;
    const char *message;
    if (s->kind == GEO_POINT)
        message = arena_printf(w->ctx->arena,
                               en ? "the place lies %.1f km outside the district \"%s\""
                                  : "位置在所属区划“%2$s”以外约 %1$.1f 千米，请核对坐标或区划",
                               v->away_m / 1000, v->title);
    else
        message = arena_printf(w->ctx->arena,
                               en ? "only %.0f %% of the shape lies in the district \"%s\""
                                  : "几何形状只有 %.0f%% 在所属区划“%s”内，请核对坐标或区划",
                               v->share * 100, v->title);
    if (w->kernel->place_mode == PLACE_REFUSE)
        return FAIL_FIELD(w->ctx, field, "district", 0, "%s", "%s", message);
    work_warn(w, field, "district", message);
    return 0;
}

Rc place_judge(Work *w, const EntityInfo *info, const Record *old, const Record *rec)
{
    Located l;
    GeoShape s;
    PlaceVerdict v = {.share = 1};
    const Kernel *k = w->kernel;
    ptrdiff_t district = district_of(info);
    if (!k->place_judge || k->place_mode == PLACE_OFF || !w->who || district < 0) return 0;
    if (rec->v[district].type == DB_NULL || !located_of(info, &l)) return 0;
    if (old && same(info, old, rec, district) && same(info, old, rec, l.lon) && same(info, old, rec, l.lat) &&
        same(info, old, rec, l.geometry))
        return 0;
    Rc rc = own_shape(w, &l, rec, &s);
    if (rc <= 0) return rc;
    TRY(k->place_judge(w, rec->v[district].i, &s, &v));
    if (!v.known || lies_in(&s, &v)) return 0;
    return tell(w, s.kind == GEO_POINT && l.lon >= 0 ? "lon" : "geometry", &s, &v);
}
