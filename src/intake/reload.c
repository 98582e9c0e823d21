/* New registry or rules between two batches. The lanes are paused, rebound (state of unchanged rules stays,
 * alarms of changed ones return), and the change goes into the log as one record: a mark and the events. A
 * state file follows soon, because after a crash the log before the mark would be read with the new rules. */
#include "base/clock.h"
#include "base/log.h"
#include "intake_private.h"
#include "wire.h"
#include <stdlib.h>

void intake_grow(Intake *in, uint32_t npoints)
{
    if (npoints <= in->npoints) return;
    uint32_t old = in->npoints, words = npoints / 64 + 1, old_words = old ? old / 64 + 1 : 0;
    _Atomic uint64_t *dirty = calloc(words, sizeof *dirty);
    int64_t *last_t = realloc(in->last_t, npoints * sizeof *last_t);
    ENSURE(dirty && last_t);
    for (uint32_t i = old; i < npoints; i++) last_t[i] = TIME_NONE;
    in->last_t = last_t;
    pthread_mutex_lock(&in->dirty_lock);
    for (uint32_t i = 0; i < old_words; i++) dirty[i] = in->dirty[i];
    free((void *)in->dirty);
    in->dirty = dirty;
    in->npoints = npoints;
    pthread_mutex_unlock(&in->dirty_lock);
}

/* The new map of points to lanes, malloc; NULL with one lane. */
static uint8_t *make_map(const Intake *in, const RuleSet *rules, const WatchPoint *points, uint32_t npoints)
{
    if (in->nlanes == 1) return NULL;
    uint8_t *map = calloc(npoints, 1);
    ENSURE(map);
    watch_lane_of(rules, points, npoints, in->nlanes, map);
    return map;
}

void intake_map_lanes(Intake *in, const RuleSet *rules, const WatchPoint *points)
{
    uint8_t *map = make_map(in, rules, points, in->npoints);
    pthread_mutex_lock(&in->lock);
    free(in->lane_of);
    in->lane_of = map;
    pthread_mutex_unlock(&in->lock);
}

/* Batches that wait were cut up by the old map: when a point moves to another lane they must be gone first.
 */
static void drain_for(Intake *in, const uint8_t *map)
{
    if (!map || memcmp(map, in->lane_of, in->npoints) == 0) return;
    pthread_mutex_lock(&in->lock);
    in->draining = true;
    while (in->in_flight) pthread_cond_wait(&in->calm, &in->lock);
    pthread_mutex_unlock(&in->lock);
}

static void end_draining(Intake *in)
{
    pthread_mutex_lock(&in->lock);
    in->draining = false;
    pthread_mutex_unlock(&in->lock);
}

/* The lanes stand still. */
static void rebind(Intake *in, const RuleSet *rules, const WatchPoint *points, uint32_t npoints)
{
    int64_t now = intake_now();
    Lane *l = &in->lanes[0];
    WatchLane *lanes[INTAKE_LANES_MAX];
    for (int i = 0; i < in->nlanes; i++) lanes[i] = in->lanes[i].watch;
    l->note.rules = in->bound; /* events name rules of the old set */
    WatchSink sink = lane_sink(l);
    watch_lanes_rebind(lanes, in->nlanes, rules, points, npoints, WATCH_LIVE, now, &sink);
    for (int i = 0; i < in->nlanes; i++) in->lanes[i].watch = lanes[i];
    unsigned char bytes[8];
    wire_put(bytes, (uint64_t)now, 8);
    intake_append(in, &(Append){.arrival = now,
                                .mark = {NOTE_REBIND, str_n((const char *)bytes, sizeof bytes)},
                                .events = &l->note});
}

/* The lanes are bound to the set that is in force now. */
static void bind_published(Intake *in)
{
    const RuleSet *old = in->bound;
    in->bound = snapshot_take(in->rules);
    snapshot_release(in->rules, (void *)(uintptr_t)old);
}

Rc intake_reload(Ctx *ctx, Intake *in, Registry *registry, RuleSet *rules)
{
    if (!registry && !rules) return RC_OK;
    pthread_mutex_lock(&in->reload_lock);
    Arena *a = arena_new(0);
    const Registry *current = registry ? registry : intake_registry_take(in);
    const RuleSet *set = rules ? rules : in->bound;
    uint32_t npoints = registry_max(current) + 1 > in->npoints ? registry_max(current) + 1 : in->npoints;
    WatchPoint *points = registry_watch_points(a, current, npoints);
    uint8_t *map = make_map(in, set, points, npoints);
    drain_for(in, map);
    free(map);
    intake_pause(in);
    intake_grow(in, npoints);
    /* In force before the change makes its events, or a return of a rule that goes could be told as if it
     * stayed. */
    if (rules) snapshot_publish(in->rules, rules);
    rebind(in, set, points, npoints);
    intake_map_lanes(in, set, points);
    if (!registry) intake_registry_release(in, current);
    if (rules) bind_published(in);
    if (registry) {
        snapshot_publish(in->registry, registry);
        unclaimed_claim(in->unclaimed, registry);
    }
    intake_resume(in);
    end_draining(in);
    arena_free(&a);
    Rc rc = rules ? intake_save_state(ctx, in) : RC_OK;
    pthread_mutex_unlock(&in->reload_lock);
    if (rc < 0) log_err(LOG_WARN, "intake", ctx); /* the new rules are in force all the same */
    return RC_OK;
}
