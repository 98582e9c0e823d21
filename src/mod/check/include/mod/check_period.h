/* The periods of a plan: a year or one month of it, cut by the cadence. Pure. */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum { CADENCE_ONCE, CADENCE_MONTH, CADENCE_QUARTER, CADENCE_HALF } Cadence;
typedef struct PlanSpan {
    int year, month; /* month 0: the whole year */
    Cadence cadence;
} PlanSpan;
typedef struct Period {
    int64_t from, until; /* ms; until is the first instant after it */
    char label[32];      /* "2026-11", "2026-Q4", "2026-H2", "2026" */
} Period;

/* "once", "month", "quarter", "half"; anything else counts as once. */
Cadence cadence_of(Str name);
/* The period that `now` lies in, the first one when the plan is still to begin. false: the plan is over. */
bool plan_period(const PlanSpan *span, int64_t now, Period *out);
