/* Private to the kernel: which entities have a place, and where a record lies. An entity is located when it
 * has the fields lon and lat (and perhaps a GeoJSON geometry), or a geometry with its box (west, south, east,
 * north). A record without a place of its own lies where the record of `object` does, if that is located. */
#pragma once
#include "kernel_int.h"

typedef struct Located {
    ptrdiff_t lon, lat;      /* -1: none */
    ptrdiff_t geometry;      /* GeoJSON; -1: none */
    ptrdiff_t box[4];        /* west, south, east, north; [0] -1: none */
    ptrdiff_t via;           /* the reference that lends a place; -1: none */
    const EntityInfo *lends; /* its target */
} Located;

/* false: records of the entity have no place. */
bool located_of(const EntityInfo *info, Located *out);
/* "w,s,e,n" or with heights "w,s,z,e,n,z"; west greater than east goes round 180°. */
Rc located_box_parse(Ctx *ctx, Str text, double box[4]);
/* " AND (…)" for rows of info under the alias "t" whose place (its box, where it has one) meets the box. */
Rc located_where(SqlBuf *b, Work *w, const EntityInfo *info, const double box[4]);
enum { LOCATED_ARGS = 12 }; /* at most so many arguments */
/* The GeoJSON geometry of a record, null when it has none. lender: the record that `via` names, NULL: none
 * that may be seen. */
void located_write(const EntityInfo *info, const Record *rec, const Record *lender, JsonOut *out);
/* Does rec lie where its lender does? */
bool located_borrows(const EntityInfo *info, const Record *rec);
