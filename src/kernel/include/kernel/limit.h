/* Time limits and their clocks. A limit is data with validity dates ("warning.sign", grade 1: 15 minutes; a
 * reminder at half time; 催办 when due, 督办 a day later, 升级 a day after that); a clock is one limit
 * running for one matter. A flow's states start and stop clocks by themselves; slices may start others.
 *
 * Clocks live in the database and are looked at by one job of the program; nothing depends on a browser.
 * Steps missed while the program was down are done once, in order, at the next start. */
#pragma once
#include "kernel/entity.h"

typedef enum { LIMIT_MINUTES, LIMIT_HOURS, LIMIT_DAYS, LIMIT_WORK_HOURS, LIMIT_WORK_DAYS } LimitUnit;

/* Rungs of the ladder. */
typedef enum { STEP_REMIND, STEP_URGE, STEP_SUPERVISE, STEP_ESCALATE, STEP_CALL } StepKind;

typedef struct StepSeed {
    StepKind kind;
    int percent;    /* when > 0: at this share of the limit (100: when due) … */
    int after;      /* … else so many units of the limit after it was due */
    const char *to; /* "turn" (whose turn it is), "owner", "above" (the body above it), "office", "watch" */
} StepSeed;

/* First value of a limit; later ones are records of "time-limits" and "limit-steps" edited in the UI. */
typedef struct LimitSeed {
    const char *code; /* "warning.sign" */
    Text title;
    int grade; /* 1 to 4; 0: every grade without a row of its own */
    int amount;
    LimitUnit unit;
    Text basis; /* where the figure comes from; begin with 默认值 / default when it is a proposal */
    const StepSeed *steps;
    size_t nsteps;
} LimitSeed;

typedef struct Clock {
    int64_t id, record_id;
    const char *limit;
    int64_t started_at, due_at; /* ms; due_at moves with pauses and extensions */
    int64_t paused_at;          /* TIME_NONE: runs */
    bool provisional;           /* the holidays of its year are not entered */
    int steps_done;
} Clock;

/* Starts the limit valid at `from` for the grade; RC_NOT_FOUND when no such limit is declared or valid. */
Rc clock_start(Work *w, const Entity *e, const Record *rec, const char *limit, int64_t from);
/* When the limit would end that began at `from`, without starting it: 1, or 0 when no such limit is valid.
 * For bounds that are limits themselves. */
Rc limit_due(Work *w, const Entity *e, const Record *rec, const char *limit, int64_t from, int64_t *due);
/* Names the end of one that has just begun, earlier or later than its limit's own. */
Rc clock_set_due(Work *w, Clock *c, int64_t due_at);
/* Stops it if it runs; kept with its end for the figures. */
Rc clock_stop(Work *w, const Entity *e, const Record *rec, const char *limit);
/* The running one, 1; 0: none. */
Rc clock_find(Work *w, const Entity *e, int64_t record_id, const char *limit, Clock *out);
/* Moves the end; only forward. The kernel's actions extend/pause/resume of every flow use these. */
Rc clock_extend(Work *w, Clock *c, int64_t due_at);
Rc clock_pause(Work *w, Clock *c);
Rc clock_resume(Work *w, Clock *c);

/* What a slice does when a step of a clock is reached, in the step's transaction, beside the notices that the
 * kernel sends: Entity.step. index counts the ladder's rungs from 0. */
typedef struct ClockStep {
    const char *limit;
    StepKind kind;
    int index;
    int64_t at;
    int64_t to_body; /* who is told; 0: nobody found */
} ClockStep;

/* Runs what is due by `now` (ms); the job calls it every second, tests call it with a time of their own.
 * *done: steps done. */
Rc clocks_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *done);

/* The working calendar as this transaction sees it, for slices that plan by working days; valid during the
 * call. calendar/calendar.h says what can be asked. */
struct Calendar;
Rc calendar_with(Work *w, Rc (*fn)(void *ud, const struct Calendar *c), void *ud);
