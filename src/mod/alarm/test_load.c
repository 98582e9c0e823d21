/* The figures of the alarm load: buckets, flood with its two thresholds, the most frequent tags, chattering;
 * and the route over booked alarms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_rig.h"
#include "test_desk.h"

#define BUCKET (10 * MS_MINUTE)

/* Activations of one bucket each, all of different tags. */
typedef struct FloodRow {
    const char *name;
    int buckets[8];
    size_t n;
    uint64_t flood, peak;
} FloodRow;

static void test_flood(void **state)
{
    (void)state;
    static const FloodRow rows[] = {
        {"nothing", {0, 0, 0}, 3, 0, 0},
        {"ten are no flood", {10, 10, 10}, 3, 0, 10},
        {"eleven are", {11}, 1, 1, 11},
        {"it lasts while five come", {11, 5, 5, 4, 5}, 5, 3, 11},
        {"it ends below five and must begin anew", {20, 4, 10, 11, 0, 5}, 6, 2, 20},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena *a = arena_new(0);
        Activation list[256];
        size_t n = 0;
        for (size_t b = 0; b < rows[i].n; b++)
            for (int k = 0; k < rows[i].buckets[b]; k++, n++)
                list[n] =
                    (Activation){NOON + (int64_t)b * BUCKET + k, (int64_t)n + 1, STR("R"), 1 + (int)(n % 4)};
        AlarmLoad out;
        alarm_load_count(a, list, n, NOON, NOON + (int64_t)rows[i].n * BUCKET, 1, &out);
        assert_int_equal(out.buckets, rows[i].n);
        assert_int_equal(out.flood_buckets, rows[i].flood);
        assert_int_equal(out.peak, rows[i].peak);
        assert_true(fabs(out.flood_share - (double)rows[i].flood / (double)rows[i].n) < 1e-12);
        assert_int_equal(out.activations, n);
        assert_int_equal(out.by_grade[1] + out.by_grade[2] + out.by_grade[3] + out.by_grade[4], n);
        arena_free(&a);
    }
}

static void test_rates(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Activation list[48];
    for (size_t i = 0; i < 48; i++) list[i] = (Activation){NOON + (int64_t)i * MS_HOUR, 1, STR("R"), 4};
    AlarmLoad out;
    alarm_load_count(a, list, 48, NOON, NOON + 2 * MS_DAY, 2, &out);
    assert_true(fabs(out.per_day - 12) < 1e-9);
    assert_true(fabs(out.per_hour - 0.5) < 1e-9);
    assert_true(fabs(out.per_10min - 0.5 / 6) < 1e-9);
    alarm_load_count(a, NULL, 0, NOON, NOON, 1, &out);
    assert_int_equal(out.ntop, 0);
    assert_true(out.per_day == 0);
    arena_free(&a);
}

/* Twelve tags: tag i comes i + 1 times, a minute and a second apart, but tag 2's three come within the
 * minute. */
static void test_top(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Activation list[78];
    size_t n = 0;
    for (int64_t tag = 0; tag < 12; tag++)
        for (int64_t k = 0; k <= tag; k++)
            list[n++] = (Activation){NOON + k * (tag == 2 ? 30000 : 30001), tag < 6 ? 1 : tag,
                                     tag < 6 ? str_printf(a, "R%d", (int)tag) : STR("R"), 3};
    AlarmLoad out;
    alarm_load_count(a, list, n, NOON, NOON + MS_HOUR, 1, &out);
    assert_int_equal(n, 78);
    assert_int_equal(out.ntop, LOAD_TOP);
    for (size_t i = 0; i < LOAD_TOP; i++) {
        assert_int_equal(out.top[i].n, 12 - i);
        assert_int_equal(out.top[i].chattering, out.top[i].n == 3);
    }
    assert_int_equal(out.chattering, 1);
    assert_true(fabs(out.top_share - 75.0 / 78.0) < 1e-12);
    arena_free(&a);
}

/* A leak that climbs blue, yellow, orange within a minute is announced three times and chatters not at all.
 */
static void test_climb(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    const Activation list[] = {{NOON, 1, STR("R"), 4, false},
                               {NOON + 10000, 1, STR("R"), 3, true},
                               {NOON + 20000, 1, STR("R"), 2, true}};
    AlarmLoad out;
    alarm_load_count(a, list, ARRAY_LEN(list), NOON, NOON + MS_HOUR, 1, &out);
    assert_int_equal(out.activations, 3);
    assert_int_equal(out.top[0].n, 3);
    assert_int_equal(out.chattering, 0);
    arena_free(&a);
}

/* ---- Over the wire ---- */

static void routes(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    uint32_t gas = point(&b, "P1", ",\"field\":\"gas\""), water = point(&b, "P2", ",\"field\":\"water\""),
             bare = point(&b, "P3", "");
    for (int i = 0; i < 3; i++) {
        deliver_one(&b, EVENT_RAISE, gas, RULE_R, 2);
        deliver_one(&b, EVENT_RETURN, gas, RULE_R, 0);
        b.now += 20000;
        clock_freeze(b.now);
    }
    deliver_one(&b, EVENT_RAISE, gas, RULE_OFF, 4);
    act(&b, "P1", RULE_OFF, "ack", "{}", 200);
    deliver_one(&b, EVENT_RAISE, water, RULE_R, 1);
    deliver_one(&b, EVENT_RAISE, bare, RULE_R, 3);
    act(&b, "P3", RULE_R, "shelve", hold_body(&b, b.now + MS_HOUR), 200);
    const Json *s = get(r, "/api/alarms/summary");
    static const int64_t by_grade[] = {1, 1, 0, 1}; /* the shelved one is not counted */
    for (size_t g = 0; g < 4; g++) assert_int_equal(whole(item(json_get(s, "by_grade"), g)), by_grade[g]);
    assert_int_equal(whole(json_get(s, "unacknowledged")), 2);
    assert_int_equal(whole(json_get(json_get(s, "by_field"), "gas")), 2);
    assert_int_equal(whole(json_get(json_get(s, "by_field"), "water")), 1);
    assert_int_equal(json_get(s, "by_field")->count, 2);

    clock_to(&b, b.now + MS_DAY + MS_HOUR); /* the shelf ends: one more call */
    clock_freeze(b.now + 1000);
    const Json *l = get(r, "/api/alarms/load?days=2&operators=2");
    assert_int_equal(whole(json_get(l, "activations")), 7);
    assert_int_equal(whole(json_get(l, "chattering")), 1);
    assert_int_equal(whole(json_get(l, "stale")), 3); /* what still holds after a day */
    assert_int_equal(whole(json_get(json_get(l, "by_grade"), "2")), 3);
    const Json *top = item(json_get(l, "top"), 0);
    assert_string_equal(text(r, top, "point"), "P1");
    assert_string_equal(text(r, top, "rule"), "R");
    assert_int_equal(whole(json_get(top, "count")), 3);
    double per_day;
    assert_true(json_f64(json_get(l, "per_day"), &per_day) && fabs(per_day - 7.0 / 4) < 1e-9);

    const Json *tag = item(json_get(l, "chattering_items"), 0); /* three times in 40 s */
    assert_string_equal(text(r, tag, "point"), "P1");
    assert_int_equal(whole(json_get(tag, "most_in_minute")), 3);
    assert_int_equal(json_get(l, "chattering_items")->count, 1);
    assert_int_equal(json_get(l, "stale_items")->count, 3);
    const Json *course = json_get(l, "course");
    int64_t rose = 0;
    JSON_EACH(row, json_get(course, "rows"))
    for (size_t g = 1; g <= 4; g++) rose += whole(item(row, g));
    assert_int_equal(whole(json_get(course, "step_ms")), MS_HOUR);
    assert_int_equal(rose, 7); /* the course and the figures count the same */

    /* A named period: the first 30 s of noon hold the first two of P1's three; a verdict shows in its row. */
    act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\",\"code\":\"sensor\"}", 200);
    l = get(r, "/api/alarms/load?from=2026-11-22T12:00:00%2B08:00&to=2026-11-22T12:00:30%2B08:00");
    assert_int_equal(whole(json_get(l, "activations")), 2);
    top = item(json_get(l, "top"), 0);
    assert_int_equal(whole(json_get(top, "judged")), 1);
    assert_int_equal(whole(json_get(top, "judged_false")), 1);

    static const struct {
        const char *path;
        int status;
        const char *field, *code;
    } bad[] = {{"/api/alarms/load?from=noon", 422, "from", "time"},
               {"/api/alarms/load?from=2026-11-22T12:00:00Z&to=2026-11-22T11:00:00Z", 422, "from", "range"},
               {"/api/alarms/load?days=0", 422, "days", "range"},
               {"/api/alarms/load?days=367", 422, "days", "range"},
               {"/api/alarms/load?operators=x", 422, "operators", "range"},
               {"/api/alarms/load?weeks=1", 422, "weeks", "unknown"},
               {"/api/alarms/summary?x=1", 422, "x", "unknown"},
               {"/api/alarms/77/timeline", 404, NULL, NULL}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const Json *j = city_json(r->arena, &r->city, "GET", bad[i].path, bad[i].status, STR_NONE);
        if (bad[i].field) assert_true(has_field(j, bad[i].field, bad[i].code));
    }
    bench_close(&b);
}

static void test_routes(void **state)
{
    (void)state;
    db_test_each(routes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_flood), cmocka_unit_test(test_rates),
                                       cmocka_unit_test(test_top), cmocka_unit_test(test_climb),
                                       cmocka_unit_test(test_routes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
