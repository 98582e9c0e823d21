/* Lines and rings cut at the edge of a tile and thinned to what can be seen. Pure. */
#pragma once
#include "base/arena.h"
#include "mercator.h"
#include <stddef.h>

/* How far geometry goes beyond the tile, so that strokes meet at its border: 8 pixels of 512. */
enum { TILE_BUFFER = 64 };

typedef struct ClipPart {
    TilePlace *p;
    size_t n;
} ClipPart;

/* The parts of a line within the tile and its buffer; at most n − 1, in the arena. */
size_t clip_line(Arena *a, TileId t, const WorldPlace *p, size_t n, ClipPart **out);
/* A closed ring (the last place repeats the first) within it, without the closing place, clockwise on the
 * screen when outer. n 0: nothing of it can be seen. */
ClipPart clip_ring(Arena *a, TileId t, const WorldPlace *p, size_t n, bool outer);
