/* Shared inside the slice. */
#pragma once
#include "mod/rule.h"

/* One rule as the watch reads it, only the members its kind knows. */
void rule_write_json(const Record *rec, JsonOut *out);
/* Checks a record by the watch's own parser and files its findings under the record's flat fields. */
Rc rule_check(Work *w, const Record *rec);
/* Is the rule enabled and valid at t? */
bool rule_in_force(const Record *rec, int64_t t);
/* Build and hand to the intake; failures are logged, the old set then stays. */
void rule_reload(Kernel *k);
/* Starts and stops the thread that reloads when a validity begins or ends. */
Rc rule_validity_start(Ctx *ctx, Kernel *k);
void rule_validity_stop(Kernel *k);

extern const Route rule_routes[];
extern const size_t rule_nroutes;
