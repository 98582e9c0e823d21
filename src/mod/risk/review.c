/* Re-assessment. An approved assessment starts a clock on its unit: the period of its grade, which is data,
 * or the unit's own. When it ends the unit becomes a matter on the desk of whose it is, with a clock of its
 * own; when that one's ladder is through it stands on the desk of the body that reviewed the unit. The next
 * approved assessment ends it and starts the period anew. */
#include "risk_private.h"
#include "base/clock.h"
#include "kernel/limit.h"
#include "kernel/matter.h"
#include "kernel/number.h"

static const char *const periods[] = {"risk.reassess.1", "risk.reassess.2", "risk.reassess.3",
                                      "risk.reassess.4"};

#define ROOM T("", "")
#define RO   F_READONLY
static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32, T("编号", "Code"),
     ROOM, NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 1, 200, T("事项", "Title"), ROOM, NULL, "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST | F_INDEX, "risk_review_state", 0, 0, T("状态", "State"), ROOM,
     NULL, "basic", NULL},
    {"unit", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "risk-units", 0, 0, T("风险单元", "Risk unit"), ROOM,
     NULL, "basic", NULL},
    {"grade", F_INT, RO | F_FILTER | F_LIST, "risk_grade", 1, 4, T("风险等级", "Grade"), ROOM, NULL, "basic",
     NULL},
    {"body", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("责任单位", "Responsible unit"), ROOM,
     NULL, "basic", NULL},
    {"reviewer", F_REF, RO | F_FILTER, "bodies", 0, 0, T("监管单位", "Supervised by"), ROOM, NULL, "basic",
     NULL},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), ROOM, NULL,
     "basic", NULL},
    {"expired_at", F_TIME, RO | F_SORT | F_LIST, NULL, 0, 0, T("评估到期", "Due since"), ROOM, NULL, "basic",
     NULL},
    {"plan", F_TEXT, RO | F_LONG, NULL, 0, 500, T("评估安排", "Plan"), ROOM, NULL, "response", NULL},
    {"done_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("完成时间", "Done"), ROOM, NULL, "response", NULL},
};

static Rc do_plan(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    rec_set(e, rec, "plan", params[0]);
    return RC_OK;
}

static Rc do_done(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "done_at", db_val_i64(w->now));
    return RC_OK;
}

static const Field plan_params[] = {
    {"plan", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 500, T("评估安排", "Plan"), ROOM, NULL, NULL, NULL},
};
static const FlowState states[] = {
    {"due", T("待重新评估", "To be re-assessed"), STATE_INITIAL, "body", "risk.reassess.late", NULL},
    {"overdue", T("逾期未评估", "Overdue"), 0, "reviewer", NULL, NULL},
    {"done", T("已重新评估", "Re-assessed"), STATE_FINAL, NULL, NULL, NULL},
    {"cancelled", T("已取消", "Cancelled"), STATE_FINAL, NULL, NULL, NULL},
};
static const Transition moves[] = {
    {"plan", "due", NULL, "risk.write", T("填报评估安排", "Say when"), FLOW_TURN, plan_params,
     ARRAY_LEN(plan_params), NULL, do_plan},
    {"overdue", "due", "overdue", "risk.approve", T("转监管单位", "Hand to the supervisor"), FLOW_PROGRAM,
     NULL, 0, NULL, NULL},
    {"hand-back", "overdue", "due", "risk.approve", T("责令限期评估", "Order it again"),
     FLOW_MAIN | FLOW_TURN | FLOW_REASON, NULL, 0, NULL, NULL},
    {"done", "due overdue", "done", "risk.approve", T("完成评估", "Re-assessed"), FLOW_PROGRAM, NULL, 0, NULL,
     do_done},
    {"cancel", "due overdue", "cancelled", "risk.approve", T("取消", "Cancel"), FLOW_REASON | FLOW_CONFIRM,
     NULL, 0, NULL, NULL},
};
static const Flow flow = {
    .state = "state",
    .grade = "grade",
    .owner = "body",
    .perm_supervise = "risk.approve",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};

/* The last rung of the ladder: now it is the supervisor's. */
static Rc step(Work *w, const Entity *e, Record *rec, const ClockStep *s)
{
    if (s->kind != STEP_ESCALATE || !str_is(rec_text(e, rec, "state"), "due")) return RC_OK;
    return flow_do(w, e, rec, "overdue", NULL);
}

const Entity risk_review_entity = {
    .name = "risk-review",
    .plural = "risk-reviews",
    .title = T("风险重新评估", "Re-assessments due"),
    .icon = T("", "clock"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "risk.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body reviewer"},
    .flow = &flow,
    .step = step,
};

/* ---- The unit's clock ---- */

/* Who approved its last assessment. */
static Rc reviewer_of(Work *w, int64_t unit, DbVal *out)
{
    SqlBuf b;
    DbCursor *c;
    *out = db_val_null();
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT reviewer FROM risk_assessments WHERE archived_at IS NULL AND state = 'approved'"
                " AND unit = ");
    sql_arg(&b, db_val_i64(unit));
    sql_lit(&b, " ORDER BY approved_at DESC, id DESC LIMIT 1");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc > 0 && !db_is_null(c, 0)) *out = db_val_i64(db_i64(c, 0));
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

/* 1: the unit has an open one. */
static Rc open_review(Work *w, int64_t unit, Record **out)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id FROM risk_reviews WHERE archived_at IS NULL AND state IN ('due', 'overdue')"
                " AND unit = ");
    sql_arg(&b, db_val_i64(unit));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    int64_t id = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    if (rc <= 0) return rc;
    TRY(store_get(w, VE, id, out));
    return 1;
}

static Rc make_review(Work *w, const Record *unit)
{
    Str code;
    DbVal reviewer;
    Record *rec = rec_new(w->ctx, VE);
    TRY(reviewer_of(w, unit->id, &reviewer));
    TRY(number_of_day(w, 'V', &code));
    rec_set(VE, rec, "code", db_val_text(code));
    rec_set(VE, rec, "title", *rec_val(UE, unit, "name"));
    rec_set(VE, rec, "unit", db_val_i64(unit->id));
    rec_set(VE, rec, "grade", *rec_val(UE, unit, "grade"));
    rec_set(VE, rec, "body", *rec_val(UE, unit, "body"));
    rec_set(VE, rec, "district", *rec_val(UE, unit, "district"));
    rec_set(VE, rec, "reviewer", reviewer);
    rec_set(VE, rec, "expired_at", db_val_i64(w->now));
    TRY(store_insert(w, VE, rec));
    return matter_link(w, UE, unit->id, VE, rec->id);
}

Rc risk_unit_step(Work *w, const Entity *e, Record *unit, const ClockStep *s)
{
    Record *there;
    (void)e;
    if (s->kind != STEP_URGE) return RC_OK;
    Rc rc = open_review(w, unit->id, &there);
    return rc ? (rc < 0 ? rc : RC_OK) : make_review(w, unit);
}

/* The unit's own period, when it names one. */
static Rc own_period(Work *w, const Record *unit, Clock *c)
{
    enum { YEAR_DAYS = 365, MONTHS = 12 };
    int64_t months = rec_i64(UE, unit, "reassess_months");
    return months ? clock_set_due(w, c, c->started_at + months * YEAR_DAYS / MONTHS * MS_DAY) : RC_OK;
}

Rc risk_reassess_start(Work *w, Record *unit)
{
    Clock c;
    Record *open;
    int64_t grade = rec_i64(UE, unit, "grade");
    Work program = *w;
    program.who = NULL;
    for (size_t i = 0; i < ARRAY_LEN(periods); i++) TRY(clock_stop(w, UE, unit, periods[i]));
    Rc rc = open_review(w, unit->id, &open);
    if (rc > 0) rc = flow_do(&program, VE, open, "done", NULL);
    TRY(rc);
    rec_set(UE, unit, "reassess_at", db_val_null());
    if (grade < 1 || grade > (int64_t)ARRAY_LEN(periods)) return RC_OK;
    rc = clock_start(w, UE, unit, periods[grade - 1], w->now);
    if (rc == RC_NOT_FOUND) { /* the office took the period out of force */
        ctx_clear(w->ctx);
        return RC_OK;
    }
    TRY(rc);
    rc = clock_find(w, UE, unit->id, periods[grade - 1], &c);
    if (rc <= 0) return rc;
    TRY(own_period(w, unit, &c));
    rec_set(UE, unit, "reassess_at", db_val_i64(c.due_at));
    return RC_OK;
}
