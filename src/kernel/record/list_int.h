/* Private to list.c and list_query.c: a list query as read. */
#pragma once
#include "kernel_int.h"

typedef enum { OP_EQ, OP_NE, OP_GTE, OP_GT, OP_LTE, OP_LT, OP_IN } FilterOp;
typedef enum { LIVE, ARCHIVED, BOTH } Which;
enum { COMMON_ID = -1, COMMON_CREATED = -2, COMMON_UPDATED = -3, COMMON_NONE = -4 };
enum { MAX_FILTERS = 24, MAX_IN = 40, MAX_ARGS = 48, LIMIT_DEFAULT = 50, LIMIT_MAX = 1000 };

/* n 0: null is asked for. A reference's values are its keys as text. */
typedef struct Filter {
    int field; /* index, or COMMON_… */
    FilterOp op;
    DbVal *values;
    size_t n;
} Filter;

struct ListQuery {
    const EntityInfo *info;
    Filter filters[MAX_FILTERS];
    size_t nfilters, nargs;
    Str pattern; /* of LIKE, lower case */
    int sort;
    bool desc, paged, after;
    bool many; /* so many rows that a walk along the order soon has a page of them */
    Which archived;
    int64_t limit;
    DbVal after_value;
    int64_t after_id;
};

const char *list__column(const ListQuery *q, int field);
const char *list__cursor_print(Ctx *ctx, const ListQuery *q, DbVal value, int64_t id);
Rc list__cursor_parse(Ctx *ctx, ListQuery *q, Str text);
