/* Ends of periods, across years and leap days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "mod/task.h"

static int64_t at(const char *text)
{
    int64_t t;
    assert_true(time_parse(str_of(text), true, &t));
    return t;
}

static void test_ends(void **state)
{
    static const struct {
        TaskPer per;
        int every;
        const char *t, *end;
    } cases[] = {
        {TASK_DAY, 1, "2026-12-31", "2027-01-01"},        {TASK_WEEK, 1, "2026-11-22", "2026-11-23"},
        {TASK_WEEK, 1, "2026-11-23", "2026-11-30"},       {TASK_MONTH, 1, "2026-11-22", "2026-12-01"},
        {TASK_MONTH, 1, "2028-02-29", "2028-03-01"},      {TASK_TWO_MONTHS, 1, "2026-11-22", "2027-01-01"},
        {TASK_TWO_MONTHS, 1, "2026-02-01", "2026-03-01"}, {TASK_QUARTER, 1, "2026-09-30", "2026-10-01"},
        {TASK_QUARTER, 1, "2026-10-01", "2027-01-01"},    {TASK_HALF_YEAR, 1, "2026-06-30", "2026-07-01"},
        {TASK_HALF_YEAR, 1, "2026-07-01", "2027-01-01"},  {TASK_TERM, 1, "2026-11-22", "2027-02-01"},
        {TASK_TERM, 1, "2027-01-31", "2027-02-01"},       {TASK_TERM, 1, "2027-02-01", "2027-09-01"},
        {TASK_YEAR, 1, "2026-01-01", "2027-01-01"},       {TASK_YEAR, 5, "2026-01-01", "2030-01-01"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t got = task_period_end(cases[i].per, cases[i].every, at(cases[i].t));
        if (got != at(cases[i].end)) print_error("case %zu: %s\n", i, cases[i].t);
        assert_int_equal(got, at(cases[i].end));
        assert_true(task_period_end(cases[i].per, cases[i].every, got) > got);
    }
}

static void test_names(void **state)
{
    (void)state;
    for (TaskPer p = TASK_DAY; p <= TASK_YEAR; p++)
        assert_int_equal(task_per_of(str_of(task_per_name(p))), p);
    assert_int_equal(task_per_of(STR("fortnight")), TASK_ONCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ends), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
