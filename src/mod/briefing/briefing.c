/* The slice's tables: briefings, the plans by which they are written and the templates of their texts. A
 * briefing's figures and period are the program's; its text is the office's once it was written. */
#include "briefing_private.h"

#define RO F_READONLY
#define STAMP(name, zh, en)                                                                                  \
    {                                                                                                        \
        name, F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T(zh, en), T("", ""), NULL, "response", NULL       \
    }
#define BY(name, zh, en)                                                                                     \
    {                                                                                                        \
        name, F_TEXT, RO, NULL, 0, 100, T(zh, en), T("", ""), NULL, "response", NULL                         \
    }
#define RECIPIENTS(flags)                                                                                    \
    {                                                                                                        \
        "recipients", F_TEXT, flags, NULL, 0, 2000, T("发送单位", "Sent to"),                                \
            T("单位编码，以空格分隔", "codes of bodies, blanks between"), NULL, "contact", NULL              \
    }

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120,
     T("简报编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 2, 200, T("标题", "Title"), T("", ""), NULL, "basic",
     NULL},
    {"kind", F_ENUM, RO | F_FILTER | F_LIST, "briefing_kind", 0, 0, T("种类", "Kind"), T("", ""), NULL,
     "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "briefing_state", 0, 0, T("状态", "State"),
     T("", ""), NULL, "basic", NULL},
    {"body", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("编制单位", "Written by"), T("", ""),
     NULL, "basic", NULL},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "basic", NULL},
    {"from_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("统计起始", "From"), T("", ""), NULL,
     "basic", NULL},
    {"to_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, NULL, 0, 0, T("统计截止", "To"), T("", ""),
     NULL, "basic", NULL},
    {"counted_at", F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T("统计时间", "Counted at"), T("", ""), NULL,
     "basic", NULL},
    {"text", F_TEXT, RO | F_LONG | F_INNER, NULL, 0, BRIEFING_TEXT_MAX, T("正文", "Text"), T("", ""), NULL,
     "basic", NULL},
    {"figures", F_JSON, RO | F_INNER, NULL, 0, 131072, T("统计数字", "Figures"),
     T("生成时统计的数字及其查询条件", "what was counted, and which list each of them counts"), NULL, "basic",
     NULL},
    {"plan", F_REF, RO | F_FILTER | F_INDEX, "briefing-plans", 0, 0, T("简报计划", "Plan"), T("", ""), NULL,
     "basic", NULL},
    {"template", F_REF, RO, "briefing-templates", 0, 0, T("模板", "Template"), T("", ""), NULL, "basic",
     NULL},
    RECIPIENTS(RO),
    STAMP("edited_at", "编辑时间", "Edited at"),
    BY("edited_by", "编辑人", "Edited by"),
    STAMP("issued_at", "印发时间", "Issued at"),
    BY("issued_by", "印发人", "Issued by"),
    STAMP("recalled_at", "撤回时间", "Recalled at"),
    BY("recalled_by", "撤回人", "Recalled by"),
    {"end_reason", F_TEXT, RO | F_LONG, NULL, 0, 500, T("撤回或不印发理由", "Why it ended"), T("", ""), NULL,
     "response", NULL},
};

const Entity briefing_entity = {
    .name = "briefing",
    .plural = "briefings",
    .title = T("简报", "Briefings"),
    .icon = T("", "file"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "briefing.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-to_at",
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .parties = true},
    .flow = &briefing_flow,
    .papers = briefing_papers,
    .npapers = BRIEFING_PAPERS,
};

static const Field plan_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("计划编码", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "briefing_kind", 0, 0, T("种类", "Kind"), T("", ""),
     NULL, "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("编制单位", "Written by"),
     T("数字为该单位可见范围内的数字", "the figures are of what this body may see"), NULL, "basic", NULL},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "basic", NULL},
    {"time", F_TEXT, F_REQUIRED | F_LIST, NULL, 5, 5, T("生成时间", "Written at"),
     T("如 07:30", "such as 07:30"), NULL, "basic", "07:30"},
    {"weekday", F_INT, F_LIST, NULL, 1, 7, T("星期", "Weekday"),
     T("周报与通报：1 为星期一", "weekly ones and bulletins: 1 is Monday"), NULL, "basic", "1"},
    {"monthday", F_INT, F_LIST, NULL, 1, 28, T("日期", "Day of the month"),
     T("月报；季度通报为季首月的日期", "monthly ones; quarterly ones: of the first month"), NULL, "basic",
     "1"},
    {"template", F_REF, 0, "briefing-templates", 0, 0, T("模板", "Template"),
     T("不填时用同类的第一个模板", "when left out, the first one of the kind"), NULL, "basic", NULL},
    RECIPIENTS(0),
    {"automatic", F_BOOL, F_LIST, NULL, 0, 0, T("自动印发", "Issued by itself"),
     T("不经审核直接印发", "without anybody's looking at it first"), NULL, "basic", "false"},
    {"enabled", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("启用", "Enabled"), T("", ""), NULL, "basic",
     "true"},
};

static const Action plan_actions[] = {
    {"write", "briefing.edit", T("立即生成", "Write now"), NULL, 0, plan_write, NULL},
};

const Entity briefing_plan_entity = {
    .name = "briefing-plan",
    .plural = "briefing-plans",
    .title = T("简报计划", "Plans of briefings"),
    .icon = T("", "file"),
    .fields = plan_fields,
    .nfields = ARRAY_LEN(plan_fields),
    .read_perm = "briefing.read",
    .write_perm = "briefing.plan",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .actions = plan_actions,
    .nactions = ARRAY_LEN(plan_actions),
    .validate = plan_validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body"},
};

static const Field template_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("模板编码", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 1, 120, T("名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "briefing_kind", 0, 0, T("种类", "Kind"), T("", ""),
     NULL, "basic", NULL},
    {"body", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 30000, T("模板正文", "Text"),
     T("写法同文书模板", "written like the templates of papers"), NULL, "basic", NULL},
};

const Entity briefing_template_entity = {
    .name = "briefing-template",
    .plural = "briefing-templates",
    .title = T("简报模板", "Templates of briefings"),
    .icon = T("", "file"),
    .fields = template_fields,
    .nfields = ARRAY_LEN(template_fields),
    .read_perm = "briefing.read",
    .write_perm = "briefing.plan",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .validate = template_validate_,
    .scope = {.kind = SCOPE_OPEN},
};

static const DictEntry kinds[] = {
    {"daily", T("日报", "Daily"), NULL, NULL},
    {"weekly", T("周报", "Weekly"), NULL, NULL},
    {"monthly", T("月报", "Monthly"), NULL, NULL},
    {"bulletin", T("通报", "Bulletin"), NULL, NULL},
    {"quarterly", T("季度通报", "Quarterly bulletin"), NULL, NULL},
};
static const Dict dicts[] = {
    {"briefing_kind", T("简报种类", "Kinds of briefings"), kinds, ARRAY_LEN(kinds), true},
};

static const Perm perms[] = {
    {"briefing.read", T("查看简报", "See briefings"), "watch office dept town inspector leader audit"},
    {"briefing.edit", T("编辑简报", "Edit briefings"), "watch office dept town"},
    {"briefing.issue", T("印发与撤回简报", "Issue and recall briefings"), "watch office dept town"},
    {"lead.read", T("查看领导页", "See the leaders' page"), "office leader"},
    {"briefing.plan", T("维护简报计划与模板", "Change plans and templates of briefings"), "office"},
};

static const Route routes[] = {
    {HTTP_GET, "/api/lead", "lead.read", lead_handler,
     .title = T("领导页", "The leaders' page in one answer")},
};

static Rc start(Ctx *ctx, Kernel *k)
{
    TRY(brief_seed(ctx, k));
    return job_start(ctx, k);
}

static void stop(Kernel *k)
{
    (void)k;
    job_stop();
}

static const Entity *const entities[] = {&briefing_template_entity, &briefing_plan_entity, &briefing_entity};
const Module mod_briefing = {
    .name = "briefing",
    .title = T("简报通报", "Briefings"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = start,
    .stop = stop,
};
