/* The inside of a lane, for the files of this folder. A point's hot state is one cache line (Line), found by
 * number; what other kinds need lies in side arrays, reached through the line's list of bindings.
 *
 *   Line ── rule: the first level rule, judged in place
 *        ├─ extra ──→ binds[]: (rule, kind, state), a run that ends with `last`
 *        └─ offline → offlines[]: a chain; visited by a reading only when the line asks for attention
 */
#pragma once
#include "deviation.h"
#include "rules.h"
#include "window.h"

#define AHEAD_MS    (5 * INT64_C(60000))
#define LATE_FAULT  3 /* late or ahead readings in a row that raise the clock fault */
#define CLOCK_GRADE 4
#define PREFETCH    16 /* readings ahead */

enum {
    LINE_ATTENTION = 1, /* some offline rule must see the next good reading */
    LINE_CLOCK = 2,     /* the clock fault is active */
    LINE_ARRIVAL = 4,   /* take arrival time */
    LINE_IN_SERVICE = 8
};

typedef struct Line {
    int64_t last_t; /* newest good reading, TIME_NONE: none */
    double last_v;  /* as first received */
    int64_t run[GRADES];
    uint32_t rule;    /* level rule judged in place, or RULE_NONE */
    uint32_t extra;   /* index in binds, 0: none */
    uint32_t offline; /* index in offlines, 0: none */
    LadderBits bits;
    uint8_t misplaced; /* late or ahead readings in a row, up to LATE_FAULT */
    uint8_t flags;
    uint8_t pad;
} Line;
_Static_assert(sizeof(Line) == 64, "a line is one cache line");

typedef struct Bind {
    uint32_t rule, state; /* state: index in the array of the kind */
    uint8_t kind;
    bool last;
} Bind;

typedef struct LevelState {
    int64_t run[GRADES];
    LadderBits bits;
} LevelState;

typedef struct RateState {
    int64_t run[GRADES];
    LadderBits bits;
    Window w;
} RateState;

typedef struct StuckState {
    Window all, mins, maxs;
    int64_t gap_t; /* left end of the newest gap that was too wide; TIME_NONE: none */
    bool active;
} StuckState;

typedef struct OfflineState {
    uint32_t slot, rule, next; /* next of the same point, 0: none */
    bool active, queued;
    int64_t base; /* counts from here while the point never reported; TIME_NONE: never offline then */
} OfflineState;

typedef struct ExprState {
    int64_t run[GRADES];
    LadderBits bits;
    uint32_t rule, number; /* number: the point it is booked on */
    uint32_t *slots;       /* of the operands; 0: no such point */
    Window *windows;       /* of the operands */
    int64_t clock;         /* newest t of its points */
} ExprState;

typedef struct DeviationState {
    int64_t run[GRADES];
    LadderBits bits;
    Baseline b;
} DeviationState;

/* A growing array; entry 0 is never used, so that 0 means none. */
typedef struct Vec {
    void *p;
    size_t n, cap;
} Vec;
#define VEC_AT(vec, Type, i) (&((Type *)(vec).p)[i])
/* Adds a zeroed entry, returns its index. */
uint32_t vec__add(Vec *v, size_t size);

typedef struct Due {
    int64_t key; /* no later than the moment the alarm is due */
    uint32_t state;
} Due;

struct WatchLane {
    RuleSet *rules;
    int lane, nlanes;
    bool live;
    size_t npoints;    /* numbers are below this */
    uint32_t *slot_of; /* number → slot, 0: not of this lane; NULL: the same */
    Line *lines;
    uint32_t *number;         /* slot → number; NULL: the same */
    size_t nlines, lines_cap; /* slot 0 counts */
    size_t *code_end;         /* end of the slot's code in code_text; only with offline rules, to sort by */
    char *code_text;
    size_t code_cap;
    Vec binds, levels, rates, stucks, offlines, exprs, deviations;
    Due *heap; /* offline alarms that may become due, earliest first */
    size_t heap_n, heap_cap;
    int64_t clock;       /* TIME_NONE before the first */
    WatchEvent *pending; /* of one reading, or of one move of the clock */
    size_t pending_n, pending_cap;
};

static inline LevelState *lane__level(const WatchLane *l, uint32_t i)
{
    return VEC_AT(l->levels, LevelState, i);
}
static inline RateState *lane__rate(const WatchLane *l, uint32_t i)
{
    return VEC_AT(l->rates, RateState, i);
}
static inline StuckState *lane__stuck(const WatchLane *l, uint32_t i)
{
    return VEC_AT(l->stucks, StuckState, i);
}
static inline OfflineState *lane__offline(const WatchLane *l, uint32_t i)
{
    return VEC_AT(l->offlines, OfflineState, i);
}
static inline ExprState *lane__expr(const WatchLane *l, uint32_t i)
{
    return VEC_AT(l->exprs, ExprState, i);
}
static inline DeviationState *lane__deviation(const WatchLane *l, uint32_t i)
{
    return VEC_AT(l->deviations, DeviationState, i);
}

/* What a good, not late reading brings to the bindings of its point. */
typedef struct Taken {
    Line *line;
    uint32_t number;
    int64_t t, before; /* before: the last good reading, TIME_NONE: none */
    double v;
} Taken;

static inline uint32_t lane__slot(const WatchLane *l, uint32_t number)
{
    if (number >= l->npoints) return 0;
    return l->slot_of ? l->slot_of[number] : number;
}
static inline uint32_t lane__number(const WatchLane *l, uint32_t slot)
{
    return l->number ? l->number[slot] : slot;
}

/* lane_bind.c */
/* Without points yet; reserve, then begin, then add_point. */
WatchLane *lane__new(const RuleSet *rules, int lane, int nlanes, unsigned flags);
/* Adds line 0, which stands for every point that is not of this lane: nothing is ever newer than its last
 * reading. */
void lane__begin(WatchLane *l);
void lane__reserve(WatchLane *l, size_t nlines);
/* The next number of the lane; numbers must rise. Grows as it needs. Codes may be empty: they match like any
 * other. */
void lane__add_point(WatchLane *l, uint32_t number, const WatchPoint *p);
/* After all points are known: the exprs booked on points of this lane. numbers: code → number. */
void lane__bind_exprs(WatchLane *l, const StrMap *numbers);
/* code → number of all points with a code. */
StrMap *lane__numbers(const WatchPoint *points, size_t npoints);
Str lane__code(const WatchLane *l, uint32_t slot);

/* lane_kinds.c */
void lane__take_extras(WatchLane *l, const Taken *x);
/* Fetches what a reading of a line with bindings will need: stage 1 its bindings, 2 their states, 3 the ends
 * of their windows. Each stage reads what the one before has fetched. */
__attribute__((noinline)) void lane__prefetch(const WatchLane *l, const Line *line, int stage);
WatchEvent *lane__pend(WatchLane *l);
/* mins and maxs from all. */
void lane__stuck_rebuild(StuckState *s);

/* lane_offline.c */
void lane__queue(WatchLane *l, uint32_t state);
void lane__take_offline(WatchLane *l, const Taken *x);
/* Raises what is due before l->clock. */
void lane__raise_due(WatchLane *l, const WatchSink *sink);
void lane__note_attention(WatchLane *l, uint32_t slot);

/* lane_state.c */
/* Takes what is l's own from a saved state; false: damaged. */
bool lane__load(WatchLane *l, Str state);
/* The binding or state of a rule on a point, NULL: none. */
const Bind *lane__find_bind(const WatchLane *l, const Line *line, uint32_t rule);
OfflineState *lane__find_offline(const WatchLane *l, const Line *line, uint32_t rule);
ExprState *lane__find_expr(const WatchLane *l, uint32_t rule, uint32_t number);
