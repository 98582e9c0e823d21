/* fn: the curve of how often at least N people die a year, against two lines of limits. Outcomes are given,
 * or come from a scenario and a population: each event with each class and sector of the wind is one outcome.
 */
#include "scene.h"

#include <stdlib.h>

typedef struct Outcome {
    Str name;
    double per_year, deaths;
} Outcome;
typedef struct People {
    double x_m, y_m, people;
} People;
typedef struct Point {
    double n, f;
} Point;
typedef struct SceneIn {
    Scene scene;
} SceneIn;
typedef struct Fn {
    List outcomes, population, upper, lower;
    SceneIn *scenario;
} Fn;

enum { OUTCOMES_MAX = 100000, POPULATION_MAX = 20000, POINTS_MAX = 50 };
static const Member outcome_members[] = {
    {"name", M_TEXT, offsetof(Outcome, name)},
    {"per_year", M_NUM, offsetof(Outcome, per_year), M_REQUIRED | M_ABOVE, 0, 1, "1/a"},
    {"deaths", M_NUM, offsetof(Outcome, deaths), M_REQUIRED, 0, 1e7, "人"},
};
static const Shape outcome_shape = SHAPE(Outcome, outcome_members);
static const Member outcome_item = {NULL, M_OBJECT, .shape = &outcome_shape};
static const Member people_members[] = {
    {"x_m", M_NUM, offsetof(People, x_m), M_REQUIRED, -1e6, 1e6, "m"},
    {"y_m", M_NUM, offsetof(People, y_m), M_REQUIRED, -1e6, 1e6, "m"},
    {"people", M_NUM, offsetof(People, people), M_REQUIRED, 0, 1e7, "人"},
};
static const Shape people_shape = SHAPE(People, people_members);
static const Member people_item = {NULL, M_OBJECT, .shape = &people_shape};
static const Member point_members[] = {
    {"n", M_NUM, offsetof(Point, n), M_REQUIRED, 1, 1e7, "人"},
    {"f", M_NUM, offsetof(Point, f), M_REQUIRED | M_ABOVE, 0, 1, "1/a"},
};
static const Shape point_shape = SHAPE(Point, point_members);
static const Member point_item = {NULL, M_OBJECT, .shape = &point_shape};
static const Member scenario_members[] = {SCENE(SceneIn)};
static const Shape scenario_shape = SHAPE(SceneIn, scenario_members);
static const Member fn_members[] = {
    {"outcomes", M_LIST, offsetof(Fn, outcomes), 0, 1, OUTCOMES_MAX, .item = &outcome_item},
    {"scenario", M_OBJECT, offsetof(Fn, scenario), .shape = &scenario_shape,
     .about = T("情景，代替 outcomes", "instead of outcomes")},
    {"population", M_LIST, offsetof(Fn, population), 0, 1, POPULATION_MAX, .item = &people_item},
    {"upper", M_LIST, offsetof(Fn, upper), 0, 2, POINTS_MAX, .item = &point_item,
     .about = T("不可接受线（双对数折线）", "line above which it is unacceptable")},
    {"lower", M_LIST, offsetof(Fn, lower), 0, 2, POINTS_MAX, .item = &point_item,
     .about = T("可接受线（双对数折线）", "line below which it is acceptable")},
};
static const Shape fn_shape = SHAPE(Fn, fn_members);

typedef struct Line {
    const Point *points;
    size_t n;
} Line;

/* The limit at n on straight lines in the logarithms; NAN beyond the last point, the first one's before. */
static double limit_at(const Line *l, double n)
{
    if (n > l->points[l->n - 1].n) return NAN;
    for (size_t i = 1; i < l->n; i++) {
        const Point *a = &l->points[i - 1], *b = &l->points[i];
        if (n > b->n) continue;
        double t = n <= a->n ? 0 : log(n / a->n) / log(b->n / a->n);
        return a->f * pow(b->f / a->f, t);
    }
    return l->points[0].f;
}

static bool check_line(Run *run, const char *name, const List *in)
{
    const Point *p = in->items;
    for (size_t i = 1; i < in->n; i++)
        if (p[i].n <= p[i - 1].n || p[i].f > p[i - 1].f) {
            WRONG(run, arena_printf(run->ctx->arena, "%s[%zu]", name, i), "order", "n 应递增、f 应不增",
                  "n must rise and f must not");
            return false;
        }
    return true;
}

static void from_scene(const Fn *in, const RiskScene *s, Point *out, size_t *n)
{
    const People *p = in->population.items;
    *n = 0;
    for (size_t i = 0; i < s->nevents; i++)
        for (int c = 0; c < RISK_CLASSES; c++)
            for (size_t k = 0; k < s->wind.sectors; k++) {
                double deaths = 0, share = s->wind.share[c][k];
                bool once = s->events[i].kind == RISK_EVENT_RADIAL;
                if (once ? c || k : !(share > 0)) continue;
                for (size_t m = 0; m < in->population.n; m++)
                    if (p[m].people > 0)
                        deaths += p[m].people * risk_event_death(s, &s->events[i], c, k, p[m].x_m, p[m].y_m);
                out[(*n)++] = (Point){risk_round9(deaths), s->events[i].per_year * (once ? 1 : share)};
            }
}

static int by_deaths(const void *a, const void *b)
{
    const Point *x = a, *y = b;
    if (x->n != y->n) return x->n < y->n ? 1 : -1;
    return (x->f < y->f) - (x->f > y->f);
}

static const char *const zones[] = {"acceptable", "alarp", "unacceptable"};

static int zone(const Line *upper, const Line *lower, double n, double f)
{
    double high = limit_at(upper, n), low = limit_at(lower, n);
    if (isnan(high) || f > high) return 2;
    return isnan(low) || f > low;
}

/* Sorted outcomes → the steps of the curve; returns the worst zone. */
static int out_curve(JsonOut *out, const Point *p, size_t n, const Line *upper, const Line *lower)
{
    int worst = 0;
    long double f = 0;
    jout_key(out, "curve");
    jout_open_array(out);
    for (size_t i = 0; i < n && p[i].n >= 1; i++) {
        f += p[i].f;
        if (i + 1 < n && p[i + 1].n == p[i].n) continue;
        double at = risk_round9((double)f);
        int z = zone(upper, lower, p[i].n, at);
        jout_open(out);
        out_num(out, "n", p[i].n);
        out_num(out, "per_year", at);
        out_num(out, "upper_per_year", limit_at(upper, p[i].n));
        out_num(out, "lower_per_year", limit_at(lower, p[i].n));
        jout_kz(out, "zone", zones[z]);
        jout_close(out);
        if (z > worst) worst = z;
    }
    jout_close_array(out);
    return worst;
}

static Rc take_outcomes(Run *run, const Fn *in, Point **out, size_t *n)
{
    RiskScene scene;
    if (!in->outcomes.n == !in->scenario)
        return WRONG(run, in->scenario ? "scenario" : "outcomes", "required",
                     "须给出 outcomes 或 scenario 之一", "give either outcomes or scenario");
    if (!in->scenario != !in->population.n)
        return WRONG(run, "population", "required", "与 scenario 同时给出", "stands with scenario");
    if (in->scenario) {
        TRY(scene_build(run, &in->scenario->scene, &scene));
        size_t most = scene.nevents * RISK_CLASSES * scene.wind.sectors;
        if (most * in->population.n > 200000000)
            return WRONG(run, "population", "count", "事件、风向与人口点之积过大",
                         "events × winds × places are too many");
        *out = ARENA_ARRAY(run->ctx->arena, Point, most);
        from_scene(in, &scene, *out, n);
        return RC_OK;
    }
    const Outcome *o = in->outcomes.items;
    *out = ARENA_ARRAY(run->ctx->arena, Point, in->outcomes.n);
    for (*n = 0; *n < in->outcomes.n; (*n)++) (*out)[*n] = (Point){o[*n].deaths, o[*n].per_year};
    return RC_OK;
}

static Rc fn(Run *run, const void *v, JsonOut *out)
{
    static const Point usual[2][4] = {{{1, 1e-3}, {10, 1e-4}, {100, 1e-5}, {1000, 1e-6}},
                                      {{1, 1e-5}, {10, 1e-6}, {100, 1e-7}, {1000, 1e-8}}};
    const Fn *in = v;
    Point *p = NULL;
    size_t n = 0;
    if (!check_line(run, "upper", &in->upper) || !check_line(run, "lower", &in->lower))
        return run->ctx->err.kind;
    TRY(take_outcomes(run, in, &p, &n));
    Line upper = {usual[0], 4}, lower = {usual[1], 4};
    if (in->upper.n) upper = (Line){in->upper.items, in->upper.n};
    else run_default(run, "fn.upper");
    if (in->lower.n) lower = (Line){in->lower.items, in->lower.n};
    else run_default(run, "fn.lower");
    qsort(p, n, sizeof *p, by_deaths);
    int worst = out_curve(out, p, n, &upper, &lower);
    double *loss = ARENA_ARRAY(run->ctx->arena, double, n);
    for (size_t i = 0; i < n; i++) loss[i] = p[i].n * p[i].f;
    jout_kz(out, "verdict", zones[worst]);
    out_num(out, "potential_loss_of_life", risk_sum(loss, n));
    jout_ki(out, "outcomes", (int64_t)n);
    return RC_OK;
}
static const Quantity fn_out[] = {
    {"curve.n", "人", {"N", RISK_CORROBORATED}},
    {"curve.per_year", "1/a", {"F(N)：死亡不少于 N 人的年频率", RISK_CORROBORATED}},
    {"curve.upper_per_year", "1/a", {"不可接受线", RISK_REMEMBERED}},
    {"curve.lower_per_year", "1/a", {"可接受线", RISK_REMEMBERED}},
    {"potential_loss_of_life", "人/a", {"Σ F·N", RISK_CORROBORATED}},
};

const RiskCommand command_fn = {
    "fn",      T("社会风险（F–N 曲线）", "societal risk: F–N curve against limits"),
    &fn_shape, fn,
    fn_out,    ARRAY_LEN(fn_out)};
