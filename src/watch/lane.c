/* The hot path. A reading costs one cache line of state (fetched PREFETCH readings ahead) and, below all
 * limits with nothing active, two comparisons. Events leave at once; only when several rules may speak for
 * one reading are they gathered and put into the order of the rules. */
#include "lane.h"

#include "base/clock.h"
#include <math.h>
#include <stdlib.h>

WatchEvent *lane__pend(WatchLane *l)
{
    if (l->pending_n == l->pending_cap) {
        l->pending_cap = l->pending_cap ? l->pending_cap * 2 : 16;
        l->pending = realloc(l->pending, l->pending_cap * sizeof *l->pending);
        ENSURE(l->pending);
    }
    WatchEvent *e = &l->pending[l->pending_n++];
    *e = (WatchEvent){.limit = (double)NAN};
    return e;
}

/* By rule; there is hardly ever more than one. */
static void send_pending(WatchLane *l, const WatchSink *sink)
{
    for (size_t i = 1; i < l->pending_n; i++) {
        WatchEvent e = l->pending[i];
        size_t j = i;
        for (; j > 0 && l->pending[j - 1].rule > e.rule; j--) l->pending[j] = l->pending[j - 1];
        l->pending[j] = e;
    }
    for (size_t i = 0; i < l->pending_n; i++) sink->event(sink->ud, &l->pending[i]);
    l->pending_n = 0;
}

/* ---- the clock fault, live only ---- */
static void pend_clock(WatchLane *l, const Reading *r, int64_t arrival, WatchEventKind kind)
{
    WatchEvent *e = lane__pend(l);
    e->t = e->since = arrival;
    e->point = r->point;
    e->rule = WATCH_RULE_CLOCK;
    e->kind = (uint8_t)kind;
    e->grade = kind == EVENT_RAISE ? CLOCK_GRADE : 0;
    e->has_value = 1;
    e->value = r->v;
}

static void take_misplaced(WatchLane *l, Line *line, const Reading *r, int64_t arrival, const WatchSink *sink)
{
    if (line->misplaced < LATE_FAULT) line->misplaced++;
    if (line->misplaced < LATE_FAULT || line->flags & LINE_CLOCK) return;
    line->flags |= LINE_CLOCK;
    pend_clock(l, r, arrival, EVENT_RAISE);
    send_pending(l, sink);
}

/* ---- one reading ---- */
static void take_level(WatchLane *l, const Taken *x)
{
    Line *line = x->line;
    uint32_t rule = line->rule;
    uint8_t before = ladder_top(line->bits);
    const Ladder *ladder = &l->rules->ladders[rule];
    ladder_step(ladder, line->run, &line->bits, ladder->sign * x->v, x->t);
    if (ladder_top(line->bits) == before) return;
    WatchEvent *e = lane__pend(l);
    e->t = x->t;
    e->point = x->number;
    e->rule = rule;
    e->has_value = 1;
    e->value = x->v;
    ladder_event(before, line->bits, line->run, l->rules->rules[rule].given, e);
}

/* Most readings end here: nothing active, no run, below every limit. */
static inline bool level_is_calm(const WatchLane *l, const Line *line, double v)
{
    const Ladder *ladder = &l->rules->ladders[line->rule];
    return !line->bits && ladder->sign * v < ladder->floor;
}

static void take_judged(WatchLane *l, const Taken *x, const WatchSink *sink)
{
    Line *line = x->line;
    if (line->rule != RULE_NONE) {
        if (LADDER_RUNNING(line->bits)) {
            uint64_t max_gap = (uint64_t)l->rules->rules[line->rule].max_gap;
            if (max_gap && span(x->before, x->t) > max_gap) ladder_gap(&line->bits);
        }
        take_level(l, x);
    }
    if (line->extra) lane__take_extras(l, x);
    if (line->flags & LINE_ATTENTION) lane__take_offline(l, x);
    if (l->pending_n) send_pending(l, sink);
}

static inline void take_good(WatchLane *l, Line *line, const Reading *r, const WatchSink *sink)
{
    Taken x = {.line = line, .number = r->point, .t = r->t, .before = line->last_t, .v = r->v};
    line->last_t = r->t;
    line->last_v = r->v;
    if (!line->extra && !(line->flags & LINE_ATTENTION)) {
        if (line->rule == RULE_NONE || level_is_calm(l, line, r->v)) return;
    }
    take_judged(l, &x, sink);
}

static inline bool is_good(const Reading *r)
{
    return r->q < Q_BAD && isfinite(r->v) && r->t != TIME_NONE;
}

static void take_replayed(WatchLane *l, Line *line, const Reading *r, const WatchSink *sink)
{
    if (r->t > l->clock) {
        l->clock = r->t;
        if (l->heap_n && l->heap[0].key < r->t) lane__raise_due(l, sink);
    }
    if (is_good(r) && r->t > line->last_t) take_good(l, line, r, sink);
}

/* A point that takes arrival time: readings of one batch follow each other by a millisecond. */
static void set_arrival(const Line *line, Reading *r, int64_t arrival)
{
    r->t = arrival;
    if (line->last_t >= arrival && line->last_t - arrival < MS_SECOND) r->t = line->last_t + 1;
}

static inline void take_live(WatchLane *l, Line *line, Reading *r, int64_t arrival, const WatchSink *sink)
{
    if (line->flags & LINE_ARRIVAL) set_arrival(line, r, arrival);
    if (r->t > arrival && span(arrival, r->t) > (uint64_t)AHEAD_MS) r->flags |= READING_AHEAD;
    if (!is_good(r)) return;
    if (r->flags & READING_AHEAD || r->t <= line->last_t) {
        take_misplaced(l, line, r, arrival, sink);
        return;
    }
    line->misplaced = 0;
    if (line->flags & LINE_CLOCK) {
        line->flags &= (uint8_t)~LINE_CLOCK;
        pend_clock(l, r, arrival, EVENT_RETURN);
    }
    take_good(l, line, r, sink);
    if (l->pending_n) send_pending(l, sink);
}

static inline Line *line_of(const WatchLane *l, const Reading *r)
{
    return &l->lines[lane__slot(l, r->point)];
}

/* For points with bindings the side arrays are fetched in steps, each of which reads what the one before has
 * fetched: line, bindings, states, windows. */
__attribute__((always_inline)) static inline void fetch_side(const WatchLane *l, const Reading *r, int stage)
{
    const Line *line = line_of(l, r);
    if (line->extra) lane__prefetch(l, line, stage);
}

__attribute__((always_inline)) static inline void fetch_ahead(const WatchLane *l, const Reading *r,
                                                              size_t left)
{
    enum { LINES = 24, BINDS = 16, STATES = 10, WINDOWS = 5 };
    if (!l->binds.n) {
        if (left > PREFETCH) __builtin_prefetch(line_of(l, r + PREFETCH), 1);
        return;
    }
    if (left > LINES) __builtin_prefetch(line_of(l, r + LINES), 1);
    if (left > BINDS) fetch_side(l, r + BINDS, 1);
    if (left > STATES) fetch_side(l, r + STATES, 2);
    if (left > WINDOWS) fetch_side(l, r + WINDOWS, 3);
}

void watch_take(WatchLane *l, Reading *r, size_t n, int64_t arrival, const WatchSink *sink)
{
    if (l->live) l->clock = arrival;
    for (size_t i = 0; i < n; i++) {
        fetch_ahead(l, &r[i], n - i);
        Line *line = line_of(l, &r[i]);
        if (!l->live) take_replayed(l, line, &r[i], sink);
        else if (line != l->lines) take_live(l, line, &r[i], arrival, sink);
    }
}

void watch_tick(WatchLane *l, int64_t now, const WatchSink *sink)
{
    if (!l->live) return;
    l->clock = now;
    if (l->heap_n && l->heap[0].key < now) lane__raise_due(l, sink);
}

const char *watch_event_name(WatchEventKind k)
{
    static const char *const names[] = {[EVENT_RAISE] = "raise",
                                        [EVENT_ESCALATE] = "escalate",
                                        [EVENT_EASE] = "ease",
                                        [EVENT_RETURN] = "return"};
    return names[k];
}
