/* Periodic calls on the loop's thread. */
#include "net_private.h"
#include <stdlib.h>

static void on_timer(uv_timer_t *timer)
{
    NetTimer *t = timer->data;
    t->fn(t->ud);
}

static void on_timer_closed(uv_handle_t *h)
{
    free(h->data);
}

NetTimer *net_timer_start(NetLoop *l, int64_t period_ms, void (*fn)(void *), void *ud)
{
    ENSURE(period_ms > 0);
    if (l->down) return NULL;
    NetTimer *t = calloc(1, sizeof *t);
    ENSURE(t);
    t->fn = fn;
    t->ud = ud;
    t->timer.data = t;
    t->next = l->timers;
    t->link = &l->timers;
    if (l->timers) l->timers->link = &t->next;
    l->timers = t;
    uv_timer_init(&l->uv, &t->timer);
    /* libuv's time stands still during a callback; a period must not begin in the past. */
    uv_update_time(&l->uv);
    uv_timer_start(&t->timer, on_timer, (uint64_t)period_ms, (uint64_t)period_ms);
    return t;
}

void net_timer_stop(NetTimer **timer)
{
    NetTimer *t = *timer;
    if (!t) return;
    *timer = NULL;
    *t->link = t->next;
    if (t->next) t->next->link = t->link;
    uv_close((uv_handle_t *)&t->timer, on_timer_closed);
}

void timers_close_all(NetLoop *l)
{
    while (l->timers) {
        NetTimer *t = l->timers;
        net_timer_stop(&t);
    }
}
