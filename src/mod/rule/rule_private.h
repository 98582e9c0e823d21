/* Shared inside the slice. */
#pragma once
#include "mod/rule.h"

/* ---- rule_json.c ---- */
/* One rule as the watch reads it, only the members its kind knows. */
void rule_write_json(const Record *rec, JsonOut *out);
/* Checks a record by the watch's own parser and files its findings under the record's flat fields. */
Rc rule_check(Work *w, const Record *rec);
/* Would the watch take this rule? Says why not in the log's words when why is not NULL. */
bool rule_parses(Ctx *ctx, const Record *rec, const char **why);

/* ---- rule_set.c ---- */
/* Is the rule enabled and valid at t? */
bool rule_in_force(const Record *rec, int64_t t);

/* ---- rule_live.c: the set in force of a running kernel ---- */
/* The entity's committed hook: builds the set and hands it to the intake; failures are logged, the old set
 * then stays. */
void rule_committed(Kernel *k, const Entity *e);
/* Starts and stops the thread that reloads when a validity begins or ends. */
Rc rule_live_start(Ctx *ctx, Kernel *k);
void rule_live_stop(Kernel *k);

/* ---- rule_routes.c ---- */
enum { RULE_ROUTES = 6 };
extern const Route rule_routes[RULE_ROUTES];

/* ---- rule_try.c, rule_advice.c, rule_copy.c: POST /api/rules/try, advise, copy ---- */
Rc rule_try(Req *req, Res *res);
Rc rule_advise(Req *req, Res *res);
Rc rule_copy(Req *req, Res *res);
