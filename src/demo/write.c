/* A part of the demo in a transaction and an arena of its own: booked whole or not at all. */
#include "city.h"
#include "base/log.h"

Rc demo_write(Kernel *k, Rc (*fn)(Work *w, void *ud), void *ud)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    Work w;
    ctx_init(&ctx, arena, LANG_ZH);
    Rc rc = work_begin_as(&ctx, k, NULL, "demo", true, &w);
    if (rc >= 0) rc = fn(&w, ud);
    if (rc >= 0) rc = work_commit(&w);
    if (rc < 0) {
        log_err(LOG_ERROR, "demo", &ctx);
        work_abort(&w);
    }
    arena_free(&arena);
    return rc;
}
