/* Time limits and the calendar as a module of the kernel's own: what it declares, in one place. */
#include "clock/clock_int.h"

static const DictEntry unit_entries[] = {
    {"minute", T("分钟", "minutes"), NULL, NULL},
    {"hour", T("小时", "hours"), NULL, NULL},
    {"day", T("日", "days"), NULL, NULL},
    {"work_hour", T("工作小时", "working hours"), NULL, NULL},
    {"work_day", T("工作日", "working days"), NULL, NULL},
};
static const DictEntry kind_entries[] = {
    {"remind", T("提醒", "Reminder"), NULL, NULL},     {"urge", T("催办", "Urge"), NULL, NULL},
    {"supervise", T("督办", "Supervise"), NULL, NULL}, {"escalate", T("升级", "Escalate"), NULL, NULL},
    {"call", T("呼叫", "Call"), NULL, NULL},
};
static const DictEntry to_entries[] = {
    {"turn", T("办理单位", "Body whose turn it is"), NULL, NULL},
    {"owner", T("责任单位", "Owner"), NULL, NULL},
    {"above", T("上一级单位", "Body above"), NULL, NULL},
    {"office", T("安委办", "Safety committee office"), NULL, NULL},
    {"watch", T("值班人员", "Who is on watch"), NULL, NULL},
};
static const DictEntry day_entries[] = {
    {"off", T("休息", "Day off"), NULL, NULL},
    {"work", T("上班", "Working day"), NULL, NULL},
};
static const Dict dicts[] = {
    {"limit_unit", T("时限单位", "Units of time limits"), unit_entries, ARRAY_LEN(unit_entries), true},
    {"step_kind", T("催督方式", "Rungs of the ladder"), kind_entries, ARRAY_LEN(kind_entries), true},
    {"step_to", T("催督对象", "Who is told"), to_entries, ARRAY_LEN(to_entries), true},
    {"day_kind", T("日期类别", "Kinds of days"), day_entries, ARRAY_LEN(day_entries), true},
};

static const Perm perms[] = {
    {"limit.read", T("查看时限", "See time limits"),
     "watch office dept town inspector enterprise leader system audit grid"},
    {"limit.write", T("维护时限", "Edit time limits"), "office"},
    {"calendar.read", T("查看日历", "See the calendar"),
     "watch office dept town inspector enterprise leader system audit"},
    {"calendar.write", T("维护日历和工作时间", "Edit calendar and working hours"), "office system"},
};

static const Entity *const entities[] = {&holidays_entity, &calendar_years_entity, &work_times_entity,
                                         &time_limits_entity, &limit_steps_entity};

const Module kernel_clock_module = {
    .name = "clock",
    .title = T("时限与日历", "Time limits and calendar"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
};
