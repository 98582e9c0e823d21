/* Clipping by Liang and Barsky for lines and by Sutherland and Hodgman for rings, in units of the tile.
 * Places that round to less than THIN apart are dropped: they would lie on one pixel. */
#include "clip.h"
#include <stdlib.h>

enum { THIN = 4, LOW = -TILE_BUFFER, HIGH = TILE_EXTENT + TILE_BUFFER };

typedef struct Place {
    double x, y;
} Place;

static Place place_of(TileId t, WorldPlace w)
{
    TilePlace p = tile_place(t, w);
    return (Place){p.x, p.y};
}

static TilePlace rounded(Place p)
{
    return (TilePlace){(int32_t)(p.x < 0 ? p.x - 0.5 : p.x + 0.5),
                       (int32_t)(p.y < 0 ? p.y - 0.5 : p.y + 0.5)};
}

static bool near(TilePlace a, TilePlace b, int by)
{
    return abs(a.x - b.x) < by && abs(a.y - b.y) < by;
}

/* ---- Lines ---- */

/* One side of the window; false: nothing is left between from and to. */
static bool cut_side(double d, double q, double *from, double *to)
{
    if (d == 0) return q >= 0;
    double r = q / d;
    if (d < 0) {
        if (r > *to) return false;
        if (r > *from) *from = r;
    } else {
        if (r < *from) return false;
        if (r < *to) *to = r;
    }
    return true;
}

static bool cut_segment(Place *a, Place *b)
{
    double from = 0, to = 1, dx = b->x - a->x, dy = b->y - a->y;
    bool left = cut_side(-dx, a->x - LOW, &from, &to) && cut_side(dx, HIGH - a->x, &from, &to) &&
                cut_side(-dy, a->y - LOW, &from, &to) && cut_side(dy, HIGH - a->y, &from, &to);
    if (!left) return false;
    Place start = *a;
    *a = (Place){start.x + from * dx, start.y + from * dy};
    *b = (Place){start.x + to * dx, start.y + to * dy};
    return true;
}

size_t clip_line(Arena *arena, TileId t, const WorldPlace *p, size_t n, ClipPart **out)
{
    ClipPart *parts = ARENA_ARRAY(arena, ClipPart, n);
    TilePlace *room = ARENA_ARRAY(arena, TilePlace, 2 * n);
    size_t count = 0, used = 0;
    bool open = false;
    for (size_t i = 0; i + 1 < n; i++) {
        Place a = place_of(t, p[i]), b = place_of(t, p[i + 1]), end = b;
        if (!cut_segment(&a, &b)) {
            open = false;
            continue;
        }
        if (!open) {
            parts[count++] = (ClipPart){room + used, 1};
            room[used++] = rounded(a);
        }
        ClipPart *part = &parts[count - 1];
        open = b.x == end.x && b.y == end.y;
        TilePlace r = rounded(b);
        bool last = !open || i + 2 == n;
        if (near(r, part->p[part->n - 1], last ? 1 : THIN)) continue;
        room[used++] = r;
        part->n++;
    }
    size_t good = 0;
    for (size_t i = 0; i < count; i++)
        if (parts[i].n >= 2) parts[good++] = parts[i];
    *out = parts;
    return good;
}

/* ---- Rings ---- */

typedef enum { SIDE_WEST, SIDE_EAST, SIDE_NORTH, SIDE_SOUTH, SIDES } Side;

static double inside(Place p, Side s)
{
    switch (s) {
    case SIDE_WEST:
        return p.x - LOW;
    case SIDE_EAST:
        return HIGH - p.x;
    case SIDE_NORTH:
        return p.y - LOW;
    default:
        return HIGH - p.y;
    }
}

/* in (n places, closed by itself) cut at one side into out; out has room for 2 n. */
static size_t cut_ring(const Place *in, size_t n, Side s, Place *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        Place a = in[i], b = in[i + 1 == n ? 0 : i + 1];
        double da = inside(a, s), db = inside(b, s);
        if (da >= 0) out[m++] = a;
        if ((da >= 0) == (db >= 0)) continue;
        double r = da / (da - db);
        out[m++] = (Place){a.x + r * (b.x - a.x), a.y + r * (b.y - a.y)};
    }
    return m;
}

/* Twice the area, positive when clockwise on the screen (y goes down). */
static int64_t area_of(const TilePlace *p, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        TilePlace a = p[i], b = p[i + 1 == n ? 0 : i + 1];
        sum += (int64_t)a.x * b.y - (int64_t)b.x * a.y;
    }
    return sum;
}

static void reverse(TilePlace *p, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        TilePlace keep = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = keep;
    }
}

static size_t thin_ring(const Place *in, size_t n, TilePlace *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        TilePlace r = rounded(in[i]);
        if (m == 0 || !near(r, out[m - 1], THIN)) out[m++] = r;
    }
    while (m > 1 && near(out[m - 1], out[0], THIN)) m--;
    return m;
}

ClipPart clip_ring(Arena *arena, TileId t, const WorldPlace *p, size_t n, bool outer)
{
    if (n < 4) return (ClipPart){0};
    size_t m = n - 1;
    Place *a = ARENA_ARRAY(arena, Place, m), *b;
    for (size_t i = 0; i < m; i++) a[i] = place_of(t, p[i]);
    for (Side s = SIDE_WEST; s < SIDES && m; s++) {
        b = ARENA_ARRAY(arena, Place, 2 * m);
        m = cut_ring(a, m, s, b);
        a = b;
    }
    ClipPart part = {ARENA_ARRAY(arena, TilePlace, m + 1), 0};
    part.n = thin_ring(a, m, part.p);
    int64_t area = part.n >= 3 ? area_of(part.p, part.n) : 0;
    if (area == 0) return (ClipPart){0};
    if ((area > 0) != outer) reverse(part.p, part.n);
    return part;
}
