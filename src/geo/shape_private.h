/* Between shape.c and area.c. */
#pragma once
#include "geo/shape.h"

typedef struct ShapeType {
    const char *name;
    int kind;
    int depth;    /* arrays around a position */
    size_t least; /* positions of a part */
} ShapeType;

/* "第 2 个环" in the Ctx's language. */
const char *shape_part_name(Ctx *ctx, const GeoShape *s, size_t part);
/* What only all rings together tell: crossings, holes, overlaps. */
Rc shape_areas_check(Ctx *ctx, const GeoField *f, const GeoShape *s);
