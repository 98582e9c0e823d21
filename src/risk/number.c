/* Rounding and summing so that what is compared with a limit does not depend on the order of the input: terms
 * are sorted before they are added, and the sum is compared after rounding to nine significant decimal
 * digits. */
#include "base/num.h"
#include "risk/risk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double risk_round9(double v)
{
    if (!isfinite(v) || v == 0) return v;
    char text[NUM_TEXT_MAX];
    int n = snprintf(text, sizeof text, "%.8e", v);
    for (int i = 0; i < n; i++) /* a process may have another decimal point */
        if (text[i] == ',') text[i] = '.';
    double rounded;
    return num_parse_f64(str_n(text, (size_t)n), false, &rounded) ? rounded : v;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double risk_sum(double *v, size_t n)
{
    long double sum = 0;
    if (n) qsort(v, n, sizeof *v, by_value);
    for (size_t i = 0; i < n; i++) sum += v[i];
    return (double)sum;
}
