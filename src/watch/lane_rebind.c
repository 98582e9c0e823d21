/* What is active now, and rebinding: build the new lanes, carry the saved state over, return the alarms that
 * nothing can return any more because their rule changed, went away or no longer matches the point. */
#include "lane.h"

#include "base/clock.h"
#include <math.h>
#include <stdlib.h>

/* ---- what is active ---- */
static void emit_active(const WatchSink *sink, uint32_t number, uint32_t rule, uint8_t grade, int64_t since)
{
    if (!grade) return;
    WatchEvent e = {.t = since,
                    .point = number,
                    .rule = rule,
                    .kind = EVENT_RAISE,
                    .grade = grade,
                    .limit = (double)NAN,
                    .since = since};
    sink->event(sink->ud, &e);
}

static void emit_ladder(const WatchSink *sink, uint32_t number, uint32_t rule, LadderBits bits,
                        const int64_t *run)
{
    uint8_t top = ladder_top(bits);
    if (top) emit_active(sink, number, rule, top, run[top - 1]);
}

static void emit_bind(const WatchLane *l, const WatchSink *sink, uint32_t slot, const Bind *b)
{
    uint32_t number = lane__number(l, slot), i = b->state;
    switch (b->kind) {
    case RULE_LEVEL:
        emit_ladder(sink, number, b->rule, lane__level(l, i)->bits, lane__level(l, i)->run);
        break;
    case RULE_RATE:
        emit_ladder(sink, number, b->rule, lane__rate(l, i)->bits, lane__rate(l, i)->run);
        break;
    case RULE_DEVIATION:
        emit_ladder(sink, number, b->rule, lane__deviation(l, i)->bits, lane__deviation(l, i)->run);
        break;
    case RULE_STUCK:
        if (lane__stuck(l, i)->active)
            emit_active(sink, number, b->rule, l->rules->rules[b->rule].grade, l->lines[slot].last_t);
        break;
    default:
        break; /* an expr is emitted once, not once a point */
    }
}

static void emit_line(const WatchLane *l, const WatchSink *sink, uint32_t slot)
{
    const Line *line = &l->lines[slot];
    uint32_t number = lane__number(l, slot);
    emit_ladder(sink, number, line->rule, line->bits, line->run);
    for (uint32_t i = line->extra; i; i++) {
        emit_bind(l, sink, slot, VEC_AT(l->binds, Bind, i));
        if (VEC_AT(l->binds, Bind, i)->last) break;
    }
    for (uint32_t i = line->offline; i; i = lane__offline(l, i)->next) {
        const OfflineState *s = lane__offline(l, i);
        if (s->active)
            emit_active(sink, number, s->rule, l->rules->rules[s->rule].grade,
                        line->last_t != TIME_NONE ? line->last_t : s->base);
    }
    if (line->flags & LINE_CLOCK) emit_active(sink, number, WATCH_RULE_CLOCK, CLOCK_GRADE, line->last_t);
}

void watch_lane_active(const WatchLane *l, const WatchSink *sink)
{
    for (uint32_t slot = 1; slot < l->nlines; slot++) emit_line(l, sink, slot);
    for (uint32_t i = 1; i < l->exprs.n; i++) {
        const ExprState *s = lane__expr(l, i);
        emit_ladder(sink, s->number, s->rule, s->bits, s->run);
    }
}

/* ---- rebinding ---- */
typedef struct Rebind {
    WatchLane *const *now; /* the new lanes */
    int nlanes;
    uint32_t *map; /* old rule → new rule that judges the same, or RULE_NONE */
    int64_t t;
    const WatchSink *sink;
} Rebind;

static bool lane_has(const WatchLane *l, uint32_t number, uint32_t rule)
{
    uint32_t slot = lane__slot(l, number);
    if (!slot) return false;
    if (rule == WATCH_RULE_CLOCK) return true;
    const Line *line = &l->lines[slot];
    return line->rule == rule || lane__find_bind(l, line, rule) || lane__find_offline(l, line, rule) ||
           lane__find_expr(l, rule, number);
}

/* An alarm that was active: return it when nothing in the new lanes can any more. */
static void return_lost(void *ud, const WatchEvent *active)
{
    Rebind *rb = ud;
    uint32_t rule = active->rule == WATCH_RULE_CLOCK ? WATCH_RULE_CLOCK : rb->map[active->rule];
    if (rule != RULE_NONE || active->rule == WATCH_RULE_CLOCK)
        for (int i = 0; i < rb->nlanes; i++)
            if (lane_has(rb->now[i], active->point, rule)) return;
    WatchEvent e = *active;
    e.t = e.since = rb->t;
    e.kind = EVENT_RETURN;
    e.grade = 0;
    rb->sink->event(rb->sink->ud, &e);
}

static uint32_t *map_rules(const RuleSet *from, const RuleSet *to)
{
    StrMap *names = strmap_new(to->n);
    for (size_t i = 0; i < to->n; i++) strmap_put(names, to->rules[i].name, (uint32_t)i);
    uint32_t *map = malloc((from->n + 1) * sizeof *map);
    ENSURE(map);
    for (size_t i = 0; i < from->n; i++) {
        uint32_t rule = strmap_get(names, from->rules[i].name);
        map[i] = rule != STRMAP_NONE && to->rules[rule].print == from->rules[i].print ? rule : RULE_NONE;
    }
    strmap_free(&names);
    return map;
}

/* The state of old goes into every new lane; what is lost returns. */
static void carry(const WatchLane *old, WatchLane *const *now, int nlanes, int64_t t, const WatchSink *sink)
{
    Arena *arena = arena_new(0);
    StrBuf state;
    buf_init(&state, arena);
    watch_lane_save(old, &state);
    for (int i = 0; i < nlanes; i++) ENSURE(lane__load(now[i], buf_str(&state)));
    arena_free(&arena);
    Rebind rb = {
        .now = now, .nlanes = nlanes, .map = map_rules(old->rules, now[0]->rules), .t = t, .sink = sink};
    watch_lane_active(old, &(WatchSink){return_lost, &rb});
    free(rb.map);
}

WatchLane *watch_lane_rebind(WatchLane *old, const RuleSet *rules, const WatchPoint *points, size_t npoints,
                             unsigned flags, int64_t now, const WatchSink *sink)
{
    WatchLane *l = watch_lane_new(rules, points, npoints, old->lane, old->nlanes, flags);
    carry(old, &l, 1, now, sink);
    return l;
}

void watch_lanes_rebind(WatchLane **lanes, int nlanes, const RuleSet *rules, const WatchPoint *points,
                        size_t npoints, unsigned flags, int64_t now, const WatchSink *sink)
{
    WatchLane *fresh[UINT8_MAX];
    ENSURE(nlanes >= 1 && nlanes <= UINT8_MAX);
    for (int i = 0; i < nlanes; i++) fresh[i] = watch_lane_new(rules, points, npoints, i, nlanes, flags);
    for (int i = 0; i < nlanes; i++) carry(lanes[i], fresh, nlanes, now, sink);
    for (int i = 0; i < nlanes; i++) {
        watch_lane_free(&lanes[i]);
        lanes[i] = fresh[i];
    }
}
