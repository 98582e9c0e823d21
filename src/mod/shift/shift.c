/* The module: roster, shift log, handover. */
#include "kernel/notice.h"
#include "shift_private.h"

static const Entity *const entities[] = {&duty_shift_entity, &shift_log_entity, &handover_entity};

static const DictEntry place_entries[] = {
    {"first", T("值班员", "On duty"), NULL, NULL},
    {"backup", T("备班", "Backup"), NULL, NULL},
    {"lead", T("带班领导", "Leader on duty"), NULL, NULL},
};
static const DictEntry log_entries[] = {
    {"event", T("事件", "Event"), NULL, NULL}, {"call", T("电话", "Call"), NULL, NULL},
    {"order", T("指令", "Order"), NULL, NULL}, {"device", T("设备", "Device"), NULL, NULL},
    {"note", T("记事", "Note"), NULL, NULL},
};
static const Dict dicts[] = {
    {"shift_log_kind", T("值班日志类别", "Kinds of log entries"), log_entries, ARRAY_LEN(log_entries), false},
    {"duty_place", T("值班岗位", "Places of a roster"), place_entries, ARRAY_LEN(place_entries), true},
};
static const Perm perms[] = {
    {"duty.read", T("查看值班表", "See the roster"),
     "watch office dept town inspector enterprise leader system audit"},
    {"shift-log.read", T("查看值班日志", "See the shift log"), "watch office dept town leader system audit"},
    {"shift-log.write", T("填写值班日志", "Write the shift log"), "watch office dept town"},
    {"handover.read", T("查看交接班", "See handovers"), "watch office dept town leader system audit"},
    {"handover.write", T("交班", "Hand over a shift"), "watch office dept town"},
    {"handover.sign", T("接班签字", "Sign a handover"), "watch office dept town"},
    {"handover.supervise", T("督促交接班", "Supervise handovers"), "office"},
    {"duty.write", T("编排值班表", "Change the roster"), "watch office dept town"},
};

static Rc on_watch(Work *w, int order, int64_t *user)
{
    return shift_on_duty(w, 0, order, user);
}

static Rc start(Ctx *ctx, Kernel *k)
{
    (void)ctx;
    notice_watch(k, on_watch);
    return 0;
}

const Module mod_shift = {
    .name = "shift",
    .title = T("值班与交接班", "Watch and handover"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = shift_routes,
    .nroutes = SHIFT_ROUTES,
    .limits = handover_limits,
    .nlimits = HANDOVER_LIMITS,
    .start = start,
};
