/* Sources that nobody claimed: from the intake's memory into the table, claimed with one action, gone with it
 * and back when the point is gone, also when a point is made by other means; and what a hostile sender
 * writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"

typedef struct Listed {
    int64_t rows, readings; /* of the first row; -1: any */
} Listed;

static const Json *rows_of(Rig *r)
{
    return get(r, "/api/unclaimed?sort=key");
}

static bool listed(Rig *r, const void *ud)
{
    const Listed *want = ud;
    const Json *list = rows_of(r);
    if (whole(json_get(list, "count")) != want->rows) return false;
    return want->readings < 0 || whole(json_get(item(json_get(list, "items"), 0), "count")) == want->readings;
}

static void expect(Rig *r, int64_t rows, int64_t readings)
{
    if (!until(r, listed, &(Listed){rows, readings}))
        assert_int_equal(whole(json_get(rows_of(r), "count")), rows);
}

static const Json *first(Rig *r)
{
    return item(json_get(rows_of(r), "items"), 0);
}

static const Json *claim(Rig *r, const char *body, int status)
{
    return post(r, status, arena_printf(r->arena, "/api/unclaimed/%s/actions/claim", text(r, first(r), "id")),
                body);
}

#define KEY "line:well,id=3#level"

static void claimed(DbPool *pool)
{
    Rig r;
    int64_t t = clock_now();
    rig_open(&r, pool);
    create(&r, "objects", "{\"code\":\"O1\",\"name\":\"井\",\"kind\":\"gas_valve_well\"}");
    send_value(&r, KEY, t, 1.5);
    send_value(&r, KEY, t + 1, 2.5);
    expect(&r, 1, 2);
    const Json *row = first(&r);
    const char *id = text(&r, row, "id");
    double v;
    assert_string_equal(text(&r, row, "key"), KEY);
    assert_string_equal(text(&r, row, "sender"), "10.0.0.7");
    assert_true(json_f64(json_get(row, "last_value"), &v) && v == 2.5);
    assert_true(str_is(json_str(item(json_get(row, "actions"), 0)), "claim"));
    const Json *sender = item(json_get(get(&r, "/api/unclaimed/senders"), "items"), 0);
    assert_string_equal(text(&r, sender, "sender"), "10.0.0.7");
    assert_int_equal(whole(json_get(sender, "sources")), 1);
    assert_int_equal(whole(json_get(sender, "readings")), 2);
    send_value(&r, KEY, t + 2, 3.5);
    expect(&r, 1, 3);

    assert_true(has_field(claim(&r, "{\"code\":\"W3\"}", 422), "name", "required"));
    assert_true(has_field(claim(&r, "{\"code\":\"W3\",\"name\":\"液位\",\"object\":\"O9\"}", 422), "object",
                          "reference"));
    expect(&r, 1, -1); /* a refusal changes nothing */
    claim(&r, "{\"code\":\"W3\",\"name\":\"液位\",\"object\":\"O1\",\"quantity\":\"level\"}", 200);
    const Json *point = get(&r, "/api/points/code:W3");
    assert_string_equal(text(&r, point, "source"), KEY);
    assert_string_equal(text(&r, point, "object"), "O1");
    assert_true(truth(point, "in_service"));
    post(&r, 409, arena_printf(r.arena, "/api/unclaimed/%s/actions/claim", id),
         "{\"code\":\"W4\",\"name\":\"液位\"}");

    /* The next reading lands on the point, and the source does not come back. */
    send_value(&r, KEY, t + 3, 4.5);
    SeriesLatest latest;
    series_latest(intake_series(r.intake), (uint32_t)whole(json_get(point, "no")), 1, &latest);
    assert_true(latest.v == 4.5);
    nanosleep(&(struct timespec){.tv_sec = 2, .tv_nsec = 300000000},
              NULL); /* more than a round of the table's thread */
    expect(&r, 0, -1);
    assert_int_equal(json_get(get(&r, "/api/unclaimed/senders"), "items")->count, 0);

    /* Without the point it is unclaimed again: the same row. */
    change(&r, "/api/points/code:W3", NULL, 204);
    send_value(&r, KEY, t + 4, 5.5);
    expect(&r, 1, 1);
    assert_string_equal(text(&r, first(&r), "id"), id);
    rig_close(&r);
}

/* A point that is made with the source's key, or with the code a source stands for, claims it too. */
static void claimed_by_a_point(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    send_value(&r, KEY, clock_now(), 1);
    send_value(&r, "json:GAS-9", clock_now(), 1);
    send_value(&r, "json:GAS-8", clock_now(), 1);
    expect(&r, 3, -1);
    create(&r, "points", "{\"code\":\"W3\",\"name\":\"液位\",\"source\":\"" KEY "\"}");
    expect(&r, 2, -1);
    create(&r, "points", "{\"code\":\"GAS-9\",\"name\":\"甲烷\"}");
    expect(&r, 1, -1);
    assert_string_equal(text(&r, first(&r), "key"), "json:GAS-8");
    rig_close(&r);
}

static void hostile(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    send_value(&r, "line:bad\xff,id=1#v", clock_now(), 1);
    send_value(&r, "line:good#v", clock_now(), 1);
    send_value(&r, "line:'; DROP TABLE unclaimed; --#v", clock_now(), 1);
    expect(&r, 2, -1);
    rig_close(&r);
}

/* Who may only look may not claim. */
static void permissions(DbPool *pool)
{
    Rig r;
    Work w;
    const char *token;
    rig_open(&r, pool);
    db_test_must(&r.ctx, work_begin_as(&r.ctx, r.city.kernel, NULL, "test", true, &w));
    db_test_must(&r.ctx, token_add(&w, "watch-only", "watch", "test-token-of-the-watch", false, &token));
    db_test_must(&r.ctx, token_add(&w, "leader", "leader", "test-token-of-the-leader", false, &token));
    db_test_must(&r.ctx, work_commit(&w));
    send_value(&r, KEY, clock_now(), 1);
    expect(&r, 1, 1);
    const char *path = arena_printf(r.arena, "/api/unclaimed/%s/actions/claim", text(&r, first(&r), "id"));
    r.city.token = "test-token-of-the-watch";
    assert_int_equal(json_get(first(&r), "actions")->count, 0);
    post(&r, 403, path, "{\"code\":\"W3\",\"name\":\"液位\"}");
    r.city.token = "test-token-of-the-leader";
    city_json(r.arena, &r.city, "GET", "/api/unclaimed", 403, STR_NONE);
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(claimed)
EACH(claimed_by_a_point)
EACH(hostile)
EACH(permissions)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_claimed),
                                       cmocka_unit_test(test_claimed_by_a_point),
                                       cmocka_unit_test(test_hostile), cmocka_unit_test(test_permissions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
