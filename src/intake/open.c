/* Opening: lanes under the rules of today, the state file, the store with its log, then the threads. Nothing
 * is taken and no event is given out before all of it stands. */
#include "base/clock.h"
#include "base/log.h"
#include "intake_private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { IN_FLIGHT_DEFAULT = 2000000, PER_SENDER_DEFAULT = 500000, LATEST_CHUNK = 4096 };

static void free_registry(void *r)
{
    Registry *registry = r;
    registry_free(&registry);
}

static void free_rules(void *r)
{
    RuleSet *rules = r;
    ruleset_free(&rules);
}

static void init_locks(Intake *in)
{
    pthread_condattr_t mono;
    pthread_condattr_init(&mono);
    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
    pthread_mutex_init(&in->lock, NULL);
    pthread_mutex_init(&in->append_lock, NULL);
    pthread_mutex_init(&in->reload_lock, NULL);
    pthread_mutex_init(&in->dirty_lock, NULL);
    pthread_cond_init(&in->work, &mono);
    pthread_cond_init(&in->calm, NULL);
    pthread_cond_init(&in->upkeep_wake, &mono);
    pthread_condattr_destroy(&mono);
}

static int64_t period(int ms, int64_t fallback)
{
    return ms < 0 ? 0 : ms ? ms : fallback;
}

static Intake *intake_new(const IntakeOptions *opt, Registry *registry, RuleSet *rules)
{
    Intake *in = calloc(1, sizeof *in);
    ENSURE(in);
    init_locks(in);
    in->max_in_flight = opt->max_in_flight ? opt->max_in_flight : IN_FLIGHT_DEFAULT;
    in->max_per_sender = opt->max_per_sender ? opt->max_per_sender : PER_SENDER_DEFAULT;
    in->nlanes = opt->lanes < 1 ? 1 : opt->lanes > INTAKE_LANES_MAX ? INTAKE_LANES_MAX : opt->lanes;
    for (int i = 0; i < in->nlanes; i++) in->lanes[i] = (Lane){.in = in, .index = i};
    in->tick_us = period(opt->tick_ms, MS_SECOND) * 1000;
    in->state_ms = period(opt->state_ms, MS_MINUTE);
    in->registry = snapshot_new(free_registry);
    in->rules = snapshot_new(free_rules);
    snapshot_publish(in->registry, registry);
    snapshot_publish(in->rules, rules);
    in->bound = snapshot_take(in->rules);
    in->stored_pos = opt->events_seen;
    in->unclaimed = unclaimed_new();
    in->events = events_new(opt, in->rules);
    intake_grow(in, registry_max(registry) + 1);
    return in;
}

static Rc make_dir(Ctx *ctx, const char *path)
{
    if (mkdir(path, 0750) == 0 || errno == EEXIST) return RC_OK;
    FAIL(ctx, RC_IO, "intake.dir", "目录 %s 无法创建", "the folder %s cannot be made", path);
    ctx_cause(ctx, "%s", strerror(errno));
    return RC_IO;
}

static Rc open_series(Ctx *ctx, Intake *in, const char *dir, Recovery *rec)
{
    const char *path = arena_printf(ctx->arena, "%s/series", dir);
    TRY(make_dir(ctx, path));
    SeriesOptions options = {.dir = path, .shards = 1, .background = true};
    SeriesReplay replay = recover_replay(rec);
    TRY(series_open(ctx, &options, &replay, &in->series));
    in->owns_series = true;
    return RC_OK;
}

static Rc open_dirs(Ctx *ctx, Intake *in, const IntakeOptions *opt)
{
    if (opt->series) {
        in->series = opt->series;
        return RC_OK;
    }
    const char *path = arena_printf(ctx->arena, "%s/watch", opt->dir);
    TRY(make_dir(ctx, opt->dir));
    TRY(make_dir(ctx, path));
    in->watch_dir = strdup(path);
    ENSURE(in->watch_dir);
    unclaimed_load(ctx, in->unclaimed, in->watch_dir);
    return RC_OK;
}

static void load_last_times(Ctx *ctx, Intake *in)
{
    SeriesLatest *latest = ARENA_ARRAY(ctx->arena, SeriesLatest, LATEST_CHUNK);
    for (uint32_t first = 1; first < in->npoints; first += LATEST_CHUNK) {
        uint32_t n = in->npoints - first < LATEST_CHUNK ? in->npoints - first : LATEST_CHUNK;
        series_latest(in->series, first, n, latest);
        for (uint32_t i = 0; i < n; i++) in->last_t[first + i] = latest[i].t;
    }
}

static void start(Intake *in)
{
    events_start(in->events);
    for (int i = 0; i < in->nlanes; i++) lane_start(&in->lanes[i]);
    intake_start_upkeep(in);
}

static Rc recover(Ctx *ctx, Intake *in, const IntakeOptions *opt, Recovery *rec)
{
    const Registry *registry = intake_registry_take(in);
    WatchPoint *points = registry_watch_points(ctx->arena, registry, in->npoints);
    TRY(open_dirs(ctx, in, opt));
    intake_map_lanes(in, in->bound, points);
    recover_state(ctx, rec, in->bound, points);
    intake_registry_release(in, registry);
    if (!in->series) TRY(open_series(ctx, in, opt->dir, rec));
    if (rec->last_pos < rec->state_pos) rec->last_pos = rec->state_pos;
    in->last_pos = in->committed_pos = rec->last_pos;
    load_last_times(ctx, in);
    recover_reconcile(rec);
    return RC_OK;
}

Rc intake_open(Ctx *ctx, const IntakeOptions *opt, Registry *registry, RuleSet *rules, Intake **out)
{
    Intake *in = intake_new(opt, registry, rules);
    Recovery rec = {.in = in, .events_seen = opt->events_seen};
    Rc rc = recover(ctx, in, opt, &rec);
    recover_end(&rec);
    if (rc < 0) {
        intake_close(&in);
        return rc;
    }
    LOG(LOG_INFO, "intake", "open", LOG_I64("points", in->npoints - 1),
        LOG_I64("rules", ruleset_count(in->bound)), LOG_I64("replayed", rec.readings),
        LOG_I64("state_pos", rec.state_pos));
    start(in);
    *out = in;
    return RC_OK;
}
