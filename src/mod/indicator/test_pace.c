/* The sums of an indicator, each worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/rc.h"
#include "pace.h"

typedef struct Case {
    const char *what;
    PaceIn in;
    PaceOut want;
} Case;

#define YEARS(...)                                                                                           \
    .years = (const PaceYear[]){__VA_ARGS__}, .nyears = sizeof((PaceYear[]){__VA_ARGS__}) / sizeof(PaceYear)

static const Case cases[] = {
    {"down 15 % of 200 in five years, a third of the way after two",
     {PACE_FALL, 2025, 2030, true, 200, 15, true, false, YEARS({2026, 196}, {2027, 190})},
     {PACE_BEHIND, true, true, true, true, 170, 2027, 190, 188, 1.0 / 3, 175.33333333333334, false}},
    {"the line itself is on the way",
     {PACE_FALL, 2025, 2030, true, 200, 170, false, false, YEARS({2026, 194})},
     {PACE_ON_WAY, true, true, true, true, 170, 2026, 194, 194, 0.2, 170, true}},
    {"there before its time",
     {PACE_RISE, 2025, 2030, true, 60, 80, false, false, YEARS({2026, 81})},
     {PACE_REACHED, true, true, true, true, 80, 2026, 81, 64, 1.05, 165, true}},
    {"a floor must hold each year",
     {PACE_AT_LEAST, 2025, 2030, false, 0, 95, false, false, YEARS({2026, 96}, {2027, 94})},
     {PACE_BEHIND, true, true, false, true, 95, 2027, 94, 95, 0, 88, false}},
    {"a ceiling that holds is not reached before the last year",
     {PACE_AT_MOST, 2025, 2030, false, 0, 3, false, false, YEARS({2026, 2}, {2027, 2})},
     {PACE_ON_WAY, true, true, false, true, 3, 2027, 2, 3, 0, 2, true}},
    {"no figure yet",
     {PACE_FALL, 2025, 2030, true, 200, 170, false, false, NULL, 0},
     {PACE_NO_DATA, true, false, false, false, 170, 0, 0, 0, 0, 0, false}},
    {"without the base no line, no share; one figure leads nowhere",
     {PACE_FALL, 2025, 2030, false, 0, 170, false, false, YEARS({2026, 180})},
     {PACE_BEHIND, true, false, false, false, 170, 2026, 180, 170, 0, 0, false}},
    {"a change in percent needs the base",
     {PACE_FALL, 2025, 2030, false, 0, 15, true, false, YEARS({2026, 180})},
     {PACE_NO_DATA, false, false, false, false, 0, 2026, 180, 0, 0, 0, false}},
    {"after the target year the target stands",
     {PACE_FALL, 2025, 2030, true, 200, 170, false, false, YEARS({2031, 175})},
     {PACE_BEHIND, true, true, true, true, 170, 2031, 175, 170, 25.0 / 30, 179.16666666666667, false}},
    {"a share of a whole ends at 100",
     {PACE_RISE, 2025, 2030, true, 61, 95, false, true, YEARS({2026, 72.5})},
     {PACE_ON_WAY, true, true, true, true, 95, 2026, 72.5, 67.8, 11.5 / 34, 100, true}},
    {"a count does not fall below nothing",
     {PACE_AT_MOST, 2025, 2030, true, 1, 1, false, false, YEARS({2026, 0})},
     {PACE_ON_WAY, true, true, false, true, 1, 2026, 0, 1, 0, 0, true}},
    {"decimals are compared as they are typed",
     {PACE_FALL, 2025, 2026, true, 0.3, 0.1 + 0.2, false, false, YEARS({2026, 0.3})},
     {PACE_REACHED, true, true, false, true, 0.3, 2026, 0.3, 0.3, 0, 0.3, true}},
};

static void same(const char *what, const char *field, double got, double want)
{
    double d = got > want ? got - want : want - got;
    if (d > 1e-9) fail_msg("%s: %s is %.12g, not %.12g", what, field, got, want);
}

static void test_pace(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Case *c = &cases[i];
        PaceOut p;
        pace_reckon(&c->in, &p);
        same(c->what, "verdict", p.verdict, c->want.verdict);
        same(c->what, "has_target", p.has_target, c->want.has_target);
        same(c->what, "has_expected", p.has_expected, c->want.has_expected);
        same(c->what, "has_forecast", p.has_forecast, c->want.has_forecast);
        same(c->what, "target", p.target, c->want.target);
        same(c->what, "year", p.year, c->want.year);
        same(c->what, "actual", p.actual, c->want.actual);
        same(c->what, "expected", p.expected, c->want.expected);
        same(c->what, "share", p.share, c->want.share);
        same(c->what, "forecast", p.forecast, c->want.forecast);
        same(c->what, "will_reach", p.will_reach, c->want.will_reach);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pace)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
