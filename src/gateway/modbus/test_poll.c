/* The poller against real slaves (libmodbus) and bad ones (plain sockets), a real intake and the real page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* cmocka first */
#include "../../http/test_client.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/db_test.h"
#include "gateway/link.h"
#include "gateway/modbus_poll.h"
#include <arpa/inet.h>
#include <modbus.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#define TOKEN "test-token-watch"
enum { POINTS = 20, WAIT_MS = 10000 };

/* ---- The world ---- */

typedef struct World {
    Arena *arena;
    Ctx ctx;
    Kernel *kernel;
    SseHub *hub;
    HttpServer *server;
    Intake *intake;
    char dir[256];
    Reply last;
} World;

static Intake *open_intake(World *t)
{
    RegistryPoint points[POINTS];
    for (uint32_t i = 0; i < POINTS; i++)
        points[i] = (RegistryPoint){.code = str_printf(t->arena, "P%u", i + 1),
                                    .source = str_printf(t->arena, "modbus:PLC/i%u", i + 1),
                                    .number = i + 1,
                                    .in_service = true};
    RuleSet *rules = NULL;
    db_test_must(&t->ctx, ruleset_parse(&t->ctx, STR("{\"rules\":[]}"), &rules));
    IntakeOptions opt = {.dir = t->dir, .tick_ms = -1, .state_ms = -1};
    Intake *in = NULL;
    db_test_must(&t->ctx, intake_open(&t->ctx, &opt, registry_new(points, POINTS), rules, &in));
    return in;
}

static void add_token(World *t)
{
    Work w;
    const char *token;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, "gw", "watch", TOKEN, false, &token));
    db_test_must(&t->ctx, work_commit(&w));
}

static void world_open(World *t, DbPool *pool)
{
    static const Module *const modules[] = {&gateway_link, &gateway_modbus};
    const char *tmp = getenv("TMPDIR");
    log_set_level(LOG_ERROR);
    *t = (World){.arena = arena_new(0), .hub = sse_hub_new()};
    ctx_init(&t->ctx, t->arena, LANG_EN);
    snprintf(t->dir, sizeof t->dir, "%s/anlan-modbus.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(t->dir));
    gateway_modbus_configure(&(GatewayModbusOptions){.enabled = true});
    KernelOptions opt = {.pool = pool, .hub = t->hub, .data_dir = t->dir, .modules = modules, .nmodules = 2};
    db_test_must(&t->ctx, kernel_open(&t->ctx, &opt, &t->kernel));
    t->intake = open_intake(t);
    kernel_provide(t->kernel, "intake", t->intake);
    db_test_must(&t->ctx, kernel_start(&t->ctx, t->kernel));
    add_token(t);
    HttpOptions http = {.listen = "127.0.0.1:0",
                        .io_threads = 1,
                        .workers = 1,
                        .authorise = kernel_authorise,
                        .authorise_ud = t->kernel};
    t->server = http_new(&http);
    db_test_must(&t->ctx, kernel_add_routes(&t->ctx, t->kernel, t->server));
    db_test_must(&t->ctx, http_start(&t->ctx, t->server));
}

static void world_close(World *t)
{
    char cmd[300];
    reply_free(&t->last);
    http_stop(&t->server);
    kernel_stop(t->kernel);
    intake_close(&t->intake);
    kernel_close(&t->kernel);
    sse_hub_free(&t->hub);
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", t->dir);
    assert_int_equal(system(cmd), 0);
    arena_free(&t->arena);
}

static void page(World *t)
{
    static const char request[] = "GET /api/gateways/modbus HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                                  "Accept-Language: en\r\nAuthorization: Bearer " TOKEN "\r\n\r\n";
    reply_free(&t->last);
    t->last = client_ask(http_port(t->server), request, sizeof request - 1);
    assert_int_equal(t->last.status, 200);
}

/* Until the page says so. */
static void page_has(World *t, const char *text)
{
    for (int i = 0; i < WAIT_MS / 20; i++) {
        page(t);
        if (strstr(t->last.body, text)) return;
        usleep(20000);
    }
    fail_msg("no %s in %s", text, t->last.body);
}

static void value_is(World *t, uint32_t number, double want)
{
    SeriesLatest l = {.t = TIME_NONE};
    for (int i = 0; i < WAIT_MS / 10; i++) {
        series_latest(intake_series(t->intake), number, 1, &l);
        if (l.t != TIME_NONE && !(l.v < want || l.v > want)) return;
        usleep(10000);
    }
    fail_msg("point %u: %g instead of %g", number, l.t == TIME_NONE ? -1 : l.v, want);
}

/* ---- A real slave ---- */

typedef struct SlaveSim {
    modbus_t *ctx;
    modbus_mapping_t *map;
    int listener, client, port;
    pthread_t thread;
} SlaveSim;

static void *sim_run(void *arg)
{
    SlaveSim *s = arg;
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0) return NULL;
        __atomic_store_n(&s->client, fd, __ATOMIC_SEQ_CST);
        modbus_set_socket(s->ctx, fd);
        for (int n; (n = modbus_receive(s->ctx, query)) != -1;)
            if (n > 0) modbus_reply(s->ctx, query, n, s->map);
        __atomic_store_n(&s->client, -1, __ATOMIC_SEQ_CST);
        close(fd);
    }
}

static int listen_on(int *port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t len = sizeof sa;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
    *port = ntohs(sa.sin_port);
    return fd;
}

/* 16 coils, 16 discrete inputs, registers 0–99 and input registers 0–9. port 0: any. */
static void sim_start(SlaveSim *s, int port)
{
    *s = (SlaveSim){.client = -1, .port = port};
    s->ctx = modbus_new_tcp("127.0.0.1", 0);
    s->map = modbus_mapping_new(16, 16, 100, 10);
    assert_non_null(s->map);
    s->listener = listen_on(&s->port);
    assert_int_equal(pthread_create(&s->thread, NULL, sim_run, s), 0);
}

static void sim_stop(SlaveSim *s)
{
    shutdown(s->listener, SHUT_RDWR);
    int fd = __atomic_load_n(&s->client, __ATOMIC_SEQ_CST);
    if (fd >= 0) shutdown(fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
    modbus_mapping_free(s->map);
    modbus_free(s->ctx);
}

/* ---- The table ---- */

typedef struct ItemRow {
    int function, address;
    ModbusType type;
    ModbusOrder order;
    int bit;
    double scale;
} ItemRow;

/* Item i is the source of point i + 1. */
static ModbusDevice *device(const char *host, int port, const ItemRow *rows, size_t n)
{
    ModbusDevice *d = modbus_device_new();
    d->code = STR("PLC");
    d->host = arena_strdup(d->arena, host);
    d->port = port;
    d->unit = 1;
    d->period_ms = 50;
    d->timeout_ms = 300;
    d->items = ARENA_ARRAY(d->arena, ModbusItem, n + 1);
    for (size_t i = 0; i < n; i++) {
        d->items[i] = (ModbusItem){.source = str_printf(d->arena, "modbus:PLC/i%zu", i + 1),
                                   .function = (uint8_t)rows[i].function,
                                   .address = (uint16_t)rows[i].address,
                                   .type = (uint8_t)rows[i].type,
                                   .order = (uint8_t)rows[i].order,
                                   .bit = (uint8_t)rows[i].bit,
                                   .scale = rows[i].scale > 0 ? rows[i].scale : 1};
        assert_null(modbus_item_wrong(&d->items[i]));
    }
    d->nitems = n;
    return d;
}

static void use(ModbusDevice *d)
{
    gateway_modbus_table(&d, d ? 1 : 0);
}

/* ---- Tests ---- */

static const ItemRow all_kinds[] = {
    {3, 0, MODBUS_U16, 0, 0, 0},           {3, 1, MODBUS_I16, 0, 0, 0.5},
    {3, 2, MODBUS_F32, MODBUS_ABCD, 0, 0}, {3, 4, MODBUS_F32, MODBUS_CDAB, 0, 0},
    {3, 50, MODBUS_U32, 0, 0, 0},          {4, 3, MODBUS_U16, 0, 0, 0},
    {1, 5, MODBUS_BOOL, 0, 0, 0},          {2, 9, MODBUS_BOOL, 0, 0, 0},
    {3, 0, MODBUS_BOOL, 0, 3, 0},
};

static void values(DbPool *pool)
{
    World t;
    SlaveSim s;
    world_open(&t, pool);
    sim_start(&s, 0);
    s.map->tab_registers[0] = 0x0108;
    s.map->tab_registers[1] = (uint16_t)-40;
    s.map->tab_registers[2] = 0x4148; /* 12.5, high word first */
    s.map->tab_registers[5] = 0xC010; /* -2.25, low word first */
    s.map->tab_registers[50] = 1;
    s.map->tab_registers[51] = 2;
    s.map->tab_input_registers[3] = 77;
    s.map->tab_bits[5] = 1;
    s.map->tab_input_bits[9] = 1;
    use(device("127.0.0.1", s.port, all_kinds, ARRAY_LEN(all_kinds)));
    static const double want[] = {264, -20, 12.5, -2.25, 65538, 77, 1, 1, 1};
    for (uint32_t i = 0; i < ARRAY_LEN(want); i++) value_is(&t, i + 1, want[i]);
    s.map->tab_registers[0] = 5;
    value_is(&t, 1, 5);
    value_is(&t, 9, 0);
    page_has(&t, "\"identity\":\"PLC\",\"connected\":true");
    page_has(&t, "\"state\":\"on\",\"address\":\"TCP × 1\"");
    page_has(&t, "\"words\":\"transaction ");
    page(&t);
    assert_non_null(strstr(t.last.body, "\"refused\":[]"));
    use(NULL); /* an empty table hangs up */
    page_has(&t, "\"connections\":0,\"gone\":1");
    sim_stop(&s);
    world_close(&t);
}

/* One wrong address does not take its neighbours along. */
static void exceptions(DbPool *pool)
{
    static const ItemRow rows[] = {{3, 96, MODBUS_U16, 0, 0, 0},
                                   {3, 97, MODBUS_U16, 0, 0, 0},
                                   {3, 98, MODBUS_U32, 0, 0, 0},
                                   {3, 100, MODBUS_U16, 0, 0, 0},
                                   {4, 9, MODBUS_U16, 0, 0, 0}};
    World t;
    SlaveSim s;
    world_open(&t, pool);
    sim_start(&s, 0);
    s.map->tab_registers[96] = 6;
    s.map->tab_registers[97] = 7;
    s.map->tab_registers[99] = 8;
    s.map->tab_input_registers[9] = 9;
    use(device("127.0.0.1", s.port, rows, ARRAY_LEN(rows)));
    value_is(&t, 1, 6);
    value_is(&t, 2, 7);
    value_is(&t, 3, 8);
    value_is(&t, 5, 9);
    page_has(&t, "\"code\":\"illegal_address\",\"text\":\"exception 02: illegal data address\",\"detail\":"
                 "\"FC3 100+1\"");
    sim_stop(&s);
    world_close(&t);
}

/* A slave that goes and comes back; a table that changes meanwhile. */
static void comes_and_goes(DbPool *pool)
{
    static const ItemRow first[] = {{3, 0, MODBUS_U16, 0, 0, 0}}, second[] = {{3, 1, MODBUS_U16, 0, 0, 0}};
    World t;
    SlaveSim s;
    world_open(&t, pool);
    sim_start(&s, 0);
    int port = s.port;
    s.map->tab_registers[0] = 1;
    use(device("localhost", port, first, 1));
    value_is(&t, 1, 1);
    sim_stop(&s);
    page_has(&t, "\"code\":\"lost\",\"text\":\"connection lost\",\"detail\":\"peer\"");
    page_has(&t, "\"code\":\"connect\",\"text\":\"no connection\",\"detail\":\"connection refused\"");
    sim_start(&s, port);
    s.map->tab_registers[0] = 2;
    s.map->tab_registers[1] = 3;
    value_is(&t, 1, 2);
    use(device("localhost", port, second, 1));
    value_is(&t, 1, 3);
    s.map->tab_registers[1] = 4;
    use(device("localhost", port, second, 1)); /* unchanged: goes on on the same connection */
    value_is(&t, 1, 4);
    page(&t);
    assert_null(strstr(t.last.body, "\"detail\":\"removed\""));
    sim_stop(&s);
    world_close(&t);
}

/* ---- Bad slaves ---- */

static const struct {
    const char *answer, *expect;
    size_t n;
} bad[] = {
    {"", "\"code\":\"timeout\",\"text\":\"no reply in time\",\"detail\":\"FC3 0+1\"", 0},
    {"HTTP/1.1 400 Bad Request\r\n", "\"code\":\"protocol\"", 26},
    {"\xff\xff\x00\x00\x00\x05\x01\x03\x02\x00\x01", "\"code\":\"transaction\"", 11},
    {"\x00\x01\x00\x00\x00\x05\x09\x03\x02\x00\x01", "\"code\":\"unit\"", 11},
    {"\x00\x01\x00\x00\x00\x05\x01\x04\x02\x00\x01", "\"code\":\"function\"", 11},
    {"\x00\x01\x00\x00\x00\x07\x01\x03\x04\x00\x01\x00\x02", "\"code\":\"length\"", 13},
    {"\x00\x01\x00\x00\x01\xff", "\"code\":\"length\"", 6},
};

static void bad_slaves(DbPool *pool)
{
    static const ItemRow rows[] = {{3, 0, MODBUS_U16, 0, 0, 0}};
    World t;
    world_open(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int port = 0, listener = listen_on(&port);
        char request[MODBUS_REQUEST_BYTES];
        use(device("127.0.0.1", port, rows, 1));
        int fd = accept(listener, NULL, NULL);
        assert_int_equal(recv(fd, request, sizeof request, MSG_WAITALL), sizeof request);
        assert_memory_equal(request, "\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x01", sizeof request);
        if (bad[i].n) assert_int_equal(send(fd, bad[i].answer, bad[i].n, MSG_NOSIGNAL), bad[i].n);
        page_has(&t, bad[i].expect);
        use(NULL);
        close(fd);
        close(listener);
    }
    SeriesLatest l;
    series_latest(intake_series(t.intake), 1, 1, &l);
    assert_true(l.t == TIME_NONE); /* nothing of it became a reading */
    world_close(&t);
}

/* Three silent answers end the connection; the next one is made after a pause. */
static void gives_up(DbPool *pool)
{
    static const ItemRow rows[] = {{3, 0, MODBUS_U16, 0, 0, 0}};
    World t;
    world_open(&t, pool);
    int port = 0, listener = listen_on(&port);
    ModbusDevice *d = device("127.0.0.1", port, rows, 1);
    d->timeout_ms = 30;
    use(d);
    int fd = accept(listener, NULL, NULL);
    char request[3 * MODBUS_REQUEST_BYTES + 1];
    assert_int_equal(recv(fd, request, sizeof request, MSG_WAITALL), 3 * MODBUS_REQUEST_BYTES);
    close(fd);
    fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    close(fd);
    close(listener);
    world_close(&t); /* in the middle of its pause */
}

static void off(DbPool *pool)
{
    static const ItemRow rows[] = {{3, 0, MODBUS_U16, 0, 0, 0}};
    World t;
    world_open(&t, pool);
    kernel_stop(t.kernel);
    int port = 0, listener = listen_on(&port);
    use(device("127.0.0.1", port, rows, 1)); /* not started: nothing is connected, nothing leaks */
    struct pollfd p = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&p, 1, 100), 0);
    close(listener);
    world_close(&t);
}

#define ON_SQLITE(fn)                                                                                        \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_sqlite(fn);                                                                                  \
    }
ON_SQLITE(values)
ON_SQLITE(exceptions)
ON_SQLITE(comes_and_goes)
ON_SQLITE(bad_slaves)
ON_SQLITE(gives_up)
ON_SQLITE(off)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),         cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_comes_and_goes), cmocka_unit_test(test_bad_slaves),
        cmocka_unit_test(test_gives_up),       cmocka_unit_test(test_off),
    };
    return cmocka_run_group_tests_name("modbus_poll", tests, NULL, NULL);
}
