/* What people do with a matter's clock: pause and resume it, ask for more time, grant or refuse it. None of
 * them touches the record itself, so whoever is about to answer does not find it changed under his hands; all
 * of them stand in the ledger with the reason. Nobody decides on what his own body asked for. */
#include "base/clock.h"
#include "base/id.h"
#include "clock/clock_int.h"
#include "flow/flow_int.h"
#include "kernel/notice.h"
#include "kernel_clock_sql.h"

enum { EXTENSION_DAYS_MAX = 366 };

static Rc done(Rc rc)
{
    return rc < 0 ? rc : 0;
}

/* ---- When they are offered ---- */

Rc clock_may_pause(Work *w, const Entity *e, const Record *rec)
{
    const ClockView *v;
    (void)e;
    TRY(clock_view(w, rec->id, &v));
    return v->has && v->row.c.paused_at == TIME_NONE;
}

Rc clock_may_resume(Work *w, const Entity *e, const Record *rec)
{
    const ClockView *v;
    (void)e;
    TRY(clock_view(w, rec->id, &v));
    return v->has && v->row.c.paused_at != TIME_NONE;
}

Rc clock_may_ask(Work *w, const Entity *e, const Record *rec)
{
    const ClockView *v;
    (void)e;
    TRY(clock_view(w, rec->id, &v));
    return v->has && !v->asked;
}

Rc clock_may_decide(Work *w, const Entity *e, const Record *rec)
{
    const ClockView *v;
    (void)e;
    TRY(clock_view(w, rec->id, &v));
    return v->asked != 0;
}

/* ---- Pause and resume ---- */

static Rc need_clock(Work *w, const Record *rec, ClockRow *out)
{
    Rc rc = clock_row_of_matter(w, rec->id, out);
    if (rc) return done(rc);
    return FAIL(w->ctx, RC_STATE, "clock.none", "没有在走的时限", "no clock runs for it");
}

/* The traces that every act leaves. */
static Rc leave_word(Work *w, const Entity *e, const Record *rec, const char *action, Str before, Str after)
{
    TRY(matter_acted(w, rec->id, action));
    TRY(ledger_add(w, e->plural, rec->id, action, before, after));
    work__touch(w, entity_info(w->kernel, e));
    return outbox_add_record(w, e, rec, action);
}

Rc clock_act_pause(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    ClockRow row;
    (void)params;
    TRY(need_clock(w, rec, &row));
    Str before = clock_json(w, &row.c);
    TRY(clock_pause(w, &row.c));
    return leave_word(w, e, rec, "pause", before, clock_json(w, &row.c));
}

Rc clock_act_resume(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    ClockRow row;
    (void)params;
    TRY(need_clock(w, rec, &row));
    Str before = clock_json(w, &row.c);
    TRY(clock_resume(w, &row.c));
    return leave_word(w, e, rec, "resume", before, clock_json(w, &row.c));
}

/* ---- More time ---- */

static Str until_json(Work *w, int64_t until)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kt(&o, "until", until);
    jout_close(&o);
    return buf_str(&b);
}

static Rc tell(Work *w, const Entity *e, const Record *rec, int64_t body, const char *perm, const char *zh)
{
    if (!body) return 0;
    Str title = e->title_field ? rec_text(e, rec, e->title_field) : STR_NONE;
    Notice n = {.body = body,
                .perm = perm,
                .kind = "info",
                .title = str_printf(w->ctx->arena, "%s：%.*s", zh, STR_ARG(title)),
                .text = str_of(w->why ? w->why : ""),
                .entity = e,
                .record_id = rec->id};
    return notice_send(w, &n);
}

static Rc check_until(Work *w, const ClockRow *row, int64_t until)
{
    if (until <= row->c.due_at || until <= w->now)
        return FAIL_FIELD(w->ctx, "until", "range", 0, "延至的时间应晚于现在和原截止时间",
                          "it must be later than now and than the end that holds");
    if (until > row->c.due_at + EXTENSION_DAYS_MAX * MS_DAY && until > w->now + EXTENSION_DAYS_MAX * MS_DAY)
        return FAIL_FIELD(w->ctx, "until", "range", 0, "一次延期不超过 %d 日", "at most %d days at a time",
                          (int)EXTENSION_DAYS_MAX);
    return 0;
}

Rc clock_act_ask(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    ClockRow row;
    const ClockView *v;
    int64_t until = params[0].i;
    TRY(need_clock(w, rec, &row));
    TRY(clock_view(w, rec->id, &v));
    if (v->asked)
        return FAIL(w->ctx, RC_STATE, "clock.asked", "已有延期申请待批",
                    "a request for an extension is open already");
    TRY(check_until(w, &row, until));
    TRY(done(db_exec(w->ctx, w->db, &q_extension_ask,
                     DB_ARGS(db_val_i64(id_new()), db_val_i64(rec->id), db_val_z(row.c.limit),
                             db_val_i64(row.c.id), db_val_i64(w->now),
                             db_val_i64(w->who ? w->who->user_id : 0), db_val_i64(scope_of(w->who)->body),
                             db_val_i64(row.c.due_at), db_val_i64(until), db_val_text(params[1].s)))));
    matter_forget(w);
    int64_t above;
    TRY(clock_recipient(w, e, rec, "above", &above));
    TRY(tell(w, e, rec, above, e->flow->perm_supervise, "申请延期"));
    return leave_word(w, e, rec, "ask-extension", clock_json(w, &row.c), until_json(w, until));
}

typedef struct Request {
    int64_t id, by, body, until;
} Request;

static Rc need_request(Work *w, const ClockRow *row, Request *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_extension_open, DB_ARGS(db_val_i64(row->c.id)), &c);
    if (rc < 0) return rc;
    if (!rc)
        return FAIL(w->ctx, RC_STATE, "clock.not_asked", "没有待批的延期申请",
                    "no request for an extension is open");
    *out = (Request){.id = db_i64(c, Q_EXTENSION_OPEN_ID),
                     .by = db_i64(c, Q_EXTENSION_OPEN_ASKED_BY),
                     .body = db_i64(c, Q_EXTENSION_OPEN_ASKED_BODY),
                     .until = db_i64(c, Q_EXTENSION_OPEN_UNTIL)};
    db_close(&c);
    int64_t mine = scope_of(w->who)->body;
    bool own = w->who && ((out->by && out->by == w->who->user_id) || (out->body && out->body == mine));
    if (!own) return 0;
    return FAIL(w->ctx, RC_FORBIDDEN, "clock.own_request", "不能审批本单位的延期申请",
                "nobody decides on a request of his own body");
}

static Rc decide(Work *w, const Request *r, bool granted)
{
    return done(
        db_exec(w->ctx, w->db, &q_extension_decide,
                DB_ARGS(db_val_i64(r->id), db_val_i64(w->now), db_val_i64(w->who ? w->who->user_id : 0),
                        db_val_i64(granted), w->why ? db_val_z(w->why) : db_val_null())));
}

Rc clock_act_grant(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    ClockRow row;
    Request r;
    (void)params;
    TRY(need_clock(w, rec, &row));
    TRY(need_request(w, &row, &r));
    Str before = clock_json(w, &row.c);
    TRY(clock_extend(w, &row.c, r.until));
    TRY(decide(w, &r, true));
    matter_forget(w);
    TRY(tell(w, e, rec, r.body, NULL, "已同意延期"));
    return leave_word(w, e, rec, "grant-extension", before, clock_json(w, &row.c));
}

Rc clock_act_refuse(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    ClockRow row;
    Request r;
    (void)params;
    TRY(need_clock(w, rec, &row));
    TRY(need_request(w, &row, &r));
    TRY(decide(w, &r, false));
    matter_forget(w);
    TRY(tell(w, e, rec, r.body, NULL, "不同意延期"));
    return leave_word(w, e, rec, "refuse-extension", until_json(w, r.until), clock_json(w, &row.c));
}
