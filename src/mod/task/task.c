/* The slice's main table: tasks, their permissions, limits and the module. What happens to a task stands in
 * task_flow.c, where it comes from in task_make.c (a paper that a person confirmed, a task above it) and in
 * series.c (a period that began). People give a task no state, number or stamp. */
#include "task_private.h"

#define RO F_READONLY
#define STAMP(name, zh, en, flags)                                                                           \
    {                                                                                                        \
        name, F_TIME, RO | (flags), NULL, 0, 0, T(zh, en), T("", ""), NULL, "response", NULL                 \
    }
#define BY(name, zh, en)                                                                                     \
    {                                                                                                        \
        name, F_TEXT, RO, NULL, 0, 100, T(zh, en), T("", ""), NULL, "response", NULL                         \
    }
#define WORDS(name, zh, en, flags, group)                                                                    \
    {                                                                                                        \
        name, F_TEXT, RO | F_LONG | (flags), NULL, 0, 4000, T(zh, en), T("", ""), NULL, group, NULL          \
    }

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("任务编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 2, 120, T("任务", "Task"), T("", ""), NULL, "basic",
     NULL},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "task_state", 0, 0, T("状态", "State"),
     T("", ""), NULL, "basic", NULL},
    {"role", F_ENUM, RO | F_FILTER | F_LIST, "task_role", 0, 0, T("承担角色", "Role"), T("", ""), NULL,
     "basic", NULL},
    {"body", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("承办单位", "Unit"), T("", ""), NULL,
     "contact", NULL},
    {"issuer", F_REF, RO | F_FILTER | F_INDEX, "bodies", 0, 0, T("交办单位", "Ordered by"), T("", ""), NULL,
     "contact", NULL},
    {"due_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, NULL, 0, 0, T("办结时限", "Due at"),
     T("文件要求或本期期末", "as the paper says, or the end of the period"), NULL, "basic", NULL},
    {"document", F_REF, RO | F_FILTER | F_INDEX | F_LOOSE, "documents", 0, 0, T("依据文件", "Paper"),
     T("", ""), NULL, "basic", NULL},
    {"item", F_REF, RO | F_FILTER | F_INDEX | F_LOOSE, "document-items", 0, 0, T("文件条目", "Item"),
     T("", ""), NULL, "basic", NULL},
    WORDS("basis", "任务来源", "Where it stands", 0, "basic"),
    WORDS("text", "任务内容", "What is asked", F_SEARCH, "basic"),
    WORDS("requirements", "交办要求", "Requirements", 0, "basic"),
    {"parent", F_REF, RO | F_FILTER | F_INDEX, "tasks", 0, 0, T("上级任务", "Task above"), T("", ""), NULL,
     "basic", NULL},
    {"series", F_REF, RO | F_FILTER | F_INDEX, "task-series", 0, 0, T("周期任务", "Series"), T("", ""), NULL,
     "basic", NULL},
    {"period", F_TEXT, RO, NULL, 0, 60, T("所属周期", "Period"), T("", ""), NULL, "basic", NULL},
    {"times", F_INT, RO, NULL, 0, 1000000, T("本期应完成次数", "Times asked"), T("", ""), NULL, "basic",
     NULL},
    {"times_done", F_INT, RO, NULL, 0, 1000000, T("已完成次数", "Times done"), T("", ""), NULL, "response",
     "0"},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
    STAMP("ordered_at", "交办时间", "Ordered at", F_FILTER | F_SORT),
    BY("ordered_by", "交办人", "Ordered by (person)"),
    STAMP("signed_at", "签收时间", "Signed at", F_SORT),
    BY("signed_by", "签收人", "Signed by"),
    WORDS("progress", "最近进展", "Latest progress", 0, "response"),
    STAMP("progress_at", "进展时间", "Progress at", 0),
    WORDS("result", "完成情况", "What was done", F_SEARCH, "response"),
    STAMP("applied_at", "申请销号时间", "Applied at", F_SORT),
    BY("applied_by", "申请人", "Applied by"),
    {"on_time", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("按期完成", "On time"), T("", ""), NULL, "response",
     NULL},
    STAMP("reviewed_at", "审核时间", "Reviewed at", 0),
    BY("reviewed_by", "审核人", "Reviewed by"),
    WORDS("review", "审核意见", "Review", 0, "response"),
    {"returns", F_INT, RO | F_FILTER, NULL, 0, 1000, T("退回次数", "Returns"), T("", ""), NULL, "response",
     "0"},
    WORDS("returned_reason", "退回原因", "Why it was returned", 0, "response"),
    STAMP("closed_at", "销号时间", "Closed at", F_FILTER | F_SORT),
    WORDS("end_reason", "撤销理由", "Why it was cancelled", 0, "response"),
};

const Entity task_entity = {
    .name = "task",
    .plural = "tasks",
    .title = T("任务", "Tasks"),
    .icon = T("", "task"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "task.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .scope = {.kind = SCOPE_ROW,
              .district = "district",
              .body = "body issuer",
              .line = SCOPE_ANY_LINE,
              .parties = true},
    .flow = &task_flow,
    .papers = task_papers,
    .npapers = TASK_PAPERS,
};

static const Perm perms[] = {
    {"task.read", T("查看任务", "See tasks"), "watch office dept town inspector enterprise leader audit"},
    {"task.order", T("交办任务与审核销号", "Order tasks and review them"), "office dept town"},
    {"task.do", T("签收、办理任务", "Sign and do tasks"),
     "watch office dept town inspector enterprise leader"},
    {"task.supervise", T("任务提醒、督办与延期审批", "Remind, supervise, extend"), "office dept town leader"},
};

static const DictEntry roles[] = {
    {"lead", T("牵头", "Lead"), NULL, NULL},
    {"support", T("配合", "Support"), NULL, NULL},
    {"responsible", T("责任", "Responsible"), NULL, NULL},
};
static const DictEntry pers[] = {
    {"day", T("每日", "Daily"), NULL, NULL},
    {"week", T("每周", "Weekly"), NULL, NULL},
    {"month", T("每月", "Monthly"), NULL, NULL},
    {"two_months", T("每两月", "Every two months"), NULL, NULL},
    {"quarter", T("每季度", "Quarterly"), NULL, NULL},
    {"half_year", T("每半年", "Half-yearly"), NULL, NULL},
    {"term", T("每学期", "Each term"), NULL, NULL},
    {"year", T("每年", "Yearly"), NULL, NULL},
};
static const Dict dicts[] = {
    {"task_role", T("任务角色", "Roles in a task"), roles, ARRAY_LEN(roles), true},
    {"task_per", T("任务周期", "Cadences"), pers, ARRAY_LEN(pers), true},
};

/* ---- Limits ---- */

#define DEFAULT T("默认值，由本地规定核定", "default, for local rules to settle")
static const StepSeed unit_steps[] = {
    {STEP_REMIND, 70, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 0, 3, "above"},
    {STEP_ESCALATE, 0, 10, "office"},
};
static const StepSeed office_steps[] = {
    {STEP_REMIND, 70, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_ESCALATE, 200, 0, "office"},
};
static const StepSeed period_steps[] = {{STEP_REMIND, 100, 0, "owner"}};
#define LIMIT(code, zh, en, amount, unit, steps)                                                             \
    {                                                                                                        \
        code, T(zh, en), 0, amount, unit, DEFAULT, steps, ARRAY_LEN(steps)                                   \
    }
const LimitSeed task_limits[TASK_LIMITS] = {
    LIMIT("task.order", "任务交办", "Ordering a task", 3, LIMIT_WORK_DAYS, office_steps),
    LIMIT("task.sign", "任务签收", "Signing a task", 2, LIMIT_WORK_DAYS, unit_steps),
    LIMIT("task.finish", "任务办理", "Doing a task", 30, LIMIT_DAYS, unit_steps),
    LIMIT("task.rework", "退回补办", "Doing it again", 7, LIMIT_DAYS, unit_steps),
    LIMIT("task.review", "销号审核", "Reviewing a task", 5, LIMIT_WORK_DAYS, office_steps),
    LIMIT("task.period", "周期任务下一期", "Next period of a series", 30, LIMIT_DAYS, period_steps),
};

static const Route routes[] = {
    {HTTP_GET, "/api/tasks/board", "task.read", task_board,
     .title = T("任务看板：按单位、文件或时限汇总", "Tasks by unit, paper or date")},
};

static const Entity *const entities[] = {&task_entity, &series_entity};
const Module mod_task = {
    .name = "task",
    .title = T("任务督办", "Tasks"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .limits = task_limits,
    .nlimits = TASK_LIMITS,
};
