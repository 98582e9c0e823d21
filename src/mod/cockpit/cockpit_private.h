/* Shared inside the slice. */
#pragma once
#include "mod/cockpit.h"
#include "mod/point.h"
#include "base/clock.h"

#define COCKPIT_DAYS 30

/* ---- cockpit_sum.c, pure ---- */
typedef struct Answer {
    int64_t ack_ms, judge_ms; /* from the raise; negative: not answered */
    int64_t district;
    bool severe; /* red or orange */
} Answer;
typedef struct Spread {
    int64_t n, median_ms, worst_ms; /* n 0: the others are 0 */
} Spread;
/* Of the answers for which pick says yes; member: offsetof ack_ms or judge_ms. scratch holds n figures. */
Spread cockpit_spread(const Answer *list, size_t n, size_t member, bool (*pick)(const Answer *a, int64_t arg),
                      int64_t arg, int64_t *scratch);

typedef struct DistrictRow {
    int64_t id;
    Str code, name;
    int64_t open[5], waiting; /* by grade */
    int64_t alarms, wrong;    /* of the days before */
    Spread ack;
    PointCount points;
} DistrictRow;
/* The worst first: more red, then orange, yellow, blue, then more in the days before. */
void cockpit_rank(DistrictRow *list, size_t n);
