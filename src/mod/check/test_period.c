/* The periods of plans: what they are called, where they begin and end, and when a plan is over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/ctx.h"
#include "mod/check_period.h"

static int64_t day(int year, int month, int d)
{
    return civil_ms(&(Civil){.year = year, .month = month, .day = d});
}

static void test_periods(void **state)
{
    (void)state;
    static const struct {
        PlanSpan span;
        int now[3];
        const char *label; /* NULL: over */
        int from[3], until[3];
    } cases[] = {
        {{2026, 11, CADENCE_ONCE}, {2026, 11, 22}, "2026-11", {2026, 11, 1}, {2026, 12, 1}},
        {{2026, 12, CADENCE_ONCE}, {2026, 12, 31}, "2026-12", {2026, 12, 1}, {2027, 1, 1}},
        {{2026, 11, CADENCE_QUARTER}, {2026, 10, 1}, "2026-11", {2026, 11, 1}, {2026, 12, 1}},
        {{2026, 11, CADENCE_ONCE}, {2026, 12, 1}, NULL, {0}, {0}},
        {{2026, 0, CADENCE_ONCE}, {2026, 6, 1}, "2026", {2026, 1, 1}, {2027, 1, 1}},
        {{2026, 0, CADENCE_MONTH}, {2026, 2, 28}, "2026-02", {2026, 2, 1}, {2026, 3, 1}},
        {{2026, 0, CADENCE_QUARTER}, {2026, 12, 31}, "2026-Q4", {2026, 10, 1}, {2027, 1, 1}},
        {{2026, 0, CADENCE_QUARTER}, {2026, 4, 1}, "2026-Q2", {2026, 4, 1}, {2026, 7, 1}},
        {{2026, 0, CADENCE_HALF}, {2026, 7, 1}, "2026-H2", {2026, 7, 1}, {2027, 1, 1}},
        {{2027, 0, CADENCE_MONTH}, {2026, 11, 22}, "2027-01", {2027, 1, 1}, {2027, 2, 1}},
        {{2026, 0, CADENCE_MONTH}, {2027, 1, 1}, NULL, {0}, {0}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Period p;
        const int *now = cases[i].now, *from = cases[i].from, *until = cases[i].until;
        bool on = plan_period(&cases[i].span, day(now[0], now[1], now[2]), &p);
        if (on != (cases[i].label != NULL)) print_error("case %zu\n", i);
        assert_int_equal(on, cases[i].label != NULL);
        if (!on) continue;
        assert_string_equal(p.label, cases[i].label);
        assert_int_equal(p.from, day(from[0], from[1], from[2]));
        assert_int_equal(p.until, day(until[0], until[1], until[2]));
    }
}

/* The last millisecond of a period is its own, the next is not. */
static void test_edges(void **state)
{
    (void)state;
    Period p;
    PlanSpan span = {2026, 0, CADENCE_MONTH};
    assert_true(plan_period(&span, day(2026, 3, 1) - 1, &p));
    assert_string_equal(p.label, "2026-02");
    assert_true(plan_period(&span, day(2026, 3, 1), &p));
    assert_string_equal(p.label, "2026-03");
    assert_int_equal(cadence_of(STR("half")), CADENCE_HALF);
    assert_int_equal(cadence_of(STR("never")), CADENCE_ONCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_periods), cmocka_unit_test(test_edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
