/* Shared inside the slice. */
#pragma once
#include "base/clock.h"
#include "kernel/limit.h"
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/meeting.h"
#include "mod/task.h"
#include "period.h"

#define ME (&meeting_entity)
#define QE (&meeting_rule_entity)
#define GE (&meeting_attendee_entity)
#define NE (&meeting_decision_entity)
#define RO F_READONLY

enum { MEETING_PAPERS = 1, PERSONS_MOST = 500, DECISIONS_MOST = 200 };
extern const Flow meeting_flow;
extern const PaperKind meeting_papers[MEETING_PAPERS];

/* ---- meeting.c ---- */
Work meeting_program(const Work *w); /* a copy that acts as the program */
/* RC_FORBIDDEN for who may only read the meeting (or the rule of one): a body that was invited to it writes
 * nothing of it. */
Rc meeting_need_keeper(Work *w, const Entity *e, const Record *rec);
/* The same for the meeting that a record below it names; and that meeting. */
Rc meeting_above(Work *w, const Entity *e, const Record *rec, Record **out);
/* The body's district, filled in. */
Rc meeting_place(Work *w, const Entity *e, Record *rec);

/* ---- decision.c ---- */
/* Makes the tasks of the decisions that have none yet. */
Rc meeting_order_all(Work *w, const Record *meeting);
/* Ids of what stands below a meeting. */
Rc meeting_ids(Work *w, const DbQuery *q, int64_t meeting, int64_t *ids, size_t most, size_t *n);

/* ---- rule.c ---- */
/* A meeting of this body and kind has got its minutes: the clock of a period that is satisfied goes on to the
 * next. */
Rc meeting_rule_counted(Work *w, const Record *meeting);

/* ---- matrix.c ---- */
Rc meeting_matrix(Req *req, Res *res);
