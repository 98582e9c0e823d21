/* Dangers over the wire as each who must act: from the report to the end, late ones, those found twice, and
 * whom each step is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_danger.h"

static void whole_path(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *d = report(&p, INSPECTOR, BLOCKED);
    as(&p, INSPECTOR);
    const Json *rec = get(r, d);
    assert_string_equal(text(r, rec, "code"), "H20261122-001");
    assert_string_equal(text(r, rec, "state"), "ordered");
    assert_string_equal(text(r, rec, "handler"), "B-EMERG");
    assert_string_equal(text(r, rec, "district"), "990101");
    assert_string_equal(text(r, rec, "industry"), "chemical");
    assert_string_equal(text(r, rec, "line"), "chemical");
    assert_string_equal(text(r, rec, "turn"), "B-FIRM");
    assert_string_equal(text(r, rec, "title"),
                        "云澜精细化工厂：二楼车间安全出口被货物堵塞，疏散通道宽度不足");
    assert_string_equal(text(r, json_get(rec, "clock"), "limit"), "danger.rectify");
    act(&p, FIRM, d, "rectify", "{\"result\":\"已清理\"}", 409); /* without a photo */
    at(&p, p.now + MS_DAY);
    act(&p, FIRM, d, "report-progress", "{\"progress\":\"正在清理\"}", 200);
    act(&p, OTHER, d, "rectify", "{\"result\":\"已清理\"}", 404);
    act(&p, TOWN, d, "rectify", "{\"result\":\"已清理\"}", 403);
    photo(&p, FIRM, d, 201);
    act(&p, FIRM, d, "rectify", "{\"result\":\"已清理并划线\",\"cost\":0.2}", 200);
    assert_string_equal(value(&p, d, "state"), "rectified");

    act(&p, FIRM, d, "accept", "{\"review\":\"合格\"}", 403);
    act(&p, FIRM2, d, "self-accept", "{\"review\":\"合格\"}", 409); /* not its own finding */
    act(&p, INSPECTOR, d, "return", NULL, 422);
    act(&p, INSPECTOR, d, "return", "{\"reason\":\"通道仍有杂物\"}", 200);
    at(&p, p.now + MS_DAY);
    photo(&p, FIRM, d, 201);
    act(&p, FIRM, d, "rectify", "{\"result\":\"已全部清理\"}", 200);
    photo(&p, FIRM, d, 201);
    act(&p, INSPECTOR, d, "accept", "{\"review\":\"合格\"}", 409); /* a photo of somebody else's */
    photo(&p, INSPECTOR, d, 201);
    act(&p, INSPECTOR, d, "accept", "{\"review\":\"现场复查合格\"}", 200);
    as(&p, FIRM);
    rec = get(r, d);
    assert_string_equal(text(r, rec, "state"), "closed");
    assert_true(json_get(rec, "on_time")->b);
    assert_int_equal(whole(json_get(rec, "returns")), 1);
    as(&p, OFFICE);
    const Json *f = item(json_get(get(r, "/api/dangers/figures"), "items"), 0);
    assert_int_equal(whole(json_get(f, "n")), 1);
    assert_int_equal(whole(json_get(f, "closed")), 1);
    place_close(&p);
}

/* A self-check is its own order; who rectified does not review it, even in his own firm. */
static void self_check(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    as(&p, FIRM);
    post(r, 422, "/api/dangers", "{\"enterprise\":\"B-OTHER\",\"description\":\"别家的隐患\"}");
    const char *d = report(&p, FIRM, "{\"description\":\"配电箱无接地保护\"}");
    assert_string_equal(value(&p, d, "state"), "ordered");
    assert_string_equal(value(&p, d, "source"), "self");
    assert_string_equal(value(&p, d, "handler"), "B-TOWN");
    at(&p, p.now + MS_HOUR);
    photo(&p, FIRM, d, 201);
    act(&p, FIRM, d, "rectify", "{\"result\":\"已接地\"}", 200);
    at(&p, p.now + MS_HOUR);
    photo(&p, FIRM2, d, 201);
    act(&p, FIRM, d, "self-accept", "{\"review\":\"合格\"}", 403);
    act(&p, FIRM2, d, "self-accept", "{\"review\":\"合格\"}", 200);
    place_close(&p);
}

/* Urged when due, supervised and escalated when nothing comes. */
static void late(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    const char *d = report(&p, INSPECTOR, BLOCKED);
    run_clocks(&p, NOON + 16 * MS_DAY);
    as(&p, -1);
    assert_int_equal(whole(json_get(get(&p.rig, d), "chase")), 1);
    run_clocks(&p, NOON + 19 * MS_DAY);
    as(&p, -1);
    assert_int_equal(whole(json_get(get(&p.rig, d), "chase")), 2);
    as(&p, OFFICE);
    const Json *f = item(json_get(get(&p.rig, "/api/dangers/figures?by=enterprise"), "items"), 0);
    assert_int_equal(whole(json_get(f, "late")), 1);
    assert_string_equal(text(&p.rig, f, "key"), "B-FIRM");
    act(&p, FIRM, d, "ask-extension", "{\"until\":\"2027-01-20T00:00:00+08:00\",\"reason\":\"订货周期长\"}",
        200);
    act(&p, FIRM, d, "grant-extension", NULL, 403);
    act(&p, INSPECTOR, d, "grant-extension", NULL, 200);
    photo(&p, FIRM, d, 201);
    act(&p, FIRM, d, "rectify", "{\"result\":\"已清理\"}", 200);
    place_close(&p);
}

/* Found by two, kept as one. */
static void found_twice(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *d = report(&p, INSPECTOR, BLOCKED);
    as(&p, TOWN);
    const char *draft = "{\"enterprise\":\"B-FIRM\",\"description\":\"车间二楼安全出口堵塞，堆放货物\"}";
    const Json *same = json_get(post(r, 200, "/api/dangers/similar", draft), "items");
    assert_int_equal(same->count, 1);
    assert_string_equal(text(r, item(same, 0), "code"), "H20261122-001");
    assert_non_null(strstr(text(r, item(same, 0), "why"), "同一单位"));
    const char *far = "{\"enterprise\":\"B-OTHER\",\"description\":\"车间二楼安全出口堵塞，堆放货物\"}";
    assert_int_equal(json_get(post(r, 200, "/api/dangers/similar", far), "items")->count, 0);
    const char *else_ = "{\"enterprise\":\"B-FIRM\",\"description\":\"电焊工无证上岗\"}";
    assert_int_equal(json_get(post(r, 200, "/api/dangers/similar", else_), "items")->count, 0);
    act(&p, TOWN, d, "join", "{\"words\":\"巡查也看到了\"}", 200);
    const Json *finders = json_get(get(r, arena_printf(r->arena, "%s/finders", d)), "items");
    assert_int_equal(finders->count, 2);
    assert_string_equal(text(r, item(finders, 1), "body_title"), "清源街道");

    const char *e = report(&p, TOWN, draft);
    act(&p, TOWN, e, "merge", "{\"into\":\"H20261122-002\"}", 422);
    act(&p, TOWN, e, "merge", "{\"into\":\"H20261122-001\"}", 200);
    assert_string_equal(value(&p, e, "state"), "merged");
    assert_int_equal(whole(json_get(get(r, d), "finders")), 3);
    act(&p, TOWN, e, "order", NULL, 409);
    place_close(&p);
}

/* The same report sent twice is one; another's key is no answer. */
static void sent_twice(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *body =
        "{\"enterprise\":\"B-FIRM\",\"description\":\"灭火器过期\",\"client_key\":\"k-12345678\"}";
    as(&p, INSPECTOR);
    const char *id = text(r, post(r, 201, "/api/dangers", body), "id");
    assert_string_equal(text(r, post(r, 200, "/api/dangers", body), "id"), id);
    as(&p, TOWN);
    post(r, 422, "/api/dangers", body);
    as(&p, -1);
    assert_int_equal(whole(json_get(get(r, "/api/dangers"), "count")), 1);
    place_close(&p);
}

static void hostile(DbPool *pool)
{
    static const struct {
        const char *body;
        int status;
    } cases[] = {
        {"[]", 422},
        {"{\"description\":\"没有单位也没有区划\"}", 422},
        {"{\"enterprise\":\"B-NONE\",\"description\":\"没有这个单位\"}", 422},
        {"{\"enterprise\":\"B-FIRM\",\"description\":\"x\"}", 422},
        {"{\"enterprise\":\"B-FIRM\",\"description\":\"等级不对\",\"grade\":2}", 422},
        {"{\"enterprise\":\"B-FIRM\",\"description\":\"重大无条款\",\"grade\":1}", 422},
        {"{\"enterprise\":\"B-FIRM\",\"description\":\"状态是程序的\",\"state\":\"closed\"}", 422},
        {"{\"enterprise\":\"B-FIRM\",\"description\":\"只有经度\",\"lon\":118}", 422},
        {"{\"enterprise\":\"B-FIRM\",\"description\":\"来源不存在\",\"from\":{\"plural\":\"users\",\"id\":"
         "\"1\"}}",
         422},
        {"{\"enterprise\":\"B-FIRM\",\"description\":\"来源不存在\",\"from\":{\"plural\":\"alarms\",\"id\":"
         "\"99\"}}",
         422},
    };
    Place p;
    place_open(&p, pool);
    as(&p, INSPECTOR);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        post(&p.rig, cases[i].status, "/api/dangers", cases[i].body);
    post(&p.rig, 201, "/api/dangers",
         "{\"enterprise\":\"B-FIRM\",\"description\":\"<script>alert(1)</script>&\\\"'\"}");
    /* what an officer finds elsewhere goes to whom it belongs; he sees it, and that is all */
    const char *d = report(&p, AWAY, "{\"enterprise\":\"B-OTHER\",\"description\":\"辖区之外的隐患\"}");
    assert_string_equal(value(&p, d, "handler"), "B-TOWN");
    act(&p, AWAY, d, "order", NULL, 403);
    place_close(&p);
}

/* The inspector chooses the end between two limits that are data; the clock keeps it. */
static void deadline(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    const char *d = report(&p, INSPECTOR, "{\"enterprise\":\"B-FIRM\",\"description\":\"灭火器压力不足\"}");
    act(&p, INSPECTOR, d, "order", "{\"deadline\":\"2026-11-22T18:00:00+08:00\"}", 422);
    act(&p, INSPECTOR, d, "order", "{\"deadline\":\"2027-02-01T00:00:00+08:00\"}", 422);
    act(&p, INSPECTOR, d, "order", "{\"deadline\":\"2026-11-25T18:00:00+08:00\"}", 200);
    as(&p, FIRM);
    const Json *clock = json_get(get(&p.rig, d), "clock");
    assert_string_equal(text(&p.rig, clock, "limit"), "danger.rectify");
    assert_string_equal(text(&p.rig, clock, "due_at"), "2026-11-25T18:00:00+08:00");
    photo(&p, FIRM, d, 201);
    at(&p, NOON + 4 * MS_DAY);
    act(&p, FIRM, d, "rectify", "{\"result\":\"已更换\"}", 200);
    as(&p, INSPECTOR);
    assert_false(json_get(get(&p.rig, d), "on_time")->b);
    act(&p, INSPECTOR, d, "assign-leader", "{\"leader\":\"方正\"}", 409); /* of major ones only */
    place_close(&p);
}

/* The lists for page and paper, and the layer of the map: each of what the caller sees. */
static void listed(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    report(&p, INSPECTOR,
           "{\"enterprise\":\"B-FIRM\",\"description\":\"罐区探测器失效\",\"grade\":1,"
           "\"criterion\":\"CHEM-09\",\"order\":true}");
    report(&p, INSPECTOR, BLOCKED);
    act(&p, INSPECTOR, "/api/dangers/code:H20261122-001", "assign-leader", "{\"leader\":\"方正\"}", 200);
    const Json *major = get(r, "/api/dangers/lists?list=major&format=json");
    assert_int_equal(whole(json_get(major, "count")), 1);
    const Json *row = item(json_get(major, "rows"), 0);
    assert_string_equal(str_z(r->arena, json_str(item(json_get(row, "cells"), 5))), "方正");
    assert_string_equal(text(r, item(json_get(major, "columns"), 5), "group"), "交办制");
    assert_int_equal(whole(json_get(get(r, "/api/dangers/lists?list=measures&format=json"), "count")), 2);
    city_json(r->arena, &r->city, "GET", "/api/dangers/lists?list=none&format=pdf", 422, STR_NONE);
    Reply pdf = city_ask(&r->city, "GET", "/api/dangers/lists?list=major&format=pdf", "", STR_NONE);
    assert_int_equal(pdf.status, 200);
    assert_memory_equal(pdf.body, "%PDF", 4);
    reply_free(&pdf);
    const Json *map = json_get(get(r, "/api/dangers/map"), "rows");
    assert_int_equal(map->count, 2);
    assert_int_equal(whole(item(item(map, 0), 5)), 1); /* the major one first */
    const Json *all = item(json_get(get(r, "/api/dangers/figures"), "items"), 0);
    assert_int_equal(whole(json_get(all, "open_major")), 1);
    const char *first = text(r, get(r, "/api/dangers/code:H20261122-001"), "id");
    const char *again = arena_printf(r->arena,
                                     "{\"enterprise\":\"B-FIRM\",\"description\":\"同罐区另一处探测器\","
                                     "\"from\":{\"plural\":\"dangers\",\"id\":\"%s\"}}",
                                     first);
    report(&p, INSPECTOR, again);
    const char *of = arena_printf(r->arena, "/api/dangers/from?plural=dangers&id=%s", first);
    assert_string_equal(text(r, item(json_get(get(r, of), "items"), 0), "code"), "H20261122-003");
    city_json(r->arena, &r->city, "GET", "/api/dangers/from?plural=users&id=1", 422, STR_NONE);
    as(&p, OTHER);
    city_json(r->arena, &r->city, "GET", of, 422, STR_NONE); /* of what one does not see nothing is told */
    assert_int_equal(json_get(get(r, "/api/dangers/map"), "rows")->count, 0);
    assert_int_equal(whole(json_get(get(r, "/api/dangers/lists?list=problems&format=json"), "count")), 0);
    place_close(&p);
}

EACH(deadline)
EACH(listed)
EACH(whole_path)
EACH(self_check)
EACH(late)
EACH(found_twice)
EACH(sent_twice)
EACH(hostile)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_deadline),   cmocka_unit_test(test_listed),
                                       cmocka_unit_test(test_whole_path), cmocka_unit_test(test_self_check),
                                       cmocka_unit_test(test_late),       cmocka_unit_test(test_found_twice),
                                       cmocka_unit_test(test_sent_twice), cmocka_unit_test(test_hostile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
