/* One row of cells under one plume. Distance becomes a table index by the bits of a float (its exponent and
 * the top of its mantissa), so no logarithm is taken; the loops have no branches and the compiler makes
 * vectors of them, for AVX2 where the processor has it. Blocks keep the intermediate values in the first
 * cache. */
#include "grid_kernel.h"

#include <string.h>

enum { BLOCK = 128 };

static inline __attribute__((always_inline)) void segment(const PlumeTable *t, const PhiTable *phi,
                                                          const Segment *s, double *out)
{
    float x[BLOCK], z[BLOCK];
    int32_t bits[BLOCK];
    const float cut = s->cut, weight = s->weight;
    for (size_t at = 0; at < s->n; at += BLOCK) {
        int n = (int)(s->n - at < BLOCK ? s->n - at : BLOCK);
        float x0 = (float)(s->x + s->dx * (double)at), y0 = (float)(s->y + s->dy * (double)at);
        float dx = (float)s->dx, dy = (float)s->dy;
        for (int i = 0; i < n; i++) x[i] = x0 + dx * (float)i;
        memcpy(bits, x, sizeof x[0] * (size_t)n);
        for (int i = 0; i < n; i++) {
            const int last = PLUME_ENTRIES - 2;
            int e = (bits[i] >> PLUME_BITS) - PLUME_FIRST;
            e = e < 0 ? 0 : e > last ? last : e; /* rounding at the ends of a row */
            bits[i] = e;
        }
        for (int i = 0; i < n; i++) {
            int e = bits[i];
            int32_t start = (e + PLUME_FIRST) << PLUME_BITS;
            float from, y = y0 + dy * (float)i;
            memcpy(&from, &start, sizeof from);
            float off = x[i] - from;
            z[i] = t->z[e] + off * t->dz[e] - (t->k[e] + off * t->dk[e]) * (y * y);
        }
        for (int i = 0; i < n; i++) {
            float v = z[i] > PHI_LOW ? z[i] : PHI_LOW;
            v = v < PHI_HIGH ? v : PHI_HIGH;
            float u = (v - PHI_LOW) * PHI_STEPS, keep = z[i] > cut ? weight : 0.0f;
            int e = (int)u;
            float p = phi->p[e] + (u - (float)e) * phi->dp[e];
            out[i] += (double)(keep * p);
        }
        out += n;
    }
}

static void segment_plain(const PlumeTable *t, const PhiTable *phi, const Segment *s, double *out)
{
    segment(t, phi, s, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void segment_avx2(const PlumeTable *t, const PhiTable *phi,
                                                         const Segment *s, double *out)
{
    segment(t, phi, s, out);
}

void plume_segment(const PlumeTable *t, const PhiTable *phi, const Segment *s, double *out)
{
    if (__builtin_cpu_supports("avx2")) segment_avx2(t, phi, s, out);
    else segment_plain(t, phi, s, out);
}
#else
void plume_segment(const PlumeTable *t, const PhiTable *phi, const Segment *s, double *out)
{
    segment_plain(t, phi, s, out);
}
#endif
