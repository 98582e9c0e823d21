/* State files and what the log may drop. The state is copied while the lanes stand still, but written only
 * after the log holds everything it knows; the log is cut only behind the older of two state files and behind
 * what the receiver of events has stored. */
#include "base/clock.h"
#include "base/log.h"
#include "intake_private.h"
#include <time.h>

enum { FILES_KEPT = 2, LOOK_EVERY_MS = 1000 };

/* The lanes' state and its position; false: something refused by the disk is not in the log yet. */
static bool collect(Ctx *ctx, Intake *in, StateFile *out, EventNote *active)
{
    out->nlanes = (size_t)in->nlanes;
    out->lanes = ARENA_ARRAY(ctx->arena, Str, in->nlanes);
    intake_pause(in);
    pthread_mutex_lock(&in->lock);
    bool clean = in->orphans.n == 0;
    pthread_mutex_unlock(&in->lock);
    pthread_mutex_lock(&in->append_lock);
    out->pos = in->last_pos;
    pthread_mutex_unlock(&in->append_lock);
    if (clean && out->pos != in->state_pos) {
        for (int i = 0; i < in->nlanes; i++) {
            StrBuf b;
            buf_init(&b, ctx->arena);
            watch_lane_save(in->lanes[i].watch, &b);
            out->lanes[i] = buf_str(&b);
        }
        intake_collect_active(in, active);
    }
    intake_resume(in);
    return clean;
}

static Rc save(Ctx *ctx, Intake *in, EventNote *active)
{
    StateFile s = {0};
    if (!collect(ctx, in, &s, active) || s.pos == in->state_pos) return RC_OK;
    if (!intake_wait_committed(in, s.pos)) return RC_OK;
    /* What a refused record did to the state is right only when its events got into the log behind it. */
    pthread_mutex_lock(&in->lock);
    bool clean = in->orphans.n == 0;
    pthread_mutex_unlock(&in->lock);
    if (!clean) return RC_OK;
    s.active = event_note_bytes(active);
    TRY(state_file_write(ctx, in->watch_dir, &s));
    in->state_before = in->state_pos;
    in->state_pos = s.pos;
    state_file_prune(ctx, in->watch_dir, FILES_KEPT);
    return RC_OK;
}

Rc intake_save_state(Ctx *ctx, Intake *in)
{
    if (!in->watch_dir) return RC_OK;
    EventNote active = {0};
    Rc rc = save(ctx, in, &active);
    event_note_free(&active);
    if (rc >= 0) intake_update_keep(in);
    return rc;
}

void intake_update_keep(Intake *in)
{
    pthread_mutex_lock(&in->append_lock);
    uint64_t last_event = in->last_event_pos;
    pthread_mutex_unlock(&in->append_lock);
    uint64_t stored = atomic_load(&in->stored_pos), keep = in->state_before;
    if (stored < last_event && stored < keep) keep = stored;
    if (keep) series_set_keep(in->series, keep);
}

static void save_all(Intake *in, uint64_t *version)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    pthread_mutex_lock(&in->reload_lock);
    if (intake_save_state(&ctx, in) < 0) log_err(LOG_ERROR, "intake", &ctx);
    pthread_mutex_unlock(&in->reload_lock);
    ctx_clear(&ctx);
    uint64_t now = unclaimed_version(in->unclaimed);
    if (now != *version) {
        if (unclaimed_save(&ctx, in->unclaimed, in->watch_dir) < 0) log_err(LOG_ERROR, "intake", &ctx);
        else *version = now;
    }
    arena_free(&a);
}

static void *run(void *arg)
{
    Intake *in = arg;
    uint64_t version = unclaimed_version(in->unclaimed);
    int64_t due = clock_mono_us() + in->state_ms * 1000;
    pthread_mutex_lock(&in->lock);
    while (!in->stop) {
        int64_t now = clock_mono_us(), wake = now + LOOK_EVERY_MS * 1000;
        if (wake > due) wake = due;
        struct timespec until = {.tv_sec = wake / 1000000, .tv_nsec = wake % 1000000 * 1000};
        pthread_cond_timedwait(&in->upkeep_wake, &in->lock, &until);
        if (in->stop || clock_mono_us() < due) continue;
        pthread_mutex_unlock(&in->lock);
        save_all(in, &version);
        due = clock_mono_us() + in->state_ms * 1000;
        pthread_mutex_lock(&in->lock);
    }
    pthread_mutex_unlock(&in->lock);
    return NULL;
}

void intake_start_upkeep(Intake *in)
{
    if (!in->watch_dir || in->state_ms <= 0) return;
    ENSURE(pthread_create(&in->upkeep, NULL, run, in) == 0);
    pthread_setname_np(in->upkeep, "intake-upkeep");
    in->upkeep_started = true;
}

void intake_stop_upkeep(Intake *in)
{
    if (in->upkeep_started) pthread_join(in->upkeep, NULL);
    in->upkeep_started = false;
}
