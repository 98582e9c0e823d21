/* Baseline = level + season[slot], spread = mean |residual| of what was clipped. All three are stochastic
 * M-estimates: each reading moves them by a small share of its residual, but a residual counts for at most k
 * deviations, so that a spike cannot teach the baseline that it is usual, while a lasting shift is learnt
 * within a share of the memory. The share is Δt / (τ + Δt): it follows time, not count, so a point that
 * reports faster does not forget faster, and it needs no exp(), so that a replay gives the same bits on every
 * machine.
 *
 * Season: SEASON_SLOTS slots of season_ms, cut from the epoch; each learns the residual left by the level,
 * with a share that starts at 1/2 and falls to 1/16 a season. The baseline between the middles of two slots
 * is interpolated, so that no step appears at their border. With a season the level's memory is two seasons,
 * longer than what the slots must explain; without one it is the warm-up time (an hour at least).
 *
 * A signal with a heavy tail strays far without anything being wrong. So the 99 % quantile of |residual| is
 * followed too (up by 5 % when exceeded, down by 0.05 % when not: in balance at one in a hundred), and a
 * hundredth part of a Gaussian lies beyond 2.576 σ: the larger of the two deviations counts.
 *
 * Standard deviation = 1.2533 × mean |residual| (exact for a Gaussian), never less than half of the smallest
 * step ever seen: a signal of coarse resolution does not deviate by moving one step.
 *
 * The first DEVIATION_START readings are kept and give median and mean absolute deviation to start from. */
#include "deviation.h"

#include <math.h>
#include <string.h>

#define DEVIATION_OF_MEAN_ABS 1.2533141373155001 /* √(π/2) */
#define DEVIATIONS_OF_TAIL    2.5758293035489004 /* 99 % of a Gaussian lie within */
#define TAIL_OF_MEAN_ABS      (DEVIATION_OF_MEAN_ABS * DEVIATIONS_OF_TAIL)
#define TAIL_STEP             0.05
#define TAIL_SHARE            0.01
#define HOUR_MS               3600000.0

static void sort(double *v, int n)
{
    for (int i = 1; i < n; i++) {
        double x = v[i];
        int j = i;
        for (; j > 0 && v[j - 1] > x; j--) v[j] = v[j - 1];
        v[j] = x;
    }
}

static double median(double *sorted, int n)
{
    return n & 1 ? sorted[n / 2] : sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2;
}

static void begin(Baseline *b)
{
    double v[DEVIATION_START];
    memcpy(v, b->start, sizeof v);
    sort(v, DEVIATION_START);
    b->level = median(v, DEVIATION_START);
    for (int i = 0; i < DEVIATION_START; i++) v[i] = fabs(v[i] - b->level);
    sort(v, DEVIATION_START);
    /* the median of |residual| of a Gaussian is 0.6745 σ, its mean 0.7979 σ */
    b->spread = median(v, DEVIATION_START) * (0.7978845608028654 / 0.6744897501960817);
    b->tail = b->spread * TAIL_OF_MEAN_ABS;
}

/* ---- season ---- */
typedef struct Place {
    int slot, next; /* two slots whose middles t lies between */
    double share;   /* of next, 0…1 */
    int own;        /* the slot t lies in */
} Place;

static Place place_of(const BaselineOptions *o, int64_t t)
{
    int64_t phase = t % o->season_ms;
    if (phase < 0) phase += o->season_ms;
    double at = (double)phase / (double)o->season_ms * SEASON_SLOTS;
    int own = (int)at < SEASON_SLOTS ? (int)at : SEASON_SLOTS - 1;
    double from_middle = at - 0.5 - floor(at - 0.5);
    int slot = ((int)floor(at - 0.5) + SEASON_SLOTS) % SEASON_SLOTS;
    return (Place){.slot = slot, .next = (slot + 1) % SEASON_SLOTS, .share = from_middle, .own = own};
}

static double season_at(const Baseline *b, const Place *p)
{
    return b->season[p->slot] * (1 - p->share) + b->season[p->next] * p->share;
}

static void learn_season(Baseline *b, const BaselineOptions *o, const Place *p, double residual, double dt)
{
    double per_slot =
        (double)o->season_ms / SEASON_SLOTS / (dt > 0 ? dt : 1); /* readings a slot and season */
    if (per_slot < 1) per_slot = 1;
    double *weight = &b->weight[p->own];
    b->season[p->own] += residual / (*weight + 2 * per_slot);
    if (*weight < 14 * per_slot) *weight += 1;
}

/* ---- level and spread ---- */
static double deviation_of(const Baseline *b)
{
    double s = b->spread * DEVIATION_OF_MEAN_ABS, least = fmax(b->quantum / 2, b->tail / DEVIATIONS_OF_TAIL);
    double tiny = fabs(b->level) * 1e-9 + 1e-12;
    if (s < least) s = least;
    return s > tiny ? s : tiny;
}

static void note_step(Baseline *b, double v)
{
    double step = fabs(v - b->last_v);
    if (step > 0 && isfinite(step) && (b->quantum <= 0 || step < b->quantum)) b->quantum = step;
}

static void learn_tail(Baseline *b, double size)
{
    if (b->tail <= 0) b->tail = b->spread * TAIL_OF_MEAN_ABS; /* the signal began constant */
    b->tail *= size > b->tail ? 1 + TAIL_STEP * (1 - TAIL_SHARE) : 1 - TAIL_STEP * TAIL_SHARE;
}

static void learn(Baseline *b, const BaselineOptions *o, const Place *p, double residual, double dt)
{
    double limit = o->k * deviation_of(b);
    double clipped = residual > limit ? limit : residual < -limit ? -limit : residual;
    double tau = fmax((double)o->warmup_ms, HOUR_MS);
    if (o->season_ms) tau = 2 * (double)o->season_ms;
    double share = dt / (tau + dt);
    double early = 1.0 / (b->count + 1.0);
    if (early > share && !o->season_ms) share = early;
    learn_tail(b, fabs(residual));
    b->level += share * clipped;
    double spread_share = dt / (fmax(tau / 2, HOUR_MS) + dt);
    if (early > spread_share) spread_share = early;
    b->spread += spread_share * (fabs(clipped) - b->spread);
    if (o->season_ms) learn_season(b, o, p, clipped, dt);
}

bool baseline_take(Baseline *b, const BaselineOptions *o, int64_t t, double v, double *distance)
{
    double dt = b->count ? (double)((uint64_t)t - (uint64_t)b->last_t) : 0;
    if (b->count) note_step(b, v);
    if (!b->count) b->first_t = t;
    b->last_t = t;
    b->last_v = v;
    if (b->count < DEVIATION_START) {
        b->start[b->count++] = v;
        if (b->count == DEVIATION_START) begin(b);
        return false;
    }
    Place p = {0};
    double usual = b->level;
    if (o->season_ms) {
        p = place_of(o, t);
        usual += season_at(b, &p);
    }
    double residual = v - usual;
    *distance = fabs(residual) / deviation_of(b);
    learn(b, o, &p, residual, dt);
    if (b->count < UINT32_MAX) b->count++;
    return isfinite(*distance) && (uint64_t)t - (uint64_t)b->first_t >= (uint64_t)o->warmup_ms;
}
