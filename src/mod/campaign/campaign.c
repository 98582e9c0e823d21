/* The campaign's own table, words, permissions, limits and the module. What a campaign is about (which area,
 * level, industries, until when) is fixed when it opens; text and figures of the report are the program's
 * until the office edits the text. */
#include "campaign_private.h"

#define RO   F_READONLY
#define ROOM T("", "")
static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     48, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"title", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("名称", "Title"), ROOM, NULL, "basic",
     NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "campaign_kind", 0, 0, T("种类", "Kind"), ROOM, NULL,
     "basic", "year"},
    {"year", F_INT, F_REQUIRED | F_FILTER | F_SORT | F_LIST, NULL, 2000, 2100, T("年度", "Year"),
     T("五年评估填写末年", "of five years the last one"), NULL, "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "risk_campaign_state", 0, 0,
     T("状态", "State"), ROOM, NULL, "basic", NULL},
    {"body", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("组织单位", "Led by"),
     T("不填时为本单位；评估其所属区划", "empty: one's own; its district is assessed"), NULL, "basic", NULL},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("评估区域", "Area"), ROOM, NULL,
     "basic", NULL},
    {"level", F_ENUM, F_REQUIRED, "district_level", 0, 0, T("填报层级", "Level that assesses"),
     T("该级每个区划一份填报任务", "one task for every district of this level"), NULL, "basic", "county"},
    {"industries", F_TEXT, 0, NULL, 0, 500, T("评估行业", "Industries"),
     T("行业代码，以空格分隔；不填为全部", "codes, blanks between; empty: all"), NULL, "basic", NULL},
    {"due_at", F_TIME, F_REQUIRED | F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("填报截止", "Due"), ROOM, NULL,
     "basic", NULL},
    {"requirements", F_TEXT, F_LONG, NULL, 0, 4000, T("评估要求", "Requirements"), ROOM, NULL, "basic", NULL},
    {"previous", F_REF, RO | F_FILTER, "risk-campaigns", 0, 0, T("上一次评估", "The one before"), ROOM, NULL,
     "basic", NULL},
    {"opened_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("部署时间", "Opened"), ROOM, NULL, "response", NULL},
    {"text", F_TEXT, RO | F_LONG | F_INNER, NULL, 0, TEXT_MOST, T("报告正文", "Report"), ROOM, NULL,
     "response", NULL},
    {"figures", F_JSON, RO | F_INNER, NULL, 0, 131072, T("统计数字", "Figures"), ROOM, NULL, "response",
     NULL},
    {"counted_at", F_TIME, RO, NULL, 0, 0, T("统计时间", "Counted"), ROOM, NULL, "response", NULL},
    {"edited_at", F_TIME, RO, NULL, 0, 0, T("编辑时间", "Edited"), ROOM, NULL, "response", NULL},
    {"edition", F_INT, RO | F_LIST, NULL, 0, 1000, T("印发版次", "Edition"), ROOM, NULL, "response", "0"},
    {"issued_at", F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T("印发时间", "Issued"), ROOM, NULL, "response",
     NULL},
};

static bool same(const DbVal *a, const DbVal *b)
{
    return a->type == b->type && a->i == b->i && str_eq(a->s, b->s);
}

/* Who fills in has begun with what was asked. */
static Rc settled(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    static const char *const kept[] = {"title", "kind",       "year",   "body",
                                       "level", "industries", "due_at", "requirements"};
    if (str_is(rec_text(e, old, "state"), "draft")) return RC_OK;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (!same(rec_val(e, old, kept[i]), rec_val(e, rec, kept[i])))
            return FAIL(w->ctx, RC_STATE, "campaign.opened", "评估已部署，内容不能修改",
                        "the campaign is open, its terms cannot be changed");
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *body;
    if (w->ctx->err.kind < 0) return w->ctx->err.kind;
    if (!rec_i64(e, rec, "body") && w->who) rec_set(e, rec, "body", db_val_id(scope_of(w->who)->body));
    if (old) TRY(settled(w, e, old, rec));
    TRY(industries_check(w, rec_text(e, rec, "industries")));
    if (!rec_i64(e, rec, "body"))
        return FAIL_FIELD(w->ctx, "body", "required", 0, "请填写组织单位", "say which body leads it");
    TRY(store_get(w, &body_entity, rec_i64(e, rec, "body"), &body));
    if (!rec_i64(&body_entity, body, "district"))
        return FAIL_FIELD(w->ctx, "body", "contradiction", 0, "组织单位没有所属区划",
                          "the leading body has no district");
    rec_set(e, rec, "district", *rec_val(&body_entity, body, "district"));
    return RC_OK;
}

const Entity campaign_entity = {
    .name = "risk-campaign",
    .plural = "risk-campaigns",
    .title = T("安全风险评估", "Risk assessment campaigns"),
    .icon = T("", "check"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "campaign.read",
    .write_perm = "campaign.lead",
    .code_field = "code",
    .title_field = "title",
    .sort = "-year",
    .validate = validate,
    .scope =
        {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE, .parties = true},
    .flow = &campaign_flow,
    .papers = campaign_papers,
    .npapers = CAMPAIGN_PAPERS,
};

/* ---- The module ---- */

static const DictEntry kinds[] = {{"year", T("年度评估", "Yearly"), NULL, NULL},
                                  {"five", T("五年评估", "Five-yearly"), NULL, NULL}};
static const DictEntry roles[] = {{"area", T("区域", "An area"), NULL, NULL},
                                  {"line", T("行业部门", "A department's trades"), NULL, NULL}};
static const Dict dicts[] = {
    {"campaign_role", T("风险评估填报范围", "What a part assesses"), roles, ARRAY_LEN(roles), true},
    {"campaign_kind", T("风险评估种类", "Kinds of risk assessment campaigns"), kinds, ARRAY_LEN(kinds), true},
};

static const Perm perms[] = {
    {"campaign.read", T("查看城市安全风险评估", "See risk assessment campaigns"),
     "watch office dept town leader audit"},
    {"campaign.lead", T("组织城市安全风险评估", "Lead risk assessment campaigns"), "office"},
    {"campaign.fill", T("填报城市安全风险评估", "Assess for a campaign"), "office dept town"},
};

static const StepSeed fill_steps[] = {{STEP_REMIND, 80, 0, "turn"},
                                      {STEP_URGE, 100, 0, "turn"},
                                      {STEP_SUPERVISE, 0, 3, "above"},
                                      {STEP_ESCALATE, 0, 10, "office"}};
static const StepSeed work_steps[] = {
    {STEP_REMIND, 50, 0, "turn"}, {STEP_URGE, 100, 0, "turn"}, {STEP_SUPERVISE, 0, 5, "above"}};
#define PROPOSED T("默认值，由使用单位核定", "default, to be set by the user")
static const LimitSeed limits[] = {
    {.code = "campaign.fill",
     .title = T("安全风险评估填报", "Assessing for a campaign"),
     .amount = 30,
     .unit = LIMIT_DAYS,
     .basis = PROPOSED,
     .steps = fill_steps,
     .nsteps = ARRAY_LEN(fill_steps)},
    {.code = "campaign.review",
     .title = T("安全风险评估复核", "Reviewing an assessment"),
     .amount = 5,
     .unit = LIMIT_WORK_DAYS,
     .basis = PROPOSED,
     .steps = work_steps,
     .nsteps = ARRAY_LEN(work_steps)},
    {.code = "campaign.report",
     .title = T("安全风险评估报告编制", "Writing the report of a campaign"),
     .amount = 20,
     .unit = LIMIT_WORK_DAYS,
     .basis = PROPOSED,
     .steps = work_steps,
     .nsteps = ARRAY_LEN(work_steps)},
};

static const Route routes[] = {
    {HTTP_GET, "/api/risk-campaigns/{id}/sums", "campaign.read", campaign_sums,
     .title = T("评估汇总", "A campaign summed up")},
};

static const Entity *const entities[] = {CE, PE, VE};
const Module mod_campaign = {
    .name = "campaign",
    .title = T("城市安全风险评估", "City risk assessment"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .limits = limits,
    .nlimits = ARRAY_LEN(limits),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
};
