/* The simulator: first the history as fast as it is taken, then each point at its interval, staggered, faster
 * while an incident lasts. A batch that was not acknowledged is sent again: the demo loses no reading either.
 */
#include "city.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH_LINES  5000
#define FAST_S       3
#define HISTORY_S    300     /* history is at least this coarse */
#define HISTORY_MOST 3000000 /* readings; a larger city gets a shorter past */

struct DemoSim {
    City *city;
    Kernel *kernel;
    Sender *sender;
    Devices *devices;
    Slave *slave;
    Vehicles *vehicles;
    int64_t history_ms, live_from;
    int past_days;
    pthread_t thread;
    atomic_bool stop, ready;
    Arena *arena; /* of the batch under way */
    StrBuf lines;
    size_t nlines;
};

static void flush(DemoSim *s)
{
    if (!s->nlines) return;
    while (!atomic_load(&s->stop)) {
        int status = sender_post(s->sender, buf_str(&s->lines));
        if (status == 204 || status == 400) { /* 400: some lines were refused, the rest is in */
            if (status == 400)
                LOG(LOG_WARN, "demo", "some readings were refused", LOG_I64("lines", s->nlines));
            break;
        }
        LOG(LOG_DEBUG, "demo", "not taken, trying again", LOG_I64("status", status));
        usleep(500000);
    }
    arena_reset(s->arena);
    buf_init(&s->lines, s->arena);
    s->nlines = 0;
}

static void put(DemoSim *s, uint32_t point, int64_t t)
{
    const CityPoint *p = &s->city->point[point];
    if (p->planned || (p->dead && t >= s->live_from)) return;
    double v = signal_value(s->city, point, t, s->live_from);
    if (isnan(v)) return;
    if (t >= s->live_from && devices_take(s->devices, point, t, v)) return;
    char number[NUM_TEXT_MAX];
    size_t n = num_print_f64(v, number);
    buf_printf(&s->lines, "reading,point=%s v=%.*s %lld\n", p->code, (int)n, number, (long long)t);
    if (++s->nlines == BATCH_LINES) flush(s);
}

static void send_history(DemoSim *s, int64_t from, int64_t to)
{
    const City *c = s->city;
    int64_t step = HISTORY_S * MS_SECOND;
    for (int64_t t = from - from % step; t < to && !atomic_load(&s->stop); t += step)
        for (uint32_t p = 0; p < c->npoints; p++) {
            int64_t own = (int64_t)(c->point[p].key % (uint64_t)(step / MS_SECOND)) * MS_SECOND;
            if (t + own >= to) continue;
            if (c->point[p].kind->interval_s > HISTORY_S &&
                (t / step) % (c->point[p].kind->interval_s / HISTORY_S))
                continue;
            put(s, p, t + own);
        }
    /* The last reading of each point as late as its interval says, so that none looks silent when the rules
     * come into force. */
    for (uint32_t p = 0; p < c->npoints && !atomic_load(&s->stop); p++) {
        int64_t every = c->point[p].kind->interval_s * MS_SECOND;
        if (every < step) put(s, p, to - every + (int64_t)(c->point[p].key % (uint64_t)every));
    }
    flush(s);
}

static bool due(const City *c, uint32_t p, int64_t second, int64_t live_from)
{
    const CityPoint *pt = &c->point[p];
    int64_t every = pt->kind->interval_s;
    if ((second + (int64_t)(pt->key >> 20)) % every == 0) return true;
    if (second % FAST_S) return false;
    return incident_effect(c, p, second * MS_SECOND, live_from).fast;
}

static void send_live(DemoSim *s)
{
    int64_t second = clock_now() / MS_SECOND;
    while (!atomic_load(&s->stop)) {
        int64_t now = clock_now() / MS_SECOND;
        if (now <= second) {
            usleep(50000);
            continue;
        }
        if (now - second > 60) second = now - 1; /* the machine slept */
        for (second++; second <= now && !atomic_load(&s->stop); second++)
            for (uint32_t p = 0; p < s->city->npoints; p++)
                if (due(s->city, p, second, s->live_from)) put(s, p, second * MS_SECOND);
        second = now;
        flush(s);
        devices_flush(s->devices);
    }
}

/* Rules and devices after the past, so that it neither rings nor comes behind the first live readings. */
static void go_live(DemoSim *s)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    if (demo_rules(&ctx, s->kernel) < 0) log_err(LOG_ERROR, "demo", &ctx);
    if (s->past_days) past_fill(s->kernel, s->city, s->past_days);
    s->live_from = clock_now();
    s->slave = slave_start(&ctx, s->kernel, s->city, s->live_from);
    s->devices = devices_new(s->city, s->slave);
    arena_free(&arena);
}

static void *run(void *arg)
{
    DemoSim *s = arg;
    if (s->history_ms) {
        int64_t most = (int64_t)HISTORY_MOST / (int64_t)(s->city->npoints + 1) * HISTORY_S * MS_SECOND;
        int64_t past = s->history_ms < most ? s->history_ms : most, now = clock_now();
        LOG(LOG_INFO, "demo", "sending the past", LOG_I64("hours", past / MS_HOUR),
            LOG_I64("points", s->city->npoints));
        send_history(s, now - past, now);
    }
    if (atomic_load(&s->stop)) return NULL;
    go_live(s);
    if (!atomic_load(&s->stop)) s->vehicles = vehicles_start(s->city, s->history_ms != 0);
    atomic_store(&s->ready, true);
    LOG(LOG_INFO, "demo", "the city is live", LOG_I64("points", s->city->npoints));
    send_live(s);
    return NULL;
}

Rc demo_sim_start(Ctx *ctx, Kernel *k, const DemoSimOptions *opt, DemoSim **out)
{
    uint32_t points;
    TRY(demo_plan_load(ctx, k, &points));
    DemoSim *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->city = city_make(opt->seed, points);
    s->kernel = k;
    s->sender = sender_new(opt->port, opt->token);
    s->history_ms = opt->history_ms;
    s->past_days = opt->past_days;
    s->live_from = INT64_MAX;
    s->arena = arena_new(0);
    buf_init(&s->lines, s->arena);
    if (pthread_create(&s->thread, NULL, run, s) != 0) {
        arena_free(&s->arena);
        sender_free(&s->sender);
        city_free(&s->city);
        free(s);
        return FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    }
    *out = s;
    return RC_OK;
}

bool demo_sim_ready(const DemoSim *s)
{
    return atomic_load(&((DemoSim *)(uintptr_t)s)->ready);
}

void demo_sim_stop(DemoSim **sim)
{
    DemoSim *s = *sim;
    if (!s) return;
    atomic_store(&s->stop, true);
    pthread_join(s->thread, NULL);
    vehicles_stop(&s->vehicles);
    arena_free(&s->arena);
    sender_free(&s->sender);
    slave_stop(&s->slave);
    devices_free(&s->devices);
    city_free(&s->city);
    free(s);
    *sim = NULL;
}
