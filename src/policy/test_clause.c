/* What is a clause, how its units are cut, named and given a role: the rules of README.md, each with
 * sentences of our own. */
#include "policy_test.h"

typedef struct ClauseCase {
    const char *paper; /* after "1." */
    const char *units; /* of the first clause; NULL: there is none */
} ClauseCase;

static void check(const ClauseCase *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        Test t = test_begin();
        const PolicyPaper *p = test_read(&t, str_printf(t.arena, "一、任务\n1.%s", cases[i].paper));
        const PolicyItem *item = test_item_with_clause(p);
        const char *units = item ? test_units(&t, item) : NULL;
        if ((units == NULL) != (cases[i].units == NULL) || (units && strcmp(units, cases[i].units) != 0))
            fail_msg("%s\n  want %s\n  got  %s", cases[i].paper,
                     cases[i].units ? cases[i].units : "(no clause)", units ? units : "(no clause)");
        arena_free(&t.arena);
    }
}
#define CHECK(cases) check(cases, ARRAY_LEN(cases))

static void test_brackets_of_all_kinds(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"清查隧道照明。（责任单位：市隧道处）", "||市隧道处"},
        {"清查隧道照明。(责任单位:市隧道处)", "||市隧道处"},
        {"清查隧道照明。〔市隧道处负责〕", "||市隧道处"},
        {"清查隧道照明。[市隧道处负责]", "||市隧道处"},
        {"清查隧道照明。【市隧道处负责】", "||市隧道处"},
        {"清查隧道照明。［市隧道处负责］", "||市隧道处"},
        {"清查隧道照明。（市隧道处负责〕", "||市隧道处"},
        {"清查隧道照明。〔市隧道处负责)", "||市隧道处"},
        {"清查隧道照明（市隧道处负责）。", "||市隧道处"},
        {"清查隧道照明（市隧道处负责）", "||市隧道处"},
        {"清查隧道照明。（市隧道处、\n市路灯所负责）", "||市隧道处 市路灯所"},
        {"清查隧道照明。（市隧\n\n道处负责）", "||市隧道处"},
        {"清查隧道照明（市隧道处负责）更换老旧灯具。（市路灯所负责）", "||市隧道处"},
    };
    CHECK(cases);
}

static void test_ordinary_brackets(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"市安全生产委员会办公室（以下简称市安委办）统一调度。", NULL},
        {"报市安委办（市应急局）。", NULL},
        {"排查锅炉（含压力管道）。", NULL},
        {"落实文件（北府办〔2031〕8号）。", NULL},
        {"排查场所（商场、影院、车站）。", NULL},
        {"各县（市、区）每月例会。", NULL},
        {"推动“五进”（进企业、进社区、进学校、进农村、进家庭）。", NULL},
        {"形成格局（谁主管、谁负责）。", NULL},
        {"责任单位：市应急局。", NULL},
        {"由市应急局牵头，市公安局配合。", NULL},
        {"修订办法（试行）。", NULL},
        {"各乡镇（街道）开展自查。", NULL},
        {"完善由市应急局（牵头）和市公安局组成的专班。", NULL},
        {"落实企业（单位）。", NULL},
    };
    CHECK(cases);
}

static void test_lists_of_bodies_only(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"建立名录。（市民政局、市残联）", "||市民政局 市残联"},
        {"建立名录。（市民政局）", "||市民政局"},
        {"建立名录（市民政局、县残联等）。", "||市民政局 县残联"},
        {"建立名录。（各县（市、区）人民政府）", "||各县（市、区）人民政府"},
        {"表彰先进。(市委组织部,市人社局、应急局等)再接再厉。", "||市委组织部 市人社局 应急局"},
    };
    CHECK(cases);
}

static void test_splitting(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"办好此事。（市水务局，市林业局；市农业农村局负责）", "||市水务局 市林业局 市农业农村局"},
        {"办好此事。（市委组织部和市水务局负责）", "||市委组织部 市水务局"},
        {"办好此事。（市文化和旅游局、市发展和改革委负责）", "||市文化和旅游局 市发展和改革委"},
        {"办好此事。（市工业和信息化局及市自然资源和规划局负责）", "||市工业和信息化局 市自然资源和规划局"},
        {"办好此事。（负有监管职责的部门和行业主管部门分工负责）", "||负有监管职责的部门 行业主管部门"},
        {"办好此事。（市住建局以及各开发区管委会负责）", "||市住建局 各开发区管委会"},
        {"办好此事。（市住建局与县城管局负责）", "||市住建局 县城管局"},
        {"办好此事。（有关部门和单位负责）", "||有关部门和单位"},
        {"办好此事。（市财政局〈国资办〉、各县(市、区)负责）", "||市财政局〈国资办〉 各县(市、区)"},
        {"办好此事。（市编办（市绩效办，市评估中心）、市水务局负责）",
         "||市编办（市绩效办，市评估中心） 市水务局"},
        {"办好此事。（市“一网通”办、市水务局负责）", "||市“一网通”办 市水务局"},
    };
    CHECK(cases);
}

static void test_literal_names(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"办好此事。（由市应急局、公安局负责）", "||市应急局 公安局"},
        {"办好此事。（市水务局、市林业局等部门负责）", "||市水务局 市林业局"},
        {"办好此事。（市水务局、市林业局等有关部门（单位）按职责分工负责）", "||市水务局 市林业局"},
        {"办好此事。（市水务局等其他有关部门负责）", "||市水务局"},
        {"办好此事。（市水务局等部门和各区县政府负责）", "||市水务局 各区县政府"},
        {"办好此事。（市水务局等有关部门，县林业局分工负责）", "||市水务局 县林业局"},
        {"办好此事。（有关部门按照各自职责分工负责）", "||有关部门"},
        {"办好此事。（各有关部门依职责分别负责）", "||各有关部门"},
        {"办好此事。（市住健局负责）", "||市住健局"},
        {"办好此事。（各专项小组牵头单位负责）", "||各专项小组牵头单位"},
        {"办好此事。（市水务局负责。以下各项均需各区县落实，不再列出）", "||市水务局"},
        {"办好此事。（责任单位：市水务局，下同）", "||市水务局"},
        {"办好此事。（市水 务局负责）", "||市水务局"},
        {"办好此事。（责任单位：市水务局 市林业局　县气象局）", "||市水务局 市林业局 县气象局"},
    };
    CHECK(cases);
}

static void test_roles(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"办好此事。（市水务局牵头，市林业局、市气象局配合）", "市水务局|市林业局 市气象局|"},
        {"办好此事。（市水务局牵头负责）", "市水务局||"},
        {"办好此事。（市水务局抓总，各区县落实）", "市水务局||各区县"},
        {"办好此事。（市水务局抓统抓总抓协调、相关部门按分工负责）", "市水务局||相关部门"},
        {"办好此事。（市水务局主办，市林业局协办）", "市水务局|市林业局|"},
        {"办好此事。（市水务局会同市林业局、市气象局负责）", "市水务局|市林业局 市气象局|"},
        {"办好此事。（市水务局、市住建局会同有关部门分工落实）", "市水务局 市住建局|有关部门|"},
        {"办好此事。（市水务局会同市林业局分工负责，各区县落实）", "市水务局|市林业局|各区县"},
        {"办好此事。（市水务局、县林业局，市气象局和各区县政府配合）",
         "|市气象局 各区县政府|市水务局 县林业局"},
        {"办好此事。（市水务局、县林业局，市气象局负责，县地震局协助）",
         "|县地震局|市水务局 县林业局 市气象局"},
        {"办好此事。（市水务局、市住建局按职责分工分别牵头，各区县配合推进）", "市水务局 市住建局|各区县|"},
        {"办好此事。（牵头单位：市水务局；配合单位：市林业局、市气象局）", "市水务局|市林业局 市气象局|"},
        {"办好此事。（牵头责任单位：市水务局，协同责任单位：市林业局）", "市水务局|市林业局|"},
        {"办好此事。（责任单位：市水务局；完成时限：6月底前）", "||市水务局"},
        {"办好此事。（牵头单位：市水务局 配合单位：市林业局）", "市水务局|市林业局|"},
        {"办好此事。（市水务局牵头，市林业局配合，市公安局依法保障）", "市水务局|市林业局|市公安局"},
        {"办好此事。（市水务局、各镇（街道）；时限：11月15日前）", "||市水务局 各镇（街道）"},
        {"办好此事。（责任分工：市水务局牵头，市林业局配合）", "市水务局|市林业局|"},
        {"办好此事。（责任单位：市水务局牵头，市林业局配合）", "市水务局|市林业局|"},
    };
    CHECK(cases);
}

static void test_misprints(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"办好此事。（责任单位：市水务局", "||市水务局"},
        {"办好（此事。（市水务局负责）", "||市水务局"},
        {"办好此事）。（市水务局负责）", "||市水务局"},
        {"（办好此事（市水务局负责）。）", "||市水务局"},
        {"办好此事。（ 责任单位 ： 市水务局 ）", "||市水务局"},
    };
    CHECK(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brackets_of_all_kinds),
        cmocka_unit_test(test_ordinary_brackets),
        cmocka_unit_test(test_lists_of_bodies_only),
        cmocka_unit_test(test_splitting),
        cmocka_unit_test(test_literal_names),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_misprints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
