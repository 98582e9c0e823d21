/* The two readers of the JSON shape against each other: a body that the scanner takes, the tree must take
 * with the same result. */
#include "gateway/recorder.h"
#include "items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Str body = str_n((const char *)data, size);
    JsonList fast = {.arena = a}, slow = {.arena = a};
    if (json_scan(body, &fast)) {
        ENSURE(json_tree(&ctx, body, &slow) == RC_OK);
        ENSURE(fast.n == slow.n);
        for (size_t i = 0; i < fast.n; i++) {
            const JsonReading *f = &fast.items[i], *s = &slow.items[i];
            ENSURE(!s->code && str_eq(f->point, s->point));
            ENSURE(f->t == s->t && f->q == s->q && memcmp(&f->v, &s->v, sizeof f->v) == 0);
        }
    }
    static const char *const codes[] = {"GAS-0001"};
    Recorder r = {.codes = codes, .ncodes = 1};
    ReadingSink sink = recorder_sink(&r);
    Rc rc = json_decode(&ctx, body, &sink);
    ENSURE(rc == RC_OK || r.added + r.sourced + r.rejected == 0);
    arena_free(&a);
    return 0;
}
