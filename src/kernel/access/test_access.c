/* Who may come in: sessions, tokens, permissions, lock-out, the three administrators, meta and the other
 * documents. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_kernel.h"

static int log_in(World *t, const char *name, const char *password)
{
    t->auth[0] = 0;
    int status = POST(t, "/api/session",
                      arena_printf(t->arena, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password));
    if (status != 200) return status;
    const char *csrf = text_at(t, "csrf");
    Str rest = str_of(header(t, "Set-Cookie")), cookie = str_cut(&rest, ';');
    snprintf(t->auth, sizeof t->auth, "Cookie: %.*s\r\nX-CSRF-Token: %s\r\n", STR_ARG(cookie), csrf);
    return status;
}

/* The same cookie without the CSRF token. */
static void drop_csrf(World *t)
{
    *strstr(t->auth, "X-CSRF-Token") = 0;
}

static void run_session(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    t.auth[0] = 0;
    assert_int_equal(GET(&t, "/api/session"), 401);
    assert_non_null(strstr(header(&t, "Content-Type"), "application/problem+json"));
    assert_int_equal(GET(&t, "/api/sites"), 401);
    assert_int_equal(POST(&t, "/api/session", "{\"name\":\"watch\"}"), 422);
    assert_int_equal(POST(&t, "/api/session", "{\"name\":\"watch\",\"password\":\"x\",\"y\":1}"), 422);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    assert_string_equal(text_at(&t, "user.roles.0"), "watch");
    assert_non_null(strstr(t.last.head, "HttpOnly"));
    assert_non_null(strstr(t.last.head, "SameSite=Strict"));
    assert_non_null(strstr(t.last.body, "gauge.pause"));
    assert_null(strstr(t.last.body, "site.write"));
    assert_int_equal(GET(&t, "/api/session"), 200);
    assert_non_null(strstr(t.auth, text_at(&t, "csrf")));
    assert_int_equal(GET(&t, "/api/sites"), 200);
    assert_int_equal(POST(&t, "/api/sites", "{}"), 403);
    assert_int_equal(POST(&t, "/test/write", "{}"), 200);
    drop_csrf(&t);
    assert_int_equal(POST(&t, "/test/write", "{}"),
                     403); /* a session is a session also where machines write */
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    make_site(&t, "A-1", "北站");
    drop_csrf(&t);
    assert_int_equal(GET(&t, "/api/sites"), 200);
    assert_int_equal(POST(&t, "/api/sites", "{\"code\":\"A-2\",\"name\":\"北站\",\"kind\":\"gas\"}"), 403);
    assert_string_equal(text_at(&t, "code"), "session.csrf");
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    assert_int_equal(ask(&t, "DELETE", "/api/session", NULL, NULL), 204);
    assert_int_equal(GET(&t, "/api/session"), 401);
    world_close(&t);
}

static void run_idle(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    int64_t now = clock_now();
    clock_freeze(now + 11 * MS_HOUR);
    assert_int_equal(GET(&t, "/api/session"), 200);
    clock_freeze(now + 24 * MS_HOUR);
    assert_int_equal(GET(&t, "/api/session"), 401);
    clock_freeze(TIME_NONE);
    world_close(&t);
}

static void run_lockout(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    for (int i = 0; i < 5; i++) assert_int_equal(log_in(&t, "watch", "wrong password"), 401);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 429);
    assert_string_equal(header(&t, "Retry-After"), "900");
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    /* A name that does not exist is locked all the same. */
    for (int i = 0; i < 5; i++) assert_int_equal(log_in(&t, "nobody", "wrong password"), 401);
    assert_int_equal(log_in(&t, "nobody", "wrong password"), 429);
    clock_freeze(clock_now() + 16 * MS_MINUTE);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    clock_freeze(TIME_NONE);
    world_close(&t);
}

static const char *basic(World *t, const char *plain)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    StrBuf b;
    buf_init(&b, t->arena);
    size_t n = strlen(plain);
    for (size_t i = 0; i < n; i += 3) {
        unsigned v = (unsigned)(unsigned char)plain[i] << 16;
        if (i + 1 < n) v |= (unsigned)(unsigned char)plain[i + 1] << 8;
        if (i + 2 < n) v |= (unsigned)(unsigned char)plain[i + 2];
        for (unsigned k = 0; k < 4; k++) buf_addc(&b, i + k <= n ? digits[v >> (18 - 6 * k) & 63] : '=');
    }
    return str_z(t->arena, buf_str(&b));
}

static void run_tokens(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    const char *good = "test-token-watch";
    const struct {
        const char *path, *header;
        int status;
    } cases[] = {
        {"/test/write", arena_printf(t.arena, "Authorization: Bearer %s\r\n", good), 200},
        {"/test/write", arena_printf(t.arena, "Authorization: bearer %s\r\n", good), 200},
        {"/test/write", arena_printf(t.arena, "Authorization: Token %s\r\n", good), 200},
        {"/test/write", arena_printf(t.arena, "Authorization: Basic %s\r\n", basic(&t, "x:test-token-watch")),
         200},
        {"/test/write?u=x&p=test-token-watch", "", 200},
        {"/test/direct?p=test-token-watch", "", 200},
        {"/test/direct", "Authorization: Token wrong\r\n", 401},
        {"/test/write", "Authorization: Bearer wrong\r\n", 401},
        {"/test/write", "Authorization: Basic !!!\r\n", 401},
        {"/test/write", "", 401},
        {"/test/write", "Authorization: Bearer " TEST_TOKEN "\r\n", 403}, /* the office may not pause */
        {"/api/sites", arena_printf(t.arena, "Authorization: Token %s\r\n", good), 401}, /* not here */
        {"/api/sites?p=test-token-watch", "", 401},
        {"/api/sites", arena_printf(t.arena, "Authorization: Bearer %s\r\n", good), 403},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        snprintf(t.auth, sizeof t.auth, "%s", cases[i].header);
        int status = POST(&t, cases[i].path, "{}");
        if (status != cases[i].status) fail_msg("case %zu: %d %s", i, status, t.last.body);
    }
    t.auth[0] = 0;
    assert_int_equal(POST(&t, "/test/write", ""), 401);
    assert_non_null(strstr(header(&t, "WWW-Authenticate"), "Basic"));
    world_close(&t);
}

static void run_token_life(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "security", TEST_PASSWORD), 200);
    char session[512];
    memcpy(session, t.auth, sizeof session);
    assert_int_equal(POST(&t, "/api/tokens", "{\"name\":\"gate\",\"roles\":\"watch flyer\"}"), 422);
    assert_true(has_field(&t, "roles", "dictionary"));
    assert_int_equal(POST(&t, "/api/tokens", "{\"name\":\"gate\",\"roles\":\"watch\",\"hash\":\"x\"}"), 422);
    assert_int_equal(POST(&t, "/api/tokens", "{\"name\":\"gate\",\"roles\":\"watch\"}"), 201);
    const char *id = text_at(&t, "id"), *token = text_at(&t, "token");
    assert_int_equal(GET(&t, "/api/tokens/code:gate"), 200);
    assert_null(strstr(t.last.body, "hash"));
    snprintf(t.auth, sizeof t.auth, "Authorization: Bearer %s\r\n", token);
    assert_int_equal(GET(&t, "/api/sites"), 200);
    assert_int_equal(ask(&t, "DELETE", "/api/tokens/code:gate", NULL, NULL), 403);
    memcpy(t.auth, session, sizeof session);
    assert_int_equal(ask(&t, "DELETE", arena_printf(t.arena, "/api/tokens/%s", id), NULL, NULL), 204);
    snprintf(t.auth, sizeof t.auth, "Authorization: Bearer %s\r\n", token);
    assert_int_equal(GET(&t, "/api/sites"), 401); /* at once, though it was seen before */
    memcpy(t.auth, session, sizeof session);
    assert_int_equal(
        POST(&t, "/api/tokens", "{\"name\":\"brief\",\"roles\":\"watch\",\"expires_at\":\"2020-01-01\"}"),
        201);
    snprintf(t.auth, sizeof t.auth, "Authorization: Bearer %s\r\n", text_at(&t, "token"));
    assert_int_equal(GET(&t, "/api/sites"), 401);
    world_close(&t);
}

/* Nobody does another administrator's work, and what changes is felt at once. */
static void run_administrators(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "system", TEST_PASSWORD), 200);
    const char *user =
        "{\"name\":\"li\",\"full_name\":\"李\",\"roles\":\"watch\",\"password\":\"A long enough one\"}";
    assert_int_equal(POST(&t, "/api/users", user), 422);
    assert_true(has_field(&t, "roles", "readonly"));
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    assert_int_equal(GET(&t, "/api/users"), 403);
    assert_int_equal(log_in(&t, "security", TEST_PASSWORD), 200);
    char security[512];
    memcpy(security, t.auth, sizeof security);
    assert_int_equal(POST(&t, "/api/users",
                          "{\"name\":\"li\",\"full_name\":\"李\",\"roles\":\"system audit\",\"password\":\"a "
                          "long enough one\"}"),
                     422);
    assert_true(has_field(&t, "roles", "separation"));
    assert_int_equal(
        POST(&t, "/api/users",
             "{\"name\":\"li\",\"full_name\":\"李\",\"roles\":\"watch\",\"password\":\"short\"}"),
        422);
    assert_true(has_field(&t, "password", "length"));
    assert_int_equal(POST(&t, "/api/users", user), 201);
    assert_null(strstr(t.last.body, "\"password\""));
    assert_int_equal(GET(&t, "/api/users/code:li/history"), 200);
    assert_null(strstr(t.last.body, "A long enough one"));
    assert_null(strstr(t.last.body, "argon2"));
    assert_int_equal(log_in(&t, "li", "A long enough one"), 200);
    assert_int_equal(
        POST(&t, "/api/session/password", "{\"old\":\"A long enough one\",\"new\":\"Words of my own\"}"),
        204);
    char li[512];
    memcpy(li, t.auth, sizeof li);
    assert_int_equal(GET(&t, "/api/sites"), 200);
    memcpy(t.auth, security, sizeof security);
    assert_int_equal(
        ask(&t, "PATCH", "/api/grants/code:watch:site.read", "If-Match: *\r\n", "{\"granted\":false}"), 200);
    memcpy(t.auth, li, sizeof li);
    assert_int_equal(GET(&t, "/api/sites"), 403);
    memcpy(t.auth, security, sizeof security);
    assert_int_equal(POST(&t, "/api/grants", "{\"role\":\"watch\",\"perm\":\"no.such\"}"), 422);
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:li", "If-Match: *\r\n", "{\"enabled\":false}"), 200);
    memcpy(t.auth, li, sizeof li);
    assert_int_equal(GET(&t, "/api/session"), 401);
    world_close(&t);
}

/* The system administrator edits accounts and must not become another administrator by it. */
static void run_hold(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    char watch[512];
    memcpy(watch, t.auth, sizeof watch);
    assert_int_equal(log_in(&t, "system", TEST_PASSWORD), 200);
    const char *any = "If-Match: *\r\n", *fresh = "{\"password\":\"Battery staple\"}";
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:security", any, fresh), 422);
    assert_true(has_field(&t, "password", "separation"));
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:audit", any, "{\"enabled\":false}"), 422);
    assert_true(has_field(&t, "enabled", "separation"));
    assert_int_equal(ask(&t, "DELETE", "/api/users/code:audit", NULL, NULL), 422);
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:audit", any, "{\"phone\":\"110\"}"), 200);
    /* A password reset ends what the old one opened. */
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:watch", any, fresh), 200);
    memcpy(t.auth, watch, sizeof watch);
    assert_int_equal(GET(&t, "/api/session"), 401);
    assert_int_equal(log_in(&t, "security", TEST_PASSWORD), 200);
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:security", any, "{\"enabled\":false}"), 422);
    assert_int_equal(ask(&t, "DELETE", "/api/users/code:security", NULL, NULL), 422);
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:system", any, fresh), 200);
    /* null brings the fallback back, it does not disable. */
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:watch", any, "{\"enabled\":null}"), 200);
    assert_true(at(&t, "enabled")->b);
    /* What the program alone writes has nothing to import. */
    assert_int_equal(GET(&t, "/api/tokens/import-template"), 404);
    world_close(&t);
}

static void run_password(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    char other[512];
    memcpy(other, t.auth, sizeof other);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    assert_int_equal(POST(&t, "/api/session/password", "{\"old\":\"wrong\",\"new\":\"Battery staple\"}"),
                     422);
    assert_int_equal(
        POST(&t, "/api/session/password", "{\"old\":\"" TEST_PASSWORD "\",\"new\":\"Battery staple\"}"), 204);
    assert_int_equal(GET(&t, "/api/session"), 200);
    memcpy(t.auth, other, sizeof other);
    assert_int_equal(GET(&t, "/api/session"), 401);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 401);
    assert_int_equal(log_in(&t, "watch", "Battery staple"), 200);
    world_close(&t);
}

static const Json *entity_of(World *t, const char *plural)
{
    JSON_EACH(e, at(t, "entities"))
    {
        if (str_is(json_str(json_get(e, "plural")), plural)) return e;
    }
    return NULL;
}

static void run_documents(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    assert_int_equal(GET(&t, "/api/meta"), 200);
    const Json *sites = entity_of(&t, "sites");
    assert_non_null(sites);
    assert_true(json_get(sites, "can_write")->b);
    assert_null(entity_of(&t, "users"));
    const Json *gauge = entity_of(&t, "gauges");
    assert_false(json_get(json_get(gauge, "actions")->child, "can")->b);
    assert_string_equal(text_at(&t, "dicts.site_kind.entries.0.code"), "gas");
    assert_string_equal(text_at(&t, "dicts.site_kind.entries.0.label.zh"), "燃气");
    assert_string_equal(text_at(&t, "dicts.site_kind.entries.0.extra.colour"), "yellow");
    assert_int_equal(GET(&t, "/api/openapi.json"), 200);
    assert_string_equal(text_at(&t, "openapi"), "3.1.0");
    const Json *paths = at(&t, "paths");
    assert_non_null(json_get(json_get(paths, "/api/gauges/{id}/actions/pause"), "post"));
    assert_non_null(json_get(json_get(paths, "/api/sites/{id}"), "patch"));
    assert_int_equal(GET(&t, "/metrics"), 403);
    assert_int_equal(GET(&t, "/api/ledger"), 403);
    assert_int_equal(GET(&t, "/api/health"), 200);
    assert_non_null(at(&t, "database"));
    t.auth[0] = 0;
    assert_int_equal(GET(&t, "/api/health"), 200);
    assert_string_equal(text_at(&t, "status"), "ok");
    assert_null(at(&t, "database"));
    assert_int_equal(GET(&t, "/api/hello"), 200);
    assert_false(at(&t, "demo")->b);
    assert_null(at(&t, "token"));
    assert_int_equal(GET(&t, "/api/openapi.json"), 401);
    world_close(&t);
}

static void run_dictionary(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    assert_int_equal(
        POST(&t, "/api/dict-entries",
             "{\"dict\":\"site_kind\",\"code\":\"heat\",\"label_zh\":\"供热\",\"valid_to\":\"2026-01-01\"}"),
        201);
    assert_false(dict_has(t.kernel, "site_kind", STR("heat"))); /* over */
    assert_int_equal(
        ask(&t, "PATCH", "/api/dict-entries/code:site_kind:heat", "If-Match: *\r\n", "{\"valid_to\":null}"),
        200);
    assert_true(dict_has(t.kernel, "site_kind", STR("heat")));
    assert_string_equal(dict_label(t.kernel, "site_kind", STR("heat"), LANG_ZH), "供热");
    const char *old = dict_label(t.kernel, "site_kind", STR("gas"), LANG_EN);
    assert_int_equal(ask(&t, "PATCH", "/api/dict-entries/code:site_kind:gas", "If-Match: *\r\n",
                         "{\"label_en\":\"Town gas\"}"),
                     200);
    assert_string_equal(dict_label(t.kernel, "site_kind", STR("gas"), LANG_EN), "Town gas");
    assert_string_equal(old, "Gas"); /* still readable */
    assert_int_equal(ask(&t, "DELETE", "/api/dict-entries/code:site_kind:water", NULL, NULL), 204);
    assert_null(dict_label(t.kernel, "site_kind", STR("water"), LANG_EN));
    assert_int_equal(
        POST(&t, "/api/dict-entries", "{\"dict\":\"role\",\"code\":\"chief\",\"label_zh\":\"长\"}"), 422);
    assert_int_equal(
        POST(&t, "/api/dict-entries", "{\"dict\":\"none\",\"code\":\"chief\",\"label_zh\":\"长\"}"), 422);
    assert_int_equal(ask(&t, "DELETE", "/api/dict-entries/code:role:watch", NULL, NULL), 409);
    assert_int_equal(
        ask(&t, "PATCH", "/api/dict-entries/code:role:watch", "If-Match: *\r\n", "{\"label_zh\":\"值守\"}"),
        200);
    /* Opened again: edits and archived entries stay. */
    http_stop(&t.server);
    kernel_close(&t.kernel);
    world_open_kernel(&t);
    world_serve(&t);
    assert_string_equal(dict_label(t.kernel, "role", STR("watch"), LANG_ZH), "值守");
    assert_false(dict_has(t.kernel, "site_kind", STR("water")));
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(session)
BOTH(idle)
BOTH(lockout)
BOTH(tokens)
BOTH(token_life)
BOTH(administrators)
BOTH(hold)
BOTH(password)
BOTH(documents)
BOTH(dictionary)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(session),    cmocka_unit_test(idle),
                                       cmocka_unit_test(lockout),    cmocka_unit_test(tokens),
                                       cmocka_unit_test(token_life), cmocka_unit_test(administrators),
                                       cmocka_unit_test(hold),       cmocka_unit_test(password),
                                       cmocka_unit_test(documents),  cmocka_unit_test(dictionary)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
