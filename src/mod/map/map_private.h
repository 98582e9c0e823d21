/* Shared inside the slice. */
#pragma once
#include "mod/map.h"
#include "kernel/place.h"
#include "mvt.h"
#include "tile_set.h"

enum { MAP_ROUTES = 5 };
extern const Route map_routes[MAP_ROUTES];

/* tiles.c */
Rc map_points_tile(Req *req, Res *res);
Rc map_layer_tile(Req *req, Res *res);
/* The geometry of a feature that is begun: lines and rings cut at the tile's edge. */
void map_tile_geometry(Arena *a, TileId t, const TileFeature *f, Mvt *m);
Rc map_tile_answer(Req *req, Res *res, const char *etag, const char *cache, Str body);
/* true: the asker has it already, and 304 is answered. */
bool map_tile_same(Req *req, Res *res, const char *etag, const char *cache);
/* border.c: the kernel's PlaceJudge. */
Rc map_border_judge(Work *w, int64_t district, const GeoShape *s, PlaceVerdict *out);
/* record_tiles.c */
Rc map_record_tile(Req *req, Res *res, const Entity *e, TileId id);
/* map.c: from the start hook to the stop hook */
TileSets *map_tile_sets(Kernel *k);
