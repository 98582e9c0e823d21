/* A paper as a workbook, for whoever works on with its figures: one sheet, a row a paragraph, a table's rows
 * with their cells beside each other, in the paper's order. Its number, units and date stand where the paper
 * has them. */
#include "paper_private.h"
#include "sheet/write.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BOOK_MOST = 32 << 20, FIRST_WIDTH = 28, OTHER_WIDTH = 24 };

static Rc fail_io(Ctx *ctx)
{
    return FAIL(ctx, RC_IO, "file.write", "文件写入失败", "the file could not be written");
}

static size_t columns_of(const Paper *p)
{
    size_t n = 2;
    for (const PaperBlock *b = p->blocks; b; b = b->next)
        if (b->kind == PAPER_TABLE && b->table.ncols > n) n = b->table.ncols;
    return n;
}

static Rc put_line(Ctx *ctx, SheetWriter *sheet, Str text)
{
    if (!text.n) return RC_OK;
    sheet_put_text(sheet, text);
    return sheet_end_row(ctx, sheet);
}

static Rc put_block(Ctx *ctx, SheetWriter *sheet, const PaperBlock *b)
{
    if (b->kind == PAPER_PARAGRAPH || b->kind == PAPER_HEADING) return put_line(ctx, sheet, b->text);
    if (b->kind != PAPER_TABLE) return RC_OK;
    for (size_t r = 0; r < b->table.nrows; r++) {
        for (size_t i = 0; i < b->table.ncols; i++)
            sheet_put_text(sheet, b->table.cells[r * b->table.ncols + i]);
        TRY(sheet_end_row(ctx, sheet));
    }
    return RC_OK;
}

static Rc write_book(Ctx *ctx, const Paper *p, const char *path)
{
    SheetWriter *sheet;
    SheetColumn heads[PAPER_COLUMNS_MAX];
    size_t n = columns_of(p);
    const Str behind[] = {p->sender, p->date, p->note, p->cc, p->watermark};
    ENSURE(n <= ARRAY_LEN(heads));
    for (size_t i = 0; i < n; i++)
        heads[i] = (SheetColumn){.title = i ? "" : str_z(ctx->arena, p->title),
                                 .type = COLUMN_TEXT,
                                 .width = i ? OTHER_WIDTH : FIRST_WIDTH};
    TRY(sheet_writer_open(ctx, SHEET_XLSX, path, &sheet));
    TRY(sheet_begin(ctx, sheet, p->lang == LANG_EN ? "Paper" : "文书", heads, n));
    TRY(put_line(ctx, sheet, p->number));
    TRY(put_line(ctx, sheet, p->to));
    for (const PaperBlock *b = p->blocks; b; b = b->next) TRY(put_block(ctx, sheet, b));
    for (size_t i = 0; i < ARRAY_LEN(behind); i++) TRY(put_line(ctx, sheet, behind[i]));
    return sheet_writer_close(ctx, &sheet);
}

static Rc take_file(Ctx *ctx, int fd, Str *out)
{
    off_t size = lseek(fd, 0, SEEK_END);
    if (size <= 0 || size > BOOK_MOST) return fail_io(ctx);
    char *p = ARENA_ARRAY(ctx->arena, char, (size_t)size);
    if (pread(fd, p, (size_t)size, 0) != size) return fail_io(ctx);
    *out = str_n(p, (size_t)size);
    return RC_OK;
}

Rc paper_book(Work *w, const Paper *p, Str *out)
{
    char *path = arena_printf(w->ctx->arena, "%s/paper.XXXXXX", kernel_data_dir(w->kernel));
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) return fail_io(w->ctx);
    close(fd);
    Rc rc = write_book(w->ctx, p, path);
    fd = rc < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    unlink(path);
    if (rc < 0) return rc;
    if (fd < 0) return fail_io(w->ctx);
    rc = take_file(w->ctx, fd, out);
    close(fd);
    return rc;
}
