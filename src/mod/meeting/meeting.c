/* A meeting as a record: who met, about what. What happens to it stands in meeting_flow.c; people give it no
 * state, number or stamp. Whoever was invited sees it; only the body that holds it, and who stands above,
 * writes it. */
#include "meeting_private.h"
#include "kernel/number.h"

#define WORDS(name, zh, en, flags, most)                                                                     \
    {                                                                                                        \
        name, F_TEXT, F_LONG | (flags), NULL, 0, most, T(zh, en), T("", ""), NULL, "basic", NULL             \
    }

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("会议编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("会议名称", "Meeting"), T("", ""), NULL,
     "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST | F_INDEX, "meeting_state", 0, 0, T("状态", "State"), T("", ""),
     NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST, "meeting_kind", 0, 0,
     T("会议类型", "Kind"), T("", ""), NULL, "basic", NULL},
    {"body", F_REF, F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("会议主体", "Body"),
     T("不填时为本单位", "your own when left out"), NULL, "basic", NULL},
    {"planned_at", F_TIME, F_REQUIRED | F_FILTER | F_SORT | F_LIST, NULL, 0, 0,
     T("计划召开时间", "Planned for"), T("", ""), NULL, "timing", NULL},
    {"place", F_TEXT, F_SEARCH, NULL, 0, 120, T("地点", "Place"), T("", ""), NULL, "basic", NULL},
    {"chair", F_TEXT, F_SEARCH, NULL, 0, 60, T("主持人", "Chair"), T("", ""), NULL, "basic", NULL},
    WORDS("agenda", "议程", "Agenda", F_SEARCH, 4000),
    {"held_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, NULL, 0, 0, T("召开时间", "Held at"),
     T("", ""), NULL, "timing", NULL},
    {"expected", F_INT, RO, NULL, 0, 100000, T("应到人数", "Expected"), T("", ""), NULL, "basic", NULL},
    {"present", F_INT, RO, NULL, 0, 100000, T("实到人数", "Present"), T("", ""), NULL, "basic", NULL},
    WORDS("minutes", "会议纪要", "Minutes", RO | F_SEARCH, 20000),
    {"minuted_at", F_TIME, RO, NULL, 0, 0, T("纪要形成时间", "Minuted at"), T("", ""), NULL, "timing", NULL},
    {"minuted_by", F_TEXT, RO, NULL, 0, 100, T("纪要整理人", "Minuted by"), T("", ""), NULL, "timing", NULL},
    WORDS("end_reason", "取消理由", "Why it was cancelled", RO, 4000),
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
};

Work meeting_program(const Work *w)
{
    Work program = *w;
    program.who = NULL;
    return program;
}

Rc meeting_need_keeper(Work *w, const Entity *e, const Record *rec)
{
    RowScope row;
    if (!w->who) return RC_OK;
    const Scope *s = scope_of(w->who);
    if (scope_is_whole(s)) return RC_OK;
    TRY(scope_row(w, e, rec, &row));
    row.nparties = 0;
    if (s->reach >= REACH_DISTRICT && scope_sees(s, &row)) return RC_OK;
    if (row.body_path && scope_is_above(s, row.body_path)) return RC_OK;
    return FAIL(w->ctx, RC_FORBIDDEN, "meeting.not_yours", "该会议由其他单位组织，只能查看",
                "another body holds this meeting, it is yours to read only");
}

Rc meeting_above(Work *w, const Entity *e, const Record *rec, Record **out)
{
    TRY(store_get(w, ME, rec_i64(e, rec, "meeting"), out));
    return meeting_need_keeper(w, ME, *out);
}

Rc meeting_place(Work *w, const Entity *e, Record *rec)
{
    Record *body;
    TRY(store_get(w, &body_entity, rec_i64(e, rec, "body"), &body));
    rec_set(e, rec, "district", *rec_val(&body_entity, body, "district"));
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (w->ctx->err.kind < 0) return w->ctx->err.kind;
    if (old && w->who && (flow_state(e, old)->flags & STATE_FINAL))
        return FAIL(w->ctx, RC_STATE, "meeting.ended", "会议已办结，不能修改", "the meeting is closed");
    if (!rec_i64(e, rec, "body") && w->who) rec_set(e, rec, "body", db_val_id(scope_of(w->who)->body));
    if (!rec_i64(e, rec, "body"))
        return FAIL_FIELD(w->ctx, "body", "required", 0, "请填写会议主体", "say which body meets");
    if (!old) {
        Str code;
        TRY(number_of_day(w, 'M', &code));
        rec_set(e, rec, "code", db_val_text(code));
        TRY(meeting_place(w, e, rec));
    }
    return meeting_need_keeper(w, e, rec);
}

/* It counts from the moment it has minutes. */
static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    bool counts = str_is(rec_text(e, rec, "state"), "minuted");
    if (!counts || (old && str_is(rec_text(e, old, "state"), "minuted"))) return RC_OK;
    return meeting_rule_counted(w, rec);
}

const Entity meeting_entity = {
    .name = "meeting",
    .plural = "meetings",
    .title = T("会议与会商研判", "Meetings"),
    .icon = T("", "calendar"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "meeting.read",
    .write_perm = "meeting.write",
    .code_field = "code",
    .title_field = "title",
    .sort = "-planned_at",
    .validate = validate,
    .changed = changed,
    .scope =
        {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE, .parties = true},
    .flow = &meeting_flow,
    .papers = meeting_papers,
    .npapers = MEETING_PAPERS,
};
