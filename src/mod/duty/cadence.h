/* From a cadence to periods. Pure: calendar and civil time of Shanghai, no database, no clock. */
#pragma once
#include "base/str.h"
#include "calendar/calendar.h"

typedef enum {
    DUTY_DAY,
    DUTY_WEEK,
    DUTY_MONTH,
    DUTY_TWO_MONTHS,
    DUTY_QUARTER,
    DUTY_HALF_YEAR,
    DUTY_TERM, /* a school term: from 1 February and from 1 September */
    DUTY_YEAR,
    DUTY_NEVER /* no cadence: a standing duty */
} DutyPer;
/* DUTY_NEVER when the name is none. */
DutyPer duty_per_of(Str name);

typedef struct DutyCadence {
    DutyPer per;
    int every;           /* periods, 1 and more; not of terms */
    bool any_day;        /* days off count: a daily duty is due on them, an end is not moved before them */
    int64_t from, until; /* validity; until TIME_NONE: open */
} DutyCadence;

typedef struct DutyPeriod {
    int64_t from, until; /* ms; until is the first instant after it, where the next one begins */
    int64_t due;         /* the last second of its last working day */
    char label[24];      /* "2026-11-23", "2026-11-23/11-29", "2026-11", "2026-Q4", "2026-H2", "2026" */
} DutyPeriod;

/* The period that t lies in, cut by the validity; when none is due in it, the next one that is. false: there
 * is none before the validity ends. */
bool duty_period(const Calendar *c, const DutyCadence *d, int64_t t, DutyPeriod *out);
