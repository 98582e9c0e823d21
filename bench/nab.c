/* How well `deviation` finds what people have marked as unusual: the Numenta Anomaly Benchmark, standard
 * profile, on the series that are there, with the benchmark's windowed Gaussian beside it in the same run.
 *     bench_nab DIR          (prints one line a measure: name, ours, Gaussian's, ours and its limit)
 * Both detectors go through the alarm engine with the same ladder of limits, and for both the one limit is
 * taken that is best for all series together. Measured twice: each reading over the limit is a detection, as
 * results are published; and joined, as an operator sees it: a detection is an alarm that rises, and it
 * stands until eight hours have passed without a reading over the limit. */
#include "detect.h"
#include "gaussian.h"
#include "nab_score.h"
#include "base/clock.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Best {
    NabResult result;
    double limit;
} Best;

/* hits[limit][reading] of all series one after another, a bit each limit would need more code than it saves.
 */
typedef struct Hits {
    bool *hit[DETECT_LIMITS];
} Hits;

static bool hits_init(Hits *h, size_t readings)
{
    for (int i = 0; i < DETECT_LIMITS; i++)
        if (!(h->hit[i] = calloc(readings, sizeof *h->hit[i]))) return false;
    return true;
}

static void hits_close(Hits *h)
{
    for (int i = 0; i < DETECT_LIMITS; i++) free(h->hit[i]);
}

static bool run_series(const NabSeries *s, const DetectPlan *plan, Hits *h, size_t at)
{
    Detect d;
    if (!detect_open(&d, plan)) return false;
    Gaussian *g = calloc(1, sizeof *g);
    int64_t last = INT64_MIN;
    for (int i = 0; i < s->n && g; i++) {
        double v = plan->level ? gaussian_take(g, s->v[i]) : s->v[i];
        if (s->t[i] <= last) continue; /* an hour that comes twice: late, not judged */
        last = s->t[i];
        detect_take(&d, s->t[i], v);
        for (int k = 0; k < DETECT_LIMITS; k++)
            h->hit[k][at + (size_t)i] = plan->off_delay_ms ? detect_rose(&d, k) : detect_stands(&d, k);
    }
    bool ok = g != NULL;
    free(g);
    detect_close(&d);
    return ok;
}

static bool measure(Nab *nab, const DetectPlan *plan, Best *best)
{
    Hits h = {0};
    size_t n = 0, at = 0;
    for (int i = 0; i < nab->n; i++) n += (size_t)nab->series[i].n;
    bool ok = hits_init(&h, n);
    for (int i = 0; i < nab->n && ok; at += (size_t)nab->series[i++].n)
        ok = run_series(&nab->series[i], plan, &h, at);
    best->result.score = -1e9;
    for (int k = 0; k < DETECT_LIMITS && ok; k++) {
        at = 0;
        for (int i = 0; i < nab->n; at += (size_t)nab->series[i++].n)
            memcpy(nab->series[i].hit, h.hit[k] + at, (size_t)nab->series[i].n * sizeof(bool));
        NabResult r = nab_score(nab);
        if (r.score > best->result.score) *best = (Best){r, DETECT_LEAST * pow(DETECT_FACTOR, k)};
    }
    hits_close(&h);
    return ok;
}

static bool compare(Nab *nab, const char *name, int64_t off_delay)
{
    const DetectPlan ours = {.warmup_ms = MS_DAY, .season_ms = MS_DAY, .off_delay_ms = off_delay},
                     theirs = {.level = true, .off_delay_ms = off_delay};
    Best a, b;
    if (!measure(nab, &ours, &a) || !measure(nab, &theirs, &b)) return false;
    printf("%s\t%.1f\t%.1f\tlimit %.2f, %d of %d windows, %d false; Gaussian %.2f, %d, %d\n", name,
           a.result.score, b.result.score, a.limit, a.result.hits, nab->nwindows, a.result.false_alarms,
           b.limit, b.result.hits, b.result.false_alarms);
    return true;
}

int main(int argc, char **argv)
{
    Nab nab;
    char err[256];
    if (argc != 2) {
        fputs("bench_nab DIR\n", stderr);
        return 2;
    }
    if (!nab_load(&nab, argv[1], err)) {
        printf("skipped: %s\n", err);
        return 0;
    }
    bool ok = compare(&nab, "each reading", 0) && compare(&nab, "joined", 8 * MS_HOUR);
    nab_free(&nab);
    return ok ? 0 : 1;
}
