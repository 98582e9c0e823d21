/* The cockpit: medians and the order of districts as tables; the whole answer over HTTP with alarms made by
 * real readings, acknowledged and judged at known times; who may see which part; that it is kept for some
 * seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"
#include "cockpit_private.h"

static const Module *const all_modules[] = {&mod_district, &mod_body,   &mod_object, &mod_device,
                                            &mod_point,    &mod_rule,   &mod_alarm,  &mod_source,
                                            &mod_map,      &mod_cockpit};

#define T0 INT64_C(1795276800000) /* 2026-11-22 00:00+08:00 */

/* ---- Pure ---- */

static bool all(const Answer *a, int64_t arg)
{
    (void)a;
    (void)arg;
    return true;
}

static void test_spread(void **state)
{
    (void)state;
    static const struct {
        int64_t ms[5];
        size_t n;
        Spread want;
    } rows[] = {
        {{0}, 0, {0, 0, 0}},
        {{7}, 1, {1, 7, 7}},
        {{9, 1}, 2, {2, 5, 9}},
        {{5, 1, 9}, 3, {3, 5, 9}},
        {{5, -1, 9}, 3, {2, 7, 9}},
        {{-1, -1}, 2, {0, 0, 0}},
        {{4, 4, 4, 4, 0}, 5, {5, 4, 4}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Answer list[5];
        int64_t scratch[5];
        for (size_t k = 0; k < rows[i].n; k++) list[k] = (Answer){.ack_ms = rows[i].ms[k], .judge_ms = -1};
        Spread s = cockpit_spread(list, rows[i].n, offsetof(Answer, ack_ms), all, 0, scratch);
        assert_int_equal(s.n, rows[i].want.n);
        assert_int_equal(s.median_ms, rows[i].want.median_ms);
        assert_int_equal(s.worst_ms, rows[i].want.worst_ms);
        assert_int_equal(cockpit_spread(list, rows[i].n, offsetof(Answer, judge_ms), all, 0, scratch).n, 0);
    }
}

static void test_rank(void **state)
{
    (void)state;
    DistrictRow list[] = {
        {.code = STR("d"), .alarms = 9},
        {.code = STR("c"), .open = {0, 0, 0, 0, 9}},
        {.code = STR("a"), .open = {0, 1}},
        {.code = STR("b"), .open = {0, 0, 5}},
        {.code = STR("f")},
        {.code = STR("e")},
    };
    cockpit_rank(list, ARRAY_LEN(list));
    for (size_t i = 0; i < ARRAY_LEN(list); i++) assert_int_equal(list[i].code.p[0], 'a' + (char)i);
}

/* ---- Over HTTP ---- */

static bool alarms_are(Rig *r, const void *n)
{
    return whole(json_get(get(r, "/api/alarms"), "count")) == *(const int *)n;
}

static void act(Rig *r, const char *point, const char *action, const char *body)
{
    const Json *a = item(json_get(get(r, arena_printf(r->arena, "/api/alarms?point=%s", point)), "items"), 0);
    post(r, 200, arena_printf(r->arena, "/api/alarms/%s/actions/%s", text(r, a, "id"), action), body);
}

static void fill(Rig *r)
{
    clock_freeze(T0);
    city_open(&r->city, r->pool, all_modules, ARRAY_LEN(all_modules), rig_provide, r);
    create(r, "districts", "{\"code\":\"330102\",\"name\":\"东区\",\"level\":\"county\"}");
    create(r, "districts", "{\"code\":\"330103\",\"name\":\"西区\",\"level\":\"county\"}");
    create(r, "bodies", "{\"code\":\"B1\",\"name\":\"燃气公司\",\"kind\":\"enterprise\"}");
    create(r, "objects",
           "{\"code\":\"O1\",\"name\":\"东站\",\"kind\":\"gas_station\",\"district\":\"330102\",\"owner\":"
           "\"B1\"}");
    create(r, "objects",
           "{\"code\":\"O2\",\"name\":\"西站\",\"kind\":\"gas_station\",\"district\":\"330103\"}");
    create(r, "points",
           "{\"code\":\"P1\",\"name\":\"东一\",\"object\":\"O1\",\"unit\":\"%LEL\",\"must_monitor\":true}");
    create(r, "points", "{\"code\":\"P2\",\"name\":\"西一\",\"object\":\"O2\"}");
    create(r, "points", "{\"code\":\"P3\",\"name\":\"西二\",\"object\":\"O2\"}");
    create(r, "rules",
           "{\"code\":\"R\",\"name\":\"超限\",\"point\":\"P*\",\"kind\":\"level\",\"dir\":\"high\","
           "\"limit1\":9,\"limit2\":"
           "7,\"limit4\":3}");
}

static void whole_answer(DbPool *pool)
{
    Rig r;
    rig_begin(&r, pool);
    fill(&r);
    clock_freeze(T0 + MS_HOUR);
    send_value(&r, "P3", T0 + MS_HOUR, 4); /* a blue one, closed and judged false */
    assert_true(until(&r, alarms_are, &(int){1}));
    clock_freeze(T0 + MS_HOUR + 2 * MS_MINUTE);
    act(&r, "P3", "ack", "{}");
    clock_freeze(T0 + MS_HOUR + 10 * MS_MINUTE);
    act(&r, "P3", "judge", "{\"verdict\":\"false\",\"code\":\"sensor\"}");
    clock_freeze(T0 + 3 * MS_HOUR);
    send_value(&r, "P3", T0 + 2 * MS_HOUR, 1);
    send_value(&r, "P2", T0 + 3 * MS_HOUR, 8);
    send_value(&r, "P1", T0 + 3 * MS_HOUR, 9.5);
    assert_true(until(&r, alarms_are, &(int){3}));
    clock_freeze(T0 + 3 * MS_HOUR + 4 * MS_MINUTE);
    act(&r, "P2", "ack", "{}");

    const Json *j = get(&r, "/api/cockpit");
    assert_int_equal(whole(json_get(json_get(j, "open"), "1")), 1);
    assert_int_equal(whole(json_get(json_get(j, "open"), "2")), 1);
    assert_int_equal(whole(json_get(json_get(j, "open"), "4")), 0);
    assert_int_equal(whole(json_get(j, "waiting")), 1);
    const Json *severe = json_get(j, "severe");
    assert_int_equal(severe->count, 2);
    assert_string_equal(text(&r, severe->child, "name"), "东一");
    assert_string_equal(text(&r, severe->child, "owner"), "燃气公司");
    assert_string_equal(text(&r, severe->child, "district"), "东区");
    const Json *today = item(json_get(j, "trend"), COCKPIT_DAYS - 1);
    assert_string_equal(text(&r, today, "day"), "2026-11-22T00:00:00+08:00");
    assert_int_equal(whole(json_get(json_get(today, "by_grade"), "4")), 1);
    assert_int_equal(whole(json_get(today, "false")), 1);
    const Json *ack = json_get(json_get(json_get(j, "response"), "all"), "ack");
    assert_int_equal(whole(json_get(ack, "n")), 2);
    assert_int_equal(whole(json_get(ack, "median_ms")), 3 * MS_MINUTE);
    assert_int_equal(whole(json_get(ack, "worst_ms")), 4 * MS_MINUTE);
    assert_int_equal(whole(json_get(json_get(json_get(json_get(j, "response"), "all"), "judge"), "worst_ms")),
                     10 * MS_MINUTE);
    assert_int_equal(whole(json_get(json_get(json_get(json_get(j, "response"), "severe"), "ack"), "n")), 1);
    const Json *east = json_get(j, "districts")->child;
    assert_string_equal(text(&r, east, "name"), "东区");
    assert_int_equal(whole(json_get(json_get(east, "points"), "monitored")), 1);
    assert_int_equal(whole(json_get(item(json_get(j, "districts"), 1), "alarms")), 2);
    assert_int_equal(whole(json_get(item(json_get(j, "districts"), 1), "false")), 1);
    assert_int_equal(whole(json_get(json_get(j, "points"), "total")), 3);
    assert_int_equal(whole(json_get(json_get(j, "points"), "online")), 2);

    /* Kept for three seconds, then made anew. */
    send_value(&r, "P2", T0 + 3 * MS_HOUR + 4 * MS_MINUTE, 9.9);
    assert_true(until(&r, alarms_are, &(int){3}));
    assert_int_equal(whole(json_get(json_get(get(&r, "/api/cockpit?lang=en"), "open"), "1")), 1);
    city_json(r.arena, &r.city, "GET", "/api/cockpit?days=3", 422, STR_NONE);
    r.city.token = "nobody";
    city_json(r.arena, &r.city, "GET", "/api/cockpit", 401, STR_NONE);
    rig_close(&r);
}

static bool two_red(Rig *r, const void *ud)
{
    (void)ud;
    return whole(json_get(json_get(get(r, "/api/cockpit"), "open"), "1")) == 2;
}

/* With a running clock a new alarm is there some seconds later. */
static void renewed(DbPool *pool)
{
    Rig r;
    rig_begin(&r, pool);
    fill(&r);
    clock_freeze(TIME_NONE);
    send_value(&r, "P1", clock_now(), 9.5);
    send_value(&r, "P2", clock_now(), 9.5);
    assert_true(until(&r, two_red, NULL));
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(whole_answer)
EACH(renewed)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spread), cmocka_unit_test(test_rank),
                                       cmocka_unit_test(test_whole_answer), cmocka_unit_test(test_renewed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
