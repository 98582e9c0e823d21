/* The roster over HTTP and for the clocks, on both databases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_rig.h"

static int64_t id_of(const Json *j)
{
    return strtoll(json_str(json_get(j, "id")).p, NULL, 10);
}

static int64_t user_at(City *c, Arena *a, const char *body, int order, int64_t t)
{
    Ctx ctx;
    Work w;
    Record *owner;
    int64_t user, body_id = 0;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, c->kernel, NULL, "test", false, &w));
    if (body) {
        const Entity *bodies = kernel_entity(c->kernel, "bodies");
        assert_int_equal(store_find(&w, bodies, str_printf(a, "code:%s", body), &owner), 1);
        body_id = owner->id;
    }
    w.now = t;
    Rc rc = shift_on_duty(&w, body_id, order, &user);
    db_test_must(&ctx, rc);
    assert_int_equal(rc, user != 0);
    work_abort(&w);
    return user;
}

static int64_t account(City *c, Arena *a, const char *name)
{
    Ctx ctx;
    Work w;
    Record *rec;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, c->kernel, NULL, "test", false, &w));
    assert_int_equal(store_find(&w, kernel_entity(c->kernel, "users"), str_printf(a, "code:%s", name), &rec),
                     1);
    work_abort(&w);
    return rec->id;
}

static void run_on_duty(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    int64_t day = civil_day_start(civil_day(clock_now()));
    watch_open(a, &c, pool);
    watch_shift(a, &c, "zhang", "first", 0, 12);
    watch_shift(a, &c, "li", "backup", 0, 24);
    watch_shift(a, &c, "li", "first", 12, 24);
    watch_shift(a, &c, "sun", "lead", 0, 24);
    watch_shift(a, &c, "wang", "first", 0, 24);
    assert_int_equal(user_at(&c, a, "JCZX", DUTY_FIRST, day), account(&c, a, "zhang"));
    assert_int_equal(user_at(&c, a, "JCZX", DUTY_FIRST, day + 12 * MS_HOUR - 1), account(&c, a, "zhang"));
    assert_int_equal(user_at(&c, a, "JCZX", DUTY_FIRST, day + 12 * MS_HOUR), account(&c, a, "li"));
    assert_int_equal(user_at(&c, a, "JCZX", DUTY_FIRST, day + 24 * MS_HOUR), 0);
    assert_int_equal(user_at(&c, a, "JCZX", DUTY_BACKUP, day), account(&c, a, "li"));
    assert_int_equal(user_at(&c, a, "JCZX", DUTY_LEAD, day), 0); /* on the roster, without an account */
    assert_int_equal(user_at(&c, a, "GAS", DUTY_FIRST, day), account(&c, a, "wang"));
    assert_int_equal(user_at(&c, a, "GAS", 9, day), 0);
    const Json *j = city_json(a, &c, "GET", "/api/on-duty?body=JCZX", 200, STR_NONE);
    assert_int_equal(json_get(j, "items")->count, 1);
    assert_string_equal(watch_text(a, j, "items.0.body_title"), "市监测中心");
    assert_string_equal(watch_text(a, j, "items.0.phone"), "0510-12345");
    assert_string_equal(watch_text(a, j, "items.0.now.0.phone"), "138****5678");
    const Json *now = watch_at(j, "items.0.now");
    JSON_EACH(d, now)
    assert_true(now->count < 2 || d != now->child || str_is(json_str(json_get(d, "place")), "first"));
    j = city_json(a, &c, "GET", "/api/on-duty", 200, STR_NONE);
    assert_int_equal(json_get(j, "items")->count, 2);
    city_json(a, &c, "GET", "/api/on-duty?body=NOBODY", 422, STR_NONE);
    city_close(&c);
    arena_free(&a);
}

static void run_wrong(DbPool *pool)
{
    static const struct {
        const char *body, *field;
    } cases[] = {
        {"{\"body\":\"JCZX\",\"person\":\"zhang\",\"starts_at\":\"2026-11-22T08:00:00+08:00\",\"ends_at\":"
         "\"2026-11-22T08:00:00+08:00\"}",
         "ends_at"},
        {"{\"body\":\"JCZX\",\"person\":\"zhang\",\"starts_at\":\"2026-11-22T08:00:00+08:00\",\"ends_at\":"
         "\"2026-12-22T08:00:00+08:00\"}",
         "ends_at"},
        {"{\"body\":\"JCZX\",\"starts_at\":\"2026-11-22T08:00:00+08:00\",\"ends_at\":"
         "\"2026-11-22T10:00:00+08:00\"}",
         "person"},
        {"{\"body\":\"JCZX\",\"person\":\"zhang\",\"place\":\"cook\",\"starts_at\":\"2026-11-22T08:00:00+08:"
         "00\","
         "\"ends_at\":\"2026-11-22T10:00:00+08:00\"}",
         "place"},
    };
    Arena *a = arena_new(0);
    City c;
    watch_open(a, &c, pool);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Json *j = city_json(a, &c, "POST", "/api/duty-shifts", 422, str_of(cases[i].body));
        assert_string_equal(watch_text(a, j, "fields.0.field"), cases[i].field);
    }
    c.token = CITY_TOKEN2; /* the system administrator plans nobody's nights */
    city_json(a, &c, "POST", "/api/duty-shifts", 403, str_of(cases[0].body));
    city_close(&c);
    arena_free(&a);
}

static void run_check_and_copy(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    watch_open(a, &c, pool);
    int64_t day = civil_day_start(civil_day(clock_now()));
    Str today = watch_time(a, day), tomorrow = watch_time(a, day + MS_DAY);
    Str later = watch_time(a, day + 7 * MS_DAY);
    watch_shift(a, &c, "zhang", "first", 0, 12);
    assert_true(id_of(watch_shift(a, &c, "li", "first", 11, 20)) > 0);
    const char *check = "/api/duty-shifts/check?body=JCZX&from=%.*s&to=%.*s";
    StrBuf path;
    buf_init(&path, a);
    for (const char *p = arena_printf(a, check, STR_ARG(today), STR_ARG(tomorrow)); *p; p++)
        if (*p == '+') buf_addz(&path, "%2B");
        else buf_addc(&path, *p);
    const Json *j = city_json(a, &c, "GET", str_z(a, buf_str(&path)), 200, STR_NONE);
    assert_int_equal(json_get(j, "items")->count, 2);
    assert_string_equal(watch_text(a, j, "items.0.kind"), "hole");
    assert_string_equal(watch_text(a, j, "items.1.kind"), "overlap");
    city_json(a, &c, "GET", "/api/duty-shifts/check?body=JCZX&from=2026-11-01&to=2027-11-01", 422, STR_NONE);
    city_json(a, &c, "GET", "/api/duty-shifts/check?from=2026-11-01&to=2026-11-02", 422, STR_NONE);
    Str copy = str_printf(a, "{\"body\":\"JCZX\",\"from\":\"%.10s\",\"to\":\"%.10s\"}", today.p, later.p);
    j = city_json(a, &c, "POST", "/api/duty-shifts/copy-week", 200, copy);
    int64_t created = 0, skipped = 0;
    assert_true(json_i64(json_get(j, "created"), &created) && created == 2);
    j = city_json(a, &c, "POST", "/api/duty-shifts/copy-week", 200, copy); /* again: nothing twice */
    assert_true(json_i64(json_get(j, "skipped"), &skipped) && skipped == 2);
    assert_int_equal(user_at(&c, a, "JCZX", DUTY_FIRST, day + 7 * MS_DAY), account(&c, a, "zhang"));
    city_json(a, &c, "POST", "/api/duty-shifts/copy-week", 422,
              STR("{\"body\":\"JCZX\",\"from\":\"x\",\"to\":\"y\"}"));
    city_close(&c);
    arena_free(&a);
}

#define EACH(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
EACH(on_duty)
EACH(wrong)
EACH(check_and_copy)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_on_duty), cmocka_unit_test(test_wrong),
                                       cmocka_unit_test(test_check_and_copy)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
