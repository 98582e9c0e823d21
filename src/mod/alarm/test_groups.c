/* Groups of alarms: who joins whom, the group as a whole, one verdict for all of it; the limits a city sets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_rig.h"
#include "test_desk.h"

#define OBJECT(code)                                                                                         \
    "{\"code\":\"" code "\",\"name\":\"站 " code "\",\"kind\":\"gas_station\",\"lon\":117,\"lat\":31}"

static const AlarmOptions usual = {.group_ms = MS_MINUTE, .suppress_most_ms = 7 * MS_DAY, .near_m = 500};

static const char *group_of(Bench *b, const char *code)
{
    return text(&b->rig, alarm_of(b, code, RULE_R), "group_id");
}

/* Three points of one station and one elsewhere; P1 rises, P2 30 s, P3 70 s later. */
static void site(Bench *b)
{
    uint32_t no[4];
    create(&b->rig, "objects", OBJECT("ST1"));
    create(&b->rig, "objects", OBJECT("ST2"));
    no[0] = point(b, "P1", ",\"object\":\"ST1\"");
    no[1] = point(b, "P2", ",\"object\":\"ST1\"");
    no[2] = point(b, "P3", ",\"object\":\"ST1\"");
    no[3] = point(b, "P4", ",\"object\":\"ST2\"");
    static const int64_t after[] = {0, 30000, 70000, 31000};
    int64_t start = b->now;
    for (size_t i = 0; i < ARRAY_LEN(after); i++) {
        b->now = start + after[i];
        clock_freeze(b->now);
        deliver_one(b, EVENT_RAISE, no[i], RULE_R, 2);
    }
}

static void joining(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    site(&b);
    assert_string_equal(group_of(&b, "P1"), group_of(&b, "P2"));
    assert_string_not_equal(group_of(&b, "P1"), group_of(&b, "P3")); /* 70 s after the first */
    assert_string_not_equal(group_of(&b, "P1"), group_of(&b, "P4"));
    assert_true(truth(alarm_of(&b, "P1", RULE_R), "first_out"));
    assert_false(truth(alarm_of(&b, "P2", RULE_R), "first_out"));

    const Json *g = get(r, arena_printf(r->arena, "/api/alarm-groups/%s", group_of(&b, "P1")));
    assert_int_equal(json_get(g, "items")->count, 2);
    assert_string_equal(text(r, item(json_get(g, "items"), 0), "point"), "P1"); /* the first is named first */
    assert_int_equal(whole(json_get(g, "open")), 2);
    assert_int_equal(whole(json_get(g, "unjudged")), 2);
    city_json(r->arena, &r->city, "GET", "/api/alarm-groups/77", 404, STR_NONE);
    bench_close(&b);
}

/* The city's own window: two minutes. */
static void wide(DbPool *pool)
{
    Bench b;
    alarm_configure(&(AlarmOptions){2 * MS_MINUTE, MS_DAY, 500});
    bench_open(&b, pool);
    site(&b);
    alarm_configure(&usual);
    assert_string_equal(group_of(&b, "P1"), group_of(&b, "P3"));
    bench_close(&b);
}

/* A city that wants no groups. */
static void single(DbPool *pool)
{
    Bench b;
    alarm_configure(&(AlarmOptions){0, MS_DAY, 500});
    bench_open(&b, pool);
    site(&b);
    alarm_configure(&usual);
    assert_string_not_equal(group_of(&b, "P1"), group_of(&b, "P2"));
    bench_close(&b);
}

static const Json *judge_group(Bench *b, const char *code, const char *body, int status)
{
    Rig *r = &b->rig;
    return post(r, status, arena_printf(r->arena, "/api/alarm-groups/%s/judge", group_of(b, code)), body);
}

static void judging(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    site(&b);
    static const struct {
        const char *body, *field, *code;
    } bad[] = {
        {"{}", "verdict", "required"},
        {"{\"verdict\":\"perhaps\"}", "verdict", "dictionary"},
        {"{\"verdict\":\"false\"}", "code", "required"},
        {"{\"verdict\":\"test\"}", "reason", "required"},
        {"{\"verdict\":\"false\",\"code\":\"whim\"}", "code", "dictionary"},
        {"{\"verdict\":\"false\",\"code\":\"other\"}", "reason", "required"},
        {"{\"verdict\":\"true\",\"note\":\"x\"}", "note", "unknown"},
        {"{\"verdict\":1}", "verdict", "type"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_true(has_field(judge_group(&b, "P1", bad[i].body, 422), bad[i].field, bad[i].code));
    assert_string_equal(told(&b, "P1", RULE_R), "unacknowledged Ag2 n1 !");

    /* P2 has a verdict already and keeps it; P1 gets the group's. */
    act(&b, "P2", RULE_R, "judge", "{\"verdict\":\"true\"}", 200);
    const Json *done = judge_group(&b, "P1", "{\"verdict\":\"false\",\"code\":\"works\"}", 200);
    assert_int_equal(whole(json_get(done, "judged")), 1);
    assert_string_equal(told(&b, "P1", RULE_R), "acknowledged Akg2 n1");
    assert_string_equal(text(r, alarm_of(&b, "P1", RULE_R), "verdict"), "false");
    assert_string_equal(text(r, alarm_of(&b, "P1", RULE_R), "verdict_code"), "works");
    assert_string_equal(text(r, alarm_of(&b, "P2", RULE_R), "verdict"), "true");
    assert_string_equal(told(&b, "P3", RULE_R), "unacknowledged Ag2 n1 !"); /* of another group */
    assert_string_equal(sql_text(r, "SELECT CAST(count(*) AS TEXT) FROM ledger WHERE action = 'judge'"), "2");

    /* A second verdict changes nothing; who rose anew since is judged anew. */
    done = judge_group(&b, "P1", "{\"verdict\":\"true\"}", 200);
    assert_int_equal(whole(json_get(done, "judged")), 0);
    int64_t no = whole(json_get(get(r, "/api/points/code:P1"), "no"));
    deliver_one(&b, EVENT_ESCALATE, (uint32_t)no, RULE_R, 1);
    done = judge_group(&b, "P1", "{\"verdict\":\"true\"}", 200);
    assert_int_equal(whole(json_get(done, "judged")), 1);
    assert_string_equal(text(r, alarm_of(&b, "P1", RULE_R), "verdict"), "true");
    r->city.token = CITY_TOKEN2; /* system: may not judge */
    judge_group(&b, "P1", "{\"verdict\":\"true\"}", 403);
    bench_close(&b);
}

/* ---- The codes and limits of single operations ---- */

static void codes(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    uint32_t no = point(&b, "P1", "");
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
    const Json *a = act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\",\"code\":\"sensor\"}", 200);
    assert_string_equal(text(r, a, "verdict_code"), "sensor");
    assert_true(has_field(act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\",\"code\":\"other\"}", 422),
                          "reason", "required"));
    a = act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\",\"code\":\"other\",\"reason\":\"飞鸟\"}", 200);
    assert_string_equal(text(r, a, "verdict_reason"), "飞鸟");
    /* Software that sends words only. */
    a = act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\",\"reason\":\"校准残留\"}", 200);
    assert_string_equal(text(r, a, "verdict_code"), "other");

    /* A suppression ends within the city's limit. */
    assert_true(has_field(act(&b, "P1", RULE_R, "suppress", hold_body(&b, b.now + 7 * MS_DAY + 1000), 422),
                          "until", "range"));
    act(&b, "P1", RULE_R, "suppress", hold_body(&b, b.now + 7 * MS_DAY), 200);
    assert_string_equal(told(&b, "P1", RULE_R), "suppressed Akg3 n1");
    bench_close(&b);
}

/* Every operation in every state it may and may not be used in, and whether it is offered there. */
static void offers(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    Rig *r = &b.rig;
    uint32_t no = point(&b, "P1", "");
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 3);
    static const struct {
        const char *act, *offered; /* done first; what is offered then */
    } rows[] = {
        {NULL, "ack judge shelve suppress out-of-service"},
        {"ack", "judge shelve suppress out-of-service"},
        {"shelve", "judge shelve unshelve suppress out-of-service"},
        {"unshelve", "ack judge shelve suppress out-of-service"},
        {"out-of-service", "judge in-service"},
        {"in-service", "ack judge shelve suppress out-of-service"},
        {"suppress", "judge suppress out-of-service"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].act) {
            bool timed = !strcmp(rows[i].act, "shelve") || !strcmp(rows[i].act, "suppress");
            bool reason = !strcmp(rows[i].act, "out-of-service");
            act(&b, "P1", RULE_R, rows[i].act,
                timed    ? hold_body(&b, b.now + MS_HOUR)
                : reason ? "{\"reason\":\"检查\"}"
                         : "{}",
                200);
        }
        StrBuf buf;
        buf_init(&buf, r->arena);
        JSON_EACH(name, json_get(alarm_of(&b, "P1", RULE_R), "actions"))
        buf_printf(&buf, "%s%.*s", buf.n ? " " : "", STR_ARG(json_str(name)));
        assert_string_equal(str_z(r->arena, buf_str(&buf)), rows[i].offered);
    }
    act(&b, "P1", RULE_R, "in-service", "{}", 409);
    bench_close(&b);
}

/* A table for people has words where the record has codes. */
static void exports(DbPool *pool)
{
    Bench b;
    bench_open(&b, pool);
    uint32_t no = point(&b, "P1", "");
    deliver_one(&b, EVENT_RAISE, no, RULE_R, 2);
    act(&b, "P1", RULE_R, "judge", "{\"verdict\":\"false\",\"code\":\"works\"}", 200);
    Reply reply = city_ask(&b.rig.city, "GET", "/api/alarms.csv", "Accept-Language: zh\r\n", STR_NONE);
    assert_int_equal(reply.status, 200);
    static const char *const words[] = {"橙 Ⅱ级", "已确认", "研判", "误报", "施工或作业扰动", "越限"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!strstr(reply.body, words[i])) fail_msg("no %s in the export", words[i]);
    static const char *const codes[] = {"acknowledged", ",judge,", ",works,", ",level,"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (strstr(reply.body, codes[i])) fail_msg("a code in the export: %s", codes[i]);
    reply_free(&reply);
    bench_close(&b);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(joining)
EACH(wide)
EACH(single)
EACH(judging)
EACH(codes)
EACH(offers)
EACH(exports)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_joining), cmocka_unit_test(test_wide),
                                       cmocka_unit_test(test_single),  cmocka_unit_test(test_judging),
                                       cmocka_unit_test(test_codes),   cmocka_unit_test(test_offers),
                                       cmocka_unit_test(test_exports)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
