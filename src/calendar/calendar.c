/* The calendar: which days are worked. The week says it, exceptions overrule it, and a year that nobody
 * entered is answered by the week with the mark "provisional". Exceptions are bits by year and day of the
 * year, so that walking over centuries of days costs little. */
#include "calendar_int.h"
#include "base/clock.h"
#include "base/rc.h"
#include <stdlib.h>

bool calendar_spans_ok(const WorkSpan *spans, size_t n)
{
    if (n > MAX_SPANS) return false;
    for (size_t i = 0; i < n; i++) {
        if (spans[i].from < 0 || spans[i].to > 1440 || spans[i].from >= spans[i].to) return false;
        if (i > 0 && spans[i].from < spans[i - 1].to) return false;
    }
    return true;
}

Calendar *calendar_new(const CalendarOptions *opt)
{
    static const WorkSpan usual[] = {{9 * 60, 12 * 60}, {13 * 60 + 30, 17 * 60 + 30}};
    const WorkSpan *spans = opt && opt->nspans ? opt->spans : usual;
    size_t n = opt && opt->nspans ? opt->nspans : sizeof usual / sizeof *usual;
    ENSURE(calendar_spans_ok(spans, n));
    Calendar *c = calloc(1, sizeof *c);
    ENSURE(c);
    for (size_t i = 0; i < n; i++) c->spans[i] = spans[i];
    c->nspans = n;
    c->move_last_day_off = opt && opt->move_last_day_off;
    return c;
}

void calendar_free(Calendar **cp)
{
    Calendar *c = *cp;
    if (!c) return;
    for (size_t i = 0; i < YEARS; i++) free(c->year[i]);
    free(c);
    *cp = NULL;
}

/* ---- Days and dates (proleptic Gregorian, after Howard Hinnant's days_from_civil) ---- */

int32_t calendar_day_of(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void calendar_date(int32_t day, int *year, int *month, int *mday)
{
    int64_t z = (int64_t)day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *mday = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

int32_t calendar_day(int64_t t)
{
    int64_t day = civil_day(t);
    ENSURE(day >= INT32_MIN / 2 && day <= INT32_MAX / 2);
    return (int32_t)day;
}

/* ---- Exceptions ---- */

static bool bit_get(const unsigned char *bits, int i)
{
    return (bits[i / 8] >> (i % 8)) & 1;
}

static void bit_put(unsigned char *bits, int i, bool on)
{
    unsigned char mask = (unsigned char)(1u << (i % 8));
    bits[i / 8] = (unsigned char)(on ? bits[i / 8] | mask : bits[i / 8] & ~mask);
}

void calendar_set(Calendar *c, int32_t day, DayKind kind)
{
    int y, m, d;
    calendar_date(day, &y, &m, &d);
    if (y < FIRST_YEAR || y > LAST_YEAR) return;
    CalYear **slot = &c->year[y - FIRST_YEAR];
    if (!*slot) *slot = calloc(1, sizeof **slot);
    ENSURE(*slot);
    int i = day - calendar_day_of(y, 1, 1);
    bit_put((*slot)->off, i, kind == DAY_OFF);
    bit_put((*slot)->work, i, kind == DAY_WORK);
}

void calendar_year(Calendar *c, int year)
{
    if (year >= FIRST_YEAR && year <= LAST_YEAR) c->entered[year - FIRST_YEAR] = true;
}

bool calendar_is_work(const Calendar *c, int32_t day, bool *provisional)
{
    int y, m, d;
    calendar_date(day, &y, &m, &d);
    bool known = y >= FIRST_YEAR && y <= LAST_YEAR;
    if (provisional && !(known && c->entered[y - FIRST_YEAR])) *provisional = true;
    const CalYear *year = known ? c->year[y - FIRST_YEAR] : NULL;
    int i = year ? day - calendar_day_of(y, 1, 1) : 0;
    if (year && bit_get(year->off, i)) return false;
    if (year && bit_get(year->work, i)) return true;
    int weekday = (int)((((int64_t)day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday; 0 is Monday */
    return weekday < 5;
}
