/* The table over the wire with the real poller behind: what an office enters is polled at once, what changes
 * takes effect at once, what cannot be read is refused under its field. The slave is a thread with a socket:
 * register a holds 10 × a. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "db/db_test.h"
#include "mod/test_city.h"
#include "base/clock.h"
#include "base/log.h"
#include "gateway/link.h"
#include "modbus_private.h"
#include "mod/body.h"
#include "mod/device.h"
#include "mod/district.h"
#include "mod/modbus.h"
#include "mod/object.h"
#include "mod/point.h"
#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <sys/socket.h>

static const Module *const modules[] = {&mod_district, &mod_body,     &mod_object,     &mod_device,
                                        &mod_point,    &gateway_link, &gateway_modbus, &mod_modbus};

/* ---- The slave ---- */

typedef struct Slave {
    int listener, port;
    pthread_t thread;
} Slave;

static void answer(int fd)
{
    unsigned char q[12], r[260];
    while (recv(fd, q, sizeof q, MSG_WAITALL) == (ssize_t)sizeof q) {
        unsigned from = (unsigned)q[8] << 8 | q[9], n = q[11];
        memcpy(r, q, 8);
        r[4] = 0;
        r[5] = (unsigned char)(3 + 2 * n);
        r[8] = (unsigned char)(2 * n);
        for (unsigned i = 0; i < n; i++) {
            r[9 + 2 * i] = (unsigned char)((from + i) * 10 >> 8);
            r[10 + 2 * i] = (unsigned char)((from + i) * 10);
        }
        send(fd, r, 9 + 2 * n, MSG_NOSIGNAL);
    }
}

static void *slave_run(void *arg)
{
    Slave *s = arg;
    for (int fd; (fd = accept(s->listener, NULL, NULL)) >= 0;) {
        answer(fd);
        close(fd);
    }
    return NULL;
}

static void slave_start(Slave *s)
{
    struct sockaddr_in sa = {.sin_family = AF_INET};
    socklen_t len = sizeof sa;
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(listen(s->listener, 5), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&sa, &len), 0);
    s->port = ntohs(sa.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, slave_run, s), 0);
}

/* After the poller has hung up. */
static void slave_stop(Slave *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
}

/* ---- The rig ---- */

typedef struct Rig {
    City city;
    Intake *intake;
    Arena *arena;
    Slave slave;
} Rig;

static void provide(City *c, void *ud)
{
    Rig *rig = ud;
    Ctx ctx;
    ctx_init(&ctx, rig->arena, LANG_EN);
    RuleSet *rules;
    Registry *registry;
    Work w;
    db_test_must(&ctx, ruleset_parse(&ctx, STR("{\"rules\":[]}"), &rules));
    db_test_must(&ctx, work_begin_as(&ctx, c->kernel, NULL, "test", false, &w));
    db_test_must(&ctx, point_registry_build(&w, &registry));
    db_test_must(&ctx, work_commit(&w));
    IntakeOptions opt = {.dir = c->dir, .tick_ms = -1, .state_ms = -1};
    db_test_must(&ctx, intake_open(&ctx, &opt, registry, rules, &rig->intake));
    kernel_provide(c->kernel, "intake", rig->intake);
}

static void rig_open(Rig *r, DbPool *pool)
{
    log_set_level(LOG_ERROR);
    gateway_modbus_configure(&(GatewayModbusOptions){.enabled = true});
    r->arena = arena_new(0);
    slave_start(&r->slave);
    city_open(&r->city, pool, modules, ARRAY_LEN(modules), provide, r);
}

static void rig_close(Rig *r)
{
    http_stop(&r->city.server);
    kernel_stop(r->city.kernel);
    intake_close(&r->intake);
    kernel_close(&r->city.kernel);
    city_close(&r->city);
    slave_stop(&r->slave);
    arena_free(&r->arena);
}

static const Json *post(Rig *r, int status, const char *path, const char *body)
{
    return city_json(r->arena, &r->city, "POST", path, status, str_of(body));
}

static void patch(Rig *r, const char *path, const char *body)
{
    int64_t version = 0;
    json_i64(json_get(city_json(r->arena, &r->city, "GET", path, 200, STR_NONE), "version"), &version);
    const char *head = arena_printf(
        r->arena, "Content-Type: application/merge-patch+json\r\nIf-Match: \"%lld\"\r\n", (long long)version);
    Reply reply = city_ask(&r->city, "PATCH", path, head, str_of(body));
    assert_int_equal(reply.status, 200);
    reply_free(&reply);
}

static void value_is(Rig *r, uint32_t number, double want)
{
    SeriesLatest l = {.t = TIME_NONE};
    for (int i = 0; i < 1000; i++) {
        series_latest(intake_series(r->intake), number, 1, &l);
        if (l.t != TIME_NONE && fabs(l.v - want) < 1e-9) return;
        usleep(10000);
    }
    fail_msg("point %u: %g instead of %g", number, l.t == TIME_NONE ? -1 : l.v, want);
}

static void point(Rig *r, const char *code, const char *more)
{
    post(r, 201, "/api/points",
         arena_printf(r->arena, "{\"code\":\"%s\",\"name\":\"%s\",\"quantity\":\"pressure\"%s}", code, code,
                      more));
}

/* ---- Tests ---- */

static void takes_effect(DbPool *pool)
{
    Rig r = {0};
    rig_open(&r, pool);
    point(&r, "P1", "");
    point(&r, "P2", ",\"source\":\"modbus:PLC/level\"");
    post(&r, 201, "/api/modbus-devices",
         arena_printf(
             r.arena,
             "{\"code\":\"PLC\",\"name\":\"泵站\",\"host\":\"127.0.0.1\",\"port\":%d,\"period_ms\":100}",
             r.slave.port));
    post(&r, 201, "/api/modbus-items",
         "{\"code\":\"PLC-1\",\"device\":\"PLC\",\"item\":\"pressure\",\"address\":4,\"point\":\"P1\"}");
    post(&r, 201, "/api/modbus-items",
         "{\"code\":\"PLC-2\",\"device\":\"PLC\",\"item\":\"level\",\"address\":6,\"scale\":0.5,\"offset\":-"
         "1}");
    value_is(&r, 1, 40);
    value_is(&r, 2, 29);
    patch(&r, "/api/modbus-items/code:PLC-1", "{\"address\":5}");
    value_is(&r, 1, 50);
    patch(&r, "/api/modbus-devices/code:PLC", "{\"enabled\":false}");
    const Json *g = NULL;
    for (int i = 0; i < 1000; i++) { /* it hangs up */
        int64_t connections = -1;
        g = json_get(city_json(r.arena, &r.city, "GET", "/api/gateways/modbus", 200, STR_NONE), "gateway");
        if (json_i64(json_get(g, "connections"), &connections) && !connections) break;
        usleep(10000);
    }
    assert_true(str_is(json_str(json_get(g, "address")), "TCP × 0"));
    patch(&r, "/api/modbus-items/code:PLC-1", "{\"address\":7}");
    patch(&r, "/api/modbus-devices/code:PLC", "{\"enabled\":true}");
    value_is(&r, 1, 70);
    rig_close(&r);
}

static const struct {
    const char *plural, *body, *field;
} refused[] = {
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a b\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a/b\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a:502\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"1::2::3\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"-a\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a-.b\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a.-b\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"_\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a._\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\".\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a..b\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\".a\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a.\"}", "host"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a\",\"port\":0}", "port"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a\",\"period_ms\":99}", "period_ms"},
    {"modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"a\",\"unit\":256}", "unit"},
    {"modbus-items", "{\"code\":\"I\",\"device\":\"PLC\",\"item\":\"one\",\"address\":0}", "item"},
    {"modbus-items", "{\"code\":\"I\",\"device\":\"none\",\"item\":\"i\",\"address\":0}", "device"},
    {"modbus-items", "{\"code\":\"I\",\"device\":\"PLC\",\"item\":\"i\",\"address\":65535,\"type\":\"f32\"}",
     "address"},
    {"modbus-items", "{\"code\":\"I\",\"device\":\"PLC\",\"item\":\"i\",\"address\":1,\"function\":\"1\"}",
     "type"},
    {"modbus-items", "{\"code\":\"I\",\"device\":\"PLC\",\"item\":\"i\",\"address\":1,\"function\":\"5\"}",
     "function"},
    {"modbus-items", "{\"code\":\"I\",\"device\":\"PLC\",\"item\":\"i\",\"address\":1,\"bit\":3}", "bit"},
    {"modbus-items",
     "{\"code\":\"I\",\"device\":\"PLC\",\"item\":\"i\",\"address\":1,\"bit\":0,\"function\":\"2\",\"type\":"
     "\"bool\"}",
     "bit"},
    {"modbus-items", "{\"code\":\"I\",\"device\":\"PLC\",\"item\":\"i\",\"address\":1,\"scale\":0}", "scale"},
};

static void checks(DbPool *pool)
{
    Rig r = {0};
    rig_open(&r, pool);
    post(&r, 201, "/api/modbus-devices",
         "{\"code\":\"PLC\",\"name\":\"PLC\",\"host\":\"127.0.0.1\",\"port\":1,\"enabled\":false}");
    post(&r, 201, "/api/modbus-items",
         "{\"code\":\"ONE\",\"device\":\"PLC\",\"item\":\"one\",\"address\":0,\"type\":\"bool\",\"bit\":15}");
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        const char *path = arena_printf(r.arena, "/api/%s", refused[i].plural);
        const Json *problem = post(&r, 422, path, refused[i].body);
        bool named = false;
        JSON_EACH(f, json_get(problem, "fields"))
        named |= str_is(json_str(json_get(f, "field")), refused[i].field);
        if (!named) fail_msg("%s: %s is not named", refused[i].body, refused[i].field);
    }
    static const char *const hosts[] = {"::1", "::ffff:10.0.0.1", "a", "plc-1._x.site_2.example"};
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
        post(&r, 201, "/api/modbus-devices",
             arena_printf(r.arena, "{\"code\":\"H%zu\",\"name\":\"H\",\"host\":\"%s\",\"enabled\":false}", i,
                          hosts[i]));
    rig_close(&r);
}

/* ---- As many as may be polled ---- */

/* Slaves from..to-1 of one host; wants so many accepted. */
static void import_slaves(Rig *r, const char *host, int from, int to, int accepted)
{
    StrBuf b;
    buf_init(&b, r->arena);
    buf_addz(&b, "code,name,host,port,enabled\n");
    for (int i = from; i < to; i++) buf_printf(&b, "S%d,S,%s,9,true\n", i, host);
    buf_addc(&b, 0);
    Reply reply =
        city_ask(&r->city, "POST", "/api/modbus-devices/import", "Content-Type: text/csv\r\n", str_of(b.p));
    const char *want =
        arena_printf(r->arena, "\"accepted\":%d,\"rejected\":%d", accepted, to - from - accepted);
    if (reply.status != 200 || !strstr(reply.body, want)) fail_msg("%d %s", reply.status, reply.body);
    reply_free(&reply);
}

static void as_many(DbPool *pool)
{
    Rig r = {0};
    rig_open(&r, pool);
    int n = 0;
    import_slaves(&r, "localhost", 0, MODBUS_SLAVES_PER_HOST + 2, MODBUS_SLAVES_PER_HOST);
    n += MODBUS_SLAVES_PER_HOST;
    post(&r, 422, "/api/modbus-devices", "{\"code\":\"A\",\"name\":\"A\",\"host\":\"LOCALHOST\",\"port\":9}");
    post(&r, 201, "/api/modbus-devices",
         "{\"code\":\"OFF\",\"name\":\"A\",\"host\":\"localhost\",\"port\":9,\"enabled\":false}");
    patch(&r, "/api/modbus-devices/code:S0", "{\"name\":\"it does not count itself\"}");
    for (int host = 2; n < MODBUS_SLAVES_MAX; host++, n += MODBUS_SLAVES_PER_HOST)
        import_slaves(&r, arena_printf(r.arena, "127.0.0.%d", host), host * 100,
                      host * 100 + MODBUS_SLAVES_PER_HOST, MODBUS_SLAVES_PER_HOST);
    const Json *j = post(&r, 422, "/api/modbus-devices",
                         "{\"code\":\"A\",\"name\":\"A\",\"host\":\"127.0.0.200\",\"port\":9}");
    assert_true(str_is(json_str(json_get(json_get(j, "fields")->child, "code")), "limit"));
    patch(&r, "/api/modbus-devices/code:S0", "{\"enabled\":false}");
    patch(&r, "/api/modbus-devices/code:OFF", "{\"enabled\":true}");
    rig_close(&r);
}

static size_t kept_of(size_t n, size_t hosts)
{
    ModbusDevice **d = calloc(n, sizeof(ModbusDevice *));
    for (size_t i = 0; i < n; i++) {
        d[i] = modbus_device_new();
        d[i]->host = arena_printf(d[i]->arena, "%s%zu", i % 2 ? "h" : "H", i % hosts);
        d[i]->port = 502;
    }
    size_t kept = table_within(d, n);
    for (size_t i = 0; i < kept; i++) modbus_device_free(&d[i]);
    free(d);
    return kept;
}

/* Records from before there were limits. */
static void test_the_rest_is_not_polled(void **state)
{
    (void)state;
    assert_int_equal(kept_of(31, 1), 31);
    assert_int_equal(kept_of(4500, 1), MODBUS_SLAVES_PER_HOST);
    assert_int_equal(kept_of(4500, 3), 3 * MODBUS_SLAVES_PER_HOST);
    assert_int_equal(kept_of(4500, 4500), MODBUS_SLAVES_MAX);
}

/* The table as a file, as an office sends it. */
static void imported(DbPool *pool)
{
    Rig r = {0};
    rig_open(&r, pool);
    point(&r, "P1", "");
    post(&r, 201, "/api/modbus-devices",
         arena_printf(
             r.arena,
             "{\"code\":\"PLC\",\"name\":\"PLC\",\"host\":\"127.0.0.1\",\"port\":%d,\"period_ms\":100}",
             r.slave.port));
    static const char csv[] = "编号,从站,点号,功能码,地址,数据类型,字节序,系数,偏移,测点\n"
                              "A,PLC,a,3,3,u16,ABCD,1,0,P1\n"
                              "B,PLC,b,4,5,f32,CDAB,1,0,\n"
                              "C,PLC,c,4,65535,f32,CDAB,1,0,\n";
    Reply reply =
        city_ask(&r.city, "POST", "/api/modbus-items/import", "Content-Type: text/csv\r\n", str_of(csv));
    if (reply.status != 200 || !strstr(reply.body, "\"accepted\":2,\"rejected\":1"))
        fail_msg("%d %s", reply.status, reply.body);
    reply_free(&reply);
    value_is(&r, 1, 30);
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(takes_effect)
EACH(checks)
EACH(imported)
EACH(as_many)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_takes_effect), cmocka_unit_test(test_checks),
                                       cmocka_unit_test(test_imported), cmocka_unit_test(test_as_many),
                                       cmocka_unit_test(test_the_rest_is_not_polled)};
    return cmocka_run_group_tests_name("modbus_table", tests, NULL, NULL);
}
