/* Pure: when a plan writes, about which time, and what the text of a briefing means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "briefing_private.h"

static int64_t at(const char *text)
{
    int64_t t;
    assert_true(time_parse(str_of(text), true, &t));
    return t;
}

static void test_due(void **state)
{
    static const struct {
        Schedule s;
        const char *now, *due, *from, *to, *was;
    } cases[] = {
        {{BRIEF_DAILY, 450, 1, 1},
         "2026-11-23 07:30:00",
         "2026-11-23 07:30:00",
         "2026-11-22",
         "2026-11-23",
         "2026-11-21"},
        {{BRIEF_DAILY, 450, 1, 1},
         "2026-11-23 07:29:59",
         "2026-11-22 07:30:00",
         "2026-11-21",
         "2026-11-22",
         "2026-11-20"},
        {{BRIEF_WEEKLY, 480, 1, 1},
         "2026-11-23 08:00:00",
         "2026-11-23 08:00:00",
         "2026-11-16",
         "2026-11-23",
         "2026-11-09"},
        {{BRIEF_WEEKLY, 480, 5, 1},
         "2026-11-22 23:00:00",
         "2026-11-20 08:00:00",
         "2026-11-09",
         "2026-11-16",
         "2026-11-02"},
        {{BRIEF_MONTHLY, 540, 1, 1},
         "2026-03-01 09:00:00",
         "2026-03-01 09:00:00",
         "2026-02-01",
         "2026-03-01",
         "2026-01-01"},
        {{BRIEF_MONTHLY, 540, 1, 3},
         "2026-01-02 12:00:00",
         "2025-12-03 09:00:00",
         "2025-11-01",
         "2025-12-01",
         "2025-10-01"},
        {{BRIEF_QUARTERLY, 540, 1, 5},
         "2026-10-05 09:00:00",
         "2026-10-05 09:00:00",
         "2026-07-01",
         "2026-10-01",
         "2026-04-01"},
        {{BRIEF_QUARTERLY, 540, 1, 5},
         "2026-01-05 08:59:59",
         "2025-10-05 09:00:00",
         "2025-07-01",
         "2025-10-01",
         "2025-04-01"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t due = schedule_due(&cases[i].s, at(cases[i].now));
        Period p = schedule_period(cases[i].s.kind, due);
        assert_int_equal(due, at(cases[i].due));
        assert_int_equal(p.from, at(cases[i].from));
        assert_int_equal(p.to, at(cases[i].to));
        assert_int_equal(p.was_from, at(cases[i].was));
        assert_int_equal(p.was_to, p.from);
    }
}

static void test_words(void **state)
{
    Arena *a = arena_new(0);
    (void)state;
    Period week = schedule_period(BRIEF_WEEKLY, at("2026-11-23")),
           across = schedule_period(BRIEF_WEEKLY, at("2026-11-02"));
    Period year = schedule_period(BRIEF_WEEKLY, at("2026-01-05")),
           month = schedule_period(BRIEF_MONTHLY, at("2026-11-05"));
    assert_string_equal(str_z(a, period_words(a, BRIEF_WEEKLY, &week)), "2026年11月16日至22日");
    assert_string_equal(str_z(a, period_words(a, BRIEF_WEEKLY, &across)), "2026年10月26日至11月1日");
    assert_string_equal(str_z(a, period_words(a, BRIEF_WEEKLY, &year)), "2025年12月29日至2026年1月4日");
    assert_string_equal(str_z(a, period_words(a, BRIEF_MONTHLY, &month)), "2026年10月");
    assert_string_equal(str_z(a, period_code(a, BRIEF_WEEKLY, &week)), "W20261116-");
    Period quarter = schedule_period(BRIEF_QUARTERLY, at("2026-02-03"));
    assert_string_equal(str_z(a, period_words(a, BRIEF_QUARTERLY, &quarter)), "2025年第四季度");
    assert_string_equal(str_z(a, period_code(a, BRIEF_QUARTERLY, &quarter)), "Q20251001-");
    arena_free(&a);
}

static void test_minute(void **state)
{
    static const char *const wrong[] = {"", "7:30", "24:00", "07:60", "07-30", "ab:cd", "07:300"};
    int m;
    (void)state;
    assert_true(brief_minute(STR("23:59"), &m));
    assert_int_equal(m, 23 * 60 + 59);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) assert_false(brief_minute(str_of(wrong[i]), &m));
}

static void test_change(void **state)
{
    static const struct {
        int64_t n, was;
        const char *words;
    } cases[] = {{5, 5, "与上周持平"},
                 {7, 5, "较上周增加2起"},
                 {0, 3, "较上周减少3起"},
                 {15, 10, "较上周增加5起（上升50.0%）"},
                 {8, 12, "较上周减少4起（下降33.3%）"},
                 {8, -1, ""}};
    Arena *a = arena_new(0);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Figure f = {.n = cases[i].n, .was = cases[i].was, .unit = STR("起")};
        assert_string_equal(str_z(a, figure_change(a, BRIEF_WEEKLY, &f)), cases[i].words);
    }
    arena_free(&a);
}

static void test_lines(void **state)
{
    Arena *a = arena_new(0);
    StrBuf b;
    JsonOut o;
    (void)state;
    buf_init(&b, a);
    jout_init(&o, &b);
    brief_lines(STR("# 一级\r\n\n共[12](alarms)起，[见附件]与[3](x\n| 甲 | [4](dangers) |\n|乙|| \n## "
                    "二级\n[](a)[1](A)"),
                &o);
    assert_string_equal(str_z(a, buf_str(&b)),
                        "[{\"level\":1,\"text\":\"一级\"},{\"text\":\"共12起，[见附件]与[3](x\"},"
                        "{\"row\":[\"甲\",\"4\"]},{\"row\":[\"乙\",\"\"]},{\"level\":2,\"text\":\"二级\"},"
                        "{\"text\":\"[](a)[1](A)\"}]");
    arena_free(&a);
}

static void test_marks(void **state)
{
    static const struct {
        const char *text;
        int line; /* 0: good */
    } cases[] = {{"共[12](alarms)起", 0}, {"没有标记 12", 0}, {"一\n共[13](alarms)起", 2},
                 {"[12](nothing)", 1},    {"[a](b", 0},       {"[8.3%](rate)，[12](alarms)", 0}};
    Arena *a = arena_new(0);
    Ctx ctx;
    const Json *figures;
    (void)state;
    ctx_init(&ctx, a, LANG_ZH);
    assert_true(json_parse(&ctx,
                           STR("{\"items\":[{\"key\":\"alarms\",\"value\":\"12\"},"
                               "{\"key\":\"rate\",\"value\":\"8.3%\"}]}"),
                           &figures) >= 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Rc rc = brief_text_check(&ctx, str_of(cases[i].text), figures);
        assert_int_equal(rc<0, cases[i].line> 0);
        ctx_clear(&ctx);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_due),    cmocka_unit_test(test_words),
                                       cmocka_unit_test(test_minute), cmocka_unit_test(test_change),
                                       cmocka_unit_test(test_lines),  cmocka_unit_test(test_marks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
