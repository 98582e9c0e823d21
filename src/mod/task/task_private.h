/* Shared inside the slice. */
#pragma once
#include "base/clock.h"
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/body.h"
#include "mod/task.h"

#define TE (&task_entity)
#define RE (&series_entity)

enum { TASK_LIMITS = 6, TASK_PAPERS = 3 };
extern const LimitSeed task_limits[TASK_LIMITS];
extern const Flow task_flow;
extern const PaperKind task_papers[TASK_PAPERS];

/* ---- task_make.c ---- */
Work task_program(const Work *w); /* a copy that acts as the program */
DbVal task_who(const Work *w);    /* the person's name; null for the program */
/* Stores a task that the caller filled: number, parties, chain. */
Rc task_store(Work *w, Record *rec);
/* A task below rec for another body. */
Rc task_below(Work *w, const Record *rec, int64_t body, Str title, Str text, int64_t due_at);

/* ---- series.c ---- */
/* The series of one unit, its first task, and the clock to the next. */
Rc series_begin(Work *w, const TaskSpec *spec, const TaskUnit *unit, Record **first);

/* ---- board.c ---- */
Rc task_board(Req *req, Res *res);
