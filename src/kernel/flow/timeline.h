/* Private to the kernel: the chain a record stands in, and what happened along it. */
#pragma once
#include "flow/flow_int.h"

typedef struct ChainNode {
    const EntityInfo *info;
    Record *rec;
} ChainNode;

enum { CHAIN_MOST = 64, CHAIN_DEEP = 10, ITEMS_MOST = 2000, ENTRIES_MOST = 300 };

typedef struct TimelineItem {
    int64_t t, n; /* n: ledger number, orders what happened in one moment */
    const ChainNode *node;
    const char *kind, *action, *label, *who, *body, *why, *from, *to, *text;
} TimelineItem;

struct TimelineOut {
    TimelineItem *items;
    size_t n;
    const ChainNode *node;
};

/* From the reading side to the end; only what w->who may see. The last of *n that came before rec is rec. */
Rc chain_walk(Work *w, const EntityInfo *info, Record *rec, ChainNode *nodes, size_t *n);
/* The ledger's entries of the node's record. */
Rc timeline_entries(Work *w, const ChainNode *node, TimelineOut *out);
/* Its state as a person reads it. */
const char *record_state_label(Work *w, const EntityInfo *info, const Record *rec);
Rc timeline_handler(Req *req, Res *res);
