/* Migrations. All missing ones run in one transaction, which both databases allow for CREATE and ALTER too: a
 * failure leaves nothing half done. What ran is recorded with the SHA-256 of its text; an old text that has
 * changed since is refused, because the databases out there were made by the former one. Two programs that
 * start at once are parted by SQLite's writer lock or an advisory lock in PostgreSQL. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "driver.h"

enum { LOCK_KEY = 0x616e6c61 };

static const struct {
    const char *token;
    const char *text[2];
} tokens[] = {
    {"{{id}}", {"INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY"}},
    {"{{strict}}", {"STRICT", ""}},
};
static const struct {
    const char *token;
    DbType type;
} type_tokens[] = {{"{{i64}}", DB_I64},   {"{{f64}}", DB_F64},   {"{{bool}}", DB_BOOL},
                   {"{{text}}", DB_TEXT}, {"{{json}}", DB_JSON}, {"{{bytes}}", DB_BYTES}};

static const DbType lock_args[] = {DB_I64};
static const DbQuery lock_query = {.name = "db.migrate_lock",
                                   .sql = {"SELECT ?1", "SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)"},
                                   .nargs = 1,
                                   .ncols = 1,
                                   .arg_types = lock_args};
static const char *const create_table[] = {
    "CREATE TABLE IF NOT EXISTS schema_migration (owner TEXT NOT NULL, number INTEGER NOT NULL, checksum "
    "TEXT NOT NULL,"
    " applied_at INTEGER NOT NULL, PRIMARY KEY (owner, number))",
    "CREATE TABLE IF NOT EXISTS schema_migration (owner TEXT COLLATE \"C\" NOT NULL, number BIGINT NOT NULL,"
    " checksum TEXT COLLATE \"C\" NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (owner, number))"};
static const DbType find_args[] = {DB_TEXT, DB_I64};
static const DbQuery find_query = {
    .name = "db.migrate_find",
    .sql = {"SELECT checksum FROM schema_migration WHERE owner = ?1 AND number = ?2",
            "SELECT checksum FROM schema_migration WHERE owner = $1 AND number = $2"},
    .nargs = 2,
    .ncols = 1,
    .arg_types = find_args};
static const DbType last_args[] = {DB_TEXT};
static const DbQuery last_query = {.name = "db.migrate_last",
                                   .sql = {"SELECT MAX(number) FROM schema_migration WHERE owner = ?1",
                                           "SELECT MAX(number) FROM schema_migration WHERE owner = $1"},
                                   .nargs = 1,
                                   .ncols = 1,
                                   .arg_types = last_args};
static const DbType record_args[] = {DB_TEXT, DB_I64, DB_TEXT, DB_I64};
static const DbQuery record_query = {
    .name = "db.migrate_record",
    .sql = {"INSERT INTO schema_migration (owner, number, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)",
            "INSERT INTO schema_migration (owner, number, checksum, applied_at) VALUES ($1, $2, $3, $4)"},
    .nargs = 4,
    .arg_types = record_args};

/* The text a token at the start of s stands for, or NULL. */
static const char *token_text(Str s, DbKind kind, size_t *len)
{
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
        if (str_starts(s, str_of(tokens[i].token))) {
            *len = strlen(tokens[i].token);
            return tokens[i].text[kind];
        }
    for (size_t i = 0; i < ARRAY_LEN(type_tokens); i++)
        if (str_starts(s, str_of(type_tokens[i].token))) {
            *len = strlen(type_tokens[i].token);
            return db__type_name(kind, type_tokens[i].type);
        }
    return NULL;
}

static void add_line(StrBuf *out, Str line, DbKind kind)
{
    while (line.n) {
        size_t len = 0;
        const char *text = str_starts(line, STR("{{")) ? token_text(line, kind, &len) : NULL;
        ENSURE(text || !str_starts(line, STR("{{"))); /* an unknown token */
        if (text) {
            buf_addz(out, text);
            line = str_n(line.p + len, line.n - len);
        } else {
            buf_addc(out, line.p[0]);
            line = str_n(line.p + 1, line.n - 1);
        }
    }
    buf_addc(out, '\n');
}

static Rc run_statement(Ctx *ctx, Db *db, const DbMigration *m, StrBuf *text)
{
    Str sql = str_trim(buf_str(text));
    if (str_ends(sql, STR(";"))) sql.n--;
    const char *name = arena_printf(ctx->arena, "%s migration %d", m->owner, m->number);
    Rc rc = sql.n ? db__exec_text(ctx, db, name, str_z(ctx->arena, sql)) : RC_OK;
    text->n = 0;
    return rc < 0 ? rc : RC_OK;
}

/* Lines after "-- dialect: sqlite" or "-- dialect: pg" are for that database only, until "-- dialect: both".
 */
static bool is_for(Str line, DbKind kind, bool before)
{
    static const char *const own[] = {"-- dialect: sqlite", "-- dialect: pg"};
    if (!str_starts(line, STR("-- dialect:"))) return before;
    return str_is(line, "-- dialect: both") || str_is(line, own[kind]);
}

static Rc run_text(Ctx *ctx, Db *db, const DbMigration *m)
{
    StrBuf statement;
    buf_init(&statement, ctx->arena);
    Str rest = str_of(m->sql);
    bool wanted = true;
    while (rest.n) {
        Str line = str_cut(&rest, '\n'), bare = str_trim(line);
        wanted = is_for(bare, db_kind(db), wanted);
        if (!wanted || bare.n == 0 || str_starts(bare, STR("--"))) continue;
        add_line(&statement, line, db_kind(db));
        if (str_ends(bare, STR(";"))) TRY(run_statement(ctx, db, m, &statement));
    }
    return run_statement(ctx, db, m, &statement);
}

static Rc run_one(Ctx *ctx, Db *db, const DbMigration *m)
{
    unsigned char digest[SHA256_BYTES];
    crypto_sha256(m->sql, strlen(m->sql), digest);
    const char *checksum = hex_print(ctx->arena, digest, sizeof digest);
    DbCursor *c;
    Rc found = db_query_one(ctx, db, &find_query, DB_ARGS(db_val_z(m->owner), db_val_i64(m->number)), &c);
    TRY(found);
    if (found) {
        if (str_is(db_str(c, 0), checksum)) return RC_OK;
        return FAIL(ctx, RC_DB, "db.migration_changed", "数据库升级脚本 %s 第 %d 号在执行之后被改动",
                    "migration %s %d was changed after it ran", m->owner, m->number);
    }
    TRY(run_text(ctx, db, m));
    TRY(db_exec(
        ctx, db, &record_query,
        DB_ARGS(db_val_z(m->owner), db_val_i64(m->number), db_val_z(checksum), db_val_i64(clock_now()))));
    LOG(LOG_INFO, "db", "migration applied", LOG_Z("owner", m->owner), LOG_I64("number", m->number));
    return RC_OK;
}

/* An older program must not work on a newer database. */
static Rc refuse_newer(Ctx *ctx, Db *db, const DbMigration *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool last = i + 1 == n || strcmp(list[i].owner, list[i + 1].owner) != 0;
        if (!last) continue;
        DbCursor *c;
        TRY(db_query_one(ctx, db, &last_query, DB_ARGS(db_val_z(list[i].owner)), &c));
        if (c && db_i64(c, 0) > list[i].number)
            return FAIL(ctx, RC_DB, "db.newer", "数据库由更新版本的程序建立，请使用新版本程序",
                        "the database was made by a newer version of this program");
    }
    return RC_OK;
}

static void check_numbers(const DbMigration *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool first = i == 0 || strcmp(list[i].owner, list[i - 1].owner) != 0;
        ENSURE(list[i].number == (first ? 1 : list[i - 1].number + 1));
    }
}

static Rc run_all(Ctx *ctx, Db *db, const DbMigration *list, size_t n)
{
    DbCursor *c;
    TRY(db_query_one(ctx, db, &lock_query, DB_ARGS(db_val_i64(LOCK_KEY)), &c));
    TRY(db__exec_text(ctx, db, "db.migrate_table", create_table[db_kind(db)]));
    TRY(refuse_newer(ctx, db, list, n));
    for (size_t i = 0; i < n; i++) TRY(run_one(ctx, db, &list[i]));
    return RC_OK;
}

Rc db_migrate_in(Ctx *ctx, Db *db, const DbMigration *list, size_t n)
{
    ENSURE(db_in_transaction(db));
    check_numbers(list, n);
    return run_all(ctx, db, list, n);
}

void db_migrated(Db *db)
{
    db->driver->forget(db->conn);
}

Rc db_migrate(Ctx *ctx, DbPool *pool, const DbMigration *list, size_t n)
{
    Db *db;
    TRY(db_take_write(ctx, pool, &db));
    Rc rc = db_begin(ctx, db);
    if (rc == RC_OK) rc = db_migrate_in(ctx, db, list, n);
    if (rc == RC_OK) rc = db_commit(ctx, db);
    db_rollback(ctx, db);
    db_migrated(db);
    db_done(ctx, &db);
    return rc;
}
