/* Any bytes as an expression. What is taken must run on any operands without leaving its stack; a truth is 0
 * or 1. */
#include "expr.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const double some[] = {0, 1, -1, 2.5, 1e300, -1e-300, 60};
    Arena *arena = arena_new(0);
    Ctx ctx;
    Expr *e = NULL;
    ctx_init(&ctx, arena, LANG_EN);
    if (expr_parse(&ctx, str_n((const char *)data, size), "expr", &e) == RC_OK) {
        const Operand *operands;
        size_t n = expr_operands(e, &operands);
        double values[EXPR_OPERANDS_MAX], out;
        for (size_t run = 0; run < ARRAY_LEN(some); run++) {
            for (size_t i = 0; i < n; i++) values[i] = some[(run + i) % ARRAY_LEN(some)];
            if (!expr_eval(e, values, &out)) continue;
            if (!isfinite(out) || (expr_is_boolean(e) && out != 0 && out != 1)) abort();
        }
    } else if (!ctx.err.fields || e) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
