/* Hidden dangers (隐患排查治理): what an inspection, a self-check, a report or an alarm found, ordered to the
 * enterprise with a clock, rectified, reviewed and closed. A major one hangs under supervision (挂牌督办)
 * and is closed only by being taken off it. */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_danger;
extern const Entity danger_entity;      /* "dangers" */
extern const Entity criterion_entity;   /* "danger-criteria" */
extern const Entity supervision_entity; /* "supervisions" */

enum { DANGER_MAJOR = 1, DANGER_GENERAL = 4 }; /* field `grade` */

/* Makes a danger of what a person filled into rec: number, handler (when the program named none), title
 * and line follow. Found by an enterprise on its own premises it is open for rectification at once. */
Rc danger_make(Work *w, Record *rec);
/* For slices that find dangers by themselves: the open danger in w->who's scope at the same enterprise and
 * object that says the same as the draft, or NULL. What follows from the draft is filled in. */
Rc danger_same(Work *w, Record *draft, Record **out);
/* w->who found it, too: kept among its finders once, however often he finds it. */
Rc danger_found_again(Work *w, Record *danger, Str source, Str words);
/* The supervision of a danger that is not withdrawn: 1 and *out, or 0. */
Rc supervision_of_danger(Work *w, int64_t danger, Record **out);
