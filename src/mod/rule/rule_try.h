/* The try-out of a rule on past data, shared inside the slice: what is replayed (rule_replay.c), how the
 * events become alarms and how those are compared with people's verdicts (rule_score.c, pure), the route
 * (rule_try.c). */
#pragma once
#include "rule_private.h"
#include "base/clock.h"
#include "intake/intake.h"
#include "mod/point.h"

enum { TRY_NEW, TRY_NOW, TRY_RULES }; /* the draft, and the stored rule of the same code */

typedef struct TryPoint {
    uint32_t number;
    int64_t id; /* 0: only an operand of an expression, its alarms do not count */
    int64_t interval_ms;
    Str code, name, unit;
} TryPoint;

typedef enum { TRY_UNJUDGED, TRY_TRUE, TRY_FALSE, TRY_OTHER, TRY_VERDICTS } TryVerdict;

/* One alarm that would have been: from its raise to its return. */
typedef struct TryAlarm {
    uint32_t point;   /* in the list of points */
    int64_t from, to; /* to TIME_NONE: still active at the end */
    uint8_t worst;
    bool has_value;
    double value; /* at the raise */
    TryVerdict verdict;
    int64_t record; /* the alarm record it was matched with; 0: none */
} TryAlarm;

/* An alarm that really was. */
typedef struct TryPast {
    int64_t id, from, to;  /* to TIME_NONE: still active */
    bool same_rule, fault; /* fault: of the device (offline, stuck, clock), not of the process */
    TryVerdict verdict;
} TryPast;

typedef struct TryTally {
    int64_t raises, escalations, at_start;       /* at_start: active already when the span begins */
    int64_t by_grade[5], verdicts[TRY_VERDICTS]; /* by the worst grade of the alarm */
    int64_t ms, ms_by_grade[5];                  /* in alarm, summed over the points */
} TryTally;

typedef struct TryState {
    uint8_t grade;
    int64_t since;
    size_t alarm; /* in list, when grade */
} TryState;

/* The alarms of one rule. */
typedef struct TryScore {
    Arena *arena;
    int64_t from; /* what ends before is warm-up */
    TryAlarm *list;
    size_t n, cap;
    TryState *states; /* one a point */
    TryTally tally;
} TryScore;

#define TRY_ALARMS_MOST 20000

void try_score_init(TryScore *s, Arena *arena, size_t npoints, int64_t from);
/* Events of a point come in its order. false: there is no room for another alarm. */
bool try_score_event(TryScore *s, uint32_t point, const WatchEvent *e);
/* The span has ended: what is active stays so, what ended before the span goes; the tally is complete but for
 * the verdicts. */
void try_score_end(TryScore *s, int64_t to);
/* Gives each alarm of the point the verdict of the past alarm it matches: one of the same kind (process or
 * fault) whose time overlaps it, five minutes of tolerance on both sides; a judged one before one that is
 * not, then one of the same rule, then the one that began nearest. */
void try_score_match(TryScore *s, uint32_t point, bool fault, const TryPast *past, size_t npast);

typedef enum { TRY_LAST, TRY_LEAST, TRY_MOST } TryToward;

typedef struct TryRun {
    Series *series;
    const TryPoint *points;
    size_t npoints;
    const RuleSet *rules;   /* TRY_NEW, and TRY_NOW when it has two */
    int64_t lead, from, to; /* readings from lead on warm the rules up */
    int64_t step;           /* > 0: one reading stands for all of a step of so many ms */
    TryToward toward;       /* which one */
    TryScore score[TRY_RULES];
    int64_t budget_us;         /* 0: five seconds */
    int64_t reached, readings; /* out: reached < to when a bound stopped it */
} TryRun;

#define TRY_READINGS_MOST 10000000

/* Replays the readings in bounded pieces. Stops early when the budget is spent or when a score is full. */
Rc try_replay(Ctx *ctx, TryRun *run);

/* ---- rule_draft.c ---- */
/* Reads a rule that may lack code and name from the members of body that are fields of a rule; the others
 * must be among more (NULL-ended). */
Rc rule_draft_read(Work *w, const Json *body, const char *const *more, Record **out);
/* Is it a pattern rather than a code? */
bool rule_is_glob(Str s);
/* Refuses under `points` a list of more than `most` entries and more patterns, or longer ones, than can be
 * matched against all points while somebody waits. */
Rc rule_points_check(Ctx *ctx, const Json *points, int most);
/* Calls fn for every code that an expression names, once each time it is named. */
void rule_each_operand(Str expr, void (*fn)(void *ud, Str code), void *ud);
