/* Shared inside the slice. */
#pragma once
#include "mod/map.h"
#include "tile_set.h"

enum { MAP_ROUTES = 5 };
extern const Route map_routes[MAP_ROUTES];

/* tiles.c */
Rc map_points_tile(Req *req, Res *res);
Rc map_layer_tile(Req *req, Res *res);
/* map.c: from the start hook to the stop hook */
TileSets *map_tile_sets(Kernel *k);
