/* One SQL text on two databases, SQLite and PostgreSQL.
 *
 * Static statements live in queries.sql files beside the code that uses them and are turned into DbQuery
 * constants by tools/sqlgen (`:name` becomes ?n or $n by the order of the `-- args:` line). Dynamic ones
 * (filters, sorts, derived tables) are put together with SqlBuf from literals, checked identifiers and bound
 * values. Nothing else makes SQL. */
#pragma once
#include "base/ctx.h"
#include <stdint.h>

typedef struct DbPool DbPool;     /* one database; thread-safe */
typedef struct Db Db;             /* one connection, held by one thread */
typedef struct DbCursor DbCursor; /* a running query */

typedef enum { DB_SQLITE = 0, DB_PG = 1 } DbKind;
typedef enum { DB_NULL, DB_I64, DB_F64, DB_TEXT, DB_BYTES, DB_BOOL, DB_JSON } DbType;

typedef struct DbVal {
    DbType type; /* DB_NULL: a null of the argument's declared type */
    int64_t i;   /* DB_I64, and 0/1 for DB_BOOL */
    double f;
    Str s; /* DB_TEXT, DB_JSON, DB_BYTES */
} DbVal;
#define db_val_null()   ((DbVal){.type = DB_NULL})
#define db_val_i64(v)   ((DbVal){.type = DB_I64, .i = (v)})
#define db_val_f64(v)   ((DbVal){.type = DB_F64, .f = (v)})
#define db_val_bool(v)  ((DbVal){.type = DB_BOOL, .i = (v) ? 1 : 0})
#define db_val_text(v)  ((DbVal){.type = DB_TEXT, .s = (v)})
#define db_val_z(v)     ((DbVal){.type = DB_TEXT, .s = str_of(v)})
#define db_val_json(v)  ((DbVal){.type = DB_JSON, .s = (v)})
#define db_val_bytes(v) ((DbVal){.type = DB_BYTES, .s = (v)})
/* i64, or null for TIME_NONE and for id 0 */
#define db_val_time(v) ((v) == INT64_MIN ? db_val_null() : db_val_i64(v))
#define db_val_id(v)   ((v) == 0 ? db_val_null() : db_val_i64(v))

/* A static statement, made by tools/sqlgen. */
typedef struct DbQuery {
    const char *name;
    const char *sql[2]; /* by DbKind */
    unsigned nargs, ncols;
    const DbType *arg_types;
} DbQuery;
/* The arguments of a static query in the order of its `-- args:` line: DB_ARGS(db_val_i64(id),
 * db_val_text(name)). */
#define DB_ARGS(...) (const DbVal[]){__VA_ARGS__}, sizeof((const DbVal[]){__VA_ARGS__}) / sizeof(DbVal)
#define DB_NO_ARGS   NULL, 0

/* url: "sqlite:PATH" or "postgresql://…". readers: connections for reading beside the one writer (SQLite);
 * for PostgreSQL the pool's size. RC_DB. */
Rc db_pool_open(Ctx *ctx, const char *url, int readers, DbPool **out);
void db_pool_close(DbPool **pool);
DbKind db_pool_kind(const DbPool *pool);
/* Statements run so far, begin and commit not counted: what a page costs can be held to a number. */
int64_t db_pool_statements(DbPool *pool);

/* Borrow a connection; it goes back when ctx's arena is reset, or at db_done. db_take_write waits for the one
 * writer of SQLite. A thread must not take two writers. RC_BUSY after 30 s. */
Rc db_take_read(Ctx *ctx, DbPool *pool, Db **out);
Rc db_take_write(Ctx *ctx, DbPool *pool, Db **out);
void db_done(Ctx *ctx, Db **db);
DbKind db_kind(const Db *db);

/* A transaction; it is rolled back at arena reset or db_done unless committed. SQLite: BEGIN IMMEDIATE.
 * Commit is durable (synchronous=FULL). On both databases a failed statement dooms its transaction: later
 * ones and the commit fail with RC_DB "db.doomed", only db_rollback is left. On a connection taken for
 * reading it is one snapshot, and read-only. */
Rc db_begin(Ctx *ctx, Db *db);
Rc db_commit(Ctx *ctx, Db *db);
void db_rollback(Ctx *ctx, Db *db);
bool db_in_transaction(const Db *db);

/* Arguments must be of the declared types; null, text for JSON, i64 for f64 and i64 for bool are accepted
 * too. A NaN is stored as null; STR_NONE as text is null; a text that is not UTF-8 or holds a NUL is
 * RC_INVALID "db.text". Run a statement without rows; returns the number of changed rows. A duplicate key is
 * RC_CONFLICT "db.duplicate" (cause names the constraint), a broken reference RC_CONFLICT "db.reference", the
 * rest RC_DB. */
Rc db_exec(Ctx *ctx, Db *db, const DbQuery *q, const DbVal *args, size_t nargs);
/* Start a query; the cursor is closed at its end, at arena reset or by db_close. Rows are streamed. */
Rc db_query(Ctx *ctx, Db *db, const DbQuery *q, const DbVal *args, size_t nargs, DbCursor **out);
/* 1: a row stands ready, 0: no more, negative: failure. */
Rc db_next(Ctx *ctx, DbCursor *c);
void db_close(DbCursor **c);
/* For one row: 1 it is there (the cursor stands on it; its texts live in ctx's arena, the statement is
 * already closed), 0 there is none and *out is NULL. */
Rc db_query_one(Ctx *ctx, Db *db, const DbQuery *q, const DbVal *args, size_t nargs, DbCursor **out);

size_t db_cols(const DbCursor *c);
const char *db_col_name(const DbCursor *c, size_t col);
bool db_is_null(const DbCursor *c, size_t col);
int64_t db_i64(const DbCursor *c, size_t col); /* 0 for null */
double db_f64(const DbCursor *c, size_t col);  /* NaN for null */
bool db_bool(const DbCursor *c, size_t col);
Str db_str(const DbCursor *c, size_t col); /* valid until the next db_next; STR_NONE for null */
Str db_str_copy(Ctx *ctx, const DbCursor *c, size_t col); /* lives in ctx's arena */
int64_t db_time(const DbCursor *c, size_t col);           /* TIME_NONE for null */

/* Dynamic statements. */
typedef struct SqlBuf {
    StrBuf text;
    DbKind kind;
    DbVal args[128];
    size_t nargs;
} SqlBuf;
void sql_init(SqlBuf *b, Ctx *ctx, const Db *db);
/* Literal SQL of the program's own text (a string literal, never input). */
#define sql_lit(b, literal) sql_lit_((b), "" literal "")
void sql_lit_(SqlBuf *b, const char *literal);
/* A table or column name from a const table; must match [a-z_][a-z0-9_]*, else ENSURE fails. */
void sql_ident(SqlBuf *b, const char *name);
/* A placeholder for a bound value. */
void sql_arg(SqlBuf *b, DbVal v);
/* The argument that was bound as the n-th (from 1) once more. */
void sql_again(SqlBuf *b, size_t n);
/* The type of a column in this database: "BIGINT"/"INTEGER" and so on. */
void sql_type(SqlBuf *b, DbType type);
Rc sql_exec(Ctx *ctx, Db *db, const SqlBuf *b);
Rc sql_query(Ctx *ctx, Db *db, const SqlBuf *b, DbCursor **out);

/* Migrations: forward only, numbered per owner, recorded with a checksum; a changed old one is refused. Texts
 * use the tokens
 * {{id}} (the type and PRIMARY KEY) {{i64}} {{f64}} {{bool}} {{text}} {{json}} {{bytes}}, and {{strict}}
 * after a table's closing bracket (SQLite then minds types as PostgreSQL does); statements are parted by ';'
 * at the end of a line. Lines after "-- dialect: sqlite" or "-- dialect: pg" are for that database only,
 * until "-- dialect: both". A list may hold several owners, one after the other. */
typedef struct DbMigration {
    const char *owner; /* slice or layer */
    int number;        /* from 1, without gaps */
    const char *sql;
} DbMigration;
Rc db_migrate(Ctx *ctx, DbPool *pool, const DbMigration *list, size_t n);
/* The same inside the caller's transaction, so that several lists and what lies between them are one change.
 * A failure dooms the transaction. The caller calls db_migrated when it has ended. */
Rc db_migrate_in(Ctx *ctx, Db *db, const DbMigration *list, size_t n);
void db_migrated(Db *db);

/* The columns a table has in the database, for deriving and for conformance tests; 0 rows when it does not
 * exist. */
typedef struct DbColumn {
    const char *name;
    const char *type; /* as the database says it */
    bool not_null;
} DbColumn;
Rc db_columns(Ctx *ctx, Db *db, const char *table, DbColumn **out, size_t *out_n);
/* Copy a live database to a new file that is there whole or not at all: SQLite's online backup, or pg_dump's
 * custom format (the program must be installed; RC_STATE "db.pg_tool" when not). */
Rc db_backup(Ctx *ctx, DbPool *pool, const char *file);
/* The same of the moment that a reader's transaction sees, whatever is written meanwhile: after db_take_read
 * and db_begin, db_pin fixes the moment and db_backup_of copies it. */
Rc db_pin(Ctx *ctx, Db *db);
Rc db_backup_of(Ctx *ctx, Db *db, const char *file);
/* pg_restore of such a file into the database of a PostgreSQL url, which must hold no table yet (RC_STATE
 * "db.not_empty"); all or nothing. */
Rc db_restore_pg(Ctx *ctx, const char *url, const char *file);
