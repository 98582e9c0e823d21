/* What a database adapter provides. The front (db.c, pool.c, cursor.c) checks arguments, keeps the rules of
 * transactions and gives connections away; an adapter only speaks to its library. Shared inside src/db. */
#pragma once
#include "db/db.h"
#include <pthread.h>

/* A statement about to run. args are of the types in types (DB_NULL for a null); text is checked UTF-8. */
typedef struct DbRun {
    const char *name; /* for messages */
    Str sql;
    const DbType *types;
    const DbVal *args;
    size_t nargs;
} DbRun;

typedef enum { DB_BEGIN_READ, DB_BEGIN_WRITE, DB_COMMIT, DB_ROLLBACK } DbControl;

typedef struct DbDriver {
    DbKind kind;
    const char *scheme; /* how its url begins */
    /* where: the url. A reader may refuse to write. */
    Rc (*open)(Ctx *ctx, const char *where, bool writer, void **out_conn);
    void (*close)(void *conn);
    /* Called when the connection is borrowed: makes a lost one anew. */
    Rc (*ready)(Ctx *ctx, void *conn);
    Rc (*control)(Ctx *ctx, void *conn, DbControl what);
    /* Returns the number of changed rows. */
    Rc (*exec)(Ctx *ctx, void *conn, const DbRun *run);
    /* Starts the query and sets c->ncols and c->state; the front then makes c->row and c->names. */
    Rc (*query)(Ctx *ctx, void *conn, const DbRun *run, DbCursor *c);
    const char *(*col_name)(const DbCursor *c, size_t col);
    /* 1: c->row is filled (texts borrowed until the next call), 0: no more. */
    Rc (*next)(Ctx *ctx, DbCursor *c);
    /* Lets go of c->state; also called after a failed next. */
    void (*end)(DbCursor *c);
    /* Forgets prepared statements, after tables were changed. */
    void (*forget)(void *conn);
    /* Of the moment of the transaction under way; a new file, whole or not at all. */
    Rc (*backup)(Ctx *ctx, void *conn, const char *file);
} DbDriver;

extern const DbDriver db__sqlite, db__pg;

struct Db {
    DbPool *pool;
    const DbDriver *driver;
    void *conn;
    bool writer; /* opened for writing */
    bool taken, taken_to_write;
    bool in_transaction;
    bool doomed; /* a statement of the transaction failed: only rollback is left */
    pthread_t holder;
    Arena *arena;   /* whose reset gives the connection back */
    DbCursor *open; /* cursors not yet at their end */
};

struct DbCursor {
    Db *db;
    DbCursor *next;
    Arena *arena;
    const char *name; /* of the statement */
    void *state;      /* of the driver; NULL: ended */
    DbVal *row;
    const char **names;
    size_t ncols;
    bool kept; /* the row was copied to the arena and outlives the statement */
};

/* Bind types a static table of texts shares: what a column of a type is called. */
const char *db__type_name(DbKind kind, DbType type);
/* Runs a checked statement; used by db.c, migrate.c and schema.c. */
Rc db__exec_text(Ctx *ctx, Db *db, const char *name, const char *sql);
void db__end_cursors(Db *db);
void db__count(Db *db);
bool db__is_identifier(const char *name);
