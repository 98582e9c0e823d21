/* By when. A date counts as a deadline by what stands around it: 前, 底, 底前, 末 after it, or 到, 至, 截至
 * before it. A month stands for its last day, a year for itself; without a year the date begins with "--". */
#include "find.h"

typedef struct Date {
    int year, month, day; /* 0: not stated */
    bool year_end;        /* 年底 */
    size_t len;
} Date;

static const char32_t *const after_words[] = {U"底前", U"底之前", U"底以前", U"前",   U"之前", U"以前",
                                              U"底",   U"末",     U"末前",   U"年底", NULL};
static const char32_t *const before_words[] = {U"到",     U"至",     U"截至",   U"截止", U"截止到",
                                               U"截至到", U"力争到", U"确保到", NULL};
static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static size_t part_at(Cps s, char32_t unit, int low, int high, int *out)
{
    double v;
    size_t n = policy__number_at(s, &v);
    if (!n || n >= s.n || s.p[n] != unit || v < low || v > high || v != (double)(int)v) return 0;
    *out = (int)v;
    return n + 1;
}

static int last_day(const Date *d)
{
    bool leap = d->month == 2 && d->year && d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);
    return month_days[d->month - 1] + leap;
}

/* 2025年6月15日, 6月底, 2025年, 年底, 三季度末 */
static Date date_at(Cps s)
{
    Date d = {0};
    size_t n = part_at(s, U'年', 1990, 2100, &d.year), k;
    if (!n && cps_starts(s, U"年底")) return (Date){.year_end = true, .len = 1};
    if (!n && cps_starts(s, U"年末")) return (Date){.year_end = true, .len = 1};
    k = part_at(cps_from(s, n), U'月', 1, 12, &d.month);
    if (k) {
        n += k;
        k = part_at(cps_from(s, n), U'日', 1, 31, &d.day);
        if (!k) k = part_at(cps_from(s, n), U'号', 1, 31, &d.day);
        n += k;
    } else {
        int quarter = 0;
        size_t ordinal = n < s.n && s.p[n] == U'第';
        k = part_at(cps_from(s, n + ordinal), U'季', 1, 4, &quarter);
        if (k) {
            n += ordinal + k + cps_starts(cps_from(s, n + ordinal + k), U"度");
            d.month = quarter * 3;
        }
    }
    d.len = n;
    if (d.month && d.day > last_day(&d) + (d.month == 2 && !d.year)) d.len = 0;
    return d;
}

static Str date_text(Arena *a, const Date *d)
{
    int month = d->year_end ? 12 : d->month;
    if (!month) return str_printf(a, "%04d", d->year);
    int day = d->year_end ? 31 : d->day ? d->day : last_day(d);
    if (d->year) return str_printf(a, "%04d-%02d-%02d", d->year, month, day);
    return str_printf(a, "--%02d-%02d", month, day);
}

/* 年内 without a number is a deadline too: by the end of the year. */
static size_t within_year(Cps s, size_t i)
{
    if (!cps_starts(cps_from(s, i), U"年内")) return 0;
    if (i > 0 && (cp_numeral(s.p[i - 1]) || one_of(s.p[i - 1], U"半数几多每"))) return 0;
    return 2;
}

static bool has_cadence(const Found *f, Str text)
{
    for (size_t i = 0; i < f->item->cadence.n; i++)
        if (str_starts(f->item->cadence.v[i].text, text)) return true;
    return false;
}

/* 在2023年、2025年底: what stands after the last date holds for the first too. */
static size_t after_next(Cps s)
{
    if (s.n == 0 || !one_of(s.p[0], U"、和及")) return 0;
    Date next = date_at(cps_from(s, 1));
    return next.len && words_start(cps_from(s, 1 + next.len), after_words, NULL);
}

static size_t deadline_at(const Found *f, Cps s, size_t i)
{
    size_t within = within_year(s, i);
    if (within) {
        Str text = found_text(f, i, i + within);
        if (!has_cadence(f, text))
            VEC_PUSH(f->arena, &f->item->deadlines, (PolicyDeadline){text, STR("--12-31")});
        return within;
    }
    if (i > 0 && (cp_numeral(s.p[i - 1]) || one_of(s.p[i - 1], U"每第个半"))) return 0;
    Date d = date_at(cps_from(s, i));
    if (!d.len) return 0;
    size_t after = words_start(cps_from(s, i + d.len), after_words, NULL);
    size_t before = words_end(cps_cut(s, 0, i), before_words, NULL);
    if (!after && !before && !after_next(cps_from(s, i + d.len))) return d.len;
    if (!after && !d.month && cps_starts(cps_from(s, i + d.len), U"来")) return d.len;
    VEC_PUSH(f->arena, &f->item->deadlines,
             (PolicyDeadline){found_text(f, i - before, i + d.len + after), date_text(f->arena, &d)});
    return d.len + after;
}

void policy__find_deadlines(const Found *f)
{
    Cps s = found_cps(f);
    for (size_t i = 0; i < s.n;) {
        char32_t c = s.p[i];
        size_t n = cp_numeral(c) || c == U'年' || c == U'第' ? deadline_at(f, s, i) : 0;
        i += n ? n : 1;
    }
}
