/* Any bytes as a workbook (the seeds are zip files, so that libFuzzer reaches the parts behind the
 * archive): every cell that is reported must be valid UTF-8 within the limits. */
#include "read_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Rc on_row(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    int64_t *last = ud;
    ENSURE(line > *last && n > 0 && n <= SHEET_MAX_COLS);
    *last = line;
    for (size_t i = 0; i < n; i++) ENSURE(str_utf8_ok(cells[i].text) && cells[i].text.n <= SHEET_MAX_CELL);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    int64_t last = 0;
    Rc rc = sheet__read_xlsx(&ctx, str_n((const char *)data, size), on_row, &last);
    ENSURE((rc < 0) == (ctx.err.kind < 0));
    arena_free(&arena);
    return 0;
}
