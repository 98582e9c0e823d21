/* How often. A period word (每季度, 年内, 一月一…) takes the number of times stated in the same part of the
 * sentence, after it and before the next period word; period words joined without an action between them
 * share the number of the last. A number without a period word is no cadence, nor is an ordinal or a
 * condition. */
#include "find.h"

typedef struct Period {
    size_t from, to;
    PolicyPer per;
    int every;
    bool needs_times; /* 年内, 全年 */
    bool inherent;    /* 一月一…: once */
} Period;

typedef struct Count {
    size_t from, to;
    int64_t times;
    bool common; /* 次 or 轮, rather than a number of things */
    bool more;   /* 以上, a range */
} Count;

#define PART_MAX 64 /* periods and counts looked at in one part of a sentence */

typedef struct Part {
    const Found *f;
    Cps s; /* of the whole run */
    size_t from, to;
    Period periods[PART_MAX];
    Count counts[PART_MAX];
    size_t nperiods, ncounts;
} Part;

static const struct {
    const char32_t *word;
    PolicyPer per;
} period_units[] = {{U"日", PER_DAY},     {U"天", PER_DAY},           {U"周", PER_WEEK},
                    {U"星期", PER_WEEK},  {U"月", PER_MONTH},         {U"季度", PER_QUARTER},
                    {U"季", PER_QUARTER}, {U"半年", PER_HALF_YEAR},   {U"学期", PER_TERM},
                    {U"年", PER_YEAR},    {U"半年度", PER_HALF_YEAR}, {U"年度", PER_YEAR}};
static const char32_t *const not_periods[] = {U"天然", U"日常", U"日照", U"周边", U"周围", U"周期",
                                              U"年龄", U"年级", U"月饼", U"季节", NULL};

static size_t unit_at(Cps s, PolicyPer *per)
{
    size_t best = 0;
    if (words_start(s, not_periods, NULL)) return 0;
    for (size_t i = 0; i < ARRAY_LEN(period_units); i++) {
        size_t n = cps_starts(s, period_units[i].word);
        if (n <= best) continue;
        best = n;
        *per = period_units[i].per;
    }
    return best;
}

/* 每季度, 每5年, 每两个月 */
static size_t each_at(Cps s, Period *out)
{
    if (s.p[0] != U'每') return 0;
    size_t n = 1 + (s.n > 1 && s.p[1] == U'隔');
    double every = 1;
    size_t digits = policy__number_at(cps_from(s, n), &every);
    if (!digits) every = 1;
    if (every < 1 || every > 100) return 0;
    n += digits;
    if (n < s.n && s.p[n] == U'个') n++;
    size_t unit = unit_at(cps_from(s, n), &out->per);
    if (!unit) return 0;
    out->every = (int)every;
    if (out->per == PER_MONTH && out->every == 2) {
        out->per = PER_TWO_MONTHS;
        out->every = 1;
    }
    return n + unit;
}

/* 年内 of this year, not of some years: 一年内, 三年内 are terms. */
static size_t year_at(Cps all, size_t i, Period *out)
{
    Cps s = cps_from(all, i);
    size_t n = cps_starts(s, U"全年");
    if (!n && (n = cps_starts(s, U"年内")) > 0) {
        size_t digits = 0;
        while (digits < i && digits < 5 && cp_digit(all.p[i - 1 - digits])) digits++;
        if (digits && digits != 4) return 0;
        if (i > 0 && !digits && (cp_numeral(all.p[i - 1]) || one_of(all.p[i - 1], U"半数几多"))) return 0;
    }
    if (!n) return 0;
    *out = (Period){.per = PER_YEAR, .every = 1, .needs_times = true};
    return n;
}

/* 一月一通报 */
static size_t one_by_one_at(Cps all, size_t i, Period *out)
{
    Cps s = cps_from(all, i);
    if (i > 0 && (cp_numeral(all.p[i - 1]) || one_of(all.p[i - 1], U"第每上下前后近"))) return 0;
    size_t lead = s.p[0] == U'一', n = lead + unit_at(cps_from(s, lead), &out->per);
    if (n < 2 || n + 1 >= s.n || s.p[n] != U'一' || one_of(s.p[n + 1], U"般度定律直线体致样流日号至季、"))
        return 0;
    out->every = 1;
    out->inherent = true;
    return n + 1;
}

static const char32_t *const not_counted[] = {
    U"月",   U"小时", U"工作日", U"百分点", U"季度", U"学期", U"年",   U"星期",   U"周",   U"方面",
    U"维护", U"意识", U"自信",   U"确保",   U"环节", U"层面", U"半年", U"日历日", U"自然", NULL};
static const char32_t *const not_times[] = {U"性",     U"数", U"生灾", U"生事", U"生衍",
                                            U"生风险", U"要", U"序",   U"级",   NULL};
static const char32_t *const cases[] = {U"典型", U"案",   U"事故", U"违法", U"违规",   U"涉",
                                        U"隐患", U"执法", U"重大", U"以上", U"及以上", NULL};

/* 一起 is "together" unless cases follow. */
static bool is_counter(Cps s, size_t number, char32_t first)
{
    Cps rest = cps_from(s, 1);
    switch (s.p[0]) {
    case U'次':
        return !words_start(rest, not_times, NULL);
    case U'轮':
        return !one_of(rest.n ? rest.p[0] : 0, U"换流班值岗训") || rest.n == 0;
    case U'个':
        return !words_start(rest, not_counted, NULL) && !(rest.n && rest.p[0] == U'个');
    case U'起':
        return !(number == 1 && first == U'一') || words_start(rest, cases, NULL);
    case U'件':
        return true;
    default:
        return false;
    }
}

/* 至少1次, 1-2次, 两轮: at i of all. */
static size_t count_at(Cps all, size_t i, Count *out)
{
    Cps s = cps_from(all, i);
    double v, high;
    if (i > 0 && (cp_numeral(all.p[i - 1]) || one_of(all.p[i - 1], U"第每“\".—-"))) return 0;
    if (i > 0 && s.p[0] == U'一' && one_of(all.p[i - 1], U"首上下前后同另某这那任")) return 0;
    size_t n = policy__number_at(s, &v), number = n;
    if (!n || v < 1 || v > 1e6 || v != (double)(int64_t)v) return 0;
    *out = (Count){.times = (int64_t)v};
    if (n + 1 < s.n && one_of(s.p[n], U"-—~至到")) {
        size_t dash = n + 1 + (s.p[n] == U'—' && s.p[n + 1] == U'—');
        size_t k = policy__number_at(cps_from(s, dash), &high);
        if (!k) return 0;
        n = dash + k;
        out->more = true;
    }
    if (n >= s.n || !is_counter(cps_from(s, n), number, s.p[0])) return 0;
    out->common = one_of(s.p[n], U"次轮");
    n++;
    size_t over = cps_starts(cps_from(s, n), U"及以上");
    if (!over) over = cps_starts(cps_from(s, n), U"以上");
    if (!over) over = cps_starts(cps_from(s, n), U"或以上");
    out->more |= over > 0;
    return n + over;
}

static void scan(Part *p)
{
    for (size_t i = p->from; i < p->to;) {
        Cps all = cps_n(p->s.p, p->to);
        Period period = {0};
        Count count;
        size_t n = 0;
        char32_t c = all.p[i];
        if (c == U'每') n = each_at(cps_from(all, i), &period);
        else if (c == U'年' || c == U'全') n = year_at(all, i, &period);
        else if (c == U'一' || c == U'半') n = one_by_one_at(all, i, &period);
        if (n && p->nperiods < PART_MAX) {
            period.from = i;
            period.to = i + n;
            p->periods[p->nperiods++] = period;
        } else if (!n && cp_numeral(c) && (n = count_at(all, i, &count)) > 0 && p->ncounts < PART_MAX) {
            count.from = i;
            count.to = i + n;
            p->counts[p->ncounts++] = count;
        }
        i += n ? n : 1;
    }
}

/* The number of a period word between from and to: in the same clause first, times before things. */
static const Count *pick(const Part *p, size_t from, size_t to)
{
    size_t comma = from;
    while (comma < to && p->s.p[comma] != ',') comma++;
    for (size_t end = comma;; end = to) {
        for (int common = 1; common >= 0; common--)
            for (size_t i = 0; i < p->ncounts; i++)
                if (p->counts[i].from >= from && p->counts[i].to <= end && (p->counts[i].common || !common))
                    return &p->counts[i];
        if (end == to) return NULL;
    }
}

static const char32_t *const at_least_words[] = {U"至少",     U"不少于",   U"不低于",       U"最少",
                                                 U"不得少于", U"不得低于", U"原则上不少于", NULL};
static const char32_t *const condition_words[] = {U"发生", U"受到", U"出现", U"累计", U"被", NULL};

static size_t at_least_before(Cps s, size_t i)
{
    return words_end(cps_cut(s, 0, i), at_least_words, NULL);
}

/* Joined to the next period word without an action between: 每半年、每季度; 主要领导每半年、副职每季度. */
static bool shares(const Part *p, size_t k)
{
    if (k + 1 >= p->nperiods) return false;
    size_t to = p->periods[k].to;
    if (to == p->periods[k + 1].from) return true;
    return one_of(p->s.p[to], U"、,和及与或/(");
}

static void emit(const Part *p, const Period *period, const Count *count)
{
    const Found *f = p->f;
    size_t from = period->from, to = count && count->to > period->to ? count->to : period->to;
    bool more = false;
    if (count) {
        Cps between = cps_cut(p->s, period->to < count->from ? period->to : count->from, count->from);
        size_t before = at_least_before(p->s, from);
        if (words_have(between, condition_words)) return;
        more = count->more || words_have(between, at_least_words) || before > 0;
        from -= before;
    }
    if (period->needs_times && !count) return;
    VEC_PUSH(f->arena, &f->item->cadence,
             (PolicyCadence){.text = found_text(f, from, to),
                             .per = period->per,
                             .every = period->every,
                             .times = count              ? count->times
                                      : period->inherent ? 1
                                                         : -1,
                             .at_least = more});
}

/* A number directly before the period word: 不少于2次/年 is none, 1次/每季度 is one. */
static const Count *before_period(const Part *p, const Period *period)
{
    for (size_t i = 0; i < p->ncounts; i++) {
        size_t to = p->counts[i].to;
        if (to == period->from || (to + 1 == period->from && p->s.p[to] == '/')) return &p->counts[i];
    }
    return NULL;
}

static void read_part(Part *p)
{
    const Count *counts[PART_MAX];
    scan(p);
    for (size_t k = p->nperiods; k-- > 0;) {
        const Period *period = &p->periods[k];
        size_t next = k + 1 < p->nperiods ? p->periods[k + 1].from : p->to;
        counts[k] = period->inherent ? NULL : pick(p, period->to, next);
        if (!counts[k] && shares(p, k)) counts[k] = counts[k + 1];
        if (!counts[k] && !period->inherent) counts[k] = before_period(p, period);
    }
    for (size_t k = 0; k < p->nperiods; k++) emit(p, &p->periods[k], counts[k]);
}

void policy__find_cadences(const Found *f)
{
    Part p = {.f = f, .s = found_cps(f)};
    for (size_t i = 0, from = 0; i <= p.s.n; i++) {
        if (i < p.s.n && !cp_ends_part(p.s.p[i])) continue;
        p.from = from;
        p.to = i;
        p.nperiods = p.ncounts = 0;
        read_part(&p);
        from = i + 1;
    }
}
