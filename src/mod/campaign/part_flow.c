/* The life of a part: filled in, submitted, accepted or returned. Every submission is kept as a version. What
 * the leading office has not accepted when it sums up and issues ends as not answered. */
#include "campaign_private.h"
#include "base/clock.h"

static const char *const texts[] = {"situation", "top_text", "changes", "measures"};

static Rc do_fill(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) rec_set(e, rec, texts[i], params[i]);
    return RC_OK;
}

static Rc do_count(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    return part_count(w, rec);
}

static Rc keep_version(Work *w, const Record *part)
{
    StrBuf text;
    JsonOut o;
    Record *v = rec_new(w->ctx, VE);
    buf_init(&text, w->ctx->arena);
    jout_init(&o, &text);
    jout_open(&o);
    for (int i = 0; i < COUNTS; i++) jout_ki(&o, count_names[i], rec_i64(PE, part, count_names[i]));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) jout_ks(&o, texts[i], rec_text(PE, part, texts[i]));
    jout_close(&o);
    rec_set(VE, v, "part", db_val_i64(part->id));
    rec_set(VE, v, "round", *rec_val(PE, part, "rounds"));
    rec_set(VE, v, "t", db_val_i64(w->now));
    rec_set(VE, v, "who", *rec_val(PE, part, "submitted_by"));
    rec_set(VE, v, "content", db_val_json(buf_str(&text)));
    Work program = campaign_program(w);
    return store_insert(&program, VE, v);
}

static Rc do_submit(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    static const char *const needed[] = {"situation", "changes", "measures"};
    (void)params;
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        if (!rec_text(e, rec, needed[i]).n)
            return FAIL(w->ctx, RC_STATE, "campaign.unfilled", "请先填写“%s”", "fill in \"%s\" first",
                        text_in(e->fields[entity_field(e, needed[i])].label, w->ctx->lang));
    TRY(part_count(w, rec));
    rec_set(e, rec, "rounds", db_val_i64(rec_i64(e, rec, "rounds") + 1));
    rec_set(e, rec, "submitted_at", db_val_i64(w->now));
    if (w->who)
        rec_set(e, rec, "submitted_by",
                db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name));
    return keep_version(w, rec);
}

static Rc do_accept(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "accepted_at", db_val_i64(w->now));
    return RC_OK;
}

/* A returned part has time again: until what the office says, five days when it says nothing and the old end
 * is nearer. */
static Rc do_return(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    enum { DAYS_AGAIN = 5 };
    int64_t due = rec_time(e, rec, "due_at"), least = w->now + DAYS_AGAIN * MS_DAY;
    rec_set(e, rec, "accepted_at", db_val_null());
    if (params[0].type == DB_NULL) {
        rec_set(e, rec, "due_at", db_val_i64(due > least ? due : least));
        return RC_OK;
    }
    if (params[0].i <= w->now)
        return FAIL_FIELD(w->ctx, "until", "range", 0, "期限应晚于现在", "must be later than now");
    rec_set(e, rec, "due_at", params[0]);
    return RC_OK;
}

static Rc do_reopen(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *campaign;
    TRY(store_get(w, CE, rec_i64(e, rec, "campaign"), &campaign));
    if (!str_is(rec_text(CE, campaign, "state"), "filling"))
        return FAIL(w->ctx, RC_STATE, "campaign.summed", "评估已进入汇总，不能退回填报",
                    "the campaign is being summed up");
    return do_return(w, e, rec, params);
}

/* Only the office that leads the campaign, or who stands above it. */
static Rc guard_reviewer(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)params;
    if (!w->who || !scope_of(w->who)->body || scope_of(w->who)->body == rec_i64(e, rec, "reviewer")) return 0;
    return FAIL(w->ctx, RC_FORBIDDEN, "campaign.reviewer", "只有复核单位可以退回",
                "only the reviewing body may return it");
}

#define FILLED(name, zh, en)                                                                                 \
    {                                                                                                        \
        name, F_TEXT, F_LONG, NULL, 0, 4000, T(zh, en), T("", ""), NULL, NULL, NULL                          \
    }
static const Field fill_params[] = {
    FILLED("situation", "风险状况", "Situation"),
    FILLED("top_text", "主要风险说明", "Top risks in words"),
    FILLED("changes", "与上次相比的变化", "Changes since the last one"),
    FILLED("measures", "管控措施", "Measures"),
};
static const Field until_params[] = {
    {"until", F_TIME, 0, NULL, 0, 0, T("重新提交期限", "To be submitted again by"),
     T("不填时不少于五天", "empty: at least five days"), NULL, NULL, NULL},
};

static const FlowState states[] = {
    {"filling", T("填报中", "Being assessed"), STATE_INITIAL, "body", "campaign.fill", NULL},
    {"submitted", T("待复核", "To be reviewed"), 0, "reviewer", "campaign.review", NULL},
    {"accepted", T("已通过", "Accepted"), STATE_FINAL, NULL, NULL, NULL},
    {"missed", T("未报", "Not answered"), STATE_FINAL, NULL, NULL, NULL},
};
static const Transition moves[] = {
    {"fill", "filling", NULL, "campaign.fill", T("填写评估意见", "Write the assessment"), FLOW_TURN,
     fill_params, ARRAY_LEN(fill_params), NULL, do_fill},
    {"count", "filling", NULL, "campaign.fill", T("重新统计", "Count again"), FLOW_TURN, NULL, 0, NULL,
     do_count},
    {"submit", "filling", "submitted", "campaign.fill", T("上报", "Submit"),
     FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM, NULL, 0, NULL, do_submit},
    {"accept", "submitted", "accepted", "campaign.lead", T("通过", "Accept"), FLOW_MAIN | FLOW_TURN, NULL, 0,
     NULL, do_accept},
    {"return", "submitted", "filling", "campaign.lead", T("退回", "Return"), FLOW_TURN | FLOW_REASON,
     until_params, ARRAY_LEN(until_params), NULL, do_return},
    {"reopen", "accepted", "filling", "campaign.lead", T("退回重报", "Open again"), FLOW_REASON, until_params,
     ARRAY_LEN(until_params), guard_reviewer, do_reopen},
    {"miss", "filling submitted", "missed", "campaign.lead", T("未报结束", "End as not answered"),
     FLOW_PROGRAM, NULL, 0, NULL, NULL},
};
const Flow campaign_part_flow = {
    .state = "state",
    .owner = "body",
    .perm_supervise = "campaign.lead",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
    .due_state = "filling",
    .due = "due_at",
};
