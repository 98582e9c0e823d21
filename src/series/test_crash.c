/* Nothing acknowledged is ever lost: a writer killed at any moment, a power cut that keeps only what was
 * synced, a full disk. */
#include "base/clock.h"
#include "base/log.h"
#include "store.h"
#include "test_power.h"
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <cmocka.h>

#define T0 INT64_C(1700000000000)
enum { POINTS = 40, BATCH = 100, DAY_BATCHES = 300 };

typedef struct Env {
    Arena *arena;
    Ctx ctx;
    Series *s;
} Env;

static void env_init(Env *e)
{
    *e = (Env){.arena = arena_new(0)};
    ctx_init(&e->ctx, e->arena, LANG_EN);
}

static void must_be(Env *e, Rc rc)
{
    if (rc < 0)
        fail_msg("%s: %s", e->ctx.err.code ? e->ctx.err.code : "?",
                 e->ctx.err.message ? e->ctx.err.message : "?");
}

/* Batch k is the same whoever makes it: every reading can be told from its number. Some days pass on the way.
 */
static Reading reading_of(uint64_t batch, int i)
{
    uint64_t k = batch * BATCH + (uint64_t)i, turn = k / POINTS;
    int64_t t = T0 + (int64_t)turn * 60000 + (int64_t)(batch / DAY_BATCHES) * MS_DAY;
    return (Reading){.point = 1 + (uint32_t)(k % POINTS), .t = t, .v = (double)(k % 10007) / 100};
}

static void make_batch(uint64_t batch, Reading *r)
{
    for (int i = 0; i < BATCH; i++) r[i] = reading_of(batch, i);
}

static void assert_batches(Env *e, uint64_t upto)
{
    static SeriesRow *rows[POINTS + 1];
    static size_t n[POINTS + 1], at[POINTS + 1];
    for (uint32_t p = 1; p <= POINTS; p++) {
        must_be(e, series_range(&e->ctx, e->s, p, INT64_MIN, INT64_MAX, 10000000, &rows[p], &n[p]));
        at[p] = 0;
    }
    for (uint64_t b = 0; b < upto; b++)
        for (int i = 0; i < BATCH; i++) {
            Reading r = reading_of(b, i);
            uint32_t p = r.point;
            if (at[p] >= n[p] || rows[p][at[p]].t != r.t || rows[p][at[p]].v != r.v)
                fail_msg("batch %d of %d acknowledged is lost", (int)b, (int)upto);
            at[p]++;
        }
}

static void assert_clean(Env *e, const char *dir)
{
    StrBuf out;
    buf_init(&out, e->arena);
    Rc rc = series_verify(&e->ctx, dir, &out, NULL);
    ctx_clear(&e->ctx);
    if (rc < 0 && rc != RC_NOT_FOUND) /* that is: cut before the first manifest */
        fail_msg("verify: %.*s", STR_ARG(buf_str(&out)));
}

/* ---- kill -9 ---- */
static void tell(void *ud, Rc rc, uint64_t pos)
{
    (void)pos;
    uint64_t batch = (uint64_t)(uintptr_t)ud;
    if (rc == RC_OK && write(3, &batch, sizeof batch) != sizeof batch) _exit(1);
}

static void writer(const char *dir, uint64_t from)
{
    Env e;
    env_init(&e);
    SeriesOptions opt = {
        .dir = dir, .shards = 1, .background = true, .checkpoint_bytes = 40000, .checkpoint_ms = 1};
    log_set_level(LOG_ERROR);
    if (series_open(&e.ctx, &opt, NULL, &e.s) < 0) _exit(2);
    series_set_keep(e.s, UINT64_MAX);
    for (uint64_t b = from;; b++) {
        Reading r[BATCH];
        make_batch(b, r);
        SeriesTicket ticket = {tell, (void *)(uintptr_t)b};
        while (series_append(e.s, 0, r[0].t, r, BATCH, NULL, 0, ticket, NULL) == RC_BUSY) usleep(100);
        if (b % 70 == 69 && series_compact(&e.ctx, e.s) < 0) _exit(3);
        if (b % 8 == 7) usleep(300);
    }
}

/* Acknowledgements until the writer is killed; the next batch that was not acknowledged. */
static uint64_t run_writer(const char *dir, uint64_t from, unsigned ms)
{
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(pipes[1], 3);
        writer(dir, from);
    }
    close(pipes[1]);
    usleep(ms * 1000);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    for (uint64_t b; read(pipes[0], &b, sizeof b) == sizeof b;) {
        assert_int_equal(b, from);
        from++;
    }
    close(pipes[0]);
    return from;
}

static void a_killed_writer_loses_nothing(void **state)
{
    (void)state;
    char dir[64];
    uint64_t acked = 0;
    test_dir_make(dir);
    for (unsigned round_no = 0; round_no < 10; round_no++) {
        acked = run_writer(dir, acked, 60 + round_no * 37 % 150);
        Env e;
        env_init(&e);
        assert_clean(&e, dir);
        SeriesOptions opt = {.dir = dir, .shards = 1 + (int)round_no % 3};
        must_be(&e, series_open(&e.ctx, &opt, NULL, &e.s));
        assert_batches(&e, acked);
        if (round_no % 2) series_close(&e.s);
        else {
            must_be(&e, series_checkpoint(&e.ctx, e.s));
            series_close(&e.s);
        }
        assert_clean(&e, dir);
        arena_free(&e.arena);
    }
    print_message("%d batches acknowledged over ten kills\n", (int)acked);
    assert_true(acked > 10);
    test_dir_remove(dir);
}

/* ---- Power cut ---- */
typedef struct Acks {
    atomic_uint_fast64_t good; /* batches in order */
    atomic_int failed;
} Acks;

static void on_ack(void *ud, Rc rc, uint64_t pos)
{
    (void)pos;
    Acks *a = ud;
    if (rc < 0) atomic_store(&a->failed, 1);
    else if (!atomic_load(&a->failed)) atomic_fetch_add(&a->good, 1);
}

static uint64_t work_until_cut(const char *dir, uint64_t from, long ops)
{
    Env e;
    Acks acks = {from, 0};
    env_init(&e);
    SeriesOptions opt = {.dir = dir, .shards = 1};
    power.ops_left = ops;
    if (series__open(&e.ctx, &opt, NULL, &power_io, &e.s) == RC_OK) {
        series_set_keep(e.s, UINT64_MAX);
        for (uint64_t b = from; b < from + 400; b++) {
            Reading r[BATCH];
            make_batch(b, r);
            if (series_append(e.s, 0, r[0].t, r, BATCH, NULL, 0, (SeriesTicket){on_ack, &acks}, NULL) < 0)
                break;
            if (b % 3 == 0) usleep(100);
            if (b % 12 == 11 && series_checkpoint(&e.ctx, e.s) < 0) break;
            if (b % 40 == 39 && series_compact(&e.ctx, e.s) < 0) break;
        }
        series_close(&e.s);
    }
    arena_free(&e.arena);
    return atomic_load(&acks.good);
}

static void a_power_cut_loses_nothing(void **state)
{
    (void)state;
    char live[64], left[64];
    uint64_t acked = 0, total = 0;
    test_dir_make(live);
    log_set_level(LOG_ERROR + 1);
    for (uint64_t round_no = 1; round_no <= 40; round_no++) {
        power_reset(round_no * 977);
        if (round_no % 8 == 1) { /* from nothing, so that the first steps are cut too */
            test_dir_remove(live);
            test_dir_make(live);
            total += acked;
            acked = 0;
        }
        char copy[64];
        test_dir_make(copy);
        test_dir_copy(live, copy);
        power_seed(copy);
        acked = work_until_cut(copy, acked, (long)(5 + power_rnd(round_no % 2 ? 120 : 900)));
        test_dir_make(left);
        power_restore(copy, left);
        test_dir_remove(copy);
        test_dir_remove(live);
        memcpy(live, left, sizeof live);
        power_reset(1);
        Env e;
        env_init(&e);
        assert_clean(&e, live);
        SeriesOptions opt = {.dir = live, .shards = 2};
        must_be(&e, series_open(&e.ctx, &opt, NULL, &e.s));
        assert_batches(&e, acked);
        series_close(&e.s);
        assert_clean(&e, live);
        arena_free(&e.arena);
    }
    log_set_level(LOG_INFO);
    print_message("%d batches acknowledged before cuts\n", (int)(total + acked));
    assert_true(total + acked > 200);
    test_dir_remove(live);
}

/* ---- Full disk ---- */
static Rc append_and_wait(Env *e, uint64_t batch)
{
    Reading r[BATCH];
    Acks acks = {0, 0};
    make_batch(batch, r);
    TRY(series_append(e->s, 0, r[0].t, r, BATCH, NULL, 0, (SeriesTicket){on_ack, &acks}, NULL));
    for (int i = 0; i < 100000; i++) {
        if (atomic_load(&acks.good)) return RC_OK;
        if (atomic_load(&acks.failed)) return RC_IO;
        usleep(50);
    }
    return RC_TIMEOUT;
}

static void refuse_and_recover(Env *e, bool *fault, uint64_t *batch)
{
    for (int i = 0; i < 5; i++) assert_int_equal(append_and_wait(e, (*batch)++), RC_OK);
    *fault = true;
    assert_int_equal(append_and_wait(e, *batch), RC_IO);
    assert_int_equal(append_and_wait(e, *batch), RC_IO);
    assert_true(series_checkpoint(&e->ctx, e->s) < 0);
    ctx_clear(&e->ctx);
    assert_batches(e, *batch); /* reading goes on */
    *fault = false;
    Rc rc = RC_IO;
    for (int i = 0; i < 200 && rc == RC_IO; i++) {
        usleep(20000);
        rc = append_and_wait(e, *batch);
    }
    assert_int_equal(rc, RC_OK);
    ++*batch;
}

static void a_full_disk_refuses_and_comes_back(void **state)
{
    (void)state;
    char dir[64], left[64];
    uint64_t batch = 0;
    Env e;
    test_dir_make(dir);
    test_dir_make(left);
    power_reset(5);
    log_set_level(LOG_ERROR + 1);
    env_init(&e);
    SeriesOptions opt = {.dir = dir, .shards = 1};
    must_be(&e, series__open(&e.ctx, &opt, NULL, &power_io, &e.s));
    refuse_and_recover(&e, &power.full, &batch);
    refuse_and_recover(&e, &power.no_sync, &batch);
    must_be(&e, series_checkpoint(&e.ctx, e.s));
    refuse_and_recover(&e, &power.full, &batch);
    power.dead = true; /* and then the power goes */
    series_close(&e.s);
    power_restore(dir, left);
    power_reset(1);
    assert_clean(&e, left);
    opt.dir = left;
    must_be(&e, series_open(&e.ctx, &opt, NULL, &e.s));
    assert_batches(&e, batch);
    series_close(&e.s);
    log_set_level(LOG_INFO);
    arena_free(&e.arena);
    test_dir_remove(dir);
    test_dir_remove(left);
}

/* A checkpoint whose last step is in doubt: the old and the new manifest are both good. */
static void a_doubtful_manifest_loses_nothing(void **state)
{
    (void)state;
    for (uint64_t round_no = 1; round_no <= 12; round_no++) {
        char dir[64], left[64];
        Env e;
        test_dir_make(dir);
        test_dir_make(left);
        power_reset(round_no * 31);
        log_set_level(LOG_ERROR + 1);
        env_init(&e);
        SeriesOptions opt = {.dir = dir, .shards = 1};
        must_be(&e, series__open(&e.ctx, &opt, NULL, &power_io, &e.s));
        series_set_keep(e.s, UINT64_MAX);
        uint64_t batch = 0;
        for (int k = 0; k < 4; k++) {
            for (int i = 0; i < 30; i++) assert_int_equal(append_and_wait(&e, batch++), RC_OK);
            power.dir_ops_left = (long)power_rnd(4);
            if (series_checkpoint(&e.ctx, e.s) == RC_OK) (void)series_compact(&e.ctx, e.s);
            ctx_clear(&e.ctx);
            power.dir_ops_left = -1;
            assert_batches(&e, batch);
        }
        power.dead = true;
        series_close(&e.s);
        power_restore(dir, left);
        power_reset(1);
        assert_clean(&e, left);
        opt.dir = left;
        must_be(&e, series_open(&e.ctx, &opt, NULL, &e.s));
        assert_batches(&e, batch);
        series_close(&e.s);
        log_set_level(LOG_INFO);
        arena_free(&e.arena);
        test_dir_remove(dir);
        test_dir_remove(left);
    }
}

/* ---- Slow disk ---- */
static atomic_bool hold;

static int held_sync(int fd)
{
    while (atomic_load(&hold)) usleep(500);
    return io_disk.sync(fd);
}

static void a_slow_disk_makes_appenders_wait(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    static Reading r[MANY];
    char dir[64];
    Env e;
    Acks acks = {0, 0};
    Io slow = io_disk;
    slow.sync = held_sync;
    test_dir_make(dir);
    env_init(&e);
    SeriesOptions opt = {.dir = dir, .shards = 1};
    must_be(&e, series__open(&e.ctx, &opt, NULL, &slow, &e.s));
    atomic_store(&hold, true);
    uint64_t taken = 0;
    Rc rc = RC_OK;
    for (; rc == RC_OK && taken < 2000; taken += rc == RC_OK) {
        for (int i = 0; i < MANY; i++)
            r[i] = (Reading){.point = 1 + (uint32_t)i, .t = T0 + (int64_t)taken * 1000, .v = 1.0 / 3};
        rc = series_append(e.s, 0, T0, r, MANY, NULL, 0, (SeriesTicket){on_ack, &acks}, NULL);
    }
    assert_int_equal(rc, RC_BUSY);
    assert_int_equal(atomic_load(&acks.good), 0);
    SeriesRow *rows;
    size_t n;
    must_be(&e, series_range(&e.ctx, e.s, 7, INT64_MIN, INT64_MAX, 10000, &rows, &n));
    assert_int_equal(n, taken); /* nothing of the refused one */
    atomic_store(&hold, false);
    for (int i = 0; i < 20000 && atomic_load(&acks.good) < taken; i++) usleep(500);
    assert_int_equal(atomic_load(&acks.good), taken);
    assert_int_equal(append_and_wait(&e, 0), RC_OK);
    series_close(&e.s);
    arena_free(&e.arena);
    test_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_writer_loses_nothing),
        cmocka_unit_test(a_power_cut_loses_nothing),
        cmocka_unit_test(a_full_disk_refuses_and_comes_back),
        cmocka_unit_test(a_doubtful_manifest_loses_nothing),
        cmocka_unit_test(a_slow_disk_makes_appenders_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
