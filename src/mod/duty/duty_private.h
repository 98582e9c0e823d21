/* Shared inside the slice. */
#pragma once
#include "base/clock.h"
#include "cadence.h"
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/body.h"
#include "mod/document.h"
#include "mod/duty.h"

#define LE (&duty_list_entity)
#define IE (&duty_item_entity)
#define DE (&duty_entity)
#define RE (&duty_record_entity)
#define BE (&body_entity)
#define RO F_READONLY

enum { DUTY_ITEMS_MOST = 200 };
extern const PaperKind duty_list_papers[1], duty_record_papers[1];

/* The person's name; null for the program. */
DbVal duty_who(const Work *w);
Work duty_program(const Work *w);
/* The first `most` characters. */
Str duty_cut(Str s, size_t most);
/* A record that a reference names; NULL for none. */
Rc duty_referred(Work *w, const Entity *e, int64_t id, Record **out);
/* The record of the path in the caller's scope. RC_NOT_FOUND. */
Rc duty_of_path(Req *req, Work *w, const Entity *e, Record **out);

bool duty_list_in_force(const Record *list);
bool duty_list_is_draft(const Record *list);
/* The items of a list in their order, DUTY_ITEMS_MOST at most. */
Rc duty_items(Work *w, int64_t list, Record **out, size_t *n);
/* Counts them into the list after one was added or removed. */
Rc duty_recount(Work *w, int64_t list);

Rc duty_compare(Req *req, Res *res);
Rc duty_figures(Req *req, Res *res);
Rc duty_holders(Req *req, Res *res);
Rc duty_adopt(Req *req, Res *res);
