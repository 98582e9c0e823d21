/* See mercator.h. Integers from the first step on: two tiles that touch agree on every place along their
 * border. */
#include "mercator.h"
#include <math.h>

#define WORLD    4294967296.0
#define LAT_EDGE 85.05112877980659

static uint32_t clamp_world(double v)
{
    if (!(v > 0)) return 0;
    return v >= WORLD ? UINT32_MAX : (uint32_t)v;
}

WorldPlace world_place(double lon, double lat)
{
    double edge = lat > LAT_EDGE ? LAT_EDGE : lat < -LAT_EDGE ? -LAT_EDGE : lat;
    double s = sin(edge * M_PI / 180);
    double y = 0.5 - log((1 + s) / (1 - s)) / (4 * M_PI);
    return (WorldPlace){clamp_world((lon + 180) / 360 * WORLD), clamp_world(y * WORLD)};
}

void world_degrees(WorldPlace p, double *lon, double *lat)
{
    *lon = (p.x + 0.5) / WORLD * 360 - 180;
    *lat = atan(sinh(M_PI * (1 - 2 * (p.y + 0.5) / WORLD))) * 180 / M_PI;
}

bool tile_ok(TileId t)
{
    return t.z <= TILE_ZOOM_MAX && t.x >> t.z == 0 && t.y >> t.z == 0;
}

static int32_t along(uint32_t v, uint32_t tile, uint32_t z)
{
    int64_t from = (int64_t)tile << (32 - z);
    int shift = 32 - (int)z - 12; /* the tile's side over 4,096; negative from zoom 21 on */
    int64_t d = (int64_t)v - from;
    int64_t u = shift >= 0 ? d >> shift : d * (INT64_C(1) << -shift);
    return (int32_t)(u > INT32_MAX ? INT32_MAX : u < INT32_MIN ? INT32_MIN : u);
}

TilePlace tile_place(TileId t, WorldPlace p)
{
    return (TilePlace){along(p.x, t.x, t.z), along(p.y, t.y, t.z)};
}

static uint64_t spread_bits(uint32_t v)
{
    uint64_t x = v;
    x = (x | x << 16) & UINT64_C(0x0000FFFF0000FFFF);
    x = (x | x << 8) & UINT64_C(0x00FF00FF00FF00FF);
    x = (x | x << 4) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    x = (x | x << 2) & UINT64_C(0x3333333333333333);
    return (x | x << 1) & UINT64_C(0x5555555555555555);
}

uint64_t world_code(WorldPlace p)
{
    return spread_bits(p.y) << 1 | spread_bits(p.x);
}

void tile_codes(TileId t, uint64_t *first, uint64_t *last)
{
    uint64_t head = spread_bits(t.y) << 1 | spread_bits(t.x);
    uint32_t below = 64 - 2 * t.z;
    *first = below == 64 ? 0 : head << below;
    *last = below == 64 ? UINT64_MAX : *first + ((UINT64_C(1) << below) - 1);
}
