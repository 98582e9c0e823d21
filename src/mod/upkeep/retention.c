/* What is past its time goes, by setting only, and the ledger says so. The ledger itself is never cut. */
#include "upkeep_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "mod/alarm.h"

static Rc book(Ctx *ctx, Kernel *k, const char *what, int64_t before, int64_t n)
{
    Work w;
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "what", what);
    jout_kt(&o, "before", before);
    jout_ki(&o, "count", n);
    jout_close(&o);
    LOG(LOG_INFO, "upkeep", "old data removed", LOG_Z("what", what), LOG_I64("before", before),
        LOG_I64("count", n));
    TRY(work_begin_as(ctx, k, NULL, "upkeep", true, &w));
    Rc rc = ledger_add(&w, "upkeep", 0, "expire", STR_NONE, buf_str(&b));
    if (rc >= 0) rc = work_commit(&w);
    work_abort(&w);
    return rc;
}

static int64_t limit_of(int64_t days, int64_t now)
{
    return days ? now - days * MS_DAY : TIME_NONE;
}

static Rc drop_readings(Ctx *ctx, Kernel *k, int64_t now)
{
    Series *s = intake_series(kernel_service(k, "intake"));
    int64_t raw = limit_of(upkeep__opt.raw_days, now), rollup = limit_of(upkeep__opt.rollup_days, now);
    if (raw == TIME_NONE && rollup == TIME_NONE) return RC_OK;
    SeriesStats before, after;
    series_stats(s, &before);
    TRY(series_expire(ctx, s, raw, rollup));
    series_stats(s, &after);
    if (after.segments < before.segments)
        TRY(book(ctx, k, "raw", raw, (int64_t)(before.readings - after.readings)));
    if (after.rollup_bytes < before.rollup_bytes && rollup != TIME_NONE && after.days < before.days)
        TRY(book(ctx, k, "rollups", rollup, (int64_t)(before.days - after.days)));
    return RC_OK;
}

/* In pieces, so that nobody waits for the writer. */
static Rc drop_events(Ctx *ctx, Kernel *k, int64_t now)
{
    int64_t before = limit_of(upkeep__opt.alarm_event_days, now), all = 0, n = 1;
    if (before == TIME_NONE) return RC_OK;
    while (n > 0) {
        Work w;
        TRY(work_begin_as(ctx, k, NULL, "upkeep", true, &w));
        Rc rc = alarm_events_trim(&w, before, &n);
        if (rc >= 0) rc = work_commit(&w);
        work_abort(&w);
        TRY(rc);
        all += n;
    }
    return all ? book(ctx, k, "alarm_events", before, all) : RC_OK;
}

void retention_run(Kernel *k)
{
    static Rc (*const steps[])(Ctx *, Kernel *, int64_t) = {drop_readings, drop_events};
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        if (steps[i](&ctx, k, clock_now()) < 0) log_err(LOG_ERROR, "upkeep", &ctx);
        ctx_clear(&ctx);
    }
    arena_free(&arena);
}
