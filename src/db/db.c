/* Running statements: arguments are checked and brought to their declared types, and one rule of transactions
 * holds on both databases: a failed statement dooms its transaction (PostgreSQL insists on it), after which
 * only a rollback is accepted. NaN becomes null on both (SQLite cannot store it), text must be UTF-8 without
 * NUL (PostgreSQL cannot). */
#include "driver.h"
#include <math.h>

enum { ARGS_MAX = 128 };

static Rc check_usable(Ctx *ctx, const Db *db)
{
    ENSURE(db->taken);
    if (db->doomed)
        return FAIL(ctx, RC_DB, "db.doomed", "本次事务已失败，只能回滚",
                    "a statement of this transaction failed, it can only be rolled back");
    return RC_OK;
}

static Rc doom(Db *db, Rc rc)
{
    if (rc < 0 && db->in_transaction) db->doomed = true;
    return rc;
}

/* What may be given for a declared type beside itself and null. */
static bool convert(DbVal *v, DbType want)
{
    if (v->type == want || v->type == DB_NULL) return true;
    if (v->type == DB_I64 && want == DB_F64) v->f = (double)v->i;
    bool ok = (v->type == DB_I64 && (want == DB_F64 || want == DB_BOOL)) ||
              (v->type == DB_BOOL && want == DB_I64) || (v->type == DB_TEXT && want == DB_JSON) ||
              (v->type == DB_JSON && want == DB_TEXT);
    v->type = want;
    return ok;
}

static Rc check_arg(Ctx *ctx, DbVal *v)
{
    if (v->type == DB_F64 && isnan(v->f)) v->type = DB_NULL;
    if (v->type != DB_TEXT && v->type != DB_JSON && v->type != DB_BYTES) return RC_OK;
    if (!v->s.p && v->s.n == 0 && v->type != DB_BYTES) v->type = DB_NULL; /* STR_NONE is no text */
    if (v->type == DB_NULL || v->type == DB_BYTES) return RC_OK;
    if (!str_utf8_ok(v->s) || memchr(v->s.p, 0, v->s.n))
        return FAIL(ctx, RC_INVALID, "db.text", "文本含有无效字符", "a text holds invalid characters");
    return RC_OK;
}

static Rc check_args(Ctx *ctx, const DbRun *run, DbVal *args)
{
    ENSURE(run->nargs <= ARGS_MAX);
    for (size_t i = 0; i < run->nargs; i++) {
        args[i] = run->args[i];
        ENSURE(convert(&args[i], run->types[i])); /* an argument of the wrong type */
        TRY(check_arg(ctx, &args[i]));
    }
    return RC_OK;
}

static Rc run_exec(Ctx *ctx, Db *db, DbRun run)
{
    DbVal args[ARGS_MAX];
    TRY(check_usable(ctx, db));
    if (!db->taken_to_write)
        return FAIL(ctx, RC_DB, "db.read_only", "只读连接不能写入", "this connection is for reading");
    TRY(doom(db, check_args(ctx, &run, args)));
    run.args = args;
    db__count(db);
    return doom(db, db->driver->exec(ctx, db->conn, &run));
}

static void end_cursor(DbCursor *c)
{
    if (!c->state) return;
    for (DbCursor **at = &c->db->open; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    c->db->driver->end(c);
    c->state = NULL;
}

static void end_cursor_later(void *arg)
{
    end_cursor(arg);
}

static void close_cursor(DbCursor *c)
{
    if (!c->state) return;
    arena_undefer(c->arena, end_cursor_later, c);
    end_cursor(c);
}

void db__end_cursors(Db *db)
{
    while (db->open) close_cursor(db->open);
}

static Rc run_query(Ctx *ctx, Db *db, DbRun run, DbCursor **out)
{
    DbVal args[ARGS_MAX];
    TRY(check_usable(ctx, db));
    TRY(doom(db, check_args(ctx, &run, args)));
    run.args = args;
    db__count(db);
    DbCursor *c = ARENA_NEW(ctx->arena, DbCursor);
    *c = (DbCursor){.db = db, .arena = ctx->arena, .name = run.name};
    TRY(doom(db, db->driver->query(ctx, db->conn, &run, c)));
    c->row = ARENA_ARRAY(ctx->arena, DbVal, c->ncols);
    c->names = ARENA_ARRAY(ctx->arena, const char *, c->ncols);
    for (size_t i = 0; i < c->ncols; i++) c->names[i] = arena_strdup(ctx->arena, db->driver->col_name(c, i));
    c->next = db->open;
    db->open = c;
    arena_defer(ctx->arena, end_cursor_later, c);
    *out = c;
    return RC_OK;
}

Rc db_next(Ctx *ctx, DbCursor *c)
{
    if (!c->state) {
        c->kept = false;
        return 0;
    }
    Rc rc = c->db->driver->next(ctx, c);
    if (rc <= 0) close_cursor(c);
    return doom(c->db, rc);
}

void db_close(DbCursor **cp)
{
    if (!*cp) return;
    close_cursor(*cp);
    *cp = NULL;
}

/* Copies the row out of the statement and ends it: a forgotten cursor would pin SQLite's snapshot. */
static void keep_row(DbCursor *c)
{
    for (size_t i = 0; i < c->ncols; i++) {
        DbVal *v = &c->row[i];
        if (v->type == DB_TEXT || v->type == DB_JSON || v->type == DB_BYTES) v->s = str_copy(c->arena, v->s);
    }
    close_cursor(c);
    c->kept = true;
}

static DbRun static_run(Db *db, const DbQuery *q, const DbVal *args, size_t nargs)
{
    ENSURE(q->nargs == nargs); /* the args line of the statement */
    return (DbRun){.name = q->name,
                   .sql = str_of(q->sql[db->driver->kind]),
                   .types = q->arg_types,
                   .args = args,
                   .nargs = nargs};
}

Rc db_exec(Ctx *ctx, Db *db, const DbQuery *q, const DbVal *args, size_t nargs)
{
    return run_exec(ctx, db, static_run(db, q, args, nargs));
}

static Rc start_static(Ctx *ctx, Db *db, const DbQuery *q, DbRun run, DbCursor **out)
{
    TRY(run_query(ctx, db, run, out));
    ENSURE((*out)->ncols == q->ncols); /* the row line of the statement */
    return RC_OK;
}

Rc db_query(Ctx *ctx, Db *db, const DbQuery *q, const DbVal *args, size_t nargs, DbCursor **out)
{
    return start_static(ctx, db, q, static_run(db, q, args, nargs), out);
}

Rc db_query_one(Ctx *ctx, Db *db, const DbQuery *q, const DbVal *args, size_t nargs, DbCursor **out)
{
    TRY(start_static(ctx, db, q, static_run(db, q, args, nargs), out));
    Rc rc = db_next(ctx, *out);
    if (rc > 0) keep_row(*out);
    else *out = NULL;
    return rc;
}

static void dynamic_types(const DbVal *args, size_t n, DbType *types)
{
    for (size_t i = 0; i < n; i++) types[i] = args[i].type;
}

static DbRun dynamic_run(const SqlBuf *b, const DbType *types)
{
    return (DbRun){
        .name = "dynamic", .sql = buf_str(&b->text), .types = types, .args = b->args, .nargs = b->nargs};
}

Rc sql_exec(Ctx *ctx, Db *db, const SqlBuf *b)
{
    DbType types[ARGS_MAX];
    dynamic_types(b->args, b->nargs, types);
    return run_exec(ctx, db, dynamic_run(b, types));
}

Rc sql_query(Ctx *ctx, Db *db, const SqlBuf *b, DbCursor **out)
{
    DbType types[ARGS_MAX];
    dynamic_types(b->args, b->nargs, types);
    return run_query(ctx, db, dynamic_run(b, types), out);
}

Rc db__exec_text(Ctx *ctx, Db *db, const char *name, const char *sql)
{
    return run_exec(ctx, db, (DbRun){.name = name, .sql = str_of(sql)});
}

Rc db_begin(Ctx *ctx, Db *db)
{
    ENSURE(db->taken && !db->in_transaction);
    TRY(db->driver->control(ctx, db->conn, db->taken_to_write ? DB_BEGIN_WRITE : DB_BEGIN_READ));
    db->in_transaction = true;
    db->doomed = false;
    return RC_OK;
}

Rc db_commit(Ctx *ctx, Db *db)
{
    ENSURE(db->in_transaction);
    Rc rc = check_usable(ctx, db);
    if (rc == RC_OK) rc = db->driver->control(ctx, db->conn, DB_COMMIT);
    if (rc < 0) {
        db_rollback(ctx, db);
        return rc;
    }
    db->in_transaction = false;
    return RC_OK;
}

void db_rollback(Ctx *ctx, Db *db)
{
    (void)ctx;
    if (!db->in_transaction) return;
    db__end_cursors(db);
    db->in_transaction = db->doomed = false;
    /* A rollback that fails was lost with its connection, which the adapter makes anew. */
    Arena *scratch = arena_new(0);
    Ctx quiet;
    ctx_init(&quiet, scratch, LANG_EN);
    db->driver->control(&quiet, db->conn, DB_ROLLBACK);
    arena_free(&scratch);
}

bool db_in_transaction(const Db *db)
{
    return db->in_transaction;
}
