/* Private to list.c and list_query.c: a list query as read. */
#pragma once
#include "kernel_int.h"
#include "scope/scope_int.h"

typedef enum { OP_EQ, OP_NE, OP_GTE, OP_GT, OP_LTE, OP_LT, OP_IN } FilterOp;
typedef enum { LIVE, ARCHIVED, BOTH } Which;
enum { COMMON_ID = -1, COMMON_CREATED = -2, COMMON_UPDATED = -3, COMMON_NONE = -4 };
enum { MAX_FILTERS = 24, MAX_IN = 40, MAX_ARGS = 48, LIMIT_DEFAULT = 50, LIMIT_MAX = 1000 };
enum { COUNT_MAX = 10000, LIST_LINES_MOST = 40, IDS_MOST = 12 };

/* n 0: null is asked for. A reference's values are its keys as text. */
typedef struct Filter {
    int field; /* index, or COMMON_… */
    FilterOp op;
    DbVal *values;
    size_t n;
    int64_t *ids; /* the records that the keys name, once looked up (list_count) */
    size_t nids;
} Filter;

struct ListQuery {
    const EntityInfo *info;
    Filter filters[MAX_FILTERS];
    size_t nfilters, nargs;
    Str pattern; /* of LIKE, lower case */
    int sort;
    bool desc, paged, after;
    bool many;         /* so many rows that a walk along the order soon has a page of them */
    bool many_parties; /* the same of the matters that the asker's body takes part in */
    Which archived;
    ScopePart *parts; /* nparts 0: the scope is one condition */
    size_t nparts;
    bool boxed; /* only rows that lie in the box (ogc/located.h) */
    double box[4];
    int64_t limit, count_most;
    DbVal after_value;
    int64_t after_id;
};

const char *list__column(const ListQuery *q, int field);
const char *list__cursor_print(Ctx *ctx, const ListQuery *q, DbVal value, int64_t id);
Rc list__cursor_parse(Ctx *ctx, ListQuery *q, Str text);
/* Is it by a column that leads an index in the order of the list? */
bool list__leads(const ListQuery *q, const Filter *f);
/* " AND …" for each filter; " AND (…)" for what follows the cursor; " ORDER BY …". */
Rc list__filters(SqlBuf *b, Work *w, const ListQuery *q);
void list__keyset(SqlBuf *b, const ListQuery *q);
void list__order(SqlBuf *b, const ListQuery *q);

/* list_parts.c: finds the parts of the asker's scope, when the list can be put together of them. */
Rc list__split(Work *w, ListQuery *q);
/* SELECT of the ids that may stand on the page: the first of each part. */
Rc list__parts_page(SqlBuf *b, Work *w, const ListQuery *q);
/* Beyond COUNT_MAX any greater number. */
Rc list__parts_count(Work *w, ListQuery *q, int64_t *count);
