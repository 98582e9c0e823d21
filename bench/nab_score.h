/* The Numenta Anomaly Benchmark: its series with their labelled windows, and its scorer with the standard
 * profile (Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms", 2015). A detection in a
 * window earns up to 1, the earlier the more, and a window counts once; a window without one costs 1; each
 * detection outside costs up to 0.11, less when it comes soon after a window. The first 15 % of a series do
 * not count. One threshold holds for all series: the one with the best score. 0 is what a detector gets
 * that never speaks, 100 one that hits every window at its first reading and nothing else. */
#pragma once
#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct NabSeries {
    const char *name; /* "realTweets/Twitter_volume_AAPL.csv" */
    int n, probation; /* readings; those before `probation` do not count */
    int64_t *t;       /* ms, not always ascending */
    double *v;
    bool *hit;       /* detections, filled by the caller */
    int16_t *window; /* index of the window a reading lies in, -1: none */
    double *weight;  /* what a detection there is worth */
    int nwindows;
} NabSeries;

typedef struct Nab {
    Arena *arena;
    NabSeries *series;
    int n, nwindows;
} Nab;

/* dir holds data/, labels/ and config/ of the benchmark. false: absent or not readable; err says which. */
bool nab_load(Nab *nab, const char *dir, char err[256]);
void nab_free(Nab *nab);

typedef struct NabResult {
    double score;           /* up to 100 */
    int hits, false_alarms; /* windows with a detection; detections outside of windows */
} NabResult;
/* Of the hits of all series. */
NabResult nab_score(const Nab *nab);
