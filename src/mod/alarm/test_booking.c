/* Events become records exactly once: redelivery after a crash, a position booked in part, a database that
 * fails for a while, an event that cannot be booked, registers that changed meanwhile, a burst; and readings
 * all the way through, also over a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_rig.h"
#include "test_desk.h"

static uint64_t seen(Bench *b)
{
    Work w;
    uint64_t pos;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, b->rig.city.kernel, NULL, "test", false, &w));
    db_test_must(&ctx, alarm_events_seen(&w, &pos));
    arena_free(&a);
    return pos;
}

/* n raises of n new points. */
static IntakeEvent *raises(Bench *b, const char *prefix, size_t n)
{
    IntakeEvent *events = ARENA_ARRAY(b->rig.arena, IntakeEvent, n);
    for (size_t i = 0; i < n; i++)
        events[i] =
            event(b, EVENT_RAISE, point(b, arena_printf(b->rig.arena, "%s%zu", prefix, i), ""), RULE_R, 3);
    return events;
}

static void redelivery(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    IntakeEvent *events = raises(&b, "P", 5);
    events[3] = events[4] = event(&b, EVENT_RAISE, events[0].e.point, RULE_R, 3);
    events[3].e.kind = EVENT_RETURN;
    deliver(&b, events, 5); /* P0 rises, returns and rises again */
    assert_int_equal(seen(&b), b.pos);
    assert_string_equal(told(&b, "P0", RULE_R), "unacknowledged Ag3 n2 !");
    alarm_desk_events(b.rig.desk, b.pos, b.rules, events, 5);
    alarm_desk_events(b.rig.desk, b.pos - 1, b.rules, events, 5);
    assert_string_equal(told(&b, "P0", RULE_R), "unacknowledged Ag3 n2 !");
    assert_int_equal(count_of(&b, "limit=1"), 3);
    assert_int_equal(seen(&b), b.pos);
    assert_string_equal(sql_text(&b.rig, "SELECT CAST(count(*) AS TEXT) FROM alarm_events"), "5");
    bench_close(&b);
}

/* As after a crash in the middle of a long position: what was booked before it is not booked again. */
static void in_part(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    IntakeEvent *events = raises(&b, "P", 6);
    sql_run(&b.rig.ctx, pool, "UPDATE alarm_cursor SET pos = 7, part_pos = 1099511627777, part_n = 4");
    assert_int_equal(seen(&b), 7);
    deliver(&b, events, 6);
    assert_int_equal(b.pos, UINT64_C(1099511627777));
    assert_int_equal(count_of(&b, "limit=1"), 2);
    assert_string_equal(told(&b, "P3", RULE_R), "none");
    assert_string_equal(told(&b, "P4", RULE_R), "unacknowledged Ag3 n1 !");
    assert_int_equal(seen(&b), b.pos);
    deliver(&b, events, 4); /* the next position begins at its own first event */
    assert_int_equal(count_of(&b, "limit=1"), 6);
    bench_close(&b);
}

/* One call with the events of three positions, 2, 3 and 1 of them. */
static void several_positions(DbPool *pool)
{
    static const uint64_t of[] = {1, 1, 2, 2, 2, 3};
    Bench b;
    bench_open(&b, pool);
    IntakeEvent *events = raises(&b, "P", 6);
    uint64_t base = b.pos;
    for (size_t i = 0; i < 6; i++) events[i].pos = base + of[i];
    /* Before a crash the first position and two events of the second were booked. */
    assert_int_equal(base, UINT64_C(1099511627776));
    sql_run(&b.rig.ctx, pool,
            "UPDATE alarm_cursor SET pos = 1099511627777, part_pos = 1099511627778, part_n = 2");
    alarm_desk_events(b.rig.desk, base + 3, b.rules, events, 6);
    assert_int_equal(count_of(&b, "limit=1"), 2);
    assert_string_equal(told(&b, "P3", RULE_R), "none");
    assert_string_equal(told(&b, "P4", RULE_R), "unacknowledged Ag3 n1 !");
    assert_int_equal(seen(&b), base + 3);
    /* One that no record can hold, in the middle: booked event by event. */
    for (size_t i = 0; i < 6; i++) events[i].pos = base + 3 + of[i];
    events[3].rule = STR("a rule's name that is much longer than the sixty-four characters a record has");
    alarm_desk_events(b.rig.desk, base + 6, b.rules, events, 6);
    assert_int_equal(count_of(&b, "limit=1"), 5);
    assert_string_equal(told(&b, "P3", RULE_R), "none");
    assert_int_equal(seen(&b), base + 6);
    alarm_desk_events(b.rig.desk, base + 6, b.rules, events, 6);
    assert_string_equal(told(&b, "P0", RULE_R), "unacknowledged Ag3 n1 !");
    bench_close(&b);
}

typedef struct Delivery {
    Bench *b;
    IntakeEvent *events;
    size_t n;
    _Atomic bool done;
} Delivery;

static void *deliver_aside(void *arg)
{
    Delivery *d = arg;
    deliver(d->b, d->events, d->n);
    d->done = true;
    return NULL;
}

/* A table is missing for a while: every statement on it fails, on both databases. */
static void failing_database(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Delivery d = {.b = &b, .events = raises(&b, "P", 3), .n = 3};
    pthread_t thread;
    sql_run(&b.rig.ctx, pool, "ALTER TABLE alarm_events RENAME TO alarm_events_away");
    assert_int_equal(pthread_create(&thread, NULL, deliver_aside, &d), 0);
    nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
    assert_false(d.done);
    assert_int_equal(count_of(&b, "limit=1"), 0);
    sql_run(&b.rig.ctx, pool, "ALTER TABLE alarm_events_away RENAME TO alarm_events");
    pthread_join(thread, NULL);
    assert_int_equal(count_of(&b, "limit=1"), 3);
    assert_string_equal(sql_text(&b.rig, "SELECT CAST(count(*) AS TEXT) FROM alarm_events"), "3");
    assert_int_equal(seen(&b), b.pos);
    bench_close(&b);
}

/* Told to stop while the database fails, the desk gives up without passing over anything, not even what comes
 * later. */
static void stopped_while_failing(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    IntakeEvent *events = raises(&b, "P", 2);
    uint64_t before = seen(&b);
    kernel_stop(b.rig.city.kernel);
    sql_run(&b.rig.ctx, pool, "ALTER TABLE alarm_events RENAME TO alarm_events_away");
    deliver(&b, events, 1);
    sql_run(&b.rig.ctx, pool, "ALTER TABLE alarm_events_away RENAME TO alarm_events");
    deliver(&b, events + 1, 1);
    assert_int_equal(seen(&b), before);
    assert_int_equal(count_of(&b, "limit=1"), 0);
    bench_close(&b);
}

/* One event of many that no record can hold: the others are booked, in their order, and the position is
 * passed. */
static void faulty_event(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    IntakeEvent *events = raises(&b, "P", 4);
    events[1].rule = STR("a rule's name that is much longer than the sixty-four characters a record has");
    deliver(&b, events, 4);
    assert_int_equal(count_of(&b, "limit=1"), 3);
    assert_string_equal(told(&b, "P1", RULE_R), "none");
    assert_string_equal(told(&b, "P3", RULE_R), "unacknowledged Ag3 n1 !");
    assert_int_equal(seen(&b), b.pos);
    bench_close(&b);
}

/* Nothing that people do to the registers meanwhile keeps an alarm from being booked. */
static void changed_registers(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    create(r, "objects", "{\"code\":\"O1\",\"name\":\"井\",\"kind\":\"gas_valve_well\",\"field\":\"gas\"}");
    uint32_t no = point(&b, "P1", ",\"object\":\"O1\"");
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
    const char *id = text(r, alarm_of(&b, "P1", RULE_R), "id");
    change(r, "/api/points/code:P1", NULL, 204);
    change(r, "/api/objects/code:O1", NULL, 204);
    deliver_one(&b, EVENT_RETURN, no, RULE_R, 0);
    assert_string_equal(text(r, get(r, arena_printf(r->arena, "/api/alarms/%s", id)), "state"), "returned");
    deliver_one(&b, EVENT_RAISE, 4000000, RULE_R, 3); /* a number never given */
    /* A field that the dictionary no longer has, a rule that is gone. */
    uint32_t other = point(&b, "P2", ",\"field\":\"gas\"");
    sql_run(&r->ctx, pool, "UPDATE points SET field = 'steam' WHERE code = 'P2'");
    IntakeEvent e = event(&b, EVENT_RAISE, other, RULE_OFF, 4);
    e.e.rule = RULE_GONE;
    deliver(&b, &e, 1);
    assert_string_equal(told(&b, "P2", RULE_OFF), "unacknowledged Ag4 n1 !");
    assert_string_equal(text(r, alarm_of(&b, "P2", RULE_OFF), "kind"), "offline");
    assert_string_equal(text(r, alarm_of(&b, "P2", RULE_OFF), "field"), "(none)");
    e = event(&b, EVENT_RAISE, other, RULE_X, 3);
    e.rule = STR("clock");
    e.e.rule = WATCH_RULE_CLOCK;
    deliver(&b, &e, 1);
    assert_int_equal(count_of(&b, "rule=clock&kind=clock"), 1);
    assert_int_equal(seen(&b), b.pos);
    bench_close(&b);
}

/* The reason holds the rule's expression, which may be longer than the record's field. */
static void long_reason(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    StrBuf json;
    buf_init(&json, b.rig.arena);
    buf_addz(&json, "{\"rules\":[{\"name\":\"R\",\"point\":\"P1\",\"kind\":\"expr\",\"grade\":3,\"expr\":\"v("
                    "\\\"燃\\\") > 0");
    while (json.n < 3000)
        buf_addz(&json, " or v(\\\"GAS-0001-IN-THE-WELL-AT-THE-OLD-BRIDGE-OVER-THE-RIVER\\\") > 1");
    buf_addz(&json, "\"}]}");
    ruleset_free(&b.rules);
    db_test_must(&b.rig.ctx, ruleset_parse(&b.rig.ctx, buf_str(&json), &b.rules));
    deliver_one(&b, EVENT_RAISE, point(&b, "P1", ""), RULE_R, 3);
    assert_string_equal(told(&b, "P1", RULE_R), "unacknowledged Ag3 n1 !");
    static const char *const langs[] = {"zh", "en"};
    for (size_t i = 0; i < ARRAY_LEN(langs); i++) {
        Str reason = json_str(json_get(json_get(alarm_of(&b, "P1", RULE_R), "reason"), langs[i]));
        assert_true(str_utf8_ok(reason));
        assert_int_equal(str_utf8_len(reason), 2000);
    }
    bench_close(&b);
}

static void burst(DbPool *pool)
{
    enum { N = 5000, POINTS = 500 };
    Bench b;
    bench_open(&b, pool);
    create(&b.rig, "objects", "{\"code\":\"O1\",\"name\":\"井\",\"kind\":\"gas_valve_well\"}");
    IntakeEvent *events = ARENA_ARRAY(b.rig.arena, IntakeEvent, N);
    for (size_t i = 0; i < POINTS; i++) {
        uint32_t no = point(&b, arena_printf(b.rig.arena, "P%zu", i), ",\"object\":\"O1\"");
        for (size_t k = 0; k < N / POINTS; k++) {
            events[k * POINTS + i] = event(&b, EVENT_RAISE, no, RULE_R, 3);
            events[k * POINTS + i].rule = str_printf(b.rig.arena, "R%zu", k);
        }
    }
    int64_t began = clock_mono_us();
    deliver(&b, events, N);
    print_message("%d alarms booked in %.1f s\n", N, (double)(clock_mono_us() - began) / 1e6);
    assert_int_equal(count_of(&b, "limit=1"), N);
    assert_int_equal(count_of(&b, "limit=1&first_out=true"), 1);
    const Json *s = get(&b.rig, "/api/alarms/summary");
    assert_int_equal(whole(json_get(json_get(s, "by_grade"), "3")), N);
    assert_int_equal(grade_on_map(&b, events[N - 1].e.point), 3);
    assert_int_equal(seen(&b), b.pos);
    bench_close(&b);
}

/* ---- Readings all the way ---- */

typedef struct Expect {
    Bench *b;
    const char *code, *told;
} Expect;

static bool says(Rig *r, const void *ud)
{
    (void)r;
    const Expect *e = ud;
    return strcmp(told(e->b, e->code, RULE_R), e->told) == 0;
}

static void expect(Bench *b, const char *code, const char *words)
{
    if (!until(&b->rig, says, &(Expect){b, code, words})) assert_string_equal(told(b, code, RULE_R), words);
}

/* The same directory and database, opened again as the program does after a stop. */
static void reopen(Rig *r)
{
    City *c = &r->city;
    char dir[64];
    memcpy(dir, c->dir, sizeof dir);
    http_stop(&c->server);
    kernel_stop(c->kernel);
    intake_close(&r->intake);
    kernel_close(&c->kernel);
    alarm_desk_free(&r->desk);
    KernelOptions opt = {.pool = r->pool,
                         .hub = c->hub,
                         .data_dir = dir,
                         .modules = rig_modules,
                         .nmodules = ARRAY_LEN(rig_modules)};
    db_test_must(&r->ctx, kernel_open(&r->ctx, &opt, &c->kernel));
    rig_provide(c, r);
    db_test_must(&r->ctx, kernel_start(&r->ctx, c->kernel));
    HttpOptions http = {.listen = "127.0.0.1:0", .authorise = kernel_authorise, .authorise_ud = c->kernel};
    c->server = http_new(&http);
    db_test_must(&r->ctx, kernel_add_routes(&r->ctx, c->kernel, c->server));
    db_test_must(&r->ctx, http_start(&r->ctx, c->server));
    c->port = http_port(c->server);
}

static void from_readings(DbPool *pool)
{
    Bench b = {0};
    int64_t t = clock_now() - MS_MINUTE;
    rig_open(&b.rig, pool);
    Rig *r = &b.rig;
    point(&b, "P1", "");
    create(r, "rules",
           "{\"code\":\"R\",\"name\":\"甲烷\",\"point\":\"P*\",\"kind\":\"level\",\"dir\":\"high\","
           "\"limit2\":5,\"limit4\":1}");
    send_value(r, "P1", t, 2);
    expect(&b, "P1", "unacknowledged Ag4 n1 !");
    send_value(r, "P1", t + 1000, 6);
    expect(&b, "P1", "unacknowledged Ag2 n1 !");
    act(&b, "P1", RULE_R, "ack", "{}", 200);
    reopen(r);
    expect(&b, "P1", "acknowledged Akg2 n1");
    send_value(r, "P1", t + 2000, 2);
    expect(&b, "P1", "acknowledged Akg4 n1");
    sql_run(&r->ctx, pool, "UPDATE alarm_cursor SET pos = 0"); /* as if the records were an older copy: given
                                                                  again, nothing changes */
    reopen(r);
    send_value(r, "P1", t + 3000, 0);
    expect(&b, "P1", "normal kg4 n1");
    send_value(r, "P1", t + 4000, 2);
    expect(&b, "P1", "unacknowledged Ag4 n1 !");
    change(r, "/api/rules/code:R", "{\"limit4\":3}",
           200); /* another rule now: what it raised before is over */
    expect(&b, "P1", "returned g4 n1");
    send_value(r, "P1", t + 5000, 4);
    expect(&b, "P1", "unacknowledged Ag4 n2 !");
    change(r, "/api/rules/code:R", "{\"enabled\":false}", 200);
    expect(&b, "P1", "returned g4 n2");
    rig_close(r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(redelivery)
EACH(in_part)
EACH(several_positions)
EACH(failing_database)
EACH(stopped_while_failing)
EACH(faulty_event)
EACH(changed_registers)
EACH(long_reason)
EACH(burst)
EACH(from_readings)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_redelivery),
                                       cmocka_unit_test(test_in_part),
                                       cmocka_unit_test(test_several_positions),
                                       cmocka_unit_test(test_failing_database),
                                       cmocka_unit_test(test_stopped_while_failing),
                                       cmocka_unit_test(test_faulty_event),
                                       cmocka_unit_test(test_changed_registers),
                                       cmocka_unit_test(test_long_reason),
                                       cmocka_unit_test(test_burst),
                                       cmocka_unit_test(test_from_readings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
