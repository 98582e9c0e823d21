/* The module: roster, shift log, handover. */
#include "kernel/notice.h"
#include "shift_private.h"

static const Entity *const entities[] = {&duty_shift_entity};

static const DictEntry place_entries[] = {
    {"first", T("值班员", "On duty"), NULL, NULL},
    {"backup", T("备班", "Backup"), NULL, NULL},
    {"lead", T("带班领导", "Leader on duty"), NULL, NULL},
};
static const Dict dicts[] = {
    {"duty_place", T("值班岗位", "Places of a roster"), place_entries, ARRAY_LEN(place_entries), true},
};
static const Perm perms[] = {
    {"duty.read", T("查看值班表", "See the roster"),
     "watch office dept town inspector enterprise leader system audit"},
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
    .start = start,
};
