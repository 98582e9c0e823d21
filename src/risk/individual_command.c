/* individual-risk: contours on a grid and the risk at places. safe-distance: protected targets against the
 * limits of individual risk and given distances, with a verdict and its reasons. */
#include "scene.h"

#include <stdarg.h>

static const char *const target_classes[] = {"high-sensitive", "important", "general-1",
                                             "general-2",      "general-3", NULL};
static const char *const states[] = {"new", "existing", NULL};

typedef struct GridIn {
    double x0_m, y0_m, step_m;
    int64_t nx, ny;
} GridIn;
typedef struct Target {
    Str name;
    double x_m, y_m, min_distance_m;
    int kind, state;
    Str basis;
} Target;
typedef struct Individual {
    Scene scene;
    GridIn *grid;
    List levels, places;
    double tolerance;
    int cells;
} Individual;

enum { CELLS_MAX = 4000000, CELLS_PRINTED_MAX = 100000, LEVELS_MAX = 12, PLACES_MAX = 1000 };
static const Member grid_members[] = {
    {"x0_m", M_NUM, offsetof(GridIn, x0_m), M_REQUIRED, -1e6, 1e6, "m",
     .about = T("首格中心", "middle of the first cell")},
    {"y0_m", M_NUM, offsetof(GridIn, y0_m), M_REQUIRED, -1e6, 1e6, "m"},
    {"step_m", M_NUM, offsetof(GridIn, step_m), M_REQUIRED, 0.1, 1e4, "m"},
    {"nx", M_INT, offsetof(GridIn, nx), M_REQUIRED, 2, 4000, "1"},
    {"ny", M_INT, offsetof(GridIn, ny), M_REQUIRED, 2, 4000, "1"},
};
static const Shape grid_shape = SHAPE(GridIn, grid_members);
static const Member level_item = {NULL, M_NUM, 0, M_ABOVE, 0, 1, "1/a"};
static const Member place_members[] = {
    {"name", M_TEXT, offsetof(Target, name), M_REQUIRED},
    {"x_m", M_NUM, offsetof(Target, x_m), M_REQUIRED, -1e6, 1e6, "m"},
    {"y_m", M_NUM, offsetof(Target, y_m), M_REQUIRED, -1e6, 1e6, "m"},
};
static const Shape place_shape = SHAPE(Target, place_members);
static const Member place_item = {NULL, M_OBJECT, .shape = &place_shape};
static const Member individual_members[] = {
    SCENE(Individual),
    {"grid", M_OBJECT, offsetof(Individual, grid), .shape = &grid_shape},
    {"levels_per_year", M_LIST, offsetof(Individual, levels), 0, 1, LEVELS_MAX, "1/a", .item = &level_item},
    {"places", M_LIST, offsetof(Individual, places), 0, 1, PLACES_MAX, .item = &place_item},
    {"tolerance_per_year", M_NUM, offsetof(Individual, tolerance), M_ABOVE, 0, 1e-6, "1/a", "grid.tolerance"},
    {"cells", M_FLAG, offsetof(Individual, cells),
     .about = T("输出各格数值", "print the value of each cell")},
};
static const Shape individual_shape = SHAPE(Individual, individual_members);

static void out_rings(JsonOut *out, const RiskRing *rings, size_t n)
{
    jout_key(out, "rings");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        jout_open_array(out);
        for (size_t k = 0; k < rings[i].n; k++) {
            jout_open_array(out);
            jout_f64(out, risk_round9(rings[i].points[k][0]));
            jout_f64(out, risk_round9(rings[i].points[k][1]));
            jout_close_array(out);
        }
        jout_close_array(out);
    }
    jout_close_array(out);
}

static void out_contours(Run *run, JsonOut *out, const Individual *in, const RiskGrid *g,
                         const double *values)
{
    static const double usual[] = {1e-5, 3e-6, 1e-6, 3e-7};
    const double *levels = in->levels.n ? in->levels.items : usual;
    size_t n = in->levels.n ? in->levels.n : ARRAY_LEN(usual);
    if (!in->levels.n) run_default(run, "grid.levels");
    jout_key(out, "contours");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        RiskRing *rings;
        double area;
        size_t count = risk_contour(run->ctx->arena, g, values, levels[i], &rings, &area);
        jout_open(out);
        out_num(out, "per_year", levels[i]);
        out_num(out, "area_m2", area);
        out_rings(out, rings, count);
        jout_close(out);
    }
    jout_close_array(out);
}

static void grid(Run *run, const Individual *in, const RiskScene *scene, JsonOut *out)
{
    RiskGrid g = {in->grid->x0_m, in->grid->y0_m, in->grid->step_m, (int)in->grid->nx, (int)in->grid->ny};
    size_t n = (size_t)g.nx * (size_t)g.ny;
    double *values = ARENA_ARRAY(run->ctx->arena, double, n), most = 0;
    risk_individual_grid(scene, &g, in->tolerance, 2, values);
    for (size_t i = 0; i < n; i++) most = values[i] > most ? values[i] : most;
    out_num(out, "max_per_year", most);
    jout_key(out, "error");
    jout_open(out);
    out_num(out, "absolute_per_year", in->tolerance);
    out_num(out, "relative", RISK_GRID_RELATIVE);
    jout_close(out);
    out_contours(run, out, in, &g, values);
    if (in->cells != 1) return;
    jout_key(out, "cells");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) jout_f64(out, risk_round9(values[i]));
    jout_close_array(out);
}

static Rc individual(Run *run, const void *v, JsonOut *out)
{
    const Individual *in = v;
    RiskScene scene;
    int64_t cells = in->grid ? in->grid->nx * in->grid->ny : 0;
    if (!in->grid && !in->places.n)
        WRONG(run, "grid", "required", "须给出 grid 或 places", "give grid or places");
    if (cells > CELLS_MAX || (in->cells == 1 && cells > CELLS_PRINTED_MAX))
        WRONG(run, in->cells == 1 ? "cells" : "grid", "range", "网格超过 %d 格", "the grid has over %d cells",
              in->cells == 1 ? CELLS_PRINTED_MAX : CELLS_MAX);
    TRY(scene_build(run, &in->scene, &scene));
    if (in->grid) grid(run, in, &scene, out);
    const Target *p = in->places.items;
    jout_key(out, "places");
    jout_open_array(out);
    for (size_t i = 0; i < in->places.n; i++) {
        jout_open(out);
        jout_ks(out, "name", p[i].name);
        out_num(out, "per_year", risk_individual_at(&scene, p[i].x_m, p[i].y_m));
        jout_close(out);
    }
    jout_close_array(out);
    return RC_OK;
}
#define PER_YEAR "Σ 频率×风向频率×死亡概率（CPR 18E 方法）"
static const Quantity individual_out[] = {
    {"max_per_year", "1/a", {PER_YEAR, RISK_CORROBORATED}},
    {"places.per_year", "1/a", {PER_YEAR, RISK_CORROBORATED}},
    {"contours.per_year", "1/a", {"等值线", RISK_CORROBORATED}},
    {"contours.area_m2", "m²", {"不低于该值的网格面积", RISK_CORROBORATED}},
    {"contours.rings", "m", {"网格坐标，东、北", RISK_CORROBORATED}},
    {"error.absolute_per_year",
     "1/a",
     {"舍去部分上界 + relative × 数值，见 docs/risk.md", RISK_CORROBORATED}},
};

/* ---- safe-distance ---- */
typedef struct Limit {
    int kind;
    double when_new, existing;
} Limit;
typedef struct Safe {
    Scene scene;
    List targets, limits;
} Safe;
static const Member target_members[] = {
    {"name", M_TEXT, offsetof(Target, name), M_REQUIRED},
    {"x_m", M_NUM, offsetof(Target, x_m), M_REQUIRED, -1e6, 1e6, "m"},
    {"y_m", M_NUM, offsetof(Target, y_m), M_REQUIRED, -1e6, 1e6, "m"},
    {"class", M_CHOICE, offsetof(Target, kind), M_REQUIRED, .choices = target_classes,
     .about = T("防护目标类别", "class of the target")},
    {"state", M_CHOICE, offsetof(Target, state), M_REQUIRED, .choices = states,
     .about = T("装置新建、改建、扩建或在役", "installation new or in service")},
    {"min_distance_m", M_NUM, offsetof(Target, min_distance_m), M_ABOVE, 0, 1e5, "m",
     .about = T("标准要求的间距", "distance that a standard asks for")},
    {"basis", M_TEXT, offsetof(Target, basis), .about = T("间距依据的条款", "clause of that distance")},
};
static const Shape target_shape = SHAPE(Target, target_members);
static const Member target_item = {NULL, M_OBJECT, .shape = &target_shape};
static const Member limit_members[] = {
    {"class", M_CHOICE, offsetof(Limit, kind), M_REQUIRED, .choices = target_classes},
    {"new", M_NUM, offsetof(Limit, when_new), M_REQUIRED | M_ABOVE, 0, 1, "1/a"},
    {"existing", M_NUM, offsetof(Limit, existing), M_REQUIRED | M_ABOVE, 0, 1, "1/a"},
};
static const Shape limit_shape = SHAPE(Limit, limit_members);
static const Member limit_item = {NULL, M_OBJECT, .shape = &limit_shape};
static const Member safe_members[] = {
    SCENE(Safe),
    {"targets", M_LIST, offsetof(Safe, targets), M_REQUIRED, 1, PLACES_MAX, .item = &target_item},
    {"limits", M_LIST, offsetof(Safe, limits), 0, 1, 5, .item = &limit_item,
     .about = T("另定个人风险基准", "limits of your own")},
};
static const Shape safe_shape = SHAPE(Safe, safe_members);

static double limit_of(Run *run, const Safe *in, const Target *t)
{
    static const char *const keys[5][2] = {{"gb36894.high.new", "gb36894.high.existing"},
                                           {"gb36894.high.new", "gb36894.high.existing"},
                                           {"gb36894.high.new", "gb36894.high.existing"},
                                           {"gb36894.general-2.new", "gb36894.general-2.existing"},
                                           {"gb36894.general-3.new", "gb36894.general-3.existing"}};
    const Limit *own = in->limits.items;
    for (size_t i = 0; i < in->limits.n; i++)
        if (own[i].kind == t->kind) return t->state == 0 ? own[i].when_new : own[i].existing;
    return run_default(run, keys[t->kind][t->state]);
}

static size_t nearest(const RiskScene *s, const Target *t, double *out_m)
{
    size_t best = 0;
    for (size_t i = 0; i < s->nevents; i++) {
        double d = hypot(t->x_m - s->events[i].x_m, t->y_m - s->events[i].y_m);
        if (i && d >= *out_m) continue;
        *out_m = d;
        best = i;
    }
    return best;
}

static size_t largest(const RiskScene *s, const Target *t, double *out)
{
    size_t best = 0;
    *out = -1;
    for (size_t i = 0; i < s->nevents; i++) {
        double r = risk_individual_of(s, &s->events[i], t->x_m, t->y_m);
        if (r <= *out) continue;
        *out = r;
        best = i;
    }
    return best;
}

static void reason(Run *run, JsonOut *out, const char *zh, const char *en, ...)
{
    va_list ap;
    va_start(ap, en);
    jout_z(out, arena_vprintf(run->ctx->arena, run->ctx->lang == LANG_EN ? en : zh, ap));
    va_end(ap);
}

/* One target; true when it holds. */
static bool check_target(Run *run, const Safe *in, const RiskScene *scene, const Target *t, JsonOut *out)
{
    const SceneEvent *names = in->scene.events.items;
    double most, metres = 0, limit = limit_of(run, in, t),
                 risk = risk_round9(risk_individual_at(scene, t->x_m, t->y_m));
    size_t by = largest(scene, t, &most), from = nearest(scene, t, &metres);
    bool far = isnan(t->min_distance_m) || risk_round9(metres) >= t->min_distance_m, low = risk <= limit;
    jout_open(out);
    jout_ks(out, "name", t->name);
    jout_kb(out, "ok", far && low);
    out_num(out, "per_year", risk);
    out_num(out, "limit_per_year", limit);
    out_num(out, "nearest_m", metres);
    jout_ks(out, "nearest", names[from].name);
    if (!isnan(t->min_distance_m)) out_num(out, "min_distance_m", t->min_distance_m);
    jout_key(out, "reasons");
    jout_open_array(out);
    reason(run, out, low ? "个人风险 %.3g /a，不超过基准 %.3g /a" : "个人风险 %.3g /a，超过基准 %.3g /a",
           low ? "individual risk %.3g a year, within the limit %.3g"
               : "individual risk %.3g a year, above the limit %.3g",
           risk, limit);
    if (risk > 0)
        reason(run, out, "主要来自「%.*s」，占 %.0f%%", "mostly from '%.*s', %.0f %%",
               STR_ARG(names[by].name), 100 * most / risk);
    if (!isnan(t->min_distance_m))
        reason(run, out,
               far ? "距「%.*s」%.1f m，不小于要求的 %.1f m（%.*s）"
                   : "距「%.*s」%.1f m，小于要求的 %.1f m（%.*s）",
               far ? "%.*s is %.1f m away, %.1f m are asked for (%.*s)"
                   : "%.*s is only %.1f m away, %.1f m are asked for (%.*s)",
               STR_ARG(names[from].name), metres, t->min_distance_m, STR_ARG(t->basis));
    jout_close_array(out);
    jout_close(out);
    return far && low;
}

static Rc safe(Run *run, const void *v, JsonOut *out)
{
    const Safe *in = v;
    const Target *t = in->targets.items;
    const Limit *own = in->limits.items;
    RiskScene scene;
    int64_t bad = 0;
    for (size_t i = 0; i < in->targets.n; i++)
        if (!isnan(t[i].min_distance_m) != (t[i].basis.p != NULL))
            WRONG(run,
                  arena_printf(run->ctx->arena, "targets[%zu].%s", i,
                               t[i].basis.p ? "min_distance_m" : "basis"),
                  "required", "min_distance_m 与 basis 须同时给出",
                  "min_distance_m and basis stand together");
    for (size_t i = 0; i < in->limits.n; i++)
        for (size_t k = 0; k < i; k++)
            if (own[k].kind == own[i].kind)
                WRONG(run, arena_printf(run->ctx->arena, "limits[%zu].class", i), "duplicate", "重复",
                      "stands twice");
    if (run->ctx->err.kind) return run->ctx->err.kind;
    TRY(scene_build(run, &in->scene, &scene));
    jout_key(out, "targets");
    jout_open_array(out);
    for (size_t i = 0; i < in->targets.n; i++) bad += !check_target(run, in, &scene, &t[i], out);
    jout_close_array(out);
    jout_kz(out, "verdict", bad ? "fail" : "pass");
    jout_ki(out, "failed", bad);
    return RC_OK;
}
static const Quantity safe_out[] = {
    {"targets.per_year", "1/a", {PER_YEAR, RISK_CORROBORATED}},
    {"targets.limit_per_year", "1/a", {"GB 36894-2018 个人风险基准", RISK_REMEMBERED}},
    {"targets.nearest_m", "m", {"与最近事件点的平面距离", RISK_CORROBORATED}},
};

const RiskCommand command_individual = {
    "individual-risk", T("个人风险等值线", "individual risk: contours and places"),
    &individual_shape, individual,
    individual_out,    ARRAY_LEN(individual_out)};
const RiskCommand command_safe = {
    "safe-distance", T("外部安全防护距离核验", "a site against protected targets"),
    &safe_shape,     safe,
    safe_out,        ARRAY_LEN(safe_out)};
