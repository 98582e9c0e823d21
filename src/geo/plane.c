/* The transverse Mercator backwards, after L. Krüger (1912) in powers of the third flattening, on the
 * ellipsoid of CGCS2000 (WGS 84 differs by a tenth of a millimetre), and just as much of WKT as tells which
 * zone it is. */
#include "geo/plane.h"
#include "base/num.h"
#include <math.h>

#define DEGREE (M_PI / 180)

/* ---- WKT ---- */

static bool letter_like(char a, char b)
{
    return a == b || ((a | 32) == (b | 32) && (a | 32) >= 'a' && (a | 32) <= 'z');
}

/* Behind the next `word` at or after s; false: there is none. */
static bool behind(Str *s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s->n; i++) {
        size_t k = 0;
        while (k < n && letter_like(s->p[i + k], word[k])) k++;
        if (k < n) continue;
        *s = str_n(s->p + i + n, s->n - i - n);
        return true;
    }
    return false;
}

/* The name in KEY["name", …]. */
static Str name_of(Str wkt, const char *key)
{
    if (!behind(&wkt, key)) return STR_NONE;
    Str from = wkt;
    if (!behind(&wkt, "\"")) return STR_NONE;
    return str_n(from.p, (size_t)(wkt.p - from.p) - 1);
}

static bool number_at(Str s, double *out)
{
    size_t n = 0;
    s = str_trim(s);
    while (n < s.n && strchr("+-.0123456789eE", s.p[n])) n++;
    return num_parse_f64(str_n(s.p, n), false, out) && isfinite(*out);
}

static bool parameter(Str wkt, const char *name, double fallback, double *out)
{
    *out = fallback;
    while (behind(&wkt, "PARAMETER[\"")) {
        Str rest = wkt;
        if (!behind(&rest, "\"")) return false;
        Str found = str_n(wkt.p, (size_t)(rest.p - wkt.p) - 1);
        if (str_ieq(found, str_of(name))) return behind(&rest, ",") && number_at(rest, out);
    }
    return true;
}

static bool contains(Str s, const char *word)
{
    return behind(&s, word);
}

static bool datum_known(Str datum)
{
    static const char *const names[] = {
        "WGS_1984",   "WGS84",    "WGS 84",     "World Geodetic System 1984",
        "China_2000", "CGCS2000", "China 2000", "China_Geodetic_Coordinate_System_2000"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (contains(datum, names[i])) return true;
    return false;
}

static Rc refuse(Ctx *ctx, Str what)
{
    return FAIL(ctx, RC_INVALID, "geo.prj",
                "坐标系“%.*s”不受支持；可用 CGCS2000 或 WGS 84 的经纬度、高斯-克吕格分带（米）坐标",
                "the coordinate system \"%.*s\" is not supported; degrees or Gauss-Kruger zones in metres of "
                "CGCS2000 or WGS 84 are",
                STR_ARG(str_n(what.p, what.n < 200 ? what.n : 200)));
}

/* The last UNIT of a projected system is that of its axes. */
static bool metres(Str wkt)
{
    double v = 0;
    bool ok = false;
    while (behind(&wkt, "UNIT[\"")) {
        Str rest = wkt;
        ok = behind(&rest, ",") && number_at(rest, &v);
    }
    return ok && v == 1;
}

static bool degrees(Str wkt)
{
    double v = 0;
    return behind(&wkt, "UNIT[\"") && behind(&wkt, ",") && number_at(wkt, &v) && fabs(v - DEGREE) < 1e-9;
}

static bool read_zone(Str wkt, GeoPlane *out)
{
    double lat0, lon0 = NAN;
    bool ok = parameter(wkt, "central_meridian", NAN, &lon0) && parameter(wkt, "scale_factor", 1, &out->k0) &&
              parameter(wkt, "false_easting", 0, &out->x0) && parameter(wkt, "false_northing", 0, &out->y0) &&
              parameter(wkt, "latitude_of_origin", 0, &lat0);
    out->lon0 = lon0;
    return ok && fabs(lon0) <= 180 && lat0 == 0 && out->k0 > 0.9 && out->k0 < 1.1;
}

Rc geo_plane_read(Ctx *ctx, Str wkt, GeoPlane *out)
{
    *out = (GeoPlane){.k0 = 1};
    wkt = str_trim(wkt);
    if (str_starts(wkt, STR("\xEF\xBB\xBF"))) wkt = str_n(wkt.p + 3, wkt.n - 3);
    Str datum = name_of(wkt, "DATUM[\"");
    if (wkt.n > 65536 || !str_utf8_ok(wkt) || !datum.n) return refuse(ctx, STR("?"));
    Str projection = name_of(wkt, "PROJECTION[\"");
    Str name = projection.n ? name_of(wkt, "PROJCS[\"") : name_of(wkt, "GEOGCS[\"");
    if (!datum_known(datum)) return refuse(ctx, name.n ? name : datum);
    if (!contains(wkt, "PROJCS[")) return degrees(wkt) ? 0 : refuse(ctx, name.n ? name : datum);
    out->projected = true;
    bool known = str_ieq(projection, STR("Transverse_Mercator")) || str_ieq(projection, STR("Gauss_Kruger"));
    if (known && metres(wkt) && read_zone(wkt, out)) return 0;
    return refuse(ctx, name.n ? name : projection);
}

/* ---- Krüger ---- */

GeoPoint geo_from_plane(const GeoPlane *plane, double x, double y)
{
    enum { ORDER = 4 };
    if (!plane->projected) return (GeoPoint){x, y};
    const double a = 6378137, f = 1 / 298.257222101, n = f / (2 - f), n2 = n * n, n3 = n2 * n, n4 = n3 * n;
    const double beta[ORDER] = {n / 2 - 2 * n2 / 3 + 37 * n3 / 96 - n4 / 360,
                                n2 / 48 + n3 / 15 - 437 * n4 / 1440, 17 * n3 / 480 - 37 * n4 / 840,
                                4397 * n4 / 161280};
    const double delta[ORDER] = {2 * n - 2 * n2 / 3 - 2 * n3 + 116 * n4 / 45,
                                 7 * n2 / 3 - 8 * n3 / 5 - 227 * n4 / 45, 56 * n3 / 15 - 136 * n4 / 35,
                                 4279 * n4 / 630};
    double radius = plane->k0 * a / (1 + n) * (1 + n2 / 4 + n4 / 64);
    double north = (y - plane->y0) / radius, east = (x - plane->x0) / radius;
    if (!(fabs(north) < M_PI / 2) || !(fabs(east) < 0.5)) return (GeoPoint){x, y};
    double xi = north, eta = east;
    for (int j = 1; j <= ORDER; j++) {
        xi -= beta[j - 1] * sin(2 * j * north) * cosh(2 * j * east);
        eta -= beta[j - 1] * cos(2 * j * north) * sinh(2 * j * east);
    }
    double chi = asin(sin(xi) / cosh(eta)), lat = chi;
    for (int j = 1; j <= ORDER; j++) lat += delta[j - 1] * sin(2 * j * chi);
    return (GeoPoint){plane->lon0 + atan2(sinh(eta), cos(xi)) / DEGREE, lat / DEGREE};
}
