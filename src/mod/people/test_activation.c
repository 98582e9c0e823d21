/* Activation codes under attack: told once and kept nowhere, one answer to every wrong pair, guessing, using
 * a code twice or too late, an old code after a new one; and what the account that comes of it may see. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include "mod/district.h"
#include "people_private.h"
static const Module *const city_modules[] = {&mod_district, &mod_body, &mod_people};
#define WORLD_MODULES city_modules
#include "../../kernel/test_kernel.h"

#define PASSWORD "Correct horse"

static const char *credit(World *t, int n)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    for (size_t i = 0; i < sizeof alphabet - 1; i++) {
        const char *code = arena_printf(t->arena, "91320100MA%07d%c", n, alphabet[i]);
        if (credit_code_ok(str_of(code))) return code;
    }
    fail();
    return "";
}

static void as_root(World *t)
{
    snprintf(t->auth, sizeof t->auth, "Authorization: Bearer test-token-root\r\n");
}

static void city_open(World *t, DbPool *pool)
{
    Work w;
    const char *token;
    world_open(t, pool);
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, "root", "system office", "test-token-root", true, &token));
    db_test_must(&t->ctx, token_add(&w, "auditor", "audit", "test-token-audit", true, &token));
    db_test_must(&t->ctx, work_commit(&w));
    as_root(t);
    assert_int_equal(POST(t, "/api/districts", "{\"code\":\"320100\",\"name\":\"A市\",\"level\":\"city\"}"),
                     201);
    assert_int_equal(
        POST(t, "/api/districts",
             "{\"code\":\"320102\",\"name\":\"B区\",\"level\":\"county\",\"parent\":\"320100\"}"),
        201);
}

static const char *body_json(World *t, int n, const char *kind)
{
    return arena_printf(t->arena,
                        "{\"code\":\"E%d\",\"name\":\"企业%d\",\"kind\":\"%s\",\"credit_code\":\"%s\","
                        "\"district\":\"320102\"}",
                        n, n, kind, credit(t, n));
}

/* The code that the answer tells. */
static const char *told_code(World *t)
{
    assert_int_equal(count_at(t, "told"), 1);
    return text_at(t, "told.0.value");
}

static const char *make(World *t, int n)
{
    assert_int_equal(POST(t, "/api/bodies", body_json(t, n, "enterprise")), 201);
    return told_code(t);
}

static int activate_as(World *t, const char *credit_code, const char *code, const char *name,
                       const char *password)
{
    t->auth[0] = 0;
    int status =
        POST(t, "/api/activate",
             arena_printf(t->arena,
                          "{\"credit_code\":\"%s\",\"code\":\"%s\",\"name\":\"%s\",\"full_name\":\"沈晖\","
                          "\"phone\":\"13800005678\",\"password\":\"%s\"}",
                          credit_code, code, name, password));
    as_root(t);
    return status;
}

static int activate(World *t, int n, const char *code)
{
    return activate_as(t, credit(t, n), code, arena_printf(t->arena, "firm%d", n), PASSWORD);
}

static void log_in(World *t, const char *name)
{
    t->auth[0] = 0;
    assert_int_equal(POST(t, "/api/session",
                          arena_printf(t->arena, "{\"name\":\"%s\",\"password\":\"%s\"}", name, PASSWORD)),
                     200);
    const char *csrf = text_at(t, "csrf");
    Str rest = str_of(header(t, "Set-Cookie")), cookie = str_cut(&rest, ';');
    snprintf(t->auth, sizeof t->auth, "Cookie: %.*s\r\nX-CSRF-Token: %s\r\n", STR_ARG(cookie), csrf);
}

static const char *activation_of(World *t, int n)
{
    assert_int_equal(GET(t, arena_printf(t->arena, "/api/activations?body=E%d", n)), 200);
    assert_int_equal(count_at(t, "items"), 1);
    return text_at(t, "items.0.id");
}

static int act(World *t, int n, const char *action)
{
    const char *id = activation_of(t, n);
    return POST(t, arena_printf(t->arena, "/api/activations/%s/actions/%s", id, action), "{}");
}

/* ---- Told once ---- */

static void nowhere(World *t, const char *code)
{
    static const char *const where[] = {"/api/activations?archived=all", "/api/activations.csv",
                                        "/api/ledger?limit=100", "/api/bodies?limit=100"};
    const char *plain = arena_printf(t->arena, "%.4s%.4s%.4s%.4s", code, code + 5, code + 10, code + 15);
    for (size_t i = 0; i < ARRAY_LEN(where); i++) {
        if (strstr(where[i], "ledger"))
            snprintf(t->auth, sizeof t->auth, "Authorization: Bearer test-token-audit\r\n");
        assert_int_equal(GET(t, where[i]), 200);
        as_root(t);
        assert_null(strstr(t->last.body, code));
        assert_null(strstr(t->last.body, plain));
        assert_null(strstr(t->last.body, activation_hash(t->arena, str_of(code))));
    }
}

static void run_told(DbPool *pool)
{
    World t;
    city_open(&t, pool);
    const char *json = body_json(&t, 1, "enterprise"), *key = "Idempotency-Key: one\r\n";
    assert_int_equal(ask(&t, "POST", "/api/bodies", key, json), 201);
    const char *code = told_code(&t);
    assert_int_equal(strlen(code), 19);
    assert_string_equal(text_at(&t, "told.0.code"), "E1");
    assert_string_equal(header(&t, "Cache-Control"), "no-store");
    assert_int_equal(ask(&t, "POST", "/api/bodies", key, json), 201);
    assert_string_equal(header(&t, "Idempotency-Replayed"), "true");
    assert_null(at(&t, "told"));
    nowhere(&t, code);
    /* Departments and enterprises without a credit code get none. */
    assert_int_equal(POST(&t, "/api/bodies", body_json(&t, 2, "department")), 201);
    assert_null(at(&t, "told"));
    assert_int_equal(POST(&t, "/api/activations", "{\"body\":\"E2\"}"), 422);
    assert_true(has_field(&t, "body", "kind"));
    assert_int_equal(POST(&t, "/api/activations", "{\"body\":\"E1\"}"), 409); /* there is one: renew it */
    /* A change of the enterprise is no new one. */
    assert_int_equal(ask(&t, "PATCH", "/api/bodies/code:E1", "If-Match: *\r\n", "{\"name\":\"企业甲\"}"),
                     200);
    assert_null(at(&t, "told"));
    world_close(&t);
}

static void run_import(DbPool *pool)
{
    World t;
    city_open(&t, pool);
    const char *csv = arena_printf(t.arena,
                                   "code,name,kind,credit_code,district\n"
                                   "E1,企业一,enterprise,%s,320102\n"
                                   "E2,企业二,enterprise,91320100MA00000020,320102\n"
                                   "E3,局三,department,,320102\n"
                                   "E4,企业四,operator,%s,320102\n",
                                   credit(&t, 1), credit(&t, 4));
    const char *type = "Content-Disposition: attachment; filename=\"b.csv\"\r\n";
    assert_false(credit_code_ok(STR("91320100MA00000020")));
    assert_int_equal(ask(&t, "POST", "/api/bodies/import", type, csv), 200);
    assert_int_equal(int_at(&t, "accepted"), 3);
    assert_int_equal(int_at(&t, "rejected"), 1);
    assert_int_equal(count_at(&t, "told"), 2);
    assert_string_equal(text_at(&t, "told.0.code"), "E1");
    assert_string_equal(text_at(&t, "told.1.code"), "E4");
    assert_string_equal(text_at(&t, "told.1.title"), "企业四");
    const char *first = text_at(&t, "told.0.value"), *second = text_at(&t, "told.1.value");
    nowhere(&t, first);
    assert_int_equal(ask(&t, "POST", "/api/bodies/import", type, csv), 200); /* nothing new */
    assert_null(at(&t, "told"));
    assert_int_equal(activate(&t, 4, second), 201);
    assert_int_equal(activate(&t, 1, first), 201);
    world_close(&t);
}

/* ---- Coming in ---- */

/* All of a problem but the number of the request. */
static Str words(World *t)
{
    return str_printf(t->arena, "%s|%s|%s|%s|%d", text_at(t, "code"), text_at(t, "title"),
                      text_at(t, "detail"), text_at(t, "type"), t->last.status);
}

static void same_refusal(World *t, Str *first)
{
    assert_string_equal(text_at(t, "code"), "activate.wrong");
    Str body = words(t);
    if (first->n) assert_true(str_eq(body, *first));
    *first = body;
}

static void run_wrong(DbPool *pool)
{
    World t;
    city_open(&t, pool);
    const char *code = make(&t, 1), *other = make(&t, 2), *late = make(&t, 3), *gone = make(&t, 4);
    Str first = STR_NONE;
    assert_int_equal(activate(&t, 1, "AAAA-BBBB-CCCC-DDDD"), 403);
    same_refusal(&t, &first);
    assert_int_equal(activate(&t, 1, other), 403); /* another's */
    same_refusal(&t, &first);
    assert_int_equal(activate(&t, 77, code), 403); /* no such enterprise */
    same_refusal(&t, &first);
    assert_int_equal(activate_as(&t, "' OR 1=1 --", "x", "firm", PASSWORD), 403);
    same_refusal(&t, &first);
    assert_int_equal(act(&t, 4, "withdraw"), 200);
    assert_int_equal(activate(&t, 4, gone), 403);
    same_refusal(&t, &first);
    assert_int_equal(act(&t, 4, "withdraw"), 409);
    assert_int_equal(act(&t, 3, "renew"), 200);
    const char *fresh = told_code(&t);
    assert_int_equal(activate(&t, 3, late), 403); /* the last one given is the only one */
    same_refusal(&t, &first);
    assert_int_equal(activate(&t, 3, fresh), 201);
    assert_int_equal(activate_as(&t, credit(&t, 3), fresh, "second", PASSWORD), 403); /* single use */
    same_refusal(&t, &first);
    clock_freeze(clock_now() + 31 * MS_DAY);
    assert_int_equal(activate(&t, 2, other), 403);
    same_refusal(&t, &first);
    clock_freeze(TIME_NONE);
    world_close(&t);
}

/* What needs no secret is judged first and costs no attempt; what fails after the secret costs no code. */
static void run_form(DbPool *pool)
{
    World t;
    city_open(&t, pool);
    const char *code = make(&t, 1), *own = make(&t, 2);
    for (int i = 0; i < 8; i++)
        assert_int_equal(activate_as(&t, credit(&t, 1), code, "firm1", "password123"), 422);
    assert_true(has_field(&t, "password", "common"));
    assert_int_equal(activate(&t, 2, own), 201);
    assert_int_equal(activate_as(&t, credit(&t, 1), code, "firm2", PASSWORD), 409);
    assert_true(has_field(&t, "name", "duplicate"));
    char small[32];
    for (size_t i = 0; i <= strlen(code); i++)
        small[i] = code[i] == '-' ? ' ' : code[i] >= 'A' && code[i] <= 'Z' ? (char)(code[i] + 32) : code[i];
    assert_int_equal(activate(&t, 1, small), 201); /* as it is read over the telephone */
    world_close(&t);
}

static void run_guessing(DbPool *pool)
{
    World t;
    city_open(&t, pool);
    const char *code = make(&t, 1), *other = make(&t, 2);
    for (int i = 0; i < 5; i++) assert_int_equal(activate(&t, 1, "AAAA-BBBB-CCCC-DDDD"), 403);
    assert_int_equal(activate(&t, 1, code), 429);
    Str locked = words(&t);
    assert_true(atoi(header(&t, "Retry-After")) > 0);
    /* What is no enterprise locks alike. */
    for (int i = 0; i < 5; i++) assert_int_equal(activate(&t, 99, code), 403);
    assert_int_equal(activate(&t, 99, code), 429);
    assert_true(str_eq(locked, words(&t)));
    assert_int_equal(activate(&t, 2, other), 201); /* the others go on */
    /* The ledger knows of the attempts on the one that exists. */
    const char *id = activation_of(&t, 1);
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/activations/%s/history", id)), 200);
    assert_non_null(strstr(t.last.body, "attempt-failed"));
    clock_freeze(clock_now() + 16 * 60000);
    assert_int_equal(activate(&t, 1, code), 201);
    /* One address that tries many. */
    for (int n = 100; n < 140; n++) assert_int_equal(activate(&t, n, code), 403);
    assert_int_equal(activate(&t, 500, code), 403);
    int status = 0;
    for (int n = 600; n < 612 && status != 429; n++) status = activate(&t, n, code);
    assert_int_equal(status, 429);
    clock_freeze(TIME_NONE);
    world_close(&t);
}

/* ---- Two at once with one code ---- */

typedef struct Rival {
    pthread_t thread;
    int port, status;
    const char *text;
} Rival;

static void *run_rival(void *arg)
{
    Rival *r = arg;
    Reply reply = client_ask(r->port, r->text, strlen(r->text));
    r->status = reply.status;
    reply_free(&reply);
    return NULL;
}

static void run_race(DbPool *pool)
{
    enum { RIVALS = 4 };
    World t;
    Rival rivals[RIVALS];
    int in = 0, out = 0;
    city_open(&t, pool);
    const char *code = make(&t, 1);
    for (int i = 0; i < RIVALS; i++) {
        const char *body =
            arena_printf(t.arena,
                         "{\"credit_code\":\"%s\",\"code\":\"%s\",\"name\":\"rival%d\","
                         "\"full_name\":\"沈晖\",\"phone\":\"13800005678\",\"password\":\"%s\"}",
                         credit(&t, 1), code, i, PASSWORD);
        rivals[i] =
            (Rival){.port = t.port,
                    .text = arena_printf(t.arena,
                                         "POST /api/activate HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                                         "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                         strlen(body), body)};
    }
    for (int i = 0; i < RIVALS; i++)
        assert_int_equal(pthread_create(&rivals[i].thread, NULL, run_rival, &rivals[i]), 0);
    for (int i = 0; i < RIVALS; i++) {
        pthread_join(rivals[i].thread, NULL);
        in += rivals[i].status == 201;
        out += rivals[i].status == 403;
    }
    assert_int_equal(in, 1);
    assert_int_equal(out, RIVALS - 1);
    assert_int_equal(GET(&t, "/api/persons?body=E1"), 200);
    assert_int_equal(int_at(&t, "count"), 1);
    world_close(&t);
}

/* ---- What such an account sees ---- */

static void add_persons(World *t)
{
    assert_int_equal(POST(t, "/api/bodies", body_json(t, 3, "department")), 201);
    for (int n = 1; n <= 3; n++)
        assert_int_equal(POST(t, "/api/persons",
                              arena_printf(t->arena,
                                           "{\"code\":\"P%d\",\"name\":\"人%d\",\"body\":\"E%d\",\"mobile\":"
                                           "\"1390000000%d\"}",
                                           n, n, n, n)),
                         201);
}

static void sees_own(World *t)
{
    assert_int_equal(GET(t, "/api/session"), 200);
    assert_string_equal(text_at(t, "user.reach"), "body");
    assert_string_equal(text_at(t, "user.roles.0"), "enterprise");
    assert_int_equal(count_at(t, "user.roles"), 1);
    assert_string_equal(text_at(t, "user.body.code"), "E1");
    assert_string_equal(text_at(t, "user.district.code"), "320102");
    assert_string_equal(text_at(t, "user.district.name"), "B区");
    assert_string_equal(text_at(t, "user.person.name"), "沈晖");
    assert_string_equal(text_at(t, "user.phone"), "138****5678");
    assert_int_equal(GET(t, "/api/bodies"), 200);
    assert_int_equal(int_at(t, "count"), 1);
    assert_string_equal(text_at(t, "items.0.code"), "E1");
    assert_int_equal(GET(t, "/api/persons?sort=code"), 200);
    assert_int_equal(int_at(t, "count"), 2); /* himself, and the one that the office entered */
    assert_null(strstr(t->last.body, "P2"));
    assert_null(strstr(t->last.body, "P3"));
    assert_int_equal(GET(t, "/api/persons/code:P1"), 200);
    assert_int_equal(GET(t, "/api/persons/code:P2"), 404);
    assert_int_equal(GET(t, "/api/bodies/code:E2"), 404);
    assert_int_equal(GET(t, "/api/search?q=%E4%BA%BA2"), 200);
    assert_int_equal(count_at(t, "items"), 0);
}

static void may_not(World *t)
{
    static const char *const reads[] = {"/api/activations", "/api/users", "/api/tokens", "/api/ledger"};
    for (size_t i = 0; i < ARRAY_LEN(reads); i++) assert_int_equal(GET(t, reads[i]), 403);
    assert_int_equal(POST(t, "/api/activations", "{\"body\":\"E2\"}"), 403);
    assert_int_equal(POST(t, "/api/bodies", "{\"code\":\"X\",\"name\":\"X\",\"kind\":\"other\"}"), 403);
    assert_int_equal(POST(t, "/api/persons/code:P1/unmask", "{\"field\":\"mobile\",\"reason\":\"试试看\"}"),
                     403);
    assert_int_equal(ask(t, "PATCH", "/api/bodies/code:E1", "If-Match: *\r\n", "{\"name\":\"改名\"}"), 403);
}

static void run_account(DbPool *pool)
{
    World t;
    city_open(&t, pool);
    const char *code = make(&t, 1);
    make(&t, 2);
    add_persons(&t);
    assert_int_equal(activate(&t, 1, code), 201);
    assert_string_equal(text_at(&t, "body.name"), "企业1");
    log_in(&t, "firm1");
    sees_own(&t);
    may_not(&t);
    /* Another site's page has the cookie at most. */
    char own[sizeof t.auth];
    memcpy(own, t.auth, sizeof own);
    *strstr(t.auth, "X-CSRF") = 0;
    assert_int_equal(ask(&t, "PATCH", "/api/session/phone", NULL, "{\"phone\":\"13911112222\"}"), 403);
    memcpy(t.auth, own, sizeof own);
    /* He changes his number: account and person, both masked to everybody. */
    assert_int_equal(ask(&t, "PATCH", "/api/session/phone", NULL, "{\"phone\":\"no way\"}"), 422);
    assert_int_equal(ask(&t, "PATCH", "/api/session/phone", NULL, "{\"phone\":\"13911112222\"}"), 204);
    assert_int_equal(GET(&t, "/api/session"), 200);
    assert_string_equal(text_at(&t, "user.phone"), "139****2222");
    as_root(&t);
    assert_int_equal(GET(&t, "/api/persons?account=firm1"), 200);
    assert_string_equal(text_at(&t, "items.0.mobile"), "139****2222");
    assert_int_equal(GET(&t, "/api/users/code:firm1"), 200);
    assert_string_equal(text_at(&t, "person.name"), "沈晖");
    assert_false(at(&t, "must_change")->b);
    /* Who did it stands in the ledger. */
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/activations/%s/history", activation_of(&t, 1))),
                     200);
    assert_string_equal(text_at(&t, "items.0.action"), "activate");
    assert_string_equal(text_at(&t, "items.0.who"), "firm1");
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(told)
BOTH(import)
BOTH(wrong)
BOTH(form)
BOTH(guessing)
BOTH(race)
BOTH(account)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(told),     cmocka_unit_test(import),
                                       cmocka_unit_test(wrong),    cmocka_unit_test(form),
                                       cmocka_unit_test(guessing), cmocka_unit_test(race),
                                       cmocka_unit_test(account)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
