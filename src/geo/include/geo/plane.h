/* Coordinates in the plane, as county surveys hand them over: Gauss-Kruger and UTM zones on CGCS2000 or WGS
 * 84 back to degrees. Pure. */
#pragma once
#include "base/ctx.h"
#include "geo/area.h"

typedef struct GeoPlane {
    bool projected;          /* false: degrees already */
    double lon0, k0, x0, y0; /* central meridian in degrees, scale, false easting and northing in metres */
} GeoPlane;

/* The coordinate system of a .prj file (OGC or ESRI WKT, version 1). RC_INVALID "geo.prj" names what it is
 * when it is neither degrees nor a transverse Mercator on CGCS2000 or WGS 84 in metres: Beijing 1954 and
 * Xi'an 1980 need parameters that are not public. */
Rc geo_plane_read(Ctx *ctx, Str wkt, GeoPlane *out);
/* Easting and northing to degrees (Krüger's series to the fourth order: below a millimetre within 10° of the
 * meridian). A place that no zone has stays as it is. */
GeoPoint geo_from_plane(const GeoPlane *plane, double x, double y);
