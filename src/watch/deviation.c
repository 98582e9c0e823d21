/* Baseline = level + season[slot]. Distance = the larger of two answers, each in standard deviations of what
 * this point usually does. How far is the reading from the baseline: that finds a spike, a step. And how
 * restless is the course of the last hours, mean |residual| of late over the usual one, less one: that finds
 * a drift, a lasting shift, noise that grows.
 *
 * All memories follow one time T: the season, or without one the warm-up (ten minutes at least). The level
 * has 2 T, the spread 1.5 T, the course T/4. Each reading moves them by the share Δt / (τ + Δt) of its
 * residual: it follows time, not count, so a point that reports faster does not forget faster, and with
 * nothing but the four operations a replay gives the same bits on every machine. A residual counts for at
 * most k deviations, so that a spike cannot teach the level that it is usual, while a lasting shift is
 * learnt.
 *
 * Season: SEASON_SLOTS slots of season_ms, cut from the epoch; each learns the residual left by the level,
 * with a share that starts at 1/2 and falls to 1/16 a season. The baseline between the middles of two slots
 * is interpolated, so that no step appears at their border.
 *
 * A standard deviation (Spread) is the largest of three, which agree on a Gaussian: 1.2533 × mean |x|; what
 * one in a thousand exceeds / 3.29 (followed: up by 5 % when exceeded, down by 0.005 % when not, for the
 * course by the part of T/24 that went by, because its readings are hardly new ones); and the largest of late
 * / 3.29. So a signal with a heavy tail, or one that spikes every Monday, is no alarm: what was seen before
 * is usual, and only what goes beyond it is far. The record fades in 30 T, and is learnt once an excursion
 * (once in T/24) and to at most RECORD_MOST deviations: a single wild value does not blind the rule, and an
 * excursion that lasts stays far until the tail has followed it, some thirty readings later.
 *
 * Never less than half of the smallest step ever seen: a signal of coarse resolution does not deviate by
 * moving one step. The first DEVIATION_START readings are kept and give median and mean absolute deviation to
 * start from. */
#include "deviation.h"

#include <math.h>
#include <string.h>

#define DEVIATION_OF_MEAN_ABS 1.2533141373155001 /* √(π/2) */
#define DEVIATIONS_OF_TAIL    3.2905267314918945 /* 99.9 % of a Gaussian lie within */
#define TAIL_OF_MEAN_ABS      (DEVIATION_OF_MEAN_ABS * DEVIATIONS_OF_TAIL)
#define TAIL_STEP             0.05
#define TAIL_SHARE            0.001
#define RECORD_MOST           8.0
#define RESTLESS_LEAST        0.1      /* a course that wavers by a tenth is steady */
#define LEAST_MS              600000.0 /* T is never shorter */

/* Memories in ms. */
typedef struct Memory {
    double level, spread, course, record, excursion;
} Memory;

static Memory memory_of(const BaselineOptions *o)
{
    double t = o->season_ms ? (double)o->season_ms : fmax((double)o->warmup_ms, LEAST_MS);
    return (Memory){
        .level = 2 * t, .spread = 1.5 * t, .course = t / 4, .record = 30 * t, .excursion = t / 24};
}

static double share_of(double dt, double memory)
{
    return dt / (memory + dt);
}

/* A reading on its way through the estimator. */
typedef struct Step {
    Memory memory;
    int64_t t;
    double dt, early; /* early: the share of this reading among all, while there are few */
    double k;
} Step;

/* ---- spread ---- */
static Spread spread_from(double mean)
{
    return (Spread){.mean = mean, .tail = mean * TAIL_OF_MEAN_ABS};
}

static double deviation_of(const Spread *s, double least)
{
    double mean = s->mean * DEVIATION_OF_MEAN_ABS, far = fmax(s->tail, s->record) / DEVIATIONS_OF_TAIL;
    return fmax(fmax(mean, far), least);
}

/* Learns x ≥ 0, which was judged with `deviation`. look: how much of a new observation it is, 0…1. */
static void learn_spread(Spread *s, const Step *now, double x, double deviation, double look)
{
    double share = fmax(share_of(now->dt, now->memory.spread), now->early), step = TAIL_STEP * look;
    s->mean += share * (fmin(x, now->k * deviation) - s->mean);
    if (s->tail <= 0) s->tail = s->mean * TAIL_OF_MEAN_ABS; /* the signal began constant */
    s->tail *= x > s->tail ? 1 + step * (1 - TAIL_SHARE) : 1 - step * TAIL_SHARE;
    s->record *= now->memory.record / (now->memory.record + now->dt);
    x = fmin(x, RECORD_MOST * deviation);
    bool again = s->record > 0 && (double)((uint64_t)now->t - (uint64_t)s->record_t) < now->memory.excursion;
    if (again || x <= s->record) return;
    s->record = x;
    s->record_t = now->t;
}

/* ---- start ---- */
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
    b->course = median(v, DEVIATION_START) * (0.7978845608028654 / 0.6744897501960817);
    b->residual = spread_from(b->course);
    b->restless = spread_from(2 * RESTLESS_LEAST);
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

/* ---- judging and learning ---- */
static void note_step(Baseline *b, double v)
{
    double step = fabs(v - b->last_v);
    if (step > 0 && isfinite(step) && (b->quantum <= 0 || step < b->quantum)) b->quantum = step;
}

/* What a residual cannot be told from 0 by. */
static double resolution(const Baseline *b)
{
    return fmax(b->quantum / 2, fabs(b->level) * 1e-9 + 1e-12);
}

/* How far the residual is, and how restless the course has become with it. */
static double judge(Baseline *b, const BaselineOptions *o, const Step *now, const Place *p, double residual)
{
    double least = resolution(b), deviation = deviation_of(&b->residual, least), most = o->k * deviation;
    double size = fabs(residual), clipped = fmax(fmin(residual, most), -most);
    b->course += share_of(now->dt, now->memory.course) * (fabs(clipped) - b->course);
    double restless = fmax((b->course + least) / (b->residual.mean + least) - 1, 0);
    double wavers = deviation_of(&b->restless, RESTLESS_LEAST);
    learn_spread(&b->residual, now, size, deviation, 1);
    learn_spread(&b->restless, now, restless, wavers, fmin(now->dt / now->memory.excursion, 1));
    double share = share_of(now->dt, now->memory.level);
    if (!o->season_ms) share = fmax(share, now->early);
    b->level += share * clipped;
    if (o->season_ms) learn_season(b, o, p, clipped, now->dt);
    return fmax(size / deviation, restless / wavers);
}

bool baseline_take(Baseline *b, const BaselineOptions *o, int64_t t, double v, double *distance)
{
    Step now = {.memory = memory_of(o), .t = t, .k = o->k, .early = 1.0 / (b->count + 1.0)};
    if (b->count) {
        now.dt = (double)((uint64_t)t - (uint64_t)b->last_t);
        note_step(b, v);
    } else {
        b->first_t = t;
    }
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
    *distance = judge(b, o, &now, &p, v - usual);
    if (b->count < UINT32_MAX) b->count++;
    return isfinite(*distance) && (uint64_t)t - (uint64_t)b->first_t >= (uint64_t)o->warmup_ms;
}
