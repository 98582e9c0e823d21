/* GET /api/lead: what a leader wants to know in a minute, with one thumb: what is red now, what waits for his
 * word, three figures against last week, the last briefing, who is late. Of what he sees; a part that he may
 * not read, or that the program has not, is left out. His word itself is the matter's action "supervise". */
#include "briefing_private.h"
#include "base/clock.h"
#include "mod_briefing_queries_sql.h"

enum { RED_MOST = 10, WAITING_MOST = 20, LATE_SHOWN = 8 };

static void put_text(JsonOut *o, const char *key, const DbCursor *c, size_t col)
{
    jout_key(o, key);
    if (db_is_null(c, col)) jout_null(o);
    else jout_str(o, db_str(c, col));
}

static void put_alarm(JsonOut *o, const DbCursor *c)
{
    jout_open(o);
    jout_kid(o, "id", db_i64(c, 0));
    put_text(o, "name", c, 1);
    jout_kt(o, "raised_at", db_i64(c, 2));
    put_text(o, "state", c, 3);
    put_text(o, "object", c, 4);
    put_text(o, "district", c, 5);
    put_text(o, "verdict", c, 6);
    jout_close(o);
}

static Rc put_alarms(Work *w, JsonOut *o)
{
    DbCursor *c;
    Rc rc;
    const Entity *e = kernel_entity(w->kernel, "alarms");
    if (!e || !perm_has(w->who, e->read_perm)) return 0;
    TRY(scope_query(w, &q_lead_alarms, DB_ARGS(db_val_i64(RED_MOST)), &c));
    jout_key(o, "alarms");
    jout_open_array(o);
    while ((rc = db_next(w->ctx, c)) > 0) put_alarm(o, c);
    db_close(&c);
    jout_close_array(o);
    return rc;
}

static const char *state_label(Work *w, const Entity *e, Str state)
{
    for (size_t i = 0; e->flow && i < e->flow->nstates; i++)
        if (str_is(state, e->flow->states[i].name)) return text_in(e->flow->states[i].label, w->ctx->lang);
    return NULL;
}

static void put_matter(Work *w, JsonOut *o, const DbCursor *c)
{
    const Entity *e = kernel_entity(w->kernel, str_z(w->ctx->arena, db_str(c, 1)));
    if (!e || !e->flow || !perm_has(w->who, e->read_perm)) return;
    jout_open(o);
    jout_kid(o, "id", db_i64(c, 0));
    jout_kz(o, "plural", e->plural);
    jout_kz(o, "kind", text_in(e->title, w->ctx->lang));
    put_text(o, "code", c, 2);
    put_text(o, "title", c, 3);
    if (!db_is_null(c, 4)) jout_ki(o, "grade", db_i64(c, 4));
    jout_kz(o, "state_label", state_label(w, e, db_str(c, 5)));
    jout_kt(o, "due_at", db_time(c, 6));
    jout_ki(o, "chase", db_i64(c, 7));
    put_text(o, "turn_title", c, 8);
    jout_kb(o, "can", perm_has(w->who, e->flow->perm_supervise));
    jout_close(o);
}

static Rc put_matters(Work *w, const char *key, const DbQuery *q, const DbVal *args, size_t nargs, JsonOut *o)
{
    DbCursor *c;
    Rc rc;
    TRY(scope_query(w, q, args, nargs, &c));
    jout_key(o, key);
    jout_open_array(o);
    while ((rc = db_next(w->ctx, c)) > 0) put_matter(w, o, c);
    db_close(&c);
    jout_close_array(o);
    return rc;
}

/* The week so far against the same part of the last one. */
static Rc put_figures(Work *w, JsonOut *o)
{
    static const char *const keys[] = {"alarms", "warnings", "dangers"};
    int64_t from = civil_day_start(civil_day(w->now) - (civil_of(w->now).weekday - 1));
    Count *c = ARENA_NEW(w->ctx->arena, Count);
    *c = (Count){.w = w, .kind = BRIEF_WEEKLY};
    c->period = (Period){from, w->now, from - 7 * MS_DAY, w->now - 7 * MS_DAY};
    TRY(figures_some(c, keys, ARRAY_LEN(keys)));
    jout_key(o, "figures");
    jout_open_array(o);
    for (size_t i = 0; i < c->n; i++) figure_write(&c->v[i], o);
    jout_close_array(o);
    return 0;
}

static Rc put_briefing(Work *w, JsonOut *o)
{
    DbCursor *c;
    Record *rec;
    if (!perm_has(w->who, BE->read_perm)) return 0;
    TRY(scope_query(w, &q_lead_briefing, DB_NO_ARGS, &c));
    Rc rc = db_next(w->ctx, c);
    int64_t id = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    if (rc <= 0) return rc;
    TRY(store_get(w, BE, id, &rec));
    jout_key(o, "briefing");
    jout_open(o);
    jout_kid(o, "id", id);
    jout_ks(o, "title", rec_text(BE, rec, "title"));
    jout_ks(o, "kind", rec_text(BE, rec, "kind"));
    jout_kt(o, "issued_at", rec_time(BE, rec, "issued_at"));
    jout_ks(o, "text", rec_text(BE, rec, "text"));
    jout_close(o);
    return 0;
}

static Rc put_late(Work *w, JsonOut *o)
{
    LateBody late[LATE_SHOWN];
    size_t n;
    int64_t all;
    TRY(briefing_late(w, late, LATE_SHOWN, &n, &all));
    jout_ki(o, "late_count", all);
    jout_key(o, "late");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        jout_open(o);
        jout_ks(o, "body", late[i].name);
        jout_ki(o, "n", late[i].n);
        jout_kt(o, "oldest", late[i].oldest);
        jout_close(o);
    }
    jout_close_array(o);
    return 0;
}

Rc lead_handler(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kt(o, "t", w.now);
    TRY(put_alarms(&w, o));
    TRY(put_matters(&w, "warnings", &q_lead_red, DB_ARGS(db_val_i64(RED_MOST)), o));
    TRY(put_matters(&w, "waiting", &q_lead_waiting, DB_ARGS(db_val_i64(w.now), db_val_i64(WAITING_MOST)), o));
    TRY(put_matters(&w, "supervised", &q_lead_supervised, DB_ARGS(db_val_i64(WAITING_MOST)), o));
    TRY(put_figures(&w, o));
    TRY(put_briefing(&w, o));
    TRY(put_late(&w, o));
    jout_close(o);
    return work_commit(&w);
}
