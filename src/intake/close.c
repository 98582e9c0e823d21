/* Closing: no new batches, what waits is judged and committed, events are given out, the state goes to the
 * disk; then the store. Also the way out when opening failed half-way. */
#include "base/log.h"
#include "intake_private.h"
#include <stdlib.h>

static void stop_lanes(Intake *in)
{
    pthread_mutex_lock(&in->lock);
    in->stop = true;
    pthread_cond_broadcast(&in->work);
    pthread_cond_broadcast(&in->upkeep_wake);
    pthread_mutex_unlock(&in->lock);
    for (int i = 0; i < in->nlanes; i++) {
        if (in->lanes[i].started) pthread_join(in->lanes[i].thread, NULL);
        in->lanes[i].started = false;
    }
}

/* Every batch has been answered. */
static void wait_answered(Intake *in)
{
    pthread_mutex_lock(&in->lock);
    while (in->in_flight || (in->committed_pos < in->last_pos && in->failed_pos < in->last_pos))
        pthread_cond_wait(&in->calm, &in->lock);
    pthread_mutex_unlock(&in->lock);
}

static void save(Intake *in)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    pthread_mutex_lock(&in->reload_lock);
    if (intake_save_state(&ctx, in) < 0) log_err(LOG_ERROR, "intake", &ctx);
    pthread_mutex_unlock(&in->reload_lock);
    ctx_clear(&ctx);
    if (in->watch_dir && unclaimed_save(&ctx, in->unclaimed, in->watch_dir) < 0)
        log_err(LOG_ERROR, "intake", &ctx);
    arena_free(&a);
}

static void destroy(Intake *in)
{
    for (int i = 0; i < in->nlanes; i++) {
        watch_lane_free(&in->lanes[i].watch);
        event_note_free(&in->lanes[i].note);
    }
    event_note_free(&in->orphans);
    unclaimed_free(&in->unclaimed);
    snapshot_release(in->rules, (void *)(uintptr_t)in->bound);
    snapshot_free(&in->rules);
    snapshot_free(&in->registry);
    pthread_mutex_destroy(&in->lock);
    pthread_mutex_destroy(&in->append_lock);
    pthread_mutex_destroy(&in->reload_lock);
    pthread_mutex_destroy(&in->dirty_lock);
    pthread_cond_destroy(&in->work);
    pthread_cond_destroy(&in->calm);
    pthread_cond_destroy(&in->upkeep_wake);
    free(in->lane_of);
    free(in->last_t);
    free((void *)in->dirty);
    free(in->watch_dir);
    free(in);
}

void intake_close(Intake **intake)
{
    Intake *in = *intake;
    if (!in) return;
    bool ran = in->lanes[0].started;
    stop_lanes(in);
    intake_stop_upkeep(in);
    if (ran) wait_answered(in);
    if (ran) save(in);
    /* The store first when opening failed: its log thread may still push events. */
    if (!ran && in->owns_series) series_close(&in->series);
    events_free(&in->events);
    if (in->owns_series && in->series) series_close(&in->series);
    *intake = NULL;
    destroy(in);
}
