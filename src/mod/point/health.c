/* What is measured of every point while the program runs. Every two seconds one sweep over the newest values
 * in memory tells which point has a new reading and how late it came: that is always on, because a clock's
 * error must be known before somebody asks. Counting readings costs a read of the stored ones: it is done
 * only while somebody looked at the health in the last quarter of an hour, a few milliseconds at a time,
 * round after round. */
#include "health.h"

#include <math.h>
#include <stdlib.h>

#define TICK_MS      2000
#define SLICE_US     INT64_C(100000) /* of measuring in a tick: a twentieth of one core */
#define WANTED_MS    (15 * MS_MINUTE)
#define ROUND_MS     MS_MINUTE /* a round begins no sooner after the last one */
#define WINDOW_MOST  MS_DAY
#define PERIODS_MOST 2000 /* a fast point is measured over less than a day */
#define ROWS_MOST    (3 * PERIODS_MOST)
#define GAP_PERIODS  2.5
#define LATE_SHARE   4 /* of the smoothing: the newest counts a quarter */

struct PointHealth {
    pthread_mutex_t lock; /* of all below; held for copies only */
    HealthPoint *p;
    size_t n;
    int64_t began; /* when the server did; does not change */
    int64_t asked_at, round_at;
    uint32_t next; /* of the round; 0: none under way */
    Ticker *ticker;
};

void health_measure(const SeriesRow *rows, size_t n, int64_t from, int64_t to, int64_t interval_ms,
                    HealthPoint *out)
{
    double most = GAP_PERIODS * (double)interval_ms;
    int64_t before = from;
    out->window_ms = to - from;
    out->received = out->bad = out->gaps = 0;
    out->gap_ms = 0;
    out->expected = (uint32_t)((to - from) / interval_ms);
    for (size_t i = 0; i <= n; i++) {
        bool end = i == n, bad = !end && (rows[i].q >= Q_BAD || !isfinite(rows[i].v));
        out->bad += bad;
        if (bad) continue;
        int64_t t = end ? to : rows[i].t;
        out->received += !end;
        if ((double)(t - before) > most) {
            out->gaps++;
            if (t - before > out->gap_ms) out->gap_ms = t - before;
        }
        before = t;
    }
}

/* ---- The sweep ---- */

static void make_room(struct PointHealth *h, size_t n)
{
    if (n <= h->n) return;
    h->p = realloc(h->p, n * sizeof *h->p);
    ENSURE(h->p);
    for (size_t i = h->n; i < n; i++) h->p[i] = (HealthPoint){.seen = TIME_NONE, .late_ms = HEALTH_UNKNOWN};
    h->n = n;
}

void health_note_arrival(HealthPoint *p, int64_t t, int64_t now)
{
    int64_t late = now - t - TICK_MS / 2;
    bool news = p->seen != TIME_NONE && t > p->seen;
    p->seen = t;
    if (!news || late > MS_DAY || late < -MS_DAY) return;
    /* A jump is a back-fill, its end, or a clock that was set: what was before says nothing any more. */
    if (p->late_ms == HEALTH_UNKNOWN || llabs(late - p->late_ms) > MS_MINUTE) p->late_ms = (int32_t)late;
    else p->late_ms += (int32_t)((late - p->late_ms) / LATE_SHARE);
}

static void sweep(PointLive *live, const LiveSet *set, int64_t now)
{
    struct PointHealth *h = live->health;
    size_t n = (size_t)set->max + 1;
    SeriesLatest *v = malloc(n * sizeof *v);
    ENSURE(v);
    series_latest(intake_series(live->intake), 0, n, v);
    pthread_mutex_lock(&h->lock);
    make_room(h, n);
    for (size_t no = 1; no < n; no++)
        if (set->p[no].id && v[no].t != TIME_NONE) health_note_arrival(&h->p[no], v[no].t, now);
    pthread_mutex_unlock(&h->lock);
    free(v);
}

/* ---- The round ---- */

static void measure(PointLive *live, const LivePoint *p, uint32_t no, int64_t now, Arena *arena)
{
    struct PointHealth *h = live->health;
    int64_t interval = p->interval_ms > 0 ? p->interval_ms : MS_MINUTE;
    int64_t window = interval * PERIODS_MOST < WINDOW_MOST ? interval * PERIODS_MOST : WINDOW_MOST;
    int64_t from = now - window;
    Ctx ctx;
    SeriesRow *rows;
    size_t n;
    HealthPoint m = {0};
    if (p->since != TIME_NONE && p->since > from) from = p->since < now ? p->since : now;
    ctx_init(&ctx, arena, LANG_ZH);
    if (series_range(&ctx, intake_series(live->intake), no, from, now, ROWS_MOST, &rows, &n) < 0) return;
    if (n == ROWS_MOST) now = rows[n - 1].t + 1; /* much faster than it should be: what was read is enough */
    health_measure(rows, n, from, now, interval, &m);
    pthread_mutex_lock(&h->lock);
    m.seen = h->p[no].seen;
    m.late_ms = h->p[no].late_ms;
    m.measured_at = now;
    h->p[no] = m;
    pthread_mutex_unlock(&h->lock);
}

static bool begin_round(struct PointHealth *h, int64_t now)
{
    pthread_mutex_lock(&h->lock);
    bool wanted = h->asked_at && now - h->asked_at < WANTED_MS;
    if (!h->next && wanted && now - h->round_at >= ROUND_MS) {
        h->next = 1;
        h->round_at = now;
    }
    if (!wanted) h->next = 0;
    bool go = h->next != 0;
    pthread_mutex_unlock(&h->lock);
    return go;
}

static void go_on(PointLive *live, const LiveSet *set, int64_t now)
{
    struct PointHealth *h = live->health;
    if (!begin_round(h, now)) return;
    int64_t end = clock_mono_us() + SLICE_US;
    Arena *arena = arena_new(0);
    uint32_t no = h->next; /* written by this thread alone but for 0, which begin_round has just ruled out */
    for (; no <= set->max && clock_mono_us() < end; no++) {
        if (!set->p[no].id || !set->p[no].in_service) continue;
        measure(live, &set->p[no], no, now, arena);
        arena_reset(arena);
    }
    arena_free(&arena);
    pthread_mutex_lock(&h->lock);
    h->next = no <= set->max ? no : 0;
    pthread_mutex_unlock(&h->lock);
}

static void look(void *arg)
{
    PointLive *live = arg;
    LiveSet *set = snapshot_take(live->set);
    if (!set) return;
    int64_t now = clock_now();
    sweep(live, set, now);
    go_on(live, set, now);
    snapshot_release(live->set, set);
}

/* ---- For requests ---- */

void health_read(PointLive *live, const LiveSet *set, HealthPoint *out)
{
    struct PointHealth *h = live->health;
    pthread_mutex_lock(&h->lock);
    int64_t now = clock_now();
    bool asleep = !h->asked_at || now - h->asked_at >= WANTED_MS;
    h->asked_at = now;
    for (size_t no = 0; no <= set->max; no++)
        out[no] = no < h->n ? h->p[no] : (HealthPoint){.seen = TIME_NONE, .late_ms = HEALTH_UNKNOWN};
    pthread_mutex_unlock(&h->lock);
    if (asleep) ticker_wake(h->ticker);
}

int64_t health_began(const PointLive *live)
{
    return live->health->began;
}

Rc point_health_start(Ctx *ctx, PointLive *live)
{
    struct PointHealth *h = calloc(1, sizeof *h);
    ENSURE(h);
    pthread_mutex_init(&h->lock, NULL);
    h->began = clock_now();
    live->health = h;
    h->ticker = ticker_start("point-health", TICK_MS, look, live);
    if (h->ticker) return RC_OK;
    point_health_stop(live);
    return FAIL(ctx, RC_IO, "thread", "无法启动线程", "a thread could not be started");
}

void point_health_stop(PointLive *live)
{
    struct PointHealth *h = live->health;
    if (!h) return;
    ticker_stop(&h->ticker);
    pthread_mutex_destroy(&h->lock);
    free(h->p);
    free(h);
    live->health = NULL;
}
