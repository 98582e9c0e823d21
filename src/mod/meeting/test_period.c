/* Periods of a year: where they begin, how many there are, and that each instant lies in exactly one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "period.h"

static int64_t day(int year, int month, int d)
{
    Civil c = {.year = year, .month = month, .day = d};
    return civil_ms(&c);
}

static void test_year(void **state)
{
    static const struct {
        TaskPer per;
        int year;
        size_t n;
        int month, day; /* the first begins */
    } cases[] = {
        {TASK_WEEK, 2026, 52, 1, 5},      {TASK_WEEK, 2024, 53, 1, 1},     {TASK_MONTH, 2026, 12, 1, 1},
        {TASK_QUARTER, 2026, 4, 1, 1},    {TASK_HALF_YEAR, 2026, 2, 1, 1}, {TASK_YEAR, 2026, 1, 1, 1},
        {TASK_TWO_MONTHS, 2026, 6, 1, 1}, {TASK_TERM, 2026, 2, 2, 1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        MeetingSpan spans[60];
        size_t n = meeting_spans(cases[i].per, cases[i].year, spans, ARRAY_LEN(spans));
        assert_int_equal(n, cases[i].n);
        assert_int_equal(spans[0].from, day(cases[i].year, cases[i].month, cases[i].day));
        for (size_t k = 0; k < n; k++) {
            MeetingSpan first = meeting_span(cases[i].per, spans[k].from),
                        last = meeting_span(cases[i].per, spans[k].to - 1);
            assert_int_equal(first.from, spans[k].from);
            assert_int_equal(first.to, spans[k].to);
            assert_int_equal(last.from, spans[k].from);
            if (k) assert_int_equal(spans[k].from, spans[k - 1].to);
        }
    }
}

static void test_few(void **state)
{
    MeetingSpan spans[3];
    (void)state;
    assert_int_equal(meeting_spans(TASK_WEEK, 2026, spans, 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_year), cmocka_unit_test(test_few)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
