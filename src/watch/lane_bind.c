/* Building a lane: which rules speak for which point, and which lane owns it. Points of one expr are joined
 * (union-find by number) and live in the lane of the smallest number among them, so that an expr never looks
 * into another thread's state. */
#include "lane.h"

#include "base/clock.h"
#include "base/huge.h"
#include <stdlib.h>

uint32_t vec__add(Vec *v, size_t size)
{
    if (v->n == 0) v->n = 1;
    if (v->n >= v->cap) {
        v->cap = v->cap ? v->cap * 2 : 16;
        v->p = realloc(v->p, v->cap * size);
        ENSURE(v->p && v->cap < UINT32_MAX);
    }
    memset((char *)v->p + v->n * size, 0, size);
    return (uint32_t)v->n++;
}

/* ---- lines ---- */
void lane__reserve(WatchLane *l, size_t nlines)
{
    if (nlines <= l->lines_cap) return;
    Line *lines = huge_alloc(nlines * sizeof *lines);
    if (l->nlines) memcpy(lines, l->lines, l->nlines * sizeof *lines);
    free(l->lines);
    l->lines = lines;
    l->lines_cap = nlines;
    if (l->nlanes > 1) l->number = realloc(l->number, nlines * sizeof *l->number);
    if (l->rules->has_offline) l->code_end = realloc(l->code_end, nlines * sizeof *l->code_end);
    ENSURE((l->nlanes == 1 || l->number) && (!l->rules->has_offline || l->code_end));
}

static void keep_code(WatchLane *l, uint32_t slot, Str code)
{
    if (!l->rules->has_offline) return;
    size_t from = slot ? l->code_end[slot - 1] : 0;
    if (from + code.n > l->code_cap) {
        l->code_cap = (from + code.n) * 2;
        l->code_text = realloc(l->code_text, l->code_cap);
        ENSURE(l->code_text);
    }
    if (code.n) memcpy(l->code_text + from, code.p, code.n);
    l->code_end[slot] = from + code.n;
}

Str lane__code(const WatchLane *l, uint32_t slot)
{
    size_t from = l->code_end[slot - 1];
    return str_n(l->code_text + from, l->code_end[slot] - from);
}

static uint32_t add_line(WatchLane *l, uint32_t number, Str code)
{
    if (l->nlines == l->lines_cap) lane__reserve(l, l->lines_cap ? l->lines_cap * 2 : 64);
    uint32_t slot = (uint32_t)l->nlines++;
    l->lines[slot] = (Line){.last_t = TIME_NONE, .rule = RULE_NONE};
    if (l->number) l->number[slot] = number;
    keep_code(l, slot, code);
    return slot;
}

/* ---- binding ---- */
/* The run of the newest line lies at the end of binds; any other is copied there first. */
static void add_bind(WatchLane *l, uint32_t slot, Bind b)
{
    uint32_t from = l->lines[slot].extra, end = from;
    if (from)
        while (!VEC_AT(l->binds, Bind, end)->last) end++;
    if (from && end + 1 != l->binds.n) {
        uint32_t copy = 0;
        for (uint32_t i = from; i <= end; i++) {
            uint32_t to = vec__add(&l->binds, sizeof(Bind));
            *VEC_AT(l->binds, Bind, to) = *VEC_AT(l->binds, Bind, i);
            if (i == from) copy = to;
        }
        l->lines[slot].extra = copy;
    }
    if (from) VEC_AT(l->binds, Bind, l->binds.n - 1)->last = false;
    b.last = true;
    uint32_t at = vec__add(&l->binds, sizeof b);
    *VEC_AT(l->binds, Bind, at) = b;
    if (!from) l->lines[slot].extra = at;
}

static uint32_t add_state(WatchLane *l, RuleKind kind)
{
    uint32_t i;
    switch (kind) {
    case RULE_LEVEL:
        return vec__add(&l->levels, sizeof(LevelState));
    case RULE_RATE:
        return vec__add(&l->rates, sizeof(RateState));
    case RULE_STUCK:
        i = vec__add(&l->stucks, sizeof(StuckState));
        lane__stuck(l, i)->gap_t = TIME_NONE;
        return i;
    default:
        return vec__add(&l->deviations, sizeof(DeviationState));
    }
}

static void add_offline(WatchLane *l, uint32_t slot, uint32_t rule, int64_t base)
{
    uint32_t i = vec__add(&l->offlines, sizeof(OfflineState));
    *lane__offline(l, i) =
        (OfflineState){.slot = slot, .rule = rule, .next = l->lines[slot].offline, .base = base};
    l->lines[slot].offline = i;
    lane__queue(l, i);
}

typedef struct Match {
    WatchLane *l;
    uint32_t slot;
    int64_t base;
} Match;

static void add_rule(void *ud, uint32_t rule)
{
    Match *m = ud;
    RuleKind kind = m->l->rules->rules[rule].kind;
    Line *line = &m->l->lines[m->slot];
    if (kind == RULE_OFFLINE) add_offline(m->l, m->slot, rule, m->base);
    else if (kind == RULE_LEVEL && line->rule == RULE_NONE) line->rule = rule;
    else add_bind(m->l, m->slot, (Bind){.rule = rule, .kind = (uint8_t)kind, .state = add_state(m->l, kind)});
}

void lane__add_point(WatchLane *l, uint32_t number, const WatchPoint *p)
{
    uint32_t slot = add_line(l, number, p->code);
    ENSURE(l->slot_of || slot == number);
    if (l->slot_of) l->slot_of[number] = slot;
    if (number >= l->npoints) l->npoints = number + 1;
    if (p->arrival_time) l->lines[slot].flags |= LINE_ARRIVAL;
    if (p->in_service) l->lines[slot].flags |= LINE_IN_SERVICE;
    Match m = {.l = l, .slot = slot, .base = l->live && p->in_service ? p->in_service_since : TIME_NONE};
    ruleset__match(l->rules, p->code, add_rule, &m);
    lane__note_attention(l, slot);
}

/* ---- exprs ---- */
static void bind_expr(WatchLane *l, uint32_t rule, uint32_t number, const StrMap *numbers)
{
    const Operand *operands;
    size_t n = expr_operands(l->rules->rules[rule].expr, &operands);
    uint32_t i = vec__add(&l->exprs, sizeof(ExprState));
    ExprState *s = lane__expr(l, i);
    s->rule = rule;
    s->number = number;
    s->clock = TIME_NONE;
    s->slots = calloc(n, sizeof *s->slots);
    s->windows = calloc(n, sizeof *s->windows);
    ENSURE(s->slots && s->windows);
    uint32_t own = lane__slot(l, number);
    add_bind(l, own, (Bind){.rule = rule, .kind = RULE_EXPR, .state = i});
    for (size_t o = 0; o < n; o++) {
        uint32_t other = strmap_get(numbers, operands[o].code);
        s->slots[o] = other == STRMAP_NONE ? 0 : lane__slot(l, other);
        bool first = s->slots[o] && s->slots[o] != own; /* a point is bound once, however often it is named */
        for (size_t k = 0; k < o; k++) first &= s->slots[k] != s->slots[o];
        if (first) add_bind(l, s->slots[o], (Bind){.rule = rule, .kind = RULE_EXPR, .state = i});
    }
}

void lane__bind_exprs(WatchLane *l, const StrMap *numbers)
{
    for (size_t i = 0; i < l->rules->n; i++) {
        if (l->rules->rules[i].kind != RULE_EXPR) continue;
        uint32_t number = strmap_get(numbers, l->rules->rules[i].point);
        if (number != STRMAP_NONE && lane__slot(l, number)) bind_expr(l, (uint32_t)i, number, numbers);
    }
}

StrMap *lane__numbers(const WatchPoint *points, size_t npoints)
{
    StrMap *m = strmap_new(npoints);
    for (size_t i = npoints; i-- > 1;)
        if (points[i].code.n) strmap_put(m, points[i].code, (uint32_t)i);
    return m;
}

/* ---- which lane ---- */
static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b) parent[b] = a;
    else parent[a] = b;
}

static void join_expr(const Rule *r, const StrMap *numbers, uint32_t *parent)
{
    uint32_t booked = strmap_get(numbers, r->point);
    if (booked == STRMAP_NONE) return;
    const Operand *operands;
    size_t n = expr_operands(r->expr, &operands);
    for (size_t o = 0; o < n; o++) {
        uint32_t other = strmap_get(numbers, operands[o].code);
        if (other != STRMAP_NONE) join(parent, booked, other);
    }
}

void watch_lane_of(const RuleSet *rules, const WatchPoint *points, size_t npoints, int nlanes, uint8_t *out)
{
    ENSURE(nlanes >= 1 && nlanes <= UINT8_MAX);
    for (size_t i = 0; i < npoints; i++) out[i] = (uint8_t)(i % (size_t)nlanes);
    if (nlanes == 1 || !rules->nexprs) return;
    uint32_t *parent = malloc(npoints * sizeof *parent);
    ENSURE(parent);
    for (size_t i = 0; i < npoints; i++) parent[i] = (uint32_t)i;
    StrMap *numbers = lane__numbers(points, npoints);
    for (size_t i = 0; i < rules->n; i++)
        if (rules->rules[i].kind == RULE_EXPR) join_expr(&rules->rules[i], numbers, parent);
    for (size_t i = 0; i < npoints; i++) out[i] = (uint8_t)(root_of(parent, (uint32_t)i) % (size_t)nlanes);
    strmap_free(&numbers);
    free(parent);
}

/* ---- lanes ---- */
WatchLane *lane__new(const RuleSet *rules, int lane, int nlanes, unsigned flags)
{
    ENSURE(nlanes >= 1 && nlanes <= UINT8_MAX && lane >= 0 && lane < nlanes);
    WatchLane *l = calloc(1, sizeof *l);
    ENSURE(l);
    l->rules = ruleset__share(rules);
    l->lane = lane;
    l->nlanes = nlanes;
    l->live = flags & WATCH_LIVE;
    l->clock = TIME_NONE;
    return l;
}

void lane__begin(WatchLane *l)
{
    add_line(l, 0, STR_NONE);
    l->lines[0].last_t = INT64_MAX;
    if (!l->npoints) l->npoints = 1;
}

static void fill_lane(WatchLane *l, const WatchPoint *points, size_t npoints)
{
    uint8_t *owner = malloc(npoints ? npoints : 1);
    ENSURE(owner);
    watch_lane_of(l->rules, points, npoints, l->nlanes, owner);
    size_t own = 1;
    for (size_t i = 1; i < npoints; i++) own += owner[i] == l->lane;
    lane__reserve(l, own);
    if (l->nlanes > 1) l->slot_of = calloc(npoints ? npoints : 1, sizeof *l->slot_of);
    lane__begin(l);
    for (size_t i = 1; i < npoints; i++)
        if (owner[i] == l->lane) lane__add_point(l, (uint32_t)i, &points[i]);
    if (l->nlanes > 1) l->npoints = npoints;
    free(owner);
}

WatchLane *watch_lane_new(const RuleSet *rules, const WatchPoint *points, size_t npoints, int lane,
                          int nlanes, unsigned flags)
{
    ENSURE(npoints < UINT32_MAX);
    WatchLane *l = lane__new(rules, lane, nlanes, flags);
    fill_lane(l, points, npoints);
    if (rules->nexprs) {
        StrMap *numbers = lane__numbers(points, npoints);
        lane__bind_exprs(l, numbers);
        strmap_free(&numbers);
    }
    return l;
}

static void free_states(WatchLane *l)
{
    for (uint32_t i = 1; i < l->rates.n; i++) window_free(&lane__rate(l, i)->w);
    for (uint32_t i = 1; i < l->stucks.n; i++) {
        StuckState *s = lane__stuck(l, i);
        window_free(&s->all);
        window_free(&s->mins);
        window_free(&s->maxs);
    }
    for (uint32_t i = 1; i < l->exprs.n; i++) {
        ExprState *s = lane__expr(l, i);
        const Operand *operands;
        size_t n = expr_operands(l->rules->rules[s->rule].expr, &operands);
        for (size_t o = 0; o < n; o++) window_free(&s->windows[o]);
        free(s->windows);
        free(s->slots);
    }
}

void watch_lane_free(WatchLane **lane)
{
    WatchLane *l = *lane;
    *lane = NULL;
    if (!l) return;
    free_states(l);
    Vec *const vecs[] = {&l->binds,    &l->levels, &l->rates,     &l->stucks,
                         &l->offlines, &l->exprs,  &l->deviations};
    for (size_t i = 0; i < ARRAY_LEN(vecs); i++) free(vecs[i]->p);
    void *const parts[] = {l->slot_of, l->lines, l->number, l->code_end, l->code_text, l->heap, l->pending};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) free(parts[i]);
    ruleset_free(&l->rules);
    free(l);
}
