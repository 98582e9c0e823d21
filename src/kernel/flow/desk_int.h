/* Private to desk*.c: what stands on whose desk. */
#pragma once
#include "flow/flow_int.h"

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

/* The page's rows in order, one more than the limit when there is a next page. */
Rc desk_rows(Work *w, const DeskQuery *q, DeskRow **rows, size_t *n);
/* Exact up to 10,000. */
Rc desk_count(Work *w, const DeskQuery *q, int64_t *count, bool *exact);
