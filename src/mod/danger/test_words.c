/* Likeness of texts and distances: what is the same, what is not, and that hostile text is survived. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "mod/danger_words.h"

static void test_alike(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        double low, high;
    } cases[] = {
        {"二楼安全出口被货物堵塞", "二楼安全出口被货物堵塞。", 1, 1},
        {"二楼安全出口被货物堵塞", "安全出口堆放货物，疏散通道堵塞", 0.35, 0.8},
        {"二楼安全出口被货物堵塞", "配电箱未接地，电线私拉乱接", 0, 0.05},
        {"A 区 LNG 储罐", "a区lng储罐", 1, 1},
        {"", "x", 0, 0},
        {"。，！", "。，！", 0, 0},
        {"漏", "漏", 1, 1},
        {"\xff\xfe\xe4", "\xff\xfe\xe4", 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double d = danger_words_alike(str_of(cases[i].a), str_of(cases[i].b));
        if (d < cases[i].low || d > cases[i].high) print_error("%s / %s: %f\n", cases[i].a, cases[i].b, d);
        assert_true(d >= cases[i].low && d <= cases[i].high);
        assert_true(d == danger_words_alike(str_of(cases[i].b), str_of(cases[i].a)));
    }
}

static void test_long(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    for (int i = 0; i < 5000; i++) buf_addz(&b, "隐患");
    assert_true(danger_words_alike(buf_str(&b), buf_str(&b)) == 1);
    arena_free(&a);
}

static void test_hold(void **state)
{
    (void)state;
    assert_true(danger_words_hold(str_of("采用lng供气"), str_of("LNG")));
    assert_false(danger_words_hold(str_of("采用天然气"), str_of("LNG")));
    assert_false(danger_words_hold(str_of("任何"), STR_NONE));
    assert_false(danger_words_hold(str_of("短"), str_of("很长的词")));
}

static void test_metres(void **state)
{
    (void)state;
    double d = danger_words_metres(118.5, 32.2, 118.5, 32.201);
    assert_true(d > 111 && d < 112);
    assert_true(danger_words_metres(118.5, 32.2, 118.501, 32.2) < 95);
    assert_true(danger_words_metres(118.5, 32.2, 118.5, 32.2) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_alike), cmocka_unit_test(test_long),
                                       cmocka_unit_test(test_hold), cmocka_unit_test(test_metres)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
