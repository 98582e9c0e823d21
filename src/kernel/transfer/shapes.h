/* Private to the kernel: a zipped Shapefile on its way in. */
#pragma once
#include "transfer/transfer.h"

/* 1: content was a zip archive with a Shapefile, and *out is its GeoJSON in degrees; 0: it is no such archive
 * (an xlsx is a zip, too). RC_SYNTAX, RC_INVALID (a part is missing, the coordinate system is not known),
 * RC_TOO_LARGE. Hostile input is expected. */
Rc shapes_geojson(Ctx *ctx, const Entity *e, Str content, Str *out);
