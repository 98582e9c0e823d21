/* Distances on the ground, pure. Degrees of CGCS2000 (WGS 84 at this accuracy), metres on a sphere of the
 * mean radius: 0.5 % at most, less than a place in a register is wrong by. */
#pragma once
#include "base/json.h"

/* Great-circle distance after haversine. */
double geo_distance(double lon1, double lat1, double lon2, double lat2);
/* Initial bearing from the first to the second, degrees clockwise from north, [0, 360). */
double geo_bearing(double lon1, double lat1, double lon2, double lat2);
/* The eight winds: 0 north, 1 north-east … 7 north-west. */
int geo_wind(double bearing);
/* Half the side, in degrees, of a box that holds all within `metres` of a place at lat. */
void geo_reach(double lat, double metres, double *out_lon, double *out_lat);
/* The place of a GeoJSON geometry that is nearest to lon, lat; inside an area it is lon, lat itself. Returns
 * its distance, or a negative number when the geometry has no place or is none. */
double geo_nearest(const Json *geometry, double lon, double lat, double *out_lon, double *out_lat);
