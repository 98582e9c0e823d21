/* When a limit ends. One walk serves all units that mind the calendar: over the spans of time that count (the
 * whole working day, or its working hours), using them up until the amount is spent. Every amount of work is
 * found sooner or later, because exceptions end with the last year and the week goes on. Bounds: an amount is
 * at most 100,000 units, so a walk is some hundred thousand days at most. */
#include "calendar_int.h"
#include "base/clock.h"
#include "base/rc.h"

enum { MAX_AMOUNT = 100000 };

/* An instant before or after which no limit of ours lies: years 1970 to 2999. */
static int64_t within(int64_t t)
{
    const int64_t last = INT64_C(32503651200000);
    return t < 0 ? 0 : t > last ? last : t;
}

/* The spans of a day that count. */
static size_t spans_of(const Calendar *c, DueUnit unit, WorkSpan out[MAX_SPANS])
{
    if (unit != DUE_WORK_HOURS) {
        out[0] = (WorkSpan){0, 1440};
        return 1;
    }
    for (size_t i = 0; i < c->nspans; i++) out[i] = c->spans[i];
    return c->nspans;
}

static bool counts_days(DueUnit unit)
{
    return unit == DUE_WORK_HOURS || unit == DUE_WORK_DAYS;
}

Due calendar_add(const Calendar *c, int64_t start, int64_t ms, DueUnit unit)
{
    ENSURE(ms >= 0);
    start = within(start);
    if (!counts_days(unit)) return (Due){.at = within(start + within(ms))};
    Due due = {.at = start};
    WorkSpan spans[MAX_SPANS];
    size_t n = spans_of(c, unit, spans);
    if (ms == 0) return due;
    for (int32_t day = calendar_day(start);; day++) {
        if (!calendar_is_work(c, day, &due.provisional)) continue;
        int64_t base = civil_day_start(day);
        for (size_t i = 0; i < n; i++) {
            int64_t from = base + spans[i].from * MS_MINUTE, to = base + spans[i].to * MS_MINUTE;
            if (from < start) from = start;
            if (from >= to) continue;
            if (ms <= to - from) {
                due.at = from + ms;
                return due;
            }
            ms -= to - from;
        }
        due.at = within(base + MS_DAY);
        if (due.at < base) return due; /* the year 3000 */
    }
}

int64_t calendar_between(const Calendar *c, int64_t a, int64_t b, DueUnit unit)
{
    a = within(a);
    b = within(b);
    if (b <= a) return 0;
    if (!counts_days(unit)) return b - a;
    WorkSpan spans[MAX_SPANS];
    size_t n = spans_of(c, unit, spans);
    int64_t sum = 0;
    int32_t last = calendar_day(b);
    for (int32_t day = calendar_day(a); day <= last; day++) {
        if (!calendar_is_work(c, day, NULL)) continue;
        int64_t base = civil_day_start(day);
        for (size_t i = 0; i < n; i++) {
            int64_t from = base + spans[i].from * MS_MINUTE, to = base + spans[i].to * MS_MINUTE;
            if (from < a) from = a;
            if (to > b) to = b;
            if (from < to) sum += to - from;
        }
    }
    return sum;
}

/* The first working day at or after the day. */
static int32_t next_work(const Calendar *c, int32_t day, bool *provisional)
{
    while (!calendar_is_work(c, day, provisional)) day++;
    return day;
}

static Due due_days(const Calendar *c, int64_t start, int64_t amount)
{
    Due due = {0};
    int32_t last = calendar_day(start) + (int32_t)amount;
    if (c->move_last_day_off) last = next_work(c, last, &due.provisional);
    due.at = civil_day_start(last + 1);
    return due;
}

static Due due_work_days(const Calendar *c, int64_t start, int64_t amount)
{
    Due due = {0};
    int32_t day = calendar_day(start);
    if (amount == 0) day = next_work(c, day, &due.provisional);
    for (; amount > 0; amount--) day = next_work(c, day + 1, &due.provisional);
    due.at = civil_day_start(day + 1);
    return due;
}

Due calendar_due(const Calendar *c, int64_t start, int64_t amount, DueUnit unit)
{
    ENSURE(amount >= 0 && amount <= MAX_AMOUNT);
    start = within(start);
    switch (unit) {
    case DUE_MINUTES:
        return (Due){.at = start + amount * MS_MINUTE};
    case DUE_HOURS:
        return (Due){.at = start + amount * MS_HOUR};
    case DUE_DAYS:
        return due_days(c, start, amount);
    case DUE_WORK_HOURS:
        return calendar_add(c, start, amount * MS_HOUR, unit);
    case DUE_WORK_DAYS:
        return due_work_days(c, start, amount);
    }
    ensure_failed("unit of a limit", __FILE__, __LINE__);
}
