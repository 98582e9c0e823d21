/* The alarm slice's tables: the record of one alarm, from its raise to its end, and maintenance windows. The
 * engine's view (does the condition hold, which grade) and the people's view (acknowledged, shelved, judged)
 * are parted: the first comes from events, the second from actions; watch/watch.h says how they meet. */
#include "alarm_private.h"
#include "mod_alarm_migrations.h"
#include "base/clock.h"

#define RO F_READONLY

static const Field fields[] = {
    {"point", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "points", 0, 0, T("测点", "Point"), T("", ""), NULL,
     "basic", NULL},
    {"point_name", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 200, T("测点名称", "Point name"), T("", ""), NULL,
     "basic", NULL},
    {"rule", F_TEXT, RO | F_FILTER | F_SEARCH | F_LIST | F_INDEX, NULL, 0, 64, T("规则", "Rule"), T("", ""),
     NULL, "basic", NULL},
    {"rule_name", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 200, T("规则名称", "Rule name"), T("", ""), NULL,
     "basic", NULL},
    {"kind", F_ENUM, RO | F_FILTER, "alarm_kind", 0, 0, T("类型", "Kind"), T("", ""), NULL, "basic", NULL},
    {"grade", F_INT, RO | F_FILTER | F_SORT | F_LIST, "grade", 1, 4, T("等级", "Grade"), T("", ""), NULL,
     "basic", NULL},
    {"worst_grade", F_INT, RO | F_FILTER, "grade", 1, 4, T("最高等级", "Worst grade"), T("", ""), NULL,
     "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "alarm_state", 0, 0, T("状态", "State"),
     T("", ""), NULL, "basic", NULL},
    {"active", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("条件仍在", "Condition holds"), T("", ""), NULL, "basic",
     NULL},
    {"acked", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("已确认", "Acknowledged"), T("", ""), NULL, "basic", NULL},
    {"raised_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, NULL, 0, 0, T("报警时间", "Raised at"),
     T("", ""), NULL, "basic", NULL},
    {"since", F_TIME, RO, NULL, 0, 0, T("越限起始", "Since"), T("", ""), NULL, "basic", NULL},
    {"returned_at", F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T("恢复时间", "Returned at"), T("", ""), NULL,
     "basic", NULL},
    {"value", F_REAL, RO | F_LIST, NULL, 0, 0, T("报警值", "Value"), T("", ""), NULL, "basic", NULL},
    {"limit_value", F_REAL, RO, NULL, 0, 0, T("限值", "Limit"), T("", ""), NULL, "basic", NULL},
    {"unit", F_TEXT, RO, NULL, 0, 20, T("单位", "Unit"), T("", ""), NULL, "basic", NULL},
    {"count", F_INT, RO | F_SORT | F_LIST, NULL, 0, 1e9, T("次数", "Count"), T("", ""), NULL, "basic", NULL},
    {"reason_zh", F_TEXT, RO | F_SEARCH, NULL, 0, 2000, T("原因", "Reason (Chinese)"), T("", ""), NULL,
     "basic", NULL},
    {"reason_en", F_TEXT, RO, NULL, 0, 2000, T("原因（英文）", "Reason (English)"), T("", ""), NULL, "basic",
     NULL},
    {"facts", F_JSON, RO, NULL, 0, 65536, T("依据", "Facts"),
     T("组合条件中各测点当时的值，或违反的电子围栏与车速",
       "the points of an expression with their values then, or the fences that were broken and the speed"),
     NULL, "basic", NULL},
    {"object", F_REF, RO | F_FILTER | F_INDEX, "objects", 0, 0, T("对象", "Object"), T("", ""), NULL, "place",
     NULL},
    {"district", F_REF, RO | F_FILTER, "districts", 0, 0, T("区县", "District"), T("", ""), NULL, "place",
     NULL},
    {"field", F_ENUM, RO | F_FILTER, "field", 0, 0, T("专业", "Field"), T("", ""), NULL, "place", NULL},
    {"owner", F_REF, RO | F_FILTER, "bodies", 0, 0, T("权属单位", "Owner"), T("", ""), NULL, "place", NULL},
    {"group_id", F_TEXT, RO | F_FILTER | F_INDEX | F_INNER, NULL, 0, 24, T("报警组", "Group"),
     T("同一对象在一个窗口内的报警，以首报为名", "Alarms of one site within a window, named by the first"),
     NULL, "place", NULL},
    {"first_out", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("首报", "First out"), T("", ""), NULL, "place", NULL},
    {"last_event", F_ENUM, RO, "alarm_event", 0, 0, T("最近事件", "Last event"), T("", ""), NULL, "monitor",
     NULL},
    {"announced", F_BOOL, RO, NULL, 0, 0, T("最近事件已播报", "Last event announced"), T("", ""), NULL,
     "monitor", NULL},
    {"acked_by", F_TEXT, RO, NULL, 0, 100, T("确认人", "Acknowledged by"), T("", ""), NULL, "response", NULL},
    {"acked_at", F_TIME, RO, NULL, 0, 0, T("确认时间", "Acknowledged at"), T("", ""), NULL, "response", NULL},
    {"until", F_TIME, RO, NULL, 0, 0, T("搁置或抑制至", "Shelved or suppressed until"), T("", ""), NULL,
     "response", NULL},
    {"held_by", F_TEXT, RO, NULL, 0, 100, T("搁置人", "Held by"), T("", ""), NULL, "response", NULL},
    {"held_reason", F_TEXT, RO, NULL, 0, 500, T("搁置理由", "Reason for holding"), T("", ""), NULL,
     "response", NULL},
    {"suppressed_by", F_TEXT, RO | F_INDEX | F_INNER, NULL, 0, 24, T("抑制来源", "Suppressed by"),
     T("抑制它的上级报警或检修窗口", "The parent alarm or maintenance window that suppresses it"), NULL,
     "response", NULL},
    {"verdict", F_ENUM, RO | F_FILTER, "verdict", 0, 0, T("研判", "Verdict"), T("", ""), NULL, "response",
     NULL},
    {"verdict_code", F_ENUM, RO | F_FILTER, "false_reason", 0, 0, T("误报原因", "Why it is false"), T("", ""),
     NULL, "response", NULL},
    {"verdict_reason", F_TEXT, RO, NULL, 0, 500, T("研判说明", "Reason of the verdict"), T("", ""), NULL,
     "response", NULL},
    {"judged_by", F_TEXT, RO, NULL, 0, 100, T("研判人", "Judged by"), T("", ""), NULL, "response", NULL},
    {"judged_at", F_TIME, RO, NULL, 0, 0, T("研判时间", "Judged at"), T("", ""), NULL, "response", NULL},
};

static void committed(Kernel *k, const Entity *e)
{
    (void)e;
    AlarmGrades *grades = alarm_desk_grades(k);
    if (grades) alarm_grades_refresh(grades);
}

const Entity alarm_entity = {
    .name = "alarm",
    .plural = "alarms",
    .evidence = true,
    .title = T("报警", "Alarms"),
    .icon = T("", "alarm"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "alarm.read",
    .write_perm = NULL,
    .title_field = "point_name",
    .sort = "-raised_at",
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "owner", .line = "field"},
    .actions = alarm_actions,
    .nactions = ALARM_ACTIONS,
    .changed = alarm_changed,
    .step = alarm_step,
    .committed = committed,
    .expand = alarm_expand,
    .timeline = alarm_timeline,
};

static const Field window_fields[] = {
    {"reason", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 300, T("事由", "Reason"), T("", ""), NULL,
     "basic", NULL},
    {"point", F_REF, F_FILTER | F_LIST | F_INDEX, "points", 0, 0, T("测点", "Point"),
     T("测点、设备、对象三选一", "One of point, device, object"), NULL, "basic", NULL},
    {"device", F_REF, F_FILTER | F_LIST | F_INDEX, "devices", 0, 0, T("设备", "Device"), T("", ""), NULL,
     "basic", NULL},
    {"object", F_REF, F_FILTER | F_LIST | F_INDEX, "objects", 0, 0, T("对象", "Object"), T("", ""), NULL,
     "basic", NULL},
    {"starts_at", F_TIME, F_REQUIRED | F_SORT | F_LIST | F_FILTER, NULL, 0, 0, T("开始", "Starts"), T("", ""),
     NULL, "basic", NULL},
    {"ends_at", F_TIME, F_REQUIRED | F_SORT | F_LIST | F_FILTER, NULL, 0, 0, T("结束", "Ends"), T("", ""),
     NULL, "basic", NULL},
};

static Rc window_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    int targets = 0;
    static const char *const names[] = {"point", "device", "object"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) targets += rec_val(e, rec, names[i])->type != DB_NULL;
    if (targets != 1)
        FAIL_FIELD(w->ctx, "point", "one_of", 0, "测点、设备、对象须且只须填一项",
                   "fill exactly one of point, device, object");
    int64_t starts = rec_time(e, rec, "starts_at"), ends = rec_time(e, rec, "ends_at");
    if (starts != TIME_NONE && ends != TIME_NONE && ends <= starts)
        FAIL_FIELD(w->ctx, "ends_at", "order", 0, "结束须晚于开始", "the end must be after the start");
    return w->ctx->err.kind;
}

const Entity maintenance_entity = {
    .name = "maintenance-window",
    .plural = "maintenance-windows",
    .title = T("检修窗口", "Maintenance windows"),
    .icon = T("", "maintenance"),
    .fields = window_fields,
    .nfields = ARRAY_LEN(window_fields),
    .read_perm = "alarm.read",
    .write_perm = "alarm.suppress",
    .title_field = "reason",
    .sort = "-starts_at",
    .scope = {.kind = SCOPE_VIA, .via = "point device object"},
    .validate = window_validate,
    .changed = alarm_window_changed,
};

static const DictEntry states[] = {
    {"normal", T("已结束", "Normal"), NULL, NULL},
    {"unacknowledged", T("未确认", "Unacknowledged"), NULL, NULL},
    {"acknowledged", T("已确认", "Acknowledged"), NULL, NULL},
    {"returned", T("已恢复未确认", "Returned, unacknowledged"), NULL, NULL},
    {"shelved", T("已搁置", "Shelved"), NULL, NULL},
    {"suppressed", T("已抑制", "Suppressed by design"), NULL, NULL},
    {"out-of-service", T("已停用", "Out of service"), NULL, NULL},
};
static const DictEntry verdicts[] = {
    {"true", T("真警", "True"), NULL, NULL},
    {"false", T("误报", "False"), NULL, NULL},
    {"test", T("测试", "Test"), NULL, NULL},
    {"maintenance", T("检修", "Maintenance"), NULL, NULL},
};
static const DictEntry alarm_kinds[] = {
    {"level", T("越限", "Level"), NULL, NULL},
    {"rate", T("变化率", "Rate of change"), NULL, NULL},
    {"stuck", T("卡滞", "Stuck"), NULL, NULL},
    {"offline", T("离线", "Offline"), NULL, NULL},
    {"expr", T("组合", "Expression"), NULL, NULL},
    {"deviation", T("偏离基线", "Deviation"), NULL, NULL},
    {"clock", T("时钟故障", "Clock fault"), NULL, NULL},
};
static const DictEntry events[] = {
    {"raise", T("触发", "Raised"), NULL, NULL},
    {"escalate", T("升级", "Escalated"), NULL, NULL},
    {"ease", T("降级", "Eased"), NULL, NULL},
    {"return", T("恢复", "Returned"), NULL, NULL},
    {"ack", T("确认", "Acknowledged"), NULL, NULL},
    {"judge", T("研判", "Judged"), NULL, NULL},
    {"shelve", T("搁置", "Shelved"), NULL, NULL},
    {"unshelve", T("取消搁置", "Unshelved"), NULL, NULL},
    {"suppress", T("抑制", "Suppressed"), NULL, NULL},
    {"out-of-service", T("停用", "Taken out of service"), NULL, NULL},
    {"in-service", T("启用", "Put in service"), NULL, NULL},
    {"release", T("到期恢复播报", "Announced at the end of a hold"), NULL, NULL},
    {"close", T("关闭", "Closed"), NULL, NULL},
};
/* Why an alarm was false: the first entries; a city adds its own. The number is the key on the alarm page. */
static const DictEntry false_reasons[] = {
    {"sensor", T("传感器故障或漂移", "Sensor fault or drift"), NULL, "{\"key\":1}"},
    {"calibration", T("标定或校验残留", "Calibration"), NULL, "{\"key\":2}"},
    {"environment", T("环境干扰", "Interference from around"), NULL, "{\"key\":3}"},
    {"works", T("施工或作业扰动", "Works on site"), NULL, "{\"key\":4}"},
    {"transmission", T("通信或数据异常", "Transmission or data"), NULL, "{\"key\":5}"},
    {"limit", T("限值或规则不当", "Limit or rule unsuitable"), NULL, "{\"key\":6}"},
    {"operation", T("正常工况波动", "Normal operation"), NULL, "{\"key\":7}"},
    {"other", T("其他", "Other"), NULL, "{\"key\":9}"},
};
/* What ISA-18.2 recommends for one operator position: proposals, for a city to change. */
static const DictEntry targets[] = {
    {"per_day", T("每日报警", "Alarms a day"), NULL, "{\"target\":150,\"most\":300}"},
    {"per_hour", T("每小时报警", "Alarms an hour"), NULL, "{\"target\":6,\"most\":12}"},
    {"per_10min", T("每 10 分钟报警", "Alarms in 10 min"), NULL, "{\"target\":1,\"most\":2}"},
    {"peak_10min", T("10 分钟峰值", "Peak in 10 min"), NULL, "{\"target\":10,\"most\":10}"},
    {"flood_share", T("泛滥时间占比", "Share of time in flood"), NULL, "{\"target\":0.01,\"most\":0.01}"},
    {"top_share", T("最频繁十个占比", "Share of the ten most frequent"), NULL,
     "{\"target\":0.01,\"most\":0.05}"},
    {"chattering", T("抖动报警", "Chattering alarms"), NULL, "{\"target\":0,\"most\":0}"},
    {"stale", T("滞留报警", "Stale alarms"), NULL, "{\"target\":5,\"most\":5}"},
    {"mix", T("等级构成", "Mix of grades"), NULL, "{\"1\":0.01,\"2\":0.05,\"3\":0.15,\"4\":0.79}"},
};
static const Dict dicts[] = {
    {"alarm_state", T("报警状态", "Alarm states"), states, ARRAY_LEN(states), true},
    {"verdict", T("研判结论", "Verdicts"), verdicts, ARRAY_LEN(verdicts), true},
    {"alarm_kind", T("报警类型", "Alarm kinds"), alarm_kinds, ARRAY_LEN(alarm_kinds), true},
    {"alarm_event", T("报警事件", "Alarm events"), events, ARRAY_LEN(events), true},
    {"false_reason", T("误报原因", "Reasons of false alarms"), false_reasons, ARRAY_LEN(false_reasons),
     false},
    {"alarm_target", T("报警负荷建议值（默认值）", "Targets of the alarm load (defaults)"), targets,
     ARRAY_LEN(targets), false},
};

static const Perm perms[] = {
    {"alarm.read", T("查看报警", "See alarms"), "watch office dept town inspector leader system audit"},
    {"alarm.ack", T("确认与研判报警", "Acknowledge and judge alarms"), "watch office"},
    {"alarm.shelve", T("搁置报警", "Shelve alarms"), "watch office"},
    {"alarm.suppress",
     T("抑制报警、设检修窗口、停用", "Suppress alarms, set maintenance windows, take out of service"),
     "watch office system"},
    {"alarm.contact", T("查看责任单位电话", "See the telephone of who answers for an alarm"),
     "watch office dept town"},
};

/* Defaults, until the program says otherwise. */
static AlarmOptions options = {.group_ms = MS_MINUTE, .suppress_most_ms = 7 * MS_DAY, .near_m = 500};

void alarm_configure(const AlarmOptions *opt)
{
    ENSURE(opt->group_ms >= 0 && opt->suppress_most_ms > 0 && opt->near_m > 0);
    options = *opt;
}

const AlarmOptions *alarm_options(void)
{
    return &options;
}

static Rc start(Ctx *ctx, Kernel *k)
{
    return alarm_desk_start(ctx, kernel_service(k, "alarm_desk"));
}

static void stop(Kernel *k)
{
    alarm_desk_stop(kernel_service(k, "alarm_desk"));
}

static const Entity *const entities[] = {&alarm_entity, &maintenance_entity};
const Module mod_alarm = {
    .name = "alarm",
    .title = T("报警", "Alarms"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = alarm_routes,
    .nroutes = ALARM_ROUTES,
    .migrations = mod_alarm_migrations,
    .nmigrations = ARRAY_LEN(mod_alarm_migrations),
    .start = start,
    .stop = stop,
    .limits = alarm_limits,
    .nlimits = ALARM_LIMITS,
};
