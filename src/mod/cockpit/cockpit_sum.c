/* Figures of the cockpit that no database is needed for: medians, the order of the districts. */
#include "cockpit_private.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

Spread cockpit_spread(const Answer *list, size_t n, size_t member, bool (*pick)(const Answer *a, int64_t arg),
                      int64_t arg, int64_t *scratch)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t ms;
        memcpy(&ms, (const char *)&list[i] + member, sizeof ms);
        if (ms >= 0 && pick(&list[i], arg)) scratch[k++] = ms;
    }
    if (!k) return (Spread){0};
    qsort(scratch, k, sizeof *scratch, by_size);
    return (Spread){(int64_t)k, (scratch[(k - 1) / 2] + scratch[k / 2]) / 2, scratch[k - 1]};
}

static int worst_first(const void *a, const void *b)
{
    const DistrictRow *x = a, *y = b;
    for (int g = 1; g <= 4; g++)
        if (x->open[g] != y->open[g]) return x->open[g] > y->open[g] ? -1 : 1;
    if (x->alarms != y->alarms) return x->alarms > y->alarms ? -1 : 1;
    return str_cmp(x->code, y->code);
}

void cockpit_rank(DistrictRow *list, size_t n)
{
    if (n > 1) qsort(list, n, sizeof *list, worst_first);
}
