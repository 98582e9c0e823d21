/* The file of what was refused: the input read once more, each row as it came, with the reason in a column of
 * its own, so that it can be mended and given back. */
#include "transfer/import_int.h"
#include "sheet/write.h"

typedef struct ErrorFile {
    const Import *im;
    Ctx *ctx;
    SheetWriter *w;
    size_t next; /* error not yet written */
} ErrorFile;

static Rc begin_error_file(ErrorFile *ef, const SheetCell *cells, size_t n)
{
    const Import *im = ef->im;
    Ctx *ctx = ef->ctx;
    SheetColumn *cols = ARENA_ARRAY(ctx->arena, SheetColumn, n + 1);
    size_t ncols = 0;
    for (size_t i = 0; i < n; i++)
        if (im->columns[i] != COLUMN_REASON)
            cols[ncols++] = (SheetColumn){.title = str_z(ctx->arena, cells[i].text)};
    cols[ncols++] =
        (SheetColumn){.title = text_in(transfer_passed[PASSED_ERROR].label, ctx->lang), .width = 60};
    return sheet_begin(ctx, ef->w, text_in(im->e->title, ctx->lang), cols, ncols);
}

static Rc copy_row(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    ErrorFile *ef = ud;
    const Import *im = ef->im;
    if (line == im->header_line) return begin_error_file(ef, cells, n);
    for (size_t i = 0; i < im->ncolumns; i++) {
        if (im->columns[i] == COLUMN_REASON) continue;
        if (i < n) sheet_put_cell(ef->w, &cells[i]);
        else sheet_put_empty(ef->w);
    }
    bool bad = ef->next < im->nerrors && im->errors[ef->next].line == line;
    if (bad) sheet_put_text(ef->w, str_of(im->errors[ef->next++].reason));
    else sheet_put_empty(ef->w);
    return sheet_end_row(ef->ctx, ef->w);
}

/* "C:\\up\\points.xlsx" → "points-错误.xlsx" */
static const char *error_name(Ctx *ctx, Str file_name, SheetKind kind)
{
    for (size_t i = 0; i < file_name.n; i++)
        if (file_name.p[i] == '/' || file_name.p[i] == '\\') {
            file_name = str_n(file_name.p + i + 1, file_name.n - i - 1);
            i = (size_t)-1;
        }
    for (size_t i = file_name.n; i-- > 1;)
        if (file_name.p[i] == '.') {
            file_name.n = i;
            break;
        }
    if (file_name.n == 0 || file_name.n > 200 || !str_utf8_ok(file_name)) file_name = STR("import");
    char *name = arena_printf(ctx->arena, "%.*s-%s.%s", STR_ARG(file_name),
                              text_in(transfer_passed[PASSED_ERROR].label, ctx->lang),
                              kind == SHEET_CSV ? "csv" : "xlsx");
    for (char *p = name; *p; p++)
        if ((unsigned char)*p < ' ' || *p == '"') *p = '_';
    return name;
}

Rc import_errors(Import *im, Str file_name, Str content, ImportResult *out)
{
    Ctx *ctx = im->ctx;
    SheetKind kind = sheet_kind(content);
    const char *name = error_name(ctx, file_name, kind);
    TRY(transfer_file_new(ctx, im->k, im->who, kind, name, &out->error_file, &out->error_id));
    ErrorFile ef = {.im = im, .ctx = ctx};
    TRY(sheet_writer_open(ctx, kind, out->error_file, &ef.w));
    TRY(sheet_read(ctx, content, copy_row, &ef));
    return sheet_writer_close(ctx, &ef.w);
}
