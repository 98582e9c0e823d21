/* What the orders of a warning make of it. The order under way has its new values already while its row still
 * has the old ones, so it is counted from the record in hand and the others from the table. */
#include "warning_private.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"

Rc warning_orders(Work *w, int64_t warning, Record ***out, size_t *n)
{
    DbCursor *c;
    Rc rc;
    int64_t ids[WARNING_ORDERS_MOST];
    *n = 0;
    TRY(db_query(w->ctx, w->db, &q_warning_orders,
                 DB_ARGS(db_val_i64(warning), db_val_i64(WARNING_ORDERS_MOST)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    *out = ARENA_ARRAY(w->ctx->arena, Record *, *n + 1);
    for (size_t i = 0; i < *n; i++) TRY(store_get(w, OE, ids[i], &(*out)[i]));
    return RC_OK;
}

typedef struct Sum {
    int64_t units, signed_, answered, accepted;
    int64_t first_signed, last_signed, first_site, last_answer;
} Sum;

static void earlier(int64_t *at, int64_t t)
{
    if (t != TIME_NONE && (*at == TIME_NONE || t < *at)) *at = t;
}

static void later(int64_t *at, int64_t t)
{
    if (t != TIME_NONE && t > *at) *at = t;
}

static void count_order(const Record *o, Sum *s)
{
    Str state = rec_text(OE, o, "state");
    if (str_is(state, "withdrawn")) return;
    int64_t signed_at = rec_time(OE, o, "signed_at");
    bool accepted = str_is(state, "accepted"), answered = accepted || str_is(state, "answered");
    s->units++;
    s->signed_ += signed_at != TIME_NONE;
    s->answered += answered;
    s->accepted += accepted;
    earlier(&s->first_signed, signed_at);
    later(&s->last_signed, signed_at);
    earlier(&s->first_site, rec_time(OE, o, "arrived_at"));
    if (answered) later(&s->last_answer, rec_time(OE, o, "answered_at"));
}

static Rc sum_up(Work *w, int64_t warning, const Record *changed, Sum *s)
{
    Record **orders;
    size_t n;
    *s = (Sum){.first_signed = TIME_NONE,
               .last_signed = TIME_NONE,
               .first_site = TIME_NONE,
               .last_answer = TIME_NONE};
    TRY(warning_orders(w, warning, &orders, &n));
    for (size_t i = 0; i < n; i++)
        count_order(changed && orders[i]->id == changed->id ? changed : orders[i], s);
    return RC_OK;
}

static void set_counts(Record *rec, const Sum *s)
{
    bool all_signed = s->units && s->signed_ == s->units, all_answered = s->units && s->answered == s->units;
    rec_set(WE, rec, "units", db_val_i64(s->units));
    rec_set(WE, rec, "signed", db_val_i64(s->signed_));
    rec_set(WE, rec, "answered", db_val_i64(s->answered));
    rec_set(WE, rec, "accepted", db_val_i64(s->accepted));
    rec_set(WE, rec, "first_signed_at", db_val_time(s->first_signed));
    rec_set(WE, rec, "on_site_at", db_val_time(s->first_site));
    rec_set(WE, rec, "signed_at", all_signed ? db_val_time(s->last_signed) : db_val_null());
    rec_set(WE, rec, "answered_at", all_answered ? db_val_time(s->last_answer) : db_val_null());
}

/* The move that the counts ask for; NULL: none. */
static const char *move_for(const Record *rec, const Sum *s)
{
    Str state = rec_text(WE, rec, "state");
    bool all = s->units && s->answered == s->units;
    if (str_is(state, "reviewing")) return all ? NULL : "reopen";
    if (!str_is(state, "published") && !str_is(state, "handling")) return NULL;
    if (all) return "all-answered";
    return str_is(state, "published") && s->signed_ ? "begin" : NULL;
}

Rc warning_recount(Work *w, int64_t warning, const Record *changed)
{
    Record *old;
    Sum s;
    Work program = warning_program(w);
    TRY(store_get(w, WE, warning, &old));
    TRY(sum_up(w, warning, changed, &s));
    Record *rec = rec_copy(w->ctx, WE, old);
    set_counts(rec, &s);
    TRY(store_update(&program, WE, old, rec, "recount"));
    const char *move = move_for(rec, &s);
    return move ? flow_do(&program, WE, rec, move, NULL) : RC_OK;
}

Rc warning_count_into(Work *w, Record *rec)
{
    Sum s;
    TRY(sum_up(w, rec->id, NULL, &s));
    set_counts(rec, &s);
    return RC_OK;
}

Rc orders_withdraw(Work *w, int64_t warning, const char *why)
{
    Record **orders;
    size_t n;
    Work program = warning_program(w);
    program.why = why;
    TRY(warning_orders(w, warning, &orders, &n));
    for (size_t i = 0; i < n; i++)
        if (!(flow_state(OE, orders[i])->flags & STATE_FINAL))
            TRY(flow_do(&program, OE, orders[i], "void", NULL));
    return RC_OK;
}
