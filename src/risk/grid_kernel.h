/* The inner loop of the grid, in its own file because it is compiled for speed. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* z = Pr − 5 on the axis and the factor of y², by distance: an entry for each 1/256 of an octave from 1 m on.
 */
#define PLUME_BITS    15 /* of a float's mantissa below an entry */
#define PLUME_FIRST   (127 << 8)
#define PLUME_ENTRIES (14 * 256 + 2) /* up to 2^14 m */
typedef struct PlumeTable {
    float z[PLUME_ENTRIES], dz[PLUME_ENTRIES]; /* value and slope a metre */
    float k[PLUME_ENTRIES], dk[PLUME_ENTRIES];
} PlumeTable;

#define PHI_LOW     (-8.0f)
#define PHI_HIGH    6.0f
#define PHI_STEPS   256 /* a unit */
#define PHI_ENTRIES ((14 * PHI_STEPS) + 2)
typedef struct PhiTable {
    float p[PHI_ENTRIES], dp[PHI_ENTRIES]; /* Φ and its rise to the next entry */
} PhiTable;

/* n cells in a row: x and y of the first and their steps from cell to cell, in the plume's axes. Adds
 * weight·Φ(z − k·y²) to each where z − k·y² > cut. All x lie in [1, 2^14). */
typedef struct Segment {
    double x, y, dx, dy;
    float weight, cut;
    size_t n;
} Segment;
void plume_segment(const PlumeTable *t, const PhiTable *phi, const Segment *s, double *out);
