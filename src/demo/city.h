/* The demo city inside this folder: places, things, points. Everything follows from (seed, points): the fill
 * writes it as records, the simulator makes the same city again to know what to send. */
#pragma once
#include "base/ctx.h"
#include "demo/demo.h"

/* ---- rng.c: numbers that are the same on every machine ---- */
typedef struct Rng {
    uint64_t s;
} Rng;
uint64_t rng_next(Rng *r);
double rng_unit(Rng *r); /* [0, 1) */
double rng_between(Rng *r, double lo, double hi);
uint64_t mix64(uint64_t x);                          /* a hash of one number */
double noise(uint64_t key, int64_t t, int64_t step); /* smooth in t, about -1…1 */

/* ---- geometry.c: a plane in kilometres, x east, y north, origin in the south-west corner ---- */
#define CITY_W 24.0
#define CITY_H 17.0
typedef struct Spot {
    double x, y;
} Spot;
double spot_lon(Spot p);
double spot_lat(Spot p);
double river_y(double x);     /* middle of the river */
double river_width(double x); /* km */

#define DISTRICTS  7
#define EDGE_PARTS 5
typedef struct District {
    const char *code, *zh, *en;
    Spot corner[8 * EDGE_PARTS];
    size_t ncorners;
    Spot centre;
} District;
extern const struct DistrictName {
    const char *code, *zh, *en;
} district_names[DISTRICTS];
void districts_make(uint64_t seed, District out[DISTRICTS]);
int district_at(const District *d, Spot p); /* index of the one that contains p, else the nearest centre */

#define ROADS_MOST  64
#define ROAD_POINTS 26
typedef struct Road {
    char name[64];
    bool main, north_south;
    Spot p[ROAD_POINTS];
    size_t n;
} Road;
size_t roads_make(uint64_t seed, Road out[ROADS_MOST]);
Spot road_spot(const Road *r, double along, double aside_km); /* along 0…1 */

/* ---- templates.c: kinds of things and what is measured on them ---- */
typedef enum {
    SIG_CH4_WELL,
    SIG_H2S,
    SIG_GAS_MPA,
    SIG_GAS_KPA,
    SIG_GAS_FLOW,
    SIG_WATER_MPA,
    SIG_WATER_FLOW,
    SIG_TURBIDITY,
    SIG_CHLORINE,
    SIG_DRAIN_LEVEL,
    SIG_RIVER_LEVEL,
    SIG_RAIN,
    SIG_PONDING,
    SIG_HEAT_SUPPLY,
    SIG_HEAT_RETURN,
    SIG_HEAT_MPA,
    SIG_DEFLECTION,
    SIG_STRAIN,
    SIG_TILT,
    SIG_WEIGHT,
    SIG_CRACK,
    SIG_TRAPPED,
    SIG_LIFT_SPEED,
    SIG_FIRE,
    SIG_HYDRANT_MPA,
    SIG_TANK_LEVEL,
    SIG_TANK_MPA,
    SIG_TANK_TEMP,
    SIG_LEL,
    SIG_TOXIC,
    SIG_SEEPAGE,
    SIG_DAM_MM,
    SIG_POND_LEVEL,
    SIG_COVER,
    SIG_SETTLE,
    SIG_O2,
    SIG_HUMIDITY,
    SIG_TEMPERATURE,
    SIG_WIND,
    SIG_CROWD,
    SIG_HEARTBEAT,
    SIG_COUNT
} Signal;

typedef struct PointTemplate {
    const char *suffix; /* of the code when a thing has several: "P"; NULL: none */
    Signal signal;
    const char *quantity; /* dictionary code */
    const char *zh, *en;
    const char *unit;
    int decimals;
    double lo, hi; /* range */
    int interval_s;
} PointTemplate;

#define TEMPLATE_POINTS 6
typedef enum { ON_ROAD, ON_RIVER, ANYWHERE, IN_PARK, IN_HILLS, DOWNTOWN, ON_CROSSING } Siting;
typedef struct ThingTemplate {
    const char *prefix; /* of codes: "GAS" */
    const char *zh, *en;
    const char *area, *field, *kind; /* dictionary codes */
    double share;                    /* of all points */
    Siting siting;
    const char *device_kind, *protocol;
    int per_gateway;   /* things that share a gateway; 0: none */
    const char *owner; /* code of a body */
    PointTemplate points[TEMPLATE_POINTS];
    size_t npoints;
} ThingTemplate;
extern const ThingTemplate thing_templates[];
extern const size_t nthing_templates;

/* ---- city.c ---- */
typedef struct Thing {
    const ThingTemplate *kind;
    char code[24];
    char name[96];
    Spot at;
    int district;
    int gateway;    /* index into gateways, -1 */
    uint32_t first; /* index of its first point; they follow each other */
} Thing;
typedef struct CityPoint {
    char code[28];
    const PointTemplate *kind;
    uint32_t thing;
    uint64_t key;   /* of its noise */
    bool heartbeat; /* of a gateway: thing is then the gateway's index */
    bool planned;   /* must be monitored but has no sensor yet */
    bool dead;      /* its sensor has died after the history */
} CityPoint;
typedef struct Gateway {
    char code[24];
    const ThingTemplate *kind;
    Spot at;
    uint32_t point; /* its heartbeat */
} Gateway;
typedef struct City {
    uint64_t seed;
    District district[DISTRICTS];
    Road road[ROADS_MOST];
    size_t nroads;
    Thing *thing;
    size_t nthings;
    CityPoint *point;
    size_t npoints;
    Gateway *gateway;
    size_t ngateways;
    size_t *first_of, *count_of; /* things of each template, which follow each other */
} City;
City *city_make(uint64_t seed, uint32_t points);
void city_free(City **c);
/* First thing of a template by prefix, nth (wraps); NULL when the city has none. */
const Thing *city_thing(const City *c, const char *prefix, size_t nth);

/* ---- fill.c ---- */
/* How many points the city in this directory was made with; RC_STATE when none was. */
Rc demo_plan_load(Ctx *ctx, Kernel *k, uint32_t *out_points);

/* ---- write.c ---- */
/* fn in a transaction and an arena of its own, as the program; a failure is logged and leaves nothing. */
Rc demo_write(Kernel *k, Rc (*fn)(Work *w, void *ud), void *ud);

/* ---- people.c: bodies without objects; posts and persons, when the accounts are there ---- */
Rc demo_people_bodies(Work *w);
Rc demo_people(Work *w);
/* ---- watch.c: the roster of the watch, when the people are there ---- */
Rc demo_watch(Work *w);

/* ---- basemap.c ---- */
Rc basemap_fill(Ctx *ctx, Kernel *k, const City *c);

/* ---- weather.c, signal.c, incident.c: values as pure functions of time ---- */
double weather_rain(const City *c, int64_t t); /* mm/h over the city, from showers and the rain incident */
double weather_temperature(const City *c, int64_t t); /* ℃ */
typedef struct Effect {
    double add, scale;
    bool silent; /* sends nothing */
    bool frozen; /* repeats the value of `since` */
    bool fast;   /* the device samples faster while it lasts */
    int64_t since;
} Effect;
/* What the scripted incidents do to a point at t. live_from: when the live simulation began (incidents are
 * counted from it). */
Effect incident_effect(const City *c, uint32_t point, int64_t t, int64_t live_from);
/* mm/h of the scripted storm at a spot: a cell some kilometres wide, elsewhere in each cycle. */
double incident_rain(Spot at, int64_t t, int64_t live_from);
/* The value a sensor reports, rounded to its decimals. NaN: nothing to send. */
double signal_value(const City *c, uint32_t point, int64_t t, int64_t live_from);

/* ---- devices.c: the things that speak HJ 212 and GB/T 26875.3 ---- */
enum { DEVICE_SOURCE_MAX = 96 };
const char *device_protocol(const City *c, const Thing *th);
/* The source under which such a point's readings arrive; false: the point uses its code over /write. */
bool device_source(const City *c, uint32_t point, char out[DEVICE_SOURCE_MAX]);
typedef struct Devices Devices;
/* slave: a Modbus slave runs. */
Devices *devices_new(const City *c, bool slave);
void devices_free(Devices **d);
/* true: the point's device will send it. */
bool devices_take(Devices *d, uint32_t point, int64_t t, double v);
void devices_flush(Devices *d);

/* ---- vehicles.c: vehicles on the roads, their terminals speak JT/T 808 ---- */
Rc vehicles_fill(Work *w, const City *c);
typedef struct Vehicles Vehicles;
/* Starts a thread; past: the last two hours first. NULL: no thread to be had. c is used during the call. */
Vehicles *vehicles_start(const City *c, bool past);
void vehicles_stop(Vehicles **v); /* *v may be NULL */

/* ---- slave.c: the Modbus slave of a heat station ---- */
#define SLAVE_KIND "HEA" /* the first thing of this kind */
#define SLAVE_CODE "PLC-HEA-0001"
typedef struct Slave Slave;
/* NULL, logged: none. live_from as in signal_value. */
Slave *slave_start(Ctx *ctx, Kernel *k, const City *c, int64_t live_from);
void slave_stop(Slave **s);

/* ---- past.c: alarms of the days before the city was made ---- */
void past_fill(Kernel *k, const City *c, int days);

/* ---- photo.c, enterprises.c, dangers.c ---- */
Str demo_photo(Arena *a, int n);                    /* a small PNG; the same for the same n */
Rc demo_enterprises(Work *w, const City *c, int n); /* ENT-0001 … */
void indicators_fill(Kernel *k);                    /* the safety plan and its indicators */
void dangers_fill(Kernel *k, const City *c);        /* enterprises and months of dangers */
void duties_fill(Kernel *k, uint64_t seed);         /* duty lists, and months of what was done */
void briefings_fill(Kernel *k);                     /* plans of briefings, and the last ones */
void meetings_fill(Kernel *k);                      /* the year's meetings */
void tasks_fill(Kernel *k);                         /* what waits for the leaders */
Rc campaign_last_year(Work *w);                     /* the city's yearly risk assessments */
Rc campaign_this_year(Work *w);
void risks_fill(Kernel *k);   /* the register of risks */
void targets_fill(Kernel *k); /* protected targets and a consequence */

/* ---- checks.c: the grid of a town, patrols, plans of this month; behind the enterprises ---- */
void checks_fill(Kernel *k, const City *c);

/* ---- sender.c: a plain HTTP client that keeps one connection ---- */
/* A blocking connection to this machine with a limit for each call; -1: none. */
int dial_loopback(int port, int limit_s);
typedef struct Sender Sender;
Sender *sender_new(int port, const char *token);
void sender_free(Sender **s);
/* POST /write. Status, or -1 when nothing came back (the next call connects anew). */
int sender_post(Sender *s, Str lines);
