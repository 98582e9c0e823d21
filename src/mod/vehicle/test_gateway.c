/* Vehicle terminals through a real socket: registration, authentication, positions that are answered when
 * they can be read back, fences that raise alarms, back-fills, split and strange messages, unknown terminals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"
#include "gateway/jt808_link.h"
#include "vehicle_private.h"
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>

static const Module *const modules[] = {&mod_district, &mod_body,    &mod_object,   &mod_device,
                                        &mod_point,    &mod_rule,    &mod_alarm,    &mod_source,
                                        &mod_map,      &mod_vehicle, &gateway_link, &gateway_jt808};
#define PHONE "13912344329"

static void town_open(Rig *r, DbPool *pool, bool require_auth)
{
    const Jt808Options opt = {.listen = {.address = "127.0.0.1:0", .max_connections = 64, .idle_s = 60},
                              .require_auth = require_auth};
    gateway_jt808_configure(&opt);
    rig_begin(r, pool);
    city_open(&r->city, pool, modules, ARRAY_LEN(modules), rig_provide, r);
    create(r, "vehicles", "{\"code\":\"H1\",\"name\":\"槽车\",\"kind\":\"hazmat\",\"phone\":\"" PHONE "\"}");
    create(
        r, "geofences",
        "{\"code\":\"F1\",\"name\":\"学校\",\"rule\":\"keep_out\",\"grade\":1,\"shape\":{\"type\":\"Circle\","
        "\"center\":[120.5,30.25],\"radius\":500}}");
}

/* ---- A terminal ---- */

typedef struct Terminal {
    int fd;
    uint16_t seq;
    Jt808Frame head;
    char in[65536];
    size_t n;
} Terminal;

static void terminal_open(Terminal *t, const char *number, bool v2019)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)gateway_jt808_port())};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *t = (Terminal){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(
        setsockopt(t->fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = 10}, sizeof(struct timeval)),
        0);
    assert_int_equal(connect(t->fd, (struct sockaddr *)&to, sizeof to), 0);
    jt808_sender(&t->head, number, v2019);
}

static void send_bytes(Terminal *t, Str s)
{
    assert_int_equal(send(t->fd, s.p, s.n, MSG_NOSIGNAL), (ssize_t)s.n);
}

static void tell(Rig *r, Terminal *t, uint16_t id, Str body)
{
    StrBuf b;
    buf_init(&b, r->arena);
    jt808_write(&b, &t->head, id, ++t->seq, body);
    send_bytes(t, buf_str(&b));
}

/* The next frame of the platform. */
static Jt808Frame hear(Rig *r, Terminal *t)
{
    Jt808Frame f;
    const char *code;
    long n;
    while ((n = jt808_cut(str_n(t->in, t->n), &code)) == 0) {
        ssize_t got = recv(t->fd, t->in + t->n, sizeof t->in - t->n, 0);
        assert_true(got > 0);
        t->n += (size_t)got;
    }
    assert_true(n > 0);
    assert_null(jt808_parse(r->arena, str_n(t->in, (size_t)n), &f));
    memmove(t->in, t->in + n, t->n - (size_t)n);
    t->n -= (size_t)n;
    return f;
}

static void expect_answer(Rig *r, Terminal *t, uint16_t seq, uint16_t id, unsigned result)
{
    Jt808Frame f = hear(r, t);
    assert_int_equal(f.id, JT808_PLATFORM_ANSWER);
    assert_string_equal(f.phone, t->head.phone);
    assert_int_equal(f.v2019, t->head.v2019);
    assert_int_equal(f.body.n, 5);
    const unsigned char *b = (const unsigned char *)f.body.p;
    assert_int_equal(b[0] << 8 | b[1], seq);
    assert_int_equal(b[2] << 8 | b[3], id);
    assert_int_equal(b[4], result);
}

static Jt808Location here(int64_t t, double lon, double lat)
{
    return (Jt808Location){
        .lon = lon, .lat = lat, .speed = 36.5, .direction = 90, .altitude = 7, .t = t, .fixed = true};
}

static Str body_of(Rig *r, const Jt808Location *l)
{
    StrBuf b;
    buf_init(&b, r->arena);
    jt808_location_write(&b, l);
    return buf_str(&b);
}

static SeriesLatest newest(Rig *r, const char *point)
{
    SeriesLatest v;
    uint32_t no =
        (uint32_t)whole(json_get(get(r, arena_printf(r->arena, "/api/points/code:%s", point)), "no"));
    series_latest(intake_series(r->intake), no, 1, &v);
    return v;
}

static bool alarm_red(Rig *r, const void *ud)
{
    (void)ud;
    const Json *a = item(json_get(get(r, "/api/alarms?state=unacknowledged"), "items"), 0);
    return a && whole(json_get(a, "grade")) == 1 && str_is(json_str(json_get(a, "rule")), "VEH-FENCE");
}

/* ---- Tests ---- */

static int64_t now_s(void)
{
    return clock_now() / 1000 * 1000;
}

static Str registered(Rig *r, Terminal *t)
{
    StrBuf b;
    buf_init(&b, r->arena);
    jt808_registration_write(&b, t->head.v2019,
                             STR("\xb2\xe2"
                                 "A88888"));
    tell(r, t, JT808_REGISTER, buf_str(&b));
    Jt808Frame f = hear(r, t);
    assert_int_equal(f.id, JT808_REGISTERED);
    assert_int_equal(f.body.p[2], 0);
    return str_n(f.body.p + 3, f.body.n - 3);
}

static void a_days_work(DbPool *pool)
{
    Rig r;
    town_open(&r, pool, false);
    for (int v2019 = 0; v2019 < 2; v2019++) {
        Terminal t;
        int64_t at = now_s() - 60000 + v2019 * 30000;
        terminal_open(&t, "0" PHONE, v2019);
        assert_int_equal(registered(&r, &t).n, 16);
        tell(&r, &t, JT808_AUTHENTICATE,
             v2019 ? STR("\x03"
                         "abc")
                   : STR("abc"));
        expect_answer(&r, &t, 2, JT808_AUTHENTICATE, JT808_OK);
        tell(&r, &t, JT808_HEARTBEAT, STR_NONE);
        expect_answer(&r, &t, 3, JT808_HEARTBEAT, JT808_OK);
        Jt808Location l = here(at, 120.75, 30.5);
        tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
        expect_answer(&r, &t, 4, JT808_LOCATION, JT808_OK);
        SeriesLatest lat = newest(&r, "VEH-H1-LAT"), fence = newest(&r, "VEH-H1-FENCE");
        assert_true(lat.t == at && lat.v == 30.5 && lat.q == 0);
        assert_true(newest(&r, "VEH-H1-SPEED").v == 36.5 && fence.t == at && fence.v == 0);
        /* Said again because the answer was lost: one reading, not two. */
        tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
        expect_answer(&r, &t, 5, JT808_LOCATION, JT808_OK);
        assert_true(newest(&r, "VEH-H1-LAT").t == at);
        tell(&r, &t, JT808_LOGOUT, STR_NONE);
        expect_answer(&r, &t, 6, JT808_LOGOUT, JT808_OK);
        close(t.fd);
    }
    rig_close(&r);
}

static void fences_and_back_fills(DbPool *pool)
{
    Rig r;
    Terminal t;
    int64_t at = now_s() - 60000;
    town_open(&r, pool, false);
    terminal_open(&t, PHONE, false);
    Jt808Location l = here(at, 120.75, 30.5);
    tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
    expect_answer(&r, &t, 1, JT808_LOCATION, JT808_OK);
    /* A back-fill through the fence is kept and not judged. */
    Jt808Location past[2] = {here(at - 600000, 120.5, 30.25), here(at - 590000, 120.5, 30.25)};
    StrBuf b;
    buf_init(&b, r.arena);
    jt808_locations_write(&b, past, 2, true);
    tell(&r, &t, JT808_LOCATIONS, buf_str(&b));
    expect_answer(&r, &t, 2, JT808_LOCATIONS, JT808_OK);
    const Json *track =
        get(&r, arena_printf(r.arena, "/api/vehicles/code:H1/track?from=%lld", (long long)(at - 700000)));
    assert_int_equal(whole(json_get(track, "positions")), 3);
    assert_true(newest(&r, "VEH-H1-FENCE").v == 0);
    /* Without a fix it is not judged either. */
    l = here(at + 10000, 120.5, 30.25);
    l.fixed = false;
    tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
    expect_answer(&r, &t, 3, JT808_LOCATION, JT808_OK);
    assert_true(newest(&r, "VEH-H1-FENCE").v == 0 && newest(&r, "VEH-H1-LAT").q == 1);
    /* Now it is there. */
    l = here(at + 20000, 120.5, 30.25);
    tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
    expect_answer(&r, &t, 4, JT808_LOCATION, JT808_OK);
    assert_true(newest(&r, "VEH-H1-FENCE").v == 4);
    assert_true(until(&r, alarm_red, NULL));
    close(t.fd);
    rig_close(&r);
}

/* ---- What the alarm says ---- */

static const Json *fence_alarm(Rig *r)
{
    return item(json_get(get(r, "/api/alarms?rule=VEH-FENCE"), "items"), 0);
}

static bool of_grade(Rig *r, const void *ud)
{
    const Json *a = fence_alarm(r);
    return a && whole(json_get(a, "grade")) == *(const int *)ud;
}

static void drive(Rig *r, Terminal *t, const Jt808Location *l, int grade)
{
    static uint16_t seq;
    if (grade == 2) seq = 0;
    tell(r, t, JT808_LOCATION, body_of(r, l));
    expect_answer(r, t, ++seq, JT808_LOCATION, JT808_OK);
    assert_true(until(r, of_grade, &grade));
}

static const char *said(Rig *r, const char *lang)
{
    return text(r, json_get(fence_alarm(r), "reason"), lang);
}

/* Which fence, how it was broken, and how fast: judged again from what was stored. When the fences are others
 * by then, the alarm says so instead of naming a wrong one. */
static void alarms_name_the_fence(DbPool *pool)
{
    Rig r;
    Terminal t;
    Work w;
    AlarmTold told = {0};
    Record *point;
    int64_t at = now_s() - 60000;
    double speed = 0;
    alarm_tell_do(vehicle_tell_alarm);
    town_open(&r, pool, false);
    create(&r, "geofences",
           "{\"code\":\"F2\",\"name\":\"南环路\",\"rule\":\"speed_limit\",\"limit_kmh\":30,\"grade\":2,"
           "\"shape\":{"
           "\"type\":\"Circle\",\"center\":[120.75,30.5],\"radius\":2000}}");
    terminal_open(&t, PHONE, false);
    Jt808Location fast = here(at, 120.75, 30.5), school = here(at + 10000, 120.5, 30.25);
    drive(&r, &t, &fast, 2);
    const Json *a = fence_alarm(&r), *fence = item(json_get(json_get(a, "facts"), "fences"), 0);
    assert_non_null(strstr(said(&r, "zh"), "在限速围栏「南环路」内车速 36.5 km/h，超过限速 30 km/h，自 "));
    assert_non_null(
        strstr(said(&r, "en"), "speed 36.5 km/h, over the limit of 30 km/h in geofence \"南环路\", since "));
    assert_true(json_f64(json_get(a, "value"), &speed) && speed == 36.5);
    assert_int_equal(whole(json_get(a, "limit_value")), 30);
    assert_string_equal(text(&r, a, "unit"), "km/h");
    assert_string_equal(text(&r, fence, "code"), "F2");
    assert_string_equal(text(&r, fence, "rule"), "speed_limit");
    assert_int_equal(whole(json_get(fence, "limit_kmh")), 30);
    assert_string_equal(text(&r, json_get(json_get(a, "facts"), "vehicle"), "code"), "H1");
    drive(&r, &t, &school, 1);
    assert_non_null(strstr(said(&r, "zh"), "驶入禁行围栏「学校」，自 "));
    assert_non_null(strstr(said(&r, "en"), "entered forbidden geofence \"学校\", since "));
    assert_int_equal(json_get(fence_alarm(&r), "value")->type, JSON_NULL);
    change(&r, "/api/geofences/code:F1", "{\"enabled\":false}", 200);
    Ctx ctx; /* its arena holds the snapshot that is asked */
    Arena *arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, r.city.kernel, NULL, "test", false, &w));
    assert_int_equal(store_find(&w, &point_entity, STR("code:VEH-H1-FENCE"), &point), 1);
    WatchEvent e = {.t = at + 10000, .kind = EVENT_RAISE, .grade = 1, .has_value = 1, .value = 4};
    assert_int_equal(vehicle_tell_alarm(&w, &(AlarmAsk){point, &e, r.intake}, &told), 1);
    assert_true(str_is(told.happened[LANG_ZH], "违反电子围栏，围栏此后已变更"));
    assert_int_equal(told.facts.n, 0);
    work_abort(&w);
    arena_free(&arena);
    alarm_tell_do(NULL);
    close(t.fd);
    rig_close(&r);
}

static void split_batch(DbPool *pool)
{
    enum { N = 30 };
    Rig r;
    Terminal t;
    int64_t at = now_s() - 600000;
    town_open(&r, pool, false);
    terminal_open(&t, PHONE, true);
    Jt808Location l[N];
    for (int i = 0; i < N; i++) l[i] = here(at + i * 1000, 120.75 + i * 0.001, 30.5);
    StrBuf body, b;
    buf_init(&body, r.arena);
    buf_init(&b, r.arena);
    jt808_locations_write(&body, l, N, false);
    jt808_write_split(&b, &t.head, JT808_LOCATIONS, 100, buf_str(&body), 400);
    send_bytes(&t, buf_str(&b));
    for (uint16_t i = 0; i < 3; i++) expect_answer(&r, &t, (uint16_t)(100 + i), JT808_LOCATIONS, JT808_OK);
    const Json *track =
        get(&r, arena_printf(r.arena, "/api/vehicles/code:H1/track?from=%lld", (long long)at));
    assert_int_equal(whole(json_get(track, "positions")), N);
    close(t.fd);
    rig_close(&r);
}

static void strange_messages(DbPool *pool)
{
    Rig r;
    Terminal t;
    int64_t at = now_s();
    town_open(&r, pool, false);
    terminal_open(&t, PHONE, false);
    tell(&r, &t, 0x0702, STR("driver"));
    expect_answer(&r, &t, 1, 0x0702, JT808_UNSUPPORTED);
    tell(&r, &t, JT808_LOCATION, STR("short"));
    expect_answer(&r, &t, 2, JT808_LOCATION, JT808_WRONG);
    send_bytes(&t, STR("garbage\x7e\x01\x02\x7e"));
    /* Encrypted: attribute bit 10. Header of serial number 9, content without a meaning. */
    StrBuf b;
    buf_init(&b, r.arena);
    Str content = STR("\x02\x00\x04\x01\x01\x39\x12\x34\x43\x29\x00\x09\x55");
    char sum = 0;
    for (size_t i = 0; i < content.n; i++) sum = (char)(sum ^ content.p[i]);
    buf_addc(&b, 0x7e);
    jt808_escape(content, &b);
    jt808_escape(str_n(&sum, 1), &b);
    buf_addc(&b, 0x7e);
    send_bytes(&t, buf_str(&b));
    Jt808Frame f = hear(&r, &t);
    assert_int_equal(f.body.p[4], JT808_UNSUPPORTED);
    /* The connection lives. A batch with one bad position keeps the others. */
    Jt808Location l[2] = {here(at, 120.75, 30.5), here(at + 1000, 120.75, 30.5)};
    StrBuf body;
    buf_init(&body, r.arena);
    jt808_locations_write(&body, l, 2, false);
    body.p[3 + 2 + 23] = 0x13; /* the first one's month */
    tell(&r, &t, JT808_LOCATIONS, buf_str(&body));
    expect_answer(&r, &t, 3, JT808_LOCATIONS, JT808_OK);
    assert_true(newest(&r, "VEH-H1-LAT").t == at + 1000);
    const Json *page = get(&r, "/api/gateways/jt808");
    Str all = STR_NONE;
    JSON_EACH(m, page) if (str_is(m->name, "refused")) all = m->name;
    assert_true(all.n > 0);
    close(t.fd);
    rig_close(&r);
}

static bool listed(Rig *r, const void *ud)
{
    (void)ud;
    return json_get(get(r, "/api/vehicles/unknown"), "items")->count == 1;
}

static void unknown_terminal(DbPool *pool)
{
    Rig r;
    Terminal t;
    town_open(&r, pool, false);
    terminal_open(&t, "777", false);
    registered(&r, &t);
    Jt808Location l = here(now_s() - 5000, 120.5, 30.25);
    tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
    expect_answer(&r, &t, 2, JT808_LOCATION, JT808_OK);
    assert_true(until(&r, listed, NULL));
    const Json *u = item(json_get(get(&r, "/api/vehicles/unknown"), "items"), 0);
    assert_string_equal(text(&r, u, "phone"), "777");
    assert_string_equal(text(&r, u, "plate"), "测A88888");
    create(&r, "vehicles", "{\"code\":\"H2\",\"name\":\"二\",\"kind\":\"coach\",\"phone\":\"777\"}");
    l.t += 1000;
    tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
    expect_answer(&r, &t, 3, JT808_LOCATION, JT808_OK);
    assert_true(newest(&r, "VEH-H2-LON").v == 120.5 && newest(&r, "VEH-H2-FENCE").v == 4);
    close(t.fd);
    rig_close(&r);
}

static void authentication_required(DbPool *pool)
{
    Rig r;
    Terminal t;
    struct stat st;
    town_open(&r, pool, true);
    terminal_open(&t, PHONE, false);
    Jt808Location l = here(now_s(), 120.75, 30.5);
    tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
    expect_answer(&r, &t, 1, JT808_LOCATION, JT808_FAILED);
    tell(&r, &t, JT808_AUTHENTICATE, STR("0123456789abcdef"));
    expect_answer(&r, &t, 2, JT808_AUTHENTICATE, JT808_FAILED);
    Str code = registered(&r, &t);
    tell(&r, &t, JT808_AUTHENTICATE, code);
    expect_answer(&r, &t, 4, JT808_AUTHENTICATE, JT808_OK);
    tell(&r, &t, JT808_LOCATION, body_of(&r, &l));
    expect_answer(&r, &t, 5, JT808_LOCATION, JT808_OK);
    /* The code is of one terminal. */
    Terminal other;
    terminal_open(&other, "888", false);
    tell(&r, &other, JT808_AUTHENTICATE, code);
    expect_answer(&r, &other, 1, JT808_AUTHENTICATE, JT808_FAILED);
    close(other.fd);
    close(t.fd);
    assert_int_equal(stat(arena_printf(r.arena, "%s/jt808.key", r.city.dir), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 32);
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_sqlite(fn);                                                                                  \
    }
EACH(a_days_work)
EACH(fences_and_back_fills)
EACH(alarms_name_the_fence)
EACH(split_batch)
EACH(strange_messages)
EACH(unknown_terminal)
EACH(authentication_required)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_days_work),
        cmocka_unit_test(test_fences_and_back_fills),
        cmocka_unit_test(test_alarms_name_the_fence),
        cmocka_unit_test(test_split_batch),
        cmocka_unit_test(test_strange_messages),
        cmocka_unit_test(test_unknown_terminal),
        cmocka_unit_test(test_authentication_required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
