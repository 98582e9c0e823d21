/* What is drawn around a place: each radius is asked back with the command that gives a value at a distance,
 * each corner of a plume's outline with a formula written anew here. */
#include "risk_test.h"

static char *text(Arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *out = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return out;
}

/* "in" without its last brace; the value of `key` at each ring's radius is the ring's level. */
static void rings_hold(const char *command, const char *in, const char *level, const char *key, double rel)
{
    Arena *own = arena_new(0);
    Asked a = ask(command, text(own, "%s}", in));
    size_t n = 0;
    if (a.rc != RC_OK) fail_msg("%s: %s", command, asked_field(&a));
    for (int i = 0; asked_at(&a, text(a.arena, "rings.%d", i)); i++) {
        double want = asked_num(&a, text(a.arena, "rings.%d.%s", i, level));
        double r = asked_num(&a, text(a.arena, "rings.%d.radius_m", i));
        if (isnan(r)) continue;
        Asked b = ask(command, text(a.arena, "%s,\"distance_m\":%.9g}", in, r));
        assert_int_equal(b.rc, RC_OK);
        near(command, asked_num(&b, key), want, rel);
        asked_free(&b);
        n++;
    }
    assert_true(n >= 3);
    asked_free(&a);
    arena_free(&own);
}

static void test_rings(void **state)
{
    (void)state;
    rings_hold("blast", "{\"tnt_kg\":1000", "kpa", "kpa", 1e-6);
    rings_hold("fireball", "{\"kg\":10000,\"heat_mj_kg\":46", "kw_m2", "flux_kw_m2", 1e-6);
    rings_hold("pool-fire", "{\"diameter_m\":20,\"fuel\":\"gasoline\",\"wind_m_s\":0", "kw_m2", "flux_kw_m2",
               1e-5);
    rings_hold("pool-fire", "{\"diameter_m\":20,\"fuel\":\"gasoline\",\"wind_m_s\":3", "kw_m2", "flux_kw_m2",
               1e-5);
}

/* Class D over open country, ground release, by hand. */
static double ground_mg(double rate, double wind, double x, double y)
{
    double sy = 0.08 * x / sqrt(1 + 1e-4 * x), sz = 0.06 * x / sqrt(1 + 1.5e-3 * x);
    return 1e6 * rate / (M_PI * wind * sy * sz) * exp(-y * y / (2 * sy * sy));
}

#define CHLORINE                                                                                             \
    "{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,\"substance\":"    \
    "\"氯\""

static void test_plume(void **state)
{
    (void)state;
    Asked a = ask("plume-zones", CHLORINE ",\"minutes\":30}");
    size_t zones = 0;
    assert_int_equal(a.rc, RC_OK);
    double before = INFINITY;
    for (int i = 0; asked_at(&a, text(a.arena, "zones.%d", i)); i++, zones++) {
        double mg = asked_num(&a, text(a.arena, "zones.%d.mg_m3", i));
        assert_true(mg < before); /* the highest first */
        before = mg;
        if (asked_at(&a, text(a.arena, "zones.%d.beyond", i))->b) continue;
        near("reach", ground_mg(1, 3, asked_num(&a, text(a.arena, "zones.%d.reach_m", i)), 0), mg, 1e-6);
        const Json *corners = asked_at(&a, text(a.arena, "zones.%d.outline", i));
        JSON_EACH(c, corners)
        {
            double x, y;
            assert_true(json_f64(c->child, &x) && json_f64(c->child->next, &y));
            if (x > 0) near("corner", ground_mg(1, 3, x, y), mg, 1e-6);
        }
    }
    assert_int_equal(zones, 5);                            /* 50 %, 1 %, ERPG-3, -2, -1 */
    near("50 %", asked_num(&a, "zones.0.ppm"), 250, 0.01); /* published LC50 of 30 min */
    near("20 ppm", asked_num(&a, "zones.2.mg_m3"), 20 * 70.906 / 24.45, 2e-3);
    assert_string_equal(asked_text(&a, "zones.2.mark"), "memory");
    assert_string_equal(asked_text(&a, "zones.0.mark"), "corroborated");
    asked_free(&a);
}

static void test_named(void **state)
{
    (void)state;
#define PLUME "{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0"
    static const struct {
        const char *in, *field;
    } cases[] = {
        {PLUME "}", "substance"},
        {PLUME ",\"substance\":\"水\"}", "substance"},
        {PLUME ",\"substance\":\"甲苯\"}", "minutes"},
        {PLUME ",\"levels_mg_m3\":[1,-1]}", "levels_mg_m3[1]"},
        {"{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":0,\"wind_m_s\":3,\"height_m\":0}",
         "rate_kg_s"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask("plume-zones", cases[i].in);
        if (a.rc != RC_INVALID || strcmp(asked_field(&a), cases[i].field) != 0)
            fail_msg("%s names %s", cases[i].in, asked_field(&a));
        asked_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rings),
        cmocka_unit_test(test_plume),
        cmocka_unit_test(test_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
