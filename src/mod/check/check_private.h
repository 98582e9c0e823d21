/* Shared inside the slice. */
#pragma once
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/body.h"
#include "mod/check.h"
#include "mod/check_period.h"
#include "mod/danger.h"
#include "mod/district.h"
#include "mod/object.h"

#define LE (&check_list_entity)
#define IE (&check_item_entity)
#define PE (&check_plan_entity)
#define CE (&check_entity)
#define RE (&check_result_entity)
#define TE (&patrol_point_entity)
#define BE (&body_entity)
#define OE (&object_entity)

enum { ITEMS_MOST = 200, ROUND_MOST = 2000, CHECK_ROUTES = 7, CHECK_DICTS = 6, CHECK_LIMITS = 2 };
#define RO         F_READONLY
#define CHECK_SELF "self"

extern const Flow check_flow;
extern const Dict check_dicts[CHECK_DICTS];
extern const LimitSeed check_limits[CHECK_LIMITS];
extern const PaperKind check_papers[1];
extern const Route check_routes[CHECK_ROUTES];

/* The person's name; null for the program. */
DbVal check_who(const Work *w);
Work check_program(const Work *w);
/* A record that a reference names; NULL for none. */
Rc check_referred(Work *w, const Entity *e, int64_t id, Record **out);
/* The record of the path in the caller's scope. RC_NOT_FOUND. */
Rc check_of_path(Req *req, Work *w, const Entity *e, Record **out);

/* ---- list.c, list_seed.c ---- */
/* The items of a list in their order; RC_TOO_LARGE never: a list holds ITEMS_MOST. */
Rc check_items(Work *w, int64_t list, Record **out, size_t *n);
/* RC_STATE in words when the list cannot be worked with. */
Rc check_list_usable(Work *w, int64_t list, const char *field);
Rc check_lists_seed(Work *w);

/* ---- plan.c, plan_run.c ---- */
/* Reads the plan's year, month and cadence. */
PlanSpan check_plan_span(const Record *plan);
/* Makes the round of the period; twice: enterprises that the same body visits in it anyway are an error
 * (false) or left out (true). */
Rc check_plan_round(Work *w, Record *plan, const Period *period, bool twice, int64_t *made);
Rc check_plan_preview(Req *req, Res *res);

/* ---- patrol.c ---- */
Rc patrols_round(Work *w, int64_t *made);
/* The point's course after a patrol: when it was, how far from the place, when the next one is due. */
Rc patrol_done(Work *w, const Record *check);
Rc patrol_of_place(Req *req, Res *res);
Rc patrol_begin(Req *req, Res *res);

/* ---- failed.c ---- */
/* The danger of a failed item: made, or the open one that is the same. */
Rc check_failed(Work *w, const Record *check, const Record *item, CheckAnswer *answer, bool order);

/* ---- submit.c, sheet.c, figures.c ---- */
Rc check_read_done(Ctx *ctx, const Json *body, CheckDone *out);
/* The check and what each of its failed items led to. */
Rc check_answer(Req *req, Res *res, Work *w, const Record *check);
/* Member "list" with its items. */
Rc check_write_list(Work *w, int64_t list, JsonOut *out);
Rc check_submit(Req *req, Res *res);
Rc check_sheet(Req *req, Res *res);
Rc check_create(Req *req, Res *res);
Rc check_figures(Req *req, Res *res);
