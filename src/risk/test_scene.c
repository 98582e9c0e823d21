/* individual-risk, fn and safe-distance by scenario: cases that can be worked out by hand, and bad input. */
#include "risk_test.h"

#define WIND                                                                                                 \
    "\"terrain\":\"rural\",\"wind\":[{\"class\":\"D\",\"wind_m_s\":5,\"share\":[0.25,0.25,0.25,0.25]}]"
#define CIRCLE                                                                                               \
    "{\"name\":\"tank\",\"kind\":\"circle\",\"x_m\":0,\"y_m\":0,\"per_year\":1e-5,\"radius_m\":100,"         \
    "\"death\":0.5}"
#define PLUME                                                                                                \
    "{\"name\":\"leak\",\"kind\":\"plume\",\"substance\":\"chlorine\",\"x_m\":0,\"y_m\":0,\"per_year\":1e-"  \
    "4,"                                                                                                     \
    "\"rate_kg_s\":2,\"height_m\":0,\"minutes\":30}"

static void test_individual(void **state)
{
    (void)state;
    Asked a =
        ask("individual-risk", "{" WIND ",\"events\":[" CIRCLE "," PLUME
                               "],\"grid\":{\"x0_m\":-300,\"y0_m\":-300,\"step_m\":10,\"nx\":61,"
                               "\"ny\":61},\"places\":[{\"name\":\"in\",\"x_m\":30,\"y_m\":40},{\"name\":"
                               "\"south\",\"x_m\":0,\"y_m\":-200},"
                               "{\"name\":\"far\",\"x_m\":9e4,\"y_m\":0}],\"levels_per_year\":[4e-6,1e-3]}");
    assert_int_equal(a.rc, RC_OK);
    near("circle only", asked_num(&a, "places.0.per_year"), 5e-6, 1e-9); /* 30, 40: off the four plumes */
    /* wind from the north a quarter of the time: by the formulas, each written out here */
    double sy = 0.08 * 200 / sqrt(1 + 1e-4 * 200), sz = 0.06 * 200 / sqrt(1 + 1.5e-3 * 200);
    double ppm = 2 / (M_PI * 5 * sy * sz) * 1e6 * 24.45 / 70.906, pr = -8.29 + 0.92 * log(ppm * ppm * 30);
    near("south", asked_num(&a, "places.1.per_year"), 1e-4 * 0.25 * 0.5 * erfc((5 - pr) / sqrt(2)), 1e-7);
    assert_true(asked_num(&a, "places.2.per_year") == 0);
    assert_true(asked_num(&a, "contours.0.area_m2") >
                M_PI * 99 * 99); /* the disc and the arms of the plumes */
    assert_true(asked_num(&a, "contours.1.area_m2") == 0);
    assert_null(asked_at(&a, "contours.1.rings.0"));
    asked_free(&a);
}

static void test_blast_and_fireball(void **state)
{
    (void)state;
    Asked a = ask("individual-risk",
                  "{" WIND ",\"events\":[{\"name\":\"b\",\"kind\":\"blast\",\"x_m\":0,\"y_m\":0,\"per_year\":"
                  "1e-5,\"tnt_kg\":1000},"
                  "{\"name\":\"f\",\"kind\":\"fireball\",\"x_m\":5000,\"y_m\":0,\"per_year\":1e-5,\"kg\":"
                  "10000,\"heat_mj_kg\":46}],"
                  "\"places\":[{\"name\":\"b0\",\"x_m\":0,\"y_m\":0},{\"name\":\"b9\",\"x_m\":0,\"y_m\":900},"
                  "{\"name\":\"f0\",\"x_m\":5000,\"y_m\":0},{\"name\":\"f1\",\"x_m\":5000,\"y_m\":150}]}");
    assert_int_equal(a.rc, RC_OK);
    near("at the blast", asked_num(&a, "places.0.per_year"), 1e-5, 1e-6);
    assert_true(asked_num(&a, "places.1.per_year") < 1e-12);
    near("under the fireball", asked_num(&a, "places.2.per_year"), 1e-5, 1e-2);
    assert_true(asked_num(&a, "places.3.per_year") < asked_num(&a, "places.2.per_year"));
    assert_string_equal(asked_text(&a, "defaults.0.key"), "fireball.fraction");
    asked_free(&a);
}

static void test_fn(void **state)
{
    (void)state;
    static const struct {
        const char *in, *verdict;
    } cases[] = {
        {"{\"outcomes\":[{\"per_year\":9e-6,\"deaths\":1}]}", "acceptable"},
        {"{\"outcomes\":[{\"per_year\":1e-5,\"deaths\":1}]}", "acceptable"},
        {"{\"outcomes\":[{\"per_year\":1.1e-5,\"deaths\":1}]}", "alarp"},
        {"{\"outcomes\":[{\"per_year\":6e-4,\"deaths\":1},{\"per_year\":6e-4,\"deaths\":1}]}",
         "unacceptable"},
        {"{\"outcomes\":[{\"per_year\":1e-4,\"deaths\":10}]}", "alarp"},
        {"{\"outcomes\":[{\"per_year\":1.01e-4,\"deaths\":10}]}", "unacceptable"},
        {"{\"outcomes\":[{\"per_year\":1e-12,\"deaths\":1001}]}", "unacceptable"},
        {"{\"outcomes\":[{\"per_year\":0.5,\"deaths\":0.5}]}", "acceptable"},
        {"{\"outcomes\":[{\"per_year\":1e-4,\"deaths\":1}],\"upper\":[{\"n\":1,\"f\":1e-5},{\"n\":10,\"f\":"
         "1e-6}]}",
         "unacceptable"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask("fn", cases[i].in);
        assert_int_equal(a.rc, RC_OK);
        if (strcmp(asked_text(&a, "verdict"), cases[i].verdict) != 0)
            fail_msg("%s is %s", cases[i].in, asked_text(&a, "verdict"));
        asked_free(&a);
    }
    /* the curve adds from above: F(20) = 1e-7, F(5) = 4e-7, F(2) = 4e-6 */
    Asked a = ask("fn", "{\"outcomes\":[{\"per_year\":3e-7,\"deaths\":5},{\"per_year\":3.6e-6,\"deaths\":2},"
                        "{\"per_year\":1e-7,\"deaths\":20}]}");
    near("F(20)", asked_num(&a, "curve.0.per_year"), 1e-7, 1e-9);
    near("F(5)", asked_num(&a, "curve.1.per_year"), 4e-7, 1e-9);
    near("F(2)", asked_num(&a, "curve.2.per_year"), 4e-6, 1e-9);
    near("limit", asked_num(&a, "curve.0.upper_per_year"), 1e-3 / 20, 1e-6);
    near("limit", asked_num(&a, "curve.1.lower_per_year"), 1e-5 / 5, 1e-6);
    near("loss", asked_num(&a, "potential_loss_of_life"), 1.5e-6 + 7.2e-6 + 2e-6, 1e-8);
    asked_free(&a);
    /* by scenario: 40 people in the circle, half of them die; nobody elsewhere */
    a = ask("fn", "{\"scenario\":{" WIND ",\"events\":[" CIRCLE
                  "]},\"population\":[{\"x_m\":10,\"y_m\":0,\"people\":40},"
                  "{\"x_m\":101,\"y_m\":0,\"people\":1000}]}");
    assert_int_equal(a.rc, RC_OK);
    near("N", asked_num(&a, "curve.0.n"), 20, 1e-9);
    near("F", asked_num(&a, "curve.0.per_year"), 1e-5, 1e-9);
    assert_string_equal(asked_text(&a, "verdict"), "alarp");
    asked_free(&a);
}

static void test_safe(void **state)
{
    (void)state;
    static const char *const target =
        "\"targets\":[{\"name\":\"school\",\"x_m\":30,\"y_m\":40,\"class\":\"%s\",\"state\":\"%s\"%s}]}";
    static const struct {
        const char *kind, *state, *more, *verdict;
        double limit;
    } cases[] = {
        {"high-sensitive", "new", "", "fail", 3e-7},
        {"important", "existing", "", "fail", 3e-6},
        {"general-1", "existing", "", "fail", 3e-6},
        {"general-2", "new", "", "fail", 3e-6},
        {"general-2", "existing", "", "pass", 1e-5},
        {"general-3", "new", "", "pass", 1e-5},
        {"general-3", "existing", "", "pass", 3e-5},
        {"general-3", "existing", ",\"min_distance_m\":50,\"basis\":\"GB x\"", "pass",
         3e-5}, /* 30, 40 is 50 m away */
        {"general-3", "existing", ",\"min_distance_m\":50.1,\"basis\":\"GB x\"", "fail", 3e-5},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char in[1000];
        int n = snprintf(in, sizeof in, "{" WIND ",\"events\":[" CIRCLE "],");
        snprintf(in + n, sizeof in - (size_t)n, target, cases[i].kind, cases[i].state, cases[i].more);
        Asked a = ask("safe-distance", in);
        assert_int_equal(a.rc, RC_OK);
        near("risk", asked_num(&a, "targets.0.per_year"), 5e-6, 1e-9);
        near("limit", asked_num(&a, "targets.0.limit_per_year"), cases[i].limit, 1e-12);
        assert_string_equal(asked_text(&a, "verdict"), cases[i].verdict);
        assert_string_equal(asked_text(&a, "defaults.0.mark"), "memory");
        assert_non_null(asked_at(&a, "targets.0.reasons.1"));
        asked_free(&a);
    }
}

static void test_bad_input(void **state)
{
    (void)state;
#define PLACE ",\"places\":[{\"name\":\"p\",\"x_m\":0,\"y_m\":0}]}"
    static const struct {
        const char *command, *in, *field;
    } cases[] = {
        {"individual-risk", "{" WIND ",\"events\":[" CIRCLE "]}", "grid"},
        {"individual-risk", "{" WIND ",\"events\":[]" PLACE, "events"},
        {"individual-risk",
         "{\"terrain\":\"rural\",\"wind\":[{\"class\":\"D\",\"wind_m_s\":5,\"share\":[0.25,0.25,0.25,0.2]}],"
         "\"events\":[" CIRCLE "]" PLACE,
         "wind"},
        {"individual-risk",
         "{\"terrain\":\"rural\",\"wind\":[{\"class\":\"D\",\"wind_m_s\":5,\"share\":[0.25,0.25,0.25,0.25]},{"
         "\"class\":\"D\","
         "\"wind_m_s\":5,\"share\":[0,0,0,0]}],\"events\":[" CIRCLE "]" PLACE,
         "wind[1].class"},
        {"individual-risk",
         "{" WIND ",\"events\":[{\"name\":\"c\",\"kind\":\"circle\",\"x_m\":0,\"y_m\":0,\"per_year\":1e-5,"
         "\"radius_m\":1}]" PLACE,
         "events[0].death"},
        {"individual-risk",
         "{" WIND ",\"events\":[{\"name\":\"c\",\"kind\":\"circle\",\"x_m\":0,\"y_m\":0,\"per_year\":0,"
         "\"radius_m\":1,\"death\":1}]" PLACE,
         "events[0].per_year"},
        {"individual-risk",
         "{" WIND ",\"events\":[{\"name\":\"c\",\"kind\":\"blast\",\"x_m\":0,\"y_m\":0,\"per_year\":1e-5,"
         "\"tnt_kg\":1,\"kg\":1}]" PLACE,
         "events[0].kg"},
        {"individual-risk",
         "{" WIND ",\"events\":[" CIRCLE
         "],\"grid\":{\"x0_m\":0,\"y0_m\":0,\"step_m\":1,\"nx\":4000,\"ny\":4000}}",
         "grid"},
        {"fn", "{}", "outcomes"},
        {"fn", "{\"outcomes\":[{\"per_year\":1e-5,\"deaths\":-1}]}", "outcomes[0].deaths"},
        {"fn", "{\"scenario\":{" WIND ",\"events\":[" CIRCLE "]}}", "population"},
        {"fn",
         "{\"outcomes\":[{\"per_year\":1e-5,\"deaths\":1}],\"upper\":[{\"n\":1,\"f\":1e-5},{\"n\":1,\"f\":1e-"
         "6}]}",
         "upper[1]"},
        {"safe-distance", "{" WIND ",\"events\":[" CIRCLE "],\"targets\":[]}", "targets"},
        {"safe-distance",
         "{" WIND ",\"events\":[" CIRCLE "],\"targets\":[{\"name\":\"a\",\"x_m\":0,\"y_m\":0,\"class\":"
         "\"general-3\",\"state\":\"new\",\"min_distance_m\":5}]}",
         "targets[0].basis"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask(cases[i].command, cases[i].in);
        if (a.rc != RC_INVALID || strcmp(asked_field(&a), cases[i].field) != 0)
            fail_msg("%s %s: %d names %s, expected %s", cases[i].command, cases[i].in, a.rc, asked_field(&a),
                     cases[i].field);
        asked_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_individual), cmocka_unit_test(test_blast_and_fireball),
        cmocka_unit_test(test_fn),         cmocka_unit_test(test_safe),
        cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
