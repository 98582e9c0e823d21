/* A lane's state as bytes.
 *
 *   "ANWATCH1" | clock i64 | rules u32 { name, print u64 } | records … | 0
 *   record: tag u8, point number u32, then
 *     1 line     last_t i64, last_v f64, misplaced u8, clock fault u8
 *     2 state    rule u32 (in the table above), kind u8, length u32, the kind's own bytes
 *
 * Little-endian. Records are keyed by rule name and point number: a lane takes those that are its own and
 * whose rule still judges the same (Rule.print), and skips the rest by their length, so any split into lanes
 * can be loaded into any other. Derived things (heap, extremes of a stuck window) are not saved but rebuilt.
 * A state may come from a damaged disk: every read is bounded, windows must be in order. */
#include "lane.h"

#include "base/clock.h"
#include <endian.h>
#include <math.h>
#include <stdlib.h>

static const char magic[8] = {'A', 'N', 'W', 'A', 'T', 'C', 'H', '1'};
enum { TAG_END, TAG_LINE, TAG_STATE };

/* ---- writing ---- */
static void put8(StrBuf *b, uint8_t v)
{
    buf_addc(b, (char)v);
}

static void put32(StrBuf *b, uint32_t v)
{
    v = htole32(v);
    buf_add(b, str_n((const char *)&v, sizeof v));
}

static void put64(StrBuf *b, uint64_t v)
{
    v = htole64(v);
    buf_add(b, str_n((const char *)&v, sizeof v));
}

static void put_i64(StrBuf *b, int64_t v)
{
    put64(b, (uint64_t)v);
}

static void put_f64(StrBuf *b, double v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    put64(b, u);
}

static void put_ladder(StrBuf *b, const int64_t run[GRADES], LadderBits bits)
{
    put8(b, bits);
    for (int g = 0; g < GRADES; g++) put_i64(b, run[g]);
}

static void put_window(StrBuf *b, const Window *w)
{
    put32(b, w->n);
    for (uint32_t i = 0; i < w->n; i++) {
        put_i64(b, window_at(w, i)->t);
        put_f64(b, window_at(w, i)->v);
    }
}

static void put_spread(StrBuf *b, const Spread *s)
{
    put_f64(b, s->mean);
    put_f64(b, s->tail);
    put_f64(b, s->record);
    put_i64(b, s->record_t);
}

static void put_baseline(StrBuf *b, const Baseline *x)
{
    put_i64(b, x->first_t);
    put_i64(b, x->last_t);
    put32(b, x->count);
    const double scalars[] = {x->level, x->quantum, x->last_v, x->course};
    for (size_t i = 0; i < ARRAY_LEN(scalars); i++) put_f64(b, scalars[i]);
    put_spread(b, &x->residual);
    put_spread(b, &x->restless);
    for (int i = 0; i < SEASON_SLOTS; i++) put_f64(b, x->season[i]);
    for (int i = 0; i < SEASON_SLOTS; i++) put_f64(b, x->weight[i]);
    for (int i = 0; i < DEVIATION_START; i++) put_f64(b, x->start[i]);
}

static void put_expr(StrBuf *b, const WatchLane *l, const ExprState *s)
{
    const Operand *operands;
    size_t n = expr_operands(l->rules->rules[s->rule].expr, &operands);
    put_ladder(b, s->run, s->bits);
    put_i64(b, s->clock);
    for (size_t i = 0; i < n; i++) put_window(b, &s->windows[i]);
}

static void put_stuck(StrBuf *b, const StuckState *s)
{
    put8(b, s->active);
    put_i64(b, s->gap_t);
    put_window(b, &s->all);
}

static void put_kind(StrBuf *b, const WatchLane *l, RuleKind kind, uint32_t i)
{
    switch (kind) {
    case RULE_LEVEL:
        put_ladder(b, lane__level(l, i)->run, lane__level(l, i)->bits);
        break;
    case RULE_RATE:
        put_ladder(b, lane__rate(l, i)->run, lane__rate(l, i)->bits);
        put_window(b, &lane__rate(l, i)->w);
        break;
    case RULE_STUCK:
        put_stuck(b, lane__stuck(l, i));
        break;
    case RULE_OFFLINE:
        put8(b, lane__offline(l, i)->active);
        break;
    case RULE_EXPR:
        put_expr(b, l, lane__expr(l, i));
        break;
    default:
        put_ladder(b, lane__deviation(l, i)->run, lane__deviation(l, i)->bits);
        put_baseline(b, &lane__deviation(l, i)->b);
    }
}

/* The record's head; returns where its length stands, for close_state. */
static size_t open_state(StrBuf *b, uint32_t number, uint32_t rule, RuleKind kind)
{
    put8(b, TAG_STATE);
    put32(b, number);
    put32(b, rule);
    put8(b, (uint8_t)kind);
    put32(b, 0);
    return b->n;
}

static void close_state(StrBuf *b, size_t from)
{
    uint32_t n = htole32((uint32_t)(b->n - from));
    memcpy(b->p + from - sizeof n, &n, sizeof n);
}

static void save_state(const WatchLane *l, StrBuf *b, uint32_t number, const Bind *bind)
{
    size_t from = open_state(b, number, bind->rule, bind->kind);
    put_kind(b, l, bind->kind, bind->state);
    close_state(b, from);
}

static void save_line(const WatchLane *l, StrBuf *b, uint32_t slot)
{
    const Line *line = &l->lines[slot];
    uint32_t number = lane__number(l, slot);
    if (line->last_t != TIME_NONE || line->misplaced || line->flags & LINE_CLOCK) {
        put8(b, TAG_LINE);
        put32(b, number);
        put_i64(b, line->last_t);
        put_f64(b, line->last_v);
        put8(b, line->misplaced);
        put8(b, line->flags & LINE_CLOCK ? 1 : 0);
    }
    if (line->bits) {
        size_t from = open_state(b, number, line->rule, RULE_LEVEL);
        put_ladder(b, line->run, line->bits);
        close_state(b, from);
    }
    for (uint32_t i = line->extra; i; i++) {
        const Bind *bind = VEC_AT(l->binds, Bind, i);
        if (bind->kind != RULE_EXPR) save_state(l, b, number, bind);
        if (bind->last) break;
    }
    for (uint32_t i = line->offline; i; i = lane__offline(l, i)->next) {
        const OfflineState *s = lane__offline(l, i);
        if (s->active) save_state(l, b, number, &(Bind){.rule = s->rule, .kind = RULE_OFFLINE, .state = i});
    }
}

void watch_lane_save(const WatchLane *l, StrBuf *b)
{
    buf_add(b, str_n(magic, sizeof magic));
    put_i64(b, l->clock);
    put32(b, (uint32_t)l->rules->n);
    for (size_t i = 0; i < l->rules->n; i++) {
        put32(b, (uint32_t)l->rules->rules[i].name.n);
        buf_add(b, l->rules->rules[i].name);
        put64(b, l->rules->rules[i].print);
    }
    for (uint32_t slot = 1; slot < l->nlines; slot++) save_line(l, b, slot);
    for (uint32_t i = 1; i < l->exprs.n; i++) {
        const ExprState *s = lane__expr(l, i);
        save_state(l, b, s->number, &(Bind){.rule = s->rule, .kind = RULE_EXPR, .state = i});
    }
    put8(b, TAG_END);
}

/* ---- reading ---- */
typedef struct Cursor {
    const char *p, *end;
    bool bad;
} Cursor;

static const char *get_bytes(Cursor *c, size_t n)
{
    static const char zeros[8];
    if ((size_t)(c->end - c->p) < n) {
        c->bad = true;
        return n <= sizeof zeros ? zeros : NULL;
    }
    c->p += n;
    return c->p - n;
}

static uint8_t get8(Cursor *c)
{
    return (uint8_t)*get_bytes(c, 1);
}

static uint32_t get32(Cursor *c)
{
    uint32_t v;
    memcpy(&v, get_bytes(c, sizeof v), sizeof v);
    return le32toh(v);
}

static uint64_t get64(Cursor *c)
{
    uint64_t v;
    memcpy(&v, get_bytes(c, sizeof v), sizeof v);
    return le64toh(v);
}

static int64_t get_i64(Cursor *c)
{
    return (int64_t)get64(c);
}

static double get_f64(Cursor *c)
{
    uint64_t u = get64(c);
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}

static bool get_bool(Cursor *c)
{
    uint8_t v = get8(c);
    c->bad |= v > 1;
    return v == 1;
}

static void get_ladder(Cursor *c, int64_t run[GRADES], LadderBits *bits)
{
    *bits = get8(c);
    for (int g = 0; g < GRADES; g++) run[g] = get_i64(c);
}

static void get_window(Cursor *c, Window *w, uint32_t max)
{
    uint32_t n = get32(c);
    if (n > max || n > (size_t)(c->end - c->p) / sizeof(TimeValue)) {
        c->bad = true;
        return;
    }
    w->head = w->n = 0;
    for (uint32_t i = 0; i < n; i++) {
        int64_t t = get_i64(c);
        double v = get_f64(c);
        if (!isfinite(v) || (w->n && t <= window_last(w)->t)) c->bad = true;
        if (c->bad) return;
        window_push(w, t, v);
    }
}

static void get_spread(Cursor *c, Spread *s)
{
    s->mean = get_f64(c);
    s->tail = get_f64(c);
    s->record = get_f64(c);
    s->record_t = get_i64(c);
}

static void get_baseline(Cursor *c, Baseline *x)
{
    x->first_t = get_i64(c);
    x->last_t = get_i64(c);
    x->count = get32(c);
    double *const scalars[] = {&x->level, &x->quantum, &x->last_v, &x->course};
    for (size_t i = 0; i < ARRAY_LEN(scalars); i++) *scalars[i] = get_f64(c);
    get_spread(c, &x->residual);
    get_spread(c, &x->restless);
    for (int i = 0; i < SEASON_SLOTS; i++) x->season[i] = get_f64(c);
    for (int i = 0; i < SEASON_SLOTS; i++) x->weight[i] = get_f64(c);
    for (int i = 0; i < DEVIATION_START; i++) x->start[i] = get_f64(c);
}

static void get_stuck(Cursor *c, StuckState *s)
{
    s->active = get_bool(c);
    s->gap_t = get_i64(c);
    get_window(c, &s->all, WINDOW_MAX);
    if (!c->bad) lane__stuck_rebuild(s);
}

static void get_expr(Cursor *c, const WatchLane *l, ExprState *s)
{
    const Operand *operands;
    size_t n = expr_operands(l->rules->rules[s->rule].expr, &operands);
    get_ladder(c, s->run, &s->bits);
    s->clock = get_i64(c);
    for (size_t i = 0; i < n; i++) get_window(c, &s->windows[i], WINDOW_EXPR_MAX);
}

/* ---- where a record belongs ---- */
const Bind *lane__find_bind(const WatchLane *l, const Line *line, uint32_t rule)
{
    for (uint32_t i = line->extra; i; i++) {
        const Bind *b = VEC_AT(l->binds, Bind, i);
        if (b->rule == rule) return b;
        if (b->last) break;
    }
    return NULL;
}

OfflineState *lane__find_offline(const WatchLane *l, const Line *line, uint32_t rule)
{
    for (uint32_t i = line->offline; i; i = lane__offline(l, i)->next)
        if (lane__offline(l, i)->rule == rule) return lane__offline(l, i);
    return NULL;
}

/* Exprs were bound in the order of the rules. */
ExprState *lane__find_expr(const WatchLane *l, uint32_t rule, uint32_t number)
{
    size_t low = 1, high = l->exprs.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const ExprState *s = lane__expr(l, (uint32_t)mid);
        if (s->rule == rule) return s->number == number ? lane__expr(l, (uint32_t)mid) : NULL;
        if (s->rule < rule) low = mid + 1;
        else high = mid;
    }
    return NULL;
}

/* A window ends no later than its point's last reading. */
static void check_window(Cursor *c, const Line *line, const Window *w)
{
    if (!c->bad && w->n && window_last(w)->t > line->last_t) c->bad = true;
}

static void load_bound(WatchLane *l, const Line *line, const Bind *b, Cursor *c)
{
    uint32_t i = b->state;
    switch (b->kind) {
    case RULE_LEVEL:
        get_ladder(c, lane__level(l, i)->run, &lane__level(l, i)->bits);
        break;
    case RULE_RATE:
        get_ladder(c, lane__rate(l, i)->run, &lane__rate(l, i)->bits);
        get_window(c, &lane__rate(l, i)->w, WINDOW_MAX);
        check_window(c, line, &lane__rate(l, i)->w);
        break;
    case RULE_STUCK:
        get_stuck(c, lane__stuck(l, i));
        check_window(c, line, &lane__stuck(l, i)->all);
        break;
    default:
        get_ladder(c, lane__deviation(l, i)->run, &lane__deviation(l, i)->bits);
        get_baseline(c, &lane__deviation(l, i)->b);
    }
}

/* The rule and point are this lane's; false: the rule no longer speaks for the point. */
static bool load_kind(WatchLane *l, uint32_t slot, uint32_t rule, Cursor *c)
{
    Line *line = &l->lines[slot];
    RuleKind kind = l->rules->rules[rule].kind;
    if (kind == RULE_EXPR) {
        ExprState *s = lane__find_expr(l, rule, lane__number(l, slot));
        if (s) get_expr(c, l, s);
        return s;
    }
    if (kind == RULE_OFFLINE) {
        OfflineState *s = lane__find_offline(l, line, rule);
        if (s) s->active = get_bool(c);
        return s;
    }
    if (line->rule == rule) {
        get_ladder(c, line->run, &line->bits);
        return true;
    }
    const Bind *b = lane__find_bind(l, line, rule);
    if (b) load_bound(l, line, b, c);
    return b;
}

/* ---- loading ---- */
typedef struct Loader {
    WatchLane *l;
    Cursor c;
    uint32_t *map; /* rule of the state → rule of the lane, or RULE_NONE: gone or changed */
    uint32_t n;
} Loader;

static void load_rules(Loader *ld)
{
    const RuleSet *rules = ld->l->rules;
    ld->n = get32(&ld->c);
    if (ld->c.bad || ld->n > (size_t)(ld->c.end - ld->c.p) / 12) {
        ld->c.bad = true;
        return;
    }
    StrMap *names = strmap_new(rules->n);
    for (size_t i = 0; i < rules->n; i++) strmap_put(names, rules->rules[i].name, (uint32_t)i);
    ld->map = malloc((ld->n + 1) * sizeof *ld->map);
    ENSURE(ld->map);
    for (uint32_t i = 0; i < ld->n && !ld->c.bad; i++) {
        uint32_t len = get32(&ld->c);
        const char *name = get_bytes(&ld->c, len);
        uint64_t print = get64(&ld->c);
        uint32_t rule = ld->c.bad ? STRMAP_NONE : strmap_get(names, str_n(name, len));
        ld->map[i] = rule != STRMAP_NONE && rules->rules[rule].print == print ? rule : RULE_NONE;
    }
    strmap_free(&names);
}

static void load_line(Loader *ld)
{
    uint32_t slot = lane__slot(ld->l, get32(&ld->c));
    int64_t t = get_i64(&ld->c);
    double v = get_f64(&ld->c);
    uint8_t misplaced = get8(&ld->c);
    bool fault = get_bool(&ld->c);
    if (misplaced > LATE_FAULT || !isfinite(v)) ld->c.bad = true;
    if (ld->c.bad || !slot) return;
    Line *line = &ld->l->lines[slot];
    line->last_t = t;
    line->last_v = v;
    line->misplaced = misplaced;
    if (fault) line->flags |= LINE_CLOCK;
}

static void load_state(Loader *ld)
{
    uint32_t slot = lane__slot(ld->l, get32(&ld->c)), rule = get32(&ld->c);
    uint8_t kind = get8(&ld->c);
    uint32_t len = get32(&ld->c);
    if (ld->c.bad || rule >= ld->n || len > (size_t)(ld->c.end - ld->c.p)) {
        ld->c.bad = true;
        return;
    }
    Cursor own = {.p = ld->c.p, .end = ld->c.p + len};
    ld->c.p += len;
    if (!slot || ld->map[rule] == RULE_NONE) return;
    if (ld->l->rules->rules[ld->map[rule]].kind != kind) ld->c.bad = true;
    else if (load_kind(ld->l, slot, ld->map[rule], &own)) ld->c.bad |= own.bad || own.p != own.end;
}

/* What follows from the state: when offline alarms are due. */
static void requeue(WatchLane *l)
{
    l->heap_n = 0;
    for (uint32_t i = 1; i < l->offlines.n; i++) lane__offline(l, i)->queued = false;
    for (uint32_t i = 1; i < l->offlines.n; i++) lane__queue(l, i);
    for (uint32_t slot = 1; slot < l->nlines; slot++)
        if (l->lines[slot].offline) lane__note_attention(l, slot);
}

bool lane__load(WatchLane *l, Str state)
{
    Loader ld = {.l = l, .c = {.p = state.p, .end = state.p + state.n}};
    const char *head = get_bytes(&ld.c, sizeof magic);
    if (memcmp(head, magic, sizeof magic) != 0) return false;
    int64_t clock = get_i64(&ld.c);
    if (clock > l->clock) l->clock = clock;
    load_rules(&ld);
    bool ended = false;
    while (!ld.c.bad && !ended) {
        switch (get8(&ld.c)) {
        case TAG_END:
            ended = !ld.c.bad;
            break;
        case TAG_LINE:
            load_line(&ld);
            break;
        case TAG_STATE:
            load_state(&ld);
            break;
        default:
            ld.c.bad = true;
        }
    }
    free(ld.map);
    requeue(l);
    return ended && ld.c.p == ld.c.end;
}

Rc watch_lane_load(Ctx *ctx, WatchLane *l, Str state)
{
    if (lane__load(l, state)) return RC_OK;
    return FAIL(ctx, RC_SYNTAX, "watch.state", "报警状态文件已损坏", "the saved alarm state is damaged");
}
