/* Degrees and metres around a place: a plane that touches the sphere there. */
#include "consequence_private.h"
#include <math.h>

#define METRES_PER_DEGREE 111195.08 /* 6,371,008.8 m · π / 180 */

void place_metres(Origin o, double lon, double lat, double *east, double *north)
{
    *east = (lon - o.lon) * METRES_PER_DEGREE * cos(o.lat * M_PI / 180);
    *north = (lat - o.lat) * METRES_PER_DEGREE;
}

void place_degrees(Origin o, double east, double north, double *lon, double *lat)
{
    *lon = o.lon + east / (METRES_PER_DEGREE * cos(o.lat * M_PI / 180));
    *lat = o.lat + north / METRES_PER_DEGREE;
}
