/* Where records lie, as it is checked when they are written, by whichever way they come. A field "geometry"
 * (F_JSON) is a GeoJSON geometry: every fault is a field error by name (geo/shape.h), rings are turned as RFC
 * 7946 asks, and empty fields lon and lat get a place on the shape. A record with a field "district" should
 * lie in it. */
#pragma once
#include "geo/shape.h"
#include "kernel/kernel.h"

/* How a shape lies to a district. */
typedef struct PlaceVerdict {
    bool known;        /* the border of the district, or of one above it, is known */
    const char *title; /* of the district whose border it is; in w's arena */
    double away_m;     /* of a point: how far outside, 0: inside */
    double share;      /* of a line's positions or an area that lies inside, 0…1 */
} PlaceVerdict;
typedef Rc (*PlaceJudge)(Work *w, int64_t district, const GeoShape *s, PlaceVerdict *out);
/* Who knows the borders; in a module's start hook. Without one nothing is judged. */
void kernel_judge_places(Kernel *k, PlaceJudge fn);

/* What a caller should know though the record was taken: a line of "warnings" in the answer. */
typedef struct Warned {
    const char *field, *code, *message;
    const struct Warned *next;
} Warned;
void work_warn(Work *w, const char *field, const char *code, const char *message);
