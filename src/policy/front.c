/* What a paper says about itself: title, number, issuer, date, kind. These stand in lines without a sentence
 * before the text begins, or in the signature at its end. */
#include "read.h"

#define FRONT 60 /* paragraphs in which the head of a paper is looked for */

typedef struct KindWord {
    const char32_t *word;
    const char *code;
} KindWord;

static const KindWord kinds[] = {
    {U"规划", "plan"},          {U"纲要", "plan"},          {U"工作要点", "work_plan"},
    {U"工作计划", "work_plan"}, {U"要点", "work_plan"},     {U"任务清单", "work_plan"},
    {U"责任清单", "rules"},     {U"年度计划", "work_plan"}, {U"意见", "opinion"},
    {U"细则", "rules"},         {U"规定", "rules"},         {U"条例", "rules"},
    {U"制度", "rules"},         {U"规则", "rules"},         {U"办法", "measures"},
    {U"方案", "scheme"},        {U"计划", "work_plan"},     {U"措施", "scheme"},
    {U"通知", "notice"},        {U"通报", "notice"},        {U"决定", "decision"},
    {U"公告", "notice"},        {U"函", "letter"}};

/* （试行）, （征求意见稿）, 一 and 2024 after the kind word. */
static Cps without_tail(Cps s)
{
    for (bool cut = true; cut && s.n > 2;) {
        cut = false;
        if (s.p[s.n - 1] == ')') {
            size_t i = s.n;
            while (i > 0 && s.p[i - 1] != '(') i--;
            if (i > 1) s.n = i - 1, cut = true;
        } else if (cp_numeral(s.p[s.n - 1]) || s.p[s.n - 1] == U'》' || s.p[s.n - 1] == U'稿') {
            s.n--;
            cut = true;
        }
    }
    return s;
}

/* 关于印发2026年工作要点的通知, without book title marks: the kind of what stands before 的通知. */
static const char *kind_passed_on(Cps s)
{
    size_t n = cps_ends(s, U"的通知");
    ptrdiff_t from = cps_find(s, U"发");
    if (n == 0 || from < 0 || (size_t)from + 1 >= s.n - n) return NULL;
    return policy__kind_of_title(cps_cut(s, (size_t)from + 1, s.n - n));
}

const char *policy__kind_of_title(Cps title)
{
    Cps s = without_tail(title);
    ptrdiff_t open = cps_find(s, U"《");
    bool passes_on = cps_find(s, U"印发") >= 0 || cps_find(s, U"转发") >= 0;
    if (passes_on && open >= 0) {
        /* A notice that passes a paper on is of that paper's kind. */
        int depth = 0;
        for (size_t i = (size_t)open; i < s.n; i++) {
            depth += (s.p[i] == U'《') - (s.p[i] == U'》');
            if (depth == 0) return policy__kind_of_title(cps_cut(s, (size_t)open + 1, i));
        }
    }
    const char *inner = passes_on ? kind_passed_on(s) : NULL;
    if (inner) return inner;
    size_t best = 0;
    const char *code = NULL;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        size_t n = cps_ends(s, kinds[i].word);
        if (n > best) best = n, code = kinds[i].code;
    }
    return code;
}

static size_t date_part(Cps s, char32_t unit, int *out)
{
    double v;
    size_t n = policy__number_at(s, &v);
    if (!n || n >= s.n || v > 9999 || (s.p[n] != unit && !one_of(s.p[n], U"-/."))) return 0;
    *out = (int)v;
    return n + 1;
}

/* 2019年12月23日, 二〇一九年十二月二十三日, 2018-10-08 at the start; its length. */
static size_t date_at(Cps s, int *year, int *month, int *day)
{
    double v;
    size_t n = date_part(s, U'年', year), k;
    if (!n || *year < 1949 || *year > 2100) return 0;
    if (!(k = date_part(cps_from(s, n), U'月', month)) || *month < 1 || *month > 12) return 0;
    n += k;
    if (!(k = policy__number_at(cps_from(s, n), &v))) return 0;
    *day = (int)v;
    if (*day > 31 && k > 2)
        *day = (int)(s.p[n] - '0') * 10 + (int)(s.p[n + 1] - '0'), k = 2; /* 2018-10-08 09:59 */
    n += k;
    if (n < s.n && one_of(s.p[n], U"日号")) n++;
    return *day >= 1 && *day <= 31 ? n : 0;
}

bool policy__para_is_date(Cps s, int *year, int *month, int *day)
{
    if (s.n && s.p[0] == '(') s = cps_from(s, 1);
    size_t n = s.n <= 24 ? date_at(s, year, month, day) : 0;
    if (!n) return false;
    Cps rest = cps_from(s, n);
    return rest.n == 0 || cps_is(rest, U"印发") || cps_is(rest, U")") || cps_is(rest, U"发布");
}

/* 舒办发〔2019〕24号 */
static bool is_number(Cps s)
{
    ptrdiff_t open = cps_find(s, U"(");
    if (s.n > 40 || open < 1 || (size_t)open + 6 >= s.n || s.p[open + 5] != ')') return false;
    for (size_t i = 1; i <= 4; i++)
        if (!cp_digit(s.p[(size_t)open + i])) return false;
    size_t i = (size_t)open + 6;
    i += i < s.n && s.p[i] == U'第';
    while (i < s.n && cp_digit(s.p[i])) i++;
    return i + 1 == s.n && s.p[i] == U'号';
}

static bool has_sentence(Cps s)
{
    for (size_t i = 0; i < s.n; i++)
        if (one_of(s.p[i], U"。;!?")) return true;
    return false;
}

static bool is_title(const Para *p)
{
    Cps s = para_cps(p);
    if (p->mark || p->kind != PARA_TEXT || has_sentence(s) || s.n < 6 || s.n > 160) return false;
    if (s.p[s.n - 1] == ':' || s.p[s.n - 1] == ',' || (s.p[0] == U'《' && cps_find(s, U"关于") != 1))
        return false;
    return policy__kind_of_title(s) != NULL;
}

/* Lines above a title that belong to it: 「某某办公室」 over 「关于…的意见」. */
static size_t title_start(const Paras *paras, size_t at)
{
    size_t from = at;
    while (from > 0 && at - from < 3) {
        Cps above = para_cps(&paras->v[from - 1]), here = para_cps(&paras->v[from]);
        bool heading =
            paras->v[from - 1].loose && !paras->v[from - 1].mark && !is_number(above) && above.n <= 60;
        if (!heading || cps_ends(above, U"文件") || policy__kind_of_title(above) ||
            above.p[above.n - 1] == ':')
            break;
        bool year = cp_digit(here.p[0]) && body_class(above) == BODY_STRONG;
        if (!year && !cps_starts(here, U"关于") && cps_find(above, U"关于") < 0) break;
        if (cps_find(above, U"关于") < 0 && body_class(above) == BODY_NO) break;
        from--;
    }
    return from;
}

/* The bodies before 关于, or before the year: the longest start that is a name. */
static size_t issuer_len(Cps title)
{
    ptrdiff_t about = cps_find(title, U"关于");
    size_t end = about > 0 ? (size_t)about : title.n, best = 0;
    if (about == 0) return 0;
    for (size_t n = 2; n <= end && n <= 80; n++)
        if (body_class(cps_cut(title, 0, n)) == BODY_STRONG) best = n;
    if (about > 0) return best == end ? best : 0;
    return best && best < title.n && (cp_digit(title.p[best]) || one_of(title.p[best], U"xX二关年")) ? best
                                                                                                     : 0;
}

/* Several bodies in a row stand with blanks between them. */
static Str issuer_text(Arena *a, const Source *src, const Para *p, size_t n)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0, from = 0; i < n; i++) {
        bool ends = i + 1 == n || (p->at[i + 1] > p->at[i] + 1 &&
                                   body_class(cps_n(p->cp + from, i + 1 - from)) == BODY_STRONG);
        if (!ends) continue;
        if (b.n) buf_addz(&b, "、");
        policy__text_join(&b, src, p, from, i + 1);
        from = i + 1;
    }
    return buf_str(&b);
}

static void take_title(Arena *a, const Source *src, Paras *paras, size_t at, PolicyPaper *out)
{
    StrBuf b;
    buf_init(&b, a);
    size_t from = title_start(paras, at);
    for (size_t i = from; i <= at; i++) {
        policy__text_join(&b, src, &paras->v[i], 0, paras->v[i].n);
        paras->v[i].loose = true;
    }
    out->title = buf_str(&b);
    out->kind = policy__kind_of_title(para_cps(&paras->v[at]));
    for (size_t i = from; i <= at && !out->issuer.n; i++) {
        const Para *p = &paras->v[i];
        size_t n = i < at && body_class(para_cps(p)) != BODY_NO ? p->n : issuer_len(para_cps(p));
        if (n) out->issuer = issuer_text(a, src, p, n);
    }
}

static void take_date(Arena *a, Cps s, PolicyPaper *out)
{
    int year, month, day;
    if (!out->date.n && date_at(s, &year, &month, &day))
        out->date = str_printf(a, "%04d-%02d-%02d", year, month, day);
}

Str policy__front_page_date(Arena *a, const Lines *lines)
{
    static const char32_t *const labels[] = {U"时间:",     U"发布时间:", U"发布日期:", U"成文日期:",
                                             U"发文时间:", U"日期:",     NULL};
    PolicyPaper page = {.date = STR("")};
    for (size_t i = 0; i < lines->n && i < FRONT && !page.date.n; i++) {
        Cps s = line_cps(lines, &lines->v[i]);
        size_t n = words_start(s, labels, NULL);
        if (n) take_date(a, cps_from(s, n), &page);
    }
    return page.date;
}

void policy__front_read(Arena *a, const Source *src, Paras *paras, PolicyPaper *out)
{
    int year, month, day;
    for (size_t i = 0; i < paras->n; i++) {
        Para *p = &paras->v[i];
        Cps s = para_cps(p);
        p->loose = p->kind == PARA_TEXT && !p->mark && !has_sentence(s);
        p->title = p->loose && is_title(p);
        if (i < FRONT && !out->number.n && is_number(s))
            out->number = policy__text_joined(a, src, p, 0, p->n);
        if (i < FRONT && p->title && !out->title.n) take_title(a, src, paras, i, out);
        if (p->loose && policy__para_is_date(s, &year, &month, &day)) {
            take_date(a, s.p[0] == '(' ? cps_from(s, 1) : s, out);
            const Para *above = i ? p - 1 : p;
            if (!out->issuer.n && i && above->loose && body_certain(para_cps(above)))
                out->issuer = issuer_text(a, src, above, above->n);
        }
    }
    for (size_t i = 0; i < paras->n && i < FRONT && !out->issuer.n; i++) {
        Cps s = para_cps(&paras->v[i]);
        if (paras->v[i].loose && cps_ends(s, U"文件") && body_class(cps_cut(s, 0, s.n - 2)) != BODY_NO)
            out->issuer = issuer_text(a, src, &paras->v[i], s.n - 2);
    }
    if (!out->kind) out->kind = "other";
}
