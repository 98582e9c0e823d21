/* Shared inside the slice. */
#pragma once
#include "mod/body.h"
#include "mod/district.h"
#include "mod/grid.h"
#include "mod/grid_cover.h"

#define GE (&grid_cell_entity)
#define QE (&grid_rule_entity)
#define BE (&body_entity)
#define DI (&district_entity)

/* The cell's ring as an area; 0 when it has no shape. RC_INVALID when it is none. a owns it until the arena
 * goes: *out is freed by the caller. */
Rc grid_shape(Work *w, const Record *cell, CoverArea *out);
/* The district path that the caller sees, "/" for all. */
const char *grid_path(Work *w);
Rc grid_gaps(Req *req, Res *res);
Rc grid_coverage(Req *req, Res *res);
Rc grid_rules_seed(Work *w);
