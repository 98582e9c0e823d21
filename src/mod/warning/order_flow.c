/* The life of an order: sent, signed, on site, answered, accepted or returned. It acts on its warning: the
 * first signature begins the handling, the last answer asks for the review, a returned one takes it back. A
 * unit that is not the right one may decline, which puts the order before its sender again instead of letting
 * it lie. */
#include "warning_private.h"
#include "base/clock.h"
#include "mod_warning_queries_sql.h"

static const FlowState states[] = {
    {"issued", T("待签收", "To be signed"), STATE_INITIAL, "body", "order.sign"},
    {"signed", T("已签收", "Signed"), 0, "body", "order.arrive"},
    {"acting", T("处置中", "Acting"), 0, "body", "order.answer"},
    {"answered", T("已反馈待复核", "Answered"), 0, "issuer", "order.review"},
    {"returned", T("退回重办", "Returned"), 0, "body", "order.answer"},
    {"declined", T("单位退单", "Declined"), 0, "issuer", "order.review"},
    {"accepted", T("复核通过", "Accepted"), STATE_FINAL, NULL, NULL},
    {"withdrawn", T("已收回", "Withdrawn"), STATE_FINAL, NULL, NULL},
};
#define OPEN "issued signed acting answered returned declined"

static const Field note_params[] = {
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("现场情况", "What is found"), T("", ""), NULL, NULL, NULL},
};
static const Field visit_params[] = {
    {"visit_found", F_BOOL, 0, NULL, 0, 0, T("发现隐患", "A danger was found"),
     T("发现隐患的，接着登记隐患", "it is recorded next"), NULL, NULL, NULL},
    {"visit", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 2000, T("核查情况", "What was seen"), T("", ""), NULL,
     NULL, NULL},
};
static const Field progress_params[] = {
    {"progress", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 1000, T("进展", "Progress"), T("", ""), NULL, NULL,
     NULL},
};
static const Field answer_params[] = {
    {"result", F_ENUM, F_REQUIRED, "order_result", 0, 0, T("处置结果", "Result"), T("", ""), NULL, NULL,
     NULL},
    {"answer", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 2000, T("反馈内容", "Answer"), T("", ""), NULL, NULL,
     NULL},
    {"cause", F_TEXT, F_LONG, NULL, 0, 1000, T("查明原因", "Cause found"), T("", ""), NULL, NULL, NULL},
};
static const Field grade_params[] = {
    {"grade", F_INT, F_REQUIRED, "grade", 1, 4, T("等级", "Grade"), T("", ""), NULL, NULL, NULL},
};

static void stamp(const Work *w, Record *rec, const char *at, const char *by)
{
    rec_set(OE, rec, at, db_val_i64(w->now));
    if (by) rec_set(OE, rec, by, warning_who(w));
}

static Rc tell_warning(Work *w, const Record *rec)
{
    return warning_recount(w, rec_i64(OE, rec, "warning"), rec);
}

static Rc do_sign(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    stamp(w, rec, "signed_at", "signed_by");
    return tell_warning(w, rec);
}

/* Whoever is on site at once has signed by that. */
static Rc do_arrive(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    if (rec_val(e, rec, "signed_at")->type == DB_NULL) stamp(w, rec, "signed_at", "signed_by");
    stamp(w, rec, "arrived_at", "arrived_by");
    warning_take(e, rec, "progress", params[0]);
    return tell_warning(w, rec);
}

/* 现场核查: somebody was there and looked. What he found wrong becomes a danger, linked to this order. */
static Rc do_visit(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    if (rec_val(e, rec, "signed_at")->type == DB_NULL) stamp(w, rec, "signed_at", "signed_by");
    if (rec_val(e, rec, "arrived_at")->type == DB_NULL) stamp(w, rec, "arrived_at", "arrived_by");
    rec_set(e, rec, "visit_found", db_val_bool(params[0].type != DB_NULL && params[0].i));
    rec_set(e, rec, "visit", params[1]);
    stamp(w, rec, "visited_at", "visited_by");
    return tell_warning(w, rec);
}

static Rc do_report(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    rec_set(e, rec, "progress", params[0]);
    return RC_OK;
}

/* A danger that was found is not left in the words of a visit. */
static Rc need_danger(Work *w, const Entity *e, const Record *rec)
{
    DbCursor *c;
    if (!rec_i64(e, rec, "visit_found")) return RC_OK;
    Rc rc = db_query_one(w->ctx, w->db, &q_order_danger, DB_ARGS(db_val_i64(rec->id)), &c);
    TRY(rc);
    if (rc) db_close(&c);
    if (rc) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "order.danger", "现场核查发现的隐患尚未登记，请先登记隐患再反馈",
                "record the danger that the visit found before you answer");
}

static Rc do_answer(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    TRY(need_danger(w, e, rec));
    for (size_t i = 0; i < ARRAY_LEN(answer_params); i++) rec_set(e, rec, answer_params[i].name, params[i]);
    stamp(w, rec, "answered_at", "answered_by");
    return tell_warning(w, rec);
}

static Rc do_accept(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    stamp(w, rec, "accepted_at", "accepted_by");
    stamp(w, rec, "closed_at", NULL);
    return tell_warning(w, rec);
}

static void note_reason(const Work *w, Record *rec)
{
    if (w->why && *w->why) rec_set(OE, rec, "returned_reason", db_val_z(w->why));
}

static Rc do_return(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    note_reason(w, rec);
    rec_set(e, rec, "returns", db_val_i64(rec_i64(e, rec, "returns") + 1));
    return tell_warning(w, rec);
}

static Rc do_decline(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    note_reason(w, rec);
    return tell_warning(w, rec);
}

/* Sent again: the signature counts anew. */
static Rc do_insist(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    static const char *const names[] = {"signed_at", "signed_by", "arrived_at", "arrived_by"};
    (void)params;
    note_reason(w, rec);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) rec_set(e, rec, names[i], db_val_null());
    return tell_warning(w, rec);
}

/* A published warning that is with nobody would be silent. */
static Rc keep_one(Work *w, const Record *rec)
{
    Record *warning;
    TRY(store_get(w, WE, rec_i64(OE, rec, "warning"), &warning));
    if (rec_i64(WE, warning, "units")) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "order.last", "这是预警的最后一张处置单，请先增派其他单位",
                "it is the warning's last order: send one to another unit first");
}

static Rc do_withdraw(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    note_reason(w, rec);
    stamp(w, rec, "closed_at", NULL);
    TRY(tell_warning(w, rec));
    return keep_one(w, rec);
}

/* Its warning ends and with it the order; the warning knows. */
static Rc do_void(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    note_reason(w, rec);
    stamp(w, rec, "closed_at", NULL);
    return RC_OK;
}

/* A graver grade gives less time: its limit counts from the change. */
static Rc do_regrade(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    rec_set(e, rec, "grade", params[0]);
    return order_clock_anew(w, rec);
}

#define PARAMS(list) (list), ARRAY_LEN(list)
static const Transition moves[] = {
    {"sign", "issued", "signed", "order.act", T("签收", "Sign"), FLOW_MAIN | FLOW_TURN, NULL, 0, NULL,
     do_sign},
    {"arrive", "issued signed", "acting", "order.act", T("到场处置", "On site"), FLOW_MAIN | FLOW_TURN,
     PARAMS(note_params), NULL, do_arrive},
    {"visit", "issued signed acting returned", "acting", "order.act", T("现场核查", "Site visit"), FLOW_TURN,
     PARAMS(visit_params), NULL, do_visit},
    {"report", "acting returned", NULL, "order.act", T("续报进展", "Report progress"), FLOW_TURN,
     PARAMS(progress_params), NULL, do_report},
    {"answer", "signed acting returned", "answered", "order.act", T("反馈", "Answer"), FLOW_MAIN | FLOW_TURN,
     PARAMS(answer_params), NULL, do_answer},
    {"decline", "issued signed", "declined", "order.act", T("退单", "Decline"), FLOW_TURN | FLOW_REASON, NULL,
     0, NULL, do_decline},
    {"accept", "answered", "accepted", "warning.review", T("复核通过", "Accept"), FLOW_MAIN, NULL, 0, NULL,
     do_accept},
    {"return", "answered", "returned", "warning.review", T("退回重办", "Return"), FLOW_REASON, NULL, 0, NULL,
     do_return},
    {"insist", "declined", "issued", "warning.publish", T("仍由该单位办理", "Send again"),
     FLOW_REASON | FLOW_MAIN, NULL, 0, NULL, do_insist},
    {"withdraw", "issued declined", "withdrawn", "warning.publish", T("收回", "Withdraw"),
     FLOW_REASON | FLOW_CONFIRM, NULL, 0, NULL, do_withdraw},
    {"void", OPEN, "withdrawn", NULL, T("随预警结束", "Ended with the warning"), FLOW_PROGRAM, NULL, 0, NULL,
     do_void},
    {"regrade", OPEN, NULL, NULL, T("随预警调整等级", "Regraded with the warning"), FLOW_PROGRAM,
     PARAMS(grade_params), NULL, do_regrade},
};

const Flow order_flow = {
    .state = "state",
    .grade = "grade",
    .owner = "body",
    .perm_supervise = "warning.supervise",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};
