/* Geometries as well-known text, as tables carry them. Pure. */
#pragma once
#include "base/ctx.h"

/* "POLYGON ((120 30, …))" as GeoJSON, in a; Point, LineString, Polygon and their Multi types, an SRID before
 * it and heights passed over. false: it is no such text. What it means is checked by geo_shape_read. */
bool geo_wkt_json(Arena *a, Str wkt, Str *out);
