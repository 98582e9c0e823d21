/* Checks of a site's distances (外部安全防护距离核验): a scenario around the site against the protected
 * targets of the register, with the verdict and its reasons, individual-risk contours and the F–N curve. All
 * of it is computed by src/risk in the writing transaction and kept whole. */
#include "consequence_private.h"
#include "risk/risk.h"
#include <math.h>
#include <string.h>

enum { CELLS = 160, TARGETS_MOST = 1000 };
#define ROOM T("", "")
#define RO   F_READONLY
static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("装置（场所）名称", "Site"), ROOM, NULL,
     "basic", NULL},
    {"verdict", F_ENUM, RO | F_FILTER | F_LIST, "safety_verdict", 0, 0, T("结论", "Verdict"), ROOM, NULL,
     "basic", NULL},
    {"phase", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "safety_phase", 0, 0, T("装置状态", "Installation"),
     T("决定个人风险基准", "decides which limits of individual risk hold"), NULL, "basic", NULL},
    {"hazard", F_REF, F_FILTER | F_INDEX, "major-hazards", 0, 0, T("重大危险源", "Major hazard source"), ROOM,
     NULL, "basic", NULL},
    {"body", F_REF, F_FILTER | F_LIST, "bodies", 0, 0, T("责任单位", "Responsible unit"), ROOM, NULL, "basic",
     NULL},
    {"district", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "districts", 0, 0,
     T("所属区划", "District"), ROOM, NULL, "basic", NULL},
    {"lon", F_REAL, F_REQUIRED, NULL, 73, 136, T("经度", "Longitude"), ROOM, "°", "place", NULL},
    {"lat", F_REAL, F_REQUIRED, NULL, 3, 54, T("纬度", "Latitude"), ROOM, "°", "place", NULL},
    {"radius_m", F_REAL, F_REQUIRED, NULL, 50, 10000, T("核验半径", "Radius"),
     T("此范围内登记的防护目标逐一核验", "registered targets within it are checked"), "m", "place", NULL},
    {"scenario", F_JSON, F_REQUIRED, NULL, 0, 1 << 20, T("事故场景", "Scenario"),
     T("terrain、wind、events，坐标以装置为原点（m），见 docs/risk.md",
       "terrain, wind, events; metres from the site; see docs/risk.md"),
     NULL, "assessment", NULL},
    {"checked", F_INT, RO | F_LIST, NULL, 0, 0, T("核验目标", "Targets"), ROOM, NULL, "assessment", NULL},
    {"failed", F_INT, RO | F_LIST, NULL, 0, 0, T("不满足", "Failed"), ROOM, NULL, "assessment", NULL},
    {"result", F_JSON, RO, NULL, 0, 4e6, T("计算结果", "Result"), ROOM, NULL, "assessment", NULL},
    {"computed_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("计算时间", "Computed"), ROOM, NULL, "assessment",
     NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 2000, T("说明", "Note"), ROOM, NULL, "basic", NULL},
};

static void scenario_members(const Json *scenario, JsonOut *o)
{
    JSON_EACH(m, scenario)
    {
        jout_key_n(o, m->name);
        jout_json(o, m);
    }
}

static void place_members(const Inside *p, JsonOut *o)
{
    jout_kf(o, "x_m", p->east);
    jout_kf(o, "y_m", p->north);
}

static void targets(const InsideList *in, const Record *rec, JsonOut *o)
{
    jout_key(o, "targets");
    jout_open_array(o);
    for (size_t i = 0; i < in->n; i++) {
        jout_open(o);
        jout_ks(o, "name", in->v[i].name);
        place_members(&in->v[i], o);
        jout_ks(o, "class", in->v[i].cls);
        jout_ks(o, "state", rec_text(SE, rec, "phase"));
        jout_close(o);
    }
    jout_close_array(o);
}

static void grid(double radius, JsonOut *o)
{
    jout_key(o, "grid");
    jout_open(o);
    jout_kf(o, "x0_m", -radius);
    jout_kf(o, "y0_m", -radius);
    jout_kf(o, "step_m", 2 * radius / (CELLS - 1));
    jout_ki(o, "nx", CELLS);
    jout_ki(o, "ny", CELLS);
    jout_close(o);
}

static void population(const InsideList *in, JsonOut *o)
{
    jout_key(o, "population");
    jout_open_array(o);
    for (size_t i = 0; i < in->n; i++) {
        if (in->v[i].people <= 0) continue;
        jout_open(o);
        place_members(&in->v[i], o);
        jout_ki(o, "people", in->v[i].people);
        jout_close(o);
    }
    jout_close_array(o);
}

/* Wrong members of the scenario are named as such; the others are ours. */
static Rc ask(Work *w, const char *command, Str input, Str *text)
{
    StrBuf buf;
    JsonOut out;
    buf_init(&buf, w->ctx->arena);
    jout_init(&out, &buf);
    Rc rc = risk_command_run(w->ctx, risk_command_find(str_of(command)), input, &out);
    *text = buf_str(&buf);
    for (FieldError *f = rc == RC_INVALID ? w->ctx->err.fields : NULL; f; f = f->next)
        f->field = arena_printf(w->ctx->arena, "scenario.%s",
                                strncmp(f->field, "scenario.", 9) == 0 ? f->field + 9 : f->field);
    return rc;
}

typedef struct Parts {
    Str safe, individual, fn;
} Parts;

static Rc compute(Work *w, const Record *rec, const InsideList *in, const Json *scenario, Parts *p)
{
    StrBuf buf[3];
    JsonOut o[3];
    for (int i = 0; i < 3; i++) {
        buf_init(&buf[i], w->ctx->arena);
        jout_init(&o[i], &buf[i]);
        jout_open(&o[i]);
        if (i < 2) scenario_members(scenario, &o[i]);
    }
    targets(in, rec, &o[0]);
    grid(rec_f64(SE, rec, "radius_m"), &o[1]);
    jout_key(&o[2], "scenario");
    jout_json(&o[2], scenario);
    population(in, &o[2]);
    for (int i = 0; i < 3; i++) jout_close(&o[i]);
    TRY(ask(w, "safe-distance", buf_str(&buf[0]), &p->safe));
    TRY(ask(w, "individual-risk", buf_str(&buf[1]), &p->individual));
    if (in->people > 0) TRY(ask(w, "fn", buf_str(&buf[2]), &p->fn));
    return RC_OK;
}

static Str put_together(Work *w, const InsideList *in, const Parts *p)
{
    StrBuf buf;
    JsonOut o;
    buf_init(&buf, w->ctx->arena);
    jout_init(&o, &buf);
    jout_open(&o);
    jout_kz(&o, "version", ANLAN_VERSION);
    jout_key(&o, "places");
    jout_open_array(&o);
    for (size_t i = 0; i < in->n; i++) {
        jout_open(&o);
        jout_ks(&o, "name", in->v[i].name);
        place_members(&in->v[i], &o);
        jout_close(&o);
    }
    jout_close_array(&o);
    jout_key(&o, "safe");
    jout_raw(&o, p->safe);
    jout_key(&o, "individual");
    jout_raw(&o, p->individual);
    jout_key(&o, "fn");
    if (p->fn.n) jout_raw(&o, p->fn);
    else jout_null(&o);
    jout_close(&o);
    return buf_str(&buf);
}

/* Of what is near, what the register gives a class. */
static Rc classed(Work *w, const Record *rec, InsideList *in)
{
    Origin at = {rec_f64(SE, rec, "lon"), rec_f64(SE, rec, "lat")};
    size_t n = 0;
    TRY(inside_near(w, at, rec_f64(SE, rec, "radius_m"), in));
    in->people = 0;
    for (size_t i = 0; i < in->n; i++) {
        if (!in->v[i].cls.n) continue;
        if (in->v[i].people > 0) in->people += in->v[i].people;
        in->v[n++] = in->v[i];
    }
    in->n = n;
    if (!n)
        return FAIL_FIELD(w->ctx, "radius_m", "range", 0, "核验半径内没有登记的防护目标",
                          "no protected target is registered within the radius");
    if (n > TARGETS_MOST)
        return FAIL_FIELD(w->ctx, "radius_m", "range", 0, "核验半径内防护目标超过 %d 个",
                          "over %d protected targets lie within the radius", (int)TARGETS_MOST);
    return RC_OK;
}

static Rc run(Work *w, Record *rec)
{
    InsideList in;
    Parts parts = {0};
    const Json *scenario, *safe;
    int64_t failed = 0;
    TRY(json_parse(w->ctx, rec_text(SE, rec, "scenario"), &scenario));
    if (scenario->type != JSON_OBJECT)
        return FAIL_FIELD(w->ctx, "scenario", "type", 0, "须为一个对象", "must be an object");
    TRY(classed(w, rec, &in));
    TRY(compute(w, rec, &in, scenario, &parts));
    TRY(json_parse(w->ctx, parts.safe, &safe));
    json_i64(json_get(safe, "failed"), &failed);
    rec_set(SE, rec, "verdict", db_val_text(json_str(json_get(safe, "verdict"))));
    rec_set(SE, rec, "checked", db_val_i64((int64_t)in.n));
    rec_set(SE, rec, "failed", db_val_i64(failed));
    rec_set(SE, rec, "result", db_val_json(put_together(w, &in, &parts)));
    rec_set(SE, rec, "computed_at", db_val_i64(w->now));
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Lang lang = w->ctx->lang;
    (void)e;
    (void)old;
    if (w->ctx->err.kind) return w->ctx->err.kind;
    if (lang != LANG_ZH) TRY(run(w, rec)); /* a mistake is told in the asker's language */
    w->ctx->lang = LANG_ZH;                /* the answer is kept in Chinese, whoever asked */
    Rc rc = run(w, rec);
    w->ctx->lang = lang;
    return rc;
}

const Entity safety_check_entity = {
    .name = "safety-check",
    .plural = "safety-checks",
    .title = T("安全防护距离核验", "Checks of safe distances"),
    .icon = T("", "check"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "consequence.read",
    .write_perm = "consequence.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "-code",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body"},
    .searched = true,
    .evidence = true,
    .papers = safety_papers,
    .npapers = SAFETY_PAPERS,
};
