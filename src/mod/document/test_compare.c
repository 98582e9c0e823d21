/* Two years' plans side by side: a changed figure, a new duty, one that is gone, and order that changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "compare.h"

static const CompareText old_year[] = {
    {STR("一、"), STR("每季度至少召开1次安全生产会议，研究解决突出问题。")},
    {STR("一、"), STR("组织开展燃气管道占压清理，年内完成30处。")},
    {STR("二、"), STR("对渔业船舶开展专项检查，严厉打击违规出海。")},
};
static const CompareText new_year[] = {
    {STR("一、"), STR("组织开展燃气管道占压清理，年内完成45处。")},
    {STR("一、"), STR("建立高层建筑消防安全台账，逐栋明确楼长。")},
    {STR("一、"), STR("每季度至少召开2次安全生产会议，研究解决突出问题。")},
};

static void test_pairs(void **state)
{
    Arena *a = arena_new(0);
    ComparePair *p;
    (void)state;
    assert_int_equal(compare_align(a, old_year, 3, new_year, 3, &p), 4);
    assert_int_equal(p[0].a, 1);
    assert_true(p[0].score > 0.9);
    assert_int_equal(p[1].a, -1);
    assert_int_equal(p[2].a, 0);
    assert_int_equal(p[3].a, 2);
    assert_int_equal(p[3].b, -1);
    assert_int_equal(compare_align(a, old_year, 0, new_year, 3, &p), 3);
    assert_int_equal(compare_align(a, old_year, 3, new_year, 0, &p), 3);
    arena_free(&a);
}

static void test_figures(void **state)
{
    static const struct {
        Str text;
        const char *figures;
    } cases[] = {
        {STR("2026年完成45处，覆盖率达到98.5%以上"), "45、98.5%"},
        {STR("到2027年底"), ""},
        {STR("培训1,200人次，不少于3轮"), "1,200、3"},
        {STR("没有数字"), ""},
    };
    Arena *a = arena_new(0);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(str_z(a, compare_figures(a, cases[i].text)), cases[i].figures);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pairs), cmocka_unit_test(test_figures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
