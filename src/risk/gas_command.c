/* plume and probit as commands. */
#include "command.h"
#include "risk/model.h"

static const char *const terrains[] = {"rural", "urban", NULL};
static const char *const stabilities[] = {"A", "B", "C", "D", "E", "F", NULL};

typedef struct Plume {
    int stability, terrain;
    double rate_kg_s, wind_m_s, height_m, x_m, y_m, z_m, molar;
} Plume;
static const Member plume_members[] = {
    {"class", M_CHOICE, offsetof(Plume, stability), M_REQUIRED, .choices = stabilities,
     .about = T("Pasquill 稳定度", "Pasquill stability class")},
    {"terrain", M_CHOICE, offsetof(Plume, terrain), M_REQUIRED, .choices = terrains},
    {"rate_kg_s", M_NUM, offsetof(Plume, rate_kg_s), M_REQUIRED | M_ABOVE, 0, 1e6, "kg/s"},
    {"wind_m_s", M_NUM, offsetof(Plume, wind_m_s), M_REQUIRED | M_ABOVE, 0, 60, "m/s"},
    {"height_m", M_NUM, offsetof(Plume, height_m), M_REQUIRED, 0, 1000, "m",
     .about = T("释放高度", "height of release")},
    {"x_m", M_NUM, offsetof(Plume, x_m), M_REQUIRED, RISK_PLUME_X_MIN, RISK_PLUME_X_MAX, "m",
     .about = T("下风向", "downwind")},
    {"y_m", M_NUM, offsetof(Plume, y_m), M_REQUIRED, -1e5, 1e5, "m", .about = T("横风向", "crosswind")},
    {"z_m", M_NUM, offsetof(Plume, z_m), M_REQUIRED, 0, 5000, "m"},
    {"molar_g_mol", M_NUM, offsetof(Plume, molar), M_ABOVE, 0, 1000, "g/mol",
     .about = T("摩尔质量，给出时输出 ppm", "for ppm")},
};
static const Shape plume_shape = SHAPE(Plume, plume_members);

static Rc plume(Run *run, const void *v, JsonOut *out)
{
    const Plume *in = v;
    const RiskPlume p = {(RiskTerrain)in->terrain, in->stability, in->rate_kg_s, in->wind_m_s, in->height_m};
    double c = risk_plume_kg_m3(&p, in->x_m, in->y_m, in->z_m);
    out_num(out, "kg_m3", c);
    out_num(out, "mg_m3", c * 1e6);
    if (!isnan(in->molar)) out_num(out, "ppm", risk_ppm(c, in->molar));
    out_num(out, "sigma_y_m", risk_sigma_y(p.terrain, p.stability, in->x_m));
    out_num(out, "sigma_z_m", risk_sigma_z(p.terrain, p.stability, in->x_m));
    run_note(run, "高斯烟羽仅用于筛查；氯、液化石油气、液化天然气等重气须用重气模型复核",
             "a Gaussian plume only screens; dense gases (chlorine, LPG, LNG) need a dense-gas model");
    return RC_OK;
}
static const Quantity plume_out[] = {
    {"kg_m3", "kg/m³", {"高斯烟羽，地面全反射", RISK_CORROBORATED}},
    {"mg_m3", "mg/m³", {"1 kg/m³ = 1e6 mg/m³", RISK_CORROBORATED}},
    {"ppm", "ppm", {"mg/m³ × 24.45/M（25 ℃）", RISK_CORROBORATED}},
    {"sigma_y_m", "m", {"Briggs 扩散参数，100 m ≤ x ≤ 10 km", RISK_CORROBORATED}},
    {"sigma_z_m", "m", {"Briggs 扩散参数，100 m ≤ x ≤ 10 km", RISK_CORROBORATED}},
};

/* ---- probit ---- */
enum { BY_PPM, BY_MG, BY_HEAT, BY_BLAST, BY_COUNT };
typedef struct Probit {
    Str substance;
    double dose[BY_COUNT], minutes, seconds, a, b, n;
    int model;
} Probit;
static const char *const doses[] = {"ppm", "mg_m3", "kw_m2", "kpa"};
static const char *const probit_models[] = {"eisenberg", "tsao-perry", "lees", "purple-book",
                                            "lung",      "building",   NULL};
static const Member probit_members[] = {
    {"substance", M_TEXT, offsetof(Probit, substance), .about = T("物质（ppm、mg_m3）", "for ppm and mg_m3")},
    {"ppm", M_NUM, offsetof(Probit, dose[BY_PPM]), M_ABOVE, 0, 1e6, "ppm"},
    {"mg_m3", M_NUM, offsetof(Probit, dose[BY_MG]), M_ABOVE, 0, 1e9, "mg/m³"},
    {"kw_m2", M_NUM, offsetof(Probit, dose[BY_HEAT]), M_ABOVE, 0, 1e4, "kW/m²"},
    {"kpa", M_NUM, offsetof(Probit, dose[BY_BLAST]), M_ABOVE, 0, 1e6, "kPa"},
    {"minutes", M_NUM, offsetof(Probit, minutes), M_ABOVE, 0, 1e5, "min",
     .about = T("暴露时间（ppm、mg_m3）", "exposure, for ppm and mg_m3")},
    {"seconds", M_NUM, offsetof(Probit, seconds), M_ABOVE, 0, 1e5, "s",
     .about = T("暴露时间（kw_m2）", "exposure, for kw_m2")},
    {"model", M_CHOICE, offsetof(Probit, model), .choices = probit_models,
     .about = T("概率函数（kw_m2、kpa）", "for kw_m2 and kpa")},
    {"a", M_NUM, offsetof(Probit, a), 0, -1e4, 1e4, "1",
     .about = T("自定系数，a、b、n 同时给出", "coefficients of your own: a, b and n together")},
    {"b", M_NUM, offsetof(Probit, b), M_ABOVE, 0, 1e4, "1"},
    {"n", M_NUM, offsetof(Probit, n), M_ABOVE, 0, 100, "1"},
};
static const Shape probit_shape = SHAPE(Probit, probit_members);

/* Heat: dose t·q^(4/3); blast: dose p. scale: from our unit to that of the function. */
static const struct {
    int by;
    double a, b, n, scale;
    const char *unit;
    RiskSource source;
} models[] = {
    {BY_HEAT, -14.9, 2.56, 4.0 / 3, 1, "kW/m²", {"Eisenberg 热辐射概率函数", RISK_CORROBORATED}},
    {BY_HEAT, -12.8, 2.56, 4.0 / 3, 1, "kW/m²", {"Tsao–Perry 热辐射概率函数", RISK_CORROBORATED}},
    {BY_HEAT, -10.7, 1.99, 4.0 / 3, 1, "kW/m²", {"Lees 热辐射概率函数", RISK_CORROBORATED}},
    {BY_HEAT, -36.38, 2.56, 4.0 / 3, 1000, "W/m²", {"CPR 18E（紫皮书）热辐射概率函数", RISK_CORROBORATED}},
    {BY_BLAST, -77.1, 6.91, 1, 1000, "Pa", {"Eisenberg 肺出血概率函数", RISK_CORROBORATED}},
    {BY_BLAST, 1.47, 1.37, 1, 0.1450377377, "psi", {"HSC 建筑物内人员概率函数", RISK_CORROBORATED}},
};

static int only_dose(Run *run, const Probit *in)
{
    int by = -1;
    for (int i = 0; i < BY_COUNT; i++) {
        if (isnan(in->dose[i])) continue;
        if (by >= 0) WRONG(run, doses[i], "contradiction", "与 %s 只能取其一", "stands beside %s", doses[by]);
        by = i;
    }
    if (by < 0)
        WRONG(run, "ppm", "required", "须给出 ppm、mg_m3、kw_m2、kpa 之一",
              "give one of ppm, mg_m3, kw_m2, kpa");
    return by;
}

static void need(Run *run, const char *member, bool given, bool wanted)
{
    if (wanted && !given) WRONG(run, member, "required", "必填", "is required");
    if (!wanted && given)
        WRONG(run, member, "contradiction", "与所给剂量不相配", "does not belong to the dose that is given");
}

typedef struct Function {
    double a, b, n, scale;
    const char *unit;
    RiskSource source;
} Function;

static bool take_function(Run *run, const Probit *in, int by, Function *f)
{
    bool gas = by == BY_PPM || by == BY_MG, own = !isnan(in->a) || !isnan(in->b) || !isnan(in->n);
    if (own) {
        need(run, "a", !isnan(in->a), true);
        need(run, "b", !isnan(in->b), true);
        need(run, "n", !isnan(in->n), true);
        need(run, "model", in->model >= 0, false);
        *f = (Function){in->a, in->b, in->n, 1, NULL, {"输入 a、b、n", RISK_CORROBORATED}};
        return true;
    }
    need(run, "substance", in->substance.p, gas);
    need(run, "model", in->model >= 0, !gas);
    if (run->ctx->err.kind) return false;
    if (gas) {
        const RiskProbit *t = by == BY_PPM ? risk_probit_ppm : risk_probit_mg;
        const RiskProbit *p =
            risk_probit_find(t, by == BY_PPM ? risk_nprobit_ppm : risk_nprobit_mg, in->substance);
        if (!p) {
            WRONG(run, "substance", "reference", "没有此物质以 %s 计的概率函数", "has no probit in %s",
                  doses[by]);
            return false;
        }
        *f = (Function){p->a, p->b, p->n,
                        1,    NULL, by == BY_PPM ? risk_source_probit_ppm : risk_source_probit_mg};
        return true;
    }
    if (models[in->model].by != by)
        WRONG(run, "model", "contradiction", "不用于 %s", "is not for %s", doses[by]);
    *f = (Function){models[in->model].a,     models[in->model].b,    models[in->model].n,
                    models[in->model].scale, models[in->model].unit, models[in->model].source};
    return true;
}

static Rc probit(Run *run, const void *v, JsonOut *out)
{
    const Probit *in = v;
    Function f;
    int by = only_dose(run, in);
    if (by < 0) return run->ctx->err.kind;
    need(run, "minutes", !isnan(in->minutes), by == BY_PPM || by == BY_MG);
    need(run, "seconds", !isnan(in->seconds), by == BY_HEAT);
    if (!take_function(run, in, by, &f) || run->ctx->err.kind) return run->ctx->err.kind;
    double t = by == BY_HEAT ? in->seconds : by == BY_BLAST ? 1 : in->minutes;
    double pr = risk_probit(f.a, f.b, f.n, in->dose[by] * f.scale, t);
    out_num(out, "pr", pr);
    out_num(out, "probability", risk_probability(pr));
    out_num(out, "a", f.a);
    out_num(out, "b", f.b);
    out_num(out, "n", f.n);
    jout_kz(out, "dose_unit",
            f.unit          ? f.unit
            : by == BY_PPM  ? "ppm"
            : by == BY_MG   ? "mg/m³"
            : by == BY_HEAT ? "kW/m²"
                            : "kPa");
    out_source(out, "function", f.source);
    return RC_OK;
}
static const Quantity probit_out[] = {
    {"pr", "1", {"Pr = a + b·ln(Cⁿ·t)", RISK_CORROBORATED}},
    {"probability", "1", {"P = Φ(Pr − 5)", RISK_CORROBORATED}},
};

const RiskCommand command_plume = {
    "plume",      T("高斯烟羽浓度（Briggs）", "concentration of a Gaussian plume with Briggs"),
    &plume_shape, plume,
    plume_out,    ARRAY_LEN(plume_out)};
const RiskCommand command_probit = {"probit",      T("概率函数：死亡概率", "probability of death by probit"),
                                    &probit_shape, probit,
                                    probit_out,    ARRAY_LEN(probit_out)};
