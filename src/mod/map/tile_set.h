/* What tiles are made from: immutable snapshots in memory, made when a tile is asked for and something has
 * changed since. */
#pragma once
#include "kernel/kernel.h"
#include "mercator.h"

typedef struct TilePoint {
    uint64_t code; /* world_code of its place */
    WorldPlace place;
    int64_t id;
    uint32_t no;
    uint16_t field; /* in fields */
    bool in_service;
    Str name;
} TilePoint;
typedef struct PointSet {
    Arena *arena;
    int64_t version; /* number of the newest event it knows of */
    TilePoint *p;    /* by code */
    size_t n;
    Str *fields; /* [0] is "" */
    size_t nfields;
} PointSet;

typedef struct TilePart {
    WorldPlace *p;
    size_t n;
    bool outer; /* of an area: a polygon begins */
} TilePart;
typedef struct TileFeature {
    int64_t id;
    Str layer, name, kind;
    enum { FEATURE_POINT = 1, FEATURE_LINE, FEATURE_AREA } type;
    WorldPlace low, high; /* bounds */
    TilePart *parts;
    size_t nparts;
} TileFeature;
typedef struct FeatureSet {
    Arena *arena;
    int64_t version;
    TileFeature *f; /* by layer */
    size_t n;
} FeatureSet;

typedef struct TileSets TileSets;
TileSets *tile_sets_new(void);
void tile_sets_free(TileSets **s);
/* For the life of the Work's arena. */
Rc tile_points_take(Work *w, TileSets *s, const PointSet **out);
Rc tile_features_take(Work *w, TileSets *s, const FeatureSet **out);
