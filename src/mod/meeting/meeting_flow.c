/* The life of a meeting: planned, held, minuted, put on file; or cancelled with a reason. A meeting without
 * minutes does not count. With the minutes its decisions become tasks. */
#include "meeting_private.h"

static const FlowState states[] = {
    {"planned", T("待召开", "Planned"), STATE_INITIAL, "body", "meeting.hold"},
    {"held", T("待形成纪要", "To be minuted"), 0, "body", "meeting.minutes"},
    {"minuted", T("已形成纪要", "Minuted"), 0, "body", "meeting.file"},
    {"archived", T("已归档", "On file"), STATE_FINAL, NULL, NULL},
    {"cancelled", T("已取消", "Cancelled"), STATE_FINAL, NULL, NULL},
};

enum { HELD_AT, HELD_CHAIR, HELD_EXPECTED, HELD_PRESENT };
static const Field held_params[] = {
    {"held_at", F_TIME, 0, NULL, 0, 0, T("召开时间", "Held at"),
     T("不填时为计划时间", "the planned time when left out"), NULL, NULL, NULL},
    {"chair", F_TEXT, 0, NULL, 0, 60, T("主持人", "Chair"), T("", ""), NULL, NULL, NULL},
    {"expected", F_INT, 0, NULL, 1, 100000, T("应到人数", "Expected"),
     T("已逐人登记的不用填写", "not where the persons are entered"), NULL, NULL, NULL},
    {"present", F_INT, 0, NULL, 1, 100000, T("实到人数", "Present"),
     T("已逐人登记的不用填写", "not where the persons are entered"), NULL, NULL, NULL},
};
static const Field minutes_params[] = {
    {"minutes", F_TEXT, F_REQUIRED | F_LONG, NULL, 10, 20000, T("会议纪要", "Minutes"),
     T("保存后，议定事项随即转为任务交办", "the decisions become tasks when it is saved"), NULL, NULL, NULL},
};

/* Offered with null parameters; asked again with what was entered. */
static Rc hold_guard(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    int64_t at = params[HELD_AT].type == DB_NULL ? rec_time(e, rec, "planned_at") : params[HELD_AT].i;
    if (at > w->now)
        FAIL_FIELD(w->ctx, "held_at", "range", 0, "召开时间不能晚于现在", "it cannot be in the future");
    if (params[HELD_EXPECTED].type != DB_NULL && params[HELD_PRESENT].type != DB_NULL &&
        params[HELD_PRESENT].i > params[HELD_EXPECTED].i)
        FAIL_FIELD(w->ctx, "present", "range", 0, "实到人数大于应到人数", "more than were expected");
    return w->ctx->err.kind;
}

static Rc do_hold(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    rec_set(e, rec, "held_at",
            params[HELD_AT].type == DB_NULL ? *rec_val(e, rec, "planned_at") : params[HELD_AT]);
    static const char *const names[] = {
        [HELD_CHAIR] = "chair", [HELD_EXPECTED] = "expected", [HELD_PRESENT] = "present"};
    for (size_t i = HELD_CHAIR; i < ARRAY_LEN(names); i++)
        if (params[i].type != DB_NULL) rec_set(e, rec, names[i], params[i]);
    return RC_OK;
}

static Rc do_minute(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    rec_set(e, rec, "minutes", params[0]);
    rec_set(e, rec, "minuted_at", db_val_i64(w->now));
    if (w->who)
        rec_set(e, rec, "minuted_by",
                db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name));
    return meeting_order_all(w, rec);
}

static Rc do_amend(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    rec_set(e, rec, "minutes", params[0]);
    return RC_OK;
}

static Rc do_cancel(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (w->why && *w->why) rec_set(e, rec, "end_reason", db_val_z(w->why));
    return RC_OK;
}

#define PARAMS(p) p, ARRAY_LEN(p)
static const Transition moves[] = {
    {"hold", "planned", "held", "meeting.write", T("已召开", "Held"), FLOW_MAIN | FLOW_TURN,
     PARAMS(held_params), hold_guard, do_hold},
    {"minute", "held", "minuted", "meeting.write", T("形成纪要", "Write the minutes"), FLOW_MAIN | FLOW_TURN,
     PARAMS(minutes_params), NULL, do_minute},
    {"amend", "minuted", NULL, "meeting.write", T("修改纪要", "Amend the minutes"), FLOW_TURN | FLOW_REASON,
     PARAMS(minutes_params), NULL, do_amend},
    {"file", "minuted", "archived", "meeting.write", T("归档", "Put on file"),
     FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM, NULL, 0, NULL, NULL},
    {"cancel", "planned", "cancelled", "meeting.write", T("取消会议", "Cancel"), FLOW_REASON | FLOW_CONFIRM,
     NULL, 0, NULL, do_cancel},
};

const Flow meeting_flow = {
    .state = "state",
    .owner = "body",
    .perm_supervise = "meeting.supervise",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
    .due_state = "planned",
    .due = "planned_at",
};
