/* Shared inside the slice. */
#pragma once
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/briefing.h"
#include "period.h"

#define BE (&briefing_entity)
#define PE (&briefing_plan_entity)
#define TE (&briefing_template_entity)

enum { BRIEFING_TEXT_MAX = 60000, FIGURES_MOST = 200, LATE_MOST = 60, BRIEFING_PAPERS = 2 };

/* ---- text.c: the text of a briefing; pure ----
 * "# heading", "## …", "| cell | cell |", anything else a paragraph. A figure is "[12](alarms)": what is
 * printed, and in brackets which of the frozen figures it is. */
/* ---- figures.c ---- */
typedef struct Figure {
    const char *key;
    Text label;
    Str value;          /* as it is printed: "12", "8.3%", "25分钟" */
    int64_t n, was;     /* was < 0: nothing to compare with */
    Str unit;           /* 起, 项; may be empty */
    const char *plural; /* the list that it counts, NULL: none … */
    Str query;          /* … with these parameters */
    const char *page;   /* where it is seen when no list counts it; NULL */
} Figure;

typedef struct Count {
    Work *w; /* counts with the permissions and the scope of the body */
    BriefKind kind;
    Period period;
    Figure v[FIGURES_MOST];
    size_t n;
} Count;

/* Counts everything; the members of the template's model go into o, an open object. */
Rc figures_count(Count *c, JsonOut *o);
Figure *figure_add(Count *c, const char *key, Text label);
/* "较上周增加3起". */
Str figure_change(Arena *a, BriefKind kind, const Figure *f);
/* "[12](alarms)" */
Str figure_mark(Arena *a, const Figure *f);
/* Only these, for a page. */
Rc figures_some(Count *c, const char *const *keys, size_t n);
/* As a member of an array. */
void figure_write(const Figure *f, JsonOut *o);
/* The same figures as they are frozen: {"counted_at","items":[…]}. */
Str figures_json(const Count *c);

/* ---- sums.c: what is no list: shares, medians, tables ---- */
Rc sums_count(Count *c, JsonOut *o);

/* ---- works.c: how units did what was due in the period: tasks, duties ---- */
Rc works_count(Count *c, JsonOut *o);

/* ---- write.c ---- */
/* Counts and writes title, text and figures of rec anew; its plan and period stand in it. */
Rc brief_compose(Work *w, Record *rec);

/* ---- the rest ---- */
extern const Flow briefing_flow;
extern const PaperKind briefing_papers[BRIEFING_PAPERS];
Rc brief_seed(Ctx *ctx, Kernel *k);
Rc plan_validate(Work *w, const Entity *e, const Record *old, Record *rec);
Rc template_validate_(Work *w, const Entity *e, const Record *old, Record *rec);
Rc plan_write(Work *w, const Entity *e, Record *rec, const DbVal *params);
/* RC_OK, or a field error: the codes of bodies, blanks between. fn may be NULL. */
Rc bodies_of_text(Work *w, const char *field, Str codes, Rc (*fn)(Work *w, int64_t body, void *ud), void *ud);
bool plan_schedule(const Record *plan, Schedule *out);
Rc job_start(Ctx *ctx, Kernel *k);
void job_stop(void);
/* GET /api/lead */
Rc lead_handler(Req *req, Res *res);
