/* The life of a task: put up (立项), ordered (交办), signed, done with reports of progress, applied for,
 * reviewed, closed (销号); or returned, or cancelled. A task with others below it is not closed before they
 * are, and one that asks for so many times a period is not applied for before they are done. */
#include "task_private.h"
#include "mod_task_queries_sql.h"
#include "kernel/limit.h"

static const FlowState states[] = {
    {"draft", T("待交办", "To be ordered"), STATE_INITIAL, "issuer", "task.order"},
    {"ordered", T("待签收", "To be signed"), 0, "body", "task.sign"},
    {"doing", T("办理中", "Being done"), 0, "body", "task.finish"},
    {"returned", T("退回补办", "Returned"), 0, "body", "task.rework"},
    {"applied", T("待销号审核", "To be reviewed"), 0, "issuer", "task.review"},
    {"closed", T("已销号", "Closed"), STATE_FINAL, NULL, NULL},
    {"cancelled", T("已撤销", "Cancelled"), STATE_FINAL, NULL, NULL},
};
#define OPEN "draft ordered doing returned applied"
#define WORK "doing returned"

#define TEXT_PARAM(name, zh, en, flags)                                                                      \
    {                                                                                                        \
        name, F_TEXT, F_LONG | (flags), NULL, (flags)&F_REQUIRED ? 2 : 0, 4000, T(zh, en), T("", ""), NULL,  \
            NULL, NULL                                                                                       \
    }
static const Field order_params[] = {
    TEXT_PARAM("requirements", "交办要求", "Requirements", 0),
    {"due_at", F_TIME, 0, NULL, 0, 0, T("办结时限", "Due at"),
     T("不填时按文件要求或默认时限", "as the paper says, or the limit, when left out"), NULL, NULL, NULL},
};
enum { BELOW_BODY, BELOW_TITLE, BELOW_TEXT, BELOW_DUE };
static const Field below_params[] = {
    {"body", F_REF, F_REQUIRED, "bodies", 0, 0, T("承办单位", "Unit"), T("", ""), NULL, NULL, NULL},
    {"title", F_TEXT, F_REQUIRED, NULL, 2, 120, T("子任务", "Sub-task"), T("", ""), NULL, NULL, NULL},
    TEXT_PARAM("text", "任务内容", "What is asked", 0),
    {"due_at", F_TIME, 0, NULL, 0, 0, T("办结时限", "Due at"), T("", ""), NULL, NULL, NULL},
};
enum { PROGRESS_TEXT, PROGRESS_TIMES };
static const Field progress_params[] = {
    TEXT_PARAM("progress", "进展", "Progress", F_REQUIRED),
    {"times", F_INT, 0, NULL, 0, 10000, T("本次完成次数", "Times done now"),
     T("有次数要求的任务填写", "where a number of times is asked"), NULL, NULL, NULL},
};
static const Field apply_params[] = {TEXT_PARAM("result", "完成情况", "What was done", F_REQUIRED)};
static const Field review_params[] = {TEXT_PARAM("review", "审核意见", "Review", F_REQUIRED)};
static const Field body_params[] = {
    {"body", F_REF, F_REQUIRED, "bodies", 0, 0, T("承办单位", "Unit"), T("", ""), NULL, NULL, NULL},
};

static void take(Record *rec, const Field *params, size_t n, const DbVal *v)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].type != DB_NULL) rec_set(TE, rec, params[i].name, v[i]);
}

static void stamp(const Work *w, Record *rec, const char *at, const char *by)
{
    rec_set(TE, rec, at, db_val_i64(w->now));
    rec_set(TE, rec, by, task_who(w));
}

static void note_why(const Work *w, Record *rec, const char *field)
{
    if (w->why && *w->why) rec_set(TE, rec, field, db_val_z(w->why));
}

static Rc do_order(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    take(rec, order_params, ARRAY_LEN(order_params), params);
    stamp(w, rec, "ordered_at", "ordered_by");
    return RC_OK;
}

static Rc do_sign(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    stamp(w, rec, "signed_at", "signed_by");
    return RC_OK;
}

static Rc do_progress(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    rec_set(e, rec, "progress", params[PROGRESS_TEXT]);
    rec_set(e, rec, "progress_at", db_val_i64(w->now));
    if (params[PROGRESS_TIMES].type != DB_NULL)
        rec_set(e, rec, "times_done", db_val_i64(rec_i64(e, rec, "times_done") + params[PROGRESS_TIMES].i));
    return RC_OK;
}

static Rc guard_apply(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    int64_t asked = rec_i64(e, rec, "times"), done = rec_i64(e, rec, "times_done");
    if (done >= asked) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "task.times", "本期应完成 %lld 次，已报 %lld 次，请先续报进展",
                "%lld times are asked, %lld reported: report progress first", (long long)asked,
                (long long)done);
}

/* Late is what was late once. */
static Rc do_apply(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Clock c;
    bool again = rec_i64(e, rec, "returns") > 0;
    Rc rc = clock_find(w, e, rec->id, again ? "task.rework" : "task.finish", &c);
    TRY(rc);
    bool late_before = rec_val(e, rec, "on_time")->type != DB_NULL && !rec_i64(e, rec, "on_time");
    if (rc) rec_set(e, rec, "on_time", db_val_bool(!late_before && w->now <= c.due_at));
    take(rec, apply_params, ARRAY_LEN(apply_params), params);
    stamp(w, rec, "applied_at", "applied_by");
    return RC_OK;
}

static Rc guard_review(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    if (!w->who || !w->who->name || rec_i64(e, rec, "body") != rec_i64(e, rec, "issuer")) return RC_OK;
    if (!str_eq(rec_text(e, rec, "applied_by"), task_who(w).s)) return RC_OK;
    return FAIL(w->ctx, RC_FORBIDDEN, "task.same_person", "审核人不能是申请人本人",
                "who applied cannot review it");
}

static Rc need_below_closed(Work *w, const Record *rec)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_task_open_below, DB_ARGS(db_val_i64(rec->id)), &c);
    TRY(rc);
    int64_t open = db_i64(c, 0);
    db_close(&c);
    if (!open) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "task.below_open", "还有 %lld 项配合任务或子任务未销号",
                "%lld tasks below it are still open", (long long)open);
}

static Rc do_accept(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    TRY(need_below_closed(w, rec));
    take(rec, review_params, ARRAY_LEN(review_params), params);
    stamp(w, rec, "reviewed_at", "reviewed_by");
    rec_set(TE, rec, "closed_at", db_val_i64(w->now));
    return RC_OK;
}

static Rc do_return(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    note_why(w, rec, "returned_reason");
    rec_set(e, rec, "returns", db_val_i64(rec_i64(e, rec, "returns") + 1));
    stamp(w, rec, "reviewed_at", "reviewed_by");
    return RC_OK;
}

static Rc do_cancel(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    TRY(need_below_closed(w, rec));
    note_why(w, rec, "end_reason");
    rec_set(e, rec, "closed_at", db_val_i64(w->now));
    return RC_OK;
}

static Rc do_below(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    int64_t due = params[BELOW_DUE].type == DB_NULL ? rec_time(e, rec, "due_at") : params[BELOW_DUE].i;
    if (params[BELOW_BODY].i == rec_i64(e, rec, "body") && rec_i64(e, rec, "parent"))
        return FAIL_FIELD(w->ctx, "body", "same", 0, "不能再分给本单位", "it is this unit's already");
    Str text = params[BELOW_TEXT].type == DB_NULL ? params[BELOW_TITLE].s : params[BELOW_TEXT].s;
    return task_below(w, rec, params[BELOW_BODY].i, params[BELOW_TITLE].s, text, due);
}

/* Another unit does it; the one before still sees it. */
static Rc do_reassign(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    int64_t before = rec_i64(e, rec, "body");
    if (params[0].i == before)
        return FAIL_FIELD(w->ctx, "body", "same", 0, "该单位已是承办单位", "it is this unit's already");
    TRY(matter_party(w, rec->id, before, "before"));
    rec_set(e, rec, "body", params[0]);
    return RC_OK;
}

#define PARAMS(list) (list), ARRAY_LEN(list)
static const Transition moves[] = {
    {"order", "draft", "ordered", "task.order", T("交办", "Order"), FLOW_MAIN | FLOW_TURN,
     PARAMS(order_params), NULL, do_order},
    {"sign", "ordered", "doing", "task.do", T("签收", "Sign"), FLOW_MAIN | FLOW_TURN, NULL, 0, NULL, do_sign},
    {"report-progress", WORK, NULL, "task.do", T("续报进展", "Report progress"), FLOW_TURN,
     PARAMS(progress_params), NULL, do_progress},
    {"apply", WORK, "applied", "task.do", T("申请销号", "Apply for closing"), FLOW_MAIN | FLOW_TURN,
     PARAMS(apply_params), guard_apply, do_apply},
    {"accept", "applied", "closed", "task.order", T("审核通过，销号", "Accept and close"),
     FLOW_MAIN | FLOW_TURN, PARAMS(review_params), guard_review, do_accept},
    {"return", "applied", "returned", "task.order", T("退回补办", "Return"), FLOW_TURN | FLOW_REASON, NULL, 0,
     NULL, do_return},
    {"sub-task", "ordered doing returned", NULL, "task.do", T("分解子任务", "Add a sub-task"), FLOW_TURN,
     PARAMS(below_params), NULL, do_below},
    {"reassign", "draft ordered", NULL, "task.order", T("改派单位", "Give it to another unit"), FLOW_REASON,
     PARAMS(body_params), NULL, do_reassign},
    {"cancel", OPEN, "cancelled", "task.order", T("撤销任务", "Cancel"), FLOW_REASON | FLOW_CONFIRM, NULL, 0,
     NULL, do_cancel},
};

const Flow task_flow = {
    .state = "state",
    .owner = "body",
    .perm_supervise = "task.supervise",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
    .due_state = "doing",
    .due = "due_at",
};
