/* Accounts under attack: passwords that are set by others, guessed, reused or grown old; codes that are tried
 * twice; sessions that are planted, listed and ended. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "access/access.h"
#include "test_kernel.h"
#include <liboath/oath.h> /* the other side: an authenticator */

static int log_in_with(World *t, const char *name, const char *password, const char *code, const char *cookie)
{
    snprintf(t->auth, sizeof t->auth, "%s", cookie ? cookie : "");
    const char *more = code ? arena_printf(t->arena, ",\"code\":\"%s\"", code) : "";
    int status =
        POST(t, "/api/session",
             arena_printf(t->arena, "{\"name\":\"%s\",\"password\":\"%s\"%s}", name, password, more));
    if (status != 200) return status;
    const char *csrf = text_at(t, "csrf");
    Str rest = str_of(header(t, "Set-Cookie")), fresh = str_cut(&rest, ';');
    snprintf(t->auth, sizeof t->auth, "Cookie: %.*s\r\nX-CSRF-Token: %s\r\n", STR_ARG(fresh), csrf);
    return status;
}

static int log_in(World *t, const char *name, const char *password)
{
    return log_in_with(t, name, password, NULL, NULL);
}

static void keep(const World *t, char out[512])
{
    memcpy(out, t->auth, sizeof t->auth);
}

static void take(World *t, const char in[512])
{
    memcpy(t->auth, in, sizeof t->auth);
}

static int change(World *t, const char *old, const char *fresh)
{
    return POST(t, "/api/session/password",
                arena_printf(t->arena, "{\"old\":\"%s\",\"new\":\"%s\"}", old, fresh));
}

static void set_policy(World *t, const char *code, int value)
{
    assert_int_equal(GET(t, "/api/policies?limit=100"), 200);
    const char *id = "";
    JSON_EACH(it, at(t, "items"))
    {
        if (str_is(json_str(json_get(it, "code")), code)) id = str_z(t->arena, json_str(json_get(it, "id")));
    }
    assert_int_equal(ask(t, "PATCH", arena_printf(t->arena, "/api/policies/%s", id), "If-Match: *\r\n",
                         arena_printf(t->arena, "{\"value\":%d}", value)),
                     200);
}

/* What somebody else set is good for one thing: to be changed. */
static void run_first_password(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "security", TEST_PASSWORD), 200);
    assert_int_equal(POST(&t, "/api/users",
                          "{\"name\":\"lining\",\"full_name\":\"李宁\",\"roles\":\"office\","
                          "\"password\":\"For the first day\"}"),
                     201);
    assert_true(at(&t, "must_change")->b);
    assert_int_equal(log_in(&t, "lining", "For the first day"), 200);
    assert_true(at(&t, "must_change_password")->b);
    assert_int_equal(GET(&t, "/api/sites"), 403);
    assert_string_equal(text_at(&t, "code"), "session.must_change");
    assert_int_equal(GET(&t, "/api/session"), 200);
    assert_int_equal(change(&t, "For the first day", "For the first day"), 422);
    assert_true(has_field(&t, "new", "reused"));
    assert_int_equal(change(&t, "For the first day", "weak"), 422);
    assert_true(has_field(&t, "new", "length") && has_field(&t, "new", "classes"));
    assert_int_equal(change(&t, "For the first day", "My own words 1"), 204);
    assert_int_equal(GET(&t, "/api/sites"), 200);
    /* The last ones do not come back. */
    assert_int_equal(change(&t, "My own words 1", "My own words 2"), 204);
    assert_int_equal(change(&t, "My own words 2", "My own words 1"), 422);
    assert_true(has_field(&t, "new", "reused"));
    assert_int_equal(change(&t, "My own words 2", "For the first day"), 422);
    world_close(&t);
}

static void run_old_password(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    assert_int_equal(GET(&t, "/api/sites"), 200);
    clock_freeze(clock_now() + 181 * MS_DAY);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    assert_true(at(&t, "must_change_password")->b);
    assert_int_equal(GET(&t, "/api/sites"), 403);
    assert_int_equal(change(&t, TEST_PASSWORD, "Another horse"), 204);
    assert_int_equal(GET(&t, "/api/sites"), 200);
    clock_freeze(TIME_NONE);
    world_close(&t);
}

/* Guessing: through the door by name, by address, and with somebody's open page. */
static void run_guessing(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    for (int i = 0; i < 5; i++) assert_int_equal(change(&t, "Wrong guess 1", "Another horse"), 422);
    assert_int_equal(change(&t, TEST_PASSWORD, "Another horse"), 429);
    char mine[512];
    keep(&t, mine);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 429);
    /* The security administrator lifts it. */
    assert_int_equal(log_in(&t, "security", TEST_PASSWORD), 200);
    assert_int_equal(GET(&t, "/api/users/code:office"), 200);
    assert_true(at(&t, "locked")->b);
    assert_int_equal(POST(&t, "/api/users/code:office/actions/unlock", "{}"), 200);
    set_policy(&t, "lock_address", 8);
    char security[512];
    keep(&t, security);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    for (int i = 0; i < 3; i++)
        assert_int_equal(log_in(&t, arena_printf(t.arena, "nobody%d", i), "Wrong guess 1"), 401);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 429);
    assert_string_equal(text_at(&t, "code"), "session.address_locked");
    take(&t, security);
    set_policy(&t, "lock_address", 0);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    world_close(&t);
}

/* A password drawn by somebody else is told once and opens nothing but its own change. */
static void run_reset(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    char office[512];
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    keep(&t, office);
    const char *path = "/api/users/code:office/actions/reset-password", *key = "Idempotency-Key: again\r\n";
    assert_int_equal(POST(&t, path, "{}"), 403);
    assert_int_equal(log_in(&t, "system", TEST_PASSWORD), 200);
    assert_int_equal(POST(&t, "/api/users/code:security/actions/reset-password", "{}"), 422);
    assert_true(has_field(&t, "password", "separation"));
    assert_int_equal(POST(&t, "/api/users/code:system/actions/reset-password", "{}"), 409); /* one's own */
    assert_int_equal(POST(&t, "/api/users/code:watch/actions/reset-password", "{}"),
                     409); /* a demo account */
    assert_int_equal(ask(&t, "POST", path, key, "{}"), 200);
    const char *fresh = text_at(&t, "told.0.value");
    assert_int_equal(strlen(fresh), 16);
    assert_null(strstr(t.last.body, "argon2"));
    assert_int_equal(ask(&t, "POST", path, key, "{}"), 200);
    assert_null(at(&t, "told"));
    assert_int_equal(GET(&t, "/api/users/code:office/history"), 200);
    assert_null(strstr(t.last.body, fresh));
    take(&t, office);
    assert_int_equal(GET(&t, "/api/session"), 401);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 401);
    assert_int_equal(log_in(&t, "office", fresh), 200);
    assert_true(at(&t, "must_change_password")->b);
    assert_int_equal(GET(&t, "/api/sites"), 403);
    assert_int_equal(change(&t, fresh, "Another horse"), 204);
    assert_int_equal(GET(&t, "/api/sites"), 200);
    world_close(&t);
}

/* A session that an attacker planted in the browser is not the one that the login opens. */
static void run_fixation(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    char planted[512];
    keep(&t, planted);
    *strstr(planted, "X-CSRF") = 0;
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, NULL, planted), 200);
    assert_null(strstr(t.auth, strchr(planted, '=') + 1));
    take(&t, planted);
    assert_int_equal(GET(&t, "/api/session"), 401);
    /* A cookie of the attacker's own making opens nothing and is not taken over. */
    const char *made = "Cookie: anlan_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n";
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, NULL, made), 200);
    assert_null(strstr(t.auth, "AAAAAAAA"));
    snprintf(t.auth, sizeof t.auth, "%s", made);
    assert_int_equal(GET(&t, "/api/session"), 401);
    world_close(&t);
}

static void run_sessions(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    char a[512], b[512], other[512];
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    keep(&t, other);
    assert_int_equal(GET(&t, "/api/sessions"), 200);
    const char *foreign = text_at(&t, "items.0.id");
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    keep(&t, a);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    keep(&t, b);
    assert_int_equal(GET(&t, "/api/sessions"), 200);
    assert_int_equal(count_at(&t, "items"), 2);
    const char *first = text_at(&t, at(&t, "items.0.current")->b ? "items.1.id" : "items.0.id");
    assert_int_equal(ask(&t, "DELETE", arena_printf(t.arena, "/api/sessions/%s", foreign), NULL, NULL), 404);
    assert_int_equal(ask(&t, "DELETE", "/api/sessions/x", NULL, NULL), 404);
    assert_int_equal(ask(&t, "DELETE", arena_printf(t.arena, "/api/sessions/%s", first), NULL, NULL), 204);
    take(&t, a);
    assert_int_equal(GET(&t, "/api/session"), 401);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    keep(&t, a);
    assert_int_equal(POST(&t, "/api/sessions/end-others", "{}"), 204);
    take(&t, b);
    assert_int_equal(GET(&t, "/api/session"), 401);
    take(&t, other);
    assert_int_equal(GET(&t, "/api/session"), 200);
    /* An account that is switched off loses its sessions for good. */
    assert_int_equal(log_in(&t, "security", TEST_PASSWORD), 200);
    const char *any = "If-Match: *\r\n";
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:office", any, "{\"enabled\":false}"), 200);
    char security[512];
    keep(&t, security);
    take(&t, a);
    assert_int_equal(GET(&t, "/api/session"), 401);
    take(&t, security);
    assert_int_equal(ask(&t, "PATCH", "/api/users/code:office", any, "{\"enabled\":true}"), 200);
    assert_int_equal(GET(&t, "/api/users?sort=name"), 200);
    assert_int_equal(count_at(&t, "items"), 5);
    take(&t, a);
    assert_int_equal(GET(&t, "/api/session"), 401);
    world_close(&t);
}

/* ---- Second factor ---- */

static void unbase32(const char *text, unsigned char out[TOTP_SECRET_BYTES])
{
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(oath_base32_decode(text, strlen(text), &bytes, &n), OATH_OK);
    assert_int_equal(n, TOTP_SECRET_BYTES);
    memcpy(out, bytes, n);
    free(bytes);
}

static const char *code_of(World *t, const unsigned char *secret, int64_t at_ms)
{
    char *out = arena_alloc(t->arena, TOTP_DIGITS + 1);
    assert_int_equal(oath_totp_generate((const char *)secret, TOTP_SECRET_BYTES, at_ms / 1000, TOTP_STEP_S, 0,
                                        TOTP_DIGITS, out),
                     OATH_OK);
    return out;
}

static const char *set_up(World *t, unsigned char *secret, int64_t now)
{
    assert_int_equal(POST(t, "/api/session/totp", "{\"password\":\"Wrong guess 1\"}"), 422);
    assert_int_equal(POST(t, "/api/session/totp", "{\"password\":\"" TEST_PASSWORD "\"}"), 200);
    assert_non_null(strstr(t->last.body, "<svg"));
    assert_non_null(strstr(text_at(t, "uri"), "otpauth://totp/Anlan:office?secret="));
    unbase32(text_at(t, "secret"), secret);
    assert_int_equal(POST(t, "/api/session/totp/confirm", "{\"code\":\"000\"}"), 422);
    assert_int_equal(POST(t, "/api/session/totp/confirm",
                          arena_printf(t->arena, "{\"code\":\"%s\"}", code_of(t, secret, now))),
                     200);
    assert_int_equal(count_at(t, "recovery_codes"), 10);
    return text_at(t, "recovery_codes.3");
}

static void run_factor(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    unsigned char secret[TOTP_SECRET_BYTES];
    int64_t now = clock_now();
    clock_freeze(now);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200);
    const char *recovery = set_up(&t, secret, now);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 401);
    assert_string_equal(text_at(&t, "code"), "session.code_required");
    /* The code that confirmed it, and one of yesterday, open nothing. */
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, code_of(&t, secret, now), NULL), 401);
    assert_string_equal(text_at(&t, "code"), "session.code_wrong");
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, code_of(&t, secret, now - MS_DAY), NULL), 401);
    assert_int_equal(log_in_with(&t, "office", "Wrong guess 1", code_of(&t, secret, now + 60000), NULL), 401);
    assert_string_equal(text_at(&t, "code"), "session.wrong");
    now += 60000;
    clock_freeze(now);
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, code_of(&t, secret, now), NULL), 200);
    /* Replayed. */
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, code_of(&t, secret, now), NULL), 401);
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, recovery, NULL), 200);
    assert_int_equal(GET(&t, "/api/session/totp"), 200);
    assert_int_equal(int_at(&t, "recovery_left"), 9);
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, recovery, NULL), 401);
    for (int i = 0; i < 4; i++)
        assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, "AAAAA-AAAAA", NULL), 401);
    assert_int_equal(log_in_with(&t, "office", TEST_PASSWORD, "AAAAA-AAAAA", NULL), 429);
    clock_freeze(TIME_NONE);
    world_close(&t);
}

/* The setting that administrators need one shuts them out of all but setting it up. */
static void run_required(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "security", TEST_PASSWORD), 200);
    set_policy(&t, "totp_admins", 1);
    assert_int_equal(GET(&t, "/api/users"), 403);
    assert_string_equal(text_at(&t, "code"), "session.must_enrol");
    assert_int_equal(GET(&t, "/api/session"), 200);
    assert_true(at(&t, "must_enrol")->b);
    assert_int_equal(POST(&t, "/api/session/totp", "{\"password\":\"" TEST_PASSWORD "\"}"), 200);
    unsigned char secret[TOTP_SECRET_BYTES];
    unbase32(text_at(&t, "secret"), secret);
    assert_int_equal(POST(&t, "/api/session/totp/confirm",
                          arena_printf(t.arena, "{\"code\":\"%s\"}", code_of(&t, secret, clock_now()))),
                     200);
    assert_int_equal(GET(&t, "/api/users"), 200);
    assert_int_equal(log_in(&t, "office", TEST_PASSWORD), 200); /* others are not asked */
    assert_int_equal(GET(&t, "/api/sites"), 200);
    world_close(&t);
}

static void run_policies(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    assert_int_equal(log_in(&t, "system", TEST_PASSWORD), 200);
    assert_int_equal(GET(&t, "/api/policies?limit=100"), 200);
    assert_int_equal(count_at(&t, "items"), POLICY_COUNT);
    const char *path = arena_printf(t.arena, "/api/policies/%s", text_at(&t, "items.0.id"));
    assert_string_equal(text_at(&t, "items.0.code"), "password_min");
    const char *any = "If-Match: *\r\n";
    assert_int_equal(ask(&t, "PATCH", path, any, "{\"value\":12}"), 403);
    assert_int_equal(log_in(&t, "security", TEST_PASSWORD), 200);
    assert_int_equal(ask(&t, "PATCH", path, any, "{\"value\":3}"), 422);
    assert_int_equal(ask(&t, "DELETE", path, NULL, NULL), 409);
    assert_int_equal(ask(&t, "PATCH", path, any, "{\"value\":14}"), 200);
    assert_int_equal(change(&t, TEST_PASSWORD, "Another horse"), 422);
    assert_true(has_field(&t, "new", "length"));
    world_close(&t);
}

/* ---- Delegation ---- */

static const char *delegate(World *t, const char *to, int64_t ends_at, int status)
{
    char until[TIME_TEXT_MAX];
    int got = POST(t, "/api/delegations",
                   arena_printf(t->arena, "{\"to_user\":\"%s\",\"ends_at\":\"%s\",\"reason\":\"休假\"}", to,
                                time_print(ends_at, until)));
    if (got != status) fail_msg("%s: %d %s", to, got, t->last.body);
    return status == 201 ? text_at(t, "id") : "";
}

static int act_for(World *t, const char *id)
{
    return POST(t, "/api/session/acting", arena_printf(t->arena, "{\"delegation\":\"%s\"}", id));
}

static const char delegated_site[] = "{\"code\":\"A-1\",\"name\":\"北站\",\"kind\":\"gas\"}";

/* What is not given: an administrator's powers, another's, for ever. */
static void refused(World *t, int64_t now)
{
    assert_int_equal(log_in(t, "audit", TEST_PASSWORD), 200);
    delegate(t, "watch", now + MS_DAY, 403);
    assert_int_equal(log_in(t, "office", TEST_PASSWORD), 200);
    delegate(t, "system", now + MS_DAY, 422);
    assert_true(has_field(t, "to_user", "separation"));
    delegate(t, "office", now + MS_DAY, 422);
    delegate(t, "watch", now + 31 * MS_DAY, 422);
    delegate(t, "watch", now - MS_DAY, 422);
    assert_int_equal(POST(t, "/api/delegations",
                          "{\"from_user\":\"watch\",\"to_user\":\"office\",\"ends_at\":\"2099-01-01\","
                          "\"reason\":\"代管\"}"),
                     422);
    assert_true(has_field(t, "from_user", "own"));
}

static void acts(World *t, const char *id, int64_t now)
{
    assert_int_equal(POST(t, "/api/sites", delegated_site), 403);
    assert_int_equal(GET(t, "/api/session/delegations"), 200);
    assert_string_equal(text_at(t, "items.0.for"), "office");
    assert_int_equal(act_for(t, "12345"), 403);
    assert_int_equal(act_for(t, "x"), 403);
    assert_int_equal(act_for(t, id), 204);
    assert_int_equal(GET(t, "/api/session"), 200);
    assert_string_equal(text_at(t, "user.name"), "watch");
    assert_string_equal(text_at(t, "user.acting.for"), "office");
    assert_int_equal(POST(t, "/api/sites", delegated_site), 201);
    assert_int_equal(GET(t, "/api/sites/code:A-1/history"), 200);
    assert_string_equal(text_at(t, "items.0.who"), "watch");
    assert_string_equal(text_at(t, "items.0.why"), "代 office");
    assert_int_equal(POST(t, "/test/write", "{}"),
                     403);                    /* the delegator's permissions instead of one's own */
    delegate(t, "office", now + MS_DAY, 403); /* is not passed on */
}

static void run_delegation(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    char office[512], watch[512];
    int64_t now = clock_now();
    refused(&t, now);
    keep(&t, office);
    const char *id = delegate(&t, "watch", now + MS_HOUR, 201);
    assert_int_equal(act_for(&t, id), 403); /* not one's own */
    assert_int_equal(log_in(&t, "watch", TEST_PASSWORD), 200);
    keep(&t, watch);
    acts(&t, id, now);
    /* Over by itself. */
    clock_freeze(now + MS_HOUR + 1);
    assert_int_equal(POST(&t, "/test/write", "{}"), 200);
    assert_int_equal(act_for(&t, id), 403);
    clock_freeze(TIME_NONE);
    assert_int_equal(act_for(&t, id), 204);
    assert_int_equal(POST(&t, "/test/write", "{}"), 403);
    /* Ended by the one who gave it, at once. */
    take(&t, office);
    assert_int_equal(POST(&t, arena_printf(t.arena, "/api/delegations/%s/actions/end", id), "{}"), 200);
    take(&t, watch);
    assert_int_equal(POST(&t, "/test/write", "{}"), 200);
    assert_int_equal(act_for(&t, id), 403);
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(first_password)
BOTH(old_password)
BOTH(guessing)
BOTH(reset)
BOTH(fixation)
BOTH(sessions)
BOTH(factor)
BOTH(required)
BOTH(policies)
BOTH(delegation)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(first_password), cmocka_unit_test(old_password),
                                       cmocka_unit_test(guessing),       cmocka_unit_test(reset),
                                       cmocka_unit_test(fixation),       cmocka_unit_test(sessions),
                                       cmocka_unit_test(factor),         cmocka_unit_test(required),
                                       cmocka_unit_test(policies),       cmocka_unit_test(delegation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
