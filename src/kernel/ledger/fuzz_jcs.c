/* Canonical JSON: what can be read has one canonical form, and the form of that form is itself. Whole numbers
 * beyond 64 bits are printed in full, as the standard asks, and then not read again. */
#include "kernel_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Ctx ctx, second;
    Str once, twice;
    ctx_init(&ctx, a, LANG_EN);
    ctx_init(&second, a, LANG_EN);
    if (jcs_text(&ctx, str_n((const char *)data, size), &once) == 0) {
        ENSURE(str_utf8_ok(once));
        if (jcs_text(&second, once, &twice) == 0) ENSURE(str_eq(once, twice));
    }
    arena_free(&a);
    return 0;
}
