/* What only a running service sees: readings ahead of the clock, clock faults, arrival time, offline by the
 * wall clock, and reasons. */
#include "watch/watch.h"

#include "base/clock.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define T0 INT64_C(1700000000000)

typedef struct Bench {
    Arena *arena;
    RuleSet *rules;
    WatchLane *lane;
    WatchEvent events[100];
    size_t n;
} Bench;

static void keep(void *ud, const WatchEvent *e)
{
    Bench *b = ud;
    assert_true(b->n < ARRAY_LEN(b->events));
    b->events[b->n++] = *e;
}

static Bench *bench(const char *rules, const WatchPoint *points, size_t n)
{
    Bench *b = calloc(1, sizeof *b);
    Ctx ctx;
    b->arena = arena_new(0);
    ctx_init(&ctx, b->arena, LANG_EN);
    char *text = arena_printf(b->arena, "{'rules':[%s]}", rules);
    for (char *p = text; *p; p++)
        if (*p == '\'') *p = '"';
    if (ruleset_parse(&ctx, str_of(text), &b->rules) < 0) fail_msg("%s", ctx.err.message);
    b->lane = watch_lane_new(b->rules, points, n, 0, 1, WATCH_LIVE);
    return b;
}

static void end(Bench *b)
{
    watch_lane_free(&b->lane);
    ruleset_free(&b->rules);
    arena_free(&b->arena);
    free(b);
}

/* Returns the reading's flags; the events are those of this call. */
static uint8_t take(Bench *b, uint32_t point, int64_t t, double v, uint8_t q, int64_t arrival)
{
    Reading r = {.t = t, .point = point, .v = v, .q = q};
    b->n = 0;
    watch_take(b->lane, &r, 1, arrival, &(WatchSink){keep, b});
    return r.flags;
}

static void tick(Bench *b, int64_t now)
{
    b->n = 0;
    watch_tick(b->lane, now, &(WatchSink){keep, b});
}

static void expect(const Bench *b, size_t i, WatchEventKind kind, uint32_t rule, int64_t t)
{
    assert_true(i < b->n);
    assert_int_equal(b->events[i].kind, kind);
    assert_int_equal(b->events[i].rule, rule);
    assert_int_equal(b->events[i].t, t);
}

#define LEVEL "{'name':'l','point':'A','kind':'level','dir':'high','grades':[{'grade':3,'limit':5}]}"
static const WatchPoint points[] = {
    {0}, {.code = STR("A"), .in_service = true, .in_service_since = T0}, {.code = STR("B")}};

static void ahead_is_flagged_and_moves_nothing(void **state)
{
    (void)state;
    Bench *b = bench(LEVEL, points, 3);
    assert_int_equal(take(b, 1, T0 + 300001, 9, 0, T0), READING_AHEAD);
    assert_int_equal(b->n, 0);
    assert_int_equal(take(b, 1, T0, 9, 0, T0), 0); /* it did not become the last t */
    expect(b, 0, EVENT_RAISE, 0, T0);
    assert_int_equal(take(b, 1, T0 + 300000, 1, 0, T0), 0); /* exactly 5 minutes is no more than 5 minutes */
    expect(b, 0, EVENT_RETURN, 0, T0 + 300000);
    assert_int_equal(take(b, 1, T0 + 300001, NAN, 0, T0), READING_AHEAD);
    end(b);
}

static void three_misplaced_in_a_row_are_a_clock_fault(void **state)
{
    (void)state;
    Bench *b = bench(LEVEL, points, 3);
    take(b, 1, T0, 1, 0, T0);
    take(b, 1, T0 - 5, 1, 0, T0 + 1);
    take(b, 1, T0 + 900000, 1, 0, T0 + 2);
    take(b, 1, T0 + 1, 1, 2, T0 + 3); /* bad: neither counts nor breaks the row */
    assert_int_equal(b->n, 0);
    take(b, 1, T0, 1, 0, T0 + 4); /* an equal t is late too */
    assert_int_equal(b->n, 1);
    expect(b, 0, EVENT_RAISE, WATCH_RULE_CLOCK, T0 + 4);
    assert_int_equal(b->events[0].grade, 4);
    take(b, 1, T0 - 1, 1, 0, T0 + 5); /* once is enough */
    assert_int_equal(b->n, 0);
    take(b, 1, T0 + 10, 9, 0, T0 + 10); /* in order again: its rules speak first */
    assert_int_equal(b->n, 2);
    expect(b, 0, EVENT_RAISE, 0, T0 + 10);
    expect(b, 1, EVENT_RETURN, WATCH_RULE_CLOCK, T0 + 10);
    take(b, 1, T0, 1, 0, T0 + 11);
    take(b, 1, T0, 1, 0, T0 + 12);
    take(b, 1, T0 + 13, 1, 0, T0 + 13); /* breaks the row */
    take(b, 1, T0, 1, 0, T0 + 14);
    assert_int_equal(b->n, 0);
    end(b);
}

static void arrival_time_replaces_the_devices(void **state)
{
    (void)state;
    WatchPoint own[2] = {{0}, {.code = STR("A"), .arrival_time = true}};
    Bench *b = bench(LEVEL, own, 2);
    Reading r[3] = {
        {.t = 5, .point = 1, .v = 1}, {.t = T0 * 2, .point = 1, .v = 1}, {.t = 5, .point = 1, .v = 9}};
    watch_take(b->lane, r, 3, T0, &(WatchSink){keep, b});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(r[i].t, T0 + i); /* those of one batch follow each other */
        assert_int_equal(r[i].flags, 0);
    }
    assert_int_equal(b->n, 1);
    expect(b, 0, EVENT_RAISE, 0, T0 + 2);
    end(b);
}

#define OFFLINE "{'name':'o','point':'*','kind':'offline','timeout_ms':1000,'grade':2}"

static void offline_follows_the_wall_clock(void **state)
{
    (void)state;
    WatchPoint own[4] = {{0},
                         {.code = STR("A"), .in_service = true, .in_service_since = T0},
                         {.code = STR("B"), .in_service = true, .in_service_since = TIME_NONE},
                         {.code = STR("C"), .in_service = false, .in_service_since = T0}};
    Bench *b = bench(OFFLINE, own, 4);
    tick(b, T0 + 1000);
    assert_int_equal(b->n, 0);
    tick(b,
         T0 + 1001); /* A never reported; B never was put in service at a known time; C is out of service */
    assert_int_equal(b->n, 1);
    expect(b, 0, EVENT_RAISE, 0, T0 + 1000);
    assert_int_equal(b->events[0].since, T0);
    assert_false(b->events[0].has_value);
    tick(b, T0 + 1002);
    assert_int_equal(b->n, 0);
    take(b, 1, T0 + 2000, 1, 0, T0 + 3001); /* too old to prove anything */
    assert_int_equal(b->n, 0);
    take(b, 1, T0 + 2001, 1, 0, T0 + 3001);
    expect(b, 0, EVENT_RETURN, 0, T0 + 2001);
    take(b, 2, T0 + 3000, 1, 0, T0 + 3001);
    take(b, 3, T0 + 3000, 1, 0, T0 + 3001);
    assert_int_equal(b->n, 0); /* a reading raises nothing */
    tick(b, T0 + 9000);
    assert_int_equal(b->n, 2);
    expect(b, 0, EVENT_RAISE, 0, T0 + 3001);
    expect(b, 1, EVENT_RAISE, 0, T0 + 4000);
    assert_int_equal(b->events[1].point, 2);
    end(b);
}

static void points_of_an_expr_share_a_lane(void **state)
{
    (void)state;
    WatchPoint own[9] = {0};
    Arena *a = arena_new(0);
    for (int i = 1; i < 9; i++) own[i].code = str_printf(a, "P%d", i);
    Bench *b =
        bench("{'name':'e','point':'P7','kind':'expr','grade':1,'expr':'v(\\'P2\\') > v(\\'P5\\')'},"
              "{'name':'f','point':'P5','kind':'expr','grade':1,'expr':'v(\\'P8\\') > age(\\'nobody\\')'}",
              own, 9);
    for (int nlanes = 1; nlanes <= 4; nlanes++) {
        uint8_t lane[9];
        watch_lane_of(b->rules, own, 9, nlanes, lane);
        for (int i = 1; i < 9; i++) {
            bool joined = i == 2 || i == 5 || i == 7 || i == 8;
            assert_int_equal(lane[i], (joined ? 2 : i) % nlanes);
        }
    }
    end(b);
    arena_free(&a);
}

/* ---- reasons ---- */
static const struct {
    const char *rule;
    WatchEvent e;
    const char *zh, *en;
} reasons[] = {
    /* T0 is 2023-11-15 06:13:20 in Beijing */
    {LEVEL,
     {.t = T0,
      .since = T0 - 20000,
      .kind = EVENT_RAISE,
      .grade = 3,
      .has_value = 1,
      .value = 2.7,
      .limit = 2.5},
     "CH₄ 2.7 %VOL ≥ 2.5，自 06:13:00 起",
     "CH₄ 2.7 %VOL ≥ 2.5, since 06:13:00"},
    {LEVEL,
     {.t = T0,
      .since = T0 - 30000000,
      .kind = EVENT_ESCALATE,
      .grade = 1,
      .has_value = 1,
      .value = 3,
      .limit = 2.5},
     "CH₄ 3 %VOL ≥ 2.5，自 2023-11-14 21:53:20 起",
     "CH₄ 3 %VOL ≥ 2.5, since 2023-11-14 21:53:20"},
    {LEVEL,
     {.t = T0, .since = T0, .kind = EVENT_EASE, .grade = 4, .has_value = 1, .value = 1, .limit = 1.5},
     "CH₄ 1 %VOL，06:13:20 降为蓝色（Ⅳ级）：限值 1.5 %VOL，低于 1.5 %VOL 解除",
     "CH₄ 1 %VOL, eased to blue (grade 4) at 06:13:20: limit 1.5 %VOL, ends below 1.5 %VOL"},
    {"{'name':'l','point':'A','kind':'level','dir':'low','deadband':0.5,'grades':[{'grade':3,'limit':5}]}",
     {.t = T0, .since = T0, .kind = EVENT_EASE, .grade = 3, .has_value = 1, .value = 5.2, .limit = 5},
     "CH₄ 5.2 %VOL，06:13:20 降为黄色（Ⅲ级）：限值 5 %VOL，高于 5.5 %VOL 解除",
     "CH₄ 5.2 %VOL, eased to yellow (grade 3) at 06:13:20: limit 5 %VOL, ends above 5.5 %VOL"},
    {LEVEL,
     {.t = T0, .since = T0, .kind = EVENT_RETURN, .has_value = 1, .value = 1, .limit = NAN},
     "CH₄ 1 %VOL，已恢复，自 06:13:20 起",
     "CH₄ 1 %VOL, back to normal since 06:13:20"},
    {"{'name':'l','point':'A','kind':'level','dir':'low','grades':[{'grade':3,'limit':5}]}",
     {.t = T0, .since = T0, .kind = EVENT_RAISE, .grade = 3, .has_value = 1, .value = 0.1, .limit = 0.2},
     "CH₄ 0.1 %VOL ≤ 0.2，自 06:13:20 起",
     "CH₄ 0.1 %VOL ≤ 0.2, since 06:13:20"},
    {"{'name':'l','point':'A','kind':'rate','dir':'rise','window_ms':600000,'grades':[{'grade':3,'limit':5}]"
     "}",
     {.t = T0, .since = T0, .kind = EVENT_RAISE, .grade = 3, .has_value = 1, .value = 8, .limit = 5},
     "CH₄ 8 %VOL，10 分钟内每分钟上升 ≥ 5 %VOL，自 06:13:20 起",
     "CH₄ 8 %VOL, rising ≥ 5 %VOL a minute over 10 min, since 06:13:20"},
    {"{'name':'l','point':'A','kind':'rate','dir':'fall','window_ms':600000,'grades':[{'grade':3,'limit':5}]"
     "}",
     {.t = T0, .since = T0, .kind = EVENT_EASE, .grade = 3, .has_value = 1, .value = 8, .limit = 5},
     "CH₄ 8 %VOL，06:13:20 降为黄色（Ⅲ级）：10 分钟内每分钟下降 ≥ 5 %VOL",
     "CH₄ 8 %VOL, eased to yellow (grade 3) at 06:13:20: falling ≥ 5 %VOL a minute over 10 min"},
    {"{'name':'l','point':'A','kind':'stuck','window_ms':21600000,'eps':0.01,'grade':3}",
     {.t = T0, .since = T0, .kind = EVENT_RAISE, .grade = 3, .has_value = 1, .value = 8, .limit = 0.01},
     "CH₄ 8 %VOL，6 小时内变化 ≤ 0.01 %VOL，自 06:13:20 起",
     "CH₄ 8 %VOL, within 0.01 %VOL for 6 h, since 06:13:20"},
    {OFFLINE,
     {.t = T0, .since = T0 - 1000, .kind = EVENT_RAISE, .grade = 2, .limit = NAN},
     "CH₄ 超过 1 秒无数据，自 06:13:19 起",
     "CH₄ no data for more than 1 s, since 06:13:19"},
    {"{'name':'e','point':'A','kind':'expr','grade':1,'expr':'v(\\'A\\') > 2'}",
     {.t = T0, .since = T0, .kind = EVENT_RAISE, .grade = 1, .has_value = 1, .value = 1, .limit = NAN},
     "条件成立：A > 2，自 06:13:20 起",
     "condition holds: A > 2, since 06:13:20"},
    {"{'name':'e','point':'A','kind':'expr','dir':'high','grades':[{'grade':1,'limit':5}],'expr':'v(\\'A\\') "
     "* 2'}",
     {.t = T0, .since = T0, .kind = EVENT_RAISE, .grade = 1, .has_value = 1, .value = 6, .limit = 5},
     "A × 2 = 6 ≥ 5，自 06:13:20 起",
     "A × 2 = 6 ≥ 5, since 06:13:20"},
    {"{'name':'e','point':'A','kind':'deviation','k':4,'grades':[{'grade':1,'limit':3}]}",
     {.t = T0, .since = T0, .kind = EVENT_RAISE, .grade = 1, .has_value = 1, .value = 6, .limit = 3},
     "CH₄ 6 %VOL，偏离常态 ≥ 4 倍标准差，自 06:13:20 起",
     "CH₄ 6 %VOL, off its usual course by ≥ 4 standard deviations, since 06:13:20"},
    {LEVEL,
     {.t = T0,
      .since = T0,
      .kind = EVENT_RAISE,
      .rule = WATCH_RULE_CLOCK,
      .grade = 4,
      .has_value = 1,
      .value = 6,
      .limit = NAN},
     "CH₄ 6 %VOL，设备时钟异常：连续 3 条数据迟到或超前，自 06:13:20 起",
     "CH₄ 6 %VOL, device clock fault: 3 readings in a row late or ahead, since 06:13:20"},
};

static void says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        Bench *b = bench(reasons[i].rule, points, 3);
        for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
            StrBuf got;
            const char *want = lang == LANG_ZH ? reasons[i].zh : reasons[i].en;
            buf_init(&got, b->arena);
            watch_reason(b->rules, &reasons[i].e, STR("CH₄"), STR("%VOL"), lang, &got);
            if (!str_is(buf_str(&got), want)) fail_msg("got  %.*s\nwant %s", STR_ARG(buf_str(&got)), want);
        }
        end(b);
    }
}

/* A contact says what it is, not "1 ≥ 1". */
static void says_that_a_contact_is_closed(void **state)
{
    static const struct {
        double value;
        const char *unit, *zh, *en;
    } rows[] = {{1, "", "困人 动作，自 06:13:20 起", "困人 is on, since 06:13:20"},
                {1, "A", "困人 1 A ≥ 1，自 06:13:20 起", "困人 1 A ≥ 1, since 06:13:20"},
                {2, "", "困人 2 ≥ 1，自 06:13:20 起", "困人 2 ≥ 1, since 06:13:20"}};
    (void)state;
    Bench *b = bench(LEVEL, points, 3);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
            WatchEvent e = {.t = T0,
                            .since = T0,
                            .kind = EVENT_RAISE,
                            .grade = 2,
                            .has_value = 1,
                            .value = rows[i].value,
                            .limit = 1};
            StrBuf got;
            buf_init(&got, b->arena);
            watch_reason(b->rules, &e, STR("困人"), str_of(rows[i].unit), lang, &got);
            if (!str_is(buf_str(&got), lang == LANG_ZH ? rows[i].zh : rows[i].en))
                fail_msg("%.*s", STR_ARG(buf_str(&got)));
        }
    end(b);
}

static WatchShown shown(void *ud, const WatchOperand *o)
{
    (void)ud;
    if (str_is(o->code, "B")) return (WatchShown){.name = STR("风速"), .unit = STR("m/s"), .value = 0.125};
    if (str_is(o->code, "C")) return (WatchShown){.name = STR("水位"), .value = (double)NAN};
    return (WatchShown){.name = STR("甲烷"), .unit = STR("%LEL"), .value = 5.23456};
}

/* What stands in an expression is told by name and figure, whatever way it was written. */
static void says_an_expression_in_words(void **state)
{
    static const struct {
        const char *expr, *zh, *en;
    } rows[] = {
        {"v(\\'A\\')>5 and v(\\'B\\')<=.5", "甲烷 5.235 %LEL > 5 且 风速 0.125 m/s ≤ .5",
         "甲烷 5.235 %LEL > 5 and 风速 0.125 m/s ≤ .5"},
        {"not ( v(\\'C\\') != 1 or avg( \\'A\\' , 600 ) >= -2 )",
         "非 (水位 ≠ 1 或 甲烷 10 分钟均值 5.235 %LEL ≥ −2)",
         "not (水位 ≠ 1 or 甲烷 mean of 10 min 5.235 %LEL ≥ −2)"},
        {"delta(\\'B\\',60)*2 - -age(\\'A\\')/max(\\'B\\', 3600) == 0 and min(\\'C\\',1)<1",
         "风速 1 分钟变化 0.125 m/s × 2 − −甲烷 数据时龄 5.235 %LEL ÷ 风速 1 小时最大值 0.125 m/s = 0 且 "
         "水位 1 "
         "秒最小值 < 1",
         "风速 change in 1 min 0.125 m/s × 2 − −age of 甲烷 5.235 %LEL ÷ 风速 greatest of 1 h 0.125 m/s = 0 "
         "and 水位 "
         "least of 1 s < 1"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char rule[400];
        snprintf(rule, sizeof rule, "{'name':'e','point':'A','kind':'expr','grade':1,'expr':'%s'}",
                 rows[i].expr);
        Arena *a = arena_new(0);
        Bench *b = bench(rule, points, 3);
        WatchEvent e = {.t = T0, .since = T0, .kind = EVENT_RAISE, .grade = 1, .has_value = 1, .value = 1};
        for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
            StrBuf got;
            buf_init(&got, b->arena);
            watch_reason_with(b->rules, &e, &(WatchWords){.operand = shown}, lang, &got);
            Str want = str_printf(
                a, lang == LANG_ZH ? "条件成立：%s，自 06:13:20 起" : "condition holds: %s, since 06:13:20",
                lang == LANG_ZH ? rows[i].zh : rows[i].en);
            if (!str_eq(buf_str(&got), want))
                fail_msg("got  %.*s\nwant %.*s", STR_ARG(buf_str(&got)), STR_ARG(want));
        }
        end(b);
        arena_free(&a);
    }
}

/* Somebody who knows better says what has happened. */
static void says_what_it_is_told(void **state)
{
    (void)state;
    static const struct {
        WatchEventKind kind;
        const char *zh, *en;
    } rows[] = {
        {EVENT_RAISE, "驶入禁区，自 06:13:20 起", "entered, since 06:13:20"},
        {EVENT_EASE, "驶入禁区，06:13:20 降为蓝色（Ⅳ级）", "entered, eased to blue (grade 4) at 06:13:20"}};
    Bench *b = bench(LEVEL, points, 3);
    WatchWords words = {.happened = {[LANG_ZH] = STR("驶入禁区"), [LANG_EN] = STR("entered")}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
            WatchEvent e = {
                .t = T0, .since = T0, .kind = (uint8_t)rows[i].kind, .grade = 4, .has_value = 1, .value = 1};
            StrBuf got;
            buf_init(&got, b->arena);
            watch_reason_with(b->rules, &e, &words, lang, &got);
            assert_true(str_is(buf_str(&got), lang == LANG_ZH ? rows[i].zh : rows[i].en));
        }
    end(b);
}

static void says_why_without_a_name(void **state)
{
    (void)state;
    Bench *b = bench(OFFLINE, points, 3);
    StrBuf got;
    WatchEvent e = {.t = T0, .since = T0, .kind = EVENT_RAISE, .grade = 2, .limit = NAN};
    buf_init(&got, b->arena);
    watch_reason(b->rules, &e, STR_NONE, STR_NONE, LANG_ZH, &got);
    assert_true(str_is(buf_str(&got), "超过 1 秒无数据，自 06:13:20 起"));
    buf_init(&got, b->arena);
    e = (WatchEvent){
        .t = T0, .since = T0, .kind = EVENT_RETURN, .rule = 99, .has_value = 1, .value = 5, .limit = NAN};
    watch_reason(b->rules, &e, STR_NONE, STR_NONE, LANG_EN, &got); /* a rule that is gone */
    assert_true(str_is(buf_str(&got), "5, back to normal since 06:13:20"));
    end(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ahead_is_flagged_and_moves_nothing),
                                       cmocka_unit_test(three_misplaced_in_a_row_are_a_clock_fault),
                                       cmocka_unit_test(arrival_time_replaces_the_devices),
                                       cmocka_unit_test(offline_follows_the_wall_clock),
                                       cmocka_unit_test(points_of_an_expr_share_a_lane),
                                       cmocka_unit_test(says_why),
                                       cmocka_unit_test(says_that_a_contact_is_closed),
                                       cmocka_unit_test(says_an_expression_in_words),
                                       cmocka_unit_test(says_what_it_is_told),
                                       cmocka_unit_test(says_why_without_a_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
