/* Tables of indicators: rows of cells, the figure in each. The first row that names columns is the head; a
 * row with one cell is a caption above it, or the rest of a name that was broken over a page. */
#include "read.h"

typedef struct Row {
    const Para *para;
    Cps cells[TABLE_CELLS];
    size_t at[TABLE_CELLS], n, filled, only; /* only: a cell that is not empty */
} Row;

static void split(const Para *para, Row *row)
{
    Cps s = para_cps(para);
    *row = (Row){.para = para};
    for (size_t i = 0, from = 0; i <= s.n && row->n < TABLE_CELLS; i++) {
        if (i < s.n && s.p[i] != '\t') continue;
        row->at[row->n] = from;
        row->cells[row->n] = cps_cut(s, from, i);
        if (i > from) row->filled++, row->only = row->n;
        row->n++;
        from = i + 1;
    }
    while (row->n && row->cells[row->n - 1].n == 0) row->n--;
}

static Str cell_text(Arena *a, const Source *src, const Row *row, size_t i)
{
    return policy__text_joined(a, src, row->para, row->at[i], row->at[i] + row->cells[i].n);
}

static bool is_integer(Cps s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!cp_digit(s.p[i])) return false;
    return s.n > 0 && s.n <= 4;
}

static bool names_columns(Arena *a, const Row *row)
{
    PolicyTarget t;
    size_t figures = 0;
    for (size_t i = 0; i < row->n; i++)
        figures += is_integer(row->cells[i]) ||
                   (row->cells[i].n < 8 && policy__find_figure(a, row->cells[i], &t) && t.unit.n == 0);
    return row->filled >= 2 && figures == 0;
}

static size_t column_of_numbers(const PolicyTable *t)
{
    for (size_t i = 0; i < t->columns.n; i++)
        if (str_is(t->columns.v[i], "序号") || str_is(t->columns.v[i], "编号")) return i;
    return SIZE_MAX;
}

/* A row under a merged first cell begins with its number: it belongs under the column of numbers. */
static size_t shift_of(const PolicyTable *t, const Row *row)
{
    size_t column = column_of_numbers(t);
    return column != SIZE_MAX && column > 0 && row->n && is_integer(row->cells[0]) &&
                   row->n + column <= t->columns.n
               ? column
               : 0;
}

static void add_row(Arena *a, const Source *src, PolicyTable *t, const Row *row)
{
    PolicyRow r = {.from = row->para->at[0], .to = row->para->at[row->para->n - 1] + 1};
    size_t shift = shift_of(t, row), numbers = column_of_numbers(t);
    for (size_t i = 0; i < shift; i++) VEC_PUSH(a, &r.cells, STR(""));
    for (size_t i = 0; i < row->n; i++) {
        PolicyFigure f = {.column = i + shift};
        VEC_PUSH(a, &r.cells, cell_text(a, src, row, i));
        if (f.column == numbers || !policy__find_figure(a, row->cells[i], &f.figure)) continue;
        f.figure.text = r.cells.v[r.cells.n - 1];
        const char *column = f.column < t->columns.n ? str_z(a, t->columns.v[f.column]) : "";
        if ((strstr(column, "下降") || strstr(column, "降幅")) && strcmp(f.figure.direction, "reach") == 0)
            f.figure.direction = "fall";
        VEC_PUSH(a, &r.figures, f);
    }
    VEC_PUSH(a, &t->rows, r);
}

/* The rest of a name: onto the longest cell without a figure. */
static void continue_row(Arena *a, const Source *src, PolicyRow *last, const Row *row)
{
    Str rest = cell_text(a, src, row, row->only);
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < last->cells.n; i++) {
        bool figure = false;
        for (size_t k = 0; k < last->figures.n; k++) figure |= last->figures.v[k].column == i;
        if (!figure && (best == SIZE_MAX || last->cells.v[i].n > last->cells.v[best].n)) best = i;
    }
    if (best == SIZE_MAX) return;
    last->cells.v[best] = str_printf(a, "%.*s%.*s", STR_ARG(last->cells.v[best]), STR_ARG(rest));
    last->to = row->para->at[row->para->n - 1] + 1;
}

bool policy__table_caption(const Para *p)
{
    Cps s = para_cps(p);
    return p->loose && s.n <= 60 &&
           (cps_ends(s, U"表") || cps_starts(s, U"专栏") || cps_starts(s, U"表") ||
            cps_find(s, U"指标") >= 0);
}

size_t policy__table_read(Arena *a, const Source *src, const Paras *paras, size_t at, PolicyPaper *out)
{
    PolicyTable t = {.caption = STR("")};
    Row row;
    if (at > 0 && policy__table_caption(&paras->v[at - 1]))
        t.caption = policy__text_joined(a, src, &paras->v[at - 1], 0, paras->v[at - 1].n);
    for (; at < paras->n && paras->v[at].kind == PARA_ROW; at++) {
        split(&paras->v[at], &row);
        if (row.filled == 0) continue;
        if (row.filled == 1 && t.columns.n == 0 && t.rows.n == 0)
            t.caption = cell_text(a, src, &row, row.only);
        else if (row.filled == 1 && t.rows.n > 0) continue_row(a, src, &t.rows.v[t.rows.n - 1], &row);
        else if (t.columns.n == 0 && t.rows.n == 0 && names_columns(a, &row))
            for (size_t i = 0; i < row.n; i++) VEC_PUSH(a, &t.columns, cell_text(a, src, &row, i));
        else add_row(a, src, &t, &row);
    }
    if (t.rows.n) VEC_PUSH(a, &out->tables, t);
    return at;
}

void policy__table_roles(Arena *a, const Paras *paras, size_t at, PolicyRole roles[TABLE_CELLS])
{
    Row row;
    for (size_t i = 0; i < TABLE_CELLS; i++) roles[i] = POLICY_ROLES;
    for (; at < paras->n && paras->v[at].kind == PARA_ROW; at++) {
        split(&paras->v[at], &row);
        if (row.filled < 2) continue;
        for (size_t i = 0; i < row.n && names_columns(a, &row); i++)
            if (!roles_column(row.cells[i], &roles[i])) roles[i] = POLICY_ROLES;
        return;
    }
}

bool policy__table_units(Arena *a, const Source *src, const PolicyTable *t, const Para *para,
                         const PolicyRole roles[TABLE_CELLS], Names units[POLICY_ROLES])
{
    Row row;
    bool any = false;
    split(para, &row);
    size_t shift = shift_of(t, &row);
    Names like = {.arena = a, .src = src, .at = para->at};
    for (size_t r = 0; r < POLICY_ROLES; r++) units[r] = (Names){.arena = a};
    for (size_t i = 0; i < row.n && i + shift < TABLE_CELLS; i++) {
        PolicyRole role = roles[i + shift];
        Names read[POLICY_ROLES];
        if (role == POLICY_ROLES || row.cells[i].n == 0) continue;
        roles_read(&like, para_cps(para), row.at[i], row.at[i] + row.cells[i].n, read);
        for (size_t r = 0; r < POLICY_ROLES; r++)
            for (size_t k = 0; k < read[r].n; k++) {
                VEC_PUSH(a, &units[r == POLICY_RESPONSIBLE ? role : r], read[r].v[k]);
                any = true;
            }
    }
    return any;
}
