/* What a sensor of each kind reports: one row a signal (level, daily swing, slow and fast noise), rain and
 * temperature where they matter, the incidents on top. */
#include "city.h"
#include "base/clock.h"

#include <math.h>

typedef struct Shape {
    double base, spread; /* base ± spread by point */
    double day;          /* swing over the day, evening high */
    double slow, fast;   /* noise over hours and minutes */
    double rain;         /* per mm/h of the last while */
    double warmth;       /* per ℃ above 15 */
} Shape;

/* A table reads as a table. */
/* clang-format off */
static const Shape shapes[SIG_COUNT] = {
    [SIG_CH4_WELL] = {0.03, 0.02, 0.01, 0.02, 0.01, 0, 0},
    [SIG_H2S] = {0.8, 0.6, 0.4, 0.4, 0.2, 0, 0.02},
    [SIG_GAS_MPA] = {0.38, 0.02, -0.012, 0.006, 0.002, 0, 0},
    [SIG_GAS_KPA] = {2.6, 0.2, -0.12, 0.05, 0.03, 0, 0},
    [SIG_GAS_FLOW] = {420, 240, 180, 40, 15, 0, -6},
    [SIG_WATER_MPA] = {0.34, 0.03, -0.025, 0.01, 0.003, 0, 0},
    [SIG_WATER_FLOW] = {260, 150, 110, 25, 8, 0, 1},
    [SIG_TURBIDITY] = {0.35, 0.1, 0.03, 0.08, 0.03, 0.004, 0},
    [SIG_CHLORINE] = {0.45, 0.08, -0.03, 0.03, 0.01, 0, -0.001},
    [SIG_DRAIN_LEVEL] = {0.55, 0.3, 0.12, 0.08, 0.02, 0.016, 0},
    [SIG_RIVER_LEVEL] = {8.4, 0.4, 0.02, 0.25, 0.01, 0.008, 0},
    [SIG_RAIN] = {0, 0, 0, 0, 0, 1, 0},
    [SIG_PONDING] = {0, 0, 0, 0, 0, 0.33, 0},
    [SIG_HEAT_SUPPLY] = {86, 5, -2, 1.5, 0.4, 0, -0.5},
    [SIG_HEAT_RETURN] = {49, 3, -1.5, 1, 0.3, 0, -0.3},
    [SIG_HEAT_MPA] = {0.86, 0.05, 0, 0.01, 0.004, 0, 0},
    [SIG_DEFLECTION] = {6, 3, 2.5, 1, 1.2, 0, 0.25},
    [SIG_STRAIN] = {85, 30, 22, 8, 9, 0, 1.6},
    [SIG_TILT] = {0.05, 0.04, 0.01, 0.01, 0.003, 0, 0.001},
    [SIG_WEIGHT] = {18, 4, 6, 3, 9, 0, 0},
    [SIG_CRACK] = {0.12, 0.08, 0.01, 0.005, 0.003, 0, -0.001},
    [SIG_TRAPPED] = {0, 0, 0, 0, 0, 0, 0},
    [SIG_LIFT_SPEED] = {1.1, 0.2, 0.5, 0.2, 0.7, 0, 0},
    [SIG_FIRE] = {0, 0, 0, 0, 0, 0, 0},
    [SIG_HYDRANT_MPA] = {0.42, 0.06, -0.01, 0.01, 0.004, 0, 0},
    [SIG_TANK_LEVEL] = {8.5, 3, 0.1, 1.4, 0.02, 0, 0},
    [SIG_TANK_MPA] = {0.82, 0.15, 0.01, 0.03, 0.004, 0, 0.004},
    [SIG_TANK_TEMP] = {22, 2, 1.2, 0.8, 0.2, 0, 0.5},
    [SIG_LEL] = {0.8, 0.5, 0.2, 0.5, 0.4, 0, 0},
    [SIG_TOXIC] = {0.04, 0.03, 0.01, 0.02, 0.02, 0, 0},
    [SIG_SEEPAGE] = {11, 2, 0, 0.3, 0.02, -0.008, 0},
    [SIG_DAM_MM] = {4, 2, 0.2, 0.4, 0.2, 0.01, 0},
    [SIG_POND_LEVEL] = {63, 1.5, 0, 0.2, 0.02, 0.004, 0},
    [SIG_COVER] = {1.2, 0.8, 0, 0.2, 0.2, 0, 0},
    [SIG_SETTLE] = {-3, 2, 0, 0.2, 0.08, -0.004, 0},
    [SIG_O2] = {20.8, 0.05, 0, 0.08, 0.05, 0, 0},
    [SIG_HUMIDITY] = {74, 6, -3, 5, 1, 0.08, 0},
    [SIG_TEMPERATURE] = {0, 0.4, 0, 0.3, 0.1, 0, 0},
    [SIG_WIND] = {2.6, 0.8, 0.8, 1.4, 0.9, 0.02, 0},
    [SIG_CROWD] = {0.6, 0.4, 0.6, 0.3, 0.15, -0.01, 0.01},
    [SIG_HEARTBEAT] = {1, 0, 0, 0, 0, 0, 0},
};
/* clang-format on */

/* Water runs off for a while: the mean of the last half hour, weighted to now. */
static double runoff(const City *c, Spot spot, int64_t t, int64_t live_from)
{
    double sum = 0, weight = 0;
    for (int i = 0; i < 8; i++) {
        int64_t at = t - i * 2 * MS_MINUTE;
        double w = 1.0 / (1 + i * 0.35);
        sum += w * (weather_rain(c, at) + incident_rain(spot, at, live_from));
        weight += w;
    }
    return sum / weight;
}

static double plain(const City *c, const CityPoint *p, int64_t t, int64_t live_from)
{
    const Shape *s = &shapes[p->kind->signal];
    Spot spot = p->heartbeat ? c->gateway[p->thing].at : c->thing[p->thing].at;
    double own = (double)(p->key % 2001) / 1000.0 - 1.0;
    double day = (double)((t + CIVIL_SHIFT) % MS_DAY) / (double)MS_DAY;
    double v = s->base + s->spread * own + s->day * sin(2 * M_PI * (day - 0.52 + 0.03 * own));
    v += s->slow * noise(p->key, t, 2 * MS_HOUR) + s->fast * noise(p->key ^ 1, t, 90 * MS_SECOND);
    if (s->rain != 0) {
        if (p->kind->signal == SIG_RAIN) v += weather_rain(c, t) + incident_rain(spot, t, live_from);
        else v += s->rain * runoff(c, spot, t, live_from);
    }
    if (s->warmth != 0) v += s->warmth * (weather_temperature(c, t) - 15);
    if (p->kind->signal == SIG_TEMPERATURE) v += weather_temperature(c, t);
    return v;
}

double signal_value(const City *c, uint32_t point, int64_t t, int64_t live_from)
{
    const CityPoint *p = &c->point[point];
    Effect e = incident_effect(c, point, t, live_from);
    if (e.silent) return NAN;
    double v = plain(c, p, e.frozen ? e.since : t, live_from) * e.scale + e.add;
    double unit = pow(10, p->kind->decimals);
    v = fmin(p->kind->hi, fmax(p->kind->lo, v));
    return round(v * unit) / unit + 0.0;
}
