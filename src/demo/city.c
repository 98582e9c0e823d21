/* Things are put on roads, crossings, the river, into the chemical park and the hills, in the share each kind
 * has of all points; kinds with `per_gateway` get gateways, each with a heartbeat point. */
#include "city.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HEARTBEAT_S 60

static const PointTemplate heartbeat = {"HB", SIG_HEARTBEAT, "heartbeat", "心跳", "Heartbeat", "", 0, 0,
                                        1,    HEARTBEAT_S};

static Spot at_road(City *c, Rng *r)
{
    const Road *road = &c->road[rng_next(r) % c->nroads];
    return road_spot(road, rng_between(r, 0.02, 0.98), rng_between(r, -0.05, 0.05));
}

static Spot at_crossing(City *c, Rng *r)
{
    const Road *road;
    do road = &c->road[rng_next(r) % c->nroads];
    while (!road->north_south);
    double x = road->p[ROAD_POINTS / 2].x;
    if (rng_unit(r) < 0.6) return (Spot){x, river_y(x)};
    return road_spot(road, rng_between(r, 0.05, 0.95), 0);
}

/* What stands on land is moved out of lake, reservoir and river, to the nearer bank, by as much as it was in
 * the water. */
static Spot on_land(Spot p)
{
    static const double still[][4] = {{17.6, 12.9, 1.25, 0.8}, {4.2, 2.1, 0.9, 0.55}}; /* middle, half axes */
    for (size_t i = 0; i < ARRAY_LEN(still); i++) {
        double dx = p.x - still[i][0], dy = p.y - still[i][1];
        double out = hypot(dx / still[i][2], dy / still[i][3]);
        if (out < 1.15)
            p = (Spot){still[i][0] + dx * 1.15 / fmax(out, 0.01), still[i][1] + dy * 1.15 / fmax(out, 0.01)};
    }
    double off = p.y - river_y(p.x), bank = river_width(p.x) + 0.05;
    if (fabs(off) < bank) p.y = river_y(p.x) + copysign(2 * bank - fabs(off), off);
    return p;
}

static Spot place(City *c, Siting how, Rng *r)
{
    double x;
    switch (how) {
    case ON_ROAD:
        return at_road(c, r);
    case ON_CROSSING:
        return at_crossing(c, r);
    case ON_RIVER:
        x = rng_between(r, 0.5, CITY_W - 0.5);
        return (Spot){x, river_y(x) + river_width(x) * 0.9};
    case IN_PARK:
        return (Spot){rng_between(r, 19.75, 21.7), rng_between(r, 5.55, 6.5)};
    case IN_HILLS:
        return (Spot){rng_between(r, 21.6, 22.9), rng_between(r, 1.6, 3.2)};
    case DOWNTOWN:
        return on_land((Spot){12.0 + rng_between(r, -1, 1) * rng_between(r, 0.3, 6),
                              10.0 + rng_between(r, -1, 1) * rng_between(r, 0.3, 4.5)});
    case ANYWHERE:
        break;
    }
    return on_land((Spot){rng_between(r, 0.6, CITY_W - 0.6), rng_between(r, 0.6, CITY_H - 0.6)});
}

static const Road *nearest_road(const City *c, Spot p)
{
    const Road *best = &c->road[0];
    double least = INFINITY;
    for (size_t i = 0; i < c->nroads; i++)
        for (size_t k = 0; k < c->road[i].n; k++) {
            double far = hypot(c->road[i].p[k].x - p.x, c->road[i].p[k].y - p.y);
            if (far < least) {
                least = far;
                best = &c->road[i];
            }
        }
    return best;
}

static void add_gateway(City *c, const ThingTemplate *t, Spot at, size_t nth)
{
    Gateway *g = &c->gateway[c->ngateways];
    *g = (Gateway){.kind = t, .at = at, .point = (uint32_t)c->npoints};
    snprintf(g->code, sizeof g->code, "GW-%s-%03zu", t->prefix, nth);
    CityPoint *p = &c->point[c->npoints++];
    *p = (CityPoint){.kind = &heartbeat, .thing = (uint32_t)c->ngateways, .heartbeat = true};
    snprintf(p->code, sizeof p->code, "HB-%s-%03zu", t->prefix, nth);
    p->key = mix64(c->seed ^ mix64(c->npoints));
    c->ngateways++;
}

static void add_thing(City *c, const ThingTemplate *t, size_t nth, Rng *r)
{
    Thing *th = &c->thing[c->nthings];
    *th = (Thing){.kind = t, .at = place(c, t->siting, r), .gateway = -1};
    snprintf(th->code, sizeof th->code, "OBJ-%s-%04zu", t->prefix, nth);
    th->district = district_at(c->district, th->at);
    int n = snprintf(th->name, sizeof th->name, "%s%s%zu号", nearest_road(c, th->at)->name, t->zh, nth);
    ENSURE(n > 0 && (size_t)n < sizeof th->name);
    if (t->per_gateway) {
        if ((nth - 1) % (size_t)t->per_gateway == 0)
            add_gateway(c, t, th->at, (nth - 1) / (size_t)t->per_gateway + 1);
        th->gateway = (int)c->ngateways - 1;
    }
    th->first = (uint32_t)c->npoints;
    for (size_t i = 0; i < t->npoints; i++) {
        CityPoint *p = &c->point[c->npoints++];
        *p = (CityPoint){.kind = &t->points[i], .thing = (uint32_t)c->nthings};
        snprintf(p->code, sizeof p->code, t->points[i].suffix ? "%s-%04zu-%s" : "%s-%04zu", t->prefix, nth,
                 t->points[i].suffix ? t->points[i].suffix : "");
        p->key = mix64(c->seed ^ mix64(c->npoints));
        /* A real city has gaps: some sensors are still to be put in, some have died. The first of a kind
         * never. */
        p->planned = nth > 20 && p->key % 61 == 3;
        p->dead = nth > 20 && p->key % 83 == 5;
    }
    c->nthings++;
}

static size_t count_of(const ThingTemplate *t, uint32_t points)
{
    size_t n = (size_t)((double)points * t->share / (double)t->npoints + 0.5);
    return n ? n : 1;
}

City *city_make(uint64_t seed, uint32_t points)
{
    City *c = calloc(1, sizeof *c);
    ENSURE(c);
    size_t things = 0, gateways = 0, all = 0;
    for (size_t i = 0; i < nthing_templates; i++) {
        const ThingTemplate *t = &thing_templates[i];
        size_t n = count_of(t, points);
        things += n;
        all += n * t->npoints;
        if (t->per_gateway) gateways += (n + (size_t)t->per_gateway - 1) / (size_t)t->per_gateway;
    }
    c->seed = seed;
    c->thing = calloc(things, sizeof *c->thing);
    c->gateway = calloc(gateways + 1, sizeof *c->gateway);
    c->point = calloc(all + gateways, sizeof *c->point);
    c->first_of = calloc(nthing_templates, sizeof *c->first_of);
    c->count_of = calloc(nthing_templates, sizeof *c->count_of);
    ENSURE(c->thing && c->gateway && c->point && c->first_of && c->count_of);
    districts_make(seed, c->district);
    c->nroads = roads_make(seed, c->road);
    for (size_t i = 0; i < nthing_templates; i++) {
        Rng r = {mix64(seed ^ mix64(i + 77))};
        size_t n = count_of(&thing_templates[i], points);
        c->first_of[i] = c->nthings;
        c->count_of[i] = n;
        for (size_t k = 1; k <= n; k++) add_thing(c, &thing_templates[i], k, &r);
    }
    return c;
}

void city_free(City **city)
{
    City *c = *city;
    if (!c) return;
    free(c->thing);
    free(c->gateway);
    free(c->point);
    free(c->first_of);
    free(c->count_of);
    free(c);
    *city = NULL;
}

const Thing *city_thing(const City *c, const char *prefix, size_t nth)
{
    for (size_t i = 0; i < nthing_templates; i++)
        if (strcmp(thing_templates[i].prefix, prefix) == 0)
            return &c->thing[c->first_of[i] + nth % c->count_of[i]];
    return NULL;
}
