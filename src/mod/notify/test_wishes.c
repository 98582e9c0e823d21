/* Which wishes hold: a table of notices at hours of the day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "notify_private.h"

static int64_t at(int hour, int minute)
{
    return civil_ms(
        &(Civil){.year = 2026, .month = 11, .day = 22, .hour = hour, .minute = minute, .second = 30});
}

static void quiet(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int grade, from, to, hour, minute, wait; /* minutes from the begun one; 0: at once */
    } rows[] = {
        {"urge", 3, 1320, 420, 23, 0, 480},  {"urge", 3, 1320, 420, 6, 59, 1},
        {"urge", 3, 1320, 420, 7, 0, 0},     {"urge", 3, 1320, 420, 21, 59, 0},
        {"urge", 0, 1320, 420, 22, 0, 540},  {"assigned", 4, 720, 840, 13, 0, 60},
        {"assigned", 4, 720, 840, 14, 0, 0}, {"urge", 1, 1320, 420, 23, 0, 0},
        {"info", 1, 1320, 420, 23, 0, 0},    {"urge", 2, 1320, 420, 23, 0, 0},
        {"call", 4, 1320, 420, 23, 0, 0},    {"escalate", 0, 1320, 420, 3, 0, 0},
        {"urge", 3, -1, -1, 23, 0, 0},       {"urge", 3, 0, 0, 0, 0, 0},
        {"urge", 3, 0, 1439, 23, 58, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Wishes w = {.quiet_from = rows[i].from, .quiet_to = rows[i].to};
        Notice n = {.kind = rows[i].kind, .grade = rows[i].grade};
        int64_t now = at(rows[i].hour, rows[i].minute);
        int64_t due = rows[i].wait ? now - 30000 + rows[i].wait * INT64_C(60000) : now;
        assert_int_equal(wishes_due(&w, &n, now), due);
    }
}

static void wanted(void **state)
{
    (void)state;
    static const struct {
        const char *wished, *kind;
        int grade;
        bool mail, sms;
    } rows[] = {
        {"", "urge", 3, false, false},        {"", "urge", 2, false, false},
        {"", "urge", 1, true, false},         {"", "escalate", 1, true, true},
        {"", "info", 1, false, false},        {"urge info", "info", 0, true, true},
        {"urge info", "in", 0, false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Wishes w = {.kinds = {str_of(rows[i].wished), str_of(rows[i].wished)}};
        Notice n = {.kind = rows[i].kind, .grade = rows[i].grade};
        assert_int_equal(wishes_want(&w, WAY_MAIL, &n), rows[i].mail);
        assert_int_equal(wishes_want(&w, WAY_SMS, &n), rows[i].sms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quiet), cmocka_unit_test(wanted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
