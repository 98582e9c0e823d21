/* LEC, LS, MES, matrix and checklist: the printed examples, every product of the tables, boundaries, bad
 * input. */
#include "risk/method.h"
#include "risk_test.h"

static void test_lec(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        double d;
        const char *colour;
        double from;
    } cases[] = {
        {"{\"l\":3,\"e\":6,\"c\":15}", 270, "orange", 160},
        {"{\"l\":3,\"e\":10,\"c\":15}", 450, "red", 320},
        {"{\"l\":1,\"e\":6,\"c\":15}", 90, "yellow", 70},
        {"{\"l\":6,\"e\":6,\"c\":3}", 108, "yellow", 70},
        {"{\"l\":1,\"e\":0.5,\"c\":40}", 20, "blue", 20},
        {"{\"l\":1,\"e\":0.5,\"c\":40,\"boundary\":\"exclusive\"}", 20, "blue", 0},
        {"{\"l\":10,\"e\":1,\"c\":7}", 70, "yellow", 70},
        {"{\"l\":10,\"e\":1,\"c\":7,\"boundary\":\"exclusive\"}", 70, "blue", 20},
        {"{\"l\":0.1,\"e\":0.5,\"c\":1}", 0.05, "blue", 0},
        {"{\"l\":0.1,\"e\":3,\"c\":100,\"bands\":[{\"from\":30,\"colour\":\"red\",\"level\":\"x\"},"
         "{\"from\":0,\"colour\":\"blue\",\"level\":\"y\"}]}",
         30, "red", 30},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask("lec", cases[i].in);
        assert_int_equal(a.rc, RC_OK);
        assert_true(asked_num(&a, "d") == cases[i].d);
        assert_string_equal(asked_text(&a, "colour"), cases[i].colour);
        assert_true(asked_num(&a, "from") == cases[i].from);
        assert_string_equal(asked_text(&a, "quantities.d.unit"), "1");
        asked_free(&a);
    }
}

static void test_ls(void **state)
{
    (void)state;
    static const struct {
        const char *variant, *colours[25]; /* by product 1 … 25 where it can be made */
    } tables[] = {{"A", {0}}, {"B", {0}}, {"C", {0}}};
    for (size_t t = 0; t < ARRAY_LEN(tables); t++)
        for (int l = 1; l <= 5; l++)
            for (int s = 1; s <= 5; s++) {
                char in[80];
                snprintf(in, sizeof in, "{\"l\":%d,\"s\":%d,\"variant\":\"%s\"}", l, s, tables[t].variant);
                Asked a = ask("ls", in);
                int r = l * s, v = tables[t].variant[0];
                /* the ranges as printed in the sources */
                const char *want = r >= 20                               ? "red"
                                   : v == 'A'                            ? (r >= 15 && r <= 16  ? "orange"
                                                                            : r >= 9 && r <= 12 ? "yellow"
                                                                            : r <= 8            ? "blue"
                                                                                                : "gap")
                                   : r >= (v == 'B' ? 9 : 10) && r <= 16 ? "orange"
                                   : r >= 4 && r <= (v == 'B' ? 8 : 9)   ? "yellow"
                                   : r <= 3                              ? "blue"
                                                                         : "gap";
                assert_int_equal(a.rc, RC_OK);
                assert_true(asked_num(&a, "r") == r);
                assert_string_equal(asked_text(&a, "colour"), want);
                asked_free(&a);
            }
    Asked a = ask("ls", "{\"l\":4,\"s\":4}");
    assert_string_equal(asked_text(&a, "variant"), "A");
    assert_string_equal(asked_text(&a, "defaults.0.key"), "ls.variant"); /* not in silence */
    assert_string_equal(asked_text(&a, "defaults.0.mark"), "proposed");
    asked_free(&a);
}

/* The source prints ranges with gaps between them: no product may fall into one. */
static void test_mes(void **state)
{
    (void)state;
    static const double ms[] = {5, 3, 1}, es[] = {10, 6, 3, 2, 1, 0.5}, ss[] = {10, 8, 4, 2, 1};
    static const struct {
        double low, high;
        const char *colour;
    } ranges[] = {
        {180, 500, "red"}, {90, 150, "orange"}, {50, 80, "yellow"}, {20, 48, "blue"}, {0, 18, "blue"}};
    for (size_t i = 0; i < ARRAY_LEN(ms) * ARRAY_LEN(es) * ARRAY_LEN(ss); i++) {
        double m = ms[i % 3], e = es[i / 3 % 6], s = ss[i / 18];
        char in[80];
        snprintf(in, sizeof in, "{\"m\":%g,\"e\":%g,\"s\":%g}", m, e, s);
        Asked a = ask("mes", in);
        size_t r = 0;
        while (r < ARRAY_LEN(ranges) && m * e * s < ranges[r].low) r++;
        assert_true(m * e * s <= ranges[r].high);
        assert_true(asked_num(&a, "r") == m * e * s);
        assert_string_equal(asked_text(&a, "colour"), ranges[r].colour);
        assert_string_equal(asked_text(&a, "bands_source.mark"), "memory");
        asked_free(&a);
    }
}

static void test_matrix(void **state)
{
    (void)state;
    const char *cells =
        "\"cells\":[[\"blue\",\"yellow\",\"orange\"],[\"yellow\",\"orange\",\"red\"]],\"source\":\"own\"}";
    char in[300];
    static const char *const want[2][3] = {{"blue", "yellow", "orange"}, {"yellow", "orange", "red"}};
    for (int l = 1; l <= 2; l++)
        for (int s = 1; s <= 3; s++) {
            snprintf(in, sizeof in, "{\"l\":%d,\"s\":%d,%s", l, s, cells);
            Asked a = ask("matrix", in);
            assert_int_equal(a.rc, RC_OK);
            assert_string_equal(asked_text(&a, "colour"), want[l - 1][s - 1]);
            assert_null(asked_at(&a, "notes"));
            asked_free(&a);
        }
    Asked a = ask("matrix", "{\"l\":1,\"s\":1,\"cells\":[[\"red\"],[\"blue\"]],\"source\":\"own\"}");
    assert_non_null(asked_at(&a, "notes.0")); /* milder where the likelihood is higher */
    asked_free(&a);
}

static void test_checklist(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        double percent;
        const char *colour;
    } cases[] = {
        {"{\"items\":[{\"name\":\"a\",\"score\":9,\"max\":10},{\"name\":\"b\",\"score\":9,\"max\":10}]}", 90,
         "blue"},
        {"{\"items\":[{\"name\":\"a\",\"score\":5,\"max\":10,\"weight\":3},{\"name\":\"b\",\"score\":10,"
         "\"max\":10}]}",
         62.5, "orange"},
        {"{\"items\":[{\"name\":\"a\",\"score\":10,\"max\":10},{\"name\":\"b\",\"score\":0,\"max\":10,"
         "\"applicable\":false}]}",
         100, "blue"},
        {"{\"items\":[{\"name\":\"a\",\"score\":99,\"max\":100},{\"name\":\"b\",\"score\":0,\"max\":1,"
         "\"veto\":true}]}",
         98.019802, "red"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask("checklist", cases[i].in);
        assert_int_equal(a.rc, RC_OK);
        near("percent", asked_num(&a, "percent"), cases[i].percent, 1e-8);
        assert_string_equal(asked_text(&a, "colour"), cases[i].colour);
        asked_free(&a);
    }
}

static void test_bad_input(void **state)
{
    (void)state;
    static const struct {
        const char *command, *in, *field;
    } cases[] = {
        {"lec", "{\"e\":6,\"c\":15}", "l"},
        {"lec", "{\"l\":4,\"e\":6,\"c\":15}", "l"},
        {"lec", "{\"l\":\"3\",\"e\":6,\"c\":15}", "l"},
        {"lec", "{\"l\":3,\"e\":null,\"c\":15}", "e"},
        {"lec", "{\"l\":3,\"e\":6,\"c\":15,\"x\":1}", "x"},
        {"lec", "{\"l\":3,\"e\":6,\"c\":15,\"boundary\":\"or\"}", "boundary"},
        {"lec", "{\"l\":3,\"e\":6,\"c\":1e999}", "c"},
        {"lec", "{\"l\":3,\"e\":NaN,\"c\":1}", "e"},
        {"lec", "{\"l\":3,\"l\":3,\"e\":6,\"c\":1}", "l"},
        {"lec", "[]", "input"},
        {"lec", "{\"l\":3,\"e\":6,\"c\":15,\"bands\":[]}", "bands"},
        {"lec", "{\"l\":3,\"e\":6,\"c\":15,\"bands\":[{\"from\":1,\"colour\":\"red\",\"level\":\"x\"}]}",
         "bands[0].from"},
        {"lec", "{\"l\":3,\"e\":6,\"c\":15,\"bands\":[{\"from\":-1,\"colour\":\"red\",\"level\":\"x\"}]}",
         "bands[0].from"},
        {"lec", "{\"l\":3,\"e\":6,\"c\":15,\"bands\":[{\"from\":0,\"colour\":\"pink\",\"level\":\"x\"}]}",
         "bands[0].colour"},
        {"ls", "{\"l\":6,\"s\":4}", "l"},
        {"ls", "{\"l\":0,\"s\":4}", "l"},
        {"ls", "{\"l\":4,\"s\":2.5}", "s"},
        {"ls", "{\"l\":4,\"s\":4,\"variant\":\"D\"}", "variant"},
        {"mes", "{\"m\":2,\"e\":1,\"s\":1}", "m"},
        {"matrix", "{\"l\":3,\"s\":1,\"cells\":[[\"red\"]],\"source\":\"x\"}", "l"},
        {"matrix", "{\"l\":1,\"s\":1,\"cells\":[[\"red\"],[\"red\",\"red\"]],\"source\":\"x\"}", "cells[1]"},
        {"matrix", "{\"l\":1,\"s\":1,\"cells\":[[]],\"source\":\"x\"}", "cells[0]"},
        {"checklist", "{\"items\":[]}", "items"},
        {"checklist", "{\"items\":[{\"name\":\"a\",\"score\":2,\"max\":1}]}", "items[0].score"},
        {"checklist", "{\"items\":[{\"name\":\"a\",\"score\":0,\"max\":0}]}", "items[0].max"},
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
        cmocka_unit_test(test_lec),    cmocka_unit_test(test_ls),        cmocka_unit_test(test_mes),
        cmocka_unit_test(test_matrix), cmocka_unit_test(test_checklist), cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
