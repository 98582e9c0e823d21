/* The slice on both databases: points that follow their vehicle, fences that are refused, the judge the
 * gateway asks, alarms by ordinary rules, positions, tracks, unknown terminals, permissions, live events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"
#include "vehicle_private.h"

static const Module *const modules[] = {&mod_district, &mod_body,  &mod_object, &mod_device, &mod_point,
                                        &mod_rule,     &mod_alarm, &mod_source, &mod_map,    &mod_vehicle};

static void town_open(Rig *r, DbPool *pool)
{
    rig_begin(r, pool);
    city_open(&r->city, pool, modules, ARRAY_LEN(modules), rig_provide, r);
}

#define VEHICLE                                                                                              \
    "{\"code\":\"云H8801\",\"name\":\"液氯槽车\",\"kind\":\"hazmat\",\"phone\":\"013912344329\","       \
    "\"cargo\":\"UN1017 液氯\"}"

/* ---- Points follow ---- */

static const char *source_of(Rig *r, const char *code)
{
    return text(r, get(r, arena_printf(r->arena, "/api/points/code:%s", code)), "source");
}

static int64_t count(Rig *r, const char *path)
{
    return whole(json_get(get(r, path), "count"));
}

#define V "VEH-%E4%BA%91H8801-"

static void points_follow(DbPool *pool)
{
    Rig r;
    town_open(&r, pool);
    create(&r, "vehicles", VEHICLE);
    const Json *v = get(&r, "/api/vehicles/code:%E4%BA%91H8801");
    assert_string_equal(text(&r, v, "phone"), "13912344329");
    assert_int_equal(json_get(v, "points")->count, VEHICLE_QUANTITIES);
    assert_int_equal(count(&r, "/api/points?q=VEH-"), VEHICLE_QUANTITIES);
    assert_string_equal(source_of(&r, V "LAT"), "jt808:13912344329#lat");
    const Json *speed = get(&r, "/api/points/code:" V "SPEED");
    assert_string_equal(text(&r, speed, "unit"), "km/h");
    assert_string_equal(text(&r, speed, "name"), "液氯槽车 速度");
    assert_true(truth(speed, "in_service"));
    const Json *rule = get(&r, "/api/rules/code:VEH-FENCE");
    assert_string_equal(text(&r, rule, "point"), "VEH-*-FENCE");
    assert_int_equal(whole(json_get(rule, "limit1")), 4);
    assert_int_equal(whole(json_get(rule, "limit4")), 1);

    const char *path = arena_printf(r.arena, "/api/vehicles/%s", text(&r, v, "id"));
    change(&r, path, "{\"phone\":\"13000000001\",\"in_service\":false,\"name\":\"槽车一\"}", 200);
    assert_string_equal(source_of(&r, V "FENCE"), "jt808:13000000001#fence");
    assert_string_equal(text(&r, get(&r, "/api/points/code:" V "FENCE"), "name"), "槽车一 围栏");
    assert_false(truth(get(&r, "/api/points/code:" V "FENCE"), "in_service"));
    change(&r, path, "{\"code\":\"H-2\"}", 200);
    assert_string_equal(source_of(&r, "VEH-H-2-SPEED"), "jt808:13000000001#speed");
    assert_int_equal(count(&r, "/api/points?q=VEH-"), VEHICLE_QUANTITIES);

    /* A rule that was put aside stays aside. */
    change(&r, "/api/rules/code:VEH-FENCE", NULL, 204);
    create(&r, "vehicles", "{\"code\":\"B\",\"name\":\"B\",\"kind\":\"coach\",\"phone\":\"2\"}");
    assert_int_equal(count(&r, "/api/rules"), 0);
    change(&r, path, NULL, 204);
    assert_int_equal(count(&r, "/api/points?q=VEH-"), VEHICLE_QUANTITIES);
    create(&r, "vehicles", "{\"code\":\"H-2\",\"name\":\"H\",\"kind\":\"coach\",\"phone\":\"13000000001\"}");
    assert_int_equal(count(&r, "/api/points?q=VEH-"), 2 * VEHICLE_QUANTITIES);
    rig_close(&r);
}

/* A point that was claimed by hand is taken as it is. */
static void claimed_before(DbPool *pool)
{
    Rig r;
    town_open(&r, pool);
    create(&r, "points", "{\"code\":\"OWN\",\"name\":\"自己的\",\"source\":\"jt808:77#speed\"}");
    create(&r, "vehicles", "{\"code\":\"C\",\"name\":\"C\",\"kind\":\"bus\",\"phone\":\"0077\"}");
    const Json *v = get(&r, "/api/vehicles/code:C");
    assert_int_equal(count(&r, "/api/points"), VEHICLE_QUANTITIES);
    assert_string_equal(text(&r, json_get(v, "points"), "speed"),
                        text(&r, get(&r, "/api/points/code:OWN"), "id"));
    change(&r, "/api/vehicles/code:C", "{\"code\":\"D\"}", 200);
    assert_string_equal(source_of(&r, "OWN"), "jt808:77#speed");
    assert_string_equal(source_of(&r, "VEH-D-LAT"), "jt808:77#lat");
    rig_close(&r);
}

static void refused(DbPool *pool)
{
    static const struct {
        const char *plural, *body, *field, *code;
    } rows[] = {
        {"vehicles", "{\"code\":\"A\",\"name\":\"A\",\"kind\":\"bus\",\"phone\":\"12a\"}", "phone", "format"},
        {"vehicles", "{\"code\":\"A*\",\"name\":\"A\",\"kind\":\"bus\",\"phone\":\"12\"}", "code", "format"},
        {"vehicles", "{\"code\":\"A\",\"name\":\"A\",\"kind\":\"ship\",\"phone\":\"12\"}", "kind",
         "dictionary"},
        {"geofences", "{\"code\":\"F\",\"name\":\"F\"}", "shape", "required"},
        {"geofences", "{\"code\":\"F\",\"name\":\"F\",\"shape\":{\"type\":\"Line\"}}", "shape", "type"},
        {"geofences",
         "{\"code\":\"F\",\"name\":\"F\",\"rule\":\"speed_limit\",\"shape\":{\"type\":\"Circle\",\"center\":["
         "120,"
         "30],\"radius\":100}}",
         "limit_kmh", "required"},
        {"geofences",
         "{\"code\":\"F\",\"name\":\"F\",\"hour_from\":\"7:00\",\"hour_to\":\"09:00\",\"shape\":{\"type\":"
         "\"Circle\",\"center\":[120,30],\"radius\":100}}",
         "hour_from", "format"},
        {"geofences",
         "{\"code\":\"F\",\"name\":\"F\",\"hour_from\":\"07:00\",\"shape\":{\"type\":\"Circle\",\"center\":["
         "120,"
         "30],\"radius\":100}}",
         "hour_to", "required"},
        {"geofences",
         "{\"code\":\"F\",\"name\":\"F\",\"kinds\":\"bus "
         "ship\",\"shape\":{\"type\":\"Circle\",\"center\":[120,"
         "30],\"radius\":100}}",
         "kinds", "dictionary"},
        {"geofences",
         "{\"code\":\"F\",\"name\":\"F\",\"valid_from\":\"2026-11-22T10:00:00+08:00\",\"valid_to\":"
         "\"2026-11-22T10:00:00+08:00\",\"shape\":{\"type\":\"Circle\",\"center\":[120,30],\"radius\":100}}",
         "valid_to", "range"},
    };
    Rig r;
    town_open(&r, pool);
    create(&r, "vehicles", VEHICLE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *path = arena_printf(r.arena, "/api/%s", rows[i].plural);
        const Json *j = post(&r, 422, path, rows[i].body);
        if (!has_field(j, rows[i].field, rows[i].code)) fail_msg("row %zu: not %s", i, rows[i].code);
    }
    /* The same terminal, spelt otherwise. */
    const Json *twice = post(&r, 409, "/api/vehicles",
                             "{\"code\":\"A\",\"name\":\"A\",\"kind\":\"bus\",\"phone\":\"00013912344329\"}");
    assert_true(has_field(twice, "phone", "duplicate"));
    rig_close(&r);
}

/* ---- The judge and the alarm ---- */

static int judged(Rig *r, const char *phone, double lon, double lat, double speed)
{
    const Jt808Judge *j = kernel_service(r->city.kernel, "jt808_judge");
    Jt808Location l = {.lon = lon, .lat = lat, .speed = speed, .fixed = true, .t = clock_now()};
    return j->fence(j->ud, phone, &l);
}

static void fences_judge(DbPool *pool)
{
    Rig r;
    town_open(&r, pool);
    const char *phone = "13912344329";
    create(&r, "vehicles", VEHICLE);
    assert_int_equal(judged(&r, phone, 120.01, 30.01, 10), 0);
    assert_int_equal(judged(&r, "4711", 120.01, 30.01, 10), -1);
    create(&r, "geofences",
           "{\"code\":\"F1\",\"name\":\"学校\",\"rule\":\"keep_out\",\"grade\":2,\"kinds\":\" hazmat  "
           "coach\",\"shape\":"
           "{\"type\":\"Polygon\",\"coordinates\":[[[120,30],[120.02,30],[120.02,30.02],[120,30.02],[120,30]]"
           "]}}");
    create(
        &r, "geofences",
        "{\"code\":\"F2\",\"name\":\"限速\",\"rule\":\"speed_limit\",\"limit_kmh\":40,\"grade\":4,\"shape\":"
        "{\"type\":\"Circle\",\"center\":[120.03,30.01],\"radius\":800}}");
    assert_string_equal(text(&r, get(&r, "/api/geofences/code:F1"), "kinds"), "hazmat coach");
    assert_int_equal(judged(&r, phone, 120.01, 30.01, 10), 3);
    assert_int_equal(judged(&r, phone, 120.03, 30.01, 40), 0);
    assert_int_equal(judged(&r, phone, 120.03, 30.01, 41), 1);
    assert_int_equal(judged(&r, phone, 121, 30, 100), 0);
    change(&r, "/api/geofences/code:F1", "{\"enabled\":false}", 200);
    assert_int_equal(judged(&r, phone, 120.01, 30.01, 10), 0);
    change(&r, "/api/geofences/code:F2", NULL, 204);
    assert_int_equal(judged(&r, phone, 120.03, 30.01, 41), 0);
    change(&r, "/api/vehicles/code:%E4%BA%91H8801", "{\"in_service\":false}", 200);
    assert_int_equal(judged(&r, phone, 120.01, 30.01, 10), -1);
    rig_close(&r);
}

static void as_many_fences(DbPool *pool)
{
    Rig r;
    StrBuf b;
    town_open(&r, pool);
    buf_init(&b, r.arena);
    buf_addz(&b, "code,name,rule,grade,enabled,shape\n");
    for (int i = 0; i <= FENCES_MAX; i++)
        buf_printf(&b,
                   "F%d,F,keep_out,3,true,\"{\"\"type\"\":\"\"Circle\"\",\"\"center\"\":[120,30],"
                   "\"\"radius\"\":100}\"\n",
                   i);
    buf_addc(&b, 0);
    Reply reply =
        city_ask(&r.city, "POST", "/api/geofences/import", "Content-Type: text/csv\r\n", str_of(b.p));
    if (reply.status != 200 || !strstr(reply.body, "\"accepted\":500,\"rejected\":1"))
        fail_msg("%d %s", reply.status, reply.body);
    reply_free(&reply);
#define ONE_MORE                                                                                             \
    "{\"code\":\"ONE\",\"name\":\"F\",\"enabled\":%s,\"shape\":{\"type\":\"Circle\",\"center\":[120,30],"    \
    "\"radius\":100}}"
    const Json *j = post(&r, 422, "/api/geofences", arena_printf(r.arena, ONE_MORE, "true"));
    assert_true(has_field(j, "enabled", "limit"));
    create(&r, "geofences", arena_printf(r.arena, ONE_MORE, "false"));
    change(&r, "/api/geofences/code:F0", "{\"name\":\"G\"}", 200); /* it does not count itself */
    change(&r, "/api/geofences/code:ONE", "{\"enabled\":true}", 422);
    change(&r, "/api/geofences/code:F0", "{\"enabled\":false}", 200);
    change(&r, "/api/geofences/code:ONE", "{\"enabled\":true}", 200);
    rig_close(&r);
}

static void place(Rig *r, const char *phone, int64_t t, double lon, double lat, double speed)
{
    send_value(r, arena_printf(r->arena, "jt808:%s#lat", phone), t, lat);
    send_value(r, arena_printf(r->arena, "jt808:%s#lon", phone), t, lon);
    send_value(r, arena_printf(r->arena, "jt808:%s#speed", phone), t, speed);
}

static bool has_grade(Rig *r, const void *ud)
{
    const Json *row = item(json_get(get(r, "/api/vehicles/positions"), "rows"), 0);
    const Json *grade = item(row, 6);
    return ud ? whole(grade) == *(const int64_t *)ud : grade && grade->type == JSON_NULL;
}

static void a_fence_raises_an_alarm(DbPool *pool)
{
    Rig r;
    int64_t t = clock_now() - 60000, orange = 2;
    town_open(&r, pool);
    create(&r, "vehicles", VEHICLE);
    create(
        &r, "geofences",
        "{\"code\":\"F1\",\"name\":\"学校\",\"rule\":\"keep_out\",\"grade\":2,\"shape\":{\"type\":\"Circle\","
        "\"center\":[120.01,30.01],\"radius\":500}}");
    place(&r, "13912344329", t, 120.01, 30.01, 30);
    send_value(&r, "jt808:13912344329#fence", t, 3);
    assert_true(until(&r, has_grade, &orange));
    const Json *alarm = item(json_get(get(&r, "/api/alarms"), "items"), 0);
    assert_string_equal(text(&r, alarm, "rule"), "VEH-FENCE");
    assert_int_equal(whole(json_get(alarm, "grade")), 2);
    const Json *v = get(&r, "/api/vehicles/code:%E4%BA%91H8801");
    assert_string_equal(text(&r, item(json_get(v, "broken"), 0), "code"), "F1");
    assert_int_equal(whole(json_get(json_get(v, "position"), "t")), t);
    send_value(&r, "jt808:13912344329#fence", t + 1000, 0);
    assert_true(until(&r, has_grade, NULL));
    rig_close(&r);
}

/* ---- Reading back ---- */

static void tracks(DbPool *pool)
{
    Rig r;
    int64_t t = civil_ms(&(Civil){.year = 2026, .month = 11, .day = 20, .hour = 8});
    town_open(&r, pool);
    create(&r, "vehicles", VEHICLE);
    for (int i = 0; i < 3; i++)
        place(&r, "13912344329", t + i * 30000, 120 + 0.01 * i, 30 + 0.01 * i * i, 36);
    place(&r, "13912344329", t + 60000 + TRACK_GAP_MS, 120.5, 30.5, 50); /* just no gap */
    place(&r, "13912344329", t + 60001 + 2 * TRACK_GAP_MS, 120.6, 30.6, 51);
    const char *path = arena_printf(r.arena, "/api/vehicles/code:%%E4%%BA%%91H8801/track?from=%lld&to=%lld",
                                    (long long)t, (long long)t + 3600000);
    const Json *track = get(&r, path);
    assert_int_equal(whole(json_get(track, "positions")), 5);
    const Json *features = json_get(track, "features"), *first = item(features, 0), *last = item(features, 1);
    assert_int_equal(features->count, 2);
    assert_string_equal(text(&r, json_get(first, "geometry"), "type"), "LineString");
    assert_int_equal(json_get(json_get(first, "geometry"), "coordinates")->count, 4);
    assert_int_equal(whole(item(json_get(json_get(first, "properties"), "times"), 1)), t + 30000);
    assert_int_equal(whole(item(json_get(json_get(first, "properties"), "speeds"), 1)), 36);
    assert_string_equal(text(&r, json_get(last, "geometry"), "type"), "Point");
    double lon;
    assert_true(json_f64(item(json_get(json_get(last, "geometry"), "coordinates"), 0), &lon) && lon == 120.6);
    city_json(r.arena, &r.city, "GET", "/api/vehicles/code:X/track", 404, STR_NONE);
    city_json(r.arena, &r.city, "GET", "/api/vehicles/code:%E4%BA%91H8801/track?from=5&to=5", 422, STR_NONE);
    city_json(r.arena, &r.city, "GET", "/api/vehicles/code:%E4%BA%91H8801/track?from=0", 422, STR_NONE);
    city_json(r.arena, &r.city, "GET", "/api/vehicles/code:%E4%BA%91H8801/track?step=1", 422, STR_NONE);
    static const struct {
        const char *query, *field;
    } beyond[] = {
        {"to=-9223372036854775808", "to"},
        {"to=9223372036854775807", "to"},
        {"to=0&from=-9223372036854775808", "from"},
        {"from=9223372036854775807", "from"},
    };
    for (size_t i = 0; i < ARRAY_LEN(beyond); i++) {
        path = arena_printf(r.arena, "/api/vehicles/code:%%E4%%BA%%91H8801/track?%s", beyond[i].query);
        const Json *j = city_json(r.arena, &r.city, "GET", path, 422, STR_NONE);
        if (!has_field(j, beyond[i].field, "range")) fail_msg("%s is not refused", beyond[i].query);
    }
    rig_close(&r);
}

static bool two_unknown(Rig *r, const void *ud)
{
    (void)ud;
    return json_get(get(r, "/api/vehicles/unknown"), "items")->count == 2;
}

/* From here on a department without a line of business asks. */
static void narrow_token(Rig *r)
{
    static const char token[] = "test-token-of-a-department";
    Work w;
    const char *out;
    db_test_must(&r->ctx, work_begin_as(&r->ctx, r->city.kernel, NULL, "test", true, &w));
    db_test_must(&r->ctx, token_add(&w, "dept", "dept", token, false, &out));
    db_test_must(&r->ctx, work_commit(&w));
    r->city.token = token;
}

static void unknown_terminals(DbPool *pool)
{
    Rig r;
    town_open(&r, pool);
    place(&r, "5001", clock_now(), 120.1, 30.1, 1);
    place(&r, "5002", clock_now(), 120.2, 30.2, 1);
    send_value(&r, "line:a#b", clock_now(), 1);
    assert_true(until(&r, two_unknown, NULL));
    const Jt808Judge *j = kernel_service(r.city.kernel, "jt808_judge");
    j->registered(j->ud, "5001", STR("云A5001"));
    bool seen = false;
    JSON_EACH(t, json_get(get(&r, "/api/vehicles/unknown"), "items"))
    if (str_is(json_str(json_get(t, "phone")), "5001")) {
        double lat;
        seen = true;
        assert_string_equal(text(&r, t, "plate"), "云A5001");
        assert_true(json_f64(json_get(t, "lat"), &lat) && lat == 30.1);
    }
    assert_true(seen);
    create(&r, "vehicles", "{\"code\":\"云A5001\",\"name\":\"x\",\"kind\":\"other\",\"phone\":\"5001\"}");
    assert_int_equal(json_get(get(&r, "/api/vehicles/unknown"), "items")->count, 1);
    /* In nobody's part of the city: counted, not told. */
    narrow_token(&r);
    const Json *narrow = get(&r, "/api/vehicles/unknown");
    assert_int_equal(json_get(narrow, "items")->count, 0);
    assert_int_equal(whole(json_get(narrow, "outside")), 1);
    rig_close(&r);
}

static void permissions(DbPool *pool)
{
    Rig r;
    Work w;
    const char *token;
    town_open(&r, pool);
    create(&r, "vehicles", VEHICLE);
    db_test_must(&r.ctx, work_begin_as(&r.ctx, r.city.kernel, NULL, "test", true, &w));
    db_test_must(&r.ctx, token_add(&w, "watch-only", "watch", "test-token-of-the-watch", false, &token));
    db_test_must(&r.ctx, token_add(&w, "none", "enterprise", "test-token-of-nobody", false, &token));
    db_test_must(&r.ctx, work_commit(&w));
    r.city.token = "test-token-of-the-watch";
    get(&r, "/api/vehicles/positions");
    post(&r, 403, "/api/vehicles", VEHICLE);
    r.city.token = "test-token-of-nobody";
    city_json(r.arena, &r.city, "GET", "/api/vehicles/positions", 403, STR_NONE);
    city_json(r.arena, &r.city, "GET", "/api/vehicles/code:%E4%BA%91H8801/track", 403, STR_NONE);
    city_json(r.arena, &r.city, "GET", "/api/events?topics=vehicles", 403, STR_NONE);
    rig_close(&r);
}

static void live_events(DbPool *pool)
{
    Rig r;
    town_open(&r, pool);
    const Json *v = create(&r, "vehicles", VEHICLE);
    Client c = client_open(r.city.port);
    client_puts(
        &c, "GET /api/events?topics=vehicles HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " CITY_TOKEN
            "\r\n\r\n");
    assert_true(client_find(&c, "\r\n\r\n") >= 0);
    place(&r, "13912344329", clock_now(), 120.25, 30.125, 30);
    assert_true(client_find(&c, "event: vehicles") >= 0);
    assert_true(client_find(&c, arena_printf(r.arena, "\"%s\"", text(&r, v, "id"))) >= 0);
    client_close(&c);
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(points_follow)
EACH(claimed_before)
EACH(refused)
EACH(fences_judge)
EACH(as_many_fences)
EACH(a_fence_raises_an_alarm)
EACH(tracks)
EACH(unknown_terminals)
EACH(permissions)
EACH(live_events)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_follow),  cmocka_unit_test(test_claimed_before),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_fences_judge),
        cmocka_unit_test(test_as_many_fences), cmocka_unit_test(test_a_fence_raises_an_alarm),
        cmocka_unit_test(test_tracks),         cmocka_unit_test(test_unknown_terminals),
        cmocka_unit_test(test_permissions),    cmocka_unit_test(test_live_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
