/* The grades of one rule on one point. Level, rate, expr and deviation all climb the same ladder: a value is
 * compared with a limit a grade, a run of readings on the other side must last a delay, then the grade
 * changes. Values are turned so that "exceeds" is always x ≥ limit; for a low limit both are negated, which
 * is exact. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "watch/watch.h"

#define GRADES 4

typedef struct Ladder {
    double sign;                  /* x = sign × value: 1, or -1 for dir low */
    double floor;                 /* limit of the least severe grade: below it nothing can begin */
    double limit[GRADES];         /* [grade - 1]; +inf where the grade is not used */
    double hold[GRADES];          /* an active grade stays while x ≥ hold */
    uint64_t on_delay, off_delay; /* ms */
} Ladder;

/* State: one bit a grade, active in the low four, a run in progress in the high four; run[] holds when that
 * run began and keeps it after the change it led to. */
typedef uint8_t LadderBits;
#define LADDER_ACTIVE(bits)  ((bits)&0x0F)
#define LADDER_RUNNING(bits) ((bits) >> 4)

/* Milliseconds from a to b ≥ a, whatever their signs. */
static inline uint64_t span(int64_t a, int64_t b)
{
    return (uint64_t)b - (uint64_t)a;
}

/* The most severe active grade, 0: none. */
static inline uint8_t ladder_top(LadderBits bits)
{
    return LADDER_ACTIVE(bits) ? (uint8_t)(__builtin_ctz(bits) + 1) : 0;
}

/* An on-run cannot bridge a gap; off-runs and active grades are not affected. */
static inline void ladder_gap(LadderBits *bits)
{
    *bits &= (LadderBits)(LADDER_ACTIVE(*bits) * 0x11);
}

/* One value at t. */
static inline void ladder_step(const Ladder *l, int64_t run[GRADES], LadderBits *bits, double x, int64_t t)
{
    for (int g = 0; g < GRADES; g++) {
        LadderBits on = (LadderBits)(1 << g), running = (LadderBits)(0x10 << g);
        bool active = *bits & on;
        bool leaving = active ? x < l->hold[g] : x >= l->limit[g];
        if (!leaving) {
            *bits &= (LadderBits)~running;
            continue;
        }
        if (!(*bits & running)) {
            *bits |= running;
            run[g] = t;
        }
        if (span(run[g], t) >= (active ? l->off_delay : l->on_delay))
            *bits = (LadderBits)((*bits ^ on) & ~running);
    }
}

/* The change of the top grade as an event, when there is one. given: limits as the rule states them. */
bool ladder_event(uint8_t before, LadderBits bits, const int64_t run[GRADES], const double given[GRADES],
                  WatchEvent *e);
