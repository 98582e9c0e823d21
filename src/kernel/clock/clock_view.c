/* A matter's clock as its readers see it. Of several that run for one matter the one that ends first counts,
 * as in the matter's row. Asked for by the JSON of a record and by each action that may be offered, so it is
 * read with the page of matters (flow/matter_page.c), for all of them at once. */
#include "base/clock.h"
#include "clock/clock_int.h"
#include "flow/flow_int.h"
#include "kernel_clock_sql.h"

Rc clock_view(Work *w, int64_t record_id, const ClockView **out)
{
    const MatterView *v;
    TRY(matter_view(w, record_id, &v));
    *out = &v->clock;
    return 0;
}

/* ---- A page of them ---- */

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

/* Now, before the rows are written: the calendar is asked for once. */
static Rc find_shares(MatterPage *page, Work *w, const int64_t *ids, size_t n)
{
    CalRef cal;
    TRY(cal_take(w, &cal));
    for (size_t i = 0; i < n; i++) {
        ClockView *v = &matter_page_find(page, ids[i])->clock;
        if (v->has) v->share = share_of(cal.c, &v->row, w->now);
    }
    cal_release(w->kernel, &cal);
    return 0;
}

/* The first of each matter is the one that ends first. */
Rc clock_page_clocks(void *page, Work *w, const int64_t *ids, size_t n)
{
    Db *db;
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    bool any = false;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(
        &b,
        "SELECT id, entity, record_id, limit_code, limit_id, amount, unit, started_at, due_at, extended_at, "
        "extended_to, paused_at, stopped_at, provisional, mark, steps_done, look_at FROM clocks "
        "WHERE stopped_at IS NULL AND record_id");
    sql_ids(&b, ids, n);
    sql_lit(&b, " ORDER BY record_id, due_at, id");
    TRY(sql_query(w->ctx, db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        ClockView *v = &matter_page_find(page, db_i64(c, Q_CLOCK_BY_ID_RECORD_ID))->clock;
        if (!v->has) clock_row_read(w, c, &v->row);
        v->has = any = true;
    }
    db_close(&c);
    return rc < 0 || !any ? rc : find_shares(page, w, ids, n);
}

enum {
    X_ID,
    X_CLOCK,
    X_RECORD,
    X_LIMIT,
    X_ASKED_AT,
    X_ASKED_BY,
    X_OLD,
    X_UNTIL,
    X_REASON,
    X_DECIDED_AT,
    X_DECIDED_BY,
    X_GRANTED,
    X_ANSWER
};

static void take_extension(Work *w, const DbCursor *c, ClockView *v)
{
    Extension *x = ARENA_NEW(w->ctx->arena, Extension);
    *x = (Extension){.id = db_i64(c, X_ID),
                     .clock_id = db_i64(c, X_CLOCK),
                     .asked_at = db_i64(c, X_ASKED_AT),
                     .old_due_at = db_i64(c, X_OLD),
                     .until = db_i64(c, X_UNTIL),
                     .decided_at = db_time(c, X_DECIDED_AT),
                     .limit = db_str_copy(w->ctx, c, X_LIMIT),
                     .asked_by = db_str_copy(w->ctx, c, X_ASKED_BY),
                     .reason = db_str_copy(w->ctx, c, X_REASON),
                     .decided_by = db_str_copy(w->ctx, c, X_DECIDED_BY),
                     .answer = db_str_copy(w->ctx, c, X_ANSWER),
                     .granted = db_i64(c, X_GRANTED) != 0,
                     .open = db_is_null(c, X_DECIDED_AT)};
    if (!v->last) v->last = &v->first;
    *v->last = x;
    v->last = &x->next;
    if (x->open && v->has && x->clock_id == v->row.c.id) v->asked = x->id;
}

Rc clock_page_extensions(void *page, Work *w, const int64_t *ids, size_t n)
{
    Db *db;
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(
        &b,
        "SELECT x.id, x.clock_id, x.record_id, x.limit_code, x.asked_at, a.full_name, x.old_due_at, x.until, "
        "x.reason, x.decided_at, d.full_name, x.granted, x.answer FROM clock_extensions x "
        "LEFT JOIN users a ON a.id = x.asked_by LEFT JOIN users d ON d.id = x.decided_by WHERE x.record_id");
    sql_ids(&b, ids, n);
    sql_lit(&b, " ORDER BY x.record_id, x.id");
    TRY(sql_query(w->ctx, db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0)
        take_extension(w, c, &matter_page_find(page, db_i64(c, X_RECORD))->clock);
    db_close(&c);
    return rc;
}

/* ---- JSON ---- */

static Rc write_clock(Work *w, const ClockView *v, JsonOut *out)
{
    const ClockRow *row = &v->row;
    const char *title;
    TRY(limit_title(w, row->c.limit, w->ctx->lang, &title));
    jout_open(out);
    jout_kz(out, "limit", row->c.limit);
    jout_kz(out, "title", title);
    jout_kt(out, "started_at", row->c.started_at);
    jout_kt(out, "due_at", row->c.due_at);
    jout_kb(out, "paused", row->c.paused_at != TIME_NONE);
    jout_kt(out, "paused_at", row->c.paused_at);
    jout_kb(out, "provisional", row->c.provisional);
    jout_kf(out, "share", v->share);
    jout_close(out);
    return 0;
}

Rc clock_write_row(Work *w, int64_t record_id, JsonOut *out)
{
    const ClockView *v;
    TRY(clock_view(w, record_id, &v));
    jout_key(out, "clock");
    if (v->has) TRY(write_clock(w, v, out));
    else jout_null(out);
    if (v->has) jout_kf(out, "share", v->share);
    else jout_kz(out, "share", NULL);
    jout_kb(out, "provisional", v->has && v->row.c.provisional);
    return 0;
}

static const char *extension_state(const Extension *x)
{
    if (x->open) return "open";
    if (x->granted) return "granted";
    return x->decided_by.p || x->answer.p ? "refused" : "dropped";
}

static void write_extension(const Extension *x, JsonOut *out)
{
    jout_open(out);
    jout_ks(out, "limit", x->limit);
    jout_kt(out, "asked_at", x->asked_at);
    jout_ks(out, "asked_by", x->asked_by);
    jout_kt(out, "old_due_at", x->old_due_at);
    jout_kt(out, "until", x->until);
    jout_ks(out, "reason", x->reason);
    jout_kz(out, "state", extension_state(x));
    jout_kt(out, "decided_at", x->decided_at);
    jout_ks(out, "decided_by", x->decided_by);
    jout_ks(out, "answer", x->answer);
    jout_close(out);
}

Rc clock_write_json(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    const ClockView *v;
    (void)e;
    TRY(clock_view(w, rec->id, &v));
    jout_key(out, "clock");
    if (v->has) TRY(write_clock(w, v, out));
    else jout_null(out);
    jout_key(out, "extensions");
    jout_open_array(out);
    for (const Extension *x = v->first; x; x = x->next) write_extension(x, out);
    jout_close_array(out);
    return 0;
}
