/* A matter's clock as its readers see it. Of several that run for one matter the one that ends first counts,
 * as in the matter's row. Asked for by the JSON of a record and by each action that may be offered, so the
 * last answer is kept with the work and forgotten when a clock changes. */
#include "base/clock.h"
#include "clock/clock_int.h"
#include "flow/flow_int.h"
#include "kernel_clock_sql.h"

void clock_view_forget(Work *w)
{
    WorkState *s = w->impl;
    if (s) s->clock_view = NULL;
}

static Rc read_asked(Work *w, ClockView *v)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    Rc rc = db_query_one(w->ctx, db, &q_extension_open, DB_ARGS(db_val_i64(v->row.c.id)), &c);
    if (rc <= 0) return rc;
    v->asked = db_i64(c, Q_EXTENSION_OPEN_ID);
    db_close(&c);
    return 0;
}

Rc clock_view(Work *w, int64_t record_id, const ClockView **out)
{
    WorkState *s = w->impl;
    if (s->clock_view && s->clock_view->record_id == record_id) {
        *out = s->clock_view;
        return 0;
    }
    ClockView *v = ARENA_NEW(w->ctx->arena, ClockView);
    v->record_id = record_id;
    Rc rc = clock_row_of_matter(w, record_id, &v->row);
    if (rc < 0) return rc;
    v->has = rc > 0;
    if (v->has) TRY(read_asked(w, v));
    s->clock_view = v;
    *out = v;
    return 0;
}

/* ---- JSON ---- */

static DueUnit unit_of(LimitUnit u)
{
    static const DueUnit units[] = {DUE_MINUTES, DUE_HOURS, DUE_DAYS, DUE_WORK_HOURS, DUE_WORK_DAYS};
    return units[u];
}

/* How much of the limit is gone, in the time that counts for it; more than 1 when it is overdue. */
static double share_of(const Calendar *cal, const ClockRow *row, int64_t now)
{
    DueUnit unit = unit_of(row->unit);
    int64_t until = row->c.paused_at == TIME_NONE ? now : row->c.paused_at;
    int64_t all = calendar_between(cal, row->c.started_at, row->c.due_at, unit);
    int64_t gone = calendar_between(cal, row->c.started_at, until, unit);
    if (until >= row->c.due_at && gone < all) gone = all;
    return all > 0 ? (double)gone / (double)all : until >= row->c.due_at ? 1 : 0;
}

static Rc find_share(Work *w, const ClockRow *row, double *share)
{
    CalRef cal;
    TRY(cal_take(w, &cal));
    *share = share_of(cal.c, row, w->now);
    cal_release(w->kernel, &cal);
    return 0;
}

static Rc write_clock(Work *w, const ClockRow *row, JsonOut *out)
{
    const char *title;
    double share;
    TRY(limit_title(w, row->c.limit, w->ctx->lang, &title));
    TRY(find_share(w, row, &share));
    jout_open(out);
    jout_kz(out, "limit", row->c.limit);
    jout_kz(out, "title", title);
    jout_kt(out, "started_at", row->c.started_at);
    jout_kt(out, "due_at", row->c.due_at);
    jout_kb(out, "paused", row->c.paused_at != TIME_NONE);
    jout_kt(out, "paused_at", row->c.paused_at);
    jout_kb(out, "provisional", row->c.provisional);
    jout_kf(out, "share", share);
    jout_close(out);
    return 0;
}

Rc clock_write_row(Work *w, int64_t record_id, JsonOut *out)
{
    const ClockView *v;
    double share;
    TRY(clock_view(w, record_id, &v));
    jout_key(out, "clock");
    if (v->has) TRY(write_clock(w, &v->row, out));
    else jout_null(out);
    jout_key(out, "share");
    if (v->has) {
        TRY(find_share(w, &v->row, &share));
        jout_f64(out, share);
    } else {
        jout_null(out);
    }
    jout_kb(out, "provisional", v->has && v->row.c.provisional);
    return 0;
}

static void write_extension(const DbCursor *c, JsonOut *out)
{
    bool decided = !db_is_null(c, Q_EXTENSION_LIST_DECIDED_AT);
    bool by_someone = !db_is_null(c, Q_EXTENSION_LIST_DECIDED_BY) || !db_is_null(c, Q_EXTENSION_LIST_ANSWER);
    bool granted = db_i64(c, Q_EXTENSION_LIST_GRANTED) != 0;
    jout_open(out);
    jout_ks(out, "limit", db_str(c, Q_EXTENSION_LIST_LIMIT_CODE));
    jout_kt(out, "asked_at", db_i64(c, Q_EXTENSION_LIST_ASKED_AT));
    jout_ks(out, "asked_by", db_str(c, Q_EXTENSION_LIST_ASKED_BY));
    jout_kt(out, "old_due_at", db_i64(c, Q_EXTENSION_LIST_OLD_DUE_AT));
    jout_kt(out, "until", db_i64(c, Q_EXTENSION_LIST_UNTIL));
    jout_ks(out, "reason", db_str(c, Q_EXTENSION_LIST_REASON));
    jout_kz(out, "state", !decided ? "open" : granted ? "granted" : by_someone ? "refused" : "dropped");
    jout_kt(out, "decided_at", db_time(c, Q_EXTENSION_LIST_DECIDED_AT));
    jout_ks(out, "decided_by", db_str(c, Q_EXTENSION_LIST_DECIDED_BY));
    jout_ks(out, "answer", db_str(c, Q_EXTENSION_LIST_ANSWER));
    jout_close(out);
}

static Rc write_extensions(Work *w, int64_t record_id, JsonOut *out)
{
    Db *db;
    DbCursor *c;
    Rc rc;
    TRY(work__db(w, &db));
    TRY(db_query(w->ctx, db, &q_extension_list, DB_ARGS(db_val_i64(record_id)), &c));
    jout_key(out, "extensions");
    jout_open_array(out);
    while ((rc = db_next(w->ctx, c)) > 0) write_extension(c, out);
    jout_close_array(out);
    db_close(&c);
    return rc;
}

Rc clock_write_json(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    const ClockView *v;
    (void)e;
    TRY(clock_view(w, rec->id, &v));
    jout_key(out, "clock");
    if (v->has) TRY(write_clock(w, &v->row, out));
    else jout_null(out);
    return write_extensions(w, rec->id, out);
}
