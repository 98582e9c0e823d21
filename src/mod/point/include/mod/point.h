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

/* The grade of the most severe active alarm of a point (1 red … 4 blue, 0 none). The alarm slice provides it
 * as service "point_grades" (kernel_provide before kernel_start, or in its start hook); called for many
 * points in a row from request threads, so it must be fast and thread-safe. */
typedef struct PointGrades {
    uint8_t (*grade)(void *ud, uint32_t no);
    void *ud;
} PointGrades;
