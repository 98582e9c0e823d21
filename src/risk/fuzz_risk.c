/* Any bytes as the input of every command: the first byte chooses which. What is answered is JSON, and asking
 * again gives the same answer. */
#include "risk/risk.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Rc answer(Arena *a, const RiskCommand *c, Str in, Str *out)
{
    Ctx ctx;
    StrBuf text;
    JsonOut json;
    ctx_init(&ctx, a, LANG_ZH);
    buf_init(&text, a);
    jout_init(&json, &text);
    Rc rc = risk_command_run(&ctx, c, in, &json);
    *out = text.n ? buf_str(&text) : STR("");
    if (rc < 0 && text.n) abort();
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 65536) return 0;
    Arena *a = arena_new(0);
    const RiskCommand *c = risk_command_at((data[0] - 'a') % risk_command_count());
    Str first, second, in = str_n((const char *)data + 1, size - 1);
    Rc rc = answer(a, c, in, &first);
    Ctx ctx;
    const Json *tree;
    ctx_init(&ctx, a, LANG_EN);
    if (rc >= 0 && json_parse(&ctx, first, &tree) < 0) abort();
    if (answer(a, c, in, &second) != rc || !str_eq(first, second)) abort();
    arena_free(&a);
    return 0;
}
