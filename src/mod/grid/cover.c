/* See grid_cover.h. Each field of the raster is asked in the middle, a little off it, so that a border that
 * runs along the raster belongs to one side. Uncovered fields that cannot be reached from outside are holes.
 */
#include "mod/grid_cover.h"
#include <math.h>

enum { FIELDS = COVER_SIDE * COVER_SIDE, LEAST = 2 };
static const double off_middle = 0.5137;

typedef struct Raster {
    double west, south, dx, dy, m2; /* of one field */
    int16_t *owner;                 /* 1 + index of the area; 0: none; -1: outside */
} Raster;

static void frame(Raster *r, const CoverArea *areas, size_t n)
{
    double box[4] = {areas[0].box[0], areas[0].box[1], areas[0].box[2], areas[0].box[3]};
    for (size_t i = 1; i < n; i++) {
        box[0] = fmin(box[0], areas[i].box[0]);
        box[1] = fmin(box[1], areas[i].box[1]);
        box[2] = fmax(box[2], areas[i].box[2]);
        box[3] = fmax(box[3], areas[i].box[3]);
    }
    r->dx = (box[2] - box[0]) / (COVER_SIDE - 2);
    r->dy = (box[3] - box[1]) / (COVER_SIDE - 2);
    r->west = box[0] - r->dx; /* one field around belongs to nobody */
    r->south = box[1] - r->dy;
    GeoPoint here = {r->west, r->south};
    r->m2 = geo_metres(here, (GeoPoint){r->west + r->dx, r->south}) *
            geo_metres(here, (GeoPoint){r->west, r->south + r->dy});
}

static GeoPoint middle(const Raster *r, int x, int y)
{
    return (GeoPoint){r->west + (x + off_middle) * r->dx, r->south + (y + off_middle) * r->dy};
}

static int clamp(double v)
{
    return v < 0 ? 0 : v > COVER_SIDE - 1 ? COVER_SIDE - 1 : (int)v;
}

static void count_pair(Cover *out, uint32_t *pair, size_t a, size_t b, double m2)
{
    size_t i = 0;
    if (a > b) {
        size_t t = a;
        a = b;
        b = t;
    }
    while (i < out->noverlaps && (out->overlap[i].a != a || out->overlap[i].b != b)) i++;
    if (i == COVER_FOUND) return;
    if (i == out->noverlaps) {
        out->overlap[out->noverlaps++] = (CoverOverlap){a, b, 0};
        pair[i] = 0;
    }
    pair[i]++;
    out->overlap[i].m2 = pair[i] * m2;
}

static void paint(Raster *r, const CoverArea *areas, size_t n, Cover *out, uint32_t *pair)
{
    for (size_t i = 0; i < n; i++) {
        const double *box = areas[i].box;
        int x0 = clamp((box[0] - r->west) / r->dx - 1), x1 = clamp((box[2] - r->west) / r->dx + 1);
        int y0 = clamp((box[1] - r->south) / r->dy - 1), y1 = clamp((box[3] - r->south) / r->dy + 1);
        for (int y = y0; y <= y1; y++)
            for (int x = x0; x <= x1; x++) {
                int16_t *owner = &r->owner[y * COVER_SIDE + x];
                if (!geo_area_has(areas[i].area, middle(r, x, y))) continue;
                if (*owner) count_pair(out, pair, (size_t)(*owner - 1), i, r->m2);
                else *owner = (int16_t)(i + 1);
            }
    }
}

/* Marks the uncovered fields joined to `from`; gives how many. */
static int flood(Raster *r, int *stack, int from, int16_t mark)
{
    static const int step[] = {1, -1, COVER_SIDE, -COVER_SIDE};
    int n = 0, found = 1;
    stack[n++] = from;
    r->owner[from] = mark;
    while (n) {
        int at = stack[--n], x = at % COVER_SIDE;
        for (size_t k = 0; k < 4; k++) {
            int to = at + step[k];
            bool wraps = (k == 0 && x == COVER_SIDE - 1) || (k == 1 && x == 0);
            if (wraps || to < 0 || to >= FIELDS || r->owner[to]) continue;
            r->owner[to] = mark;
            stack[n++] = to;
            found++;
        }
    }
    return found;
}

static void find_holes(Raster *r, int *stack, Cover *out)
{
    flood(r, stack, 0, -1);
    for (int at = 0; at < FIELDS && out->nholes < COVER_FOUND; at++) {
        if (r->owner[at]) continue;
        int fields = flood(r, stack, at, -1);
        if (fields < LEAST) continue;
        out->hole[out->nholes++] = (CoverHole){middle(r, at % COVER_SIDE, at / COVER_SIDE), fields * r->m2};
    }
}

void grid_cover(Arena *a, const CoverArea *areas, size_t n, Cover *out)
{
    Raster r;
    uint32_t pair[COVER_FOUND];
    size_t kept = 0;
    *out = (Cover){0};
    if (!n) return;
    frame(&r, areas, n);
    if (!(r.dx > 0) || !(r.dy > 0)) return;
    r.owner = arena_alloc(a, FIELDS * sizeof *r.owner);
    memset(r.owner, 0, FIELDS * sizeof *r.owner);
    paint(&r, areas, n, out, pair);
    for (size_t i = 0; i < out->noverlaps; i++)
        if (pair[i] >= LEAST) out->overlap[kept++] = out->overlap[i];
    out->noverlaps = kept;
    find_holes(&r, arena_alloc(a, FIELDS * sizeof(int)), out);
}
