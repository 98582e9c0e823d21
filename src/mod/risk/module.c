/* Words, permissions and the time limit of the risk register. */
#include "risk_private.h"

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
static const DictEntry requests[] = {
    {"new", T("新增", "New unit"), NULL, NULL},
    {"change", T("变更", "Change"), NULL, NULL},
};
static const Dict dicts[] = {
    {"risk_request_kind", T("风险单元申报种类", "Kinds of requests for risk units"), requests,
     ARRAY_LEN(requests), true},
    {"risk_grade", T("风险等级", "Grades of risk"), grades, ARRAY_LEN(grades), true},
    {"risk_unit_kind", T("风险单元类型", "Kinds of risk units"), kinds, ARRAY_LEN(kinds), false},
    {"risk_control", T("管控层级", "Levels of control"), controls, ARRAY_LEN(controls), false},
    {"risk_method", T("评估方法", "Methods of assessment"), methods, ARRAY_LEN(methods), true},
    {"risk_source", T("动态风险依据来源", "Causes of dynamic risk"), risk_sources, RISK_SOURCES, true},
    {"risk_work", T("高风险作业类别", "Kinds of high-risk work"), risk_works, RISK_WORKS, false},
    {"risk_weather", T("气象预警种类", "Kinds of weather warnings"), risk_weathers, RISK_WEATHERS, false},
};

static const Perm perms[] = {
    {"risk.read", T("查看风险单元和评估", "See risk units and assessments"),
     "watch office dept town inspector enterprise leader"},
    {"risk.write", T("申报风险单元、填报评估", "Request risk units, enter assessments"), "enterprise office"},
    {"risk.unit", T("直接维护风险单元", "Change risk units directly"), "office"},
    {"risk.approve", T("审核风险评估", "Approve risk assessments"), "office dept"},
    {"risk.activity", T("登记高风险作业", "Enter high-risk work"), "enterprise office"},
    {"risk.weather", T("录入气象预警", "Enter weather warnings"), "watch office"},
    {"risk.rules", T("维护动态风险规则", "Change the rules of dynamic risk"), "office"},
};

static const StepSeed review_steps[] = {
    {STEP_REMIND, 50, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 0, 2, "above"},
};
static const StepSeed period_steps[] = {{STEP_REMIND, 90, 0, "owner"}, {STEP_URGE, 100, 0, "owner"}};
static const StepSeed late_steps[] = {{STEP_REMIND, 50, 0, "turn"},
                                      {STEP_URGE, 100, 0, "turn"},
                                      {STEP_SUPERVISE, 0, 7, "above"},
                                      {STEP_ESCALATE, 0, 15, "office"}};
#define PERIOD(of, zh, en, days)                                                                             \
    {                                                                                                        \
        .code = "risk.reassess." of, .title = T(zh "重新评估周期", "Re-assessment of " en), .amount = days,  \
        .unit = LIMIT_DAYS, .basis = T("默认值，由使用单位核定", "default, to be set by the user"),          \
        .steps = period_steps, .nsteps = ARRAY_LEN(period_steps)                                             \
    }
static const LimitSeed limits[] = {
    PERIOD("1", "重大风险", "a major risk", 365),
    PERIOD("2", "较大风险", "a considerable risk", 365),
    PERIOD("3", "一般风险", "a general risk", 730),
    PERIOD("4", "低风险", "a low risk", 1095),
    {.code = "risk.reassess.late",
     .title = T("到期单元重新评估", "Re-assessing a unit that is due"),
     .amount = 30,
     .unit = LIMIT_DAYS,
     .basis = T("默认值，由使用单位核定", "default, to be set by the user"),
     .steps = late_steps,
     .nsteps = ARRAY_LEN(late_steps)},
    {.code = "risk.request",
     .title = T("风险单元申报审批", "Approval of a risk unit"),
     .amount = 10,
     .unit = LIMIT_WORK_DAYS,
     .basis = T("默认值，由使用单位核定", "default, to be set by the user"),
     .steps = review_steps,
     .nsteps = ARRAY_LEN(review_steps)},
    {.code = "risk.review",
     .title = T("风险评估审核", "Review of a risk assessment"),
     .amount = 10,
     .unit = LIMIT_WORK_DAYS,
     .basis = T("默认值，由使用单位核定", "default, to be set by the user"),
     .steps = review_steps,
     .nsteps = ARRAY_LEN(review_steps)},
};

static const Route routes[] = {
    {HTTP_GET, "/api/risk/map", "risk.read", risk_map, .title = T("风险四色图", "Four-colour map")},
    {HTTP_GET, "/api/risk/regions", "risk.read", risk_regions, .title = T("区域风险", "Risk of regions")},
    {HTTP_GET, "/api/risk/methods", "risk.read", risk_method_list,
     .title = T("评估方法与分值", "Methods and their scores")},
    {HTTP_POST, "/api/risk/compute/{method}", "risk.read", risk_compute,
     .title = T("按方法试算", "Compute by a method")},
};

static Rc start(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "start", true, &w));
    TRY(risk_rules_seed(&w));
    TRY(work_commit(&w));
    return risk_follow_start(ctx, k);
}

static const Entity *const entities[] = {UE, AE, QE, VE, RE, WE, XE, ME};
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
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = start,
    .stop = risk_follow_stop,
};
