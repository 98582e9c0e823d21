/* Which column of a table is what is told by its head: 指标名称, 2020年实际数, 2025年目标, 指标属性, 单位. A
 * target in percent with a word of change (下降33%) is a change of the base; a base that the table leaves out
 * is taken from another table of the same paper when that has a figure of the same indicator and year. A plan
 * that names no years has those of its 五年 period. */
#include "drafts.h"
#include <string.h>

enum { COLUMNS_MOST = 32, NONE = -1, DRAFTS_MOST = 500 };

typedef struct Columns {
    int no, name, unit, nature, owner, base, target;
    int base_year, target_year;
    int year[COLUMNS_MOST]; /* of each column's head; 0: none */
} Columns;

static bool has(Str s, const char *word)
{
    return str_find(s, str_of(word)) >= 0;
}

static bool has_any(Str s, const char *const *words)
{
    for (; *words; words++)
        if (has(s, *words)) return true;
    return false;
}

static int year_in(Str s)
{
    for (size_t i = 0; i + 4 <= s.n; i++) {
        int y = 0;
        size_t k = 0;
        for (; k < 4 && s.p[i + k] >= '0' && s.p[i + k] <= '9'; k++) y = y * 10 + (s.p[i + k] - '0');
        if (k == 4 && y >= 1950 && y <= 2100) return y;
    }
    return 0;
}

/* “十四五” → 2025: the end of the nth five years. */
static int five_years_end(Str title)
{
    static const char *const ordinals[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九"};
    Arena *scratch = arena_new(0);
    int year = 0;
    for (int i = 0; i < 9 && !year; i++)
        if (has(title, arena_printf(scratch, "十%s五", ordinals[i]))) year = 1955 + 5 * (11 + i);
    arena_free(&scratch);
    return year;
}

static const char *const target_words[] = {"目标", "规划值", "计划值", NULL};
static const char *const change_words[] = {"降幅", "增幅", "±", "完成率", "实现情况", "累计", "年均", NULL};

static void place(Columns *c, int i, Str head)
{
    c->year[i] = year_in(head);
    if (str_is(head, "序号") || str_is(head, "编号")) c->no = i;
    else if (has(head, "属性") || has(head, "性质")) c->nature = i;
    else if (str_is(head, "单位") || has(head, "计量单位")) c->unit = i;
    else if (has(head, "责任单位") || has(head, "牵头单位")) c->owner = i;
    else if (has_any(head, target_words)) c->target = i;
    else if (c->name == NONE && (has(head, "指标") || has(head, "项目") || has(head, "名称"))) c->name = i;
}

/* Two years and no word: the earlier is the base, the later the target. */
static void place_years(const PolicyTable *t, Columns *c)
{
    for (int i = 0; i < (int)t->columns.n && i < COLUMNS_MOST; i++) {
        if (!c->year[i] || i == c->target || has_any(t->columns.v[i], change_words)) continue;
        if (c->base == NONE || c->year[i] < c->year[c->base]) c->base = i;
    }
    for (int i = 0; c->target == NONE && i < (int)t->columns.n && i < COLUMNS_MOST; i++)
        if (c->base != NONE && c->year[i] > c->year[c->base] && !has_any(t->columns.v[i], change_words))
            c->target = i;
    if (c->base != NONE) c->base_year = c->year[c->base];
    if (c->target != NONE) c->target_year = c->year[c->target];
}

static bool find_columns(const PolicyPaper *paper, const PolicyTable *t, Columns *c)
{
    *c = (Columns){
        .no = NONE, .name = NONE, .unit = NONE, .nature = NONE, .owner = NONE, .base = NONE, .target = NONE};
    for (int i = 0; i < (int)t->columns.n && i < COLUMNS_MOST; i++) place(c, i, t->columns.v[i]);
    place_years(t, c);
    if (c->name == NONE || c->target == NONE) return false;
    int end = five_years_end(t->caption);
    if (!end) end = five_years_end(paper->title);
    if (!c->target_year) c->target_year = end;
    if (!c->base_year && c->target_year) c->base_year = c->target_year - 5;
    return true;
}

static Str cell(const PolicyRow *r, int i)
{
    return i >= 0 && (size_t)i < r->cells.n ? str_trim(r->cells.v[i]) : STR_NONE;
}

static const PolicyTarget *figure(const PolicyRow *r, int column)
{
    for (size_t i = 0; column >= 0 && i < r->figures.n; i++)
        if (r->figures.v[i].column == (size_t)column) return &r->figures.v[i].figure;
    return NULL;
}

/* What is better lower, where neither a word nor the base says it. */
static bool is_harm(Str name)
{
    static const char *const words[] = {"死亡", "事故", "火灾", "伤亡", "受伤", "损失", "隐患数", NULL};
    return has_any(name, words);
}

static const char *kind_of(const IndicatorDraft *d, const PolicyTarget *t)
{
    static const char *const same[] = {"fall", "rise", "at_least", "at_most"};
    for (size_t i = 0; t && i < ARRAY_LEN(same); i++)
        if (strcmp(t->direction, same[i]) == 0) return same[i];
    if (t && d->has_base && d->base != t->value) return t->value < d->base ? "fall" : "rise";
    return is_harm(d->name) ? "at_most" : "at_least";
}

static void read_target(IndicatorDraft *d, const PolicyTarget *t)
{
    d->kind = kind_of(d, t);
    d->has_target = t != NULL;
    if (!t) return;
    bool change = strcmp(t->direction, "fall") == 0 || strcmp(t->direction, "rise") == 0;
    d->target = t->value;
    d->relative = change && str_is(t->unit, "%") && !str_is(d->unit, "%");
    if (!d->unit.n && !d->relative) d->unit = t->unit;
}

/* “死亡人数（人）”. */
static Str unit_of_name(Str name)
{
    ptrdiff_t open = str_find(name, STR("（"));
    if (open < 0 || !str_ends(name, STR("）"))) return STR_NONE;
    Str inner = str_n(name.p + open + 3, name.n - (size_t)open - 6);
    return inner.n && inner.n <= 18 ? inner : STR_NONE;
}

static Str row_text(Arena *a, const PolicyRow *r)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < r->cells.n; i++) {
        if (i) buf_addz(&b, " | ");
        buf_add(&b, r->cells.v[i]);
    }
    return b.p ? buf_str(&b) : STR("");
}

static void read_row(Arena *a, const PolicyTable *t, const Columns *c, size_t i, IndicatorDraft *d)
{
    const PolicyRow *r = &t->rows.v[i];
    const PolicyTarget *base = figure(r, c->base);
    d->no = (int)i + 1;
    d->caption = t->caption;
    d->base_year = c->base_year;
    d->target_year = c->target_year;
    d->name = cell(r, c->name);
    d->unit = c->unit != NONE ? cell(r, c->unit) : unit_of_name(d->name);
    d->owner = cell(r, c->owner);
    d->nature = has(cell(r, c->nature), "约束") ? "binding" : "expected";
    d->has_base = base != NULL;
    if (base) d->base = base->value;
    read_target(d, figure(r, c->target));
    d->source = row_text(a, r);
    d->from = r->from;
    d->to = r->to;
}

/* The figure of the same indicator in another table, of the base year. */
static void base_elsewhere(const PolicyPaper *paper, IndicatorDraft *d)
{
    for (size_t k = 0; k < paper->tables.n && !d->has_base; k++) {
        const PolicyTable *t = &paper->tables.v[k];
        Columns c;
        if (k == d->table || !find_columns(paper, t, &c)) continue;
        for (size_t i = 0; i < t->rows.n && !d->has_base; i++) {
            if (!str_eq(cell(&t->rows.v[i], c.name), d->name)) continue;
            for (int col = 0; col < (int)t->columns.n && col < COLUMNS_MOST; col++) {
                const PolicyTarget *f = figure(&t->rows.v[i], col);
                if (!f || c.year[col] != d->base_year || has_any(t->columns.v[col], change_words)) continue;
                d->has_base = d->base_of_other = true;
                d->base = f->value;
            }
        }
    }
}

void indicator_drafts(Arena *a, const PolicyPaper *paper, IndicatorDrafts *out)
{
    *out = (IndicatorDrafts){.v = ARENA_ARRAY(a, IndicatorDraft, DRAFTS_MOST)};
    for (size_t k = 0; k < paper->tables.n; k++) {
        Columns c;
        if (!find_columns(paper, &paper->tables.v[k], &c)) continue;
        for (size_t i = 0; i < paper->tables.v[k].rows.n && out->n < DRAFTS_MOST; i++) {
            IndicatorDraft d = {.table = k};
            read_row(a, &paper->tables.v[k], &c, i, &d);
            if (!d.name.n) continue;
            if (!d.has_base && d.base_year) base_elsewhere(paper, &d);
            out->v[out->n++] = d;
        }
    }
}
