/* Limits and clocks on both databases: what starts and stops them, which limit holds, the ladder once and in
 * order, pauses and extensions, the calendar that arrives late, failing slices, two nodes at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "clock/test_clock.h"

#define T1 "/api/tasks/code:T1"

static int64_t started(World *t)
{
    return time_at(t, "clock.started_at");
}
static int64_t due(World *t)
{
    return time_at(t, "clock.due_at");
}

static bool is_true(const Json *j)
{
    return j && j->type == JSON_BOOL && j->b;
}

/* ---- Starting, stopping ---- */

static void run_states(DbPool *pool)
{
    World t;
    clock_world(&t, pool);
    make_task(&t, "T1", "");
    assert_string_equal(text_at(&t, "clock.limit"), "task.sign");
    assert_string_equal(text_at(&t, "clock.title"), "Signing");
    assert_int_equal(due(&t) - started(&t), 30 * MS_MINUTE);
    assert_int_equal(POST(&t, T1 "/actions/sign", "{}"), 200);
    assert_string_equal(text_at(&t, "clock.limit"), "task.do");
    assert_int_equal((due(&t) + CIVIL_SHIFT) % MS_DAY, 0); /* 24:00 */
    assert_int_equal(POST(&t, T1 "/actions/answer", "{}"), 200);
    assert_int_equal(at(&t, "clock")->type, JSON_NULL);
    assert_int_equal(POST(&t, T1 "/actions/return", "{\"reason\":\"缺照片\"}"), 200);
    assert_string_equal(text_at(&t, "clock.limit"), "task.do");
    assert_int_equal(ask(&t, "DELETE", T1, NULL, NULL), 409);
    world_close(&t);
}

static void run_archived(DbPool *pool)
{
    World t;
    clock_world(&t, pool);
    make_task(&t, "T1", "");
    assert_int_equal(ask(&t, "DELETE", T1, NULL, NULL), 204);
    assert_int_equal(run_clocks(&t, clock_now() + 300 * MS_DAY), 0); /* nothing runs on */
    world_close(&t);
}

/* Which of the limits: district before grade before the later date. */
static void run_which(DbPool *pool)
{
    static const struct {
        const char *code, *more;
        int64_t minutes;
    } rows[] = {{"A", "", 30},
                {"B", ",\"grade\":1", 10},
                {"C", ",\"grade\":3", 30},
                {"D", ",\"grade\":1,\"district\":\"320100\"", 10},
                {"E", ",\"grade\":1,\"district\":\"320102001\"", 7},
                {"F", ",\"grade\":3,\"district\":\"320102\"", 20}};
    World t;
    clock_world(&t, pool);
    assert_int_equal(POST(&t, "/api/time-limits",
                          "{\"code\":\"task.sign\",\"name\":\"签收\",\"grade\":0,\"district\":\"320102\","
                          "\"amount\":20,\"unit\":\"minute\",\"basis\":\"区里规定\"}"),
                     201);
    assert_int_equal(POST(&t, "/api/time-limits",
                          "{\"code\":\"task.sign\",\"name\":\"签收\",\"grade\":1,\"district\":\"320102\","
                          "\"amount\":7,\"unit\":\"minute\"}"),
                     201);
    assert_int_equal(POST(&t, "/api/time-limits",
                          "{\"code\":\"task.sign\",\"name\":\"签收\",\"grade\":0,\"amount\":5,"
                          "\"unit\":\"minute\"}"),
                     422);
    assert_true(has_field(&t, "valid_from", "overlap"));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        make_task(&t, rows[i].code, rows[i].more);
        assert_int_equal(due(&t) - started(&t), rows[i].minutes * MS_MINUTE);
    }
    as_role(&t, "watch");
    assert_int_equal(POST(&t, "/api/time-limits", "{}"), 403);
    world_close(&t);
}

/* A limit ends, a later one begins; a running clock keeps what it was started with. */
static void run_validity(DbPool *pool)
{
    World t;
    clock_world(&t, pool);
    make_task(&t, "T1", "");
    int64_t first = due(&t);
    assert_int_equal(ask(&t, "PATCH", "/api/time-limits/code:task.sign:0", "If-Match: \"1\"\r\n",
                         "{\"valid_to\":\"2026-01-01T00:00:00+08:00\"}"),
                     200);
    make_task(&t, "T2", ""); /* no limit is in force: the matter goes on without a clock */
    assert_int_equal(at(&t, "clock")->type, JSON_NULL);
    assert_int_equal(POST(&t, "/api/time-limits",
                          "{\"code\":\"task.sign\",\"name\":\"签收\",\"amount\":45,\"unit\":\"minute\","
                          "\"valid_from\":\"2026-01-01T00:00:00+08:00\"}"),
                     201);
    make_task(&t, "T3", "");
    assert_int_equal(due(&t) - started(&t), 45 * MS_MINUTE);
    assert_int_equal(GET(&t, T1), 200);
    assert_int_equal(due(&t), first);
    world_close(&t);
}

/* ---- The ladder ---- */

static void run_ladder(DbPool *pool)
{
    World t;
    clock_world(&t, pool);
    make_task(&t, "T1", "");
    int64_t from = started(&t), end = due(&t);
    assert_int_equal(run_clocks(&t, from + 15 * MS_MINUTE - 1), 0);
    assert_int_equal(run_clocks(&t, from + 15 * MS_MINUTE), 1);
    assert_int_equal(ledger_count(&t, "remind"), 1);
    assert_int_equal(run_clocks(&t, from), 0); /* the clock was set back: nothing is undone or done again */
    assert_int_equal(run_clocks(&t, from + 20 * MS_MINUTE), 0);
    assert_int_equal(run_clocks(&t, end), 1);
    assert_int_equal(GET(&t, T1), 200);
    assert_int_equal(int_at(&t, "chase"), 1);
    assert_int_equal(run_clocks(&t, end + 300 * MS_DAY), 2); /* down for long: the rest, once */
    assert_int_equal(ledger_count(&t, "urge"), 1);
    assert_int_equal(ledger_count(&t, "supervise"), 1);
    assert_int_equal(ledger_count(&t, "escalate"), 1);
    assert_int_equal(run_clocks(&t, end + 400 * MS_DAY), 0);
    assert_int_equal(steps_seen, 4);
    assert_int_equal(GET(&t, T1), 200);
    assert_int_equal(int_at(&t, "chase"), 3);
    assert_int_equal(int_at(&t, "version"), 1); /* the record itself was not touched */
    assert_int_equal(GET(&t, T1 "/history"), 200);
    assert_string_equal(text_at(&t, "items.0.action"), "escalate");
    assert_string_equal(text_at(&t, "items.0.why"), "签收时限");
    assert_string_equal(text_at(&t, "items.1.action"), "supervise");
    assert_string_equal(text_at(&t, "items.3.action"), "remind");
    world_close(&t);
}

/* Two matters whose rungs interleave are caught up in the order of their times. */
static void run_order(DbPool *pool)
{
    World t;
    clock_world(&t, pool);
    make_task(&t, "T1", "");             /* 15, 30, 60, 90 minutes */
    make_task(&t, "T2", ",\"grade\":1"); /* 5, 10, 40, 70 */
    int64_t from = started(&t);
    assert_int_equal(run_clocks(&t, from + MS_DAY), 8);
    Db *db;
    DbCursor *c;
    SqlBuf b;
    db_test_must(&t.ctx, db_take_read(&t.ctx, t.pool, &db));
    sql_init(&b, &t.ctx, db);
    sql_lit(&b, "SELECT t.code || ':' || l.action FROM ledger l JOIN tasks t ON t.id = l.record_id "
                "WHERE l.peer = 'clock' AND l.entity = 'tasks' ORDER BY l.n");
    db_test_must(&t.ctx, sql_query(&t.ctx, db, &b, &c));
    static const char *const want[] = {"T2:remind",    "T2:urge",      "T1:remind",   "T1:urge",
                                       "T2:supervise", "T1:supervise", "T2:escalate", "T1:escalate"};
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_int_equal(db_next(&t.ctx, c), 1);
        assert_true(str_is(db_str(c, 0), want[i]));
    }
    db_close(&c);
    db_done(&t.ctx, &db);
    world_close(&t);
}

/* The slice ends the matter at the top of the ladder. */
static void run_slice(DbPool *pool)
{
    World t;
    clock_world(&t, pool);
    lapse_at_the_top = true;
    make_task(&t, "T1", "");
    int64_t end = due(&t);
    assert_int_equal(run_clocks(&t, end + MS_DAY), 4);
    assert_int_equal(GET(&t, T1), 200);
    assert_string_equal(text_at(&t, "state"), "done");
    assert_int_equal(at(&t, "clock")->type, JSON_NULL);
    world_close(&t);
}

/* A slice that fails leaves nothing behind, is tried again, and holds up nobody else. */
static void run_failing(DbPool *pool)
{
    World t;
    clock_world(&t, pool);
    make_task(&t, "T1", ",\"grade\":1");
    make_task(&t, "T2", ",\"grade\":1");
    int64_t from = started(&t), now = from + 6 * MS_MINUTE;
    fail_steps = 1;
    assert_int_equal(run_clocks(&t, now), 1);
    assert_int_equal(ledger_count(&t, "remind"), 1);
    assert_int_equal(run_clocks(&t, now + 59 * MS_SECOND), 0);
    assert_int_equal(run_clocks(&t, now + 61 * MS_SECOND), 1);
    assert_int_equal(ledger_count(&t, "remind"), 2);
    assert_int_equal(steps_seen, 2);
    world_close(&t);
}

typedef struct Node {
    World *t;
    int64_t now, did;
    pthread_t thread;
} Node;

static void *node_main(void *arg)
{
    Node *n = arg;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    if (clocks_run(&ctx, n->t->kernel, n->now, &n->did) < 0) n->did = -1000;
    arena_free(&a);
    return NULL;
}

/* Several look at the same clocks at once: each rung is done once. */
static void run_nodes(DbPool *pool)
{
    enum { TASKS = 12, NODES = 3 };
    World t;
    clock_world(&t, pool);
    int64_t end = 0, did = 0;
    for (int i = 0; i < TASKS; i++) {
        make_task(&t, arena_printf(t.arena, "N%d", i), "");
        end = due(&t);
    }
    Node nodes[NODES];
    for (int i = 0; i < NODES; i++) {
        nodes[i] = (Node){.t = &t, .now = end + MS_DAY};
        assert_int_equal(pthread_create(&nodes[i].thread, NULL, node_main, &nodes[i]), 0);
    }
    for (int i = 0; i < NODES; i++) {
        pthread_join(nodes[i].thread, NULL);
        did += nodes[i].did;
    }
    assert_int_equal(did, TASKS * 4);
    assert_int_equal(steps_seen, TASKS * 4);
    assert_int_equal(ledger_count(&t, "urge"), TASKS);
    assert_int_equal(ledger_count(&t, "escalate"), TASKS);
    world_close(&t);
}

/* ---- Pauses and extensions ---- */

static void run_pauses(DbPool *pool)
{
    World t;
    clock_world(&t, pool);
    make_task(&t, "T1", "");
    int64_t end = due(&t);
    assert_int_equal(POST(&t, T1 "/actions/pause", "{}"), 422);
    assert_int_equal(POST(&t, T1 "/actions/resume", "{}"), 409);
    assert_int_equal(POST(&t, T1 "/actions/pause", "{\"reason\":\"等待产权单位开井\"}"), 200);
    assert_true(is_true(at(&t, "clock.paused")));
    assert_int_equal(int_at(&t, "version"), 1);
    assert_int_equal(POST(&t, T1 "/actions/pause", "{\"reason\":\"再停一次\"}"), 409);
    assert_int_equal(run_clocks(&t, end + MS_DAY), 0); /* nothing is reached while it stands */
    assert_int_equal(GET(&t, T1), 200);
    int64_t since = time_at(&t, "clock.paused_at");
    clock_freeze(since + 40 * MS_MINUTE);
    assert_int_equal(POST(&t, T1 "/actions/resume", "{}"), 200);
    clock_freeze(TIME_NONE);
    assert_int_equal(due(&t), end + 40 * MS_MINUTE);
    assert_int_equal(run_clocks(&t, end + 39 * MS_MINUTE), 1); /* the reminder only */
    assert_int_equal(run_clocks(&t, end + 40 * MS_MINUTE), 1);
    assert_int_equal(ledger_count(&t, "pause"), 1);
    assert_int_equal(ledger_count(&t, "resume"), 1);
    as_role(&t, "watch");
    assert_int_equal(POST(&t, T1 "/actions/pause", "{\"reason\":\"无权限\"}"), 403);
    world_close(&t);
}

/* A limit in working days is given back whole working days and goes on ending at 24:00. */
static void run_pause_days(DbPool *pool)
{
    World t;
    Work w;
    Record *rec;
    Clock c;
    clock_world(&t, pool);
    make_task(&t, "T1", "");
    assert_int_equal(POST(&t, T1 "/actions/sign", "{}"), 200);
    static const Civil monday = {.year = 2026, .month = 3, .day = 2, .hour = 10};
    int64_t start = civil_ms(&monday);
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", true, &w));
    assert_int_equal(store_find(&w, &tasks_entity, STR("code:T1"), &rec), 1);
    db_test_must(&t.ctx, clock_start(&w, &tasks_entity, rec, "task.do", start));
    assert_int_equal(clock_find(&w, &tasks_entity, rec->id, "task.do", &c), 1);
    assert_int_equal(calendar_day(c.due_at - 1), calendar_day_of(2026, 3, 5));
    assert_false(c.provisional);
    static const struct {
        int pause_hours, resume_hours; /* after the start */
        int last_day;
    } rows[] = {{1, 5, 5}, {24, 72, 9}, {100, 172, 10}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        w.now = start + rows[i].pause_hours * MS_HOUR;
        db_test_must(&t.ctx, clock_pause(&w, &c));
        w.now = start + rows[i].resume_hours * MS_HOUR;
        db_test_must(&t.ctx, clock_resume(&w, &c));
        assert_int_equal(calendar_day(c.due_at - 1), calendar_day_of(2026, 3, rows[i].last_day));
        assert_int_equal((c.due_at + CIVIL_SHIFT) % MS_DAY, 0);
    }
    assert_int_equal(clock_extend(&w, &c, c.due_at), RC_INVALID);
    ctx_clear(&t.ctx);
    db_test_must(&t.ctx, clock_extend(&w, &c, c.due_at + 5 * MS_DAY));
    assert_int_equal(calendar_day(c.due_at - 1), calendar_day_of(2026, 3, 15));
    assert_int_equal(clock_start(&w, &tasks_entity, rec, "task.unknown", start), RC_NOT_FOUND);
    ctx_clear(&t.ctx);
    db_test_must(&t.ctx, work_commit(&w));
    world_close(&t);
}

static void add_token(Work *w, const char *role, const char *secret, const char *body)
{
    const char *token;
    Record *rec, *unit, *old;
    db_test_must(w->ctx, token_add(w, secret, role, secret, false, &token));
    assert_int_equal(store_find(w, &bodies_entity, str_printf(w->ctx->arena, "code:%s", body), &unit), 1);
    assert_int_equal(store_find(w, &tokens_entity, str_printf(w->ctx->arena, "code:%s", secret), &rec), 1);
    old = rec_copy(w->ctx, &tokens_entity, rec);
    rec_set(&tokens_entity, rec, "body", db_val_i64(unit->id));
    db_test_must(w->ctx, store_update(w, &tokens_entity, old, rec, "change"));
}

/* The unit asks, its own people may not decide, the body above it does. */
static void run_extension(DbPool *pool)
{
    World t;
    Work w;
    clock_world(&t, pool);
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "cli", true, &w));
    add_token(&w, "watch", "test-token-unit", "U");
    add_token(&w, "office", "test-token-chief", "U");
    add_token(&w, "office", "test-token-above", "H");
    db_test_must(&t.ctx, work_commit(&w));
    make_task(&t, "T1", "");
    int64_t end = due(&t);
    char near[TIME_TEXT_MAX], far[TIME_TEXT_MAX];
    const char *too_near =
        arena_printf(t.arena, "{\"reason\":\"等配件\",\"until\":\"%s\"}", time_print(end, near));
    const char *good =
        arena_printf(t.arena, "{\"reason\":\"等配件\",\"until\":\"%s\"}", time_print(end + 2 * MS_HOUR, far));
    assert_int_equal(POST(&t, T1 "/actions/ask-extension", good), 403); /* not its turn */
    as_role(&t, "unit");
    assert_int_equal(POST(&t, T1 "/actions/ask-extension", too_near), 422);
    assert_true(has_field(&t, "until", "range"));
    assert_int_equal(POST(&t, T1 "/actions/ask-extension", good), 200);
    assert_string_equal(text_at(&t, "extensions.0.state"), "open");
    assert_int_equal(due(&t), end); /* until somebody decides */
    assert_int_equal(POST(&t, T1 "/actions/ask-extension", good), 409);
    assert_int_equal(POST(&t, T1 "/actions/grant-extension", "{}"), 403);
    as_role(&t, "chief");
    assert_int_equal(POST(&t, T1 "/actions/grant-extension", "{}"), 403);
    assert_string_equal(text_at(&t, "code"), "clock.own_request");
    as_role(&t, "above");
    assert_int_equal(POST(&t, T1 "/actions/refuse-extension", "{}"), 422);
    assert_int_equal(POST(&t, T1 "/actions/refuse-extension", "{\"reason\":\"配件有库存\"}"), 200);
    assert_string_equal(text_at(&t, "extensions.0.state"), "refused");
    assert_string_equal(text_at(&t, "extensions.0.answer"), "配件有库存");
    assert_int_equal(POST(&t, T1 "/actions/grant-extension", "{}"), 409);
    as_role(&t, "unit");
    assert_int_equal(POST(&t, T1 "/actions/ask-extension", good), 200);
    as_role(&t, "above");
    assert_int_equal(POST(&t, T1 "/actions/grant-extension", "{}"), 200);
    assert_string_equal(text_at(&t, "extensions.1.state"), "granted");
    assert_int_equal(due(&t), end + 2 * MS_HOUR);
    assert_int_equal(int_at(&t, "version"), 1);
    assert_int_equal(run_clocks(&t, end + MS_HOUR), 1); /* the reminder at half of the longer time */
    assert_int_equal(run_clocks(&t, end + 2 * MS_HOUR), 1);
    assert_int_equal(ledger_count(&t, "grant-extension"), 1);
    world_close(&t);
}

/* ---- The calendar ---- */

static Str limit_of(World *t)
{
    return str_of(text_at(t, "clock.limit"));
}

static void run_calendar(DbPool *pool)
{
    World t;
    Work w;
    Record *rec;
    Clock c;
    clock_world(&t, pool);
    make_task(&t, "T1", "");
    assert_int_equal(POST(&t, T1 "/actions/sign", "{}"), 200);
    assert_true(str_is(limit_of(&t), "task.do"));
    make_task(&t, "T2", "");
    int64_t sign_due = due(&t);
    static const Civil eve = {.year = 2031, .month = 9, .day = 30, .hour = 10}; /* a Tuesday */
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", true, &w));
    assert_int_equal(store_find(&w, &tasks_entity, STR("code:T1"), &rec), 1);
    db_test_must(&t.ctx, clock_start(&w, &tasks_entity, rec, "task.do", civil_ms(&eve)));
    assert_int_equal(clock_find(&w, &tasks_entity, rec->id, "task.do", &c), 1);
    db_test_must(&t.ctx, work_commit(&w));
    assert_int_equal(calendar_day(c.due_at - 1), calendar_day_of(2031, 10, 3));
    assert_true(c.provisional);
    for (int d = 1; d <= 7; d++)
        assert_int_equal(POST(&t, "/api/holidays",
                              arena_printf(t.arena, "{\"date\":\"2031-10-%02d\",\"kind\":\"off\"}", d)),
                         201);
    assert_int_equal(POST(&t, "/api/calendar-years", "{\"year\":\"2031\",\"basis\":\"样例\"}"), 201);
    assert_int_equal(run_clocks(&t, clock_now()), 0);
    assert_int_equal(GET(&t, T1), 200);
    assert_int_equal(calendar_day(due(&t) - 1), calendar_day_of(2031, 10, 10));
    assert_false(is_true(at(&t, "clock.provisional")));
    assert_true(ledger_count(&t, "renew") >= 1);
    assert_int_equal(GET(&t, "/api/tasks/code:T2"), 200);
    assert_int_equal(due(&t), sign_due); /* minutes do not mind the calendar */
    int64_t renewed = ledger_count(&t, "renew");
    assert_int_equal(run_clocks(&t, clock_now()), 0);
    assert_int_equal(ledger_count(&t, "renew"), renewed);
    world_close(&t);
}

static void run_data(DbPool *pool)
{
    static const struct {
        const char *path, *body, *field;
    } rows[] = {
        {"/api/holidays", "{\"date\":\"2027-02-29\",\"kind\":\"off\"}", "date"},
        {"/api/holidays", "{\"date\":\"2027-2-2\",\"kind\":\"off\"}", "date"},
        {"/api/holidays", "{\"date\":\"2027-02-02\",\"kind\":\"feast\"}", "kind"},
        {"/api/calendar-years", "{\"year\":\"27\"}", "year"},
        {"/api/calendar-years", "{\"year\":\"9999\"}", "year"},
        {"/api/work-times", "{\"code\":\"summer\",\"spans\":\"08:00-12:00\"}", "code"},
        {"/api/time-limits", "{\"code\":\"Ä\",\"name\":\"x\",\"amount\":1,\"unit\":\"day\"}", "code"},
        {"/api/time-limits", "{\"code\":\"x.y\",\"name\":\"x\",\"amount\":-1,\"unit\":\"day\"}", "amount"},
        {"/api/time-limits", "{\"code\":\"x.y\",\"name\":\"x\",\"amount\":1,\"unit\":\"week\"}", "unit"},
        {"/api/time-limits",
         "{\"code\":\"x.y\",\"name\":\"x\",\"amount\":1,\"unit\":\"day\",\"district\":\"999999\"}",
         "district"},
    };
    static const char *const spans[] = {"22:00-06:00", "9:00-12:00",  "09:00-12:00 11:00-13:00",
                                        "09:00-24:01", "09:00-09:00", "08:60-12:00"};
    World t;
    clock_world(&t, pool);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(POST(&t, rows[i].path, rows[i].body), 422);
        assert_string_equal(text_at(&t, "fields.0.field"), rows[i].field);
    }
    assert_int_equal(GET(&t, "/api/holidays?year=2026&limit=200"), 200);
    assert_int_equal(count_at(&t, "items"), 39);
    for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
        const char *body = arena_printf(t.arena, "{\"spans\":\"%s\"}", spans[i]);
        assert_int_equal(ask(&t, "PATCH", "/api/work-times/code:default", "If-Match: \"1\"\r\n", body), 422);
        assert_string_equal(text_at(&t, "fields.0.field"), "spans");
    }
    assert_int_equal(ask(&t, "PATCH", "/api/work-times/code:default", "If-Match: \"1\"\r\n",
                         "{\"spans\":\"08:30-12:00 14:00-17:30\",\"move_last_day_off\":false}"),
                     200);
    assert_int_equal(ask(&t, "DELETE", "/api/work-times/code:default", NULL, NULL), 409);
    assert_int_equal(GET(&t, "/api/time-limits?code=task.sign&grade=0"), 200);
    const char *key = text_at(&t, "items.0.key");
    const char *rung = "{\"limit\":\"%s\",\"position\":%d,\"kind\":\"urge\",%s,\"recipient\":\"turn\"}";
    assert_int_equal(POST(&t, "/api/limit-steps", arena_printf(t.arena, rung, key, 2, "\"percent\":20")),
                     422);
    assert_true(has_field(&t, "position", "order"));
    assert_int_equal(
        POST(&t, "/api/limit-steps", arena_printf(t.arena, rung, key, 5, "\"percent\":20,\"after\":1")), 422);
    assert_int_equal(POST(&t, "/api/limit-steps", arena_printf(t.arena, rung, key, 5, "\"after\":90")), 201);
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(states)
BOTH(archived)
BOTH(which)
BOTH(validity)
BOTH(ladder)
BOTH(order)
BOTH(slice)
BOTH(failing)
BOTH(nodes)
BOTH(pauses)
BOTH(pause_days)
BOTH(extension)
BOTH(calendar)
BOTH(data)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states),   cmocka_unit_test(archived),   cmocka_unit_test(which),
        cmocka_unit_test(validity), cmocka_unit_test(ladder),     cmocka_unit_test(order),
        cmocka_unit_test(slice),    cmocka_unit_test(failing),    cmocka_unit_test(nodes),
        cmocka_unit_test(pauses),   cmocka_unit_test(pause_days), cmocka_unit_test(extension),
        cmocka_unit_test(calendar), cmocka_unit_test(data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
