/* The life of a supervision: drafted with the order, hung with a notice and a leader, rectified, applied for,
 * accepted within ten days of the application, taken off, and looked at again later. Taking off is what
 * closes the danger; a refused acceptance sends danger and supervision back together. */
#include "danger_private.h"
#include "base/clock.h"

static const FlowState states[] = {
    {"draft", T("拟挂牌", "To be hung"), STATE_INITIAL, "issuer", "supervision.hang"},
    {"hung", T("督办整改中", "Under supervision"), 0, "enterprise", "supervision.finish"},
    {"applied", T("待验收", "To be accepted"), 0, "issuer", "supervision.accept"},
    {"accepted", T("待摘牌", "To be taken off"), 0, "issuer", "supervision.remove"},
    {"removed", T("已摘牌待评估", "Taken off"), 0, "issuer", "supervision.evaluate"},
    {"evaluated", T("已评估", "Evaluated"), STATE_FINAL, NULL, NULL},
    {"withdrawn", T("已撤销", "Withdrawn"), STATE_FINAL, NULL, NULL},
};

#define TEXT_PARAM(name, zh, en, flags, most)                                                                \
    {                                                                                                        \
        name, F_TEXT, flags, NULL, (flags)&F_REQUIRED ? 2 : 0, most, T(zh, en), T("", ""), NULL, NULL, NULL  \
    }
#define LONG_PARAM(name, zh, en, flags) TEXT_PARAM(name, zh, en, F_LONG | (flags), 2000)

static const Field hang_params[] = {
    TEXT_PARAM("leader", "督办领导", "Leader", F_REQUIRED, 50),
    TEXT_PARAM("leader_post", "领导职务", "Leader's post", 0, 100),
    LONG_PARAM("requirements", "督办要求", "Requirements", F_REQUIRED),
};
static const Field public_params[] = {LONG_PARAM("public_words", "公示内容", "Public notice", F_REQUIRED)};
static const Field dept_params[] = {
    {"dept_report_at", F_TIME, F_REQUIRED, NULL, 0, 0, T("报告时间", "Reported at"), T("", ""), NULL, NULL,
     NULL},
    LONG_PARAM("dept_report", "报告内容", "Report", F_REQUIRED),
};
static const Field workers_params[] = {
    {"workers_report_at", F_TIME, F_REQUIRED, NULL, 0, 0, T("报告时间", "Reported at"), T("", ""), NULL, NULL,
     NULL},
    LONG_PARAM("workers_report", "报告内容", "Report", F_REQUIRED),
};
static const Field apply_params[] = {LONG_PARAM("application", "验收申请", "Application", F_REQUIRED)};
static const Field accept_params[] = {LONG_PARAM("acceptance", "验收意见", "Acceptance", F_REQUIRED)};
static const Field evaluate_params[] = {
    {"effect", F_ENUM, F_REQUIRED, "danger_effect", 0, 0, T("整改效果", "Effect"), T("", ""), NULL, NULL,
     NULL},
    LONG_PARAM("evaluation", "效果评估", "Evaluation", F_REQUIRED),
};

static void take(Record *rec, const Field *params, size_t n, const DbVal *v)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].type != DB_NULL) rec_set(SE, rec, params[i].name, v[i]);
}

static void stamp(const Work *w, Record *rec, const char *at, const char *by)
{
    rec_set(SE, rec, at, db_val_i64(w->now));
    if (by) rec_set(SE, rec, by, danger_who(w));
}

static Rc danger_of(Work *w, const Record *rec, Record **out)
{
    return store_get(w, DE, rec_i64(SE, rec, "danger"), out);
}

/* Every major danger has a leader in charge (包保领导): until another is named it is the supervision's. */
static Rc lead_too(Work *w, const Record *rec)
{
    Record *danger;
    TRY(danger_of(w, rec, &danger));
    if (rec_text(DE, danger, "leader").n) return RC_OK;
    Record *old = rec_copy(w->ctx, DE, danger);
    Work program = danger_program(w);
    rec_set(DE, danger, "leader", *rec_val(SE, rec, "leader"));
    rec_set(DE, danger, "leader_post", *rec_val(SE, rec, "leader_post"));
    return store_update(&program, DE, old, danger, "change");
}

static Rc do_hang(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    take(rec, hang_params, ARRAY_LEN(hang_params), params);
    stamp(w, rec, "hung_at", "hung_by");
    return lead_too(w, rec);
}

static Rc do_public(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    take(rec, public_params, ARRAY_LEN(public_params), params);
    rec_set(e, rec, "public", db_val_bool(true));
    stamp(w, rec, "public_at", NULL);
    return RC_OK;
}

/* Nobody has reported in the future. */
static Rc guard_report(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)e, (void)rec;
    if (params[0].i <= w->now) return RC_OK;
    return FAIL_FIELD(w->ctx, "reported_at", "range", 0, "报告时间不能晚于现在",
                      "the report cannot lie in the future");
}

static Rc do_dept_report(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w, (void)e;
    take(rec, dept_params, ARRAY_LEN(dept_params), params);
    return RC_OK;
}

static Rc do_workers_report(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w, (void)e;
    take(rec, workers_params, ARRAY_LEN(workers_params), params);
    return RC_OK;
}

/* 双报告 first, and the danger rectified. */
static Rc guard_apply(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    Record *danger;
    (void)params;
    if (rec_time(e, rec, "dept_report_at") == TIME_NONE || rec_time(e, rec, "workers_report_at") == TIME_NONE)
        return FAIL(w->ctx, RC_STATE, "supervision.reports",
                    "须先向负有监管职责的部门报告，并向职工大会或职工代表大会报告",
                    "report to the department and to the workers' meeting first");
    TRY(danger_of(w, rec, &danger));
    if (str_is(rec_text(DE, danger, "state"), "rectified")) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "supervision.not_rectified", "隐患 %.*s 尚未整改完成",
                "danger %.*s is not rectified yet", STR_ARG(rec_text(DE, danger, "code")));
}

static Rc do_apply(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    take(rec, apply_params, ARRAY_LEN(apply_params), params);
    stamp(w, rec, "applied_at", "applied_by");
    return RC_OK;
}

static Rc do_accept(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    take(rec, accept_params, ARRAY_LEN(accept_params), params);
    stamp(w, rec, "accepted_at", "accepted_by");
    return RC_OK;
}

static Rc with_danger(Work *w, const Record *rec, const char *action)
{
    Record *danger;
    Work program = danger_program(w);
    if (w->why && *w->why) program.why = w->why;
    TRY(danger_of(w, rec, &danger));
    return flow_do(&program, DE, danger, action, NULL);
}

static Rc do_refuse(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (w->why && *w->why) rec_set(e, rec, "refused_reason", db_val_z(w->why));
    rec_set(e, rec, "refusals", db_val_i64(rec_i64(e, rec, "refusals") + 1));
    return with_danger(w, rec, "send-back");
}

static Rc do_remove(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    stamp(w, rec, "removed_at", "removed_by");
    return with_danger(w, rec, "close-removed");
}

static Rc do_evaluate(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    take(rec, evaluate_params, ARRAY_LEN(evaluate_params), params);
    stamp(w, rec, "evaluated_at", "evaluated_by");
    return RC_OK;
}

/* 提级: one level up, to the body above; who had it still sees it. */
static Rc do_raise(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    static const char *const up[][2] = {{"town", "county"}, {"county", "city"}, {"city", "province"}};
    int64_t issuer = rec_i64(e, rec, "issuer"), above;
    const char *level = NULL;
    (void)params;
    for (size_t i = 0; i < ARRAY_LEN(up); i++)
        if (str_is(rec_text(e, rec, "level"), up[i][0])) level = up[i][1];
    if (!level)
        return FAIL(w->ctx, RC_STATE, "supervision.top", "已是省级督办", "it is the province's already");
    TRY(danger_body_above(w, issuer, &above));
    if (!above)
        return FAIL(w->ctx, RC_STATE, "supervision.no_above", "督办单位没有上级单位",
                    "there is no body above the issuer");
    TRY(matter_party(w, rec->id, issuer, "below"));
    rec_set(e, rec, "issuer", db_val_i64(above));
    rec_set(e, rec, "level", db_val_z(level));
    return RC_OK;
}

static Rc do_withdraw(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (w->why && *w->why) rec_set(e, rec, "end_reason", db_val_z(w->why));
    return RC_OK;
}

#define PARAMS(list) (list), ARRAY_LEN(list)
static const Transition moves[] = {
    {"hang", "draft", "hung", "supervision.hang", T("挂牌督办", "Hang"), FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM,
     PARAMS(hang_params), NULL, do_hang},
    {"raise", "draft hung applied", NULL, "supervision.hang", T("提级督办", "Raise the level"),
     FLOW_REASON | FLOW_CONFIRM, NULL, 0, NULL, do_raise},
    {"make-public", "hung applied", NULL, "supervision.hang", T("向社会公示", "Make public"), FLOW_CONFIRM,
     PARAMS(public_params), NULL, do_public},
    {"report-dept", "hung", NULL, "danger.rectify", T("向部门报告", "Report to the department"), FLOW_TURN,
     PARAMS(dept_params), guard_report, do_dept_report},
    {"report-workers", "hung", NULL, "danger.rectify", T("向职工大会报告", "Report to the workers' meeting"),
     FLOW_TURN, PARAMS(workers_params), guard_report, do_workers_report},
    {"apply", "hung", "applied", "danger.rectify", T("申请验收", "Apply for acceptance"),
     FLOW_MAIN | FLOW_TURN, PARAMS(apply_params), guard_apply, do_apply},
    {"accept", "applied", "accepted", "supervision.accept", T("验收合格", "Accept"),
     FLOW_MAIN | FLOW_TURN | FLOW_EVIDENCE, PARAMS(accept_params), NULL, do_accept},
    {"refuse", "applied", "hung", "supervision.accept", T("验收不合格", "Refuse"), FLOW_TURN | FLOW_REASON,
     NULL, 0, NULL, do_refuse},
    {"remove", "accepted", "removed", "supervision.hang", T("摘牌销号", "Take off and close"),
     FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM, NULL, 0, NULL, do_remove},
    {"evaluate", "removed", "evaluated", "supervision.hang", T("效果评估", "Evaluate"), FLOW_MAIN | FLOW_TURN,
     PARAMS(evaluate_params), NULL, do_evaluate},
    {"withdraw", "draft", "withdrawn", NULL, T("撤销", "Withdraw"), FLOW_PROGRAM, NULL, 0, NULL, do_withdraw},
};

const Flow supervision_flow = {
    .state = "state",
    .owner = "enterprise",
    .perm_supervise = "danger.supervise",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};
