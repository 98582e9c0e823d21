/* Coordinates of Chinese web maps and of the state's. GCJ-02 (Amap, Tencent) shifts a place by some hundred
 * metres, BD-09 (Baidu) shifts it again; neither is published, the formulas are those that everybody found
 * (they hold to about a metre). CGCS2000 and WGS 84 agree to within a few centimetres and are one here. Pure.
 */
#pragma once
#include "geo/area.h"

typedef enum { DATUM_CGCS2000, DATUM_GCJ02, DATUM_BD09, DATUM_COUNT } GeoDatum;

/* "cgcs2000" (also "wgs84"), "gcj02", "bd09"; false: none of them. */
bool geo_datum_read(Str text, GeoDatum *out);
/* The shift is made inside this box only (72.004…137.8347 E, 0.8293…55.8271 N), which reaches beyond the
 * border as the shift itself does; BD-09's second shift is made everywhere. */
bool geo_in_shift(GeoPoint p);
/* Between CGCS2000 and another; the way back is iterated until it is right to 1e-9 degrees. A place beyond
 * the box stays as it is. p is finite. */
GeoPoint geo_from_cgcs2000(GeoPoint p, GeoDatum to);
GeoPoint geo_to_cgcs2000(GeoPoint p, GeoDatum from);
