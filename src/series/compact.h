/* Putting a day in order: one run of rows a point, and its roll-ups. */
#pragma once
#include "query.h"
#include "rollup.h"

int64_t seg_width(uint8_t kind); /* of a roll-up's steps */
/* The roll-up steps of a point in a day, and the rank up to which raw data are in them; *rank 0 when the day
 * has none of the kind. */
Rc day_rollups(Ctx *ctx, const Day *day, uint8_t kind, uint32_t point, Steps *out, uint64_t *rank);
/* Whether settled rows of one day get minute roll-ups. */
bool rows_fast(const Rows *rows);
