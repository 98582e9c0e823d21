/* The one job that looks at clocks. Rungs are done some at a time in one transaction, each within a savepoint
 * of its own, so that a flood of alarms costs no commit each and holds the writer for a moment only; a pass
 * of the ticker ends after some thousands, and the next goes on. The count of rungs done goes up by one in
 * the same row that says which one is next, together with the ledger entry, the notices, the matter's row and
 * what the slice does; so a rung is done once, whatever dies in between and however many nodes look. A writer
 * holds the head of the ledger, so two nodes come one after the other and the second finds the count gone up.
 * Rungs missed while nothing ran are done in the order of their times. A wall clock that was set back undoes
 * nothing; one that jumped ahead reaches each rung once. A rung whose slice fails is tried again later and
 * holds up no other clock. */
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"
#include "clock/clock_int.h"
#include "flow/flow_int.h"
#include "kernel_clock_sql.h"
#include <stdlib.h>

enum { PERIOD_MS = 1000, RETRY_MS = 60 * 1000, BATCH = 50, PASS_MOST = 5000 };

static const struct {
    const char *action; /* in the ledger */
    int chase;
} kinds[] = {
    [STEP_REMIND] = {"remind", CHASE_NONE},
    [STEP_URGE] = {"urge", CHASE_URGED},
    [STEP_SUPERVISE] = {"supervise", CHASE_SUPERVISED},
    [STEP_ESCALATE] = {"escalate", CHASE_ESCALATED},
    [STEP_CALL] = {"call", CHASE_NONE},
};

static Rc done(Rc rc)
{
    return rc < 0 ? rc : 0;
}

/* ---- Telling ---- */

static Str step_json(Work *w, const ClockRow *row, const Rung *rung, const ClockStep *step)
{
    char text[TIME_TEXT_MAX];
    StrBuf b;
    JsonOut o;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "limit", row->c.limit);
    jout_ki(&o, "rung", step->index + 1);
    jout_kz(&o, "due_at", time_print(row->c.due_at, text));
    jout_kz(&o, "reached_at", time_print(step->at, text));
    jout_kz(&o, "recipient", rung->to);
    if (step->to_body) jout_kid(&o, "told", step->to_body);
    jout_close(&o);
    return buf_str(&b);
}

/* ---- One rung ---- */

typedef struct Look {
    ClockRow row;
    const Entity *e;
    Record *rec;
    Ladder ladder;
    int64_t next_at; /* after this rung; TIME_NONE: none */
} Look;

/* The record is gone, archived or ended by a way that knew no clocks. */
static bool is_over(const Look *l)
{
    if (!l->e || !l->rec || l->rec->archived_at != TIME_NONE) return true;
    const FlowState *s = l->e->flow ? flow_state(l->e, l->rec) : NULL;
    return s && (s->flags & STATE_FINAL);
}

static Rc read_record(Work *w, Look *l)
{
    l->e = kernel_entity(w->kernel, l->row.entity);
    if (!l->e) return 0;
    Rc rc = store_get(w, l->e, l->row.c.record_id, &l->rec);
    if (rc != RC_NOT_FOUND) return rc;
    ctx_clear(w->ctx);
    return 0;
}

static Rc do_rung(Work *w, Look *l, const Rung *rung, int64_t at)
{
    ClockStep step = {.limit = l->row.c.limit, .kind = rung->kind, .index = l->row.c.steps_done, .at = at};
    const char *action = kinds[rung->kind].action;
    Rc rows = db_exec(w->ctx, w->db, &q_clock_step_done,
                      DB_ARGS(db_val_i64(l->row.c.id), db_val_i64(step.index), db_val_time(l->next_at)));
    if (rows <= 0) return rows;
    TRY(limit_title(w, l->row.c.limit, LANG_ZH, &w->why));
    TRY(clock_recipient(w, l->e, l->rec, rung->to, &step.to_body));
    if (kinds[rung->kind].chase && l->e->flow) TRY(matter_chase(w, l->rec->id, kinds[rung->kind].chase));
    TRY(ledger_add(w, l->e->plural, l->rec->id, action, STR_NONE, step_json(w, &l->row, rung, &step)));
    TRY(clock_tell(w, l->e, l->rec, &l->row, &step, rung->to));
    TRY(outbox_add_record(w, l->e, l->rec, action));
    work__touch(w, entity_info(w->kernel, l->e));
    if (l->e->step) TRY(l->e->step(w, l->e, l->rec, &step));
    return 1;
}

static Rc times_of(Work *w, Look *l, int64_t *at)
{
    CalRef cal;
    TRY(limit_ladder(w, l->row.limit_id, &l->ladder));
    TRY(cal_take(w, &cal));
    ClockRow next = l->row;
    next.c.steps_done++;
    *at = clock_look_at(cal.c, &l->row, &l->ladder);
    l->next_at = clock_look_at(cal.c, &next, &l->ladder);
    cal_release(w->kernel, &cal);
    return 0;
}

/* 1: a rung was done, 0: there was none to do. */
static Rc look(Work *w, int64_t id, int64_t now)
{
    Look l = {0};
    int64_t at;
    Rc rc = clock_row_by_id(w, id, &l.row);
    if (rc <= 0) return rc;
    if (l.row.look_at == TIME_NONE || l.row.look_at > now) return 0; /* another was faster */
    TRY(read_record(w, &l));
    if (is_over(&l)) {
        TRY(done(db_exec(w->ctx, w->db, &q_clock_stop, DB_ARGS(db_val_i64(id), db_val_i64(w->now)))));
        return clock_show(w, l.row.c.record_id);
    }
    TRY(times_of(w, &l, &at));
    if (at == TIME_NONE || at > now)
        return done(db_exec(w->ctx, w->db, &q_clock_look, DB_ARGS(db_val_i64(id), db_val_time(at))));
    return do_rung(w, &l, &l.ladder.rungs[l.row.c.steps_done], at);
}

static Rc put_off(Work *w, int64_t id, int64_t now)
{
    return done(db_exec(w->ctx, w->db, &q_clock_look, DB_ARGS(db_val_i64(id), db_val_i64(now + RETRY_MS))));
}

/* ---- All that is due ---- */

static Rc next_due(Ctx *ctx, Db *db, int64_t now, int64_t *id)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_clock_next, DB_ARGS(db_val_i64(now)), &c);
    if (rc <= 0) return rc;
    *id = db_i64(c, 0);
    db_close(&c);
    return 1;
}

/* Asked before the writer is taken. */
static Rc is_any_due(Ctx *ctx, Kernel *k, int64_t now)
{
    Db *db;
    int64_t id;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = next_due(ctx, db, now, &id);
    db_done(ctx, &db);
    return rc;
}

static Rc one_of_many(Work *w, int64_t id, int64_t now, int64_t *did)
{
    Work row = *w; /* what it says of itself (why) is its own */
    TRY(work__row_begin(w));
    Rc rc = look(&row, id, now);
    Err first = w->ctx->err; /* undoing must not hide it */
    if (rc < 0) ctx_clear(w->ctx);
    matter_forget(w);
    TRY(work__row_end(w, rc >= 0));
    if (rc >= 0) {
        *did += rc;
        return 0;
    }
    w->ctx->err = first;
    if (rc == RC_BUSY) return rc;
    log_err(LOG_ERROR, "clock", w->ctx);
    ctx_clear(w->ctx);
    return put_off(w, id, now);
}

/* The next is asked for after each: a clock that is far behind may be due again before another. */
static Rc do_batch(Work *w, int64_t now, int64_t *did)
{
    int64_t id;
    for (Rc n = 0; n < BATCH; n++) {
        Rc rc = next_due(w->ctx, w->db, now, &id);
        if (rc > 0) rc = one_of_many(w, id, now, did);
        else return rc < 0 ? rc : n;
        if (rc < 0) return rc;
    }
    return BATCH;
}

/* How many were looked at. */
static Rc run_some(Ctx *ctx, Kernel *k, int64_t now, int64_t *did)
{
    int64_t rungs = 0;
    Work w;
    Rc rc = is_any_due(ctx, k, now);
    if (rc <= 0) return rc;
    TRY(work_begin_as(ctx, k, NULL, "clock", true, &w));
    w.now = now;
    rc = do_batch(&w, now, &rungs);
    if (rc < 0) {
        work_abort(&w);
        return rc;
    }
    TRY(work_commit(&w));
    *did += rungs;
    return rc;
}

Rc clocks_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *did)
{
    Arena *a = arena_new(0);
    Ctx own;
    Rc rc;
    int64_t looked = 0;
    *did = 0;
    do {
        ctx_init(&own, a, ctx->lang);
        rc = clocks_renew_one(&own, k, now);
        if (rc == 0) rc = run_some(&own, k, now, did);
        if (rc < 0)
            FAIL(ctx, rc, "clock.run", "时限任务未能完成：%s", "the clocks could not be run: %s",
                 own.err.message ? own.err.message : "?");
        looked += rc > 0 ? rc : 0;
        arena_reset(a);
    } while (rc > 0 && looked < PASS_MOST);
    arena_free(&a);
    return rc < 0 ? rc : 0;
}

/* ---- The thread ---- */

static void tick(void *arg)
{
    Kernel *k = arg;
    Arena *a = arena_new(0);
    Ctx ctx;
    int64_t did;
    ctx_init(&ctx, a, LANG_ZH);
    if (clocks_run(&ctx, k, clock_now(), &did) < 0) log_err(LOG_WARN, "clock", &ctx);
    arena_free(&a);
}

void clocks_thread_start(Kernel *k)
{
    if (!k->clocks) k->clocks = ticker_start("kernel-clocks", PERIOD_MS, tick, k);
    ENSURE(k->clocks);
}

void clocks_thread_halt(Kernel *k)
{
    ticker_stop(&k->clocks);
}
