/* The states of an alarm's record, driven by events and by people over the wire: tables of steps with what
 * the record must then say, who may do what, and what browsers and the timeline are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_rig.h"
#include "kernel/conformance.h"
#include "test_desk.h"

typedef enum { RAISE, ESCALATE, EASE, RETURN, ACK, SHELVE, UNSHELVE, SUPPRESS, OUT, IN, JUDGE, MINUTES } Op;
typedef struct Step {
    Op op;
    int arg;           /* grade, or minutes */
    const char *after; /* see told(); NULL: the action is refused with 409 */
} Step;
typedef struct Scenario {
    const char *name;
    Step steps[10];
} Scenario;

static const Scenario scenarios[] = {
    {"acknowledged, then gone",
     {{RAISE, 3, "unacknowledged Ag3 n1 !"},
      {ACK, 0, "acknowledged Akg3 n1"},
      {ACK, 0, NULL},
      {RETURN, 0, "normal kg3 n1"}}},
    {"gone, then acknowledged",
     {{RAISE, 4, "unacknowledged Ag4 n1 !"},
      {RETURN, 0, "returned g4 n1"},
      {ACK, 0, "normal kg4 n1"},
      {ACK, 0, NULL}}},
    {"a new raise before the acknowledgement re-opens and counts",
     {{RAISE, 4, "unacknowledged Ag4 n1 !"},
      {RETURN, 0, "returned g4 n1"},
      {RAISE, 3, "unacknowledged Ag3 n2 !"},
      {ACK, 0, "acknowledged Akg3 n2"},
      {EASE, 4, "acknowledged Akg4 n2"},
      {RETURN, 0, "normal kg4 n2"},
      {RAISE, 2, "unacknowledged Ag2 n1 !"}}},
    {"escalate ends an acknowledgement, ease does not",
     {{RAISE, 4, "unacknowledged Ag4 n1 !"},
      {ACK, 0, "acknowledged Akg4 n1"},
      {ESCALATE, 2, "unacknowledged Ag2 n1 !"},
      {EASE, 3, "unacknowledged Ag3 n1"},
      {ACK, 0, "acknowledged Akg3 n1"},
      {EASE, 4, "acknowledged Akg4 n1"}}},
    {"a shelf is quiet and ends by itself with an announcement",
     {{RAISE, 4, "unacknowledged Ag4 n1 !"},
      {SHELVE, 60, "shelved Ag4 n1"},
      {ACK, 0, NULL},
      {ESCALATE, 3, "shelved Ag3 n1"},
      {MINUTES, 59, "shelved Ag3 n1"},
      {MINUTES, 1, "unacknowledged Ag3 n1 !"}}},
    {"a shelf whose condition went away closes",
     {{RAISE, 4, "unacknowledged Ag4 n1 !"},
      {SHELVE, 60, "shelved Ag4 n1"},
      {RETURN, 0, "shelved g4 n1"},
      {RAISE, 4, "shelved Ag4 n2"},
      {RETURN, 0, "shelved g4 n2"},
      {MINUTES, 60, "normal g4 n2"}}},
    {"red ends a shelf",
     {{RAISE, 3, "unacknowledged Ag3 n1 !"},
      {SHELVE, 60, "shelved Ag3 n1"},
      {ESCALATE, 2, "shelved Ag2 n1"},
      {ESCALATE, 1, "unacknowledged Ag1 n1 !"},
      {MINUTES, 60, "unacknowledged Ag1 n1 !"}}},
    {"taken from the shelf by hand",
     {{RAISE, 3, "unacknowledged Ag3 n1 !"},
      {UNSHELVE, 0, NULL},
      {SHELVE, 60, "shelved Ag3 n1"},
      {UNSHELVE, 0, "unacknowledged Ag3 n1 !"},
      {SHELVE, 60, "shelved Ag3 n1"},
      {RETURN, 0, "shelved g3 n1"},
      {UNSHELVE, 0, "normal g3 n1"},
      {SHELVE, 60, NULL}}},
    {"suppressed by hand until a time",
     {{RAISE, 1, "unacknowledged Ag1 n1 !"},
      {SUPPRESS, 30, "suppressed Ag1 n1"},
      {SHELVE, 60, NULL},
      {MINUTES, 29, "suppressed Ag1 n1"},
      {MINUTES, 1, "unacknowledged Ag1 n1 !"}}},
    {"out of service and back",
     {{RAISE, 3, "unacknowledged Ag3 n1 !"},
      {IN, 0, NULL},
      {OUT, 0, "out-of-service Ag3 n1"},
      {RETURN, 0, "out-of-service g3 n1"},
      {RAISE, 2, "out-of-service Ag2 n2"},
      {MINUTES, 9999, "out-of-service Ag2 n2"},
      {IN, 0, "unacknowledged Ag2 n2 !"}}},
    {"out of service, nothing holds when it comes back",
     {{RAISE, 3, "unacknowledged Ag3 n1 !"},
      {OUT, 0, "out-of-service Ag3 n1"},
      {RETURN, 0, "out-of-service g3 n1"},
      {IN, 0, "normal g3 n1"},
      {OUT, 0, NULL},
      {SUPPRESS, 60, NULL}}},
    {"a verdict acknowledges, also afterwards",
     {{RAISE, 3, "unacknowledged Ag3 n1 !"},
      {JUDGE, 0, "acknowledged Akg3 n1"},
      {RETURN, 0, "normal kg3 n1"},
      {JUDGE, 0, "normal kg3 n1"}}},
    {"what is left of a lost raise opens a record, a lone return does not",
     {{RETURN, 0, "none"},
      {EASE, 4, "unacknowledged Ag4 n1 !"},
      {RETURN, 0, "returned g4 n1"},
      {EASE, 4, "unacknowledged Ag4 n2 !"}}},
};

static void run_action(Bench *b, const char *code, const Step *s)
{
    static const char *const names[] = {
        [ACK] = "ack",           [SHELVE] = "shelve",      [UNSHELVE] = "unshelve",
        [SUPPRESS] = "suppress", [OUT] = "out-of-service", [IN] = "in-service",
        [JUDGE] = "judge"};
    const char *body = "{}";
    if (s->op == SHELVE || s->op == SUPPRESS) body = hold_body(b, b->now + s->arg * MS_MINUTE);
    if (s->op == OUT) body = "{\"reason\":\"传感器拆除\"}";
    if (s->op == JUDGE) body = "{\"verdict\":\"true\"}";
    act(b, code, RULE_R, names[s->op], body, s->after ? 200 : 409);
}

static void run_step(Bench *b, const char *code, uint32_t no, const Step *s)
{
    if (s->op <= RETURN) deliver_one(b, (WatchEventKind)s->op, no, RULE_R, (uint8_t)s->arg);
    else if (s->op == MINUTES) clock_to(b, b->now + s->arg * MS_MINUTE);
    else run_action(b, code, s);
}

static void states(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        const char *code = arena_printf(b.rig.arena, "P%zu", i);
        uint32_t no = point(&b, code, "");
        for (const Step *s = scenarios[i].steps; s < scenarios[i].steps + 10 && (s->op || s->arg); s++) {
            run_step(&b, code, no, s);
            const char *is = told(&b, code, RULE_R);
            if (s->after && strcmp(is, s->after) != 0)
                fprintf(stderr, "%s, step %d\n", scenarios[i].name, (int)(s - scenarios[i].steps) + 1);
            if (s->after) assert_string_equal(is, s->after);
        }
    }
    assert_string_equal(
        sql_text(&b.rig,
                 "SELECT CAST(count(*) AS TEXT) FROM (SELECT point, rule FROM alarms WHERE state <> 'normal' "
                 "GROUP BY point, rule HAVING count(*) > 1) x"),
        "0");
    bench_close(&b);
}

/* ---- The record's figures and words ---- */

static void record(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    create(r, "districts", "{\"code\":\"330102\",\"name\":\"上城区\"}");
    create(r, "bodies", "{\"code\":\"B1\",\"name\":\"燃气公司\",\"kind\":\"enterprise\"}");
    create(r, "objects",
           "{\"code\":\"O1\",\"name\":\"阀门井\",\"kind\":\"gas_valve_well\",\"district\":\"330102\","
           "\"owner\":\"B1\",\"field\":\"gas\"}");
    uint32_t no = point(&b, "P1", ",\"object\":\"O1\",\"quantity\":\"ch4\",\"unit\":\"%VOL\"");
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 2);
    const Json *a = alarm_of(&b, "P1", RULE_R);
    static const char *const members[][2] = {{"point", "P1"},
                                             {"point_name", "点 P1"},
                                             {"rule", "R"},
                                             {"kind", "level"},
                                             {"unit", "%VOL"},
                                             {"object", "O1"},
                                             {"district", "330102"},
                                             {"owner", "B1"},
                                             {"field", "gas"},
                                             {"last_event", "raise"},
                                             {"raised_at", "2026-11-22T12:00:00+08:00"},
                                             {"since", "2026-11-22T11:59:59+08:00"}};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        assert_string_equal(text(r, a, members[i][0]), members[i][1]);
    double v;
    assert_true(json_f64(json_get(a, "value"), &v) && v == 8.5);
    assert_true(json_f64(json_get(a, "limit_value"), &v) && v == 7);
    assert_non_null(strstr(text(r, json_get(a, "reason"), "zh"), "8.5 %VOL ≥ 7"));
    assert_non_null(strstr(text(r, json_get(a, "reason"), "en"), "since 11:59:59"));
    assert_string_equal(text(r, a, "group_id"), text(r, a, "id"));
    deliver_one(&b, EVENT_RETURN, no, RULE_R, 0);
    a = alarm_of(&b, "P1", RULE_R);
    assert_true(json_f64(json_get(a, "value"), &v) && v == 8.5); /* the alarm's, not the return's */
    assert_string_equal(text(r, a, "returned_at"), "2026-11-22T12:00:00+08:00");
    act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\",\"code\":\"calibration\",\"reason\":\"校准\"}",
        200);
    a = alarm_of(&b, "P1", RULE_R);
    assert_string_equal(text(r, a, "judged_by"), "office");
    assert_string_equal(text(r, a, "acked_by"), "office");
    assert_string_equal(text(r, a, "verdict_reason"), "校准");
    bench_close(&b);
}

/* ---- Refusals ---- */

static void refusals(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    uint32_t no = point(&b, "P1", "");
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
    static const struct {
        const char *action;
        int64_t after;
        const char *field, *code;
    } holds[] = {{"shelve", 0, "until", "range"},
                 {"shelve", 24 * MS_HOUR + 1000, "until", "range"},
                 {"suppress", -1000, "until", "range"}};
    for (size_t i = 0; i < ARRAY_LEN(holds); i++)
        assert_true(
            has_field(act(&b, "P1", RULE_R, holds[i].action, hold_body(&b, b.now + holds[i].after), 422),
                      holds[i].field, holds[i].code));
    assert_true(has_field(act(&b, "P1", RULE_R, "shelve", "{}", 422), "reason", "required"));
    assert_true(
        has_field(act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\"}", 422), "code", "required"));
    /* blanks are no reason: of ASCII, ideographic, of no width */
    assert_true(
        has_field(act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"test\",\"reason\":\" \u3000\u200b \"}", 422),
                  "reason", "required"));
    assert_true(has_field(act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"perhaps\",\"reason\":\"无\"}", 422),
                          "verdict", "dictionary"));
    r->city.token = CITY_TOKEN2; /* system: may suppress, not acknowledge */
    static const struct {
        const char *action;
        int status;
    } by_system[] = {{"ack", 403}, {"judge", 403}, {"shelve", 403}, {"suppress", 200}};
    for (size_t i = 0; i < ARRAY_LEN(by_system); i++)
        act(&b, "P1", RULE_R, by_system[i].action, hold_body(&b, b.now + MS_HOUR), by_system[i].status);
    assert_string_equal(told(&b, "P1", RULE_R), "suppressed Ag3 n1");
    bench_close(&b);
}

/* ---- What is told ---- */

/* The newest event for browsers agrees with the record as it stands. */
static void check_push(Bench *b, const char *name, bool announce)
{
    Rig *r = &b->rig;
    const Json *push, *a = alarm_of(b, "P1", RULE_R);
    const char *data = sql_text(r, "SELECT data FROM outbox WHERE event = 'alarm' ORDER BY id DESC LIMIT 1");
    db_test_must(&r->ctx, json_parse(&r->ctx, str_of(data), &push));
    assert_string_equal(text(r, push, "event"), name);
    assert_int_equal(truth(push, "announce"), announce);
    assert_string_equal(text(r, push, "id"), text(r, a, "id"));
    assert_int_equal(whole(json_get(push, "version")), whole(json_get(a, "version")));
    assert_string_equal(text(r, push, "state"), text(r, a, "state"));
    assert_string_equal(text(r, push, "updated_at"), text(r, a, "updated_at"));
    assert_string_equal(text(r, json_get(push, "titles"), "point"), "点 P1");
}

static void pushes(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    uint32_t no = point(&b, "P1", "");
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
    check_push(&b, "raise", true);
    clock_to(&b, b.now + 5000);
    act(&b, "P1", RULE_R, "ack", "{}", 200);
    check_push(&b, "ack", false);
    deliver_one(&b, EVENT_ESCALATE, no, RULE_R, 2);
    check_push(&b, "escalate", true);
    act(&b, "P1", RULE_R, "shelve", hold_body(&b, b.now + MS_MINUTE), 200);
    check_push(&b, "shelve", false);
    clock_to(&b, b.now + MS_MINUTE);
    check_push(&b, "release", true);
    const Json *t = get(&b.rig, arena_printf(b.rig.arena, "/api/alarms/%s/timeline",
                                             text(&b.rig, alarm_of(&b, "P1", RULE_R), "id")));
    static const char *const events[] = {"release", "shelve", "escalate", "ack", "raise"};
    assert_int_equal(json_get(t, "items")->count, ARRAY_LEN(events));
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        assert_string_equal(text(&b.rig, item(json_get(t, "items"), i), "event"), events[i]);
    assert_true(truth(item(json_get(t, "items"), 0), "announced"));
    assert_string_equal(text(&b.rig, item(json_get(t, "items"), 4), "t"), "2026-11-22T12:00:00+08:00");
    assert_int_equal(whole(json_get(t, "judged")), 0);
    assert_string_equal(sql_text(&b.rig, "SELECT CAST(count(*) AS TEXT) FROM ledger WHERE entity = 'alarms'"),
                        "5");
    bench_close(&b);
}

static void grades(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    uint32_t no = point(&b, "P1", ""), other = point(&b, "P2", "");
    assert_int_equal(grade_on_map(&b, no), 0);
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
    assert_int_equal(grade_on_map(&b, no), 3);
    deliver_one(&b, EVENT_RAISE, no, RULE_OFF, 4);
    assert_int_equal(grade_on_map(&b, no), 3);
    deliver_one(&b, EVENT_ESCALATE, no, RULE_R, 1);
    assert_int_equal(grade_on_map(&b, no), 1);
    act(&b, "P1", RULE_R, "shelve", hold_body(&b, b.now + MS_HOUR), 200);
    assert_int_equal(grade_on_map(&b, no), 4);
    act(&b, "P1", RULE_R, "unshelve", "{}", 200);
    assert_int_equal(grade_on_map(&b, no), 1);
    deliver_one(&b, EVENT_RETURN, no, RULE_R, 0);
    assert_int_equal(grade_on_map(&b, no), 4);
    act(&b, "P1", RULE_OFF, "out-of-service", "{\"reason\":\"更换\"}", 200);
    assert_int_equal(grade_on_map(&b, no), 0);
    assert_int_equal(grade_on_map(&b, other), 0);
    bench_close(&b);
}

/* The four slices declare nothing that the kernel would refuse, and their tables have what they declare. */
static void conformance(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    db_test_must(&r.ctx, kernel_conformance(&r.ctx, rig_modules, ARRAY_LEN(rig_modules)));
    db_test_must(&r.ctx, kernel_conformance_tables(&r.ctx, r.city.kernel));
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(states)
EACH(record)
EACH(refusals)
EACH(pushes)
EACH(grades)
EACH(conformance)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_states),   cmocka_unit_test(test_record),
                                       cmocka_unit_test(test_refusals), cmocka_unit_test(test_pushes),
                                       cmocka_unit_test(test_grades),   cmocka_unit_test(test_conformance)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
