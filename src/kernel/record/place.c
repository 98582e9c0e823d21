/* The check of places, for every entity that has them. Half the mistakes in a register are places: longitude
 * and latitude changed over, a border that crosses itself, a pipe in the wrong district. The first two are
 * refused; the last is told or refused as the city wants it (places.district), because borders are drawn
 * coarser than things stand. The program's own writes are not judged: it puts a danger where its alarm was.
 */
#include "kernel/place.h"
#include "ogc/located.h"
#include "record/place.h"

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
