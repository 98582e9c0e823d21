/* Briefings (日报, 周报, 月报) and bulletins (通报): papers that write themselves from the records at a set
 * time, are edited as text and issued. Every figure in them says which list it counts. */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_briefing;
extern const Entity briefing_entity;          /* "briefings" */
extern const Entity briefing_plan_entity;     /* "briefing-plans" */
extern const Entity briefing_template_entity; /* "briefing-templates" */

/* Writes what is due by `now` and not there yet, each in a transaction of its own: of every plan the last
 * period that ended, once. *written: how many. The job calls it twice a minute, tests with a time of their
 * own. */
Rc briefing_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *written);
/* The briefing of a plan for the period that ended last before `due`. RC_CONFLICT "briefing.there". */
Rc briefing_write(Work *w, const Record *plan, int64_t due, Record **out);
/* Matters past their end that the caller sees: how many, and by whose turn it is, the most first. */
typedef struct LateBody {
    int64_t body, n, oldest; /* ms, when the oldest of them was due */
    Str name;
} LateBody;
Rc briefing_late(Work *w, LateBody *out, size_t most, size_t *n, int64_t *all);

/* The text that people edit: "# heading", "| cell | cell |", anything else a paragraph; "[12](alarms)" is a
 * figure that names which of the frozen ones it is. Other reports are written the same way. */
/* As the paper's @lines wants it: [{"level","text"},{"row":[…]},…], figures without their marks. */
void brief_lines(Str text, JsonOut *o);
/* Every mark must name a figure of {"items":[{"key","value"}]} and say its value; one field error of "text"
 * for each wrong line. */
Rc brief_text_check(Ctx *ctx, Str text, const Json *figures);
