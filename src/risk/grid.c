/* Individual risk on a grid. In the logarithm a plume's dose is a table over the distance downwind minus a
 * parabola across it, so a cell costs two look-ups; cells outside the footprint (where the probability of
 * death is below the cut-off) are never visited: the footprint is cut into slabs of the distance, each with
 * the half width it needs, and a row of the grid meets a slab in one interval. The cut-off follows from the
 * tolerance: what is left out is at most Φ(−cut) times the sum of all frequencies. Rows are shared out among
 * threads, so none writes where another does and the result does not depend on their number. */
#include "risk/grid.h"
#include "grid_kernel.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SLABS = 8, THREADS_MAX = 64, BANDS = 6 /* of rows, taken one by one */ };

static void travel(const RiskWind *w, size_t sector, double *cx, double *cy)
{
    double from = 2 * M_PI * (double)sector / (double)w->sectors;
    *cx = -sin(from);
    *cy = -cos(from);
}

static double radial_death(const RiskEvent *e, double r)
{
    double at = r / e->radius_m * RISK_RADIAL_STEPS;
    if (at >= RISK_RADIAL_STEPS) return 0;
    size_t i = (size_t)at;
    return e->death[i] + (at - (double)i) * (e->death[i + 1] - e->death[i]);
}

double risk_event_death(const RiskScene *s, const RiskEvent *e, int stability, size_t sector, double x,
                        double y)
{
    double ox = x - e->x_m, oy = y - e->y_m, cx, cy;
    if (e->kind == RISK_EVENT_RADIAL) return radial_death(e, hypot(ox, oy));
    travel(&s->wind, sector, &cx, &cy);
    double down = ox * cx + oy * cy, across = oy * cx - ox * cy;
    if (!(down >= RISK_PLUME_NEAR && down <= RISK_PLUME_X_MAX)) return 0;
    const RiskPlume p = {s->terrain, stability, e->rate_kg_s, s->wind.wind_m_s[stability], e->height_m};
    double c = risk_plume_kg_m3(&p, down, across, 0) * e->unit;
    return c > 0 ? risk_probability(risk_probit(e->a, e->b, e->n, c, e->minutes)) : 0;
}

double risk_individual_of(const RiskScene *s, const RiskEvent *e, double x, double y)
{
    if (e->kind == RISK_EVENT_RADIAL) return e->per_year * risk_event_death(s, e, 0, 0, x, y);
    double sum = 0;
    for (int c = 0; c < RISK_CLASSES; c++)
        for (size_t i = 0; i < s->wind.sectors; i++)
            if (s->wind.share[c][i] > 0) sum += s->wind.share[c][i] * risk_event_death(s, e, c, i, x, y);
    return e->per_year * sum;
}

double risk_individual_at(const RiskScene *s, double x, double y)
{
    double sum = 0;
    for (size_t i = 0; i < s->nevents; i++) sum += risk_individual_of(s, &s->events[i], x, y);
    return sum;
}

/* ---- The grid ---- */
typedef struct Spread { /* of a class, by distance: what no event changes */
    double x, log_c, z2, y2;
} Spread;

typedef struct Work {
    const RiskScene *scene;
    const RiskGrid *grid;
    double *out;
    double cut;     /* of z */
    Spread *spread; /* [class][entry] */
    PhiTable phi;
    atomic_int next_band;
    atomic_uint_least64_t terms;
} Work;

typedef struct Footprint {
    PlumeTable table;
    double slab[SLABS + 1], half[SLABS]; /* limits of the slabs, half width in each */
    bool empty;
} Footprint;

static double entry_x(int i)
{
    int octave = i / 256, part = i % 256;
    return ldexp(1 + part / 256.0, octave);
}

static void fill_spread(Work *w)
{
    for (int c = 0; c < RISK_CLASSES; c++)
        for (int i = 0; i < PLUME_ENTRIES; i++) {
            double x = entry_x(i), sy = risk_sigma_y(w->scene->terrain, c, x),
                   sz = risk_sigma_z(w->scene->terrain, c, x);
            w->spread[c * PLUME_ENTRIES + i] =
                (Spread){x, -log(M_PI * sy * sz), 1 / (2 * sz * sz), 1 / (2 * sy * sy)};
        }
}

static void fill_phi(PhiTable *t)
{
    for (int i = 0; i < PHI_ENTRIES; i++) {
        double z = (double)PHI_LOW + (double)i / PHI_STEPS, next = z + 1.0 / PHI_STEPS;
        t->p[i] = (float)risk_probability(5 + z);
        t->dp[i] = (float)(risk_probability(5 + next) - risk_probability(5 + z));
    }
}

/* What of z does not depend on the distance, and the factor of the rest. */
typedef struct Axis {
    double base, power, height2;
} Axis;

static Axis axis_of(const Work *w, const RiskEvent *e, int c)
{
    double power = e->b * e->n, q = e->rate_kg_s * e->unit / w->scene->wind.wind_m_s[c];
    return (Axis){e->a - 5 + power * log(q) + e->b * log(e->minutes), power, e->height_m * e->height_m};
}

/* z on the axis of a plume. */
static double axis_z(const Axis *a, const Spread *s)
{
    double z = a->base + a->power * (s->log_c - a->height2 * s->z2);
    return z > -1e6 ? z : -1e6;
}

static void find_slabs(const Work *w, Footprint *f, int last)
{
    double far = fmin(entry_x(last), RISK_PLUME_X_MAX);
    int i = 0;
    for (int s = 0; s <= SLABS; s++) f->slab[s] = RISK_PLUME_NEAR + (far - RISK_PLUME_NEAR) * s / SLABS;
    f->slab[SLABS] = far * (1 + 1e-12);
    for (int s = 0; s < SLABS; s++) {
        double half = 0;
        while (i > 0 && entry_x(i) > f->slab[s]) i--;
        for (; i < last + 1; i++) {
            double above = (double)f->table.z[i] - w->cut;
            if (above > 0) half = fmax(half, sqrt(above / (double)f->table.k[i]));
            if (entry_x(i) > f->slab[s + 1]) break;
        }
        f->half[s] = half * 1.01; /* between entries */
    }
}

static void fill_footprint(const Work *w, const RiskEvent *e, int c, Footprint *f)
{
    const Spread *s = &w->spread[c * PLUME_ENTRIES];
    const Axis a = axis_of(w, e, c);
    double z = axis_z(&a, s), next;
    int last = -1, i = 0;
    for (; i < PLUME_ENTRIES - 1 && s[i].x <= 1.02 * RISK_PLUME_X_MAX; i++, z = next) {
        double width = s[i + 1].x - s[i].x;
        next = axis_z(&a, &s[i + 1]);
        f->table.z[i] = (float)z;
        f->table.dz[i] = (float)((next - z) / width);
        f->table.k[i] = (float)(a.power * s[i].y2);
        f->table.dk[i] = (float)(a.power * (s[i + 1].y2 - s[i].y2) / width);
        if (z > w->cut) last = i + 1;
    }
    f->empty = last < 0;
    if (last >= i) last = i - 1;
    if (!f->empty) find_slabs(w, f, last);
}

/* Columns j in [*from, *to) with low ≤ start + step·j < high. */
static void columns(double start, double step, double low, double high, int *from, int *to)
{
    if (fabs(step) < 1e-9) {
        if (!(start >= low && start < high)) *to = *from;
        return;
    }
    double a = (low - start) / step, b = (high - start) / step;
    if (step < 0) { /* start + step·j < high ⇔ j > b; ≥ low ⇔ j ≤ a */
        double keep = a;
        a = floor(b) + 1;
        b = floor(keep) + 1;
    } else {
        a = ceil(a);
        b = ceil(b);
    }
    if (a > *from) *from = a < *to ? (int)a : *to;
    if (b < *to) *to = b > *from ? (int)b : *from;
}

/* Rows whose middles lie in [low, high] metres north of an event, and one more on each side. */
static void rows(const RiskGrid *g, const RiskEvent *e, double low, double high, int *from, int *to)
{
    double a = floor((e->y_m + low - g->y0_m) / g->step_m),
           b = ceil((e->y_m + high - g->y0_m) / g->step_m) + 1;
    if (a > *from) *from = a < *to ? (int)a : *to;
    if (b < *to) *to = b > *from ? (int)b : *from;
}

typedef struct Band {
    int from, to; /* rows */
    uint64_t terms;
} Band;

/* The part of a plume between two distances: a rectangle turned by the wind. */
static void plume_slab(const Work *w, const RiskEvent *e, const Footprint *f, int slab, const Segment *like,
                       Band *band)
{
    const RiskGrid *g = w->grid;
    double cx = like->x, cy = like->y, half = f->half[slab],
           side = half * fabs(cx); /* the wind's direction */
    double one = f->slab[slab] * cy, other = f->slab[slab + 1] * cy, ox = g->x0_m - e->x_m;
    int from = band->from, to = band->to;
    rows(g, e, fmin(one, other) - side, fmax(one, other) + side, &from, &to);
    for (int j = from; j < to; j++) {
        double oy = g->y0_m + g->step_m * j - e->y_m, x = ox * cx + oy * cy, y = oy * cx - ox * cy;
        int first = 0, end = g->nx;
        columns(x, like->dx, f->slab[slab], f->slab[slab + 1], &first, &end);
        columns(y, like->dy, -half, half, &first, &end);
        if (end <= first) continue;
        Segment part = *like;
        part.x = x + like->dx * first;
        part.y = y + like->dy * first;
        part.n = (size_t)(end - first);
        plume_segment(&f->table, &w->phi, &part, w->out + (size_t)j * (size_t)g->nx + first);
        band->terms += part.n;
    }
}

static void plume(const Work *w, const RiskEvent *e, int c, Footprint *f, Band *band)
{
    const RiskWind *wind = &w->scene->wind;
    double any = 0;
    for (size_t i = 0; i < wind->sectors; i++) any += wind->share[c][i];
    if (!(any > 0)) return;
    fill_footprint(w, e, c, f);
    for (size_t i = 0; i < wind->sectors && !f->empty; i++) {
        Segment s = {.weight = (float)(wind->share[c][i] * e->per_year), .cut = (float)w->cut};
        travel(wind, i, &s.x, &s.y);
        s.dx = w->grid->step_m * s.x;
        s.dy = -w->grid->step_m * s.y;
        if (!(s.weight > 0)) continue;
        for (int slab = 0; slab < SLABS; slab++)
            if (f->half[slab] > 0) plume_slab(w, e, f, slab, &s, band);
    }
}

static void radial(const Work *w, const RiskEvent *e, Band *band)
{
    const RiskGrid *g = w->grid;
    double ox = g->x0_m - e->x_m;
    int from = band->from, to = band->to;
    rows(g, e, -e->radius_m, e->radius_m, &from, &to);
    for (int j = from; j < to; j++) {
        double oy = g->y0_m + g->step_m * j - e->y_m, reach = e->radius_m * e->radius_m - oy * oy;
        int first = 0, end = g->nx;
        if (!(reach > 0)) continue;
        columns(ox, g->step_m, -sqrt(reach), sqrt(reach), &first, &end);
        double *out = w->out + (size_t)j * (size_t)g->nx;
        for (int i = first; i < end; i++)
            out[i] += e->per_year * radial_death(e, hypot(ox + g->step_m * i, oy));
        band->terms += (uint64_t)(end > first ? end - first : 0);
    }
}

static void *run_bands(void *arg)
{
    Work *w = arg;
    Footprint *f = malloc(sizeof *f);
    uint64_t terms = 0;
    ENSURE(f);
    int ny = w->grid->ny, per = (ny + BANDS - 1) / BANDS, i = atomic_fetch_add(&w->next_band, 1);
    for (; i * per < ny; i = atomic_fetch_add(&w->next_band, 1)) {
        Band band = {i * per, (i + 1) * per < ny ? (i + 1) * per : ny, 0};
        for (size_t k = 0; k < w->scene->nevents; k++) {
            const RiskEvent *e = &w->scene->events[k];
            if (e->kind == RISK_EVENT_RADIAL) radial(w, e, &band);
            for (int c = 0; c < RISK_CLASSES && e->kind == RISK_EVENT_PLUME; c++) plume(w, e, c, f, &band);
        }
        terms += band.terms;
    }
    atomic_fetch_add(&w->terms, terms);
    free(f);
    return NULL;
}

/* The z below which death is left out: Φ(z)·Σ frequencies = tolerance. */
static double cut_off(const RiskScene *s, double tolerance)
{
    double all = 0, low = -7.9, high = 0;
    for (size_t i = 0; i < s->nevents; i++) all += s->events[i].per_year;
    if (all * risk_probability(5 + low) >= tolerance) return low;
    for (int i = 0; i < 60; i++) {
        double z = (low + high) / 2;
        if (all * risk_probability(5 + z) > tolerance) high = z;
        else low = z;
    }
    return low;
}

uint64_t risk_individual_grid(const RiskScene *s, const RiskGrid *g, double tolerance, unsigned threads,
                              double *out)
{
    Work *w = calloc(1, sizeof *w);
    pthread_t ids[THREADS_MAX];
    unsigned started = 0;
    ENSURE(w);
    w->scene = s;
    w->grid = g;
    w->out = out;
    w->cut = cut_off(s, tolerance);
    w->spread = malloc(sizeof(Spread) * RISK_CLASSES * PLUME_ENTRIES);
    ENSURE(w->spread);
    fill_spread(w);
    fill_phi(&w->phi);
    memset(out, 0, sizeof *out * (size_t)g->nx * (size_t)g->ny);
    for (; started + 1 < threads && started < THREADS_MAX; started++)
        if (pthread_create(&ids[started], NULL, run_bands, w) != 0) break;
    run_bands(w);
    for (unsigned i = 0; i < started; i++) pthread_join(ids[i], NULL);
    uint64_t terms = atomic_load(&w->terms);
    free(w->spread);
    free(w);
    return terms;
}
