/* Search: whatever is typed, the query either is refused with words or holds only terms that a text of the
 * same characters would put into the index, and the snippet of a text is valid UTF-8. */
#include "search/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(Ctx *ctx, DbKind kind, Str q)
{
    Str out;
    if (search_query_text(ctx, kind, q, STR("\"filter\""), &out) == 0 && out.n) ENSURE(str_utf8_ok(out));
    ctx_clear(ctx);
    if (str_utf8_ok(q)) ENSURE(str_utf8_ok(search_index_text(ctx->arena, kind, STR_NONE, q)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    Str whole = str_n((const char *)data, size), q = whole, text;
    ctx_init(&ctx, a, LANG_EN);
    check(&ctx, DB_SQLITE, whole);
    check(&ctx, DB_PG, whole);
    text = q;
    q = str_cut(&text, '\n');
    if (str_utf8_ok(whole)) {
        Str piece = search_snippet(a, text, q);
        if (piece.p) ENSURE(str_utf8_ok(piece));
    }
    arena_free(&a);
    return 0;
}
