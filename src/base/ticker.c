/* Periodic work. The pause is measured on the monotonic clock, so that a step of the wall clock neither
 * floods nor starves it. */
#include "base/ticker.h"
#include "base/rc.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct Ticker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int64_t period_ms;
    void (*fn)(void *);
    void *ud;
    bool stop, now;
};

/* Sleeps a period; false: it is time to stop. */
static bool pause_for(Ticker *t)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + t->period_ms % 1000 * 1000000;
    until.tv_sec += t->period_ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&t->lock);
    int rc = 0;
    while (!t->stop && !t->now && rc == 0) rc = pthread_cond_timedwait(&t->wake, &t->lock, &until);
    t->now = false;
    bool go_on = !t->stop;
    pthread_mutex_unlock(&t->lock);
    return go_on;
}

static void *run(void *arg)
{
    Ticker *t = arg;
    while (pause_for(t)) t->fn(t->ud);
    return NULL;
}

static void drop(Ticker *t)
{
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

Ticker *ticker_start(const char *name, int64_t period_ms, void (*fn)(void *), void *ud)
{
    ENSURE(period_ms > 0);
    Ticker *t = calloc(1, sizeof *t);
    ENSURE(t);
    *t = (Ticker){.period_ms = period_ms, .fn = fn, .ud = ud};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&t->lock, NULL);
    if (pthread_create(&t->thread, NULL, run, t) != 0) {
        drop(t);
        return NULL;
    }
    pthread_setname_np(t->thread, name);
    return t;
}

void ticker_wake(Ticker *t)
{
    pthread_mutex_lock(&t->lock);
    t->now = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

void ticker_stop(Ticker **ticker)
{
    Ticker *t = *ticker;
    if (!t) return;
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    drop(t);
    *ticker = NULL;
}
