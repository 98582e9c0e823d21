/* A Shapefile as GeoJSON. The adapter of shapelib. Hostile input is expected: any bytes in any part. */
#pragma once
#include "base/ctx.h"

/* The files of one layer, in memory; prj and cpg may be STR_NONE. */
typedef struct Shapefile {
    Str shp, shx, dbf, prj, cpg;
} Shapefile;

enum { SHAPEFILE_RECORDS_MOST = 100000 };

/* The FeatureCollection in degrees, in ctx's arena; most: bytes of it. Texts are UTF-8 or GBK, as .cpg or the
 * table says, else as they read. name: what a column is called in the result (it holds ten bytes at most).
 * RC_SYNTAX "shapefile.damaged", RC_INVALID "geo.prj" or "shapefile.prj" (no .prj: nobody knows where it
 * lies), RC_TOO_LARGE. */
Rc shapefile_geojson(Ctx *ctx, const Shapefile *in, Str (*name)(void *ud, Str column), void *ud, size_t most,
                     Str *out);
