/* The check of a GeoJSON geometry (RFC 7946), pure. How deep the positions are nested tells a line from a
 * polygon; one walk counts them, checks the range and grows the box. */
#include "object_private.h"

typedef struct Walk {
    double *box;
    size_t n;
    bool bad;
} Walk;

static void position(Walk *w, const Json *j)
{
    double lon, lat;
    bool ok = j && j->type == JSON_ARRAY && j->count >= 2 && j->count <= 3 && json_f64(j->child, &lon) &&
              json_f64(j->child->next, &lat);
    if (!ok || lon < 73 || lon > 136 || lat < 3 || lat > 54 || ++w->n > GEOMETRY_MOST) {
        w->bad = true;
        return;
    }
    if (w->n == 1) {
        w->box[0] = w->box[2] = lon;
        w->box[1] = w->box[3] = lat;
    }
    if (lon < w->box[0]) w->box[0] = lon;
    if (lat < w->box[1]) w->box[1] = lat;
    if (lon > w->box[2]) w->box[2] = lon;
    if (lat > w->box[3]) w->box[3] = lat;
}

static bool same_position(const Json *a, const Json *b)
{
    double x, y, u, v;
    return json_f64(a->child, &x) && json_f64(a->child->next, &y) && json_f64(b->child, &u) &&
           json_f64(b->child->next, &v) && x == u && y == v;
}

static void line(Walk *w, const Json *j, bool ring)
{
    const Json *last = NULL;
    if (!j || j->type != JSON_ARRAY || j->count < (ring ? 4u : 2u)) w->bad = true;
    if (w->bad) return;
    JSON_EACH(it, j)
    {
        position(w, it);
        if (w->bad) return;
        last = it;
    }
    if (ring && !same_position(j->child, last)) w->bad = true;
}

static void lines(Walk *w, const Json *j, bool rings)
{
    if (!j || j->type != JSON_ARRAY || j->count == 0) w->bad = true;
    for (const Json *it = w->bad ? NULL : j->child; it && !w->bad; it = it->next) line(w, it, rings);
}

static void polygons(Walk *w, const Json *j)
{
    if (!j || j->type != JSON_ARRAY || j->count == 0) w->bad = true;
    for (const Json *it = w->bad ? NULL : j->child; it && !w->bad; it = it->next) lines(w, it, true);
}

bool geometry_check(const Json *geometry, double box[4])
{
    Walk w = {.box = box};
    Str type = json_str(json_get(geometry, "type"));
    const Json *at = json_get(geometry, "coordinates");
    if (str_is(type, "Point")) position(&w, at);
    else if (str_is(type, "LineString")) line(&w, at, false);
    else if (str_is(type, "Polygon")) lines(&w, at, true);
    else if (str_is(type, "MultiLineString")) lines(&w, at, false);
    else if (str_is(type, "MultiPolygon")) polygons(&w, at);
    else return false;
    return !w.bad && w.n > 0;
}
