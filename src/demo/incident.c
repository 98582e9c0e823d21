/* Scripted incidents of the live simulation, one table: what happens, when in a cycle of forty minutes, to
 * which thing, with what effect on which signal. Each cycle takes other things, so that the city does not
 * ring at the same spot for ever. */
#include "city.h"
#include "base/clock.h"

#include <math.h>

#define CYCLE     (40 * MS_MINUTE)
#define SECOND(n) ((n)*MS_SECOND)

typedef enum { RAMP, STEP, BURST, SILENT, FROZEN } Course;

typedef struct Incident {
    const char *prefix;
    size_t nth, stride; /* which thing in cycle k: nth + k × stride */
    int64_t begin, rise, length;
    Signal signal;
    Course course;
    double add;
} Incident;

/* A table reads as a table. */
/* clang-format off */
static const Incident incidents[] = {
    /* gas leaks into a manhole; the neighbour along the road follows later and weaker */
    {"GAS", 11, 37, SECOND(6), SECOND(90), 9 * MS_MINUTE, SIG_CH4_WELL, RAMP, 3.1},
    {"GAS", 12, 37, SECOND(70), SECOND(200), 8 * MS_MINUTE, SIG_CH4_WELL, RAMP, 1.35},
    /* an overloaded lorry crosses a bridge */
    {"BRG", 3, 5, SECOND(150), 0, SECOND(40), SIG_WEIGHT, BURST, 96},
    {"BRG", 3, 5, SECOND(150), 0, SECOND(40), SIG_STRAIN, BURST, 330},
    {"BRG", 3, 5, SECOND(150), 0, SECOND(40), SIG_DEFLECTION, BURST, 34},
    /* a main bursts: pressure falls, flow jumps */
    {"WTR", 8, 23, 6 * MS_MINUTE, SECOND(60), 11 * MS_MINUTE, SIG_WATER_MPA, RAMP, -0.23},
    {"WTR", 8, 23, 6 * MS_MINUTE, SECOND(60), 11 * MS_MINUTE, SIG_WATER_FLOW, RAMP, 640},
    /* people in a lift */
    {"LFT", 5, 13, 11 * MS_MINUTE, 0, 6 * MS_MINUTE, SIG_TRAPPED, STEP, 1},
    {"LFT", 5, 13, 11 * MS_MINUTE, 0, 6 * MS_MINUTE, SIG_LIFT_SPEED, STEP, -9},
    /* heavy rain: see incident_rain; underpasses and drains answer through the weather */
    /* a fire alarm */
    {"FIR", 9, 7, 25 * MS_MINUTE, 0, 4 * MS_MINUTE, SIG_FIRE, STEP, 1},
    /* a sensor that sticks, longer than the quarter of an hour its rule looks back */
    {"HEA", 4, 3, 20 * MS_MINUTE, 0, 18 * MS_MINUTE, SIG_HEAT_SUPPLY, FROZEN, 0},
    /* marsh gas: slow methane with hydrogen sulphide, no leak */
    {"GAS", 31, 41, 30 * MS_MINUTE, 6 * MS_MINUTE, 9 * MS_MINUTE, SIG_CH4_WELL, RAMP, 1.2},
    {"DRN", 17, 19, 30 * MS_MINUTE, 6 * MS_MINUTE, 9 * MS_MINUTE, SIG_H2S, RAMP, 17},
    /* a cover opens */
    {"COV", 6, 29, 33 * MS_MINUTE, 0, 4 * MS_MINUTE, SIG_COVER, STEP, 47},
    /* combustible gas at a tank */
    {"TNK", 2, 5, 35 * MS_MINUTE, SECOND(90), 4 * MS_MINUTE, SIG_LEL, RAMP, 31},
};
/* clang-format on */

#define GATEWAY_BEGIN  (21 * MS_MINUTE)
#define GATEWAY_LENGTH (7 * MS_MINUTE)
#define RAIN_BEGIN     (14 * MS_MINUTE)
#define RAIN_LENGTH    (8 * MS_MINUTE)
#define STORM_KM       2.4

static double course_at(const Incident *in, int64_t since)
{
    switch (in->course) {
    case RAMP: {
        double up = in->rise ? fmin(1, (double)since / (double)in->rise) : 1;
        double left = (double)(in->length - since) / (double)MS_MINUTE; /* fades in the last minute */
        return in->add * up * fmin(1, left);
    }
    case BURST:
        return in->add * sin(M_PI * fmin(1, (double)since / (double)in->length));
    case STEP:
        return in->add;
    case SILENT:
    case FROZEN:
        break;
    }
    return 0;
}

static bool hits(const City *c, const Incident *in, const CityPoint *p, int64_t cycle)
{
    if (p->kind->signal != in->signal || p->heartbeat) return false;
    const Thing *th = &c->thing[p->thing];
    if (th->kind->prefix[0] != in->prefix[0] || strcmp(th->kind->prefix, in->prefix) != 0) return false;
    return th == city_thing(c, in->prefix, in->nth + (size_t)cycle * in->stride);
}

static int gateway_of(const City *c, const CityPoint *p)
{
    return p->heartbeat ? (int)p->thing : c->thing[p->thing].gateway;
}

Effect incident_effect(const City *c, uint32_t point, int64_t t, int64_t live_from)
{
    Effect e = {0, 1, false, false, false, 0};
    if (t < live_from) return e;
    const CityPoint *p = &c->point[point];
    int64_t cycle = (t - live_from) / CYCLE, into = (t - live_from) % CYCLE;
    int down = c->ngateways ? (int)((size_t)(1 + cycle * 3) % c->ngateways) : -1;
    if (down >= 0 && into >= GATEWAY_BEGIN && into < GATEWAY_BEGIN + GATEWAY_LENGTH &&
        gateway_of(c, p) == down)
        e.silent = true;
    for (size_t i = 0; i < ARRAY_LEN(incidents); i++) {
        const Incident *in = &incidents[i];
        if (into < in->begin || into >= in->begin + in->length || !hits(c, in, p, cycle)) continue;
        e.fast = true;
        if (in->course == FROZEN) {
            e.frozen = true;
            e.since = t - (into - in->begin);
        } else {
            e.add += course_at(in, into - in->begin);
        }
    }
    return e;
}

double incident_rain(Spot at, int64_t t, int64_t live_from)
{
    if (t < live_from) return 0;
    int64_t cycle = (t - live_from) / CYCLE, into = (t - live_from) % CYCLE - RAIN_BEGIN;
    if (into < 0 || into >= RAIN_LENGTH) return 0;
    Rng r = {mix64((uint64_t)cycle ^ 0x57)};
    Spot centre = {rng_between(&r, 5, CITY_W - 5), rng_between(&r, 4, CITY_H - 4)};
    double far = hypot(at.x - centre.x, at.y - centre.y) / STORM_KM;
    return 96 * exp(-far * far) * sin(M_PI * (double)into / (double)RAIN_LENGTH);
}
