/* A detector as the alarm engine runs it, for many limits at once: rules of one kind with four grades each,
 * so that every limit of a ladder is a grade of some rule, on one lane through the public face of watch. */
#pragma once
#include "watch/watch.h"

enum { DETECT_RULES = 32, DETECT_LIMITS = DETECT_RULES * 4 };

typedef struct Detect {
    RuleSet *rules;
    WatchLane *lane;
    double limit[DETECT_LIMITS]; /* ascending */
    uint8_t top[DETECT_RULES];   /* active grade of each rule, 0: none */
    uint8_t old[DETECT_RULES];   /* before the newest reading */
} Detect;

typedef struct DetectPlan {
    bool level; /* readings are scores already; else they are judged by a deviation rule */
    int64_t warmup_ms, season_ms,
        off_delay_ms; /* an alarm stands so long after the last reading over the limit */
} DetectPlan;

/* The smallest limit, and the factor from one to the next: 3 … 27.9. */
#define DETECT_LEAST  3.0
#define DETECT_FACTOR 1.0177

/* false: the engine refused the rules; said why on standard error. */
bool detect_open(Detect *d, const DetectPlan *plan);
void detect_close(Detect *d);
/* Judges one more reading; times ascend. */
void detect_take(Detect *d, int64_t t, double v);
/* After it: does the alarm of that limit stand, and did it rise with this reading? */
bool detect_stands(const Detect *d, int limit);
bool detect_rose(const Detect *d, int limit);
