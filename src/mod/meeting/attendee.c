/* Who was to be at a meeting and who was there (应到, 实到): a person by name, with the body he comes from,
 * which then sees the meeting. The meeting's two numbers follow from these rows. */
#include "meeting_private.h"
#include "mod_meeting_queries_sql.h"

static const Field fields[] = {
    {"meeting", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "meetings", 0, 0,
     T("会议", "Meeting"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SORT | F_SEARCH | F_LIST, NULL, 1, 60, T("姓名", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"post", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 60, T("职务", "Post"), T("", ""), NULL, "basic", NULL},
    {"body", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("单位", "Body"), T("", ""), NULL, "basic",
     NULL},
    {"present", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("到会", "Present"), T("", ""), NULL, "basic",
     "true"},
    {"note", F_TEXT, F_LIST, NULL, 0, 200, T("备注", "Note"), T("请假、代会等", "leave, stands in for"), NULL,
     "basic", NULL},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *meeting;
    (void)old;
    if (w->ctx->err.kind < 0 || !rec_i64(e, rec, "meeting")) return w->ctx->err.kind;
    TRY(meeting_above(w, e, rec, &meeting));
    if (flow_state(ME, meeting)->flags & STATE_FINAL)
        return FAIL(w->ctx, RC_STATE, "meeting.ended", "会议已办结，不能修改", "the meeting is closed");
    return RC_OK;
}

static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    Record *meeting;
    DbCursor *c;
    Work program = meeting_program(w);
    (void)old;
    int64_t body = rec_i64(e, rec, "body");
    TRY(store_get(w, ME, rec_i64(e, rec, "meeting"), &meeting));
    if (body) TRY(matter_party(w, meeting->id, body, "attendee"));
    Record *before = rec_copy(w->ctx, ME, meeting);
    TRY(db_query_one(w->ctx, w->db, &q_meeting_attendance, DB_ARGS(db_val_i64(meeting->id)), &c));
    rec_set(ME, meeting, "expected", db_val_i64(db_i64(c, 0)));
    rec_set(ME, meeting, "present", db_val_i64(db_i64(c, 1)));
    db_close(&c);
    return store_update(&program, ME, before, meeting, "attendance");
}

const Entity meeting_attendee_entity = {
    .name = "meeting-attendee",
    .plural = "meeting-attendees",
    .title = T("参会人员", "Attendees"),
    .icon = T("", "user"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "meeting.read",
    .write_perm = "meeting.write",
    .title_field = "name",
    .sort = "name",
    .validate = validate,
    .changed = changed,
    .scope = {.kind = SCOPE_VIA, .via = "meeting"},
};
