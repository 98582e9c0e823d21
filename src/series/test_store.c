/* The store from outside: appending, reading back, late and bad readings, reopening, checkpoints, positions,
 * damage. */
#include "base/clock.h"
#include "store.h"
#include "test_dir.h"
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#define T0 INT64_C(1700000000000)

typedef struct Fixture {
    char dir[64];
    Arena *arena;
    Ctx ctx;
    Series *s;
    SeriesOptions opt;
} Fixture;

static int setup(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    test_dir_make(f->dir);
    f->arena = arena_new(0);
    ctx_init(&f->ctx, f->arena, LANG_EN);
    f->opt = (SeriesOptions){.dir = f->dir, .shards = 1};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    Fixture *f = *state;
    series_close(&f->s);
    arena_free(&f->arena);
    test_dir_remove(f->dir);
    free(f);
    return 0;
}

static void open_store(Fixture *f, const SeriesReplay *replay)
{
    Rc rc = series_open(&f->ctx, &f->opt, replay, &f->s);
    if (rc < 0) print_message("%s: %s\n", f->ctx.err.code, f->ctx.err.message);
    assert_int_equal(rc, RC_OK);
}

static void on_done(void *ud, Rc rc, uint64_t pos)
{
    (void)pos;
    atomic_store((atomic_int *)ud, rc == RC_OK ? 1 : rc);
}

/* Waits for the commit, so that each append is a commit of its own. */
static uint64_t append(Fixture *f, const Reading *r, size_t n)
{
    atomic_int done = 0;
    uint64_t pos = 0;
    int shard = n ? (int)(r->point % (uint32_t)f->opt.shards) : 0;
    assert_int_equal(series_append(f->s, shard, T0, r, n, NULL, 0, (SeriesTicket){on_done, &done}, &pos),
                     RC_OK);
    for (int i = 0; i < 100000 && !atomic_load(&done); i++) usleep(50);
    assert_int_equal(atomic_load(&done), 1);
    return pos;
}

static void put(Fixture *f, uint32_t point, int64_t t, double v, uint8_t q)
{
    append(f, &(Reading){.t = t, .v = v, .point = point, .q = q}, 1);
}

static size_t range(Fixture *f, uint32_t point, int64_t from, int64_t to, SeriesRow **rows)
{
    size_t n;
    assert_int_equal(series_range(&f->ctx, f->s, point, from, to, 1000000, rows, &n), RC_OK);
    return n;
}

static void readings_come_back_in_order(void **state)
{
    Fixture *f = *state;
    SeriesRow *rows;
    open_store(f, NULL);
    for (int i = 0; i < 1000; i++) put(f, 7, T0 + i * 60000, i / 4.0, 0);
    assert_int_equal(range(f, 7, T0, T0 + MS_DAY, &rows), 1000);
    for (int i = 0; i < 1000; i++) assert_true(rows[i].t == T0 + i * 60000 && rows[i].v == i / 4.0);
    assert_int_equal(range(f, 7, T0 + 60000, T0 + 180000, &rows), 2);
    assert_int_equal(range(f, 8, T0, T0 + MS_DAY, &rows), 0);
    size_t n;
    assert_int_equal(series_range(&f->ctx, f->s, 7, T0, T0 + MS_DAY, 10, &rows, &n), RC_OK);
    assert_int_equal(n, 10);
}

static void the_newest_good_value_of_a_time_stands(void **state)
{
    Fixture *f = *state;
    SeriesRow *rows;
    open_store(f, NULL);
    put(f, 1, T0 + 1000, 1, 0);
    put(f, 1, T0 + 3000, 3, 0);
    put(f, 1, T0 + 2000, 2, 1);   /* late */
    put(f, 1, T0 + 3000, 4, 0);   /* replaces */
    put(f, 1, T0 + 3000, 5, 2);   /* bad, does not */
    put(f, 1, T0 + 3000, NAN, 0); /* bad, does not */
    put(f, 1, T0 + 4000, NAN, 0);
    put(f, 1, T0 + 4000, 6, 0); /* good replaces bad */
    for (int round_no = 0; round_no < 3; round_no++) {
        assert_int_equal(range(f, 1, T0, T0 + 10000, &rows), 4);
        const double want[] = {1, 2, 4, 6};
        for (int i = 0; i < 4; i++) assert_true(rows[i].t == T0 + 1000 * (i + 1) && rows[i].v == want[i]);
        assert_int_equal(rows[1].q, 1);
        SeriesLatest latest[3];
        series_latest(f->s, 0, 3, latest);
        assert_true(latest[1].t == T0 + 4000 && latest[1].v == 6);
        assert_true(latest[0].t == TIME_NONE && latest[2].t == TIME_NONE);
        if (round_no == 0) assert_int_equal(series_checkpoint(&f->ctx, f->s), RC_OK);
        series_close(&f->s);
        open_store(f, NULL);
    }
}

static void a_reading_ahead_does_not_make_the_next_ones_late(void **state)
{
    Fixture *f = *state;
    SeriesRow *rows;
    open_store(f, NULL);
    put(f, 1, T0, 1, 0);
    append(f, &(Reading){.t = T0 + 10000, .v = 99, .point = 1, .flags = READING_AHEAD}, 1);
    SeriesLatest latest;
    series_latest(f->s, 1, 1, &latest);
    assert_true(latest.t == T0);
    for (int i = 1; i < 20; i++) put(f, 1, T0 + i * 1000, i + 1, 0);
    assert_int_equal(range(f, 1, T0, T0 + MS_HOUR, &rows), 20);
    for (int i = 0; i < 20; i++) assert_true(rows[i].v == i + 1); /* the later write at T0 + 10 s stands */
}

typedef struct Replayed {
    uint64_t pos[64];
    size_t readings, notes, n;
    char text[64];
} Replayed;

static void on_readings(void *ud, uint64_t pos, int shard, int64_t arrival, const Reading *r, size_t n)
{
    Replayed *k = ud;
    assert_true(shard == 0 && arrival == T0 && r[0].point == 5);
    k->readings += n;
    k->pos[k->n++ % 64] = pos;
}

static void on_note(void *ud, uint64_t pos, int shard, uint32_t kind, Str bytes)
{
    Replayed *k = ud;
    assert_true(shard == 0 && kind == 9 && pos > 0 && bytes.n < sizeof k->text);
    memcpy(k->text, bytes.p, bytes.n);
    k->notes++;
}

static uint64_t append_note(Fixture *f, const char *text, int64_t t)
{
    atomic_int done = 0;
    uint64_t pos;
    SeriesNote note = {9, str_of(text)};
    Reading r = {.t = t, .v = 1, .point = 5};
    assert_int_equal(series_append(f->s, 0, T0, &r, 1, &note, 1, (SeriesTicket){on_done, &done}, &pos),
                     RC_OK);
    for (int i = 0; i < 100000 && !atomic_load(&done); i++) usleep(50);
    return pos;
}

static void the_log_keeps_what_the_owner_has_not_saved(void **state)
{
    Fixture *f = *state;
    open_store(f, NULL);
    uint64_t first = append_note(f, "one", T0), second = append_note(f, "two", T0 + 1000);
    assert_true(second > first);
    series_set_keep(f->s, first);
    series_close(&f->s);
    for (int round_no = 0; round_no < 2; round_no++) {
        Replayed got = {0};
        SeriesReplay replay = {on_readings, on_note, &got};
        open_store(f, &replay);
        assert_int_equal(got.notes, 1);
        assert_string_equal(got.text, "two");
        assert_int_equal(got.pos[0], second);
        series_close(&f->s);
    }
    open_store(f, NULL);
    uint64_t third = append_note(f, "three", T0 + 2000);
    assert_true(third > second);
    series_set_keep(f->s, third);
    series_close(&f->s);
    Replayed got = {0};
    SeriesReplay replay = {on_readings, on_note, &got};
    open_store(f, &replay);
    assert_int_equal(got.notes, 0);
    SeriesRow *rows;
    assert_int_equal(range(f, 5, T0, T0 + MS_DAY, &rows), 3);
    SeriesStats stats;
    series_stats(f->s, &stats);
    assert_true(stats.readings == 3 && stats.log_bytes < 200);
}

static void shards_may_change_between_runs(void **state)
{
    Fixture *f = *state;
    static const int shards[] = {1, 3, 16, 2};
    for (int k = 0; k < 4; k++) {
        f->opt.shards = shards[k];
        open_store(f, NULL);
        for (uint32_t p = 1; p <= 50; p++) put(f, p, T0 + k * 1000, p + k, 0);
        if (k % 2) assert_int_equal(series_checkpoint(&f->ctx, f->s), RC_OK);
        SeriesLatest latest[50];
        series_latest(f->s, 1, 50, latest);
        for (uint32_t p = 1; p <= 50; p++) {
            SeriesRow *rows;
            assert_int_equal(range(f, p, T0, T0 + MS_DAY, &rows), k + 1);
            for (int i = 0; i <= k; i++) assert_true(rows[i].v == p + i);
            assert_true(latest[p - 1].t == T0 + k * 1000);
        }
        series_close(&f->s);
    }
}

static void wrong_readings_are_refused_whole(void **state)
{
    Fixture *f = *state;
    f->opt.shards = 2;
    open_store(f, NULL);
    const Reading wrong[] = {{.t = T0, .point = 0},
                             {.t = T0, .point = 3},
                             {.t = INT64_MAX, .point = 2},
                             {.t = T0, .point = 2, .q = 3},
                             {.t = T0, .point = POINT_MAX + 2}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        Reading r[2] = {{.t = T0, .point = 2}, wrong[i]};
        assert_int_equal(series_append(f->s, 0, T0, r, 2, NULL, 0, (SeriesTicket){0}, NULL), RC_INVALID);
    }
    SeriesRow *rows;
    assert_int_equal(range(f, 2, T0, T0 + 1000, &rows), 0);
}

static void one_process_owns_the_directory(void **state)
{
    Fixture *f = *state;
    Series *other;
    open_store(f, NULL);
    assert_int_equal(series_open(&f->ctx, &f->opt, NULL, &other), RC_STATE);
    assert_string_equal(f->ctx.err.code, "series.locked");
}

/* Copies the live directory as a crash would leave it. */
static void crash_to(Fixture *f, char *dir)
{
    test_dir_make(dir);
    test_dir_copy(f->dir, dir);
}

static void a_torn_end_is_cut_and_damage_is_refused(void **state)
{
    Fixture *f = *state;
    char dir[64], path[128];
    open_store(f, NULL);
    for (int i = 0; i < 20; i++) put(f, 5, T0 + i * 1000, i, 0);
    crash_to(f, dir);
    series_close(&f->s);
    f->opt.dir = dir;
    snprintf(path, sizeof path, "%s/log-%012d.bin", dir, 1);
    uint64_t len = test_file_size(path);

    assert_int_equal(truncate(path, (off_t)len - 3), 0);
    open_store(f, NULL);
    SeriesRow *rows;
    assert_int_equal(range(f, 5, T0, T0 + MS_DAY, &rows), 19);
    series_close(&f->s);
    test_dir_remove(dir);

    f->opt.dir = f->dir;
    open_store(f, NULL);
    for (int i = 0; i < 20; i++) put(f, 5, T0 + MS_HOUR + i * 1000, i, 0);
    crash_to(f, dir);
    f->opt.dir = dir;
    series_close(&f->s);
    snprintf(path, sizeof path, "%s/log-%012d.bin", dir, 3);
    test_file_flip(path, 300);
    assert_int_equal(series_open(&f->ctx, &f->opt, NULL, &f->s), RC_IO);
    assert_string_equal(f->ctx.err.code, "series.damaged");
    assert_non_null(strstr(f->ctx.err.message, "log-000000000003.bin, offset"));
    test_dir_remove(dir);
}

/* Three days of a point each minute, compacted. */
static void fill_days(Fixture *f)
{
    open_store(f, NULL);
    series_set_keep(f->s, UINT64_MAX);
    static Reading r[3 * 1440];
    int64_t start = civil_day_start(civil_day(T0));
    for (int i = 0; i < 3 * 1440; i++)
        r[i] =
            (Reading){.point = 4, .t = start + i * MS_MINUTE, .v = (double)(i % 1440) / 10, .q = i % 7 == 0};
    append(f, r, 3 * 1440);
    for (int i = 0; i < 3 * 1440; i++)
        r[i].point = 5, r[i].t = start + i * 10 * MS_SECOND; /* fast: minutes too */
    append(f, r, 3 * 1440);
    assert_int_equal(series_checkpoint(&f->ctx, f->s), RC_OK);
    assert_int_equal(series_compact(&f->ctx, f->s), RC_OK);
}

static void assert_hours(Fixture *f, int64_t day_start, uint32_t count, double max)
{
    SeriesStep *steps;
    size_t n;
    assert_int_equal(series_steps(&f->ctx, f->s, 4, day_start, day_start + MS_DAY, MS_DAY, 10, &steps, &n),
                     RC_OK);
    assert_int_equal(n, count ? 1 : 0);
    if (n)
        assert_true(steps[0].t == day_start && steps[0].count == count && steps[0].max == max &&
                    steps[0].q == 1);
}

static void expiry_keeps_rollups_longer(void **state)
{
    Fixture *f = *state;
    SeriesRow *rows;
    fill_days(f);
    int64_t start = civil_day_start(civil_day(T0));
    assert_int_equal(series_expire(&f->ctx, f->s, start + 2 * MS_DAY, TIME_NONE), RC_OK);
    assert_int_equal(range(f, 4, start, start + 2 * MS_DAY, &rows), 0);
    assert_int_equal(range(f, 4, start + 2 * MS_DAY, start + 3 * MS_DAY, &rows), 1440);
    for (int i = 0; i < 3; i++) assert_hours(f, start + i * MS_DAY, 1440, 143.9);
    /* A late reading of an expired day: in the answer at once, in the roll-up after compaction, and kept over
     * a restart. */
    put(f, 4, start + 5000, 500, 0);
    for (int round_no = 0; round_no < 3; round_no++) {
        assert_hours(f, start, 1441, 500);
        if (round_no == 0) assert_int_equal(series_checkpoint(&f->ctx, f->s), RC_OK);
        if (round_no == 1) assert_int_equal(series_compact(&f->ctx, f->s), RC_OK);
    }
    series_close(&f->s);
    StrBuf out;
    buf_init(&out, f->arena);
    assert_int_equal(series_verify(&f->ctx, f->dir, &out, NULL), RC_OK);
    open_store(f, NULL);
    assert_hours(f, start, 1441, 500);
    assert_int_equal(series_expire(&f->ctx, f->s, start + 2 * MS_DAY, start + MS_DAY), RC_OK);
    assert_hours(f, start, 0, 0);
    assert_hours(f, start + MS_DAY, 1440, 143.9);
    SeriesStats stats;
    series_stats(f->s, &stats);
    assert_int_equal(stats.days, 2);
}

static void verify_one(Fixture *f, const char *path, long at)
{
    StrBuf out;
    buf_init(&out, f->arena);
    test_file_flip(path, at);
    ctx_clear(&f->ctx);
    if (series_verify(&f->ctx, f->dir, &out, NULL) != RC_INVALID || out.n == 0)
        fail_msg("%s, offset %ld: not found", path, at);
    test_file_flip(path, at);
}

static void verify_dir(Fixture *f, const char *dir, int *files)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; (e = readdir(d));) {
        char path[512];
        struct stat st;
        if (e->d_name[0] == '.' || strcmp(e->d_name, "LOCK") == 0) continue;
        test_path(path, dir, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        if (S_ISDIR(st.st_mode)) {
            verify_dir(f, path, files);
            continue;
        }
        ++*files;
        for (long at = 0; at < st.st_size; at += at < 64 || at > st.st_size - 70 ? 7 : 1 + st.st_size / 23)
            verify_one(f, path, at);
    }
    closedir(d);
}

static void verification_finds_every_damaged_byte(void **state)
{
    Fixture *f = *state;
    fill_days(f);
    int64_t start = civil_day_start(civil_day(T0));
    for (int i = 0; i < 100; i++) put(f, 9, start + 3 * MS_DAY + i * 1000, i, 0);
    assert_int_equal(series_checkpoint(&f->ctx, f->s), RC_OK);
    series_close(&f->s);
    StrBuf out;
    SeriesStats stats;
    buf_init(&out, f->arena);
    assert_int_equal(series_verify(&f->ctx, f->dir, &out, &stats), RC_OK);
    assert_int_equal(stats.readings, 2 * 3 * 1440 + 100);
    int files = 0;
    verify_dir(f, f->dir, &files);
    assert_true(files >= 7);
    ctx_clear(&f->ctx);
    assert_int_equal(series_verify(&f->ctx, f->dir, &out, &stats), RC_OK);
}

static void verification_refuses_a_store_in_use(void **state)
{
    Fixture *f = *state;
    StrBuf out;
    open_store(f, NULL);
    buf_init(&out, f->arena);
    assert_int_equal(series_verify(&f->ctx, f->dir, &out, NULL), RC_STATE);
    assert_string_equal(f->ctx.err.code, "series.locked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(readings_come_back_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(the_newest_good_value_of_a_time_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reading_ahead_does_not_make_the_next_ones_late, setup, teardown),
        cmocka_unit_test_setup_teardown(the_log_keeps_what_the_owner_has_not_saved, setup, teardown),
        cmocka_unit_test_setup_teardown(shards_may_change_between_runs, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_readings_are_refused_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(one_process_owns_the_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_end_is_cut_and_damage_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(expiry_keeps_rollups_longer, setup, teardown),
        cmocka_unit_test_setup_teardown(verification_finds_every_damaged_byte, setup, teardown),
        cmocka_unit_test_setup_teardown(verification_refuses_a_store_in_use, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
