/* Lines and paragraphs. Files break lines in many ways: a paragraph a line; hard-wrapped at full columns,
 * with an indent or a blank line at a paragraph's start; or cut in the middle of a sentence where a page
 * ended. Which of these it is, is measured over the file (wrapped, spaced); then two neighbouring lines
 * belong together by what the first ends with and the second begins with. */
#include "lines.h"

#define BRACKET_MAX 1500 /* code points an open bracket may hold lines together */
#define FULL_SLACK  6    /* columns a full line may fall short: a word or a mark went to the next line */
#define WIDE_MAX    130  /* columns; longer lines were not wrapped for a page */

static bool is_break(char32_t c)
{
    return c == '\n' || c == '\f' || c == 0x0B || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static unsigned columns(char32_t c)
{
    return c == '\t'                                           ? 4
           : c < 0x1100 && c != U'—' && c != U'“' && c != U'”' ? 1
           : c >= 0x2000 && c <= 0x200F                        ? 1
                                                               : 2;
}

/* A tab between two words or tabs after the last make a row; so do gaps of blanks that part three cells. */
static void find_cells(const Source *src, Line *line, uint32_t whole_end)
{
    size_t tabs = 0, gaps = 0, run = 0, after = 0;
    for (uint32_t i = line->to; i < whole_end; i++) after += src->p[i] == '\t';
    for (uint32_t i = line->from; i < line->to && line->to - line->from < 2000; i++) {
        char32_t c = src->p[i];
        tabs += c == '\t';
        if (cp_blank(c) && c != '\t') {
            run++;
            continue;
        }
        gaps += run >= 3;
        run = 0;
    }
    line->row = tabs >= 1 || after >= 2;
    line->loose_row = !line->row && gaps >= 2;
}

static void add_line(Lines *l, uint32_t from, uint32_t to, bool gap, bool page)
{
    const char32_t *p = l->src->p;
    Line line = {.gap = gap, .page = page};
    unsigned indent = 0, width;
    uint32_t whole = from, whole_end = to;
    while (from < to && cp_blank(p[from])) indent += columns(p[from++]);
    while (to > from && cp_blank(p[to - 1])) to--;
    if (from == to) return;
    width = indent;
    for (uint32_t i = from; i < to && width < 0xFFFF; i++) width += columns(p[i]);
    line.from = from, line.to = to;
    line.indent = (uint16_t)(indent < 1000 ? indent : 1000);
    line.width = (uint16_t)(width < 0xFFFF ? width : 0xFFFF);
    find_cells(l->src, &line, whole_end);
    for (uint32_t i = whole; line.row && i < from; i++)
        if (p[i] == '\t') { /* empty cells */
            line.from = i;
            break;
        }
    l->v[l->n++] = line;
}

static size_t count_lines(const Source *src)
{
    size_t n = 1;
    for (size_t i = 0; i < src->n; i++) n += is_break(src->p[i]);
    return n;
}

/* Runs of three lines or more whose blanks part cells are rows; a lone one is a spaced title. */
static void confirm_loose_rows(Lines *l)
{
    for (size_t i = 0; i < l->n;) {
        size_t end = i;
        while (end < l->n && l->v[end].loose_row && !l->v[end].page) end++;
        for (size_t k = i; end - i >= 3 && k < end; k++) l->v[k].row = true;
        i = end > i ? end : i + 1;
    }
}

/* Folded, without blanks; emphasis marks of plain-text markup fall away. */
static void compact(Lines *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        Line *line = &l->v[i];
        uint32_t run = 0;
        line->cfrom = (uint32_t)n;
        for (uint32_t k = line->from; k < line->to; k++) {
            char32_t c = l->src->p[k];
            if (cp_blank(c)) {
                run++;
                if (!(line->row && (c == '\t' || (line->loose_row && run == 2)))) continue;
                c = '\t';
            } else {
                run = 0;
                c = cp_fold(c);
            }
            bool doubled = c == '*' && ((k + 1 < line->to && l->src->p[k + 1] == '*') ||
                                        (k > line->from && l->src->p[k - 1] == '*'));
            if (doubled) continue;
            l->cp[n] = c;
            l->at[n++] = k;
        }
        line->cto = (uint32_t)n;
    }
}

/* How the file breaks its lines: see the top. */
static void measure(Lines *l)
{
    enum { WIDTHS = WIDE_MAX + 1 };
    size_t count[WIDTHS] = {0}, long_lines = 0, full = 0, spaced = 0, texts = 0, seen = 0;
    l->margin = 0xFFFF;
    for (size_t i = 0; i < l->n; i++) {
        const Line *line = &l->v[i];
        if (line->drop || line->row) continue;
        if (line->indent < l->margin) l->margin = line->indent;
        texts++;
        if (line->width > WIDE_MAX) long_lines++;
        else count[line->width]++;
    }
    if (texts == 0) l->margin = 0;
    size_t w = WIDE_MAX;
    while (w > 0 && (seen += count[w]) * 50 < texts) w--;
    for (size_t i = w > FULL_SLACK ? w - FULL_SLACK : 0; i < WIDTHS; i++) full += count[i];
    l->full = (uint16_t)w;
    l->wrapped = texts >= 4 && long_lines * 20 < texts && w >= 40 && full * 4 >= texts;
    for (size_t i = 0; i < l->n; i++)
        spaced += !l->v[i].drop && !l->v[i].row && (l->v[i].gap || l->v[i].indent >= l->margin + 2);
    l->spaced = texts >= 4 && spaced * 5 >= texts;
}

void policy__lines_split(Arena *a, const Source *src, Lines *l)
{
    *l = (Lines){.arena = a, .src = src};
    l->v = ARENA_ARRAY(a, Line, count_lines(src));
    l->cp = ARENA_ARRAY(a, char32_t, src->n + 1);
    l->at = ARENA_ARRAY(a, uint32_t, src->n + 1);
    bool gap = true, page = false;
    for (size_t i = 0, from = 0; i <= src->n; i++) {
        if (i < src->n && !is_break(src->p[i])) continue;
        size_t before = l->n;
        add_line(l, (uint32_t)from, (uint32_t)i, gap, page);
        gap = l->n == before;
        page = (page && gap) || (i < src->n && src->p[i] == '\f');
        from = i + 1;
    }
    confirm_loose_rows(l);
    compact(l);
}

/* --- joining --- */

typedef struct Joiner {
    Lines *l;
    Paras *out;
    Para para; /* the open one; n 0: none */
    const Line *last;
    size_t written; /* code points of l->cp that belong to paragraphs */
    int depth;      /* open brackets */
    size_t opened;  /* where the outermost open one stands in para */
} Joiner;

static bool is_terminal(char32_t c)
{
    return cp_ends_part(c) || c == ':';
}

/* The last code point that is no closing quote or bracket. */
static char32_t last_of(const Para *p)
{
    size_t n = p->n;
    while (n > 0 && one_of(p->cp[n - 1], U"”’)\"")) n--;
    return n ? p->cp[n - 1] : 0;
}

static bool has_any(const Para *p, const char32_t *set)
{
    for (size_t i = 0; i < p->n; i++)
        if (one_of(p->cp[i], set)) return true;
    return false;
}

static bool ends_with_kind(const Para *p)
{
    static const char32_t *const kinds[] = {U"通知", U"意见", U"规定", U"办法", U"细则", U"规划",
                                            U"方案", U"要点", U"计划", U"决定", U"通报", U"公告",
                                            U"纲要", U"清单", U"条例", U"指南", NULL};
    return words_end(para_cps(p), kinds, NULL) > 0;
}

/* A unit's heading or a title that stands alone. */
static bool stands_alone(const Joiner *j)
{
    const Para *p = &j->para;
    if (p->heading_sign || ends_with_kind(p))
        return !j->l->wrapped || j->last->width + FULL_SLACK < j->l->full || p->heading_sign;
    if (j->l->wrapped) return j->last->width + FULL_SLACK < j->l->full;
    if (p->mark) return p->n < 22 && !has_any(p, U",;。");
    return p->n < 30 && !has_any(p, U",。");
}

/* Too long for a heading, and no end of a sentence: a page ended here. */
static bool broken_off(const Para *p)
{
    return p->n >= 30 && p->cp[p->n - 1] != ')' && has_any(p, U",。") && !ends_with_kind(p);
}

static bool joins(const Joiner *j, const Line *line, Cps s, bool marked, bool sign)
{
    const Lines *l = j->l;
    bool indented = line->indent >= l->margin + 2, tight = !line->gap && !indented;
    if (j->para.n == 0 || marked || sign || line->row || j->para.kind == PARA_ROW) return false;
    if (j->depth > 0 && j->para.n - j->opened < BRACKET_MAX) return true;
    if (one_of(s.p[0], U",。;:、)>》”%")) return true;
    if (is_terminal(last_of(&j->para)) || j->para.cp[j->para.n - 1] == ')')
        return l->wrapped && l->spaced && tight && j->last->width + FULL_SLACK >= l->full;
    if (l->spaced && tight && !stands_alone(j)) return true;
    if (s.p[0] == U'的' || broken_off(&j->para)) return true;
    if (l->wrapped && indented && !line->gap && l->spaced && line->indent > j->last->indent) return false;
    return !stands_alone(j);
}

static void close_para(Joiner *j)
{
    if (j->para.n) VEC_PUSH(j->l->arena, j->out, j->para);
    j->para = (Para){0};
    j->depth = 0;
}

static void append(Joiner *j, const Line *line, size_t skip)
{
    Lines *l = j->l;
    size_t from = line->cfrom + skip, n = line->cto - from;
    memmove(l->cp + j->written, l->cp + from, n * sizeof *l->cp);
    memmove(l->at + j->written, l->at + from, n * sizeof *l->at);
    if (j->para.n == 0) {
        j->para.cp = l->cp + j->written;
        j->para.at = l->at + j->written;
    }
    for (size_t i = 0; i < n; i++) {
        char32_t c = l->cp[j->written + i];
        if (c == '(' && j->depth++ == 0) j->opened = j->para.n + i;
        if (c == ')' && j->depth > 0) j->depth--;
    }
    j->para.n += n;
    j->written += n;
    j->last = line;
}

/* "# ", "- ", "• " at the start of a line. */
static size_t lead_sign(const Lines *l, const Line *line, bool *heading)
{
    Cps s = line_cps(l, line);
    size_t n = 0;
    while (n < s.n && n < 6 && s.p[n] == '#') n++;
    *heading = n > 0;
    if (n > 0) return n;
    if (s.n > 1 && one_of(s.p[0], U"-•●▪*>") && l->at[line->cfrom + 1] > l->at[line->cfrom] + 1) return 1;
    return 0;
}

void policy__lines_join(Lines *l, Paras *out)
{
    measure(l);
    Joiner j = {.l = l, .out = out};
    for (size_t i = 0; i < l->n; i++) {
        const Line *line = &l->v[i];
        bool sign;
        MarkKind mark = MARK_NONE;
        if (line->drop || line->cto == line->cfrom) continue;
        size_t skip = lead_sign(l, line, &sign);
        Cps s = cps_from(line_cps(l, line), skip);
        if (s.n == 0) continue;
        size_t mark_len = line->row ? 0 : policy__mark_at(s, l->at + line->cfrom + skip, &mark);
        if (!joins(&j, line, s, mark_len > 0, sign)) {
            close_para(&j);
            append(&j, line, skip);
            j.para.heading_sign = sign;
            j.para.mark = mark;
            j.para.mark_len = (uint32_t)mark_len;
            j.para.kind = line->row ? PARA_ROW : PARA_TEXT;
        } else {
            append(&j, line, skip);
        }
    }
    close_para(&j);
}
