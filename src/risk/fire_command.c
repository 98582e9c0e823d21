/* blast, fireball and pool-fire as commands. */
#include "command.h"
#include "risk/model.h"

/* Rings: where a level is reached. Levels come from the input or from a table of ours that is a default. */
typedef struct Level {
    double value;
    Text harm;
} Level;
static const Level blast_levels[] = {
    {100, T("致死", "lethal")},
    {50, T("砖墙倒塌", "collapse of brick walls")},
    {20, T("建筑物严重破坏", "serious damage to buildings")},
    {7, T("房屋轻微损坏", "minor damage to houses")},
    {2, T("玻璃破碎", "glass breaks")},
};
static const Level heat_levels[] = {
    {37.5, T("设备损坏，1 min 内 100% 死亡", "equipment damaged, lethal to all in 1 min")},
    {25, T("重伤，无引燃木材起火", "serious burns, wood ignites by itself")},
    {12.5, T("有引燃木材起火，1 min 内 1% 死亡", "wood ignites with a pilot, lethal to 1 % in 1 min")},
    {4, T("20 s 感觉疼痛", "pain in 20 s")},
    {1.6, T("长时间无伤害", "no harm")},
};

typedef double (*Radius)(const void *of, double level);

static void out_rings(Run *run, JsonOut *out, const char *unit_key, const List *own, const Level *table,
                      size_t n, Radius radius, const void *of)
{
    jout_key(out, "rings");
    jout_open_array(out);
    for (size_t i = 0; i < (own->n ? own->n : n); i++) {
        double level = own->n ? ((const double *)own->items)[i] : table[i].value;
        jout_open(out);
        out_num(out, unit_key, level);
        out_num(out, "radius_m", radius(of, level));
        if (!own->n) jout_kz(out, "harm", text_in(table[i].harm, run->ctx->lang));
        jout_close(out);
    }
    jout_close_array(out);
}

#define LEVELS_MAX 20
static const Member kpa_item = {NULL, M_NUM, 0, M_ABOVE, 0, 1e6, "kPa"};
static const Member kw_item = {NULL, M_NUM, 0, M_ABOVE, 0, 1e4, "kW/m²"};

/* ---- blast ---- */
typedef struct Blast {
    double tnt_kg, fuel_kg, heat_mj_kg, yield, tnt_mj_kg, ground, distance_m, ambient_kpa;
    List levels;
} Blast;
static const Member blast_members[] = {
    {"tnt_kg", M_NUM, offsetof(Blast, tnt_kg), M_ABOVE, 0, 1e9, "kg", .about = T("TNT 质量", "mass of TNT")},
    {"fuel_kg", M_NUM, offsetof(Blast, fuel_kg), M_ABOVE, 0, 1e9, "kg",
     .about = T("可燃物质量，代替 tnt_kg", "mass of fuel, instead of tnt_kg")},
    {"heat_mj_kg", M_NUM, offsetof(Blast, heat_mj_kg), M_ABOVE, 0, 1000, "MJ/kg",
     .about = T("燃烧热", "heat of combustion")},
    {"yield", M_NUM, offsetof(Blast, yield), M_ABOVE, 0, 1, "1", .about = T("TNT 当量系数", "yield")},
    {"tnt_mj_kg", M_NUM, offsetof(Blast, tnt_mj_kg), 0, 4, 5, "MJ/kg", "blast.tnt-heat",
     .about = T("TNT 爆热", "heat of TNT")},
    {"ground_factor", M_NUM, offsetof(Blast, ground), 0, 1, 2, "1", "blast.ground-factor",
     .about = T("地面爆炸系数", "factor of a burst on the ground")},
    {"distance_m", M_NUM, offsetof(Blast, distance_m), M_ABOVE, 0, 1e6, "m",
     .about = T("目标距离；不给时只算各等级半径", "of a target; without it only the radii are computed")},
    {"ambient_kpa", M_NUM, offsetof(Blast, ambient_kpa), 0, 30, 120, "kPa", "blast.ambient",
     .about = T("环境气压", "ambient pressure")},
    {"levels_kpa", M_LIST, offsetof(Blast, levels), 0, 1, LEVELS_MAX, "kPa", .item = &kpa_item,
     .about = T("自定超压等级", "levels of your own")},
};
static const Shape blast_shape = SHAPE(Blast, blast_members);

static double blast_radius(const void *of, double kpa)
{
    const Blast *b = of;
    return risk_blast_radius(b->tnt_kg, kpa, b->ambient_kpa);
}

static Rc blast(Run *run, const void *v, JsonOut *out)
{
    Blast in = *(const Blast *)v;
    bool fuel = !isnan(in.fuel_kg);
    if (fuel == !isnan(in.tnt_kg))
        WRONG(run, "tnt_kg", fuel ? "contradiction" : "required", "须给出 tnt_kg 或 fuel_kg 之一",
              "give either tnt_kg or fuel_kg");
    if (fuel && isnan(in.heat_mj_kg)) WRONG(run, "heat_mj_kg", "required", "必填", "is required");
    if (!fuel && !isnan(in.heat_mj_kg))
        WRONG(run, "heat_mj_kg", "contradiction", "只与 fuel_kg 同用", "stands with fuel_kg");
    if (!fuel && !isnan(in.yield))
        WRONG(run, "yield", "contradiction", "只与 fuel_kg 同用", "stands with fuel_kg");
    if (run->ctx->err.kind) return run->ctx->err.kind;
    if (fuel)
        in.tnt_kg = risk_tnt_kg(in.fuel_kg, in.heat_mj_kg,
                                isnan(in.yield) ? run_default(run, "blast.yield") : in.yield, in.tnt_mj_kg);
    in.tnt_kg *= in.ground;
    double z = in.distance_m / cbrt(in.tnt_kg);
    if (!isnan(z) && !(z >= RISK_BLAST_Z_MIN && z <= RISK_BLAST_Z_MAX))
        return WRONG(run, "distance_m", "range", "比例距离 %g m/kg^⅓ 超出公式适用范围 0.05 至 40",
                     "the scaled distance %g m/kg^⅓ is outside the formula's 0.05 to 40", z);
    if (!isnan(z)) out_num(out, "kpa", risk_blast_kpa(in.tnt_kg, in.distance_m, in.ambient_kpa));
    out_num(out, "tnt_kg", in.tnt_kg);
    if (!isnan(z)) out_num(out, "z", z);
    if (!in.levels.n) run_default(run, "blast.levels");
    out_rings(run, out, "kpa", &in.levels, blast_levels, ARRAY_LEN(blast_levels), blast_radius, &in);
    return RC_OK;
}
static const Quantity blast_out[] = {
    {"kpa", "kPa", {"Kinney–Graham 峰值超压公式，0.05 ≤ Z ≤ 40", RISK_CORROBORATED}},
    {"tnt_kg", "kg", {"W = η·m·ΔHc/E_TNT", RISK_CORROBORATED}},
    {"z", "m/kg^⅓", {"Z = r/W^⅓", RISK_CORROBORATED}},
    {"rings.radius_m", "m", {"Kinney–Graham 公式反解", RISK_CORROBORATED}},
};

/* ---- fireball ---- */
typedef struct Fireball {
    double kg, heat_mj_kg, fraction, tau, distance_m;
    int model;
    List levels;
} Fireball;
static const char *const fireball_models[] = {"ccps", "tno", NULL};
static const Member fireball_members[] = {
    {"kg", M_NUM, offsetof(Fireball, kg), M_REQUIRED | M_ABOVE, 0, 1e8, "kg",
     .about = T("可燃物质量", "mass of fuel")},
    {"model", M_CHOICE, offsetof(Fireball, model), .fallback = "fireball.model", .choices = fireball_models,
     .about = T("火球模型", "model of the fireball")},
    {"heat_mj_kg", M_NUM, offsetof(Fireball, heat_mj_kg), M_ABOVE, 0, 1000, "MJ/kg",
     .about = T("燃烧热，给出时计算热辐射", "heat of combustion, for the radiation")},
    {"fraction", M_NUM, offsetof(Fireball, fraction), M_ABOVE, 0, 1, "1",
     .about = T("辐射分数", "fraction radiated")},
    {"transmissivity", M_NUM, offsetof(Fireball, tau), M_ABOVE, 0, 1, "1",
     .about = T("大气透射率", "transmissivity of the air")},
    {"distance_m", M_NUM, offsetof(Fireball, distance_m), 0, 0, 1e5, "m",
     .about = T("地面目标至火球正下方的距离", "from the target to the point below the fireball")},
    {"levels_kw_m2", M_LIST, offsetof(Fireball, levels), 0, 1, LEVELS_MAX, "kW/m²", .item = &kw_item,
     .about = T("自定热辐射等级", "levels of your own")},
};
static const Shape fireball_shape = SHAPE(Fireball, fireball_members);

typedef struct Ball {
    RiskFireball f;
    double emissive, tau;
} Ball;
static double ball_radius(const void *of, double level)
{
    const Ball *b = of;
    return risk_fireball_radius(&b->f, b->emissive, b->tau, level);
}

static Rc fireball(Run *run, const void *v, JsonOut *out)
{
    const Fireball *in = v;
    bool heat = !isnan(in->heat_mj_kg);
    const struct {
        const char *name;
        bool given;
    } with_heat[] = {{"fraction", !isnan(in->fraction)},
                     {"transmissivity", !isnan(in->tau)},
                     {"distance_m", !isnan(in->distance_m)},
                     {"levels_kw_m2", in->levels.n > 0}};
    for (size_t i = 0; i < ARRAY_LEN(with_heat) && !heat; i++)
        if (with_heat[i].given)
            WRONG(run, with_heat[i].name, "contradiction", "只与 heat_mj_kg 同用", "stands with heat_mj_kg");
    if (run->ctx->err.kind) return run->ctx->err.kind;
    Ball b = {.f = risk_fireball(in->kg, (RiskFireballModel)in->model)};
    out_num(out, "diameter_m", b.f.diameter_m);
    out_num(out, "duration_s", b.f.duration_s);
    out_num(out, "height_m", b.f.height_m);
    jout_kz(out, "model", fireball_models[in->model]);
    if (!heat) return RC_OK;
    double fraction = isnan(in->fraction) ? run_default(run, "fireball.fraction") : in->fraction;
    b.tau = isnan(in->tau) ? run_default(run, "fire.transmissivity") : in->tau;
    b.emissive = risk_fireball_emissive(&b.f, in->kg, in->heat_mj_kg, fraction);
    out_num(out, "emissive_kw_m2", b.emissive);
    if (!isnan(in->distance_m))
        out_num(out, "flux_kw_m2", risk_fireball_flux(&b.f, b.emissive, b.tau, in->distance_m));
    if (!in->levels.n) run_default(run, "fire.levels");
    out_rings(run, out, "kw_m2", &in->levels, heat_levels, ARRAY_LEN(heat_levels), ball_radius, &b);
    return RC_OK;
}
static const Quantity fireball_out[] = {
    {"diameter_m", "m", {"D = 5.8·m^⅓（TNO：6.48·m^0.325）", RISK_REMEMBERED}},
    {"duration_s",
     "s",
     {"t = 0.45·m^⅓（m < 30 t），2.6·m^⅙（m ≥ 30 t）；TNO：0.852·m^0.26", RISK_REMEMBERED}},
    {"height_m", "m", {"H = 0.75·D", RISK_REMEMBERED}},
    {"emissive_kw_m2", "kW/m²", {"E = R·m·ΔHc/(π·D²·t)", RISK_REMEMBERED}},
    {"flux_kw_m2", "kW/m²", {"q = τ·E·(D/2)²/(H² + x²)", RISK_REMEMBERED}},
    {"rings.radius_m", "m", {"同上反解", RISK_REMEMBERED}},
};

/* ---- pool-fire ---- */
static const struct {
    double m_inf, kb, heat_mj_kg; /* kb 0: no rise with diameter */
} fuels[] = {{0.055, 2.1, NAN}, {0.078, 1.1, NAN}, {0.085, 2.7, 40.15}, {0.015, 0, NAN}};
static const char *const fuel_names[] = {"gasoline", "lng", "benzene", "methanol", NULL};
static const char *const sep_models[] = {"mudan", "fraction", NULL};
typedef struct Pool {
    double diameter_m, burning, wind_m_s, air_kg_m3, viscosity, heat_mj_kg, fs, soot, x_m, vapour_pa, tau;
    int fuel, sep;
    List levels;
} Pool;
static const Member pool_members[] = {
    {"diameter_m", M_NUM, offsetof(Pool, diameter_m), M_REQUIRED | M_ABOVE, 0, 500, "m",
     .about = T("液池直径", "diameter of the pool")},
    {"fuel", M_CHOICE, offsetof(Pool, fuel), .choices = fuel_names, .about = T("燃料", "fuel")},
    {"burning_kg_m2_s", M_NUM, offsetof(Pool, burning), M_ABOVE, 0, 1, "kg/(m²·s)",
     .about = T("燃烧速率，代替 fuel", "burning flux, instead of fuel")},
    {"wind_m_s", M_NUM, offsetof(Pool, wind_m_s), M_REQUIRED, 0, 60, "m/s", .about = T("风速", "wind")},
    {"air_kg_m3", M_NUM, offsetof(Pool, air_kg_m3), 0, 0.5, 2, "kg/m³", "pool.air-density",
     .about = T("空气密度", "density of the air")},
    {"viscosity_m2_s", M_NUM, offsetof(Pool, viscosity), M_ABOVE, 0, 1e-3, "m²/s",
     .about = T("空气运动黏度", "kinematic viscosity of the air")},
    {"sep", M_CHOICE, offsetof(Pool, sep), .fallback = "pool.sep", .choices = sep_models,
     .about = T("表面辐射通量模型", "model of the surface emissive power")},
    {"heat_mj_kg", M_NUM, offsetof(Pool, heat_mj_kg), M_ABOVE, 0, 1000, "MJ/kg",
     .about = T("燃烧热（fraction 模型）", "heat of combustion, for fraction")},
    {"fs", M_NUM, offsetof(Pool, fs), M_ABOVE, 0, 1, "1",
     .about = T("辐射分数（fraction 模型）", "fraction radiated")},
    {"soot", M_NUM, offsetof(Pool, soot), 0, 0, 1, "1",
     .about = T("黑烟覆盖率（fraction 模型）", "share covered by soot")},
    {"distance_m", M_NUM, offsetof(Pool, x_m), M_ABOVE, 0, 1e5, "m",
     .about = T("目标至液池中心", "from the target to the pool's centre")},
    {"vapour_pa", M_NUM, offsetof(Pool, vapour_pa), M_ABOVE, 0, 1e5, "Pa",
     .about = T("水蒸气分压，用于透射率", "vapour pressure of water, for the transmissivity")},
    {"transmissivity", M_NUM, offsetof(Pool, tau), M_ABOVE, 0, 1, "1",
     .about = T("大气透射率", "transmissivity of the air")},
    {"levels_kw_m2", M_LIST, offsetof(Pool, levels), 0, 1, LEVELS_MAX, "kW/m²", .item = &kw_item,
     .about = T("自定热辐射等级", "levels of your own")},
};
static const Shape pool_shape = SHAPE(Pool, pool_members);

static void check_pool(Run *run, const Pool *in)
{
    if ((in->fuel >= 0) == !isnan(in->burning))
        WRONG(run, "fuel", "required", "须给出 fuel 或 burning_kg_m2_s 之一",
              "give either fuel or burning_kg_m2_s");
    if (in->sep == 1 && isnan(in->heat_mj_kg) && (in->fuel < 0 || isnan(fuels[in->fuel].heat_mj_kg)))
        WRONG(run, "heat_mj_kg", "required", "必填", "is required");
    if (in->sep == 0 && (!isnan(in->fs) || !isnan(in->soot)))
        WRONG(run, isnan(in->fs) ? "soot" : "fs", "contradiction", "只与 sep = fraction 同用",
              "stands with sep = fraction");
    if (!isnan(in->x_m) && in->x_m <= in->diameter_m / 2)
        WRONG(run, "distance_m", "range", "应大于液池半径", "must be beyond the pool's edge");
    if (!isnan(in->tau) && !isnan(in->vapour_pa))
        WRONG(run, "transmissivity", "contradiction", "与 vapour_pa 只能取其一", "stands beside vapour_pa");
    double px = in->vapour_pa * (in->x_m - in->diameter_m / 2);
    if (!isnan(in->vapour_pa) && isnan(in->x_m))
        WRONG(run, "vapour_pa", "contradiction", "只与 distance_m 同用", "stands with distance_m");
    if (px <= 1e4 || px >= 1e5)
        WRONG(run, "vapour_pa", "range", "p·x = %g Pa·m 超出公式适用范围 1e4 至 1e5",
              "p·x = %g Pa·m is outside the formula's 1e4 to 1e5", px);
}

static double pool_tau(Run *run, const Pool *in)
{
    if (!isnan(in->tau)) return in->tau;
    if (!isnan(in->vapour_pa)) return risk_transmissivity(in->vapour_pa, in->x_m - in->diameter_m / 2);
    return run_default(run, "fire.transmissivity");
}

static double pool_sep(Run *run, const Pool *in, double burning, double slender, JsonOut *out)
{
    if (in->sep == 0) return risk_pool_sep_mudan(in->diameter_m);
    double heat = isnan(in->heat_mj_kg) ? fuels[in->fuel].heat_mj_kg : in->heat_mj_kg;
    double most =
        risk_pool_sep_max(isnan(in->fs) ? run_default(run, "pool.fs") : in->fs, burning, heat, slender);
    out_num(out, "sep_max_kw_m2", most);
    return risk_pool_sep(most, isnan(in->soot) ? run_default(run, "pool.soot") : in->soot);
}

typedef struct Flame {
    double radius_m, length_m, tilt, sep, tau;
} Flame;

static double flame_flux(const Flame *f, double x)
{
    return f->tau * f->sep * risk_view_tilted(f->radius_m, f->length_m, f->tilt, x);
}

/* Leeward, from the pool's centre. The view factor falls with distance, so the level is met once; NAN when it
 * is not reached outside the pool and the tilted flame. */
#define FLAME_FAR 5e4
static double flame_radius(const void *of, double level)
{
    const Flame *f = of;
    double near = fmax(f->radius_m, f->length_m * sin(f->tilt)) * (1 + 1e-6), far = FLAME_FAR;
    if (!(flame_flux(f, near) >= level) || !(flame_flux(f, far) < level)) return NAN;
    for (int i = 0; i < 80; i++) {
        double middle = 0.5 * (near + far);
        if (flame_flux(f, middle) >= level) near = middle;
        else far = middle;
    }
    return 0.5 * (near + far);
}

static Rc pool_target(Run *run, const Pool *in, const Flame *f, JsonOut *out)
{
    if (f->length_m * sin(f->tilt) >= in->x_m)
        return WRONG(run, "distance_m", "range", "目标在倾斜火焰之下",
                     "the target lies below the tilted flame");
    double view = risk_view_tilted(f->radius_m, f->length_m, f->tilt, in->x_m);
    out_num(out, "view_factor", view);
    out_num(out, "transmissivity", f->tau);
    out_num(out, "flux_kw_m2", f->tau * f->sep * view);
    return RC_OK;
}

/* A transmissivity by distance belongs to one target: the rings are then left out. */
static void pool_rings(Run *run, const Pool *in, const Flame *f, JsonOut *out)
{
    if (!isnan(in->vapour_pa)) return;
    if (!in->levels.n) run_default(run, "fire.levels");
    out_rings(run, out, "kw_m2", &in->levels, heat_levels, ARRAY_LEN(heat_levels), flame_radius, f);
}

static Rc pool_fire(Run *run, const void *v, JsonOut *out)
{
    const Pool *in = v;
    check_pool(run, in);
    if (run->ctx->err.kind) return run->ctx->err.kind;
    double d = in->diameter_m, burning = in->burning, length, tilt = 0;
    if (in->fuel >= 0)
        burning = fuels[in->fuel].kb > 0 ? risk_pool_burning(fuels[in->fuel].m_inf, fuels[in->fuel].kb, d)
                                         : fuels[in->fuel].m_inf;
    out_num(out, "burning_kg_m2_s", burning);
    if (in->wind_m_s > 0) {
        double u = risk_pool_wind_scaled(burning, d, in->air_kg_m3, in->wind_m_s);
        length = risk_pool_length_wind(burning, d, in->air_kg_m3, u);
        tilt = risk_pool_tilt(d, in->wind_m_s,
                              isnan(in->viscosity) ? run_default(run, "pool.viscosity") : in->viscosity);
        out_num(out, "wind_scaled", u);
    } else {
        length = risk_pool_length_still(burning, d, in->air_kg_m3);
    }
    out_num(out, "length_m", length);
    out_num(out, "length_over_diameter", length / d);
    out_num(out, "tilt_deg", tilt * 180 / M_PI);
    double sep = pool_sep(run, in, burning, length / d, out);
    out_num(out, "sep_kw_m2", sep);
    const Flame f = {d / 2, length, tilt, sep, pool_tau(run, in)};
    if (!isnan(in->x_m)) TRY(pool_target(run, in, &f, out));
    pool_rings(run, in, &f, out);
    return RC_OK;
}
static const Quantity pool_out[] = {
    {"burning_kg_m2_s", "kg/(m²·s)", {"m\" = m∞·(1 − e^(−kβ·D))", RISK_CORROBORATED}},
    {"wind_scaled", "1", {"u* = u/(g·m\"·D/ρa)^⅓，不小于 1", RISK_CORROBORATED}},
    {"length_m", "m", {"Thomas 公式：42·Fr^0.61（静风）、55·Fr^0.67·u*^−0.21（有风）", RISK_CORROBORATED}},
    {"length_over_diameter", "1", {"L/D", RISK_CORROBORATED}},
    {"tilt_deg", "°", {"tanθ/cosθ = 0.666·Fr^0.333·Re^0.117", RISK_CORROBORATED}},
    {"sep_max_kw_m2", "kW/m²", {"SEPmax = Fs·m\"·ΔHc/(1 + 4L/D)", RISK_CORROBORATED}},
    {"sep_kw_m2",
     "kW/m²",
     {"Mudan：140·e^(−0.12D) + 20·(1 − e^(−0.12D))，或 SEPmax·(1−ζ) + 20ζ", RISK_CORROBORATED}},
    {"view_factor", "1", {"Mudan 倾斜圆柱最大视角系数", RISK_CORROBORATED}},
    {"transmissivity", "1", {"τ = 2.02·(pw·x)^−0.09", RISK_CORROBORATED}},
    {"flux_kw_m2", "kW/m²", {"q = τ·SEP·F", RISK_CORROBORATED}},
    {"rings.radius_m", "m", {"同上反解，下风向，距液池中心", RISK_CORROBORATED}},
};

const RiskCommand command_blast = {
    "blast",      T("蒸气云或炸药爆炸超压（TNT 当量）", "overpressure of a blast by TNT equivalence"),
    &blast_shape, blast,
    blast_out,    ARRAY_LEN(blast_out)};
const RiskCommand command_fireball = {"fireball",      T("BLEVE 火球", "fireball of a BLEVE"),
                                      &fireball_shape, fireball,
                                      fireball_out,    ARRAY_LEN(fireball_out)};
const RiskCommand command_pool_fire = {"pool-fire", T("池火", "pool fire"), &pool_shape, pool_fire,
                                       pool_out,    ARRAY_LEN(pool_out)};
