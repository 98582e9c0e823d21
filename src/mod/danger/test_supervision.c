/* Major dangers: judged by a clause or a reason, hung, reported twice, accepted, taken off; and that nothing
 * else closes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_danger.h"

#define TANK                                                                                                 \
    "{\"enterprise\":\"B-FIRM\",\"description\":\"罐区可燃气体探测器未投用\",\"grade\":1,"       \
    "\"criterion\":\"CHEM-09\",\"order\":true}"
#define HANG    "{\"leader\":\"方正\",\"leader_post\":\"副市长\",\"requirements\":\"限期整改\"}"
#define DEPT    "{\"dept_report_at\":\"2026-11-22T13:00:00+08:00\",\"dept_report\":\"已书面报告\"}"
#define WORKERS "{\"workers_report_at\":\"2026-11-22T13:00:00+08:00\",\"workers_report\":\"已向职代会报告\"}"

static const char *supervision_of(Place *p, const char *code)
{
    as(p, -1);
    const Json *list =
        json_get(get(&p->rig, arena_printf(p->rig.arena, "/api/supervisions?danger=%s", code)), "items");
    return list->count ? path_of(p, "supervisions", item(list, 0)) : NULL;
}

static void whole_way(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    const char *d = report(&p, TOWN, TANK), *s = supervision_of(&p, "H20261122-001");
    assert_non_null(s);
    assert_string_equal(value(&p, s, "state"), "draft");
    assert_string_equal(value(&p, s, "level"), "town");
    act(&p, FIRM, s, "hang", HANG, 403);
    act(&p, TOWN, s, "hang", "{}", 422);
    act(&p, TOWN, s, "hang", HANG, 200);
    assert_string_equal(value(&p, d, "leader"), "方正"); /* answers for it until another is named */
    act(&p, TOWN, s, "make-public", "{\"public_words\":\"请周边群众注意安全\"}", 200);
    at(&p, p.now + 2 * MS_HOUR);
    photo(&p, FIRM, d, 201);
    act(&p, FIRM, d, "rectify", "{\"result\":\"已投用\"}", 409); /* no plan */
    act(&p, FIRM, d, "plan", PLAN, 200);
    act(&p, FIRM, d, "rectify", "{\"result\":\"已投用\"}", 200);
    photo(&p, TOWN, d, 201);
    act(&p, TOWN, d, "accept", "{\"review\":\"合格\"}", 409); /* only by being taken off */

    act(&p, FIRM, s, "apply", "{\"application\":\"申请验收\"}", 409); /* no reports */
    act(&p, FIRM, s, "report-dept", DEPT, 200);
    act(&p, FIRM, s, "report-workers",
        "{\"workers_report_at\":\"2027-11-22T13:00:00+08:00\",\"workers_report\":\"将来\"}", 422);
    act(&p, FIRM, s, "report-workers", WORKERS, 200);
    act(&p, OTHER, s, "apply", "{\"application\":\"申请验收\"}", 404);
    act(&p, FIRM, s, "apply", "{\"application\":\"申请验收\"}", 200);
    as(&p, TOWN);
    const Json *clock = json_get(get(&p.rig, s), "clock");
    assert_string_equal(text(&p.rig, clock, "limit"), "supervision.accept");
    assert_string_equal(text(&p.rig, clock, "due_at"), "2026-12-03T00:00:00+08:00"); /* ten natural days */
    act(&p, TOWN, s, "refuse", "{\"reason\":\"联锁未恢复\"}", 200);
    assert_string_equal(value(&p, d, "state"), "returned");
    assert_string_equal(value(&p, s, "state"), "hung");

    at(&p, p.now + MS_DAY);
    photo(&p, FIRM, d, 201);
    act(&p, FIRM, s, "apply", "{\"application\":\"申请验收\"}", 409); /* not rectified */
    act(&p, FIRM, d, "rectify", "{\"result\":\"联锁已恢复\"}", 200);
    act(&p, FIRM, s, "apply", "{\"application\":\"申请验收\"}", 200);
    act(&p, TOWN, s, "accept", "{\"acceptance\":\"合格\"}", 409); /* a photo */
    photo(&p, TOWN, s, 201);
    act(&p, TOWN, s, "accept", "{\"acceptance\":\"现场验收合格\"}", 200);
    act(&p, TOWN, s, "remove", NULL, 200);
    assert_string_equal(value(&p, d, "state"), "closed");
    act(&p, TOWN, s, "evaluate", "{\"effect\":\"good\",\"evaluation\":\"未见反弹\"}", 200);
    assert_string_equal(value(&p, s, "state"), "evaluated");
    place_close(&p);
}

/* Judged major later, and general again; sent upward with its supervision. */
static void judged(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    const char *d = report(&p, TOWN, BLOCKED);
    assert_null(supervision_of(&p, "H20261122-001"));
    act(&p, FIRM, d, "upgrade", "{\"major_reason\":\"人员密集\"}", 403);
    act(&p, TOWN, d, "upgrade", "{}", 422);
    act(&p, TOWN, d, "upgrade", "{\"major_reason\":\"人员密集，出口全部封闭\"}", 200);
    const char *s = supervision_of(&p, "H20261122-001");
    assert_non_null(s);
    act(&p, TOWN, d, "downgrade", "{\"reason\":\"复核后不构成重大\"}", 200);
    assert_string_equal(value(&p, s, "state"), "withdrawn");
    act(&p, TOWN, d, "upgrade", "{\"major_reason\":\"再次封闭\"}", 200);
    as(&p, -1);
    const Json *list = json_get(get(&p.rig, "/api/supervisions?state=draft"), "items");
    assert_int_equal(list->count, 1);
    s = path_of(&p, "supervisions", item(list, 0));
    act(&p, TOWN, s, "hang", HANG, 200);
    act(&p, TOWN, d, "downgrade", "{\"reason\":\"想改回去\"}", 409);
    act(&p, TOWN, s, "raise", "{\"reason\":\"本级无力解决\"}", 200);
    assert_string_equal(value(&p, s, "level"), "county");
    assert_string_equal(value(&p, s, "issuer"), "B-OFFICE");
    act(&p, TOWN, d, "raise", "{\"reason\":\"本级无力解决\"}", 200);
    assert_string_equal(value(&p, d, "handler"), "B-OFFICE");
    as(&p, TOWN);
    get(&p.rig, d); /* who had it still sees it */
    act(&p, OFFICE, d, "raise", "{\"reason\":\"上面没有了\"}", 409);
    place_close(&p);
}

/* Clauses by their words, with the reason; nothing for nothing. */
static void matched(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    as(&p, TOWN);
    const Json *m = json_get(
        get(r,
            "/api/danger-criteria/match?industry=chemical&text=%E5%8F%AF%E7%87%83%E6%B0%94%E4%BD%93%E6%8E%A2"
            "%E6%B5%8B%E5%99%A8%E6%9C%AA%E6%8A%95%E7%94%A8"),
        "items");
    assert_true(m->count >= 1);
    assert_string_equal(text(r, item(m, 0), "code"), "CHEM-09");
    assert_string_equal(text(r, item(m, 0), "words"), "可燃气体、探测器、未投用");
    assert_int_equal(json_get(get(r, "/api/danger-criteria/match?text=xyz"), "items")->count, 0);
    assert_int_equal(json_get(get(r, "/api/danger-criteria/match?text="), "items")->count, 0);
    as(&p, TOWN);
    post(r, 403, "/api/danger-criteria",
         "{\"code\":\"X\",\"industry\":\"chemical\",\"text\":\"新增判定条款\"}");
    as(&p, OFFICE);
    create(r, "danger-criteria", "{\"code\":\"X\",\"industry\":\"chemical\",\"text\":\"新增判定条款\"}");
    as(&p, OFFICE);
    Reply lists = city_ask(&r->city, "GET", "/api/dangers/lists", "", STR_NONE);
    assert_int_equal(lists.status, 200);
    assert_memory_equal(lists.body, "PK", 2);
    reply_free(&lists);
    place_close(&p);
}

EACH(whole_way)
EACH(judged)
EACH(matched)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole_way), cmocka_unit_test(test_judged),
                                       cmocka_unit_test(test_matched)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
