/* How often, by when and to what figure. */
#include "policy_test.h"

typedef struct Case {
    const char *text, *want;
} Case;

static const PolicyItem *first_item(Test *t, const char *text)
{
    const PolicyPaper *p = test_read(t, str_printf(t->arena, "一、任务\n（一）%s", text));
    assert_true(p->items.n > 0);
    return &p->items.v[p->items.n - 1];
}

static void test_cadences(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"泵站每日巡检一次。", "day:1"},
        {"泵站每天巡检2次，每周保养不少于1次。", "day:2 week:1+"},
        {"每个月至少开展3次抽查。", "month:3+"},
        {"每月例会。", "month:-"},
        {"每两月会商1次，每2个月通报一次。", "two_months:1 two_months:1"},
        {"每三个月轮训一次。", "month/3:1"},
        {"每季召开一次调度会，每季度曝光不少于2起案例。", "quarter:1 quarter:2+"},
        {"每半年开展两轮清查。", "half_year:2"},
        {"每学期组织演练不低于1次。", "term:1+"},
        {"每年培训三次以上。", "year:3+"},
        {"每5年修编一次规划。", "year/5:1"},
        {"年内至少举办1次论坛。", "year:1+"},
        {"全年开展4次督导。", "year:4"},
        {"全年形势平稳。年内完成改造。", ""},
        {"实行一月一调度、一季度一通报。", "month:1 quarter:1"},
        {"实行半年一小结，上半年一并考核。", "half_year:1"},
        {"会议每季度、专班每两个月研究1次。", "quarter:1 two_months:1"},
        {"至少每季度报送1个案例。", "quarter:1+"},
        {"书记每半年、镇长每季度至少主持召开1次会议。", "half_year:1+ quarter:1+"},
        {"每个月汇总问题，形成清单，每季度通报一次。", "month:- quarter:1"},
        {"每月对5个站点检查一次。", "month:1"},
        {"每年10月前开展一次体检。", "year:1"},
        {"一年内受到两次处罚的，列入名单。", ""},
        {"三年内发生2次事故的，取消资格。", ""},
        {"全年发生两起以上事故的，予以约谈。", ""},
        {"召开第一次会议，上好每一节课，定期检查2次。", ""},
        {"会议每年召开；检查不少于2次。", "year:-"},
        {"每季度召开1—2次例会。", "quarter:1+"},
        {"每月一次性补助。", "month:-"},
        {"每年与街道一起开展检查。", "year:-"},
        {"各镇街要把隧道巡检列入日程，每季\n度至少研\n究一次。", "quarter:1+"},
        {"每季度至少组织 1次生产演练。", "quarter:1+"},
        {"全面巩固天然气每户检查2次的做法。", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Test t = test_begin();
        const char *got = test_cadence(&t, first_item(&t, cases[i].text));
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s\n  want %s\n  got  %s", cases[i].text, cases[i].want, got);
        arena_free(&t.arena);
    }
}

static void test_deadlines(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"2031年6月15日前完成。", "2031-06-15"},
        {"6月15日前完成。", "--06-15"},
        {"到2031年，全面建成。", "2031"},
        {"2031年底前完成。", "2031"},
        {"6月底前完成摸排，9月30日之前完成整改。", "--06-30 --09-30"},
        {"2032年2月底前报送。", "2032-02-29"},
        {"年底前销号。", "--12-31"},
        {"2030年起实施，每月底前报送，3个月内办结。", ""},
        {"二〇三一年十月底前完成。", "2031-10-31"},
        {"年内完成改造。", "--12-31"},
        {"在2033年、2035年底开展评估。", "2033 2035"},
        {"三季度末前完成。", "--09-30"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Test t = test_begin();
        const PolicyItem *item = first_item(&t, cases[i].text);
        StrBuf b;
        buf_init(&b, t.arena);
        buf_addz(&b, "");
        for (size_t k = 0; k < item->deadlines.n; k++)
            buf_printf(&b, "%s%.*s", k ? " " : "", STR_ARG(item->deadlines.v[k].date));
        const char *got = b.n ? str_z(t.arena, buf_str(&b)) : "";
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s\n  want %s\n  got  %s", cases[i].text, cases[i].want, got);
        arena_free(&t.arena);
    }
}

static void test_targets(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"死亡人数下降12%以上。", "12% fall"},   {"达标率达到98.5%。", "98.5% reach"},
        {"覆盖率不低于90％。", "90% at_least"},  {"事故率控制在3‰以内。", "3‰ at_most"},
        {"建成2个以上示范站。", "2个 at_least"}, {"培训1,200人次。", "1200人次 reach"},
        {"共有8个县区156个乡镇。", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Test t = test_begin();
        const PolicyItem *item = first_item(&t, cases[i].text);
        StrBuf b;
        buf_init(&b, t.arena);
        for (size_t k = 0; k < item->targets.n; k++) {
            const PolicyTarget *g = &item->targets.v[k];
            buf_printf(&b, "%s%g%.*s %s", k ? ", " : "", g->value, STR_ARG(g->unit), g->direction);
        }
        const char *got = b.n ? str_z(t.arena, buf_str(&b)) : "";
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s\n  want %s\n  got  %s", cases[i].text, cases[i].want, got);
        arena_free(&t.arena);
    }
}

static void test_actions(void **state)
{
    (void)state;
    Test t = test_begin();
    const PolicyItem *item = first_item(&t, "建立台账，开展检查，建立名录，按时报送。");
    assert_int_equal(item->actions.n, 4);
    assert_true(str_is(item->actions.v[0], "建立") && str_is(item->actions.v[1], "开展"));
    assert_true(str_is(item->actions.v[2], "检查") && str_is(item->actions.v[3], "报送"));
    arena_free(&t.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cadences), cmocka_unit_test(test_deadlines),
                                       cmocka_unit_test(test_targets), cmocka_unit_test(test_actions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
