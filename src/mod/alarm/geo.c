/* See geo.h. Within a few kilometres a degree grid stretched by cos(latitude) is flat enough to find the
 * nearest place of a line; the distance to it is then measured on the sphere. */
#include "geo.h"
#include "base/str.h"

#include <math.h>

#define RADIUS_M     6371008.8
#define METRES_A_DEG (RADIUS_M * 3.14159265358979323846 / 180)
#define NESTING_MOST 4

static double rad(double deg)
{
    return deg * 3.14159265358979323846 / 180;
}

double geo_distance(double lon1, double lat1, double lon2, double lat2)
{
    double dlat = sin(rad(lat2 - lat1) / 2), dlon = sin(rad(lon2 - lon1) / 2);
    double a = dlat * dlat + cos(rad(lat1)) * cos(rad(lat2)) * dlon * dlon;
    return 2 * RADIUS_M * asin(sqrt(a < 1 ? a : 1));
}

double geo_bearing(double lon1, double lat1, double lon2, double lat2)
{
    double dlon = rad(lon2 - lon1), a = rad(lat1), b = rad(lat2);
    double deg = atan2(sin(dlon) * cos(b), cos(a) * sin(b) - sin(a) * cos(b) * cos(dlon)) * 180 /
                 3.14159265358979323846;
    return deg < 0 ? deg + 360 : deg;
}

int geo_wind(double bearing)
{
    return (int)floor(bearing / 45 + 0.5) % 8;
}

void geo_reach(double lat, double metres, double *out_lon, double *out_lat)
{
    double shrink = cos(rad(lat));
    *out_lat = metres / METRES_A_DEG;
    *out_lon = *out_lat / (shrink > 0.01 ? shrink : 0.01);
}

/* ---- Nearest place of a geometry ---- */

typedef struct Flat {
    double x, y; /* metres from the place asked about */
} Flat;

typedef struct Search {
    double lon, lat, shrink;
    Flat best;
    double best2; /* its squared distance; negative: none yet */
} Search;

static bool flat_of(const Search *s, const Json *position, Flat *out)
{
    double lon, lat;
    const Json *first = position && position->type == JSON_ARRAY ? position->child : NULL;
    if (!first || !json_f64(first, &lon) || !json_f64(first->next, &lat)) return false;
    *out = (Flat){(lon - s->lon) * s->shrink, (lat - s->lat) * METRES_A_DEG};
    return true;
}

static void offer(Search *s, Flat at)
{
    double d2 = at.x * at.x + at.y * at.y;
    if (s->best2 >= 0 && d2 >= s->best2) return;
    s->best2 = d2;
    s->best = at;
}

static void offer_segment(Search *s, Flat a, Flat b)
{
    double dx = b.x - a.x, dy = b.y - a.y, long2 = dx * dx + dy * dy;
    double along = long2 > 0 ? -(a.x * dx + a.y * dy) / long2 : 0;
    if (along < 0) along = 0;
    if (along > 1) along = 1;
    offer(s, (Flat){a.x + along * dx, a.y + along * dy});
}

/* Does the edge cross the ray from the place to the east? */
static bool crosses(Flat a, Flat b)
{
    if ((a.y > 0) == (b.y > 0)) return false;
    return a.x + (0 - a.y) * (b.x - a.x) / (b.y - a.y) > 0;
}

/* A run of positions; returns how often its edges cross the ray. */
static int walk_line(Search *s, const Json *positions)
{
    int crossings = 0;
    Flat before = {0, 0};
    bool has = false;
    JSON_EACH(p, positions)
    {
        Flat at;
        if (!flat_of(s, p, &at)) continue;
        if (has) {
            offer_segment(s, before, at);
            crossings += crosses(before, at);
        } else offer(s, at);
        before = at;
        has = true;
    }
    return crossings;
}

/* nesting: 0 a position, 1 a line, 2 an area or lines, 3 areas. */
static void walk(Search *s, const Json *coordinates, int nesting, bool area)
{
    Flat at;
    if (!coordinates || coordinates->type != JSON_ARRAY || nesting > NESTING_MOST) return;
    if (nesting == 0) {
        if (flat_of(s, coordinates, &at)) offer(s, at);
    } else if (nesting == 1) walk_line(s, coordinates);
    else if (nesting == 2 && area) {
        int crossings = 0; /* even–odd over all rings, so that a hole is outside */
        JSON_EACH(ring, coordinates) crossings += walk_line(s, ring);
        if (crossings % 2) offer(s, (Flat){0, 0});
    } else {
        JSON_EACH(part, coordinates) walk(s, part, nesting - 1, area);
    }
}

double geo_nearest(const Json *geometry, double lon, double lat, double *out_lon, double *out_lat)
{
    static const struct {
        const char *type;
        int nesting;
        bool area, points;
    } shapes[] = {{"Point", 0, false, false},      {"MultiPoint", 1, false, true},
                  {"LineString", 1, false, false}, {"MultiLineString", 2, false, false},
                  {"Polygon", 2, true, false},     {"MultiPolygon", 3, true, false}};
    Search s = {.lon = lon, .lat = lat, .shrink = cos(rad(lat)) * METRES_A_DEG, .best2 = -1};
    if (!geometry || geometry->type != JSON_OBJECT) return -1;
    Str type = json_str(json_get(geometry, "type"));
    const Json *coordinates = json_get(geometry, "coordinates");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (!str_is(type, shapes[i].type)) continue;
        if (shapes[i].points) {
            JSON_EACH(p, coordinates) walk(&s, p, 0, false);
        } else walk(&s, coordinates, shapes[i].nesting, shapes[i].area);
    }
    if (s.best2 < 0) return -1;
    *out_lon = lon + (s.shrink > 0 ? s.best.x / s.shrink : 0);
    *out_lat = lat + s.best.y / METRES_A_DEG;
    return geo_distance(lon, lat, *out_lon, *out_lat);
}
