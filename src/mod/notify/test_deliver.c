/* From a notice to real receivers on this machine, on both databases: each way once, down and slow and broken
 * ones, a crash between sending and writing, dead letters. The module's own thread stays off; the test is the
 * clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "db/db_test.h"
#include "mod/test_city.h"
#include "base/clock.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/people.h"
#include "mod_notify_queries_sql.h"
#include "notify/test_receiver.h"
#include "notify_private.h"

static Receiver receiver;
static Module quiet;
static const Module *const modules[] = {&mod_district, &mod_body, &mod_people, &quiet};

static Rc listen_only(Ctx *ctx, Kernel *k)
{
    (void)ctx;
    notice_listen(k, notice_queued);
    return 0;
}

typedef struct Rig {
    City city;
    Arena *arena;
    Ctx ctx;
    int64_t user, now;
} Rig;

static void configure(Rig *r, bool local)
{
    NotifyOptions opt = {.smtp_host = "127.0.0.1",
                         .smtp_port = receiver.mail,
                         .smtp_tls = "none",
                         .smtp_from = "anlan@example.org",
                         .allow_local = local,
                         .timeout_s = 1,
                         .base_url = "https://anlan.example.org"};
    db_test_must(&r->ctx, notify_configure(&r->ctx, &opt));
}

static void add_person(Rig *r)
{
    Work w;
    Record *rec, *found;
    const Entity *e = &person_entity;
    db_test_must(&r->ctx, work_begin_as(&r->ctx, r->city.kernel, NULL, "test", true, &w));
    db_test_must(&r->ctx, user_add(&w, "zhang", "zhang", "Correct horse", "watch", false));
    assert_int_equal(store_find(&w, kernel_entity(r->city.kernel, "users"), STR("code:zhang"), &found), 1);
    r->user = found->id;
    db_test_must(&r->ctx, user_place(&w, "zhang", "JCZX", NULL));
    assert_int_equal(store_find(&w, kernel_entity(r->city.kernel, "bodies"), STR("code:JCZX"), &found), 1);
    rec = rec_new(&r->ctx, e);
    rec_set(e, rec, "code", db_val_z("zhang"));
    rec_set(e, rec, "name", db_val_z("张三"));
    rec_set(e, rec, "body", db_val_i64(found->id));
    rec_set(e, rec, "mobile", db_val_z("13800005678"));
    rec_set(e, rec, "email", db_val_z("zhang@example.org"));
    rec_set(e, rec, "enabled", db_val_bool(true));
    rec_set(e, rec, "account", db_val_i64(r->user));
    db_test_must(&r->ctx, store_insert(&w, e, rec));
    db_test_must(&r->ctx, work_commit(&w));
}

static void rig_open(Rig *r, DbPool *pool)
{
    *r = (Rig){.arena = arena_new(0)};
    ctx_init(&r->ctx, r->arena, LANG_EN);
    quiet = mod_notify;
    quiet.start = listen_only;
    quiet.stop = NULL;
    receiver_start(&receiver);
    configure(r, true);
    city_open(&r->city, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    city_json(r->arena, &r->city, "POST", "/api/bodies", 201,
              STR("{\"code\":\"JCZX\",\"name\":\"市监测中心\",\"kind\":\"institution\"}"));
    add_person(r);
    r->city.token = CITY_TOKEN2; /* the system administrator */
    r->now = clock_now() + MS_SECOND;
}

static void rig_close(Rig *r)
{
    city_close(&r->city);
    receiver_stop(&receiver);
    arena_free(&r->arena);
}

static const Json *add_channel(Rig *r, int status, const char *code, const char *kind, const char *path,
                               const char *more)
{
    Str text = str_printf(
        r->arena, "{\"code\":\"%s\",\"name\":\"%s\",\"kind\":\"%s\",\"url\":\"http://127.0.0.1:%d%s\"%s}",
        code, code, kind, receiver.web, path, more);
    return city_json(r->arena, &r->city, "POST", "/api/channels", status, text);
}

static void send_notice(Rig *r, const char *kind, bool to_body, int grade)
{
    Work w;
    Record *body;
    db_test_must(&r->ctx, work_begin_as(&r->ctx, r->city.kernel, NULL, "test", true, &w));
    assert_int_equal(store_find(&w, kernel_entity(r->city.kernel, "bodies"), STR("code:JCZX"), &body), 1);
    Notice n = {.user = to_body ? 0 : r->user,
                .body = to_body ? body->id : 0,
                .kind = kind,
                .grade = grade,
                .title = STR("催办：处置单 CZ-1 即将超时"),
                .text = STR("请签收。"),
                .entity = kernel_entity(r->city.kernel, "bodies"),
                .record_id = body->id};
    db_test_must(&r->ctx, notice_send(&w, &n));
    db_test_must(&r->ctx, work_commit(&w));
}

static int64_t run(Rig *r, int64_t later)
{
    int64_t sent;
    r->now += later;
    db_test_must(&r->ctx, notify_run(&r->ctx, r->city.kernel, r->now, &sent));
    return sent;
}

static size_t got(Rig *r, const char *needle)
{
    return receiver_count(r->arena, &receiver, needle);
}

static const Json *deliveries(Rig *r, const char *state)
{
    return json_get(city_json(r->arena, &r->city, "GET",
                              arena_printf(r->arena, "/api/deliveries?state=%s", state), 200, STR_NONE),
                    "items");
}

#define SMS                                                                                                  \
    ",\"template\":\"{\\\"to\\\":\\\"{phone}\\\",\\\"msg\\\":\\\"{text}\\\"}\",\"header\":\"Authorization: " \
    "Bearer {key}\",\"key\":\"sms-key\",\"expect\":\"ok\""

static void run_ways(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    city_json(r.arena, &r.city, "POST", "/api/channels", 201,
              STR("{\"code\":\"M\",\"name\":\"M\",\"kind\":\"mail\"}"));
    const Json *made = add_channel(&r, 201, "W", "wecom", "/ok?key={key}", ",\"key\":\"robot-key\"");
    assert_null(json_get(made, "key"));
    add_channel(&r, 201, "D", "dingtalk", "/ok?access_token={key}",
                ",\"key\":\"dt-key\",\"secret\":\"SECabc\"");
    add_channel(&r, 201, "F", "feishu", "/feishu", "");
    add_channel(&r, 201, "S", "sms", "/ok", SMS);
    add_channel(&r, 201, "Q", "wecom", "/ok?quiet", ",\"kinds\":\"call\"");
    add_channel(&r, 201, "G", "wecom", "/ok?grave", ",\"grade\":2");
    send_notice(&r, "escalate", true, 3);
    run(&r, 0);
    assert_int_equal(got(&r, "To: <zhang@example.org>"), 1);
    assert_int_equal(got(&r, "/ok?key=robot-key"), 1);
    assert_int_equal(got(&r, "access_token=dt-key&timestamp="), 1);
    assert_int_equal(got(&r, "msg_type"), 1);
    assert_int_equal(got(&r, "13800005678"), 1);
    assert_int_equal(got(&r, "Bearer sms-key"), 1);
    assert_int_equal(got(&r, "https://anlan.example.org/registers/bodies/"),
                     3); /* in clear with the robots */
    assert_int_equal(got(&r, "/ok?quiet"), 0);
    assert_int_equal(got(&r, "/ok?grave"), 0);
    run(&r, MS_HOUR);
    assert_int_equal(got(&r, "/ok?key=robot-key"), 1); /* once */
    /* For one person: his own ways, by his wishes; no group hears it. */
    send_notice(&r, "urge", false, 0);
    run(&r, MS_SECOND);
    assert_int_equal(got(&r, "To: <zhang@example.org>"), 2);
    assert_int_equal(got(&r, "13800005678"), 1); /* an SMS only for escalations and calls */
    assert_int_equal(got(&r, "/ok?key=robot-key"), 1);
    rig_close(&r);
}

static void run_trouble(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    add_channel(&r, 201, "A", "wecom", "/500", "");
    add_channel(&r, 201, "B", "wecom", "/refuse", "");
    add_channel(&r, 201, "C", "wecom", "/garbage", "");
    add_channel(&r, 201, "E", "wecom", "/slow", "");
    add_channel(&r, 201, "H", "wecom", "/once-500", "");
    send_notice(&r, "urge", true, 0);
    assert_int_equal(run(&r, 0), 5);
    assert_int_equal(deliveries(&r, "dead")->count, 1); /* the robot said no */
    assert_int_equal(deliveries(&r, "queued")->count, 4);
    assert_int_equal(run(&r, MS_SECOND), 0); /* not due yet */
    assert_int_equal(run(&r, 15 * MS_SECOND), 4);
    assert_int_equal(deliveries(&r, "sent")->count, 1);
    city_json(r.arena, &r.city, "DELETE", "/api/channels/code:E", 204, STR_NONE); /* its rows die with it */
    for (int i = 0; i < 10; i++) run(&r, 5 * MS_HOUR);
    assert_int_equal(deliveries(&r, "queued")->count, 0);
    const Json *dead = deliveries(&r, "dead");
    assert_int_equal(dead->count, 4);
    assert_int_equal(got(&r, "\"/500\""), 9);
    /* A person tries a dead one again, or gives it up; each once. */
    const char *id = str_z(r.arena, json_str(json_get(dead->child, "id")));
    const char *again = arena_printf(r.arena, "/api/deliveries/%s/actions/retry", id);
    city_json(r.arena, &r.city, "POST", again, 204, STR("{}"));
    city_json(r.arena, &r.city, "POST", again, 409, STR("{}"));
    assert_int_equal(deliveries(&r, "queued")->count, 1);
    id = str_z(r.arena, json_str(json_get(dead->child->next, "id")));
    city_json(r.arena, &r.city, "POST", arena_printf(r.arena, "/api/deliveries/%s/actions/drop", id), 204,
              STR("{}"));
    assert_int_equal(deliveries(&r, "dead")->count, 2);
    r.city.token = CITY_TOKEN; /* nobody else sees or does it */
    city_json(r.arena, &r.city, "GET", "/api/deliveries", 403, STR_NONE);
    city_json(r.arena, &r.city, "POST", again, 403, STR("{}"));
    rig_close(&r);
}

/* The program ends between sending and writing: the message goes once more with the same id. */
static void run_crash(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    add_channel(&r, 201, "H", "webhook", "/ok?hook",
                ",\"secret\":\"0123456789abcdef\",\"topics\":\"records\"");
    assert_int_equal(run(&r, 0), 0); /* from here on */
    r.city.token = CITY_TOKEN;
    city_json(r.arena, &r.city, "POST", "/api/bodies", 201,
              STR("{\"code\":\"GAS\",\"name\":\"燃气公司\",\"kind\":\"operator\"}"));
    db_test_must(&r.ctx, webhooks_feed(&r.ctx, r.city.kernel));
    Db *db;
    DbCursor *c;
    r.now += MS_SECOND;
    db_test_must(&r.ctx, db_take_write(&r.ctx, pool, &db));
    assert_int_equal(db_query_one(&r.ctx, db, &q_delivery_due, DB_ARGS(db_val_i64(r.now), db_val_i64(1)), &c),
                     1);
    int64_t id = db_i64(c, Q_DELIVERY_DUE_ID), next = db_i64(c, Q_DELIVERY_DUE_NEXT_AT);
    db_close(&c);
    /* Claimed and sent by a program that is no more. */
    assert_int_equal(db_exec(&r.ctx, db, &q_delivery_claim,
                             DB_ARGS(db_val_i64(id), db_val_i64(next), db_val_i64(r.now + 120000))),
                     1);
    assert_int_equal(db_exec(&r.ctx, db, &q_delivery_claim,
                             DB_ARGS(db_val_i64(id), db_val_i64(next), db_val_i64(r.now + 120000))),
                     0); /* nobody else takes it meanwhile */
    db_done(&r.ctx, &db);
    assert_int_equal(run(&r, 0), 0);
    assert_int_equal(run(&r, 121 * MS_SECOND), 1);
    assert_int_equal(got(&r, arena_printf(r.arena, "\"x-anlan-delivery\": \"%lld\"", (long long)id)), 1);
    assert_int_equal(got(&r, "\"x-anlan-event\": \"record\""), 1);
    assert_int_equal(got(&r, "sha256="), 1);
    assert_int_equal(got(&r, "\\\"plural\\\":\\\"bodies\\\""), 1);
    assert_int_equal(run(&r, MS_HOUR), 0);
    rig_close(&r);
}

/* Notices of one person never go to a webhook, and a forbidden address is given up at once. */
static void run_limits(DbPool *pool)
{
    static const struct {
        const char *kind, *path, *more, *field;
    } wrong[] = {
        {"wecom", "/ok?key=abc", "", "url"},
        {"wecom", "/ok", ",\"kinds\":\"gossip\"", "kinds"},
        {"sms", "/ok", ",\"template\":\"x\"", "template"},
        {"webhook", "/ok", ",\"secret\":\"short\"", "secret"},
        {"wecom", "/ok", ",\"header\":\"no header\"", "header"},
        {"wecom", "/ok", ",\"header\":\"A: b\\r\\nC: d\"", "header"},
    };
    Rig r;
    rig_open(&r, pool);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const Json *j = add_channel(&r, 422, "X", wrong[i].kind, wrong[i].path, wrong[i].more);
        assert_string_equal(str_z(r.arena, json_str(json_get(json_get(j, "fields")->child, "field"))),
                            wrong[i].field);
    }
    city_json(r.arena, &r.city, "POST", "/api/channels", 422,
              STR("{\"code\":\"X\",\"name\":\"X\",\"kind\":\"wecom\",\"url\":\"file:///etc/passwd\"}"));
    add_channel(&r, 201, "H", "webhook", "/ok?hook",
                ",\"secret\":\"0123456789abcdef\",\"topics\":\"alarms\"");
    run(&r, 0);
    send_notice(&r, "urge", false, 0);
    run(&r, MS_SECOND);
    assert_int_equal(got(&r, "/ok?hook"), 0);
    configure(&r, false);
    city_json(r.arena, &r.city, "POST", "/api/channels/code:H/actions/test", 200, STR("{}"));
    run(&r, MS_SECOND);
    assert_int_equal(got(&r, "/ok?hook"), 0);
    assert_int_equal(deliveries(&r, "dead")->count, 1);
    configure(&r, true);
    city_json(r.arena, &r.city, "POST", "/api/channels/code:H/actions/test", 200, STR("{}"));
    run(&r, MS_SECOND);
    assert_int_equal(got(&r, "/ok?hook"), 1);
    r.city.token = CITY_TOKEN;
    city_json(r.arena, &r.city, "POST", "/api/channels/code:H/actions/test", 403, STR("{}"));
    city_json(r.arena, &r.city, "GET", "/api/channels", 403, STR_NONE);
    rig_close(&r);
}

#define EACH(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
EACH(ways)
EACH(trouble)
EACH(crash)
EACH(limits)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ways), cmocka_unit_test(test_trouble),
                                       cmocka_unit_test(test_crash), cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
