/* What could make a warning silent: nobody judges, nobody is there to be sent to, a register is wrong, the
 * program was down, a hundred alarms come at once, a unit lets it lie. Each is tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_warn.h"

static const Json *only_warning(Bench *b)
{
    as(b, -1);
    const Json *items = json_get(get(&b->rig, "/api/warnings"), "items");
    assert_int_equal(items->count, 1);
    return item(items, 0);
}

static uint32_t well_point(Bench *b)
{
    return point(b, "P1", ",\"object\":\"WELL\",\"field\":\"gas\"");
}

static void unjudged_becomes_warning(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    warn_alarm(&b, well_point(&b), "P1", 1);
    warn_clocks(&b, NOON + 3 * MS_MINUTE - 1);
    assert_int_equal(warn_count(&b, "warnings"), 0);
    warn_clocks(&b, NOON + 3 * MS_MINUTE);
    assert_int_equal(warn_count(&b, "warnings"), 0);
    warn_clocks(&b, NOON + 5 * MS_MINUTE);
    const Json *w = only_warning(&b);
    assert_string_equal(text(&b.rig, w, "state"), "published");
    assert_true(truth(w, "automatic"));
    assert_string_equal(text(&b.rig, w, "issuer"), "B-WATCH");
    assert_int_equal(whole(json_get(w, "units")), 3);
    assert_int_equal(warn_clocks(&b, NOON + 5 * MS_MINUTE), 0);
    assert_int_equal(warn_count(&b, "orders"), 3);
    bench_close(&b);
}

/* An orange one has five minutes; a yellow one none. */
static void by_grade(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    uint32_t no = well_point(&b), no2 = point(&b, "P2", "");
    warn_alarm(&b, no, "P1", 2);
    warn_alarm(&b, no2, "P2", 3);
    warn_clocks(&b, NOON + 8 * MS_MINUTE - 1);
    assert_int_equal(warn_count(&b, "warnings"), 0);
    warn_clocks(&b, NOON + MS_HOUR);
    only_warning(&b);
    bench_close(&b);
}

/* It was orange for four minutes and is red now: what a red one has counts from its beginning. */
static void graver_is_not_later(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    uint32_t no = well_point(&b);
    warn_alarm(&b, no, "P1", 2);
    warn_clocks(&b, NOON + 4 * MS_MINUTE);
    deliver_one(&b, EVENT_ESCALATE, no, RULE_R, 1);
    warn_clocks(&b, NOON + 5 * MS_MINUTE);
    assert_int_equal(whole(json_get(only_warning(&b), "grade")), 1);
    bench_close(&b);
}

/* Units are not sent out at night to where nothing is any more; but the watch must say what it was. */
static void returned_becomes_draft(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    uint32_t no = well_point(&b);
    warn_alarm(&b, no, "P1", 1);
    deliver_one(&b, EVENT_RETURN, no, RULE_R, 0);
    act(&b, "P1", RULE_R, "ack", "{}", 200); /* seen, closed, and still not judged */
    warn_clocks(&b, NOON + 6 * MS_MINUTE);
    const Json *w = only_warning(&b);
    assert_string_equal(text(&b.rig, w, "state"), "draft");
    assert_string_equal(text(&b.rig, w, "turn"), "B-WATCH");
    assert_int_equal(warn_count(&b, "orders"), 0);
    bench_close(&b);
}

static void judged_in_time(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    uint32_t no = well_point(&b);
    warn_alarm(&b, no, "P1", 1);
    warn_clocks(&b, NOON + 2 * MS_MINUTE);
    act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\"}", 422);
    act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\",\"code\":\"sensor\"}", 200);
    warn_clocks(&b, NOON + MS_HOUR);
    assert_int_equal(warn_count(&b, "warnings"), 0);
    as(&b, WATCH);
    const char *id = text(&b.rig, alarm_of(&b, "P1", RULE_R), "id");
    const Json *told =
        post(&b.rig, 409, "/api/warnings", arena_printf(b.rig.arena, "{\"alarms\":[\"%s\"]}", id));
    assert_string_equal(text(&b.rig, told, "code"), "warning.judged_otherwise");
    bench_close(&b);
}

/* A shelf is quiet for its time; at its end the clock begins anew. */
static void shelf_ends(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    uint32_t no = well_point(&b);
    warn_alarm(&b, no, "P1", 1);
    act(&b, "P1", RULE_R, "shelve", hold_body(&b, NOON + MS_HOUR), 200);
    warn_clocks(&b, NOON + 30 * MS_MINUTE);
    assert_int_equal(warn_count(&b, "warnings"), 0);
    clock_to(&b, NOON + MS_HOUR);
    warn_clocks(&b, NOON + MS_HOUR + 4 * MS_MINUTE);
    assert_int_equal(warn_count(&b, "warnings"), 0);
    warn_clocks(&b, NOON + MS_HOUR + 5 * MS_MINUTE);
    only_warning(&b);
    bench_close(&b);
}

/* The program was down: all rungs are done once at the next start. */
static void downtime(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    warn_alarm(&b, well_point(&b), "P1", 1);
    warn_clocks(&b, NOON + 7 * MS_DAY);
    only_warning(&b);
    assert_int_equal(warn_count(&b, "orders"), 3);
    bench_close(&b);
}

/* One cause, many alarms: one warning, as grave as the gravest. */
static void flood(DbPool *pool)
{
    enum { N = 12 };
    Bench b;
    warn_open(&b, pool);
    IntakeEvent events[N];
    for (int i = 0; i < N; i++) {
        const char *code = arena_printf(b.rig.arena, "F%02d", i);
        events[i] = event(&b, EVENT_RAISE, point(&b, code, ",\"object\":\"WELL\",\"field\":\"gas\""), RULE_R,
                          i ? 2 : 1);
    }
    IntakeEvent red = events[0];
    events[0] = events[N - 1], events[N - 1] = red; /* the gravest comes last */
    deliver(&b, events, N);
    warn_clocks(&b, NOON + 20 * MS_MINUTE);
    const Json *w = only_warning(&b);
    assert_int_equal(whole(json_get(w, "alarms")), N);
    assert_int_equal(whole(json_get(w, "grade")), 1);
    assert_int_equal(warn_count(&b, "orders"), 3);
    bench_close(&b);
}

/* Registers that are wrong or empty. */
static void no_place_no_units(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    change(r, "/api/warning-routes/code:R1", NULL, 204);
    change(r, "/api/warning-routes/code:R2", NULL, 204);
    uint32_t no = point(&b, "P1", ""); /* no object, no district, no owner */
    warn_alarm(&b, no, "P1", 1);
    warn_clocks(&b, NOON + 6 * MS_MINUTE);
    const Json *w = only_warning(&b);
    assert_string_equal(text(r, w, "state"), "published");
    const char *path = warn_path(&b, w, "warnings");
    const Json *answers = json_get(get(r, arena_printf(r->arena, "%s/answers", path)), "items");
    assert_int_equal(answers->count, 1);
    assert_string_equal(text(r, item(answers, 0), "body"), "B-WATCH");
    bench_close(&b);
}

static void archived_owner(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    uint32_t no = well_point(&b);
    warn_alarm(&b, no, "P1", 1);
    change(&b.rig, "/api/bodies/code:B-GAS", NULL, 204);
    change(&b.rig, "/api/objects/code:WELL", NULL, 204);
    warn_clocks(&b, NOON + 6 * MS_MINUTE);
    assert_string_equal(text(&b.rig, only_warning(&b), "state"), "published");
    bench_close(&b);
}

/* A mapping that somebody broke, and words that are too long, stop no message. */
static void broken_mapping(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    sql_run(&b.rig.ctx, pool, "UPDATE dict_entries SET extra = '[1' WHERE dict = 'cap_grade'");
    sql_run(&b.rig.ctx, pool,
            "UPDATE dict_entries SET extra = '{\"value\":\"a b,<\"}' WHERE dict = 'cap_profile'");
    sql_run(&b.rig.ctx, pool,
            "UPDATE dict_entries SET extra = '{\"category\":\"Doom\"}' WHERE dict = 'cap_line'");
    uint32_t no = well_point(&b);
    warn_alarm(&b, no, "P1", 1);
    sql_run(&b.rig.ctx, pool,
            "UPDATE alarms SET reason_zh = replace('1234567890123456789012345678901234567890', '1',"
            " '"
            "很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长"
            "很长')");
    sql_run(&b.rig.ctx, pool,
            "UPDATE alarms SET reason_zh = reason_zh || reason_zh || reason_zh || reason_zh || reason_zh");
    warn_clocks(&b, NOON + 6 * MS_MINUTE);
    assert_string_equal(text(&b.rig, only_warning(&b), "state"), "published");
    bench_close(&b);
}

/* The ladder of a unit that lets it lie: urged, supervised, escalated; and the answers say so. */
static void late_ladder(DbPool *pool)
{
    static const struct {
        int minutes_x10, chase;
    } rungs[] = {{49, 0}, {50, 1}, {75, 2}, {100, 3}};
    Bench b;
    warn_open(&b, pool);
    const char *path = warn_published(&b, 1);
    int64_t since = b.now;
    for (size_t i = 0; i < ARRAY_LEN(rungs); i++) {
        warn_clocks(&b, since + rungs[i].minutes_x10 * MS_MINUTE / 10);
        as(&b, -1);
        const Json *answers = get(&b.rig, arena_printf(b.rig.arena, "%s/answers", path));
        assert_int_equal(whole(json_get(item(json_get(answers, "items"), 0), "chase")), rungs[i].chase);
        assert_int_equal(whole(json_get(answers, "late")), rungs[i].minutes_x10 > 50 ? 3 : 0);
    }
    bench_close(&b);
}

/* The last order cannot be taken away, and a warning is not lifted over open orders. */
static void nobody_left(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    static const int units[] = {GAS, DEPT, TOWN};
    const char *path = warn_published(&b, 2);
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        warn_do(&b, WATCH, warn_order(&b, path, units[i]), "withdraw", "{\"reason\":\"派错单位\"}",
                i < 2 ? 200 : 409);
    warn_do(&b, WATCH, path, "lift", NULL, 409);
    assert_string_equal(warn_state(&b, path), "published");
    bench_close(&b);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(unjudged_becomes_warning)
EACH(by_grade)
EACH(graver_is_not_later)
EACH(returned_becomes_draft)
EACH(judged_in_time)
EACH(shelf_ends)
EACH(downtime)
EACH(flood)
EACH(no_place_no_units)
EACH(archived_owner)
EACH(broken_mapping)
EACH(late_ladder)
EACH(nobody_left)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unjudged_becomes_warning),
        cmocka_unit_test(test_by_grade),
        cmocka_unit_test(test_graver_is_not_later),
        cmocka_unit_test(test_returned_becomes_draft),
        cmocka_unit_test(test_judged_in_time),
        cmocka_unit_test(test_shelf_ends),
        cmocka_unit_test(test_downtime),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_no_place_no_units),
        cmocka_unit_test(test_archived_owner),
        cmocka_unit_test(test_broken_mapping),
        cmocka_unit_test(test_late_ladder),
        cmocka_unit_test(test_nobody_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
