/* The life of a warning: judged, graded, published, handled, reviewed, lifted, filed; or cancelled. From the
 * moment it is published until every answer is accepted its state follows from its orders (order_flow.c), and
 * it is nobody's turn: the orders are the units'. Each change that the public must know of leaves a CAP
 * message in the same transaction. */
#include "warning_private.h"
#include "base/clock.h"

static const FlowState states[] = {
    {"draft", T("研判中", "Being judged"), STATE_INITIAL, "issuer", "warning.grade"},
    {"graded", T("待发布", "To be published"), 0, "issuer", "warning.publish"},
    {"published", T("已发布待签收", "Published"), 0, NULL, NULL},
    {"handling", T("处置中", "Being handled"), 0, NULL, NULL},
    {"reviewing", T("待解除", "To be lifted"), 0, "issuer", "warning.review"},
    {"lifted", T("已解除待归档", "Lifted"), 0, "issuer", "warning.file"},
    {"filed", T("已归档", "Filed"), STATE_FINAL, NULL, NULL},
    {"cancelled", T("已撤销", "Cancelled"), STATE_FINAL, NULL, NULL},
};
#define OPEN "draft graded published handling reviewing"
#define SENT "published handling reviewing"

#define TEXT_PARAM(name, zh, en, flags)                                                                      \
    {                                                                                                        \
        name, F_TEXT, F_LONG | (flags), NULL, 0, 1000, T(zh, en), T("", ""), NULL, NULL, NULL                \
    }
#define GRADE_PARAM                                                                                          \
    {                                                                                                        \
        "grade", F_INT, F_REQUIRED, "grade", 1, 4, T("预警等级", "Grade"), T("", ""), NULL, NULL, NULL       \
    }

/* The same names as the fields that they fill. */
static const Field grade_params[] = {
    GRADE_PARAM,
    {"title", F_TEXT, 0, NULL, 2, 120, T("标题", "Title"), T("", ""), NULL, NULL, NULL},
    TEXT_PARAM("what", "情况", "What has happened", 0),
    TEXT_PARAM("cause", "可能原因", "Possible cause", 0),
    TEXT_PARAM("area", "可能影响范围", "Possible area", 0),
    TEXT_PARAM("measures", "应采取的措施", "Measures", 0),
    TEXT_PARAM("advice", "公众提示", "Advice to the public", 0),
    {"radius", F_INT, 0, NULL, 10, 100000, T("影响半径", "Radius"), T("", ""), "m", NULL, NULL},
};
static const Field regrade_params[] = {GRADE_PARAM};
static const Field alarms_params[] = {
    {"alarms", F_JSON, F_REQUIRED, NULL, 0, 8192, T("报警", "Alarms"),
     T("报警编号的数组", "an array of alarm ids"), NULL, NULL, NULL},
};
static const Field unit_params[] = {
    {"body", F_REF, F_REQUIRED, "bodies", 0, 0, T("单位", "Unit"), T("", ""), NULL, NULL, NULL},
    {"role", F_ENUM, F_REQUIRED, "order_role", 0, 0, T("派单角色", "Role"), T("", ""), NULL, NULL, NULL},
};
static const Field cancel_params[] = {
    {"code", F_ENUM, F_REQUIRED, "false_reason", 0, 0, T("误报原因", "Why it is false"), T("", ""), NULL,
     NULL, NULL},
};
static const Field file_params[] = {TEXT_PARAM("conclusion", "处置结论", "Conclusion", F_REQUIRED)};
static const Field remind_params[] = {TEXT_PARAM("message", "要求", "Message", F_REQUIRED)};

static DbVal why(const Work *w)
{
    return w->why && *w->why ? db_val_z(w->why) : db_val_null();
}

/* ---- Before it is published ---- */

static Rc do_grade(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    for (size_t i = 0; i < ARRAY_LEN(grade_params); i++)
        warning_take(e, rec, grade_params[i].name, params[i]);
    rec_set(e, rec, "graded_at", db_val_i64(w->now));
    rec_set(e, rec, "graded_by", warning_who(w));
    return RC_OK;
}

static Rc do_publish(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "published_at", db_val_i64(w->now));
    rec_set(e, rec, "published_by", warning_who(w));
    TRY(dispatch_by_rules(w, rec));
    return cap_message_add(w, rec, CAP_ALERT);
}

/* ---- While it is open ---- */

static Rc do_merge(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    const Json *list;
    int64_t ids[WARNING_ALARMS_MOST];
    size_t n;
    TRY(json_parse(w->ctx, params[0].s, &list));
    TRY(warning_read_alarms(w, list, ids, &n));
    TRY(warning_join(w, rec, ids, n));
    rec_set(e, rec, "alarms", db_val_i64(rec_i64(e, rec, "alarms") + (int64_t)n));
    return RC_OK;
}

static Rc do_dispatch(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    size_t n;
    RouteUnit unit = {
        .body = params[0].i, .role = params[1].s, .how = STR("order"), .why = T("人工增派", "added by hand")};
    (void)e;
    TRY(dispatch_units(w, rec, &unit, 1, &n));
    if (n) return RC_OK;
    return FAIL_FIELD(w->ctx, "body", "duplicate", 0, "已向该单位派单", "the unit has an order already");
}

static Rc guard_regrade(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    if (params[0].i != rec_i64(e, rec, "grade")) return RC_OK;
    return FAIL_FIELD(w->ctx, "grade", "same", 0, "预警已是这一等级", "the warning has this grade already");
}

/* The running clocks of the orders: what is left of a graver grade's limit counts from now. */
static Rc regrade_orders(Work *w, int64_t warning, int64_t grade)
{
    Record **orders;
    size_t n;
    Work program = warning_program(w);
    DbVal params[] = {db_val_i64(grade)};
    TRY(warning_orders(w, warning, &orders, &n));
    for (size_t i = 0; i < n; i++) {
        if (flow_state(OE, orders[i])->flags & STATE_FINAL) continue;
        TRY(flow_do(&program, OE, orders[i], "regrade", params));
    }
    return RC_OK;
}

static Rc do_regrade(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    rec_set(e, rec, "grade", params[0]);
    TRY(regrade_orders(w, rec->id, params[0].i));
    TRY(dispatch_by_rules(w, rec));
    return cap_message_add(w, rec, CAP_UPDATE);
}

/* The words only; the grade stays. */
static Rc do_update(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    for (size_t i = 2; i < ARRAY_LEN(grade_params); i++)
        warning_take(e, rec, grade_params[i].name, params[i - 2]);
    return cap_message_add(w, rec, CAP_UPDATE);
}

static Rc do_remind(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    return orders_urge(w, rec->id, params[0].s);
}

/* ---- Its end ---- */

static Rc guard_lift(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    int64_t open = rec_i64(e, rec, "units") - rec_i64(e, rec, "accepted");
    if (open <= 0) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "warning.open_orders", "还有 %lld 张处置单未通过复核，不能解除",
                "%lld orders are not accepted yet", (long long)open);
}

static Rc do_lift(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "lifted_at", db_val_i64(w->now));
    rec_set(e, rec, "end_reason", why(w));
    TRY(orders_withdraw(w, rec->id, "预警提前解除"));
    return cap_message_add(w, rec, CAP_CANCEL);
}

static Rc do_cancel(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    bool told = rec_val(e, rec, "published_at")->type != DB_NULL;
    rec_set(e, rec, "cancelled_at", db_val_i64(w->now));
    rec_set(e, rec, "false_code", params[0]);
    rec_set(e, rec, "end_reason", why(w));
    TRY(orders_withdraw(w, rec->id, "预警撤销"));
    return told ? cap_message_add(w, rec, CAP_CANCEL) : RC_OK;
}

static Rc do_file(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    rec_set(e, rec, "filed_at", db_val_i64(w->now));
    rec_set(e, rec, "conclusion", params[0]);
    return RC_OK;
}

#define PARAMS(list) (list), ARRAY_LEN(list)
static const Transition moves[] = {
    {"grade", "draft graded", "graded", "warning.judge", T("定级", "Grade"), FLOW_MAIN, PARAMS(grade_params),
     NULL, do_grade},
    {"publish", "graded", "published", "warning.publish", T("发布并派单", "Publish and send orders"),
     FLOW_MAIN | FLOW_CONFIRM, NULL, 0, NULL, do_publish},
    {"return", "graded", "draft", "warning.publish", T("退回研判", "Return to judging"), FLOW_REASON, NULL, 0,
     NULL, NULL},
    {"merge", OPEN, NULL, "warning.judge", T("并入报警", "Add alarms"), 0, PARAMS(alarms_params), NULL,
     do_merge},
    {"dispatch", SENT, NULL, "warning.publish", T("增派单位", "Send to another unit"), 0, PARAMS(unit_params),
     NULL, do_dispatch},
    {"regrade", SENT, NULL, "warning.publish", T("调整等级", "Change the grade"), FLOW_REASON | FLOW_CONFIRM,
     PARAMS(regrade_params), guard_regrade, do_regrade},
    {"update", SENT, NULL, "warning.publish", T("续报", "Update"), 0, grade_params + 2,
     ARRAY_LEN(grade_params) - 2, NULL, do_update},
    {"remind", "published handling", NULL, "warning.supervise",
     T("催办未反馈单位", "Remind all who have not answered"), 0, PARAMS(remind_params), NULL, do_remind},
    {"begin", "published", "handling", NULL, T("开始处置", "Handling begins"), FLOW_PROGRAM, NULL, 0, NULL,
     NULL},
    {"all-answered", "published handling", "reviewing", NULL, T("全部反馈", "All have answered"),
     FLOW_PROGRAM, NULL, 0, NULL, NULL},
    {"reopen", "reviewing", "handling", NULL, T("重新处置", "Handled again"), FLOW_PROGRAM, NULL, 0, NULL,
     NULL},
    {"lift", "reviewing", "lifted", "warning.review", T("解除预警", "Lift"), FLOW_MAIN | FLOW_CONFIRM, NULL,
     0, guard_lift, do_lift},
    {"lift-early", SENT, "lifted", "warning.review", T("提前解除", "Lift early"), FLOW_REASON | FLOW_CONFIRM,
     NULL, 0, NULL, do_lift},
    {"file", "lifted", "filed", "warning.review", T("归档", "File"), FLOW_MAIN, PARAMS(file_params), NULL,
     do_file},
    {"cancel", OPEN, "cancelled", "warning.publish", T("误报撤销", "Cancel as false"),
     FLOW_REASON | FLOW_CONFIRM, PARAMS(cancel_params), NULL, do_cancel},
};

const Flow warning_flow = {
    .state = "state",
    .grade = "grade",
    .owner = "owner",
    .perm_supervise = "warning.supervise",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};
