/* What the baseline of a deviation rule must do on series made for it: find spikes, shifts and a broken
 * season, keep quiet on what is usual, follow what lasts, and not learn from what it calls unusual. Fixed
 * seeds. */
#include "deviation.h"

#include "base/rc.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define STEP_MS 300000
#define DAY     288 /* steps */

static uint64_t seed;
static double uniform(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) / 9007199254740992.0;
}
static double gauss(void)
{
    double s = 0;
    for (int i = 0; i < 12; i++) s += uniform();
    return s - 6;
}

typedef struct Feed {
    Baseline b;
    BaselineOptions o;
    int step, over; /* over: readings with distance ≥ 6 */
    double last, worst;
} Feed;

static double put(Feed *f, double v)
{
    double distance = 0;
    f->last = baseline_take(&f->b, &f->o, (int64_t)f->step++ * STEP_MS, v, &distance) ? distance : 0;
    f->over += f->last >= 6;
    if (f->last > f->worst) f->worst = f->last;
    return f->last;
}

static double daily(int step)
{
    return 20 * sin(step * 2 * 3.14159265358979 / DAY);
}

static void quiet_on_noise_and_loud_on_a_spike(void **state)
{
    (void)state;
    for (uint64_t s = 1; s <= 20; s++) {
        Feed f = {.o = {.k = 4, .warmup_ms = 86400000}};
        seed = s;
        for (int i = 0; i < 14 * DAY; i++) put(&f, 50 + gauss());
        assert_int_equal(f.over, 0);
        assert_true(put(&f, 62) > 8);
        assert_true(put(&f, 50) < 2); /* the spike taught nothing */
        assert_true(fabs(f.b.level - 50) < 0.5);
    }
}

static void knows_the_time_of_day(void **state)
{
    (void)state;
    Feed with = {.o = {.k = 4, .warmup_ms = 86400000, .season_ms = 86400000}}, without = with;
    without.o.season_ms = 0;
    seed = 3;
    for (int i = 0; i < 21 * DAY; i++) {
        double v = 100 + daily(i) + gauss();
        put(&with, v);
        put(&without, v);
    }
    assert_true(with.over <= 5);
    /* the value of noon at midnight: usual for the day as a whole, not for this hour */
    double odd = 100 + daily(with.step + DAY / 2 + DAY / 4) + 20;
    with.step += DAY / 4;
    without.step += DAY / 4;
    double seen = put(&with, odd), missed = put(&without, odd);
    assert_true(seen > 6);
    assert_true(missed < seen / 2);
}

static void follows_a_lasting_shift(void **state)
{
    (void)state;
    Feed f = {.o = {.k = 4, .warmup_ms = 86400000}};
    seed = 4;
    for (int i = 0; i < 7 * DAY; i++) put(&f, 10 + gauss());
    double first = put(&f, 40 + gauss());
    assert_true(first > 15);
    for (int i = 0; i < 7 * DAY; i++) put(&f, 40 + gauss());
    assert_true(put(&f, 40) < 3); /* it is usual now */
    assert_true(fabs(f.b.level - 40) < 3);
}

static void coarse_and_constant_signals_are_no_alarm(void **state)
{
    (void)state;
    Feed f = {.o = {.k = 4, .warmup_ms = 3600000}};
    for (int i = 0; i < 3 * DAY; i++) put(&f, 7);
    assert_true(put(&f, 7.1) < 4); /* the first step ever seen */
    for (int i = 0; i < 3 * DAY; i++) put(&f, i % 50 ? 7 : 7.1);
    assert_true(f.worst < 4);
    assert_true(put(&f, 8) > 6);
}

/* Noise between two bounds: no single reading is far, but together they are unlike the point. */
static void finds_a_course_that_grows_restless(void **state)
{
    (void)state;
    for (uint64_t s = 1; s <= 10; s++) {
        Feed f = {.o = {.k = 4, .warmup_ms = 86400000}};
        seed = s;
        for (int i = 0; i < 14 * DAY; i++) put(&f, 50 + uniform() - uniform());
        assert_true(f.worst < 3);
        assert_true(put(&f, 51.2) < 3.1);
        for (int i = 0; i < DAY / 2; i++) put(&f, i % 2 ? 51.2 : 48.8);
        assert_true(f.worst > 3.3);
    }
}

static void one_wild_value_does_not_blind(void **state)
{
    (void)state;
    Feed f = {.o = {.k = 4, .warmup_ms = 86400000}};
    seed = 7;
    for (int i = 0; i < 7 * DAY; i++) put(&f, 50 + gauss());
    assert_true(put(&f, 1e6) > 1000);
    for (int i = 0; i < DAY; i++) assert_true(put(&f, 50 + gauss()) < 3);
    assert_true(put(&f, 70) > 6); /* twenty deviations, a day later */
}

static void what_comes_again_and_again_is_usual(void **state)
{
    (void)state;
    Feed f = {.o = {.k = 4, .warmup_ms = 86400000}};
    seed = 8;
    for (int i = 0; i < 28 * DAY; i++) {
        if (i == 14 * DAY) f.worst = 0;
        put(&f, 50 + gauss() + (i % 60 == 0 ? 20 : 0));
    }
    assert_true(f.worst < 5);
    assert_true(put(&f, 110) > 6); /* three times that is not */
}

static void is_silent_while_warming_up(void **state)
{
    (void)state;
    Feed f = {.o = {.k = 3, .warmup_ms = (int64_t)STEP_MS * 100}};
    double distance;
    seed = 5;
    for (int i = 0; i < 100; i++)
        assert_false(baseline_take(&f.b, &f.o, (int64_t)i * STEP_MS, gauss(), &distance));
    assert_true(baseline_take(&f.b, &f.o, (int64_t)100 * STEP_MS, 0, &distance));
    Feed g = {.o = {.k = 3}};
    for (int i = 0; i < DEVIATION_START; i++) assert_false(baseline_take(&g.b, &g.o, i, 1, &distance));
    assert_true(baseline_take(&g.b, &g.o, DEVIATION_START, 1, &distance));
}

static void survives_extreme_values(void **state)
{
    (void)state;
    static const double values[] = {1e308, -1e308, 0, 5e-324, -5e-324, 1, 1e-300, 1e300};
    Feed f = {.o = {.k = 1e308, .season_ms = 7}};
    seed = 6;
    for (int i = 0; i < 20000; i++) {
        double distance, v = values[(size_t)(uniform() * 8)];
        int64_t t = i < 10000 ? (int64_t)i - 5000 : INT64_MAX - 20000 + i;
        if (baseline_take(&f.b, &f.o, t, v, &distance)) assert_true(isfinite(distance) && distance >= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quiet_on_noise_and_loud_on_a_spike),
                                       cmocka_unit_test(knows_the_time_of_day),
                                       cmocka_unit_test(follows_a_lasting_shift),
                                       cmocka_unit_test(coarse_and_constant_signals_are_no_alarm),
                                       cmocka_unit_test(finds_a_course_that_grows_restless),
                                       cmocka_unit_test(one_wild_value_does_not_blind),
                                       cmocka_unit_test(what_comes_again_and_again_is_usual),
                                       cmocka_unit_test(is_silent_while_warming_up),
                                       cmocka_unit_test(survives_extreme_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
