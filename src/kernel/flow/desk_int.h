/* Private to desk*.c: what stands on whose desk. */
#pragma once
#include "flow/flow_int.h"
#include "record/list_int.h"

typedef enum { BOX_TODO, BOX_SUPERVISED, BOX_OVERDUE, BOX_DONE, BOX_OPEN, BOXES } DeskBox;
extern const char *const desk_boxes[BOXES];

typedef struct DeskQuery {
    DeskBox box;
    const EntityInfo *only; /* NULL: all matters */
    int64_t grade;          /* 0: all */
    Str q;                  /* what is looked for, n 0: nothing */
    Str match;              /* the same as a query of the search index */
    bool by_change;         /* last changed first; else what is due first */
    bool nothing;           /* nothing in q can be found */
    int64_t limit;
    bool after; /* the page begins after: */
    int64_t after_key, after_id;
} DeskQuery;

typedef struct DeskRow {
    const EntityInfo *info;
    int64_t id, key, grade, district, owner, turn, due_at, chase, opened_at, changed_at, closed_at;
    Str code, title, state, clock;
} DeskRow;

/* The question of a request; limit and cursor only where it is paged. Field errors in req->ctx. */
Rc desk_query_read(Req *req, bool paged, DeskQuery *q);
Rc desk_query_match(Work *w, DeskQuery *q); /* q.match of q.q */

/* What the rows refer to, read for the whole page: names of districts and bodies, records for guards. */
typedef struct DeskNames {
    int64_t *ids;
    RefName *names;
    size_t n;
} DeskNames;
typedef struct DeskPage {
    const DeskRow *rows;
    size_t n;
    DeskNames districts, bodies;
    const Record **rec; /* per row */
} DeskPage;
Rc desk_page_names(Work *w, const DeskRow *rows, size_t n, DeskPage *out);
RefName desk_name(const DeskNames *from, int64_t id); /* empty: none */
const char *desk_state_label(Work *w, const EntityInfo *info, Str state);

/* The page's rows in order, one more than the limit when there is a next page. */
Rc desk_rows(Work *w, const DeskQuery *q, DeskRow **rows, size_t *n);
/* Exact up to 10,000. */
Rc desk_count(Work *w, const DeskQuery *q, int64_t *count, bool *exact);
