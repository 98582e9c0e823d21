/* The life of a campaign: drafted, opened (every body gets its part), summed up, issued; an issued one may be
 * revised and is then issued again as the next edition. */
#include "campaign_private.h"
#include "mod/briefing.h"

/* The last one of its kind and body that was issued. */
static Rc find_previous(Work *w, Record *rec)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id FROM risk_campaigns WHERE archived_at IS NULL AND state = 'issued' AND kind = ");
    sql_arg(&b, *rec_val(CE, rec, "kind"));
    sql_lit(&b, " AND body = ");
    sql_arg(&b, *rec_val(CE, rec, "body"));
    sql_lit(&b, " AND year < ");
    sql_arg(&b, *rec_val(CE, rec, "year"));
    sql_lit(&b, " ORDER BY year DESC, id DESC LIMIT 1");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc > 0) rec_set(CE, rec, "previous", db_val_i64(db_i64(c, 0)));
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

static Rc do_open(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (rec_time(e, rec, "due_at") <= w->now && w->who)
        return FAIL_FIELD(w->ctx, "due_at", "range", 0, "填报截止应晚于现在", "must be later than now");
    rec_set(e, rec, "opened_at", db_val_i64(w->now));
    TRY(find_previous(w, rec));
    return parts_open(w, rec);
}

static Rc do_invite(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Str industries = params[1].s.n ? params[1].s : rec_text(e, rec, "industries");
    TRY(industries_check(w, industries));
    return part_add(w, rec, params[0].i, rec_i64(e, rec, "district"), industries);
}

/* Summed up before all have answered, the report says why. */
static Rc do_sum(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record **parts = ARENA_ARRAY(w->ctx->arena, Record *, PARTS_MOST);
    size_t n, open = 0;
    (void)e;
    TRY(parts_of(w, rec->id, parts, &n));
    for (size_t i = 0; i < n; i++) open += !str_is(rec_text(PE, parts[i], "state"), "accepted");
    if (open && !params[0].s.n)
        return FAIL_FIELD(w->ctx, "note", "required", 0, "还有%zu个单位未通过，请说明汇总理由",
                          "%zu have not been accepted: say why it is summed up", open);
    return report_compose(w, rec, params[0].s);
}

static Rc do_recount(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    rec_set(CE, rec, "edited_at", db_val_null());
    return report_compose(w, rec, params[0].s);
}

static Rc do_edit(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    const Json *figures = NULL;
    Str frozen = rec_text(e, rec, "figures");
    if (frozen.n) TRY(json_parse(w->ctx, frozen, &figures));
    TRY(brief_text_check(w->ctx, params[0].s, figures));
    rec_set(e, rec, "text", params[0]);
    rec_set(e, rec, "edited_at", db_val_i64(w->now));
    return RC_OK;
}

static Rc do_issue(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "issued_at", db_val_i64(w->now));
    rec_set(e, rec, "edition", db_val_i64(rec_i64(e, rec, "edition") + 1));
    return parts_end(w, rec->id);
}

static Rc do_cancel(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    return parts_end(w, rec->id);
}

static Rc guard_own(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    if (!w->who || !scope_of(w->who)->body || scope_of(w->who)->body == rec_i64(e, rec, "body")) return 0;
    return FAIL(w->ctx, RC_FORBIDDEN, "campaign.own_only", "只有组织单位可以办理",
                "only the leading body may");
}

static const Field invite_params[] = {
    {"body", F_REF, F_REQUIRED, "bodies", 0, 0, T("部门", "Department"), T("", ""), NULL, NULL, NULL},
    {"industries", F_TEXT, 0, NULL, 0, 500, T("评估行业", "Industries"),
     T("行业代码，以空格分隔；不填与本次评估相同", "codes, blanks between; empty: the campaign's"), NULL,
     NULL, NULL},
};
static const Field note_params[] = {
    {"note", F_TEXT, F_LONG, NULL, 0, 500, T("未报齐说明", "Why not all have answered"),
     T("写入报告；全部通过时可不填", "goes into the report"), NULL, NULL, NULL},
};
static const Field edit_params[] = {
    {"text", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, TEXT_MOST, T("报告正文", "Report"),
     T("“#”起头为标题，“|”起头为表格行；[12](red) 是可追溯的数字",
       "# begins a heading, | a row of a table; [12](red) is a figure that can be traced"),
     NULL, NULL, NULL},
};

static const FlowState states[] = {
    {"draft", T("筹备", "Draft"), STATE_INITIAL, "body", NULL, NULL},
    {"filling", T("填报中", "Being assessed"), 0, "body", NULL, NULL},
    {"summing", T("汇总编制", "Being summed up"), 0, "body", "campaign.report", NULL},
    {"issued", T("已印发", "Issued"), STATE_FINAL, NULL, NULL, NULL},
    {"cancelled", T("已取消", "Cancelled"), STATE_FINAL, NULL, NULL, NULL},
};
static const Transition moves[] = {
    {"open", "draft", "filling", "campaign.lead", T("部署", "Open"), FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM,
     NULL, 0, NULL, do_open},
    {"invite", "filling", NULL, "campaign.lead", T("增加填报部门", "Ask a department"), FLOW_TURN,
     invite_params, ARRAY_LEN(invite_params), NULL, do_invite},
    {"sum", "filling", "summing", "campaign.lead", T("汇总编制报告", "Sum up"), FLOW_MAIN | FLOW_TURN,
     note_params, ARRAY_LEN(note_params), NULL, do_sum},
    {"edit", "summing", NULL, "campaign.lead", T("编辑报告", "Edit the report"), FLOW_TURN, edit_params,
     ARRAY_LEN(edit_params), NULL, do_edit},
    {"recount", "summing", NULL, "campaign.lead", T("重新汇总", "Sum up again"), FLOW_TURN | FLOW_CONFIRM,
     note_params, ARRAY_LEN(note_params), NULL, do_recount},
    {"back", "summing", "filling", "campaign.lead", T("继续填报", "Back to assessing"),
     FLOW_TURN | FLOW_REASON, NULL, 0, NULL, NULL},
    {"issue", "summing", "issued", "campaign.lead", T("印发报告", "Issue"),
     FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM, NULL, 0, NULL, do_issue},
    {"revise", "issued", "summing", "campaign.lead", T("修订", "Revise"), FLOW_REASON | FLOW_CONFIRM, NULL, 0,
     guard_own, NULL},
    {"cancel", "draft filling", "cancelled", "campaign.lead", T("取消", "Cancel"),
     FLOW_TURN | FLOW_REASON | FLOW_CONFIRM, NULL, 0, NULL, do_cancel},
};
const Flow campaign_flow = {
    .state = "state",
    .owner = "body",
    .perm_supervise = "campaign.lead",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};
