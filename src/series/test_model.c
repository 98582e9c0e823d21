/* Random histories against a naive model: arrays of rows, one per time. After any mixture of appends,
 * checkpoints, compactions, clean and unclean reopenings with other shard counts, every query must agree, and
 * the files must verify. */
#include "base/clock.h"
#include "chunk.h"
#include "test_dir.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <cmocka.h>

enum { POINTS = 13, ROWS = 40000 };

typedef struct Model {
    SeriesRow *rows[POINTS];
    size_t n[POINTS];
    SeriesLatest latest[POINTS];
    int64_t clock[POINTS];
} Model;

typedef struct World {
    char dir[64];
    Arena *arena;
    Ctx ctx;
    Series *s;
    SeriesOptions opt;
    Model m;
    atomic_uint_fast64_t asked, answered;
} World;

static uint64_t seed;
static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}
static uint64_t below(uint64_t n)
{
    return rnd() % n;
}

static void check(World *w, Rc rc)
{
    if (rc < 0)
        fail_msg("%s: %s", w->ctx.err.code ? w->ctx.err.code : "?",
                 w->ctx.err.message ? w->ctx.err.message : "?");
}

static void model_put(Model *m, const Reading *r)
{
    SeriesRow *rows = m->rows[r->point], row = {r->t, r->v, r->q};
    size_t lo = 0, hi = m->n[r->point];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (rows[mid].t < r->t) lo = mid + 1;
        else hi = mid;
    }
    if (lo < m->n[r->point] && rows[lo].t == r->t) {
        if (row_replaces(&row, &rows[lo])) rows[lo] = row;
    } else {
        assert_true(m->n[r->point] < ROWS);
        memmove(rows + lo + 1, rows + lo, (m->n[r->point] - lo) * sizeof *rows);
        rows[lo] = row;
        m->n[r->point]++;
    }
    SeriesLatest *l = &m->latest[r->point];
    if (!row_bad(&row) && !(r->flags & READING_AHEAD) && r->t >= l->t) *l = (SeriesLatest){r->t, r->v, r->q};
}

static int64_t period_of(uint32_t point)
{
    static const int64_t periods[] = {60000, 300000, 1000, 5000, 250, 3600000};
    return periods[point % 6];
}

static Reading random_reading(World *w)
{
    uint32_t point = 1 + (uint32_t)below(POINTS - 1);
    int64_t *clock = &w->m.clock[point], period = period_of(point);
    Reading r = {.point = point, .q = below(30) ? 0 : (uint8_t)below(3)};
    *clock += below(60) ? period : (int64_t)below(30 * (uint64_t)period);
    r.t = *clock;
    switch (below(12)) {
    case 0:
        r.t -= (int64_t)below(40) * period;
        break;
    case 1:
        r.t -= below(20) ? 0 : (int64_t)below(2 * MS_DAY);
        break;
    case 2:
        r.t += below(2) ? 1000 : 0;
        break;
    case 3:
        if (below(4) == 0) r.t += 3 * period, r.flags = READING_AHEAD;
        break;
    default:
        break;
    }
    r.v = point % 5 == 4 ? sin((double)rnd()) : (double)(int64_t)(2000 + below(100)) / 100;
    if (below(200) == 0) r.v = NAN;
    if (below(200) == 0) r.v = (double)(int64_t)rnd();
    return r;
}

static void on_done(void *ud, Rc rc, uint64_t pos)
{
    World *w = ud;
    assert_true(rc == RC_OK && pos > 0);
    atomic_fetch_add(&w->answered, 1);
}

static void append_some(World *w, size_t most)
{
    Reading r[400];
    for (int shard = 0; shard < w->opt.shards; shard++) {
        size_t n = 0;
        for (size_t i = 0; i < most; i++) {
            Reading one = random_reading(w);
            if (one.point % (uint32_t)w->opt.shards != (uint32_t)shard) continue;
            model_put(&w->m, &one);
            r[n++] = one;
        }
        SeriesTicket ticket = {on_done, w};
        atomic_fetch_add(&w->asked, 1);
        assert_int_equal(series_append(w->s, shard, r[0].t, r, n, NULL, 0, ticket, NULL), RC_OK);
    }
}

static void wait_all(World *w)
{
    for (int i = 0; i < 200000 && atomic_load(&w->answered) < atomic_load(&w->asked); i++) usleep(50);
    assert_int_equal(atomic_load(&w->answered), atomic_load(&w->asked));
}

static bool same_value(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, 8) == 0;
}

static void compare_range(World *w, uint32_t p, int64_t from, int64_t to, size_t limit)
{
    SeriesRow *rows;
    size_t n, at = 0;
    const Model *m = &w->m;
    check(w, series_range(&w->ctx, w->s, p, from, to, limit, &rows, &n));
    for (size_t i = 0; i < m->n[p]; i++) {
        const SeriesRow *want = &m->rows[p][i];
        if (want->t < from || want->t >= to || at >= limit) continue;
        assert_true(at < n);
        if (rows[at].t != want->t || !same_value(rows[at].v, want->v) || rows[at].q != want->q)
            fail_msg("point %u: %lld %.17g %d, not %lld %.17g %d", p, (long long)rows[at].t, rows[at].v,
                     rows[at].q, (long long)want->t, want->v, want->q);
        at++;
    }
    assert_int_equal(at, n);
}

static void compare_steps(World *w, uint32_t p, int64_t from, int64_t to, int64_t step)
{
    SeriesStep *got;
    size_t n, at = 0;
    check(w, series_steps(&w->ctx, w->s, p, from, to, step, 1000000, &got, &n));
    SeriesStep want = {0};
    int64_t lo = civil_step(from, step), hi = civil_step(to - 1, step) + step;
    for (size_t i = 0; i <= w->m.n[p]; i++) {
        const SeriesRow *r = i < w->m.n[p] ? &w->m.rows[p][i] : NULL;
        if (r && (row_bad(r) || r->t < lo || r->t >= hi)) continue;
        if (want.count && (!r || civil_step(r->t, step) != want.t)) {
            assert_true(at < n);
            const SeriesStep *g = &got[at++];
            bool sum = fabs(g->sum - want.sum) <= 1e-9 * (fabs(want.min) + fabs(want.max) + 1) * want.count;
            if (g->t != want.t || g->min != want.min || g->max != want.max || g->last != want.last || !sum ||
                g->last_t != want.last_t || g->count != want.count || g->q != want.q)
                fail_msg("point %u step %lld at %lld: count %u not %u, sum %.17g not %.17g", p,
                         (long long)step, (long long)want.t, g->count, want.count, g->sum, want.sum);
            want.count = 0;
        }
        if (!r) break;
        if (!want.count) want = (SeriesStep){.t = civil_step(r->t, step), .min = r->v, .max = r->v};
        if (r->v < want.min) want.min = r->v;
        if (r->v > want.max) want.max = r->v;
        want.sum += r->v;
        want.last = r->v;
        want.last_t = r->t;
        want.count++;
        if (r->q > want.q) want.q = r->q;
    }
    assert_int_equal(at, n);
}

static void compare(World *w)
{
    static const int64_t steps[] = {MS_HOUR,        MS_MINUTE,      MS_DAY,       7 * MS_HOUR,
                                    90 * MS_MINUTE, 15 * MS_SECOND, 5 * MS_MINUTE};
    SeriesLatest latest[POINTS];
    series_latest(w->s, 0, POINTS, latest);
    for (uint32_t p = 1; p < POINTS; p++) {
        const SeriesLatest *want = &w->m.latest[p];
        assert_true(latest[p].t == want->t &&
                    (want->t == TIME_NONE || (latest[p].v == want->v && latest[p].q == want->q)));
        compare_range(w, p, INT64_MIN, INT64_MAX, 1000000);
        int64_t from = w->m.clock[p] - (int64_t)below(3 * MS_DAY), to = from + 1 + (int64_t)below(2 * MS_DAY);
        compare_range(w, p, from, to, 1 + below(500));
        compare_steps(w, p, from, to, steps[below(7)]);
        compare_steps(w, p, w->m.clock[p] - 4 * MS_DAY, w->m.clock[p] + MS_DAY, steps[below(4)]);
    }
    arena_reset(w->arena);
    ctx_init(&w->ctx, w->arena, LANG_EN);
}

static void reopen(World *w, bool unclean)
{
    char copy[64];
    wait_all(w);
    if (unclean) {
        test_dir_make(copy);
        test_dir_copy(w->dir, copy);
    }
    series_close(&w->s);
    if (unclean) {
        test_dir_remove(w->dir);
        assert_int_equal(rename(copy, w->dir), 0);
    }
    StrBuf out;
    buf_init(&out, w->arena);
    Rc rc = series_verify(&w->ctx, w->dir, &out, NULL);
    if (rc < 0) fail_msg("verify: %.*s", STR_ARG(buf_str(&out)));
    w->opt.shards = 1 + (int)below(4);
    check(w, series_open(&w->ctx, &w->opt, NULL, &w->s));
}

static void world_open(World *w)
{
    memset(w, 0, sizeof *w);
    test_dir_make(w->dir);
    w->arena = arena_new(0);
    ctx_init(&w->ctx, w->arena, LANG_EN);
    w->opt = (SeriesOptions){.dir = w->dir, .shards = 1};
    for (int p = 0; p < POINTS; p++) {
        w->m.rows[p] = malloc(ROWS * sizeof(SeriesRow));
        w->m.latest[p].t = TIME_NONE;
        w->m.clock[p] = 1700000000000 + p * 777000;
    }
    check(w, series_open(&w->ctx, &w->opt, NULL, &w->s));
}

static void world_close(World *w)
{
    series_close(&w->s);
    arena_free(&w->arena);
    test_dir_remove(w->dir);
    for (int p = 0; p < POINTS; p++) free(w->m.rows[p]);
}

static void random_history(uint64_t start, int turns)
{
    static World w;
    seed = start;
    world_open(&w);
    for (int i = 0; i < turns; i++) {
        uint64_t what = below(20);
        if (what < 13) append_some(&w, 1 + below(400));
        else if (what < 15) check(&w, series_checkpoint(&w.ctx, w.s));
        else if (what < 16) check(&w, series_compact(&w.ctx, w.s));
        else if (what < 17) reopen(&w, false);
        else if (what < 18) reopen(&w, true);
        else if (what < 19) series_set_keep(w.s, UINT64_MAX);
        else compare(&w);
    }
    compare(&w);
    check(&w, series_checkpoint(&w.ctx, w.s));
    check(&w, series_compact(&w.ctx, w.s));
    compare(&w);
    reopen(&w, false);
    compare(&w);
    world_close(&w);
}

static void histories_agree_with_the_model(void **state)
{
    (void)state;
    for (uint64_t k = 1; k <= 5; k++) random_history(k * 7919, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(histories_agree_with_the_model)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
