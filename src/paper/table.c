/* Tables: columns as wide as what stands in them asks, heads repeated on each page, a row that does not fit
 * on what is left begins a page, and one that is longer than half a page is broken between its lines. */
#include "layout.h"

enum { PAD = 4, CENTRED = 20 /* half characters: columns no wider stand in the middle */ };
#define PITCH (SIZE_TABLE * 1.5)

typedef struct Grid {
    const PaperTable *t;
    double x[PAPER_COLUMNS_MAX + 1];
    bool centred[PAPER_COLUMNS_MAX];
} Grid;

typedef struct Row {
    Para *cells[PAPER_COLUMNS_MAX];
    int lines;
    bool head;
} Row;

static void grid_of(Grid *g, const PaperTable *t)
{
    double shares[PAPER_COLUMNS_MAX], x = AREA_LEFT;
    g->t = t;
    paper_column_shares(t, shares);
    for (size_t c = 0; c < t->ncols; c++) {
        size_t widest = 0;
        g->x[c] = x;
        x += shares[c] * AREA_WIDTH;
        for (size_t r = t->heads; r < t->nrows; r++) {
            size_t n = paper_width(t->cells[r * t->ncols + c]);
            if (n > widest) widest = n;
        }
        g->centred[c] = widest <= CENTRED;
    }
    g->x[t->ncols] = AREA_LEFT + AREA_WIDTH;
}

static Style cell_style(const Pen *pen, bool head)
{
    return (Style){head ? pen->fonts->black : pen->fonts->body, SIZE_TABLE, false, BLACK, 0};
}

static Row row_of(Pen *pen, const Grid *g, size_t r)
{
    Row row = {.lines = 1, .head = r < g->t->heads};
    Style s = cell_style(pen, row.head);
    for (size_t c = 0; c < g->t->ncols; c++) {
        ParaShape shape = {.width = g->x[c + 1] - g->x[c] - 2 * PAD,
                           .align = row.head || g->centred[c] ? ALIGN_CENTRE : ALIGN_LEFT};
        row.cells[c] = para_new(pen->canvas, g->t->cells[r * g->t->ncols + c], &s, &shape);
        int n = para_lines(row.cells[c]);
        if (n > row.lines) row.lines = n;
    }
    return row;
}

static void row_free(const Grid *g, Row *row)
{
    for (size_t c = 0; c < g->t->ncols; c++) para_free(&row->cells[c]);
}

/* Lines from ≤ i < to of the row, with its frame. */
static void draw_row(Pen *pen, const Grid *g, const Row *row, int from, int to)
{
    double height = (to - from) * PITCH + 2 * PAD, top = pen->y;
    Canvas *canvas = pen->canvas;
    if (row->head) canvas_box(canvas, AREA_LEFT, top, AREA_WIDTH, height, (Colour){0.94, 0.94, 0.94, 1});
    for (size_t c = 0; c < g->t->ncols; c++) {
        int n = para_lines(row->cells[c]);
        double shift = from == 0 && to == row->lines ? (row->lines - n) * PITCH / 2 : 0;
        for (int i = from; i < to && i < n; i++)
            para_draw(row->cells[c], i, g->x[c] + PAD,
                      pen_baseline(top + PAD + shift + (i - from) * PITCH, PITCH, SIZE_TABLE));
    }
    canvas_line(canvas, AREA_LEFT, top, AREA_LEFT + AREA_WIDTH, top, 0.6, BLACK);
    canvas_line(canvas, AREA_LEFT, top + height, AREA_LEFT + AREA_WIDTH, top + height, 0.6, BLACK);
    for (size_t c = 0; c <= g->t->ncols; c++)
        canvas_line(canvas, g->x[c], top, g->x[c], top + height, 0.6, BLACK);
    pen->y += height;
}

static double height_of(const Row *row)
{
    return row->lines * PITCH + 2 * PAD;
}

static Rc heads(Pen *pen, const Grid *g)
{
    for (size_t r = 0; r < g->t->heads && r < g->t->nrows; r++) {
        Row row = row_of(pen, g, r);
        if (height_of(&row) < AREA_HEIGHT / 3) draw_row(pen, g, &row, 0, row.lines);
        row_free(g, &row);
    }
    return 0;
}

static Rc next_page(Pen *pen, const Grid *g)
{
    TRY(pen_next_page(pen));
    return heads(pen, g);
}

static Rc body_row(Pen *pen, const Grid *g, const Row *row)
{
    int from = 0;
    if (height_of(row) > pen_left(pen) && height_of(row) < AREA_HEIGHT / 2) TRY(next_page(pen, g));
    while (from < row->lines) {
        int fit = (int)((pen_left(pen) - 2 * PAD) / PITCH), to = from + fit;
        if (fit < 1) {
            TRY(next_page(pen, g));
            continue;
        }
        if (to > row->lines) to = row->lines;
        draw_row(pen, g, row, from, to);
        from = to;
    }
    return 0;
}

Rc pen_table(Pen *pen, const PaperTable *t)
{
    Grid g;
    if (!t->ncols || t->ncols > PAPER_COLUMNS_MAX) return 0;
    grid_of(&g, t);
    pen->y += 4;
    TRY(pen_need(pen, 4 * PITCH));
    TRY(heads(pen, &g));
    for (size_t r = t->heads; r < t->nrows; r++) {
        Row row = row_of(pen, &g, r);
        double below = r + 1 == t->nrows && pen->tail > 0 ? height_of(&row) + 8 + pen->tail : 0;
        Rc rc = below > pen_left(pen) && below < AREA_HEIGHT / 2 ? next_page(pen, &g) : 0;
        if (rc >= 0) rc = body_row(pen, &g, &row);
        row_free(&g, &row);
        TRY(rc);
    }
    pen->y += 8;
    return 0;
}
