/* The life of a briefing: written by the program, edited by people, issued to whom it concerns, and recalled
 * when it was wrong. An issued one is not changed; its figures stand as they were counted. */
#include "briefing_private.h"

static const FlowState states[] = {
    {"draft", T("待审", "Written"), STATE_INITIAL, "body", NULL},
    {"edited", T("已编辑待印发", "Edited"), 0, "body", NULL},
    {"issued", T("已印发", "Issued"), STATE_FINAL, NULL, NULL},
    {"recalled", T("已撤回", "Recalled"), STATE_FINAL, NULL, NULL},
    {"discarded", T("不印发", "Not issued"), STATE_FINAL, NULL, NULL},
};

static const Field edit_params[] = {
    {"title", F_TEXT, F_REQUIRED, NULL, 2, 200, T("标题", "Title"), T("", ""), NULL, NULL, NULL},
    {"text", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, BRIEFING_TEXT_MAX, T("正文", "Text"),
     T("“#”起头为标题，“|”起头为表格行；[12](alarms) 是可追溯的数字",
       "# begins a heading, | a row of a table; [12](alarms) is a figure that can be traced"),
     NULL, NULL, NULL},
    {"recipients", F_TEXT, 0, NULL, 0, 2000, T("发送单位", "Sent to"),
     T("单位编码，以空格分隔", "codes of bodies, blanks between"), NULL, NULL, NULL},
};

static DbVal person(const Work *w)
{
    if (!w->who) return db_val_null();
    return db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name);
}

static void stamp(Work *w, Record *rec, const char *at, const char *by)
{
    rec_set(BE, rec, at, db_val_i64(w->now));
    rec_set(BE, rec, by, person(w));
}

static Rc do_edit(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    const Json *figures = NULL;
    Str frozen = rec_text(e, rec, "figures");
    if (frozen.n) TRY(json_parse(w->ctx, frozen, &figures));
    brief_text_check(w->ctx, params[1].s, figures);
    bodies_of_text(w, "recipients", params[2].s, NULL, NULL);
    TRY(w->ctx->err.kind);
    rec_set(e, rec, "title", params[0]);
    rec_set(e, rec, "text", params[1]);
    rec_set(e, rec, "recipients", params[2]);
    stamp(w, rec, "edited_at", "edited_by");
    return 0;
}

/* Back to what the records say now; what was edited is gone. */
static Rc do_recount(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    rec_set(BE, rec, "edited_at", db_val_null());
    rec_set(BE, rec, "edited_by", db_val_null());
    return brief_compose(w, rec);
}

static Rc send_to(Work *w, int64_t body, void *ud)
{
    const Record *rec = ud;
    TRY(matter_party(w, rec->id, body, "recipient"));
    return notice_send(w, &(Notice){.body = body,
                                    .perm = "briefing.read",
                                    .kind = "info",
                                    .title = rec_text(BE, rec, "title"),
                                    .text = STR("简报已印发"),
                                    .entity = BE,
                                    .record_id = rec->id});
}

static Rc do_issue(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    stamp(w, rec, "issued_at", "issued_by");
    return bodies_of_text(w, "recipients", rec_text(e, rec, "recipients"), send_to, rec);
}

/* Whoever was sent one may not take it back. */
static Rc guard_recall(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    if (!w->who || !scope_of(w->who)->body || scope_of(w->who)->body == rec_i64(e, rec, "body")) return 0;
    return FAIL(w->ctx, RC_FORBIDDEN, "briefing.own_only", "只有编制单位可以撤回简报",
                "only the body that wrote it may recall it");
}

static Rc tell_recall(Work *w, int64_t body, void *ud)
{
    const Record *rec = ud;
    return notice_send(w, &(Notice){.body = body,
                                    .perm = "briefing.read",
                                    .kind = "info",
                                    .title = rec_text(BE, rec, "title"),
                                    .text = str_printf(w->ctx->arena, "简报已撤回：%s", w->why ? w->why : ""),
                                    .entity = BE,
                                    .record_id = rec->id});
}

static Rc do_recall(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    stamp(w, rec, "recalled_at", "recalled_by");
    rec_set(e, rec, "end_reason", db_val_z(w->why));
    return bodies_of_text(w, "recipients", rec_text(e, rec, "recipients"), tell_recall, rec);
}

static Rc do_discard(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "end_reason", db_val_z(w->why));
    return 0;
}

static const Transition moves[] = {
    {"edit", "draft edited", "edited", "briefing.edit", T("编辑", "Edit"), FLOW_TURN, edit_params,
     ARRAY_LEN(edit_params), NULL, do_edit},
    {"recount", "draft edited", "draft", "briefing.edit", T("重新统计", "Count again"),
     FLOW_TURN | FLOW_CONFIRM, NULL, 0, NULL, do_recount},
    {"issue", "draft edited", "issued", "briefing.issue", T("印发", "Issue"),
     FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM, NULL, 0, NULL, do_issue},
    {"discard", "draft edited", "discarded", "briefing.issue", T("不印发", "Do not issue"),
     FLOW_TURN | FLOW_REASON, NULL, 0, NULL, do_discard},
    {"recall", "issued", "recalled", "briefing.issue", T("撤回", "Recall"), FLOW_REASON | FLOW_CONFIRM, NULL,
     0, guard_recall, do_recall},
};

const Flow briefing_flow = {
    .state = "state",
    .owner = "body",
    .perm_supervise = "briefing.issue",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};
