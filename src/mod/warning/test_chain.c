/* The chain from an alarm to the archive, over the wire as each who must act: what each step makes of the
 * warning and of its orders, who is refused, and what two officers at once get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_warn.h"
#include "test_cap.h"

static const char *body_of(Bench *b, const char *path)
{
    as(b, -1);
    Reply reply = city_ask(&b->rig.city, "GET", path, "", STR_NONE);
    assert_int_equal(reply.status, 200);
    const char *out = arena_strdup(b->rig.arena, reply.body);
    reply_free(&reply);
    return out;
}

/* The telephone of the gas company in the list of who has not answered, as one sees it; never a mobile. */
static void check_phone(Bench *b, const char *path, int who, const char *phone)
{
    Rig *r = &b->rig;
    as(b, who);
    JSON_EACH(it, json_get(get(r, arena_printf(r->arena, "%s/answers", path)), "items"))
    {
        assert_null(json_get(it, "mobile"));
        if (!str_is(json_str(json_get(it, "body")), "B-GAS")) continue;
        Str shown = json_str(json_get(it, "phone"));
        if (phone) assert_true(str_is(shown, phone));
        else assert_int_equal(shown.n, 0);
    }
    as(b, -1);
}

static void assert_cap(Bench *b, const char *code, int message, const char *type)
{
    CapReader r;
    const char *xml =
        body_of(b, arena_printf(b->rig.arena, "/cap/warnings/%s.xml?message=%d", code, message));
    const char *fault = cap_test_check(&r, str_of(xml));
    if (fault) fprintf(stderr, "%s\n%s\n", fault, xml);
    assert_null(fault);
    assert_non_null(strstr(xml, arena_printf(b->rig.arena, "<msgType>%s<", type)));
}

/* From an order back to the alarm and the reading that raised it. */
static void walks_back(Bench *b, const char *order)
{
    static const char *const plurals[] = {"alarms", "warnings", "orders"};
    Rig *r = &b->rig;
    const Json *line = get(r, arena_printf(r->arena, "%s/timeline", order)), *chain = json_get(line, "chain");
    assert_int_equal(chain->count, ARRAY_LEN(plurals));
    for (size_t i = 0; i < ARRAY_LEN(plurals); i++)
        assert_string_equal(text(r, item(chain, i), "plural"), plurals[i]);
    const Json *items = json_get(line, "items");
    assert_string_equal(text(r, item(items, 0), "kind"), "reading");
    assert_non_null(strstr(text(r, item(items, 0), "text"), "（限值"));
    assert_string_equal(text(r, item(items, 1), "kind"), "alarm");
    /* what was counted because of the last act comes behind it */
    size_t last = items->count - 1;
    while (!strcmp(text(r, item(items, last), "action"), "recount")) last--;
    assert_string_equal(text(r, item(items, last), "action"), "file");
}

static void whole_chain(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    uint32_t no = point(&b, "P1", ",\"object\":\"WELL\",\"field\":\"gas\"");
    const char *alarm = warn_alarm(&b, no, "P1", 2);

    as(&b, WATCH);
    const Json *w = post(r, 201, "/api/warnings", arena_printf(r->arena, "{\"alarms\":[\"%s\"]}", alarm));
    const char *path = warn_path(&b, w, "warnings"), *code = text(r, w, "code");
    assert_string_equal(code, "W20261122-001");
    assert_string_equal(text(r, w, "state"), "draft");
    assert_string_equal(text(r, w, "owner"), "B-GAS");
    assert_string_equal(text(r, w, "issuer"), "B-WATCH");
    assert_string_equal(text(r, w, "line"), "gas");
    assert_int_equal(whole(json_get(w, "grade")), 2);
    assert_string_equal(text(r, get(r, arena_printf(r->arena, "/api/alarms/%s", alarm)), "verdict"), "true");

    const Json *units = json_get(get(r, arena_printf(r->arena, "%s/routing", path)), "orders");
    assert_int_equal(units->count, 3);
    assert_string_equal(text(r, item(units, 0), "body"), "B-GAS");
    assert_string_equal(text(r, item(units, 1), "rule"), "R1");
    assert_string_equal(text(r, item(units, 2), "body"), "B-TOWN");

    warn_do(&b, WATCH, path, "publish", NULL, 409);
    warn_do(&b, WATCH, path, "grade", "{\"grade\":2,\"measures\":\"关阀、通风、警戒\"}", 200);
    warn_do(&b, WATCH, path, "publish", NULL, 200);
    assert_string_equal(warn_state(&b, path), "published");
    assert_cap(&b, code, 1, "Alert");
    const char *xml = body_of(&b, arena_printf(r->arena, "/cap/warnings/%s.xml?message=1", code));
    assert_non_null(
        strstr(xml, ": 点 P1 8.5 ≥ 7, since 11:59:59</description>")); /* English as the alarm said it */
    assert_null(strstr(xml, "In Chinese"));
    as(&b, -1);
    const Json *answers = get(r, arena_printf(r->arena, "%s/answers", path));
    assert_int_equal(whole(json_get(answers, "waiting")), 3);
    check_phone(&b, path, WATCH, "0990-1"); /* who chases calls the desk … */
    check_phone(&b, path, GAS, NULL);       /* … and nobody else finds numbers here */

    b.now += 2 * MS_MINUTE, clock_freeze(b.now);
    warn_do(&b, GAS, warn_order(&b, path, GAS), "sign", NULL, 200);
    assert_string_equal(warn_state(&b, path), "handling");
    warn_do(&b, DEPT, warn_order(&b, path, DEPT), "sign", NULL, 200);
    warn_do(&b, TOWN, warn_order(&b, path, TOWN), "sign", NULL, 200);
    b.now += 20 * MS_MINUTE, clock_freeze(b.now);
    warn_all(&b, path, "arrive", "{\"note\":\"现场浓度下降\"}");
    warn_do(&b, GAS, warn_order(&b, path, GAS), "report", "{\"progress\":\"已关阀\"}", 200);
    warn_do(&b, WATCH, path, "lift", NULL, 409);
    /* What a visit found is a danger of its own before the order is answered. */
    const char *town = warn_order(&b, path, TOWN);
    warn_do(&b, TOWN, town, "visit", "{\"visit\":\"井盖缺失\",\"visit_found\":true}", 200);
    warn_do(&b, TOWN, town, "answer", ANSWER, 409);
    warn_do(&b, TOWN, town, "visit", "{\"visit\":\"复看井盖完好，此前误看\"}", 200);
    warn_all(&b, path, "answer", ANSWER);
    assert_string_equal(warn_state(&b, path), "reviewing");
    check_phone(&b, path, WATCH, NULL);          /* nothing to chase any more */
    warn_do(&b, WATCH, path, "lift", NULL, 409); /* answers are not accepted yet */
    warn_accept_all(&b, path);
    warn_do(&b, WATCH, path, "lift", NULL, 200);
    assert_cap(&b, code, 2, "Cancel");
    warn_do(&b, WATCH, path, "file", "{\"conclusion\":\"阀门密封圈老化，已更换\"}", 200);

    as(&b, WATCH);
    w = get(r, path);
    assert_string_equal(text(r, w, "state"), "filed");
    assert_int_equal(whole(json_get(w, "units")), 3);
    assert_int_equal(whole(json_get(w, "accepted")), 3);
    assert_true(json_get(w, "clock") == NULL || json_get(w, "clock")->type == JSON_NULL);
    const Json *steps = json_get(get(r, arena_printf(r->arena, "%s/steps", path)), "items");
    assert_int_equal(whole(json_get(item(steps, 4), "since_ms")), 2 * MS_MINUTE);
    const Json *figures = json_get(get(r, "/api/warnings/figures?by=body"), "items");
    assert_int_equal(figures->count, 3);
    assert_int_equal(whole(json_get(json_get(json_get(item(figures, 0), "steps"), "signed"), "median_ms")),
                     2 * MS_MINUTE);
    assert_non_null(strstr(body_of(&b, "/cap/feed.atom"), "W20261122-001-2"));
    walks_back(&b, warn_order(&b, path, GAS));
    bench_close(&b);
}

/* One wins, the other is told by whom. */
static void two_officers(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    uint32_t no = point(&b, "P1", ",\"object\":\"WELL\",\"field\":\"gas\"");
    const char *alarm = warn_alarm(&b, no, "P1", 2),
               *make = arena_printf(r->arena, "{\"alarms\":[\"%s\"]}", alarm);
    as(&b, WATCH);
    const char *path = warn_path(&b, post(r, 201, "/api/warnings", make), "warnings");
    as(&b, WATCH2);
    const Json *told = post(r, 409, "/api/warnings", make);
    assert_string_equal(text(r, told, "code"), "warning.taken");
    assert_int_equal(warn_count(&b, "warnings"), 1);
    warn_do(&b, WATCH, path, "grade", "{\"grade\":2}", 200);
    warn_do(&b, WATCH, path, "publish", NULL, 200);
    warn_do(&b, WATCH2, path, "publish", NULL, 409);
    assert_int_equal(warn_count(&b, "orders"), 3);
    const char *order = warn_order(&b, path, GAS);
    warn_do(&b, GAS, order, "sign", NULL, 200);
    warn_do(&b, GAS, order, "sign", NULL, 409);
    bench_close(&b);
}

static void returns_and_grades(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    const char *path = warn_published(&b, 3), *gas = warn_order(&b, path, GAS);
    warn_all(&b, path, "arrive", NULL);
    warn_all(&b, path, "answer", ANSWER);
    warn_do(&b, WATCH, gas, "return", NULL, 422);
    warn_do(&b, WATCH, gas, "return", "{\"reason\":\"未附复测数据\"}", 200);
    assert_string_equal(warn_state(&b, path), "handling");
    assert_string_equal(warn_state(&b, gas), "returned");
    warn_do(&b, GAS, gas, "answer", ANSWER, 200);
    assert_string_equal(warn_state(&b, path), "reviewing");
    warn_do(&b, WATCH, path, "regrade", "{\"grade\":3,\"reason\":\"浓度上升\"}", 422);
    warn_do(&b, WATCH, path, "regrade", "{\"grade\":1,\"reason\":\"浓度上升\"}", 200);
    as(&b, -1);
    assert_int_equal(whole(json_get(get(&b.rig, gas), "grade")), 1);
    assert_cap(&b, "W20261122-001", 2, "Update");
    /* one more unit takes the warning back from its review */
    warn_do(&b, WATCH, path, "dispatch", "{\"body\":\"B-WATER\",\"role\":\"support\"}", 200);
    assert_string_equal(warn_state(&b, path), "handling");
    warn_do(&b, WATCH, path, "dispatch", "{\"body\":\"B-WATER\",\"role\":\"support\"}", 422);
    const char *other = warn_order(&b, path, OTHER);
    warn_do(&b, OTHER, other, "decline", "{\"reason\":\"非本单位管辖\"}", 200);
    warn_do(&b, WATCH, other, "insist", "{\"reason\":\"请协助供水\"}", 200);
    warn_do(&b, OTHER, other, "decline", "{\"reason\":\"无供水管线\"}", 200);
    warn_do(&b, WATCH, other, "withdraw", "{\"reason\":\"核实无关\"}", 200);
    assert_string_equal(warn_state(&b, path), "reviewing");
    warn_accept_all(&b, path);
    warn_do(&b, WATCH, path, "lift", NULL, 200);
    bench_close(&b);
}

static void cancelled(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    const char *path = warn_published(&b, 2), *gas = warn_order(&b, path, GAS);
    warn_do(&b, WATCH, path, "cancel", "{\"reason\":\"复测正常\"}", 422);
    warn_do(&b, WATCH, path, "cancel", "{\"code\":\"sensor\",\"reason\":\"复测正常\"}", 200);
    assert_string_equal(warn_state(&b, gas), "withdrawn");
    assert_cap(&b, "W20261122-001", 2, "Cancel");
    warn_do(&b, GAS, gas, "sign", NULL, 409);
    as(&b, -1);
    const Json *again = item(json_get(get(&b.rig, arena_printf(b.rig.arena, "%s/alarms", path)), "items"), 0);
    post(&b.rig, 201, "/api/warnings",
         arena_printf(b.rig.arena, "{\"alarms\":[\"%s\"]}", text(&b.rig, again, "id")));
    bench_close(&b);
}

static void wrong_hands(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    const char *path = warn_published(&b, 2), *gas = warn_order(&b, path, GAS);
    warn_do(&b, TOWN, gas, "sign", NULL, 403);  /* its district, not its turn */
    warn_do(&b, OTHER, gas, "sign", NULL, 404); /* another enterprise does not even see it */
    warn_do(&b, WATCH, gas, "sign", NULL, 403);
    warn_do(&b, GAS, path, "cancel", "{\"code\":\"sensor\",\"reason\":\"复测正常\"}", 403);
    warn_do(&b, GAS, gas, "accept", NULL, 403);
    as(&b, GAS);
    post(r, 403, "/api/warnings", "{\"title\":\"自行预警\",\"grade\":1,\"district\":\"990101\"}");
    assert_int_equal(json_get(get(r, arena_printf(r->arena, "%s/answers", path)), "items")->count, 1);
    get(r, path);
    as(&b, OTHER);
    city_json(r->arena, &r->city, "GET", path, 404, STR_NONE);
    city_json(r->arena, &r->city, "GET", "/cap/warnings/W20261122-001.xml", 403, STR_NONE);
    assert_int_equal(json_get(get(r, "/api/orders"), "items")->count, 0);
    bench_close(&b);
}

/* What a warning could take up: open, in no warning, nearest first; never what is out of the asker's sight.
 */
static void takes_up(Bench *b, const char *path, const char *taken)
{
    Rig *r = &b->rig;
    const char *url = arena_printf(r->arena, "%s/alarms-near", path);
    as(b, -1);
    const char *far = warn_alarm(b, point(b, "P3", ",\"field\":\"water\""), "P3", 3);
    const char *here = warn_alarm(b, point(b, "P4", ",\"object\":\"WELL\",\"field\":\"gas\""), "P4", 2);
    as(b, WATCH);
    const Json *items = json_get(get(r, url), "items");
    assert_string_equal(text(r, json_get(item(items, 0), "alarm"), "id"), here);
    assert_string_equal(text(r, item(items, 0), "why"), "object");
    JSON_EACH(it, items)
    {
        const char *id = text(r, json_get(it, "alarm"), "id");
        assert_string_not_equal(id, taken);
        if (!strcmp(id, far)) assert_string_equal(text(r, it, "why"), "other");
    }
    as(b, GAS);
    city_json(r->arena, &r->city, "GET", url, 403, STR_NONE);
}

static void merged(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    const char *path = warn_published(&b, 3);
    as(&b, -1);
    uint32_t no = point(&b, "P2", ",\"object\":\"WELL\",\"field\":\"gas\"");
    const char *alarm = warn_alarm(&b, no, "P2", 2);
    as(&b, WATCH);
    const Json *near = get(r, arena_printf(r->arena, "/api/alarms/%s/warnings-near", alarm));
    const Json *first = item(json_get(near, "near"), 0);
    assert_string_equal(text(r, first, "why"), "object");
    assert_int_equal(json_get(near, "linked")->count, 0);
    const char *body = arena_printf(r->arena, "{\"alarms\":[\"%s\"]}", alarm);
    warn_do(&b, WATCH, path, "merge", body, 200);
    warn_do(&b, WATCH, path, "merge", body, 409);
    as(&b, WATCH);
    assert_int_equal(whole(json_get(get(r, path), "alarms")), 2);
    near = get(r, arena_printf(r->arena, "/api/alarms/%s/warnings-near", alarm));
    assert_int_equal(json_get(near, "linked")->count, 1);
    takes_up(&b, path, alarm);
    warn_do(&b, WATCH, path, "merge", "{\"alarms\":[\"12345\"]}", 422);
    warn_do(&b, WATCH, path, "merge", "{\"alarms\":[]}", 422);
    warn_do(&b, WATCH, path, "remind", "{\"message\":\"请尽快反馈\"}", 200);
    as(&b, -1);
    const Json *answers = get(r, arena_printf(r->arena, "%s/answers", path));
    JSON_EACH(it, json_get(answers, "items")) assert_int_equal(whole(json_get(it, "chase")), 1);
    bench_close(&b);
}

/* What the program did by itself is told in words too: no ids, no bare "changed". */
static void in_words(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    const char *path = warn_published(&b, 2);
    warn_do(&b, GAS, warn_order(&b, path, GAS), "sign", NULL, 200);
    warn_clocks(&b, b.now + 90 * MS_MINUTE);
    as(&b, -1);
    bool counted = false, told = false;
    JSON_EACH(it, json_get(get(r, arena_printf(r->arena, "%s/timeline", path)), "items"))
    {
        const char *words = text(r, it, "text"), *action = text(r, it, "action");
        if (!strcmp(action, "recount")) counted = counted || strstr(words, "0 → 1");
        assert_null(strstr(words ? words : "", "— → —"));
        if (!strcmp(action, "urge")) told = told || strstr(words, "清源街道") || strstr(words, "市住建局");
        assert_string_not_equal(action, "change");
    }
    assert_true(counted && told);
    told = false;
    r->city.token = "test-token-auditor";
    JSON_EACH(line, json_get(get(r, "/api/ledger?action=urge"), "items"))
    JSON_EACH(change, json_get(line, "changes"))
    {
        if (!str_is(json_str(json_get(change, "field")), "told")) continue;
        told = told || !strcmp(text(r, change, "after"), "B-TOWN 清源街道");
        assert_string_not_equal(text(r, change, "label"), "told");
    }
    assert_true(told);
    bench_close(&b);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(whole_chain)
EACH(two_officers)
EACH(returns_and_grades)
EACH(cancelled)
EACH(wrong_hands)
EACH(merged)
EACH(in_words)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole_chain),
                                       cmocka_unit_test(test_two_officers),
                                       cmocka_unit_test(test_returns_and_grades),
                                       cmocka_unit_test(test_cancelled),
                                       cmocka_unit_test(test_wrong_hands),
                                       cmocka_unit_test(test_merged),
                                       cmocka_unit_test(test_in_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
