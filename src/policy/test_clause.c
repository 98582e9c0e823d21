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
        {"由牵头部门（市应急局、市公安局）召集会议。", NULL},
        {"在三地（甲水县、乙山县）试点。", NULL},
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
        {"清点库存（市民政局、市残联）补齐缺口。", "||市民政局 市残联"},
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
        {"办好此事。（市园区和企业服务局、市公安局和平分局负责）", "||市园区和企业服务局 市公安局和平分局"},
        {"办好此事。（市公安局和县公安局负责）", "||市公安局 县公安局"},
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
        {"办好此事。（市水务局牵头会同市林业局、市气象局等部门负责）", "市水务局|市林业局 市气象局|"},
        {"办好此事。（市水务局牵头，会同市林业局落实，各区县配合）", "市水务局|市林业局 各区县|"},
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
        {"办好此事。（市水务局负责指导，各县（市、区）政府组织实施）", "||市水务局 各县（市、区）政府"},
        {"办好此事。（责任部门：市水务局、市林业局。配合部门：市气象局）", "|市气象局|市水务局 市林业局"},
        {"办好此事。（市水务局、市林业局按职责分别牵头,市气象局、市地震局等按职责分工配合)",
         "市水务局 市林业局|市气象局 市地震局|"},
        {"办好此事。（市水务局牵头，市林业局等部门按职责分工负责，各区县政府负责落实）",
         "市水务局||市林业局 各区县政府"},
        {"办好此事。（市水务局牵头；各镇政府、开发区管委会按属地责任落实）",
         "市水务局||各镇政府 开发区管委会"},
        {"办好此事。（责任分工：市水务局牵头，市林业局配合）", "市水务局|市林业局|"},
        {"办好此事。（责任单位：市水务局牵头，市林业局配合）", "市水务局|市林业局|"},
    };
    CHECK(cases);
}

static void test_when_is_no_unit(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"清查隧道照明。（市隧道处；长期坚持）", "||市隧道处"},
        {"清查隧道照明。（市隧道处、市路灯所负责，持续推进）", "||市隧道处 市路灯所"},
        {"清查隧道照明。（市隧道处，2031年6月底前完成）", "||市隧道处"},
        {"清查隧道照明。（责任单位：市隧道处；完成时限：6月30日）", "||市隧道处"},
    };
    CHECK(cases);
}

static void test_short_names_and_manners(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"整治楼道（市消防救援支队牵头，住建、民政、教育等部门配合）。", "市消防救援支队|住建 民政 教育|"},
        {"整治楼道。（住建、民政、教育）", NULL},
        {"整治楼道。（市住建局、民政局牵头督导，市公安局配合，各区政府负责整治）",
         "市住建局 民政局|市公安局|各区政府"},
        {"整治楼道。（市住建局牵头编制，市公安局、市民政局参与审核）", "市住建局|市公安局 市民政局|"},
        {"整治楼道。（市住建局、市民政局、各街道按职责分工组织实施）", "||市住建局 市民政局 各街道"},
        {"整治楼道。（责任单位：市住建局、市民政局；进度安排：持续推进）", "||市住建局 市民政局"},
        {"整治楼道。（牵头单位为市住建局，配合单位为市民政局、市公安局）", "市住建局|市民政局 市公安局|"},
        {"整治楼道。（责任领导：王明；责任站所：镇应急站、镇规建办；时限：立行立改）", "||镇应急站 镇规建办"},
        {"整治楼道。（市住建局牵头，各街道办事处属地落实）", "市住建局||各街道办事处"},
        {"整治楼道。（各主管部门按“谁审批谁负责”原则落实）", "||各主管部门"},
        {"整治楼道。（市住建局牵头，市报社协助做好报道）", "市住建局|市报社|"},
    };
    CHECK(cases);
}

/* No clause, but the text says whose it is. */
static void test_labels_in_running_text(void **state)
{
    (void)state;
    static const ClauseCase cases[] = {
        {"清查隧道照明。责任单位：市隧道处、市路灯所。", "||市隧道处 市路灯所"},
        {"清查隧道照明。\n牵头单位：市隧道处\n配合单位：市路灯所\n完成时限：6月底前", "市隧道处|市路灯所|"},
        {"清查隧道照明。【牵头单位】市隧道处【配合单位】市路灯所、各区", "市隧道处|市路灯所 各区|"},
        {"清查隧道照明。由市隧道处牵头办理。", "||"},
        {"明确牵头单位：先试点，后推开，再总结。", "||"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Test t = test_begin();
        const PolicyPaper *p = test_read(&t, str_printf(t.arena, "一、任务\n1.%s", cases[i].paper));
        assert_null(test_item_with_clause(p));
        assert_string_equal(test_units(&t, &p->items.v[p->items.n - 1]), cases[i].units);
        arena_free(&t.arena);
    }
}

static void test_lists_run_together(void **state)
{
    (void)state;
    Test t = test_begin();
    const PolicyPaper *p = test_read(
        &t, STR("第一条 镇长是全镇安全生产第一责任人，主要职责包括：（一）每月检查1次；（二）每年述职1次。\n"
                "第二条 分类处理：（一）项所列情形除外，（三）其余。\n"));
    assert_int_equal(p->items.n, 3);
    assert_string_equal(test_units(&t, &p->items.v[0]), "||镇长");
    assert_string_equal(test_cadence(&t, &p->items.v[1]), "year:1");
    arena_free(&t.arena);
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
        cmocka_unit_test(test_when_is_no_unit),
        cmocka_unit_test(test_short_names_and_manners),
        cmocka_unit_test(test_labels_in_running_text),
        cmocka_unit_test(test_lists_run_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
