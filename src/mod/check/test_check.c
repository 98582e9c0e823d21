/* Checks over the wire as each who must act: a plan, the check by its list, the dangers that follow, the one
 * that was known before, self-checks, patrols, and whom each step is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "mod/check.h"
#define PLACE_MORE &mod_check
#include "../danger/test_danger.h"

static int64_t run_checks(Place *p, int64_t now)
{
    int64_t made;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    at(p, now);
    db_test_must(&ctx, checks_run(&ctx, p->rig.city.kernel, now, &made));
    arena_free(&a);
    return made;
}

/* May he patrol the firm's place, as far as he is told? */
static bool patrols(Place *p, int who)
{
    as(p, who);
    return truth(get(&p->rig, "/api/places/B-FIRM/patrol"), "may");
}

/* Answers to every item of the sheet: the verdict of `bad` for item no, "ok" for the others. */
static const char *answers(Place *p, const char *check, int bad, const char *more)
{
    StrBuf b;
    buf_init(&b, p->rig.arena);
    const Json *sheet = get(&p->rig, arena_printf(p->rig.arena, "%s/sheet", check));
    buf_addz(&b, "{\"results\":[");
    JSON_EACH(it, json_get(json_get(sheet, "list"), "items"))
    {
        bool fails = whole(json_get(it, "no")) == bad;
        buf_printf(&b, "%s{\"item\":\"%s\",\"verdict\":\"%s\"%s}", b.p[b.n - 1] == '[' ? "" : ",",
                   text(&p->rig, it, "id"), fails ? "bad" : "ok", fails ? more : "");
    }
    buf_addz(&b, "],\"checker\":\"高远\",\"unit_person\":\"沈兰\",\"lon\":118.501,\"lat\":32.2,"
                 "\"client_key\":\"key-of-this-check\",\"order\":true}");
    return str_z(p->rig.arena, buf_str(&b));
}

static const char *submit_path(Place *p, const char *check)
{
    return arena_printf(p->rig.arena, "%s/submit", check);
}

#define PLAN_CHEM                                                                                            \
    "{\"name\":\"化工企业十一月检查\",\"year\":2026,\"month\":11,\"industry\":\"chemical\","        \
    "\"list\":\"CL-CHEM\",\"checkers\":\"高远\"}"

static const char *release_plan(Place *p, int who, const char *body, const char *params, int status)
{
    as(p, who);
    const char *plan = path_of(p, "check-plans", post(&p->rig, 201, "/api/check-plans", body));
    act(p, who, plan, "release", params, status);
    return plan;
}

static const char *only_check(Place *p, const char *query)
{
    const Json *list = json_get(get(&p->rig, arena_printf(p->rig.arena, "/api/checks%s", query)), "items");
    assert_int_equal(list->count, 1);
    return path_of(p, "checks", item(list, 0));
}

/* Plan, check, danger, list: and what was sent twice counts once. */
static void whole_path(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *plan = release_plan(&p, INSPECTOR, PLAN_CHEM, NULL, 200);
    as(&p, INSPECTOR);
    const char *check = only_check(&p, "");
    const Json *c = get(r, check);
    assert_string_equal(text(r, c, "code"), "C20261122-001");
    assert_string_equal(text(r, c, "enterprise"), "B-FIRM");
    assert_string_equal(text(r, c, "turn"), "B-EMERG");
    assert_string_equal(text(r, c, "line"), "chemical");
    assert_string_equal(text(r, json_get(c, "clock"), "due_at"), "2026-11-30T23:59:59+08:00");
    const char *body = answers(&p, check, 4, ",\"note\":\"动火票未分析\",\"major\":true");
    as(&p, TOWN);
    post(r, 403, submit_path(&p, check), body); /* another body's turn */
    as(&p, OTHER);
    post(r, 404, submit_path(&p, check), body); /* not in his sight */
    as(&p, INSPECTOR);
    const Json *done = post(r, 200, submit_path(&p, check), body);
    assert_string_equal(text(r, json_get(done, "check"), "state"), "finished");
    assert_int_equal(whole(json_get(json_get(done, "check"), "failed")), 1);
    assert_true(json_get(json_get(done, "check"), "on_time")->b);
    const Json *bad = item(json_get(done, "results"), 3);
    const char *danger = arena_printf(r->arena, "/api/dangers/%s", text(r, bad, "danger"));
    assert_string_equal(value(&p, danger, "state"), "ordered");
    assert_string_equal(value(&p, danger, "criterion"), "CHEM-11");
    assert_string_equal(value(&p, danger, "source"), "inspection");
    assert_string_equal(value(&p, danger, "handler"), "B-EMERG");
    as(&p, INSPECTOR);
    assert_int_equal(json_get(get(r, arena_printf(r->arena, "%s/timeline", danger)), "chain")->count, 3);
    post(r, 200, submit_path(&p, check), body); /* the answer was lost */
    assert_int_equal(json_get(get(r, "/api/dangers"), "items")->count, 1);
    assert_int_equal(json_get(get(r, "/api/check-results?limit=50"), "items")->count, 8);
    const Json *f = item(json_get(get(r, "/api/checks/figures?by=body"), "items"), 0);
    assert_string_equal(text(r, f, "key"), "B-EMERG");
    assert_int_equal(whole(json_get(f, "done")), 1);
    assert_int_equal(whole(json_get(f, "dangers")), 1);
    assert_int_equal(whole(json_get(get(r, plan), "checks")), 1);
    place_close(&p);
}

static void wrong_answers(DbPool *pool)
{
    static const char *const wrong[] = {"{}",
                                        "[]",
                                        "{\"results\":[]}",
                                        "{\"results\":[{\"item\":\"1\",\"verdict\":\"ok\"}]}",
                                        "{\"results\":[{\"item\":\"x\",\"verdict\":\"ok\"}]}",
                                        "{\"results\":[{\"item\":\"1\",\"verdict\":\"perhaps\"}]}"};
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    release_plan(&p, INSPECTOR, PLAN_CHEM, NULL, 200);
    as(&p, INSPECTOR);
    const char *check = only_check(&p, "");
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) post(r, 422, submit_path(&p, check), wrong[i]);
    /* Item 8 has no clause: it cannot be major. */
    post(r, 422, submit_path(&p, check), answers(&p, check, 8, ",\"major\":true"));
    assert_string_equal(value(&p, check, "state"), "planned");
    as(&p, -1);
    assert_int_equal(json_get(get(r, "/api/dangers"), "items")->count, 0);
    place_close(&p);
}

/* The same item fails again while its danger is open: one danger, found twice. */
static void known_before(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *first, *second;
    const char *spot = "{\"enterprise\":\"B-FIRM\",\"list\":\"CL-CHEM\"}";
    as(&p, INSPECTOR);
    post(r, 422, "/api/checks", "{\"enterprise\":\"B-FIRM\",\"list\":\"CL-CHEM\",\"kind\":\"self\"}");
    first = path_of(&p, "checks", post(r, 201, "/api/checks", spot));
    const Json *one = post(r, 200, submit_path(&p, first), answers(&p, first, 5, ""));
    as(&p, TOWN);
    second = path_of(&p, "checks", post(r, 201, "/api/checks", spot));
    const Json *two = post(r, 200, submit_path(&p, second), answers(&p, second, 5, ",\"note\":\"仍未整改\""));
    const char *d = text(r, item(json_get(one, "results"), 4), "danger");
    assert_string_equal(text(r, item(json_get(two, "results"), 4), "danger"), d);
    assert_true(json_get(item(json_get(two, "results"), 4), "joined")->b);
    as(&p, -1);
    assert_int_equal(json_get(get(r, "/api/dangers"), "items")->count, 1);
    assert_int_equal(whole(json_get(get(r, arena_printf(r->arena, "/api/dangers/%s", d)), "finders")), 2);
    place_close(&p);
}

/* Nobody is visited twice in one period by the same body, unless left out knowingly. */
static void twice(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    release_plan(&p, INSPECTOR, PLAN_CHEM, NULL, 200);
    const char *again = release_plan(&p, INSPECTOR,
                                     "{\"name\":\"再次检查\",\"year\":2026,\"month\":11,"
                                     "\"enterprises\":\"B-FIRM B-OTHER\",\"list\":\"CL-SMALL\"}",
                                     NULL, 409);
    as(&p, INSPECTOR);
    const Json *seen = get(r, arena_printf(r->arena, "%s/preview", again));
    assert_int_equal(whole(json_get(seen, "count")), 2);
    assert_true(json_get(item(json_get(seen, "items"), 0), "twice")->b);
    assert_int_equal(json_get(item(json_get(seen, "items"), 0), "others")->count, 1);
    act(&p, INSPECTOR, again, "release", "{\"leave_out\":true}", 200);
    as(&p, INSPECTOR);
    assert_int_equal(json_get(get(r, "/api/checks"), "items")->count, 2);
    release_plan(&p, INSPECTOR,
                 "{\"name\":\"没有企业\",\"year\":2026,\"month\":11,\"industry\":\"coal\","
                 "\"list\":\"CL-SMALL\"}",
                 NULL, 409);
    post(r, 422, "/api/check-plans", "{\"name\":\"无范围\",\"year\":2026,\"list\":\"CL-CHEM\"}");
    place_close(&p);
}

/* A plan for the year makes its next round by itself; what is late climbs the ladder. */
static void rounds(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    release_plan(&p, OFFICE,
                 "{\"name\":\"全年检查\",\"year\":2026,\"cadence\":\"month\",\"industry\":\"chemical\","
                 "\"list\":\"CL-CHEM\"}",
                 NULL, 200);
    assert_int_equal(run_checks(&p, p.now + MS_HOUR), 0);
    assert_int_equal(run_checks(&p, p.now + 9 * MS_DAY), 1); /* December */
    assert_int_equal(run_checks(&p, p.now + MS_HOUR), 0);
    run_clocks(&p, p.now + 2 * MS_DAY);
    as(&p, OFFICE);
    const char *late = only_check(&p, "?period=2026-11");
    assert_true(whole(json_get(get(r, late), "chase")) >= 1);
    place_close(&p);
}

/* The enterprise does its own; what it finds is its own to rectify at once. */
static void self_check(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    release_plan(&p, TOWN,
                 "{\"name\":\"企业自查\",\"kind\":\"self\",\"year\":2026,\"month\":11,"
                 "\"enterprises\":\"B-FIRM\",\"list\":\"CL-SMALL\"}",
                 NULL, 200);
    as(&p, FIRM);
    const char *check = only_check(&p, "?kind=self");
    assert_string_equal(text(r, get(r, check), "turn"), "B-FIRM");
    const Json *done = post(r, 200, submit_path(&p, check), answers(&p, check, 2, ""));
    const char *d =
        arena_printf(r->arena, "/api/dangers/%s", text(r, item(json_get(done, "results"), 1), "danger"));
    assert_string_equal(value(&p, d, "source"), "self");
    assert_string_equal(value(&p, d, "state"), "ordered");
    as(&p, TOWN);
    const Json *f = item(json_get(get(r, "/api/checks/figures?by=enterprise&kind=self"), "items"), 0);
    assert_int_equal(whole(json_get(f, "dangers")), 1);
    as(&p, OTHER);
    assert_int_equal(json_get(get(r, "/api/checks"), "items")->count, 0);
    place_close(&p);
}

/* A point is due, waits on the station's desk, is done by its code, and is due again. */
static void patrol(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    as(&p, TOWN);
    const char *point = path_of(&p, "patrol-points",
                                post(r, 201, "/api/patrol-points",
                                     "{\"code\":\"PP-1\",\"enterprise\":\"B-FIRM\",\"body\":\"B-TOWN\","
                                     "\"list\":\"CL-PATROL\",\"cadence_days\":7}"));
    assert_int_equal(run_checks(&p, p.now), 1);
    assert_int_equal(run_checks(&p, p.now), 0);
    assert_false(patrols(&p, AWAY));
    post(r, 404, "/api/places/B-FIRM/patrol", "{}");
    as(&p, TOWN);
    assert_non_null(json_get(get(r, "/api/places/B-FIRM/patrol"), "check"));
    const char *check = path_of(&p, "checks", post(r, 200, "/api/places/B-FIRM/patrol", "{}"));
    post(r, 200, submit_path(&p, check), answers(&p, check, 1, ",\"note\":\"门口堆放纸箱\""));
    assert_int_equal(whole(json_get(get(r, check), "distance")), 94);
    assert_string_equal(value(&p, point, "next_at"), "2026-11-29T23:59:59+08:00");
    as(&p, TOWN);
    const Json *d = item(json_get(get(r, "/api/dangers"), "items"), 0);
    assert_string_equal(text(r, d, "source"), "patrol");
    assert_int_equal(run_checks(&p, p.now + 6 * MS_DAY), 0);
    assert_int_equal(run_checks(&p, p.now + MS_DAY), 1);
    assert_false(patrols(&p, OTHER));
    assert_false(patrols(&p, FIRM)); /* sees the point, but the town patrols it */
    post(r, 403, "/api/places/B-FIRM/patrol", "{}");
    place_close(&p);
}

/* What is published does not change; a new edition replaces it. */
static void editions(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    as(&p, OFFICE);
    const char *items = "/api/check-items";
    post(r, 409, items, "{\"list\":\"CL-GAS\",\"no\":20,\"text\":\"新增检查内容\"}");
    act(&p, OFFICE, "/api/check-lists/CL-GAS", "revise", NULL, 200);
    as(&p, OFFICE);
    post(r, 201, items, "{\"list\":\"CL-GAS-V2\",\"no\":20,\"text\":\"新增检查内容\"}");
    act(&p, OFFICE, "/api/check-lists/CL-GAS", "revise", NULL, 409);
    act(&p, OFFICE, "/api/check-lists/CL-GAS-V2", "publish", NULL, 200);
    assert_string_equal(value(&p, "/api/check-lists/CL-GAS", "state"), "retired");
    as(&p, OFFICE);
    assert_int_equal(json_get(get(r, "/api/check-items?list=CL-GAS-V2&limit=50"), "items")->count, 9);
    create(r, "check-lists", "{\"code\":\"EMPTY\",\"name\":\"空检查表\"}");
    act(&p, OFFICE, "/api/check-lists/EMPTY", "publish", NULL, 409);
    as(&p, INSPECTOR);
    post(r, 403, "/api/check-lists", "{\"code\":\"X\",\"name\":\"不许\"}");
    place_close(&p);
}

EACH(whole_path)
EACH(wrong_answers)
EACH(known_before)
EACH(twice)
EACH(rounds)
EACH(self_check)
EACH(patrol)
EACH(editions)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_path),   cmocka_unit_test(test_wrong_answers),
        cmocka_unit_test(test_known_before), cmocka_unit_test(test_twice),
        cmocka_unit_test(test_rounds),       cmocka_unit_test(test_self_check),
        cmocka_unit_test(test_patrol),       cmocka_unit_test(test_editions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
