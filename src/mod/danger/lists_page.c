/* One list of dangers as the page shows it and as a paper: format=json and format=pdf. On paper neighbouring
 * columns of a group become one cell with a line for each that has something. */
#include "lists.h"
#include "base/clock.h"
#include "paper/paper.h"

enum { PAPER_ROWS = 1000, PAGE_ROWS = 1000, GROUPS = 12 };

static bool asks_all(Req *req)
{
    return str_is(req_query(req, "all"), "true");
}

/* ---- For the page ---- */

static void write_cell(Work *w, const Column *col, const DbCursor *c, size_t i, JsonOut *o)
{
    Str s;
    if (db_is_null(c, i)) jout_null(o);
    else if (col->type == COLUMN_DATE_TIME) jout_time(o, db_i64(c, i));
    else if (col->type == COLUMN_NUMBER) jout_f64(o, db_f64(c, i));
    else if ((s = danger_list_text(w, col, c, i)).n) jout_str(o, s);
    else jout_null(o);
}

static void write_heads(const DangerList *list, Lang lang, JsonOut *o)
{
    jout_key(o, "columns");
    jout_open_array(o);
    for (size_t i = 0; i < list->ncols; i++) {
        const Column *col = &list->cols[i];
        jout_open(o);
        jout_kz(o, "title", text_in(col->title, lang));
        jout_kz(o, "group", text_in(col->group, lang));
        jout_kz(o, "type",
                col->type == COLUMN_DATE_TIME ? "time"
                : col->type == COLUMN_NUMBER  ? "real"
                                              : "text");
        jout_close(o);
    }
    jout_close_array(o);
}

Rc danger_list_page(Req *req, Res *res, const DangerList *list)
{
    Work w;
    DbCursor *c;
    Rc rc;
    int64_t n = 0;
    TRY(work_begin(req, false, &w));
    TRY(danger_list_open(&w, list, asks_all(req), &c));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kz(o, "title", text_in(list->title, w.ctx->lang));
    write_heads(list, w.ctx->lang, o);
    jout_key(o, "rows");
    jout_open_array(o);
    while ((rc = db_next(w.ctx, c)) > 0) {
        if (n++ >= PAGE_ROWS) continue;
        jout_open(o);
        jout_kid(o, "id", db_i64(c, 0));
        jout_key(o, "cells");
        jout_open_array(o);
        for (size_t i = 0; i < list->ncols; i++) write_cell(&w, &list->cols[i], c, i + 1, o);
        jout_close_array(o);
        jout_close(o);
    }
    db_close(&c);
    TRY(rc);
    jout_close_array(o);
    jout_ki(o, "count", n);
    jout_close(o);
    return RC_OK;
}

/* ---- On paper ---- */

typedef struct Sheet {
    Text title[GROUPS];
    size_t n;
} Sheet;

/* Groups in the order in which they first appear; a group's columns may stand apart. */
static void read_groups(const DangerList *list, Sheet *g)
{
    g->n = 0;
    for (size_t i = 0; i < list->ncols; i++) {
        bool known = false;
        for (size_t k = 0; k < g->n; k++) known |= !strcmp(g->title[k].zh, list->cols[i].group.zh);
        if (known) continue;
        ENSURE(g->n < GROUPS);
        g->title[g->n++] = list->cols[i].group;
    }
}

static Str group_cell(Work *w, const DangerList *list, Text group, const DbCursor *c)
{
    StrBuf b;
    size_t shared = 0;
    buf_init(&b, w->ctx->arena);
    for (size_t i = 0; i < list->ncols; i++) shared += !strcmp(list->cols[i].group.zh, group.zh);
    for (size_t i = 0; i < list->ncols; i++) {
        const Column *col = &list->cols[i];
        Str s = strcmp(col->group.zh, group.zh) ? STR_NONE : danger_list_text(w, col, c, i + 1);
        if (!s.n) continue;
        if (b.n) buf_addc(&b, '\n');
        if (shared > 1 && i > 2)
            buf_printf(&b, w->ctx->lang == LANG_EN ? "%s: " : "%s：", text_in(col->title, w->ctx->lang));
        buf_addz(&b, str_z(w->ctx->arena, s));
    }
    return buf_str(&b);
}

/* The cells, row by row, the head first. */
static Rc read_cells(Work *w, const DangerList *list, bool all, const Sheet *g, PaperTable *table)
{
    DbCursor *c;
    Rc rc;
    size_t ncols = g->n + 1;
    Str *cells = ARENA_ARRAY(w->ctx->arena, Str, (PAPER_ROWS + 1) * ncols);
    cells[0] = w->ctx->lang == LANG_EN ? STR("No.") : STR("序号");
    for (size_t k = 0; k < g->n; k++) cells[k + 1] = str_of(text_in(g->title[k], w->ctx->lang));
    *table = (PaperTable){.ncols = ncols, .nrows = 1, .heads = 1, .cells = cells};
    TRY(danger_list_open(w, list, all, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && table->nrows <= PAPER_ROWS) {
        Str *row = &cells[table->nrows * ncols];
        row[0] = str_printf(w->ctx->arena, "%zu", table->nrows++);
        for (size_t k = 0; k < g->n; k++) row[k + 1] = group_cell(w, list, g->title[k], c);
    }
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

static Rc make_paper(Work *w, const DangerList *list, bool all, Paper *p, size_t *rows)
{
    Sheet g;
    PaperBlock *block;
    Lang lang = w->ctx->lang;
    paper_init(p, lang);
    p->title = str_of(text_in(list->title, lang));
    p->made_at = w->now;
    read_groups(list, &g);
    TRY(paper_add(w->ctx, p, PAPER_TABLE, &block));
    TRY(read_cells(w, list, all, &g, &block->table));
    *rows = block->table.nrows - 1;
    TRY(paper_add(w->ctx, p, PAPER_PARAGRAPH, &block));
    block->flush = true;
    block->text = str_printf(w->ctx->arena, lang == LANG_EN ? "%zu in all." : "共 %zu 条。", *rows);
    p->date = paper_time(w->ctx->arena, w->now, true, lang);
    return RC_OK;
}

Rc danger_list_paper(Req *req, Res *res, const DangerList *list)
{
    Work w;
    Paper p;
    Str pdf;
    size_t rows;
    TRY(work_begin(req, false, &w));
    TRY(make_paper(&w, list, asks_all(req), &p, &rows));
    TRY(paper_pdf(w.ctx, &p, &paper_fonts_default, &pdf, NULL));
    work_abort(&w);
    TRY(danger_list_exported(req, "pdf", (int64_t)rows));
    res_body(res, "application/pdf", pdf);
    res_attachment(req, res, danger_list_file(req, list, "pdf"));
    return RC_OK;
}
