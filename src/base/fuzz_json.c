/* Any bytes as JSON: what is read must be written and read again to the same text. */
#include "base/json.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Str write_tree(Arena *a, const Json *j)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_json(&o, j);
    return buf_str(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    const Json *first, *again;
    if (json_parse(&ctx, str_n((const char *)data, size), &first) == RC_OK) {
        Str text = write_tree(a, first);
        if (json_parse(&ctx, text, &again) != RC_OK || !str_eq(text, write_tree(a, again))) abort();
    }
    arena_free(&a);
    return 0;
}
