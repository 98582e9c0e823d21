/* Shared inside the slice. */
#pragma once
#include "base/num.h"
#include "mod/point.h"
#include <pthread.h>
#include "base/snapshot.h"
#include "base/ticker.h"

enum { POINT_QUANTITIES = 56 };
extern const DictEntry point_quantities[POINT_QUANTITIES];

/* ---- registry.c: what requests need to know about all points without asking the database. An immutable
 * snapshot. ---- */
typedef struct LivePoint {
    int64_t id; /* 0: no such number */
    int64_t object;
    int64_t interval_ms;
    int64_t since;     /* in service since; TIME_NONE */
    uint32_t district; /* in districts; 0: none */
    uint32_t device;   /* in devices; 0: none */
    uint32_t body;     /* in bodies, the point's owner or its object's; 0: none */
    uint32_t holder;   /* in bodies, the object's owner; 0: none */
    uint16_t field;    /* in fields; 0: none */
    uint8_t role;      /* LIVE_… */
    bool in_service;   /* of a device that is in service too */
    bool must_monitor;
} LivePoint;
enum { LIVE_PLAIN, LIVE_BATTERY, LIVE_SIGNAL }; /* what the point says of its device */
typedef struct LiveDistrict {
    int64_t id;
    const char *code, *name;
    const char *path; /* in its tree */
} LiveDistrict;
typedef LiveDistrict LiveBody;
typedef struct LiveDevice {
    int64_t id;
    const char *code, *name, *kind;
    uint32_t parent; /* in devices; 0: none */
    bool in_service;
} LiveDevice;
typedef struct LiveSet {
    Arena *arena;
    LivePoint *p;        /* by number; index 0 unused */
    uint32_t max;        /* highest number */
    const char **fields; /* [0] is "" */
    size_t nfields;
    LiveDistrict *districts; /* [0] is none */
    size_t ndistricts;
    LiveDevice *devices; /* [0] is none */
    size_t ndevices;
    LiveBody *bodies; /* [0] is none */
    size_t nbodies;
} LiveSet;

/* Indices of `fields` in the order of their codes: that of the set is how the points happened to come. */
const uint32_t *live_fields_in_order(Arena *a, const LiveSet *set);

/* The slice at work in one kernel: from its start hook to its stop hook. */
typedef struct PointLive {
    Kernel *kernel;
    Intake *intake;
    SnapshotSlot *set;
    pthread_mutex_t rebuild; /* one rebuild at a time, so that an older one never overtakes */
    _Atomic uint64_t wanted; /* commits that ask for a rebuild */
    uint64_t sum;            /* of the registry in force; under rebuild */
    bool loaded;
    uint64_t built; /* those that are in; under rebuild */
    Ticker *ticker; /* values.c */
    Arena *arena;   /* of round */
    struct PointRound *round;
    struct PointHealth *health; /* health.c */
    struct PointLive *next;
} PointLive;

/* NULL before start and after stop. */
PointLive *point_live(Kernel *k);
Rc point_live_start(Ctx *ctx, Kernel *k);
void point_live_stop(Kernel *k);
/* The entity's committed hook. */
void point_committed(Kernel *k, const Entity *e);
/* The snapshot for the life of the arena. RC_BUSY when the slice is not at work. */
Rc point_set_take(Ctx *ctx, Kernel *k, PointLive **live, const LiveSet **out);

/* ---- sight.c ---- */
/* 1: visible to the scope. For one point; point_sight answers for many. */
extern const PointReach point_reach; /* service "point_reach" */
bool point_in_scope(const LiveSet *set, const Scope *scope, uint32_t no);

/* ---- values.c ---- */
Rc point_values_start(Ctx *ctx, PointLive *live);
void point_values_stop(PointLive *live);
/* ["id",t,v,q,grade] of a point into buf; returns the length. texts: starts zeroed, goes from row to row. */
#define VALUE_ROW_MAX 128
typedef struct RowTexts {
    NumNear id, t;
} RowTexts;
typedef struct ValueRow {
    int64_t id;
    SeriesLatest v;
    uint8_t grade;
} ValueRow;
size_t point_value_row(RowTexts *texts, const ValueRow *row, char buf[VALUE_ROW_MAX]);

/* ---- health.c ---- */
Rc point_health_start(Ctx *ctx, PointLive *live);
void point_health_stop(PointLive *live);

/* ---- online.c ---- */
bool point_is_online(const LivePoint *p, const SeriesLatest *v, int64_t now);
/* Has it had the time to report since the server began, or since it is in service? */
bool point_is_due(const LivePoint *p, int64_t began, int64_t now);

/* ---- Routes ---- */
Rc point_readings(Req *req, Res *res);
Rc point_readings_csv(Req *req, Res *res);
Rc point_latest(Req *req, Res *res);
Rc point_online(Req *req, Res *res);
Rc point_health(Req *req, Res *res);
Rc point_health_csv(Req *req, Res *res);
Rc point_device_health(Req *req, Res *res);
/* One field error per query parameter that is not in names (NULL-ended; "lang" is always known). */
Rc point_query_only(Req *req, const char *const *names);
