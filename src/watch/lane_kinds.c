/* The kinds of rule that need more than a line: a second level rule, rate, stuck, expr, deviation. One
 * function a kind, all of one shape, found by a table; each gets a good reading in order and may pend one
 * event. */
#include "lane.h"

#include "base/clock.h"
#include <math.h>

static WatchEvent *pend(WatchLane *l, const Bind *b, uint32_t number, int64_t t, double value)
{
    WatchEvent *e = lane__pend(l);
    e->t = t;
    e->point = number;
    e->rule = b->rule;
    e->has_value = 1;
    e->value = value;
    return e;
}

/* An event when the top grade is no longer `before`. */
static void pend_change(WatchLane *l, const Bind *b, const Taken *x, uint8_t before, LadderBits bits,
                        const int64_t run[GRADES])
{
    if (ladder_top(bits) == before) return;
    WatchEvent *e = pend(l, b, x->number, x->t, x->v);
    ladder_event(before, bits, run, l->rules->rules[b->rule].given, e);
}

static void take_level(WatchLane *l, const Bind *b, const Taken *x)
{
    LevelState *s = lane__level(l, b->state);
    const Ladder *ladder = &l->rules->ladders[b->rule];
    uint64_t max_gap = (uint64_t)l->rules->rules[b->rule].max_gap;
    uint8_t before = ladder_top(s->bits);
    if (max_gap && x->before != TIME_NONE && span(x->before, x->t) > max_gap) ladder_gap(&s->bits);
    ladder_step(ladder, s->run, &s->bits, ladder->sign * x->v, x->t);
    pend_change(l, b, x, before, s->bits, s->run);
}

/* ---- rate ---- */
static double slope_as(RuleDir dir, double slope)
{
    return dir == DIR_RISE ? slope : dir == DIR_FALL ? -slope : fabs(slope);
}

static void take_rate(WatchLane *l, const Bind *b, const Taken *x)
{
    RateState *s = lane__rate(l, b->state);
    const Rule *r = &l->rules->rules[b->rule];
    uint8_t before = ladder_top(s->bits);
    window_expire(&s->w, x->t, (uint64_t)r->window);
    if (s->w.n) {
        const TimeValue *o = window_at(&s->w, 0);
        uint64_t age = span(o->t, x->t);
        if (age >= (uint64_t)r->window - age) { /* 2 × age ≥ window, age ≤ window */
            double slope = ((x->v - o->v) * 60000.0) / (double)age;
            ladder_step(&l->rules->ladders[b->rule], s->run, &s->bits, slope_as(r->dir, slope), x->t);
        }
    } else if (before) { /* no earlier reading within the window: nothing can say that the alarm still holds
                          */
        s->bits = 0;
        s->run[before - 1] = x->t;
    }
    window_thin(&s->w, WINDOW_MAX);
    window_push(&s->w, x->t, x->v);
    pend_change(l, b, x, before, s->bits, s->run);
}

/* ---- stuck ---- */
static void push_extremes(StuckState *s, int64_t t, double v)
{
    while (s->mins.n && window_last(&s->mins)->v >= v) window_drop_last(&s->mins);
    window_push(&s->mins, t, v);
    while (s->maxs.n && window_last(&s->maxs)->v <= v) window_drop_last(&s->maxs);
    window_push(&s->maxs, t, v);
}

void lane__stuck_rebuild(StuckState *s)
{
    s->mins.n = s->maxs.n = 0;
    for (uint32_t i = 0; i < s->all.n; i++)
        push_extremes(s, window_at(&s->all, i)->t, window_at(&s->all, i)->v);
}

static void stuck_push(StuckState *s, const Rule *r, int64_t t, double v)
{
    if (s->all.n && r->max_gap && span(window_last(&s->all)->t, t) > (uint64_t)r->max_gap)
        s->gap_t = window_last(&s->all)->t;
    if (window_thin(&s->all, WINDOW_MAX)) lane__stuck_rebuild(s);
    window_push(&s->all, t, v);
    push_extremes(s, t, v);
    /* the first stays the newest one that is at least a window old */
    while (s->all.n > 1 && span(window_at(&s->all, 1)->t, t) >= (uint64_t)r->window)
        window_drop_first(&s->all);
    int64_t first = window_at(&s->all, 0)->t;
    while (s->mins.n > 1 && window_at(&s->mins, 0)->t < first) window_drop_first(&s->mins);
    while (s->maxs.n > 1 && window_at(&s->maxs, 0)->t < first) window_drop_first(&s->maxs);
}

static void take_stuck(WatchLane *l, const Bind *b, const Taken *x)
{
    StuckState *s = lane__stuck(l, b->state);
    const Rule *r = &l->rules->rules[b->rule];
    stuck_push(s, r, x->t, x->v);
    int64_t first = window_at(&s->all, 0)->t;
    bool complete = span(first, x->t) >= (uint64_t)r->window && (s->gap_t == TIME_NONE || s->gap_t < first);
    bool still = window_at(&s->maxs, 0)->v - window_at(&s->mins, 0)->v <= r->eps;
    bool raise = !s->active && complete && still;
    if (!raise && !(s->active && !still)) return;
    s->active = raise;
    WatchEvent *e = pend(l, b, x->number, x->t, x->v);
    e->kind = raise ? EVENT_RAISE : EVENT_RETURN;
    e->grade = raise ? r->grade : 0;
    e->limit = raise ? r->eps : (double)NAN;
    e->since = raise ? first : x->t;
}

/* ---- expr ---- */
static double window_fold(OperandKind kind, const Window *w)
{
    double sum = 0, min = INFINITY, max = -INFINITY;
    for (uint32_t i = 0; i < w->n; i++) {
        double v = window_at(w, i)->v;
        sum += v;
        min = v < min ? v : min;
        max = v > max ? v : max;
    }
    switch (kind) {
    case OPERAND_AVG:
        return sum / (double)w->n;
    case OPERAND_MIN:
        return min;
    case OPERAND_MAX:
        return max;
    default:
        return w->n > 1 ? window_last(w)->v - window_at(w, 0)->v : (double)NAN;
    }
}

/* NaN: undefined. */
static double operand_value(const WatchLane *l, const ExprState *s, size_t i, const Operand *o,
                            int64_t max_age)
{
    const Line *line = &l->lines[s->slots[i]];
    if (!s->slots[i] || line->last_t == TIME_NONE) return (double)NAN;
    uint64_t age = span(line->last_t, s->clock);
    if (o->kind == OPERAND_AGE) return (double)age / 1000.0;
    if (max_age && age > (uint64_t)max_age) return (double)NAN;
    if (o->kind == OPERAND_V) return line->last_v;
    window_expire(&s->windows[i], s->clock, (uint64_t)o->window_ms);
    return s->windows[i].n ? window_fold(o->kind, &s->windows[i]) : (double)NAN;
}

static void feed_windows(ExprState *s, const Operand *operands, size_t n, uint32_t slot, const Taken *x)
{
    for (size_t i = 0; i < n; i++) {
        if (s->slots[i] != slot || !operands[i].window_ms) continue;
        window_thin(&s->windows[i], WINDOW_EXPR_MAX);
        window_push(&s->windows[i], x->t, x->v);
    }
}

static void take_expr(WatchLane *l, const Bind *b, const Taken *x)
{
    ExprState *s = lane__expr(l, b->state);
    const Rule *r = &l->rules->rules[b->rule];
    const Ladder *ladder = &l->rules->ladders[b->rule];
    const Operand *operands;
    size_t n = expr_operands(r->expr, &operands);
    feed_windows(s, operands, n, (uint32_t)(x->line - l->lines), x);
    if (s->clock == TIME_NONE || x->t > s->clock) s->clock = x->t;
    double values[EXPR_OPERANDS_MAX], value;
    for (size_t i = 0; i < n; i++) values[i] = operand_value(l, s, i, &operands[i], r->max_age);
    if (!expr_eval(r->expr, values, &value)) return;
    uint8_t before = ladder_top(s->bits);
    ladder_step(ladder, s->run, &s->bits, ladder->sign * value, s->clock);
    Taken booked = {.number = s->number, .t = s->clock, .v = value};
    pend_change(l, b, &booked, before, s->bits, s->run);
}

/* ---- deviation ---- */
static void take_deviation(WatchLane *l, const Bind *b, const Taken *x)
{
    DeviationState *s = lane__deviation(l, b->state);
    const Rule *r = &l->rules->rules[b->rule];
    BaselineOptions o = {.k = r->k, .warmup_ms = r->warmup, .season_ms = r->season};
    double distance;
    if (!baseline_take(&s->b, &o, x->t, x->v, &distance)) return;
    uint8_t before = ladder_top(s->bits);
    ladder_step(&l->rules->ladders[b->rule], s->run, &s->bits, distance, x->t);
    pend_change(l, b, x, before, s->bits, s->run);
}

void lane__take_extras(WatchLane *l, const Taken *x)
{
    static void (*const take[])(WatchLane *, const Bind *, const Taken *) = {
        [RULE_LEVEL] = take_level, [RULE_RATE] = take_rate,           [RULE_STUCK] = take_stuck,
        [RULE_EXPR] = take_expr,   [RULE_DEVIATION] = take_deviation,
    };
    for (uint32_t i = x->line->extra;; i++) {
        const Bind *b = VEC_AT(l->binds, Bind, i);
        take[b->kind](l, b, x);
        if (b->last) return;
    }
}

/* ---- prefetch ---- */
/* Inlined by force: gcc takes a function that only prefetches for one without effect, and drops the call. */
__attribute__((always_inline)) static inline void fetch(const void *p)
{
    __builtin_prefetch(p, 1);
}

__attribute__((always_inline)) static inline void fetch_state(const WatchLane *l, const Bind *b)
{
    const char *p = NULL;
    switch (b->kind) {
    case RULE_LEVEL:
        p = (const char *)lane__level(l, b->state);
        break;
    case RULE_RATE:
        p = (const char *)lane__rate(l, b->state);
        break;
    case RULE_STUCK:
        p = (const char *)lane__stuck(l, b->state);
        break;
    case RULE_EXPR:
        p = (const char *)lane__expr(l, b->state);
        break;
    default:
        p = (const char *)lane__deviation(l, b->state);
    }
    fetch(p);
    fetch(p + 63);
}

__attribute__((always_inline)) static inline void fetch_window(const Window *w)
{
    if (!w->n) return;
    fetch(window_at(w, 0));
    fetch(window_at(w, w->n)); /* where the next goes; the newest lies beside it */
}

__attribute__((always_inline)) static inline void fetch_windows(const WatchLane *l, const Bind *b)
{
    if (b->kind == RULE_RATE) fetch_window(&lane__rate(l, b->state)->w);
    if (b->kind != RULE_STUCK) return;
    const StuckState *s = lane__stuck(l, b->state);
    fetch_window(&s->all);
    fetch_window(&s->mins);
    fetch_window(&s->maxs);
}

void lane__prefetch(const WatchLane *l, const Line *line, int stage)
{
    const Bind *b = VEC_AT(l->binds, Bind, line->extra);
    if (stage == 1) {
        fetch(b);
        return;
    }
    for (;; b++) {
        if (stage == 2) fetch_state(l, b);
        else fetch_windows(l, b);
        if (b->last) return;
    }
}
