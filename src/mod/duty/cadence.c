/* See cadence.h. Each kind of period is counted from a fixed beginning (days from 1970, weeks from a Monday,
 * months from year 0), so that a period has the same ends whoever asks and whenever. A period cut by the
 * validity keeps its name. The end moves to the last working day within the period, never out of it. */
#include "cadence.h"
#include "base/ctx.h"
#include "base/clock.h"
#include <stdio.h>

static const char *const names[] = {"day",     "week",      "month", "two_months",
                                    "quarter", "half_year", "term",  "year"};
static const int months_of[] = {
    [DUTY_MONTH] = 1, [DUTY_TWO_MONTHS] = 2, [DUTY_QUARTER] = 3, [DUTY_HALF_YEAR] = 6, [DUTY_YEAR] = 12};

DutyPer duty_per_of(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i])) return (DutyPer)i;
    return DUTY_NEVER;
}

static int64_t floor_to(int64_t n, int64_t size)
{
    return (n / size - (n % size < 0)) * size;
}

static int64_t month_start(int64_t month)
{
    return civil_ms(&(Civil){.year = (int)(month / 12), .month = (int)(month % 12) + 1, .day = 1});
}

static void of_days(int64_t day, int n, int shift, DutyPeriod *out)
{
    int64_t first = floor_to(day + shift, n) - shift;
    out->from = civil_day_start(first);
    out->until = civil_day_start(first + n);
}

static void of_term(int64_t t, DutyPeriod *out)
{
    Civil c = civil_of(t);
    bool spring = c.month >= 2 && c.month < 9;
    int year = c.month < 2 ? c.year - 1 : c.year;
    out->from = civil_ms(&(Civil){.year = year, .month = spring ? 2 : 9, .day = 1});
    out->until = civil_ms(&(Civil){.year = spring ? year : year + 1, .month = spring ? 9 : 2, .day = 1});
}

static void whole(const DutyCadence *d, int64_t t, DutyPeriod *out)
{
    int n = d->every > 0 ? d->every : 1;
    if (d->per == DUTY_DAY) of_days(civil_day(t), n, 0, out);
    else if (d->per == DUTY_WEEK) of_days(civil_day(t), 7 * n, 3, out); /* day 0 was a Thursday */
    else if (d->per == DUTY_TERM) of_term(t, out);
    else {
        Civil c = civil_of(t);
        int64_t size = (int64_t)months_of[d->per] * n;
        int64_t first = floor_to((int64_t)c.year * 12 + c.month - 1, size);
        out->from = month_start(first);
        out->until = month_start(first + size);
    }
}

static void name(const DutyCadence *d, DutyPeriod *out)
{
    Civil a = civil_of(out->from), b = civil_of(out->until - MS_SECOND);
    size_t n = sizeof out->label;
    bool one = d->every <= 1;
    if (d->per == DUTY_DAY && one) snprintf(out->label, n, "%04d-%02d-%02d", a.year, a.month, a.day);
    else if (d->per == DUTY_DAY || d->per == DUTY_WEEK)
        snprintf(out->label, n, "%04d-%02d-%02d/%02d-%02d", a.year, a.month, a.day, b.month, b.day);
    else if (d->per == DUTY_MONTH && one) snprintf(out->label, n, "%04d-%02d", a.year, a.month);
    else if (d->per == DUTY_QUARTER && one) snprintf(out->label, n, "%04d-Q%d", a.year, (a.month + 2) / 3);
    else if (d->per == DUTY_HALF_YEAR && one)
        snprintf(out->label, n, "%04d-H%d", a.year, a.month > 6 ? 2 : 1);
    else if (d->per == DUTY_YEAR && one) snprintf(out->label, n, "%04d", a.year);
    else snprintf(out->label, n, "%04d-%02d/%04d-%02d", a.year, a.month, b.year, b.month);
}

/* The last working day in it; false: there is none. */
static bool last_work_day(const Calendar *c, const DutyPeriod *p, int32_t *out)
{
    bool provisional;
    int32_t first = calendar_day(p->from);
    for (*out = calendar_day(p->until - 1); *out >= first; --*out)
        if (calendar_is_work(c, *out, &provisional)) return true;
    return false;
}

static bool cut(const Calendar *c, const DutyCadence *d, DutyPeriod *out)
{
    int32_t day = 0;
    if (out->from < d->from) out->from = d->from;
    if (d->until != TIME_NONE && out->until > d->until) out->until = d->until;
    out->due = out->until - MS_SECOND;
    if (d->any_day) return true;
    if (last_work_day(c, out, &day)) {
        int64_t end = civil_day_start((int64_t)day + 1) - MS_SECOND;
        if (end < out->due) out->due = end;
        return true;
    }
    return d->per != DUTY_DAY;
}

bool duty_period(const Calendar *c, const DutyCadence *d, int64_t t, DutyPeriod *out)
{
    enum { DAYS_OFF_MOST = 60 }; /* a year that is entered as all holidays ends the search, not the program */
    if (d->per == DUTY_NEVER) return false;
    if (t < d->from) t = d->from;
    for (int i = 0; i < DAYS_OFF_MOST; i++) {
        if (d->until != TIME_NONE && t >= d->until) return false;
        whole(d, t, out);
        name(d, out);
        if (cut(c, d, out)) return true;
        t = out->until;
    }
    return false;
}
