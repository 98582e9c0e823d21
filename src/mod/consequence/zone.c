/* From an answer of src/risk to zones on the ground: rings are circles, outlines of a plume are turned into
 * the wind. Whether somebody is inside is asked here, of the same figures that are drawn. */
#include "consequence_private.h"
#include <math.h>
#include <string.h>

enum { CIRCLE = 72 };

static double number(const Json *j, const char *name)
{
    double v = NAN;
    const Json *m = json_get(j, name);
    if (m && m->type != JSON_NULL) json_f64(m, &v);
    return v;
}

static Str text(const Json *j, const char *name)
{
    return json_str(json_get(j, name));
}

/* The mark of a table of ours is that of the default that stands for it; given levels are the caller's. */
static const Json *default_of(const Json *answer, const char *key)
{
    const Json *list = json_get(answer, "defaults");
    JSON_EACH(d, list)
    {
        if (str_is(text(d, "key"), key)) return d;
    }
    return NULL;
}

static size_t rings(const Json *answer, bool blast, Zone *out)
{
    const char *unit = blast ? "kPa" : "kW/m²", *key = blast ? "kpa" : "kw_m2";
    const Json *of = default_of(answer, blast ? "blast.levels" : "fire.levels"),
               *list = json_get(answer, "rings");
    size_t n = 0;
    JSON_EACH(r, list)
    {
        if (n == ZONES_MOST) break;
        out[n++] = (Zone){.level = number(r, key),
                          .ppm = NAN,
                          .unit = unit,
                          .harm = text(r, "harm"),
                          .source = of ? text(of, "source") : STR("输入"),
                          .mark = of ? text(of, "mark") : STR("input"),
                          .distance_m = number(r, "radius_m"),
                          .width_m = NAN};
    }
    return n;
}

/* Downwind x and crosswind y into east and north. */
static void turn(Arena *a, const Json *outline, double wind_from, Zone *z)
{
    double b = (wind_from + 180) * M_PI / 180, x, y;
    if (!outline || outline->type != JSON_ARRAY) return;
    z->ring = (double(*)[2])arena_alloc(a, sizeof(double[2]) * outline->count);
    JSON_EACH(p, outline)
    {
        if (p->type != JSON_ARRAY || p->count != 2 || !json_f64(p->child, &x) ||
            !json_f64(p->child->next, &y))
            continue;
        z->ring[z->n][0] = x * sin(b) + y * cos(b);
        z->ring[z->n++][1] = x * cos(b) - y * sin(b);
    }
}

static size_t outlines(Ctx *ctx, const Json *answer, double wind_from, Zone *out)
{
    const Json *list = json_get(answer, "zones");
    size_t n = 0;
    JSON_EACH(j, list)
    {
        if (n == ZONES_MOST) break;
        Zone *z = &out[n++];
        *z = (Zone){.level = number(j, "mg_m3"),
                    .ppm = number(j, "ppm"),
                    .unit = "mg/m³",
                    .harm = text(j, "harm"),
                    .source = text(j, "source"),
                    .mark = text(j, "mark"),
                    .distance_m = number(j, "reach_m"),
                    .width_m = number(j, "width_m"),
                    .beyond = json_get(j, "beyond") && json_get(j, "beyond")->b};
        turn(ctx->arena, json_get(j, "outline"), wind_from, z);
    }
    return n;
}

size_t zones_read(Ctx *ctx, Str model, const Json *answer, double wind_from, Zone out[ZONES_MOST])
{
    if (str_is(model, "plume-zones")) return outlines(ctx, answer, wind_from, out);
    return rings(answer, str_is(model, "blast"), out);
}

/* By the crossings of a ray to the east. */
static bool within(const double (*ring)[2], size_t n, double x, double y)
{
    bool in = false;
    for (size_t i = 0, k = n - 1; i < n; k = i++) {
        if ((ring[i][1] > y) == (ring[k][1] > y)) continue;
        double at = ring[k][0] + (y - ring[k][1]) / (ring[i][1] - ring[k][1]) * (ring[i][0] - ring[k][0]);
        if (x < at) in = !in;
    }
    return in;
}

bool zone_has(const Zone *z, double east, double north)
{
    if (!isfinite(z->distance_m)) return false;
    if (!z->ring) return hypot(east, north) <= z->distance_m;
    return z->n > 3 && within((const double(*)[2])z->ring, z->n, east, north);
}

double zones_reach(const Zone *z, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(z[i].distance_m) && z[i].distance_m > most) most = z[i].distance_m;
    return most;
}

static void corner(Origin o, double east, double north, JsonOut *out)
{
    double lon, lat;
    place_degrees(o, east, north, &lon, &lat);
    jout_open_array(out);
    jout_f64(out, round(lon * 1e7) / 1e7);
    jout_f64(out, round(lat * 1e7) / 1e7);
    jout_close_array(out);
}

void zone_geometry(const Zone *z, Origin o, JsonOut *out)
{
    if (!isfinite(z->distance_m) || (z->ring && z->n < 4)) {
        jout_null(out);
        return;
    }
    jout_open(out);
    jout_kz(out, "type", "Polygon");
    jout_key(out, "coordinates");
    jout_open_array(out);
    jout_open_array(out);
    for (size_t i = 0; z->ring && i < z->n; i++) corner(o, z->ring[i][0], z->ring[i][1], out);
    for (int i = 0; !z->ring && i <= CIRCLE; i++) {
        double a = -2 * M_PI * (i % CIRCLE) / CIRCLE;
        corner(o, z->distance_m * sin(-a), z->distance_m * cos(a), out);
    }
    jout_close_array(out);
    jout_close_array(out);
    jout_close(out);
}
