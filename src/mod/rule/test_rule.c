/* Rules as records: every kind from its flat row to what the watch takes, what is refused and under which
 * field, the set in force with its validity, and that a change reaches the readings without a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"
#include "rule_private.h"

#define BASE(code, kind) "{\"code\":\"" code "\",\"name\":\"规则\",\"point\":\"P*\",\"kind\":\"" kind "\""

/* ---- What the watch is given ---- */

static void in_force(DbPool *pool)
{
    static const struct {
        const char *row, *out;
    } rows[] = {
        {BASE("A1", "level") ",\"dir\":\"high\",\"limit1\":9,\"limit3\":5.5,\"deadband\":0.25,\"on_delay_"
                             "ms\":1000,\"max_gap_ms\":60000}",
         "{\"name\":\"A1\",\"point\":\"P*\",\"kind\":\"level\",\"dir\":\"high\",\"grades\":[{\"grade\":1,"
         "\"limit\":9},{\"grade\":3,\"limit\":5.5}],"
         "\"deadband\":0.25,\"on_delay_ms\":1000,\"max_gap_ms\":60000}"},
        {BASE("A2", "rate") ",\"dir\":\"either\",\"limit2\":1,\"window_ms\":60000,\"eps\":3,\"grade\":2}",
         "{\"name\":\"A2\",\"point\":\"P*\",\"kind\":\"rate\",\"dir\":\"either\",\"grades\":[{\"grade\":2,"
         "\"limit\":1}],\"window_ms\":60000}"},
        {BASE("A3", "stuck") ",\"grade\":4,\"window_ms\":3600000,\"eps\":0}",
         "{\"name\":\"A3\",\"point\":\"P*\",\"kind\":\"stuck\",\"grade\":4,\"window_ms\":3600000,\"eps\":0}"},
        {BASE("A4", "offline") ",\"grade\":4,\"timeout_ms\":300000}",
         "{\"name\":\"A4\",\"point\":\"P*\",\"kind\":\"offline\",\"grade\":4,\"timeout_ms\":300000}"},
        {"{\"code\":\"A5\",\"name\":\"组合\",\"point\":\"P1\",\"kind\":\"expr\",\"grade\":2,\"dir\":\"high\","
         "\"expr\":\"v(\\\"P1\\\") > 1 and avg(\\\"P2\\\", 600) > 2\"}",
         "{\"name\":\"A5\",\"point\":\"P1\",\"kind\":\"expr\",\"grade\":2,\"expr\":\"v(\\\"P1\\\") > 1 and "
         "avg(\\\"P2\\\", 600) > 2\"}"},
        {"{\"code\":\"A6\",\"name\":\"组合\",\"point\":\"P1\",\"kind\":\"expr\",\"dir\":\"low\",\"limit3\":-"
         "1,\"expr\":\"v(\\\"P1\\\") - v(\\\"P2\\\")\"}",
         "{\"name\":\"A6\",\"point\":\"P1\",\"kind\":\"expr\",\"dir\":\"low\",\"grades\":[{\"grade\":3,"
         "\"limit\":-1}],\"expr\":\"v(\\\"P1\\\") - v(\\\"P2\\\")\"}"},
        {BASE("A7", "deviation") ",\"k\":3,\"limit3\":4,\"limit4\":3,\"warmup_ms\":86400000}",
         "{\"name\":\"A7\",\"point\":\"P*\",\"kind\":\"deviation\",\"grades\":[{\"grade\":3,\"limit\":4},{"
         "\"grade\":4,\"limit\":3}],\"k\":3,\"warmup_ms\":86400000}"},
        {BASE("B1", "offline") ",\"grade\":4,\"timeout_ms\":1,\"enabled\":false}", NULL},
        {BASE("B2", "offline") ",\"grade\":4,\"timeout_ms\":1,\"valid_from\":\"2100-01-01T00:00:00+08:00\"}",
         NULL},
        {BASE("B3", "offline") ",\"grade\":4,\"timeout_ms\":1,\"valid_to\":\"2001-01-01T00:00:00+08:00\"}",
         NULL},
    };
    Rig r;
    rig_open(&r, pool);
    StrBuf want;
    buf_init(&want, r.arena);
    buf_addz(&want, "{\"rules\":[");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        create(&r, "rules", rows[i].row);
        if (rows[i].out) buf_printf(&want, "%s%s", i ? "," : "", rows[i].out);
    }
    buf_addz(&want, "]}");
    Reply reply = city_ask(&r.city, "GET", "/api/rules/in-force", "", STR_NONE);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, str_z(r.arena, buf_str(&want)));
    reply_free(&reply);
    const RuleSet *set = intake_rules_take(r.intake);
    assert_int_equal(ruleset_count(set), 7);
    intake_rules_release(r.intake, set);
    rig_close(&r);
}

/* ---- Refused ---- */

static void refused(DbPool *pool)
{
    static const struct {
        const char *row, *field, *code;
    } rows[] = {
        {BASE("A", "level") ",\"limit1\":1}", "dir", "enum"},
        {BASE("A", "level") ",\"dir\":\"rise\",\"limit1\":1}", "dir", "enum"},
        {BASE("A", "level") ",\"dir\":\"high\"}", "limit1", "required"},
        {BASE("A", "level") ",\"dir\":\"high\",\"limit1\":1,\"limit2\":2}", "limit1", "order"},
        {BASE("A", "level") ",\"dir\":\"high\",\"limit1\":1,\"deadband\":-1}", "deadband", "range"},
        {BASE("A", "level") ",\"dir\":\"high\",\"limit1\":1.1e15}", "limit1", "range"},
        {BASE("A", "level") ",\"dir\":\"low\",\"limit3\":-1e300}", "limit3", "range"},
        {BASE("A", "rate") ",\"dir\":\"rise\",\"limit1\":1}", "window_ms", "required"},
        {BASE("A", "rate") ",\"dir\":\"rise\",\"limit1\":1,\"window_ms\":0}", "window_ms", "range"},
        {BASE("A", "stuck") ",\"window_ms\":1000,\"eps\":0}", "grade", "required"},
        {BASE("A", "offline") ",\"grade\":4}", "timeout_ms", "required"},
        {BASE("A", "deviation") ",\"limit4\":3}", "k", "required"},
        {BASE("A", "expr") ",\"grade\":4,\"expr\":\"v(\\\"P1\\\") > 1\"}", "point", "glob"},
        {"{\"code\":\"A\",\"name\":\"规则\",\"point\":\"P1\",\"kind\":\"expr\",\"grade\":4,\"expr\":\"v("
         "\\\"P1\\\") >\"}",
         "expr", NULL},
        {"{\"code\":\"A\",\"name\":\"规则\",\"point\":\"P1\",\"kind\":\"expr\",\"expr\":\"v(\\\"P1\\\") > "
         "1\"}",
         "grade", "required"},
        {BASE("A", "guess") "}", "kind", "dictionary"},
        {BASE("clock", "offline") ",\"grade\":4,\"timeout_ms\":1000}", "code", "reserved"},
        {BASE("A", "offline") ",\"grade\":5,\"timeout_ms\":1000}", "grade", "range"},
        {BASE("A", "offline") ",\"grade\":4,\"timeout_ms\":1000,\"valid_from\":\"2026-01-02\",\"valid_to\":"
                              "\"2026-01-02\"}",
         "valid_to", "order"},
        {"{\"name\":\"规则\",\"kind\":\"offline\",\"grade\":4,\"timeout_ms\":1000}", "code", "required"},
        {BASE("A", "offline") ",\"grade\":4,\"timeout_ms\":1000,\"colour\":\"red\"}", "colour", "unknown"},
    };
    static const char *const paths[] = {"/api/rules", "/api/rules/check"};
    Rig r;
    rig_open(&r, pool);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t p = 0; p < ARRAY_LEN(paths); p++) {
            const Json *j = post(&r, 422, paths[p], rows[i].row);
            bool found = false;
            JSON_EACH(f, json_get(j, "fields"))
            found |= str_is(json_str(json_get(f, "field")), rows[i].field) &&
                     (!rows[i].code || str_is(json_str(json_get(f, "code")), rows[i].code));
            if (!found)
                fprintf(stderr, "%s: no %s %s\n", rows[i].row, rows[i].field,
                        rows[i].code ? rows[i].code : "");
            assert_true(found);
        }
    post(&r, 204, "/api/rules/check", BASE("A", "offline") ",\"grade\":4,\"timeout_ms\":1000}");
    assert_int_equal(whole(json_get(get(&r, "/api/rules"), "count")), 0);
    create(&r, "rules", BASE("A", "offline") ",\"grade\":4,\"timeout_ms\":1000}");
    post(&r, 409, "/api/rules", BASE("A", "offline") ",\"grade\":4,\"timeout_ms\":1000}");
    change(&r, "/api/rules/code:A", "{\"code\":\"B\"}", 422);
    change(&r, "/api/rules/code:A", "{\"kind\":\"stuck\"}", 422);
    rig_close(&r);
}

/* A row that the watch no longer takes (made so behind the program's back) leaves the others in force. */
static void stored_fault(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    create(&r, "rules", BASE("A1", "offline") ",\"grade\":4,\"timeout_ms\":1000}");
    create(&r, "rules", BASE("A2", "offline") ",\"grade\":4,\"timeout_ms\":1000}");
    sql_run(&r.ctx, pool, "UPDATE rules SET timeout_ms = -5 WHERE code = 'A1'");
    create(&r, "rules", BASE("A3", "offline") ",\"grade\":4,\"timeout_ms\":1000}");
    const RuleSet *set = intake_rules_take(r.intake);
    assert_int_equal(ruleset_count(set), 2);
    assert_true(str_is(ruleset_name(set, 0), "A2"));
    assert_true(str_is(ruleset_name(set, 1), "A3"));
    intake_rules_release(r.intake, set);
    assert_int_equal(json_get(get(&r, "/api/rules/in-force"), "rules")->count, 2);
    rig_close(&r);
}

/* ---- Bound to a point ---- */

static void bound(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"甲烷\"}");
    create(&r, "rules", BASE("A1", "offline") ",\"grade\":4,\"timeout_ms\":1000}");
    create(&r, "rules",
           "{\"code\":\"A2\",\"name\":\"规则\",\"point\":\"P1\",\"kind\":\"offline\",\"grade\":4,\"timeout_"
           "ms\":1000}");
    create(&r, "rules",
           "{\"code\":\"A3\",\"name\":\"规则\",\"point\":\"P?1\",\"kind\":\"offline\",\"grade\":4,\"timeout_"
           "ms\":1000}");
    const Json *items = json_get(get(&r, "/api/points/code:P1/rules"), "items");
    assert_int_equal(items->count, 2);
    assert_string_equal(text(&r, item(items, 0), "code"), "A1");
    assert_string_equal(text(&r, item(items, 1), "code"), "A2");
    city_json(r.arena, &r.city, "GET", "/api/points/code:P9/rules", 404, STR_NONE);
    r.city.token = CITY_TOKEN2;
    assert_int_equal(whole(json_get(get(&r, "/api/rules"), "count")), 3);
    rig_close(&r);
}

/* ---- Validity ---- */

static bool has_rules(Rig *r, const void *n)
{
    const RuleSet *set = intake_rules_take(r->intake);
    bool yes = ruleset_count(set) == *(const size_t *)n;
    intake_rules_release(r->intake, set);
    return yes;
}

static void validity(DbPool *pool)
{
    Rig r;
    int64_t now = clock_now();
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    clock_freeze(now);
    rig_open(&r, pool);
    create(&r, "rules",
           arena_printf(
               r.arena,
               BASE("A1",
                    "offline") ",\"grade\":4,\"timeout_ms\":1000,\"valid_from\":\"%s\",\"valid_to\":\"%s\"}",
               time_print(now + MS_HOUR, from), time_print(now + 2 * MS_HOUR, to)));
    assert_true(has_rules(&r, &(size_t){0}));
    clock_freeze(now + MS_HOUR + 1000);
    assert_true(until(&r, has_rules, &(size_t){1}));
    clock_freeze(now + 2 * MS_HOUR + 1000);
    assert_true(until(&r, has_rules, &(size_t){0}));
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(in_force)
EACH(refused)
EACH(stored_fault)
EACH(bound)
EACH(validity)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_in_force), cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_stored_fault), cmocka_unit_test(test_bound),
                                       cmocka_unit_test(test_validity)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
