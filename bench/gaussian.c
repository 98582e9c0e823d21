/* Moments are summed anew at each renewal, by the difference to the newest value, so that nothing cancels;
 * that is slow while the window grows and does not matter here. */
#include "gaussian.h"
#include <math.h>

#define LEAST_DEVIATION 1e-6 /* as in the original */

enum { RING = GAUSSIAN_WINDOW + GAUSSIAN_STEP };

static void renew(Gaussian *g)
{
    double from = g->window[(g->used - 1) % RING], sum = 0, squares = 0, n = (double)(g->used - g->first);
    for (unsigned long i = g->first; i < g->used; i++) {
        double x = g->window[i % RING] - from;
        sum += x;
        squares += x * x;
    }
    g->mean = from + sum / n;
    g->deviation = sqrt(fmax(squares / n - sum / n * (sum / n), 0));
    if (g->deviation < LEAST_DEVIATION) g->deviation = LEAST_DEVIATION;
}

double gaussian_take(Gaussian *g, double v)
{
    double distance = g->n ? fabs(v - g->mean) / g->deviation : 0;
    g->window[g->n++ % RING] = v;
    if (g->n <= GAUSSIAN_WINDOW) {
        g->used = g->n;
        renew(g);
    } else if (g->n - g->used == GAUSSIAN_STEP) {
        g->used = g->n;
        g->first = g->n - GAUSSIAN_WINDOW;
        renew(g);
    }
    return distance;
}
