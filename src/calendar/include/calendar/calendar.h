/* Working time after the Chinese calendar, and when a time limit ends. Pure: no database, no clock.
 *
 * Civil time is Asia/Shanghai (UTC+8, no summer time). Hours and minutes run to the minute from their start.
 * Days begin the day after the start and end at 24:00 of the last one; working days count working days only,
 * and whether a last natural day that is off moves to the next working day is a setting. Working hours run
 * inside the working hours of working days. A year whose holidays were not entered counts Monday to Friday,
 * and whatever touches it is provisional. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Calendar Calendar;

typedef enum { DAY_OFF = 0, DAY_WORK = 1 } DayKind;

typedef struct WorkSpan {
    int from, to; /* minutes of the day, 0 to 1440 */
} WorkSpan;

typedef struct CalendarOptions {
    WorkSpan spans[4]; /* in order, not overlapping; nspans 0: 09:00–12:00 and 13:30–17:30 */
    size_t nspans;
    bool move_last_day_off; /* a natural-day limit that ends on a day off ends on the next working day */
} CalendarOptions;

/* Are they in order, within the day, not empty, not overlapping? A span over midnight is two, and no working
 * hours. */
bool calendar_spans_ok(const WorkSpan *spans, size_t n);
/* opt->spans must be good. */
Calendar *calendar_new(const CalendarOptions *opt);
void calendar_free(Calendar **c);
/* An exception to the week: a holiday, or a Saturday or Sunday that is worked (调休). day: days since
 * 1970-01-01 in civil time. The year counts as entered once calendar_year was called. */
void calendar_set(Calendar *c, int32_t day, DayKind kind);
void calendar_year(Calendar *c, int year);

bool calendar_is_work(const Calendar *c, int32_t day, bool *provisional);

typedef enum { DUE_MINUTES, DUE_HOURS, DUE_DAYS, DUE_WORK_HOURS, DUE_WORK_DAYS } DueUnit;

typedef struct Due {
    int64_t at; /* ms UTC; the first instant at which it is overdue */
    bool provisional;
} Due;

/* The end of a limit of `amount` (≥ 0, ≤ 100,000) units from `start` (ms). Zero days end with the day of the
 * start; zero working days too, or with the next working day when that one is off; zero of the others is over
 * at once. */
Due calendar_due(const Calendar *c, int64_t start, int64_t amount, DueUnit unit);
/* Milliseconds between a and b (a ≤ b) that count for the unit: all, or those inside working hours (work
 * hours) or on working days (work days). A pause gives back what counted while it lasted. */
int64_t calendar_between(const Calendar *c, int64_t a, int64_t b, DueUnit unit);
/* The instant at which `ms` (≥ 0) more have counted after `start`; the last instant is not skipped over a
 * break: eight working hours from the morning end at the end of that working day. */
Due calendar_add(const Calendar *c, int64_t start, int64_t ms, DueUnit unit);

/* Days since 1970-01-01 of an instant and of a date; the date of a day. */
int32_t calendar_day(int64_t t);
int32_t calendar_day_of(int year, int month, int day);
void calendar_date(int32_t day, int *year, int *month, int *mday);
