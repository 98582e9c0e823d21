/* Offline alarms by a heap with lazy keys: an entry's key is the moment its alarm was due when it was queued.
 * Readings only move that moment later, so they need not touch the heap; an entry that comes up too early is
 * queued again. A rule and point cost one heap operation a timeout, however many readings come. A line asks
 * for attention only while one of its alarms is active or not queued (the point never reported). */
#include "lane.h"

#include "base/clock.h"
#include <math.h>
#include <stdlib.h>

/* ---- heap ---- */
static void sift_up(WatchLane *l, size_t i)
{
    for (Due d = l->heap[i]; i > 0;) {
        size_t up = (i - 1) / 2;
        if (l->heap[up].key <= d.key) break;
        l->heap[i] = l->heap[up];
        l->heap[up] = d;
        i = up;
    }
}

static void sift_down(WatchLane *l)
{
    size_t i = 0;
    Due d = l->heap[0];
    for (size_t child; (child = 2 * i + 1) < l->heap_n; i = child) {
        if (child + 1 < l->heap_n && l->heap[child + 1].key < l->heap[child].key) child++;
        if (d.key <= l->heap[child].key) break;
        l->heap[i] = l->heap[child];
    }
    l->heap[i] = d;
}

static void heap_add(WatchLane *l, Due d)
{
    if (l->heap_n == l->heap_cap) {
        l->heap_cap = l->heap_cap ? l->heap_cap * 2 : 64;
        l->heap = realloc(l->heap, l->heap_cap * sizeof *l->heap);
        ENSURE(l->heap);
    }
    l->heap[l->heap_n++] = d;
    sift_up(l, l->heap_n - 1);
}

static Due heap_take(WatchLane *l)
{
    Due d = l->heap[0];
    l->heap[0] = l->heap[--l->heap_n];
    if (l->heap_n) sift_down(l);
    return d;
}

/* ---- when an alarm is due ---- */
static int64_t add_time(int64_t t, int64_t ms)
{
    int64_t sum;
    return __builtin_add_overflow(t, ms, &sum) ? INT64_MAX : sum;
}

/* The silence counts from here; TIME_NONE: it does not count. */
static int64_t silent_since(const WatchLane *l, const OfflineState *s)
{
    const Line *line = &l->lines[s->slot];
    if (l->live && !(line->flags & LINE_IN_SERVICE)) return TIME_NONE;
    return line->last_t != TIME_NONE ? line->last_t : s->base;
}

void lane__queue(WatchLane *l, uint32_t state)
{
    OfflineState *s = lane__offline(l, state);
    int64_t since = silent_since(l, s);
    if (s->active || s->queued || since == TIME_NONE) return;
    s->queued = true;
    heap_add(l, (Due){add_time(since, l->rules->rules[s->rule].timeout), state});
}

void lane__note_attention(WatchLane *l, uint32_t slot)
{
    Line *line = &l->lines[slot];
    line->flags &= (uint8_t)~LINE_ATTENTION;
    for (uint32_t i = line->offline; i; i = lane__offline(l, i)->next) {
        const OfflineState *s = lane__offline(l, i);
        if (s->active || !s->queued) line->flags |= LINE_ATTENTION;
    }
}

/* ---- a reading ---- */
static void back(WatchLane *l, OfflineState *s, const Taken *x)
{
    uint64_t timeout = (uint64_t)l->rules->rules[s->rule].timeout;
    if (l->clock > x->t && span(x->t, l->clock) > timeout) return; /* too old a reading to prove anything */
    s->active = false;
    WatchEvent *e = lane__pend(l);
    e->t = e->since = x->t;
    e->point = x->number;
    e->rule = s->rule;
    e->kind = EVENT_RETURN;
    e->has_value = 1;
    e->value = x->v;
}

void lane__take_offline(WatchLane *l, const Taken *x)
{
    for (uint32_t i = x->line->offline; i; i = lane__offline(l, i)->next) {
        OfflineState *s = lane__offline(l, i);
        if (s->active) back(l, s, x);
        lane__queue(l, i);
    }
    lane__note_attention(l, (uint32_t)(x->line - l->lines));
}

/* ---- the clock moves ---- */
typedef struct Found {
    int64_t t;
    Str code, name;
    uint32_t state;
} Found;

static int by_time_point_rule(const void *a, const void *b)
{
    const Found *x = a, *y = b;
    if (x->t != y->t) return x->t < y->t ? -1 : 1;
    int c = str_cmp(x->code, y->code);
    return c ? c : str_cmp(x->name, y->name);
}

/* Takes from the heap what is really due. */
static size_t find_due(WatchLane *l, Found **out)
{
    Found *found = NULL;
    size_t n = 0, cap = 0;
    while (l->heap_n && l->heap[0].key < l->clock) {
        uint32_t state = heap_take(l).state;
        OfflineState *s = lane__offline(l, state);
        s->queued = false;
        int64_t since = silent_since(l, s), due = add_time(since, l->rules->rules[s->rule].timeout);
        if (since == TIME_NONE) continue;
        if (due >= l->clock) {
            lane__queue(l, state);
            continue;
        }
        if (n == cap) {
            cap = cap ? cap * 2 : 16;
            found = realloc(found, cap * sizeof *found);
            ENSURE(found);
        }
        found[n++] = (Found){due, lane__code(l, s->slot), l->rules->rules[s->rule].name, state};
    }
    *out = found;
    return n;
}

void lane__raise_due(WatchLane *l, const WatchSink *sink)
{
    Found *found;
    size_t n = find_due(l, &found);
    if (n > 1) qsort(found, n, sizeof *found, by_time_point_rule);
    for (size_t i = 0; i < n; i++) {
        OfflineState *s = lane__offline(l, found[i].state);
        s->active = true;
        l->lines[s->slot].flags |= LINE_ATTENTION;
        WatchEvent e = {.t = found[i].t,
                        .point = lane__number(l, s->slot),
                        .rule = s->rule,
                        .kind = EVENT_RAISE,
                        .grade = l->rules->rules[s->rule].grade,
                        .limit = (double)NAN,
                        .since = silent_since(l, s)};
        sink->event(sink->ud, &e);
    }
    free(found);
}
