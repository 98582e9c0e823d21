/* Packed bodies: the first byte chooses the coding, the output never passes the limit. */
#include "unpack.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 20000 };

static bool take(void *ud, size_t more)
{
    size_t *used = ud;
    *used += more;
    return *used <= MAX + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Arena *a;
    if (!a) a = arena_new(0);
    if (!size) return 0;
    static const char *const codings[] = {"gzip", "deflate", "br"};
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    char *out;
    size_t n, used = 0;
    UnpackLimits limits = {.max = MAX, .take = take, .ud = &used};
    Rc rc = unpack(&ctx, str_of(codings[data[0] % 3]), str_n((const char *)data + 1, size - 1), &limits, &out,
                   &n);
    ENSURE(rc < 0 || n <= MAX);
    free(out);
    arena_reset(a);
    return 0;
}
