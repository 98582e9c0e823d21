/* Safety valves: a register, and the inspection of a valve as a matter. The office orders an inspection from
 * the unit that owns the valve; the unit's people do it with a photo as evidence and say what they found; the
 * office accepts that or sends it back. The text of docs/module-guide.md is made of these tables. */
#include "mod/valve.h"
#include "kernel/matter.h"

/* ---- The register ---- */

static const Field valve_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 1,
     .max = 64,
     .label = T("编号", "Code")},
    {.name = "name",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SEARCH | F_LIST,
     .min = 1,
     .max = 120,
     .label = T("名称", "Name")},
    {.name = "kind",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "valve_kind",
     .label = T("类型", "Kind")},
    {.name = "unit",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "bodies",
     .label = T("权属单位", "Owner")},
    {.name = "district",
     .type = F_REF,
     .flags = F_FILTER | F_LIST,
     .ref = "districts",
     .label = T("所属区划", "District")},
    {.name = "tested_at", .type = F_TIME, .flags = F_SORT | F_LIST, .label = T("校验时间", "Tested at")},
};

static const Entity valve_entity = {
    .name = "valve",
    .plural = "valves",
    .title = T("安全阀", "Safety valves"),
    .icon = T("", "device"),
    .fields = valve_fields,
    .nfields = ARRAY_LEN(valve_fields),
    .read_perm = "valve.read",
    .write_perm = "valve.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "unit"},
};

/* ---- The matter ---- */

static const Field check_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 1,
     .max = 64,
     .label = T("编号", "Code")},
    {.name = "title",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SEARCH | F_LIST,
     .min = 2,
     .max = 120,
     .label = T("事项", "Title")},
    {.name = "valve",
     .type = F_REF,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST,
     .ref = "valves",
     .label = T("安全阀", "Valve")},
    {.name = "state",
     .type = F_ENUM,
     .flags = F_READONLY | F_FILTER | F_LIST,
     .ref = "valve_check_state",
     .label = T("状态", "State")},
    {.name = "office",
     .type = F_REF,
     .flags = F_REQUIRED,
     .ref = "bodies",
     .label = T("交办单位", "Ordered by")},
    {.name = "unit",
     .type = F_REF,
     .flags = F_READONLY | F_LIST,
     .ref = "bodies",
     .label = T("检查单位", "Unit")},
    {.name = "district",
     .type = F_REF,
     .flags = F_READONLY,
     .ref = "districts",
     .label = T("所属区划", "District")},
    {.name = "verdict",
     .type = F_ENUM,
     .flags = F_READONLY | F_FILTER | F_LIST,
     .ref = "valve_verdict",
     .label = T("检查结论", "Verdict")},
    {.name = "found",
     .type = F_TEXT,
     .flags = F_READONLY | F_LONG,
     .max = 1000,
     .label = T("检查情况", "Found")},
};

static const FlowState check_states[] = {
    {"ordered", T("待检查", "To be inspected"), STATE_INITIAL, "unit", "valve.check"},
    {"inspected", T("待复核", "To be reviewed"), 0, "office", NULL},
    {"accepted", T("已办结", "Accepted"), STATE_FINAL, NULL, NULL},
    {"cancelled", T("已取消", "Cancelled"), STATE_FINAL, NULL, NULL},
};

static const Field report_params[] = {
    {.name = "verdict",
     .type = F_ENUM,
     .flags = F_REQUIRED,
     .ref = "valve_verdict",
     .label = T("检查结论", "Verdict")},
    {.name = "found", .type = F_TEXT, .flags = F_LONG, .max = 1000, .label = T("检查情况", "Found")},
};
enum { VERDICT, FOUND };

/* A valve that failed must be described. */
static Rc report_guard(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)e;
    (void)rec;
    if (str_is(params[VERDICT].s, "failed") && !params[FOUND].s.n)
        return FAIL_FIELD(w->ctx, "found", "required", 0, "不合格须说明情况", "say what was found");
    return 0;
}

static Rc report_effect(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    rec_set(e, rec, "verdict", params[VERDICT]);
    rec_set(e, rec, "found", params[FOUND]);
    return 0;
}

/* The valve remembers when it was last found in order; the ledger keeps the valve's change too. */
static Rc accept_effect(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (!str_is(rec_text(e, rec, "verdict"), "passed")) return 0;
    Record *valve;
    TRY(store_get(w, &valve_entity, rec_i64(e, rec, "valve"), &valve));
    Record *old = rec_copy(w->ctx, &valve_entity, valve);
    rec_set(&valve_entity, valve, "tested_at", db_val_i64(w->now));
    return store_update(w, &valve_entity, old, valve, "tested");
}

static const Transition check_moves[] = {
    {"report", "ordered", "inspected", "valve.check", T("提交检查", "Report"),
     FLOW_MAIN | FLOW_TURN | FLOW_EVIDENCE, report_params, ARRAY_LEN(report_params), report_guard,
     report_effect},
    {"accept", "inspected", "accepted", "valve.order", T("通过", "Accept"), FLOW_MAIN | FLOW_CONFIRM, NULL, 0,
     NULL, accept_effect},
    {"return", "inspected", "ordered", "valve.order", T("退回", "Return"), FLOW_REASON, NULL, 0, NULL, NULL},
    {"cancel", "ordered inspected", "cancelled", "valve.order", T("取消", "Cancel"),
     FLOW_REASON | FLOW_CONFIRM, NULL, 0, NULL, NULL},
};

static const Flow check_flow = {
    .state = "state",
    .owner = "unit",
    .perm_supervise = "valve.order",
    .states = check_states,
    .nstates = ARRAY_LEN(check_states),
    .moves = check_moves,
    .nmoves = ARRAY_LEN(check_moves),
};

/* Whose valve it is, and where, comes from the register. */
static Rc check_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *valve;
    if (old || !rec_i64(e, rec, "valve")) return 0;
    TRY(store_get(w, &valve_entity, rec_i64(e, rec, "valve"), &valve));
    rec_set(e, rec, "unit", *rec_val(&valve_entity, valve, "unit"));
    rec_set(e, rec, "district", *rec_val(&valve_entity, valve, "district"));
    return 0;
}

/* The timeline of the inspection begins with the valve. */
static Rc check_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    return old ? 0 : matter_link(w, &valve_entity, rec_i64(e, rec, "valve"), e, rec->id);
}

static const Entity check_entity = {
    .name = "valve-check",
    .plural = "valve-checks",
    .title = T("安全阀检查", "Valve inspections"),
    .icon = T("", "check"),
    .fields = check_fields,
    .nfields = ARRAY_LEN(check_fields),
    .read_perm = "valve.read",
    .write_perm = "valve.order",
    .code_field = "code",
    .title_field = "title",
    .sort = "code",
    .validate = check_validate,
    .changed = check_changed,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "unit office"},
    .flow = &check_flow,
};

/* ---- Words, permissions, time ---- */

static const DictEntry kinds[] = {{"spring", T("弹簧式", "Spring"), NULL, NULL},
                                  {"lever", T("杠杆式", "Lever"), NULL, NULL}};
static const DictEntry verdicts[] = {{"passed", T("合格", "Passed"), NULL, NULL},
                                     {"failed", T("不合格", "Failed"), NULL, NULL}};
static const Dict dicts[] = {
    {"valve_kind", T("安全阀类型", "Kinds of valve"), kinds, ARRAY_LEN(kinds), false},
    {"valve_verdict", T("检查结论", "Verdicts"), verdicts, ARRAY_LEN(verdicts), true},
};

static const Perm perms[] = {
    {"valve.read", T("查看安全阀", "See safety valves"), "watch office dept enterprise"},
    {"valve.write", T("维护安全阀", "Change safety valves"), "office"},
    {"valve.order", T("交办安全阀检查", "Order inspections of valves"), "office"},
    {"valve.check", T("检查安全阀", "Inspect valves"), "enterprise"},
};

static const StepSeed check_steps[] = {
    {STEP_REMIND, 50, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 0, 2, "above"},
};
static const LimitSeed limits[] = {
    {.code = "valve.check",
     .title = T("安全阀检查", "Inspection of a valve"),
     .amount = 10,
     .unit = LIMIT_WORK_DAYS,
     .basis = T("默认值，由使用单位核定", "default, to be set by the user"),
     .steps = check_steps,
     .nsteps = ARRAY_LEN(check_steps)},
};

/* ---- The module ---- */

static const Entity *const entities[] = {&valve_entity, &check_entity};
const Module mod_valve = {
    .name = "valve",
    .title = T("安全阀", "Safety valves"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .limits = limits,
    .nlimits = ARRAY_LEN(limits),
};
