/* From the scenario file to events: which members a kind of event needs, the wind rose that must add up, and
 * the probability of death over the distance for what does not depend on the wind. */
#include "scene.h"

const char *const scene_terrains[] = {"rural", "urban", NULL};
static const char *const stabilities[] = {"A", "B", "C", "D", "E", "F", NULL};
static const char *const kinds[] = {"plume", "circle", "blast", "fireball", NULL};
enum { K_PLUME, K_CIRCLE, K_BLAST, K_FIREBALL };

static const Member share_item = {NULL, M_NUM, .max = 1};
static const Member wind_members[] = {
    {"class", M_CHOICE, offsetof(WindClass, stability), M_REQUIRED, .choices = stabilities},
    {"wind_m_s", M_NUM, offsetof(WindClass, wind_m_s), M_REQUIRED | M_ABOVE, 0, 60, "m/s"},
    {"share", M_LIST, offsetof(WindClass, share), M_REQUIRED, 4, RISK_SECTORS_MAX, "1", .item = &share_item,
     .about = T("来风方向自北顺时针各扇区的频率", "of wind from each sector, clockwise from north")},
};
static const Shape wind_shape = SHAPE(WindClass, wind_members);
const Member scene_wind_item = {NULL, M_OBJECT, .shape = &wind_shape};

#define AT(member) offsetof(SceneEvent, member)
static const Member event_members[] = {
    {"name", M_TEXT, AT(name), M_REQUIRED},
    {"kind", M_CHOICE, AT(kind), M_REQUIRED, .choices = kinds},
    {"x_m", M_NUM, AT(x_m), M_REQUIRED, -1e6, 1e6, "m", .about = T("东", "east")},
    {"y_m", M_NUM, AT(y_m), M_REQUIRED, -1e6, 1e6, "m", .about = T("北", "north")},
    {"per_year", M_NUM, AT(per_year), M_REQUIRED | M_ABOVE, 0, 1, "1/a", .about = T("年频率", "frequency")},
    {"substance", M_TEXT, AT(substance),
     .about = T("plume：有 ppm 概率函数的物质", "plume: with a probit in ppm")},
    {"rate_kg_s", M_NUM, AT(rate_kg_s), M_ABOVE, 0, 1e5, "kg/s"},
    {"height_m", M_NUM, AT(height_m), 0, 0, 500, "m"},
    {"minutes", M_NUM, AT(minutes), M_ABOVE, 0, 1e4, "min"},
    {"radius_m", M_NUM, AT(radius_m), M_ABOVE, 0, 1e5, "m", .about = T("circle：半径", "circle")},
    {"death", M_NUM, AT(death), M_ABOVE, 0, 1, "1",
     .about = T("circle：圆内死亡概率", "circle: probability inside")},
    {"tnt_kg", M_NUM, AT(tnt_kg), M_ABOVE, 0, 1e7, "kg", .about = T("blast：TNT 当量", "blast")},
    {"kg", M_NUM, AT(kg), M_ABOVE, 0, 1e7, "kg", .about = T("fireball：质量", "fireball: mass")},
    {"heat_mj_kg", M_NUM, AT(heat_mj_kg), M_ABOVE, 0, 1000, "MJ/kg",
     .about = T("fireball：燃烧热", "fireball: heat of combustion")},
};
static const Shape event_shape = SHAPE(SceneEvent, event_members);
const Member scene_event_item = {NULL, M_OBJECT, .shape = &event_shape};

static const struct {
    const char *name;
    size_t at;
    unsigned kinds; /* that need it */
} needs[] = {
    {"rate_kg_s", AT(rate_kg_s), 1u << K_PLUME},
    {"height_m", AT(height_m), 1u << K_PLUME},
    {"minutes", AT(minutes), 1u << K_PLUME},
    {"radius_m", AT(radius_m), 1u << K_CIRCLE},
    {"death", AT(death), 1u << K_CIRCLE},
    {"tnt_kg", AT(tnt_kg), 1u << K_BLAST},
    {"kg", AT(kg), 1u << K_FIREBALL},
    {"heat_mj_kg", AT(heat_mj_kg), 1u << K_FIREBALL},
};

static void check_member(Run *run, size_t i, const char *name, bool given, bool wanted, int kind)
{
    if (given == wanted) return;
    const char *path = arena_printf(run->ctx->arena, "events[%zu].%s", i, name);
    if (wanted) WRONG(run, path, "required", "必填", "is required");
    else WRONG(run, path, "contradiction", "不用于 %s", "is not for %s", kinds[kind]);
}

static const RiskProbit *event_probit(Run *run, const SceneEvent *e, size_t i)
{
    check_member(run, i, "substance", e->substance.p != NULL, e->kind == K_PLUME, e->kind);
    if (e->kind != K_PLUME || !e->substance.p) return NULL;
    const RiskProbit *p = risk_probit_find(risk_probit_ppm, risk_nprobit_ppm, e->substance);
    if (!p)
        WRONG(run, arena_printf(run->ctx->arena, "events[%zu].substance", i), "reference",
              "没有此物质的概率函数", "has no probit");
    return p;
}

/* ---- Death over the distance ---- */
static double blast_death(const SceneEvent *e, double r)
{
    double z = r / cbrt(e->tnt_kg);
    if (z < RISK_BLAST_Z_MIN) return 1;
    if (z > RISK_BLAST_Z_MAX) return 0;
    return risk_probability(-77.1 + 6.91 * log(1000 * risk_blast_kpa(e->tnt_kg, r, 101.325)));
}

static double fireball_death(const SceneEvent *e, double fraction, double tau, double r)
{
    RiskFireball f = risk_fireball(e->kg, RISK_FIREBALL_CCPS);
    double q = risk_fireball_flux(&f, risk_fireball_emissive(&f, e->kg, e->heat_mj_kg, fraction), tau, r);
    return risk_probability(risk_probit(-14.9, 2.56, 4.0 / 3, q, f.duration_s));
}

static double death_at(Run *run, const SceneEvent *e, double r)
{
    if (e->kind == K_CIRCLE) return e->death;
    if (e->kind == K_BLAST) return blast_death(e, r);
    return fireball_death(e, run_default(run, "fireball.fraction"), run_default(run, "fire.transmissivity"),
                          r);
}

/* Out to where death is less likely than one in a billion. */
static void fill_radial(Run *run, const SceneEvent *e, RiskEvent *out)
{
    float *death = ARENA_ARRAY(run->ctx->arena, float, RISK_RADIAL_STEPS + 1);
    double far = e->kind == K_CIRCLE ? e->radius_m : 1;
    while (e->kind != K_CIRCLE && far < 1e5 && death_at(run, e, far) > 1e-9) far *= 1.05;
    for (int i = 0; i <= RISK_RADIAL_STEPS; i++)
        death[i] = (float)death_at(run, e, far * i / RISK_RADIAL_STEPS);
    out->kind = RISK_EVENT_RADIAL;
    out->radius_m = far;
    out->death = death;
}

static void build_event(Run *run, const SceneEvent *e, size_t i, RiskEvent *out)
{
    for (size_t k = 0; k < ARRAY_LEN(needs); k++)
        check_member(run, i, needs[k].name, !isnan(*(const double *)((const char *)e + needs[k].at)),
                     needs[k].kinds >> e->kind & 1, e->kind);
    const RiskProbit *p = event_probit(run, e, i);
    *out = (RiskEvent){.x_m = e->x_m, .y_m = e->y_m, .per_year = e->per_year};
    if (run->ctx->err.kind) return;
    if (!p) {
        fill_radial(run, e, out);
        return;
    }
    out->rate_kg_s = e->rate_kg_s;
    out->height_m = e->height_m;
    out->minutes = e->minutes;
    out->a = p->a;
    out->b = p->b;
    out->n = p->n;
    out->unit = risk_ppm(1, p->molar_g_mol);
}

static void build_wind(Run *run, const Scene *in, RiskWind *out)
{
    const WindClass *w = in->wind.items;
    double sum = 0;
    *out = (RiskWind){.sectors = w[0].share.n};
    for (int c = 0; c < RISK_CLASSES; c++) out->wind_m_s[c] = 1;
    for (size_t i = 0; i < in->wind.n; i++) {
        const double *share = w[i].share.items;
        if (w[i].share.n != out->sectors)
            WRONG(run, arena_printf(run->ctx->arena, "wind[%zu].share", i), "count", "各稳定度扇区数应相同",
                  "must have as many sectors as the first");
        for (size_t k = 0; k < i; k++)
            if (w[k].stability == w[i].stability)
                WRONG(run, arena_printf(run->ctx->arena, "wind[%zu].class", i), "duplicate", "重复",
                      "stands twice");
        if (run->ctx->err.kind) return;
        out->wind_m_s[w[i].stability] = w[i].wind_m_s;
        for (size_t k = 0; k < out->sectors; k++) sum += out->share[w[i].stability][k] = share[k];
    }
    if (fabs(sum - 1) > 1e-6)
        WRONG(run, "wind", "sum", "各频率合计应为 1，现为 %.9g", "shares must add up to 1, they make %.9g",
              sum);
}

Rc scene_build(Run *run, const Scene *in, RiskScene *out)
{
    const SceneEvent *events = in->events.items;
    RiskEvent *built = ARENA_ARRAY(run->ctx->arena, RiskEvent, in->events.n);
    *out = (RiskScene){.terrain = (RiskTerrain)in->terrain, .events = built, .nevents = in->events.n};
    build_wind(run, in, &out->wind);
    for (size_t i = 0; i < in->events.n; i++) {
        build_event(run, &events[i], i, &built[i]);
        if (run->ctx->err.kind && i > 20) break;
    }
    if (!run->ctx->err.kind)
        run_note(run, "烟羽沿各风向扇区中线；重气、障碍物、室内防护和撤离未计",
                 "plumes follow the middle of each sector; dense gas, obstacles, shelter and escape are not "
                 "counted");
    return run->ctx->err.kind;
}
