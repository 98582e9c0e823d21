/* GB 18218: the tables against what they must hold, the worked vectors, any order, and bad input. */
#include "risk/substance.h"
#include "risk_test.h"

static void test_tables(void **state)
{
    (void)state;
    double sum = 0;
    for (size_t i = 0; i < RISK_ROWS; i++) {
        const RiskSubstance *s = &risk_substances[i], *found[RISK_ROWS];
        Str cas = str_of(s->cas), names = str_of(s->names), categories = str_of(s->categories);
        assert_int_equal(s->row, (int)i + 1);
        while (cas.n) {
            Str one = str_cut(&cas, '|');
            assert_true(risk_cas_ok(one));
            size_t n = risk_substance_by_cas(one, found);
            assert_int_equal(n, str_is(one, "9004-70-0") ? 6 : str_is(one, "6484-52-2") ? 2 : 1);
        }
        while (names.n) {
            Str one = str_cut(&names, '|');
            size_t n = risk_substance_by_name(one, found);
            bool several = str_find(names, STR("itrocellulose")) >= 0 ||
                           str_starts(one, STR("nitrocellulose")) || str_starts(one, STR("硝化")) ||
                           str_starts(one, STR("硝酸铵")) || str_is(one, "ammonium nitrate") ||
                           str_is(one, "NH4NO3");
            if (n != 1 && !several) fail_msg("%.*s means %zu rows", STR_ARG(one), n);
            assert_true(n >= 1);
        }
        while (categories.n) assert_non_null(risk_category_find(str_cut(&categories, '|')));
        sum += s->critical_t;
    }
    near("sum of Q", sum, 7289.55, 1e-9); /* added up from the public copy of table 1 */
    assert_int_equal(risk_ncategories, 24);
    assert_false(risk_cas_ok(STR("7782-50-6")));
    assert_false(risk_cas_ok(STR("")));
    assert_false(risk_cas_ok(STR("-----------")));
}

static void test_alpha_and_grades(void **state)
{
    (void)state;
    static const struct {
        int64_t people;
        double alpha;
    } alphas[] = {{0, 0.5},  {1, 1},    {29, 1},  {30, 1.2},   {49, 1.2},
                  {50, 1.5}, {99, 1.5}, {100, 2}, {1000000, 2}};
    for (size_t i = 0; i < ARRAY_LEN(alphas); i++)
        assert_true(risk_alpha(alphas[i].people) == alphas[i].alpha);
    static const struct {
        double r;
        int grade;
    } grades[] = {{1e9, 1}, {100, 1},  {99.9999999, 2}, {99.9999999999, 1}, {50, 2}, {49.99, 3},
                  {10, 3},  {9.99, 4}, {0.1, 4}};
    for (size_t i = 0; i < ARRAY_LEN(grades); i++)
        assert_int_equal(risk_major_grade(grades[i].r), grades[i].grade);
}

/* grade 0: no source */
static const struct {
    const char *in;
    double s, alpha, r;
    int grade;
} vectors[] = {
    {"{\"residents\":7,\"substances\":[{\"cas\":\"7782-50-5\",\"tonnes\":4.9}]}", 0.98, 1, NAN, 0},
    {"{\"residents\":0,\"substances\":[{\"cas\":\"7782-50-5\",\"tonnes\":5}]}", 1, 0.5, 2, 4},
    {"{\"residents\":40,\"substances\":[{\"cas\":\"7782-50-5\",\"tonnes\":12},{\"name\":\"氨\",\"tonnes\":20}"
     "]}",
     4.4, 1.2, 16.32, 3},
    {"{\"residents\":0,\"substances\":[{\"name\":\"LPG\",\"tonnes\":100},{\"name\":\"汽油\",\"tonnes\":300}]"
     "}",
     3.5, 0.5, 2.25, 4},
    {"{\"residents\":100,\"substances\":[{\"name\":\"Cl2\",\"tonnes\":50}]}", 10, 2, 80, 2},
    {"{\"residents\":29,\"substances\":[{\"name\":\"光气\",\"tonnes\":3}]}", 10, 1, 200, 1},
    /* by hand: 1000 t of W5.3 is exactly Q; ammonium nitrate by row; several categories: smallest Q, largest
       β */
    {"{\"residents\":1,\"substances\":[{\"category\":\"W5.3\",\"tonnes\":1000}]}", 1, 1, 1, 4},
    {"{\"residents\":1,\"substances\":[{\"cas\":\"6484-52-2\",\"row\":43,\"tonnes\":50}]}", 10, 1, 20, 3},
    {"{\"residents\":1,\"substances\":[{\"categories\":[\"W5.3\",\"J1\",\"W2\"],\"tonnes\":10}]}", 2, 1, 8,
     4},
    {"{\"residents\":1,\"substances\":[{\"mixture\":[{\"name\":\"甲苯\"},{\"name\":\"苯\"}],\"tonnes\":100}]"
     "}",
     2, 1, 2, 4},
    {"{\"residents\":1,\"substances\":[{\"name\":\"甲苯\",\"critical_t\":10,\"beta\":3,\"tonnes\":100}]}", 10,
     1, 30, 3},
    {"{\"residents\":1,\"substances\":[{\"cas\":\"67-63-0\",\"category\":\"W5.3\",\"tonnes\":999.9999999999}]"
     "}",
     1, 1, 1, 4},
    {"{\"residents\":1,\"substances\":[{\"name\":\" 氯化氢（无水） \",\"tonnes\":200}]}", 10, 1, 30, 3},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        Asked a = ask("major-hazard", vectors[i].in);
        if (a.rc != RC_OK) fail_msg("%s: %s", vectors[i].in, asked_field(&a));
        assert_true(asked_num(&a, "s") == vectors[i].s);
        assert_true(asked_num(&a, "alpha") == vectors[i].alpha);
        const Json *grade = asked_at(&a, "grade"), *r = asked_at(&a, "r");
        assert_true(asked_at(&a, "is_source")->b == (vectors[i].grade > 0));
        if (vectors[i].grade) {
            assert_true(asked_num(&a, "r") == vectors[i].r);
            assert_int_equal(grade->i, vectors[i].grade);
        } else {
            assert_int_equal(grade->type, JSON_NULL);
            assert_int_equal(r->type, JSON_NULL);
        }
        asked_free(&a);
    }
}

static void test_units(void **state)
{
    (void)state;
    Asked a = ask(
        "major-hazard",
        "{\"residents\":40,\"units\":[{\"name\":\"罐区\",\"substances\":[{\"name\":\"氯\",\"tonnes\":1}]},"
        "{\"name\":\"库房\",\"residents\":0,\"substances\":[{\"name\":\"氯\",\"tonnes\":50}]}]}");
    assert_int_equal(a.rc, RC_OK);
    assert_int_equal(asked_at(&a, "units.0.grade")->type, JSON_NULL); /* units are not added up */
    near("r", asked_num(&a, "units.1.r"), 20, 1e-9);
    near("grade", asked_num(&a, "grade"), 3, 0);
    near("sources", asked_num(&a, "sources"), 1, 0);
    asked_free(&a);
}

/* S, R and the grade must not depend on the order, and lie near their limits: tenths that do not add exactly.
 */
static void test_any_order(void **state)
{
    (void)state;
    enum { N = 40, ROUNDS = 60 };
    static const char *const names[] = {"氯", "氨", "LPG", "汽油", "甲醇", "苯", "硫化氢", "氢"};
    uint64_t seed = 20261122;
    for (int round = 0; round < ROUNDS; round++) {
        char items[N][80];
        double s[2] = {0}, r[2] = {0}, grade[2] = {0};
        for (int i = 0; i < N; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            snprintf(items[i], sizeof items[i], "{\"name\":\"%s\",\"tonnes\":%.1f}", names[seed >> 61],
                     (double)((seed >> 33) % 300) / (round % 3 ? 10.0 : 1.0));
        }
        for (int turn = 0; turn < 2; turn++) {
            char in[N * 82 + 100];
            size_t n = (size_t)snprintf(in, sizeof in, "{\"residents\":%d,\"substances\":[", round * 3);
            for (int i = 0; i < N; i++)
                n += (size_t)snprintf(in + n, sizeof in - n, "%s%s", i ? "," : "", items[i]);
            snprintf(in + n, sizeof in - n, "]}");
            Asked a = ask("major-hazard", in);
            assert_int_equal(a.rc, RC_OK);
            s[turn] = asked_num(&a, "s");
            r[turn] = asked_num(&a, "r");
            grade[turn] = asked_num(&a, "grade");
            asked_free(&a);
            for (int i = N - 1; i > 0; i--) { /* shuffled */
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                int j = (int)((seed >> 33) % (uint64_t)(i + 1));
                char keep[80];
                memcpy(keep, items[i], 80);
                memcpy(items[i], items[j], 80);
                memcpy(items[j], keep, 80);
            }
        }
        if (s[0] != s[1] || r[0] != r[1] || !(grade[0] == grade[1] || isnan(grade[0])))
            fail_msg("round %d: %.17g %.17g, %.17g %.17g", round, s[0], s[1], r[0], r[1]);
    }
    /* ten tenths of a share are a whole one */
    Asked a =
        ask("major-hazard",
            "{\"residents\":0,\"substances\":["
            "{\"name\":\"氨\",\"tonnes\":1},{\"name\":\"氨\",\"tonnes\":1},{\"name\":\"氨\",\"tonnes\":1},"
            "{\"name\":\"氨\",\"tonnes\":1},{\"name\":\"氨\",\"tonnes\":1},{\"name\":\"氨\",\"tonnes\":1},"
            "{\"name\":\"氨\",\"tonnes\":1},{\"name\":\"氨\",\"tonnes\":1},{\"name\":\"氨\",\"tonnes\":1},"
            "{\"name\":\"氨\",\"tonnes\":1}]}");
    assert_true(asked_num(&a, "s") == 1);
    assert_true(asked_at(&a, "is_source")->b);
    asked_free(&a);
}

#define ONE(item) "{\"residents\":1,\"substances\":[{\"name\":\"氯\",\"tonnes\":1}," item "]}"
static void test_bad_input(void **state)
{
    (void)state;
    static const struct {
        const char *in, *field;
    } cases[] = {
        {"{\"substances\":[{\"name\":\"氯\",\"tonnes\":1}]}", "residents"},
        {"{\"residents\":-1,\"substances\":[{\"name\":\"氯\",\"tonnes\":1}]}", "residents"},
        {"{\"residents\":1.5,\"substances\":[{\"name\":\"氯\",\"tonnes\":1}]}", "residents"},
        {"{\"residents\":1}", "substances"},
        {"{\"residents\":1,\"substances\":[]}", "substances"},
        {"{\"residents\":1,\"substances\":{}}", "substances"},
        {ONE("{\"name\":\"氨\",\"tonnes\":-1}"), "substances[1].tonnes"},
        {ONE("{\"name\":\"氨\"}"), "substances[1].tonnes"},
        {ONE("{\"name\":\"氨\",\"tonnes\":NaN}"), "substances[1].tonnes"},
        {ONE("{\"name\":\"氨\",\"tonnes\":1e999}"), "substances[1].tonnes"},
        {ONE("{\"name\":\"氨\",\"tonnes\":\"1\"}"), "substances[1].tonnes"},
        {ONE("{\"name\":\"氨\",\"tonnes\":1,\"tonnes\":2}"), "substances[1].tonnes"},
        {ONE("{\"name\":\"氨\",\"tonnes\":1,\"critical_t\":0}"), "substances[1].critical_t"},
        {ONE("{\"name\":\"氨\",\"tonnes\":1,\"q\":0}"), "substances[1].q"},
        {ONE("{\"cas\":\"67-63-0\",\"tonnes\":1}"), "substances[1].cas"},
        {ONE("{\"cas\":\"7782-50-6\",\"tonnes\":1}"), "substances[1].cas"},
        {ONE("{\"name\":\"水\",\"tonnes\":1}"), "substances[1].name"},
        {ONE("{\"cas\":\"7782-50-5\",\"name\":\"氨\",\"tonnes\":1}"), "substances[1].name"},
        {ONE("{\"cas\":\"6484-52-2\",\"tonnes\":1}"), "substances[1].cas"},
        {ONE("{\"cas\":\"6484-52-2\",\"row\":42,\"tonnes\":1}"), "substances[1].row"},
        {ONE("{\"cas\":\"6484-52-2\",\"row\":86,\"tonnes\":1}"), "substances[1].row"},
        {ONE("{\"row\":43,\"tonnes\":1}"), "substances[1]"},
        {ONE("{\"category\":\"W12\",\"tonnes\":1}"), "substances[1].category"},
        {ONE("{\"tonnes\":1}"), "substances[1]"},
        {ONE("{\"mixture\":[{\"name\":\"氨\"}],\"tonnes\":1}"), "substances[1].mixture"},
        {ONE("{\"mixture\":[{\"name\":\"氨\"},{\"name\":\"水\"}],\"tonnes\":1}"),
         "substances[1].mixture[1].name"},
        {"{\"residents\":1,\"units\":[{\"name\":\"a\",\"substances\":[{\"name\":\"氯\",\"tonnes\":-2}]}]}",
         "units[0].substances[0].tonnes"},
        {"{\"units\":[{\"name\":\"a\",\"substances\":[{\"name\":\"氯\",\"tonnes\":2}]}]}",
         "units[0].residents"},
        {"{\"residents\":1,\"units\":[{\"name\":\"a\",\"substances\":[{\"name\":\"氯\",\"tonnes\":2}]}],"
         "\"substances\":[{\"name\":\"氯\",\"tonnes\":2}]}",
         "units"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask("major-hazard", cases[i].in);
        if (a.rc != RC_INVALID || strcmp(asked_field(&a), cases[i].field) != 0)
            fail_msg("%s: %d names %s, expected %s", cases[i].in, a.rc, asked_field(&a), cases[i].field);
        asked_free(&a);
    }
    Asked a = ask("major-hazard", ONE("{\"cas\":\"6484-52-2\",\"tonnes\":1}"));
    assert_non_null(strstr(a.ctx.err.fields->message, "43")); /* the rows are listed */
    assert_non_null(strstr(a.ctx.err.fields->message, "44"));
    asked_free(&a);
}

static void test_huge_list(void **state)
{
    (void)state;
    Arena *arena = arena_new(0);
    StrBuf in;
    buf_init(&in, arena);
    buf_addz(&in, "{\"residents\":1,\"substances\":[");
    for (int i = 0; i <= RISK_MAX_LIST; i++)
        buf_printf(&in, "%s{\"name\":\"氯\",\"tonnes\":1}", i ? "," : "");
    buf_addz(&in, "]}");
    Asked a = ask("major-hazard", str_z(arena, buf_str(&in)));
    assert_int_equal(a.rc, RC_INVALID);
    assert_string_equal(asked_field(&a), "substances");
    asked_free(&a);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),    cmocka_unit_test(test_alpha_and_grades),
        cmocka_unit_test(test_vectors),   cmocka_unit_test(test_units),
        cmocka_unit_test(test_any_order), cmocka_unit_test(test_bad_input),
        cmocka_unit_test(test_huge_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
