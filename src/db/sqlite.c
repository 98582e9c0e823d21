/* SQLite. Settings make it behave like PostgreSQL where it can: foreign keys on, LIKE minds case, "x" is
 * never a string, readers cannot write. WAL with synchronous=FULL: a commit that returned is on disk.
 * Prepared statements are kept per connection by their text; one that is running (a cursor over the same
 * text) is not shared. */
#include "driver.h"
#include "base/strmap.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CACHE_SIZE = 256, BUSY_MS = 30000, BACKUP_PAGES = 512 };

typedef struct Stmt {
    sqlite3_stmt *stmt;
    size_t hash;
    uint64_t used_at;
    bool busy;
    bool cached;
} Stmt;

typedef struct Conn {
    sqlite3 *db;
    Stmt *cache[CACHE_SIZE];
    size_t n;
    uint64_t tick;
} Conn;

static const struct {
    int sqlite;
    Rc rc;
    const char *code;
    Text text;
} failures[] = {
    {SQLITE_CONSTRAINT_UNIQUE, RC_CONFLICT, "db.duplicate",
     T("已有相同的记录", "there is such a record already")},
    {SQLITE_CONSTRAINT_PRIMARYKEY, RC_CONFLICT, "db.duplicate",
     T("已有相同的记录", "there is such a record already")},
    {SQLITE_CONSTRAINT_ROWID, RC_CONFLICT, "db.duplicate",
     T("已有相同的记录", "there is such a record already")},
    {SQLITE_CONSTRAINT_FOREIGNKEY, RC_CONFLICT, "db.reference",
     T("引用的记录不存在，或本记录仍被引用",
       "a referenced record is absent, or this one is still referenced")},
    {SQLITE_FULL, RC_IO, "db.full", T("磁盘空间不足，未能保存", "the disk is full, nothing was saved")},
};

static Rc fail(Ctx *ctx, Conn *k, const char *what)
{
    int code = sqlite3_extended_errcode(k->db);
    Rc rc = RC_DB;
    if ((code & 0xff) == SQLITE_BUSY) {
        rc = FAIL(ctx, RC_BUSY, "db.busy", "数据库繁忙，请稍后再试", "the database is busy, try again later");
    } else {
        size_t i = 0;
        while (i < ARRAY_LEN(failures) && failures[i].sqlite != code) i++;
        if (i < ARRAY_LEN(failures))
            rc = ctx_fail(ctx, failures[i].rc, failures[i].code, __FILE__, __LINE__, "%s",
                          text_in(failures[i].text, ctx->lang));
        else rc = FAIL(ctx, RC_DB, "db.failed", "数据库操作失败", "the database operation failed");
    }
    ctx_cause(ctx, "%s: %s (%d)", what, sqlite3_errmsg(k->db), code);
    return rc;
}

static void stmt_free(Stmt *s)
{
    sqlite3_finalize(s->stmt);
    free(s);
}

static void forget(void *conn)
{
    Conn *k = conn;
    for (size_t i = 0; i < k->n; i++) {
        k->cache[i]->cached = false;
        if (!k->cache[i]->busy) stmt_free(k->cache[i]);
    }
    k->n = 0;
}

static void conn_close(void *conn)
{
    Conn *k = conn;
    forget(k);
    ENSURE(sqlite3_close(k->db) == SQLITE_OK); /* no statement is left open */
    free(k);
}

static Rc set_up(Ctx *ctx, Conn *k, bool writer)
{
    static const char *const settings =
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
        "PRAGMA case_sensitive_like=ON; PRAGMA trusted_schema=OFF;"
        "PRAGMA cache_size=-16000;";
    sqlite3_extended_result_codes(k->db, 1);
    sqlite3_busy_timeout(k->db, BUSY_MS);
    sqlite3_db_config(k->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(k->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(k->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    const char *mode = writer ? "PRAGMA journal_mode=WAL" : "PRAGMA query_only=ON";
    if (sqlite3_exec(k->db, mode, NULL, NULL, NULL) != SQLITE_OK) return fail(ctx, k, "open");
    if (sqlite3_exec(k->db, settings, NULL, NULL, NULL) != SQLITE_OK) return fail(ctx, k, "open");
    return RC_OK;
}

/* What one statement needs in small pieces comes from a slab of the connection's own (SLOT bytes, SLOTS of
 * them), and nobody counts all memory of all connections under one lock. */
static void start_library(void)
{
    enum { SLOT = 1200, SLOTS = 400 };
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, SLOT, SLOTS);
}

static Rc conn_open(Ctx *ctx, const char *url, bool writer, void **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_library);
    const char *path = url + strlen("sqlite:");
    if (!*path || str_starts(str_of(path), STR(":")))
        return FAIL(ctx, RC_DB, "db.url", "sqlite: 之后应为文件路径", "a file path follows sqlite:");
    Conn *k = calloc(1, sizeof *k);
    ENSURE(k);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    Rc rc = RC_OK;
    if (sqlite3_open_v2(path, &k->db, flags, NULL) != SQLITE_OK) {
        rc = FAIL(ctx, RC_DB, "db.open", "无法打开数据库 %s", "cannot open database %s", path);
        ctx_cause(ctx, "%s", sqlite3_errmsg(k->db));
    } else {
        rc = set_up(ctx, k, writer);
    }
    if (rc < 0) {
        conn_close(k);
        return rc;
    }
    *out = k;
    return RC_OK;
}

static Rc ready(Ctx *ctx, void *conn)
{
    (void)ctx;
    (void)conn;
    return RC_OK;
}

static void evict_one(Conn *k)
{
    size_t oldest = k->n;
    for (size_t i = 0; i < k->n; i++)
        if (!k->cache[i]->busy && (oldest == k->n || k->cache[i]->used_at < k->cache[oldest]->used_at))
            oldest = i;
    if (oldest == k->n) return; /* all are running */
    stmt_free(k->cache[oldest]);
    k->cache[oldest] = k->cache[--k->n];
}

static Stmt *find_cached(Conn *k, Str sql, size_t hash)
{
    for (size_t i = 0; i < k->n; i++) {
        Stmt *s = k->cache[i];
        if (s->hash == hash && !s->busy && str_is(sql, sqlite3_sql(s->stmt))) return s;
    }
    return NULL;
}

static Rc bind(Ctx *ctx, Conn *k, Stmt *s, const DbRun *run)
{
    for (size_t i = 0; i < run->nargs; i++) {
        const DbVal *v = &run->args[i];
        int at = (int)i + 1, rc = SQLITE_OK;
        switch (v->type) {
        case DB_NULL:
            rc = sqlite3_bind_null(s->stmt, at);
            break;
        case DB_I64:
            rc = sqlite3_bind_int64(s->stmt, at, v->i);
            break;
        case DB_BOOL:
            rc = sqlite3_bind_int64(s->stmt, at, v->i != 0);
            break;
        case DB_F64:
            rc = sqlite3_bind_double(s->stmt, at, v->f);
            break;
        case DB_TEXT:
        case DB_JSON:
            rc = sqlite3_bind_text64(s->stmt, at, v->s.p, v->s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
            break;
        case DB_BYTES:
            rc = sqlite3_bind_blob64(s->stmt, at, v->s.n ? v->s.p : "", v->s.n, SQLITE_TRANSIENT);
            break;
        }
        if (rc != SQLITE_OK) return fail(ctx, k, run->name); /* too big */
    }
    return RC_OK;
}

static void release(Stmt *s)
{
    sqlite3_reset(s->stmt);
    sqlite3_clear_bindings(s->stmt);
    s->busy = false;
    if (!s->cached) stmt_free(s);
}

static Rc prepare_new(Ctx *ctx, Conn *k, const DbRun *run, size_t hash, Stmt **out)
{
    sqlite3_stmt *stmt = NULL;
    const char *tail = NULL;
    ENSURE(run->sql.n < INT_MAX);
    if (sqlite3_prepare_v3(k->db, run->sql.p, (int)run->sql.n, SQLITE_PREPARE_PERSISTENT, &stmt, &tail) !=
        SQLITE_OK)
        return fail(ctx, k, run->name);
    ENSURE(stmt && (size_t)(tail - run->sql.p) == run->sql.n); /* one statement */
    ENSURE((size_t)sqlite3_bind_parameter_count(stmt) == run->nargs);
    if (k->n == CACHE_SIZE) evict_one(k);
    Stmt *s = calloc(1, sizeof *s);
    ENSURE(s);
    *s = (Stmt){.stmt = stmt, .hash = hash, .cached = k->n < CACHE_SIZE};
    if (s->cached) k->cache[k->n++] = s;
    *out = s;
    return RC_OK;
}

/* A statement ready to step, marked busy. */
static Rc prepare(Ctx *ctx, Conn *k, const DbRun *run, Stmt **out)
{
    size_t hash = (size_t)hash_bytes(run->sql.p, run->sql.n);
    Stmt *s = find_cached(k, run->sql, hash);
    if (!s) TRY(prepare_new(ctx, k, run, hash, &s));
    s->busy = true;
    s->used_at = ++k->tick;
    Rc rc = bind(ctx, k, s, run);
    if (rc < 0) release(s);
    else *out = s;
    return rc;
}

static Rc control(Ctx *ctx, void *conn, DbControl what)
{
    static const char *const texts[] = {[DB_BEGIN_READ] = "BEGIN",
                                        [DB_BEGIN_WRITE] = "BEGIN IMMEDIATE",
                                        [DB_COMMIT] = "COMMIT",
                                        [DB_ROLLBACK] = "ROLLBACK"};
    Conn *k = conn;
    /* After some failures (disk full) SQLite has rolled back by itself. */
    if (what == DB_ROLLBACK && sqlite3_get_autocommit(k->db)) return RC_OK;
    DbRun run = {.name = texts[what], .sql = str_of(texts[what])};
    Stmt *s;
    TRY(prepare(ctx, k, &run, &s));
    Rc rc = sqlite3_step(s->stmt) == SQLITE_DONE ? RC_OK : fail(ctx, k, texts[what]);
    release(s);
    return rc;
}

static Rc exec(Ctx *ctx, void *conn, const DbRun *run)
{
    Conn *k = conn;
    Stmt *s;
    TRY(prepare(ctx, k, run, &s));
    /* sqlite3_changes() keeps its old value over a statement that changes no rows, such as CREATE TABLE. */
    sqlite3_int64 before = sqlite3_total_changes64(k->db);
    int step;
    while ((step = sqlite3_step(s->stmt)) == SQLITE_ROW) continue;
    Rc rc = RC_OK;
    if (step != SQLITE_DONE) {
        rc = fail(ctx, k, run->name);
    } else if (sqlite3_total_changes64(k->db) != before) {
        sqlite3_int64 changed = sqlite3_changes64(k->db);
        rc = changed > INT_MAX ? INT_MAX : (Rc)changed;
    }
    release(s);
    return rc;
}

static Rc query(Ctx *ctx, void *conn, const DbRun *run, DbCursor *c)
{
    Stmt *s;
    TRY(prepare(ctx, conn, run, &s));
    c->state = s;
    c->ncols = (size_t)sqlite3_column_count(s->stmt);
    return RC_OK;
}

static const char *col_name(const DbCursor *c, size_t col)
{
    const Stmt *s = c->state;
    const char *name = sqlite3_column_name(s->stmt, (int)col);
    ENSURE(name);
    return name;
}

static void fill(DbVal *v, sqlite3_stmt *stmt, int col)
{
    *v = (DbVal){.type = DB_NULL};
    switch (sqlite3_column_type(stmt, col)) {
    case SQLITE_INTEGER:
        v->type = DB_I64;
        v->i = sqlite3_column_int64(stmt, col);
        break;
    case SQLITE_FLOAT:
        v->type = DB_F64;
        v->f = sqlite3_column_double(stmt, col);
        break;
    case SQLITE_TEXT:
        v->type = DB_TEXT;
        v->s.p = (const char *)sqlite3_column_text(stmt, col);
        v->s.n = (size_t)sqlite3_column_bytes(stmt, col);
        break;
    case SQLITE_BLOB:
        v->type = DB_BYTES;
        v->s.p = sqlite3_column_blob(stmt, col);
        v->s.n = (size_t)sqlite3_column_bytes(stmt, col);
        break;
    default:
        break;
    }
}

static Rc next(Ctx *ctx, DbCursor *c)
{
    Stmt *s = c->state;
    int step = sqlite3_step(s->stmt);
    if (step == SQLITE_DONE) return 0;
    if (step != SQLITE_ROW) return fail(ctx, c->db->conn, c->name);
    for (size_t i = 0; i < c->ncols; i++) fill(&c->row[i], s->stmt, (int)i);
    return 1;
}

static void end(DbCursor *c)
{
    release(c->state);
}

static Rc copy_pages(Ctx *ctx, Conn *k, sqlite3 *to)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", k->db, "main");
    int step = b ? SQLITE_OK : SQLITE_ERROR;
    while (step == SQLITE_OK || step == SQLITE_BUSY || step == SQLITE_LOCKED) {
        step = sqlite3_backup_step(b, BACKUP_PAGES);
        if (step == SQLITE_BUSY || step == SQLITE_LOCKED) sqlite3_sleep(20);
    }
    sqlite3_backup_finish(b);
    if (step == SQLITE_DONE) return RC_OK;
    FAIL(ctx, RC_DB, "db.backup", "数据库备份失败", "the backup failed");
    ctx_cause(ctx, "%s", sqlite3_errmsg(to));
    return RC_DB;
}

static Rc sync_and_rename(Ctx *ctx, const char *part, const char *file)
{
    int fd = open(part, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    if (ok && rename(part, file) == 0) return RC_OK;
    FAIL(ctx, RC_IO, "db.backup", "无法写入备份文件 %s", "cannot write backup file %s", file);
    ctx_cause(ctx, "%s", strerror(errno));
    return RC_IO;
}

/* Into a file beside the target first: a backup either is there whole or is not there. */
static Rc backup(Ctx *ctx, void *conn, const char *file)
{
    const char *part = arena_printf(ctx->arena, "%s.part", file);
    unlink(part);
    sqlite3 *to = NULL;
    Rc rc;
    if (sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK)
        rc = copy_pages(ctx, conn, to);
    else rc = FAIL(ctx, RC_IO, "db.backup", "无法写入备份文件 %s", "cannot write backup file %s", file);
    sqlite3_close(to);
    if (rc == RC_OK) rc = sync_and_rename(ctx, part, file);
    if (rc < 0) unlink(part);
    return rc;
}

const DbDriver db__sqlite = {
    .kind = DB_SQLITE,
    .scheme = "sqlite:",
    .open = conn_open,
    .close = conn_close,
    .ready = ready,
    .control = control,
    .exec = exec,
    .query = query,
    .col_name = col_name,
    .next = next,
    .end = end,
    .forget = forget,
    .backup = backup,
};
