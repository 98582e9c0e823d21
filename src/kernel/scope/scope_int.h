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

/* One part of the OR that a scope is. */
typedef struct ScopePart {
    const char *column; /* NULL: the matters that a body takes part in */
    DbVal value;        /* of the column; the body */
    const char *line;   /* this column in the principal's lines as well; NULL: any */
} ScopePart;
enum { SCOPE_PARTS_MOST = 24 };
/* Fills v, of SCOPE_PARTS_MOST: a row is in scope when it is in any of the parts. 0: the rule has no parts,
 * or adds nothing. */
size_t scope_parts(Work *w, const Entity *e, ScopePart *v);
/* Appends " AND …" for rows under the alias t. walk: for a reading in the order of the list. */
void scope_part_where(SqlBuf *b, Work *w, const ScopePart *p, bool walk);
