/* What a fence alarm says. The reading `#fence` carries 5 − grade only; which fences were broken is judged
 * again here from the position that was stored with the same time, by the same pure function. When the fences
 * were changed in between and the judgement is another, nobody knows any more, and only that is said. */
#include "vehicle_private.h"
#include "mod/alarm.h"
#include "mod/point.h"
#include "base/num.h"

#include <math.h>

enum { NAMED = 3, BROKEN_MOST = 8 };

typedef struct Telling {
    Work *w;
    const AlarmAsk *ask;
    const VehicleSet *set;
    const VehicleItem *v;
    FencePosition at;
    const Fence *broken[BROKEN_MOST]; /* the gravest first */
    size_t n;
} Telling;

/* The vehicle of a `#fence` point; NULL: another point. */
static const VehicleItem *vehicle_of(const VehicleSet *set, Str source)
{
    static const char head[] = "jt808:", tail[] = "#fence";
    size_t h = sizeof head - 1, t = sizeof tail - 1;
    if (source.n <= h + t || !str_starts(source, STR(head)) ||
        !str_is(str_n(source.p + source.n - t, t), tail))
        return NULL;
    uint32_t at = strmap_get(set->by_phone, str_n(source.p + h, source.n - h - t));
    return at == STRMAP_NONE ? NULL : &set->v[at];
}

/* The snapshot in force; before the slice is at work one is made for this event. */
static Rc take_set(Work *w, const VehicleSet **out)
{
    Ctx probe;
    VehicleSet *set;
    ctx_init(&probe, w->ctx->arena, w->ctx->lang);
    if (vehicle_set_take(&probe, w->kernel, out) >= 0) return RC_OK;
    TRY(vehicle_set_build(w, &set));
    arena_defer(w->ctx->arena, vehicle_set_free, set);
    *out = set;
    return RC_OK;
}

/* NaN: nothing was stored at that time. */
static Rc stored_at(const Telling *t, size_t quantity, double *out)
{
    SeriesRow *rows;
    size_t n = 0;
    uint32_t no = t->v->point[quantity].no;
    *out = (double)NAN;
    if (no && t->ask->intake)
        TRY(series_range(t->w->ctx, intake_series(t->ask->intake), no, t->at.t, t->at.t + 1, 1, &rows, &n));
    if (n && rows[0].q < Q_BAD) *out = rows[0].v;
    return RC_OK;
}

static Rc find_broken(Telling *t)
{
    size_t found[FENCES_MAX];
    uint8_t grade;
    TRY(stored_at(t, V_LON, &t->at.at.lon));
    TRY(stored_at(t, V_LAT, &t->at.at.lat));
    TRY(stored_at(t, V_SPEED, &t->at.speed));
    if (!isfinite(t->at.at.lon) || !isfinite(t->at.at.lat)) return RC_OK;
    size_t n = fence_judge(t->set->fence, t->set->nfences, &t->at, found, FENCES_MAX, &grade);
    if (!grade || (int)t->ask->e->value != 5 - grade) return RC_OK;
    for (uint8_t g = 1; g <= 4; g++)
        for (size_t i = 0; i < n && t->n < BROKEN_MOST; i++)
            if (t->set->fence[found[i]].grade == g) t->broken[t->n++] = &t->set->fence[found[i]];
    return RC_OK;
}

/* ---- In words ---- */

static const Text told[] = {
    [FENCE_KEEP_IN] = T("驶出限定围栏「%s」", "left geofence \"%s\", which it must stay in"),
    [FENCE_KEEP_OUT] = T("驶入禁行围栏「%s」", "entered forbidden geofence \"%s\""),
    [FENCE_SPEED] = T("在限速围栏「%s」内车速 %s km/h，超过限速 %s km/h",
                      "speed %2$s km/h, over the limit of %3$s km/h in geofence \"%1$s\""),
};

static const char *figure(const Telling *t, double v)
{
    char text[NUM_TEXT_MAX];
    return str_z(t->w->ctx->arena, str_n(text, num_print_f64(round(v * 10) / 10, text)));
}

static void say_fence(const Telling *t, const Fence *f, Lang lang, StrBuf *out)
{
    buf_printf(out, text_in(told[f->rule], lang), f->name, figure(t, t->at.speed), figure(t, f->limit));
}

static Str say(const Telling *t, Lang lang)
{
    StrBuf out;
    bool zh = lang == LANG_ZH;
    buf_init(&out, t->w->ctx->arena);
    for (size_t i = 0; i < t->n && i < NAMED; i++) {
        if (i) buf_addz(&out, zh ? "；" : "; ");
        say_fence(t, t->broken[i], lang, &out);
    }
    if (t->n > NAMED) buf_printf(&out, zh ? "；另违反 %zu 个围栏" : "; and %zu more geofences", t->n - NAMED);
    if (!t->n && t->ask->e->value > 0)
        buf_addz(&out, zh ? "违反电子围栏，围栏此后已变更" : "broke a geofence that has been changed since");
    if (!t->n && !(t->ask->e->value > 0))
        buf_addz(&out, zh ? "不再违反电子围栏" : "breaks no geofence any more");
    return buf_str(&out);
}

/* ---- As data ---- */

static void write_fence(const Fence *f, JsonOut *out)
{
    static const char *const rules[] = {
        [FENCE_KEEP_IN] = "keep_in", [FENCE_KEEP_OUT] = "keep_out", [FENCE_SPEED] = "speed_limit"};
    jout_open(out);
    jout_kid(out, "id", f->id);
    jout_kz(out, "code", f->code);
    jout_kz(out, "name", f->name);
    jout_kz(out, "rule", rules[f->rule]);
    jout_ki(out, "grade", f->grade);
    if (f->rule == FENCE_SPEED) jout_kf(out, "limit_kmh", f->limit);
    jout_close(out);
}

static Str write_facts(const Telling *t)
{
    StrBuf buf;
    JsonOut out;
    buf_init(&buf, t->w->ctx->arena);
    jout_init(&out, &buf);
    jout_open(&out);
    jout_key(&out, "fences");
    jout_open_array(&out);
    for (size_t i = 0; i < t->n; i++) write_fence(t->broken[i], &out);
    jout_close_array(&out);
    jout_kf(&out, "speed", t->at.speed);
    jout_kf(&out, "lon", t->at.at.lon);
    jout_kf(&out, "lat", t->at.at.lat);
    jout_key(&out, "vehicle");
    jout_open(&out);
    jout_kid(&out, "id", t->v->id);
    jout_kz(&out, "code", t->v->code);
    jout_kz(&out, "name", t->v->name);
    jout_close(&out);
    if (t->v->point[V_SPEED].id) jout_kid(&out, "speed_point", t->v->point[V_SPEED].id);
    jout_close(&out);
    return buf_str(&buf);
}

/* The figure of the alarm is the speed, when the gravest that is broken is a limit of it: the lowest counts.
 */
static void put_speed(const Telling *t, AlarmTold *out)
{
    for (size_t i = 0; i < t->n && t->broken[i]->grade == t->broken[0]->grade; i++) {
        const Fence *f = t->broken[i];
        if (f->rule != FENCE_SPEED || (isfinite(out->limit) && out->limit <= f->limit)) continue;
        out->value = t->at.speed;
        out->limit = f->limit;
        out->unit = STR("km/h");
    }
}

Rc vehicle_tell_alarm(Work *w, const AlarmAsk *ask, AlarmTold *out)
{
    Telling *t = ARENA_NEW(w->ctx->arena, Telling);
    *t = (Telling){.w = w, .ask = ask};
    Str source = rec_text(&point_entity, ask->point, "source");
    if (!str_starts(source, STR("jt808:"))) return 0;
    TRY(take_set(w, &t->set));
    t->v = vehicle_of(t->set, source);
    if (!t->v) return 0;
    t->at = (FencePosition){.vehicle = t->v->id, .kind = str_of(t->v->kind), .t = ask->e->t};
    if (ask->e->value > 0) TRY(find_broken(t));
    for (int lang = 0; lang < LANG_COUNT; lang++) out->happened[lang] = say(t, (Lang)lang);
    if (t->n) out->facts = write_facts(t);
    put_speed(t, out);
    return 1;
}
