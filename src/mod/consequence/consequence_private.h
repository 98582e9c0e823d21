/* Shared inside the slice. Places are degrees in records and answers, metres east and north of the source in
 * between (a plane: within 0.5 % over the 20 km that matter). */
#pragma once
#include "kernel/paper.h"
#include "mod/consequence.h"

#define TE (&protected_target_entity)
#define CE (&consequence_entity)
#define SE (&safety_check_entity)

enum { CONSEQUENCE_PAPERS = 1, SAFETY_PAPERS = 1, ZONES_MOST = 24, INSIDE_MOST = 20000, LISTED_MOST = 300 };
extern const PaperKind consequence_papers[CONSEQUENCE_PAPERS], safety_papers[SAFETY_PAPERS];

/* ---- place.c ---- */
typedef struct Origin {
    double lon, lat;
} Origin;
void place_metres(Origin o, double lon, double lat, double *east, double *north);
void place_degrees(Origin o, double east, double north, double *lon, double *lat);

/* ---- zone.c ---- */
/* One level of an effect around the source. */
typedef struct Zone {
    double level, ppm; /* ppm NAN: not said */
    const char *unit;
    Str harm, source, mark;     /* of the level */
    double distance_m, width_m; /* NAN: the level is not reached */
    double (*ring)[2];          /* east, north; the last equals the first; NULL: a circle of distance_m */
    size_t n;
    bool beyond;
} Zone;
/* The zones of an answer of src/risk, the most severe first. wind_from: degrees clockwise from north, for a
 * plume. */
size_t zones_read(Ctx *ctx, Str model, const Json *answer, double wind_from, Zone out[ZONES_MOST]);
bool zone_has(const Zone *z, double east, double north);
double zones_reach(const Zone *z, size_t n);               /* the largest distance; 0: none is reached */
void zone_geometry(const Zone *z, Origin o, JsonOut *out); /* a GeoJSON Polygon, or null */

/* ---- inside.c ---- */
/* Who lives, learns, heals or works inside, of what the caller may see. */
typedef struct Inside {
    Str kind, cls, code, name;
    double east, north, lon, lat, metres;
    int64_t people; /* -1: not registered */
    size_t zone;    /* the most severe that holds it */
} Inside;
typedef struct InsideList {
    Inside *v;
    size_t n;
    int64_t people, unknown;
    bool cut; /* there were more than INSIDE_MOST */
} InsideList;
Rc inside_find(Work *w, Origin o, const Zone *zones, size_t nzones, InsideList *out);
/* All within a distance, the nearest first. */
Rc inside_near(Work *w, Origin o, double metres, InsideList *out);

/* ---- compute.c ---- */
typedef struct Question {
    Str model, inputs; /* inputs: one JSON object */
    Origin origin;
    double wind_from; /* NAN: not given */
} Question;
typedef struct Counted {
    int64_t targets, people, unknown;
    double reach_m;
} Counted;
/* The whole answer as JSON; wrong members are named as "inputs.<member>". */
Rc consequence_answer(Work *w, const Question *q, Str *out, Counted *counted);

/* ---- ground.c ---- */
/* The base map around a place as shapes of a paper's map (open array "shapes"). */
Rc ground_shapes(Work *w, Origin o, const double bounds[4], JsonOut *out);
/* One shape from a GeoJSON geometry in degrees. */
void ground_geometry(Origin o, const Json *geometry, const char *colour, bool area, JsonOut *out);
void ground_dot(double east, double north, const char *colour, Str label, JsonOut *out);

/* ---- routes.c, safety.c ---- */
Rc consequence_compute(Req *req, Res *res);
Rc consequence_models(Req *req, Res *res);
