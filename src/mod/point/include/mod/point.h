/* Points (测点): one measured quantity at one place. A point has a dense number (`no`, from 1, never reused)
 * by which readings, the watch and the intake know it. */
#pragma once
#include "intake/intake.h"
#include "kernel/kernel.h"

extern const Module mod_point;
extern const Entity point_entity;

/* The registry of all points that are not archived. The caller owns *out; intake_open and intake_reload take
 * it over. */
Rc point_registry_build(Work *w, Registry **out);

/* Which points a principal sees, by number, for what is answered from memory. NULL: all of them. Lives as
 * long as ctx's arena. */
typedef struct PointSight PointSight;
Rc point_sight(Ctx *ctx, Kernel *k, const Principal *who, const PointSight **out);
bool point_seen(const PointSight *sight, uint32_t no);

/* Of those that who sees (NULL: all). How many points are in service, online, must be monitored, and of those
 * in service: all, and by district (id 0: those of no district; districts without such points are left out).
 * The texts are valid during the call. RC_BUSY before the slice has started. */
typedef struct PointCount {
    int64_t total, online, must, monitored;
} PointCount;
typedef void (*PointCountFn)(void *ud, int64_t district, const char *code, const char *name,
                             const PointCount *n);
Rc point_count(Ctx *ctx, Kernel *k, const Principal *who, int64_t now, PointCount *all, PointCountFn fn,
               void *ud);

/* The grade of the most severe active alarm of a point (1 red … 4 blue, 0 none). The alarm slice provides it
 * as service "point_grades" (kernel_provide before kernel_start, or in its start hook); called for many
 * points in a row from request threads, so it must be fast and thread-safe. */
typedef struct PointGrades {
    uint8_t (*grade)(void *ud, uint32_t no);
    void *ud;
} PointGrades;
