/* Words, permissions and the time limit of the risk register. */
#include "mod/risk.h"

static const DictEntry grades[] = {
    {"1", T("重大风险（红）", "Major (red)"), NULL, NULL},
    {"2", T("较大风险（橙）", "Considerable (orange)"), NULL, NULL},
    {"3", T("一般风险（黄）", "General (yellow)"), NULL, NULL},
    {"4", T("低风险（蓝）", "Low (blue)"), NULL, NULL},
};
static const DictEntry kinds[] = {
    {"place", T("场所区域", "Place"), NULL, NULL},
    {"equipment", T("设备设施", "Equipment"), NULL, NULL},
    {"post", T("岗位", "Post"), NULL, NULL},
    {"activity", T("作业活动", "Activity"), NULL, NULL},
};
static const DictEntry controls[] = {
    {"company", T("公司（厂）级", "Company"), NULL, NULL},
    {"workshop", T("部门（车间）级", "Workshop"), NULL, NULL},
    {"team", T("班组级", "Team"), NULL, NULL},
    {"post", T("岗位级", "Post"), NULL, NULL},
};
static const DictEntry methods[] = {
    {"lec", T("作业条件危险性评价法（LEC）", "LEC"), NULL, NULL},
    {"ls", T("风险矩阵法（LS，A 表）", "LS matrix (table A)"), NULL, NULL},
    {"mes", T("MES 评价法", "MES"), NULL, NULL},
};
static const Dict dicts[] = {
    {"risk_grade", T("风险等级", "Grades of risk"), grades, ARRAY_LEN(grades), true},
    {"risk_unit_kind", T("风险单元类型", "Kinds of risk units"), kinds, ARRAY_LEN(kinds), false},
    {"risk_control", T("管控层级", "Levels of control"), controls, ARRAY_LEN(controls), false},
    {"risk_method", T("评估方法", "Methods of assessment"), methods, ARRAY_LEN(methods), true},
};

static const Perm perms[] = {
    {"risk.read", T("查看风险单元和评估", "See risk units and assessments"),
     "watch office dept town inspector enterprise leader"},
    {"risk.write", T("填报风险单元和评估", "Enter risk units and assessments"), "enterprise office"},
    {"risk.approve", T("审核风险评估", "Approve risk assessments"), "office dept"},
};

static const StepSeed review_steps[] = {
    {STEP_REMIND, 50, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 0, 2, "above"},
};
static const LimitSeed limits[] = {
    {.code = "risk.review",
     .title = T("风险评估审核", "Review of a risk assessment"),
     .amount = 10,
     .unit = LIMIT_WORK_DAYS,
     .basis = T("默认值，由使用单位核定", "default, to be set by the user"),
     .steps = review_steps,
     .nsteps = ARRAY_LEN(review_steps)},
};

static const Entity *const entities[] = {&risk_unit_entity, &risk_assessment_entity};
const Module mod_risk = {
    .name = "risk",
    .title = T("风险管控", "Risk"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .limits = limits,
    .nlimits = ARRAY_LEN(limits),
};
