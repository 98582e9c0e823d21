/* Time. An instant is int64 milliseconds UTC since 1970. Civil time is Asia/Shanghai (UTC+8, no daylight
 * saving) whatever the machine's zone: partitions, steps, due dates and papers are cut by it. */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

#define MS_SECOND   INT64_C(1000)
#define MS_MINUTE   INT64_C(60000)
#define MS_HOUR     INT64_C(3600000)
#define MS_DAY      INT64_C(86400000)
#define CIVIL_SHIFT (8 * MS_HOUR)
#define TIME_NONE   INT64_MIN

/* The wall clock now, and a clock that never steps back (for durations). */
int64_t clock_now(void);
int64_t clock_mono_us(void);
/* Tests only: freeze clock_now() at t; TIME_NONE sets it free. */
void clock_freeze(int64_t t);
/* Tests only: where it is frozen, or TIME_NONE. */
int64_t clock_frozen(void);

typedef struct Civil {
    int year, month, day; /* 1-based */
    int hour, minute, second, ms;
    int weekday; /* 1 Monday … 7 Sunday */
} Civil;
Civil civil_of(int64_t t);
/* The instant of a civil time; fields may be out of range and carry (day 32 → next month). */
int64_t civil_ms(const Civil *c);
/* Number of the civil day (0 = 1970-01-01 in Shanghai), and the instant of its 00:00. */
int64_t civil_day(int64_t t);
int64_t civil_day_start(int64_t day);
/* Start of the step that t lies in; steps are cut from 00:00 civil time of 1970-01-01. step > 0. */
int64_t civil_step(int64_t t, int64_t step);

/* RFC 3339 with an offset ("Z" or "+08:00"), a space for T allowed, fraction cut to ms. false: not one, or a
 * date that does not exist. "2026-11-22" and a time without an offset are read as civil time when civil_ok.
 */
bool time_parse(Str s, bool civil_ok, int64_t *out);
#define TIME_TEXT_MAX 32
/* "2026-11-22T14:05:09+08:00", with ".123" only when ms is not 0. Returns buf. */
const char *time_print(int64_t t, char buf[TIME_TEXT_MAX]);
/* "2026-11-22 14:05:09", for papers and spreadsheets. */
const char *time_print_civil(int64_t t, char buf[TIME_TEXT_MAX]);
