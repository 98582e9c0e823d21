/* See check_period.h. Civil time of Shanghai, as everywhere. */
#include "mod/check_period.h"
#include "base/clock.h"
#include <stdio.h>

Cadence cadence_of(Str name)
{
    if (str_is(name, "month")) return CADENCE_MONTH;
    if (str_is(name, "quarter")) return CADENCE_QUARTER;
    return str_is(name, "half") ? CADENCE_HALF : CADENCE_ONCE;
}

static int64_t month_start(int year, int month)
{
    return civil_ms(&(Civil){.year = year + (month - 1) / 12, .month = (month - 1) % 12 + 1, .day = 1});
}

static void label(const PlanSpan *span, int months, int at, Period *out)
{
    int no = (at - 1) / months + 1;
    if (months == 12) snprintf(out->label, sizeof out->label, "%04d", span->year);
    else if (months == 1) snprintf(out->label, sizeof out->label, "%04d-%02d", span->year, at);
    else snprintf(out->label, sizeof out->label, "%04d-%c%d", span->year, months == 3 ? 'Q' : 'H', no);
}

bool plan_period(const PlanSpan *span, int64_t now, Period *out)
{
    static const int lengths[] = {
        [CADENCE_ONCE] = 12, [CADENCE_MONTH] = 1, [CADENCE_QUARTER] = 3, [CADENCE_HALF] = 6};
    int months = span->month ? 1 : lengths[span->cadence], first = span->month ? span->month : 1;
    int last = span->month ? span->month : 12;
    for (int at = first; at <= last; at += months) {
        out->from = month_start(span->year, at);
        out->until = month_start(span->year, at + months);
        label(span, months, at, out);
        if (now < out->until) return true;
    }
    return false;
}
