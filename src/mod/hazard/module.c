/* Words, permissions, the time limit and the routes of major hazard sources. */
#include "hazard_private.h"

static const DictEntry grades[] = {
    {"1", T("一级", "Grade 1"), NULL, NULL},
    {"2", T("二级", "Grade 2"), NULL, NULL},
    {"3", T("三级", "Grade 3"), NULL, NULL},
    {"4", T("四级", "Grade 4"), NULL, NULL},
};
static const DictEntry units[] = {
    {"production", T("生产单元", "Production unit"), NULL, NULL},
    {"storage", T("储存单元", "Storage unit"), NULL, NULL},
};
static const Dict dicts[] = {
    {"hazard_grade", T("重大危险源等级", "Grades of major hazards"), grades, ARRAY_LEN(grades), true},
    {"hazard_unit", T("单元类型", "Kinds of units"), units, ARRAY_LEN(units), true},
};
static const Perm perms[] = {
    {"hazard.read", T("查看重大危险源和安全承诺", "See major hazards and commitments"),
     "watch office dept town inspector enterprise leader"},
    {"hazard.write", T("填报重大危险源", "Enter major hazards"), "enterprise office"},
    {"hazard.file", T("重大危险源备案和核销", "File and de-file major hazards"), "office dept"},
    {"hazard.commit", T("作出安全承诺", "Give safety commitments"), "enterprise"},
};
static const StepSeed steps[] = {
    {STEP_REMIND, 50, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 0, 2, "above"},
};
static const LimitSeed limits[] = {
    {.code = "hazard.file",
     .title = T("重大危险源备案", "Filing of a major hazard"),
     .amount = 10,
     .unit = LIMIT_WORK_DAYS,
     .basis = T("默认值，由使用单位核定", "default, to be set by the user"),
     .steps = steps,
     .nsteps = ARRAY_LEN(steps)},
};
static const Route routes[] = {
    {HTTP_GET, "/api/safety-commitments/missing", "hazard.read", commitment_missing,
     .title = T("当日未作安全承诺的重大危险源", "Sources without a commitment that day")},
};
static const Entity *const entities[] = {&hazard_entity, &substance_entity, &commitment_entity};
const Module mod_hazard = {
    .name = "hazard",
    .title = T("重大危险源", "Major hazards"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .limits = limits,
    .nlimits = ARRAY_LEN(limits),
};
