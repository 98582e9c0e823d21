/* The base map: land, water, roads, pipes, district outlines as GeoJSON features by layer, so that the map
 * needs no Internet; and the compact list of points the map shows. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_map;
extern const Entity map_feature_entity;
