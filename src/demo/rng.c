/* SplitMix64 and value noise: enough for a city that must look alive, and the same on every machine. */
#include "city.h"

uint64_t mix64(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

uint64_t rng_next(Rng *r)
{
    uint64_t out = mix64(r->s);
    r->s += UINT64_C(0x9E3779B97F4A7C15);
    return out;
}

double rng_unit(Rng *r)
{
    return (double)(rng_next(r) >> 11) / 9007199254740992.0;
}
double rng_between(Rng *r, double lo, double hi)
{
    return lo + (hi - lo) * rng_unit(r);
}

static double at_knot(uint64_t key, int64_t knot)
{
    return (double)(mix64(key ^ mix64((uint64_t)knot)) >> 11) / 4503599627370496.0 - 1.0;
}

double noise(uint64_t key, int64_t t, int64_t step)
{
    int64_t k = t / step;
    double f = (double)(t - k * step) / (double)step;
    f = f * f * (3 - 2 * f);
    double a = at_knot(key, k), b = at_knot(key, k + 1);
    return a + (b - a) * f;
}
