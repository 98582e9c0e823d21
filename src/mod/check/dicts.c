/* Words and time limits of checks. */
#include "check_private.h"

static const DictEntry purposes[] = {
    {"any", T("通用", "Any"), NULL, NULL},
    {"inspection", T("监督检查", "Inspection"), NULL, NULL},
    {"self", T("企业自查", "Self-check"), NULL, NULL},
    {"patrol", T("网格巡查", "Patrol"), NULL, NULL},
};
static const DictEntry kinds[] = {
    {"inspection", T("监督检查", "Inspection"), NULL, NULL},
    {"self", T("企业自查", "Self-check"), NULL, NULL},
    {"patrol", T("网格巡查", "Patrol"), NULL, NULL},
};
static const DictEntry list_states[] = {
    {"draft", T("草稿", "Draft"), NULL, NULL},
    {"published", T("使用中", "In use"), NULL, NULL},
    {"retired", T("已停用", "Retired"), NULL, NULL},
};
static const DictEntry cadences[] = {
    {"once", T("一次", "Once"), NULL, NULL},
    {"month", T("每月", "Every month"), NULL, NULL},
    {"quarter", T("每季度", "Every quarter"), NULL, NULL},
    {"half", T("每半年", "Every half year"), NULL, NULL},
};
static const DictEntry plan_states[] = {
    {"draft", T("草稿", "Draft"), NULL, NULL},
    {"released", T("执行中", "Under way"), NULL, NULL},
    {"closed", T("已结束", "Ended"), NULL, NULL},
};
static const DictEntry verdicts[] = {
    {"ok", T("符合", "Complies"), NULL, NULL},
    {"bad", T("不符合", "Fails"), NULL, NULL},
    {"none", T("不涉及", "Not applicable"), NULL, NULL},
};
const Dict check_dicts[CHECK_DICTS] = {
    {"check_purpose", T("检查表用途", "Purposes of check lists"), purposes, ARRAY_LEN(purposes), true},
    {"check_kind", T("检查类型", "Kinds of checks"), kinds, ARRAY_LEN(kinds), true},
    {"check_list_state", T("检查表状态", "States of check lists"), list_states, ARRAY_LEN(list_states), true},
    {"check_cadence", T("检查频次", "Cadences"), cadences, ARRAY_LEN(cadences), true},
    {"check_plan_state", T("检查计划状态", "States of plans"), plan_states, ARRAY_LEN(plan_states), true},
    {"check_verdict", T("检查结论", "Verdicts"), verdicts, ARRAY_LEN(verdicts), true},
};

/* The amount is the least a check has; its end is the end of its period (check_make). */
#define AT_LEAST                                                                                             \
    T("默认值：不短于此时长；实际期限为检查周期的截止日",                                                    \
      "default: at least so long; the end is that of the check's period")
static const StepSeed due_steps[] = {
    {STEP_REMIND, 70, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 120, 0, "above"},
    {STEP_ESCALATE, 150, 0, "office"},
};
static const StepSeed patrol_steps[] = {
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 200, 0, "above"},
};
const LimitSeed check_limits[CHECK_LIMITS] = {
    {"check.due", T("检查完成", "Finishing a check"), 0, 1, LIMIT_HOURS, AT_LEAST, due_steps,
     ARRAY_LEN(due_steps)},
    {"check.patrol", T("巡查完成", "Finishing a patrol"), 0, 1, LIMIT_HOURS, AT_LEAST, patrol_steps,
     ARRAY_LEN(patrol_steps)},
};
