/* Duty lists (安全生产责任清单) and their performance (履职): what the holder of a post must do, how often,
 * by which clause; the occurrences that follow from the cadence, and the record of each (履职纪实). */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_duty;
extern const Entity duty_list_entity;   /* "duty-lists" */
extern const Entity duty_item_entity;   /* "duty-items" */
extern const Entity duty_entity;        /* "duties": one occurrence of an item */
extern const Entity duty_record_entity; /* "duty-records" */

/* Makes the occurrences of all periods that have begun by `now`, each once; *made: how many. The slice's
 * ticker calls it every minute, tests call it with a time of their own. */
Rc duties_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *made);
/* The same for one list that is in force, in w's transaction and at w->now. */
Rc duties_of_list(Work *w, int64_t list, int64_t *made);
/* Publishes a stored draft as w->who. */
Rc duty_list_publish(Work *w, Record *list);

/* What was done for an occurrence. */
typedef struct DutyDone {
    Str what, place;
    int64_t at; /* when it was done */
} DutyDone;
/* Records it as w->who, as the action does. */
Rc duty_perform(Work *w, Record *duty, const DutyDone *done);
