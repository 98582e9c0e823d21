/* Reads back every reading from the store of a stopped server and compares count and sum with what the sender
 * had acknowledged: bench_readall DIR RECEIPT         (DIR is the series directory; the receipt is written by
 * bench_ingest) Nothing of the sender is used to make the sum but the readings' own numbers, times and
 * values, in any order; one that is missing, twice, changed or of another point makes it differ. Prints count
 * and sum, or exits with 1. */
#include "series/series.h"
#include "workload.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 100000 };

typedef struct Found {
    uint64_t count, sum;
} Found;

static void ignore_readings(void *ud, uint64_t pos, int shard, int64_t arrival, const Reading *r, size_t n)
{
    (void)ud, (void)pos, (void)shard, (void)arrival, (void)r, (void)n;
}

static void ignore_note(void *ud, uint64_t pos, int shard, uint32_t kind, Str bytes)
{
    (void)ud, (void)pos, (void)shard, (void)kind, (void)bytes;
}

static bool read_point(Ctx *ctx, Series *s, uint32_t no, int64_t from, Found *f)
{
    SeriesRow *rows;
    size_t n = ROWS;
    while (n == ROWS) {
        arena_reset(ctx->arena);
        if (series_range(ctx, s, no, from, INT64_MAX, ROWS, &rows, &n) < 0) return false;
        for (size_t i = 0; i < n; i++)
            f->sum += reading_sum(no, rows[i].t, llround(rows[i].v * 100), rows[i].q);
        f->count += n;
        if (n) from = rows[n - 1].t + 1;
    }
    return true;
}

static bool read_all(Ctx *ctx, Series *s, FILE *receipt, Found *want, Found *found)
{
    unsigned long long count, sum;
    long long from;
    uint32_t no;
    if (fscanf(receipt, "%llu %llu %lld", &count, &sum, &from) != 3) return false;
    *want = (Found){count, sum};
    while (fscanf(receipt, "%u", &no) == 1)
        if (!read_point(ctx, s, no, from, found)) return false;
    return true;
}

static bool settle(Ctx *ctx, Series *s, SeriesStats *stats)
{
    arena_reset(ctx->arena);
    series_set_keep(s, UINT64_MAX);
    bool ok = series_checkpoint(ctx, s) == RC_OK && series_compact(ctx, s) == RC_OK &&
              series_checkpoint(ctx, s) == RC_OK;
    series_stats(s, stats);
    return ok;
}

int main(int argc, char **argv)
{
    FILE *receipt = argc == 3 ? fopen(argv[2], "re") : NULL;
    if (!receipt) {
        fputs("bench_readall DIR RECEIPT\n", stderr);
        return 2;
    }
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    Series *s = NULL;
    const SeriesOptions opt = {.dir = argv[1], .shards = 1};
    const SeriesReplay replay = {.readings = ignore_readings, .note = ignore_note};
    Found want = {0}, found = {0};
    bool ok = series_open(&ctx, &opt, &replay, &s) == RC_OK && read_all(&ctx, s, receipt, &want, &found);
    if (!ok) fprintf(stderr, "%s: %s\n", argv[1], ctx.err.message ? ctx.err.message : "not readable");
    SeriesStats stats = {0};
    if (ok) ok = settle(&ctx, s, &stats);
    if (s) series_close(&s);
    fclose(receipt);
    arena_free(&arena);
    if (ok && (want.count != found.count || want.sum != found.sum)) {
        fprintf(stderr, "acknowledged %llu readings, sum %016llx; found %llu, sum %016llx\n",
                (unsigned long long)want.count, (unsigned long long)want.sum, (unsigned long long)found.count,
                (unsigned long long)found.sum);
        ok = false;
    }
    if (ok)
        printf("%llu\t%016llx\t%llu\t%llu\t%llu\n", (unsigned long long)found.count,
               (unsigned long long)found.sum, (unsigned long long)stats.readings,
               (unsigned long long)stats.segment_bytes, (unsigned long long)stats.rollup_bytes);
    return ok ? 0 : 1;
}
