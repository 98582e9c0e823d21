/* What an alarm is judged by: neighbours with values and distances, earlier verdicts, data quality, who
 * answers for it with a telephone that not everybody sees, and what stands around, near and far. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_rig.h"
#include "test_desk.h"

static const Json *evidence(Bench *b, const char *code, const char *query)
{
    Rig *r = &b->rig;
    return get(r, arena_printf(r->arena, "/api/alarms/%s/evidence%s",
                               text(r, alarm_of(b, code, RULE_R), "id"), query));
}

static const Json *named(const Json *list, const char *member, const char *value)
{
    JSON_EACH(it, list)
    if (str_is(json_str(json_get(it, member)), value)) return it;
    return NULL;
}

/* A station at 117, 31 with two points; a third point 95 m east under another object; a fourth far away. */
static uint32_t city_with_alarm(Bench *b)
{
    Rig *r = &b->rig;
    create(r, "bodies",
           "{\"code\":\"GASCO\",\"name\":\"燃气公司\",\"kind\":\"operator\",\"contact\":\"王调度\",\"phone\":"
           "\"05511234567\"}");
    static const char *const objects[] = {
        "{\"code\":\"ST1\",\"name\":\"调压站\",\"kind\":\"gas_governor\",\"lon\":117,\"lat\":31,\"owner\":"
        "\"GASCO\"}",
        "{\"code\":\"SCH\",\"name\":\"实验小学\",\"kind\":\"school\",\"lon\":117,\"lat\":31.002}",
        "{\"code\":\"HOS\",\"name\":\"南院\",\"kind\":\"hospital\",\"lon\":117.05,\"lat\":31}",
        "{\"code\":\"MALL\",\"name\":\"万家广场\",\"kind\":\"square\",\"field\":\"crowd\",\"lon\":116.999,"
        "\"lat\":31}",
        "{\"code\":\"TANK\",\"name\":\"罐区\",\"kind\":\"tank_farm\",\"field\":\"chemical\",\"lon\":117,"
        "\"lat\":30.998}",
        "{\"code\":\"LAMP\",\"name\":\"灯杆\",\"kind\":\"light_pole\",\"lon\":117,\"lat\":31}",
    };
    for (size_t i = 0; i < ARRAY_LEN(objects); i++) create(r, "objects", objects[i]);
    static const char *const features[] = {
        "{\"layer\":\"gas_pipe\",\"code\":\"GP\",\"kind\":\"PE100\",\"geometry\":{\"type\":\"LineString\","
        "\"coordinates\":[[116.9,31.001],[117.1,31.001]]}}",
        "{\"layer\":\"place\",\"code\":\"H1\",\"name\":\"市第一医院\",\"kind\":\"hospital\",\"geometry\":{"
        "\"type\":"
        "\"Point\",\"coordinates\":[117.003,31]}}",
        "{\"layer\":\"road\",\"code\":\"R1\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[116.9,"
        "31],[117.1,"
        "31]]}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(features); i++) create(r, "map-features", features[i]);
    uint32_t no = point(b, "P1", ",\"object\":\"ST1\",\"quantity\":\"ch4\",\"interval_s\":60");
    point(b, "P2", ",\"object\":\"ST1\"");
    point(b, "P3", ",\"object\":\"LAMP\",\"lon\":117.001,\"lat\":31,\"quantity\":\"ch4\"");
    point(b, "P4", ",\"lon\":117.9,\"lat\":31");
    return no;
}

static void surroundings(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    deliver_one(&b, EVENT_RAISE, city_with_alarm(&b), RULE_R, 2);
    const Json *near = json_get(evidence(&b, "P1", ""), "near");
    assert_int_equal(whole(json_get(near, "radius_m")), 500);
    assert_true(truth(near, "complete"));
    static const struct {
        const char *class, *name, *source, *direction;
        int64_t count, metres;
    } rows[] = {
        {"school", "实验小学", "object", "北", 1, 222},
        {"hospital", "市第一医院", "map", "东", 1, 286},
        {"crowd", "万家广场", "object", "西", 1, 95},
        {"hazard", "罐区", "object", "南", 1, 222},
        {"pipe", NULL, "map", "北", 1, 111},
        {"water", NULL, NULL, NULL, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Json *c = named(json_get(near, "classes"), "class", rows[i].class);
        assert_non_null(c);
        assert_int_equal(whole(json_get(c, "count")), rows[i].count);
        if (!rows[i].count) continue;
        const Json *it = item(json_get(c, "items"), 0);
        if (rows[i].name) assert_string_equal(text(r, it, "name"), rows[i].name);
        assert_string_equal(text(r, it, "source"), rows[i].source);
        assert_string_equal(text(r, json_get(it, "direction"), "zh"), rows[i].direction);
        assert_int_equal(whole(json_get(it, "distance_m")), rows[i].metres);
    }
    /* The radius is the caller's, within limits: at 100 m the school is gone, at 5 km the far hospital comes
     * in. */
    near = json_get(evidence(&b, "P1", "?radius=100"), "near");
    assert_int_equal(whole(json_get(named(json_get(near, "classes"), "class", "school"), "count")), 0);
    near = json_get(evidence(&b, "P1", "?radius=5000"), "near");
    assert_int_equal(whole(json_get(named(json_get(near, "classes"), "class", "hospital"), "count")), 2);
    static const char *const bad[] = {"?radius=5001", "?radius=0", "?radius=x", "?around=3"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        city_json(r->arena, &r->city, "GET",
                  arena_printf(r->arena, "/api/alarms/%s/evidence%s",
                               text(r, alarm_of(&b, "P1", RULE_R), "id"), bad[i]),
                  422, STR_NONE);
    city_json(r->arena, &r->city, "GET", "/api/alarms/77/evidence", 404, STR_NONE);
    bench_close(&b);
}

/* Readings of the last ten minutes: the trend, the quality and the neighbours' values. */
static void figures(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    uint32_t no = city_with_alarm(&b);
    for (int i = 0; i < 5; i++) send_value(r, "P1", b.now - (5 - i) * MS_MINUTE, 2.0 + i);
    send_value(r, "P3", b.now - 1000, 0.25);
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 2);
    const Json *e = evidence(&b, "P1", "");
    const Json *trend = json_get(e, "trend");
    double change = 0, value = 0;
    assert_true(json_f64(json_get(trend, "change"), &change) && change == 4);
    const Json *q = json_get(e, "quality");
    assert_int_equal(whole(json_get(q, "readings")), 5);
    assert_int_equal(whole(json_get(q, "expected")), 1440);
    assert_int_equal(whole(json_get(q, "bad")), 0);
    assert_int_equal(whole(json_get(q, "longest_gap_ms")), MS_DAY - 5 * MS_MINUTE);
    assert_int_equal(json_get(q, "maintenance")->type, JSON_NULL);

    const Json *list = json_get(e, "neighbours");
    assert_int_equal(list->count, 2);                          /* P4 is far away */
    assert_string_equal(text(r, item(list, 0), "code"), "P2"); /* its own object first */
    assert_true(truth(item(list, 0), "same_object"));
    assert_int_equal(json_get(item(list, 0), "value")->type, JSON_NULL);
    const Json *p3 = item(list, 1);
    assert_string_equal(text(r, p3, "code"), "P3");
    assert_true(truth(p3, "same_quantity") && !truth(p3, "same_object"));
    assert_int_equal(whole(json_get(p3, "distance_m")), 95);
    assert_true(json_f64(json_get(p3, "value"), &value) && value == 0.25);
    bench_close(&b);
}

static void verdicts(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    uint32_t no = city_with_alarm(&b), other = point(&b, "P9", "");
    static const char *const bodies[] = {"{\"verdict\":\"false\",\"code\":\"sensor\"}",
                                         "{\"verdict\":\"true\"}",
                                         "{\"verdict\":\"test\",\"reason\":\"演练\"}"};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        deliver_one(&b, EVENT_RAISE, no, RULE_R, 2);
        act(&b, "P1", RULE_R, "judge", bodies[i], 200);
        deliver_one(&b, EVENT_RETURN, no, RULE_R, 0);
        clock_to(&b, b.now + (i == 0 ? 40 * MS_DAY : MS_HOUR));
    }
    deliver_one(&b, EVENT_RAISE, other, RULE_R, 3);
    act(&b, "P9", RULE_R, "judge", "{\"verdict\":\"false\",\"code\":\"limit\"}", 200);
    deliver_one(&b, EVENT_RAISE, no, RULE_OFF, 4);
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 1);
    const Json *h = json_get(evidence(&b, "P1", ""), "history");
    const Json *raises = json_get(h, "raises");
    static const int64_t counts[] = {3, 4, 4, 5}; /* the first rose 40 days ago */
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) assert_int_equal(whole(item(raises, i)), counts[i]);
    const Json *rate = json_get(h, "false_rate");
    static const struct {
        const char *name;
        int64_t judged, wrong;
    } rows[] = {{"here", 3, 1}, {"point", 3, 1}, {"rule", 4, 2}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(whole(json_get(json_get(rate, rows[i].name), "judged")), rows[i].judged);
        assert_int_equal(whole(json_get(json_get(rate, rows[i].name), "false")), rows[i].wrong);
    }
    assert_int_equal(json_get(h, "recent")->count, 3);
    assert_string_equal(text(r, item(json_get(h, "recent"), 0), "verdict"), "test"); /* the newest first */
    assert_string_equal(text(r, item(json_get(h, "recent"), 2), "code"), "sensor");
    bench_close(&b);
}

/* Who answers, the rule's advice with its clock, the last maintenance; a telephone is masked for who has no
 * permission for it. */
static void owner(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    create(r, "rules",
           "{\"code\":\"R\",\"name\":\"站内浓度\",\"point\":\"P1\",\"kind\":\"level\",\"dir\":\"high\","
           "\"limit2\":7,"
           "\"response\":\"关阀疏散\",\"response_minutes\":15}");
    uint32_t no = city_with_alarm(&b);
    char t[2][TIME_TEXT_MAX];
    create(r, "maintenance-windows",
           arena_printf(r->arena,
                        "{\"reason\":\"换表\",\"object\":\"ST1\",\"starts_at\":\"%s\",\"ends_at\":\"%s\"}",
                        time_print(b.now - 3 * MS_DAY, t[0]), time_print(b.now - 2 * MS_DAY, t[1])));
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 2);
    assert_string_equal(text(r, alarm_of(&b, "P1", RULE_R), "rule_name"), "站内浓度");
    const Json *e = evidence(&b, "P1", ""), *body = json_get(json_get(e, "owner"), "body");
    assert_string_equal(text(r, json_get(json_get(e, "owner"), "object"), "name"), "调压站");
    assert_string_equal(text(r, body, "contact"), "王调度");
    assert_string_equal(text(r, body, "phone"), "05511234567");
    assert_false(truth(body, "masked"));
    assert_string_equal(text(r, json_get(e, "rule"), "response"), "关阀疏散");
    assert_string_equal(text(r, json_get(e, "rule"), "respond_by"), "2026-11-22T12:15:00+08:00");
    assert_string_equal(text(r, json_get(json_get(e, "quality"), "maintenance"), "reason"), "换表");

    r->city.token = CITY_TOKEN2; /* system: sees alarms, not telephones */
    body = json_get(json_get(evidence(&b, "P1", ""), "owner"), "body");
    assert_string_equal(text(r, body, "phone"), "055****67");
    assert_true(truth(body, "masked"));
    bench_close(&b);
}

/* A point without an object, a place, a rule: nothing is made up. */
static void bare(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    deliver_one(&b, EVENT_RAISE, point(&b, "P1", ""), RULE_R, 1);
    const Json *e = evidence(&b, "P1", "");
    static const char *const nothing[] = {"trend", "near", "rule"};
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
        assert_int_equal(json_get(e, nothing[i])->type, JSON_NULL);
    assert_int_equal(json_get(e, "neighbours")->count, 0);
    assert_int_equal(json_get(json_get(e, "owner"), "body")->type, JSON_NULL);
    bench_close(&b);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(surroundings)
EACH(figures)
EACH(verdicts)
EACH(owner)
EACH(bare)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_surroundings), cmocka_unit_test(test_figures),
                                       cmocka_unit_test(test_verdicts), cmocka_unit_test(test_owner),
                                       cmocka_unit_test(test_bare)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
