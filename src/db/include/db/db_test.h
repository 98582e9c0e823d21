/* For tests that speak to a database: the same function is run on SQLite (a file in a temporary directory)
 * and on PostgreSQL (a fresh database of the cluster in ANLAN_TEST_PG, see scripts/with-postgres.sh). Without
 * ANLAN_TEST_PG the second run is skipped with a word about it, or is a failure when ANLAN_REQUIRE_PG=1.
 *
 *     static void keeps_rows(DbPool *pool) { … }
 *     static void test_keeps_rows(void **state) { (void)state; db_test_each(keeps_rows); }
 *
 * A rig whose cases all begin with the same tables may say so (db_test_from): the second case then prepares a
 * database once, and it and those after it begin with a copy. A case may still write into its own what it
 * likes.
 *
 * Include cmocka.h first. */
#pragma once
#include "base/clock.h"
#include "base/crypto.h"
#include "db/db.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef void (*DbTestFn)(DbPool *pool);

/* The url of the database under test, for a second pool or process. */
static char db_test_url_text[1024];
static inline const char *db_test_url(void)
{
    return db_test_url_text;
}

/* What the cases begin with, and the clock at which it is made; each engine makes its own once. */
static DbTestFn db_test_base;
static int64_t db_test_base_at = TIME_NONE;
static char db_test_base_file[600], db_test_base_name[64];

/* The first call counts: the cases after the one that is running begin with what prepare leaves behind. */
static inline void db_test_from(DbTestFn prepare)
{
    if (db_test_base) return;
    db_test_base = prepare;
    db_test_base_at = clock_now();
}

/* Fails the test with the words of the failure. */
static inline void db_test_must(const Ctx *ctx, Rc rc)
{
    if (rc >= 0) return;
    fprintf(stderr, "%s %s: %s [%s] at %s:%d\n", rc_name(rc), ctx->err.code ? ctx->err.code : "",
            ctx->err.message ? ctx->err.message : "", ctx->err.cause ? ctx->err.cause : "",
            ctx->err.file ? ctx->err.file : "", ctx->err.line);
    fail();
}

static inline void db_test_run(const char *url, DbTestFn fn)
{
    enum { READERS = 4 };
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    DbPool *pool = NULL;
    snprintf(db_test_url_text, sizeof db_test_url_text, "%s", url);
    db_test_must(&ctx, db_pool_open(&ctx, url, READERS, &pool));
    fn(pool);
    db_pool_close(&pool);
    arena_free(&arena);
}

static inline void db_test_prepare(const char *url)
{
    int64_t before = clock_frozen();
    clock_freeze(db_test_base_at);
    db_test_run(url, db_test_base);
    clock_freeze(before);
}

static inline void db_test_unlink(const char *base)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char file[620];
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        snprintf(file, sizeof file, "%s%s", base, suffixes[i]);
        unlink(file);
    }
}

static inline void db_test_copy(const char *from, const char *to)
{
    char block[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in && out);
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
        assert_int_equal(fwrite(block, 1, n, out), n);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static inline const char *db_test_tmp(void)
{
    const char *tmp = getenv("TMPDIR");
    return tmp && *tmp ? tmp : "/tmp";
}

static inline void db_test_sqlite_clean(void)
{
    db_test_unlink(db_test_base_file);
}

/* Closed, a database has no log beside it: the file is all of it. */
static inline void db_test_sqlite_base(void)
{
    char url[640];
    snprintf(db_test_base_file, sizeof db_test_base_file, "%s/anlan-test-base.%ld", db_test_tmp(),
             (long)getpid());
    snprintf(url, sizeof url, "sqlite:%s", db_test_base_file);
    atexit(db_test_sqlite_clean);
    db_test_prepare(url);
}

static inline void db_test_sqlite(DbTestFn fn)
{
    char dir[512], url[640], file[600];
    snprintf(dir, sizeof dir, "%s/anlan-test.XXXXXX", db_test_tmp());
    assert_non_null(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/test.db", dir);
    snprintf(url, sizeof url, "sqlite:%s", file);
    if (db_test_base && !*db_test_base_file) db_test_sqlite_base();
    if (*db_test_base_file) db_test_copy(db_test_base_file, file);
    db_test_run(url, fn);
    db_test_unlink(file);
    rmdir(dir);
}

/* "CREATE DATABASE name …" like base, or from nothing without one; without create, "DROP DATABASE name". */
static inline void db_test_pg_admin(const char *cluster, const char *name, bool create, const char *base)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    DbPool *pool = NULL;
    db_test_must(&ctx, db_pool_open(&ctx, cluster, 1, &pool));
    Db *db = NULL;
    db_test_must(&ctx, db_take_write(&ctx, pool, &db));
    SqlBuf b;
    sql_init(&b, &ctx, db);
    if (create) sql_lit(&b, "CREATE DATABASE ");
    else sql_lit(&b, "DROP DATABASE ");
    sql_ident(&b, name);
    if (!create) {
        sql_lit(&b, " WITH (FORCE)");
    } else if (*base) {
        sql_lit(&b, " TEMPLATE ");
        sql_ident(&b, base);
    } else {
        sql_lit(&b, " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    }
    db_test_must(&ctx, sql_exec(&ctx, db, &b));
    db_done(&ctx, &db);
    db_pool_close(&pool);
    arena_free(&arena);
}

/* The same url with another database: scheme://authority/NAME?parameters */
static inline void db_test_pg_url(char *url, size_t cap, const char *cluster, const char *name)
{
    const char *authority = strstr(cluster, "://");
    assert_non_null(authority);
    const char *slash = strchr(authority + 3, '/'), *query = strchr(cluster, '?');
    int head = slash ? (int)(slash - cluster) : query ? (int)(query - cluster) : (int)strlen(cluster);
    snprintf(url, cap, "%.*s/%s%s", head, cluster, name, query ? query : "");
}

static inline void db_test_pg_clean(void)
{
    db_test_pg_admin(getenv("ANLAN_TEST_PG"), db_test_base_name, false, "");
}

static inline void db_test_pg_base(const char *cluster)
{
    char name[64], url[1024];
    snprintf(name, sizeof name, "anlan_test_%ld_base", (long)getpid());
    db_test_pg_url(url, sizeof url, cluster, name);
    db_test_pg_admin(cluster, name, true, "");
    db_test_prepare(url);
    snprintf(db_test_base_name, sizeof db_test_base_name, "%s", name);
    atexit(db_test_pg_clean);
}

static inline void db_test_pg(const char *cluster, DbTestFn fn)
{
    static unsigned count;
    char name[64], url[1024];
    snprintf(name, sizeof name, "anlan_test_%ld_%u", (long)getpid(), ++count);
    db_test_pg_url(url, sizeof url, cluster, name);
    if (db_test_base && !*db_test_base_name) db_test_pg_base(cluster);
    db_test_pg_admin(cluster, name, true, db_test_base_name);
    db_test_run(url, fn);
    db_test_pg_admin(cluster, name, false, "");
}

static inline void db_test_each(DbTestFn fn)
{
    crypto_init();
    db_test_sqlite(fn);
    const char *cluster = getenv("ANLAN_TEST_PG"), *required = getenv("ANLAN_REQUIRE_PG");
    if (cluster && *cluster) {
        db_test_pg(cluster, fn);
    } else if (required && strcmp(required, "1") == 0) {
        fprintf(stderr, "ANLAN_REQUIRE_PG is set, but ANLAN_TEST_PG is not\n");
        fail();
    } else {
        fprintf(stderr, "skipped: PostgreSQL\n");
    }
}
