/* Instants, civil time and their texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/rc.h"
#include "base/wait.h"

static void test_civil(void **state)
{
    (void)state;
    static const struct {
        int64_t t;
        const char *text;
        int weekday;
    } cases[] = {
        {0, "1970-01-01 08:00:00", 4},
        {-1, "1970-01-01 07:59:59", 4},
        {-28800001, "1969-12-31 23:59:59", 3},
        {1767196799999, "2025-12-31 23:59:59", 3},
        {1767196800000, "2026-01-01 00:00:00", 4},
        {1709136000000, "2024-02-29 00:00:00", 4},
        {951753600000, "2000-02-29 00:00:00", 2},
        {4107427200000, "2100-02-28 00:00:00", 7},
        {4107513600000, "2100-03-01 00:00:00", 1},
        {-2204006400000, "1900-02-28 00:00:00", 3},
    };
    char buf[TIME_TEXT_MAX];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(time_print_civil(cases[i].t, buf), cases[i].text);
        Civil c = civil_of(cases[i].t);
        assert_int_equal(c.weekday, cases[i].weekday);
        assert_true(civil_ms(&c) == cases[i].t);
        assert_true(civil_day_start(civil_day(cases[i].t)) <= cases[i].t);
        assert_true(cases[i].t < civil_day_start(civil_day(cases[i].t) + 1));
    }
    /* every day of 400 years there and back */
    for (int64_t day = -80000; day < 80000; day++) {
        Civil c = civil_of(civil_day_start(day));
        assert_true(c.hour == 0 && c.minute == 0 && c.ms == 0 && civil_ms(&c) == civil_day_start(day));
    }
}

static void test_carry(void **state)
{
    (void)state;
    static const struct {
        Civil in;
        const char *text;
    } cases[] = {
        {{.year = 2026, .month = 12, .day = 32}, "2027-01-01 00:00:00"},
        {{.year = 2026, .month = 13, .day = 1}, "2027-01-01 00:00:00"},
        {{.year = 2026, .month = 0, .day = 1}, "2025-12-01 00:00:00"},
        {{.year = 2026, .month = -11, .day = 1}, "2025-01-01 00:00:00"},
        {{.year = 2024, .month = 2, .day = 30}, "2024-03-01 00:00:00"},
        {{.year = 2026, .month = 1, .day = 0}, "2025-12-31 00:00:00"},
        {{.year = 2026, .month = 1, .day = 1, .hour = 25, .minute = 61, .second = -1}, "2026-01-02 02:00:59"},
        {{.year = 2026, .month = 25, .day = 1}, "2028-01-01 00:00:00"},
    };
    char buf[TIME_TEXT_MAX];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(time_print_civil(civil_ms(&cases[i].in), buf), cases[i].text);
}

static void test_steps(void **state)
{
    (void)state;
    static const struct {
        int64_t t, step, start;
    } cases[] = {
        {0, MS_DAY, -8 * MS_HOUR},
        {16 * MS_HOUR, MS_DAY, 16 * MS_HOUR},
        {16 * MS_HOUR - 1, MS_DAY, -8 * MS_HOUR},
        {-1, MS_MINUTE, -MS_MINUTE},
        {90000, MS_MINUTE, 60000},
        {5 * MS_HOUR, 6 * MS_HOUR, 4 * MS_HOUR},
        {-8 * MS_HOUR - 1, 7 * MS_DAY, -8 * MS_HOUR - 7 * MS_DAY},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_true(civil_step(cases[i].t, cases[i].step) == cases[i].start);
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool civil_ok, ok;
        int64_t t;
    } cases[] = {
        {"1970-01-01T00:00:00Z", false, true, 0},
        {"1970-01-01t08:00:00+08:00", false, true, 0},
        {"1970-01-01 08:00:00.001+08:00", false, true, 1},
        {"1969-12-31T16:00:00.9999-08:00", false, true, 999},
        {"2026-01-01T00:00:00.5+08:00", false, true, 1767196800500},
        {"2025-12-31T23:59:59.123456789+08:00", false, true, 1767196799123},
        {"2026-01-01", true, true, 1767196800000},
        {"2026-01-01", false, false, 0},
        {"2026-01-01 00:00:00", true, true, 1767196800000},
        {"2026-01-01T00:00:00", false, false, 0},
        {"2024-02-29", true, true, 1709136000000},
        {"2023-02-29", true, false, 0},
        {"2100-02-29", true, false, 0},
        {"2026-04-31", true, false, 0},
        {"2026-00-01", true, false, 0},
        {"2026-13-01", true, false, 0},
        {"2026-01-00", true, false, 0},
        {"2026-01-01T24:00:00Z", true, false, 0},
        {"2026-01-01T23:60:00Z", true, false, 0},
        {"2026-01-01T23:59:60Z", true, false, 0},
        {"2026-01-01T00:00:00.Z", true, false, 0},
        {"2026-01-01T00:00Z", true, false, 0},
        {"2026-1-1", true, false, 0},
        {"2026-01-01T00:00:00+0800", true, false, 0},
        {"2026-01-01T00:00:00+24:00", true, false, 0},
        {"2026-01-01T00:00:00Zx", true, false, 0},
        {"2026-01-01 ", true, false, 0},
        {"", true, false, 0},
        {"-026-01-01", true, false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t t = 0;
        if (time_parse(str_of(cases[i].text), cases[i].civil_ok, &t) != cases[i].ok)
            fail_msg("%s", cases[i].text);
        if (cases[i].ok && t != cases[i].t) fail_msg("%s read as %lld", cases[i].text, (long long)t);
    }
}

static void test_print(void **state)
{
    (void)state;
    static const struct {
        int64_t t;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T08:00:00+08:00"},
        {1767196799001, "2025-12-31T23:59:59.001+08:00"},
        {INT64_MAX, "9999-12-31T23:59:59.999+08:00"},
        {INT64_MIN, "0001-01-01T00:00:00+08:00"},
    };
    char buf[TIME_TEXT_MAX];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(time_print(cases[i].t, buf), cases[i].text);
    int64_t back;
    assert_true(time_parse(str_of(time_print(1767196799001, buf)), false, &back) && back == 1767196799001);
}

static void test_clocks(void **state)
{
    (void)state;
    int64_t a = clock_mono_us(), b = clock_mono_us();
    assert_true(b >= a);
    clock_freeze(1234);
    assert_true(clock_now() == 1234);
    clock_freeze(TIME_NONE);
    assert_true(clock_now() > INT64_C(1700000000000));
}

/* The end counts by the monotonic clock, whatever the wall clock says. */
static void test_wait(void **state)
{
    (void)state;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&lock);
    int64_t begun = clock_mono_us(), end = begun + 20000;
    while (wait_until(&wake, &lock, end)) {
    }
    pthread_mutex_unlock(&lock);
    assert_true(clock_mono_us() >= end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_civil), cmocka_unit_test(test_carry), cmocka_unit_test(test_steps),
        cmocka_unit_test(test_parse), cmocka_unit_test(test_print), cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
