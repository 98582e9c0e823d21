/* A red or orange alarm that nobody judges. Its clock has called who is on duty and then the next of the
 * roster, which is the kernel's work; when that does not help either, the alarm becomes a warning by itself:
 * while its condition holds, graded, published and sent out at once; when it has returned meanwhile, as a
 * draft before the watch, because units sent at night to a place where nothing is any more stop coming. An
 * alarm of an object that has an open warning joins it instead, and makes it graver if it is. */
#include "warning_private.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"

#define AE (&alarm_entity)

#define SAME_CAUSE_MS (24 * MS_HOUR)

/* ---- Becoming a warning ---- */

static Rc open_warning(Work *w, const Record *alarm, Record **out)
{
    DbCursor *c;
    *out = NULL;
    if (rec_val(AE, alarm, "object")->type == DB_NULL) return 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_warning_same_object,
                         DB_ARGS(*rec_val(AE, alarm, "object"), db_val_i64(w->now - SAME_CAUSE_MS)), &c);
    if (rc <= 0) return rc;
    int64_t id = db_i64(c, 0);
    db_close(&c);
    TRY(store_get(w, WE, id, out));
    return 1;
}

static bool is_out(const Record *warning)
{
    return rec_val(WE, warning, "published_at")->type != DB_NULL;
}

static Rc join(Work *w, const Record *alarm, Record *warning)
{
    int64_t grade = rec_i64(AE, alarm, "worst_grade");
    Str ids = str_printf(w->ctx->arena, "[\"%lld\"]", (long long)alarm->id);
    DbVal params[] = {db_val_json(ids)};
    TRY(flow_do(w, WE, warning, "merge", params));
    if (!is_out(warning) || grade >= rec_i64(WE, warning, "grade")) return RC_OK;
    DbVal graver[] = {db_val_i64(grade), db_val_z(w->why)};
    return flow_do(w, WE, warning, "regrade", graver);
}

/* With nobody to send it to it stays before the watch, which is told by its clock. */
static Rc can_publish(Work *w, const Record *warning)
{
    Preview *p;
    if (rec_i64(WE, warning, "issuer")) return 1;
    TRY(dispatch_preview(w, warning, &p));
    for (size_t i = 0; i < p->units.n; i++)
        if (str_is(p->units.unit[i].how, "order")) return 1;
    return 0;
}

static Rc become(Work *w, const Record *alarm)
{
    Record *warning = rec_new(w->ctx, WE);
    TRY(warning_make(w, warning, &alarm->id, 1));
    if (!rec_i64(AE, alarm, "active")) return RC_OK;
    DbVal grade[8] = {*rec_val(AE, alarm, "worst_grade")};
    TRY(flow_do(w, WE, warning, "grade", grade));
    Rc can = can_publish(w, warning);
    return can > 0 ? flow_do(w, WE, warning, "publish", NULL) : can;
}

static Rc convert(Work *w, const Record *alarm)
{
    Record *open;
    int64_t id;
    Str code;
    w->why = "超过研判时限无人研判，自动转警";
    Rc rc = warning_of_alarm(w, alarm->id, &id, &code);
    if (rc) return rc < 0 ? rc : RC_OK;
    rc = open_warning(w, alarm, &open);
    TRY(rc);
    return rc ? join(w, alarm, open) : become(w, alarm);
}

Rc warning_unjudged(Work *w, const Record *alarm, const ClockStep *step)
{
    if (rec_text(AE, alarm, "verdict").n || step->kind != STEP_ESCALATE) return RC_OK;
    Work program = warning_program(w);
    return convert(&program, alarm);
}
