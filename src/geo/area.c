/* The adapter of GEOS: prepared polygons, the validity of areas, shares of areas. A prepared geometry builds
 * its index when it is first asked, so it is asked once while it is made; a lock keeps later questions apart
 * all the same, because GEOS promises nothing. */
#include "geo/area.h"
#include "shape_private.h"

#include <geos_c.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

struct GeoArea {
    GEOSContextHandle_t geos;
    GEOSGeometry *shape;
    const GEOSPreparedGeometry *prepared;
    double west, south, east, north;
    pthread_mutex_t lock;
};

static void quiet(const char *message, void *ud)
{
    (void)message, (void)ud; /* the reason is asked for by GEOSisValidReason */
}

void geo_area_free(GeoArea **ap)
{
    GeoArea *a = *ap;
    if (!a) return;
    if (a->prepared) GEOSPreparedGeom_destroy_r(a->geos, a->prepared);
    if (a->shape) GEOSGeom_destroy_r(a->geos, a->shape);
    GEOS_finish_r(a->geos);
    pthread_mutex_destroy(&a->lock);
    free(a);
    *ap = NULL;
}

static GEOSGeometry *polygon(GEOSContextHandle_t geos, const GeoPoint *ring, size_t n)
{
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(geos, (unsigned)n, 2);
    if (!seq) return NULL;
    for (unsigned i = 0; i < n; i++) GEOSCoordSeq_setXY_r(geos, seq, i, ring[i].lon, ring[i].lat);
    GEOSGeometry *line = GEOSGeom_createLinearRing_r(geos, seq); /* owns seq, also when it fails */
    return line ? GEOSGeom_createPolygon_r(geos, line, NULL, 0) : NULL;
}

static void measure(GeoArea *a, const GeoPoint *ring, size_t n)
{
    a->west = a->east = ring[0].lon;
    a->south = a->north = ring[0].lat;
    for (size_t i = 1; i < n; i++) {
        a->west = fmin(a->west, ring[i].lon);
        a->east = fmax(a->east, ring[i].lon);
        a->south = fmin(a->south, ring[i].lat);
        a->north = fmax(a->north, ring[i].lat);
    }
}

static bool closed(const GeoPoint *ring, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(ring[i].lon) || !isfinite(ring[i].lat)) return false;
    return n >= 4 && ring[0].lon == ring[n - 1].lon && ring[0].lat == ring[n - 1].lat;
}

static Rc check(Ctx *ctx, GeoArea *a)
{
    if (a->shape && GEOSisValid_r(a->geos, a->shape) == 1) return RC_OK;
    char *why = a->shape ? GEOSisValidReason_r(a->geos, a->shape) : NULL;
    Rc rc = FAIL(ctx, RC_INVALID, "geo.area", "多边形无效：%s", "the polygon is not valid: %s",
                 why ? arena_strdup(ctx->arena, why) : "ring");
    if (why) GEOSFree_r(a->geos, why);
    return rc;
}

Rc geo_area_new(Ctx *ctx, const GeoPoint *ring, size_t n, GeoArea **out)
{
    *out = NULL;
    if (!closed(ring, n))
        return FAIL(ctx, RC_INVALID, "geo.area", "多边形至少要三个顶点，且首尾相同",
                    "a polygon needs three corners at least and ends where it begins");
    GeoArea *a = calloc(1, sizeof *a);
    ENSURE(a);
    pthread_mutex_init(&a->lock, NULL);
    a->geos = GEOS_init_r();
    ENSURE(a->geos);
    GEOSContext_setErrorMessageHandler_r(a->geos, quiet, NULL);
    GEOSContext_setNoticeMessageHandler_r(a->geos, quiet, NULL);
    a->shape = polygon(a->geos, ring, n);
    Rc rc = check(ctx, a);
    if (rc >= 0) {
        a->prepared = GEOSPrepare_r(a->geos, a->shape);
        ENSURE(a->prepared);
        measure(a, ring, n);
        geo_area_has(a, ring[0]);
        *out = a;
        return RC_OK;
    }
    geo_area_free(&a);
    return rc;
}

bool geo_area_has(const GeoArea *ca, GeoPoint p)
{
    GeoArea *a = (GeoArea *)(uintptr_t)ca;
    if (!(p.lon >= a->west && p.lon <= a->east && p.lat >= a->south && p.lat <= a->north)) return false;
    pthread_mutex_lock(&a->lock);
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(a->geos, p.lon, p.lat);
    bool has = point && GEOSPreparedIntersects_r(a->geos, a->prepared, point) == 1;
    GEOSGeom_destroy_r(a->geos, point);
    pthread_mutex_unlock(&a->lock);
    return has;
}

double geo_metres(GeoPoint a, GeoPoint b)
{
    const double radius = 6371008.8, degree = 3.14159265358979323846 / 180;
    double dlat = (b.lat - a.lat) * degree, dlon = (b.lon - a.lon) * degree;
    double h = pow(sin(dlat / 2), 2) + cos(a.lat * degree) * cos(b.lat * degree) * pow(sin(dlon / 2), 2);
    return 2 * radius * asin(fmin(1, sqrt(h)));
}

/* ---- Shapes as GEOS has them ---- */

static GEOSContextHandle_t geos_open(void)
{
    GEOSContextHandle_t geos = GEOS_init_r();
    ENSURE(geos);
    GEOSContext_setErrorMessageHandler_r(geos, quiet, NULL);
    GEOSContext_setNoticeMessageHandler_r(geos, quiet, NULL);
    return geos;
}

static GEOSGeometry *ring_of(GEOSContextHandle_t geos, const GeoShape *s, const GeoPart *part)
{
    _Static_assert(sizeof(GeoPoint) == 2 * sizeof(double), "positions are pairs");
    GEOSCoordSequence *seq =
        GEOSCoordSeq_copyFromBuffer_r(geos, &s->p[part->first].lon, (unsigned)part->n, 0, 0);
    return seq ? GEOSGeom_createLinearRing_r(geos, seq) : NULL;
}

/* The polygon that begins at parts[*i]; *i moves behind it. */
static GEOSGeometry *polygon_at(GEOSContextHandle_t geos, Arena *a, const GeoShape *s, size_t *i)
{
    GEOSGeometry *shell = ring_of(geos, s, &s->parts[(*i)++]);
    size_t last = *i, n = 0;
    while (last < s->nparts && !s->parts[last].outer) last++;
    GEOSGeometry **holes = ARENA_ARRAY(a, GEOSGeometry *, last - *i + 1);
    for (; *i < last; ++*i)
        if ((holes[n] = ring_of(geos, s, &s->parts[*i]))) n++;
    return shell ? GEOSGeom_createPolygon_r(geos, shell, holes, (unsigned)n) : NULL;
}

static GEOSGeometry *area_of(GEOSContextHandle_t geos, Arena *a, const GeoShape *s)
{
    GEOSGeometry **polygons = ARENA_ARRAY(a, GEOSGeometry *, s->nparts);
    size_t n = 0;
    for (size_t i = 0; i < s->nparts;) {
        GEOSGeometry *g = polygon_at(geos, a, s, &i);
        if (g) polygons[n++] = g;
    }
    return n == 1 ? polygons[0] : GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, polygons, (unsigned)n);
}

typedef struct Fault {
    const char *geos, *code;
    Text text;
} Fault;
/* By the words of GEOS. */
static const Fault faults[] = {
    {"Self-intersection", "crossing", T("多边形的边界自相交", "the border crosses itself")},
    {"Ring Self-intersection", "crossing", T("多边形的环与自身相接", "a ring touches itself")},
    {"Hole lies outside shell", "hole", T("孔洞在外环之外", "a hole lies outside its ring")},
    {"Holes are nested", "hole", T("孔洞互相包含", "a hole lies in a hole")},
    {"Interior is disconnected", "hole", T("孔洞把多边形割断", "holes cut the polygon in two")},
    {"Nested shells", "overlap", T("多边形互相包含", "a polygon lies in another of the same geometry")},
    {"Duplicate Rings", "overlap", T("有重复的环", "a ring stands twice")},
};

static Rc tell_fault(Ctx *ctx, const GeoField *f, const char *why, const double at[2])
{
    static const Fault other = {"", "crossing", T("多边形无效", "the polygon is not valid")};
    const Fault *found = &other;
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        if (why && !strcmp(why, faults[i].geos)) found = &faults[i];
    return FAIL_FIELD(ctx, f->name, found->code, f->line, "%s（在 [%.6f, %.6f] 附近）",
                      "%s (near [%.6f, %.6f])", text_in(found->text, ctx->lang), at[0], at[1]);
}

Rc shape_areas_check(Ctx *ctx, const GeoField *f, const GeoShape *s)
{
    GEOSContextHandle_t geos = geos_open();
    GEOSGeometry *g = area_of(geos, ctx->arena, s), *place = NULL;
    char *why = NULL;
    double at[2] = {s->p[0].lon, s->p[0].lat};
    Rc rc = 0;
    if (!g || GEOSisValidDetail_r(geos, g, 0, &why, &place) != 1) {
        if (place) {
            GEOSGeomGetX_r(geos, place, &at[0]);
            GEOSGeomGetY_r(geos, place, &at[1]);
        }
        rc = tell_fault(ctx, f, why, at);
    }
    if (place) GEOSGeom_destroy_r(geos, place);
    if (why) GEOSFree_r(geos, why);
    if (g) GEOSGeom_destroy_r(geos, g);
    GEOS_finish_r(geos);
    return rc;
}

static GeoPoint place_in_area(const GeoShape *s)
{
    Arena *a = arena_new(0);
    GEOSContextHandle_t geos = geos_open();
    GEOSGeometry *g = area_of(geos, a, s), *at = g ? GEOSPointOnSurface_r(geos, g) : NULL;
    GeoPoint p = s->p[0];
    if (at) {
        GEOSGeomGetX_r(geos, at, &p.lon);
        GEOSGeomGetY_r(geos, at, &p.lat);
        GEOSGeom_destroy_r(geos, at);
    }
    if (g) GEOSGeom_destroy_r(geos, g);
    GEOS_finish_r(geos);
    arena_free(&a);
    return p;
}

GeoPoint geo_shape_place(const GeoShape *s)
{
    if (s->kind == GEO_AREA) return place_in_area(s);
    if (s->kind == GEO_POINT) return s->p[0];
    size_t longest = 0;
    for (size_t i = 1; i < s->nparts; i++)
        if (s->parts[i].n > s->parts[longest].n) longest = i;
    const GeoPart *part = &s->parts[longest];
    const GeoPoint *a = &s->p[part->first + (part->n - 1) / 2];
    if (part->n != 2) return *a;
    return (GeoPoint){(a[0].lon + a[1].lon) / 2, (a[0].lat + a[1].lat) / 2};
}

/* ---- Regions ---- */

struct GeoRegion {
    GEOSContextHandle_t geos;
    GEOSGeometry *shape;
    const GEOSPreparedGeometry *prepared;
    pthread_mutex_t lock;
};

Rc geo_region_new(Ctx *ctx, const GeoShape *area, GeoRegion **out)
{
    *out = NULL;
    if (area->kind != GEO_AREA) return FAIL(ctx, RC_INVALID, "geo.area", "不是多边形", "not a polygon");
    GeoRegion *r = calloc(1, sizeof *r);
    ENSURE(r);
    pthread_mutex_init(&r->lock, NULL);
    r->geos = geos_open();
    r->shape = area_of(r->geos, ctx->arena, area);
    r->prepared = r->shape ? GEOSPrepare_r(r->geos, r->shape) : NULL;
    if (!r->prepared) {
        geo_region_free(&r);
        return FAIL(ctx, RC_INVALID, "geo.area", "多边形无效", "the polygon is not valid");
    }
    *out = r;
    return 0;
}

void geo_region_free(GeoRegion **rp)
{
    GeoRegion *r = *rp;
    if (!r) return;
    if (r->prepared) GEOSPreparedGeom_destroy_r(r->geos, r->prepared);
    if (r->shape) GEOSGeom_destroy_r(r->geos, r->shape);
    GEOS_finish_r(r->geos);
    pthread_mutex_destroy(&r->lock);
    free(r);
    *rp = NULL;
}

/* Of the nearest positions of two geometries, in metres. */
static double nearest(const GeoRegion *r, const GEOSGeometry *point, GeoPoint p)
{
    double lon = p.lon, lat = p.lat;
    GEOSCoordSequence *pair = GEOSPreparedNearestPoints_r(r->geos, r->prepared, point);
    if (pair) GEOSCoordSeq_getXY_r(r->geos, pair, 0, &lon, &lat);
    if (pair) GEOSCoordSeq_destroy_r(r->geos, pair);
    return geo_metres((GeoPoint){lon, lat}, p);
}

double geo_region_away(const GeoRegion *cr, GeoPoint p)
{
    GeoRegion *r = (GeoRegion *)(uintptr_t)cr;
    pthread_mutex_lock(&r->lock);
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(r->geos, p.lon, p.lat);
    bool in = point && GEOSPreparedIntersects_r(r->geos, r->prepared, point) == 1;
    double away = in || !point ? 0 : nearest(r, point, p);
    GEOSGeom_destroy_r(r->geos, point);
    pthread_mutex_unlock(&r->lock);
    return away;
}

static double share_of_area(GeoRegion *r, Arena *a, const GeoShape *s)
{
    double all = 0, in = 0;
    GEOSGeometry *g = area_of(r->geos, a, s);
    GEOSGeometry *both = g ? GEOSIntersection_r(r->geos, g, r->shape) : NULL;
    if (both) {
        GEOSArea_r(r->geos, g, &all);
        GEOSArea_r(r->geos, both, &in);
        GEOSGeom_destroy_r(r->geos, both);
    }
    if (g) GEOSGeom_destroy_r(r->geos, g);
    return all > 0 ? fmin(1, in / all) : 0;
}

double geo_region_share(const GeoRegion *cr, const GeoShape *s)
{
    GeoRegion *r = (GeoRegion *)(uintptr_t)cr;
    double share;
    if (s->kind == GEO_AREA) {
        Arena *a = arena_new(0);
        pthread_mutex_lock(&r->lock);
        share = share_of_area(r, a, s);
        pthread_mutex_unlock(&r->lock);
        arena_free(&a);
        return share;
    }
    size_t in = 0;
    for (size_t i = 0; i < s->n; i++) in += geo_region_away(r, s->p[i]) == 0;
    return s->n ? (double)in / (double)s->n : 0;
}
