/* Instants and civil time. Asia/Shanghai has had one offset, +08:00, since 1991, so civil time is plain
 * arithmetic and needs no zone database. Days are counted with the era method (400 years = 146097 days),
 * right for negative years too. */
#include "base/clock.h"
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic int64_t frozen_at = TIME_NONE;

int64_t clock_now(void)
{
    int64_t frozen = atomic_load_explicit(&frozen_at, memory_order_relaxed);
    if (frozen != TIME_NONE) return frozen;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * MS_SECOND + ts.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void clock_freeze(int64_t t)
{
    atomic_store(&frozen_at, t);
}

int64_t clock_frozen(void)
{
    return atomic_load(&frozen_at);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}
static int64_t floor_mod(int64_t a, int64_t b)
{
    return a - floor_div(a, b) * b;
}

static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    /* Months out of range carry into the year; the day carries by itself. */
    year += floor_div(month - 1, 12);
    month = floor_mod(month - 1, 12) + 1;
    if (month <= 2) year--;
    int64_t era = floor_div(year, 400);
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year + day - 1 - 719468;
}

static void date_from_days(int64_t days, Civil *c)
{
    days += 719468;
    int64_t era = floor_div(days, 146097);
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    c->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    c->year = (int)(yoe + era * 400 + (c->month <= 2));
}

Civil civil_of(int64_t t)
{
    /* Keep the ends of the range from overflowing when the shift is added. */
    if (t > INT64_MAX - CIVIL_SHIFT) t = INT64_MAX - CIVIL_SHIFT;
    int64_t local = t + CIVIL_SHIFT;
    int64_t days = floor_div(local, MS_DAY);
    int64_t ms = local - days * MS_DAY;
    Civil c = {0};
    date_from_days(days, &c);
    c.hour = (int)(ms / MS_HOUR);
    c.minute = (int)(ms / MS_MINUTE % 60);
    c.second = (int)(ms / MS_SECOND % 60);
    c.ms = (int)(ms % MS_SECOND);
    c.weekday = (int)floor_mod(days + 3, 7) + 1; /* 1970-01-01 was a Thursday */
    return c;
}

int64_t civil_ms(const Civil *c)
{
    return days_from_date(c->year, c->month, c->day) * MS_DAY + c->hour * MS_HOUR + c->minute * MS_MINUTE +
           c->second * MS_SECOND + c->ms - CIVIL_SHIFT;
}

int64_t civil_day(int64_t t)
{
    return floor_div(t + CIVIL_SHIFT, MS_DAY);
}

int64_t civil_day_start(int64_t day)
{
    return day * MS_DAY - CIVIL_SHIFT;
}

int64_t civil_step(int64_t t, int64_t step)
{
    return t - floor_mod(t + CIVIL_SHIFT, step);
}

/* Reads exactly digits digits. */
static bool take_digits(Str *s, int digits, int *out)
{
    if (s->n < (size_t)digits) return false;
    int v = 0;
    for (int i = 0; i < digits; i++) {
        if (s->p[i] < '0' || s->p[i] > '9') return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *out = v;
    *s = str_n(s->p + digits, s->n - (size_t)digits);
    return true;
}

static bool take_char(Str *s, char c)
{
    if (!s->n || s->p[0] != c) return false;
    *s = str_n(s->p + 1, s->n - 1);
    return true;
}

static bool take_date(Str *s, Civil *c)
{
    if (!take_digits(s, 4, &c->year) || !take_char(s, '-') || !take_digits(s, 2, &c->month) ||
        !take_char(s, '-') || !take_digits(s, 2, &c->day))
        return false;
    if (c->month < 1 || c->month > 12 || c->day < 1) return false;
    return c->day <= days_from_date(c->year, c->month + 1, 1) - days_from_date(c->year, c->month, 1);
}

static bool take_fraction(Str *s, int *ms)
{
    int digits = 0, v = 0;
    while (s->n && s->p[0] >= '0' && s->p[0] <= '9') {
        if (digits < 3) v = v * 10 + (s->p[0] - '0');
        digits++;
        *s = str_n(s->p + 1, s->n - 1);
    }
    for (int i = digits; i < 3; i++) v *= 10;
    *ms = v;
    return digits > 0;
}

static bool take_time(Str *s, Civil *c)
{
    if (!take_digits(s, 2, &c->hour) || !take_char(s, ':') || !take_digits(s, 2, &c->minute)) return false;
    if (!take_char(s, ':') || !take_digits(s, 2, &c->second)) return false;
    if (c->hour > 23 || c->minute > 59 || c->second > 59) return false;
    return !take_char(s, '.') || take_fraction(s, &c->ms);
}

/* "Z", "z" or "+hh:mm". */
static bool take_offset(Str *s, int64_t *offset)
{
    if (take_char(s, 'Z') || take_char(s, 'z')) {
        *offset = 0;
        return true;
    }
    int64_t sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
    int hours, minutes;
    if (!sign || !take_digits(s, 2, &hours) || !take_char(s, ':') || !take_digits(s, 2, &minutes))
        return false;
    if (hours > 23 || minutes > 59) return false;
    *offset = sign * (hours * MS_HOUR + minutes * MS_MINUTE);
    return true;
}

bool time_parse(Str s, bool civil_ok, int64_t *out)
{
    Civil c = {0};
    int64_t offset = CIVIL_SHIFT;
    if (!take_date(&s, &c)) return false;
    if (s.n == 0) {
        if (!civil_ok) return false;
    } else {
        if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' ')) return false;
        if (!take_time(&s, &c)) return false;
        if (s.n == 0 ? !civil_ok : !take_offset(&s, &offset)) return false;
        if (s.n) return false;
    }
    *out = civil_ms(&c) + CIVIL_SHIFT - offset;
    return true;
}

/* The ends of int64 need nine digits for the year: cut to what four can show. */
static Civil printable(int64_t t)
{
    static const int64_t least = INT64_C(-62135625600000), most = INT64_C(253402271999999);
    return civil_of(t < least ? least : t > most ? most : t);
}

const char *time_print(int64_t t, char buf[TIME_TEXT_MAX])
{
    Civil c = printable(t);
    int n = snprintf(buf, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", c.year % 10000, c.month, c.day,
                     c.hour, c.minute, c.second);
    if (c.ms) n += snprintf(buf + n, (size_t)(TIME_TEXT_MAX - n), ".%03d", c.ms);
    snprintf(buf + n, (size_t)(TIME_TEXT_MAX - n), "+08:00");
    return buf;
}

const char *time_print_civil(int64_t t, char buf[TIME_TEXT_MAX])
{
    Civil c = printable(t);
    snprintf(buf, TIME_TEXT_MAX, "%04d-%02d-%02d %02d:%02d:%02d", c.year % 10000, c.month, c.day, c.hour,
             c.minute, c.second);
    return buf;
}
