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

/* A grid of millions of cells is right but takes its time. */
static bool large(const Json *tree)
{
    const Json *grid = json_get(tree, "grid");
    double nx = 0, ny = 0;
    json_f64(json_get(grid, "nx"), &nx);
    json_f64(json_get(grid, "ny"), &ny);
    return nx * ny > 4096;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 16384) return 0;
    Arena *a = arena_new(0);
    const RiskCommand *c = risk_command_at((data[0] - 'a') % risk_command_count());
    Str first, second, in = str_n((const char *)data + 1, size - 1);
    Ctx ctx;
    const Json *tree;
    ctx_init(&ctx, a, LANG_EN);
    if (json_parse(&ctx, in, &tree) >= 0 && large(tree)) {
        arena_free(&a);
        return 0;
    }
    ctx_clear(&ctx);
    Rc rc = answer(a, c, in, &first);
    if (rc >= 0 && json_parse(&ctx, first, &tree) < 0) abort();
    if (answer(a, c, in, &second) != rc || !str_eq(first, second)) abort();
    arena_free(&a);
    return 0;
}
