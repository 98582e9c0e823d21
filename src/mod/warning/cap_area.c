/* Areas: a surface stays a surface; a line or a point becomes the circle around it, because CAP has no other
 * shape and an area that is a little too wide does less harm than one that leaves somebody out. */
#include "cap_area.h"
#include "base/clock.h"

#include <math.h>

#define KM_A_DEGREE 111.32

static bool corner(const Json *pair, double out[2])
{
    const Json *lon = pair ? pair->child : NULL;
    return lon && json_f64(lon, &out[0]) && lon->next && json_f64(lon->next, &out[1]) && isfinite(out[0]) &&
           isfinite(out[1]) && fabs(out[0]) <= 180 && fabs(out[1]) <= 90;
}

/* Every step-th corner, so that at most CAP_CORNERS remain. */
static bool ring_of(Arena *a, const Json *list, CapRing *out)
{
    if (!list || list->type != JSON_ARRAY || list->count < 4) return false;
    size_t step = (list->count + CAP_CORNERS - 1) / CAP_CORNERS, i = 0;
    double(*p)[2] = arena_alloc(a, sizeof *p * (list->count / step + 1));
    *out = (CapRing){.p = (const double(*)[2])p};
    JSON_EACH(it, list)
    {
        if (i++ % step) continue;
        if (!corner(it, p[out->n])) return false;
        out->n++;
    }
    return out->n >= 3;
}

static bool surfaces(Arena *a, const Json *coordinates, bool many, CapAlert *alert)
{
    CapRing *rings = ARENA_ARRAY(a, CapRing, CAP_RINGS);
    size_t n = 0;
    if (!coordinates || coordinates->type != JSON_ARRAY) return false;
    if (!many) n = ring_of(a, coordinates->child, &rings[0]);
    else JSON_EACH(part, coordinates)
    if (n < CAP_RINGS && ring_of(a, part->child, &rings[n])) n++;
    if (!n) return false;
    alert->rings = rings;
    alert->nrings = n;
    return true;
}

typedef struct Box {
    double west, south, east, north;
    bool any;
} Box;

/* All corners below, however deep they lie. */
static void widen(const Json *j, Box *box)
{
    double c[2];
    if (!j || j->type != JSON_ARRAY) return;
    if (corner(j, c)) {
        if (!box->any) *box = (Box){c[0], c[1], c[0], c[1], true};
        box->west = fmin(box->west, c[0]), box->east = fmax(box->east, c[0]);
        box->south = fmin(box->south, c[1]), box->north = fmax(box->north, c[1]);
        return;
    }
    JSON_EACH(it, j) widen(it, box);
}

bool cap_area(Arena *a, const Json *geometry, double margin_km, CapAlert *alert)
{
    Str type = json_str(json_get(geometry, "type"));
    const Json *coordinates = json_get(geometry, "coordinates");
    bool many = str_is(type, "MultiPolygon");
    if ((many || str_is(type, "Polygon")) && surfaces(a, coordinates, many, alert)) return true;
    Box box = {.any = false};
    widen(coordinates, &box);
    if (!box.any) return false;
    alert->lon = (box.west + box.east) / 2;
    alert->lat = (box.south + box.north) / 2;
    double dy = (box.north - box.south) / 2 * KM_A_DEGREE;
    double dx = (box.east - box.west) / 2 * KM_A_DEGREE * cos(alert->lat * M_PI / 180);
    alert->radius_km = hypot(dx, dy) + margin_km;
    return true;
}
