/* The register over HTTP on both databases: an enterprise enters a unit and an assessment, the figure is the
 * server's, the office approves, the unit takes the grade; what is wrong is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "db/db_test.h"
#include "kernel/conformance.h"
#include "kernel/limit.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/object.h"
#include "risk_private.h"
#include "mod/test_city.h"

static const Module *const modules[] = {&mod_district, &mod_body, &mod_object, &mod_risk};
#define UNIT_TOKEN  "test-token-of-the-unit"
#define OTHER_TOKEN "test-token-of-another"

typedef struct Town {
    City city;
    Arena *arena;
    Ctx ctx;
} Town;

static int64_t add_body(Town *t, Work *w, const char *code, const char *kind)
{
    const Entity *e = kernel_entity(t->city.kernel, "bodies");
    Record *rec = rec_new(&t->ctx, e);
    rec_set(e, rec, "code", db_val_z(code));
    rec_set(e, rec, "name", db_val_z(code));
    rec_set(e, rec, "kind", db_val_z(kind));
    db_test_must(&t->ctx, store_insert(w, e, rec));
    return rec->id;
}

static void bind_token(Town *t, Db *db, const char *name, int64_t body)
{
    SqlBuf b;
    sql_init(&b, &t->ctx, db);
    sql_lit(&b, "UPDATE tokens SET body = ");
    sql_arg(&b, db_val_i64(body));
    sql_lit(&b, " WHERE name = ");
    sql_arg(&b, db_val_z(name));
    db_test_must(&t->ctx, sql_exec(&t->ctx, db, &b));
}

static void people(Town *t, DbPool *pool)
{
    static const char *const names[] = {"office", "unit", "other"};
    int64_t bodies[3];
    Work w;
    Db *db;
    const char *token;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->city.kernel, NULL, "test", true, &w));
    const Entity *de = kernel_entity(t->city.kernel, "districts");
    Record *d = rec_new(&t->ctx, de);
    rec_set(de, d, "code", db_val_z("341000"));
    rec_set(de, d, "name", db_val_z("东港"));
    rec_set(de, d, "level", db_val_z("city"));
    db_test_must(&t->ctx, store_insert(&w, de, d));
    bodies[0] = add_body(t, &w, "B-1", "committee_office");
    bodies[1] = add_body(t, &w, "B-2", "operator");
    bodies[2] = add_body(t, &w, "B-3", "operator");
    db_test_must(&t->ctx, token_add(&w, "unit", "enterprise", UNIT_TOKEN, false, &token));
    db_test_must(&t->ctx, token_add(&w, "other", "enterprise", OTHER_TOKEN, false, &token));
    db_test_must(&t->ctx, work_commit(&w));
    db_test_must(&t->ctx, db_take_write(&t->ctx, pool, &db));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) bind_token(t, db, names[i], bodies[i]);
    db_done(&t->ctx, &db);
}

static const Json *ask(Town *t, const char *verb, int status, const char *path, const char *body)
{
    return city_json(t->arena, &t->city, verb, path, status, body ? str_of(body) : STR_NONE);
}

static bool says(const Json *j, const char *name, const char *value)
{
    return str_is(json_str(json_get(j, name)), value);
}

static double number(const Json *j, const char *name)
{
    double v = -1;
    json_f64(json_get(j, name), &v);
    return v;
}

#define UNIT(more)                                                                                           \
    "{\"code\":\"U-1\",\"name\":\"液氯库\",\"kind\":\"place\",\"body\":\"B-2\",\"district\":\"341000\","  \
    "\"responsible\":\"王工\","                                                                            \
    "\"control\":\"company\",\"accident\":\"泄漏中毒\"" more "}"
#define ASSESS(method, more)                                                                                 \
    "{\"code\":\"A-1\",\"unit\":\"U-1\",\"method\":\"" method                                                \
    "\",\"assessor\":\"李工\",\"grounds\":\"现场评估\",\"reviewer\":\"B-1\"" more "}"
#define A1 "/api/risk-assessments/code:A-1"

#define REQUEST(more)                                                                                        \
    "{\"unit_code\":\"U-1\",\"name\":\"液氯库\",\"unit_kind\":\"place\",\"district\":\"341000\","         \
    "\"responsible\":\"王工\",\"control\":\"company\"" more "}"
#define ID(j) str_z(t->arena, json_str(json_get(j, "id")))

static const char *request_at(Town *t, const char *id, const char *action)
{
    return arena_printf(t->arena, "/api/risk-unit-requests/%s%s%s", id, *action ? "/actions/" : "", action);
}

/* A unit comes into the register when the office approves what the enterprise asked for. */
static void request_new(Town *t)
{
    t->city.token = UNIT_TOKEN;
    ask(t, "POST", 403, "/api/risk-units", UNIT(",\"lon\":118.1,\"lat\":31.2"));
    ask(t, "POST", 422, "/api/risk-unit-requests", REQUEST(",\"lon\":31.2,\"lat\":118.1")); /* swapped */
    ask(t, "POST", 422, "/api/risk-unit-requests", "{\"kind\":\"change\",\"name\":\"液氯库\"}");
    const char *id =
        ID(ask(t, "POST", 201, "/api/risk-unit-requests", REQUEST(",\"lon\":118.1,\"lat\":31.2")));
    ask(t, "POST", 422, request_at(t, id, "submit"), "{}"); /* no accident */
    t->city.token = OTHER_TOKEN;
    ask(t, "GET", 404, request_at(t, id, ""), NULL);
    t->city.token = CITY_TOKEN;
    Reply r = city_ask(&t->city, "PATCH", request_at(t, id, ""),
                       "Content-Type: application/merge-patch+json\r\nIf-Match: \"1\"\r\n",
                       STR("{\"accident\":\"泄漏中毒\"}"));
    assert_int_equal(r.status, 200);
    reply_free(&r);
    t->city.token = UNIT_TOKEN;
    const Json *j = ask(t, "POST", 200, request_at(t, id, "submit"), "{}");
    assert_true(says(j, "state", "submitted") &&
                says(j, "reviewer", "B-1")); /* the office of the committee */
    assert_true(says(json_get(j, "clock"), "limit", "risk.request"));
    ask(t, "POST", 403, request_at(t, id, "approve"), "{}");
    ask(t, "GET", 404, "/api/risk-units/code:U-1", NULL); /* not yet */
    t->city.token = CITY_TOKEN;
    ask(t, "POST", 200, request_at(t, id, "return"), "{\"reason\":\"请核实\"}");
    t->city.token = UNIT_TOKEN;
    ask(t, "POST", 200, request_at(t, id, "submit"), "{}");
    t->city.token = CITY_TOKEN;
    assert_true(says(ask(t, "POST", 200, request_at(t, id, "approve"), "{}"), "unit", "U-1"));
    ask(t, "POST", 409, request_at(t, id, "approve"), "{}");
}

/* What is asked of an approved unit leaves it as it is until it is approved, and nothing else changes. */
static void request_change(Town *t)
{
    t->city.token = OTHER_TOKEN;
    ask(t, "POST", 422, "/api/risk-unit-requests",
        "{\"kind\":\"change\",\"unit\":\"U-1\",\"name\":\"他人之库\"}");
    t->city.token = UNIT_TOKEN;
    const char *none =
        ID(ask(t, "POST", 201, "/api/risk-unit-requests", "{\"kind\":\"change\",\"unit\":\"U-1\"}"));
    ask(t, "POST", 422, request_at(t, none, "submit"), "{}"); /* nothing to change */
    const char *id =
        ID(ask(t, "POST", 201, "/api/risk-unit-requests",
               "{\"kind\":\"change\",\"unit\":\"U-1\",\"responsible\":\"赵工\",\"reason\":\"岗位调整\"}"));
    ask(t, "POST", 200, request_at(t, id, "submit"), "{}");
    assert_true(says(ask(t, "GET", 200, "/api/risk-units/code:U-1", NULL), "responsible", "王工"));
    t->city.token = CITY_TOKEN;
    ask(t, "POST", 200, request_at(t, id, "approve"), "{}");
    const Json *unit = ask(t, "GET", 200, "/api/risk-units/code:U-1", NULL);
    assert_true(says(unit, "responsible", "赵工") && says(unit, "name", "液氯库"));
    assert_true(
        number(ask(t, "GET", 200, "/api/risk-unit-requests?unit=U-1&state=approved", NULL), "count") == 2);
}

static void enter(Town *t)
{
    request_new(t);
    request_change(t);
    t->city.token = CITY_TOKEN;
    ask(t, "POST", 422, "/api/risk-units", UNIT(",\"lon\":118.1"));
    t->city.token = UNIT_TOKEN;
    ask(t, "POST", 422, "/api/risk-assessments",
        ASSESS("lec", ",\"l\":4,\"e\":6,\"c\":15"));                                 /* no such score */
    ask(t, "POST", 422, "/api/risk-assessments", ASSESS("lec", ",\"l\":3,\"e\":6")); /* c is missing */
    ask(t, "POST", 422, "/api/risk-assessments", ASSESS("ls", ",\"l\":3,\"e\":6,\"s\":3")); /* LS has no e */
    ask(t, "POST", 422, "/api/risk-assessments",
        ASSESS("lec", ",\"l\":3,\"e\":6,\"c\":15,\"value\":1")); /* not his to say */
    const Json *j = ask(t, "POST", 201, "/api/risk-assessments", ASSESS("lec", ",\"l\":3,\"e\":6,\"c\":15"));
    assert_true(number(j, "value") == 270 && number(j, "grade") == 2);
    assert_true(says(json_get(j, "result"), "colour", "orange"));
    assert_true(json_get(json_get(j, "result"), "defaults")->count > 0); /* which defaults decided */
    assert_true(says(j, "state", "draft"));
    t->city.token = OTHER_TOKEN;
    ask(t, "GET", 404, A1, NULL);
    ask(t, "GET", 404, "/api/risk-units/code:U-1", NULL);
}

static void decide(Town *t)
{
    t->city.token = UNIT_TOKEN;
    assert_true(says(ask(t, "POST", 200, A1 "/actions/submit", "{}"), "state", "submitted"));
    ask(t, "POST", 403, A1 "/actions/approve", "{}");
    t->city.token = CITY_TOKEN;
    assert_true(says(json_get(ask(t, "GET", 200, A1, NULL), "clock"), "limit", "risk.review"));
    ask(t, "POST", 422, A1 "/actions/return", "{}");
    assert_true(says(ask(t, "POST", 200, A1 "/actions/approve", "{}"), "state", "approved"));
    const Json *unit = ask(t, "GET", 200, "/api/risk-units/code:U-1", NULL);
    assert_true(number(unit, "grade") == 2 && says(unit, "method", "lec"));
    assert_int_equal(json_get(unit, "reassess_at")->type, JSON_TEXT);
    ask(t, "POST", 409, A1 "/actions/approve", "{}");
    assert_int_equal(json_get(ask(t, "GET", 200, A1 "/timeline", NULL), "chain")->count, 2);
}

/* ---- Colours that move ---- */

static void follow(Town *t, int64_t *seen)
{
    Work w;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->city.kernel, NULL, "test", true, &w));
    db_test_must(&t->ctx, risk_rules_seed(&w)); /* nothing when the program did it */
    db_test_must(&t->ctx, work_commit(&w));
    db_test_must(&t->ctx, risk_follow_run(&t->ctx, t->city.kernel, seen));
}

static void unit_is(Town *t, int colour, size_t reasons, const char *rule)
{
    const Json *unit = ask(t, "GET", 200, "/api/risk-units/code:U-1", NULL);
    const Json *list = json_get(unit, "reasons");
    assert_int_equal((int)number(unit, "colour"), colour);
    assert_int_equal((int)number(unit, "grade"), 2); /* the assessed one stands */
    assert_int_equal(list && list->type == JSON_ARRAY ? list->count : 0, reasons);
    if (rule) assert_true(says(list->child, "rule", rule));
}

#define WORK(code, more)                                                                                      \
    "{\"code\":\"" code "\",\"unit\":\"U-1\",\"kind\":\"hot-work\",\"responsible\":\"赵工\",\"starts_at\":" \
    "\"2020-01-01T08:00:00+08:00\"," more "}"
#define WARN(code, from)                                                                                     \
    "{\"code\":\"" code                                                                                      \
    "\",\"district\":\"341000\",\"kind\":\"rainstorm\",\"grade\":1,\"starts_at\":\"" from                    \
    "\",\"ends_at\":\"2099-01-01T08:00:00+08:00\",\"issuer\":\"市气象局\"}"

static void work_and_weather(Town *t)
{
    int64_t seen = 0;
    follow(t, &seen);
    unit_is(t, 2, 0, NULL);
    ask(t, "POST", 422, "/api/risk-activities",
        WORK("W-1", "\"grade\":2,\"ends_at\":\"2019-01-01T08:00:00+08:00\""));
    ask(t, "POST", 201, "/api/risk-activities",
        WORK("W-1", "\"grade\":2,\"ends_at\":\"2099-01-01T08:00:00+08:00\""));
    follow(t, &seen);
    unit_is(t, 1, 1, "activity.first");
    ask(t, "POST", 200, "/api/risk-activities/code:W-1/actions/end", "{}");
    ask(t, "POST", 409, "/api/risk-activities/code:W-1/actions/end", "{}");
    follow(t, &seen);
    unit_is(t, 2, 0, NULL);
    ask(t, "POST", 201, "/api/risk-weather", WARN("Q-1", "2020-01-01T08:00:00+08:00"));
    ask(t, "POST", 201, "/api/risk-weather", WARN("Q-2", "2098-01-01T08:00:00+08:00")); /* not yet */
    follow(t, &seen);
    unit_is(t, 1, 1, "weather.severe");
    ask(t, "POST", 200, "/api/risk-weather/code:Q-1/actions/end", "{}");
    follow(t, &seen);
    unit_is(t, 2, 0, NULL);
}

#define RULE(code, more)                                                                                     \
    "{\"code\":\"" code                                                                                      \
    "\",\"source\":\"activity\",\"grade_from\":3,\"grade_to\":3,\"reason\":\"二级作业\"" more "}"

/* A rule out of force moves nothing, the same one in force does. */
static void rules_are_data(Town *t)
{
    int64_t seen = 0;
    ask(t, "POST", 422, "/api/risk-rules", RULE("r.none", ""));
    ask(t, "POST", 422, "/api/risk-rules", RULE("r.both", ",\"raise\":1,\"at_least\":1"));
    ask(t, "POST", 201, "/api/risk-rules",
        RULE("r.old", ",\"raise\":1,\"valid_to\":\"2020-01-01T08:00:00+08:00\""));
    ask(t, "POST", 201, "/api/risk-activities",
        WORK("W-2", "\"grade\":3,\"ends_at\":\"2099-01-01T08:00:00+08:00\""));
    follow(t, &seen);
    unit_is(t, 2, 0, NULL);
    ask(t, "POST", 201, "/api/risk-rules", RULE("r.new", ",\"raise\":1"));
    follow(t, &seen);
    unit_is(t, 1, 1, "r.new");
    ask(t, "POST", 200, "/api/risk-activities/code:W-2/actions/end", "{}");
    follow(t, &seen);
    unit_is(t, 2, 0, NULL);
}

static void on_the_map(Town *t)
{
    const Json *map = ask(t, "GET", 200, "/api/risk/map", NULL);
    assert_int_equal(json_get(map, "rows")->count, 1);
    assert_true(number(json_get(map, "counts"), "2") == 1);
    map = ask(t, "GET", 200, "/api/risk/map?at=2001-01-01T08:00:00%2B08:00", NULL);
    assert_true(number(json_get(map, "counts"), "none") == 1); /* before it was assessed */
    ask(t, "GET", 422, "/api/risk/map?at=yesterday", NULL);
    const Json *r = ask(t, "GET", 200, "/api/risk/regions?level=city&rule=count", NULL);
    assert_true(says(r, "rule", "count"));
    assert_int_equal((int)number(json_get(r, "items")->child, "colour"), 2);
    ask(t, "GET", 422, "/api/risk/regions?rule=best", NULL);
    assert_true(number(ask(t, "GET", 200, "/api/risk-moves?unit=U-1", NULL), "count") >= 5);
    assert_true(number(ask(t, "POST", 200, "/api/risk/compute/lec", "{\"l\":3,\"e\":6,\"c\":15}"), "d") ==
                270);
    ask(t, "POST", 422, "/api/risk/compute/lec", "{\"l\":3}");
    ask(t, "POST", 404, "/api/risk/compute/blast", "{}");
    assert_int_equal(json_get(ask(t, "GET", 200, "/api/risk/methods", NULL), "items")->count, 3);
    t->city.token = OTHER_TOKEN;
    assert_int_equal(json_get(ask(t, "GET", 200, "/api/risk/map", NULL), "rows")->count, 0);
    assert_int_equal(json_get(ask(t, "GET", 200, "/api/risk/regions?level=city", NULL), "items")->count, 0);
    t->city.token = CITY_TOKEN;
}

/* ---- Re-assessment ---- */

static void clocks_at(Town *t, int64_t now)
{
    int64_t did;
    clock_freeze(now);
    db_test_must(&t->ctx, clocks_run(&t->ctx, t->city.kernel, now, &did));
}

/* A period ends, stands on the enterprise's desk, then on the office's; a new assessment ends it. */
static void expires(Town *t)
{
    int64_t due, days = MS_DAY;
    t->city.token = UNIT_TOKEN;
    const Json *unit = ask(t, "GET", 200, "/api/risk-units/code:U-1", NULL);
    assert_true(time_parse(json_str(json_get(unit, "reassess_at")), true, &due));
    clocks_at(t, due - days);
    assert_true(number(ask(t, "GET", 200, "/api/risk-reviews", NULL), "count") == 0);
    clocks_at(t, due + MS_MINUTE);
    const Json *r = json_get(ask(t, "GET", 200, "/api/risk-reviews", NULL), "items")->child;
    assert_true(says(r, "state", "due") && says(r, "turn", "B-2") && number(r, "grade") == 2);
    assert_true(number(ask(t, "GET", 200, "/api/desk?box=todo&entity=risk-reviews", NULL), "count") == 1);
    const char *at = arena_printf(t->arena, "/api/risk-reviews/%s", ID(r));
    ask(t, "POST", 200, arena_printf(t->arena, "%s/actions/plan", at), "{\"plan\":\"下周评估\"}");
    t->city.token = OTHER_TOKEN;
    ask(t, "GET", 404, at, NULL);
    clocks_at(t, due + 31 * days);
    clocks_at(t, due + 46 * days);
    t->city.token = CITY_TOKEN;
    r = ask(t, "GET", 200, at, NULL);
    assert_true(says(r, "state", "overdue") && says(r, "turn", "B-1") && number(r, "chase") == 3);
    t->city.token = UNIT_TOKEN;
    ask(t, "POST", 201, "/api/risk-assessments",
        "{\"code\":\"A-2\",\"unit\":\"U-1\",\"method\":\"lec\",\"l\":1,\"e\":6,\"c\":15,"
        "\"assessor\":\"李工\",\"grounds\":\"到期评估\",\"reviewer\":\"B-1\"}");
    ask(t, "POST", 200, "/api/risk-assessments/code:A-2/actions/submit", "{}");
    t->city.token = CITY_TOKEN;
    ask(t, "POST", 200, "/api/risk-assessments/code:A-2/actions/approve", "{}");
    assert_true(says(ask(t, "GET", 200, at, NULL), "state", "done"));
    unit = ask(t, "GET", 200, "/api/risk-units/code:U-1", NULL);
    int64_t next;
    assert_true(time_parse(json_str(json_get(unit, "reassess_at")), true, &next));
    assert_true(number(unit, "grade") == 3 && next > due + 700 * days); /* a general risk has two years */
}

static void run_register(DbPool *pool)
{
    Town t = {.arena = arena_new(0)};
    ctx_init(&t.ctx, t.arena, LANG_EN);
    city_open(&t.city, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    db_test_must(&t.ctx, kernel_conformance_tables(&t.ctx, t.city.kernel));
    people(&t, pool);
    enter(&t);
    decide(&t);
    work_and_weather(&t);
    rules_are_data(&t);
    on_the_map(&t);
    expires(&t);
    city_close(&t.city);
    arena_free(&t.arena);
}

static void test_register(void **state)
{
    (void)state;
    db_test_each(run_register);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_register)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
