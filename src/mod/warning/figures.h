/* Response times, pure. */
#pragma once
#include "base/ctx.h"

/* Times of one warning or order in the order of the chain; TIME_NONE: not reached. */
enum { FIGURE_STEPS = 7 };
typedef struct FigureRow {
    Str key; /* what it is counted under */
    bool open, late;
    int64_t t[FIGURE_STEPS]; /* [0]: from when the others are counted */
} FigureRow;

typedef struct Figure {
    Str key;
    int64_t n, open, late;
    struct {
        int64_t n, median_ms, p90_ms; /* of those that reached the step; n 0: none */
    } step[FIGURE_STEPS];
} Figure;

/* One figure for each key, the most frequent first, then by key. */
void figures_sum(Arena *a, const FigureRow *rows, size_t n, Figure **out, size_t *nout);
