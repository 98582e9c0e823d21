/* A track with fewer points. The error of a point that is left out is its distance from where the vehicle
 * would be at that time on the straight way between its kept neighbours (time-ratio Douglas–Peucker), so a
 * slider along the time shows it in the right place and stops stay stops. */
#include "vehicle_private.h"

#include <math.h>
#include <stdlib.h>

typedef struct Span {
    size_t a, b;
} Span;

static double off(const TrackPoint *a, const TrackPoint *b, const TrackPoint *p)
{
    double f = b->t > a->t ? (double)(p->t - a->t) / (double)(b->t - a->t) : 0;
    GeoPoint at = {a->lon + (b->lon - a->lon) * f, a->lat + (b->lat - a->lat) * f};
    double north = (p->lat - at.lat) * 111195, east = (p->lon - at.lon) * 111195 * cos(p->lat * M_PI / 180);
    return hypot(north, east);
}

/* Marks the points of [0, n) to keep; stops counting above most. */
static size_t mark(const TrackPoint *p, size_t n, double tolerance, size_t most, bool *keep, Span *stack)
{
    size_t depth = 0, kept = 2;
    memset(keep, 0, n * sizeof *keep);
    keep[0] = keep[n - 1] = true;
    stack[depth++] = (Span){0, n - 1};
    while (depth && kept <= most) {
        Span s = stack[--depth];
        double worst = tolerance;
        size_t at = 0;
        for (size_t i = s.a + 1; i < s.b; i++) {
            double d = off(&p[s.a], &p[s.b], &p[i]);
            if (d > worst) worst = d, at = i;
        }
        if (!at) continue;
        keep[at] = true;
        kept++;
        stack[depth++] = (Span){s.a, at};
        stack[depth++] = (Span){at, s.b};
    }
    return kept;
}

size_t track_thin(TrackPoint *p, size_t n, size_t most, double *tolerance)
{
    ENSURE(most >= 2);
    *tolerance = 0;
    if (n <= most) return n;
    bool *keep = malloc(n * sizeof *keep);
    Span *stack = malloc((n + 1) * sizeof *stack);
    ENSURE(keep && stack);
    *tolerance = 5;
    while (mark(p, n, *tolerance, most, keep, stack) > most) *tolerance *= 2;
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        if (keep[i]) p[left++] = p[i];
    free(keep);
    free(stack);
    return left;
}
