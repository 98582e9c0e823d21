/* From a GeoJSON geometry to the area of a CAP message. */
#pragma once
#include "base/json.h"
#include "cap.h"

/* Outer rings of a Polygon or MultiPolygon, at most CAP_RINGS of at most CAP_CORNERS corners each (a longer
 * one is thinned); for all else the circle around its corners, widened by margin_km. alert->rings lies in the
 * arena. false: nothing usable, the alert is as it was. */
enum { CAP_RINGS = 8, CAP_CORNERS = 100 };
bool cap_area(Arena *a, const Json *geometry, double margin_km, CapAlert *alert);
