/* Points over the wire with a real intake behind: numbers, what follows from object, device and quantity,
 * readings, latest values, online rate, live events, and that a point takes readings as soon as its creation
 * is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "db/db_test.h"
#include "mod/test_city.h"
#include "base/clock.h"
#include "mod/body.h"
#include "mod/device.h"
#include "mod/district.h"
#include "mod/object.h"
#include "mod/point.h"
#include <math.h>
#include <pthread.h>

static const Module *const modules[] = {&mod_district, &mod_body, &mod_object, &mod_device, &mod_point};

typedef struct Rig {
    City city;
    Intake *intake;
    PointGrades grades;
} Rig;

static uint8_t grade_of(void *ud, uint32_t no)
{
    (void)ud;
    return no == 1 ? 2 : 0;
}

static void provide(City *c, void *ud)
{
    Rig *rig = ud;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    RuleSet *rules;
    Registry *registry;
    Work w;
    db_test_must(&ctx, ruleset_parse(&ctx, STR("{\"rules\":[]}"), &rules));
    db_test_must(&ctx, work_begin_as(&ctx, c->kernel, NULL, "test", false, &w));
    db_test_must(&ctx, point_registry_build(&w, &registry));
    db_test_must(&ctx, work_commit(&w));
    IntakeOptions opt = {
        .dir = c->dir, .lanes = 2, .max_in_flight = 100000, .max_per_sender = 100000, .tick_ms = -1};
    db_test_must(&ctx, intake_open(&ctx, &opt, registry, rules, &rig->intake));
    rig->grades = (PointGrades){grade_of, NULL};
    kernel_provide(c->kernel, "intake", rig->intake);
    kernel_provide(c->kernel, "point_grades", &rig->grades);
    arena_free(&a);
}

static void rig_open(Rig *r, DbPool *pool)
{
    city_open(&r->city, pool, modules, ARRAY_LEN(modules), provide, r);
}

static void rig_close(Rig *r)
{
    http_stop(&r->city.server);
    kernel_close(&r->city.kernel); /* its threads look at the intake */
    intake_close(&r->intake);
    city_close(&r->city);
}

/* ---- Readings in ---- */

typedef struct Sent {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool done;
    Rc rc;
} Sent;

static void on_done(Batch *b, Rc rc)
{
    Sent *s = b->ud;
    batch_free(&b);
    pthread_mutex_lock(&s->lock);
    s->done = true;
    s->rc = rc;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

typedef struct Value {
    const char *code;
    int64_t t;
    double v;
    uint8_t q;
} Value;

/* Returns how many codes the registry knew. */
static size_t send_values(Rig *r, const Value *values, size_t n)
{
    Sent s = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};
    Batch *b = batch_new(r->intake, 1, clock_now());
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t no = registry_by_code(b->registry, str_of(values[i].code));
        if (!no) no = registry_by_source(b->registry, str_of(values[i].code));
        if (!no) continue;
        batch_add(b, no, values[i].t, values[i].v, values[i].q);
        known++;
    }
    b->done = on_done;
    b->ud = &s;
    assert_int_equal(intake_submit(r->intake, b), 0);
    pthread_mutex_lock(&s.lock);
    while (!s.done) pthread_cond_wait(&s.wake, &s.lock);
    pthread_mutex_unlock(&s.lock);
    assert_int_equal(s.rc, 0);
    return known;
}

/* ---- Asking ---- */

static const Json *get(Arena *a, Rig *r, int status, const char *path)
{
    return city_json(a, &r->city, "GET", path, status, STR_NONE);
}

static const Json *create(Arena *a, Rig *r, const char *plural, const char *json)
{
    return city_json(a, &r->city, "POST", arena_printf(a, "/api/%s", plural), 201, str_of(json));
}

static int64_t whole(const Json *j)
{
    int64_t v = INT64_MIN;
    assert_true(json_i64(j, &v));
    return v;
}

static const Json *item(const Json *array, size_t i)
{
    const Json *it = array ? array->child : NULL;
    while (it && i-- > 0) it = it->next;
    return it;
}

static double figure(const Json *j)
{
    double v = NAN;
    json_f64(j, &v);
    return v;
}

static void change(Arena *a, Rig *r, const char *path, const char *json)
{
    int64_t version = whole(json_get(get(a, r, 200, path), "version"));
    Reply reply =
        city_ask(&r->city, "PATCH", path,
                 arena_printf(a, "Content-Type: application/merge-patch+json\r\nIf-Match: \"%lld\"\r\n",
                              (long long)version),
                 str_of(json));
    if (reply.status != 200) fprintf(stderr, "PATCH %s: %d %s\n", path, reply.status, reply.body);
    assert_int_equal(reply.status, 200);
    reply_free(&reply);
}

static void registers(Arena *a, Rig *r)
{
    create(a, r, "districts", "{\"code\":\"330102\",\"name\":\"上城区\"}");
    create(a, r, "objects",
           "{\"code\":\"O1\",\"name\":\"阀门井\",\"kind\":\"gas_valve_well\",\"district\":\"330102\",\"lon\":"
           "120.1,\"lat\":30.2}");
    create(a, r, "objects", "{\"code\":\"O2\",\"name\":\"大桥\",\"kind\":\"bridge\"}");
    create(a, r, "devices",
           "{\"code\":\"D1\",\"name\":\"检测仪\",\"object\":\"O1\",\"kind\":\"gas_detector\"}");
    create(a, r, "devices",
           "{\"code\":\"D2\",\"name\":\"旧检测仪\",\"object\":\"O1\",\"arrival_time\":true}");
    create(
        a, r, "points",
        "{\"code\":\"P1\",\"name\":\"甲烷\",\"device\":\"D1\",\"quantity\":\"ch4\",\"must_monitor\":true}");
    create(a, r, "points",
           "{\"code\":\"P2\",\"name\":\"挠度\",\"object\":\"O2\",\"quantity\":\"deflection\",\"unit\":\"cm\","
           "\"interval_s\":600}");
    create(a, r, "points",
           "{\"code\":\"P3\",\"name\":\"液位\",\"device\":\"D2\",\"source\":\"line:well,id=3#level\",\"must_"
           "monitor\":true,\"in_service\":false}");
}

/* ---- Tests ---- */

static void register_rules(DbPool *pool)
{
    Arena *a = arena_new(0);
    Rig r;
    rig_open(&r, pool);
    registers(a, &r);
    const Json *p = get(a, &r, 200, "/api/points/code:P1");
    assert_int_equal(whole(json_get(p, "no")), 1);
    assert_true(str_is(json_str(json_get(p, "object")), "O1")); /* the device's */
    assert_true(str_is(json_str(json_get(p, "field")), "gas") &&
                str_is(json_str(json_get(p, "area")), "lifeline"));
    assert_true(str_is(json_str(json_get(p, "unit")), "%VOL"));
    assert_int_equal(whole(json_get(p, "decimals")), 2);
    assert_int_equal(json_get(p, "in_service_since")->type, JSON_TEXT);
    p = get(a, &r, 200, "/api/points/code:P2");
    assert_true(str_is(json_str(json_get(p, "unit")), "cm") &&
                str_is(json_str(json_get(p, "field")), "bridge"));
    p = get(a, &r, 200, "/api/points/code:P3");
    assert_int_equal(whole(json_get(p, "no")), 3);
    assert_int_equal(json_get(p, "in_service_since")->type, JSON_NULL);
    /* To another object: what came from the old one goes along. */
    change(a, &r, "/api/points/code:P1", "{\"object\":\"O2\",\"in_service\":false}");
    p = get(a, &r, 200, "/api/points/code:P1");
    assert_true(str_is(json_str(json_get(p, "field")), "bridge"));
    assert_int_equal(json_get(p, "in_service_since")->type, JSON_NULL);
    static const char *const wrong[] = {
        "{\"code\":\"X\",\"name\":\"x\",\"range_min\":5,\"range_max\":5}",
        "{\"code\":\"X\",\"name\":\"x\",\"lon\":120}",
        "{\"code\":\"X\",\"name\":\"x\",\"quantity\":\"unknown\"}",
        "{\"code\":\"X\",\"name\":\"x\",\"no\":7}",
        "{\"code\":\"X\",\"name\":\"x\",\"interval_s\":0}",
        "{\"code\":\"GAS-*\",\"name\":\"x\"}",
        "{\"code\":\"a\\\"b\",\"name\":\"x\"}",
        "{\"code\":\"a\\nb\",\"name\":\"x\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        city_json(a, &r.city, "POST", "/api/points", 422, str_of(wrong[i]));
    city_json(a, &r.city, "POST", "/api/points", 409, STR("{\"code\":\"P1\",\"name\":\"x\"}"));
    city_json(a, &r.city, "POST", "/api/points", 409,
              STR("{\"code\":\"X\",\"name\":\"x\",\"source\":\"line:well,id=3#level\"}"));
    /* A number is never used again, and a refused creation takes none. */
    int64_t version = whole(json_get(get(a, &r, 200, "/api/points/code:P2"), "version"));
    Reply reply = city_ask(&r.city, "DELETE", "/api/points/code:P2",
                           arena_printf(a, "If-Match: \"%lld\"\r\n", (long long)version), STR_NONE);
    assert_true(reply.status == 200 || reply.status == 204);
    reply_free(&reply);
    p = create(a, &r, "points", "{\"code\":\"P4\",\"name\":\"新\"}");
    assert_int_equal(whole(json_get(p, "no")), 4);
    get(a, &r, 404, "/api/points/code:P2/readings");
    rig_close(&r);
    arena_free(&a);
}

static void test_register_rules(void **state)
{
    (void)state;
    db_test_each(register_rules);
}

static void readings_out(DbPool *pool)
{
    Arena *a = arena_new(0);
    Rig r;
    rig_open(&r, pool);
    registers(a, &r);
    int64_t now = clock_now(), t0 = civil_step(now - 2 * MS_HOUR, MS_HOUR);
    Value v[] = {{"P1", t0, 1, Q_GOOD},
                 {"P1", t0 + 60000, 3, Q_GOOD},
                 {"P1", t0 + 120000, 99, Q_BAD},
                 {"P1", t0 + MS_HOUR, 5, Q_UNCERTAIN}};
    assert_int_equal(send_values(&r, v, 4), 4);
    const char *window =
        arena_printf(a, "/api/points/code:P1/readings?from=%lld&to=%lld", (long long)t0, (long long)now);
    const Json *j = get(a, &r, 200, window);
    assert_true(str_is(json_str(json_get(j, "unit")), "%VOL"));
    assert_int_equal(json_get(j, "step")->type, JSON_NULL);
    const Json *rows = json_get(j, "rows");
    assert_int_equal(rows->count, 4);
    assert_int_equal(whole(item(item(rows, 1), 0)), t0 + 60000);
    assert_true(figure(item(item(rows, 1), 1)) == 3);
    assert_int_equal(whole(item(item(rows, 2), 2)), Q_BAD);
    assert_int_equal(json_get(j, "next")->type, JSON_NULL);
    /* Pages */
    j = get(a, &r, 200, arena_printf(a, "%s&limit=3", window));
    assert_int_equal(json_get(j, "rows")->count, 3);
    Str next = json_str(json_get(j, "next"));
    j = get(a, &r, 200, arena_printf(a, "%s&limit=3&cursor=%.*s", window, STR_ARG(next)));
    assert_int_equal(json_get(j, "rows")->count, 1);
    /* Steps */
    j = get(a, &r, 200, arena_printf(a, "%s&step=1h", window));
    assert_int_equal(whole(json_get(j, "step")), MS_HOUR);
    rows = json_get(j, "rows");
    assert_int_equal(rows->count, 2);
    assert_true(figure(item(item(rows, 0), 1)) == 2); /* the bad one does not count */
    j = get(a, &r, 200, arena_printf(a, "%s&step=3600000&agg=count", window));
    assert_true(figure(item(item(json_get(j, "rows"), 0), 1)) == 2);
    j = get(a, &r, 200, arena_printf(a, "%s&step=60m&agg=max", window));
    assert_true(figure(item(item(json_get(j, "rows"), 0), 1)) == 3);
    /* RFC 3339, with the '+' as browsers like to spoil it */
    char text[TIME_TEXT_MAX];
    j = get(a, &r, 200,
            arena_printf(a, "/api/points/code:P1/readings?from=%s", time_print(t0 + 60000, text)));
    assert_int_equal(json_get(j, "rows")->count, 3);
    static const char *const wrong[] = {"step=0",         "step=5x",          "step=400d",   "agg=median",
                                        "from=yesterday", "limit=0",          "limit=50001", "cursor=x",
                                        "colour=red",     "from=2000&to=1000"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        get(a, &r, 422, arena_printf(a, "/api/points/code:P1/readings?%s", wrong[i]));
    /* Windows at and beyond the ends of the calendar */
    static const char *const wide[] = {"to=-9223372036854775808",
                                       "from=-9223372036854775808&to=9223372036854775807&step=1d",
                                       "from=-9223372036854775808&to=9223372036854775807&step=1s&agg=last",
                                       "cursor=-9223372036854775808&to=9223372036854775807&step=7m"};
    for (size_t i = 0; i < ARRAY_LEN(wide); i++)
        get(a, &r, 200, arena_printf(a, "/api/points/code:P1/readings?%s", wide[i]));
    get(a, &r, 404, "/api/points/code:NONE/readings");
    rig_close(&r);
    arena_free(&a);
}

static void test_readings_out(void **state)
{
    (void)state;
    db_test_each(readings_out);
}

static void latest_and_online(DbPool *pool)
{
    Arena *a = arena_new(0);
    Rig r;
    rig_open(&r, pool);
    registers(a, &r);
    assert_int_equal(json_get(get(a, &r, 200, "/api/latest"), "rows")->count, 0);
    int64_t now = clock_now();
    Value v[] = {{"P1", now - 1000, 0.5, Q_GOOD}, {"P2", now - 20 * MS_MINUTE, -3.25, Q_GOOD}};
    assert_int_equal(send_values(&r, v, 2), 2);
    const Json *rows = json_get(get(a, &r, 200, "/api/latest"), "rows");
    assert_int_equal(rows->count, 2);
    const Json *first = item(rows, 0);
    assert_true(
        str_eq(json_str(item(first, 0)), json_str(json_get(get(a, &r, 200, "/api/points/code:P1"), "id"))));
    assert_int_equal(whole(item(first, 1)), now - 1000);
    assert_true(figure(item(first, 2)) == 0.5);
    assert_int_equal(whole(item(first, 4)), 2); /* grade */
    assert_int_equal(item(item(rows, 1), 4)->type, JSON_NULL);
    static const struct {
        const char *query;
        size_t n;
    } filters[] = {{"point=P1", 1},        {"point=P1,P2", 2},           {"point=NONE", 0},
                   {"field=bridge", 1},    {"field=metro", 0},           {"object=O1", 1},
                   {"district=330102", 1}, {"field=bridge&object=O1", 0}};
    for (size_t i = 0; i < ARRAY_LEN(filters); i++)
        assert_int_equal(
            json_get(get(a, &r, 200, arena_printf(a, "/api/latest?%s", filters[i].query)), "rows")->count,
            filters[i].n);
    get(a, &r, 422, "/api/latest?object=NONE");
    get(a, &r, 422, "/api/latest?colour=red");
    /* P1 spoke a second ago, P2 (every ten minutes) within three periods, P3 is out of service but must be
     * monitored. */
    const Json *o = get(a, &r, 200, "/api/points/online");
    assert_int_equal(whole(json_get(o, "total")), 2);
    assert_int_equal(whole(json_get(o, "online")), 2);
    assert_int_equal(whole(json_get(o, "must_monitor")), 2);
    assert_true(figure(json_get(o, "coverage")) == 0.5);
    assert_int_equal(json_get(o, "by_field")->count, 2);
    change(a, &r, "/api/points/code:P2", "{\"interval_s\":60}");
    o = get(a, &r, 200, "/api/points/online");
    assert_int_equal(whole(json_get(o, "online")), 1);
    assert_true(figure(json_get(o, "rate")) == 0.5);
    const Json *d = item(json_get(o, "by_district"), 1);
    assert_true(str_is(json_str(json_get(d, "district")), "330102"));
    assert_int_equal(whole(json_get(d, "online")), 1);
    rig_close(&r);
    arena_free(&a);
}

static void test_latest_and_online(void **state)
{
    (void)state;
    db_test_each(latest_and_online);
}

/* A new point, a mapped source and a device's distrusted clock are in force as soon as the change is
 * answered. */
static void registry_follows(DbPool *pool)
{
    Arena *a = arena_new(0);
    Rig r;
    rig_open(&r, pool);
    registers(a, &r);
    int64_t now = clock_now();
    Value early = {"P9", now, 1, Q_GOOD};
    assert_int_equal(send_values(&r, &early, 1), 0);
    create(a, &r, "points", "{\"code\":\"P9\",\"name\":\"九\"}");
    assert_int_equal(send_values(&r, &early, 1), 1);
    Value mapped = {"line:well,id=3#level", now - MS_HOUR, 1, Q_GOOD};
    assert_int_equal(send_values(&r, &mapped, 1), 1);
    const Json *rows = json_get(get(a, &r, 200, "/api/latest?point=P3"), "rows");
    assert_true(whole(item(item(rows, 0), 1)) >= now); /* arrival, not what the device said */
    change(a, &r, "/api/devices/code:D1", "{\"arrival_time\":true}");
    Value distrusted = {"P1", now - MS_HOUR, 1, Q_GOOD};
    assert_int_equal(send_values(&r, &distrusted, 1), 1);
    rows = json_get(get(a, &r, 200, "/api/latest?point=P1"), "rows");
    assert_true(whole(item(item(rows, 0), 1)) >= now);
    /* An import renews it too. */
    Reply reply = city_ask(&r.city, "POST", "/api/points/import", "Content-Type: text/csv\r\n",
                           STR("测点编号,测点名称,监测量\nP10,十,甲烷浓度\n"));
    assert_int_equal(reply.status, 200);
    reply_free(&reply);
    Value ten = {"P10", now, 1, Q_GOOD};
    assert_int_equal(send_values(&r, &ten, 1), 1);
    rig_close(&r);
    arena_free(&a);
}

static void test_registry_follows(void **state)
{
    (void)state;
    db_test_each(registry_follows);
}

static void live_values(DbPool *pool)
{
    Arena *a = arena_new(0);
    Rig r;
    rig_open(&r, pool);
    registers(a, &r);
    Client c = client_open(r.city.port);
    client_puts(
        &c, "GET /api/events?topics=values HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " CITY_TOKEN
            "\r\n\r\n");
    assert_true(client_find(&c, "\r\n\r\n") >= 0);
    Value v = {"P1", clock_now(), 0.75, Q_GOOD};
    assert_int_equal(send_values(&r, &v, 1), 1);
    assert_true(client_find(&c, "event: values") >= 0);
    assert_true(client_find(&c, ",0.75,0,2]]}") >= 0);
    client_close(&c);
    rig_close(&r);
    arena_free(&a);
}

static void test_live_values(void **state)
{
    (void)state;
    db_test_each(live_values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_register_rules),    cmocka_unit_test(test_readings_out),
        cmocka_unit_test(test_latest_and_online), cmocka_unit_test(test_registry_follows),
        cmocka_unit_test(test_live_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
