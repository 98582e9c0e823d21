/* Marks of outline levels: 第X章, 第X条, 一、, （一）, 1., (1), ①, ——. A mark must be one: "一、二级" counts
 * grades, "1.5" is a figure, "第三条的" and "（一）项" name a place in another paper. */
#include "lines.h"

static size_t numerals(Cps s, bool han)
{
    size_t n = 0;
    while (n < s.n && n < 8 && cp_numeral(s.p[n]) && cp_digit(s.p[n]) != han) n++;
    return n;
}

/* 第X条 at the start of a line that goes on a sentence: "…第二十条\n规定的". */
static bool names_a_place(Cps rest, bool blank)
{
    return !blank && rest.n && one_of(rest.p[0], U"规的所之至、和及第,;。)项款中内第");
}

static size_t ordinal(Cps s, const uint32_t *at, MarkKind *kind)
{
    static const struct {
        char32_t c;
        MarkKind kind;
    } units[] = {{U'编', MARK_PART}, {U'章', MARK_CHAPTER}, {U'节', MARK_SECTION}, {U'条', MARK_ARTICLE}};
    if (s.p[0] != U'第') return 0;
    size_t n = numerals(cps_from(s, 1), true);
    if (n == 0) n = numerals(cps_from(s, 1), false);
    if (n == 0 || n + 1 >= s.n) return 0;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (s.p[n + 1] != units[i].c) continue;
        size_t len = n + 2;
        bool blank = len < s.n && at[len] > at[len - 1] + 1;
        if (names_a_place(cps_from(s, len), blank)) return 0;
        *kind = units[i].kind;
        return len;
    }
    return 0;
}

/* 一、 and 1. 1、 */
static size_t point(Cps s, MarkKind *kind)
{
    bool han = !cp_digit(s.p[0]);
    size_t n = numerals(s, han);
    if (n == 0 || n > (han ? 5 : 3) || n >= s.n || !one_of(s.p[n], U"、.")) return 0;
    bool ends = n + 1 >= s.n;
    if (!ends && cp_numeral(s.p[n + 1]) && (!han || s.p[n] == U'、') && s.p[n + 1] != U'两' &&
        s.p[n + 1] != U'千' && s.p[n + 1] != U'百' && s.p[n + 1] != U'万')
        return 0;
    *kind = han ? MARK_FIRST : MARK_THIRD;
    return n + 1;
}

/* What follows （一） when it names a place elsewhere: 项, 至（三）, 、（二）. */
static bool refers(Cps rest)
{
    static const char32_t *const words[] = {U"项", U"款", U"条", NULL};
    static const char32_t *const not_words[] = {U"项目", U"款项", U"款式", U"条件", U"条例", U"条块", NULL};
    if (rest.n > 1 && one_of(rest.p[0], U"至和及、,") && (rest.p[1] == '(' || rest.p[1] == U'第'))
        return true;
    return words_start(rest, words, NULL) && !words_start(rest, not_words, NULL);
}

/* （一） (1) 1) */
static size_t bracketed(Cps s, MarkKind *kind)
{
    size_t open = s.p[0] == '(';
    if (open >= s.n) return 0;
    bool han = !cp_digit(s.p[open]);
    size_t n = numerals(cps_from(s, open), han);
    if (n == 0 || n > (han ? 5 : 3) || (han && !open) || open + n >= s.n || s.p[open + n] != ')') return 0;
    size_t len = open + n + 1;
    if (refers(cps_from(s, len))) return 0;
    len += len < s.n && s.p[len] == U'、';
    *kind = han ? MARK_SECOND : MARK_FOURTH;
    return len;
}

size_t policy__mark_at(Cps s, const uint32_t *at, MarkKind *kind)
{
    *kind = MARK_NONE;
    if (s.n == 0) return 0;
    size_t n = ordinal(s, at, kind);
    if (!n) n = bracketed(s, kind);
    if (!n) n = point(s, kind);
    if (!n && s.p[0] >= 0x2460 && s.p[0] <= 0x2473) *kind = MARK_FIFTH, n = 1;
    if (!n && s.n > 2 && s.p[0] == U'—' && s.p[1] == U'—' && s.p[2] != U'—' && !cp_digit(s.p[2]))
        *kind = MARK_DASH, n = 2;
    return n;
}
