/* Holes and overlaps of a roster, as a table: hours of one day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "shift_private.h"

typedef struct Case {
    PlanShift shifts[4];
    size_t n;
    PlanFault faults[4];
    size_t nfaults;
} Case;

static const Case cases[] = {
    {{{0}}, 0, {{PLAN_HOLE, 1, 0, 24, 0, 0}}, 1},
    {{{1, 0, 24, 7, 1}}, 1, {{0}}, 0},
    {{{1, 0, 8, 7, 1}, {2, 8, 24, 8, 1}}, 2, {{0}}, 0},
    {{{1, 0, 8, 7, 1}, {2, 9, 20, 8, 1}}, 2, {{PLAN_HOLE, 1, 8, 9, 0, 0}, {PLAN_HOLE, 1, 20, 24, 0, 0}}, 2},
    {{{1, -4, 8, 7, 1}, {2, 8, 30, 8, 1}}, 2, {{0}}, 0},
    {{{1, 0, 9, 7, 1}, {2, 8, 24, 8, 1}}, 2, {{PLAN_OVERLAP, 1, 8, 9, 1, 2}}, 1},
    {{{1, 0, 24, 7, 1}, {2, 8, 16, 7, 2}}, 2, {{PLAN_TWICE, 2, 8, 16, 1, 2}}, 1},
    {{{1, 0, 24, 7, 1}, {2, 8, 16, 8, 2}}, 2, {{0}}, 0},       /* a backup beside the officer */
    {{{1, 0, 24, 7, 2}}, 1, {{PLAN_HOLE, 1, 0, 24, 0, 0}}, 1}, /* a backup alone is no officer */
    {{{1, 0, 24, 7, 1}, {2, 2, 4, 8, 1}, {3, 6, 8, 9, 1}},
     3,
     {{PLAN_OVERLAP, 1, 2, 4, 1, 2}, {PLAN_OVERLAP, 1, 6, 8, 1, 3}},
     2},
};

static void test_plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        PlanFault out[8];
        const Case *c = &cases[i];
        size_t n = plan_check(c->shifts, c->n, 0, 24, out, ARRAY_LEN(out));
        if (n != c->nfaults) fail_msg("case %zu: %zu faults", i, n);
        for (size_t f = 0; f < n; f++) {
            assert_int_equal(out[f].kind, c->faults[f].kind);
            assert_int_equal(out[f].order, c->faults[f].order);
            assert_int_equal(out[f].from, c->faults[f].from);
            assert_int_equal(out[f].to, c->faults[f].to);
            assert_int_equal(out[f].a, c->faults[f].a);
            assert_int_equal(out[f].b, c->faults[f].b);
        }
    }
}

/* More faults than the caller has room for are counted, not written. */
static void test_room(void **state)
{
    (void)state;
    PlanShift many[50];
    PlanFault out[2];
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = (PlanShift){.id = (int64_t)i + 1, .from = 0, .to = 24, .person = (int64_t)i, .order = 1};
    assert_int_equal(plan_check(many, 50, 0, 24, out, 2), 50 * 49 / 2);
    assert_int_equal(out[1].b, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_plans), cmocka_unit_test(test_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
