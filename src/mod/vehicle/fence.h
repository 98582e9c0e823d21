/* Geofences as a pure matter: no database, no clock. */
#pragma once
#include "base/json.h"
#include "geo/area.h"

#define FENCE_CORNERS_MAX 500
#define FENCES_MAX        500      /* switched on: every position is judged by all of them */
#define FENCE_RADIUS_MIN  10.0     /* m */
#define FENCE_RADIUS_MAX  100000.0 /* m */

typedef enum { FENCE_KEEP_IN, FENCE_KEEP_OUT, FENCE_SPEED } FenceRule;

/* {"type":"Polygon","coordinates":[[[lon,lat],…]]} without holes, or
 * {"type":"Circle","center":[lon,lat],"radius":metres}. */
typedef struct FenceShape {
    GeoArea *area; /* NULL: a circle */
    GeoPoint centre;
    double radius;
} FenceShape;

/* Field errors on "shape" say what is wrong and where. The caller closes *out. */
Rc fence_shape_read(Ctx *ctx, const Json *j, FenceShape *out);
void fence_shape_close(FenceShape *s);
bool fence_shape_has(const FenceShape *s, GeoPoint p); /* inside or on the edge */

/* "06:00" as minutes of the day; false: not a time of day. */
bool fence_hour_read(Str s, int *out);

typedef struct Fence {
    int64_t id;
    const char *code, *name;
    FenceRule rule;
    double limit; /* km/h, for FENCE_SPEED */
    uint8_t grade;
    int from, to;                 /* minutes of the civil day; equal: all day; from > to: over midnight */
    int64_t valid_from, valid_to; /* TIME_NONE: open */
    Str kinds;                    /* " hazmat coach ": with a blank on both sides; empty: all */
    int64_t vehicle;              /* 0: all */
    FenceShape shape;
} Fence;

typedef struct FencePosition {
    int64_t vehicle;
    Str kind;
    GeoPoint at;
    double speed; /* km/h */
    int64_t t;
} FencePosition;

/* Does the fence concern this vehicle at this time? */
bool fence_applies(const Fence *f, const FencePosition *p);
/* Is it broken? Only for one that applies. */
bool fence_broken(const Fence *f, const FencePosition *p);
/* Indexes of the broken ones into broken (at most max); *grade is the most severe of all that are broken, 0
 * when none. Returns how many are broken. */
size_t fence_judge(const Fence *fences, size_t n, const FencePosition *p, size_t *broken, size_t max,
                   uint8_t *grade);
