/* Tables of plans as they are printed, and the indicators they could become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "drafts.h"

#define PLAN                                                                                                         \
    "镜湖市“十五五”安全生产规划\n\n一、现状\n安全生产“十四五”规划主要指标表\n" \
    "序号\t指标名称\t2020年基数\t2025年实际数\t比2020年降幅(±%)\t规划值(下降)\n"              \
    "1\t生产安全事故死亡人数\t60\t40\t33.3%\t15%\n"                                                        \
    "2\t道路交通万车死亡率\t2.14\t0.68\t68.2%\t8%\n\n二、目标\n"                                        \
    "“十五五”安全生产主要指标表\n序号\t指标名称\t2030年目标\t指标属性\t责任单位\n"  \
    "1\t生产安全事故死亡人数\t下降15%\t约束性\t市应急局\n"                                        \
    "2\t重大隐患按期整改率\t不低于98%\t预期性\t市应急局\n"                                        \
    "3\t较大事故起数\t有效防范\t预期性\t市应急局\n"
#define YEARS                                                                                                \
    "云岭县“十四五”消防规划\n\n主要指标表\n指标\t单位\t2020年\t2025年\t属性\n"    \
    "消防站数量\t座\t4\t7\t约束性\n火灾死亡人数\t人\t3\t2\t预期性\n"

typedef struct Want {
    const char *name, *kind, *nature, *unit;
    int base_year, target_year;
    double base, target; /* base < 0: none */
    bool relative, other, words;
} Want;

static void check(const char *text, const Want *want, size_t n)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    PolicyPaper *paper;
    IndicatorDrafts d;
    ctx_init(&ctx, a, LANG_EN);
    assert_true(policy_read(&ctx, str_of(text), &paper) >= 0);
    indicator_drafts(a, paper, &d);
    assert_int_equal(d.n, n);
    for (size_t i = 0; i < n; i++) {
        assert_true(str_is(d.v[i].name, want[i].name));
        assert_string_equal(d.v[i].kind, want[i].kind);
        assert_string_equal(d.v[i].nature, want[i].nature);
        assert_true(str_is(d.v[i].unit, want[i].unit));
        assert_int_equal(d.v[i].base_year, want[i].base_year);
        assert_int_equal(d.v[i].target_year, want[i].target_year);
        assert_int_equal(d.v[i].has_base, want[i].base >= 0);
        if (want[i].base >= 0) assert_true(d.v[i].base == want[i].base);
        assert_int_equal(d.v[i].has_target, !want[i].words);
        assert_true(d.v[i].target == want[i].target);
        assert_int_equal(d.v[i].relative, want[i].relative);
        assert_int_equal(d.v[i].base_of_other, want[i].other);
        assert_true(d.v[i].to > d.v[i].from);
        assert_true(str_find(d.v[i].source, str_of(want[i].name)) >= 0);
    }
    arena_free(&a);
}

static void test_tables(void **state)
{
    static const Want plan[] = {
        {"生产安全事故死亡人数", "fall", "expected", "", 2020, 2025, 60, 15, true, false, false},
        {"道路交通万车死亡率", "fall", "expected", "", 2020, 2025, 2.14, 8, true, false, false},
        {"生产安全事故死亡人数", "fall", "binding", "", 2025, 2030, 40, 15, true, true, false},
        {"重大隐患按期整改率", "at_least", "expected", "%", 2025, 2030, -1, 98, false, false, false},
        {"较大事故起数", "at_most", "expected", "", 2025, 2030, -1, 0, false, false, true},
    };
    static const Want years[] = {
        {"消防站数量", "rise", "binding", "座", 2020, 2025, 4, 7, false, false, false},
        {"火灾死亡人数", "fall", "expected", "人", 2020, 2025, 3, 2, false, false, false},
    };
    (void)state;
    check(PLAN, plan, ARRAY_LEN(plan));
    check(YEARS, years, ARRAY_LEN(years));
}

/* A table of duties is none of indicators. */
static void test_others(void **state)
{
    (void)state;
    check("分工方案\n\n任务分工表\n序号\t任务\t责任单位\n1\t开展检查\t市应急局\n2\t组织演练\t市消防支队\n",
          NULL, 0);
    check("一、没有表格。\n", NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tables), cmocka_unit_test(test_others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
