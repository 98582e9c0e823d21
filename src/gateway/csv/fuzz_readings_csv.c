/* Tables from anybody: whole and in pieces of a size that the first byte chooses, the result is the same. */
#include "gateway/csv_codec.h"
#include "gateway/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Rc run(Ctx *ctx, Str body, size_t piece, StrBuf *out)
{
    static const char *const codes[] = {"GAS-0001", "B"};
    buf_init(out, ctx->arena);
    Recorder r = {.codes = codes, .ncodes = 2, .out = out};
    ReadingSink sink = recorder_sink(&r);
    CsvDecoder *d = csv_new(&sink);
    Rc rc = RC_OK;
    for (size_t i = 0; i < body.n && rc == RC_OK; i += piece)
        rc = csv_feed(ctx, d, str_n(body.p + i, body.n - i < piece ? body.n - i : piece));
    if (rc == RC_OK) rc = csv_end(ctx, d);
    csv_free(&d);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Str body = str_n((const char *)data + 1, size - 1);
    StrBuf whole, cut;
    Rc rc = run(&ctx, body, size, &whole);
    ENSURE(run(&ctx, body, 1 + data[0] % 16, &cut) == rc);
    ENSURE(str_eq(buf_str(&whole), buf_str(&cut)));
    arena_free(&a);
    return 0;
}
