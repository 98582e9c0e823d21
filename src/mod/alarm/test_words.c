/* What an alarm says: an expression by the names of its points and what they showed, each step with its own
 * figures, and what another slice knows better. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "test_rig.h"
#include "test_desk.h"

static const char *reason(Bench *b, const Json *of, const char *lang)
{
    return text(&b->rig, json_get(of, "reason"), lang);
}

static double real(const Json *j)
{
    double v = (double)NAN;
    if (j) json_f64(j, &v);
    return v;
}

static const char EXPRS[] = "{\"rules\":[{\"name\":\"R\",\"point\":\"P1\",\"kind\":\"expr\",\"expr\":\"v("
                            "\\\"P1\\\") > 2 and avg(\\\"P2\\\", "
                            "600) <= 0.5 and v(\\\"P9\\\") < 9\",\"grade\":2}]}";

/* The formula is told by names and by what was measured at the event, not by what came since. */
static void an_expression_in_words(DbPool *pool)
{
    Bench b;
    RuleSet *rules;
    bench_open(&b, pool);
    uint32_t no = point(&b, "P1", ",\"unit\":\"%LEL\"");
    point(&b, "P2", ",\"unit\":\"m/s\"");
    db_test_must(&b.rig.ctx, ruleset_parse(&b.rig.ctx, STR(EXPRS), &rules));
    send_value(&b.rig, "P2", NOON - 700000, 9);
    send_value(&b.rig, "P2", NOON - 500000, 0.25);
    send_value(&b.rig, "P2", NOON - 100000, 0.5);
    send_value(&b.rig, "P1", NOON, 5.25);
    send_value(&b.rig, "P1", NOON + 60000, 7);
    IntakeEvent e = event(&b, EVENT_RAISE, no, RULE_R, 2);
    e.e.value = 1;
    e.e.limit = (double)NAN;
    e.e.since = NOON;
    alarm_desk_events(b.rig.desk, ++b.pos, rules, &e, 1);
    const Json *a = alarm_of(&b, "P1", RULE_R), *facts = json_get(a, "facts");
    assert_string_equal(reason(&b, a, "zh"),
                        "条件成立：点 P1 5.25 %LEL > 2 且 点 P2 10 分钟均值 0.375 m/s ≤ 0.5 且 "
                        "P9 < 9，自 12:00:00 起");
    assert_string_equal(
        reason(&b, a, "en"),
        "condition holds: 点 P1 5.25 %LEL > 2 and 点 P2 mean of 10 min 0.375 m/s ≤ 0.5 and P9 < 9, "
        "since 12:00:00");
    assert_string_equal(text(&b.rig, facts, "expr"),
                        "v(\"P1\") > 2 and avg(\"P2\", 600) <= 0.5 and v(\"P9\") < 9");
    const Json *mean = item(json_get(facts, "operands"), 1), *gone = item(json_get(facts, "operands"), 2);
    assert_string_equal(text(&b.rig, mean, "name"), "点 P2");
    assert_string_equal(text(&b.rig, mean, "function"), "avg");
    assert_int_equal(whole(json_get(mean, "window_ms")), 600000);
    assert_true(real(json_get(mean, "value")) == 0.375);
    assert_string_equal(text(&b.rig, gone, "name"), "P9");
    assert_null(json_get(gone, "id"));
    ruleset_free(&rules);
    bench_close(&b);
}

/* Each step keeps the value and the limit it was made at; the record shows the newest. */
static void each_step_has_its_figures(DbPool *pool)
{
    static const struct {
        WatchEventKind kind;
        uint8_t grade;
        double value, limit;
        const char *zh, *en;
    } steps[] = {
        {EVENT_RAISE, 2, 8.5, 7, "点 P1 8.5 %LEL ≥ 7，自 11:59:59 起", "点 P1 8.5 %LEL ≥ 7, since 11:59:59"},
        {EVENT_ESCALATE, 1, 9.5, 9, "点 P1 9.5 %LEL ≥ 9，自 11:59:59 起",
         "点 P1 9.5 %LEL ≥ 9, since 11:59:59"},
        {EVENT_EASE, 3, 6.5, 5, "点 P1 6.5 %LEL，12:00:00 降为黄色（Ⅲ级）：限值 5 %LEL，低于 5 %LEL 解除",
         "点 P1 6.5 %LEL, eased to yellow (grade 3) at 12:00:00: limit 5 %LEL, ends below 5 %LEL"},
        {EVENT_RETURN, 0, 2, (double)NAN, "点 P1 2 %LEL，已恢复，自 11:59:59 起",
         "点 P1 2 %LEL, back to normal since 11:59:59"},
    };
    Bench b;
    bench_open(&b, pool);
    uint32_t no = point(&b, "P1", ",\"unit\":\"%LEL\"");
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        IntakeEvent e = event(&b, steps[i].kind, no, RULE_R, steps[i].grade);
        e.e.value = steps[i].value;
        e.e.limit = steps[i].limit;
        deliver(&b, &e, 1);
    }
    const Json *a = alarm_of(&b, "P1", RULE_R);
    assert_string_equal(reason(&b, a, "zh"), steps[2].zh); /* a return leaves what the alarm says */
    assert_true(real(json_get(a, "value")) == 6.5);
    const char *path = arena_printf(b.rig.arena, "/api/alarms/%s/timeline", text(&b.rig, a, "id"));
    const Json *items = json_get(get(&b.rig, path), "items");
    assert_int_equal(items->count, ARRAY_LEN(steps));
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        const Json *it = item(items, ARRAY_LEN(steps) - 1 - i);
        assert_string_equal(text(&b.rig, it, "event"), watch_event_name(steps[i].kind));
        assert_true(real(json_get(it, "value")) == steps[i].value);
        double limit = real(json_get(it, "limit"));
        assert_true(limit == steps[i].limit || (isnan(limit) && isnan(steps[i].limit)));
        assert_string_equal(reason(&b, it, "zh"), steps[i].zh);
        assert_string_equal(reason(&b, it, "en"), steps[i].en);
    }
    act(&b, "P1", RULE_R, "ack", "{}", 200);
    assert_int_equal(json_get(item(json_get(get(&b.rig, path), "items"), 0), "reason")->type, JSON_NULL);
    bench_close(&b);
}

static Rc knows_p1(Work *w, const AlarmAsk *ask, AlarmTold *out)
{
    (void)w;
    if (!str_is(rec_text(&point_entity, ask->point, "code"), "P1")) return 0;
    assert_non_null(ask->intake);
    *out = (AlarmTold){.happened = {[LANG_ZH] = STR("车速 92 km/h"), [LANG_EN] = STR("speed 92 km/h")},
                       .value = 92,
                       .limit = 60,
                       .unit = STR("km/h"),
                       .facts = STR("{\"speed\":92}")};
    return 1;
}

static void another_slice_knows_better(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    uint32_t no = point(&b, "P1", ""), other = point(&b, "P2", "");
    alarm_tell_do(knows_p1);
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
    deliver_one(&b, EVENT_RAISE, other, RULE_R, 3);
    deliver_one(&b, EVENT_RAISE, no, RULE_OFF, 4);
    alarm_tell_do(NULL);
    const Json *a = alarm_of(&b, "P1", RULE_R);
    assert_string_equal(reason(&b, a, "zh"), "车速 92 km/h，自 11:59:59 起");
    assert_string_equal(reason(&b, a, "en"), "speed 92 km/h, since 11:59:59");
    assert_true(real(json_get(a, "value")) == 92 && real(json_get(a, "limit_value")) == 60);
    assert_string_equal(text(&b.rig, a, "unit"), "km/h");
    assert_int_equal(whole(json_get(json_get(a, "facts"), "speed")), 92);
    assert_string_equal(reason(&b, alarm_of(&b, "P2", RULE_R), "en"), "点 P2 7.5 ≥ 5, since 11:59:59");
    assert_non_null(
        strstr(reason(&b, alarm_of(&b, "P1", RULE_OFF), "zh"), "无数据")); /* no figure to explain */
    bench_close(&b);
}

#define EACH(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(name);                                                                                  \
    }
EACH(an_expression_in_words)
EACH(each_step_has_its_figures)
EACH(another_slice_knows_better)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_an_expression_in_words),
                                       cmocka_unit_test(test_each_step_has_its_figures),
                                       cmocka_unit_test(test_another_slice_knows_better)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
