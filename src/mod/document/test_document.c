/* A paper over the wire: uploaded, read, corrected, confirmed; its tasks signed, done, reviewed and closed by
 * those who must; what is late climbs the ladder; a duty with a cadence comes again each period. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define RIG_MORE &mod_task, &mod_document, &mod_indicator
#include "mod/document.h"
#include "mod/indicator.h"
#include "mod/task.h"
#include "../alarm/test_rig.h"
#include "base/clock.h"
#include "kernel/limit.h"

#define NOON INT64_C(1795320000000) /* 2026-11-22 12:00:00+08:00 */
#define PAPER                                                                                                                                                \
    "云澜市2026年安全生产工作计划\n\n"                                                                                                           \
    "一、压实责任\n"                                                                                                                                   \
    "（一）健全会议制度。每季度至少召开1次安全生产会议，通报情况，部署工作。（市应急局牵头，各街道配合）\n" \
    "（二）开展燃气安全检查。12月20日前完成全市燃气用户入户检查，隐患整改率达到95%以上。"                              \
    "（市应急局负责）\n"                                                                                                                             \
    "二、夯实基础\n"                                                                                                                                   \
    "（一）完善应急预案。修订城市桥梁应急预案，组织开展演练。（桥管中心负责）\n"                                         \
    "（二）加强宣传。利用多种渠道普及安全知识。（市应急局、清源街道按职责分工负责）\n"
#define PAPER_NEXT                                                                                                                                           \
    "云澜市2027年安全生产工作计划\n\n"                                                                                                           \
    "一、压实责任\n"                                                                                                                                   \
    "（一）健全会议制度。每季度至少召开2次安全生产会议，通报情况，部署工作。（市应急局牵头，各街道配合）\n" \
    "（二）推进老旧电梯改造。年内完成50台老旧电梯更新。（市应急局负责）\n"

enum { OFFICE, EMERG, TOWN, AWAY, UNITS };
static const struct {
    const char *token, *role, *body;
} people[UNITS] = {
    [OFFICE] = {"test-token-office", "office", "B-OFFICE"},
    [EMERG] = {"test-token-emerg1", "inspector", "B-EMERG"},
    [TOWN] = {"test-token-town-1", "town", "B-TOWN"},
    [AWAY] = {"test-token-away-1", "enterprise", "B-AWAY"},
};

typedef struct Place {
    Rig rig;
} Place;

static void as(Place *p, int who)
{
    p->rig.city.token = who < 0 ? CITY_TOKEN : people[who].token;
}

static Rc give_body(Work *w, const char *name, const char *code)
{
    const Entity *e = kernel_entity(w->kernel, "tokens");
    Record *rec, *body;
    TRY(store_find(w, e, str_printf(w->ctx->arena, "code:%s", name), &rec));
    TRY(store_find(w, &body_entity, str_printf(w->ctx->arena, "code:%s", code), &body));
    Record *old = rec_copy(w->ctx, e, rec);
    rec_set(e, rec, "body", db_val_i64(body->id));
    return store_update(w, e, old, rec, "change");
}

static void give_tokens(Place *p)
{
    Work w;
    const char *out;
    Ctx *ctx = &p->rig.ctx;
    db_test_must(ctx, work_begin_as(ctx, p->rig.city.kernel, NULL, "test", true, &w));
    for (int i = 0; i < UNITS; i++) {
        const char *name = arena_printf(p->rig.arena, "unit%d", i);
        db_test_must(ctx, token_add(&w, name, people[i].role, people[i].token, false, &out));
        db_test_must(ctx, give_body(&w, name, people[i].body));
    }
    db_test_must(ctx, work_commit(&w));
}

static void place_open(Place *p, DbPool *pool)
{
    static const char *const bodies[] = {
        "{\"code\":\"B-OFFICE\",\"name\":\"市安委办\",\"kind\":\"committee_office\",\"district\":\"990100\"}",
        "{\"code\":\"B-EMERG\",\"name\":\"云澜市应急管理局\",\"kind\":\"emergency\",\"district\":\"990100\","
        "\"parent\":\"B-OFFICE\"}",
        "{\"code\":\"B-TOWN\",\"name\":\"清源街道\",\"kind\":\"town\",\"district\":\"990101\"}",
        "{\"code\":\"B-BRIDGE\",\"name\":\"市公路桥隧中心\",\"kind\":\"institution\",\"district\":"
        "\"990100\"}",
        "{\"code\":\"B-AWAY\",\"name\":\"云澜纺织厂\",\"kind\":\"enterprise\",\"district\":\"990101\"}",
    };
    *p = (Place){0};
    clock_freeze(NOON);
    rig_open(&p->rig, pool);
    create(&p->rig, "districts", "{\"code\":\"990100\",\"name\":\"云澜市\"}");
    create(&p->rig, "districts", "{\"code\":\"990101\",\"name\":\"清源区\",\"parent\":\"990100\"}");
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) create(&p->rig, "bodies", bodies[i]);
    give_tokens(p);
}

static const Json *upload(Place *p, int who, const char *query, const char *text, int status)
{
    as(p, who);
    Reply r =
        city_ask(&p->rig.city, "POST", arena_printf(p->rig.arena, "/api/documents?name=plan.txt%s", query),
                 "Content-Type: application/octet-stream\r\n", str_of(text));
    if (r.status != status) print_error("%d %s\n", r.status, r.body);
    assert_int_equal(r.status, status);
    const Json *j;
    db_test_must(&p->rig.ctx, json_parse(&p->rig.ctx, str_copy(p->rig.arena, str_of(r.body)), &j));
    reply_free(&r);
    return j;
}

static const Json *act(Place *p, int who, const char *plural, const char *id, const char *action,
                       const char *body, int status)
{
    as(p, who);
    return post(&p->rig, status, arena_printf(p->rig.arena, "/api/%s/%s/actions/%s", plural, id, action),
                body ? body : "{}");
}

static void run_clocks(Place *p, int64_t now)
{
    int64_t did;
    clock_freeze(now);
    db_test_must(&p->rig.ctx, clocks_run(&p->rig.ctx, p->rig.city.kernel, now, &did));
}

/* The item whose clause holds the word. */
static const Json *item_with(const Json *reading, const char *word)
{
    JSON_EACH(it, json_get(reading, "items"))
    if (str_find(json_str(json_get(it, "clause")), str_of(word)) >= 0) return it;
    fail_msg("no item with %s", word);
    return NULL;
}

static const Json *reading_of(Place *p, const char *doc)
{
    as(p, OFFICE);
    return get(&p->rig, arena_printf(p->rig.arena, "/api/documents/%s/reading", doc));
}

static const Json *tasks_of(Place *p, int who, const char *query)
{
    as(p, who);
    return json_get(get(&p->rig, arena_printf(p->rig.arena, "/api/tasks?limit=100&%s", query)), "items");
}

/* Read, corrected, learned, confirmed: only what a person confirmed is a task. */
static void confirmed(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    upload(&p, AWAY, "", PAPER, 403);
    upload(&p, OFFICE, "", "", 422);
    const Json *doc = upload(&p, OFFICE, "", PAPER, 201);
    const char *id = text(r, doc, "id");
    assert_string_equal(text(r, doc, "title"), "云澜市2026年安全生产工作计划");
    get(r, arena_printf(r->arena, "/api/documents/%s/files", id));
    assert_int_equal(strlen(text(r, doc, "file_hash")), 64);
    assert_int_equal(whole(json_get(doc, "duties")), 4);
    assert_int_equal(whole(json_get(doc, "doubtful")), 1);
    assert_int_equal(tasks_of(&p, OFFICE, "")->count, 0);

    const Json *reading = reading_of(&p, id), *bridge = item_with(reading, "桥管中心");
    assert_non_null(strstr(text(r, bridge, "unsure"), "unit_unmatched"));
    assert_string_equal(text(r, bridge, "title"), "完善应急预案：修订城市桥梁应急预案，组织开展演练");
    const Json *unknown =
        json_get(get(r, arena_printf(r->arena, "/api/documents/%s/unknown-units", id)), "items");
    assert_int_equal(unknown->count, 1);
    assert_string_equal(text(r, item(unknown, 0), "name"), "桥管中心");
    act(&p, OFFICE, "document-items", text(r, bridge, "id"), "confirm", NULL, 422); /* no unit */
    const Json *taught = post(r, 200, arena_printf(r->arena, "/api/documents/%s/units", id),
                              "{\"name\":\"桥管中心\",\"body\":\"B-BRIDGE\"}");
    assert_int_equal(whole(json_get(taught, "changed")), 1);
    bridge = item_with(reading_of(&p, id), "桥管中心");
    assert_int_equal(whole(json_get(bridge, "doubt")), 0);
    assert_string_equal(text(r, item(json_get(bridge, "assigned"), 0), "body"), "B-BRIDGE");

    /* the text that the places count in holds the clause where the item says */
    Str body = json_str(json_get(reading, "text"));
    assert_true(str_find(body, STR("桥管中心负责")) > 0);

    const Json *gas = item_with(reading_of(&p, id), "市应急局负责");
    assert_string_equal(text(r, gas, "due_at"), "2026-12-20T23:59:59+08:00");
    act(&p, TOWN, "document-items", text(r, gas, "id"), "edit", "{\"times\":3}", 404);
    act(&p, OFFICE, "document-items", text(r, gas, "id"), "edit",
        "{\"assigned\":[{\"body\":\"B-NONE\",\"role\":\"lead\"}]}", 422);
    act(&p, OFFICE, "document-items", text(r, gas, "id"), "edit", "{\"per\":\"fortnight\"}", 422);
    act(&p, OFFICE, "document-items", text(r, gas, "id"), "edit", "{\"title\":\"燃气用户入户检查\"}", 200);

    as(&p, OFFICE);
    const Json *many =
        post(r, 200, arena_printf(r->arena, "/api/documents/%s/confirm", id), "{\"all\":true}");
    assert_int_equal(whole(json_get(many, "confirmed")), 4);
    assert_int_equal(whole(json_get(many, "tasks")), 6);
    act(&p, OFFICE, "document-items", text(r, gas, "id"), "confirm", NULL, 409);
    const Json *mine = tasks_of(&p, TOWN, "");
    assert_int_equal(mine->count, 3); /* its own two and the one it supports, and no other unit's */
    as(&p, TOWN);
    const Json *desk = json_get(get(r, "/api/desk?box=todo&entity=tasks"), "items");
    assert_int_equal(desk->count, 2);
    get(r, arena_printf(r->arena, "/api/documents/%s", id)); /* whoever has a task may read the paper */
    assert_int_equal(tasks_of(&p, AWAY, "")->count, 0);
    rig_close(r);
}

/* Who has a task of a paper reads it and orders nothing from it; a file's name is a name. */
static void not_theirs(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *doc = text(r, upload(&p, OFFICE, "", PAPER, 201), "id");
    act(&p, OFFICE, "document-items", text(r, item_with(reading_of(&p, doc), "清源街道"), "id"), "confirm",
        NULL, 200);
    const Json *gas = item_with(reading_of(&p, doc), "市应急局负责");
    const char *id = text(r, gas, "id");
    static const char *const acts[] = {"confirm", "edit", "reject"};
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) act(&p, TOWN, "document-items", id, acts[i], NULL, 403);
    act(&p, TOWN, "document-items", id, "split", "{\"at\":5}", 403);
    act(&p, TOWN, "documents", doc, "correct", "{\"year\":2020}", 403);
    as(&p, TOWN);
    get(r, arena_printf(r->arena, "/api/documents/%s", doc));
    assert_true(json_get(reading_of(&p, doc), "may")->b);
    as(&p, TOWN); /* what is refused is not offered */
    assert_false(json_get(get(r, arena_printf(r->arena, "/api/documents/%s/reading", doc)), "may")->b);
    post(r, 403, arena_printf(r->arena, "/api/documents/%s/confirm", doc), "{\"all\":true}");
    post(r, 403, arena_printf(r->arena, "/api/documents/%s/units", doc),
         "{\"name\":\"桥管中心\",\"body\":\"B-TOWN\"}");
    upload(&p, TOWN, arena_printf(r->arena, "&replaces=%s", doc), PAPER, 403);
    act(&p, OFFICE, "document-items", id, "confirm", NULL, 200);

    Reply named = city_ask(&r->city, "POST", "/api/documents?name=..%2F..%2Fetc%2Fp%0D%0Alan%01.txt",
                           "Content-Type: application/octet-stream\r\n", STR("加强宣传。\n"));
    assert_int_equal(named.status, 201);
    assert_non_null(strstr(named.body, "\"file_name\":\"plan.txt\""));
    reply_free(&named);
    rig_close(r);
}

/* From the order to 销号; joint: not before those that support are done. */
static void chased(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *doc = text(r, upload(&p, OFFICE, "", PAPER, 201), "id");
    const Json *meeting = item_with(reading_of(&p, doc), "各街道配合");
    assert_string_equal(text(r, meeting, "per"), "quarter");
    act(&p, OFFICE, "document-items", text(r, meeting, "id"), "edit", "{\"per\":\"once\",\"times\":0}", 200);
    act(&p, OFFICE, "document-items", text(r, meeting, "id"), "confirm", NULL, 200);
    const Json *lead = item(tasks_of(&p, OFFICE, "role=lead"), 0),
               *help = item(tasks_of(&p, OFFICE, "role=support"), 0);
    const char *lead_id = text(r, lead, "id"), *help_id = text(r, help, "id");
    assert_string_equal(text(r, lead, "body"), "B-EMERG");
    assert_string_equal(text(r, help, "parent"), text(r, lead, "code"));
    assert_non_null(strstr(text(r, lead, "basis"), "云澜市2026年安全生产工作计划"));

    act(&p, TOWN, "tasks", lead_id, "sign", NULL, 403);
    act(&p, EMERG, "tasks", lead_id, "sign", NULL, 200);
    act(&p, EMERG, "tasks", lead_id, "report-progress", "{\"progress\":\"已召开一次\"}", 200);
    act(&p, EMERG, "tasks", lead_id, "apply", "{\"result\":\"已召开会议并通报\"}", 200);
    act(&p, EMERG, "tasks", lead_id, "accept", "{\"review\":\"通过\"}", 403);
    act(&p, OFFICE, "tasks", lead_id, "accept", "{\"review\":\"通过\"}", 409); /* the town's is open */
    act(&p, TOWN, "tasks", help_id, "sign", NULL, 200);
    act(&p, TOWN, "tasks", help_id, "apply", "{\"result\":\"已配合\"}", 200);
    act(&p, OFFICE, "tasks", help_id, "return", NULL, 422);
    act(&p, OFFICE, "tasks", help_id, "return", "{\"reason\":\"缺少佐证\"}", 200);
    act(&p, TOWN, "tasks", help_id, "apply", "{\"result\":\"已补充\"}", 200);
    act(&p, OFFICE, "tasks", help_id, "accept", "{\"review\":\"通过\"}", 200);
    const Json *closed = act(&p, OFFICE, "tasks", lead_id, "accept", "{\"review\":\"通过\"}", 200);
    assert_string_equal(text(r, closed, "state"), "closed");
    assert_true(truth(closed, "on_time"));
    as(&p, OFFICE);
    const Json *chain = json_get(get(r, arena_printf(r->arena, "/api/tasks/%s/timeline", help_id)), "chain");
    assert_true(chain->count >= 2);
    const Json *row = item(json_get(get(r, "/api/tasks/board?by=unit"), "items"), 0);
    assert_int_equal(whole(json_get(row, "closed")), 1);
    rig_close(r);
}

/* What the paper's date asks for is the clock; what is not done by then climbs. */
static void late(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *doc = text(r, upload(&p, OFFICE, "", PAPER, 201), "id");
    const Json *gas = item_with(reading_of(&p, doc), "市应急局负责");
    act(&p, OFFICE, "document-items", text(r, gas, "id"), "confirm", NULL, 200);
    const Json *task = item(tasks_of(&p, OFFICE, ""), 0);
    const char *id = text(r, task, "id"), *path = arena_printf(r->arena, "/api/tasks/%s", id);
    act(&p, EMERG, "tasks", id, "sign", NULL, 200);
    as(&p, OFFICE);
    assert_string_equal(text(r, json_get(get(r, path), "clock"), "due_at"), "2026-12-20T23:59:59+08:00");
    run_clocks(&p, NOON + 29 * MS_DAY); /* 21 December */
    assert_int_equal(whole(json_get(get(r, path), "chase")), 1);
    run_clocks(&p, NOON + 33 * MS_DAY);
    assert_int_equal(whole(json_get(get(r, path), "chase")), 2);
    run_clocks(&p, NOON + 45 * MS_DAY);
    assert_int_equal(whole(json_get(get(r, path), "chase")), 3);
    const Json *by_date = item(json_get(get(r, "/api/tasks/board?by=date"), "items"), 0);
    assert_string_equal(text(r, by_date, "key"), "late");
    act(&p, EMERG, "tasks", id, "apply", "{\"result\":\"已完成\"}", 200);
    as(&p, OFFICE);
    assert_false(truth(get(r, path), "on_time"));
    rig_close(r);
}

/* Each period its task; the number of times is asked for before it can be applied for. */
static void again(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *doc = text(r, upload(&p, OFFICE, "", PAPER, 201), "id");
    const Json *meeting = item_with(reading_of(&p, doc), "各街道配合");
    act(&p, OFFICE, "document-items", text(r, meeting, "id"), "edit",
        "{\"assigned\":[{\"body\":\"B-EMERG\",\"role\":\"responsible\"}],\"per\":\"month\",\"times\":2}",
        200);
    act(&p, OFFICE, "document-items", text(r, meeting, "id"), "confirm", NULL, 200);
    const Json *task = item(tasks_of(&p, EMERG, ""), 0);
    const char *id = text(r, task, "id");
    assert_string_equal(text(r, task, "due_at"), "2026-11-30T23:59:59+08:00");
    act(&p, EMERG, "tasks", id, "sign", NULL, 200);
    act(&p, EMERG, "tasks", id, "apply", "{\"result\":\"已完成\"}", 409);
    act(&p, EMERG, "tasks", id, "report-progress", "{\"progress\":\"两次\",\"times\":2}", 200);
    act(&p, EMERG, "tasks", id, "apply", "{\"result\":\"已完成\"}", 200);
    run_clocks(&p, NOON + 10 * MS_DAY); /* 2 December */
    assert_int_equal(tasks_of(&p, EMERG, "")->count, 2);
    run_clocks(&p, NOON + 11 * MS_DAY);
    assert_int_equal(tasks_of(&p, EMERG, "")->count, 2);
    const Json *next = item(tasks_of(&p, EMERG, "state=ordered"), 0);
    assert_string_equal(text(r, next, "due_at"), "2026-12-31T23:59:59+08:00");
    const Json *series = item(json_get(get(r, "/api/task-series"), "items"), 0);
    assert_int_equal(whole(json_get(series, "made")), 2);
    run_clocks(&p, NOON + 50 * MS_DAY); /* the year of the plan is over */
    assert_int_equal(tasks_of(&p, EMERG, "")->count, 2);
    rig_close(r);
}

/* Joined and split, put aside and taken back; two years beside each other. */
static void reshaped(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *doc = text(r, upload(&p, OFFICE, "", PAPER, 201), "id");
    const Json *reading = reading_of(&p, doc), *gas = item_with(reading, "市应急局负责"),
               *words = item_with(reading, "清源街道");
    const char *gas_id = text(r, gas, "id"), *words_id = text(r, words, "id");
    act(&p, OFFICE, "document-items", gas_id, "split", "{\"at\":0}", 422);
    act(&p, OFFICE, "document-items", gas_id, "split", "{\"at\":20}", 200);
    as(&p, OFFICE);
    const Json *d = get(r, arena_printf(r->arena, "/api/documents/%s", doc));
    assert_int_equal(whole(json_get(d, "duties")), 5);
    act(&p, OFFICE, "document-items", words_id, "merge", arena_printf(r->arena, "{\"into\":\"%s\"}", gas_id),
        200);
    const Json *both = get(r, arena_printf(r->arena, "/api/document-items/%s", gas_id));
    assert_int_equal(json_get(both, "assigned")->count, 2);
    act(&p, OFFICE, "document-items", gas_id, "reject", NULL, 200);
    act(&p, OFFICE, "document-items", gas_id, "confirm", NULL, 409);
    act(&p, OFFICE, "document-items", gas_id, "reopen", NULL, 200);
    const Json *next = upload(&p, OFFICE, arena_printf(r->arena, "&replaces=%s", doc), PAPER_NEXT, 201);
    assert_int_equal(whole(json_get(next, "version_no")), 2);
    as(&p, OFFICE);
    const Json *c =
        get(r, arena_printf(r->arena, "/api/documents/%s/compare?with=%s", text(r, next, "id"), doc));
    assert_int_equal(whole(json_get(c, "changed")), 1);
    assert_int_equal(whole(json_get(c, "added")), 1);
    assert_true(whole(json_get(c, "dropped")) >= 2);
    const Json *change = item(json_get(item(json_get(c, "items"), 0), "changes"), 0);
    assert_string_equal(text(r, change, "what"), "figure");
    assert_string_equal(text(r, change, "old"), "1");
    assert_string_equal(text(r, change, "new"), "2");
    rig_close(r);
}

#define FIVE_YEARS                                                                                                                                    \
    "云澜市“十五五”安全生产规划\n\n一、目标\n主要指标表\n序号\t指标名称\t2025年基数\t2030年目标\t指标属性\n" \
    "1\t生产安全事故死亡人数\t40\t下降15%\t约束性\n2\t重大隐患整改率\t91%\t98%\t预期性\n"

/* Rows of a plan's table become indicators when a person says so, once, and know their line. */
static void indicators(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *id = text(r, upload(&p, OFFICE, "", FIVE_YEARS, 201), "id"),
               *path = arena_printf(r->arena, "/api/documents/%s/indicators", id);
    const Json *rows = json_get(get(r, path), "items");
    assert_int_equal(rows->count, 2);
    assert_int_equal(json_get(get(r, "/api/indicators"), "items")->count, 0);
    int64_t from = whole(json_get(item(rows, 0), "from")), next = whole(json_get(item(rows, 1), "from"));
    const char *body =
        arena_printf(r->arena,
                     "{\"base_year\":2025,\"target_year\":2030,\"rows\":[{\"from\":%lld,\"values\":"
                     "{\"base\":40,\"target\":15,\"owner\":\"B-EMERG\"}}]}",
                     (long long)from);
    as(&p, TOWN);
    post(r, 403, path, body);
    as(&p, OFFICE);
    post(r, 422, path, "{\"base_year\":2025,\"target_year\":2030,\"rows\":[]}");
    post(r, 422, path,
         "{\"base_year\":2025,\"target_year\":2030,\"rows\":[{\"from\":999999,\"values\":{\"target\":1}}]}");
    post(r, 422, path,
         arena_printf(r->arena,
                      "{\"base_year\":2025,\"target_year\":2030,\"rows\":[{\"from\":%lld,\"values\":{}}]}",
                      (long long)next));
    assert_int_equal(whole(json_get(post(r, 200, path, body), "made")), 1);
    post(r, 422, path, body);
    const Json *made = item(json_get(get(r, "/api/indicators"), "items"), 0);
    assert_string_equal(text(r, made, "nature"), "binding");
    assert_string_equal(text(r, made, "kind"), "fall");
    assert_int_equal(whole(json_get(made, "source_from")), from);
    assert_true(str_find(json_str(json_get(made, "source")), STR("下降15%")) >= 0);
    const Json *source = get(r, arena_printf(r->arena, "/api/document-items/%s", text(r, made, "item")));
    assert_int_equal(whole(json_get(source, "source_from")), from);
    const Json *table =
        get(r, arena_printf(r->arena, "/api/indicator-plans/code:%s/table", text(r, made, "plan")));
    assert_int_equal(whole(json_get(item(json_get(table, "rows"), 0), "target_value")), 34);
    assert_string_equal(text(r, item(json_get(get(r, path), "items"), 0), "made"), text(r, made, "code"));
    rig_close(r);
}

#define HTML                                                                                                 \
    "<!DOCTYPE html><html><head><title>x</title></head><body><h1>云澜市2026年消防工作要点</h1>"    \
    "<p>一、重点任务</p><p>（一）开展消防检查。每月检查1次。（市直有关单位负责）</p></body></html>"

/* Helvetica with its own names of characters: a one-page pdf with a line of text. */
#define PDF                                                                                                  \
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count "          \
    "1>>endobj\n"                                                                                            \
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 "       \
    "R>>>>>>"                                                                                                \
    "endobj\n4 0 obj<</Length 55>>stream\nBT /F1 12 Tf 20 100 Td (Work plan of Yunlan, 2026) Tj ET   \n"     \
    "endstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"                       \
    "trailer<</Root 1 0 R/Size 6>>\n%%EOF\n"

/* A page of the web and a pdf come in by the same door; a name that means several bodies means all of them.
 */
static void other_files(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const Json *doc = upload(&p, OFFICE, "", HTML, 201);
    const char *id = text(r, doc, "id");
    assert_string_equal(text(r, doc, "title"), "云澜市2026年消防工作要点");
    const Json *duty = item_with(reading_of(&p, id), "市直有关单位");
    assert_int_equal(json_get(duty, "assigned")->count, 0);
    const char *units = arena_printf(r->arena, "/api/documents/%s/units", id);
    post(r, 422, units, "{\"name\":\"市直有关单位\",\"body\":\"B-EMERG B-NONE\"}");
    post(r, 200, units, "{\"name\":\"市直有关单位\",\"body\":\"B-EMERG B-BRIDGE\"}");
    duty = item_with(reading_of(&p, id), "市直有关单位");
    assert_int_equal(json_get(duty, "assigned")->count, 2);
    act(&p, OFFICE, "document-items", text(r, duty, "id"), "confirm", NULL, 200);
    assert_int_equal(tasks_of(&p, OFFICE, "")->count, 2);
    doc = upload(&p, OFFICE, "", PDF, 201);
    as(&p, OFFICE);
    const Json *read = get(r, arena_printf(r->arena, "/api/documents/%s/reading", text(r, doc, "id")));
    assert_true(str_find(json_str(json_get(read, "text")), STR("Work plan of Yunlan, 2026")) >= 0);
    upload(&p, OFFICE, "", "%PDF-1.4\nnothing", 400);
    rig_close(r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(confirmed)
EACH(not_theirs)
EACH(chased)
EACH(late)
EACH(again)
EACH(reshaped)
EACH(indicators)
EACH(other_files)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_confirmed),  cmocka_unit_test(test_not_theirs),
                                       cmocka_unit_test(test_chased),     cmocka_unit_test(test_late),
                                       cmocka_unit_test(test_again),      cmocka_unit_test(test_reshaped),
                                       cmocka_unit_test(test_indicators), cmocka_unit_test(test_other_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
