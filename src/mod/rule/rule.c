/* The rule slice's tables. A rule stands in one flat row, so that it can be filled in a spreadsheet: limit1 …
 * limit4 are the limits of red, orange, yellow and blue, an empty one means the grade is not used. What a
 * kind does with its fields is fixed by the watch (docs/alarms.md); rule_json.c translates. */
#include "rule_private.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST | F_CREATE_ONLY, NULL, 1,
     64, T("规则编号", "Rule code"), T("报警引擎中的规则名，不可改", "Name in the alarm engine; fixed"), NULL,
     "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST | F_SORT, NULL, 1, 120, T("名称", "Name"), T("", ""),
     NULL, "basic", NULL},
    {"point", F_TEXT, F_REQUIRED | F_FILTER | F_SEARCH | F_LIST, NULL, 1, 64, T("测点", "Point"),
     T("测点编号或通配：* 任意串，? 一个字符", "Point code or glob: * any string, ? one character"), NULL,
     "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_SORT | F_LIST, "rule_kind", 0, 0, T("类型", "Kind"), T("", ""),
     NULL, "basic", NULL},
    {"dir", F_ENUM, 0, "rule_dir", 0, 0, T("方向", "Direction"),
     T("越限：高、低；变化率：升、降、双向", "Level: high, low; rate: rise, fall, either"), NULL, "limits",
     NULL},
    {"limit1", F_REAL, F_LIST, NULL, 0, 0, T("红色限值", "Red limit"), T("Ⅰ级", "grade I"), NULL, "limits",
     NULL},
    {"limit2", F_REAL, F_LIST, NULL, 0, 0, T("橙色限值", "Orange limit"), T("Ⅱ级", "grade II"), NULL,
     "limits", NULL},
    {"limit3", F_REAL, F_LIST, NULL, 0, 0, T("黄色限值", "Yellow limit"), T("Ⅲ级", "grade III"), NULL,
     "limits", NULL},
    {"limit4", F_REAL, F_LIST, NULL, 0, 0, T("蓝色限值", "Blue limit"), T("Ⅳ级", "grade IV"), NULL, "limits",
     NULL},
    {"grade", F_INT, 0, NULL, 1, 4, T("等级", "Grade"),
     T("1 红 2 橙 3 黄 4 蓝；卡滞、离线及布尔表达式用",
       "1 red 2 orange 3 yellow 4 blue; for stuck, offline and boolean expressions"),
     NULL, "limits", NULL},
    {"deadband", F_REAL, 0, NULL, 0, 1e12, T("回差", "Dead band"), T("", ""), NULL, "timing", NULL},
    {"on_delay_ms", F_INT, 0, NULL, 0, 604800000, T("报警延时", "On-delay"), T("", ""), "ms", "timing", NULL},
    {"off_delay_ms", F_INT, 0, NULL, 0, 604800000, T("恢复延时", "Off-delay"), T("", ""), "ms", "timing",
     NULL},
    {"max_gap_ms", F_INT, 0, NULL, 0, 604800000, T("最大间隔", "Longest gap"),
     T("两次读数相隔更久则重新计时，0 为不限", "A longer pause starts the run anew; 0: none"), "ms", "timing",
     NULL},
    {"window_ms", F_INT, 0, NULL, 0, 2592000000.0, T("窗口", "Window"),
     T("变化率、卡滞用", "For rate and stuck"), "ms", "timing", NULL},
    {"eps", F_REAL, 0, NULL, 0, 1e12, T("卡滞容差", "Stuck tolerance"), T("", ""), NULL, "timing", NULL},
    {"timeout_ms", F_INT, 0, NULL, 0, 2592000000.0, T("离线时限", "Offline after"), T("", ""), "ms", "timing",
     NULL},
    {"expr", F_TEXT, F_LONG, NULL, 0, 2000, T("表达式", "Expression"),
     T("例：v(\"GAS-0001\") > 1 and avg(\"GAS-0002\", 600) > 0.5",
       "e.g. v(\"GAS-0001\") > 1 and avg(\"GAS-0002\", 600) > 0.5"),
     NULL, "technical", NULL},
    {"max_age_ms", F_INT, 0, NULL, 0, 2592000000.0, T("操作数最大时效", "Operand age limit"), T("", ""), "ms",
     "technical", NULL},
    {"k", F_REAL, 0, NULL, 0, 1000, T("偏离倍数", "Deviation factor"),
     T("以稳健标准差计", "In robust standard deviations"), NULL, "technical", NULL},
    {"warmup_ms", F_INT, 0, NULL, 0, 31536000000.0, T("学习期", "Warm-up"), T("", ""), "ms", "technical",
     NULL},
    {"season_ms", F_INT, 0, NULL, 0, 31536000000.0, T("周期", "Season"), T("", ""), "ms", "technical", NULL},
    {"enabled", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("启用", "Enabled"), T("", ""), NULL, "basic",
     "true"},
    {"valid_from", F_TIME, F_FILTER | F_SORT, NULL, 0, 0, T("生效时间", "Valid from"), T("", ""), NULL,
     "validity", NULL},
    {"valid_to", F_TIME, F_FILTER | F_SORT, NULL, 0, 0, T("失效时间", "Valid to"), T("", ""), NULL,
     "validity", NULL},
    {"cause", F_TEXT, F_LONG, NULL, 0, 1000, T("可能原因", "Likely cause"), T("", ""), NULL, "response",
     NULL},
    {"consequence", F_TEXT, F_LONG, NULL, 0, 1000, T("可能后果", "Consequence"), T("", ""), NULL, "response",
     NULL},
    {"response", F_TEXT, F_LONG, NULL, 0, 1000, T("处置措施", "Response"), T("", ""), NULL, "response", NULL},
    {"response_minutes", F_INT, 0, NULL, 0, 10080, T("处置时限", "Time to respond"), T("", ""), "min",
     "response", NULL},
    {"basis", F_TEXT, F_SEARCH, NULL, 0, 200, T("依据", "Basis"),
     T("标准条款；建议值请注明「默认值」", "Clause of a standard; mark proposals as default"), NULL,
     "response", "默认值"},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)e;
    (void)old;
    return rule_check(w, rec);
}

/* An old version as a new one: the fields that differ, and why. The ledger keeps both versions. */
static Rc restore(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    const Json *values;
    TRY(json_parse(w->ctx, params[1].s, &values));
    return store_read_json(w, e, values, false, 0, rec);
}

static const Field restore_params[] = {
    {"reason", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 500, T("理由", "Reason"), T("", ""), NULL, NULL, NULL},
    {"values", F_JSON, F_REQUIRED, NULL, 0, 0, T("恢复的内容", "Values"),
     T("旧版本中不同的字段", "The fields that differ, as they were"), NULL, NULL, NULL},
};

static const Action actions[] = {
    {"restore", "rule.write", T("恢复旧版本", "Restore a version"), restore_params, ARRAY_LEN(restore_params),
     restore, NULL},
};

const Entity rule_entity = {
    .name = "rule",
    .plural = "rules",
    .title = T("报警规则", "Alarm rules"),
    .icon = T("", "rule"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "rule.read",
    .write_perm = "rule.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .scope = {.kind = SCOPE_VIA, .via = "point", .of = "points", .shared = true},
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .validate = validate,
    .committed = rule_committed,
};

static const DictEntry kinds[] = {
    {"level", T("越限", "Level"), NULL, NULL},
    {"rate", T("变化率", "Rate of change"), NULL, NULL},
    {"stuck", T("卡滞", "Stuck"), NULL, NULL},
    {"offline", T("离线", "Offline"), NULL, NULL},
    {"expr", T("组合表达式", "Expression"), NULL, NULL},
    {"deviation", T("偏离基线", "Deviation"), NULL, NULL},
};
static const DictEntry dirs[] = {
    {"high", T("高于", "High"), NULL, NULL},     {"low", T("低于", "Low"), NULL, NULL},
    {"rise", T("上升", "Rise"), NULL, NULL},     {"fall", T("下降", "Fall"), NULL, NULL},
    {"either", T("双向", "Either"), NULL, NULL},
};
static const DictEntry grades[] = {
    {"1", T("红 Ⅰ级", "Red I"), NULL, NULL},
    {"2", T("橙 Ⅱ级", "Orange II"), NULL, NULL},
    {"3", T("黄 Ⅲ级", "Yellow III"), NULL, NULL},
    {"4", T("蓝 Ⅳ级", "Blue IV"), NULL, NULL},
};
static const Dict dicts[] = {
    {"rule_kind", T("规则类型", "Rule kinds"), kinds, ARRAY_LEN(kinds), true},
    {"rule_dir", T("规则方向", "Rule directions"), dirs, ARRAY_LEN(dirs), true},
    {"grade", T("预警等级", "Grades"), grades, ARRAY_LEN(grades), true},
};

static const Perm perms[] = {
    {"rule.read", T("查看报警规则", "See alarm rules"),
     "watch office dept town inspector leader system audit"},
    {"rule.write", T("维护报警规则", "Change alarm rules"), "watch office system"},
};

static const Entity *const entities[] = {&rule_entity};
const Module mod_rule = {
    .name = "rule",
    .title = T("报警规则", "Alarm rules"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = rule_routes,
    .nroutes = RULE_ROUTES,
    .start = rule_live_start,
    .stop = rule_live_stop,
};
