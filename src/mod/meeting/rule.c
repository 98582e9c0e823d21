/* How often a body has to hold which meeting (会议频次), as data. A rule has a clock that ends with the
 * period: near its end the body is reminded, at its end whoever stands above is told that nothing counted. A
 * period that has what it needs is left early: its clock goes on to the end of the next, so that nobody is
 * reminded of what is done. The matrix (matrix.c) looks at the meetings themselves and not at these clocks.
 */
#include "meeting_private.h"
#include "mod_meeting_queries_sql.h"

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH, NULL, 0, 130, T("编号", "Code"), T("", ""),
     NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH, NULL, 0, 200, T("名称", "Name"), T("", ""), NULL, "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0,
     T("会议主体", "Body"), T("", ""), NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST, "meeting_kind", 0, 0,
     T("会议类型", "Kind"), T("", ""), NULL, "basic", NULL},
    {"per", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "meeting_per", 0, 0, T("周期", "Each"), T("", ""), NULL,
     "timing", "quarter"},
    {"times", F_INT, F_LIST, NULL, 1, 100, T("每期次数", "Times"), T("", ""), NULL, "timing", "1"},
    {"since", F_TIME, F_LIST, NULL, 0, 0, T("起算时间", "Since"),
     T("不填时为本期期初；早于此的周期不要求", "the beginning of this period when left out"), NULL, "timing",
     NULL},
    {"active", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("执行中", "In force"), T("", ""), NULL, "timing",
     "true"},
    {"basis", F_TEXT, F_LONG | F_SEARCH, NULL, 0, 500, T("依据", "Basis"),
     T("规定会议频次的文件和条款", "the paper and the clause that ask for it"), NULL, "basic", NULL},
    {"period_from", F_TIME, RO, NULL, 0, 0, T("当前周期起", "Period from"), T("", ""), NULL, "timing", NULL},
    {"period_to", F_TIME, RO, NULL, 0, 0, T("当前周期止", "Period to"), T("", ""), NULL, "timing", NULL},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
};

static TaskPer per_of(const Record *rec)
{
    return task_per_of(rec_text(QE, rec, "per"));
}

static void set_span(Record *rec, MeetingSpan span)
{
    rec_set(QE, rec, "period_from", db_val_i64(span.from));
    rec_set(QE, rec, "period_to", db_val_i64(span.to));
}

static Rc name_it(Work *w, const Entity *e, Record *rec)
{
    Record *body;
    Arena *a = w->ctx->arena;
    Str kind = rec_text(e, rec, "kind");
    TRY(store_get(w, &body_entity, rec_i64(e, rec, "body"), &body));
    Str code = rec_text(&body_entity, body, "code"), name = rec_text(&body_entity, body, "name");
    const char *label = dict_label(w->kernel, "meeting_kind", kind, LANG_ZH);
    rec_set(e, rec, "code", db_val_text(str_printf(a, "%.*s-%.*s", STR_ARG(code), STR_ARG(kind))));
    rec_set(e, rec, "title", db_val_text(str_printf(a, "%.*s%s", STR_ARG(name), label ? label : "会议")));
    return RC_OK;
}

static Rc satisfied(Work *w, const Record *rec, bool *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_meeting_counted,
                         DB_ARGS(*rec_val(QE, rec, "body"), *rec_val(QE, rec, "kind"),
                                 *rec_val(QE, rec, "period_from"), *rec_val(QE, rec, "period_to")),
                         &c);
    if (rc <= 0) return rc;
    *out = db_i64(c, 0) >= rec_i64(QE, rec, "times");
    db_close(&c);
    return RC_OK;
}

/* The period that runs, or the next when it has its meetings already. */
static Rc begin_span(Work *w, Record *rec)
{
    bool met = false;
    set_span(rec, meeting_span(per_of(rec), w->now));
    TRY(satisfied(w, rec, &met));
    if (met) set_span(rec, meeting_span(per_of(rec), rec_time(QE, rec, "period_to")));
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (w->ctx->err.kind < 0 || !rec_i64(e, rec, "body")) return w->ctx->err.kind;
    TRY(meeting_place(w, e, rec));
    if (!old) TRY(name_it(w, e, rec));
    TaskPer per = per_of(rec);
    if (!old || per != per_of(old)) TRY(begin_span(w, rec));
    if (rec_time(e, rec, "since") == TIME_NONE)
        rec_set(e, rec, "since", db_val_i64(meeting_span(per, w->now).from));
    return meeting_need_keeper(w, e, rec);
}

/* ---- The clock ---- */

static Rc begin_clock(Work *w, const Record *rec)
{
    Clock c;
    TRY(clock_start(w, QE, rec, "meeting.period", rec_time(QE, rec, "period_from")));
    Rc rc = clock_find(w, QE, rec->id, "meeting.period", &c);
    return rc > 0 ? clock_set_due(w, &c, rec_time(QE, rec, "period_to") - MS_SECOND) : rc;
}

static Rc go_on(Work *w, Record *rec, const char *action)
{
    Work program = meeting_program(w);
    Record *old = rec_copy(w->ctx, QE, rec);
    set_span(rec, meeting_span(per_of(rec), rec_time(QE, rec, "period_to")));
    TRY(store_update(&program, QE, old, rec, action));
    TRY(clock_stop(&program, QE, rec, "meeting.period"));
    return begin_clock(&program, rec);
}

/* A new rule begins its clock. */
static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    bool active = rec_i64(e, rec, "active") && rec->archived_at == TIME_NONE;
    if (old && active == (rec_i64(e, old, "active") && old->archived_at == TIME_NONE) &&
        per_of(rec) == per_of(old))
        return RC_OK;
    if (old) TRY(clock_stop(w, e, rec, "meeting.period"));
    return active ? begin_clock(w, rec) : RC_OK;
}

static Rc step(Work *w, const Entity *e, Record *rec, const ClockStep *at)
{
    bool met = false;
    if (!rec_i64(e, rec, "active")) return clock_stop(w, e, rec, "meeting.period");
    if (at->at < rec_time(e, rec, "period_to") - MS_SECOND) return RC_OK;
    TRY(satisfied(w, rec, &met));
    return go_on(w, rec, met ? "advance" : "missed");
}

Rc meeting_rule_counted(Work *w, const Record *meeting)
{
    DbCursor *c;
    Record *rec;
    bool met = false;
    Rc rc = db_query_one(w->ctx, w->db, &q_meeting_rule_of,
                         DB_ARGS(*rec_val(ME, meeting, "body"), *rec_val(ME, meeting, "kind")), &c);
    if (rc <= 0) return rc;
    int64_t id = db_i64(c, 0);
    db_close(&c);
    TRY(store_get(w, QE, id, &rec));
    TRY(satisfied(w, rec, &met));
    return met ? go_on(w, rec, "advance") : RC_OK;
}

const Entity meeting_rule_entity = {
    .name = "meeting-rule",
    .plural = "meeting-rules",
    .title = T("会议频次", "Required meetings"),
    .icon = T("", "calendar"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "meeting.read",
    .write_perm = "meeting.rule",
    .code_field = "code",
    .title_field = "title",
    .sort = "code",
    .validate = validate,
    .changed = changed,
    .step = step,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE},
};
