/* A parsed template: the lines as a tree. */
#pragma once
#include "paper/template.h"

typedef struct Segment {
    Str text; /* as it stands; of a value: its path */
    bool value, optional;
    struct Segment *next;
} Segment;

typedef enum {
    NODE_TEXT,
    NODE_FLUSH,
    NODE_CENTRE,
    NODE_HEADING,
    NODE_ROW,
    NODE_BLANK,
    NODE_PLACE, /* @title … */
    NODE_CHART,
    NODE_MAP,
    NODE_PICTURE,
    NODE_LINES,
    NODE_EACH,
    NODE_IF
} NodeKind;

typedef enum {
    PLACE_HEAD,
    PLACE_NUMBER,
    PLACE_TITLE,
    PLACE_TO,
    PLACE_ATTACH,
    PLACE_SENDER,
    PLACE_DATE,
    PLACE_NOTE,
    PLACE_CC,
    PLACE_PRINTER,
    PLACE_PRINTED,
    PLACES
} Place;
extern const char *const paper_places[PLACES];

typedef struct Node {
    NodeKind kind;
    int64_t line;
    int level; /* of a heading; of a place: Place */
    Segment *text;
    Segment **cells;
    size_t ncells;
    Str path, equals; /* of each, if, chart, map, picture, lines; equals.p NULL: is it there? */
    struct Node *child, *child_last, *other, *other_last, *next;
} Node;

struct PaperTemplate {
    Node *nodes, *last;
};

/* ---- template_map.c ---- */
/* A map block from a member of the model; nothing when it is none. */
Rc template_map(Ctx *ctx, Paper *p, const Json *j);
