/* The same behaviour on both databases: values there and back, order, conflicts, transactions, cursors, the
 * pool, and that a commit survives the death of the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "db/db_test.h"
#include "test_db_sql.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static const DbMigration migrations[] = {
    {"test", 1,
     "-- tables; of the tests\n"
     "CREATE TABLE owner (id {{id}}, name {{text}} NOT NULL UNIQUE) {{strict}};\n"
     "CREATE TABLE item (id {{id}}, name {{text}} NOT NULL, value {{f64}}, flag {{bool}}, doc {{json}}, raw "
     "{{bytes}},\n"
     "  owner {{i64}} REFERENCES owner (id)) {{strict}};\n"
     "CREATE INDEX item_name ON item (name);\n"},
    {"test", 2,
     "-- dialect: sqlite\nCREATE TABLE extra (kind TEXT NOT NULL DEFAULT 'sqlite');\n"
     "-- dialect: pg\nCREATE TABLE extra (kind TEXT NOT NULL DEFAULT 'pg');\n"
     "-- dialect: both\nALTER TABLE item ADD COLUMN note {{text}};\n"},
};

typedef struct Fix {
    Arena *arena;
    Ctx ctx;
    DbPool *pool;
    Db *db;
} Fix;

static void must(Fix *f, Rc rc)
{
    db_test_must(&f->ctx, rc);
}

static void set_up(Fix *f, DbPool *pool)
{
    *f = (Fix){.arena = arena_new(0), .pool = pool};
    ctx_init(&f->ctx, f->arena, LANG_EN);
    must(f, db_migrate(&f->ctx, pool, migrations, ARRAY_LEN(migrations)));
    must(f, db_take_write(&f->ctx, pool, &f->db));
}

static void tear_down(Fix *f)
{
    arena_free(&f->arena);
}

static Rc add_item(Fix *f, int64_t id, const char *name)
{
    return db_exec(&f->ctx, f->db, &q_insert_item,
                   DB_ARGS(db_val_i64(id), db_val_z(name), db_val_null(), db_val_null(), db_val_null(),
                           db_val_null(), db_val_null()));
}

static int64_t count_items(Fix *f, Db *db)
{
    DbCursor *c;
    Rc rc = db_query_one(&f->ctx, db, &q_count_items, DB_NO_ARGS, &c);
    must(f, rc);
    assert_int_equal(rc, 1);
    return db_i64(c, 0);
}

/* Fails as told, and forgets the failure. */
static void expect(Fix *f, Rc rc, Rc kind, const char *code)
{
    assert_int_equal(rc, kind);
    assert_int_equal(f->ctx.err.kind, kind);
    assert_string_equal(f->ctx.err.code, code);
    assert_non_null(f->ctx.err.message);
    ctx_clear(&f->ctx);
}

static void values_return(DbPool *pool)
{
    static const struct {
        int64_t id;
        const char *name;
        double value;
        int flag; /* -1: null */
        const char *doc;
        Str raw;
    } rows[] = {
        {1, "水位 ' \" \\ %s", 0.1, 1, "{\"a\": [1, 2.5, \"安\"]}", {"\0\xff\\x00", 6}},
        {INT64_MAX, "", -0.0, 0, "null", {"", 0}},
        {INT64_MIN, "😀", 5e-324, -1, "\"中\"", {NULL, 0}},
        {0, "a\nb\tc", 1.7976931348623157e308, 1, "[]", {"\n", 1}},
        {-7, "x", -INFINITY, 0, "1", {"abc", 3}},
    };
    Fix f;
    set_up(&f, pool);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        DbVal flag = rows[i].flag < 0 ? db_val_null() : db_val_bool(rows[i].flag);
        must(&f,
             db_exec(&f.ctx, f.db, &q_insert_item,
                     DB_ARGS(db_val_i64(rows[i].id), db_val_z(rows[i].name), db_val_f64(rows[i].value), flag,
                             db_val_json(str_of(rows[i].doc)), db_val_bytes(rows[i].raw), db_val_id(0))));
        DbCursor *c;
        assert_int_equal(db_query_one(&f.ctx, f.db, &q_find_item, DB_ARGS(db_val_i64(rows[i].id)), &c), 1);
        assert_true(db_i64(c, Q_FIND_ITEM_ID) == rows[i].id);
        assert_true(str_is(db_str(c, Q_FIND_ITEM_NAME), rows[i].name));
        assert_true(db_f64(c, Q_FIND_ITEM_VALUE) == rows[i].value);
        assert_int_equal(db_is_null(c, Q_FIND_ITEM_FLAG), rows[i].flag < 0);
        assert_int_equal(db_bool(c, Q_FIND_ITEM_FLAG), rows[i].flag == 1);
        assert_true(str_is(db_str(c, Q_FIND_ITEM_DOC), rows[i].doc));
        assert_true(str_eq(db_str(c, Q_FIND_ITEM_RAW), rows[i].raw));
        assert_true(db_is_null(c, Q_FIND_ITEM_OWNER) && db_time(c, Q_FIND_ITEM_OWNER) == TIME_NONE);
        assert_string_equal(db_col_name(c, Q_FIND_ITEM_VALUE), "value");
    }
    tear_down(&f);
}

static void nulls_and_bad_text(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    must(&f, db_exec(&f.ctx, f.db, &q_insert_item,
                     DB_ARGS(db_val_i64(1), db_val_z("a"), db_val_f64(NAN), db_val_null(),
                             db_val_json(STR_NONE), db_val_null(), db_val_time(TIME_NONE))));
    DbCursor *c;
    assert_int_equal(db_query_one(&f.ctx, f.db, &q_find_item, DB_ARGS(db_val_i64(1)), &c), 1);
    for (size_t col = 2; col < db_cols(c); col++) assert_true(db_is_null(c, col));
    assert_true(isnan(db_f64(c, Q_FIND_ITEM_VALUE)) && db_str(c, Q_FIND_ITEM_DOC).p == NULL);
    /* An i64 for a real, text for JSON. */
    must(&f, db_exec(&f.ctx, f.db, &q_insert_item,
                     DB_ARGS(db_val_i64(2), db_val_z("b"), db_val_i64(3), db_val_i64(1), db_val_z("{}"),
                             db_val_null(), db_val_null())));
    assert_int_equal(db_query_one(&f.ctx, f.db, &q_find_item, DB_ARGS(db_val_i64(2)), &c), 1);
    assert_true(db_f64(c, Q_FIND_ITEM_VALUE) == 3 && db_bool(c, Q_FIND_ITEM_FLAG));
    expect(&f, db_exec(&f.ctx, f.db, &q_upsert_item, DB_ARGS(db_val_i64(3), db_val_text(STR("a\0b")))),
           RC_INVALID, "db.text");
    expect(&f, db_exec(&f.ctx, f.db, &q_upsert_item, DB_ARGS(db_val_i64(3), db_val_z("\xc3"))), RC_INVALID,
           "db.text");
    expect(&f, add_item(&f, 4, NULL), RC_DB, "db.failed"); /* NOT NULL */
    assert_int_equal(count_items(&f, f.db), 2);
    tear_down(&f);
}

static void text_sorts_bytewise(DbPool *pool)
{
    static const char *const sorted[] = {"B", "Z", "_", "a", "b", "é", "中", "水", "😀"};
    static const int order[] = {4, 0, 8, 2, 6, 1, 5, 3, 7};
    Fix f;
    set_up(&f, pool);
    for (size_t i = 0; i < ARRAY_LEN(order); i++) must(&f, add_item(&f, order[i], sorted[order[i]]));
    DbCursor *c;
    must(&f, db_query(&f.ctx, f.db, &q_sorted_names, DB_NO_ARGS, &c));
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
        assert_int_equal(db_next(&f.ctx, c), 1);
        assert_true(str_is(db_str(c, 0), sorted[i]));
    }
    assert_int_equal(db_next(&f.ctx, c), 0);
    assert_int_equal(db_next(&f.ctx, c), 0);
    db_close(&c);
    /* LIKE minds case. */
    must(&f, db_query(&f.ctx, f.db, &q_like_names, DB_ARGS(db_val_z("b%")), &c));
    assert_int_equal(db_next(&f.ctx, c), 1);
    assert_int_equal(db_i64(c, 0), 4);
    assert_int_equal(db_next(&f.ctx, c), 0);
    tear_down(&f);
}

static void conflicts_are_named(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    must(&f, db_exec(&f.ctx, f.db, &q_insert_owner, DB_ARGS(db_val_i64(1), db_val_z("局"))));
    Rc rc = db_exec(&f.ctx, f.db, &q_insert_owner, DB_ARGS(db_val_i64(2), db_val_z("局")));
    assert_true(str_find(str_of(f.ctx.err.cause), STR("name")) >= 0);
    expect(&f, rc, RC_CONFLICT, "db.duplicate");
    expect(&f, db_exec(&f.ctx, f.db, &q_insert_owner, DB_ARGS(db_val_i64(1), db_val_z("处"))), RC_CONFLICT,
           "db.duplicate");
    expect(&f,
           db_exec(&f.ctx, f.db, &q_insert_item,
                   DB_ARGS(db_val_i64(1), db_val_z("x"), db_val_null(), db_val_null(), db_val_null(),
                           db_val_null(), db_val_i64(99))),
           RC_CONFLICT, "db.reference");
    must(&f, db_exec(&f.ctx, f.db, &q_insert_item,
                     DB_ARGS(db_val_i64(1), db_val_z("x"), db_val_null(), db_val_null(), db_val_null(),
                             db_val_null(), db_val_i64(1))));
    expect(&f, db_exec(&f.ctx, f.db, &q_delete_owner, DB_ARGS(db_val_i64(1))), RC_CONFLICT, "db.reference");
    tear_down(&f);
}

static void sql_means_the_same(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    for (int64_t id = 1; id <= 4; id++) must(&f, add_item(&f, id, id % 2 ? "odd" : "even"));
    assert_int_equal(db_exec(&f.ctx, f.db, &q_rename_item, DB_ARGS(db_val_z("two"), db_val_i64(2))), 1);
    assert_int_equal(db_exec(&f.ctx, f.db, &q_rename_item, DB_ARGS(db_val_z("none"), db_val_i64(9))), 0);
    assert_int_equal(db_exec(&f.ctx, f.db, &q_upsert_item, DB_ARGS(db_val_i64(2), db_val_z("zwei"))), 1);
    DbCursor *c;
    assert_int_equal(
        db_query_one(&f.ctx, f.db, &q_insert_returning, DB_ARGS(db_val_i64(5), db_val_z("five")), &c), 1);
    assert_int_equal(db_i64(c, 0), 5);
    assert_true(str_is(db_str_copy(&f.ctx, c, 1), "five"));
    assert_int_equal(db_query_one(&f.ctx, f.db, &q_count_items, DB_NO_ARGS, &c), 1);
    assert_int_equal(db_i64(c, 0), 5);
    assert_int_equal(db_i64(c, 1), 15); /* a numeric in PostgreSQL */
    assert_true(db_is_null(c, 2));
    /* Row values, and an argument that is null. */
    must(&f, db_query(&f.ctx, f.db, &q_after_pair, DB_ARGS(db_val_z("odd"), db_val_i64(1)), &c));
    static const int64_t after[] = {3, 2};
    for (size_t i = 0; i < ARRAY_LEN(after); i++) {
        assert_int_equal(db_next(&f.ctx, c), 1);
        assert_int_equal(db_i64(c, 0), after[i]);
    }
    assert_int_equal(db_next(&f.ctx, c), 0);
    assert_int_equal(db_query_one(&f.ctx, f.db, &q_find_by_owner, DB_ARGS(db_val_null()), &c), 1);
    assert_int_equal(db_query_one(&f.ctx, f.db, &q_find_by_owner, DB_ARGS(db_val_i64(8)), &c), 0);
    assert_null(c);
    tear_down(&f);
}

static void transactions_are_whole(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    must(&f, db_begin(&f.ctx, f.db));
    assert_true(db_in_transaction(f.db));
    must(&f, add_item(&f, 1, "a"));
    db_rollback(&f.ctx, f.db);
    assert_false(db_in_transaction(f.db));
    assert_int_equal(count_items(&f, f.db), 0);

    must(&f, db_begin(&f.ctx, f.db));
    must(&f, add_item(&f, 1, "a"));
    Db *reader;
    must(&f, db_take_read(&f.ctx, pool, &reader));
    assert_int_equal(count_items(&f, reader), 0);
    must(&f, db_commit(&f.ctx, f.db));
    assert_int_equal(count_items(&f, reader), 1);
    db_done(&f.ctx, &reader);

    /* A failed statement dooms its transaction. */
    must(&f, db_begin(&f.ctx, f.db));
    must(&f, add_item(&f, 2, "b"));
    expect(&f, add_item(&f, 1, "again"), RC_CONFLICT, "db.duplicate");
    expect(&f, add_item(&f, 3, "c"), RC_DB, "db.doomed");
    expect(&f, db_commit(&f.ctx, f.db), RC_DB, "db.doomed");
    assert_false(db_in_transaction(f.db));
    assert_int_equal(count_items(&f, f.db), 1);

    /* Left behind by an arena. */
    db_done(&f.ctx, &f.db);
    Arena *other = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, other, LANG_EN);
    must(&f, db_take_write(&ctx, pool, &f.db));
    must(&f, db_begin(&ctx, f.db));
    must(&f, add_item(&f, 4, "d"));
    DbCursor *open;
    must(&f, db_query(&ctx, f.db, &q_sorted_names, DB_NO_ARGS, &open));
    assert_int_equal(db_next(&ctx, open), 1);
    arena_free(&other);
    must(&f, db_take_write(&f.ctx, pool, &f.db));
    assert_false(db_in_transaction(f.db));
    assert_int_equal(count_items(&f, f.db), 1);
    tear_down(&f);
}

static void readers_do_not_write(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    db_done(&f.ctx, &f.db);
    must(&f, db_take_read(&f.ctx, pool, &f.db));
    expect(&f, add_item(&f, 1, "a"), RC_DB, "db.read_only");
    /* In a reading transaction, one snapshot. */
    must(&f, db_begin(&f.ctx, f.db));
    assert_int_equal(count_items(&f, f.db), 0);
    Db *writer, *reader = f.db;
    must(&f, db_take_write(&f.ctx, pool, &writer));
    f.db = writer;
    must(&f, add_item(&f, 1, "a"));
    assert_int_equal(count_items(&f, reader), 0);
    must(&f, db_commit(&f.ctx, reader));
    assert_int_equal(count_items(&f, reader), 1);
    tear_down(&f);
}

static void cursors_nest(DbPool *pool)
{
    enum { ROWS = 300 };
    Fix f;
    set_up(&f, pool);
    must(&f, db_begin(&f.ctx, f.db));
    for (int64_t id = 1; id <= ROWS; id++) must(&f, add_item(&f, id, "row"));
    must(&f, db_commit(&f.ctx, f.db));
    DbCursor *outer, *inner;
    must(&f, db_query(&f.ctx, f.db, &q_list_names, DB_ARGS(db_val_i64(1), db_val_i64(ROWS)), &outer));
    for (int64_t id = 1; id <= ROWS; id++) {
        assert_int_equal(db_next(&f.ctx, outer), 1);
        assert_int_equal(db_i64(outer, 0), id);
        /* The same statement again, while the outer one runs. */
        must(&f, db_query(&f.ctx, f.db, &q_list_names, DB_ARGS(db_val_i64(id), db_val_i64(id + 1)), &inner));
        assert_int_equal(db_next(&f.ctx, inner), 1);
        assert_int_equal(db_i64(inner, 0), id);
        db_close(&inner);
        if (id % 100 == 0) assert_int_equal(count_items(&f, f.db), ROWS);
    }
    assert_int_equal(db_next(&f.ctx, outer), 0);
    /* A cursor given up half way. */
    must(&f, db_query(&f.ctx, f.db, &q_list_names, DB_ARGS(db_val_i64(1), db_val_i64(ROWS)), &outer));
    assert_int_equal(db_next(&f.ctx, outer), 1);
    db_close(&outer);
    assert_null(outer);
    assert_int_equal(count_items(&f, f.db), ROWS);
    tear_down(&f);
}

static void dynamic_statements(DbPool *pool)
{
    enum { TEXTS = 300 }; /* more than the cache holds */
    Fix f;
    set_up(&f, pool);
    for (int64_t i = 1; i <= TEXTS; i++) {
        SqlBuf b;
        sql_init(&b, &f.ctx, f.db);
        sql_lit(&b, "INSERT INTO ");
        sql_ident(&b, "item");
        sql_lit(&b, " (id, name, value) VALUES (");
        sql_arg(&b, db_val_i64(i));
        sql_lit(&b, ", ");
        sql_arg(&b, db_val_z("'; DROP TABLE item; --"));
        sql_lit(&b, ", ");
        sql_arg(&b, i % 2 ? db_val_f64(0.5) : db_val_null());
        sql_lit(&b, ")");
        assert_int_equal(sql_exec(&f.ctx, f.db, &b), 1);
        sql_init(&b, &f.ctx, f.db);
        sql_lit(&b, "SELECT id, value FROM item WHERE id = ");
        sql_arg(&b, db_val_i64(i));
        for (int64_t pad = 0; pad < i; pad++) sql_lit(&b, " ");
        DbCursor *c;
        must(&f, sql_query(&f.ctx, f.db, &b, &c));
        assert_int_equal(db_next(&f.ctx, c), 1);
        assert_int_equal(db_i64(c, 0), i);
        assert_int_equal(db_is_null(c, 1), i % 2 == 0);
        assert_int_equal(db_next(&f.ctx, c), 0);
    }
    assert_int_equal(count_items(&f, f.db), TEXTS);
    SqlBuf b;
    sql_init(&b, &f.ctx, f.db);
    sql_lit(&b, "CREATE TABLE made (a ");
    sql_type(&b, DB_TEXT);
    sql_lit(&b, " NOT NULL, b ");
    sql_type(&b, DB_F64);
    sql_lit(&b, ")");
    assert_int_equal(sql_exec(&f.ctx, f.db, &b), 0);
    sql_init(&b, &f.ctx, f.db);
    sql_lit(&b, "SELEC 1");
    expect(&f, sql_exec(&f.ctx, f.db, &b), RC_DB, "db.failed");
    DbColumn *cols;
    size_t n;
    must(&f, db_columns(&f.ctx, f.db, "made", &cols, &n));
    assert_int_equal(n, 2);
    assert_string_equal(cols[0].name, "a");
    assert_true(cols[0].not_null && !cols[1].not_null);
    assert_true(str_ieq(str_of(cols[0].type), STR("text")));
    must(&f, db_columns(&f.ctx, f.db, "absent", &cols, &n));
    assert_int_equal(n, 0);
    tear_down(&f);
}

static void tables_may_change(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    must(&f, add_item(&f, 1, "a"));
    SqlBuf all, alter;
    sql_init(&all, &f.ctx, f.db);
    sql_lit(&all, "SELECT * FROM item");
    DbCursor *c;
    must(&f, sql_query(&f.ctx, f.db, &all, &c));
    size_t before = db_cols(c);
    db_close(&c);
    sql_init(&alter, &f.ctx, f.db);
    sql_lit(&alter, "ALTER TABLE item ADD COLUMN more ");
    sql_type(&alter, DB_I64);
    must(&f, sql_exec(&f.ctx, f.db, &alter));
    Rc rc = sql_query(&f.ctx, f.db, &all, &c);
    if (rc < 0) { /* PostgreSQL refuses an old plan once */
        expect(&f, rc, RC_DB, "db.failed");
        rc = sql_query(&f.ctx, f.db, &all, &c);
    }
    must(&f, rc);
    assert_int_equal(db_next(&f.ctx, c), 1);
    assert_true(db_cols(c) >= before);
    tear_down(&f);
}

static void migrations_are_kept(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    must(&f, add_item(&f, 1, "kept"));
    DbColumn *cols;
    size_t n;
    must(&f, db_columns(&f.ctx, f.db, "item", &cols, &n));
    assert_int_equal(n, 8);
    must(&f, db_columns(&f.ctx, f.db, "extra", &cols, &n));
    assert_int_equal(n, 1);
    db_done(&f.ctx, &f.db);
    must(&f, db_migrate(&f.ctx, pool, migrations, 2)); /* again: nothing to do */

    DbMigration list[] = {
        migrations[0], migrations[1], {"test", 3, "CREATE TABLE third (id {{id}});\nBROKEN;\n"}};
    expect(&f, db_migrate(&f.ctx, pool, list, 3), RC_DB, "db.failed");
    must(&f, db_take_write(&f.ctx, pool, &f.db));
    must(&f, db_columns(&f.ctx, f.db, "third", &cols, &n));
    assert_int_equal(n, 0); /* nothing half done */
    db_done(&f.ctx, &f.db);

    list[0].sql = "CREATE TABLE owner (id {{id}});\n";
    expect(&f, db_migrate(&f.ctx, pool, list, 2), RC_DB, "db.migration_changed");
    expect(&f, db_migrate(&f.ctx, pool, migrations, 1), RC_DB, "db.newer");
    must(&f, db_take_write(&f.ctx, pool, &f.db));
    assert_int_equal(count_items(&f, f.db), 1);
    tear_down(&f);
}

static void *write_many(void *arg)
{
    enum { EACH = 20 };
    static _Atomic int64_t ids;
    DbPool *pool = arg;
    for (int i = 0; i < EACH; i++) {
        Arena *arena = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, arena, LANG_EN);
        Db *db = NULL;
        int64_t id = ++ids;
        Rc rc = db_take_write(&ctx, pool, &db);
        if (rc == RC_OK) rc = db_begin(&ctx, db);
        if (rc == RC_OK) rc = db_exec(&ctx, db, &q_upsert_item, DB_ARGS(db_val_i64(id), db_val_z("thread")));
        if (rc >= 0) rc = db_commit(&ctx, db);
        arena_free(&arena);
        if (rc < 0) return arg;
    }
    return NULL;
}

static void threads_share_the_pool(DbPool *pool)
{
    enum { THREADS = 8 };
    Fix f;
    set_up(&f, pool);
    db_done(&f.ctx, &f.db);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, pool), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    must(&f, db_take_read(&f.ctx, pool, &f.db));
    assert_int_equal(count_items(&f, f.db), 8 * 20);
    tear_down(&f);
}

/* Commits a row, says so, begins another and waits to be killed. */
static void child_commits(int out)
{
    Fix f = {.arena = arena_new(0)};
    ctx_init(&f.ctx, f.arena, LANG_EN);
    bool ok = db_pool_open(&f.ctx, db_test_url(), 1, &f.pool) == RC_OK &&
              db_take_write(&f.ctx, f.pool, &f.db) == RC_OK && db_begin(&f.ctx, f.db) == RC_OK &&
              add_item(&f, 1, "committed") == 1 && db_commit(&f.ctx, f.db) == RC_OK &&
              db_begin(&f.ctx, f.db) == RC_OK && add_item(&f, 2, "uncommitted") == 1;
    if (ok && write(out, "!", 1) == 1)
        for (;;) pause();
    _exit(1);
}

static void commits_survive_kill(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    db_done(&f.ctx, &f.db);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) child_commits(ends[1]);
    close(ends[1]);
    char said = 0;
    assert_int_equal(read(ends[0], &said, 1), 1);
    close(ends[0]);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    must(&f, db_take_read(&f.ctx, pool, &f.db));
    assert_int_equal(count_items(&f, f.db), 1);
    tear_down(&f);
}

/* PostgreSQL only: an administrator, or a restart, ends idle connections. */
static void connections_come_back(DbPool *pool)
{
    if (db_pool_kind(pool) != DB_PG) return;
    Fix f;
    set_up(&f, pool);
    must(&f, add_item(&f, 1, "a"));
    SqlBuf b;
    sql_init(&b, &f.ctx, f.db);
    sql_lit(&b, "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    DbCursor *c;
    must(&f, sql_query(&f.ctx, f.db, &b, &c));
    assert_int_equal(db_next(&f.ctx, c), 1);
    assert_true(db_i64(c, 0) >= 3);
    db_close(&c);
    usleep(100000);
    Db *others[3];
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        must(&f, db_take_read(&f.ctx, pool, &others[i]));
        assert_int_equal(count_items(&f, others[i]), 1);
    }
    tear_down(&f);
}

static void backup_is_whole(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    must(&f, add_item(&f, 1, "a"));
    if (db_pool_kind(pool) == DB_PG) { /* what is restored of it: tests/backup */
        const char *tmp = getenv("TMPDIR");
        const char *dump =
            arena_printf(f.arena, "%s/anlan-test-%d.dump", tmp && *tmp ? tmp : "/tmp", getpid());
        char magic[6] = "";
        must(&f, db_backup(&f.ctx, pool, dump));
        FILE *file = fopen(dump, "re");
        assert_non_null(file);
        assert_int_equal(fread(magic, 1, 5, file), 5);
        fclose(file);
        unlink(dump);
        assert_string_equal(magic, "PGDMP");
        expect(&f, db_restore_pg(&f.ctx, db_test_url(), dump), RC_STATE, "db.not_empty");
        tear_down(&f);
        return;
    }
    const char *path = db_test_url() + strlen("sqlite:");
    const char *file = arena_printf(f.arena, "%s.backup", path);
    expect(&f, db_backup(&f.ctx, pool, "/nowhere/at/all"), RC_IO, "db.backup");
    must(&f, db_backup(&f.ctx, pool, file));
    db_done(&f.ctx, &f.db);
    DbPool *copy;
    must(&f, db_pool_open(&f.ctx, arena_printf(f.arena, "sqlite:%s", file), 1, &copy));
    must(&f, db_take_read(&f.ctx, copy, &f.db));
    assert_int_equal(count_items(&f, f.db), 1);
    db_done(&f.ctx, &f.db);
    db_pool_close(&copy);
    unlink(file);
    unlink(arena_printf(f.arena, "%s-wal", file));
    unlink(arena_printf(f.arena, "%s-shm", file));
    tear_down(&f);
}

/* Nothing is lost or half done, and the operator reads what it is. */
static void full_disk_is_named(DbPool *pool)
{
    Fix f;
    set_up(&f, pool);
    if (db_pool_kind(pool) == DB_SQLITE) {
        must(&f, add_item(&f, 1, "a"));
        SqlBuf b;
        DbCursor *c;
        sql_init(&b, &f.ctx, f.db);
        sql_lit(&b, "PRAGMA max_page_count = 1"); /* as many as there are now */
        must(&f, sql_query(&f.ctx, f.db, &b, &c));
        assert_int_equal(db_next(&f.ctx, c), 1);
        db_close(&c);
        char *big = arena_alloc(f.arena, 100001);
        memset(big, 'x', 100000);
        big[100000] = 0;
        expect(&f, add_item(&f, 2, big), RC_IO, "db.full");
        assert_int_equal(count_items(&f, f.db), 1);
    }
    tear_down(&f);
}

static void test_bad_urls(void **state)
{
    (void)state;
    static const struct {
        const char *url, *code;
    } cases[] = {{"mysql://x", "db.url"},
                 {"sqlite:", "db.url"},
                 {"sqlite::memory:", "db.url"},
                 {"sqlite:/nowhere/at/all/x.db", "db.open"},
                 {"postgresql:///x?host=/nowhere", "db.open"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *arena = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, arena, LANG_ZH);
        DbPool *pool = NULL;
        assert_int_equal(db_pool_open(&ctx, cases[i].url, 2, &pool), RC_DB);
        assert_string_equal(ctx.err.code, cases[i].code);
        assert_null(pool);
        arena_free(&arena);
    }
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(values_return)
EACH(nulls_and_bad_text)
EACH(text_sorts_bytewise)
EACH(conflicts_are_named)
EACH(sql_means_the_same)
EACH(transactions_are_whole)
EACH(readers_do_not_write)
EACH(cursors_nest)
EACH(dynamic_statements)
EACH(tables_may_change)
EACH(migrations_are_kept)
EACH(threads_share_the_pool)
EACH(commits_survive_kill)
EACH(connections_come_back)
EACH(backup_is_whole)
EACH(full_disk_is_named)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_return),        cmocka_unit_test(test_nulls_and_bad_text),
        cmocka_unit_test(test_text_sorts_bytewise),  cmocka_unit_test(test_conflicts_are_named),
        cmocka_unit_test(test_sql_means_the_same),   cmocka_unit_test(test_transactions_are_whole),
        cmocka_unit_test(test_readers_do_not_write), cmocka_unit_test(test_cursors_nest),
        cmocka_unit_test(test_dynamic_statements),   cmocka_unit_test(test_tables_may_change),
        cmocka_unit_test(test_migrations_are_kept),  cmocka_unit_test(test_threads_share_the_pool),
        cmocka_unit_test(test_commits_survive_kill), cmocka_unit_test(test_connections_come_back),
        cmocka_unit_test(test_backup_is_whole),      cmocka_unit_test(test_bad_urls),
        cmocka_unit_test(test_full_disk_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
