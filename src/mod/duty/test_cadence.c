/* Cadences to periods: month ends, quarters, half-years, terms, weeks, holidays, validity. The calendar here
 * has the seven days of National Day 2026 off and Saturday 10 October worked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/rc.h"
#include "cadence.h"

static Calendar *calendar;

static int64_t day(int y, int m, int d)
{
    return civil_ms(&(Civil){.year = y, .month = m, .day = d});
}

#define YMD(t) (civil_of(t).year * 10000 + civil_of(t).month * 100 + civil_of(t).day)

static const struct {
    DutyPer per;
    int every, y, m, d;
    bool any_day;
    int from, last, due; /* first and last day of the period, and the day it is due */
    const char *label;
} cases[] = {
    {DUTY_DAY, 1, 2026, 11, 23, false, 20261123, 20261123, 20261123, "2026-11-23"},
    {DUTY_DAY, 1, 2026, 11, 21, false, 20261123, 20261123, 20261123, "2026-11-23"}, /* Saturday */
    {DUTY_DAY, 1, 2026, 11, 21, true, 20261121, 20261121, 20261121, "2026-11-21"},
    {DUTY_DAY, 1, 2026, 10, 1, false, 20261008, 20261008, 20261008, "2026-10-08"},
    {DUTY_DAY, 1, 2026, 10, 10, false, 20261010, 20261010, 20261010, "2026-10-10"}, /* worked Saturday */
    {DUTY_WEEK, 1, 2026, 11, 22, false, 20261116, 20261122, 20261120, "2026-11-16/11-22"},
    {DUTY_WEEK, 1, 2026, 10, 7, false, 20261005, 20261011, 20261010, "2026-10-05/10-11"},
    {DUTY_WEEK, 1, 2026, 11, 16, true, 20261116, 20261122, 20261122, "2026-11-16/11-22"},
    {DUTY_MONTH, 1, 2026, 2, 28, false, 20260201, 20260228, 20260227, "2026-02"},
    {DUTY_MONTH, 1, 2028, 2, 29, true, 20280201, 20280229, 20280229, "2028-02"},
    {DUTY_MONTH, 1, 2026, 1, 31, false, 20260101, 20260131, 20260130, "2026-01"},
    {DUTY_MONTH, 1, 2026, 12, 31, false, 20261201, 20261231, 20261231, "2026-12"},
    {DUTY_TWO_MONTHS, 1, 2026, 11, 22, false, 20261101, 20261231, 20261231, "2026-11/2026-12"},
    {DUTY_QUARTER, 1, 2026, 11, 22, false, 20261001, 20261231, 20261231, "2026-Q4"},
    {DUTY_QUARTER, 1, 2026, 1, 1, false, 20260101, 20260331, 20260331, "2026-Q1"},
    {DUTY_QUARTER, 2, 2026, 5, 1, true, 20260101, 20260630, 20260630, "2026-01/2026-06"},
    {DUTY_HALF_YEAR, 1, 2026, 6, 30, false, 20260101, 20260630, 20260630, "2026-H1"},
    {DUTY_HALF_YEAR, 1, 2027, 12, 1, false, 20270701, 20271231, 20271231, "2027-H2"},
    {DUTY_TERM, 1, 2026, 11, 22, false, 20260901, 20270131, 20270129, "2026-09/2027-01"},
    {DUTY_TERM, 1, 2027, 1, 31, true, 20260901, 20270131, 20270131, "2026-09/2027-01"},
    {DUTY_TERM, 1, 2026, 2, 1, true, 20260201, 20260831, 20260831, "2026-02/2026-08"},
    {DUTY_YEAR, 1, 2026, 11, 22, false, 20260101, 20261231, 20261231, "2026"},
};

static void test_periods(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        DutyPeriod p;
        DutyCadence d = {cases[i].per, cases[i].every, cases[i].any_day, day(2020, 1, 1), TIME_NONE};
        assert_true(duty_period(calendar, &d, day(cases[i].y, cases[i].m, cases[i].d), &p));
        assert_string_equal(p.label, cases[i].label);
        assert_int_equal(YMD(p.from), cases[i].from);
        assert_int_equal(YMD(p.until - 1), cases[i].last);
        assert_int_equal(YMD(p.due), cases[i].due);
        assert_int_equal(YMD(p.due + MS_SECOND) > cases[i].due, 1);
    }
}

/* Periods follow each other without a gap or an overlap, in each cadence. */
static void test_no_gaps(void **state)
{
    (void)state;
    for (DutyPer per = DUTY_DAY; per < DUTY_NEVER; per++)
        for (int every = 1; every <= 3; every++) {
            DutyPeriod p;
            DutyCadence d = {per, every, true, day(2020, 1, 1), TIME_NONE};
            int64_t t = day(2026, 1, 1);
            assert_true(duty_period(calendar, &d, t, &p));
            for (int i = 0; i < 40; i++) {
                assert_true(p.from <= t && t < p.until && p.due < p.until && p.due >= p.from);
                t = p.until;
                assert_true(duty_period(calendar, &d, t, &p));
                assert_int_equal(p.from, t);
            }
        }
}

static void test_validity(void **state)
{
    (void)state;
    DutyPeriod p;
    DutyCadence d = {DUTY_QUARTER, 1, false, day(2026, 11, 10), day(2027, 2, 10)};
    assert_true(duty_period(calendar, &d, day(2026, 1, 1), &p)); /* before it: its first */
    assert_int_equal(YMD(p.from), 20261110);
    assert_int_equal(YMD(p.due), 20261231);
    assert_true(duty_period(calendar, &d, p.until, &p));
    assert_string_equal(p.label, "2027-Q1");
    assert_int_equal(YMD(p.due), 20270209);
    assert_false(duty_period(calendar, &d, p.until, &p));
    d.per = DUTY_NEVER;
    assert_false(duty_period(calendar, &d, day(2026, 12, 1), &p));
    d = (DutyCadence){DUTY_DAY, 1, false, day(2026, 10, 1), day(2026, 10, 5)}; /* all of it days off */
    assert_false(duty_period(calendar, &d, day(2026, 10, 1), &p));
    /* Valid from the last Saturday of a month: no working day is left, it is due when the period ends. */
    d = (DutyCadence){DUTY_MONTH, 1, false, day(2026, 10, 31), TIME_NONE};
    assert_true(duty_period(calendar, &d, day(2026, 10, 31), &p));
    assert_int_equal(YMD(p.due), 20261031);
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(duty_per_of(STR("half_year")), DUTY_HALF_YEAR);
    assert_int_equal(duty_per_of(STR("sometimes")), DUTY_NEVER);
    assert_int_equal(duty_per_of(STR_NONE), DUTY_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_periods), cmocka_unit_test(test_no_gaps),
                                       cmocka_unit_test(test_validity), cmocka_unit_test(test_names)};
    calendar = calendar_new(&(CalendarOptions){0});
    for (int d = 1; d <= 7; d++) calendar_set(calendar, calendar_day_of(2026, 10, d), DAY_OFF);
    calendar_set(calendar, calendar_day_of(2026, 10, 10), DAY_WORK);
    calendar_year(calendar, 2026);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    calendar_free(&calendar);
    return failed;
}
