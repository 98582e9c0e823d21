/* Masked numbers: what they look like, that none leaves the program whole by any road, and that a mask never
 * takes a number's place. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_kernel.h"

static void shapes(void **state)
{
    static const struct {
        const char *plain, *masked;
    } cases[] = {{"13812345678", "138****5678"},
                 {"110101199003070011", "110***********0011"},
                 {"025-55501234", "025*****1234"},
                 {"55501234", "55****34"},
                 {"7654321", "76***21"},
                 {"999", "***"},
                 {"1", "*"},
                 {"", ""},
                 {"电话号码一二三四五六七八", "电话号*****五六七八"}};
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str once = mask_text(a, str_of(cases[i].plain));
        assert_string_equal(str_z(a, once), cases[i].masked);
        assert_string_equal(str_z(a, mask_text(a, once)), cases[i].masked);
    }
    arena_free(&a);
}

#define PHONE  "13812345678"
#define HIDDEN "81234567" /* long enough that no id or hash has it by chance */

static void as(World *t, const char *token)
{
    snprintf(t->auth, sizeof t->auth, "Authorization: Bearer %s\r\n", token);
}

static int change(World *t, int version, const char *body)
{
    const char *match = arena_printf(t->arena, "If-Match: \"%d\"\r\n", version);
    return ask(t, "PATCH", "/api/sites/code:A-1", match, body);
}

static int unmask(World *t, const char *field, const char *reason)
{
    return POST(t, "/api/sites/code:A-1/unmask",
                arena_printf(t->arena, "{\"field\":\"%s\",\"reason\":\"%s\"}", field, reason));
}

static void make(World *t)
{
    assert_int_equal(POST(t, "/api/sites",
                          "{\"code\":\"A-1\",\"name\":\"北站\",\"kind\":\"gas\",\"phone\":\"" PHONE "\"}"),
                     201);
    assert_string_equal(text_at(t, "phone"), "138****5678");
}

/* Every road on which a record leaves. */
static void run_roads(DbPool *pool)
{
    static const char *const roads[] = {"/api/sites",          "/api/sites/code:A-1",
                                        "/api/sites.csv",      "/api/sites/code:A-1/history",
                                        "/api/sites?q=" PHONE, "/api/sites?q=2345"};
    static const char *const probes[] = {"/api/sites?phone=" PHONE, "/api/sites?phone.ne=1",
                                         "/api/sites?sort=phone", "/api/sites?sort=-phone",
                                         "/api/sites?phone.in=" PHONE};
    World t;
    world_open(&t, pool);
    world_people(&t);
    make(&t);
    for (size_t i = 0; i < ARRAY_LEN(roads); i++) {
        assert_int_equal(GET(&t, roads[i]), 200);
        assert_null(strstr(t.last.body, HIDDEN));
    }
    assert_int_equal(GET(&t, "/api/sites?q=" PHONE), 200);
    assert_int_equal(int_at(&t, "count"), 0);
    for (size_t i = 0; i < ARRAY_LEN(probes); i++) assert_int_equal(GET(&t, probes[i]), 422);
    Work w;
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "cli", true, &w));
    const char *token;
    db_test_must(&t.ctx, token_add(&w, "auditor", "audit", "test-token-audit", false, &token));
    db_test_must(&t.ctx, work_commit(&w));
    as(&t, "test-token-audit");
    assert_int_equal(GET(&t, "/api/ledger"), 200);
    assert_null(strstr(t.last.body, HIDDEN));
    assert_non_null(strstr(t.last.body, "138****5678"));
    world_close(&t);
}

/* What comes back from a form does not overwrite; what looks like a mask and is none is refused. */
static void run_back(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make(&t);
    assert_int_equal(change(&t, 1, "{\"phone\":\"138****5678\",\"name\":\"南站\"}"), 200);
    assert_int_equal(change(&t, 2, "{\"phone\":\"139****5678\"}"), 422);
    assert_true(has_field(&t, "phone", "masked"));
    assert_int_equal(POST(&t, "/api/sites",
                          "{\"code\":\"A-2\",\"name\":\"北站\",\"kind\":\"gas\",\"phone\":\"138****5678\"}"),
                     422);
    as(&t, "test-token-watch");
    assert_int_equal(unmask(&t, "phone", "通知到场"), 200);
    assert_string_equal(text_at(&t, "value"), PHONE);
    /* An export that is edited and imported again keeps the numbers. */
    as(&t, TEST_TOKEN);
    assert_int_equal(POST(&t, "/api/sites/import", "code,name,phone\nA-1,东站,138****5678\n"), 200);
    assert_int_equal(int_at(&t, "accepted"), 1);
    assert_int_equal(POST(&t, "/api/sites/import", "code,name,phone\nA-1,东站,130****5678\n"), 200);
    assert_int_equal(int_at(&t, "rejected"), 1);
    assert_int_equal(POST(&t, "/api/sites/import", "code,name,kind,phone\nA-9,西站,gas,130****5678\n"), 200);
    assert_int_equal(int_at(&t, "rejected"), 1);
    as(&t, "test-token-watch");
    assert_int_equal(unmask(&t, "phone", "通知到场"), 200);
    assert_string_equal(text_at(&t, "value"), PHONE);
    world_close(&t);
}

static void run_look(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make(&t);
    assert_int_equal(unmask(&t, "phone", "通知到场"), 403); /* may write, may not see */
    as(&t, "test-token-watch");
    assert_int_equal(unmask(&t, "phone", ""), 422);
    assert_int_equal(unmask(&t, "pin", "通知到场"), 422);
    assert_int_equal(unmask(&t, "name", "通知到场"), 422);
    assert_int_equal(POST(&t, "/api/sites/code:NO/unmask", "{\"field\":\"phone\",\"reason\":\"通知\"}"), 404);
    assert_int_equal(unmask(&t, "phone", "通知到场"), 200);
    assert_string_equal(header(&t, "Cache-Control"), "no-store");
    assert_int_equal(GET(&t, "/api/sites/code:A-1/history"), 200);
    assert_string_equal(text_at(&t, "items.0.action"), "unmask");
    assert_string_equal(text_at(&t, "items.0.who"), "watch-token");
    assert_string_equal(text_at(&t, "items.0.why"), "通知到场");
    assert_string_equal(text_at(&t, "items.0.changes.0.field"), "phone");
    assert_string_equal(text_at(&t, "items.0.changes.0.after"), "138****5678");
    /* Only entities that mask have the route. */
    assert_int_equal(POST(&t, "/api/gauges/1/unmask", "{\"field\":\"code\",\"reason\":\"通知\"}"), 404);
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(roads)
BOTH(back)
BOTH(look)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shapes), cmocka_unit_test(roads),
                                       cmocka_unit_test(back), cmocka_unit_test(look)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
