/* The memory of a rule: order, expiry, and what happens when it is full. */
#include "lane.h"

#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void keeps_order_while_it_wraps_and_grows(void **state)
{
    (void)state;
    Window w = {0};
    int64_t first = 0, next = 0;
    for (int round = 0; round < 2000; round++) {
        for (int i = 0; i < round % 7 + 1; i++, next++) window_push(&w, next, (double)next / 2);
        int64_t age = 5 + round % 40;
        window_expire(&w, next, (uint64_t)age);
        if (next - age > first) first = next - age;
        assert_int_equal(w.n, next - first);
        for (uint32_t i = 0; i < w.n; i++) {
            assert_int_equal(window_at(&w, i)->t, first + i);
            assert_true(window_at(&w, i)->v == (double)(first + i) / 2);
        }
    }
    assert_true(w.cap <= 128);
    window_free(&w);
    assert_null(w.p);
}

static void thins_to_every_second_and_keeps_the_newest(void **state)
{
    (void)state;
    for (uint32_t n = 1; n < 40; n++) {
        Window w = {0};
        for (uint32_t i = 0; i < n; i++) window_push(&w, i, i);
        assert_int_equal(window_thin(&w, n + 1), 0);
        assert_int_equal(w.n, n);
        assert_int_equal(window_thin(&w, n), 1);
        assert_int_equal(w.n, (n + 1) / 2);
        assert_int_equal(window_last(&w)->t, n - 1);
        for (uint32_t i = 1; i < w.n; i++) assert_int_equal(window_at(&w, i)->t - window_at(&w, i - 1)->t, 2);
        window_free(&w);
    }
}

static size_t events;
static void count(void *ud, const WatchEvent *e)
{
    (void)ud;
    (void)e;
    events++;
}

/* A window of more readings than fit still spans its time: the rules go on judging, in bounded memory. */
static void a_full_window_still_judges(void **state)
{
    (void)state;
    static const char text[] =
        "{\"rules\":[{\"name\":\"r\",\"point\":\"*\",\"kind\":\"rate\",\"dir\":\"rise\",\"window_ms\":"
        "1000000,"
        "\"grades\":[{\"grade\":3,\"limit\":600}]},"
        "{\"name\":\"s\",\"point\":\"*\",\"kind\":\"stuck\",\"window_ms\":1000000,\"eps\":1,\"grade\":2}]}";
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *rules;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(ruleset_parse(&ctx, STR(text), &rules), RC_OK);
    WatchPoint points[2] = {{0}, {.code = STR("P")}};
    WatchLane *l = watch_lane_new(rules, points, 2, 0, 1, 0);
    WatchSink sink = {count, NULL};
    events = 0;
    for (int64_t t = 0; t < 400000; t++) { /* 1 kHz: 400,000 readings within the window */
        Reading r = {.t = t, .point = 1, .v = t < 300000 ? 0 : 1};
        watch_take(l, &r, 1, 0, &sink);
    }
    assert_int_equal(events, 0);
    assert_true(lane__rate(l, 1)->w.n < WINDOW_MAX && lane__rate(l, 1)->w.cap <= WINDOW_MAX);
    assert_true(lane__stuck(l, 1)->all.n < WINDOW_MAX && lane__stuck(l, 1)->maxs.cap <= WINDOW_MAX);
    Reading steep = {
        .t = 1000000, .point = 1, .v = 10001}; /* 10,001 in 1,000 s: 600 a minute; and the range is wide */
    watch_take(l, &steep, 1, 0, &sink);
    assert_int_equal(events, 1);
    watch_lane_free(&l);
    ruleset_free(&rules);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_order_while_it_wraps_and_grows),
                                       cmocka_unit_test(thins_to_every_second_and_keeps_the_newest),
                                       cmocka_unit_test(a_full_window_still_judges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
