/* Occurrences of duties (履职事项): what one post has to do in one period. It is done by records only, as
 * many as the list asks; the last one closes it, late when it was done after the due date. Its clock is the
 * kernel's and ends with the period's last working day. */
#include "duty_private.h"

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32, T("编号", "Code"),
     T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 200, T("履职事项", "Duty"), T("", ""), NULL, "basic",
     NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST | F_INDEX, "duty_state", 0, 0, T("状态", "State"), T("", ""),
     NULL, "basic", NULL},
    {"list", F_REF, RO | F_FILTER | F_INDEX, "duty-lists", 0, 0, T("责任清单", "Duty list"), T("", ""), NULL,
     "basic", NULL},
    {"item", F_REF, RO | F_FILTER | F_INDEX, "duty-items", 0, 0, T("职责条目", "Item"), T("", ""), NULL,
     "basic", NULL},
    {"text", F_TEXT, RO | F_LONG, NULL, 0, 1000, T("职责内容", "What is asked"), T("", ""), NULL, "basic",
     NULL},
    {"basis", F_TEXT, RO | F_LONG, NULL, 0, 600, T("依据条款", "Clause"), T("", ""), NULL, "basic", NULL},
    {"body", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("单位", "Body"), T("", ""), NULL,
     "contact", NULL},
    {"post", F_TEXT, RO | F_FILTER | F_LIST, NULL, 0, 80, T("岗位", "Post"), T("", ""), NULL, "contact",
     NULL},
    {"holder", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "users", 0, 0, T("履职人", "Holder"), T("", ""), NULL,
     "contact", NULL},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
    {"period", F_TEXT, RO | F_FILTER | F_LIST, NULL, 0, 32, T("周期", "Period"), T("", ""), NULL, "timing",
     NULL},
    {"begins_at", F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T("周期开始", "Begins"), T("", ""), NULL,
     "timing", NULL},
    {"due_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, NULL, 0, 0, T("应完成时间", "Due at"),
     T("", ""), NULL, "timing", NULL},
    {"needed", F_INT, RO, NULL, 1, 100, T("应履职次数", "Times asked"), T("", ""), NULL, "response", "1"},
    {"records", F_INT, RO | F_LIST, NULL, 0, 100, T("已履职次数", "Times done"), T("", ""), NULL, "response",
     "0"},
    {"done_at", F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T("完成时间", "Done at"), T("", ""), NULL,
     "response", NULL},
    {"on_time", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("按期完成", "On time"), T("", ""), NULL, "response",
     NULL},
    {"backfilled", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("逾期补记", "Recorded afterwards"),
     T("做得及时，纪实在到期后补写", "done in time, written down after the due date"), NULL, "response",
     "false"},
    {"slot", F_TEXT, RO | F_UNIQUE | F_INNER, NULL, 0, 60, T("周期标识", "Slot"),
     T("同一条目同一周期只有一个", "one for each item and period"), NULL, "basic", NULL},
};

static const FlowState states[] = {
    {"open", T("待履职", "To be done"), STATE_INITIAL, "body", "duty.perform", "holder"},
    {"done", T("已履职", "Done"), STATE_FINAL, NULL, NULL, NULL},
    {"cancelled", T("已取消", "Cancelled"), STATE_FINAL, NULL, NULL, NULL},
};

/* ---- Performing ---- */

enum { WHAT, AT, WHERE, LON, LAT, DANGER, CHECK, MEETING };
static const Field perform_params[] = {
    {"what", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 4000, T("履职内容", "What was done"), T("", ""), NULL,
     NULL, NULL},
    {"done_at", F_TIME, 0, NULL, 0, 0, T("履职时间", "When"), T("不填时为现在", "now when left out"), NULL,
     NULL, NULL},
    {"place", F_TEXT, 0, NULL, 0, 200, T("履职地点", "Where"), T("", ""), NULL, NULL, NULL},
    {"lon", F_REAL, 0, NULL, 73, 136, T("经度", "Longitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°",
     NULL, NULL},
    {"lat", F_REAL, 0, NULL, 3, 54, T("纬度", "Latitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°", NULL,
     NULL},
    {"danger", F_REF, F_LOOSE, "dangers", 0, 0, T("相关隐患", "Danger"), T("", ""), NULL, NULL, NULL},
    {"check", F_REF, F_LOOSE, "checks", 0, 0, T("相关检查", "Check"), T("", ""), NULL, NULL, NULL},
    {"meeting", F_REF, F_LOOSE, "meetings", 0, 0, T("相关会议", "Meeting"), T("", ""), NULL, NULL, NULL},
};

static Rc when_guard(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    if (params[AT].type == DB_NULL) return RC_OK;
    if (params[AT].i > w->now + MS_MINUTE)
        return FAIL_FIELD(w->ctx, "done_at", "range", 0, "履职时间不能晚于现在", "must not be in the future");
    if (params[AT].i < rec_time(e, rec, "begins_at"))
        return FAIL_FIELD(w->ctx, "done_at", "range", 0, "履职时间不能早于本期开始",
                          "must not be before the period began");
    return RC_OK;
}

static bool is_last(const Entity *e, const Record *rec)
{
    return rec_i64(e, rec, "records") + 1 >= rec_i64(e, rec, "needed");
}

static Rc last_guard(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    if (!is_last(e, rec))
        return FAIL(w->ctx, RC_STATE, "duty.more", "本期还须履职多次", "more than one is still asked");
    return when_guard(w, e, rec, params);
}

static Rc more_guard(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    if (is_last(e, rec))
        return FAIL(w->ctx, RC_STATE, "duty.last", "本次履职后即完成", "this one completes it");
    return when_guard(w, e, rec, params);
}

/* The chain of the danger, check or meeting leads to the duty that it was done for. */
static Rc link_cause(Work *w, const char *plural, const DbVal *id, const Record *duty)
{
    const Entity *e = kernel_entity(w->kernel, plural);
    if (!e || id->type == DB_NULL) return RC_OK;
    return matter_link(w, DE, duty->id, e, id->i);
}

static Rc write_record(Work *w, const Record *duty, const DbVal *params, int64_t at)
{
    static const char *const same[] = {"list", "item", "body", "post", "district", "period"};
    static const char *const said[] = {
        [WHAT] = "what",     [WHERE] = "place", [LON] = "lon",        [LAT] = "lat",
        [DANGER] = "danger", [CHECK] = "visit", [MEETING] = "meeting"};
    int64_t due = rec_time(DE, duty, "due_at");
    Work program = duty_program(w);
    Record *rec = rec_new(w->ctx, RE);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(RE, rec, same[i], *rec_val(DE, duty, same[i]));
    for (size_t i = 0; i < ARRAY_LEN(said); i++)
        if (said[i]) rec_set(RE, rec, said[i], params[i]);
    rec_set(RE, rec, "duty", db_val_i64(duty->id));
    rec_set(RE, rec, "title", *rec_val(DE, duty, "title"));
    rec_set(RE, rec, "done_at", db_val_i64(at));
    rec_set(RE, rec, "by", duty_who(w));
    rec_set(RE, rec, "on_time", db_val_bool(at <= due));
    rec_set(RE, rec, "backfilled", db_val_bool(at <= due && w->now > due));
    program.who = w->who;
    TRY(store_insert(&program, RE, rec));
    TRY(link_cause(w, "dangers", &params[DANGER], duty));
    TRY(link_cause(w, "checks", &params[CHECK], duty));
    return link_cause(w, "meetings", &params[MEETING], duty);
}

static Rc perform(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    int64_t due = rec_time(e, rec, "due_at"), at = params[AT].type == DB_NULL ? w->now : params[AT].i;
    bool last = is_last(e, rec);
    TRY(write_record(w, rec, params, at));
    rec_set(e, rec, "records", db_val_i64(rec_i64(e, rec, "records") + 1));
    if (at <= due && w->now > due) rec_set(e, rec, "backfilled", db_val_bool(true));
    /* The latest of its times says whether it was done in time. */
    if (rec_time(e, rec, "done_at") == TIME_NONE || at > rec_time(e, rec, "done_at"))
        rec_set(e, rec, "done_at", db_val_i64(at));
    if (last) rec_set(e, rec, "on_time", db_val_bool(rec_time(e, rec, "done_at") <= due));
    return RC_OK;
}

Rc duty_perform(Work *w, Record *duty, const DutyDone *done)
{
    DbVal params[ARRAY_LEN(perform_params)];
    for (size_t i = 0; i < ARRAY_LEN(params); i++) params[i] = db_val_null();
    params[WHAT] = db_val_text(done->what);
    params[AT] = db_val_i64(done->at);
    if (done->place.n) params[WHERE] = db_val_text(done->place);
    return flow_do(w, DE, duty, is_last(DE, duty) ? "perform" : "record", params);
}

#define PERFORM perform_params, ARRAY_LEN(perform_params)
static const Transition moves[] = {
    {"perform", "open", "done", "duties.do", T("填写履职纪实", "Record it"), FLOW_MAIN | FLOW_TURN, PERFORM,
     last_guard, perform},
    {"record", "open", NULL, "duties.do", T("填写一次履职纪实", "Record one of them"), FLOW_MAIN | FLOW_TURN,
     PERFORM, more_guard, perform},
    {"cancel", "open", "cancelled", "duties.write", T("取消履职事项", "Cancel"), FLOW_REASON | FLOW_CONFIRM,
     NULL, 0, NULL, NULL},
};

static const Flow flow = {
    .state = "state",
    .owner = "body",
    .perm_supervise = "duties.supervise",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
    .due_state = "open",
    .due = "due_at",
};

const Entity duty_entity = {
    .name = "duty",
    .plural = "duties",
    .title = T("履职事项", "Duties to do"),
    .icon = T("", "calendar"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "duties.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "due_at",
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE},
    .flow = &flow,
};
