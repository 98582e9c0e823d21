/* Do areas lie side by side? Looked at on a raster, so that borders drawn from different maps need not have
 * the same corners: what is smaller than one of its fields is not seen. Pure. */
#pragma once
#include "base/ctx.h"
#include "geo/area.h"

enum { COVER_SIDE = 256, COVER_FOUND = 50 };

typedef struct CoverArea {
    const GeoArea *area;
    double box[4]; /* west, south, east, north */
} CoverArea;
typedef struct CoverOverlap {
    size_t a, b; /* indexes of the areas, a < b */
    double m2;   /* about */
} CoverOverlap;
typedef struct CoverHole {
    GeoPoint at; /* a place inside it */
    double m2;   /* about */
} CoverHole;
typedef struct Cover {
    CoverOverlap overlap[COVER_FOUND];
    CoverHole hole[COVER_FOUND];
    size_t noverlaps, nholes;
} Cover;

/* n areas, at most 2000. Overlaps and holes of two fields and more, in the order of the areas and of the
 * raster. */
void grid_cover(Arena *a, const CoverArea *areas, size_t n, Cover *out);
