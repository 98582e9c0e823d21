/* Geometries of records as GeoJSON (RFC 7946): read strictly, every fault told by name and place, brought
 * into one form. Coordinates are degrees (CGCS2000). Pure; n log n in the number of positions.
 */
#pragma once
#include "base/json.h"
#include "geo/area.h"

enum { GEO_POSITIONS_MOST = 100000, GEO_PARTS_MOST = 20000 };

typedef struct GeoPart {
    size_t first, n; /* positions */
    bool outer;      /* of an area: a polygon begins; its holes follow */
} GeoPart;

typedef struct GeoShape {
    enum { GEO_POINT = 1, GEO_LINE, GEO_AREA } kind;
    const char *type; /* "MultiPolygon" */
    GeoPoint *p;
    size_t n;
    GeoPart *parts; /* one a ring, line or set of points */
    size_t nparts;
    double west, south, east, north;
    double metres;  /* length of lines, else 0 */
    double metres2; /* of areas, holes taken out, else 0; degrees as a plane at the middle's latitude */
    bool flat;      /* a height was left out */
    bool turned;    /* a ring ran the wrong way round and was turned */
} GeoShape;

/* Where positions may lie. */
typedef struct GeoReach {
    double west, south, east, north;
} GeoReach;
extern const GeoReach geo_china; /* 73…136 E, 3…54 N */
extern const GeoReach geo_world;

/* The field that a geometry stands in, for messages; line 0: none. */
typedef struct GeoField {
    const char *name;
    int64_t line;
} GeoField;

/* RC_INVALID with one field error: "type" (not one of the six types, nested wrongly), "few" (too few
 * positions), "closed" (a ring's end is not its beginning), "swapped" (longitude and latitude changed over),
 * "range" (beyond reach), "empty" (no length, no area), "crossing" (a ring crosses or touches itself),
 * "hole" (outside its ring, or holes that overlap), "overlap" (polygons of one geometry), "limit". The
 * message says which part and where. Rings are turned as RFC 7946 asks, outer ones against the clock. Lives
 * in ctx's arena. */
Rc geo_shape_read(Ctx *ctx, const GeoField *f, const Json *geometry, const GeoReach *reach, GeoShape *out);
/* The geometry of out as GeoJSON: two coordinates a position, rings turned. */
void geo_shape_write(const GeoShape *s, JsonOut *out);
/* A place on the shape: inside an area, on a line. */
GeoPoint geo_shape_place(const GeoShape *s);
/* Does it look as if longitude and latitude were changed over? True where the pair lies in China only when
 * swapped. */
bool geo_swapped(double lon, double lat);

/* Areas that are asked again and again, such as districts: polygons of a shape, prepared. Any thread. */
typedef struct GeoRegion GeoRegion;
Rc geo_region_new(Ctx *ctx, const GeoShape *area, GeoRegion **out);
void geo_region_free(GeoRegion **r);
/* How far a place lies outside, in metres (0: inside or on the edge); good for short distances. */
double geo_region_away(const GeoRegion *r, GeoPoint p);
/* The share (0…1) of a shape's positions (point, line) or area that lies in the region. */
double geo_region_share(const GeoRegion *r, const GeoShape *s);
