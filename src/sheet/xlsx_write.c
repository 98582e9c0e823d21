/* The adapter to libxlsxwriter: the only file that includes its header. Constant memory: a row is on its way
 * to a temporary file as soon as the next one begins, so rows and their cells go strictly downwards and texts
 * stand in the cells instead of a shared table.
 *
 * Drop-down lists refer to a hidden sheet, because a list inside a cell's rule may have 255 characters only.
 * In constant memory that sheet is written row by row as well: one column per list, all lists at once, before
 * the visible rows begin. */
#include "write_private.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

#define LAST_ROW   1048575u /* from 0 */
#define TEXT_LIMIT 32767u   /* characters of a cell */

typedef struct XlsxOut {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *header, *text, *date, *date_time;
    int nlists; /* sheets of choices so far */
} XlsxOut;

static Rc fail_xlsx(Ctx *ctx, lxw_error err)
{
    return sheet__fail_write(ctx, lxw_strerror(err));
}

/* ---- Cells ---- */

static bool looks_escaped(const char *p)
{
    if (p[0] != '_' || p[1] != 'x') return false;
    for (int i = 2; i < 6; i++)
        if (!strchr("0123456789abcdefABCDEF", p[i]) || !p[i]) return false;
    return p[6] == '_';
}

/* NUL-terminated; a literal _x0041_ is written so that it reads back the same; what is too long for a cell is
 * replaced by a mark that no import takes for the value. */
static char *cell_text(Str s)
{
    static const char too_long[] = "#TOO_LONG#";
    if (str_utf8_len(s) > TEXT_LIMIT - 8) s = STR(too_long);
    char *z = malloc(s.n * 2 + 8); /* an escape adds 6 to at least 7 */
    ENSURE(z != NULL);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.n - i >= 7 && looks_escaped(s.p + i)) {
            memcpy(z + n, "_x005F", 6);
            n += 6;
        }
        z[n++] = s.p[i];
    }
    z[n] = 0;
    return z;
}

static void check(SheetWriter *w, lxw_error err)
{
    if (err != LXW_NO_ERROR && !w->failed) w->failed = RC_IO;
}

static void xlsx_text(SheetWriter *w, Str s)
{
    XlsxOut *x = w->impl;
    if (s.n == 0) return;
    char *z = cell_text(s);
    check(w, worksheet_write_string(x->sheet, w->row, w->col, z, x->text));
    free(z);
}

static void xlsx_number(SheetWriter *w, double v)
{
    XlsxOut *x = w->impl;
    check(w, worksheet_write_number(x->sheet, w->row, w->col, v, NULL));
}

static void xlsx_bool(SheetWriter *w, bool v)
{
    XlsxOut *x = w->impl;
    check(w, worksheet_write_boolean(x->sheet, w->row, w->col, v, NULL));
}

static void xlsx_time(SheetWriter *w, int64_t t, bool date_only)
{
    XlsxOut *x = w->impl;
    Civil epoch = {.year = 1899, .month = 12, .day = 30};
    double serial = (double)(t - civil_ms(&epoch)) / (double)MS_DAY;
    if (serial < 61) {
        char buf[TIME_TEXT_MAX];
        xlsx_text(w, str_of(time_print_civil(t, buf)));
        return;
    }
    check(w, worksheet_write_number(x->sheet, w->row, w->col, serial, date_only ? x->date : x->date_time));
}

static Rc xlsx_end_row(Ctx *ctx, SheetWriter *w)
{
    if (w->row >= LAST_ROW)
        return FAIL(ctx, RC_TOO_LARGE, "sheet.rows", "超过 xlsx 的行数上限 1048576，请导出 CSV",
                    "more rows than the 1,048,576 of xlsx: export CSV");
    return w->failed ? sheet__fail_write(ctx, "a cell was refused") : 0;
}

/* ---- Columns, header, lists ---- */

static double title_width(const char *title)
{
    Str s = str_of(title);
    double wide = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c & 0xC0) != 0x80) wide += c < 0x80 ? 1.1 : 2.2;
    }
    return wide + 3 < 10 ? 10 : wide + 3 > 60 ? 60 : wide + 3;
}

static lxw_format *column_format(const XlsxOut *x, SheetColumnType type)
{
    return type == COLUMN_TEXT ? x->text : type == COLUMN_DATE_TIME ? x->date_time : NULL;
}

static size_t longest_list(const SheetColumn *cols, size_t ncols)
{
    size_t longest = 0;
    for (size_t i = 0; i < ncols; i++)
        if (cols[i].nchoices > longest) longest = cols[i].nchoices;
    return longest;
}

/* One column per list, in the order of the columns that have one. */
static Rc write_lists(Ctx *ctx, XlsxOut *x, const char *name, const SheetColumn *cols, size_t ncols)
{
    lxw_worksheet *ws = workbook_add_worksheet(x->book, name);
    if (!ws) return sheet__fail_write(ctx, "list sheet");
    for (size_t r = 0; r < longest_list(cols, ncols); r++) {
        lxw_col_t at = 0;
        for (size_t i = 0; i < ncols; i++) {
            if (cols[i].nchoices == 0) continue;
            if (r < cols[i].nchoices) {
                char *z = cell_text(str_of(cols[i].choices[r]));
                worksheet_write_string(ws, (lxw_row_t)r, at, z, NULL);
                free(z);
            }
            at++;
        }
    }
    worksheet_hide(ws);
    return 0;
}

/* Turns the validation added last into one that refers to a range. Asked for LIST_FORMULA directly,
 * libxlsxwriter 1.1.4 copies the formula twice and loses the first copy. */
static void refer_to_range(lxw_worksheet *ws, const char *formula)
{
    lxw_data_val_obj *last = NULL, *each;
    STAILQ_FOREACH(each, ws->data_validations, list_pointers) last = each;
    ENSURE(last && last->validate == LXW_VALIDATION_TYPE_LIST);
    free(last->value_formula);
    last->validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
    last->value_formula = strdup(formula);
    ENSURE(last->value_formula != NULL);
}

static Rc add_validation(Ctx *ctx, XlsxOut *x, const SheetColumn *c, lxw_col_t col, const char *lists, int at)
{
    char letters[LXW_MAX_COL_NAME_LENGTH], formula[128], hint[256] = "";
    lxw_col_to_name(letters, (lxw_col_t)at, 1);
    snprintf(formula, sizeof formula, "%s!%s$1:%s$%zu", lists, letters, letters, c->nchoices);
    if (c->hint && str_utf8_len(str_of(c->hint)) < 255 && strlen(c->hint) < sizeof hint)
        snprintf(hint, sizeof hint, "%s", c->hint);
    const char *const none[] = {"-", NULL};
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST,
                             .value_list = (char **)(uintptr_t)none,
                             .ignore_blank = LXW_VALIDATION_ON,
                             .dropdown = LXW_VALIDATION_ON,
                             .error_type = LXW_VALIDATION_ERROR_TYPE_WARNING,
                             .show_error = LXW_VALIDATION_ON,
                             .show_input = LXW_VALIDATION_ON,
                             .input_message = hint[0] ? hint : NULL};
    lxw_error err = worksheet_data_validation_range(x->sheet, 1, col, SHEET_MAX_ROWS - 1, col, &v);
    if (err != LXW_NO_ERROR) return fail_xlsx(ctx, err);
    refer_to_range(x->sheet, formula);
    return 0;
}

static Rc write_header(Ctx *ctx, XlsxOut *x, const SheetColumn *cols, size_t ncols, const char *lists)
{
    int list = 0;
    for (size_t i = 0; i < ncols; i++) {
        const SheetColumn *c = &cols[i];
        lxw_col_t col = (lxw_col_t)i;
        double width = c->width > 0 ? c->width : title_width(c->title);
        worksheet_set_column(x->sheet, col, col, width, column_format(x, c->type));
        lxw_error err = worksheet_write_string(x->sheet, 0, col, c->title, x->header);
        if (err != LXW_NO_ERROR) return fail_xlsx(ctx, err);
        if (c->nchoices > 0) TRY(add_validation(ctx, x, c, col, lists, list++));
    }
    worksheet_freeze_panes(x->sheet, 1, 0);
    return 0;
}

static Rc xlsx_begin(Ctx *ctx, SheetWriter *w, const char *name, const SheetColumn *cols, size_t ncols)
{
    XlsxOut *x = w->impl;
    if (workbook_validate_sheet_name(x->book, name) != LXW_NO_ERROR)
        return FAIL(ctx, RC_INVALID, "sheet.name", "“%s”不能用作工作表名", "'%s' is not a sheet name", name);
    x->sheet = workbook_add_worksheet(x->book, name);
    if (!x->sheet) return sheet__fail_write(ctx, "sheet");
    char lists[24] = "";
    if (longest_list(cols, ncols) > 0) {
        snprintf(lists, sizeof lists, "lists%d", ++x->nlists);
        TRY(write_lists(ctx, x, lists, cols, ncols));
    }
    return write_header(ctx, x, cols, ncols, lists);
}

/* ---- Life ---- */

static void add_formats(XlsxOut *x)
{
    x->header = workbook_add_format(x->book);
    format_set_bold(x->header);
    format_set_bg_color(x->header, 0xE8EDF3);
    format_set_bottom(x->header, LXW_BORDER_THIN);
    x->text = workbook_add_format(x->book);
    format_set_num_format_index(x->text, 49); /* "@": what is typed here stays a text */
    x->date = workbook_add_format(x->book);
    format_set_num_format(x->date, "yyyy-mm-dd");
    x->date_time = workbook_add_format(x->book);
    format_set_num_format(x->date_time, "yyyy-mm-dd hh:mm:ss");
}

static Rc xlsx_close(Ctx *ctx, SheetWriter *w)
{
    XlsxOut *x = w->impl;
    lxw_workbook *book = x->book;
    x->book = NULL;
    lxw_error err = workbook_close(book); /* frees it, good or bad */
    return err == LXW_NO_ERROR ? 0 : fail_xlsx(ctx, err);
}

static void xlsx_drop(SheetWriter *w)
{
    XlsxOut *x = w->impl;
    if (x->book) lxw_workbook_free(x->book);
    free(x);
}

/* Temporary files go beside the target, so that nothing is written outside the data directory. */
static const char *folder_of(Arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_printf(a, "%.*s", (int)(slash - path), path) : ".";
}

Rc sheet__open_xlsx(Ctx *ctx, const char *path, SheetWriter *w)
{
    static const SheetOut out = {xlsx_begin, xlsx_text,    xlsx_number, xlsx_bool,
                                 xlsx_time,  xlsx_end_row, xlsx_close,  xlsx_drop};
    w->out = &out;
    FILE *probe = fopen(path, "wbe"); /* the library finds out only at the end */
    if (!probe) return sheet__fail_write(ctx, "cannot create the file");
    fclose(probe);
    XlsxOut *x = calloc(1, sizeof *x);
    ENSURE(x != NULL);
    w->impl = x;
    lxw_workbook_options opt = {.constant_memory = LXW_TRUE,
                                .tmpdir = (char *)(uintptr_t)folder_of(ctx->arena, path)};
    x->book = workbook_new_opt(path, &opt);
    if (!x->book) return sheet__fail_write(ctx, "workbook");
    add_formats(x);
    return 0;
}
