/* One question to src/risk, and what its answer means on the ground: zones, and who is inside each. The whole
 * answer is kept with the record, so that a print of next year shows what was computed this year and with
 * which version. A person is counted in the most severe zone that holds him. */
#include "consequence_private.h"
#include "risk/risk.h"
#include <math.h>
#include <string.h>

static Rc run(Work *w, const Question *q, Str *text)
{
    StrBuf buf;
    JsonOut out;
    const RiskCommand *c = risk_command_find(q->model);
    if (!c) return FAIL_FIELD(w->ctx, "model", "choice", 0, "没有该模型", "there is no such model");
    buf_init(&buf, w->ctx->arena);
    jout_init(&out, &buf);
    Rc rc = risk_command_run(w->ctx, c, q->inputs, &out);
    *text = buf_str(&buf);
    if (rc != RC_INVALID) return rc;
    for (FieldError *f = w->ctx->err.fields; f; f = f->next)
        if (strcmp(f->field, "model") != 0) f->field = arena_printf(w->ctx->arena, "inputs.%s", f->field);
    return rc;
}

static Rc check(Work *w, const Question *q)
{
    if (str_is(q->model, "plume-zones") && isnan(q->wind_from))
        FAIL_FIELD(w->ctx, "wind_from", "required", 0, "有毒烟羽须给出风向",
                   "a plume needs the wind's direction");
    if (!str_is(q->model, "plume-zones") && !isnan(q->wind_from))
        FAIL_FIELD(w->ctx, "wind_from", "contradiction", 0, "风向只用于有毒烟羽", "is for a plume only");
    return w->ctx->err.kind ? w->ctx->err.kind : RC_OK;
}

static void rounded(JsonOut *o, const char *key, double v, double unit)
{
    jout_key(o, key);
    if (isfinite(v)) jout_f64(o, round(v / unit) * unit);
    else jout_null(o);
}

typedef struct Share {
    int64_t targets, people, unknown;
} Share;

static Share share_of(const InsideList *in, size_t zone)
{
    Share s = {0};
    for (size_t i = 0; i < in->n; i++) {
        if (in->v[i].zone != zone) continue;
        s.targets++;
        if (in->v[i].people < 0) s.unknown++;
        else s.people += in->v[i].people;
    }
    return s;
}

static void write_share(JsonOut *o, Share s)
{
    jout_ki(o, "targets", s.targets);
    jout_ki(o, "people", s.people);
    jout_ki(o, "unknown", s.unknown);
}

static void write_zones(Origin at, const Zone *z, size_t n, const InsideList *in, JsonOut *o)
{
    jout_key(o, "zones");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        jout_open(o);
        jout_kf(o, "level", z[i].level);
        jout_kz(o, "unit", z[i].unit);
        if (isfinite(z[i].ppm)) jout_kf(o, "ppm", z[i].ppm);
        jout_ks(o, "harm", z[i].harm);
        jout_ks(o, "source", z[i].source);
        jout_ks(o, "mark", z[i].mark);
        rounded(o, "distance_m", z[i].distance_m, 0.1);
        if (isfinite(z[i].width_m)) rounded(o, "width_m", z[i].width_m, 0.1);
        if (z[i].beyond) jout_kb(o, "beyond", true);
        write_share(o, share_of(in, i));
        jout_key(o, "geometry");
        zone_geometry(&z[i], at, o);
        jout_close(o);
    }
    jout_close_array(o);
}

static void write_inside(const InsideList *in, JsonOut *o)
{
    jout_key(o, "inside");
    jout_open_array(o);
    for (size_t i = 0; i < in->n && i < LISTED_MOST; i++) {
        const Inside *p = &in->v[i];
        jout_open(o);
        jout_ki(o, "zone", (int64_t)p->zone);
        jout_ks(o, "kind", p->kind);
        jout_ks(o, "class", p->cls);
        jout_ks(o, "code", p->code);
        jout_ks(o, "name", p->name);
        rounded(o, "distance_m", p->metres, 1);
        jout_key(o, "people");
        if (p->people < 0) jout_null(o);
        else jout_i64(o, p->people);
        jout_kf(o, "lon", p->lon);
        jout_kf(o, "lat", p->lat);
        jout_close(o);
    }
    jout_close_array(o);
}

static void write_answer(const Question *q, Str text, const Zone *z, size_t n, const InsideList *in,
                         JsonOut *o)
{
    jout_open(o);
    jout_ks(o, "model", q->model);
    jout_kz(o, "version", ANLAN_VERSION);
    jout_kf(o, "lon", q->origin.lon);
    jout_kf(o, "lat", q->origin.lat);
    if (!isnan(q->wind_from)) jout_kf(o, "wind_from", q->wind_from);
    jout_key(o, "answer");
    jout_raw(o, text);
    write_zones(q->origin, z, n, in, o);
    write_inside(in, o);
    jout_key(o, "totals");
    jout_open(o);
    write_share(o, (Share){(int64_t)in->n, in->people, in->unknown});
    jout_kb(o, "cut", in->cut);
    jout_close(o);
    jout_close(o);
}

Rc consequence_answer(Work *w, const Question *q, Str *out, Counted *counted)
{
    Zone zones[ZONES_MOST];
    InsideList in;
    const Json *answer;
    StrBuf buf;
    JsonOut o;
    Str text;
    TRY(check(w, q));
    TRY(run(w, q, &text));
    TRY(json_parse(w->ctx, text, &answer));
    size_t n = zones_read(w->ctx, q->model, answer, q->wind_from, zones);
    if (!n)
        return FAIL_FIELD(w->ctx, str_is(q->model, "fireball") ? "inputs.heat_mj_kg" : "inputs.levels_kw_m2",
                          "required", 0, "画影响范围须给出该项", "is needed to draw zones");
    TRY(inside_find(w, q->origin, zones, n, &in));
    buf_init(&buf, w->ctx->arena);
    jout_init(&o, &buf);
    write_answer(q, text, zones, n, &in, &o);
    *out = buf_str(&buf);
    *counted = (Counted){(int64_t)in.n, in.people, in.unknown, zones_reach(zones, n)};
    return RC_OK;
}
