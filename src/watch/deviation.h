/* The baseline of a deviation rule: what is usual for this point at this time of its season, and how far
 * readings usually stray, at a reading and over hours. Streaming, a fixed size (1.1 kB), no history kept. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    SEASON_SLOTS = 48,
    DEVIATION_START = 32,  /* readings that the first estimate is made of */
    DEVIATION_VERSION = 2, /* of the estimator: what another one learnt is dropped, not reinterpreted */
};

/* How large a quantity that is never negative usually is, so that "far" can be said in standard deviations.
 * Three estimates: each is σ when the quantity is |Gaussian|, the largest counts. */
typedef struct Spread {
    double mean;      /* running mean, of clipped values */
    double tail;      /* what one in a thousand exceeds */
    double record;    /* largest of late; fades */
    int64_t record_t; /* when it was set; 0: not yet */
} Spread;

typedef struct Baseline {
    int64_t first_t, last_t;
    uint32_t count;
    double level;   /* running location */
    double quantum; /* smallest step between two readings that was not 0; 0: none seen */
    double last_v;
    double course;               /* mean |residual| of the last hours */
    Spread residual;             /* |v − baseline| */
    Spread restless;             /* by how much `course` exceeds what is usual, as a share of it */
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
