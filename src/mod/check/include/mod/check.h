/* Safety checks (安全检查): check lists with editions, plans that make checks period by period, the check
 * itself item by item, self-checks of enterprises, and patrols of places with a code on the wall. What fails
 * becomes a hidden danger, or is linked to the open one that is the same. */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_check;
extern const Entity check_list_entity;   /* "check-lists" */
extern const Entity check_item_entity;   /* "check-items" */
extern const Entity check_plan_entity;   /* "check-plans" */
extern const Entity check_entity;        /* "checks" */
extern const Entity check_result_entity; /* "check-results" */
extern const Entity patrol_point_entity; /* "patrol-points" */

/* Makes the checks and patrols of periods that have begun by `now`; *made: how many. The slice's ticker calls
 * it every minute, tests call it with a time of their own. */
Rc checks_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *made);

/* Releases a stored draft of a plan as w->who, leaving out whom the body visits anyway. */
Rc check_plan_release(Work *w, Record *plan);

/* One answered item. */
typedef struct CheckAnswer {
    int64_t item;
    const char *verdict; /* "ok", "bad", "none" */
    Str note;
    bool major;     /* the item's criterion is judged to be met */
    int64_t danger; /* out: what the failed item led to; 0: nothing */
    bool joined;    /* out: it was an open danger before */
} CheckAnswer;

/* A check carried out: its answers in the order of the list, and who signed. */
typedef struct CheckDone {
    CheckAnswer *answers;
    size_t n;
    Str checker, unit_person, opinion;
    double lon, lat; /* NAN: unknown */
    Str client_key;
    bool order;      /* dangers are ordered to the enterprise at once */
    int64_t done_at; /* when it was done in the field; TIME_NONE: now */
} CheckDone;

/* Writes the answers, makes or links the dangers and finishes the check, as w->who; check is the stored row.
 * RC_STATE when it is finished already, field errors for what is missing. */
Rc check_finish(Work *w, Record *check, CheckDone *done);

/* A new check of a person's or a plan's making; fields that the caller filled in stay. due: TIME_NONE for
 * the end of the civil day. */
Rc check_make(Work *w, Record *rec, int64_t due);

/* The body that handles what a patrol finds, by rules that are data; set by the grid. 0: none of them. */
typedef Rc (*CheckRoute)(Work *w, int64_t district, Str line, Str category, int64_t *body);
void check_route_set(CheckRoute fn);
