/* What a query sees of one point: its data in memory, copied at one moment, and the segments, taken after it.
 * A reading is in at least one of the two; where it is in both, it is the same one. */
#pragma once
#include "segment.h"
#include "store.h"

typedef struct Rows {
    SeriesRow *p; /* malloc */
    size_t n, cap;
} Rows;
void rows_add(Rows *rows, const SeriesRow *r, size_t n);
void rows_free(Rows *rows);
/* One row per time, see rows_settle. */
void rows_tidy(Rows *rows);

typedef struct View {
    Series *s;
    uint32_t point;
    Sealed **sealed; /* oldest first */
    size_t nsealed;
    SeriesRow open[CHUNK_ROWS_MAX];
    size_t nopen;
    SeriesRow side[SIDE_MAX];
    size_t nside;
    Catalog *catalog;
} View;
void view_open(Series *s, uint32_t point, View *v);
void view_close(View *v);
/* Adds the point's raw rows of a day with from ≤ t < to in the order of writing: of segments with rank >
 * after, then from memory. */
Rc view_day_segments(Ctx *ctx, const View *v, const Day *day, uint64_t after, const int64_t range[2],
                     Rows *out);
void view_memory(const View *v, int64_t from, int64_t to, Rows *out);
/* The civil days that hold anything of from ≤ t < to, ascending; malloc. */
size_t view_days(const View *v, int64_t from, int64_t to, int32_t **days);
/* Adds the rows from ≤ t < to of one open segment. */
Rc seg_file_rows(Ctx *ctx, SegFile *f, uint32_t point, const int64_t range[2], Rows *out);
