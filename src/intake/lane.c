/* A lane: one thread that owns the rules' state of its points. It takes a slice of the sender whose turn it
 * is, judges it, puts it into the log, and once a second feeds the clock to the rules. It never waits for the
 * disk: what it appended is acknowledged later by the log thread. It stands still while somebody has paused
 * the intake, while too many events wait for their receiver, and while events that the disk refused are not
 * in the log. */
#include "base/clock.h"
#include "base/log.h"
#include "intake_private.h"
#include "wire.h"
#include <math.h>
#include <stdio.h>
#include <time.h>

enum { WAIT_MS = 10, REFUSED_MS = 200 };

static void on_event(void *ud, const WatchEvent *e)
{
    Lane *l = ud;
    event_note_add(&l->note, e);
    atomic_fetch_add_explicit(&l->in->count.events, 1, memory_order_relaxed);
}

WatchSink lane_sink(Lane *l)
{
    return (WatchSink){on_event, l};
}

typedef struct Tally {
    uint64_t late, ahead, bad;
} Tally;

static void set_dirty(Intake *in, uint32_t point)
{
    _Atomic uint64_t *word = &in->dirty[point / 64];
    uint64_t bit = UINT64_C(1) << (point % 64);
    if (!(atomic_load_explicit(word, memory_order_relaxed) & bit))
        atomic_fetch_or_explicit(word, bit, memory_order_release);
}

/* What the map and the figures want to know of readings that were judged. */
static void mark_points(Intake *in, const Reading *r, size_t n)
{
    enum { AHEAD = 16 };
    Tally tally = {0};
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n) __builtin_prefetch(&in->last_t[r[i + AHEAD].point], 1);
        if (r[i].flags & READING_AHEAD) tally.ahead++;
        else if (r[i].q == Q_BAD || !isfinite(r[i].v)) tally.bad++;
        else if (r[i].t < in->last_t[r[i].point]) tally.late++;
        else {
            tally.late += r[i].t == in->last_t[r[i].point]; /* replaces the value */
            in->last_t[r[i].point] = r[i].t;
            set_dirty(in, r[i].point);
        }
    }
    if (tally.late) atomic_fetch_add_explicit(&in->count.late, tally.late, memory_order_relaxed);
    if (tally.ahead) atomic_fetch_add_explicit(&in->count.ahead, tally.ahead, memory_order_relaxed);
    if (tally.bad) atomic_fetch_add_explicit(&in->count.bad, tally.bad, memory_order_relaxed);
}

static void take(Lane *l, const Piece *piece)
{
    IntakeJob *job = piece->part->job;
    int64_t arrival = job->batch->arrival;
    WatchSink sink = lane_sink(l);
    l->note.rules = l->in->bound;
    watch_take(l->watch, piece->r, piece->n, arrival, &sink);
    mark_points(l->in, piece->r, piece->n);
    /* Marks first: the batch may be gone as soon as it is in the log. */
    intake_append(
        l->in, &(Append){.job = job, .arrival = arrival, .r = piece->r, .n = piece->n, .events = &l->note});
}

static void tick(Lane *l)
{
    int64_t now = clock_now();
    WatchSink sink = lane_sink(l);
    l->note.rules = l->in->bound;
    watch_tick(l->watch, now, &sink);
    unsigned char bytes[10];
    unsigned char *p = wire_put(bytes, (uint64_t)now, 8);
    p = wire_put(p, (unsigned)l->index, 1);
    wire_put(p, (unsigned)l->in->nlanes, 1);
    intake_append(l->in, &(Append){.arrival = now,
                                   .mark = {NOTE_TICK, str_n((const char *)bytes, sizeof bytes)},
                                   .events = &l->note});
}

/* Locked. */
static void sleep_until(Lane *l, int64_t mono_us)
{
    struct timespec until = {.tv_sec = mono_us / 1000000, .tv_nsec = mono_us % 1000000 * 1000};
    pthread_cond_timedwait(&l->in->work, &l->in->lock, &until);
}

static bool tick_due(const Lane *l, int64_t now)
{
    return l->in->tick_us > 0 && now >= l->next_tick;
}

/* Locked. Waits until there is something to do; false: stop. */
static bool wait_for_work(Lane *l)
{
    Intake *in = l->in;
    for (;;) {
        int64_t now = clock_mono_us();
        int64_t wake = in->tick_us > 0 ? l->next_tick : now + MS_MINUTE * 1000;
        bool held = in->pausers > 0;
        if (!held && in->stop) return queue_has(&in->queue, l->index);
        if (!held && events_waiting(in->events) > INTAKE_EVENTS_WAITING) {
            held = true;
            wake = now + WAIT_MS * 1000;
        }
        if (!held && (queue_has(&in->queue, l->index) || in->orphans.n || tick_due(l, now))) return true;
        if (held && wake <= now) wake = now + WAIT_MS * 1000;
        sleep_until(l, wake);
    }
}

static void work(Lane *l)
{
    Intake *in = l->in;
    Piece pieces[INTAKE_PIECES];
    size_t n = queue_take(&in->queue, l->index, INTAKE_SLICE, pieces, INTAKE_PIECES);
    pthread_mutex_unlock(&in->lock);
    int64_t now = clock_mono_us();
    if (tick_due(l, now)) {
        tick(l);
        l->next_tick += in->tick_us;
        if (l->next_tick < now) l->next_tick = now + in->tick_us;
    }
    for (size_t i = 0; i < n; i++) take(l, &pieces[i]);
    pthread_mutex_lock(&in->lock);
}

/* Locked. Nothing may be judged before the orphans are safe, so what waits is turned away rather than kept
 * waiting for room on the disk. */
static void refuse_waiting(Lane *l)
{
    Piece pieces[INTAKE_PIECES];
    size_t n;
    while ((n = queue_take(&l->in->queue, l->index, INTAKE_SLICE, pieces, INTAKE_PIECES)) > 0) {
        pthread_mutex_unlock(&l->in->lock);
        for (size_t i = 0; i < n; i++) intake_refuse(l->in, pieces[i].part->job, pieces[i].n);
        pthread_mutex_lock(&l->in->lock);
    }
}

/* Locked. The events that the disk refused go first; false: it still refuses. */
static bool orphans_gone(Lane *l)
{
    if (!l->in->orphans.n) return true;
    pthread_mutex_unlock(&l->in->lock);
    bool ok = intake_flush_orphans(l->in);
    pthread_mutex_lock(&l->in->lock);
    if (!ok) refuse_waiting(l);
    if (!ok && !l->in->stop) sleep_until(l, clock_mono_us() + REFUSED_MS * 1000);
    return ok || l->in->stop;
}

static void *run(void *arg)
{
    Lane *l = arg;
    Intake *in = l->in;
    pthread_mutex_lock(&in->lock);
    while (wait_for_work(l)) {
        l->busy = true;
        if (orphans_gone(l)) work(l);
        l->busy = false;
        if (in->pausers) pthread_cond_broadcast(&in->calm);
    }
    pthread_mutex_unlock(&in->lock);
    return NULL;
}

void lane_start(Lane *l)
{
    l->next_tick = clock_mono_us() + l->in->tick_us;
    char name[16];
    ENSURE(pthread_create(&l->thread, NULL, run, l) == 0);
    snprintf(name, sizeof name, "lane-%d", l->index);
    pthread_setname_np(l->thread, name);
    l->started = true;
}

static bool any_busy(const Intake *in)
{
    for (int i = 0; i < in->nlanes; i++)
        if (in->lanes[i].busy) return true;
    return false;
}

void intake_pause(Intake *in)
{
    pthread_mutex_lock(&in->lock);
    in->pausers++;
    while (any_busy(in)) pthread_cond_wait(&in->calm, &in->lock);
    pthread_mutex_unlock(&in->lock);
}

void intake_resume(Intake *in)
{
    pthread_mutex_lock(&in->lock);
    in->pausers--;
    pthread_cond_broadcast(&in->work);
    pthread_mutex_unlock(&in->lock);
}
