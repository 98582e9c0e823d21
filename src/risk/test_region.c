/* Regions and dynamic risk: every rule, ties and order, reasons. */
#include "risk/region.h"
#include "risk_test.h"

#define PARTS                                                                                                \
    "\"parts\":[{\"name\":\"a\",\"colour\":\"red\",\"area_km2\":1,\"population\":100},{\"name\":\"b\","      \
    "\"colour\":\"blue\","                                                                                   \
    "\"area_km2\":9,\"population\":100},{\"name\":\"c\",\"colour\":\"yellow\",\"area_km2\":10,"              \
    "\"population\":1800}]"

static void test_region(void **state)
{
    (void)state;
    static const struct {
        const char *in, *colour;
        double score;
    } cases[] = {
        {"{\"rule\":\"worst\"," PARTS "}", "red", NAN},
        {"{\"rule\":\"area\"," PARTS "}", "yellow", 1.65},       /* (4 + 9 + 20) / 20 */
        {"{\"rule\":\"population\"," PARTS "}", "yellow", 2.05}, /* (400 + 100 + 3600) / 2000 */
        {"{\"rule\":\"count\"," PARTS "}", "yellow", 7.0 / 3},
        {"{\"rule\":\"area\",\"most_milder\":1," PARTS "}", "orange", 1.65},
        {"{\"rule\":\"area\",\"score\":{\"red\":40,\"orange\":3,\"yellow\":2,\"blue\":1}," PARTS "}",
         "orange", 3.45},
        {"{\"rule\":\"area\",\"from\":{\"red\":1.65,\"orange\":1.5,\"yellow\":1,\"blue\":0}," PARTS "}",
         "red", 1.65},
        /* the mean of an orange and a yellow one is exactly a limit */
        {"{\"rule\":\"count\",\"parts\":[{\"name\":\"a\",\"colour\":\"orange\"},{\"name\":\"b\",\"colour\":"
         "\"yellow\"},"
         "{\"name\":\"c\",\"colour\":\"none\"}]}",
         "orange", 2.5},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask("region", cases[i].in);
        assert_int_equal(a.rc, RC_OK);
        if (strcmp(asked_text(&a, "colour"), cases[i].colour) != 0)
            fail_msg("%s: %s", cases[i].in, asked_text(&a, "colour"));
        if (isnan(cases[i].score)) assert_int_equal(asked_at(&a, "score")->type, JSON_NULL);
        else near("score", asked_num(&a, "score"), cases[i].score, 1e-8);
        asked_free(&a);
    }
    Asked a = ask("region", "{\"rule\":\"worst\",\"parts\":[{\"name\":\"a\",\"colour\":\"none\"}]}");
    assert_int_equal(a.rc, RC_OK);
    assert_int_equal(asked_at(&a, "colour")->type, JSON_NULL); /* nothing graded is not blue */
    assert_non_null(asked_at(&a, "notes.0"));
    asked_free(&a);
}

static void test_region_order(void **state)
{
    (void)state;
    enum { N = 500 };
    RiskPart parts[N];
    Arena *arena = arena_new(0);
    uint64_t seed = 3;
    for (int i = 0; i < N; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        parts[i] = (RiskPart){(RiskColour)(1 + (seed >> 62)), (double)(seed >> 40) / 7.0};
    }
    double first = risk_region(arena, RISK_REGION_AREA, &risk_region_scale, parts, N).score;
    for (int turn = 0; turn < 50; turn++) {
        for (int i = 0; i < N; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            int j = (int)((seed >> 33) % N);
            RiskPart keep = parts[i];
            parts[i] = parts[j];
            parts[j] = keep;
        }
        assert_true(risk_region(arena, RISK_REGION_AREA, &risk_region_scale, parts, N).score == first);
    }
    arena_free(&arena);
}

static void test_dynamic(void **state)
{
    (void)state;
#define F(source, grade, more)                                                                               \
    "{\"source\":\"" source "\",\"grade\":" #grade ",\"code\":\"" source #grade "\"" more "}"
    static const struct {
        const char *base, *facts, *colour;
        int reasons;
    } cases[] = {
        {"yellow", "", "yellow", 0},
        {"yellow", F("alarm", 2, ""), "orange", 1}, /* a gas alarm turns a unit orange, and back without it */
        {"yellow", F("alarm", 1, ""), "red", 1},
        {"yellow", F("alarm", 3, ""), "orange", 1},
        {"yellow", F("alarm", 4, ""), "yellow", 0},
        {"red", F("alarm", 3, ""), "red", 1},
        {"blue", F("danger", 1, ""), "orange", 1},
        {"blue", F("danger", 1, ",\"overdue\":true"), "red", 2},
        {"blue", F("danger", 2, ""), "blue", 0},
        {"blue", F("danger", 2, ",\"overdue\":true"), "yellow", 1},
        {"blue", F("activity", 1, ",\"kind\":\"hot-work\""), "orange", 1},
        {"blue", F("activity", 2, ""), "yellow", 1},
        {"blue", F("activity", 2, "") "," F("weather", 2, ""), "orange", 2},
        {"blue", F("activity", 2, "") "," F("weather", 2, "") "," F("alarm", 3, ""), "orange",
         3}, /* at most 2 grades */
        {"orange", F("weather", 3, ""), "orange", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char in[600], path[40];
        snprintf(in, sizeof in, "{\"static\":\"%s\",\"facts\":[%s]}", cases[i].base, cases[i].facts);
        Asked a = ask("dynamic", in);
        assert_int_equal(a.rc, RC_OK);
        if (strcmp(asked_text(&a, "colour"), cases[i].colour) != 0)
            fail_msg("%s: %s", in, asked_text(&a, "colour"));
        assert_int_equal(asked_at(&a, "reasons")->count, cases[i].reasons);
        snprintf(path, sizeof path, "reasons.%d.code", cases[i].reasons - 1);
        if (cases[i].reasons) assert_non_null(asked_at(&a, path));
        asked_free(&a);
    }
    Asked a = ask("dynamic", "{\"static\":\"blue\",\"facts\":[" F(
                                 "activity", 2,
                                 ",\"kind\":\"hot-work\"") "],\"rules\":[{\"code\":"
                                                           "\"mine\",\"source\":\"activity\",\"grade_from\":"
                                                           "1,\"grade_to\":3,\"kind\":\"hot-work\","
                                                           "\"at_least\":\"red\",\"reason\":\"own\"}]}");
    assert_string_equal(asked_text(&a, "colour"), "red");
    assert_string_equal(asked_text(&a, "reasons.0.rule"), "mine");
    asked_free(&a);
}

static void test_bad_input(void **state)
{
    (void)state;
    static const struct {
        const char *command, *in, *field;
    } cases[] = {
        {"region", "{\"rule\":\"mean\"," PARTS "}", "rule"},
        {"region", "{\"rule\":\"worst\",\"parts\":[]}", "parts"},
        {"region", "{\"rule\":\"area\",\"parts\":[{\"name\":\"a\",\"colour\":\"red\"}]}",
         "parts[0].area_km2"},
        {"region", "{\"rule\":\"area\",\"parts\":[{\"name\":\"a\",\"colour\":\"red\",\"area_km2\":-1}]}",
         "parts[0].area_km2"},
        {"region", "{\"rule\":\"area\",\"parts\":[{\"name\":\"a\",\"colour\":\"red\",\"area_km2\":0}]}",
         "parts"},
        {"region", "{\"rule\":\"area\",\"from\":{\"red\":1,\"orange\":2,\"yellow\":1,\"blue\":0}," PARTS "}",
         "from"},
        {"dynamic", "{\"static\":\"blue\"}", "facts"},
        {"dynamic", "{\"static\":\"none\",\"facts\":[]}", "static"},
        {"dynamic", "{\"static\":\"blue\",\"facts\":[" F("alarm", 5, "") "]}", "facts[0].grade"},
        {"dynamic", "{\"static\":\"blue\",\"facts\":[" F("alarm", 1, "") "," F("alarm", 1, "") "]}",
         "facts[1].code"},
        {"dynamic",
         "{\"static\":\"blue\",\"facts\":[],\"rules\":[{\"code\":\"x\",\"source\":\"alarm\",\"grade_from\":1,"
         "\"grade_to\":1,"
         "\"reason\":\"y\"}]}",
         "rules[0].raise"},
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
        cmocka_unit_test(test_region),
        cmocka_unit_test(test_region_order),
        cmocka_unit_test(test_dynamic),
        cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
