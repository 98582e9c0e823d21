/* Clocks: one limit running for one matter. A clock keeps what its end is made of (start, amount and unit,
 * pauses, the last extension), so that the end can be worked out anew when the calendar changes, and always
 * by the same rule: clock_renew. It runs in the record's own transaction; at most one clock of a limit runs
 * for a record, which an index guards. Looking at the ladder is another file's work (clock_run.c). */
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "clock/clock_int.h"
#include "flow/flow_int.h"
#include "kernel_clock_sql.h"

static Rc done(Rc rc)
{
    return rc < 0 ? rc : 0;
}

/* ---- Reading ---- */

void clock_row_read(Work *w, const DbCursor *c, ClockRow *out)
{
    *out = (ClockRow){.c = {.id = db_i64(c, Q_CLOCK_BY_ID_ID),
                            .record_id = db_i64(c, Q_CLOCK_BY_ID_RECORD_ID),
                            .limit = str_z(w->ctx->arena, db_str(c, Q_CLOCK_BY_ID_LIMIT_CODE)),
                            .started_at = db_i64(c, Q_CLOCK_BY_ID_STARTED_AT),
                            .due_at = db_i64(c, Q_CLOCK_BY_ID_DUE_AT),
                            .paused_at = db_time(c, Q_CLOCK_BY_ID_PAUSED_AT),
                            .provisional = db_i64(c, Q_CLOCK_BY_ID_PROVISIONAL) != 0,
                            .steps_done = (int)db_i64(c, Q_CLOCK_BY_ID_STEPS_DONE)},
                      .entity = str_z(w->ctx->arena, db_str(c, Q_CLOCK_BY_ID_ENTITY)),
                      .limit_id = db_i64(c, Q_CLOCK_BY_ID_LIMIT_ID),
                      .amount = db_i64(c, Q_CLOCK_BY_ID_AMOUNT),
                      .extended_at = db_time(c, Q_CLOCK_BY_ID_EXTENDED_AT),
                      .extended_to = db_time(c, Q_CLOCK_BY_ID_EXTENDED_TO),
                      .stopped_at = db_time(c, Q_CLOCK_BY_ID_STOPPED_AT),
                      .mark = db_i64(c, Q_CLOCK_BY_ID_MARK),
                      .look_at = db_time(c, Q_CLOCK_BY_ID_LOOK_AT)};
    limit_unit_of(db_str(c, Q_CLOCK_BY_ID_UNIT), &out->unit);
}

static Rc read_one(Work *w, const DbQuery *q, const DbVal *args, size_t nargs, ClockRow *out)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    Rc rc = db_query_one(w->ctx, db, q, args, nargs, &c);
    if (rc <= 0) return rc;
    clock_row_read(w, c, out);
    db_close(&c);
    return 1;
}

Rc clock_row_by_id(Work *w, int64_t id, ClockRow *out)
{
    return read_one(w, &q_clock_by_id, DB_ARGS(db_val_i64(id)), out);
}

Rc clock_row_of_matter(Work *w, int64_t record_id, ClockRow *out)
{
    return read_one(w, &q_clock_of_matter, DB_ARGS(db_val_i64(record_id)), out);
}

Rc clock_row_running(Work *w, int64_t record_id, const char *limit, ClockRow *out)
{
    return read_one(w, &q_clock_by_limit, DB_ARGS(db_val_i64(record_id), db_val_z(limit)), out);
}

Rc clock_find(Work *w, const Entity *e, int64_t record_id, const char *limit, Clock *out)
{
    (void)e;
    ClockRow row;
    Rc rc = clock_row_running(w, record_id, limit, &row);
    if (rc > 0) *out = row.c;
    return rc;
}

/* ---- The end ---- */

static DueUnit due_unit(LimitUnit u)
{
    static const DueUnit units[] = {DUE_MINUTES, DUE_HOURS, DUE_DAYS, DUE_WORK_HOURS, DUE_WORK_DAYS};
    return units[u];
}

static bool whole_days(LimitUnit u)
{
    return u == LIMIT_DAYS || u == LIMIT_WORK_DAYS;
}

/* Gives back what a pause took. Limits in days are given back whole days, those that begin after the day of
 * the pause up to the day it ended, so they go on ending at 24:00. */
static Due shift(const Calendar *cal, const ClockRow *row, int64_t due, int64_t from, int64_t to)
{
    DueUnit unit = due_unit(row->unit);
    if (whole_days(row->unit)) {
        from = civil_day_start(civil_day(from) + 1);
        to = civil_day_start(civil_day(to) + 1);
    }
    if (to <= from) return (Due){.at = due};
    return calendar_add(cal, due, calendar_between(cal, from, to, unit), unit);
}

typedef struct Pauses {
    int64_t (*span)[2];
    size_t n;
} Pauses;

static Rc read_pauses(Work *w, int64_t id, Pauses *out)
{
    enum { MOST = 1000 };
    DbCursor *c;
    Rc rc;
    *out = (Pauses){0};
    TRY(db_query(w->ctx, w->db, &q_clock_pauses, DB_ARGS(db_val_i64(id)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && out->n < MOST) {
        if (!out->span) out->span = arena_alloc(w->ctx->arena, MOST * sizeof *out->span);
        out->span[out->n][0] = db_i64(c, Q_CLOCK_PAUSES_PAUSED_AT);
        out->span[out->n++][1] = db_i64(c, Q_CLOCK_PAUSES_RESUMED_AT);
    }
    db_close(&c);
    return done(rc);
}

/* An extension names its day itself; what was paused before it is in that already. */
static Due end_of(const Calendar *cal, const ClockRow *row, const Pauses *p)
{
    bool extended = row->extended_to != TIME_NONE;
    Due due = {.at = row->extended_to};
    if (!extended) due = calendar_due(cal, row->c.started_at, row->amount, due_unit(row->unit));
    for (size_t i = 0; i < p->n; i++) {
        if (extended && p->span[i][1] <= row->extended_at) continue;
        int64_t from = extended && p->span[i][0] < row->extended_at ? row->extended_at : p->span[i][0];
        Due next = shift(cal, row, due.at, from, p->span[i][1]);
        due = (Due){.at = next.at, .provisional = due.provisional || next.provisional};
    }
    return due;
}

int64_t clock_rung_at(const Calendar *cal, const ClockRow *row, const Rung *r)
{
    static const int64_t size[] = {MS_MINUTE, MS_HOUR, MS_DAY, MS_HOUR, MS_DAY};
    DueUnit unit = due_unit(row->unit);
    if (r->percent == 100) return row->c.due_at;
    if (r->percent > 0) {
        int64_t all = calendar_between(cal, row->c.started_at, row->c.due_at, unit);
        return calendar_add(cal, row->c.started_at, all / 100 * r->percent, unit).at;
    }
    return calendar_add(cal, row->c.due_at, r->after * size[row->unit], unit).at;
}

int64_t clock_look_at(const Calendar *cal, const ClockRow *row, const Ladder *l)
{
    if (row->c.paused_at != TIME_NONE || row->stopped_at != TIME_NONE) return TIME_NONE;
    if ((size_t)row->c.steps_done >= l->n) return TIME_NONE;
    return clock_rung_at(cal, row, &l->rungs[row->c.steps_done]);
}

/* Only what minds the calendar has a mark, so that its change touches no other clock. */
static int64_t mark_of(LimitUnit unit, int64_t mark)
{
    return unit == LIMIT_MINUTES || unit == LIMIT_HOURS ? 0 : mark;
}

static Rc store_end(Work *w, ClockRow *row, const CalRef *cal)
{
    Ladder l;
    TRY(limit_ladder(w, row->limit_id, &l));
    row->look_at = clock_look_at(cal->c, row, &l);
    row->mark = mark_of(row->unit, cal->mark);
    TRY(done(db_exec(w->ctx, w->db, &q_clock_due,
                     DB_ARGS(db_val_i64(row->c.id), db_val_i64(row->c.due_at), db_val_i64(row->c.provisional),
                             db_val_i64(row->mark), db_val_time(row->look_at)))));
    return clock_show(w, row->c.record_id);
}

Rc clock_renew(Work *w, ClockRow *row, bool *moved)
{
    Pauses p;
    CalRef cal;
    TRY(read_pauses(w, row->c.id, &p));
    TRY(cal_take(w, &cal));
    Due due = end_of(cal.c, row, &p);
    *moved = due.at != row->c.due_at || due.provisional != row->c.provisional;
    row->c.due_at = due.at;
    row->c.provisional = due.provisional;
    Rc rc = store_end(w, row, &cal);
    cal_release(w->kernel, &cal);
    return rc;
}

Rc clock_show(Work *w, int64_t record_id)
{
    DbCursor *c;
    matter_forget(w);
    Rc rc = db_query_one(w->ctx, w->db, &q_clock_first, DB_ARGS(db_val_i64(record_id)), &c);
    if (rc < 0) return rc;
    if (!rc) return matter_clock(w, record_id, NULL, TIME_NONE);
    const char *limit = str_z(w->ctx->arena, db_str(c, Q_CLOCK_FIRST_LIMIT_CODE));
    int64_t due = db_i64(c, Q_CLOCK_FIRST_DUE_AT);
    db_close(&c);
    return matter_clock(w, record_id, limit, due);
}

/* ---- Start and stop ---- */

static Rc insert_row(Work *w, const ClockRow *row, int64_t grade)
{
    return done(
        db_exec(w->ctx, w->db, &q_clock_insert,
                DB_ARGS(db_val_i64(row->c.id), db_val_z(row->entity), db_val_i64(row->c.record_id),
                        db_val_z(row->c.limit), db_val_i64(row->limit_id), db_val_i64(grade),
                        db_val_i64(row->amount), db_val_z(limit_unit_code(row->unit)),
                        db_val_i64(row->c.started_at), db_val_i64(row->c.due_at),
                        db_val_i64(row->c.provisional), db_val_i64(row->mark), db_val_time(row->look_at))));
}

Rc clock_start(Work *w, const Entity *e, const Record *rec, const char *limit, int64_t from)
{
    LimitRow l;
    work__state(w);
    Rc rc = limit_find(w, e, rec, limit, from, &l);
    if (rc < 0) return rc;
    if (!rc)
        return FAIL(w->ctx, RC_NOT_FOUND, "clock.no_limit", "没有有效的时限“%s”",
                    "no time limit \"%s\" is valid", limit);
    ClockRow row = {.c = {.id = id_new(),
                          .record_id = rec->id,
                          .limit = limit,
                          .started_at = from,
                          .paused_at = TIME_NONE},
                    .entity = e->plural,
                    .limit_id = l.id,
                    .amount = l.amount,
                    .unit = l.unit,
                    .extended_at = TIME_NONE,
                    .extended_to = TIME_NONE,
                    .stopped_at = TIME_NONE};
    TRY(clock_stop(w, e, rec, limit));
    TRY(insert_row(w, &row, limit_grade(e, rec)));
    bool moved;
    return clock_renew(w, &row, &moved);
}

/* A pause ends with its clock. */
static Rc close_pause(Work *w, const ClockRow *row)
{
    if (row->c.paused_at == TIME_NONE) return 0;
    return done(db_exec(w->ctx, w->db, &q_clock_pause_add,
                        DB_ARGS(db_val_i64(row->c.id), db_val_i64(row->c.paused_at), db_val_i64(w->now))));
}

Rc clock_stop(Work *w, const Entity *e, const Record *rec, const char *limit)
{
    (void)e;
    ClockRow row;
    work__state(w);
    Rc rc = clock_row_running(w, rec->id, limit, &row);
    if (rc <= 0) return rc;
    TRY(close_pause(w, &row));
    TRY(done(db_exec(w->ctx, w->db, &q_extension_drop, DB_ARGS(db_val_i64(row.c.id), db_val_i64(w->now)))));
    TRY(done(db_exec(w->ctx, w->db, &q_clock_stop, DB_ARGS(db_val_i64(row.c.id), db_val_i64(w->now)))));
    row.stopped_at = w->now;
    return clock_show(w, row.c.record_id);
}

Rc clock_stop_all(Work *w, int64_t record_id)
{
    return done(
        db_exec(w->ctx, w->db, &q_clock_stop_record, DB_ARGS(db_val_i64(record_id), db_val_i64(w->now))));
}

static bool same_limit(const FlowState *a, const FlowState *b)
{
    return a && b && a->limit && b->limit && !strcmp(a->limit, b->limit);
}

static Rc named_end(Work *w, const Entity *e, const Record *rec, const FlowState *to)
{
    Clock c;
    if (!e->flow->due || strcmp(e->flow->due_state, to->name)) return 0;
    int64_t due = rec_time(e, rec, e->flow->due);
    if (due == TIME_NONE) return 0;
    Rc rc = clock_find(w, e, rec->id, to->limit, &c);
    return rc > 0 ? clock_set_due(w, &c, due) : rc;
}

/* A limit that two states share runs on from one to the other. One that the office took out of force is no
 * reason to hold the matter up. */
static Rc change_state(Work *w, const Entity *e, const FlowState *from, const FlowState *to,
                       const Record *rec)
{
    if (same_limit(from, to)) return 0;
    if (from && from->limit) TRY(clock_stop(w, e, rec, from->limit));
    if (!to->limit) return 0;
    Rc rc = clock_start(w, e, rec, to->limit, w->now);
    if (rc >= 0) rc = named_end(w, e, rec, to);
    if (rc == RC_NOT_FOUND) {
        ctx_clear(w->ctx);
        LOG(LOG_WARN, "clock", "no valid limit", LOG_Z("limit", to->limit), LOG_Z("entity", e->plural),
            LOG_I64("id", rec->id));
        return 0;
    }
    return rc;
}

Rc clocks_written(Work *w, const EntityInfo *info, const Record *old, const Record *rec)
{
    const Entity *e = info->e;
    bool archived = rec->archived_at != TIME_NONE;
    if (!e->flow) return archived ? clock_stop_all(w, rec->id) : 0;
    const FlowState *from = old ? flow_state(e, old) : NULL, *to = flow_state(e, rec);
    if (!archived && from == to) return 0;
    if (archived || !to || (to->flags & STATE_FINAL)) TRY(clock_stop_all(w, rec->id));
    else TRY(change_state(w, e, from, to, rec));
    return clock_show(w, rec->id);
}

/* ---- Extend, pause, resume ---- */

static Rc need_running(Work *w, const Clock *c, ClockRow *row)
{
    work__state(w);
    Rc rc = clock_row_by_id(w, c->id, row);
    if (rc < 0) return rc;
    if (rc && row->stopped_at == TIME_NONE) return 0;
    return FAIL(w->ctx, RC_STATE, "clock.stopped", "时限已经终止", "the clock has stopped");
}

static Rc move_end(Work *w, Clock *c, ClockRow *row, int64_t due_at)
{
    bool moved;
    TRY(done(db_exec(w->ctx, w->db, &q_clock_extend,
                     DB_ARGS(db_val_i64(row->c.id), db_val_i64(w->now), db_val_i64(due_at)))));
    row->extended_at = w->now;
    row->extended_to = due_at;
    TRY(clock_renew(w, row, &moved));
    *c = row->c;
    return 0;
}

Rc limit_due(Work *w, const Entity *e, const Record *rec, const char *limit, int64_t from, int64_t *due)
{
    LimitRow l;
    CalRef cal;
    Rc rc = limit_find(w, e, rec, limit, from, &l);
    if (rc <= 0) return rc;
    TRY(cal_take(w, &cal));
    *due = calendar_due(cal.c, from, l.amount, due_unit(l.unit)).at;
    cal_release(w->kernel, &cal);
    return 1;
}

Rc clock_set_due(Work *w, Clock *c, int64_t due_at)
{
    ClockRow row;
    TRY(need_running(w, c, &row));
    return move_end(w, c, &row, due_at);
}

Rc clock_extend(Work *w, Clock *c, int64_t due_at)
{
    ClockRow row;
    TRY(need_running(w, c, &row));
    if (due_at <= row.c.due_at)
        return FAIL_FIELD(w->ctx, "until", "range", 0, "延期后的截止时间应晚于原截止时间",
                          "the new end must be later than the one that holds");
    return move_end(w, c, &row, due_at);
}

Rc clock_pause(Work *w, Clock *c)
{
    ClockRow row;
    TRY(need_running(w, c, &row));
    if (row.c.paused_at != TIME_NONE)
        return FAIL(w->ctx, RC_STATE, "clock.paused", "时限已经暂停", "the clock is paused already");
    TRY(done(db_exec(w->ctx, w->db, &q_clock_pause, DB_ARGS(db_val_i64(row.c.id), db_val_i64(w->now)))));
    row.c.paused_at = w->now;
    *c = row.c;
    return clock_show(w, row.c.record_id);
}

Rc clock_resume(Work *w, Clock *c)
{
    ClockRow row;
    bool moved;
    TRY(need_running(w, c, &row));
    if (row.c.paused_at == TIME_NONE)
        return FAIL(w->ctx, RC_STATE, "clock.runs", "时限没有暂停", "the clock is not paused");
    TRY(close_pause(w, &row));
    TRY(done(db_exec(w->ctx, w->db, &q_clock_resume, DB_ARGS(db_val_i64(row.c.id)))));
    row.c.paused_at = TIME_NONE;
    TRY(clock_renew(w, &row, &moved));
    *c = row.c;
    return 0;
}
