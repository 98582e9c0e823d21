/* Names to bodies, against a register of our own. */
#include "policy/match.h"
#include "policy_test.h"

#define S(z)                                                                                                 \
    {                                                                                                        \
        z, sizeof(z) - 1                                                                                     \
    }

static const MatchBody bodies[] = {
    {1, S("镜湖市应急管理局"), S("市应急局"), MATCH_BODY_DEPARTMENT, true},
    {2, S("镜湖市发展和改革委员会"), S("市发改委"), MATCH_BODY_DEPARTMENT, true},
    {3, S("镜湖市住房和城乡建设局"), {0}, MATCH_BODY_DEPARTMENT, true},
    {4, S("镜湖市市场监督管理局"), {0}, MATCH_BODY_DEPARTMENT, true},
    {5, S("镜湖市消防救援支队"), {0}, MATCH_BODY_DEPARTMENT, true},
    {6, S("镜湖市安全生产委员会办公室"), S("市安委办"), MATCH_BODY_DEPARTMENT, false},
    {7, S("东港街道办事处"), {0}, MATCH_BODY_TOWN, false},
    {8, S("西岭镇人民政府"), {0}, MATCH_BODY_TOWN, false},
    {9, S("镜北区人民政府"), {0}, MATCH_BODY_DISTRICT, false},
    {10, S("镜北区应急管理局"), {0}, MATCH_BODY_DEPARTMENT, false},
    {11, S("镜湖市城市管理局"), {0}, MATCH_BODY_DEPARTMENT, false},
    {12, S("镜湖市燃气有限公司"), {0}, MATCH_BODY_ENTERPRISE, false},
};
static const MatchAlias aliases[] = {{S("市气投公司"), 12}};
static const MatchRegister reg = {bodies, ARRAY_LEN(bodies), aliases, ARRAY_LEN(aliases)};

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *unit, *want;
    } cases[] = {
        {"镜湖市应急管理局", "exact 1"},
        {"市应急局", "exact 1"},
        {"市应急管理局", "same 1"},
        {"应急管理部门", "ambiguous 1 10"},
        {"市应急管理部门", "department 1"},
        {"区应急局", "same 10"},
        {"市发展改革委", "same 2"},
        {"市发改委（能源局）", "exact 2"},
        {"市住建局", "same 3"},
        {"市住房城乡建设局", "same 3"},
        {"住建局", "same 3"},
        {"市市场监管局", "same 4"},
        {"市场监管部门", "department 4"},
        {"消防救援机构", "same 5"},
        {"市安委会办公室", "same 6"},
        {"市安委办", "exact 6"},
        {"市城管综合执法局", "same 11"},
        {"市气投公司", "alias 12"},
        {"各乡镇（街道）", "group 7 8"},
        {"各镇(街道)", "group 7 8"},
        {"各县（市、区）人民政府", "group 9"},
        {"市安委会各成员单位", "group 1 2 3 4 5"},
        {"市安委会有关成员单位", "unspecific 1 2 3 4 5"},
        {"有关部门", "unspecific"},
        {"其他有关部门", "unspecific"},
        {"市气象局", "unknown"},
        {"县应急局", "unknown"},
        {"", "unknown"},
        {"（）", "unknown"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Test t = test_begin();
        Match m = match_unit(t.arena, &reg, str_of(cases[i].unit));
        StrBuf b;
        buf_init(&b, t.arena);
        buf_addz(&b, match_reason_name(m.reason));
        for (size_t k = 0; k < m.n; k++) buf_printf(&b, " %lld", (long long)m.bodies[k]);
        const char *got = str_z(t.arena, buf_str(&b));
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s\n  want %s\n  got  %s", cases[i].unit, cases[i].want, got);
        assert_true(m.confidence >= 0 && m.confidence <= 1 && (m.n > 0) == (m.confidence > 0));
        arena_free(&t.arena);
    }
}

static void test_confidence_falls_with_looseness(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    double exact = match_unit(a, &reg, STR("市应急局")).confidence,
           same = match_unit(a, &reg, STR("市应急管理局")).confidence,
           bare = match_unit(a, &reg, STR("住建局")).confidence,
           department = match_unit(a, &reg, STR("市应急管理部门")).confidence,
           several = match_unit(a, &reg, STR("应急管理部门")).confidence;
    assert_true(exact > same && same > bare && bare > department && department > several);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_confidence_falls_with_looseness)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
