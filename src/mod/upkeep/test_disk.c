/* The forecast out of two measurements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "upkeep_private.h"
#include "base/clock.h"

#include <math.h>

#define GB INT64_C(1000000000)

static const UpkeepOptions opt = {.warn_percent = 80, .alert_percent = 90, .warn_days = 30};

typedef struct Case {
    int64_t hours;       /* since the sample; -1: there is none */
    int64_t before, now; /* bytes of raw readings */
    int64_t total, free;
    double growth, days_left; /* NAN: not known */
    DiskState state;
} Case;

static const Case cases[] = {
    {-1, 0, 10 * GB, 1000 * GB, 900 * GB, NAN, NAN, DISK_OK},
    {5, 9 * GB, 10 * GB, 1000 * GB, 900 * GB, NAN, NAN, DISK_OK}, /* too short to tell */
    {24, 9 * GB, 10 * GB, 1000 * GB, 900 * GB, 1e9, 900, DISK_OK},
    {48, 9 * GB, 10 * GB, 1000 * GB, 900 * GB, 0.5e9, 1800, DISK_OK},
    {24, 10 * GB, 10 * GB, 1000 * GB, 900 * GB, 0, INFINITY, DISK_OK},
    {24, 11 * GB, 10 * GB, 1000 * GB, 900 * GB, -1e9, INFINITY, DISK_OK}, /* it shrinks */
    {24, 9 * GB, 10 * GB, 100 * GB, 29 * GB, 1e9, 29, DISK_WARN},         /* soon full */
    {24, 10 * GB, 10 * GB, 100 * GB, 20 * GB, 0, INFINITY, DISK_WARN},    /* 80 % */
    {24, 10 * GB, 10 * GB, 100 * GB, 20 * GB + 1, 0, INFINITY, DISK_OK},
    {-1, 0, 10 * GB, 100 * GB, 10 * GB, NAN, NAN, DISK_ALERT}, /* 90 % */
    {24, 9 * GB, 10 * GB, 100 * GB, 0, 1e9, 0, DISK_ALERT},
    {-1, 0, 0, 0, 0, NAN, NAN, DISK_OK}, /* the system does not say */
};

static bool same(double a, double b)
{
    return isnan(b) ? isnan(a) : isinf(b) ? isinf(a) && a > 0 : fabs(a - b) < 1;
}

static void test_forecast(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Case *c = &cases[i];
        int64_t t = 100 * MS_DAY;
        Disk d = {.t = t, .total = c->total, .free = c->free, .parts = {[PART_RAW] = c->now}};
        DiskSample since = {.t = c->hours < 0 ? TIME_NONE : t - c->hours * MS_HOUR,
                            .bytes = {[PART_RAW] = c->before}};
        disk_forecast(&d, &since, &opt);
        if (!same(d.growth, c->growth) || !same(d.days_left, c->days_left) || d.state != c->state)
            fail_msg("case %zu: growth %g, days %g, state %d", i, d.growth, d.days_left, d.state);
    }
}

static void test_settings(void **state)
{
    static const struct {
        const char *time;
        bool ok;
    } times[] = {{"02:30", true}, {"23:59", true},  {"0:0", true},     {"24:00", false},
                 {"12", false},   {"12:60", false}, {"12:30x", false}, {"", false}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        Arena *arena = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, arena, LANG_EN);
        UpkeepOptions o = opt;
        o.backup_dir = "/backup";
        o.backup_time = times[i].time;
        Rc rc = upkeep_configure(&ctx, &o);
        if ((rc >= 0) != times[i].ok) fail_msg("%s: %d", times[i].time, rc);
        arena_free(&arena);
    }
    upkeep__opt.backup_time = "02:30";
    Civil at = {.year = 2026, .month = 11, .day = 23, .hour = 2, .minute = 29};
    int64_t before = civil_ms(&at);
    assert_int_equal(backup_start_at(before), before + MS_MINUTE - MS_DAY);
    assert_int_equal(backup_start_at(before + MS_MINUTE), before + MS_MINUTE);
    upkeep__opt.backup_dir = "";
    assert_int_equal(backup_start_at(before), TIME_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forecast), cmocka_unit_test(test_settings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
