/* Opens what a data directory holds, lowest layer first, and closes it in reverse. */
#include "app.h"
#include "gateway/http.h"
#include "gateway/mqtt_module.h"
#include "mod/alarm.h"
#include "mod/point.h"
#include "mod/rule.h"
#include "mod/vehicle.h"
#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static Rc open_records(Ctx *ctx, Core *core)
{
    const Settings *s = &core->settings;
    const char *url = *s->database
                          ? s->database
                          : arena_printf(ctx->arena, "sqlite:%s", dir_file(ctx, core->dir.path, "anlan.db"));
    TRY(db_pool_open(ctx, url, (int)s->database_readers, &core->pool));
    int64_t node = 0;
    if (db_pool_kind(core->pool) == DB_PG) TRY(dir_node(ctx, &core->dir, &node));
    core->hub = sse_hub_new();
    gateway_http_set_body_limit((size_t)s->body_limit);
    alarm_configure(&(AlarmOptions){.group_ms = s->group_seconds * MS_SECOND,
                                    .suppress_most_ms = s->suppress_days * MS_DAY,
                                    .near_m = (double)s->near_metres});
    TRY(gateway_mqtt_configure(ctx, &s->mqtt));
    TRY(gateway_hj212_configure(ctx, &s->hj212));
    gateway_gb26875_configure(&s->gb26875);
    gateway_jt808_configure(&s->jt808);
    gateway_modbus_configure(&s->modbus);
    TRY(notify_configure(ctx, &s->notify));
    TRY(upkeep_configure(ctx, &s->upkeep));
    TRY(kernel_evidence_check(ctx, s->evidence_kinds));
    TRY(kernel_places_check(ctx, s->places));
    KernelOptions opt = {
        .pool = core->pool,
        .hub = core->hub,
        .data_dir = core->dir.path,
        .modules = app_modules,
        .nmodules = app_nmodules,
        .demo = core->demo,
        .node = node,
        .sign_ledger = true,
        .ledger_export = s->ledger_export,
        .evidence_kinds = s->evidence_kinds,
        .places = s->places,
        .evidence_max = (size_t)s->evidence_mb << 20,
        .notice_days = s->upkeep.notice_days,
        .delivery_days = s->upkeep.delivery_days,
    };
    return kernel_open(ctx, &opt, &core->kernel);
}

/* What the intake needs of the records. The connection is given back whatever happens: the pool may be closed
 * next. */
static Rc read_records(Ctx *ctx, Core *core, Registry **registry, RuleSet **rules, uint64_t *seen)
{
    Work w;
    TRY(work_begin_as(ctx, core->kernel, NULL, "start", false, &w));
    Rc rc = point_registry_build(&w, registry);
    if (rc >= 0) rc = rule_set_build(&w, rules);
    if (rc >= 0) rc = alarm_events_seen(&w, seen);
    work_abort(&w);
    if (rc < 0) {
        registry_free(registry);
        ruleset_free(rules);
    }
    return rc;
}

static Rc open_readings(Ctx *ctx, Core *core)
{
    core->desk = alarm_desk_new(core->kernel);
    alarm_tell_do(vehicle_tell_alarm);
    Registry *registry = NULL;
    RuleSet *rules = NULL;
    uint64_t seen = 0;
    TRY(read_records(ctx, core, &registry, &rules, &seen));
    IntakeOptions opt = {
        .dir = core->dir.path,
        .lanes = (int)core->settings.lanes,
        .max_in_flight = (size_t)core->settings.in_flight,
        .max_per_sender = (size_t)core->settings.per_sender,
        .events = alarm_desk_events,
        .events_ud = core->desk,
        .events_seen = seen,
    };
    kernel_provide(core->kernel, "alarm_desk", core->desk);
    TRY(intake_open(ctx, &opt, registry, rules, &core->intake));
    alarm_desk_bind(core->desk, core->intake);
    return RC_OK;
}

/* After the records were upgraded, which is all or nothing. */
static Rc stamp(Ctx *ctx, Core *core)
{
    Work w;
    int64_t schema = 0;
    TRY(work_begin_as(ctx, core->kernel, NULL, "start", false, &w));
    Rc rc = backup_schema(ctx, w.db, &schema);
    work_abort(&w);
    return rc < 0 ? rc : dir_stamp_write(ctx, &core->dir, schema);
}

Rc core_open(Ctx *ctx, const char *data, const Settings *settings, bool demo, Core *out)
{
    *out = (Core){.settings = *settings, .demo = demo, .dir = {.lock = -1}};
    Rc rc = dir_take(ctx, data, &out->dir);
    if (rc >= 0) rc = dir_stamp_check(ctx, &out->dir);
    if (rc >= 0) rc = open_records(ctx, out);
    if (rc >= 0) rc = stamp(ctx, out);
    if (rc >= 0) rc = open_readings(ctx, out);
    if (rc >= 0) {
        kernel_provide(out->kernel, "intake", out->intake);
        rc = kernel_start(ctx, out->kernel);
    }
    if (rc < 0) core_close(out);
    return rc;
}

void core_close(Core *core)
{
    /* The intake first: its events go to the desk, and what the slices' threads read from it is gone after
     * kernel_close. */
    if (core->kernel && core->intake) kernel_stop(core->kernel);
    intake_close(&core->intake);
    kernel_close(&core->kernel);
    alarm_desk_free(&core->desk);
    sse_hub_free(&core->hub);
    db_pool_close(&core->pool);
    dir_release(&core->dir);
}
