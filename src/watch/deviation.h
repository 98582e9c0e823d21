/* The baseline of a deviation rule: what is usual for this point at this time of its season, and how far
 * readings usually stray. Streaming, a fixed size, no history kept. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { SEASON_SLOTS = 48, DEVIATION_START = 32 /* readings that the first estimate is made of */ };

typedef struct Baseline {
    int64_t first_t, last_t;
    uint32_t count;
    double level;   /* running location */
    double spread;  /* running mean of clipped |residual| */
    double quantum; /* smallest step between two readings that was not 0; 0: none seen */
    double tail;    /* |residual| that one reading in a hundred exceeds */
    double last_v;
    double season[SEASON_SLOTS]; /* what the time of the season adds to the level */
    double weight[SEASON_SLOTS]; /* how much was learnt into each, in readings, bounded */
    double start[DEVIATION_START];
} Baseline;

typedef struct BaselineOptions {
    double k;                     /* training sees residuals clipped to ± k deviations */
    int64_t warmup_ms, season_ms; /* season 0: none */
} BaselineOptions;

/* Judges v against what was learnt before it, then learns it. false: still warming up. distance ≥ 0 in robust
 * standard deviations. Readings come in order of t. */
bool baseline_take(Baseline *b, const BaselineOptions *o, int64_t t, double v, double *distance);
