/* Medians and ninetieth percentiles rather than means: one order that lay over a weekend says nothing about
 * how fast the others were. */
#include "figures.h"
#include "base/clock.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int by_count(const void *a, const void *b)
{
    const Figure *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return str_cmp(x->key, y->key);
}

/* The smallest value that at least this share of them does not exceed. */
static int64_t percentile(const int64_t *sorted, size_t n, int percent)
{
    size_t rank = (n * (size_t)percent + 99) / 100;
    return sorted[rank ? rank - 1 : 0];
}

static void sum_step(Arena *a, const FigureRow *rows, size_t n, size_t step, Figure *f)
{
    int64_t *took = ARENA_ARRAY(a, int64_t, n + 1);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t *t = rows[i].t;
        if (str_eq(rows[i].key, f->key) && t[0] != TIME_NONE && t[step] != TIME_NONE && t[step] >= t[0])
            took[m++] = t[step] - t[0];
    }
    if (!m) return;
    qsort(took, m, sizeof *took, by_value);
    f->step[step].n = (int64_t)m;
    f->step[step].median_ms = percentile(took, m, 50);
    f->step[step].p90_ms = percentile(took, m, 90);
}

static Figure *figure_of(Figure *list, size_t *n, Str key)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq(list[i].key, key)) return &list[i];
    list[*n] = (Figure){.key = key};
    return &list[(*n)++];
}

void figures_sum(Arena *a, const FigureRow *rows, size_t n, Figure **out, size_t *nout)
{
    Figure *list = ARENA_ARRAY(a, Figure, n + 1);
    *nout = 0;
    for (size_t i = 0; i < n; i++) {
        Figure *f = figure_of(list, nout, rows[i].key);
        f->n++;
        f->open += rows[i].open;
        f->late += rows[i].late;
    }
    for (size_t i = 0; i < *nout; i++)
        for (size_t step = 1; step < FIGURE_STEPS; step++) sum_step(a, rows, n, step, &list[i]);
    qsort(list, *nout, sizeof *list, by_count);
    *out = list;
}
