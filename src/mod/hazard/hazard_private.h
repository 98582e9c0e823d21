/* Shared inside the slice. */
#pragma once
#include "kernel/paper.h"
#include "mod/hazard.h"

#define HE (&hazard_entity)
#define SE (&substance_entity)
#define ME (&commitment_entity)

enum { HAZARD_PAPERS = 2, COMMITMENT_PAPERS = 1, SUBSTANCES_MOST = 200, DAY_CHARS = 10 };
extern const Flow hazard_flow;
extern const PaperKind hazard_papers[HAZARD_PAPERS], commitment_papers[COMMITMENT_PAPERS];

/* ---- grade.c ---- */
/* S, α, R, grade and terms of rec by its residents and its stored substances; empty without any. */
Rc hazard_compute(Work *w, Record *rec);
/* What one substance counts for, into its read-only fields; what is wrong becomes errors of its own fields.
 */
Rc hazard_weigh(Work *w, Record *substance);

/* ---- commitment.c ---- */
/* The civil day of an instant, "2026-11-22". */
Str commitment_day(Arena *a, int64_t t);
Rc commitment_missing(Req *req, Res *res);
