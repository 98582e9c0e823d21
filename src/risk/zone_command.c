/* plume-zones: where a toxic plume keeps a concentration at the ground, as outlines to be drawn. The outline
 * is that of the same formula as `plume`: half width y = σy·√(2·ln(C(x,0)/C)). Between the source and 100 m
 * downwind, where Briggs does not hold, it is drawn straight to the source. Levels come from the input, else
 * from a table of emergency guide values (a default) and, with an exposure time, from the probit of the gas.
 */
#include "command.h"
#include "risk/model.h"
#include "risk/substance.h"

#include <stdlib.h>

static const char *const terrains[] = {"rural", "urban", NULL};
static const char *const stabilities[] = {"A", "B", "C", "D", "E", "F", NULL};

/* ERPG-3, -2, -1 in ppm (1 h); 0: there is none. */
typedef struct Guide {
    const char *cas;
    double molar_g_mol, ppm[3];
} Guide;
static const Guide guides[] = {
    {"7782-50-5", 70.906, {20, 3, 1}},       {"7664-41-7", 17.031, {1500, 150, 25}},
    {"7783-06-4", 34.08, {100, 30, 0.1}},    {"630-08-0", 28.01, {500, 350, 200}},
    {"74-90-8", 27.026, {25, 10, 0}},        {"7647-01-0", 36.461, {150, 20, 3}},
    {"7664-39-3", 20.006, {50, 20, 2}},      {"7446-09-5", 64.066, {25, 3, 0.3}},
    {"10102-44-0", 46.006, {30, 15, 1}},     {"75-44-5", 98.916, {1.5, 0.5, 0}},
    {"107-02-8", 56.063, {1.5, 0.15, 0.05}}, {"71-43-2", 78.112, {1000, 150, 50}},
};
static const Text guide_harm[3] = {
    T("ERPG-3：1 h 不致危及生命的上限", "ERPG-3: above it life is in danger within 1 h"),
    T("ERPG-2：1 h 不致不可逆伤害的上限", "ERPG-2: above it lasting harm within 1 h"),
    T("ERPG-1：1 h 仅轻微不适的上限", "ERPG-1: above it more than slight discomfort within 1 h"),
};

typedef struct Zones {
    int stability, terrain;
    double rate_kg_s, wind_m_s, height_m, minutes;
    Str substance;
    List levels;
} Zones;
enum { LEVELS_MAX = 12, STEPS = 96 };
static const Member mg_item = {NULL, M_NUM, 0, M_ABOVE, 0, 1e9, "mg/m³"};
static const Member zones_members[] = {
    {"class", M_CHOICE, offsetof(Zones, stability), M_REQUIRED, .choices = stabilities,
     .about = T("Pasquill 稳定度", "Pasquill stability class")},
    {"terrain", M_CHOICE, offsetof(Zones, terrain), M_REQUIRED, .choices = terrains,
     .about = T("地形", "terrain")},
    {"rate_kg_s", M_NUM, offsetof(Zones, rate_kg_s), M_REQUIRED | M_ABOVE, 0, 1e6, "kg/s",
     .about = T("释放速率", "rate of release")},
    {"wind_m_s", M_NUM, offsetof(Zones, wind_m_s), M_REQUIRED | M_ABOVE, 0, 60, "m/s",
     .about = T("风速", "wind")},
    {"height_m", M_NUM, offsetof(Zones, height_m), M_REQUIRED, 0, 1000, "m",
     .about = T("释放高度", "height of release")},
    {"substance", M_TEXT, offsetof(Zones, substance),
     .about = T("有毒物质名称或 CAS", "toxic substance by name or CAS")},
    {"minutes", M_NUM, offsetof(Zones, minutes), M_ABOVE, 0, 1e5, "min",
     .about = T("暴露时间，给出时按概率函数画 50%、1% 死亡",
                "exposure; with it 50 % and 1 % lethality by probit")},
    {"levels_mg_m3", M_LIST, offsetof(Zones, levels), 0, 1, LEVELS_MAX, "mg/m³", .item = &mg_item,
     .about = T("自定浓度等级", "levels of your own")},
};
static const Shape zones_shape = SHAPE(Zones, zones_members);

typedef struct Zone {
    double mg_m3, ppm; /* ppm NAN: not known */
    const char *harm, *source;
    RiskMark mark;
} Zone;

static const Guide *guide_of(Str substance, const RiskProbit *probit)
{
    const RiskSubstance *rows[RISK_ROWS];
    size_t found = risk_substance_by_name(substance, rows);
    if (!found) found = risk_substance_by_cas(substance, rows);
    for (size_t i = 0; i < ARRAY_LEN(guides); i++) {
        if (probit && !strcmp(probit->cas, guides[i].cas)) return &guides[i];
        for (size_t r = 0; r < found; r++)
            if (rows[r]->cas && !strcmp(rows[r]->cas, guides[i].cas)) return &guides[i];
    }
    return NULL;
}

static double mg_of(double ppm, double molar)
{
    return ppm / risk_ppm(1e-6, molar);
}

static size_t by_guide(Run *run, const Guide *g, Zone *out)
{
    size_t n = 0;
    run_default(run, "plume.guide");
    for (size_t i = 0; i < ARRAY_LEN(g->ppm); i++)
        if (g->ppm[i] > 0)
            out[n++] = (Zone){mg_of(g->ppm[i], g->molar_g_mol), g->ppm[i],
                              text_in(guide_harm[i], run->ctx->lang), "AIHA ERPG", RISK_REMEMBERED};
    return n;
}

/* C for which the probit gives 50 % (Pr = 5) and 1 % (Pr = 5 + Φ⁻¹(0.01)). */
static size_t by_probit(Run *run, const RiskProbit *p, double minutes, Zone *out)
{
    static const struct {
        double pr;
        const char *share;
    } marks[] = {{5, "50 %"}, {2.673652126, "1 %"}};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        double ppm = exp(((marks[i].pr - p->a) / p->b - log(minutes)) / p->n);
        const char *harm =
            run->ctx->lang == LANG_EN
                ? arena_printf(run->ctx->arena, "%s lethal after %g min", marks[i].share, minutes)
                : arena_printf(run->ctx->arena, "暴露 %g min，%s 死亡", minutes, marks[i].share);
        out[i] = (Zone){mg_of(ppm, p->molar_g_mol), ppm, harm, risk_source_probit_ppm.text,
                        risk_source_probit_ppm.mark};
    }
    return ARRAY_LEN(marks);
}

static size_t own_levels(const Zones *in, Zone *out)
{
    for (size_t i = 0; i < in->levels.n; i++)
        out[i] = (Zone){((const double *)in->levels.items)[i], NAN, NULL, "输入", RISK_CORROBORATED};
    return in->levels.n;
}

static size_t choose_levels(Run *run, const Zones *in, Zone *out)
{
    size_t n = 0;
    if (in->levels.n) return own_levels(in, out);
    if (!in->substance.p)
        return WRONG(run, "substance", "required", "须给出 substance 或 levels_mg_m3",
                     "give substance or levels_mg_m3"),
               0;
    const RiskProbit *p = risk_probit_find(risk_probit_ppm, risk_nprobit_ppm, in->substance);
    const Guide *g = guide_of(in->substance, p);
    if (!p && !g)
        WRONG(run, "substance", "reference", "没有此物质的毒性数据，请给出 levels_mg_m3",
              "there are no toxic data of it: give levels_mg_m3");
    if (!p && g && !isnan(in->minutes))
        WRONG(run, "minutes", "contradiction", "没有此物质的概率函数", "there is no probit of it");
    if (run->ctx->err.kind) return 0;
    if (p && !isnan(in->minutes)) n = by_probit(run, p, in->minutes, out);
    if (g) n += by_guide(run, g, out + n);
    if (!n) WRONG(run, "minutes", "required", "此物质须给出暴露时间", "an exposure is needed for it");
    return n;
}

static double centre_mg(const RiskPlume *p, double x)
{
    return risk_plume_kg_m3(p, x, 0, 0) * 1e6;
}

static double step_x(int i)
{
    return RISK_PLUME_X_MIN * pow(RISK_PLUME_X_MAX / RISK_PLUME_X_MIN, (double)i / STEPS);
}

/* The last place downwind at the level, between steps by halving; NAN: nowhere from 100 m on. */
static double reach(const RiskPlume *p, double mg)
{
    int last = -1;
    for (int i = 0; i <= STEPS; i++)
        if (centre_mg(p, step_x(i)) >= mg) last = i;
    if (last < 0) return NAN;
    if (last == STEPS) return RISK_PLUME_X_MAX;
    double near = step_x(last), far = step_x(last + 1);
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (near + far);
        if (centre_mg(p, middle) >= mg) near = middle;
        else far = middle;
    }
    return 0.5 * (near + far);
}

static double half_width(const RiskPlume *p, double x, double mg)
{
    double over = centre_mg(p, x) / mg;
    return over > 1 ? risk_sigma_y(p->terrain, p->stability, x) * sqrt(2 * log(over)) : 0;
}

static void corner(JsonOut *out, double x, double y)
{
    jout_open_array(out);
    jout_f64(out, risk_round9(x));
    jout_f64(out, risk_round9(y));
    jout_close_array(out);
}

/* Out on one side, back on the other, denser towards the tip; the first and the last corner are the source.
 */
static double outline(const RiskPlume *p, double mg, double far, JsonOut *out)
{
    double x[STEPS + 1], y[STEPS + 1], widest = 0;
    for (int i = 0; i <= STEPS; i++) {
        x[i] = i == STEPS ? far : RISK_PLUME_X_MIN + (far - RISK_PLUME_X_MIN) * sin(M_PI_2 * i / STEPS);
        y[i] = half_width(p, x[i], mg);
        widest = fmax(widest, y[i]);
    }
    jout_key(out, "outline");
    jout_open_array(out);
    corner(out, 0, 0);
    for (int i = 0; i <= STEPS; i++) corner(out, x[i], y[i]);
    for (int i = STEPS; i >= 0; i--) corner(out, x[i], -y[i]);
    corner(out, 0, 0);
    jout_close_array(out);
    return 2 * widest;
}

static void out_zone(const RiskPlume *p, const Zone *z, JsonOut *out)
{
    double far = reach(p, z->mg_m3);
    jout_open(out);
    out_num(out, "mg_m3", z->mg_m3);
    if (!isnan(z->ppm)) out_num(out, "ppm", z->ppm);
    if (z->harm) jout_kz(out, "harm", z->harm);
    jout_kz(out, "source", z->source);
    jout_kz(out, "mark", risk_mark_name(z->mark));
    out_num(out, "reach_m", far);
    jout_kb(out, "beyond", far >= RISK_PLUME_X_MAX);
    if (!isnan(far)) out_num(out, "width_m", outline(p, z->mg_m3, far, out));
    jout_close(out);
}

static int higher_first(const void *a, const void *b)
{
    const Zone *x = a, *y = b;
    return x->mg_m3 < y->mg_m3 ? 1 : x->mg_m3 > y->mg_m3 ? -1 : 0;
}

static Rc plume_zones(Run *run, const void *v, JsonOut *out)
{
    const Zones *in = v;
    Zone zones[LEVELS_MAX + 5];
    const RiskPlume p = {(RiskTerrain)in->terrain, in->stability, in->rate_kg_s, in->wind_m_s, in->height_m};
    size_t n = choose_levels(run, in, zones);
    if (run->ctx->err.kind) return run->ctx->err.kind;
    qsort(zones, n, sizeof zones[0], higher_first);
    jout_key(out, "zones");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) out_zone(&p, &zones[i], out);
    jout_close_array(out);
    run_note(run, "高斯烟羽仅用于筛查；氯、液化石油气、液化天然气等重气须用重气模型复核",
             "a Gaussian plume only screens; dense gases (chlorine, LPG, LNG) need a dense-gas model");
    run_note(run, "100 m 以内公式不适用，轮廓直连泄漏点；最远画到 10 km",
             "within 100 m the formula does not hold and the outline runs straight to the source; it ends at "
             "10 km");
    return RC_OK;
}
static const Quantity zones_out[] = {
    {"zones.mg_m3", "mg/m³", {"ppm·M/24.45（25 ℃）", RISK_CORROBORATED}},
    {"zones.ppm", "ppm", {"各等级自带来源", RISK_CORROBORATED}},
    {"zones.reach_m", "m", {"高斯烟羽地面轴线浓度反解，Briggs，100 m 至 10 km", RISK_CORROBORATED}},
    {"zones.width_m", "m", {"2σy·√(2·ln(C轴/C)) 的最大值", RISK_CORROBORATED}},
    {"zones.outline", "m", {"x 下风向、y 横风向", RISK_CORROBORATED}},
};

const RiskCommand command_plume_zones = {"plume-zones", T("有毒烟羽影响范围", "zones of a toxic plume"),
                                         &zones_shape,  plume_zones,
                                         zones_out,     ARRAY_LEN(zones_out)};
