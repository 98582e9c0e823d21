/* Private to scope*.c and who loads principals: the two trees in memory, and a principal's scope. */
#pragma once
#include "kernel_int.h"

typedef struct ScopeNode {
    int64_t id, parent, district; /* district: of a body */
    const char *key, *path, *lines;
} ScopeNode;

typedef struct ScopeNodes {
    const EntityInfo *info; /* NULL: the program has no such tree */
    ScopeNode *v;           /* in the order of the paths: what lies below a path stands together */
    const ScopeNode **by_id;
    size_t n;
} ScopeNodes;

typedef enum { TREE_DISTRICTS, TREE_BODIES, TREES } TreeKind;

typedef struct ScopeTree {
    Arena *arena;
    ScopeNodes of[TREES];
    const char *root; /* path of the one district that has no parent; NULL: none or several */
} ScopeTree;

/* Never NULL after kernel_open; give it back with scope_tree_done. */
const ScopeTree *scope_tree(Kernel *k);
void scope_tree_done(Kernel *k, const ScopeTree *t);
const ScopeNode *scope_node(const ScopeTree *t, TreeKind kind, int64_t id);
/* The nodes at and below a path: *n from the returned one. */
const ScopeNode *scope_below(const ScopeTree *t, TreeKind kind, const char *path, size_t *n);
