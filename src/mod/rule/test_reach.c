/* How far a try-out reaches: more readings than it may take are told by fewer points and by steps, and points
 * outside the caller's scope are counted only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"
#include "rule_try.h"

#define NOON INT64_C(1795320000000) /* 2026-11-22 12:00:00+08:00 */
#define HIGH "\"kind\":\"level\",\"dir\":\"high\",\"limit2\":5"

static const Json *try_it(Rig *r, int status, const char *more)
{
    return post(r, status, "/api/rules/try",
                arena_printf(r->arena, "{\"code\":\"R\",\"to\":\"2026-11-22T12:00:00+08:00\"%s}", more));
}

/* ---- Sampled smaller ---- */

/* A reading a second for an hour, 1 but for one second of 9: what stands for a step must show it. */
static void send_hour(Rig *r, const char *code)
{
    uint32_t no =
        (uint32_t)whole(json_get(get(r, arena_printf(r->arena, "/api/points/code:%s", code)), "no"));
    for (int part = 0; part < 4; part++) {
        Batch *b = batch_new(r->intake, 900, clock_now());
        Sent s = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};
        for (int i = part * 900; i < (part + 1) * 900; i++)
            batch_add(b, no, NOON - 2 * MS_HOUR + i * MS_SECOND, i == 1800 ? 9 : 1, 0);
        b->done = rig_done;
        b->ud = &s;
        assert_int_equal(intake_submit(r->intake, b), 0);
        pthread_mutex_lock(&s.lock);
        while (!s.done) pthread_cond_wait(&s.wake, &s.lock);
        pthread_mutex_unlock(&s.lock);
        assert_int_equal(s.rc, 0);
    }
}

static void sampled(DbPool *pool)
{
    static const struct {
        const char *span, *points;
        int64_t used, matched, step, raises;
    } rows[] = {
        {"\"from\":\"2026-11-22T09:00:00+08:00\"", "\"D*\"", 40, 40, 0, 1},
        /* 4 days of 40 points a second: fewer points, each reading */
        {"\"from\":\"2026-11-18T12:00:00+08:00\"", "\"D*\"", 28, 40, 0, -1},
        /* a year: ten points, a value a minute */
        {"\"from\":\"2025-11-22T12:00:00+08:00\"", "\"D*\"", 10, 40, MS_MINUTE, -1},
        {"\"from\":\"2025-11-22T12:00:00+08:00\"", "\"D00\"", 1, 1, MS_MINUTE, 1},
        /* more than a year */
        {"\"from\":\"2023-01-01T00:00:00+08:00\"", "\"D00\"", 1, 1, MS_MINUTE, 1},
        {"\"from\":\"2023-01-01T00:00:00+08:00\"", "\"D*\"", 10, 40, 10 * MS_MINUTE, -1},
    };
    Rig r;
    clock_freeze(NOON);
    rig_open(&r, pool);
    for (int i = 0; i < 40; i++)
        create(&r, "points",
               arena_printf(r.arena, "{\"code\":\"D%02d\",\"name\":\"点\",\"interval_s\":1}", i));
    send_hour(&r, "D00");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Json *a =
            try_it(&r, 200, arena_printf(r.arena, ",\"point\":%s," HIGH ",%s", rows[i].points, rows[i].span));
        assert_int_equal(json_get(a, "points")->count, rows[i].used);
        assert_int_equal(whole(json_get(a, "matched")), rows[i].matched);
        assert_int_equal(whole(json_get(a, "step_ms")), rows[i].step);
        assert_true(truth(a, "complete"));
        if (rows[i].raises >= 0)
            assert_int_equal(whole(json_get(json_get(a, "tried"), "raises")), rows[i].raises);
    }
    /* A rule downwards sees the least of a step: nothing went under 1. */
    const Json *low = try_it(&r, 200,
                             ",\"point\":\"D00\",\"kind\":\"level\",\"dir\":\"low\",\"limit2\":0.5,"
                             "\"from\":\"2025-11-22T12:00:00+08:00\"");
    assert_int_equal(whole(json_get(json_get(low, "tried"), "raises")), 0);
    rig_close(&r);
}

/* ---- Inside the scope ---- */

#define DEPT "test-token-of-the-department"

/* A department that is responsible for gas in one of two districts. */
static void two_districts(Rig *r)
{
    static const char *const codes[] = {"A", "B"};
    Work w;
    Record *token, *body;
    const char *out;
    const Entity *tokens = kernel_entity(r->city.kernel, "tokens");
    create(r, "districts", "{\"code\":\"990100\",\"name\":\"云澜市\"}");
    for (int i = 0; i < 2; i++) {
        create(r, "districts",
               arena_printf(r->arena, "{\"code\":\"99010%d\",\"name\":\"区\",\"parent\":\"990100\"}", i + 1));
        create(r, "objects",
               arena_printf(
                   r->arena,
                   "{\"code\":\"O%s\",\"name\":\"井\",\"kind\":\"gas_valve_well\",\"district\":\"99010%d\"}",
                   codes[i], i + 1));
        for (int k = 0; k < 3; k++)
            create(
                r, "points",
                arena_printf(
                    r->arena,
                    "{\"code\":\"%s%d\",\"name\":\"点\",\"object\":\"O%s\",\"field\":\"gas\",\"interval_s\":"
                    "%d}",
                    codes[i], k, codes[i], i ? 3600 : 60));
    }
    create(r, "bodies",
           "{\"code\":\"B1\",\"name\":\"局\",\"kind\":\"department\",\"district\":\"990101\",\"lines\":"
           "\"gas\"}");
    db_test_must(&r->ctx, work_begin_as(&r->ctx, r->city.kernel, NULL, "test", true, &w));
    db_test_must(&r->ctx, token_add(&w, "dept", "dept", DEPT, false, &out));
    db_test_must(&r->ctx, store_find(&w, tokens, STR("code:dept"), &token));
    db_test_must(&r->ctx, store_find(&w, kernel_entity(w.kernel, "bodies"), STR("code:B1"), &body));
    Record *next = rec_copy(&r->ctx, tokens, token);
    rec_set(tokens, next, "body", db_val_i64(body->id));
    db_test_must(&r->ctx, store_update(&w, tokens, token, next, "change"));
    db_test_must(&r->ctx, work_commit(&w));
}

static bool warned(const Json *answer, const char *code)
{
    JSON_EACH(w, json_get(answer, "warnings"))
    if (str_is(json_str(json_get(w, "code")), code)) return true;
    return false;
}

static void inside_the_scope(DbPool *pool)
{
    Rig r;
    clock_freeze(NOON);
    rig_open(&r, pool);
    two_districts(&r);
    create(&r, "rules", "{\"code\":\"ALL\",\"name\":\"全部\",\"point\":\"*\"," HIGH ",\"enabled\":true}");
    create(&r, "rules", "{\"code\":\"MINE\",\"name\":\"本区\",\"point\":\"A0\"," HIGH ",\"enabled\":true}");
    create(&r, "rules", "{\"code\":\"THEIRS\",\"name\":\"外区\",\"point\":\"B0\"," HIGH ",\"enabled\":true}");
    send_value(&r, "A0", NOON - 60000, 9);
    send_value(&r, "B0", NOON - 60000, 9);
    const Json *a = try_it(&r, 200, ",\"point\":\"*\"," HIGH);
    assert_int_equal(whole(json_get(a, "outside")), 0);
    assert_int_equal(whole(json_get(json_get(a, "tried"), "raises")), 2);
    r.city.token = DEPT;
    a = try_it(&r, 200, ",\"point\":\"*\"," HIGH);
    assert_int_equal(json_get(a, "points")->count, 3);
    assert_int_equal(whole(json_get(a, "outside")), 3);
    assert_int_equal(whole(json_get(json_get(a, "tried"), "raises")), 1);
    assert_string_equal(text(&r, item(json_get(json_get(a, "tried"), "alarms"), 0), "point"), "A0");
    a = try_it(&r, 200, ",\"point\":\"*\",\"points\":[\"A0\",\"B0\",\"B0\",\"B*\"]," HIGH);
    assert_int_equal(whole(json_get(a, "outside")), 3);
    assert_true(has_field(try_it(&r, 422, ",\"point\":\"B0\"," HIGH), "points", "outside"));
    a = try_it(&r, 200,
               ",\"point\":\"A0\",\"kind\":\"expr\",\"expr\":\"v(\\\"A0\\\") > 1 and v(\\\"B0\\\") > "
               "1\",\"grade\":2");
    assert_int_equal(whole(json_get(a, "outside")), 1);
    assert_int_equal(whole(json_get(json_get(a, "tried"), "raises")), 0);

    a = post(&r, 200, "/api/rules/advise",
             "{\"point\":\"*\",\"kind\":\"offline\",\"timeout_ms\":5000,\"grade\":2}");
    assert_int_equal(whole(json_get(a, "points")), 3);
    assert_int_equal(whole(json_get(a, "outside")), 3);
    assert_true(warned(a, "outside") && warned(a, "short_timeout"));
    a = post(&r, 200, "/api/rules/advise",
             "{\"point\":\"*\",\"kind\":\"offline\",\"timeout_ms\":200000,\"grade\":2}");
    assert_false(warned(a, "short_timeout")); /* those that would be too slow are not his */

    Reply in_force = city_ask(&r.city, "GET", "/api/rules/in-force", "", STR_NONE);
    assert_int_equal(in_force.status, 200);
    assert_non_null(strstr(in_force.body, "\"MINE\""));
    assert_non_null(strstr(in_force.body, "\"ALL\""));
    assert_null(strstr(in_force.body, "THEIRS"));
    assert_non_null(strstr(in_force.head, "X-Anlan-Outside: 1"));
    reply_free(&in_force);
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(sampled)
EACH(inside_the_scope)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sampled),
                                       cmocka_unit_test(test_inside_the_scope)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
