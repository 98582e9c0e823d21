/* The cells of the first sheet. A row's texts are collected in one buffer that is used again for the next
 * row, so memory does not grow with the sheet; cells hold offsets until the row is whole. Rows must go down
 * and columns may come in any order; both have limits. */
#include "xlsx.h"
#include "read_private.h"
#include "base/clock.h"
#include "base/num.h"
#include <math.h>
#include <stdio.h>

typedef struct Cell {
    SheetCellType type;
    size_t at, n; /* in text */
    double number;
    bool formula;
} Cell;

typedef struct SheetParse {
    Ctx *ctx;
    XlsxBook *b;
    SheetRowFn fn;
    void *ud;
    int64_t row; /* current row number, 0 before the first */
    int col;     /* current column, from 0 */
    int ncols;   /* columns in use in this row */
    bool in_data, in_row, in_cell, in_value, in_is, formula;
    int phonetic;
    char kind[12]; /* attribute t */
    size_t style;
    size_t value_at;
    StrBuf text;
    Cell cells[SHEET_MAX_COLS];
    SheetCell out[SHEET_MAX_COLS];
    Rc rc; /* why the handler stopped */
} SheetParse;

static bool stop(SheetParse *p, Rc rc)
{
    p->rc = rc;
    return false;
}

static bool open_row(SheetParse *p, const XmlAttrs *a)
{
    int64_t row = p->row + 1;
    Str r = xml_attr(a, "r");
    if (r.n && (!num_parse_i64(r, &row) || row <= p->row))
        return stop(p, xlsx_fail_damaged(p->ctx, "row number"));
    p->row = row;
    p->col = -1;
    p->ncols = 0;
    p->text.n = 0;
    p->in_row = true;
    return true;
}

/* "BC12" → 54. Negative: no reference. */
static int column_of(Str ref)
{
    int col = 0;
    size_t i = 0;
    for (; i < ref.n && ref.p[i] >= 'A' && ref.p[i] <= 'Z' && i < 4; i++)
        col = col * 26 + (ref.p[i] - 'A' + 1);
    return i == 0 ? -1 : col - 1;
}

static bool open_cell(SheetParse *p, const XmlAttrs *a)
{
    Str ref = xml_attr(a, "r");
    int col = p->col + 1;
    if (ref.n) col = column_of(ref);
    if (col < 0) return stop(p, xlsx_fail_damaged(p->ctx, "cell reference"));
    p->col = col;
    Str kind = xml_attr(a, "t");
    size_t n = kind.n < sizeof p->kind - 1 ? kind.n : sizeof p->kind - 1;
    if (n) memcpy(p->kind, kind.p, n);
    p->kind[n] = 0;
    int64_t style = 0;
    num_parse_i64(xml_attr(a, "s"), &style);
    p->style = style < 0 ? 0 : (size_t)style;
    p->in_cell = true;
    p->formula = false;
    p->value_at = p->text.n;
    return true;
}

static bool sheet_open(void *ud, Str name, const XmlAttrs *a)
{
    SheetParse *p = ud;
    if (str_is(name, "sheetData")) p->in_data = true;
    if (!p->in_data) return true;
    if (str_is(name, "row")) return open_row(p, a);
    if (p->in_row && str_is(name, "c")) return open_cell(p, a);
    if (!p->in_cell) return true;
    if (str_is(name, "v")) p->in_value = strcmp(p->kind, "inlineStr") != 0;
    else if (str_is(name, "f")) p->formula = true;
    else if (str_is(name, "is")) p->in_is = true;
    else if (str_is(name, "rPh")) p->phonetic++;
    else if (str_is(name, "t")) p->in_value = p->in_is && p->phonetic == 0;
    return true;
}

static bool sheet_text(void *ud, Str text)
{
    SheetParse *p = ud;
    if (!p->in_value) return true;
    if (p->text.n - p->value_at + text.n > SHEET_MAX_CELL || p->text.n + text.n > SHEET_MAX_ROW)
        return stop(p, xlsx_fail_size(p->ctx, "cell text"));
    buf_add(&p->text, text);
    return true;
}

static void set_text(SheetParse *p, Cell *c, Str s)
{
    p->text.n = p->value_at;
    buf_add(&p->text, s);
    c->at = p->value_at;
    c->n = s.n;
}

static void set_number(SheetParse *p, Cell *c, double v)
{
    char buf[64];
    c->number = v;
    c->type = CELL_NUMBER;
    if (p->style < p->b->nstyles && p->b->dates[p->style] &&
        xlsx_date_text(v, p->b->date1904, buf, sizeof buf)) {
        c->type = CELL_TIME;
    } else if (v == floor(v) && fabs(v) < 1e15) {
        snprintf(buf, sizeof buf, "%lld", (long long)v);
    } else {
        buf[num_print_f64(v, buf)] = 0;
    }
    set_text(p, c, str_of(buf));
}

/* "2026-11-22T14:05:09.000" → "2026-11-22 14:05:09" */
static void set_iso(SheetParse *p, Cell *c, Str raw)
{
    int64_t t;
    char buf[TIME_TEXT_MAX];
    c->type = CELL_TEXT;
    if (!time_parse(raw, true, &t)) return;
    Str s = str_of(time_print_civil(t, buf));
    c->type = CELL_TIME;
    set_text(p, c, raw.n == 10 ? str_n(s.p, 10) : s);
}

static bool set_shared(SheetParse *p, Cell *c, Str raw)
{
    uint64_t at;
    if (!num_parse_u64(raw, &at) || at >= p->b->nshared)
        return stop(p, xlsx_fail_damaged(p->ctx, "shared string number"));
    Str s = p->b->shared[at];
    if (p->value_at + s.n > SHEET_MAX_ROW) return stop(p, xlsx_fail_size(p->ctx, "row text"));
    c->type = CELL_TEXT;
    set_text(p, c, s);
    return true;
}

static bool set_value(SheetParse *p, Cell *c)
{
    Str raw = str_n(p->text.p + p->value_at, p->text.n - p->value_at);
    c->at = p->value_at;
    c->n = raw.n;
    if (strcmp(p->kind, "s") == 0) return set_shared(p, c, raw);
    if (strcmp(p->kind, "inlineStr") == 0 || strcmp(p->kind, "str") == 0) {
        c->type = CELL_TEXT;
        c->n = xlsx_unescape(p->text.p + p->value_at, raw.n);
        p->text.n = p->value_at + c->n;
        return true;
    }
    if (strcmp(p->kind, "b") == 0) {
        c->type = CELL_BOOL;
        set_text(p, c, str_is(raw, "1") || str_is(raw, "true") ? STR("TRUE") : STR("FALSE"));
        return true;
    }
    if (strcmp(p->kind, "e") == 0) {
        c->type = CELL_ERROR;
        return true;
    }
    if (strcmp(p->kind, "d") == 0) {
        set_iso(p, c, raw);
        return true;
    }
    double v;
    if (!num_parse_f64(str_trim(raw), false, &v)) return stop(p, xlsx_fail_damaged(p->ctx, "number"));
    set_number(p, c, v);
    return true;
}

static bool close_cell(SheetParse *p)
{
    p->in_cell = p->in_value = p->in_is = false;
    p->phonetic = 0;
    bool kept = p->text.n > p->value_at;
    if (!kept && !p->formula) return true; /* only a style */
    if (p->col >= SHEET_MAX_COLS || p->row > SHEET_MAX_ROWS)
        return stop(p, xlsx_fail_size(p->ctx, "cell place"));
    for (; p->ncols <= p->col; p->ncols++) p->cells[p->ncols] = (Cell){.type = CELL_EMPTY};
    Cell *c = &p->cells[p->col];
    c->formula = p->formula;
    if (kept || strcmp(p->kind, "str") == 0) return set_value(p, c);
    c->type = CELL_ERROR;
    set_text(p, c, STR("="));
    return true;
}

static bool close_row(SheetParse *p)
{
    p->in_row = false;
    for (int i = 0; i < p->ncols; i++) {
        const Cell *c = &p->cells[i];
        p->out[i] =
            (SheetCell){c->type, c->n ? str_n(p->text.p + c->at, c->n) : STR(""), c->number, c->formula};
    }
    Rc rc = sheet__row(p->ctx, p->row, p->out, (size_t)p->ncols, p->fn, p->ud);
    return rc < 0 ? stop(p, rc) : true;
}

static bool sheet_close(void *ud, Str name)
{
    SheetParse *p = ud;
    if (str_is(name, "sheetData")) p->in_data = false;
    if (!p->in_data) return true;
    if (str_is(name, "v") || str_is(name, "t")) p->in_value = false;
    else if (str_is(name, "is")) p->in_is = false;
    else if (str_is(name, "rPh") && p->phonetic > 0) p->phonetic--;
    else if (str_is(name, "c") && p->in_cell) return close_cell(p);
    else if (str_is(name, "row") && p->in_row) return close_row(p);
    return true;
}

Rc sheet__read_xlsx(Ctx *ctx, Str content, SheetRowFn fn, void *ud)
{
    static const XmlHandler handler = {sheet_open, sheet_close, sheet_text};
    XlsxBook book;
    TRY(xlsx_book_open(ctx, content, &book));
    Rc rc = zipfile_member(ctx, book.zip, book.sheet);
    if (rc < 0) return rc;
    if (rc == 0) return xlsx_fail_damaged(ctx, "no sheet part");
    SheetParse *p = ARENA_NEW(ctx->arena, SheetParse);
    p->ctx = ctx;
    p->b = &book;
    p->fn = fn;
    p->ud = ud;
    buf_init(&p->text, ctx->arena);
    XmlEnd end = xml_parse(zipfile_read, book.zip, &handler, p);
    if (p->rc < 0) return p->rc;
    return xlsx_fail_end(ctx, &book, end, "sheet");
}
