/* What both formats share: the life of the writer and how a cell that was read goes back into a file. */
#include "write_private.h"
#include "base/clock.h"
#include <math.h>
#include <stdio.h>

Rc sheet__fail_write(Ctx *ctx, const char *cause)
{
    Rc rc = FAIL(ctx, RC_IO, "sheet.write", "文件写入失败", "the file could not be written");
    ctx_cause(ctx, "%s", cause);
    return rc;
}

static void drop(void *arg)
{
    SheetWriter *w = arg;
    if (w->impl) w->out->drop(w);
    w->impl = NULL;
}

Rc sheet_writer_open(Ctx *ctx, SheetKind kind, const char *path, SheetWriter **out)
{
    SheetWriter *w = ARENA_NEW(ctx->arena, SheetWriter);
    arena_defer(ctx->arena, drop, w);
    TRY(kind == SHEET_XLSX ? sheet__open_xlsx(ctx, path, w) : sheet__open_csv(ctx, path, w));
    *out = w;
    return 0;
}

Rc sheet_writer_open_memory(Ctx *ctx, SheetWriter **out)
{
    SheetWriter *w = ARENA_NEW(ctx->arena, SheetWriter);
    arena_defer(ctx->arena, drop, w);
    TRY(sheet__open_csv_memory(ctx, w));
    *out = w;
    return 0;
}

Str sheet_writer_take(SheetWriter *w)
{
    ENSURE(w->memory);
    fflush(w->impl);
    Str made = buf_str(w->memory);
    w->memory->n = 0;
    return made;
}

Rc sheet_begin(Ctx *ctx, SheetWriter *w, const char *name, const SheetColumn *cols, size_t ncols)
{
    ENSURE(ncols > 0 && ncols <= SHEET_MAX_COLS + 1);
    w->row = 1;
    w->col = 0;
    return w->out->begin(ctx, w, name, cols, ncols);
}

void sheet_put_empty(SheetWriter *w)
{
    w->out->put_text(w, STR(""));
    w->col++;
}

void sheet_put_text(SheetWriter *w, Str text)
{
    w->out->put_text(w, text);
    w->col++;
}

void sheet_put_number(SheetWriter *w, double v)
{
    if (isfinite(v)) w->out->put_number(w, v);
    else w->out->put_text(w, STR(""));
    w->col++;
}

void sheet_put_i64(SheetWriter *w, int64_t v)
{
    if (v >= -(INT64_C(1) << 53) && v <= INT64_C(1) << 53) {
        w->out->put_number(w, (double)v);
    } else {
        char buf[24];
        int n = snprintf(buf, sizeof buf, "%lld", (long long)v);
        w->out->put_text(w, str_n(buf, (size_t)n));
    }
    w->col++;
}

void sheet_put_time(SheetWriter *w, int64_t t)
{
    if (t == TIME_NONE) w->out->put_text(w, STR(""));
    else w->out->put_time(w, t, false);
    w->col++;
}

void sheet_put_cell(SheetWriter *w, const SheetCell *cell)
{
    int64_t t;
    if (cell->type == CELL_NUMBER) {
        w->out->put_number(w, cell->number);
    } else if (cell->type == CELL_BOOL) {
        w->out->put_bool(w, str_is(cell->text, "TRUE"));
    } else if (cell->type == CELL_TIME && cell->text.n >= 10 && time_parse(cell->text, true, &t)) {
        w->out->put_time(w, t, cell->text.n == 10);
    } else {
        w->out->put_text(w, cell->text);
    }
    w->col++;
}

Rc sheet_end_row(Ctx *ctx, SheetWriter *w)
{
    TRY(w->out->end_row(ctx, w));
    w->row++;
    w->col = 0;
    return 0;
}

Rc sheet_writer_close(Ctx *ctx, SheetWriter **pw)
{
    SheetWriter *w = *pw;
    *pw = NULL;
    Rc rc = w->out->close(ctx, w);
    arena_undefer(ctx->arena, drop, w);
    drop(w);
    return rc;
}
