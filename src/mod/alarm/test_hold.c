/* What holds alarms back: maintenance windows over points, devices and objects, failures of devices above,
 * and several of them after one another; and how alarms of one object form a group. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_rig.h"
#include "test_desk.h"

static const char *window(Bench *b, const char *target, const char *code, int64_t from, int64_t to)
{
    char t1[TIME_TEXT_MAX], t2[TIME_TEXT_MAX];
    const char *body = arena_printf(
        b->rig.arena, "{\"reason\":\"检修 %s\",\"%s\":\"%s\",\"starts_at\":\"%s\",\"ends_at\":\"%s\"}", code,
        target, code, time_print(from, t1), time_print(to, t2));
    return text(&b->rig, create(&b->rig, "maintenance-windows", body), "id");
}

static void move_end(Bench *b, const char *id, int64_t to)
{
    char t[TIME_TEXT_MAX];
    change(&b->rig, arena_printf(b->rig.arena, "/api/maintenance-windows/%s", id),
           arena_printf(b->rig.arena, "{\"ends_at\":\"%s\"}", time_print(to, t)), 200);
}

static void windows(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    create(r, "objects", "{\"code\":\"O1\",\"name\":\"阀门井\",\"kind\":\"gas_valve_well\"}");
    create(r, "devices", "{\"code\":\"D1\",\"name\":\"检测仪\"}");
    static const struct {
        const char *target, *code;
    } targets[] = {{"point", "W1"}, {"device", "D1"}, {"object", "O1"}};
    uint32_t in[] = {point(&b, "W1", ""), point(&b, "W2", ",\"device\":\"D1\""),
                     point(&b, "W3", ",\"object\":\"O1\"")};
    uint32_t outside = point(&b, "W4", "");
    for (size_t i = 0; i < ARRAY_LEN(targets); i++)
        window(&b, targets[i].target, targets[i].code, b.now - 1, b.now + MS_HOUR);
    for (size_t i = 0; i < ARRAY_LEN(in); i++) deliver_one(&b, EVENT_RAISE, in[i], RULE_R, 2);
    deliver_one(&b, EVENT_RAISE, outside, RULE_R, 2);
    static const char *const codes[] = {"W1", "W2", "W3"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        const Json *a = alarm_of(&b, codes[i], RULE_R);
        assert_string_equal(told(&b, codes[i], RULE_R), "suppressed Ag2 n1");
        assert_string_equal(text(r, a, "held_reason"), arena_printf(r->arena, "检修 %s", targets[i].code));
        assert_string_equal(text(r, a, "until"), "2026-11-22T13:00:00+08:00");
        assert_int_equal(grade_on_map(&b, in[i]), 0);
    }
    assert_string_equal(told(&b, "W4", RULE_R), "unacknowledged Ag2 n1 !");
    deliver_one(&b, EVENT_RETURN, in[1], RULE_R, 0);
    deliver_one(&b, EVENT_ESCALATE, in[2], RULE_R, 1);
    clock_to(&b, b.now + MS_HOUR);
    assert_string_equal(told(&b, "W1", RULE_R), "unacknowledged Ag2 n1 !");
    assert_string_equal(told(&b, "W2", RULE_R), "normal g2 n1");
    assert_string_equal(told(&b, "W3", RULE_R), "unacknowledged Ag1 n1 !");
    assert_int_equal(grade_on_map(&b, in[2]), 1);
    bench_close(&b);
}

/* A window that opens over what is announced already, is extended, overlaps another, is cut short. */
static void moving_windows(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    uint32_t no = point(&b, "W1", ""), acked = point(&b, "W2", ""), gone = point(&b, "W3", "");
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
    deliver_one(&b, EVENT_RAISE, acked, RULE_R, 3);
    act(&b, "W2", RULE_R, "ack", "{}", 200);
    deliver_one(&b, EVENT_RAISE, gone, RULE_R, 3);
    deliver_one(&b, EVENT_RETURN, gone, RULE_R, 0);
    const char *first = window(&b, "point", "W1", b.now + MS_MINUTE, b.now + MS_HOUR);
    window(&b, "point", "W2", b.now + MS_MINUTE, b.now + MS_HOUR);
    window(&b, "point", "W3", b.now + MS_MINUTE, b.now + MS_HOUR);
    clock_to(&b, b.now + MS_MINUTE - 1);
    assert_string_equal(told(&b, "W1", RULE_R), "unacknowledged Ag3 n1 !");
    clock_to(&b, b.now + 1);
    assert_string_equal(told(&b, "W1", RULE_R), "suppressed Ag3 n1");
    assert_string_equal(told(&b, "W2", RULE_R), "suppressed Akg3 n1");
    assert_string_equal(told(&b, "W3", RULE_R), "returned g3 n1"); /* nothing holds: it waits to be seen */
    move_end(&b, first, NOON + 2 * MS_HOUR);
    assert_string_equal(text(&b.rig, alarm_of(&b, "W1", RULE_R), "until"), "2026-11-22T14:00:00+08:00");
    clock_to(&b, NOON + MS_HOUR);
    assert_string_equal(told(&b, "W1", RULE_R), "suppressed Ag3 n1");
    assert_string_equal(told(&b, "W2", RULE_R), "unacknowledged Ag3 n1 !");
    const char *second = window(&b, "point", "W1", b.now, NOON + 3 * MS_HOUR);
    clock_to(&b, NOON + 2 * MS_HOUR); /* the first ends, the second goes on */
    assert_string_equal(told(&b, "W1", RULE_R), "suppressed Ag3 n1");
    assert_string_equal(text(&b.rig, alarm_of(&b, "W1", RULE_R), "suppressed_by"), second);
    change(&b.rig, arena_printf(b.rig.arena, "/api/maintenance-windows/%s", second), NULL, 204);
    assert_string_equal(told(&b, "W1", RULE_R), "unacknowledged Ag3 n1 !");
    bench_close(&b);
}

/* A shelf that ends inside a window, and one taken off by hand there, call nobody. */
static void shelf_and_window(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    static const char *const codes[] = {"W1", "W2", "W3"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        deliver_one(&b, EVENT_RAISE, point(&b, codes[i], ""), RULE_R, 3);
        if (i < 2) act(&b, codes[i], RULE_R, "shelve", hold_body(&b, b.now + 10 * MS_MINUTE), 200);
        else act(&b, codes[i], RULE_R, "out-of-service", "{\"reason\":\"停用\"}", 200);
        window(&b, "point", codes[i], b.now, b.now + MS_HOUR);
    }
    act(&b, "W2", RULE_R, "unshelve", "{}", 200);
    act(&b, "W3", RULE_R, "in-service", "{}", 200);
    clock_to(&b, b.now + 10 * MS_MINUTE);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        assert_string_equal(told(&b, codes[i], RULE_R), "suppressed Ag3 n1");
        assert_string_equal(text(&b.rig, alarm_of(&b, codes[i], RULE_R), "held_by"), "(none)");
    }
    clock_to(&b, NOON + MS_HOUR);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        assert_string_equal(told(&b, codes[i], RULE_R), "unacknowledged Ag3 n1 !");
    bench_close(&b);
}

static void bad_windows(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    point(&b, "W1", "");
    static const struct {
        const char *body, *field, *code;
    } bad[] = {
        {"{\"reason\":\"检修\",\"starts_at\":\"2026-11-22T12:00:00+08:00\",\"ends_at\":\"2026-11-22T13:00:00+"
         "08:00\"}",
         "point", "one_of"},
        {"{\"reason\":\"检修\",\"point\":\"W1\",\"starts_at\":\"2026-11-22T12:00:00+08:00\",\"ends_at\":"
         "\"2026-11-22T12:00:00+08:00\"}",
         "ends_at", "order"},
        {"{\"reason\":\"检修\",\"point\":\"W1\",\"starts_at\":\"2026-11-22T12:00:00+08:00\"}", "ends_at",
         "required"},
        {"{\"reason\":\"检修\",\"point\":\"W9\",\"starts_at\":\"2026-11-22T12:00:00+08:00\",\"ends_at\":"
         "\"2026-11-22T13:00:00+08:00\"}",
         "point", "reference"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_true(
            has_field(post(&b.rig, 422, "/api/maintenance-windows", bad[i].body), bad[i].field, bad[i].code));
    bench_close(&b);
}

/* ---- Failures above ---- */

/* G0 is above G1, G1 above the device D1 with a heartbeat and two points, and above D2 with one. */
static void make_tree(Bench *b, uint32_t no[6])
{
    static const char *const devices[] = {"{\"code\":\"G0\",\"name\":\"站\"}",
                                          "{\"code\":\"G1\",\"name\":\"网关\",\"parent\":\"G0\"}",
                                          "{\"code\":\"D1\",\"name\":\"仪表一\",\"parent\":\"G1\"}",
                                          "{\"code\":\"D2\",\"name\":\"仪表二\",\"parent\":\"G1\"}"};
    static const char *const points[][2] = {
        {"S0", ",\"device\":\"G0\",\"quantity\":\"heartbeat\""}, {"S1", ",\"device\":\"G1\""},
        {"H1", ",\"device\":\"D1\",\"quantity\":\"heartbeat\""}, {"A1", ",\"device\":\"D1\""},
        {"A2", ",\"device\":\"D1\",\"quantity\":\"ch4\""},       {"B1", ",\"device\":\"D2\""}};
    for (size_t i = 0; i < ARRAY_LEN(devices); i++) create(&b->rig, "devices", devices[i]);
    for (size_t i = 0; i < ARRAY_LEN(points); i++) no[i] = point(b, points[i][0], points[i][1]);
}

static void check_states(Bench *b, const char *const expected[6])
{
    static const char *const codes[] = {"S0", "S1", "H1", "A1", "A2", "B1"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        const char *is = told(b, codes[i], RULE_OFF);
        if (expected[i] && strncmp(is, expected[i], strlen(expected[i])) != 0)
            fprintf(stderr, "%s: %s, not %s\n", codes[i], is, expected[i]);
        if (expected[i]) assert_memory_equal(is, expected[i], strlen(expected[i]));
    }
}

static void parents(DbPool *pool)
{
    Bench b;
    uint32_t no[6];
    enum { S0, S1, H1, A1, A2, B1 };
    bench_open(&b, pool);
    make_tree(&b, no);
    deliver_one(&b, EVENT_RAISE, no[A1], RULE_OFF, 4);
    deliver_one(&b, EVENT_RAISE, no[A2], RULE_R, 2); /* not offline: nothing above holds it */
    check_states(&b, (const char *const[]){"none", "none", "none", "unacknowledged", "none", "none"});
    deliver_one(&b, EVENT_RAISE, no[H1], RULE_OFF, 4);
    check_states(&b, (const char *const[]){"none", "none", "unacknowledged", "suppressed A", "none", "none"});
    deliver_one(&b, EVENT_RAISE, no[A2], RULE_OFF, 4);
    deliver_one(&b, EVENT_RAISE, no[B1], RULE_OFF, 4);
    check_states(&b, (const char *const[]){"none", "none", "unacknowledged", "suppressed A", "suppressed A",
                                           "unacknowledged"});
    deliver_one(&b, EVENT_RAISE, no[S0], RULE_OFF, 4); /* two levels up */
    check_states(&b, (const char *const[]){"unacknowledged", "none", "suppressed A", "suppressed A",
                                           "suppressed A", "suppressed A"});
    deliver_one(&b, EVENT_RAISE, no[S1], RULE_OFF, 4);
    check_states(&b, (const char *const[]){NULL, "suppressed A", NULL, NULL, NULL, NULL});
    assert_string_equal(told(&b, "A2", RULE_R), "unacknowledged Ag2 n1 !");

    deliver_one(&b, EVENT_RETURN, no[B1], RULE_OFF, 0);
    check_states(&b, (const char *const[]){NULL, NULL, NULL, NULL, NULL, "suppressed g4"});
    deliver_one(&b, EVENT_RETURN, no[S0], RULE_OFF, 0); /* S1 is announced, and holds what is below it */
    check_states(&b, (const char *const[]){"returned", "unacknowledged A", "suppressed A", "suppressed A",
                                           "suppressed A", NULL});
    deliver_one(&b, EVENT_RETURN, no[S1], RULE_OFF, 0);
    check_states(&b, (const char *const[]){NULL, "returned", "unacknowledged A", "suppressed A",
                                           "suppressed A", "normal"});
    deliver_one(&b, EVENT_RETURN, no[H1], RULE_OFF, 0);
    check_states(&b,
                 (const char *const[]){NULL, NULL, "returned", "unacknowledged A", "unacknowledged A", NULL});
    assert_string_equal(told(&b, "A1", RULE_OFF), "unacknowledged Ag4 n1 !");
    bench_close(&b);
}

/* Work on the gateway silences the gateway and, through its failure, what is below it. */
static void parent_under_window(DbPool *pool)
{
    Bench b;
    uint32_t no[6];
    bench_open(&b, pool);
    make_tree(&b, no);
    window(&b, "device", "G1", b.now, b.now + MS_HOUR);
    deliver_one(&b, EVENT_RAISE, no[5], RULE_OFF, 4);
    check_states(&b, (const char *const[]){"none", "none", "none", "none", "none", "unacknowledged"});
    deliver_one(&b, EVENT_RAISE, no[1], RULE_OFF, 4);
    check_states(&b, (const char *const[]){"none", "suppressed A", "none", "none", "none", "suppressed A"});
    clock_to(&b, b.now + MS_HOUR);
    check_states(&b,
                 (const char *const[]){"none", "unacknowledged A", "none", "none", "none", "suppressed A"});
    act(&b, "S1", RULE_OFF, "ack", "{}", 200);
    deliver_one(&b, EVENT_RETURN, no[1], RULE_OFF, 0);
    check_states(&b, (const char *const[]){"none", "normal", "none", "none", "none", "unacknowledged A"});
    bench_close(&b);
}

/* ---- Groups ---- */

static void groups(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    create(r, "objects", "{\"code\":\"O1\",\"name\":\"一号井\",\"kind\":\"gas_valve_well\"}");
    create(r, "objects", "{\"code\":\"O2\",\"name\":\"二号井\",\"kind\":\"gas_valve_well\"}");
    /* when, where, and which of the earlier ones leads its group */
    static const struct {
        int64_t at;
        const char *object;
        size_t leader;
    } rows[] = {{0, "O1", 0},     {20000, "O2", 1},  {30000, "O1", 0}, {60000, "O1", 0}, {61000, "O1", 4},
                {80000, "O2", 1}, {121000, "O1", 4}, {122000, "", 7},  {122000, "", 8}};
    const char *ids[ARRAY_LEN(rows)];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *code = arena_printf(r->arena, "P%zu", i);
        const char *extra =
            *rows[i].object ? arena_printf(r->arena, ",\"object\":\"%s\"", rows[i].object) : "";
        uint32_t no = point(&b, code, extra);
        b.now = NOON + rows[i].at;
        clock_freeze(b.now);
        deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
        const Json *a = alarm_of(&b, code, RULE_R);
        ids[i] = text(r, a, "id");
        assert_string_equal(text(r, a, "group_id"), ids[rows[i].leader]);
        assert_int_equal(truth(a, "first_out"), rows[i].leader == i);
    }
    assert_int_equal(count_of(&b, arena_printf(r->arena, "group_id=%s", ids[0])), 3);
    /* A held alarm neither joins nor leads. */
    window(&b, "point", "P0", b.now, b.now + MS_HOUR);
    clock_to(&b, b.now + 10 * MS_MINUTE);
    uint32_t held = point(&b, "Q0", ",\"object\":\"O1\""), free_one = point(&b, "Q1", ",\"object\":\"O1\"");
    window(&b, "point", "Q0", b.now, b.now + MS_HOUR);
    deliver_one(&b, EVENT_RAISE, held, RULE_R, 3);
    deliver_one(&b, EVENT_RAISE, free_one, RULE_R, 3);
    const Json *a = alarm_of(&b, "Q1", RULE_R);
    assert_string_equal(text(r, a, "group_id"), text(r, a, "id"));
    bench_close(&b);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(windows)
EACH(moving_windows)
EACH(shelf_and_window)
EACH(bad_windows)
EACH(parents)
EACH(parent_under_window)
EACH(groups)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_windows),
                                       cmocka_unit_test(test_moving_windows),
                                       cmocka_unit_test(test_shelf_and_window),
                                       cmocka_unit_test(test_bad_windows),
                                       cmocka_unit_test(test_parents),
                                       cmocka_unit_test(test_parent_under_window),
                                       cmocka_unit_test(test_groups)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
