/* A made-up city for the grid's test and bench: sources, wind and rates from a fixed seed. */
#pragma once
#include "risk/grid.h"

#include <math.h>
#include <string.h>

static inline double scene_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* n sources on a square of side metres; 12 sectors, 6 classes. events has room for n. */
static inline RiskScene scene_make(RiskEvent *events, size_t n, double side)
{
    static const double speeds[RISK_CLASSES] = {1.5, 2, 3, 5, 3, 1.5};
    static const double shares[RISK_CLASSES] = {0.03, 0.08, 0.15, 0.5, 0.12, 0.12};
    RiskScene s = {.terrain = RISK_RURAL, .events = events, .nevents = n};
    uint64_t seed = 7;
    double sum = 0;
    s.wind.sectors = 12;
    memcpy(s.wind.wind_m_s, speeds, sizeof speeds);
    for (int c = 0; c < RISK_CLASSES; c++)
        for (size_t i = 0; i < 12; i++) sum += s.wind.share[c][i] = shares[c] * (0.5 + scene_random(&seed));
    for (int c = 0; c < RISK_CLASSES; c++)
        for (size_t i = 0; i < 12; i++) s.wind.share[c][i] /= sum;
    for (size_t i = 0; i < n; i++) {
        const RiskProbit *p = &risk_probit_ppm[i % 3]; /* chlorine, ammonia, hydrogen sulfide */
        events[i] = (RiskEvent){.kind = RISK_EVENT_PLUME,
                                .x_m = side * scene_random(&seed),
                                .y_m = side * scene_random(&seed),
                                .per_year = 1e-6 * pow(10, 1.5 * scene_random(&seed)),
                                .rate_kg_s = 0.5 * pow(20, scene_random(&seed)),
                                .height_m = 5 * scene_random(&seed),
                                .minutes = 30,
                                .a = p->a,
                                .b = p->b,
                                .n = p->n,
                                .unit = risk_ppm(1, p->molar_g_mol)};
    }
    return s;
}
