/* Periods are cut by civil days, weeks from Monday, months and quarters, whatever the hour at which a
 * briefing is written: one that is late because the program was down is about the same time as one that is
 * not. */
#include "period.h"
#include "base/clock.h"

static const char *const names[BRIEF_KINDS] = {"daily", "weekly", "monthly", "bulletin", "quarterly"};

bool brief_kind(Str name, BriefKind *out)
{
    for (int i = 0; i < BRIEF_KINDS; i++) {
        if (!str_is(name, names[i])) continue;
        *out = (BriefKind)i;
        return true;
    }
    return false;
}

const char *brief_kind_name(BriefKind kind)
{
    return names[kind];
}

bool brief_minute(Str s, int *out)
{
    if (s.n != 5 || s.p[2] != ':') return false;
    for (size_t i = 0; i < s.n; i++)
        if (i != 2 && (s.p[i] < '0' || s.p[i] > '9')) return false;
    int hour = (s.p[0] - '0') * 10 + s.p[1] - '0', minute = (s.p[3] - '0') * 10 + s.p[4] - '0';
    *out = hour * 60 + minute;
    return hour < 24 && minute < 60;
}

static int64_t month_start(int64_t t, int months)
{
    Civil c = civil_of(t), first = {.year = c.year, .month = c.month + months, .day = 1};
    return civil_ms(&first);
}

static int64_t quarter_start(int64_t t, int quarters)
{
    return month_start(t, 3 * quarters - (civil_of(t).month - 1) % 3);
}

static int64_t week_start(int64_t t)
{
    return civil_day_start(civil_day(t) - (civil_of(t).weekday - 1));
}

int64_t schedule_due(const Schedule *s, int64_t now)
{
    int64_t at = (int64_t)s->minute * MS_MINUTE, due;
    switch (s->kind) {
    case BRIEF_WEEKLY:
    case BRIEF_BULLETIN:
        due = week_start(now) + (s->weekday - 1) * MS_DAY + at;
        return due <= now ? due : due - 7 * MS_DAY;
    case BRIEF_MONTHLY:
        due = month_start(now, 0) + (s->monthday - 1) * MS_DAY + at;
        return due <= now ? due : month_start(now, -1) + (s->monthday - 1) * MS_DAY + at;
    case BRIEF_QUARTERLY:
        due = quarter_start(now, 0) + (s->monthday - 1) * MS_DAY + at;
        return due <= now ? due : quarter_start(now, -1) + (s->monthday - 1) * MS_DAY + at;
    case BRIEF_DAILY:
    case BRIEF_KINDS:
        break;
    }
    due = civil_day_start(civil_day(now)) + at;
    return due <= now ? due : due - MS_DAY;
}

Period schedule_period(BriefKind kind, int64_t due)
{
    int64_t to = civil_day_start(civil_day(due)), span = MS_DAY;
    if (kind == BRIEF_MONTHLY) {
        to = month_start(due, 0);
        return (Period){month_start(due, -1), to, month_start(due, -2), month_start(due, -1)};
    }
    if (kind == BRIEF_QUARTERLY)
        return (Period){quarter_start(due, -1), quarter_start(due, 0), quarter_start(due, -2),
                        quarter_start(due, -1)};
    if (kind == BRIEF_WEEKLY || kind == BRIEF_BULLETIN) span = 7 * MS_DAY;
    if (kind == BRIEF_WEEKLY) to = week_start(due);
    if (kind == BRIEF_BULLETIN) to = due;
    return (Period){to - span, to, to - 2 * span, to - span};
}

Str period_code(Arena *a, BriefKind kind, const Period *p)
{
    static const char letters[BRIEF_KINDS] = {'D', 'W', 'M', 'B', 'Q'};
    Civil c = civil_of(kind == BRIEF_BULLETIN ? p->to : p->from);
    return str_printf(a, "%c%04d%02d%02d-", letters[kind], c.year, c.month, c.day);
}

Str period_words(Arena *a, BriefKind kind, const Period *p)
{
    Civil from = civil_of(p->from), to = civil_of(p->to - 1);
    if (kind == BRIEF_BULLETIN) to = from = civil_of(p->to);
    if (kind == BRIEF_QUARTERLY) {
        static const char *const nth[] = {"一", "二", "三", "四"};
        return str_printf(a, "%d年第%s季度", from.year, nth[(from.month - 1) / 3]);
    }
    if (kind == BRIEF_MONTHLY) return str_printf(a, "%d年%d月", from.year, from.month);
    if (kind != BRIEF_WEEKLY) return str_printf(a, "%d年%d月%d日", from.year, from.month, from.day);
    if (from.year != to.year)
        return str_printf(a, "%d年%d月%d日至%d年%d月%d日", from.year, from.month, from.day, to.year, to.month,
                          to.day);
    if (from.month != to.month)
        return str_printf(a, "%d年%d月%d日至%d月%d日", from.year, from.month, from.day, to.month, to.day);
    return str_printf(a, "%d年%d月%d日至%d日", from.year, from.month, from.day, to.day);
}
