/* The arithmetic of an indicator's pace. A straight line from base to target is the usual reading of a plan
 * that names only both ends; whoever knows better enters yearly targets as indicators of their own. */
#include "pace.h"
#include <math.h>

static bool satisfies(PaceKind kind, double value, double limit)
{
    double slack = 1e-9 * fmax(1, fabs(limit)); /* figures are typed in decimals */
    return kind == PACE_FALL || kind == PACE_AT_MOST ? value <= limit + slack : value >= limit - slack;
}

static void absolute_target(const PaceIn *in, PaceOut *out)
{
    out->has_target = !in->relative || in->has_base;
    if (!out->has_target) return;
    double sign = in->kind == PACE_FALL || in->kind == PACE_AT_MOST ? -1 : 1;
    out->target = in->relative ? in->base * (1 + sign * in->target / 100) : in->target;
}

static bool is_line(const PaceIn *in)
{
    return in->kind == PACE_FALL || in->kind == PACE_RISE;
}

static void on_the_line(const PaceIn *in, PaceOut *out)
{
    double span = in->target_year - in->base_year, gone = out->year - in->base_year;
    out->expected = out->target;
    out->has_expected = !is_line(in) || in->has_base;
    if (!is_line(in) || !in->has_base) return;
    out->expected = in->base + (out->target - in->base) * fmin(gone / span, 1);
    out->has_share = out->target != in->base;
    if (out->has_share) out->share = (out->actual - in->base) / (out->target - in->base);
}

typedef struct Sums {
    double n, x, y, xx, xy;
} Sums;

static void add(Sums *s, double x, double y)
{
    s->n++;
    s->x += x;
    s->y += y;
    s->xx += x * x;
    s->xy += x * y;
}

static bool below_zero(const PaceIn *in)
{
    bool any = in->has_base && in->base < 0;
    for (size_t i = 0; i < in->nyears; i++) any |= in->years[i].value < 0;
    return any;
}

/* Years are counted from the base year, so that the sums stay small. */
static void forecast(const PaceIn *in, PaceOut *out)
{
    Sums s = {0};
    if (in->has_base) add(&s, 0, in->base);
    for (size_t i = 0; i < in->nyears; i++)
        if (in->years[i].year > in->base_year) add(&s, in->years[i].year - in->base_year, in->years[i].value);
    double det = s.n * s.xx - s.x * s.x;
    if (s.n < 2 || det <= 0) return;
    double slope = (s.n * s.xy - s.x * s.y) / det, start = (s.y - slope * s.x) / s.n;
    out->has_forecast = true;
    out->forecast = start + slope * (in->target_year - in->base_year);
    if (out->forecast < 0 && !below_zero(in)) out->forecast = 0;
    if (in->percent && out->forecast > 100) out->forecast = 100;
    out->will_reach = out->has_target && satisfies(in->kind, out->forecast, out->target);
}

void pace_reckon(const PaceIn *in, PaceOut *out)
{
    *out = (PaceOut){.verdict = PACE_NO_DATA};
    absolute_target(in, out);
    for (size_t i = 0; i < in->nyears; i++)
        if (in->years[i].year > in->base_year)
            out->year = in->years[i].year, out->actual = in->years[i].value;
    forecast(in, out);
    if (!out->year || !out->has_target) return;
    on_the_line(in, out);
    bool there = satisfies(in->kind, out->actual, out->target);
    if (there && (is_line(in) || out->year >= in->target_year)) out->verdict = PACE_REACHED;
    else if (out->has_expected && satisfies(in->kind, out->actual, out->expected)) out->verdict = PACE_ON_WAY;
    else out->verdict = PACE_BEHIND;
}
