/* Appenders of several shards, readers and upkeep at the same time: every acknowledged reading is visible at
 * once, answers are always ordered, and nothing is missing at the end. Meant to be run under ThreadSanitizer
 * too. */
#include "base/clock.h"
#include "store.h"
#include "test_dir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <cmocka.h>

#define T0 INT64_C(1700000000000)
enum { SHARDS = 3, POINTS = 30, BATCHES = 150, BATCH = 60 };

typedef struct World {
    Series *s;
    atomic_bool stop;
    atomic_int wrong;
    atomic_uint_fast64_t acked[SHARDS]; /* batches */
} World;

typedef struct Task {
    World *w;
    int shard;
} Task;

static void on_done(void *ud, Rc rc, uint64_t pos)
{
    (void)pos;
    Task *t = ud;
    if (rc < 0) atomic_fetch_add(&t->w->wrong, 1);
    atomic_fetch_add(&t->w->acked[t->shard], 1);
}

static Reading reading_of(int shard, uint64_t k)
{
    uint64_t per_shard = POINTS / SHARDS;
    uint32_t point = (uint32_t)(SHARDS * (1 + k % per_shard)) + (uint32_t)shard;
    return (Reading){.point = point, .t = T0 + (int64_t)(k / per_shard) * 60000, .v = (double)k};
}

static void *append(void *arg)
{
    Task *t = arg;
    for (uint64_t b = 0; b < BATCHES; b++) {
        Reading r[BATCH];
        for (int i = 0; i < BATCH; i++) r[i] = reading_of(t->shard, b * BATCH + (uint64_t)i);
        while (series_append(t->w->s, t->shard, T0, r, BATCH, NULL, 0, (SeriesTicket){on_done, t}, NULL) ==
               RC_BUSY)
            usleep(100);
        if (b % 10 == 9) usleep(500);
    }
    return NULL;
}

/* What was acknowledged before the question must be in the answer. */
static void check_point(World *w, Ctx *ctx, uint32_t point)
{
    int shard = (int)(point % SHARDS);
    uint64_t per_shard = POINTS / SHARDS, acked = atomic_load(&w->acked[shard]) * BATCH;
    uint64_t least = acked / per_shard;
    SeriesRow *rows;
    SeriesStep *steps;
    SeriesLatest latest;
    size_t n, nsteps;
    Rc rc = series_range(ctx, w->s, point, INT64_MIN, INT64_MAX, 1000000, &rows, &n);
    bool wrong = rc < 0 || n < least;
    for (size_t i = 1; i < n && !wrong; i++) wrong = rows[i - 1].t >= rows[i].t;
    series_latest(w->s, point, 1, &latest);
    wrong |= least && latest.t < T0 + (int64_t)(least - 1) * 60000;
    rc = series_steps(ctx, w->s, point, T0, T0 + 10 * MS_DAY, MS_HOUR, 1000, &steps, &nsteps);
    uint64_t count = 0;
    for (size_t i = 0; i < nsteps; i++) count += steps[i].count;
    if (wrong || rc < 0 || count < least) atomic_fetch_add(&w->wrong, 1);
}

static void *ask(void *arg)
{
    World *w = arg;
    Arena *arena = arena_new(0);
    Ctx ctx;
    for (uint32_t k = 0; !atomic_load(&w->stop); k++) {
        ctx_init(&ctx, arena, LANG_EN);
        check_point(w, &ctx, SHARDS + k % POINTS);
        arena_reset(arena);
        usleep(200);
    }
    arena_free(&arena);
    return NULL;
}

static void *keep_up(void *arg)
{
    World *w = arg;
    Arena *arena = arena_new(0);
    Ctx ctx;
    SeriesStats stats;
    for (int k = 0; !atomic_load(&w->stop); k++) {
        ctx_init(&ctx, arena, LANG_EN);
        if (series_checkpoint(&ctx, w->s) < 0) atomic_fetch_add(&w->wrong, 1);
        if (k % 4 == 3 && series_compact(&ctx, w->s) < 0) atomic_fetch_add(&w->wrong, 1);
        series_stats(w->s, &stats);
        arena_reset(arena);
        usleep(3000);
    }
    arena_free(&arena);
    return NULL;
}

static void all_threads_agree(void **state)
{
    (void)state;
    static World w;
    char dir[64];
    Ctx ctx;
    Arena *arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_EN);
    test_dir_make(dir);
    SeriesOptions opt = {.dir = dir, .shards = SHARDS, .background = true, .checkpoint_ms = 20};
    assert_int_equal(series_open(&ctx, &opt, NULL, &w.s), RC_OK);
    series_set_keep(w.s, UINT64_MAX);
    pthread_t appenders[SHARDS], readers[2], upkeep;
    Task tasks[SHARDS];
    for (int i = 0; i < SHARDS; i++) {
        tasks[i] = (Task){&w, i};
        pthread_create(&appenders[i], NULL, append, &tasks[i]);
    }
    for (int i = 0; i < 2; i++) pthread_create(&readers[i], NULL, ask, &w);
    pthread_create(&upkeep, NULL, keep_up, &w);
    for (int i = 0; i < SHARDS; i++) pthread_join(appenders[i], NULL);
    for (int i = 0; i < SHARDS; i++)
        while (atomic_load(&w.acked[i]) < BATCHES) usleep(100);
    for (uint32_t p = SHARDS; p < SHARDS + POINTS; p++) check_point(&w, &ctx, p);
    atomic_store(&w.stop, true);
    for (int i = 0; i < 2; i++) pthread_join(readers[i], NULL);
    pthread_join(upkeep, NULL);
    assert_int_equal(atomic_load(&w.wrong), 0);
    series_close(&w.s);
    StrBuf out;
    buf_init(&out, arena);
    assert_int_equal(series_verify(&ctx, dir, &out, NULL), RC_OK);
    arena_free(&arena);
    test_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_threads_agree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
