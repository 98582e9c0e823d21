/* Web mercator and the numbering of tiles. The world is a square of 2^32 units a side, x from 180° W
 * eastwards, y from about 85.05° N southwards; a unit is less than a centimetre. Tile (z, x, y) is the y-th
 * row from the north of 2^z. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { TILE_ZOOM_MAX = 22, TILE_EXTENT = 4096 };

typedef struct WorldPlace {
    uint32_t x, y;
} WorldPlace;
/* Latitudes beyond ±85.0511° lie on the edge. */
WorldPlace world_place(double lon, double lat);
void world_degrees(WorldPlace p, double *lon, double *lat);

typedef struct TileId {
    uint32_t z, x, y;
} TileId;
bool tile_ok(TileId t); /* z ≤ TILE_ZOOM_MAX, x and y < 2^z */

/* A place in units of a tile (0 … TILE_EXTENT inside), rounded down. */
typedef struct TilePlace {
    int32_t x, y;
} TilePlace;
TilePlace tile_place(TileId t, WorldPlace p);

/* Interleaved bits, y above x: all places of a tile are one range of codes, [first, last]. */
uint64_t world_code(WorldPlace p);
void tile_codes(TileId t, uint64_t *first, uint64_t *last);
