/* The slice's dictionaries, permissions, routes and the module. */
#include "indicator_private.h"

static const DictEntry natures[] = {
    {"binding", T("约束性", "Binding"), NULL, NULL},
    {"expected", T("预期性", "Expected"), NULL, NULL},
};
static const DictEntry kinds[] = {
    {"fall", T("下降", "Fall"), NULL, NULL},
    {"rise", T("上升", "Rise"), NULL, NULL},
    {"at_least", T("每年不低于", "At least, each year"), NULL, NULL},
    {"at_most", T("每年不高于", "At most, each year"), NULL, NULL},
};
static const Dict dicts[] = {
    {"indicator_nature", T("指标属性", "Natures of indicators"), natures, ARRAY_LEN(natures), false},
    {"indicator_kind", T("指标方向", "Directions of indicators"), kinds, ARRAY_LEN(kinds), false},
};
static const Perm perms[] = {
    {"indicator.read", T("查看规划指标", "See indicators"), "watch office dept town inspector leader audit"},
    {"indicator.write", T("维护规划与指标", "Change plans and indicators"), "office"},
    {"indicator-value.write", T("填报指标年度值", "Enter figures of indicators"), "office dept"},
};
static const Route routes[] = {
    {HTTP_GET, "/api/indicator-plans/{id}/table", "indicator.read", indicator_table,
     .title = T("规划指标表", "Table of a plan's indicators")},
};
static const Entity *const entities[] = {&indicator_plan_entity, &indicator_entity, &indicator_value_entity};
const Module mod_indicator = {
    .name = "indicator",
    .title = T("规划指标", "Indicators of plans"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
};
