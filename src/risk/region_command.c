/* region and dynamic as commands. */
#include "command.h"
#include "risk/region.h"

static const char *const colours[] = {"red", "orange", "yellow", "blue", NULL};
static const char *const colours_or_none[] = {"none", "red", "orange", "yellow", "blue", NULL};

/* ---- region ---- */
typedef struct Part {
    Str name;
    int colour;
    double area_km2, population;
} Part;
typedef struct Scale {
    double red, orange, yellow, blue;
} Scale;
typedef struct Region {
    int rule;
    List parts;
    Scale *score, *from;
    int64_t most_milder;
} Region;
static const char *const region_rules[] = {"worst", "area", "population", "count", NULL};
static const Member part_members[] = {
    {"name", M_TEXT, offsetof(Part, name), M_REQUIRED},
    {"colour", M_CHOICE, offsetof(Part, colour), M_REQUIRED, .choices = colours_or_none,
     .about = T("none：未评级", "none: not graded")},
    {"area_km2", M_NUM, offsetof(Part, area_km2), 0, 0, 1e8, "km²"},
    {"population", M_NUM, offsetof(Part, population), 0, 0, 1e10, "人"},
};
static const Shape part_shape = SHAPE(Part, part_members);
static const Member part_item = {NULL, M_OBJECT, .shape = &part_shape};
#define SCALE_MEMBER(name_)                                                                                  \
    {                                                                                                        \
#name_, M_NUM, offsetof(Scale, name_), M_REQUIRED, 0, 1e6, "1"                                       \
    }
static const Member scale_members[] = {SCALE_MEMBER(red), SCALE_MEMBER(orange), SCALE_MEMBER(yellow),
                                       SCALE_MEMBER(blue)};
static const Shape scale_shape = SHAPE(Scale, scale_members);
static const Member region_members[] = {
    {"rule", M_CHOICE, offsetof(Region, rule), M_REQUIRED, .choices = region_rules,
     .about = T("汇总规则", "rule of aggregation")},
    {"parts", M_LIST, offsetof(Region, parts), M_REQUIRED, 1, 100000, .item = &part_item},
    {"score", M_OBJECT, offsetof(Region, score), .shape = &scale_shape,
     .about = T("各色分值", "score of each colour")},
    {"from", M_OBJECT, offsetof(Region, from), .shape = &scale_shape,
     .about = T("各色的均值下限，blue 为 0", "the mean from which a colour holds; blue 0")},
    {"most_milder", M_INT, offsetof(Region, most_milder), 0, 0, 3, "级",
     .about = T("结果最多比最高等级低几级", "grades the result may be milder than the worst part")},
};
static const Shape region_shape = SHAPE(Region, region_members);

static void check_fall(Run *run, const char *name, const Scale *s)
{
    if (s && !(s->red > s->orange && s->orange > s->yellow && s->yellow > s->blue))
        WRONG(run, name, "order", "应由红至蓝递减", "must fall from red to blue");
}

static void take_scale(Run *run, const Region *in, RiskRegionScale *out)
{
    *out = risk_region_scale;
    const Scale *s = in->score, *f = in->from;
    if (s)
        memcpy(&out->score[RISK_RED], (const double[]){s->red, s->orange, s->yellow, s->blue},
               4 * sizeof(double));
    else run_default(run, "region.score");
    if (f)
        memcpy(&out->from[RISK_RED], (const double[]){f->red, f->orange, f->yellow, f->blue},
               4 * sizeof(double));
    else run_default(run, "region.from");
    if (in->most_milder != INT_ABSENT) out->most_milder = (int)in->most_milder;
}

static void out_scale(JsonOut *out, const char *key, const double *by_colour)
{
    jout_key(out, key);
    jout_open(out);
    for (RiskColour c = RISK_RED; c <= RISK_BLUE; c++) out_num(out, risk_colour_name(c), by_colour[c]);
    jout_close(out);
}

static RiskPart *take_parts(Run *run, const Region *in)
{
    const Part *p = in->parts.items;
    RiskPart *parts = ARENA_ARRAY(run->ctx->arena, RiskPart, in->parts.n);
    for (size_t i = 0; i < in->parts.n && i < 100000; i++) {
        parts[i] = (RiskPart){(RiskColour)p[i].colour,
                              in->rule == RISK_REGION_AREA ? p[i].area_km2 : p[i].population};
        bool weighed = in->rule == RISK_REGION_AREA || in->rule == RISK_REGION_POPULATION;
        if (weighed && isnan(parts[i].weight)) {
            WRONG(run,
                  arena_printf(run->ctx->arena, "parts[%zu].%s", i,
                               in->rule == RISK_REGION_AREA ? "area_km2" : "population"),
                  "required", "必填", "is required");
            return NULL;
        }
    }
    return parts;
}

static void out_region(Run *run, const Region *in, const RiskRegion *r, JsonOut *out)
{
    const Part *p = in->parts.items;
    out_colour(out, r->colour, run->ctx->lang);
    jout_kz(out, "rule", region_rules[in->rule]);
    out_num(out, "score", r->score);
    jout_key(out, "counts");
    jout_open(out);
    for (RiskColour c = RISK_RED; c <= RISK_BLUE; c++)
        jout_ki(out, risk_colour_name(c), (int64_t)r->count[c]);
    jout_ki(out, "none", (int64_t)r->count[RISK_NONE]);
    jout_close(out);
    jout_key(out, "worst_parts");
    jout_open_array(out);
    size_t told = 0;
    for (size_t i = 0; i < in->parts.n && told < 20; i++)
        if (r->worst && p[i].colour == (int)r->worst) {
            jout_str(out, p[i].name);
            told++;
        }
    jout_close_array(out);
    if (r->count[RISK_NONE])
        run_note(run, "%zu 个未评级，未计入", "%zu parts are not graded and left out", r->count[RISK_NONE]);
    if (r->held) run_note(run, "由 most_milder 限定", "held by most_milder");
}

static Rc region(Run *run, const void *v, JsonOut *out)
{
    const Region *in = v;
    RiskRegionScale scale;
    const RiskPart *parts = take_parts(run, in);
    check_fall(run, "score", in->score);
    check_fall(run, "from", in->from);
    if (in->from && in->from->blue != 0) WRONG(run, "from.blue", "range", "应为 0", "must be 0");
    if (run->ctx->err.kind) return run->ctx->err.kind;
    take_scale(run, in, &scale);
    RiskRegion r = risk_region(run->ctx->arena, (RiskRegionRule)in->rule, &scale, parts, in->parts.n);
    if (!r.colour && r.worst)
        return WRONG(run, "parts", "range", "权重合计应大于 0", "the weights must make more than 0");
    out_region(run, in, &r, out);
    if (in->rule == RISK_REGION_WORST) return RC_OK;
    out_scale(out, "scores", scale.score);
    out_scale(out, "from", scale.from);
    return RC_OK;
}
static const Quantity region_out[] = {{"score", "1", {"Σ 分值×权重 ÷ Σ 权重", RISK_PROPOSED}}};

/* ---- dynamic ---- */
typedef struct Fact {
    int source, overdue;
    int64_t grade;
    Str kind, code, title;
} Fact;
typedef struct Rule {
    Str code, kind, reason;
    int source, only_overdue, at_least;
    int64_t grade_from, grade_to, raise;
} Rule;
typedef struct Dynamic {
    int base;
    List facts, rules;
    int64_t max_raise;
} Dynamic;
static const char *const sources[] = {"alarm", "danger", "activity", "weather", NULL};
static const Member fact_members[] = {
    {"source", M_CHOICE, offsetof(Fact, source), M_REQUIRED, .choices = sources},
    {"grade", M_INT, offsetof(Fact, grade), M_REQUIRED, 1, 4, "1",
     .about =
         T("1 最高：报警、气象 1–4；隐患 1 重大、2 一般；作业 1 特级、2 一级、3 二级",
           "1 worst: alarm, weather 1–4; danger 1 major, 2 general; activity 1 special, 2 first, 3 second")},
    {"code", M_TEXT, offsetof(Fact, code), M_REQUIRED},
    {"kind", M_TEXT, offsetof(Fact, kind)},
    {"title", M_TEXT, offsetof(Fact, title)},
    {"overdue", M_FLAG, offsetof(Fact, overdue)},
};
static const Shape fact_shape = SHAPE(Fact, fact_members);
static const Member fact_item = {NULL, M_OBJECT, .shape = &fact_shape};
static const Member rule_members[] = {
    {"code", M_TEXT, offsetof(Rule, code), M_REQUIRED},
    {"source", M_CHOICE, offsetof(Rule, source), M_REQUIRED, .choices = sources},
    {"grade_from", M_INT, offsetof(Rule, grade_from), M_REQUIRED, 1, 4, "1"},
    {"grade_to", M_INT, offsetof(Rule, grade_to), M_REQUIRED, 1, 4, "1"},
    {"kind", M_TEXT, offsetof(Rule, kind)},
    {"only_overdue", M_FLAG, offsetof(Rule, only_overdue)},
    {"at_least", M_CHOICE, offsetof(Rule, at_least), .choices = colours,
     .about = T("不低于此色", "at least this colour")},
    {"raise", M_INT, offsetof(Rule, raise), 0, 1, 3, "级", .about = T("升高级数", "grades to raise by")},
    {"reason", M_TEXT, offsetof(Rule, reason), M_REQUIRED},
};
static const Shape rule_shape = SHAPE(Rule, rule_members);
static const Member rule_item = {NULL, M_OBJECT, .shape = &rule_shape};
static const Member dynamic_members[] = {
    {"static", M_CHOICE, offsetof(Dynamic, base), M_REQUIRED, .choices = colours,
     .about = T("静态等级", "static colour")},
    {"facts", M_LIST, offsetof(Dynamic, facts), M_REQUIRED, 0, 1000, .item = &fact_item,
     .about = T("未恢复的报警、未销号的隐患、进行中的作业、生效的气象预警",
                "active alarms, open dangers, work under way, weather warnings")},
    {"rules", M_LIST, offsetof(Dynamic, rules), 0, 1, 100, .item = &rule_item,
     .about = T("代替缺省规则", "instead of the default rules")},
    {"max_raise", M_INT, offsetof(Dynamic, max_raise), 0, 0, 3, "级", "dynamic.max-raise"},
};
static const Shape dynamic_shape = SHAPE(Dynamic, dynamic_members);

static RiskRules take_rules(Run *run, const Dynamic *in)
{
    const Rule *r = in->rules.items;
    Arena *a = run->ctx->arena;
    RiskRules out = {risk_rules, risk_nrules, (int)in->max_raise};
    if (!in->rules.n) return (void)run_default(run, "dynamic.rules"), out;
    RiskRule *rules = ARENA_ARRAY(a, RiskRule, in->rules.n);
    for (size_t i = 0; i < in->rules.n; i++) {
        const char *reason = str_z(a, r[i].reason);
        if ((r[i].at_least >= 0) == (r[i].raise != INT_ABSENT))
            WRONG(run, arena_printf(a, "rules[%zu].raise", i), "contradiction",
                  "at_least 与 raise 须给出其一", "give either at_least or raise");
        if (r[i].grade_to < r[i].grade_from)
            WRONG(run, arena_printf(a, "rules[%zu].grade_to", i), "range", "小于 grade_from",
                  "is below grade_from");
        rules[i] = (RiskRule){r[i].code,
                              (RiskFactSource)r[i].source,
                              (int)r[i].grade_from,
                              (int)r[i].grade_to,
                              r[i].kind,
                              r[i].only_overdue == 1,
                              (RiskColour)(r[i].at_least + 1),
                              r[i].raise == INT_ABSENT ? 0 : (int)r[i].raise,
                              {reason, reason}};
    }
    out.rules = rules;
    out.n = in->rules.n;
    return out;
}

static RiskFact *take_facts(Run *run, const Dynamic *in)
{
    const Fact *f = in->facts.items;
    RiskFact *facts = ARENA_ARRAY(run->ctx->arena, RiskFact, in->facts.n);
    for (size_t i = 0; i < in->facts.n; i++) {
        facts[i] = (RiskFact){(RiskFactSource)f[i].source, (int)f[i].grade, f[i].kind,
                              f[i].overdue == 1,           f[i].code,       f[i].title};
        for (size_t k = 0; k < i; k++)
            if (f[k].source == f[i].source && str_eq(f[k].code, f[i].code)) {
                WRONG(run, arena_printf(run->ctx->arena, "facts[%zu].code", i), "duplicate", "重复",
                      "stands twice");
                return facts;
            }
    }
    return facts;
}

static void out_reasons(JsonOut *out, const RiskDynamic *d, Lang lang)
{
    jout_key(out, "reasons");
    jout_open_array(out);
    for (size_t i = 0; i < d->nreasons; i++) {
        const RiskReason *r = &d->reasons[i];
        jout_open(out);
        jout_ks(out, "rule", r->rule->code);
        jout_kz(out, "reason", text_in(r->rule->reason, lang));
        jout_kz(out, "source", sources[r->fact->source]);
        jout_ks(out, "code", r->fact->code);
        if (r->fact->title.p) jout_ks(out, "title", r->fact->title);
        if (r->rule->at_least) jout_kz(out, "at_least", risk_colour_name(r->rule->at_least));
        if (r->rule->raise) jout_ki(out, "raise", r->rule->raise);
        jout_close(out);
    }
    jout_close_array(out);
}

static Rc dynamic(Run *run, const void *v, JsonOut *out)
{
    const Dynamic *in = v;
    RiskRules rules = take_rules(run, in);
    const RiskFact *facts = take_facts(run, in);
    if (run->ctx->err.kind) return run->ctx->err.kind;
    RiskDynamic d = risk_dynamic(run->ctx->arena, (RiskColour)(in->base + 1), &rules, facts, in->facts.n);
    out_colour(out, d.colour, run->ctx->lang);
    jout_kz(out, "static", colours[in->base]);
    jout_kb(out, "moved", d.colour != (RiskColour)(in->base + 1));
    jout_ki(out, "raised", d.raised);
    jout_kz(out, "at_least", risk_colour_name(d.floor));
    out_reasons(out, &d, run->ctx->lang);
    return RC_OK;
}
static const Quantity dynamic_out[] = {
    {"raised", "级", {"规则中 raise 之和，不超过 max_raise", RISK_PROPOSED}}};

const RiskCommand command_region = {"region",      T("区域风险汇总", "the colour of a region from its parts"),
                                    &region_shape, region,
                                    region_out,    ARRAY_LEN(region_out)};
const RiskCommand command_dynamic = {"dynamic",      T("动态风险", "a static colour moved by live events"),
                                     &dynamic_shape, dynamic,
                                     dynamic_out,    ARRAY_LEN(dynamic_out)};
