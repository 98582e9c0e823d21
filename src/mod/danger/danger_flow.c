/* The life of a danger: reported, ordered to the enterprise, rectified, reviewed, closed; or rejected, or
 * joined to another that is the same. Who rectified does not review. A major danger is accepted under its
 * supervision: here nothing closes it but being taken off (supervision_flow.c). */
#include "danger_private.h"
#include "mod_danger_queries_sql.h"
#include "base/clock.h"
#include "kernel/limit.h"

static const FlowState states[] = {
    {"reported", T("待核实", "To be verified"), STATE_INITIAL, "handler", "danger.verify"},
    {"ordered", T("整改中", "To be rectified"), 0, "enterprise", "danger.rectify"},
    {"returned", T("退回整改", "Returned"), 0, "enterprise", "danger.rework"},
    {"rectified", T("待复查", "To be reviewed"), 0, "handler", "danger.review"},
    {"closed", T("已销号", "Closed"), STATE_FINAL, NULL, NULL},
    {"rejected", T("不予立案", "Rejected"), STATE_FINAL, NULL, NULL},
    {"merged", T("已并案", "Joined to another"), STATE_FINAL, NULL, NULL},
};
#define OPEN "reported ordered returned rectified"
#define WORK "ordered returned"

#define TEXT_PARAM(name, zh, en, flags)                                                                      \
    {                                                                                                        \
        name, F_TEXT, F_LONG | (flags), NULL, (flags)&F_REQUIRED ? 2 : 0, 2000, T(zh, en), T("", ""), NULL,  \
            NULL, NULL                                                                                       \
    }
#define MONEY_PARAM(name, zh, en, flags)                                                                     \
    {                                                                                                        \
        name, F_REAL, flags, NULL, 0, 1e9, T(zh, en), T("", ""), "万元", NULL, NULL                          \
    }
static const Field order_params[] = {
    TEXT_PARAM("requirements", "整改要求", "What is to be done", 0),
    {"enterprise", F_REF, 0, "bodies", 0, 0, T("责任单位", "Enterprise"),
     T("尚未填写责任单位时必填", "needed when none is filled in yet"), NULL, NULL, NULL},
    {"deadline", F_TIME, 0, NULL, 0, 0, T("整改期限", "To be done by"),
     T("不填时按时限规定；可在规定的最短与最长期限之间选定",
       "the time limit's own when left out; between the shortest and the longest that are set"),
     NULL, NULL, NULL},
};
static const Field reject_params[] = {
    {"code", F_ENUM, F_REQUIRED, "danger_rejection", 0, 0, T("原因", "Why"), T("", ""), NULL, NULL, NULL},
};
static const Field body_params[] = {
    {"body", F_REF, F_REQUIRED, "bodies", 0, 0, T("接收单位", "To"), T("", ""), NULL, NULL, NULL},
};
static const Field upgrade_params[] = {
    {"criterion", F_REF, 0, "danger-criteria", 0, 0, T("判定条款", "Clause"), T("", ""), NULL, NULL, NULL},
    TEXT_PARAM("major_reason", "判定理由", "Why it is major", 0),
};
static const Field plan_params[] = {
    TEXT_PARAM("plan_duty", "整改责任", "Duty", F_REQUIRED),
    TEXT_PARAM("plan_measures", "整改措施", "Measures", F_REQUIRED),
    MONEY_PARAM("plan_funds", "整改资金", "Money", F_REQUIRED),
    {"plan_until", F_TIME, F_REQUIRED, NULL, 0, 0, T("整改时限", "Until"), T("", ""), NULL, NULL, NULL},
    TEXT_PARAM("plan_emergency", "应急预案", "Precautions", F_REQUIRED),
};
static const Field progress_params[] = {TEXT_PARAM("progress", "整改进展", "Progress", F_REQUIRED)};
static const Field leader_params[] = {
    {"leader", F_TEXT, F_REQUIRED, NULL, 2, 50, T("包保领导", "Leader in charge"), T("", ""), NULL, NULL,
     NULL},
    {"leader_post", F_TEXT, 0, NULL, 0, 100, T("领导职务", "Leader's post"), T("", ""), NULL, NULL, NULL},
};
static const Field rectify_params[] = {
    TEXT_PARAM("result", "整改结果", "What was done", F_REQUIRED),
    MONEY_PARAM("cost", "整改投入", "Spent", 0),
};
static const Field review_params[] = {TEXT_PARAM("review", "复查意见", "Review", F_REQUIRED)};
static const Field join_params[] = {TEXT_PARAM("words", "补充情况", "What you saw", 0)};
static const Field merge_params[] = {
    {"into", F_REF, F_REQUIRED, "dangers", 0, 0, T("并入隐患", "Joined to"), T("", ""), NULL, NULL, NULL},
};

static void take(const Entity *e, Record *rec, const Field *params, size_t n, const DbVal *v)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].type != DB_NULL) rec_set(e, rec, params[i].name, v[i]);
}

static void note_why(const Work *w, Record *rec, const char *field)
{
    if (w->why && *w->why) rec_set(DE, rec, field, db_val_z(w->why));
}

static bool is_major(const Record *rec)
{
    return rec_i64(DE, rec, "grade") == DANGER_MAJOR;
}

/* ---- Verified ---- */

static Rc guard_order(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    if (rec_i64(e, rec, "enterprise") || params[1].type != DB_NULL) return RC_OK;
    return FAIL_FIELD(w->ctx, "enterprise", "required", 0, "下达整改须有责任单位",
                      "who has to rectify it must be filled in");
}

/* The bounds are time limits without a ladder, so that a city sets them as it sets the others. */
static Rc check_deadline(Work *w, const Entity *e, const Record *rec, int64_t at)
{
    int64_t least = w->now, most = INT64_MAX;
    Rc rc = limit_due(w, e, rec, "danger.rectify.least", w->now - MS_DAY, &least);
    if (rc >= 0) rc = limit_due(w, e, rec, "danger.rectify.most", w->now, &most);
    TRY(rc);
    if (at > w->now && at >= least && at <= most) return RC_OK;
    const char *from = str_z(w->ctx->arena, paper_time(w->ctx->arena, least, true, w->ctx->lang)),
               *to = str_z(w->ctx->arena, paper_time(w->ctx->arena, most, true, w->ctx->lang));
    if (most == INT64_MAX)
        return FAIL_FIELD(w->ctx, "deadline", "range", 0, "整改期限不能早于%s", "not before %s", from);
    return FAIL_FIELD(w->ctx, "deadline", "range", 0, "整改期限须在%s至%s之间", "must lie between %s and %s",
                      from, to);
}

/* A major danger gets the draft of its supervision with the order, so that it is on somebody's desk. */
static Rc do_order(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    if (params[2].type != DB_NULL) TRY(check_deadline(w, e, rec, params[2].i));
    take(e, rec, order_params, ARRAY_LEN(order_params), params);
    rec_set(e, rec, "ordered_at", db_val_i64(w->now));
    rec_set(e, rec, "ordered_by", danger_who(w));
    return is_major(rec) ? supervision_draft(w, rec) : RC_OK;
}

static Rc do_open(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "ordered_at", db_val_i64(w->now));
    return is_major(rec) ? supervision_draft(w, rec) : RC_OK;
}

static Rc do_reject(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    const char *label = dict_label(w->kernel, "danger_rejection", params[0].s, LANG_ZH);
    rec_set(e, rec, "end_reason",
            db_val_text(
                str_printf(w->ctx->arena, "%s：%s", label ? label : "", w->why && *w->why ? w->why : "")));
    rec_set(e, rec, "closed_at", db_val_i64(w->now));
    return danger_tell_finders(w, rec, "您发现的隐患经核实不予立案");
}

static Rc hand_to(Work *w, Record *rec, int64_t body)
{
    if (body == rec_i64(DE, rec, "handler"))
        return FAIL(w->ctx, RC_STATE, "danger.same_handler", "该单位已是督促单位", "it is in charge already");
    rec_set(DE, rec, "handler", db_val_i64(body));
    return RC_OK;
}

static Rc do_transfer(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    return hand_to(w, rec, params[0].i);
}

/* 本级无力解决: the body above takes it over; the one below still sees it. */
static Rc do_raise(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    int64_t now = rec_i64(e, rec, "handler"), above;
    (void)params;
    TRY(danger_body_above(w, now, &above));
    if (!above)
        return FAIL(w->ctx, RC_STATE, "danger.top", "督促单位没有上级单位，不能上报",
                    "there is no body above the one in charge");
    TRY(matter_party(w, rec->id, now, "below"));
    rec_set(e, rec, "beyond", db_val_bool(true));
    note_why(w, rec, "beyond_reason");
    return hand_to(w, rec, above);
}

/* ---- Its grade ---- */

/* The clock of the state starts again with the grade's limit. */
static Rc clock_anew(Work *w, const Record *rec)
{
    const FlowState *s = flow_state(DE, rec);
    if (!s->limit) return RC_OK;
    TRY(clock_stop(w, DE, rec, s->limit));
    return clock_start(w, DE, rec, s->limit, w->now);
}

static Rc do_upgrade(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    take(e, rec, upgrade_params, ARRAY_LEN(upgrade_params), params);
    rec_set(e, rec, "grade", db_val_i64(DANGER_MAJOR));
    rec_set(e, rec, "deadline", db_val_null());
    if (!str_is(rec_text(e, rec, "state"), "reported")) TRY(supervision_draft(w, rec));
    return clock_anew(w, rec);
}

static Rc do_downgrade(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    TRY(supervision_withdraw(w, rec->id));
    rec_set(e, rec, "grade", db_val_i64(DANGER_GENERAL));
    note_why(w, rec, "major_reason");
    rec_set(e, rec, "criterion", db_val_null());
    return clock_anew(w, rec);
}

static Rc guard_major(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    if (is_major(rec)) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "danger.general", "不是重大隐患", "it is not major");
}

static Rc guard_general(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    if (!is_major(rec)) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "danger.major", "已判定为重大隐患", "it is major already");
}

/* 包保领导: who of the leaders answers for this one. */
static Rc do_leader(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    take(e, rec, leader_params, ARRAY_LEN(leader_params), params);
    return RC_OK;
}

/* ---- Rectified ---- */

static Rc do_plan(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    take(e, rec, plan_params, ARRAY_LEN(plan_params), params);
    rec_set(e, rec, "planned_at", db_val_i64(w->now));
    return RC_OK;
}

static Rc do_progress(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    take(e, rec, progress_params, ARRAY_LEN(progress_params), params);
    return RC_OK;
}

/* 五落实 first. */
static Rc guard_rectify(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    if (!is_major(rec) || rec_time(e, rec, "planned_at") != TIME_NONE) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "danger.no_plan",
                "重大隐患须先提交整改方案，落实责任、措施、资金、时限和预案",
                "a major danger needs its plan first: duty, measures, money, time limit, precautions");
}

/* Late is what was late once: a second time in time does not mend it. */
static Rc do_rectify(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Clock c;
    bool again = str_is(rec_text(e, rec, "rectifier"), "") ? false : rec_i64(e, rec, "returns") > 0;
    const char *limit = again ? "danger.rework" : "danger.rectify";
    Rc rc = clock_find(w, e, rec->id, limit, &c);
    TRY(rc);
    bool late_before = rec_val(e, rec, "on_time")->type != DB_NULL && !rec_i64(e, rec, "on_time");
    if (rc) {
        rec_set(e, rec, "due_at", db_val_i64(c.due_at));
        rec_set(e, rec, "on_time", db_val_bool(!late_before && w->now <= c.due_at));
    }
    take(e, rec, rectify_params, ARRAY_LEN(rectify_params), params);
    rec_set(e, rec, "rectified_at", db_val_i64(w->now));
    rec_set(e, rec, "rectified_by", danger_who(w));
    rec_set(e, rec, "rectifier", danger_account(w));
    return RC_OK;
}

/* ---- Reviewed ---- */

static Rc guard_review(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    if (is_major(rec))
        return FAIL(w->ctx, RC_STATE, "danger.supervised", "重大隐患须经挂牌督办验收合格、摘牌后销号",
                    "a major danger is closed when it is taken off its supervision");
    if (w->who && str_is(rec_text(e, rec, "rectifier"), w->who->name))
        return FAIL(w->ctx, RC_FORBIDDEN, "danger.same_person", "复查人不能是整改人本人",
                    "who rectified it cannot review it");
    return RC_OK;
}

static Rc guard_self_review(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    if (!str_is(rec_text(e, rec, "source"), "self"))
        return FAIL(w->ctx, RC_STATE, "danger.not_self", "只有企业自查的隐患可由企业复核",
                    "only what the enterprise found itself may be reviewed by it");
    return guard_review(w, e, rec, params);
}

static void close_now(Work *w, Record *rec)
{
    rec_set(DE, rec, "closed_at", db_val_i64(w->now));
}

/* The photo of the review is not the rectifier's. */
static Rc need_other_photo(Work *w, const Record *rec)
{
    DbCursor *c;
    if (!w->who) return RC_OK;
    Rc rc = db_query_one(w->ctx, w->db, &q_danger_files_of_others,
                         DB_ARGS(db_val_i64(rec->id), db_val_i64(rec_time(DE, rec, "rectified_at")),
                                 *rec_val(DE, rec, "rectified_by")),
                         &c);
    TRY(rc);
    int64_t n = db_i64(c, 0);
    db_close(&c);
    if (n) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "danger.own_photo", "复查照片须由整改人以外的人拍摄上传",
                "the photo of the review must be by another person than who rectified");
}

static Rc do_accept(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    TRY(need_other_photo(w, rec));
    take(e, rec, review_params, ARRAY_LEN(review_params), params);
    rec_set(e, rec, "reviewed_at", db_val_i64(w->now));
    rec_set(e, rec, "reviewed_by", danger_who(w));
    close_now(w, rec);
    return danger_tell_finders(w, rec, "您发现的隐患已整改销号");
}

static Rc do_return(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    note_why(w, rec, "returned_reason");
    rec_set(e, rec, "returns", db_val_i64(rec_i64(e, rec, "returns") + 1));
    rec_set(e, rec, "reviewed_at", db_val_i64(w->now));
    rec_set(e, rec, "reviewed_by", danger_who(w));
    return RC_OK;
}

static Rc do_close_removed(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    note_why(w, rec, "end_reason");
    close_now(w, rec);
    return danger_tell_finders(w, rec, "您发现的重大隐患已摘牌销号");
}

/* ---- Found twice ---- */

static Rc do_join(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    TRY(danger_found_by(w, rec->id, STR("report"), params[0].s));
    rec_set(e, rec, "finders", db_val_i64(rec_i64(e, rec, "finders") + 1));
    return RC_OK;
}

static Rc do_merge(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *into;
    TRY(store_get(w, e, params[0].i, &into));
    if (into->id == rec->id || (flow_state(e, into)->flags & STATE_FINAL))
        return FAIL_FIELD(w->ctx, "into", "state", 0, "只能并入另一条尚未办结的隐患",
                          "it can be joined to another open danger only");
    if (is_major(rec) && !is_major(into))
        return FAIL_FIELD(w->ctx, "into", "state", 0, "重大隐患不能并入一般隐患",
                          "a major danger cannot be joined to a general one");
    TRY(supervision_withdraw(w, rec->id));
    TRY(matter_link(w, e, rec->id, e, into->id));
    TRY(danger_finders_move(w, rec, into));
    rec_set(e, rec, "merged_into", db_val_i64(into->id));
    close_now(w, rec);
    return RC_OK;
}

#define PARAMS(list) (list), ARRAY_LEN(list)
static const Transition moves[] = {
    {"order", "reported", "ordered", "danger.order", T("下达整改", "Order rectification"),
     FLOW_MAIN | FLOW_TURN, PARAMS(order_params), guard_order, do_order},
    {"reject", "reported", "rejected", "danger.order", T("不予立案", "Reject"),
     FLOW_REASON | FLOW_TURN | FLOW_CONFIRM, PARAMS(reject_params), NULL, do_reject},
    {"transfer", "reported rectified", NULL, "danger.order", T("移交", "Hand over"), FLOW_REASON | FLOW_TURN,
     PARAMS(body_params), NULL, do_transfer},
    {"raise", OPEN, NULL, "danger.order", T("本级无力解决，上报", "Beyond our level: send upward"),
     FLOW_REASON | FLOW_CONFIRM, NULL, 0, NULL, do_raise},
    {"upgrade", OPEN, NULL, "danger.judge", T("判定为重大隐患", "Judge it major"), FLOW_CONFIRM,
     PARAMS(upgrade_params), guard_general, do_upgrade},
    {"downgrade", OPEN, NULL, "danger.judge", T("改判为一般隐患", "Judge it general"),
     FLOW_REASON | FLOW_CONFIRM, NULL, 0, guard_major, do_downgrade},
    {"assign-leader", OPEN, NULL, "danger.judge", T("明确包保领导", "Name the leader in charge"), 0,
     PARAMS(leader_params), guard_major, do_leader},
    {"plan", WORK, NULL, "danger.rectify", T("提交整改方案（五落实）", "Hand in the plan"), FLOW_TURN,
     PARAMS(plan_params), NULL, do_plan},
    {"report-progress", WORK, NULL, "danger.rectify", T("续报进展", "Report progress"), FLOW_TURN,
     PARAMS(progress_params), NULL, do_progress},
    {"rectify", WORK, "rectified", "danger.rectify", T("整改完成", "Rectified"),
     FLOW_MAIN | FLOW_TURN | FLOW_EVIDENCE, PARAMS(rectify_params), guard_rectify, do_rectify},
    {"accept", "rectified", "closed", "danger.review", T("复查通过，销号", "Accept and close"),
     FLOW_MAIN | FLOW_TURN | FLOW_EVIDENCE, PARAMS(review_params), guard_review, do_accept},
    {"self-accept", "rectified", "closed", "danger.self_review", T("企业复核销号", "Accept own finding"),
     FLOW_EVIDENCE, PARAMS(review_params), guard_self_review, do_accept},
    {"return", "rectified", "returned", "danger.review", T("退回整改", "Return"), FLOW_TURN | FLOW_REASON,
     NULL, 0, NULL, do_return},
    {"join", OPEN, NULL, "danger.report", T("我也发现", "I found it, too"), 0, PARAMS(join_params), NULL,
     do_join},
    {"merge", "reported ordered", "merged", "danger.order", T("并案", "Join to another"), FLOW_CONFIRM,
     PARAMS(merge_params), NULL, do_merge},
    {"open", "reported", "ordered", NULL, T("自查立案", "Open for rectification"), FLOW_PROGRAM, NULL, 0,
     NULL, do_open},
    {"send-back", "rectified", "returned", NULL, T("验收不合格退回", "Sent back by the acceptance"),
     FLOW_PROGRAM, NULL, 0, NULL, do_return},
    {"close-removed", "rectified", "closed", NULL, T("摘牌销号", "Closed by taking off"), FLOW_PROGRAM, NULL,
     0, NULL, do_close_removed},
};

const Flow danger_flow = {
    .state = "state",
    .grade = "grade",
    .owner = "enterprise",
    .perm_supervise = "danger.supervise",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
    .due_state = "ordered",
    .due = "deadline",
};
