/* Strict reading of rule sets: what is refused, on which field, and what is taken. ' stands for " in the
 * texts. */
#include "rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct Refusal {
    const char *rules, *fields; /* fields: "field code" in the order of the complaints, "; " between */
} Refusal;

#define HEAD(kind) "'name':'r','point':'P','kind':'" kind "',"
#define G1         "'grades':[{'grade':3,'limit':5}]"

static const Refusal refusals[] = {
    {"{'name':'r','point':'P'}", "rules[0].kind enum"},
    {"{'name':'r','point':'P','kind':'clock','grade':1}", "rules[0].kind enum"},
    {"{'point':'P','kind':'offline','timeout_ms':1,'grade':1}", "rules[0].name required"},
    {"{'name':'','point':'P','kind':'offline','timeout_ms':1,'grade':1}", "rules[0].name required"},
    {"{'name':'r','kind':'offline','timeout_ms':1,'grade':1}", "rules[0].point required"},
    {"5", "rules[0] type"},
    {"{" HEAD("offline") "'timeout_ms':1,'grade':1},{" HEAD("offline") "'timeout_ms':1,'grade':1}",
     "rules[1].name duplicate"},
    {"{" HEAD("level") G1 "}", "rules[0].dir required"},
    {"{" HEAD("level") "'dir':'rise'," G1 "}", "rules[0].dir enum"},
    {"{" HEAD("level") "'dir':'high'}", "rules[0].grades required"},
    {"{" HEAD("level") "'dir':'high','grades':[]}", "rules[0].grades required"},
    {"{" HEAD("level") "'dir':'high','grades':[{'grade':3,'limit':5},{'grade':3,'limit':6}]}",
     "rules[0].grades[1].grade duplicate"},
    {"{" HEAD("level") "'dir':'high','grades':[{'grade':5,'limit':5}]}", "rules[0].grades[0].grade range"},
    {"{" HEAD("level") "'dir':'high','grades':[{'grade':0,'limit':5}]}", "rules[0].grades[0].grade range"},
    {"{" HEAD("level") "'dir':'high','grades':[{'grade':1.5,'limit':5}]}", "rules[0].grades[0].grade range"},
    {"{" HEAD("level") "'dir':'high','grades':[{'grade':1}]}", "rules[0].grades[0].limit number"},
    {"{" HEAD("level") "'dir':'high','grades':[{'grade':1,'limit':'5'}]}", "rules[0].grades[0].limit number"},
    {"{" HEAD("level") "'dir':'high','grades':[{'grade':1,'limit':5,'x':1}]}",
     "rules[0].grades[0].x unknown"},
    {"{" HEAD("level") "'dir':'high','grades':[7]}", "rules[0].grades[0] type"},
    {"{" HEAD("level") "'dir':'high','grades':[{'grade':1,'limit':5},{'grade':2,'limit':6}]}",
     "rules[0].grades order"},
    {"{" HEAD("level") "'dir':'low','grades':[{'grade':1,'limit':6},{'grade':4,'limit':5}]}",
     "rules[0].grades order"},
    {"{" HEAD("level") "'dir':'high','deadband':-0.1," G1 "}", "rules[0].deadband range"},
    {"{" HEAD("level") "'dir':'high','on_delay_ms':-1," G1 "}", "rules[0].on_delay_ms range"},
    {"{" HEAD("level") "'dir':'high','off_delay_ms':-1," G1 "}", "rules[0].off_delay_ms range"},
    {"{" HEAD("level") "'dir':'high','max_gap_ms':-1," G1 "}", "rules[0].max_gap_ms range"},
    {"{" HEAD("level") "'dir':'high','on_delay_ms':1.5," G1 "}", "rules[0].on_delay_ms number"},
    {"{" HEAD("level") "'dir':'high','window_ms':5," G1 "}", "rules[0].window_ms unknown"},
    {"{" HEAD("rate") "'dir':'rise'," G1 "}", "rules[0].window_ms required"},
    {"{" HEAD("rate") "'dir':'rise','window_ms':0," G1 "}", "rules[0].window_ms range"},
    {"{" HEAD("rate") "'dir':'high','window_ms':5," G1 "}", "rules[0].dir enum"},
    {"{" HEAD("rate") "'dir':'fall','window_ms':5,'deadband':1," G1 "}", "rules[0].deadband unknown"},
    {"{" HEAD("rate") "'dir':'fall','window_ms':5,'on_delay_ms':1," G1 "}", "rules[0].on_delay_ms unknown"},
    {"{" HEAD("rate") "'dir':'fall','window_ms':5,'grades':[{'grade':1,'limit':5},{'grade':2,'limit':6}]}",
     "rules[0].grades order"},
    {"{" HEAD("stuck") "'window_ms':5,'grade':1}", "rules[0].eps required"},
    {"{" HEAD("stuck") "'window_ms':5,'eps':-1,'grade':1}", "rules[0].eps range"},
    {"{" HEAD("stuck") "'window_ms':5,'eps':1}", "rules[0].grade required"},
    {"{" HEAD("stuck") "'window_ms':-5,'eps':1,'grade':9}", "rules[0].window_ms range; rules[0].grade range"},
    {"{" HEAD("offline") "'timeout_ms':0,'grade':1}", "rules[0].timeout_ms range"},
    {"{" HEAD("offline") "'grade':1}", "rules[0].timeout_ms required"},
    {"{" HEAD("offline") "'timeout_ms':5,'grade':1,'dir':'high'}", "rules[0].dir unknown"},
    {"{" HEAD("expr") "'grade':1}", "rules[0].expr required"},
    {"{" HEAD("expr") "'expr':'1 +','grade':1}", "rules[0].expr expr"},
    {"{" HEAD("expr") "'expr':'v(`A`) > 1'}", "rules[0].grade required"},
    {"{" HEAD("expr") "'expr':'v(`A`)','grade':1}", "rules[0].grades required"},
    {"{" HEAD("expr") "'expr':'v(`A`)'," G1 "}", "rules[0].grades required"},
    {"{'name':'r','point':'P*','kind':'expr','expr':'v(`A`) > 1','grade':1}", "rules[0].point glob"},
    {"{" HEAD("expr") "'expr':'v(`A`) > 1','grade':1,'max_age_ms':-1}", "rules[0].max_age_ms range"},
    {"{" HEAD("deviation") "'k':0," G1 "}", "rules[0].k range"},
    {"{" HEAD("deviation") G1 "}", "rules[0].k required"},
    {"{" HEAD("deviation") "'k':3,'season_ms':-1," G1 "}", "rules[0].season_ms range"},
};

static const char *const taken[] = {
    "",
    "{" HEAD("level") "'dir':'high'," G1 "}",
    "{" HEAD("level") "'dir':'high','grades':[{'grade':2,'limit':5},{'grade':1,'limit':5}]}",
    "{" HEAD("level") "'dir':'low','grades':[{'grade':1,'limit':-5},{'grade':4,'limit':1e3}],'deadband':0,'"
                      "on_delay_ms':5.0}",
    "{" HEAD("rate") "'dir':'either','window_ms':1,'off_delay_ms':0," G1 "}",
    "{" HEAD("stuck") "'window_ms':1,'eps':0,'grade':4,'max_gap_ms':0}",
    "{" HEAD("offline") "'timeout_ms':9007199254740993,'grade':1}",
    "{" HEAD("expr") "'expr':'v(`A`) > 1','grade':1}",
    "{" HEAD("expr") "'expr':'v(`A`)','dir':'low','max_age_ms':5," G1 "}",
    "{" HEAD("deviation") "'k':3,'warmup_ms':0,'season_ms':0," G1 "}",
};

static Str text_of(Arena *a, const char *rules)
{
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, "{\"rules\":[");
    for (const char *p = rules; *p; p++) {
        if (*p == '`') buf_addz(&b, "\\\"");
        else buf_addc(&b, *p == '\'' ? '"' : *p);
    }
    buf_addz(&b, "]}");
    return buf_str(&b);
}

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
            Arena *a = arena_new(0);
            Ctx ctx;
            RuleSet *set;
            StrBuf got;
            ctx_init(&ctx, a, lang);
            buf_init(&got, a);
            assert_int_equal(ruleset_parse(&ctx, text_of(a, refusals[i].rules), &set), RC_INVALID);
            assert_null(set);
            assert_string_equal(ctx.err.code, "input.invalid");
            for (const FieldError *f = ctx.err.fields; f; f = f->next) {
                buf_printf(&got, "%s%s %s", got.n ? "; " : "", f->field, f->code);
                assert_true(strlen(f->message) > 0);
            }
            if (!str_is(buf_str(&got), refusals[i].fields))
                fail_msg("%s\n got %.*s\nwant %s", refusals[i].rules, STR_ARG(buf_str(&got)),
                         refusals[i].fields);
            arena_free(&a);
        }
}

static void refuses_what_is_no_rule_file(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        Rc rc;
    } files[] = {{"", RC_SYNTAX},
                 {"{\"rules\":[", RC_SYNTAX},
                 {"[]", RC_INVALID},
                 {"{}", RC_INVALID},
                 {"{\"rules\":{}}", RC_INVALID},
                 {"{\"rules\":[],\"more\":1}", RC_INVALID},
                 {"{\"rules\":[],\"rules\":[]}", RC_SYNTAX}};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        RuleSet *set;
        ctx_init(&ctx, a, LANG_ZH);
        assert_int_equal(ruleset_parse(&ctx, str_of(files[i].text), &set), files[i].rc);
        arena_free(&a);
    }
}

static void takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        RuleSet *set;
        ctx_init(&ctx, a, LANG_EN);
        if (ruleset_parse(&ctx, text_of(a, taken[i]), &set) < 0)
            fail_msg("%s: %s", taken[i], ctx.err.fields ? ctx.err.fields->message : ctx.err.message);
        assert_int_equal(ruleset_count(set), i ? 1 : 0);
        ruleset_free(&set);
        assert_null(set);
        arena_free(&a);
    }
}

/* Errors are bounded however many there are. */
static void stops_at_a_bound(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *set;
    StrBuf b;
    ctx_init(&ctx, a, LANG_EN);
    buf_init(&b, a);
    buf_addz(&b, "{\"rules\":[0");
    for (int i = 0; i < 5000; i++) buf_addz(&b, ",0");
    buf_addz(&b, "]}");
    assert_int_equal(ruleset_parse(&ctx, buf_str(&b), &set), RC_INVALID);
    size_t n = 0;
    for (const FieldError *f = ctx.err.fields; f; f = f->next) n++;
    assert_int_equal(n, 100);
    arena_free(&a);
}

static void collect(void *ud, uint32_t rule)
{
    buf_printf(ud, "%u ", rule);
}

static void matches_in_the_order_of_the_file(void **state)
{
    (void)state;
    static const char rules[] = "{'name':'0','point':'A','kind':'offline','timeout_ms':1,'grade':1},"
                                "{'name':'1','point':'*','kind':'offline','timeout_ms':1,'grade':1},"
                                "{'name':'2','point':'A','kind':'offline','timeout_ms':1,'grade':1},"
                                "{'name':'3','point':'?','kind':'offline','timeout_ms':1,'grade':1},"
                                "{'name':'4','point':'A','kind':'expr','expr':'v(`A`) > 1','grade':1},"
                                "{'name':'5','point':'A','kind':'offline','timeout_ms':1,'grade':1},"
                                "{'name':'6','point':'P[1]','kind':'offline','timeout_ms':1,'grade':1}";
    static const char *const expected[][2] = {{"A", "0 1 2 3 5 "}, {"B", "1 3 "},    {"燃", "1 3 "},
                                              {"a", "1 3 "},       {"P[1]", "1 6 "}, {"P1", "1 "},
                                              {"", "1 "}};
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *set;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(ruleset_parse(&ctx, text_of(a, rules), &set), RC_OK);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        StrBuf got;
        buf_init(&got, a);
        ruleset__match(set, str_of(expected[i][0]), collect, &got);
        if (!str_is(buf_str(&got), expected[i][1]))
            fail_msg("%s: %.*s", expected[i][0], STR_ARG(buf_str(&got)));
    }
    ruleset_free(&set);
    arena_free(&a);
}

static void same_judgement_has_the_same_print(void **state)
{
    (void)state;
    static const char rules[] = "{'name':'a','point':'A','kind':'level','dir':'high'," G1
                                "},{'name':'b','point':'B*','kind':'level','dir':'high'," G1 "},"
                                "{'name':'c','point':'A','kind':'level','dir':'high','deadband':1," G1
                                "},{'name':'d','point':'A','kind':'level','dir':'low'," G1 "}";
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *set;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(ruleset_parse(&ctx, text_of(a, rules), &set), RC_OK);
    assert_true(set->rules[0].print == set->rules[1].print);
    assert_true(set->rules[0].print != set->rules[2].print);
    assert_true(set->rules[0].print != set->rules[3].print);
    ruleset_free(&set);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses),
                                       cmocka_unit_test(refuses_what_is_no_rule_file),
                                       cmocka_unit_test(takes),
                                       cmocka_unit_test(stops_at_a_bound),
                                       cmocka_unit_test(matches_in_the_order_of_the_file),
                                       cmocka_unit_test(same_judgement_has_the_same_print)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
