/* Shared inside the slice. */
#pragma once
#include "fence.h"
#include "gateway/jt808_judge.h"
#include "intake/intake.h"
#include "mod/vehicle.h"
#include "base/snapshot.h"
#include "base/strmap.h"

#define VEHICLE_POINT_PREFIX "VEH-"
#define VEHICLE_FENCE_RULE   "VEH-FENCE"

/* ---- vehicle_points.c ---- */
enum {
    V_LAT,
    V_LON,
    V_SPEED,
    V_DIRECTION,
    V_ALTITUDE,
    V_ALARM,
    V_STATUS,
    V_MILEAGE,
    V_FUEL,
    V_FENCE,
    VEHICLE_QUANTITIES
};
typedef struct VehicleQuantity {
    const char *field;  /* of the source key: "lat" */
    const char *suffix; /* of the point's code: "LAT" */
    Text name;
    const char *unit;
    int decimals;
} VehicleQuantity;
extern const VehicleQuantity vehicle_quantities[VEHICLE_QUANTITIES];
/* The vehicle's hook: its points follow it. */
Rc vehicle_changed(Work *w, const Entity *e, const Record *old, const Record *rec);

/* ---- geofence.c ---- */
bool fence_rule_read(Str code, FenceRule *out);

/* ---- vehicle_set.c: all vehicles and fences in force, an immutable snapshot ---- */
typedef struct VehicleItem {
    int64_t id;
    const char *code, *name, *phone, *kind;
    const char *path, *body_path; /* of its owner's district and of its owner; NULL: none */
    bool in_service;
    struct {
        int64_t id;
        uint32_t no; /* 0: none */
    } point[VEHICLE_QUANTITIES];
} VehicleItem;
typedef struct VehicleSet {
    Arena *arena;
    uint64_t turn;  /* which snapshot of the slice this is, from 1 */
    VehicleItem *v; /* by id */
    size_t n;
    StrMap *by_phone;
    Fence *fence;
    size_t nfences;
} VehicleSet;
/* The caller owns *out. */
Rc vehicle_set_build(Work *w, VehicleSet **out);
void vehicle_set_free(void *set);
bool vehicle_in_scope(const VehicleItem *v, const Scope *scope);
const VehicleItem *vehicle_set_find(const VehicleSet *s, int64_t id); /* NULL: none */

/* ---- vehicle_live.c: the slice at work in one kernel ---- */
/* Where a vehicle is, from the newest readings. */
typedef struct VehiclePosition {
    int64_t t; /* TIME_NONE: never */
    double lon, lat, speed, direction;
    int fence;     /* last judged: 0 … 4 */
    uint8_t grade; /* of its most severe active alarm, 0 none */
    uint8_t q;
} VehiclePosition;
Rc vehicle_live_start(Ctx *ctx, Kernel *k);
void vehicle_live_stop(Kernel *k);
void vehicle_committed(Kernel *k, const Entity *e);
void vehicle_expand(Work *w, const Entity *e, const Record *rec, JsonOut *out);
/* The snapshot for the life of the arena. RC_BUSY when the slice is not at work. */
Rc vehicle_set_take(Ctx *ctx, Kernel *k, const VehicleSet **out);
VehiclePosition vehicle_where(Kernel *k, const VehicleItem *v);
/* The plate a terminal told at its registration; empty when it never did since the start. */
Str vehicle_plate_of(Ctx *ctx, Kernel *k, Str phone);

/* ---- vehicle_routes.c ---- */
enum { VEHICLE_ROUTES = 3 };
extern const Route vehicle_routes[VEHICLE_ROUTES];
#define VEHICLE_COLUMNS "[\"id\",\"t\",\"lon\",\"lat\",\"speed\",\"direction\",\"grade\",\"fence\",\"q\"]"
/* One row of those columns, or nothing when it was never anywhere. */
bool vehicle_row(const VehicleItem *v, const VehiclePosition *p, JsonOut *out);
Rc vehicle_track(Req *req, Res *res);

/* ---- track.c: pure ---- */
typedef struct TrackPoint {
    int64_t t;
    double lon, lat, speed; /* speed NaN: not known */
} TrackPoint;
#define TRACK_GAP_MS (10 * INT64_C(60000))
/* Keeps at most `most` (≥ 2) of the points, always the first and the last, so that the place at any time,
 * worked out between two that are kept, is off by no more than a tolerance in metres, the smallest of 5, 10,
 * 20 … that does. In place; returns how many are left. */
size_t track_thin(TrackPoint *p, size_t n, size_t most, double *tolerance);
