/* Handover (交接班): who goes off duty lists what is open, names a successor and hands over; the successor
 * signs, or refuses with a reason and it goes back. What was open at the hand-over is frozen in the record
 * (snapshot.c): it is what was signed for, whatever happens later. The clock of the signature runs from the
 * end of the shift, or from the hand-over when that comes later. */
#include "handover.h"
#include "base/clock.h"
#include "mod/people.h"
#include "mod_shift_queries_sql.h"

static const char limit_sign[] = "handover.sign";

static const Field fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_UNIQUE | F_READONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .max = 40,
     .label = T("编号", "Number"),
     .group = "basic"},
    {.name = "title",
     .type = F_TEXT,
     .flags = F_READONLY | F_LIST,
     .max = 120,
     .label = T("标题", "Title"),
     .group = "basic"},
    {.name = "body",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER | F_LIST | F_INDEX | F_CREATE_ONLY,
     .ref = "bodies",
     .label = T("值班单位", "Body"),
     .group = "basic"},
    {.name = "successor",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "persons",
     .label = T("接班人", "Successor"),
     .help = T("须有账户，由其签字", "needs an account, and signs"),
     .group = "basic"},
    {.name = "successor_account",
     .type = F_REF,
     .flags = F_READONLY | F_FILTER,
     .ref = "users",
     .label = T("接班人账户", "Successor's account"),
     .group = "basic"},
    {.name = "giver",
     .type = F_REF,
     .flags = F_READONLY | F_FILTER,
     .ref = "users",
     .label = T("交班人账户", "Account of who hands over"),
     .group = "basic"},
    {.name = "giver_name",
     .type = F_TEXT,
     .flags = F_READONLY | F_LIST,
     .max = 100,
     .label = T("交班人", "Handed over by"),
     .group = "basic"},
    {.name = "shift_from",
     .type = F_TIME,
     .flags = F_SORT,
     .label = T("班次开始", "Shift from"),
     .help = T("不填按值班表", "empty: by the roster"),
     .group = "timing"},
    {.name = "shift_to",
     .type = F_TIME,
     .flags = F_FILTER | F_SORT | F_LIST,
     .label = T("班次结束", "Shift until"),
     .help = T("不填按值班表", "empty: by the roster"),
     .group = "timing"},
    {.name = "summary",
     .type = F_TEXT,
     .flags = F_LONG | F_SEARCH,
     .max = 2000,
     .label = T("交班说明", "Words to the successor"),
     .group = "basic"},
    {.name = "state",
     .type = F_ENUM,
     .flags = F_READONLY | F_FILTER | F_SORT | F_LIST,
     .ref = "handover_state",
     .label = T("状态", "State"),
     .group = "basic"},
    {.name = "snapshot",
     .type = F_JSON,
     .flags = F_READONLY,
     .label = T("交班时未了事项", "What was open at the hand-over"),
     .group = "other"},
    {.name = "handed_at",
     .type = F_TIME,
     .flags = F_READONLY | F_SORT,
     .label = T("交班时间", "Handed over"),
     .group = "timing"},
    {.name = "signed_at",
     .type = F_TIME,
     .flags = F_READONLY | F_SORT | F_LIST,
     .label = T("签字时间", "Signed"),
     .group = "timing"},
    {.name = "refusal",
     .type = F_TEXT,
     .flags = F_READONLY | F_LONG,
     .max = 1000,
     .label = T("拒签理由", "Why it was refused"),
     .group = "basic"},
    {.name = "district",
     .type = F_REF,
     .flags = F_READONLY | F_FILTER,
     .ref = "districts",
     .label = T("所属区划", "District"),
     .group = "place"},
};

/* ---- Making one ---- */

/* The giver's shift that runs or ended last. */
static Rc fill_times(Work *w, const Entity *e, Record *rec)
{
    DbCursor *c;
    if (rec_time(e, rec, "shift_to") != TIME_NONE || !w->who) return 0;
    Rc rc =
        db_query_one(w->ctx, w->db, &q_shift_latest,
                     DB_ARGS(db_val_i64(w->who->user_id), *rec_val(e, rec, "body"), db_val_i64(w->now)), &c);
    if (rc <= 0) return rc;
    if (rec_time(e, rec, "shift_from") == TIME_NONE)
        rec_set(e, rec, "shift_from", db_val_i64(db_i64(c, Q_SHIFT_LATEST_STARTS_AT)));
    rec_set(e, rec, "shift_to", db_val_i64(db_i64(c, Q_SHIFT_LATEST_ENDS_AT)));
    db_close(&c);
    return 0;
}

static Rc fill_new(Work *w, const Entity *e, Record *rec)
{
    char day[TIME_TEXT_MAX];
    Civil c = civil_of(w->now);
    time_print_civil(w->now, day);
    rec_set(e, rec, "code",
            db_val_text(str_printf(w->ctx->arena, "JJB-%04d%02d%02d-%02d%02d%02d%03d", c.year, c.month, c.day,
                                   c.hour, c.minute, c.second, c.ms)));
    rec_set(e, rec, "title", db_val_text(str_printf(w->ctx->arena, "交接班 %.16s", day)));
    if (w->who) {
        const char *name = w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name;
        if (!w->who->is_token) rec_set(e, rec, "giver", db_val_id(w->who->user_id));
        rec_set(e, rec, "giver_name", db_val_z(name));
    }
    return fill_times(w, e, rec);
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (!old) TRY(fill_new(w, e, rec));
    TRY(duty_fill_district(w, e, rec));
    TRY(duty_fill_account(w, e, rec, "successor", "successor_account"));
    int64_t giver = rec_i64(e, rec, "giver"), successor = rec_i64(e, rec, "successor_account");
    if (rec_i64(e, rec, "successor") && !successor)
        FAIL_FIELD(w->ctx, "successor", "account", 0, "接班人没有账户，无法签字",
                   "the successor has no account to sign with");
    else if (successor && successor == giver)
        FAIL_FIELD(w->ctx, "successor", "self", 0, "不能交给自己", "nobody hands over to himself");
    int64_t from = rec_time(e, rec, "shift_from"), to = rec_time(e, rec, "shift_to");
    if (from != TIME_NONE && to != TIME_NONE && to <= from)
        FAIL_FIELD(w->ctx, "shift_to", "range", 0, "结束应晚于开始", "the end must lie after the beginning");
    bool drafted = !old || str_is(rec_text(e, old, "state"), "drafted");
    bool same = old && rec_i64(e, old, "successor") == rec_i64(e, rec, "successor") &&
                str_eq(rec_text(e, old, "summary"), rec_text(e, rec, "summary"));
    if (!drafted && !same)
        FAIL_FIELD(w->ctx, "state", "closed", 0, "已交班，不能再改",
                   "it was handed over and cannot be changed");
    return w->ctx->err.kind;
}

/* ---- Acts ---- */

static Rc only(Work *w, int64_t account, const char *zh, const char *en)
{
    if (!w->who || (!w->who->is_token && w->who->user_id == account)) return 0;
    return FAIL(w->ctx, RC_FORBIDDEN, "handover.person", "只有%s能这样做", "only %s can do this",
                w->ctx->lang == LANG_EN ? en : zh);
}
static Rc by_giver(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    return only(w, rec_i64(e, rec, "giver"), "交班人", "who hands over");
}
static Rc by_successor(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    return only(w, rec_i64(e, rec, "successor_account"), "接班人", "the successor");
}

static Rc tell(Work *w, const Entity *e, const Record *rec, const char *field, const char *kind,
               const char *words)
{
    int64_t user = rec_i64(e, rec, field);
    if (!user) return 0;
    return notice_send(w, &(Notice){.user = user,
                                    .kind = kind,
                                    .title = str_printf(w->ctx->arena, "%s：%.*s", words,
                                                        STR_ARG(rec_text(e, rec, "title"))),
                                    .text = rec_text(e, rec, "summary"),
                                    .entity = e,
                                    .record_id = rec->id});
}

static Rc hand_over(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    Str snapshot;
    TRY(handover_snapshot(w, e, rec, &snapshot));
    rec_set(e, rec, "snapshot", db_val_text(snapshot));
    rec_set(e, rec, "handed_at", db_val_i64(w->now));
    rec_set(e, rec, "refusal", db_val_null());
    int64_t end = rec_time(e, rec, "shift_to");
    TRY(clock_start(w, e, rec, limit_sign, end != TIME_NONE && end > w->now ? end : w->now));
    return tell(w, e, rec, "successor_account", "assigned", "请接班签字");
}

static Rc sign(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "signed_at", db_val_i64(w->now));
    TRY(clock_stop(w, e, rec, limit_sign));
    return tell(w, e, rec, "giver", "info", "已接班签字");
}

static Rc refuse(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "refusal", w->why ? db_val_z(w->why) : db_val_null());
    TRY(clock_stop(w, e, rec, limit_sign));
    return tell(w, e, rec, "giver", "assigned", "接班人拒签");
}

static const FlowState states[] = {
    {"drafted", T("待交班", "To be handed over"), STATE_INITIAL, "body", NULL, "giver"},
    {"handed", T("待签字", "To be signed"), 0, "body", NULL, "successor_account"},
    {"signed", T("已交接", "Signed"), STATE_FINAL, NULL, NULL},
    {"cancelled", T("已取消", "Cancelled"), STATE_FINAL, NULL, NULL},
};
static const Transition moves[] = {
    {"hand-over", "drafted", "handed", "handover.write", T("交班", "Hand over"), FLOW_MAIN, NULL, 0, by_giver,
     hand_over},
    {"cancel", "drafted", "cancelled", "handover.write", T("取消", "Cancel"), FLOW_CONFIRM, NULL, 0, by_giver,
     NULL},
    {"sign", "handed", "signed", "handover.sign", T("接班签字", "Sign"), FLOW_MAIN | FLOW_CONFIRM, NULL, 0,
     by_successor, sign},
    {"refuse", "handed", "drafted", "handover.sign", T("拒签", "Refuse"), FLOW_REASON, NULL, 0, by_successor,
     refuse},
};
static const Flow flow = {.state = "state",
                          .owner = "body",
                          .perm_supervise = "handover.supervise",
                          .states = states,
                          .nstates = ARRAY_LEN(states),
                          .moves = moves,
                          .nmoves = ARRAY_LEN(moves)};

const Entity handover_entity = {
    .name = "handover",
    .plural = "handovers",
    .title = T("交接班", "Handovers"),
    .icon = T("", "document"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "handover.read",
    .write_perm = "handover.write",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .validate = validate,
    .flow = &flow,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE},
};

static const StepSeed steps[] = {
    {STEP_REMIND, 50, 0, "turn"}, {STEP_URGE, 100, 0, "turn"}, {STEP_SUPERVISE, 0, 30, "above"}};
const LimitSeed handover_limits[HANDOVER_LIMITS] = {
    {"handover.sign", T("接班签字时限", "Time to sign a handover"), 0, 30, LIMIT_MINUTES,
     T("默认值：班次结束（或交班）后 30 分钟内",
       "a default: within 30 minutes of the shift's end, or of the hand-over"),
     steps, ARRAY_LEN(steps)},
};
