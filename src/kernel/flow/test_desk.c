/* The desk: what waits for whose body, what is chased, late, done; pages and counts; and the timeline of a
 * chain. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "flow/test_flow.h"
#include "base/clock.h"
#include "search/search.h"

/* The codes on the page, in order. */
static const char *codes(World *t)
{
    StrBuf b;
    buf_init(&b, t->arena);
    JSON_EACH(item, at(t, "items"))
    {
        if (b.n) buf_addc(&b, ' ');
        buf_add(&b, json_str(json_get(item, "code")));
    }
    return str_z(t->arena, buf_str(&b));
}

static void set_due(SqlBuf *b)
{
    sql_lit(b, "UPDATE matters SET due_key = CASE code WHEN 'R2' THEN 1000 WHEN 'R3' THEN 2000 "
               "WHEN 'R1' THEN 9000000000000 ELSE due_key END, due_at = CASE code WHEN 'R2' THEN 1000 "
               "WHEN 'R3' THEN 2000 WHEN 'R1' THEN 9000000000000 END");
}

/* R1, R2, R4 from U, R3 from V; R4 has nothing to be late for. */
static void desk_world(World *t, DbPool *pool)
{
    flow_world(t, pool);
    order_repair(t, "R2", 1, "U");
    order_repair(t, "R3", 3, "V");
    order_repair(t, "R4", 1, "U");
    run_sql(t, set_due);
}

static void run_boxes(DbPool *pool)
{
    static const struct {
        const char *role, *query, *codes;
    } cases[] = {
        {"unit", "", "R2 R1 R4"},
        {"unit", "?box=todo&sort=due", "R2 R1 R4"},
        {"unit", "?grade=1", "R2 R4"},
        {"unit", "?q=r4", "R4"},
        {"unit", "?q=%E9%98%80%E4%BA%95", "R2 R1 R4"},
        {"unit", "?q=nothing", ""},
        {"unit", "?entity=repairs", "R2 R1 R4"},
        {"unit", "?box=open", "R2 R1 R4"},
        {"unit", "?box=overdue", "R2"},
        {"unit", "?box=done", ""},
        {"other", "", "R3"},
        {"other", "?box=open", "R3"},
        {"upper", "", ""}, /* acts for the one below, but it is not on its desk */
        {"upper", "?box=overdue", "R2 R3"},
        {"office", "", ""},
        {"office", "?box=open", "R2 R3 R1 R4"},
        {"office", "?box=supervised", "R3 R4"},
        {"unit", "?box=supervised", "R4"},
    };
    World t;
    desk_world(&t, pool);
    assert_int_equal(POST(&t, "/api/repairs/code:R3/actions/supervise", "{\"message\":\"今日办结\"}"), 200);
    assert_int_equal(POST(&t, "/api/repairs/code:R4/actions/supervise", "{\"message\":\"今日办结\"}"), 200);
    assert_int_equal(POST(&t, "/api/repairs/code:R1/actions/urge", "{\"message\":\"尽快\"}"), 200);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        as_role(&t, cases[i].role);
        int status = GET(&t, arena_printf(t.arena, "/api/desk%s", cases[i].query));
        if (status != 200 || strcmp(codes(&t), cases[i].codes))
            fail_msg("%s %s: %d %s", cases[i].role, cases[i].query, status, t.last.body);
        assert_int_equal(int_at(&t, "count"), count_at(&t, "items"));
        assert_true(at(&t, "count_exact")->b);
    }
    world_close(&t);
}

/* The box as a table: the same rows for the same person, told in the ledger. */
static void run_export(DbPool *pool)
{
    World t;
    desk_world(&t, pool);
    as_role(&t, "office");
    assert_int_equal(GET(&t, "/api/desk.csv?box=open"), 200);
    assert_non_null(strstr(t.last.body, "Kind,Code,Matter,Grade,State"));
    const char *at = t.last.body;
    static const char *const order[] = {",R2,", ",R3,", ",R1,", ",R4,"};
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        at = strstr(at, order[i]);
        assert_non_null(at);
    }
    assert_int_equal(GET(&t, "/api/desk.xlsx?box=open&grade=1"), 200);
    assert_memory_equal(t.last.body, "PK", 2);
    assert_int_equal(GET(&t, "/api/desk.xlsx?box=shelf"), 422);
    assert_int_equal(GET(&t, "/api/desk.csv?limit=3"), 422);
    as_role(&t, "unit");
    assert_int_equal(GET(&t, "/api/desk.csv?box=open"), 200);
    assert_null(strstr(t.last.body, ",R3,"));
    world_close(&t);
}

static void run_row(DbPool *pool)
{
    World t;
    desk_world(&t, pool);
    as_role(&t, "unit");
    assert_int_equal(GET(&t, "/api/desk?q=R2"), 200);
    assert_string_equal(text_at(&t, "items.0.entity"), "repair");
    assert_string_equal(text_at(&t, "items.0.plural"), "repairs");
    assert_string_equal(text_at(&t, "items.0.title"), "阀井漏气");
    assert_string_equal(text_at(&t, "items.0.state_label"), "To be signed");
    assert_int_equal(int_at(&t, "items.0.grade"), 1);
    assert_string_equal(text_at(&t, "items.0.owner_title"), "燃气公司");
    assert_string_equal(text_at(&t, "items.0.turn_title"), "燃气公司");
    assert_string_equal(text_at(&t, "items.0.due_at"), "1970-01-01T08:00:01+08:00");
    assert_string_equal(text_at(&t, "items.0.actions.0"), "sign");
    assert_string_equal(text_at(&t, "items.0.actions.1"), "seize");
    assert_int_equal(count_at(&t, "items.0.actions"), 2);
    world_close(&t);
}

/* What a guard refuses is not offered, on the record, in the list and on the desk, and is refused all the
 * same. */
static void run_guards(DbPool *pool)
{
    World t;
    desk_world(&t, pool);
    order_repair(&t, "R5", 4, "U");
    as_role(&t, "office");
    for (size_t i = 0; i < 2; i++) {
        char url[80];
        snprintf(url, sizeof url, i ? "/api/desk?box=open&q=%s" : "/api/repairs?code=%s", "R5");
        assert_int_equal(GET(&t, url), 200);
        assert_int_equal(count_at(&t, "items"), 1);
        assert_string_equal(text_at(&t, "items.0.actions.0"), "waive");
        snprintf(url, sizeof url, i ? "/api/desk?box=open&q=%s" : "/api/repairs?code=%s", "R3");
        assert_int_equal(GET(&t, url), 200);
        assert_int_equal(count_at(&t, "items"), 1);
        assert_null(strstr(t.last.body, "waive"));
    }
    assert_int_equal(POST(&t, "/api/repairs/code:R3/actions/waive", "{\"result\":\"自行解决\"}"), 409);
    assert_string_equal(text_at(&t, "code"), "repair.grave");
    assert_int_equal(POST(&t, "/api/repairs/code:R5/actions/waive", "{\"result\":\"自行解决\"}"), 200);
    world_close(&t);
}

/* Clocks run for all of them, more time is asked for some, files hang on some. */
static void many_repairs(World *t, int from, int to)
{
    for (int i = from; i < to; i++) {
        Work w;
        Record *rec;
        const char *code = arena_printf(t->arena, "N%d", i);
        order_repair(t, code, 1 + i % 4, i % 2 ? "U" : "V");
        db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
        assert_int_equal(store_find(&w, &repairs_entity, str_printf(t->arena, "code:%s", code), &rec), 1);
        db_test_must(&t->ctx, clock_start(&w, &repairs_entity, rec, "repair.sign", w.now - 3600000));
        db_test_must(&t->ctx, work_commit(&w));
        if (i % 3) continue;
        char until[TIME_TEXT_MAX];
        time_print(w.now + 86400000, until);
        as_role(t, i % 2 ? "unit" : "other");
        assert_int_equal(POST(t, arena_printf(t->arena, "/api/repairs/code:%s/actions/ask-extension", code),
                              arena_printf(t->arena, "{\"until\":\"%s\",\"reason\":\"缺备件\"}", until)),
                         200);
        as_role(t, "office");
    }
}

/* The least of some: the kernel's own threads count beside it. */
static int64_t cost_of(World *t, const char *url, int rows)
{
    enum { TRIES = 6 };
    int64_t least = INT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        int64_t before = db_pool_statements(t->pool);
        assert_int_equal(GET(t, url), 200);
        int64_t cost = db_pool_statements(t->pool) - before;
        assert_int_equal(count_at(t, "items"), rows);
        least = cost < least ? cost : least;
    }
    return least;
}

/* A page costs the same number of statements, however many rows it has. */
static void run_cost(DbPool *pool)
{
    static const char *const urls[] = {"/api/repairs?q=", "/api/desk?box=open"};
    World t;
    flow_world(&t, pool);
    many_repairs(&t, 0, 3);
    int64_t few[2][2];
    for (int role = 0; role < 2; role++) {
        as_role(&t, role ? "unit" : "office");
        for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
            cost_of(&t, urls[i], role ? 2 : 4); /* who asks for the first time is looked up */
            few[role][i] = cost_of(&t, urls[i], role ? 2 : 4);
            assert_in_range(few[role][i], 4, 14);
        }
    }
    as_role(&t, "office");
    many_repairs(&t, 3, 49);
    for (int role = 0; role < 2; role++) {
        as_role(&t, role ? "unit" : "office");
        for (size_t i = 0; i < ARRAY_LEN(urls); i++)
            assert_int_equal(cost_of(&t, urls[i], role ? 25 : 50), few[role][i]);
    }
    assert_int_equal(GET(&t, "/api/desk?box=open&limit=3"), 200);
    assert_string_equal(text_at(&t, "items.0.clock.title"), "Time to sign");
    world_close(&t);
}

/* All codes of a list, page by page, and its count. */
static const char *paged(World *t, const char *query, int limit)
{
    StrBuf b;
    const char *cursor = "";
    buf_init(&b, t->arena);
    for (int pages = 0; cursor; pages++) {
        const char *after = *cursor ? arena_printf(t->arena, "&cursor=%s", cursor) : "";
        assert_int_equal(GET(t, arena_printf(t->arena, "/api/repairs?limit=%d%s%s", limit, query, after)),
                         200);
        assert_true(pages < 40 && (int)count_at(t, "items") <= limit);
        buf_printf(&b, "%s%s", pages ? " " : "", codes(t));
        cursor = at(t, "next")->type == JSON_NULL ? NULL : text_at(t, "next");
    }
    buf_printf(&b, ": %lld", (long long)int_at(t, "count"));
    return str_z(t->arena, buf_str(&b));
}

/* A list put together of the parts of a scope shows and counts what the whole condition does; with archived
 * records it is asked whole. */
static void run_parts(DbPool *pool)
{
    static const char *const roles[] = {"unit", "other", "upper", "office"};
    static const char *const queries[] = {"",
                                          "&sort=-code",
                                          "&state=ordered",
                                          "&state.in=ordered,repairing",
                                          "&state=done",
                                          "&grade=1",
                                          "&unit=U",
                                          "&unit=V",
                                          "&unit=none",
                                          "&unit.in=U,V",
                                          "&unit.ne=U",
                                          "&office=U",
                                          "&unit.ne=none",
                                          "&grade.gte=2",
                                          "&unit=U&state=ordered&sort=-code"};
    World t;
    desk_world(&t, pool);
    many_repairs(&t, 0, 8);
    as_role(&t, "unit");
    assert_int_equal(POST(&t, "/api/repairs/code:R1/actions/sign", "{}"), 200);
    size_t shown = 0;
    for (size_t r = 0; r < ARRAY_LEN(roles); r++) {
        as_role(&t, roles[r]);
        for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
            const char *whole = paged(&t, arena_printf(t.arena, "%s&archived=all", queries[i]), 1000);
            const char *pages = paged(&t, queries[i], 2);
            if (strcmp(whole, pages) || strcmp(whole, paged(&t, queries[i], 1000)))
                fail_msg("%s %s: %s, whole %s", roles[r], queries[i], pages, whole);
            shown += *whole != ':';
        }
    }
    assert_in_range(shown, 30, 60);
    world_close(&t);
}

/* A matter leaves the desk when it ends, when it goes to another, and when it is archived. */
static void run_leaves(DbPool *pool)
{
    World t;
    desk_world(&t, pool);
    as_role(&t, "unit");
    assert_int_equal(POST(&t, "/api/repairs/code:R1/actions/sign", "{}"), 200);
    assert_int_equal(POST(&t, "/api/repairs/code:R1/actions/answer", "{\"result\":\"已换阀\"}"), 200);
    assert_int_equal(GET(&t, "/api/desk"), 200);
    assert_string_equal(codes(&t), "R2 R4");
    as_role(&t, "office");
    assert_int_equal(GET(&t, "/api/desk"), 200);
    assert_string_equal(codes(&t), "R1");
    assert_int_equal(GET(&t, "/api/desk/summary"), 200);
    assert_int_equal(int_at(&t, "todo.count"), 1);
    assert_true(at(&t, "todo.exact")->b);
    assert_int_equal(int_at(&t, "open.count"), 4);
    assert_int_equal(int_at(&t, "overdue.count"), 2);
    assert_int_equal(int_at(&t, "supervised.count"), 0);
    assert_int_equal(POST(&t, "/api/repairs/code:R1/actions/accept", "{}"), 200);
    assert_int_equal(ask(&t, "DELETE", "/api/repairs/code:R4", NULL, NULL), 204);
    assert_int_equal(GET(&t, "/api/desk?box=open"), 200);
    assert_string_equal(codes(&t), "R2 R3");
    world_close(&t);
}

static void acts_of(SqlBuf *b)
{
    if (b->kind == DB_SQLITE)
        sql_lit(b, "SELECT GROUP_CONCAT(code, ',') FROM (SELECT m.code FROM matter_acts a JOIN matters m ON "
                   "m.id = a.matter WHERE a.user_id = 7 ORDER BY a.t DESC)");
    else
        sql_lit(b, "SELECT STRING_AGG(m.code, ',' ORDER BY a.t DESC) FROM matter_acts a JOIN matters m ON "
                   "m.id = a.matter WHERE a.user_id = 7");
}

/* What a person did, whatever became of it since. */
static void run_done(DbPool *pool)
{
    World t;
    Work w;
    Record *rec;
    desk_world(&t, pool);
    Principal who = {.name = "zhang", .full_name = "张三", .user_id = 7, .perms = NULL};
    static const char *const order[] = {"code:R1", "code:R3", "code:R1"};
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        clock_freeze(clock_now() + (int64_t)i * 1000 + 1);
        db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", true, &w));
        assert_int_equal(store_find(&w, &repairs_entity, str_of(order[i]), &rec), 1);
        Record *old = rec_copy(&t.ctx, &repairs_entity, rec);
        rec_set(&repairs_entity, rec, "result", db_val_text(str_printf(t.arena, "第 %zu 次", i)));
        w.who = &who;
        db_test_must(&t.ctx, store_update(&w, &repairs_entity, old, rec, "note"));
        w.who = NULL;
        db_test_must(&t.ctx, work_commit(&w));
    }
    clock_freeze(TIME_NONE);
    assert_string_equal(sql_text(&t, acts_of), "R1,R3");
    world_close(&t);
}

static void run_pages(DbPool *pool)
{
    static const char *const sorts[] = {"due", "-changed"};
    World t;
    desk_world(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
        assert_int_equal(GET(&t, arena_printf(t.arena, "/api/desk?box=open&sort=%s", sorts[i])), 200);
        const char *all = codes(&t), *next = "", *seen = "";
        while (next) {
            assert_int_equal(GET(&t, arena_printf(t.arena, "/api/desk?box=open&limit=1&sort=%s%s%s", sorts[i],
                                                  *next ? "&cursor=" : "", next)),
                             200);
            assert_int_equal(int_at(&t, "count"), 4);
            seen = arena_printf(t.arena, "%s%s%s", seen, *seen ? " " : "", codes(&t));
            next = at(&t, "next")->type == JSON_NULL ? NULL : text_at(&t, "next");
        }
        assert_string_equal(seen, all);
    }
    world_close(&t);
}

static void run_refused(DbPool *pool)
{
    static const struct {
        const char *query, *field;
    } cases[] = {{"box=mine", "box"},        {"entity=sites", "entity"},
                 {"entity=x", "entity"},     {"grade=5", "grade"},
                 {"grade=x", "grade"},       {"limit=0", "limit"},
                 {"limit=1001", "limit"},    {"sort=title", "sort"},
                 {"cursor=due.1", "cursor"}, {"cursor=changed.1.2", "cursor"},
                 {"colour=red", "colour"}};
    World t;
    flow_world(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(GET(&t, arena_printf(t.arena, "/api/desk?%s", cases[i].query)), 422);
        if (!str_is(json_str(at(&t, "fields.0.field")), cases[i].field))
            fail_msg("%s: %s", cases[i].query, t.last.body);
    }
    world_close(&t);
}

/* ---- Timeline ---- */

static int64_t id_of(World *t, const char *path)
{
    assert_int_equal(GET(t, path), 200);
    return strtoll(text_at(t, "id"), NULL, 10);
}

/* site → R1 → R2, R3: the chain of R2 is walked back to the site, its sibling R3 stays out. */
static void run_timeline(DbPool *pool)
{
    World t;
    Work w;
    desk_world(&t, pool);
    make_site(&t, "S-1", "北站");
    int64_t site = id_of(&t, "/api/sites/code:S-1"), r1 = id_of(&t, "/api/repairs/code:R1");
    int64_t r2 = id_of(&t, "/api/repairs/code:R2"), r3 = id_of(&t, "/api/repairs/code:R3");
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", true, &w));
    db_test_must(&t.ctx, matter_link(&w, &sites_entity, site, &repairs_entity, r1));
    db_test_must(&t.ctx, matter_link(&w, &repairs_entity, r1, &repairs_entity, r2));
    db_test_must(&t.ctx, matter_link(&w, &repairs_entity, r1, &repairs_entity, r3));
    db_test_must(&t.ctx, work_commit(&w));
    as_role(&t, "unit");
    assert_int_equal(POST(&t, "/api/repairs/code:R2/actions/sign", "{}"), 200);
    assert_int_equal(POST(&t, "/api/repairs/code:R2/actions/answer", "{\"result\":\"已换阀\"}"), 200);
    as_role(&t, "office");
    assert_int_equal(POST(&t, "/api/repairs/code:R2/actions/return", "{\"reason\":\"缺照片\"}"), 200);
    assert_int_equal(POST(&t, "/api/repairs/code:R2/actions/urge", "{\"message\":\"请补照片\"}"), 200);
    assert_int_equal(GET(&t, "/api/repairs/code:R2/timeline"), 200);
    assert_int_equal(count_at(&t, "chain"), 3);
    assert_string_equal(text_at(&t, "chain.0.code"), "S-1");
    assert_string_equal(text_at(&t, "chain.1.code"), "R1");
    assert_string_equal(text_at(&t, "chain.2.code"), "R2");
    assert_int_equal(int_at(&t, "chain.2.grade"), 1);
    assert_string_equal(text_at(&t, "chain.2.state_label"), "Repairing");
    assert_int_equal(count_at(&t, "items"), 7); /* three made, sign, answer, return, urge */
    assert_string_equal(text_at(&t, "items.3.action"), "sign");
    assert_string_equal(text_at(&t, "items.3.kind"), "action");
    assert_string_equal(text_at(&t, "items.3.from"), "To be signed");
    assert_string_equal(text_at(&t, "items.3.to"), "Repairing");
    assert_string_equal(text_at(&t, "items.3.who"), "unit");
    assert_string_equal(text_at(&t, "items.4.text"), "Result: 已换阀");
    assert_string_equal(text_at(&t, "items.5.why"), "缺照片");
    assert_string_equal(text_at(&t, "items.6.text"), "请补照片");
    assert_string_equal(text_at(&t, "items.6.label"), "Urge");
    /* On from R1: both. */
    assert_int_equal(GET(&t, "/api/repairs/code:R1/timeline"), 200);
    assert_int_equal(count_at(&t, "chain"), 4);
    /* Who may not see sites or the other unit's matter is not told of them. */
    as_role(&t, "other");
    assert_int_equal(GET(&t, "/api/repairs/code:R3/timeline"), 200);
    assert_int_equal(count_at(&t, "chain"), 1);
    assert_int_equal(GET(&t, "/api/repairs/code:R2/timeline"), 404);
    world_close(&t);
}

static void bring_index_up(World *t)
{
    Rc rc = 1;
    while (rc > 0) {
        Work w;
        db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
        rc = search_rename_step(&w);
        db_test_must(&t->ctx, work_commit(&w));
    }
    assert_int_equal(rc, 0);
}

/* A body's new name stands in the index of its matters, the old one no more; on the desk at once. */
static void run_renamed(DbPool *pool)
{
    World t;
    desk_world(&t, pool);
    db_test_must(&t.ctx, search_rebuild(&t.ctx, t.kernel));
    assert_int_equal(GET(&t, "/api/search?entity=repairs&q=%E7%87%83%E6%B0%94%E5%85%AC%E5%8F%B8"),
                     200); /* 燃气公司 */
    assert_int_equal(count_at(&t, "items"), 3);
    assert_int_equal(ask(&t, "PATCH", "/api/bodies/code:U", "If-Match: \"1\"\r\n", "{\"name\":\"云燃集团\"}"),
                     200);
    assert_int_equal(GET(&t, "/api/desk?box=open&q=R2"), 200);
    assert_string_equal(text_at(&t, "items.0.owner_title"), "云燃集团");
    bring_index_up(&t);
    assert_int_equal(GET(&t, "/api/search?entity=repairs&q=%E4%BA%91%E7%87%83"), 200); /* 云燃 */
    assert_int_equal(count_at(&t, "items"), 3);
    assert_int_equal(GET(&t, "/api/search?entity=repairs&q=%E7%87%83%E6%B0%94%E5%85%AC%E5%8F%B8"), 200);
    assert_int_equal(count_at(&t, "items"), 0);
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(boxes)
BOTH(row)
BOTH(export)
BOTH(leaves)
BOTH(done)
BOTH(pages)
BOTH(refused)
BOTH(timeline)
BOTH(guards)
BOTH(cost)
BOTH(parts)
BOTH(renamed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes),   cmocka_unit_test(row),      cmocka_unit_test(export),
        cmocka_unit_test(leaves),  cmocka_unit_test(done),     cmocka_unit_test(pages),
        cmocka_unit_test(refused), cmocka_unit_test(timeline), cmocka_unit_test(guards),
        cmocka_unit_test(cost),    cmocka_unit_test(parts),    cmocka_unit_test(renamed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
