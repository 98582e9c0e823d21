/* The calendar or the working hours have changed: the ends of running clocks that mind them are worked out
 * anew, one clock in one transaction, with a ledger entry where the end moved. A clock keeps the mark of the
 * calendar its end was made by, so the work goes on where it stopped, whatever died in between. */
#include "clock/clock_int.h"
#include "base/clock.h"
#include "kernel_clock_sql.h"

static Rc done(Rc rc)
{
    return rc < 0 ? rc : 0;
}

Rc clocks_look_again(Work *w, int64_t limit_id)
{
    return done(
        db_exec(w->ctx, w->db, &q_clock_look_limit, DB_ARGS(db_val_i64(limit_id), db_val_i64(w->now))));
}

Str clock_json(Work *w, const Clock *c)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "limit", c->limit);
    jout_kt(&o, "due_at", c->due_at);
    jout_kb(&o, "provisional", c->provisional);
    if (c->paused_at != TIME_NONE) jout_kt(&o, "paused_at", c->paused_at);
    jout_close(&o);
    return buf_str(&b);
}

static Rc renew(Work *w, int64_t id)
{
    ClockRow row;
    bool moved;
    Rc rc = clock_row_by_id(w, id, &row);
    if (rc <= 0 || row.stopped_at != TIME_NONE) return done(rc);
    Str before = clock_json(w, &row.c);
    TRY(clock_renew(w, &row, &moved));
    const Entity *e = kernel_entity(w->kernel, row.entity);
    if (!moved || !e) return 0;
    w->why = "日历或工作时间变更，重算截止时间";
    TRY(ledger_add(w, e->plural, row.c.record_id, "renew", before, clock_json(w, &row.c)));
    work__touch(w, entity_info(w->kernel, e));
    Record *rec;
    TRY(store_get(w, e, row.c.record_id, &rec));
    return outbox_add_record(w, e, rec, "renew");
}

static Rc find_stale(Ctx *ctx, Kernel *k, int64_t *mark, int64_t *id)
{
    Db *db;
    DbCursor *c;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = db_query_one(ctx, db, &q_calendar_mark, DB_NO_ARGS, &c);
    if (rc > 0) {
        *mark = db_i64(c, Q_CALENDAR_MARK_MARK);
        db_close(&c);
        rc = *mark == k->renewed_mark ? 0
                                      : db_query_one(ctx, db, &q_clock_stale, DB_ARGS(db_val_i64(*mark)), &c);
        if (rc > 0) {
            *id = db_i64(c, Q_CLOCK_STALE_ID);
            db_close(&c);
        }
    }
    db_done(ctx, &db);
    return rc;
}

Rc clocks_renew_one(Ctx *ctx, Kernel *k, int64_t now)
{
    int64_t mark = 0, id = 0;
    Rc rc = find_stale(ctx, k, &mark, &id);
    if (rc < 0) return rc;
    if (!rc) {
        k->renewed_mark = mark;
        return 0;
    }
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "clock", true, &w));
    w.now = now;
    rc = renew(&w, id);
    if (rc < 0) {
        work_abort(&w);
        return rc;
    }
    TRY(work_commit(&w));
    return 1;
}
