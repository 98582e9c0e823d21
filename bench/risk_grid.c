/* Individual risk of 500 sources × 12 sectors × 6 classes on a million cells: bench_risk_grid [threads]. The
 * loop that takes every term as it stands is measured on a sample of the cells and scaled up; on the same
 * cells the difference is compared with the bound. One line, tabs between: seconds, seconds of processor,
 * terms evaluated, seconds of processor of that loop, its ratio, the largest difference as a share of the
 * bound. */
#include "grid_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    enum { SOURCES = 500, SIDE = 1000, SAMPLE = 400 };
    const double tolerance = 3e-10;
    unsigned threads = argc > 1 ? (unsigned)atoi(argv[1]) : 2;
    RiskEvent *events = calloc(SOURCES, sizeof *events);
    double *out = malloc(sizeof *out * SIDE * SIDE);
    if (!events || !out) return 1;
    RiskScene s = scene_make(events, SOURCES, SIDE * 10.0);
    RiskGrid g = {5, 5, 10, SIDE, SIDE};
    double began = now(), used = cpu();
    uint64_t terms = risk_individual_grid(&s, &g, tolerance, threads, out);
    double took = now() - began, took_cpu = cpu() - used, worst = 0, most = 0;
    uint64_t seed = 99;
    used = cpu();
    for (int i = 0; i < SAMPLE; i++) {
        int x = (int)(scene_random(&seed) * SIDE), y = (int)(scene_random(&seed) * SIDE);
        double is = out[y * SIDE + x], want = risk_individual_at(&s, 5 + 10.0 * x, 5 + 10.0 * y);
        double off = fabs(is - want) / (tolerance + RISK_GRID_RELATIVE * want);
        if (off > worst) worst = off;
        if (want > most) most = want;
    }
    double naive = (cpu() - used) / SAMPLE * SIDE * SIDE;
    printf("%.2f\t%.2f\t%.3g\t%.0f\t%.0f\t%.3f\n", took, took_cpu, (double)terms, naive, naive / took_cpu,
           worst);
    if (!(most > 0)) worst = 2; /* nothing was compared */
    free(out);
    free(events);
    return worst <= 1 ? 0 : 1;
}
