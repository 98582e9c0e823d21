/* The health of devices: what is measured of a series of readings (a table), how points add up to devices
 * over HTTP, worst first; the band and the CSV of readings; and that a point taken out of service, or its
 * device, loses its offline alarm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"
#include "health.h"
#include <math.h>

#define T0 INT64_C(1795276800000) /* 2026-11-22 00:00+08:00 */

/* ---- Measuring ---- */

static void test_measure(void **state)
{
    (void)state;
    /* A reading a minute over ten; 'b' is bad, '.' is missing. */
    static const struct {
        const char *row;
        uint32_t received, bad, gaps;
        int64_t gap_minutes;
    } rows[] = {
        {"gggggggggg", 10, 0, 0, 0}, {"gg.ggggggg", 9, 0, 0, 0}, {"ggg..ggggg", 8, 0, 1, 3},
        {"gggbbggggg", 8, 2, 1, 3},  {"....gggggg", 6, 0, 1, 4}, {"gggggg....", 6, 0, 1, 5},
        {"..........", 0, 0, 1, 10}, {"g...g...gg", 4, 0, 2, 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        SeriesRow r[10];
        size_t n = 0;
        HealthPoint m = {0};
        for (int k = 0; k < 10; k++)
            if (rows[i].row[k] != '.')
                r[n++] = (SeriesRow){T0 + k * MS_MINUTE, 1, rows[i].row[k] == 'b' ? Q_BAD : Q_GOOD};
        health_measure(r, n, T0, T0 + 10 * MS_MINUTE, MS_MINUTE, &m);
        assert_int_equal(m.expected, 10);
        assert_int_equal(m.received, rows[i].received);
        assert_int_equal(m.bad, rows[i].bad);
        assert_int_equal(m.gaps, rows[i].gaps);
        assert_int_equal(m.gap_ms, rows[i].gap_minutes * MS_MINUTE);
    }
}

/* One reading that is on its way makes no point poor, however few there are in the window. */
static void test_one_is_on_its_way(void **state)
{
    static const struct {
        uint32_t expected, received;
        HealthState state;
    } rows[] = {{9, 9, HEALTH_OK}, {9, 8, HEALTH_OK},    {9, 7, HEALTH_POOR},
                {1, 0, HEALTH_OK}, {100, 95, HEALTH_OK}, {100, 89, HEALTH_POOR}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        LivePoint p[2] = {{0}, {.id = 1, .interval_ms = MS_MINUTE, .since = TIME_NONE, .in_service = true}};
        LiveSet set = {.max = 1, .p = p};
        SeriesLatest latest[2] = {{.t = TIME_NONE}, {.t = T0}};
        HealthPoint measured[2] = {
            {0}, {.expected = rows[i].expected, .received = rows[i].received, .late_ms = HEALTH_UNKNOWN}};
        uint8_t faults[2] = {0};
        HealthView v = {.set = &set, .latest = latest, .measured = measured, .faults = faults, .now = T0};
        assert_int_equal(health_of_point(&v, 1), rows[i].state);
    }
}

/* A back-fill makes a point late only while it lasts. */
static void test_lateness(void **state)
{
    (void)state;
    static const struct {
        int64_t now, t; /* seconds */
        int32_t late_s;
    } rows[] = {
        {1000, 100, INT32_MIN},                                    /* the first: no news */
        {1010, 500, 509},       {1020, 900, 119},                  /* history, catching up */
        {1030, 1027, 2},        {1040, 1037, 2},  {1100, 1037, 2}, /* live; nothing new */
        {1110, 1101, 3},                                           /* a little later: smoothed */
    };
    HealthPoint p = {.seen = TIME_NONE, .late_ms = HEALTH_UNKNOWN};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        health_note_arrival(&p, rows[i].t * 1000, rows[i].now * 1000);
        if (rows[i].late_s == INT32_MIN) assert_int_equal(p.late_ms, HEALTH_UNKNOWN);
        else assert_int_equal(p.late_ms / 1000, rows[i].late_s);
    }
}

/* ---- Over HTTP ---- */

static bool measured(Rig *r, const void *path)
{
    const Json *j = get(r, path);
    return whole(json_get(j, "measured")) == whole(json_get(j, "to_measure"));
}

static void send_many(Rig *r, const char *code, int64_t from, int64_t to, int64_t step)
{
    for (int64_t t = from; t < to; t += step) send_value(r, code, t, 10);
}

static void sums(DbPool *pool)
{
    Rig r;
    int64_t now = T0 + 12 * MS_HOUR;
    clock_freeze(now - 3 * MS_HOUR);
    rig_open(&r, pool);
    create(&r, "bodies", "{\"code\":\"B1\",\"name\":\"燃气公司\",\"kind\":\"enterprise\"}");
    create(&r, "devices", "{\"code\":\"G\",\"name\":\"网关\"}");
    create(&r, "devices", "{\"code\":\"D1\",\"name\":\"甲\",\"parent\":\"G\"}");
    create(&r, "devices", "{\"code\":\"D2\",\"name\":\"乙\",\"parent\":\"G\"}");
    create(&r, "devices", "{\"code\":\"D3\",\"name\":\"丙\",\"in_service\":false}");
    create(&r, "points",
           "{\"code\":\"P1\",\"name\":\"一\",\"device\":\"D1\",\"owner\":\"B1\",\"must_monitor\":true}");
    create(&r, "points", "{\"code\":\"P2\",\"name\":\"电\",\"device\":\"D1\",\"quantity\":\"battery\"}");
    create(&r, "points", "{\"code\":\"P3\",\"name\":\"三\",\"device\":\"D2\"}");
    create(&r, "points", "{\"code\":\"P4\",\"name\":\"四\",\"device\":\"D3\"}");
    clock_freeze(now);
    send_many(&r, "P1", now - 3 * MS_HOUR, now, MS_MINUTE);
    send_many(&r, "P2", now - 3 * MS_HOUR, now, MS_MINUTE);
    send_many(&r, "P3", now - 3 * MS_HOUR, now - MS_HOUR, MS_MINUTE);
    get(&r, "/api/devices/health");
    assert_true(until(&r, measured, "/api/devices/health"));
    const Json *j = get(&r, "/api/devices/health"), *items = json_get(j, "items");
    assert_int_equal(whole(json_get(j, "to_measure")), 3);
    assert_int_equal(whole(json_get(j, "count")), 4);
    static const struct {
        const char *code, *state;
    } order[] = {{"D2", "offline"}, {"G", "partial"}, {"D1", "poor"}, {"D3", "idle"}};
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        assert_string_equal(text(&r, item(items, i), "code"), order[i].code);
        assert_string_equal(text(&r, item(items, i), "state"), order[i].state);
    }
    const Json *d2 = item(items, 0);
    assert_int_equal(whole(json_get(d2, "expected")), 180);
    assert_int_equal(whole(json_get(d2, "received")), 120);
    assert_int_equal(whole(json_get(d2, "gap_ms")), 61 * MS_MINUTE);
    assert_int_equal(whole(json_get(item(items, 1), "children")), 2);
    assert_int_equal(whole(json_get(item(items, 1), "children_online")), 1);
    assert_int_equal(whole(json_get(item(items, 2), "battery")), 10); /* low: that is why it is poor */
    const Json *body = item(json_get(j, "by_body"), 1);
    assert_string_equal(text(&r, body, "code"), "B1");
    assert_int_equal(whole(json_get(body, "monitored")), 1);

    assert_int_equal(whole(json_get(get(&r, "/api/devices/health?state=offline"), "count")), 1);
    assert_int_equal(whole(json_get(get(&r, "/api/devices/health?q=D"), "count")), 3);
    assert_string_equal(
        text(&r, item(json_get(get(&r, "/api/devices/health?limit=1&cursor=1"), "items"), 0), "code"), "G");
    city_json(r.arena, &r.city, "GET", "/api/devices/health?state=well", 422, STR_NONE);
    city_json(r.arena, &r.city, "GET", "/api/devices/health?limit=x", 422, STR_NONE);
    const Json *one = get(&r, "/api/devices/code:G/health");
    assert_int_equal(json_get(one, "children")->count, 2);
    assert_int_equal(json_get(one, "points")->count, 0);
    one = get(&r, "/api/devices/code:D1/health");
    assert_int_equal(json_get(one, "points")->count, 2);
    assert_string_equal(text(&r, json_get(one, "points")->child, "code"), "P1");
    assert_string_equal(text(&r, json_get(one, "points")->child, "state"), "ok");
    city_json(r.arena, &r.city, "GET", "/api/devices/code:X/health", 404, STR_NONE);
    Reply csv = city_ask(&r.city, "GET", "/api/devices/health.csv?lang=en", "", STR_NONE);
    assert_int_equal(csv.status, 200);
    assert_non_null(strstr(csv.body, "code,name,parent,state"));
    assert_non_null(strstr(csv.body, "\"D2\",\"乙\",\"G\",offline,1,0,2026-11-22 10:59:00,"));
    reply_free(&csv);
    rig_close(&r);
}

/* A server that has just started has heard nobody yet: a point is missed only when its time is over. */
static void after_the_start(DbPool *pool)
{
    static const struct {
        int64_t after;
        const char *fast, *slow;
    } rows[] = {{30 * MS_SECOND, "waiting", "waiting"},
                {20 * MS_MINUTE, "offline", "waiting"},
                {MS_DAY, "offline", "offline"}};
    Rig r;
    clock_freeze(T0);
    rig_open(&r, pool);
    static const char *const devices[] = {"FAST", "SLOW", "REPORTING"};
    for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
        create(&r, "devices", arena_printf(r.arena, "{\"code\":\"%s\",\"name\":\"设备\"}", devices[i]));
        create(&r, "points",
               arena_printf(r.arena,
                            "{\"code\":\"P%zu\",\"name\":\"点\",\"device\":\"%s\",\"interval_s\":%d}", i,
                            devices[i], i == 1 ? 3600 : 60));
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        clock_freeze(T0 + rows[i].after);
        send_value(&r, "P2", T0 + rows[i].after - 1000, 1);
        const char *want[] = {rows[i].fast, rows[i].slow};
        for (size_t k = 0; k < ARRAY_LEN(want); k++) {
            const Json *points =
                json_get(get(&r, arena_printf(r.arena, "/api/devices/code:%s/health", devices[k])), "points");
            assert_string_equal(text(&r, item(points, 0), "state"), want[k]);
        }
        const Json *offline = get(&r, "/api/devices/health?state=offline");
        assert_int_equal(whole(json_get(offline, "count")), (int64_t)i);
    }
    rig_close(&r);
}

/* ---- Bands and CSV ---- */

static void exports(DbPool *pool)
{
    Rig r;
    clock_freeze(T0 + MS_DAY);
    rig_open(&r, pool);
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"一\",\"unit\":\"kPa\"}");
    create(&r, "points", "{\"code\":\"P2\",\"name\":\"二\"}");
    for (int i = 0; i < 120; i++) send_value(&r, "P1", T0 + i * MS_MINUTE, i);
    send_value(&r, "P2", T0, 1.5);
    const Json *j = get(&r, "/api/points/code:P1/readings?from=2026-11-22&to=2026-11-23&step=1h&agg=band");
    assert_int_equal(json_get(j, "columns")->count, 5);
    const Json *row = item(json_get(j, "rows"), 1);
    double mean;
    assert_true(json_f64(item(row, 1), &mean));
    assert_float_equal(mean, 89.5, 1e-9);
    assert_int_equal(whole(item(row, 3)), 60);
    assert_int_equal(whole(item(row, 4)), 119);
    Reply csv = city_ask(
        &r.city, "GET", "/api/readings.csv?points=P1,P2&from=2026-11-22&to=2026-11-23&step=1h", "", STR_NONE);
    assert_int_equal(csv.status, 200);
    assert_string_equal(csv.body, "\xEF\xBB\xBFtime,point,mean,min,max,last,count,quality,unit\r\n"
                                  "2026-11-22 00:00:00,\"P1\",29.5,0,59,59,60,0,\"kPa\"\r\n"
                                  "2026-11-22 01:00:00,\"P1\",89.5,60,119,119,60,0,\"kPa\"\r\n"
                                  "2026-11-22 00:00:00,\"P2\",1.5,1.5,1.5,1.5,1,0,\"\"\r\n");
    reply_free(&csv);
    csv = city_ask(&r.city, "GET", "/api/readings.csv?points=P2&from=2026-11-22&to=2026-11-23", "", STR_NONE);
    assert_string_equal(
        csv.body,
        "\xEF\xBB\xBFtime,point,value,quality,unit\r\n2026-11-22 00:00:00.000,\"P2\",1.5,0,\"\"\r\n");
    reply_free(&csv);
    city_json(r.arena, &r.city, "GET", "/api/readings.csv", 422, STR_NONE);
    city_json(r.arena, &r.city, "GET", "/api/readings.csv?points=X", 422, STR_NONE);
    city_json(r.arena, &r.city, "GET", "/api/readings.csv?points=P1&from=1900-01-01", 413, STR_NONE);
    rig_close(&r);
}

/* ---- Out of service ---- */

static void provide_ticking(City *c, void *ud)
{
    Rig *r = ud;
    Work w;
    Registry *registry = NULL;
    RuleSet *rules = NULL;
    r->desk = alarm_desk_new(c->kernel);
    db_test_must(&r->ctx, work_begin_as(&r->ctx, c->kernel, NULL, "start", false, &w));
    db_test_must(&r->ctx, point_registry_build(&w, &registry));
    db_test_must(&r->ctx, rule_set_build(&w, &rules));
    work_abort(&w);
    IntakeOptions opt = {.dir = r->dir,
                         .max_in_flight = 1000,
                         .max_per_sender = 1000,
                         .events = alarm_desk_events,
                         .events_ud = r->desk,
                         .tick_ms = 20,
                         .state_ms = -1};
    kernel_provide(c->kernel, "alarm_desk", r->desk);
    db_test_must(&r->ctx, intake_open(&r->ctx, &opt, registry, rules, &r->intake));
    alarm_desk_bind(r->desk, r->intake);
    kernel_provide(c->kernel, "intake", r->intake);
}

static bool active_are(Rig *r, const void *n)
{
    return whole(json_get(get(r, "/api/alarms?kind=offline&active=true"), "count")) == *(const int *)n;
}

static void out_of_service(DbPool *pool)
{
    Rig r;
    rig_begin(&r, pool);
    city_open(&r.city, pool, rig_modules, ARRAY_LEN(rig_modules), provide_ticking, &r);
    create(&r, "rules",
           "{\"code\":\"OFF\",\"name\":\"离线\",\"point\":\"P*\",\"kind\":\"offline\",\"grade\":4,\"timeout_"
           "ms\":50}");
    create(&r, "devices", "{\"code\":\"D\",\"name\":\"设备\"}");
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"一\"}");
    create(&r, "points", "{\"code\":\"P2\",\"name\":\"二\",\"device\":\"D\"}");
    create(&r, "points", "{\"code\":\"P3\",\"name\":\"三\"}");
    assert_true(until(&r, active_are, &(int){3}));
    change(&r, "/api/points/code:P1", "{\"in_service\":false}", 200);
    assert_true(until(&r, active_are, &(int){2}));
    change(&r, "/api/devices/code:D", "{\"in_service\":false}", 200);
    assert_true(until(&r, active_are, &(int){1}));
    change(&r, "/api/points/code:P1", "{\"in_service\":true}", 200);
    assert_true(until(&r, active_are, &(int){2}));
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(sums)
EACH(after_the_start)
EACH(exports)
EACH(out_of_service)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measure),         cmocka_unit_test(test_one_is_on_its_way),
        cmocka_unit_test(test_lateness),        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_after_the_start), cmocka_unit_test(test_exports),
        cmocka_unit_test(test_out_of_service)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
