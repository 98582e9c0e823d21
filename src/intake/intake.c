/* What callers ask of a running intake: submit, snapshots, figures. */
#include "base/clock.h"
#include "intake_private.h"

/* Locked. */
static bool is_full(const Intake *in, const Batch *b)
{
    const Sender *s = queue_find(&in->queue, b->sender);
    if (in->stop || in->draining || in->batches >= INTAKE_BATCHES_MAX) return true;
    if (in->in_flight && in->in_flight + b->n > in->max_in_flight) return true;
    return s && s->in_flight && s->in_flight + b->n > in->max_per_sender;
}

/* Locked. Readings of each lane side by side, in order. */
static void partition(Intake *in, IntakeJob *job)
{
    const Batch *b = job->batch;
    size_t start[INTAKE_LANES_MAX + 1] = {0};
    for (size_t i = 0; i < b->n; i++) start[in->lane_of[b->r[i].point] + 1]++;
    for (int i = 0; i < in->nlanes; i++) start[i + 1] += start[i];
    Reading *sorted = ARENA_ARRAY(b->arena, Reading, b->n);
    for (int i = 0; i < in->nlanes; i++) job->parts[i] = (Part){.job = job, .r = sorted + start[i]};
    for (size_t i = 0; i < b->n; i++) {
        Part *p = &job->parts[in->lane_of[b->r[i].point]];
        p->r[p->n++] = b->r[i];
    }
}

/* Locked. */
static void enqueue(Intake *in, IntakeJob *job)
{
    Batch *b = job->batch;
    job->sender = queue_sender(&in->queue, b->sender);
    job->sender->in_flight += b->n;
    job->sender->batches++;
    in->in_flight += b->n;
    in->batches++;
    if (in->nlanes > 1) partition(in, job);
    else job->parts[0] = (Part){.job = job, .r = b->r, .n = b->n};
    for (int i = 0; i < in->nlanes; i++)
        if (job->parts[i].n) queue_put(&in->queue, i, &job->parts[i]);
    if (in->nlanes > 1) pthread_cond_broadcast(&in->work);
    else pthread_cond_signal(&in->work);
}

static void count_batch(Intake *in, const Batch *b)
{
    atomic_fetch_add_explicit(&in->count.batches, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&in->count.readings, b->n, memory_order_relaxed);
    atomic_fetch_add_explicit(&in->count.rejected, b->rejected, memory_order_relaxed);
    if (!b->unclaimed) return;
    uint64_t n = unclaimed_count(in->unclaimed, b->unclaimed, b->arrival);
    atomic_fetch_add_explicit(&in->count.unclaimed, n, memory_order_relaxed);
}

Rc intake_submit(Intake *in, Batch *b)
{
    if (b->n == 0) {
        count_batch(in, b);
        b->done(b, RC_OK);
        return RC_OK;
    }
    if (!b->job) b->job = arena_alloc(b->arena, sizeof *b->job + sizeof(Part) * (size_t)in->nlanes);
    *b->job = (IntakeJob){.batch = b, .n = b->n, .left = b->n, .nparts = in->nlanes};
    pthread_mutex_lock(&in->lock);
    if (is_full(in, b)) {
        pthread_mutex_unlock(&in->lock);
        atomic_fetch_add_explicit(&in->count.busy, 1, memory_order_relaxed);
        return RC_BUSY;
    }
    count_batch(in, b);
    enqueue(in, b->job);
    pthread_mutex_unlock(&in->lock);
    return RC_OK;
}

Series *intake_series(Intake *in)
{
    return in->series;
}

const Registry *intake_registry_take(Intake *in)
{
    return snapshot_take(in->registry);
}

void intake_registry_release(Intake *in, const Registry *r)
{
    snapshot_release(in->registry, (void *)(uintptr_t)r);
}

const RuleSet *intake_rules_take(Intake *in)
{
    return snapshot_take(in->rules);
}

void intake_rules_release(Intake *in, const RuleSet *r)
{
    snapshot_release(in->rules, (void *)(uintptr_t)r);
}

void intake_events_stored(Intake *in, uint64_t pos)
{
    uint64_t was = atomic_load(&in->stored_pos);
    while (was < pos && !atomic_compare_exchange_weak(&in->stored_pos, &was, pos)) continue;
}

void intake_unclaimed(Intake *in, void (*fn)(void *ud, const Unclaimed *u), void *ud)
{
    unclaimed_each(in->unclaimed, fn, ud);
}

void intake_unclaimed_forget(Intake *in, Str key)
{
    unclaimed_forget(in->unclaimed, key);
}

/* The points of one word of the map, from its lowest bit; what does not fit stays marked. */
static size_t take_word(_Atomic uint64_t *word, uint32_t first, uint32_t *out, size_t max)
{
    if (!atomic_load_explicit(word, memory_order_relaxed)) return 0;
    uint64_t bits = atomic_exchange_explicit(word, 0, memory_order_acquire);
    size_t n = 0;
    for (; bits && n < max; bits &= bits - 1) out[n++] = first + (uint32_t)__builtin_ctzll(bits);
    if (bits) atomic_fetch_or_explicit(word, bits, memory_order_relaxed);
    return n;
}

size_t intake_dirty(Intake *in, uint32_t *numbers, size_t max)
{
    pthread_mutex_lock(&in->dirty_lock);
    uint32_t words = in->npoints / 64 + 1;
    size_t n = 0;
    /* Goes on where the last call ended, so that a small max starves no point. */
    for (uint32_t i = 0; i < words && n < max; i++) {
        uint32_t w = (in->dirty_from + i) % words;
        n += take_word(&in->dirty[w], w * 64, numbers + n, max - n);
        if (n == max) in->dirty_from = w;
    }
    pthread_mutex_unlock(&in->dirty_lock);
    return n;
}

void intake_stats(Intake *in, IntakeStats *out)
{
    pthread_mutex_lock(&in->lock);
    size_t in_flight = in->in_flight;
    pthread_mutex_unlock(&in->lock);
    *out = (IntakeStats){.batches = in->count.batches,
                         .readings = in->count.readings,
                         .rejected = in->count.rejected,
                         .unclaimed = in->count.unclaimed,
                         .late = in->count.late,
                         .ahead = in->count.ahead,
                         .bad = in->count.bad,
                         .events = in->count.events,
                         .busy = in->count.busy,
                         .in_flight = in_flight};
}

int64_t intake_now(void)
{
    return clock_now();
}
