/* Ends of periods are mod/task's; here are their beginnings. A period belongs to the year it begins in, so
 * that a week or a term over the turn of a year is counted once. */
#include "base/clock.h"
#include "period.h"

enum { LONGEST_DAYS = 400 };

MeetingSpan meeting_span(TaskPer per, int64_t t)
{
    int64_t from = t - LONGEST_DAYS * MS_DAY, to = task_period_end(per, 1, from);
    while (to <= t) {
        from = to;
        to = task_period_end(per, 1, from);
    }
    return (MeetingSpan){from, to};
}

size_t meeting_spans(TaskPer per, int year, MeetingSpan *out, size_t most)
{
    Civil first = {.year = year, .month = 1, .day = 1}, last = {.year = year + 1, .month = 1, .day = 1};
    int64_t begin = civil_ms(&first), end = civil_ms(&last), from = task_period_end(per, 1, begin - 1);
    size_t n = 0;
    while (from < end && n < most) {
        int64_t to = task_period_end(per, 1, from);
        out[n++] = (MeetingSpan){from, to};
        from = to;
    }
    return n;
}
