/* Measures the reading store once: series_bench DIR [points] [steps] [batch]. The workload is a city's
 * sensors over a day: every point each 300 s in random order, a tenth of the times one second late, values of
 * two decimals that move slowly and seldom jump. Prints rates of one appender with its acknowledgements,
 * bytes on the disk by kind, and the time of a few queries. */
#include "base/clock.h"
#include "series/series.h"
#include <dirent.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define START INT64_C(1763740800000) /* 2025-11-22 00:00 in Shanghai */

typedef struct Bench {
    uint32_t points, steps, batch;
    uint32_t *order;
    int32_t *cents;
    Reading *step;
    Series *s;
    Ctx ctx;
    atomic_uint_fast64_t acked;
    uint64_t sent, busy;
    double append_cpu, append_wall;
} Bench;

static uint64_t seed = 88172645463325252u;
static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static double seconds(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(Bench *b, const char *what)
{
    fprintf(stderr, "%s: %s\n", what, b->ctx.err.message ? b->ctx.err.message : "refused");
    exit(1);
}

static void make_step(Bench *b, uint32_t step)
{
    for (uint32_t i = b->points - 1; i > 0; i--) {
        uint32_t k = (uint32_t)(rnd() % (i + 1)), swap = b->order[i];
        b->order[i] = b->order[k];
        b->order[k] = swap;
    }
    for (uint32_t i = 0; i < b->points; i++) {
        uint32_t p = b->order[i];
        uint64_t u = rnd();
        if (u % 4096 == 0) b->cents[p] += (int32_t)(rnd() % 2001) - 1000;
        else if (u % 16 >= 6) b->cents[p] += (int32_t)((u >> 8) % 11) - 5;
        int64_t t =
            START + (int64_t)step * 300000 + (int64_t)(p % 300) * 1000 + ((u >> 32) % 10 == 0 ? 1000 : 0);
        b->step[i] = (Reading){.t = t, .v = (double)b->cents[p] / 100, .point = p};
    }
}

static void on_done(void *ud, Rc rc, uint64_t pos)
{
    (void)pos;
    if (rc == RC_OK) atomic_fetch_add(&((Bench *)ud)->acked, 1);
}

static void send_step(Bench *b)
{
    double cpu = seconds(CLOCK_THREAD_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    for (uint32_t at = 0; at < b->points; at += b->batch) {
        uint32_t n = b->points - at < b->batch ? b->points - at : b->batch;
        Rc rc;
        while ((rc = series_append(b->s, 0, b->step[at].t, b->step + at, n, NULL, 0,
                                   (SeriesTicket){on_done, b}, NULL)) == RC_BUSY) {
            b->busy++;
            usleep(200);
        }
        if (rc < 0) die(b, "append");
        b->sent++;
    }
    b->append_cpu += seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    b->append_wall += seconds(CLOCK_MONOTONIC) - wall;
}

static uint64_t dir_bytes(const char *dir)
{
    DIR *d = opendir(dir);
    uint64_t sum = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[1024];
        struct stat st;
        if (e->d_name[0] == '.' || snprintf(path, sizeof path, "%s/%s", dir, e->d_name) >= (int)sizeof path)
            continue;
        if (stat(path, &st) == 0) sum += S_ISDIR(st.st_mode) ? dir_bytes(path) : (uint64_t)st.st_size;
    }
    if (d) closedir(d);
    return sum;
}

static void report_size(Bench *b, const char *dir)
{
    SeriesStats st;
    series_stats(b->s, &st);
    printf("%llu readings in %llu chunks, %llu segments, %llu bytes\n", (unsigned long long)st.readings,
           (unsigned long long)st.chunks, (unsigned long long)st.segments,
           (unsigned long long)st.segment_bytes);
    double n = (double)b->points * b->steps;
    double all = (double)dir_bytes(dir);
    printf("bytes a reading: all %.3f, segments %.3f, roll-ups %.3f, log %.3f, without roll-ups %.3f\n",
           all / n, (double)st.segment_bytes / n, (double)st.rollup_bytes / n, (double)st.log_bytes / n,
           (all - (double)st.rollup_bytes) / n);
}

static double timed_range(Bench *b, int times)
{
    double start = seconds(CLOCK_MONOTONIC);
    SeriesRow *rows;
    size_t n;
    for (int i = 0; i < times; i++) {
        uint32_t p = 1 + (uint32_t)(rnd() % b->points);
        if (series_range(&b->ctx, b->s, p, START, START + MS_DAY, 100000, &rows, &n) < 0) die(b, "range");
        arena_reset(b->ctx.arena);
    }
    return (seconds(CLOCK_MONOTONIC) - start) / times * 1e6;
}

static double timed_steps(Bench *b, int times)
{
    double start = seconds(CLOCK_MONOTONIC);
    SeriesStep *rows;
    size_t n;
    for (int i = 0; i < times; i++) {
        uint32_t p = 1 + (uint32_t)(rnd() % b->points);
        if (series_steps(&b->ctx, b->s, p, START, START + MS_DAY, MS_HOUR, 1000, &rows, &n) < 0)
            die(b, "steps");
        arena_reset(b->ctx.arena);
    }
    return (seconds(CLOCK_MONOTONIC) - start) / times * 1e6;
}

static double timed_latest(Bench *b)
{
    SeriesLatest *latest = malloc((b->points + 1) * sizeof *latest);
    if (!latest) exit(1);
    double start = seconds(CLOCK_MONOTONIC);
    series_latest(b->s, 0, b->points + 1, latest);
    double ms = (seconds(CLOCK_MONOTONIC) - start) * 1e3;
    free(latest);
    return ms;
}

static void upkeep(Bench *b)
{
    double start = seconds(CLOCK_MONOTONIC);
    if (series_checkpoint(&b->ctx, b->s) < 0) die(b, "checkpoint");
    printf("checkpoint %.2f s\n", seconds(CLOCK_MONOTONIC) - start);
    start = seconds(CLOCK_MONOTONIC);
    if (series_compact(&b->ctx, b->s) < 0) die(b, "compact");
    printf("compact %.2f s\n", seconds(CLOCK_MONOTONIC) - start);
}

static void ingest(Bench *b)
{
    double start = seconds(CLOCK_MONOTONIC), made = 0, n = (double)b->points * b->steps;
    for (uint32_t step = 0; step < b->steps; step++) {
        double before = seconds(CLOCK_MONOTONIC);
        make_step(b, step);
        made += seconds(CLOCK_MONOTONIC) - before;
        send_step(b);
    }
    while (atomic_load(&b->acked) < b->sent) usleep(100);
    double wall = seconds(CLOCK_MONOTONIC) - start - made;
    SeriesStats st;
    series_stats(b->s, &st);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf("%.2f M readings acknowledged in %.2f s: %.2f M/s (busy %llu, syncs %llu)\n", n / 1e6, wall,
           n / wall / 1e6, (unsigned long long)b->busy, (unsigned long long)st.syncs);
    printf("append thread: %.2f s CPU, %.2f M readings/s a core; peak memory %ld MB\n", b->append_cpu,
           n / b->append_cpu / 1e6, use.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
    static Bench b;
    if (argc < 2) {
        fprintf(stderr, "usage: series_bench DIR [points] [steps] [batch]\n");
        return 2;
    }
    b.points = argc > 2 ? (uint32_t)atoi(argv[2]) : 85000;
    b.steps = argc > 3 ? (uint32_t)atoi(argv[3]) : 288;
    b.batch = argc > 4 ? (uint32_t)atoi(argv[4]) : 1000;
    b.order = calloc(b.points, sizeof *b.order);
    b.cents = calloc(b.points + 1u, sizeof *b.cents);
    b.step = calloc(b.points, sizeof *b.step);
    if (!b.order || !b.cents || !b.step) return 1;
    for (uint32_t i = 0; i < b.points; i++) {
        b.order[i] = i + 1;
        b.cents[i + 1] = (int32_t)(rnd() % 5000);
    }
    ctx_init(&b.ctx, arena_new(0), LANG_EN);
    SeriesOptions opt = {.dir = argv[1], .shards = 1, .background = true};
    if (series_open(&b.ctx, &opt, NULL, &b.s) < 0) die(&b, "open");
    series_set_keep(b.s, UINT64_MAX);
    ingest(&b);
    printf("latest of all: %.2f ms\n", timed_latest(&b));
    upkeep(&b);
    report_size(&b, argv[1]);
    printf("a point's day: %.1f us, its hours: %.1f us\n", timed_range(&b, 2000), timed_steps(&b, 2000));
    double start = seconds(CLOCK_MONOTONIC);
    series_close(&b.s);
    if (series_open(&b.ctx, &opt, NULL, &b.s) < 0) die(&b, "reopen");
    printf("close and open: %.2f s\n", seconds(CLOCK_MONOTONIC) - start);
    series_close(&b.s);
    arena_free(&b.ctx.arena);
    return 0;
}
