/* Flows over HTTP and from slices: the first state, who may move what when, words for whom was faster,
 * repeated requests, the matter's row. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "flow/test_flow.h"

#define R1 "/api/repairs/code:R1"

static void row(SqlBuf *b)
{
    sql_lit(b,
            "SELECT entity || '|' || code || '|' || title || '|' || state || '|' || CAST(grade AS TEXT) || "
            "'|' || (SELECT code FROM bodies WHERE id = m.owner) || '|' || "
            "COALESCE((SELECT code FROM bodies WHERE id = m.turn), '-') || '|' || CAST(chase AS TEXT) || "
            "'|' || CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END || '|' || "
            "CASE WHEN archived_at IS NULL THEN 'live' ELSE 'archived' END FROM matters m");
}

/* The third body takes part, and so sees the matter. */
static void order_in_view(World *t)
{
    Work w;
    Record *rec, *body;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
    assert_int_equal(store_find(&w, &repairs_entity, STR("code:R1"), &rec), 1);
    assert_int_equal(store_find(&w, &bodies_entity, STR("code:V"), &body), 1);
    db_test_must(&t->ctx, matter_party(&w, rec->id, body->id, "dept"));
    db_test_must(&t->ctx, work_commit(&w));
}

static void run_moves(DbPool *pool)
{
    World t;
    flow_world(&t, pool);
    assert_string_equal(text_at(&t, "state"), "ordered");
    assert_string_equal(text_at(&t, "state_label"), "To be signed");
    assert_string_equal(text_at(&t, "turn"), "U");
    assert_string_equal(text_at(&t, "turn_title"), "燃气公司");
    assert_int_equal(int_at(&t, "chase"), 0);
    assert_string_equal(text_at(&t, "actions.0"), "urge"); /* the office only supervises now */
    assert_int_equal(count_at(&t, "actions"), 2);
    assert_string_equal(sql_text(&t, row), "repairs|R1|阀井漏气|ordered|2|U|U|0|open|live");
    assert_int_equal(POST(&t, R1 "/actions/sign", "{}"), 403);
    assert_int_equal(POST(&t, R1 "/actions/lapse", "{}"), 404); /* only the program */
    as_role(&t, "watch");
    assert_int_equal(POST(&t, R1 "/actions/answer", "{\"result\":\"已换阀\"}"), 409);
    assert_string_equal(text_at(&t, "code"), "action.not_allowed");
    assert_int_equal(POST(&t, R1 "/actions/sign", "{}"), 200);
    assert_string_equal(text_at(&t, "state"), "repairing");
    assert_int_equal(int_at(&t, "version"), 2);
    assert_int_equal(POST(&t, R1 "/actions/report", "{\"result\":\"已到场\"}"), 200);
    assert_string_equal(text_at(&t, "state"), "repairing");
    assert_string_equal(text_at(&t, "result"), "已到场");
    assert_int_equal(POST(&t, R1 "/actions/answer", "{\"result\":\"nothing\"}"), 422);
    assert_true(has_field(&t, "result", "empty"));
    assert_int_equal(POST(&t, R1 "/actions/answer", "{\"result\":\"已换阀\"}"), 200);
    assert_string_equal(text_at(&t, "turn"), "O");
    assert_string_equal(sql_text(&t, row), "repairs|R1|阀井漏气|checking|2|U|O|0|open|live");
    as_role(&t, "office");
    assert_int_equal(POST(&t, R1 "/actions/return", "{}"), 422);
    assert_true(has_field(&t, "reason", "required"));
    assert_int_equal(POST(&t, R1 "/actions/return", "{\"reason\":\"缺照片\"}"), 200);
    as_role(&t, "watch");
    assert_int_equal(POST(&t, R1 "/actions/answer", "{\"result\":\"已换阀并拍照\"}"), 200);
    as_role(&t, "office");
    assert_int_equal(POST(&t, R1 "/actions/accept", "{}"), 200);
    assert_string_equal(text_at(&t, "state"), "done");
    assert_int_equal(count_at(&t, "actions"), 0);
    assert_string_equal(sql_text(&t, row), "repairs|R1|阀井漏气|done|2|U|-|0|closed|live");
    assert_int_equal(POST(&t, R1 "/actions/urge", "{\"message\":\"尽快\"}"), 409);
    assert_int_equal(GET(&t, R1 "/history"), 200);
    assert_string_equal(text_at(&t, "items.0.action"), "accept");
    assert_string_equal(text_at(&t, "items.2.why"), "缺照片");
    /* what somebody acted on stays, also when it has ended */
    assert_int_equal(ask(&t, "DELETE", R1, NULL, NULL), 409);
    assert_string_equal(text_at(&t, "code"), "record.under_way");
    assert_string_equal(sql_text(&t, row), "repairs|R1|阀井漏气|done|2|U|-|0|closed|live");
    world_close(&t);
}

/* Of two officers one wins; the other reads who, when and what. */
static void run_two_officers(DbPool *pool)
{
    World t;
    flow_world(&t, pool);
    as_role(&t, "watch");
    assert_int_equal(ask(&t, "POST", R1 "/actions/sign", "If-Match: \"1\"\r\n", "{}"), 200);
    assert_int_equal(ask(&t, "POST", R1 "/actions/sign", "If-Match: \"1\"\r\n", "{}"), 412);
    assert_non_null(strstr(t.last.body, "watch-token"));
    assert_non_null(strstr(t.last.body, "Sign"));
    assert_int_equal(POST(&t, R1 "/actions/sign", "{}"), 409);
    assert_non_null(strstr(t.last.body, "Repairing"));
    assert_non_null(strstr(t.last.body, "watch-token"));
    world_close(&t);
}

static void run_retry(DbPool *pool)
{
    static const char key[] = "Idempotency-Key: k1\r\nIf-Match: \"1\"\r\n";
    World t;
    flow_world(&t, pool);
    as_role(&t, "watch");
    assert_int_equal(ask(&t, "POST", R1 "/actions/sign", key, "{}"), 200);
    assert_int_equal(ask(&t, "POST", R1 "/actions/sign", key, "{}"), 200);
    assert_string_equal(header(&t, "Idempotency-Replayed"), "true");
    assert_string_equal(header(&t, "ETag"), "\"2\"");
    assert_string_equal(text_at(&t, "state"), "repairing");
    assert_int_equal(ask(&t, "POST", R1 "/actions/sign", key, "{\"x\":1}"), 409);
    assert_string_equal(text_at(&t, "code"), "idempotency.reused");
    assert_int_equal(GET(&t, R1 "/history"), 200);
    assert_int_equal(count_at(&t, "items"), 2);
    /* What was refused is not remembered. */
    assert_int_equal(ask(&t, "POST", R1 "/actions/answer", "Idempotency-Key: k2\r\n", "{}"), 422);
    assert_int_equal(
        ask(&t, "POST", R1 "/actions/answer", "Idempotency-Key: k2\r\n", "{\"result\":\"已换阀\"}"), 200);
    world_close(&t);
}

/* Chasing stands in the row and the ledger, not in the record. */
static void run_chase(DbPool *pool)
{
    World t;
    flow_world(&t, pool);
    assert_int_equal(POST(&t, R1 "/actions/urge", "{}"), 422);
    assert_int_equal(POST(&t, R1 "/actions/urge", "{\"message\":\"请尽快签收\"}"), 200);
    assert_int_equal(int_at(&t, "chase"), 1);
    assert_int_equal(int_at(&t, "version"), 1);
    as_role(&t, "watch");
    assert_int_equal(POST(&t, R1 "/actions/urge", "{\"message\":\"请尽快签收\"}"), 403);
    assert_int_equal(ask(&t, "POST", R1 "/actions/sign", "If-Match: \"1\"\r\n", "{}"), 200);
    assert_int_equal(int_at(&t, "chase"), 0); /* it was answered */
    as_role(&t, "office");
    assert_int_equal(POST(&t, R1 "/actions/supervise", "{\"message\":\"今日办结\"}"), 200);
    assert_int_equal(POST(&t, R1 "/actions/urge", "{\"message\":\"再催\"}"), 200);
    assert_int_equal(int_at(&t, "chase"), 2);
    assert_int_equal(GET(&t, R1 "/history"), 200);
    assert_string_equal(text_at(&t, "items.0.action"), "urge");
    assert_string_equal(text_at(&t, "items.1.action"), "supervise");
    world_close(&t);
}

static Rc move(World *t, const Principal *who, const char *action)
{
    Work w;
    Record *rec;
    ctx_clear(&t->ctx);
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, who, "test", true, &w));
    assert_int_equal(store_find(&w, &repairs_entity, STR("code:R1"), &rec), 1);
    Rc rc = flow_do(&w, &repairs_entity, rec, action, NULL);
    if (rc < 0) work_abort(&w);
    else db_test_must(&t->ctx, work_commit(&w));
    return rc;
}

/* The program does what only it may, is bound by the states as everybody, and needs no reason. */
static void run_program(DbPool *pool)
{
    World t;
    flow_world(&t, pool);
    assert_int_equal(move(&t, NULL, "accept"), RC_STATE);
    assert_int_equal(move(&t, NULL, "seize"), 0);
    assert_int_equal(move(&t, NULL, "lapse"), 0);
    assert_int_equal(move(&t, NULL, "lapse"), RC_STATE);
    ctx_clear(&t.ctx);
    assert_int_equal(GET(&t, R1), 200);
    assert_string_equal(text_at(&t, "state"), "void");
    world_close(&t);
}

/* A change that does not go through the flow moves the row all the same. */
static void run_bypass(DbPool *pool)
{
    World t;
    Work w;
    Record *rec;
    flow_world(&t, pool);
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", true, &w));
    assert_int_equal(store_find(&w, &repairs_entity, STR("code:R1"), &rec), 1);
    Record *old = rec_copy(&t.ctx, &repairs_entity, rec);
    rec_set(&repairs_entity, rec, "state", db_val_z("checking"));
    rec_set(&repairs_entity, rec, "title", db_val_z("更正"));
    db_test_must(&t.ctx, store_update(&w, &repairs_entity, old, rec, "correct"));
    db_test_must(&t.ctx, work_commit(&w));
    assert_string_equal(sql_text(&t, row), "repairs|R1|更正|checking|2|U|O|0|open|live");
    world_close(&t);
}

/* Another first state is for the program alone; a state that does not exist for nobody. */
static void run_first_state(DbPool *pool)
{
    World t;
    flow_world(&t, pool);
    assert_int_equal(
        POST(&t, "/api/repairs", "{\"code\":\"R2\",\"title\":\"x\",\"unit\":\"U\",\"state\":\"done\"}"), 422);
    assert_true(has_field(&t, "state", "readonly"));
    const Principal who = {.name = "x", .full_name = "x", .user_id = 7};
    static const struct {
        const char *state;
        bool program;
        Rc rc;
    } cases[] = {
        {"done", false, RC_INVALID}, {"ordered", false, 0}, {"done", true, 0}, {"lost", true, RC_INVALID}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Work w;
        ctx_clear(&t.ctx);
        db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", true, &w));
        Record *rec = rec_new(&t.ctx, &repairs_entity);
        int64_t unit = 0;
        Record *body;
        assert_int_equal(store_find(&w, &bodies_entity, STR("code:U"), &body), 1);
        unit = body->id;
        rec_set(&repairs_entity, rec, "code", db_val_text(str_printf(t.arena, "N%zu", i)));
        rec_set(&repairs_entity, rec, "title", db_val_z("y"));
        rec_set(&repairs_entity, rec, "unit", db_val_i64(unit));
        rec_set(&repairs_entity, rec, "state", db_val_z(cases[i].state));
        w.who = cases[i].program ? NULL : &who;
        assert_int_equal(store_insert(&w, &repairs_entity, rec), cases[i].rc);
        work_abort(&w);
    }
    ctx_clear(&t.ctx);
    world_close(&t);
}

static void run_meta(DbPool *pool)
{
    World t;
    flow_world(&t, pool);
    assert_int_equal(GET(&t, "/api/meta"), 200);
    bool seen = false;
    JSON_EACH(e, at(&t, "entities"))
    {
        if (!str_is(json_str(json_get(e, "plural")), "repairs")) continue;
        seen = true;
        const Json *flow = json_get(e, "flow"), *moves = json_get(e, "actions");
        assert_true(str_is(json_str(json_get(flow, "state")), "state"));
        assert_int_equal(json_get(flow, "states")->count, 5);
        assert_int_equal(moves->count, 14); /* without what only the program does */
        const Json *back = moves->child->next->next->next;
        assert_true(str_is(json_str(json_get(back, "name")), "return"));
        assert_true(str_is(json_str(json_get(back, "from")->child), "checking"));
        assert_true(str_is(json_str(json_get(back, "to")), "repairing"));
        assert_true(str_is(json_str(json_get(back, "flags")->child), "reason"));
        assert_true(str_is(json_str(json_get(json_get(back, "params")->child, "name")), "reason"));
    }
    assert_true(seen);
    assert_true(str_is(json_str(at(&t, "dicts.repair_state.entries.0.code")), "ordered"));
    world_close(&t);
}

static void count_links(SqlBuf *b)
{
    sql_lit(b, "SELECT CAST((SELECT COUNT(*) FROM matter_links) AS TEXT) || '|' || "
               "CAST((SELECT COUNT(*) FROM matter_parties) AS TEXT)");
}

static void run_links(DbPool *pool)
{
    World t;
    Work w;
    flow_world(&t, pool);
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", true, &w));
    for (int i = 0; i < 2; i++) {
        db_test_must(&t.ctx, matter_link(&w, &sites_entity, 1, &repairs_entity, 2));
        db_test_must(&t.ctx, matter_party(&w, 2, 3, "dept"));
        db_test_must(&t.ctx, matter_party(&w, 2, 3, "lead"));
    }
    db_test_must(&t.ctx, work_commit(&w));
    assert_string_equal(sql_text(&t, count_links), "1|2");
    world_close(&t);
}

static void forget(SqlBuf *b)
{
    sql_lit(b, "DELETE FROM matters");
}
static void no_state(SqlBuf *b)
{
    sql_lit(b, "UPDATE repairs SET state = NULL");
}

/* Records older than their flow get a row at the start, and the first state. */
static void run_build(DbPool *pool)
{
    World t;
    flow_world(&t, pool);
    run_sql(&t, forget);
    run_sql(&t, no_state);
    http_stop(&t.server);
    kernel_close(&t.kernel);
    world_open_kernel(&t);
    assert_string_equal(sql_text(&t, row), "repairs|R1|阀井漏气|ordered|2|U|U|0|open|live");
    world_serve(&t);
    as_role(&t, "office");
    assert_int_equal(GET(&t, R1), 200);
    assert_string_equal(text_at(&t, "state"), "ordered");
    world_close(&t);
}

/* The unit itself and the body above it may take its turn, another may not; who may not is not offered it. */
static void run_turn(DbPool *pool)
{
    World t;
    flow_world(&t, pool);
    as_role(&t, "other");
    assert_int_equal(POST(&t, R1 "/actions/seize", "{}"), 404); /* outside its scope */
    order_in_view(&t);
    assert_int_equal(POST(&t, R1 "/actions/seize", "{}"), 403);
    assert_string_equal(text_at(&t, "code"), "flow.turn");
    assert_non_null(strstr(t.last.body, "燃气公司"));
    static const struct {
        const char *role;
        bool offered;
    } cases[] = {{"unit", true}, {"upper", true}, {"other", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool offered = false;
        as_role(&t, cases[i].role);
        assert_int_equal(GET(&t, R1), 200);
        JSON_EACH(a, at(&t, "actions")) offered |= str_is(json_str(a), "seize");
        assert_int_equal(offered, cases[i].offered);
    }
    as_role(&t, "upper");
    assert_int_equal(POST(&t, R1 "/actions/seize", "{}"), 200);
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(moves)
BOTH(two_officers)
BOTH(retry)
BOTH(chase)
BOTH(program)
BOTH(bypass)
BOTH(first_state)
BOTH(meta)
BOTH(links)
BOTH(turn)
BOTH(build)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves),       cmocka_unit_test(two_officers), cmocka_unit_test(retry),
        cmocka_unit_test(chase),       cmocka_unit_test(program),      cmocka_unit_test(bypass),
        cmocka_unit_test(first_state), cmocka_unit_test(meta),         cmocka_unit_test(links),
        cmocka_unit_test(turn),        cmocka_unit_test(build)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
