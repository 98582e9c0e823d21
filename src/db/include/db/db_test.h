/* For tests that speak to a database: the same function is run on SQLite (a file in a temporary directory)
 * and on PostgreSQL (a fresh database of the cluster in ANLAN_TEST_PG, see scripts/with-postgres.sh). Without
 * ANLAN_TEST_PG the second run is skipped with a word about it, or is a failure when ANLAN_REQUIRE_PG=1.
 *
 *     static void keeps_rows(DbPool *pool) { … }
 *     static void test_keeps_rows(void **state) { (void)state; db_test_each(keeps_rows); }
 *
 * Include cmocka.h first. */
#pragma once
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

static inline void db_test_sqlite(DbTestFn fn)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    const char *tmp = getenv("TMPDIR");
    char dir[512], url[600], file[600];
    snprintf(dir, sizeof dir, "%s/anlan-test.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
    snprintf(url, sizeof url, "sqlite:%s/test.db", dir);
    db_test_run(url, fn);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        snprintf(file, sizeof file, "%s/test.db%s", dir, suffixes[i]);
        unlink(file);
    }
    rmdir(dir);
}

/* "CREATE DATABASE name …" or "DROP DATABASE name …" in the cluster. */
static inline void db_test_pg_admin(const char *cluster, const char *name, bool create)
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
    if (create) sql_lit(&b, " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    else sql_lit(&b, " WITH (FORCE)");
    db_test_must(&ctx, sql_exec(&ctx, db, &b));
    db_done(&ctx, &db);
    db_pool_close(&pool);
    arena_free(&arena);
}

static inline void db_test_pg(const char *cluster, DbTestFn fn)
{
    static unsigned count;
    char name[64], url[1024];
    snprintf(name, sizeof name, "anlan_test_%ld_%u", (long)getpid(), ++count);
    /* The same url with another database: scheme://authority/NAME?parameters */
    const char *authority = strstr(cluster, "://");
    assert_non_null(authority);
    const char *slash = strchr(authority + 3, '/'), *query = strchr(cluster, '?');
    int head = slash ? (int)(slash - cluster) : query ? (int)(query - cluster) : (int)strlen(cluster);
    snprintf(url, sizeof url, "%.*s/%s%s", head, cluster, name, query ? query : "");
    db_test_pg_admin(cluster, name, true);
    db_test_run(url, fn);
    db_test_pg_admin(cluster, name, false);
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
