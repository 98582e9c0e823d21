/* The grid (网格): every village and community parted into cells, each with a worker, a ranger and a station,
 * so that every place is somebody's to look at. A cell is a district of level "grid"; its record here says
 * who, how often and where. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_grid;
extern const Entity grid_cell_entity; /* "grid-cells" */
extern const Entity grid_rule_entity; /* "grid-rules" */

/* Which body handles what a patrol found: by the most special rule that fits category and line. 0: none. */
Rc grid_route(Work *w, int64_t district, Str line, Str category, int64_t *body);
