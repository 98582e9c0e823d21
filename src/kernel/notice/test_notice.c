/* Notices in the page on both databases: whose they are, what is read, whose pages are told. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_kernel.h"
#include "base/clock.h"
#include "kernel/notice.h"
#include "kernel_int.h"

static int64_t user_id(World *t, const char *name)
{
    Work w;
    Record *rec;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", false, &w));
    const Entity *e = kernel_entity(t->kernel, "users");
    assert_int_equal(store_find(&w, e, str_printf(t->arena, "code:%s", name), &rec), 1);
    work_abort(&w);
    return rec->id;
}

static void tell(World *t, int64_t user, const char *title, bool keep)
{
    Work w;
    Notice n = {.user = user, .kind = "urge", .grade = 2, .title = str_of(title), .text = STR("请签收")};
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
    db_test_must(&t->ctx, notice_send(&w, &n));
    if (keep) db_test_must(&t->ctx, work_commit(&w));
    else work_abort(&w);
}

static void log_in(World *t, const char *name)
{
    t->auth[0] = 0;
    assert_int_equal(
        POST(t, "/api/session",
             arena_printf(t->arena, "{\"name\":\"%s\",\"password\":\"%s\"}", name, TEST_PASSWORD)),
        200);
    const char *csrf = arena_strdup(t->arena, text_at(t, "csrf"));
    Str rest = str_of(header(t, "Set-Cookie")), cookie = str_cut(&rest, ';');
    snprintf(t->auth, sizeof t->auth, "Cookie: %.*s\r\nX-CSRF-Token: %s\r\n", STR_ARG(cookie), csrf);
}

static void run_list(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    int64_t watch = user_id(&t, "watch");
    tell(&t, watch, "第一条", true);
    tell(&t, watch, "没有发生", false);
    tell(&t, watch, "第二条", true);
    tell(&t, user_id(&t, "office"), "别人的", true);
    tell(&t, 12345, "无人", true); /* nobody: told to nobody, and no failure */
    log_in(&t, "watch");
    assert_int_equal(GET(&t, "/api/notifications"), 200);
    assert_int_equal(count_at(&t, "items"), 2);
    assert_int_equal(int_at(&t, "unread"), 2);
    assert_string_equal(text_at(&t, "items.0.title"), "第二条");
    assert_string_equal(text_at(&t, "items.0.kind_label"), "Urged");
    const char *newest = arena_strdup(t.arena, text_at(&t, "items.0.id"));
    const char *oldest = arena_strdup(t.arena, text_at(&t, "items.1.id"));
    assert_int_equal(GET(&t, "/api/notifications?limit=1"), 200);
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/notifications?cursor=%s", text_at(&t, "next"))),
                     200);
    assert_string_equal(text_at(&t, "items.0.id"), oldest);
    const char *read = arena_printf(t.arena, "/api/notifications/%s/actions/read", newest);
    assert_int_equal(POST(&t, read, "{}"), 200);
    assert_int_equal(int_at(&t, "unread"), 1);
    assert_int_equal(POST(&t, read, "{}"), 200); /* again does no harm */
    assert_int_equal(GET(&t, "/api/notifications?unread=true"), 200);
    assert_int_equal(count_at(&t, "items"), 1);
    assert_string_equal(text_at(&t, "items.0.id"), oldest);
    assert_int_equal(GET(&t, "/api/notifications?unread=perhaps"), 422);
    /* Somebody else's line is absent. */
    log_in(&t, "office");
    assert_int_equal(POST(&t, read, "{}"), 404);
    assert_int_equal(POST(&t, "/api/notifications/read-all", "{}"), 200);
    assert_int_equal(int_at(&t, "unread"), 0);
    log_in(&t, "watch");
    assert_int_equal(GET(&t, "/api/notifications"), 200);
    assert_int_equal(int_at(&t, "unread"), 1);
    assert_int_equal(POST(&t, arena_printf(t.arena, "/api/notifications/read-all?upto=%s", oldest), "{}"),
                     200);
    assert_int_equal(int_at(&t, "unread"), 0);
    /* A token has none. */
    snprintf(t.auth, sizeof t.auth, "Authorization: Bearer %s\r\n", TEST_TOKEN);
    assert_int_equal(GET(&t, "/api/notifications"), 200);
    assert_int_equal(count_at(&t, "items"), 0);
    world_close(&t);
}

static void listen_as(World *t, const char *name, Client *c, const char *headers)
{
    log_in(t, name);
    *c = client_open(t->port);
    client_puts(c, arena_printf(t->arena, "GET /api/events?topics=notices HTTP/1.1\r\nHost: test\r\n%s%s\r\n",
                                t->auth, headers));
    assert_true(client_find(c, "text/event-stream") >= 0);
}

/* The pages of the one who is told hear of it, live and after a break; nobody else's. */
static void run_events(DbPool *pool)
{
    World t;
    Client watch, office;
    world_open(&t, pool);
    world_people(&t);
    listen_as(&t, "office", &office, "");
    listen_as(&t, "watch", &watch, "");
    tell(&t, user_id(&t, "watch"), "给值守", true);
    tell(&t, user_id(&t, "office"), "给安委办", true);
    assert_true(client_find(&watch, "给值守") >= 0);
    long at = client_find(&office, "给安委办");
    assert_true(at >= 0);
    office.in[at] = 0;
    assert_null(strstr(office.in, "给值守"));
    client_close(&watch);
    client_close(&office);
    listen_as(&t, "office", &office, "Last-Event-ID: 1\r\n");
    at = client_find(&office, "给安委办");
    assert_true(at >= 0);
    office.in[at] = 0;
    assert_null(strstr(office.in, "给值守"));
    client_close(&office);
    world_close(&t);
}

static int64_t stand_in;

static Record *delegate(World *t, int64_t from, int64_t to)
{
    Work w;
    const Entity *e = kernel_entity(t->kernel, "delegations");
    Record *rec = rec_new(&t->ctx, e);
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
    rec_set(e, rec, "from_user", db_val_i64(from));
    rec_set(e, rec, "to_user", db_val_i64(to));
    rec_set(e, rec, "starts_at", db_val_i64(w.now));
    rec_set(e, rec, "ends_at", db_val_i64(w.now + MS_HOUR));
    rec_set(e, rec, "reason", db_val_z("年休"));
    db_test_must(&t->ctx, store_insert(&w, e, rec));
    db_test_must(&t->ctx, work_commit(&w));
    return rec;
}

static void end_delegation(World *t, Record *rec)
{
    Work w;
    const Entity *e = kernel_entity(t->kernel, "delegations");
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
    Record *old = rec_copy(&t->ctx, e, rec);
    rec_set(e, rec, "ended_at", db_val_i64(w.now));
    db_test_must(&t->ctx, store_update(&w, e, old, rec, "end"));
    db_test_must(&t->ctx, work_commit(&w));
}

static NoticeSent heard;
static Rc listener(Work *w, const NoticeSent *sent)
{
    (void)w;
    heard.n = sent->n;
    return str_is(sent->notice->title, "失败") ? FAIL(w->ctx, RC_IO, "test", "失败", "failed") : 0;
}

static void run_stand_in(DbPool *pool)
{
    World t;
    Work w;
    world_open(&t, pool);
    world_people(&t);
    stand_in = user_id(&t, "office");
    Record *away = delegate(&t, user_id(&t, "watch"), stand_in);
    notice_listen(t.kernel, listener);
    tell(&t, user_id(&t, "watch"), "请假期间", true);
    assert_int_equal(heard.n, 2);
    end_delegation(&t, away);
    tell(&t, user_id(&t, "watch"), "回来之后", true);
    assert_int_equal(heard.n, 1);
    log_in(&t, "office");
    assert_int_equal(GET(&t, "/api/notifications"), 200);
    assert_string_equal(text_at(&t, "items.0.title"), "请假期间");
    assert_string_equal(text_at(&t, "items.0.for"), "watch");
    /* What carries it further fails: nothing of it happened. */
    Notice n = {.user = stand_in, .kind = "info", .title = STR("失败"), .text = STR("")};
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", true, &w));
    assert_int_equal(notice_send(&w, &n), RC_IO);
    work_abort(&w);
    ctx_clear(&t.ctx);
    assert_int_equal(GET(&t, "/api/notifications"), 200);
    assert_int_equal(count_at(&t, "items"), 1);
    /* Permissions of roles, for whom a body's notice goes to. */
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", false, &w));
    assert_int_equal(notice_user_holds(&w, stand_in, "dict.write"), 1);
    assert_int_equal(notice_user_holds(&w, stand_in, "ledger.read"), 0);
    assert_int_equal(notice_user_holds(&w, 12345, "dict.write"), 0);
    work_abort(&w);
    world_close(&t);
}

/* A flood of one kind: ten lines, then one that counts, told on at 1, 10, …; another kind is apart, and a sum
 * that was read is not changed any more. */
static int64_t carried;
static Rc carry(Work *w, const NoticeSent *sent)
{
    (void)w;
    carried += (int64_t)sent->n;
    return 0;
}

static void flood(World *t, int64_t user, const char *kind, int n)
{
    Work w;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
    for (int i = 0; i < n; i++) {
        Notice notice = {.user = user,
                         .kind = kind,
                         .grade = 2,
                         .title = str_printf(t->arena, "报警 %d", i),
                         .text = STR("请研判"),
                         .entity = kernel_entity(t->kernel, "users"),
                         .record_id = user};
        db_test_must(&t->ctx, notice_send(&w, &notice));
    }
    db_test_must(&t->ctx, work_commit(&w));
}

static void run_flood(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    world_people(&t);
    int64_t watch = user_id(&t, "watch");
    notice_listen(t.kernel, carry);
    carried = 0;
    flood(&t, watch, "call", 10);
    assert_int_equal(carried, 10);
    flood(&t, watch, "call", 500);
    assert_int_equal(carried, 13); /* the 1st, 10th and 100th of the rest */
    log_in(&t, "watch");
    assert_int_equal(GET(&t, "/api/notifications"), 200);
    assert_int_equal(count_at(&t, "items"), 11);
    assert_int_equal(int_at(&t, "unread"), 11);
    assert_string_equal(text_at(&t, "items.0.title"), "同类通知较多，另有 500 项");
    assert_string_equal(text_at(&t, "items.1.title"), "报警 9");
    flood(&t, watch, "urge", 1);
    assert_int_equal(carried, 14);
    assert_int_equal(POST(&t, "/api/notifications/read-all", "{}"), 200);
    flood(&t, watch, "call", 3);
    assert_int_equal(GET(&t, "/api/notifications?unread=true"), 200);
    assert_int_equal(count_at(&t, "items"), 1);
    assert_string_equal(text_at(&t, "items.0.title"), "同类通知较多，另有 3 项");
    world_close(&t);
}

/* Kept as long as it is set, and for ever where nothing is. */
static void run_trim(DbPool *pool)
{
    static const struct {
        int64_t days;
        size_t left;
    } cases[] = {{0, 2}, {30, 1}, {10, 0}};
    World t;
    world_open(&t, pool);
    world_people(&t);
    int64_t watch = user_id(&t, "watch"), now = clock_now();
    clock_freeze(now - 40 * MS_DAY);
    tell(&t, watch, "四十天前", true);
    clock_freeze(now - 20 * MS_DAY);
    tell(&t, watch, "二十天前", true);
    clock_freeze(TIME_NONE);
    log_in(&t, "watch");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        t.kernel->notice_days = cases[i].days;
        db_test_must(&t.ctx, notice_trim(&t.ctx, t.kernel));
        assert_int_equal(GET(&t, "/api/notifications"), 200);
        assert_int_equal(count_at(&t, "items"), cases[i].left);
    }
    world_close(&t);
}

#define EACH(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
EACH(list)
EACH(events)
EACH(stand_in)
EACH(flood)
EACH(trim)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_list), cmocka_unit_test(test_events),
                                       cmocka_unit_test(test_stand_in), cmocka_unit_test(test_flood),
                                       cmocka_unit_test(test_trim)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
