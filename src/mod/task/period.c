/* Periods of duties in civil time. Each kind is counted from a fixed beginning (days from 1970, weeks from a
 * Monday, months from year 0), so that a period has the same ends whoever asks and whenever. School terms
 * begin on 1 February and 1 September. */
#include "task_private.h"

static const char *const names[] = {[TASK_DAY] = "day",         [TASK_WEEK] = "week",
                                    [TASK_MONTH] = "month",     [TASK_TWO_MONTHS] = "two_months",
                                    [TASK_QUARTER] = "quarter", [TASK_HALF_YEAR] = "half_year",
                                    [TASK_TERM] = "term",       [TASK_YEAR] = "year"};

const char *task_per_name(TaskPer per)
{
    return names[per];
}

TaskPer task_per_of(Str name)
{
    for (TaskPer p = TASK_DAY; p <= TASK_YEAR; p++)
        if (str_is(name, names[p])) return p;
    return TASK_ONCE;
}

/* The first whole multiple of size after n. */
static int64_t next_multiple(int64_t n, int64_t size)
{
    int64_t q = n / size - (n % size < 0);
    return (q + 1) * size;
}

static int64_t term_end(int64_t t)
{
    Civil c = civil_of(t);
    Civil end = {
        .year = c.month >= 9 ? c.year + 1 : c.year, .month = c.month < 2 || c.month >= 9 ? 2 : 9, .day = 1};
    return civil_ms(&end);
}

int64_t task_period_end(TaskPer per, int every, int64_t t)
{
    static const int months[] = {
        [TASK_MONTH] = 1, [TASK_TWO_MONTHS] = 2, [TASK_QUARTER] = 3, [TASK_HALF_YEAR] = 6, [TASK_YEAR] = 12};
    int64_t day = civil_day(t), n = every > 0 ? every : 1;
    if (per == TASK_TERM) return term_end(t);
    if (per == TASK_ONCE || per == TASK_DAY) return civil_day_start(next_multiple(day, n));
    if (per == TASK_WEEK) /* day 0 was a Thursday */
        return civil_day_start(next_multiple(day + 3, 7 * n) - 3);
    Civil c = civil_of(t);
    int64_t month = next_multiple((int64_t)c.year * 12 + c.month - 1, months[per] * n);
    Civil end = {.year = (int)(month / 12), .month = (int)(month % 12) + 1, .day = 1};
    return civil_ms(&end);
}
