/* Which reader a file needs, and what both do with a finished row. The tables of a workbook (shared strings,
 * styles) live in an arena of their own, so that a big file does not eat the caller's budget; failures and
 * rows belong to the caller. */
#include "read_private.h"

SheetKind sheet_kind(Str content)
{
    return str_starts(content, STR("PK\x03\x04")) || str_starts(content, STR("PK\x05\x06")) ? SHEET_XLSX
                                                                                            : SHEET_CSV;
}

static bool is_blank(const SheetCell *c)
{
    return c->type == CELL_EMPTY || str_trim(c->text).n == 0;
}

Rc sheet__row(Ctx *ctx, int64_t line, const SheetCell *cells, size_t n, SheetRowFn fn, void *ud)
{
    (void)ctx;
    while (n > 0 && is_blank(&cells[n - 1])) n--;
    return n == 0 ? 0 : fn(ud, line, cells, n);
}

/* Carries a failure over into the caller's memory. A failure of the callback is in the caller's Ctx already.
 */
static void pass_error(Ctx *ctx, const Ctx *inner)
{
    if (ctx->err.kind || !inner->err.kind) return;
    ctx_fail(ctx, inner->err.kind, inner->err.code, inner->err.file, inner->err.line, "%s",
             inner->err.message);
    if (inner->err.cause) ctx_cause(ctx, "%s", inner->err.cause);
}

const char *sheet_cell_name(Arena *a, size_t column, int64_t row)
{
    char letters[8];
    size_t at = sizeof letters - 1;
    letters[at] = 0;
    for (size_t c = column + 1; c && at; c = (c - 1) / 26) letters[--at] = (char)('A' + (c - 1) % 26);
    return arena_printf(a, "%s%lld", letters + at, (long long)row);
}

Rc sheet_read(Ctx *ctx, Str content, SheetRowFn fn, void *ud)
{
    if (str_starts(content, STR("\xD0\xCF\x11\xE0")))
        return FAIL(ctx, RC_MEDIA, "sheet.kind", "不支持旧版 .xls 或加密的工作簿，请另存为 .xlsx 或 CSV",
                    "old .xls files and encrypted workbooks are not read: save as .xlsx or CSV");
    Arena *arena = arena_new(0);
    Ctx inner;
    ctx_init(&inner, arena, ctx->lang);
    Rc rc = sheet_kind(content) == SHEET_XLSX ? sheet__read_xlsx(&inner, content, fn, ud)
                                              : sheet__read_csv(&inner, content, fn, ud);
    if (rc < 0) pass_error(ctx, &inner);
    arena_free(&arena);
    return rc;
}
