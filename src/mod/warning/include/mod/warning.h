/* Warnings (监测预警处置): what becomes of an alarm that was judged true. A warning is graded and published;
 * publishing sends an order to each unit that the routing rules name; the orders are signed, acted on,
 * answered and accepted, and then the warning may be lifted and filed. */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_warning;
extern const Entity warning_entity;       /* "warnings" */
extern const Entity order_entity;         /* "orders" */
extern const Entity warning_route_entity; /* "warning-routes" */

/* Makes a warning in state "draft" from alarms that nobody judged false, and judges true those that nobody
 * judged. The place, the line and the grade come from the gravest of them. rec holds what a person filled in
 * and gets the rest; alarms that stand in an open warning already are RC_CONFLICT "warning.taken" with its
 * code. n may be 0: then rec must name an object or a district. */
Rc warning_make(Work *w, Record *rec, const int64_t *alarms, size_t n);
/* Further alarms of the same cause join an open warning. */
Rc warning_join(Work *w, const Record *warning, const int64_t *alarms, size_t n);
/* Finds the orders of a warning, oldest first. */
Rc warning_orders(Work *w, int64_t warning, Record ***out, size_t *n);
