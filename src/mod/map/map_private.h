/* Shared inside the slice. */
#pragma once
#include "mod/map.h"

enum { MAP_ROUTES = 3 };
extern const Route map_routes[MAP_ROUTES];
