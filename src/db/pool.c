/* Connections and who holds them. SQLite has one writer and some readers beside it; PostgreSQL has one set
 * for both. A connection goes back when the arena it was borrowed with is reset: open cursors are closed and
 * an uncommitted transaction is rolled back, so that no path out of a request can leave either behind. */
#include "driver.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_SECONDS = 30, READERS_MAX = 256 };

struct DbPool {
    const DbDriver *driver;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    size_t n;
    _Atomic int64_t statements; /* run so far */
    Db all[];
};

static const DbDriver *const drivers[] = {&db__sqlite, &db__pg};

static const DbDriver *find_driver(const char *url)
{
    for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
        if (str_starts(str_of(url), str_of(drivers[i]->scheme))) return drivers[i];
    return str_starts(str_of(url), STR("postgres://")) ? &db__pg : NULL;
}

static DbPool *pool_new(const DbDriver *driver, size_t n)
{
    DbPool *pool = calloc(1, sizeof *pool + n * sizeof(Db));
    ENSURE(pool);
    pool->driver = driver;
    pool->n = n;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->freed, &attr);
    pthread_condattr_destroy(&attr);
    return pool;
}

Rc db_pool_open(Ctx *ctx, const char *url, int readers, DbPool **out)
{
    const DbDriver *driver = find_driver(url);
    if (!driver)
        return FAIL(ctx, RC_DB, "db.url", "数据库地址应以 sqlite: 或 postgresql:// 开头",
                    "a database url begins with sqlite: or postgresql://");
    ENSURE(readers > 0 && readers <= READERS_MAX);
    bool sqlite = driver->kind == DB_SQLITE;
    DbPool *pool = pool_new(driver, (size_t)readers + sqlite);
    for (size_t i = 0; i < pool->n; i++) {
        Db *db = &pool->all[i];
        *db = (Db){.pool = pool, .driver = driver, .writer = !sqlite || i == 0};
        Rc rc = driver->open(ctx, url, db->writer, &db->conn);
        if (rc < 0) {
            db_pool_close(&pool);
            return rc;
        }
    }
    *out = pool;
    return RC_OK;
}

void db_pool_close(DbPool **pp)
{
    DbPool *pool = *pp;
    if (!pool) return;
    /* The writer is closed last: SQLite then folds the log into the file. */
    for (size_t i = pool->n; i-- > 0;) {
        ENSURE(!pool->all[i].taken);
        if (pool->all[i].conn) pool->driver->close(pool->all[i].conn);
    }
    pthread_cond_destroy(&pool->freed);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
    *pp = NULL;
}

DbKind db_pool_kind(const DbPool *pool)
{
    return pool->driver->kind;
}

int64_t db_pool_statements(DbPool *pool)
{
    return atomic_load_explicit(&pool->statements, memory_order_relaxed);
}

void db__count(Db *db)
{
    atomic_fetch_add_explicit(&db->pool->statements, 1, memory_order_relaxed);
}

static void give_back(void *arg)
{
    Db *db = arg;
    DbPool *pool = db->pool;
    db__end_cursors(db);
    if (db->in_transaction) db_rollback(NULL, db);
    pthread_mutex_lock(&pool->lock);
    db->taken = db->taken_to_write = false;
    db->arena = NULL;
    pthread_cond_broadcast(&pool->freed);
    pthread_mutex_unlock(&pool->lock);
}

/* Whether a free connection is fit for this use: SQLite's writer is kept for writing. */
static bool fits(const Db *db, bool write)
{
    return !db->taken && (db->driver->kind == DB_PG || db->writer == write);
}

static Db *find_free(DbPool *pool, bool write)
{
    for (size_t i = 0; i < pool->n; i++)
        if (fits(&pool->all[i], write)) return &pool->all[i];
    return NULL;
}

static void forbid_two_writers(const DbPool *pool)
{
    for (size_t i = 0; i < pool->n; i++)
        ENSURE(!(pool->all[i].taken_to_write && pthread_equal(pool->all[i].holder, pthread_self())));
}

static Db *wait_free(DbPool *pool, bool write)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_SECONDS;
    pthread_mutex_lock(&pool->lock);
    if (write) forbid_two_writers(pool);
    Db *db = NULL;
    while (!(db = find_free(pool, write)) &&
           pthread_cond_timedwait(&pool->freed, &pool->lock, &until) != ETIMEDOUT)
        continue;
    if (db) {
        db->taken = true;
        db->taken_to_write = write;
        db->holder = pthread_self();
    }
    pthread_mutex_unlock(&pool->lock);
    return db;
}

static Rc take(Ctx *ctx, DbPool *pool, bool write, Db **out)
{
    Db *db = wait_free(pool, write);
    if (!db)
        return FAIL(ctx, RC_BUSY, "db.busy", "数据库繁忙，请稍后再试",
                    "the database is busy, try again later");
    db->in_transaction = db->doomed = false;
    db->arena = ctx->arena;
    Rc rc = db->driver->ready(ctx, db->conn);
    if (rc < 0) {
        give_back(db);
        return rc;
    }
    arena_defer(ctx->arena, give_back, db);
    *out = db;
    return RC_OK;
}

Rc db_take_read(Ctx *ctx, DbPool *pool, Db **out)
{
    return take(ctx, pool, false, out);
}

Rc db_take_write(Ctx *ctx, DbPool *pool, Db **out)
{
    return take(ctx, pool, true, out);
}

void db_done(Ctx *ctx, Db **dbp)
{
    (void)ctx;
    Db *db = *dbp;
    if (!db) return;
    ENSURE(db->taken);
    arena_undefer(db->arena, give_back, db);
    give_back(db);
    *dbp = NULL;
}

DbKind db_kind(const Db *db)
{
    return db->driver->kind;
}

Rc db_pin(Ctx *ctx, Db *db)
{
    static const DbQuery pin = {
        .name = "db.pin", .sql = {"SELECT COUNT(*) FROM sqlite_master", "SELECT 1"}, .ncols = 1};
    DbCursor *c;
    ENSURE(db->in_transaction);
    Rc rc = db_query_one(ctx, db, &pin, DB_NO_ARGS, &c);
    return rc < 0 ? rc : RC_OK;
}

Rc db_backup_of(Ctx *ctx, Db *db, const char *file)
{
    ENSURE(db->in_transaction && !db->open);
    return db->driver->backup(ctx, db->conn, file);
}

Rc db_backup(Ctx *ctx, DbPool *pool, const char *file)
{
    Db *db;
    TRY(db_take_read(ctx, pool, &db));
    Rc rc = db_begin(ctx, db);
    if (rc >= 0) rc = db_pin(ctx, db);
    if (rc >= 0) rc = db_backup_of(ctx, db, file);
    db_done(ctx, &db);
    return rc;
}
