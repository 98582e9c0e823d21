/* GCJ-02 and BD-09. The shift of GCJ-02 is a sum of sines over a flat polynomial around 105° E, 35° N, on the
 * Krasovsky ellipsoid; it is smooth and its derivative is below 1 %, so that the inverse is a fixed point
 * that each round brings a hundred times nearer. BD-09 turns and stretches about the origin: its own inverse
 * is iterated as well, where the usual closed form is off by centimetres. */
#include "geo/datum.h"

#include <math.h>

#define PI            3.14159265358979323846
#define AXIS          6378245.0 /* Krasovsky 1940 */
#define ECCENTRICITY2 0.00669342162296594323
#define BD_TURN       (PI * 3000.0 / 180.0)
enum { ROUNDS_MOST = 30 };
#define NEAR_ENOUGH 1e-10 /* degrees */

bool geo_datum_read(Str text, GeoDatum *out)
{
    static const struct {
        const char *name;
        GeoDatum datum;
    } names[] = {{"cgcs2000", DATUM_CGCS2000},
                 {"wgs84", DATUM_CGCS2000},
                 {"gcj02", DATUM_GCJ02},
                 {"bd09", DATUM_BD09}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!str_is(text, names[i].name)) continue;
        *out = names[i].datum;
        return true;
    }
    return false;
}

bool geo_in_shift(GeoPoint p)
{
    return p.lon >= 72.004 && p.lon <= 137.8347 && p.lat >= 0.8293 && p.lat <= 55.8271;
}

/* What both axes have in common. */
static double ripples(double x)
{
    return (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2 / 3;
}

static double shift_lat(double x, double y)
{
    double flat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));
    double slow = (20 * sin(y * PI) + 40 * sin(y / 3 * PI)) * 2 / 3;
    double slowest = (160 * sin(y / 12 * PI) + 320 * sin(y * PI / 30)) * 2 / 3;
    return flat + ripples(x) + slow + slowest;
}

static double shift_lon(double x, double y)
{
    double flat = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));
    double slow = (20 * sin(x * PI) + 40 * sin(x / 3 * PI)) * 2 / 3;
    double slowest = (150 * sin(x / 12 * PI) + 300 * sin(x / 30 * PI)) * 2 / 3;
    return flat + ripples(x) + slow + slowest;
}

static GeoPoint to_gcj(GeoPoint p)
{
    if (!geo_in_shift(p)) return p;
    double x = p.lon - 105, y = p.lat - 35, phi = p.lat * PI / 180;
    double magic = 1 - ECCENTRICITY2 * sin(phi) * sin(phi), root = sqrt(magic);
    double metres_lat = AXIS * (1 - ECCENTRICITY2) / (magic * root) * PI / 180;
    double metres_lon = AXIS / root * cos(phi) * PI / 180;
    return (GeoPoint){p.lon + shift_lon(x, y) / metres_lon, p.lat + shift_lat(x, y) / metres_lat};
}

static GeoPoint gcj_to_bd(GeoPoint p)
{
    double z = sqrt(p.lon * p.lon + p.lat * p.lat) + 0.00002 * sin(p.lat * BD_TURN);
    double angle = atan2(p.lat, p.lon) + 0.000003 * cos(p.lon * BD_TURN);
    return (GeoPoint){z * cos(angle) + 0.0065, z * sin(angle) + 0.006};
}

/* The place that `shift` brings to p. */
static GeoPoint undo(GeoPoint p, GeoPoint (*shift)(GeoPoint))
{
    GeoPoint at = p;
    for (int i = 0; i < ROUNDS_MOST; i++) {
        GeoPoint there = shift(at);
        double dlon = p.lon - there.lon, dlat = p.lat - there.lat;
        at.lon += dlon;
        at.lat += dlat;
        if (fabs(dlon) < NEAR_ENOUGH && fabs(dlat) < NEAR_ENOUGH) break;
    }
    return at;
}

GeoPoint geo_from_cgcs2000(GeoPoint p, GeoDatum to)
{
    if (to == DATUM_CGCS2000) return p;
    GeoPoint gcj = to_gcj(p);
    return to == DATUM_BD09 ? gcj_to_bd(gcj) : gcj;
}

GeoPoint geo_to_cgcs2000(GeoPoint p, GeoDatum from)
{
    if (from == DATUM_CGCS2000) return p;
    if (from == DATUM_BD09) p = undo(p, gcj_to_bd);
    return geo_in_shift(p) ? undo(p, to_gcj) : p;
}
