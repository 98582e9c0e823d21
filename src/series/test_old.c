/* A directory written by the version before (first form of log and manifest, kept in testdata/v1) is read bit
 * by bit and goes on in the present form. It holds what reading() gives of 6 points: 260 steps behind a
 * checkpoint, then 20 in the log, with a note each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* cmocka first */
#include "base/clock.h"
#include "base/log.h"
#include "series/series.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START INT64_C(1790000000000)
enum { POINTS = 6, STEPS = 280, IN_LOG = 20 };

static Reading reading(uint32_t p, int i)
{
    Reading r = {.point = p, .t = START + (int64_t)i * 60000 + (p == 5 ? i % 7 : 0)};
    switch (p) {
    case 1:
        r.v = (double)(2000 + i % 37) / 100;
        break;
    case 2:
        r.v = i / 10;
        break;
    case 3:
        r.v = sin(i) * 1e-3;
        break;
    case 4:
        r.v = (double)(i * i) / 1000;
        r.q = i % 50 == 0 ? Q_UNCERTAIN : Q_GOOD;
        break;
    case 5:
        r.v = -(double)i / 10;
        break;
    default:
        r.v = i % 40 == 0 ? (double)NAN : i;
        r.q = i % 40 == 0 ? Q_BAD : Q_GOOD;
    }
    return r;
}

typedef struct World {
    Arena *arena;
    Ctx ctx;
    char dir[256];
    Series *s;
    size_t readings, notes;
    Rc committed;
} World;

static void on_readings(void *ud, uint64_t pos, int shard, int64_t arrival, const Reading *r, size_t n)
{
    World *w = ud;
    (void)pos, (void)shard;
    int i = STEPS - IN_LOG + (int)(w->readings / POINTS);
    assert_int_equal(arrival, START + (int64_t)i * 60000);
    for (size_t k = 0; k < n; k++) {
        Reading want = reading((uint32_t)k + 1, i);
        assert_int_equal(r[k].point, want.point);
        assert_int_equal(r[k].t, want.t);
        assert_int_equal(r[k].q, want.q);
        assert_true(r[k].v == want.v || isnan(want.v));
    }
    w->readings += n;
}

static void on_note(void *ud, uint64_t pos, int shard, uint32_t kind, Str bytes)
{
    (void)pos, (void)shard;
    assert_int_equal(kind, 7);
    assert_true(str_is(bytes, "note"));
    ((World *)ud)->notes++;
}

static void must(World *w, Rc rc)
{
    if (rc < 0) fail_msg("%s: %s", w->ctx.err.code, w->ctx.err.message);
}

static void open_store(World *w)
{
    SeriesReplay replay = {on_readings, on_note, w};
    w->readings = w->notes = 0;
    must(w, series_open(&w->ctx, &(SeriesOptions){.dir = w->dir}, &replay, &w->s));
}

static void check_rows(World *w, int steps)
{
    for (uint32_t p = 1; p <= POINTS; p++) {
        SeriesRow *rows;
        size_t n;
        must(w, series_range(&w->ctx, w->s, p, START, START + MS_DAY, 1000, &rows, &n));
        assert_int_equal(n, steps);
        for (int i = 0; i < steps; i++) {
            Reading want = reading(p, i);
            assert_int_equal(rows[i].t, want.t);
            assert_int_equal(rows[i].q, want.q);
            assert_true(rows[i].v == want.v || (isnan(rows[i].v) && isnan(want.v)));
        }
    }
}

static void on_done(void *ud, Rc rc, uint64_t pos)
{
    (void)pos;
    ((World *)ud)->committed = rc;
}

static void check_magic(const World *w, const char *want)
{
    char path[300], magic[9] = {0};
    snprintf(path, sizeof path, "%s/MANIFEST", w->dir);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fread(magic, 1, 8, f), 8);
    fclose(f);
    assert_string_equal(magic, want);
}

static void copy_fixture(World *w)
{
    char cmd[1200], from[600];
    const char *tmp = getenv("TMPDIR");
    snprintf(from, sizeof from, "%s/src/series/testdata/v1", ANLAN_SOURCE_DIR);
    snprintf(w->dir, sizeof w->dir, "%s/anlan-series-old.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(w->dir));
    snprintf(cmd, sizeof cmd, "cp -r '%s/.' '%s/' && chmod -R u+w '%s'", from, w->dir, w->dir);
    assert_int_equal(system(cmd), 0);
}

static void a_directory_of_the_version_before_goes_on(void **state)
{
    (void)state;
    char cmd[300];
    World w = {.arena = arena_new(0)};
    ctx_init(&w.ctx, w.arena, LANG_EN);
    log_set_level(LOG_ERROR);
    copy_fixture(&w);
    check_magic(&w, "ANSERM01");
    open_store(&w);
    assert_int_equal(w.readings, IN_LOG * POINTS);
    assert_int_equal(w.notes, IN_LOG);
    check_magic(&w, "ANSERM02");
    check_rows(&w, STEPS);
    Reading r[POINTS];
    for (uint32_t p = 1; p <= POINTS; p++) r[p - 1] = reading(p, STEPS);
    SeriesTicket ticket = {on_done, &w};
    assert_int_equal(series_append(w.s, 0, START + (int64_t)STEPS * 60000, r, POINTS, NULL, 0, ticket, NULL),
                     0);
    check_rows(&w, STEPS + 1);
    series_close(&w.s);
    assert_int_equal(w.committed, RC_OK);
    StrBuf out;
    SeriesStats stats;
    buf_init(&out, w.arena);
    must(&w, series_verify(&w.ctx, w.dir, &out, &stats));
    assert_int_equal(stats.readings, POINTS * (STEPS + 1));
    must(&w, series_open(&w.ctx, &(SeriesOptions){.dir = w.dir}, NULL, &w.s));
    check_rows(&w, STEPS + 1);
    series_close(&w.s);
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", w.dir);
    assert_int_equal(system(cmd), 0);
    arena_free(&w.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_directory_of_the_version_before_goes_on)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
