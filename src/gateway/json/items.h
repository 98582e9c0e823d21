/* What both readers of the JSON shape make: a list of readings, good or faulty, handed to the sink only when
 * the whole body is good. */
#pragma once
#include "gateway/json.h"

typedef struct JsonReading {
    Str point;
    int64_t t;
    double v;
    uint8_t q;
    const char *code; /* NULL: good, else why not */
    Str field;
} JsonReading;

typedef struct JsonList {
    Arena *arena;
    JsonReading *items;
    size_t n, cap, expected; /* expected: a guess that saves growing */
} JsonList;
JsonReading *json_list_add(JsonList *list);

/* The strict scanner: true when the whole body is of the plain shape; false: not plain, ask the tree (list is
 * worthless then). */
bool json_scan(Str body, JsonList *list);
/* The general reader. */
Rc json_tree(Ctx *ctx, Str body, JsonList *list);
