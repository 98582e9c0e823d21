/* What a meeting decided (议定事项): a sentence, the unit that answers, by when. With the minutes, or by the
 * action `order` after them, it becomes a task of that unit, which has the clock, the reports and the end;
 * the timeline of the task begins with the meeting. */
#include "meeting_private.h"
#include "mod_meeting_queries_sql.h"

static const Field fields[] = {
    {"meeting", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "meetings", 0, 0,
     T("会议", "Meeting"), T("", ""), NULL, "basic", NULL},
    {"no", F_INT, F_SORT | F_LIST, NULL, 1, 999, T("序号", "No."), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("议定事项", "Decision"), T("", ""),
     NULL, "basic", NULL},
    {"text", F_TEXT, F_LONG | F_SEARCH, NULL, 0, 2000, T("具体要求", "What is asked"), T("", ""), NULL,
     "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("责任单位", "Unit"),
     T("", ""), NULL, "basic", NULL},
    {"due_at", F_TIME, F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("完成时限", "Due at"),
     T("不填时按任务办理时限", "the limit of tasks when left out"), NULL, "basic", NULL},
    {"task", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "tasks", 0, 0, T("任务", "Task"), T("", ""), NULL,
     "basic", NULL},
};

Rc meeting_ids(Work *w, const DbQuery *q, int64_t meeting, int64_t *ids, size_t most, size_t *n)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    TRY(db_query(w->ctx, w->db, q, DB_ARGS(db_val_i64(meeting)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && *n < most) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

/* "市安委会第四季度会议（M20261122-001）议定事项". */
static Str basis_of(Arena *a, const Record *meeting)
{
    return str_printf(a, "%.*s（%.*s）议定事项", STR_ARG(rec_text(ME, meeting, "title")),
                      STR_ARG(rec_text(ME, meeting, "code")));
}

static Rc make_task(Work *w, const Record *meeting, Record *rec)
{
    size_t made = 0;
    int64_t task = 0;
    Str text = rec_text(NE, rec, "text");
    TaskUnit unit = {rec_i64(NE, rec, "body"), TASK_RESPONSIBLE};
    TRY(task_make(w,
                  &(TaskSpec){.title = rec_text(NE, rec, "title"),
                              .text = text.n ? text : rec_text(NE, rec, "title"),
                              .basis = basis_of(w->ctx->arena, meeting),
                              .issuer = rec_i64(ME, meeting, "body"),
                              .district = rec_i64(ME, meeting, "district"),
                              .due_at = rec_time(NE, rec, "due_at"),
                              .until = TIME_NONE,
                              .order = true,
                              .units = &unit,
                              .nunits = 1,
                              .origin = ME,
                              .origin_id = meeting->id,
                              .first = &task},
                  &made));
    rec_set(NE, rec, "task", db_val_id(task));
    return RC_OK;
}

Rc meeting_order_all(Work *w, const Record *meeting)
{
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, DECISIONS_MOST);
    size_t n;
    TRY(meeting_ids(w, &q_meeting_decisions_of, meeting->id, ids, DECISIONS_MOST, &n));
    for (size_t i = 0; i < n; i++) {
        Record *rec;
        Work program = meeting_program(w);
        TRY(store_get(w, NE, ids[i], &rec));
        if (rec_i64(NE, rec, "task")) continue;
        Record *old = rec_copy(w->ctx, NE, rec);
        TRY(make_task(w, meeting, rec));
        TRY(store_update(&program, NE, old, rec, "order"));
    }
    return RC_OK;
}

static bool has_minutes(const Record *meeting)
{
    Str state = rec_text(ME, meeting, "state");
    return str_is(state, "minuted") || str_is(state, "archived");
}

static Rc order(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *meeting;
    (void)params;
    TRY(meeting_above(w, e, rec, &meeting));
    if (rec_i64(e, rec, "task"))
        return FAIL(w->ctx, RC_STATE, "meeting.ordered", "该事项已转为任务", "it is a task already");
    if (!has_minutes(meeting))
        return FAIL(w->ctx, RC_STATE, "meeting.no_minutes", "会议尚未形成纪要",
                    "the meeting has no minutes yet");
    return make_task(w, meeting, rec);
}

static bool may_order(const Entity *e, const Record *rec)
{
    return !rec_i64(e, rec, "task");
}

static const Action actions[] = {
    {"order", "meeting.write", T("转为任务", "Make it a task"), NULL, 0, order, may_order},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *meeting;
    if (w->ctx->err.kind < 0 || !rec_i64(e, rec, "meeting")) return w->ctx->err.kind;
    TRY(meeting_above(w, e, rec, &meeting));
    if (w->who && old && rec_i64(e, old, "task"))
        return FAIL(w->ctx, RC_STATE, "meeting.ordered", "该事项已转为任务，请在任务中办理",
                    "it is a task already; work on the task");
    if (str_is(rec_text(ME, meeting, "state"), "cancelled"))
        return FAIL(w->ctx, RC_STATE, "meeting.ended", "会议已取消", "the meeting is cancelled");
    return RC_OK;
}

/* How its task stands. */
static void expand(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    Record *task;
    int64_t id = rec_i64(e, rec, "task");
    if (!id || store_get(w, &task_entity, id, &task) < 0) return;
    Str state = rec_text(&task_entity, task, "state");
    const char *label = dict_label(w->kernel, "task_state", state, w->ctx->lang);
    jout_ks(out, "task_state", state);
    jout_kz(out, "task_state_label", label ? label : "");
    jout_kid(out, "task_id", id);
}

const Entity meeting_decision_entity = {
    .name = "meeting-decision",
    .plural = "meeting-decisions",
    .title = T("议定事项", "Decisions of meetings"),
    .icon = T("", "check"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "meeting.read",
    .write_perm = "meeting.write",
    .title_field = "title",
    .sort = "no",
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .validate = validate,
    .expand = expand,
    .scope = {.kind = SCOPE_VIA, .via = "meeting"},
};
