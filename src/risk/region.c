/* Regions and dynamic risk. Weighted sums are sorted before they are added, so that a map does not change its
 * colour with the order of rows; a mean is compared with its limits after rounding. */
#include "risk/region.h"

#include <math.h>

const RiskRegionScale risk_region_scale = {
    .score = {[RISK_RED] = 4, [RISK_ORANGE] = 3, [RISK_YELLOW] = 2, [RISK_BLUE] = 1},
    .from = {[RISK_RED] = 3.5, [RISK_ORANGE] = 2.5, [RISK_YELLOW] = 1.5, [RISK_BLUE] = 0},
    .most_milder = -1,
};

static double weight_of(RiskRegionRule rule, const RiskPart *p)
{
    return rule == RISK_REGION_COUNT ? 1 : p->weight;
}

static RiskColour colour_of(const RiskRegionScale *scale, double mean)
{
    for (RiskColour c = RISK_RED; c < RISK_BLUE; c++)
        if (mean >= scale->from[c]) return c;
    return RISK_BLUE;
}

RiskRegion risk_region(Arena *arena, RiskRegionRule rule, const RiskRegionScale *scale, const RiskPart *parts,
                       size_t n)
{
    RiskRegion r = {.score = NAN};
    double *weights = ARENA_ARRAY(arena, double, n + 1), *scores = ARENA_ARRAY(arena, double, n + 1);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        r.count[parts[i].colour]++;
        if (parts[i].colour == RISK_NONE) continue;
        weights[used] = weight_of(rule, &parts[i]);
        scores[used] = weights[used] * scale->score[parts[i].colour];
        used++;
        if (!r.worst || parts[i].colour < r.worst) r.worst = parts[i].colour;
    }
    r.colour = r.worst;
    if (rule == RISK_REGION_WORST || !used) return r;
    double all = risk_sum(weights, used);
    r.colour = RISK_NONE;
    if (!(all > 0)) return r;
    r.score = risk_round9(risk_sum(scores, used) / all);
    r.colour = colour_of(scale, r.score);
    if (scale->most_milder >= 0 && (int)r.colour > (int)r.worst + scale->most_milder) {
        r.colour = (RiskColour)((int)r.worst + scale->most_milder);
        r.held = true;
    }
    return r;
}

/* ---- Dynamic risk ---- */
#define S(z)                                                                                                 \
    {                                                                                                        \
        z, sizeof(z) - 1                                                                                     \
    }
const RiskRule risk_rules[] = {
    {S("alarm.red"),
     RISK_BY_ALARM,
     1,
     1,
     {0},
     false,
     RISK_RED,
     0,
     T("一级报警未恢复", "a grade 1 alarm is active")},
    {S("alarm.orange"),
     RISK_BY_ALARM,
     2,
     2,
     {0},
     false,
     RISK_ORANGE,
     0,
     T("二级报警未恢复", "a grade 2 alarm is active")},
    {S("alarm.yellow"),
     RISK_BY_ALARM,
     3,
     3,
     {0},
     false,
     RISK_NONE,
     1,
     T("三级报警未恢复", "a grade 3 alarm is active")},
    {S("danger.major"),
     RISK_BY_DANGER,
     1,
     1,
     {0},
     false,
     RISK_ORANGE,
     0,
     T("重大隐患未销号", "a major danger is open")},
    {S("danger.major-overdue"),
     RISK_BY_DANGER,
     1,
     1,
     {0},
     true,
     RISK_RED,
     0,
     T("重大隐患逾期未销号", "a major danger is overdue")},
    {S("danger.general-overdue"),
     RISK_BY_DANGER,
     2,
     2,
     {0},
     true,
     RISK_NONE,
     1,
     T("一般隐患逾期", "a danger is overdue")},
    {S("activity.special"),
     RISK_BY_ACTIVITY,
     1,
     1,
     {0},
     false,
     RISK_ORANGE,
     0,
     T("特级高风险作业进行中", "special-grade work is under way")},
    {S("activity.first"),
     RISK_BY_ACTIVITY,
     2,
     2,
     {0},
     false,
     RISK_NONE,
     1,
     T("一级高风险作业进行中", "first-grade work is under way")},
    {S("weather.severe"),
     RISK_BY_WEATHER,
     1,
     2,
     {0},
     false,
     RISK_NONE,
     1,
     T("红色、橙色气象预警", "a red or orange weather warning")},
};
const size_t risk_nrules = ARRAY_LEN(risk_rules);

static bool applies(const RiskRule *r, const RiskFact *f)
{
    return r->source == f->source && f->grade >= r->grade_from && f->grade <= r->grade_to &&
           (!r->kind.n || str_eq(r->kind, f->kind)) && (!r->only_overdue || f->overdue);
}

RiskDynamic risk_dynamic(Arena *arena, RiskColour base, const RiskRules *by, const RiskFact *facts,
                         size_t nfacts)
{
    RiskReason *reasons = ARENA_ARRAY(arena, RiskReason, by->n * nfacts + 1);
    bool *used = ARENA_ARRAY(arena, bool, by->n + 1);
    RiskDynamic d = {.colour = base, .reasons = reasons};
    for (size_t i = 0; i < nfacts; i++)
        for (size_t k = 0; k < by->n; k++) {
            const RiskRule *r = &by->rules[k];
            if (!applies(r, &facts[i])) continue;
            reasons[d.nreasons++] = (RiskReason){r, &facts[i]};
            if (!used[k]) d.raised += r->raise;
            used[k] = true;
            if (r->at_least && (!d.floor || r->at_least < d.floor)) d.floor = r->at_least;
        }
    if (d.raised > by->max_raise) d.raised = by->max_raise;
    if (base) d.colour = (int)base - d.raised > RISK_RED ? (RiskColour)((int)base - d.raised) : RISK_RED;
    if (d.floor && (!d.colour || d.floor < d.colour)) d.colour = d.floor;
    return d;
}
