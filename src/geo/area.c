/* Prepared polygons of GEOS. A prepared geometry builds its index when it is first asked, so it is asked once
 * while it is made; a lock keeps later questions apart all the same, because GEOS promises nothing. */
#include "geo/area.h"

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
