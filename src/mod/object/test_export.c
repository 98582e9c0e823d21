/* Exports of very many rows: what leaves begins before all is read, page by page; all of it arrives, once, in
 * order; the ledger says so before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "db/db_test.h"
#include "mod/test_city.h"
#include "sheet/read.h"

enum { ROWS = 12000 };

static const Field entry_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT,
     .label = T("编号", "Code")},
    {.name = "size", .type = F_INT, .flags = F_FILTER | F_SORT, .label = T("大小", "Size")},
    {.name = "text", .type = F_TEXT, .max = 2000, .label = T("正文", "Text")},
};
static const Entity entry_entity = {.name = "entry",
                                    .scope = {.kind = SCOPE_OPEN},
                                    .plural = "entries",
                                    .title = T("条目", "Entries"),
                                    .fields = entry_fields,
                                    .nfields = ARRAY_LEN(entry_fields),
                                    .read_perm = "entry.read",
                                    .write_perm = "entry.write",
                                    .code_field = "code",
                                    .title_field = "code",
                                    .sort = "code"};
static const Entity *const entities[] = {&entry_entity};
static const Perm perms[] = {{"entry.read", T("看", "See"), "office"},
                             {"entry.write", T("改", "Change"), "office"}};
static const Module mod_entry = {.name = "entry",
                                 .title = T("条目", "Entries"),
                                 .entities = entities,
                                 .nentities = 1,
                                 .perms = perms,
                                 .nperms = 2};
static const Module *const modules[] = {&mod_entry};

/* 11 MB of CSV: more than the buffers between server and client hold. */
static void fill(DbPool *pool)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    Db *db;
    SqlBuf b;
    ctx_init(&ctx, a, LANG_ZH);
    db_test_must(&ctx, db_take_write(&ctx, pool, &db));
    sql_init(&b, &ctx, db);
    sql_lit(&b, "INSERT INTO entries (id, version, created_at, updated_at, code, size, text) "
                "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < ");
    sql_arg(&b, db_val_i64(ROWS));
    sql_lit(&b, ") SELECT n, 1, 0, 0, CAST(900000 - n AS TEXT), n % 7, ");
    char text[901];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    sql_arg(&b, db_val_z(text));
    sql_lit(&b, " FROM many");
    db_test_must(&ctx, sql_exec(&ctx, db, &b));
    db_done(&ctx, &db);
    arena_free(&a);
}

static Client ask_csv(const City *c)
{
    Client client = client_open(c->port);
    int small = 16384;
    setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_puts(&client,
                "GET /api/entries.csv HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " CITY_TOKEN
                "\r\n\r\n");
    return client;
}

typedef struct Seen {
    int64_t rows, last;
    bool rising;
} Seen;

static Rc see(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    Seen *s = ud;
    if (line == 1) return 0;
    assert_int_equal(n, 5);
    int64_t code = strtoll(cells[0].text.p, NULL, 10);
    if (code <= s->last) s->rising = false;
    s->last = code;
    s->rows++;
    return 0;
}

static void all_there(Str content, bool in_order)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    Seen s = {.rising = true};
    ctx_init(&ctx, a, LANG_ZH);
    db_test_must(&ctx, sheet_read(&ctx, content, see, &s));
    assert_int_equal(s.rows, ROWS);
    assert_int_equal(s.rising, in_order);
    arena_free(&a);
}

static void early(DbPool *pool)
{
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    fill(pool);
    int64_t before = db_pool_statements(pool);
    Client client = ask_csv(&c);
    assert_true(client_find(&client, "888000,") > 0); /* the first row is here */
    int64_t first = db_pool_statements(pool) - before;
    Reply r = client_read(&client, false);
    int64_t whole = db_pool_statements(pool) - before;
    assert_int_equal(r.status, 200);
    assert_true(whole >= ROWS / 1000);
    if (first * 2 > whole) fail_msg("%d of %d statements before the first row", (int)first, (int)whole);
    all_there(str_n(r.body, r.n), true);
    reply_free(&r);
    client_close(&client);
    city_close(&c);
}

/* Entries of the ledger that say how many rows left. */
static int64_t told(DbPool *pool)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    Db *db;
    DbCursor *c;
    SqlBuf b;
    ctx_init(&ctx, a, LANG_ZH);
    db_test_must(&ctx, db_take_read(&ctx, pool, &db));
    sql_init(&b, &ctx, db);
    sql_lit(&b, "SELECT COUNT(*) FROM ledger WHERE action = 'export' AND after LIKE '%\"rows\":12000%'");
    db_test_must(&ctx, sql_query(&ctx, db, &b, &c));
    assert_int_equal(db_next(&ctx, c), 1);
    int64_t n = db_i64(c, 0);
    db_close(&c);
    db_done(&ctx, &db);
    arena_free(&a);
    return n;
}

static void every_way(DbPool *pool)
{
    static const struct {
        const char *path;
        bool in_order;
    } cases[] = {{"/api/entries.xlsx", true}, {"/api/entries.csv?sort=size", false}};
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    fill(pool);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Reply r = city_ask(&c, "GET", cases[i].path, "", STR_NONE);
        assert_int_equal(r.status, 200);
        all_there(str_n(r.body, r.n), cases[i].in_order);
        reply_free(&r);
    }
    assert_int_equal(told(pool), 2);
    city_close(&c);
    arena_free(&a);
}

static void test_early(void **state)
{
    (void)state;
    db_test_each(early);
}

static void test_every_way(void **state)
{
    (void)state;
    db_test_each(every_way);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_early), cmocka_unit_test(test_every_way)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
