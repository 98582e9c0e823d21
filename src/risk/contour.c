/* Rings around the places at or above a level, by marching squares. The grid is taken as surrounded by zeros,
 * so every line closes. Each edge between neighbouring cells that the line crosses belongs to two squares at
 * most, so the line is followed from edge to edge without searching. At a saddle the two high corners are
 * kept apart. */
#include "risk/grid.h"

typedef struct March {
    Arena *arena;
    const RiskGrid *g;
    const double *v;
    double level;
    int32_t *next; /* of each edge: the edge the line goes to with the high side on its left; -1: none */
    int w, h;      /* corners: the grid with a ring of zeros */
} March;

static double corner(const March *m, int i, int j)
{
    if (i < 1 || j < 1 || i > m->g->nx || j > m->g->ny) return 0;
    return m->v[(size_t)(j - 1) * (size_t)m->g->nx + (size_t)(i - 1)];
}

/* Edges: from corner (i, j) to the right: 2·(j·w + i); upwards: one more. */
static int32_t edge(const March *m, int i, int j, int up)
{
    return 2 * (j * m->w + i) + up;
}

/* Lines of a square by which corners are high (1 lower left, 2 lower right, 4 upper right, 8 upper left), as
 * pairs of its sides (0 lower, 1 right, 2 upper, 3 left), high side on the left. */
static const int8_t lines[16][4] = {
    {-1, -1, -1, -1}, {0, 3, -1, -1}, {1, 0, -1, -1}, {1, 3, -1, -1},   {2, 1, -1, -1}, {0, 3, 2, 1},
    {2, 0, -1, -1},   {2, 3, -1, -1}, {3, 2, -1, -1}, {0, 2, -1, -1},   {1, 0, 3, 2},   {1, 2, -1, -1},
    {3, 1, -1, -1},   {0, 1, -1, -1}, {3, 0, -1, -1}, {-1, -1, -1, -1},
};

static void square(March *m, int i, int j)
{
    const int32_t sides[4] = {edge(m, i, j, 0), edge(m, i + 1, j, 1), edge(m, i, j + 1, 0), edge(m, i, j, 1)};
    int high = (corner(m, i, j) >= m->level) | (corner(m, i + 1, j) >= m->level) << 1 |
               (corner(m, i + 1, j + 1) >= m->level) << 2 | (corner(m, i, j + 1) >= m->level) << 3;
    for (int k = 0; k < 4 && lines[high][k] >= 0; k += 2)
        m->next[sides[lines[high][k]]] = sides[lines[high][k + 1]];
}

static void place(const March *m, int32_t e, double out[2])
{
    int at = e / 2, up = e % 2, i = at % m->w, j = at / m->w;
    double a = corner(m, i, j), b = up ? corner(m, i, j + 1) : corner(m, i + 1, j);
    double t = (m->level - a) / (b - a);
    out[0] = m->g->x0_m + m->g->step_m * (i - 1 + (up ? 0 : t));
    out[1] = m->g->y0_m + m->g->step_m * (j - 1 + (up ? t : 0));
}

static RiskRing follow(March *m, int32_t first)
{
    RiskRing r = {0};
    for (int32_t e = first; r.n == 0 || e != first; e = m->next[e]) r.n++;
    r.points = arena_alloc(m->arena, sizeof *r.points * (r.n + 1));
    int32_t e = first;
    for (size_t i = 0; i < r.n; i++) {
        int32_t next = m->next[e];
        place(m, e, r.points[i]);
        m->next[e] = -1;
        e = next;
    }
    r.points[r.n][0] = r.points[0][0];
    r.points[r.n][1] = r.points[0][1];
    r.n++;
    return r;
}

size_t risk_contour(Arena *arena, const RiskGrid *g, const double *values, double level, RiskRing **out,
                    double *out_area)
{
    March m = {arena, g, values, level, NULL, g->nx + 2, g->ny + 2};
    size_t edges = 2 * (size_t)m.w * (size_t)m.h, n = 0, cap = 0, cells = 0;
    m.next = arena_alloc(arena, sizeof *m.next * edges);
    memset(m.next, 0xff, sizeof *m.next * edges);
    *out = NULL;
    for (int j = 0; j + 1 < m.h; j++)
        for (int i = 0; i + 1 < m.w; i++) square(&m, i, j);
    for (size_t i = 0; i < (size_t)g->nx * (size_t)g->ny; i++) cells += values[i] >= level;
    *out_area = (double)cells * g->step_m * g->step_m;
    for (size_t e = 0; e < edges; e++) {
        if (m.next[e] < 0) continue;
        if (n == cap) {
            RiskRing *more = ARENA_ARRAY(arena, RiskRing, cap = cap ? 2 * cap : 8);
            if (n) memcpy(more, *out, sizeof *more * n);
            *out = more;
        }
        (*out)[n++] = follow(&m, (int32_t)e);
    }
    return n;
}
