/* Shared inside the slice. */
#pragma once
#include "mod/object.h"

enum { OBJECT_DICTS = 3 };
extern const Dict object_dicts[OBJECT_DICTS];

/* A GeoJSON geometry: Point, LineString, Polygon, MultiLineString or MultiPolygon in degrees inside China;
 * rings closed with at least four positions; at most GEOMETRY_MOST positions. box: west, south, east, north.
 * false: it is none. */
#define GEOMETRY_MOST 20000
bool geometry_check(const Json *geometry, double box[4]);
