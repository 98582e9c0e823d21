/* A shift passes to its successor: the log, the frozen list, the signature of the one person, on both
 * databases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_rig.h"
#include "kernel/limit.h"

static char cookie[512];

/* A session instead of the token: handovers are for persons. */
static void log_in(Arena *a, City *c, const char *name)
{
    char value[512];
    Str body = str_printf(a, "{\"name\":\"%s\",\"password\":\"Correct horse\"}", name);
    Reply r = city_ask(c, "POST", "/api/session", "Content-Type: application/json\r\n", body);
    assert_int_equal(r.status, 200);
    Ctx ctx;
    const Json *j;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, json_parse(&ctx, str_copy(a, str_n(r.body, r.n)), &j));
    assert_true(head_value(r.head, "Set-Cookie", value, sizeof value));
    Str rest = str_of(value), first = str_cut(&rest, ';');
    Str csrf = json_str(json_get(j, "csrf"));
    snprintf(cookie, sizeof cookie, "Cookie: %.*s\r\nX-CSRF-Token: %.*s\r\n", STR_ARG(first), STR_ARG(csrf));
    reply_free(&r);
}

static const Json *act(Arena *a, City *c, const char *method, const char *path, int status, const char *body)
{
    Ctx ctx;
    const Json *j = NULL;
    ctx_init(&ctx, a, LANG_EN);
    const char *text = body ? body : "";
    const char *request = arena_printf(a,
                                       "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%sContent-Type: "
                                       "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                       method, path, cookie, strlen(text), text);
    Reply r = client_ask(c->port, request, strlen(request));
    if (r.status != status) fail_msg("%s %s: %d, expected %d\n%s", method, path, r.status, status, r.body);
    if (r.n) db_test_must(&ctx, json_parse(&ctx, str_copy(a, str_n(r.body, r.n)), &j));
    reply_free(&r);
    return j;
}

static void place(Arena *a, City *c, const char *user)
{
    Ctx ctx;
    Work w;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, c->kernel, NULL, "test", true, &w));
    db_test_must(&ctx, user_place(&w, user, "JCZX", NULL));
    db_test_must(&ctx, work_commit(&w));
}

static int64_t count_in(const Json *j, const char *section)
{
    int64_t n = -1;
    json_i64(json_get(json_get(json_get(j, "snapshot"), section), "count"), &n);
    return n;
}

/* Handovers on one's own desk, by the page and by its count. */
static int64_t waiting(Arena *a, City *c)
{
    const Json *desk = act(a, c, "GET", "/api/desk?box=todo&entity=handovers", 200, NULL);
    int64_t count = -1;
    json_i64(json_get(desk, "count"), &count);
    assert_int_equal(count, (int64_t)json_get(desk, "items")->count);
    return count;
}

static void run_handover(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    watch_open(a, &c, pool);
    place(a, &c, "zhang");
    place(a, &c, "li");
    watch_shift(a, &c, "zhang", "first", 0, 24);
    log_in(a, &c, "zhang");
    act(a, &c, "POST", "/api/shift-logs", 201,
        "{\"body\":\"JCZX\",\"kind\":\"call\",\"text\":\"燃气公司来电，已到场\"}");
    act(a, &c, "POST", "/api/handovers", 422, "{\"body\":\"JCZX\",\"successor\":\"sun\"}");   /* no account */
    act(a, &c, "POST", "/api/handovers", 422, "{\"body\":\"JCZX\",\"successor\":\"zhang\"}"); /* himself */
    const Json *h = act(a, &c, "POST", "/api/handovers", 201,
                        "{\"body\":\"JCZX\",\"successor\":\"li\",\"summary\":\"3 号站检修\"}");
    const char *path = arena_printf(a, "/api/handovers/%s", watch_text(a, h, "id"));
    assert_string_equal(watch_text(a, h, "state"), "drafted");
    Str end = watch_time(a, civil_day_start(civil_day(clock_now()) + 1));
    assert_string_equal(watch_text(a, h, "shift_to"), str_z(a, end));
    act(a, &c, "POST", arena_printf(a, "%s/actions/sign", path), 409, "{}");
    h = act(a, &c, "POST", arena_printf(a, "%s/actions/hand-over", path), 200, "{}");
    assert_int_equal(count_in(h, "log"), 1);
    assert_int_equal(count_in(h, "matters"), 0);
    assert_int_equal(waiting(a, &c), 0); /* both are of the same body: it waits for the successor alone */
    act(a, &c, "POST", arena_printf(a, "%s/actions/sign", path), 403, "{}"); /* not his to sign */
    h = act(a, &c, "GET", path, 200, NULL);
    JSON_EACH(offered, json_get(h, "actions"))
    {
        assert_false(str_is(json_str(offered), "sign") || str_is(json_str(offered), "refuse"));
    }
    act(a, &c, "POST", "/api/shift-logs", 201, "{\"body\":\"JCZX\",\"text\":\"交班之后\"}");
    log_in(a, &c, "li");
    assert_int_equal(waiting(a, &c), 1);
    const Json *notices = act(a, &c, "GET", "/api/notifications", 200, NULL);
    assert_int_equal(json_get(notices, "items")->count, 1);
    act(a, &c, "POST", arena_printf(a, "%s/actions/refuse", path), 422, "{}"); /* why? */
    h = act(a, &c, "POST", arena_printf(a, "%s/actions/refuse", path), 200, "{\"reason\":\"漏了两台设备\"}");
    assert_string_equal(watch_text(a, h, "state"), "drafted");
    assert_string_equal(watch_text(a, h, "refusal"), "漏了两台设备");
    assert_int_equal(waiting(a, &c), 0);
    log_in(a, &c, "zhang");
    assert_int_equal(waiting(a, &c), 1);
    h = act(a, &c, "POST", arena_printf(a, "%s/actions/hand-over", path), 200, "{}");
    assert_int_equal(count_in(h, "log"), 2);
    log_in(a, &c, "li");
    h = act(a, &c, "POST", arena_printf(a, "%s/actions/sign", path), 200, "{}");
    assert_string_equal(watch_text(a, h, "state"), "signed");
    assert_int_equal(count_in(h, "log"), 2);
    act(a, &c, "POST", arena_printf(a, "%s/actions/sign", path), 409, "{}");
    /* Signed for: not changed any more, and another's entry is not his. */
    char tag[64];
    snprintf(tag, sizeof tag, "If-Match: *\r\n");
    strncat(cookie, tag, sizeof cookie - strlen(cookie) - 1);
    act(a, &c, "PATCH", path, 422, "{\"summary\":\"改一改\"}");
    const Json *log = act(a, &c, "GET", "/api/shift-logs", 200, NULL);
    assert_int_equal(json_get(log, "items")->count, 2);
    act(a, &c, "PATCH", arena_printf(a, "/api/shift-logs/%s", watch_text(a, log, "items.0.id")), 409,
        "{\"text\":\"改一改\"}");
    city_close(&c);
    arena_free(&a);
}

/* The clock of the signature runs from the end of the shift, not from an early hand-over. */
static void run_clock(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    Ctx ctx;
    Work w;
    Clock clock;
    Record *rec;
    ctx_init(&ctx, a, LANG_EN);
    watch_open(a, &c, pool);
    place(a, &c, "zhang");
    watch_shift(a, &c, "zhang", "first", 0, 24);
    log_in(a, &c, "zhang");
    const Json *h = act(a, &c, "POST", "/api/handovers", 201, "{\"body\":\"JCZX\",\"successor\":\"li\"}");
    const char *id = watch_text(a, h, "id");
    act(a, &c, "POST", arena_printf(a, "/api/handovers/%s/actions/hand-over", id), 200, "{}");
    db_test_must(&ctx, work_begin_as(&ctx, c.kernel, NULL, "test", false, &w));
    assert_int_equal(store_find(&w, &handover_entity, str_of(id), &rec), 1);
    assert_int_equal(clock_find(&w, &handover_entity, rec->id, "handover.sign", &clock), 1);
    int64_t end = civil_day_start(civil_day(clock_now()) + 1);
    assert_int_equal(clock.started_at, end);
    assert_int_equal(clock.due_at, end + 30 * MS_MINUTE);
    work_abort(&w);
    city_close(&c);
    arena_free(&a);
}

#define EACH(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
EACH(handover)
EACH(clock)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_handover), cmocka_unit_test(test_clock)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
