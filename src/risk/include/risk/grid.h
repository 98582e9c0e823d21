/* Individual risk: the yearly chance that somebody who is always there dies, at a place or on a grid, from
 * events with a wind rose. x east, y north, metres. */
#pragma once
#include "risk/model.h"

#define RISK_SECTORS_MAX  36
#define RISK_CLASSES      6
#define RISK_PLUME_NEAR   1.0 /* m: nearer than this a plume is left out */
#define RISK_RADIAL_STEPS 128

typedef struct RiskWind {
    size_t sectors;
    double wind_m_s[RISK_CLASSES];                /* of each stability class */
    double share[RISK_CLASSES][RISK_SECTORS_MAX]; /* together 1; sector i: wind from i·360°/sectors, clockwise
                                                     from north; the plume follows its middle */
} RiskWind;

typedef enum { RISK_EVENT_PLUME, RISK_EVENT_RADIAL } RiskEventKind;
typedef struct RiskEvent {
    RiskEventKind kind;
    double x_m, y_m, per_year;
    /* plume: death at the ground by Pr = a + b·ln((unit·C)ⁿ·minutes), C in kg/m³; up to RISK_PLUME_X_MAX
     * downwind */
    double rate_kg_s, height_m, minutes, a, b, n, unit;
    /* radial: probability at r = i·radius_m/RISK_RADIAL_STEPS, linear between, 0 from radius_m on */
    double radius_m;
    const float *death; /* [RISK_RADIAL_STEPS + 1] */
} RiskEvent;

typedef struct RiskScene {
    RiskTerrain terrain;
    RiskWind wind;
    const RiskEvent *events;
    size_t nevents;
} RiskScene;

/* Probability of death at a place from one event with one class and sector of the wind. */
double risk_event_death(const RiskScene *s, const RiskEvent *e, int stability, size_t sector, double x,
                        double y);
/* A year's risk at a place, term by term in double precision: the reference. */
double risk_individual_at(const RiskScene *s, double x, double y);
double risk_individual_of(const RiskScene *s, const RiskEvent *e, double x, double y); /* of one event */

typedef struct RiskGrid {
    double x0_m, y0_m, step_m; /* middle of the first cell, distance of middles */
    int nx, ny;
} RiskGrid;

#define RISK_GRID_RELATIVE 0.002
/* The same on a grid: out[iy * nx + ix]. Plumes are left out where they kill with so small a probability that
 * all that is left out together stays below `tolerance` a year; single precision and tables add at most
 * RISK_GRID_RELATIVE of the value: |out − reference| ≤ tolerance + RISK_GRID_RELATIVE · reference. Uses up to
 * `threads` threads. Returns how many terms were evaluated. */
uint64_t risk_individual_grid(const RiskScene *s, const RiskGrid *g, double tolerance, unsigned threads,
                              double *out);

/* ---- Lines of equal risk: closed rings around where the value is at least the level. ---- */
typedef struct RiskRing {
    double (*points)[2]; /* the last equals the first */
    size_t n;
} RiskRing;
/* Rings in the arena; *out_area gets the area of cells at or above the level. */
size_t risk_contour(Arena *arena, const RiskGrid *g, const double *values, double level, RiskRing **out,
                    double *out_area);
