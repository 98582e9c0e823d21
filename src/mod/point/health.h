/* The health of points and devices, shared inside the slice: what the ticker measures (health.c), how points
 * add up to devices (health_sum.c, pure), the routes (health_routes.c). */
#pragma once
#include "point_private.h"
#include "base/clock.h"

/* Measured of one point. */
typedef struct HealthPoint {
    int64_t seen;              /* time of the newest reading at the last look; TIME_NONE: none */
    int64_t measured_at;       /* 0: not yet */
    int64_t window_ms, gap_ms; /* over which it was measured; the longest silence in it */
    uint32_t received, bad, expected, gaps;
    int32_t late_ms; /* arrival less the reading's own time, smoothed; HEALTH_UNKNOWN */
} HealthPoint;
#define HEALTH_UNKNOWN INT32_MIN

/* How late a new reading came, seen at now. The first one after a start is no news: it may have come long
 * ago. */
void health_note_arrival(HealthPoint *p, int64_t t, int64_t now);
/* Readings of [from, to) of a point with this period. A silence longer than two and a half periods is a gap,
 * also at the ends. Bad ones are counted and fill no gap. */
void health_measure(const SeriesRow *rows, size_t n, int64_t from, int64_t to, int64_t interval_ms,
                    HealthPoint *out);

typedef enum {
    HEALTH_OFFLINE, /* nothing of it reports */
    HEALTH_PARTIAL, /* something of it does not */
    HEALTH_FAULT,   /* stuck or clock fault */
    HEALTH_POOR,    /* gaps, bad readings, late, low battery */
    HEALTH_OK,
    HEALTH_WAITING, /* no point has had the time to report since the start of the server or of its service */
    HEALTH_IDLE,    /* out of service, or without points */
    HEALTH_STATES
} HealthState;
extern const char *const health_state_names[HEALTH_STATES];

enum { FAULT_OFFLINE = 1, FAULT_STUCK = 2, FAULT_CLOCK = 4 };

/* A device, or the points that belong to none (device 0). */
typedef struct DeviceHealth {
    uint32_t device;
    uint32_t points, online;            /* in service; without those that wait */
    uint32_t waiting;                   /* silent, but not due yet */
    uint32_t children, children_online; /* devices below it */
    int64_t last_t;                     /* newest reading; TIME_NONE */
    uint64_t received, bad, expected;
    uint32_t gaps;
    int64_t gap_ms;
    int32_t late_ms; /* the latest of its points */
    unsigned faults;
    double battery, signal; /* NaN: no such point */
    HealthState state;
    double score; /* greater is worse */
} DeviceHealth;

/* What the routes work on: everything of one moment, by number. */
typedef struct HealthView {
    const LiveSet *set;
    const SeriesLatest *latest;
    const HealthPoint *measured;
    const uint8_t *faults;
    int64_t now, began;      /* began: the server */
    const PointSight *sight; /* of the asker */
} HealthView;

/* One entry a device, in the order of the set; [0] is for points without a device. */
void health_sum(const HealthView *v, DeviceHealth *out);
HealthState health_of_point(const HealthView *v, uint32_t no);

int64_t health_began(const PointLive *live);
/* Copies what was measured for numbers 0 … max; asks the ticker to go on measuring. */
void health_read(PointLive *live, const LiveSet *set, HealthPoint *out);
