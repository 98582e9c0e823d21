/* The ledger's chain and the outbox: canonical JSON, what tampering shows, order of events, resuming. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "kernel_int.h"
#include "test_kernel.h"

/* RFC 8785, its sections 3.2.2 and 3.2.3 and appendix B. */
static void canonical_json(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"
         "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/"
         "\",\"literals\":[null,true,false]}",
         "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
         "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"},
        {"{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With "
         "Dagesh\",\"1\":\"One\","
         "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small "
         "Letter O With Diaeresis\"}",
         "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"ö\":\"Latin Small Letter O "
         "With Diaeresis\","
         "\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With "
         "Dagesh\"}"},
        {"[0,-0.0,5e-324,-5e-324,1.7976931348623157e308,9007199254740992,-9007199254740992,2."
         "9514790517935283e20]",
         "[0,0,5e-324,-5e-324,1.7976931348623157e+308,9007199254740992,-9007199254740992,"
         "295147905179352830000]"},
        {"[9.999999999999997e22,1e23,1.0000000000000001e23,9.999999999999997e20,1e21,9.999999999999997e-7,0."
         "000001]",
         "[9.999999999999997e+22,1e+23,1.0000000000000001e+23,999999999999999700000,1e+21,9.999999999999997e-"
         "7,0.000001]"},
        {"[333333333.3333332,333333333.33333325,-0.0000033333333333333333,1424953923781206.2,100,12.50]",
         "[333333333.3333332,333333333.33333325,-0.0000033333333333333333,1424953923781206.2,100,12.5]"},
    };
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str out;
        ctx_init(&ctx, a, LANG_EN);
        db_test_must(&ctx, jcs_text(&ctx, str_of(cases[i].in), &out));
        assert_string_equal(str_z(a, out), cases[i].out);
    }
    arena_free(&a);
}

static Rc run_sql(World *t, void (*write)(SqlBuf *))
{
    Arena *a = arena_new(0);
    Ctx ctx;
    Db *db;
    SqlBuf b;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, db_take_write(&ctx, t->pool, &db));
    sql_init(&b, &ctx, db);
    write(&b);
    Rc rc = sql_exec(&ctx, db, &b);
    arena_free(&a);
    return rc;
}

static void change_entry(SqlBuf *b)
{
    sql_lit(b, "UPDATE ledger SET who = 'somebody' WHERE n = 3");
}
static void delete_entry(SqlBuf *b)
{
    sql_lit(b, "DELETE FROM ledger WHERE n = 3");
}
static void disarm(SqlBuf *b)
{
    if (b->kind == DB_PG) sql_lit(b, "ALTER TABLE ledger DISABLE TRIGGER ledger_no_change");
    else sql_lit(b, "DROP TRIGGER ledger_no_update");
}
static void disarm_delete(SqlBuf *b)
{
    if (b->kind == DB_PG) sql_lit(b, "SELECT 1");
    else sql_lit(b, "DROP TRIGGER ledger_no_delete");
}
static void restore_entry(SqlBuf *b)
{
    sql_lit(b, "UPDATE ledger SET who = '' WHERE n = 3");
}
static void delete_tail(SqlBuf *b)
{
    sql_lit(b, "DELETE FROM ledger WHERE n = (SELECT MAX(n) FROM ledger)");
}

static Rc verify(World *t, int64_t *count, int64_t *bad)
{
    const char *head;
    ctx_clear(&t->ctx);
    Rc rc = ledger_verify(&t->ctx, t->pool, count, &head, bad);
    assert_int_equal(strlen(head), 64);
    return rc;
}

static void run_chain(DbPool *pool)
{
    World t;
    int64_t count, bad, before;
    world_open(&t, pool);
    assert_int_equal(verify(&t, &before, &bad), 0);
    make_site(&t, "A-1", "北站");
    make_site(&t, "A-2", "南站");
    assert_int_equal(POST(&t, "/api/sites", "{\"code\":\"A-2\",\"name\":\"西站\",\"kind\":\"gas\"}"),
                     409); /* leaves nothing */
    assert_int_equal(verify(&t, &count, &bad), 0);
    assert_int_equal(count, before + 2);
    assert_true(run_sql(&t, change_entry) < 0);
    assert_true(run_sql(&t, delete_entry) < 0);
    /* Whoever takes the guard away is still seen. */
    assert_true(run_sql(&t, disarm) >= 0);
    assert_true(run_sql(&t, change_entry) >= 0);
    assert_int_equal(verify(&t, &count, &bad), RC_INVALID);
    assert_int_equal(bad, 3);
    assert_true(run_sql(&t, restore_entry) >= 0);
    assert_int_equal(verify(&t, &count, &bad), 0);
    assert_true(run_sql(&t, disarm_delete) >= 0);
    assert_true(run_sql(&t, delete_tail) >= 0);
    assert_int_equal(verify(&t, &count, &bad), RC_INVALID);
    assert_int_equal(bad, before + 2);
    assert_true(run_sql(&t, delete_entry) >= 0);
    assert_int_equal(verify(&t, &count, &bad), RC_INVALID);
    assert_int_equal(bad, 3);
    ctx_clear(&t.ctx);
    world_close(&t);
}

typedef struct Writer {
    World *t;
    pthread_t thread;
    int number;
} Writer;

static void *write_sites(void *arg)
{
    Writer *me = arg;
    Arena *a = arena_new(0);
    for (int i = 0; i < 10; i++) {
        Ctx ctx;
        Work w;
        ctx_init(&ctx, a, LANG_EN);
        Record *rec = rec_new(&ctx, &sites_entity);
        rec_set(&sites_entity, rec, "code", db_val_text(str_printf(a, "W-%d-%d", me->number, i)));
        rec_set(&sites_entity, rec, "name", db_val_z("并发"));
        rec_set(&sites_entity, rec, "kind", db_val_z("gas"));
        db_test_must(&ctx, work_begin_as(&ctx, me->t->kernel, NULL, "test", true, &w));
        db_test_must(&ctx, store_insert(&w, &sites_entity, rec));
        if (i % 3 == 2) work_abort(&w);
        else db_test_must(&ctx, work_commit(&w));
        arena_reset(a);
    }
    arena_free(&a);
    return NULL;
}

/* Many writers, one chain, dense numbers, also when some give up. */
static void run_writers(DbPool *pool)
{
    enum { WRITERS = 4 };
    World t;
    Writer writers[WRITERS];
    int64_t count, bad, before;
    world_open(&t, pool);
    assert_int_equal(verify(&t, &before, &bad), 0);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (Writer){.t = &t, .number = i};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_sites, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) pthread_join(writers[i].thread, NULL);
    assert_int_equal(verify(&t, &count, &bad), 0);
    assert_int_equal(count, before + WRITERS * 7);
    world_close(&t);
}

/* ---- Events ---- */

static Client listen_to(World *t, const char *path, const char *headers)
{
    Client c = client_open(t->port);
    client_puts(&c,
                arena_printf(t->arena, "GET %s HTTP/1.1\r\nHost: test\r\n%s%s\r\n", path, t->auth, headers));
    return c;
}

static void run_events(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    assert_int_equal(GET(&t, "/api/events"), 422);
    assert_int_equal(GET(&t, "/api/events?topics=weather"), 422);
    assert_int_equal(GET(&t, "/api/events?topics=records&x=1"), 422);
    Client c = listen_to(&t, "/api/events?topics=records", "");
    assert_true(client_find(&c, "text/event-stream") >= 0);
    while (!sse_wanted(t.hub, TOPIC_RECORDS)) usleep(1000);
    make_site(&t, "A-1", "北站");
    assert_true(client_find(&c, "\"action\":\"create\"") >= 0);
    long id_at = client_find(&c, "id: ");
    long id = strtol(c.in + id_at + 4, NULL, 10);
    assert_true(id > 0);
    client_close(&c);
    /* What was missed comes first, then what is new. */
    make_site(&t, "A-2", "南站");
    c = listen_to(&t, "/api/events?topics=records", arena_printf(t.arena, "Last-Event-ID: %ld\r\n", id));
    assert_true(client_find(&c, arena_printf(t.arena, "id: %ld\n", id + 1)) >= 0);
    make_site(&t, "A-3", "东站");
    assert_true(client_find(&c, arena_printf(t.arena, "id: %ld\n", id + 2)) >= 0);
    client_close(&c);
    world_close(&t);
}

static void trim_outbox(SqlBuf *b)
{
    sql_lit(b, "DELETE FROM outbox WHERE id < (SELECT MAX(id) FROM outbox)");
}

/* Who was away longer than the outbox reaches back is told to read anew. */
static void run_reset(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    make_site(&t, "A-2", "南站");
    assert_true(run_sql(&t, trim_outbox) >= 0);
    /* Nor was a number of the future given out by this database. */
    static const char *const lasts[] = {"1", "100000", "9223372036854775807"};
    Client c;
    for (size_t i = 0; i < ARRAY_LEN(lasts); i++) {
        c = listen_to(&t, arena_printf(t.arena, "/api/events?topics=records&last_event_id=%s", lasts[i]), "");
        assert_true(client_find(&c, "event: reset") >= 0);
        client_close(&c);
    }
    /* A change of who may do what ends the stream: its reader is asked again who it is. */
    c = listen_to(&t, "/api/events?topics=records", "");
    assert_true(client_find(&c, "retry:") >= 0);
    auth_forget(t.kernel);
    assert_true(client_find(&c, "never sent") < 0);
    client_close(&c);
    world_close(&t);
}

static bool got(Client *c, const char *text)
{
    return c->n && memmem(c->in, c->n, text, strlen(text));
}

/* Events of records one may not read do not come. */
static void run_event_scope(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    Work w;
    const char *token;
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "cli", true, &w));
    db_test_must(&t.ctx, token_add(&w, "audit-token", "audit", "test-token-audit", false, &token));
    db_test_must(&t.ctx, work_commit(&w));
    char office[512];
    memcpy(office, t.auth, sizeof office);
    snprintf(t.auth, sizeof t.auth, "Authorization: Bearer test-token-audit\r\n");
    Client c = listen_to(&t, "/api/events?topics=records", "");
    assert_true(client_find(&c, "text/event-stream") >= 0);
    while (!sse_wanted(t.hub, TOPIC_RECORDS)) usleep(1000);
    memcpy(t.auth, office, sizeof office);
    make_site(&t, "A-1", "北站");
    assert_int_equal(POST(&t, "/api/gauges", "{\"code\":\"G-1\",\"site\":\"A-1\"}"), 201);
    assert_int_equal(ask(&t, "DELETE", "/api/sites/code:A-1", NULL, NULL), 204);
    assert_true(client_find(&c, "\"action\":\"archive\"") >= 0);
    assert_true(got(&c, "sites"));
    assert_false(got(&c, "gauges"));
    client_close(&c);
    world_close(&t);
}

static void run_rows(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    int64_t before, count, bad;
    verify(&t, &before, &bad);
    Work w;
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "cli", true, &w));
    for (int i = 0; i < 4; i++) {
        Record *rec = rec_new(&t.ctx, &sites_entity);
        rec_set(&sites_entity, rec, "code", db_val_text(str_printf(t.arena, "R-%d", i)));
        rec_set(&sites_entity, rec, "name", db_val_z("行行"));
        rec_set(&sites_entity, rec, "kind", db_val_z("gas"));
        db_test_must(&t.ctx, work__row_begin(&w));
        db_test_must(&t.ctx, store_insert(&w, &sites_entity, rec));
        db_test_must(&t.ctx, work__row_end(&w, i % 2 == 0));
        if (i == 1) db_test_must(&t.ctx, work__flush(&w));
    }
    db_test_must(&t.ctx, work_commit(&w));
    assert_int_equal(verify(&t, &count, &bad), 0);
    assert_int_equal(count, before + 2);
    assert_int_equal(GET(&t, "/api/sites?code.in=R-0,R-1,R-2,R-3"), 200);
    assert_int_equal(int_at(&t, "count"), 2);
    world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
BOTH(chain)
BOTH(writers)
BOTH(events)
BOTH(event_scope)
BOTH(reset)
BOTH(rows)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(canonical_json),
                                       cmocka_unit_test(chain),
                                       cmocka_unit_test(writers),
                                       cmocka_unit_test(events),
                                       cmocka_unit_test(event_scope),
                                       cmocka_unit_test(reset),
                                       cmocka_unit_test(rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
