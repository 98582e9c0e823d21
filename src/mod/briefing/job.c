/* Briefings write themselves: twice a minute every plan is asked for its last due time, and what is not there
 * is written, each in its own transaction. The period's code is unique, so that a plan writes once, also
 * after the program was down and with several nodes on one database; of several times that were missed the
 * last one is written, because how things stood at the others is no longer known. */
#include "briefing_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"
#include "mod_briefing_queries_sql.h"

enum { PERIOD_MS = 30000, PLANS_MOST = 1000 };
static Ticker *ticker;

static Rc plan_ids(Ctx *ctx, Kernel *k, int64_t *ids, size_t *n)
{
    Work w;
    DbCursor *c;
    Rc rc;
    *n = 0;
    TRY(work_begin_as(ctx, k, NULL, "briefing", false, &w));
    TRY(db_query(w.ctx, w.db, &q_briefing_plans, DB_NO_ARGS, &c));
    while ((rc = db_next(w.ctx, c)) > 0 && *n < PLANS_MOST) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    work_abort(&w);
    return rc < 0 ? rc : 0;
}

/* 1: there is something to write; *due when. A plan does not look behind its own beginning. */
static Rc is_due(Ctx *ctx, Kernel *k, int64_t id, int64_t now, int64_t *due)
{
    Work w;
    Record *plan;
    Schedule s;
    DbCursor *c;
    TRY(work_begin_as(ctx, k, NULL, "briefing", false, &w));
    TRY(store_get(&w, PE, id, &plan));
    bool ok = plan_schedule(plan, &s);
    *due = ok ? schedule_due(&s, now) : 0;
    Rc rc = 0;
    if (ok && *due >= plan->created_at) {
        Period p = schedule_period(s.kind, *due);
        Str code = str_printf(ctx->arena, "%.*s%.*s", STR_ARG(period_code(ctx->arena, s.kind, &p)),
                              STR_ARG(rec_text(PE, plan, "code")));
        rc = db_query_one(w.ctx, w.db, &q_briefing_of_code, DB_ARGS(db_val_text(code)), &c);
        TRY(rc);
        rc = !rc;
    }
    work_abort(&w);
    return rc;
}

static Rc write_one(Ctx *ctx, Kernel *k, int64_t id, int64_t due)
{
    Work w;
    Record *plan, *made;
    TRY(work_begin_as(ctx, k, NULL, "briefing", true, &w));
    TRY(store_get(&w, PE, id, &plan));
    TRY(briefing_write(&w, plan, due, &made));
    return work_commit(&w);
}

static Rc run_plan(Kernel *k, int64_t id, int64_t now, int64_t *written)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    int64_t due;
    ctx_init(&ctx, a, LANG_ZH);
    Rc rc = is_due(&ctx, k, id, now, &due);
    if (rc > 0) {
        rc = write_one(&ctx, k, id, due);
        if (rc >= 0) ++*written;
        if (rc == RC_CONFLICT) rc = 0; /* another node was faster */
    }
    if (rc < 0) log_err(LOG_WARN, "briefing", &ctx);
    arena_free(&a);
    return rc;
}

Rc briefing_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *written)
{
    int64_t *ids = ARENA_ARRAY(ctx->arena, int64_t, PLANS_MOST), made = 0;
    size_t n;
    Rc worst = 0;
    TRY(plan_ids(ctx, k, ids, &n));
    for (size_t i = 0; i < n; i++) {
        Rc rc = run_plan(k, ids[i], now, &made);
        if (rc < 0) worst = rc;
    }
    if (written) *written = made;
    return worst;
}

static void tick(void *ud)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    briefing_run(&ctx, ud, clock_now(), NULL);
    arena_free(&a);
}

Rc job_start(Ctx *ctx, Kernel *k)
{
    ticker = ticker_start("briefing", PERIOD_MS, tick, k);
    return ticker
               ? 0
               : FAIL(ctx, RC_BUSY, "briefing.thread", "无法启动简报线程", "no thread is left for briefings");
}

void job_stop(void)
{
    ticker_stop(&ticker);
}
