/* Shared inside the slice. */
#pragma once
#include "mod/body.h"
#include "mod/district.h"
#include "mod/indicator.h"
#include "pace.h"

#define YEAR_FIRST 1949
#define YEAR_LAST  2100

/* One indicator as a sum. Its figures are in the order of their years. */
void indicator_read(const Entity *e, const Record *rec, const Record *plan, PaceIn *out);
Rc indicator_table(Req *req, Res *res);
