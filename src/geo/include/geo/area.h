/* Areas on the ground for repeated "is this place inside?" questions. The adapter of GEOS. Coordinates are
 * degrees (CGCS2000, EPSG 4490) taken as a plane: right for areas of a city, not for one that crosses 180°.
 */
#pragma once
#include "base/ctx.h"

typedef struct GeoPoint {
    double lon, lat;
} GeoPoint;

typedef struct GeoArea GeoArea;

/* A polygon without holes; ring: its corners in order, the last one equal to the first (at least four).
 * RC_INVALID "geo.area" with the reason (a ring that crosses itself, and where). The caller owns *out. */
Rc geo_area_new(Ctx *ctx, const GeoPoint *ring, size_t n, GeoArea **out);
void geo_area_free(GeoArea **a);
/* Inside or on the edge. Any thread. */
bool geo_area_has(const GeoArea *a, GeoPoint p);

/* Metres along the great circle (a sphere of 6,371,008.8 m, the mean radius): within 0.6 % of the ellipsoid.
 */
double geo_metres(GeoPoint a, GeoPoint b);
