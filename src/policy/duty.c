/* Articles of duties: 第X条 …安全生产职责主要包括：（一）… — whose duties they are. */
#include "read.h"

static const char32_t *const openings[] = {U"包括",   U"主要包括", U"如下", U"为",       U"是",       U"有",
                                           U"主要有", U"主要是",   U"主要", U"具体包括", U"具体如下", NULL};
static const char32_t *const between[] = {U"安全生产工作", U"安全生产",   U"消防安全", U"工作", U"主要",
                                          U"安全",         U"的",         U"岗位",     U"履行", U"履职",
                                          U"应当",         U"应",         U"下列",     U"以下", U"承担",
                                          U"领导",         U"第一责任人", U"具体",     U"负有", NULL};
/* A heading of duties must name somebody who can hold an office. */
static const char32_t *const holders[] = {U"书记", U"市长",   U"县长",   U"区长", U"镇长", U"乡长",
                                          U"主任", U"局长",   U"部长",   U"处长", U"科长", U"厂长",
                                          U"经理", U"负责人", U"领导",   U"干部", U"成员", U"委员",
                                          U"班子", U"人员",   U"秘书长", U"长",   U"员",   NULL};

static Cps strip_ends(Cps s, Words *table)
{
    for (size_t n; s.n > 0 && (n = words_end(s, table, NULL)) > 0;) s.n -= n;
    return s;
}

/* 领导 belongs to 政府其他领导 but not to 领导职责: it is stripped only where something else is left to hold
 * it. */
static Cps holder_of(Cps s)
{
    Cps name = s;
    for (size_t which = 0, n; name.n > 0 && (n = words_end(name, between, &which)) > 0;) {
        if (cps_is(cps_from(name, name.n - n), U"领导")) break;
        name.n -= n;
    }
    return name;
}

/* The place where 其 stands for somebody: those who were named with 由…分管. */
static void antecedents(Arena *a, Cps s, size_t base, Names *out)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != U'由') continue;
        size_t end = i + 1;
        while (end < s.n && !cps_starts(cps_from(s, end), U"分管") &&
               !cps_starts(cps_from(s, end), U"负责") && s.p[end] != ',')
            end++;
        if (end == s.n || s.p[end] == ',' || end == i + 1) continue;
        VEC_PUSH(a, out, (Name){base + i + 1, base + end, false});
        i = end;
    }
}

/* 县长是全县安全生产第一责任人，主要职责包括: whom the sentence is about. */
static void subject(Arena *a, Cps s, size_t base, Names *out)
{
    static const char32_t *const verbs[] = {U"是", U"为", U"作为", U"对", U"履行", U"承担", NULL};
    for (size_t i = 2; i < s.n && i <= 30; i++) {
        if (one_of(s.p[i - 1], U",。;")) return;
        Cps name = cps_cut(s, 0, i);
        if (!words_start(cps_from(s, i), verbs, NULL) || !words_end(name, holders, NULL)) continue;
        VEC_PUSH(a, out, (Name){base, base + i, false});
        return;
    }
}

void policy__duty_holders(Arena *a, const Para *para, bool heading_only, Names *out)
{
    Cps s = cps_cut(para_cps(para), para->mark_len, para->n);
    *out = (Names){.arena = a};
    bool colon = s.n && s.p[s.n - 1] == ':';
    if (colon) s.n--;
    if ((!colon && !heading_only) || s.n < 4 || s.n > 300) return;
    s = strip_ends(s, openings);
    if (!cps_ends(s, U"职责")) return;
    Cps name = holder_of(cps_cut(s, 0, s.n - 2));
    size_t from = name.n;
    while (from > 0 && !one_of(name.p[from - 1], U",。;")) from--;
    Cps last = cps_from(name, from);
    if (cps_is(last, U"其") || last.n == 0) {
        antecedents(a, name, para->mark_len, out);
        if (out->n == 0) subject(a, name, para->mark_len, out);
        return;
    }
    if (!colon && !words_end(last, holders, NULL) && !body_known(last)) return;
    VEC_PUSH(a, out, (Name){para->mark_len + from, para->mark_len + name.n, false});
}
