/* Duty lists over the wire: list, occurrence with its clock, record, figure; editions, validity, catching up
 * exactly once, whom each step is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "mod/duty.h"
#include "mod/document.h"
#include "mod/indicator.h"
#include "mod/task.h"
#define PLACE_MORE &mod_task, &mod_document, &mod_indicator, &mod_duty
#include "../danger/test_danger.h"

static int64_t run_duties(Place *p, int64_t now)
{
    int64_t made;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    at(p, now);
    db_test_must(&ctx, duties_run(&ctx, p->rig.city.kernel, now, &made));
    arena_free(&a);
    return made;
}

static const char *a_list(Place *p, int who, const char *more)
{
    as(p, who);
    return path_of(p, "duty-lists",
                   post(&p->rig, 201, "/api/duty-lists",
                        arena_printf(p->rig.arena, "{\"post\":\"主要负责人\"%s}", more)));
}

static void an_item(Place *p, int who, const char *list, const char *per, int times, int status)
{
    as(p, who);
    const char *id = text(&p->rig, get(&p->rig, list), "code");
    post(&p->rig, status, "/api/duty-items",
         arena_printf(p->rig.arena,
                      "{\"list\":\"%s\",\"text\":\"组织安全检查，研究解决突出问题\",\"per\":\"%s\","
                      "\"times\":%d,\"basis\":\"责任制规定第十条\"}",
                      id, per, times));
}

static int64_t count(Place *p, int who, const char *query)
{
    as(p, who);
    return (int64_t)json_get(get(&p->rig, query), "items")->count;
}

static const char *open_one(Place *p, int who)
{
    as(p, who);
    return path_of(p, "duties", item(json_get(get(&p->rig, "/api/duties?state=open"), "items"), 0));
}

#define DID "{\"what\":\"带队检查罐区，发现隐患两处，当场交办\",\"place\":\"云澜精细化工厂\"}"

/* List, occurrence, record, figure. */
static void whole_path(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *list = a_list(&p, FIRM, "");
    act(&p, FIRM, list, "publish", NULL, 409); /* nothing in it */
    an_item(&p, FIRM, list, "month", 2, 201);
    assert_int_equal(run_duties(&p, p.now), 0); /* a draft asks nothing */
    act(&p, FIRM, list, "publish", NULL, 200);
    an_item(&p, FIRM, list, "week", 1, 409);
    act(&p, FIRM, list, "file", "{}", 422); /* nobody above it */
    act(&p, FIRM, list, "file", "{\"to\":\"B-TOWN\"}", 200);
    assert_string_equal(value(&p, list, "state"), "filed");
    assert_int_equal(run_duties(&p, p.now), 1);
    assert_int_equal(run_duties(&p, p.now), 0);
    const char *duty = open_one(&p, FIRM);
    const Json *d = get(r, duty);
    assert_string_equal(text(r, d, "period"), "2026-11");
    assert_string_equal(text(r, d, "due_at"), "2026-11-30T23:59:59+08:00");
    assert_string_equal(text(r, json_get(d, "clock"), "due_at"), "2026-11-30T23:59:59+08:00");
    assert_string_equal(text(r, d, "turn"), "B-FIRM");
    act(&p, OTHER, duty, "record", DID, 404);
    act(&p, TOWN, duty, "record", DID, 403); /* sees it, but it is not its turn */
    act(&p, FIRM, duty, "perform", DID, 409);
    act(&p, FIRM, duty, "record", "{}", 422); /* done only with a record of what was done */
    act(&p, FIRM, duty, "record", "{\"what\":\"检查\",\"done_at\":\"2026-12-22T10:00:00+08:00\"}", 422);
    act(&p, FIRM, duty, "record", DID, 200);
    assert_string_equal(value(&p, duty, "state"), "open");
    act(&p, FIRM, duty, "perform", DID, 200);
    assert_string_equal(value(&p, duty, "state"), "done");
    as(&p, FIRM);
    assert_true(json_get(get(r, duty), "on_time")->b);
    assert_int_equal(count(&p, FIRM, "/api/duty-records"), 2);
    assert_int_equal(count(&p, OTHER, "/api/duty-records"), 0);
    as(&p, FIRM);
    const Json *f =
        item(json_get(get(r, "/api/duties/figures?by=body&to=2026-12-01T00:00:00%2B08:00"), "items"), 0);
    assert_string_equal(text(r, f, "key"), "B-FIRM");
    assert_int_equal(whole(json_get(f, "n")), 1);
    assert_int_equal(whole(json_get(f, "done")), 1);
    assert_int_equal(count(&p, OTHER, "/api/duties/figures?by=body"), 0);
    get(r, "/api/duties/figures?by=none");
    place_close(&p);
}

/* Missed, then late, then written down afterwards; stopped for three months and caught up exactly once. */
static void late(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *list = a_list(&p, FIRM, "");
    an_item(&p, FIRM, list, "month", 1, 201);
    act(&p, FIRM, list, "publish", NULL, 200);
    assert_int_equal(run_duties(&p, p.now), 1);
    assert_int_equal(run_duties(&p, p.now + 90 * MS_DAY), 3); /* December to February */
    assert_int_equal(run_duties(&p, p.now), 0);
    run_clocks(&p, p.now);
    as(&p, FIRM);
    const char *query = "/api/duties/figures?from=2026-11-01T00:00:00%2B08:00&to=2027-03-01T00:00:00%2B08:00";
    const Json *f = item(json_get(get(r, query), "items"), 0);
    assert_int_equal(whole(json_get(f, "n")), 4);
    assert_int_equal(whole(json_get(f, "missing")), 3);
    assert_int_equal(whole(json_get(f, "coming")), 1);
    const char *first = open_one(&p, FIRM);
    assert_int_equal(whole(json_get(get(r, first), "chase")) >= 1, 1);
    act(&p, FIRM, first, "perform", DID, 200);
    act(&p, FIRM, open_one(&p, FIRM), "perform",
        "{\"what\":\"召开安全例会\",\"done_at\":\"2026-12-20T09:00:00+08:00\"}", 200);
    as(&p, FIRM);
    f = item(json_get(get(r, query), "items"), 0);
    assert_int_equal(whole(json_get(f, "done")), 2);
    assert_int_equal(whole(json_get(f, "late")), 1);
    assert_int_equal(whole(json_get(f, "backfilled")), 1);
    assert_int_equal(whole(json_get(f, "missing")), 1);
    place_close(&p);
}

/* A new edition goes on where the old one was; what was withdrawn or has run out asks nothing. */
static void editions(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *list = a_list(&p, FIRM, ",\"valid_to\":\"2027-01-15T00:00:00+08:00\"");
    an_item(&p, FIRM, list, "month", 1, 201);
    act(&p, FIRM, list, "publish", NULL, 200);
    assert_int_equal(run_duties(&p, p.now), 1);
    act(&p, FIRM, list, "revise", NULL, 200);
    act(&p, FIRM, list, "revise", NULL, 409);
    as(&p, FIRM);
    const Json *next = item(json_get(get(r, "/api/duty-lists?state=draft"), "items"), 0);
    const char *second = path_of(&p, "duty-lists", next);
    an_item(&p, FIRM, second, "quarter", 1, 201);
    as(&p, FIRM);
    const Json *diff = json_get(get(r, arena_printf(r->arena, "%s/compare", second)), "items");
    assert_int_equal(diff->count, 2);
    assert_string_equal(text(r, item(diff, 0), "change"), "same");
    assert_string_equal(text(r, item(diff, 1), "change"), "added");
    act(&p, FIRM, second, "publish", NULL, 200);
    assert_string_equal(value(&p, list, "state"), "replaced");
    assert_int_equal(run_duties(&p, p.now), 1); /* the quarter's; the month's was asked */
    assert_int_equal(run_duties(&p, p.now + 10 * MS_DAY), 1);
    act(&p, FIRM, second, "withdraw", NULL, 200);
    assert_int_equal(run_duties(&p, p.now + 100 * MS_DAY), 0);
    as(&p, OTHER);
    assert_int_equal(json_get(get(r, "/api/duty-lists"), "items")->count, 0);
    as(&p, INSPECTOR);
    post(r, 403, "/api/duty-lists", "{\"post\":\"局长\"}");
    place_close(&p);
}

EACH(whole_path)
EACH(late)
EACH(editions)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole_path), cmocka_unit_test(test_late),
                                       cmocka_unit_test(test_editions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
