/* The fictional city's plan: a river from west to east, seven districts in three rows, a warped grid of
 * roads. All of it is invented; only the scale (a city of 24 by 17 km) is that of real ones. */
#include "city.h"

#include <math.h>
#include <stdio.h>

#define WEST       117.020
#define SOUTH      31.020
#define KM_PER_LON 95.3
#define KM_PER_LAT 110.9

double spot_lon(Spot p)
{
    return round((WEST + p.x / KM_PER_LON) * 1e6) / 1e6;
}
double spot_lat(Spot p)
{
    return round((SOUTH + p.y / KM_PER_LAT) * 1e6) / 1e6;
}

double river_y(double x)
{
    return 8.3 + 1.1 * sin(x / 3.7) + 0.5 * sin(x / 1.45 + 1.0);
}
double river_width(double x)
{
    return 0.30 + 0.10 * sin(x / 2.2) + 0.004 * fmax(0, x);
}

const struct DistrictName district_names[DISTRICTS] = {
    {"990102", "望江区", "Wangjiang"}, {"990103", "青岚区", "Qinglan"}, {"990104", "云汀区", "Yunting"},
    {"990105", "临津区", "Linjin"},    {"990106", "石埠区", "Shibu"},   {"990107", "南浦区", "Nanpu"},
    {"990108", "东屏区", "Dongping"},
};

/* Rows from north to south; each district spans some of four columns. */
static const struct {
    int row, from, to;
} cells[DISTRICTS] = {{0, 0, 1}, {0, 1, 2}, {0, 2, 4}, {1, 0, 2}, {1, 2, 4}, {2, 0, 2}, {2, 2, 4}};

static Spot vertex(uint64_t seed, int row, int col)
{
    Spot p = {CITY_W * col / 4.0, CITY_H * (3 - row) / 3.0};
    Rng r = {seed ^ mix64((uint64_t)(row * 16 + col))};
    p.x += rng_between(&r, -0.9, 0.9) * (col > 0 && col < 4 ? 1.0 : 0.8);
    p.y += rng_between(&r, -0.8, 0.8) * (row > 0 && row < 3 ? 1.0 : 0.7);
    return p;
}

/* From one vertex towards the next, without the last: a crooked line that is the same from both sides. */
static void add_edge(District *d, uint64_t seed, const int from[2], const int to[2])
{
    Spot a = vertex(seed, from[0], from[1]), b = vertex(seed, to[0], to[1]);
    int key_a = from[0] * 16 + from[1], key_b = to[0] * 16 + to[1];
    bool forward = key_a < key_b;
    Rng r = {seed ^ mix64((uint64_t)((forward ? key_a : key_b) * 1024 + (forward ? key_b : key_a)))};
    double bend[EDGE_PARTS - 1];
    for (int i = 0; i < EDGE_PARTS - 1; i++) bend[i] = rng_between(&r, -0.28, 0.28);
    double len = hypot(b.x - a.x, b.y - a.y), nx = -(b.y - a.y) / len, ny = (b.x - a.x) / len;
    d->corner[d->ncorners++] = a;
    for (int i = 1; i < EDGE_PARTS; i++) {
        double f = (double)i / EDGE_PARTS, aside = forward ? bend[i - 1] : -bend[EDGE_PARTS - 1 - i];
        d->corner[d->ncorners++] =
            (Spot){a.x + (b.x - a.x) * f + nx * aside, a.y + (b.y - a.y) * f + ny * aside};
    }
}

void districts_make(uint64_t seed, District out[DISTRICTS])
{
    for (int i = 0; i < DISTRICTS; i++) {
        District *d = &out[i];
        int ring[16][2], n = 0;
        *d = (District){
            .code = district_names[i].code, .zh = district_names[i].zh, .en = district_names[i].en};
        for (int c = cells[i].from; c <= cells[i].to; c++, n++) ring[n][0] = cells[i].row, ring[n][1] = c;
        for (int c = cells[i].to; c >= cells[i].from; c--, n++) ring[n][0] = cells[i].row + 1, ring[n][1] = c;
        for (int k = 0; k < n; k++) add_edge(d, seed, ring[k], ring[(k + 1) % n]);
        for (size_t k = 0; k < d->ncorners; k++) {
            d->centre.x += d->corner[k].x / (double)d->ncorners;
            d->centre.y += d->corner[k].y / (double)d->ncorners;
        }
    }
}

static bool inside(const District *d, Spot p)
{
    bool in = false;
    for (size_t i = 0, j = d->ncorners - 1; i < d->ncorners; j = i++) {
        Spot a = d->corner[i], b = d->corner[j];
        if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) in = !in;
    }
    return in;
}

int district_at(const District *d, Spot p)
{
    int nearest = 0;
    double best = INFINITY;
    for (int i = 0; i < DISTRICTS; i++) {
        if (inside(&d[i], p)) return i;
        double far = hypot(d[i].centre.x - p.x, d[i].centre.y - p.y);
        if (far < best) {
            best = far;
            nearest = i;
        }
    }
    return nearest;
}

static const char *const first_names[] = {"望江", "青岚", "云汀", "临津", "石埠", "南浦", "东屏", "文昌",
                                          "丰乐", "和顺", "长宁", "明德", "广济", "松涛", "桂山", "柳河",
                                          "金穗", "朝晖", "滨河", "学府", "永安", "兴业", "枫林", "白鹭",
                                          "清源", "碧波", "新城", "古渡", "花溪", "锦绣", "向阳", "安平"};

size_t roads_make(uint64_t seed, Road out[ROADS_MOST])
{
    Rng r = {seed ^ 0x0AD5};
    size_t n = 0;
    for (int i = 0; i < 13; i++) { /* west to east */
        Road *road = &out[n];
        *road = (Road){.main = i % 3 == 1};
        snprintf(road->name, sizeof road->name, "%s%s", first_names[n % ARRAY_LEN(first_names)],
                 road->main ? "大道" : "路");
        double y = 0.8 + i * (CITY_H - 1.6) / 12.0, phase = rng_between(&r, 0, 6);
        for (int k = 0; k < ROAD_POINTS; k++) {
            double x = 0.5 + k * (CITY_W - 1.0) / (ROAD_POINTS - 1);
            road->p[road->n++] = (Spot){x, y + 0.16 * sin(x / 3.0 + phase) + rng_between(&r, -0.03, 0.03)};
        }
        n++;
    }
    for (int i = 0; i < 17; i++) { /* south to north */
        Road *road = &out[n];
        *road = (Road){.main = i % 4 == 2, .north_south = true};
        snprintf(road->name, sizeof road->name, "%s%s", first_names[n % ARRAY_LEN(first_names)],
                 road->main ? "大街" : "街");
        double x = 0.9 + i * (CITY_W - 1.8) / 16.0, phase = rng_between(&r, 0, 6);
        for (int k = 0; k < ROAD_POINTS; k++) {
            double y = 0.5 + k * (CITY_H - 1.0) / (ROAD_POINTS - 1);
            road->p[road->n++] = (Spot){x + 0.14 * sin(y / 2.6 + phase) + rng_between(&r, -0.02, 0.02), y};
        }
        n++;
    }
    return n;
}

Spot road_spot(const Road *road, double along, double aside)
{
    double at = along * (double)(road->n - 1);
    size_t i = (size_t)at;
    if (i >= road->n - 1) i = road->n - 2;
    double f = at - (double)i;
    Spot a = road->p[i], b = road->p[i + 1];
    double dx = b.x - a.x, dy = b.y - a.y, len = hypot(dx, dy);
    return (Spot){a.x + dx * f - dy / len * aside, a.y + dy * f + dx / len * aside};
}
