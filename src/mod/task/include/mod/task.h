/* Tasks (任务): what a paper or a meeting asks of one unit, ordered, signed, done, applied for, reviewed and
 * closed. A lead unit's task has those of the units that support it below it; a duty with a cadence is a
 * series that makes one task a period. */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_task;
extern const Entity task_entity;   /* "tasks" */
extern const Entity series_entity; /* "task-series" */

typedef enum {
    TASK_ONCE,
    TASK_DAY,
    TASK_WEEK,
    TASK_MONTH,
    TASK_TWO_MONTHS,
    TASK_QUARTER,
    TASK_HALF_YEAR,
    TASK_TERM,
    TASK_YEAR
} TaskPer;
/* "day" …; NULL for TASK_ONCE. */
const char *task_per_name(TaskPer per);
TaskPer task_per_of(Str name); /* TASK_ONCE when it is none */
/* The end (exclusive) of the period that t lies in; `every` of them, counted from a fixed beginning. */
int64_t task_period_end(TaskPer per, int every, int64_t t);

typedef enum { TASK_LEAD, TASK_SUPPORT, TASK_RESPONSIBLE, TASK_ROLES } TaskRole;
const char *task_role_name(TaskRole role);

typedef struct TaskUnit {
    int64_t body;
    TaskRole role;
} TaskUnit;

/* What a person confirmed. Texts are borrowed. */
typedef struct TaskSpec {
    Str title, text, basis; /* basis: the paper and the place in it, in words */
    int64_t document, item; /* 0: none */
    int64_t issuer, district;
    int64_t due_at; /* TIME_NONE: the limit's */
    TaskPer per;
    int every;
    int64_t times; /* a period; 0: not stated */
    int64_t until; /* no period begins after it; TIME_NONE */
    bool order;    /* 交办 at once */
    const TaskUnit *units;
    size_t nunits;
    const Entity *origin; /* the record it follows out of, beside document and item; NULL: none */
    int64_t origin_id;
    int64_t *first; /* gets the id of the first task made; NULL: not wanted */
} TaskSpec;

/* Makes the tasks, one for each unit, as w->who; *made of them. Those of supporting units stand below the
 * first lead's. With a cadence each unit gets a series and the task of its first period. */
Rc task_make(Work *w, const TaskSpec *spec, size_t *made);
