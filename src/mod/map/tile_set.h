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

/* A record of any entity whose place and scope are its own (record_set.c). */
typedef struct TileRecord {
    TileFeature f; /* name: what a person recognises it by; kind: its field "kind" */
    uint8_t grade; /* its field "grade"; 0: none */
    RowScope scope;
} TileRecord;
typedef struct RecordSet {
    Arena *arena;
    int64_t version;
    TileRecord *r;
    size_t n;
} RecordSet;

typedef struct TileSets TileSets;
TileSets *tile_sets_new(void);
void tile_sets_free(TileSets **s);
/* For the life of the Work's arena. */
Rc tile_points_take(Work *w, TileSets *s, const PointSet **out);
Rc tile_features_take(Work *w, TileSets *s, const FeatureSet **out);
/* A BorderSet of border.c, kept with the features. */
Rc tile_borders_take(Work *w, TileSets *s, const void **out);
Rc tile_records_take(Work *w, TileSets *s, const Entity *e, const RecordSet **out);

/* f's type, bounds and parts from a GeoJSON geometry that was checked when it was written. */
bool tile_geometry_read(Arena *a, TileFeature *f, const Json *g);

/* border.c */
Rc border_set_build(Work *w, const Entity *e, int64_t version, void **out);
void border_set_free(void *set);

/* record_set.c. Can records of e be shown in tiles: have they a place, and does their scope follow from the
 * record and the trees alone, so that events tell when it changes? */
bool record_set_fits(const Entity *e);
Rc record_set_build(Work *w, const Entity *e, int64_t version, void **out);
