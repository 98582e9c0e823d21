/* Private to the kernel: GeoJSON as a table for import.c. */
#pragma once
#include "geo/datum.h"
#include "transfer/transfer.h"

/* An object of JSON: no table begins so. */
bool geojson_is(Str content);
/* The FeatureCollection as CSV, coordinates brought from datum to CGCS2000; in ctx's arena. RC_SYNTAX,
 * RC_INVALID (e has no place), RC_TOO_LARGE. Hostile input is expected: any bytes, deep nesting. */
Rc geojson_table(Ctx *ctx, const Entity *e, Str content, GeoDatum datum, Str *csv);
