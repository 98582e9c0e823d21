/* Major hazards over HTTP on both databases: an enterprise enters a source with chlorine and ammonia, the
 * grade is the program's, the district files it, the forms are printed, the daily commitment is given and
 * missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "db/db_test.h"
#include "kernel/conformance.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/hazard.h"
#include "mod/object.h"
#include "mod/paper.h"
#include "mod/test_city.h"

static const Module *const modules[] = {&mod_district, &mod_body, &mod_object, &mod_hazard, &mod_paper};
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

#define H        "/api/major-hazards/code:H-1"
#define S(given) "{\"hazard\":\"H-1\"," given "}"
#define SUBS     "/api/hazard-substances"
#define PROMISE                                                                                              \
    "{\"hazard\":\"H-1\",\"running\":2,\"stopped\":0,\"special_work\":0,\"controlled\":true,"                \
    "\"promised_by\":\"王总\"}"

static Reply raw(Town *t, const char *verb, const char *path, const char *body)
{
    return city_ask(&t->city, verb, path, "Content-Type: application/json\r\nIf-Match: *\r\n",
                    body ? str_of(body) : STR_NONE);
}

static int status_of(Town *t, const char *verb, const char *path, const char *body)
{
    Reply r = raw(t, verb, path, body);
    int status = r.status;
    reply_free(&r);
    return status;
}

/* The first wrong field of an answer 422. */
static void wrong(Town *t, const char *body, const char *field)
{
    const Json *errors = json_get(ask(t, "POST", 422, SUBS, body), "fields");
    assert_true(errors && errors->count > 0);
    assert_true(says(errors->child, "field", field));
}

static void enter(Town *t)
{
    t->city.token = UNIT_TOKEN;
    ask(t, "POST", 422, "/api/major-hazards", "{\"code\":\"H-1\"}");
    const Json *j = ask(t, "POST", 201, "/api/major-hazards",
                        "{\"code\":\"H-1\",\"name\":\"液氯库\",\"kind\":\"storage\",\"body\":\"B-2\","
                        "\"district\":\"341000\",\"authority\":\"B-1\",\"residents\":40}");
    assert_int_equal(json_get(j, "grade")->type, JSON_NULL);
    wrong(t, S("\"cas\":\"7782-50-5\",\"tonnes\":-1"), "tonnes");
    wrong(t, S("\"cas\":\"7782-50-4\",\"tonnes\":1"), "cas");
    wrong(t, S("\"name\":\"没有的东西\",\"tonnes\":1"), "name");
    wrong(t, S("\"tonnes\":1"), "name");
    ask(t, "POST", 422, SUBS, S("\"name\":\"氨\",\"tonnes\":1,\"beta\":9"));
    j = ask(t, "POST", 201, SUBS, S("\"cas\":\"7782-50-5\",\"tonnes\":12"));
    assert_true(says(j, "title", "氯") && number(j, "critical_t") == 5 && number(j, "beta") == 4);
    ask(t, "POST", 422, H "/actions/submit", "{}"); /* nobody answers for it yet */
}

static void graded(Town *t)
{
    ask(t, "POST", 201, SUBS, S("\"name\":\"氨\",\"tonnes\":20"));
    const Json *j = ask(t, "GET", 200, H, NULL);
    assert_true(number(j, "r") == 16.32 && number(j, "s") == 4.4 && number(j, "grade") == 3);
    assert_int_equal(json_get(json_get(j, "result"), "terms")->count, 2);
    t->city.token = OTHER_TOKEN;
    ask(t, "GET", 404, H, NULL);
    assert_int_equal(json_get(ask(t, "GET", 200, SUBS, NULL), "items")->count, 0);
    ask(t, "POST", 422, SUBS, S("\"name\":\"氨\",\"tonnes\":20"));
}

static void filed(Town *t)
{
    t->city.token = UNIT_TOKEN;
    const char *persons = "{\"principal\":\"王总\",\"technical\":\"李工\",\"operator\":\"张班\"}";
    assert_int_equal(status_of(t, "PATCH", H, persons), 200);
    ask(t, "POST", 200, H "/actions/submit", "{}");
    ask(t, "POST", 409, SUBS, S("\"name\":\"氨\",\"tonnes\":1"));
    ask(t, "POST", 422, "/api/safety-commitments", PROMISE);
    ask(t, "POST", 403, H "/actions/file", "{}");
    t->city.token = CITY_TOKEN;
    ask(t, "POST", 422, H "/actions/return", "{}");
    assert_true(says(json_get(ask(t, "GET", 200, H, NULL), "clock"), "limit", "hazard.file"));
    assert_true(says(ask(t, "POST", 200, H "/actions/file", "{}"), "state", "filed"));
    assert_int_equal(status_of(t, "GET", H "/papers/filing?format=pdf", NULL), 200);
}

static void promised(Town *t)
{
#define MISSING "/api/safety-commitments/missing"
    t->city.token = OTHER_TOKEN;
    assert_int_equal(json_get(ask(t, "GET", 200, MISSING, NULL), "items")->count, 0);
    t->city.token = UNIT_TOKEN;
    assert_int_equal(json_get(ask(t, "GET", 200, MISSING, NULL), "items")->count, 1);
    ask(t, "GET", 422, MISSING "?day=yesterday", NULL);
    ask(t, "POST", 201, "/api/safety-commitments", PROMISE);
    ask(t, "POST", 409, "/api/safety-commitments", PROMISE);
    assert_int_equal(json_get(ask(t, "GET", 200, MISSING, NULL), "items")->count, 0);
    assert_int_equal(json_get(ask(t, "GET", 200, MISSING "?day=2026-01-02", NULL), "items")->count, 1);
}

static void removed(Town *t)
{
    t->city.token = CITY_TOKEN;
    ask(t, "POST", 422, H "/actions/remove", "{}");
    assert_true(
        says(ask(t, "POST", 200, H "/actions/remove", "{\"reason\":\"物质已清空\"}"), "state", "removed"));
    assert_int_equal(status_of(t, "GET", H "/papers/removal?format=docx", NULL), 200);
}

static void run_hazard(DbPool *pool)
{
    Town t = {.arena = arena_new(0)};
    ctx_init(&t.ctx, t.arena, LANG_EN);
    city_open(&t.city, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    db_test_must(&t.ctx, kernel_conformance_tables(&t.ctx, t.city.kernel));
    people(&t, pool);
    enter(&t);
    graded(&t);
    filed(&t);
    promised(&t);
    removed(&t);
    city_close(&t.city);
    arena_free(&t.arena);
}

static void test_hazard(void **state)
{
    (void)state;
    db_test_each(run_hazard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hazard)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
