/* PostgreSQL through libpq. Every statement is prepared once per connection under its text and the types of
 * its arguments, which are always given: PostgreSQL then never has to guess. Arguments travel in binary, so
 * that a text needs no copy and a number no formatting; results come as text, which covers every type,
 * numeric sums included. A query streams row by row; when another statement is run meanwhile, the rows still
 * to come are first read into memory, because the protocol carries one answer at a time. */
#include "driver.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strmap.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CACHE_SIZE = 256, ARGS_MAX = 128 };
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_OID = 26,
    OID_JSON = 114,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700,
    OID_JSONB = 3802
};

typedef struct Prepared {
    char name[24];
    char *text; /* sql, NUL, one byte for each argument's type */
    size_t len;
    uint64_t hash, used_at;
} Prepared;

typedef struct Conn {
    PGconn *pg;
    Prepared cache[CACHE_SIZE];
    size_t n;
    uint64_t tick, names;
    struct Rows *streaming; /* whose answer is on the wire */
} Conn;

typedef struct Result {
    struct Result *next;
    PGresult *res;
} Result;

typedef struct Rows {
    Conn *conn;
    PGresult *res;              /* of the current row */
    bool first;                 /* res was fetched to learn the columns and is still to be delivered */
    Result *queue, **queue_end; /* read into memory for the sake of another statement */
} Rows;

typedef struct Params {
    Oid types[ARGS_MAX];
    const char *values[ARGS_MAX];
    int lengths[ARGS_MAX], formats[ARGS_MAX];
    uint64_t numbers[ARGS_MAX];
    char bools[ARGS_MAX];
} Params;

static const struct {
    const char *state;
    Rc rc;
    const char *code;
    Text text;
} failures[] = {
    {"23505", RC_CONFLICT, "db.duplicate", T("已有相同的记录", "there is such a record already")},
    {"23503", RC_CONFLICT, "db.reference",
     T("引用的记录不存在，或本记录仍被引用",
       "a referenced record is absent, or this one is still referenced")},
    {"55P03", RC_BUSY, "db.busy", T("数据库繁忙，请稍后再试", "the database is busy, try again later")},
    {"40P01", RC_BUSY, "db.busy", T("数据库繁忙，请稍后再试", "the database is busy, try again later")},
    {"40001", RC_BUSY, "db.busy", T("数据库繁忙，请稍后再试", "the database is busy, try again later")},
};

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static Rc fail(Ctx *ctx, Conn *k, const PGresult *res, const char *what)
{
    const char *state = or_empty(res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL);
    Rc rc;
    size_t i = 0;
    while (i < ARRAY_LEN(failures) && strcmp(failures[i].state, state) != 0) i++;
    if (i < ARRAY_LEN(failures))
        rc = ctx_fail(ctx, failures[i].rc, failures[i].code, __FILE__, __LINE__, "%s",
                      text_in(failures[i].text, ctx->lang));
    else if (PQstatus(k->pg) != CONNECTION_OK)
        rc = FAIL(ctx, RC_DB, "db.connection", "与数据库的连接已中断",
                  "the connection to the database was lost");
    else rc = FAIL(ctx, RC_DB, "db.failed", "数据库操作失败", "the database operation failed");
    Str message = str_trim(str_of(res ? PQresultErrorMessage(res) : PQerrorMessage(k->pg)));
    ctx_cause(ctx, "%s: %s (%s %s)", what, str_z(ctx->arena, message), state,
              or_empty(res ? PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME) : NULL));
    return rc;
}

static void drop_prepared(Conn *k, size_t i)
{
    free(k->cache[i].text);
    k->cache[i] = k->cache[--k->n];
}

static void drop_all_prepared(Conn *k)
{
    while (k->n) drop_prepared(k, k->n - 1);
}

static void conn_close(void *conn)
{
    Conn *k = conn;
    drop_all_prepared(k);
    PQfinish(k->pg);
    free(k);
}

static void on_notice(void *arg, const char *message)
{
    (void)arg;
    LOG(LOG_DEBUG, "db", "notice", LOG_STR("text", str_trim(str_of(message))));
}

/* After a connection was made or made anew. */
static Rc set_up(Ctx *ctx, Conn *k)
{
    if (PQstatus(k->pg) != CONNECTION_OK) {
        FAIL(ctx, RC_DB, "db.open", "无法连接数据库", "cannot connect to the database");
        ctx_cause(ctx, "%s", PQerrorMessage(k->pg));
        return RC_DB;
    }
    if (strcmp(or_empty(PQparameterStatus(k->pg, "server_encoding")), "UTF8") != 0)
        return FAIL(ctx, RC_DB, "db.encoding", "数据库编码应为 UTF8", "the database's encoding must be UTF8");
    PGresult *res = PQexec(k->pg, "SET standard_conforming_strings = on; SET bytea_output = hex;"
                                  "SET extra_float_digits = 1; SET lock_timeout = '30s'");
    Rc rc = PQresultStatus(res) == PGRES_COMMAND_OK ? RC_OK : fail(ctx, k, res, "open");
    PQclear(res);
    return rc;
}

static Rc conn_open(Ctx *ctx, const char *url, bool writer, void **out)
{
    (void)writer;
    const char *const keywords[] = {"dbname", "client_encoding", "fallback_application_name", NULL};
    const char *const values[] = {url, "UTF8", "anlan", NULL};
    Conn *k = calloc(1, sizeof *k);
    ENSURE(k);
    k->pg = PQconnectdbParams(keywords, values, 1);
    ENSURE(k->pg);
    PQsetNoticeProcessor(k->pg, on_notice, NULL);
    Rc rc = set_up(ctx, k);
    if (rc < 0) {
        conn_close(k);
        return rc;
    }
    *out = k;
    return RC_OK;
}

static Rc reconnect(Ctx *ctx, Conn *k)
{
    LOG(LOG_WARN, "db", "connection lost, connecting again");
    drop_all_prepared(k);
    PQreset(k->pg);
    return set_up(ctx, k);
}

/* A server that went away has left the end of the stream, or a farewell, to be read. */
static bool is_alive(Conn *k)
{
    struct pollfd p = {.fd = PQsocket(k->pg), .events = POLLIN};
    while (p.fd >= 0 && poll(&p, 1, 0) > 0 && PQconsumeInput(k->pg)) PQisBusy(k->pg);
    return PQstatus(k->pg) == CONNECTION_OK;
}

static Rc ready(Ctx *ctx, void *conn)
{
    Conn *k = conn;
    return is_alive(k) ? RC_OK : reconnect(ctx, k);
}

static void result_queue(Rows *r, PGresult *res)
{
    Result *item = malloc(sizeof *item);
    ENSURE(item);
    *item = (Result){.res = res};
    *r->queue_end = item;
    r->queue_end = &item->next;
}

/* Reads the rest of the answer on the wire into memory. */
static void settle(Conn *k)
{
    Rows *r = k->streaming;
    if (!r) return;
    k->streaming = NULL;
    for (PGresult *res; (res = PQgetResult(k->pg));) result_queue(r, res);
}

static Rc simple(Ctx *ctx, Conn *k, const char *sql)
{
    settle(k);
    PGresult *res = PQexec(k->pg, sql);
    Rc rc = PQresultStatus(res) == PGRES_COMMAND_OK ? RC_OK : fail(ctx, k, res, sql);
    /* COMMIT of a broken transaction answers ROLLBACK and no error. */
    if (rc == RC_OK && strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(res), "COMMIT") != 0)
        rc = FAIL(ctx, RC_DB, "db.doomed", "本次事务已失败", "the transaction had failed");
    PQclear(res);
    return rc;
}

static Rc control(Ctx *ctx, void *conn, DbControl what)
{
    static const char *const texts[] = {[DB_BEGIN_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                                        [DB_BEGIN_WRITE] = "BEGIN",
                                        [DB_COMMIT] = "COMMIT",
                                        [DB_ROLLBACK] = "ROLLBACK"};
    Conn *k = conn;
    Rc rc = simple(ctx, k, texts[what]);
    bool begins = what == DB_BEGIN_READ || what == DB_BEGIN_WRITE;
    if (rc == RC_OK || !begins || PQstatus(k->pg) == CONNECTION_OK) return rc;
    /* Nothing was done yet: a fresh connection serves as well. */
    ctx_clear(ctx);
    TRY(reconnect(ctx, k));
    return simple(ctx, k, texts[what]);
}

static void set_number(Params *p, size_t i, uint64_t bits)
{
    p->numbers[i] = htobe64(bits);
    p->values[i] = (const char *)&p->numbers[i];
    p->lengths[i] = 8;
}

static void set_text(Params *p, size_t i, Str s)
{
    ENSURE(s.n <= INT_MAX);
    p->values[i] = s.n ? s.p : "";
    p->lengths[i] = (int)s.n;
}

static Oid oid_of(DbType type)
{
    static const Oid oids[] = {
        [DB_NULL] = 0,          [DB_I64] = OID_INT8,  [DB_F64] = OID_FLOAT8, [DB_TEXT] = OID_TEXT,
        [DB_BYTES] = OID_BYTEA, [DB_BOOL] = OID_BOOL, [DB_JSON] = OID_JSONB};
    return oids[type];
}

static void fill_params(Ctx *ctx, Params *p, const DbRun *run)
{
    ENSURE(run->nargs <= ARGS_MAX);
    for (size_t i = 0; i < run->nargs; i++) {
        const DbVal *v = &run->args[i];
        p->types[i] = oid_of(run->types[i]);
        p->formats[i] = 1;
        p->values[i] = NULL;
        p->lengths[i] = 0;
        uint64_t bits;
        switch (v->type) {
        case DB_NULL:
            break;
        case DB_I64:
            set_number(p, i, (uint64_t)v->i);
            break;
        case DB_F64:
            memcpy(&bits, &v->f, sizeof bits);
            set_number(p, i, bits);
            break;
        case DB_BOOL:
            p->bools[i] = v->i != 0;
            p->values[i] = &p->bools[i];
            p->lengths[i] = 1;
            break;
        case DB_TEXT:
        case DB_BYTES:
            set_text(p, i, v->s);
            break;
        case DB_JSON: /* jsonb in binary begins with its version */
            set_text(p, i, str_printf(ctx->arena, "\x01%.*s", STR_ARG(v->s)));
            break;
        }
    }
}

static void evict_one(Conn *k)
{
    size_t oldest = 0;
    for (size_t i = 1; i < k->n; i++)
        if (k->cache[i].used_at < k->cache[oldest].used_at) oldest = i;
    char sql[48];
    snprintf(sql, sizeof sql, "DEALLOCATE %s", k->cache[oldest].name);
    PQclear(PQexec(k->pg, sql));
    drop_prepared(k, oldest);
}

static void forget(void *conn)
{
    Conn *k = conn;
    settle(k);
    PQclear(PQexec(k->pg, "DEALLOCATE ALL"));
    drop_all_prepared(k);
}

static Str cache_key(Ctx *ctx, const DbRun *run)
{
    char *key = arena_alloc(ctx->arena, run->sql.n + 1 + run->nargs);
    memcpy(key, run->sql.p, run->sql.n);
    for (size_t i = 0; i < run->nargs; i++) key[run->sql.n + 1 + i] = (char)run->types[i];
    return str_n(key, run->sql.n + 1 + run->nargs);
}

/* The name of the prepared statement. */
static Rc prepare(Ctx *ctx, Conn *k, const DbRun *run, const Params *p, const char **out)
{
    Str key = cache_key(ctx, run);
    uint64_t hash = hash_bytes(key.p, key.n);
    for (size_t i = 0; i < k->n; i++) {
        Prepared *s = &k->cache[i];
        if (s->hash != hash || !str_eq(str_n(s->text, s->len), key)) continue;
        s->used_at = ++k->tick;
        *out = s->name;
        return RC_OK;
    }
    if (k->n == CACHE_SIZE) evict_one(k);
    Prepared fresh = {.len = key.n, .hash = hash, .used_at = ++k->tick};
    snprintf(fresh.name, sizeof fresh.name, "s%llu", (unsigned long long)++k->names);
    PGresult *res = PQprepare(k->pg, fresh.name, key.p, (int)run->nargs, p->types);
    Rc rc = PQresultStatus(res) == PGRES_COMMAND_OK ? RC_OK : fail(ctx, k, res, run->name);
    PQclear(res);
    TRY(rc);
    fresh.text = malloc(key.n);
    ENSURE(fresh.text);
    memcpy(fresh.text, key.p, key.n);
    k->cache[k->n] = fresh;
    *out = k->cache[k->n++].name;
    return RC_OK;
}

/* A statement whose plan no longer fits, because a table was changed, is prepared anew next time. */
static Rc fail_run(Ctx *ctx, Conn *k, const PGresult *res, const DbRun *run)
{
    const char *state = or_empty(PQresultErrorField(res, PG_DIAG_SQLSTATE));
    if (strcmp(state, "0A000") == 0 || strcmp(state, "26000") == 0) drop_all_prepared(k);
    return fail(ctx, k, res, run->name);
}

static Rc exec(Ctx *ctx, void *conn, const DbRun *run)
{
    Conn *k = conn;
    Params p;
    const char *name;
    settle(k);
    fill_params(ctx, &p, run);
    TRY(prepare(ctx, k, run, &p, &name));
    PGresult *res = PQexecPrepared(k->pg, name, (int)run->nargs, p.values, p.lengths, p.formats, 0);
    ExecStatusType status = PQresultStatus(res);
    Rc rc = RC_OK;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        int64_t changed = 0;
        if (status == PGRES_COMMAND_OK) num_parse_i64(str_of(PQcmdTuples(res)), &changed);
        rc = changed > INT_MAX ? INT_MAX : (Rc)changed;
    } else {
        rc = fail_run(ctx, k, res, run);
    }
    PQclear(res);
    return rc;
}

static PGresult *fetch(Rows *r)
{
    if (r->queue) {
        Result *item = r->queue;
        PGresult *res = item->res;
        r->queue = item->next;
        if (!r->queue) r->queue_end = &r->queue;
        free(item);
        return res;
    }
    return r->conn->streaming == r ? PQgetResult(r->conn->pg) : NULL;
}

static void rows_free(Rows *r)
{
    PQclear(r->res);
    if (r->conn->streaming == r) settle(r->conn);
    for (PGresult *res; (res = fetch(r));) PQclear(res);
    free(r);
}

static Rc send_query(Ctx *ctx, Conn *k, const DbRun *run)
{
    Params p;
    const char *name;
    settle(k);
    fill_params(ctx, &p, run);
    TRY(prepare(ctx, k, run, &p, &name));
    if (!PQsendQueryPrepared(k->pg, name, (int)run->nargs, p.values, p.lengths, p.formats, 0))
        return fail(ctx, k, NULL, run->name);
    PQsetSingleRowMode(k->pg);
    return RC_OK;
}

static Rc query(Ctx *ctx, void *conn, const DbRun *run, DbCursor *c)
{
    Conn *k = conn;
    TRY(send_query(ctx, k, run));
    Rows *r = calloc(1, sizeof *r);
    ENSURE(r);
    *r = (Rows){.conn = k, .first = true, .queue_end = &r->queue};
    k->streaming = r;
    r->res = PQgetResult(k->pg);
    ExecStatusType status = PQresultStatus(r->res);
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        Rc rc = fail_run(ctx, k, r->res, run);
        rows_free(r);
        return rc;
    }
    c->state = r;
    c->ncols = (size_t)PQnfields(r->res);
    return RC_OK;
}

static const char *col_name(const DbCursor *c, size_t col)
{
    const Rows *r = c->state;
    return PQfname(r->res, (int)col);
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* "\x0a1b" in place: libpq owns the memory and nobody reads the text again. */
static Str decode_bytes(char *p, size_t n)
{
    ENSURE(n >= 2 && p[0] == '\\' && p[1] == 'x');
    size_t len = (n - 2) / 2;
    for (size_t i = 0; i < len; i++) p[i] = (char)(nibble(p[2 + 2 * i]) << 4 | nibble(p[3 + 2 * i]));
    return str_n(p, len);
}

static void fill(DbVal *v, const PGresult *res, int col)
{
    *v = (DbVal){.type = DB_NULL};
    if (PQgetisnull(res, 0, col)) return;
    char *p = PQgetvalue(res, 0, col);
    v->s = str_n(p, (size_t)PQgetlength(res, 0, col));
    bool ok = true;
    switch (PQftype(res, col)) {
    case OID_BOOL:
        v->type = DB_BOOL;
        v->i = p[0] == 't';
        break;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_OID:
        v->type = DB_I64;
        ok = num_parse_i64(v->s, &v->i);
        break;
    case OID_NUMERIC: /* SUM(bigint) */
        v->type = num_parse_i64(v->s, &v->i) ? DB_I64 : DB_F64;
        ok = v->type == DB_I64 || num_parse_f64(v->s, true, &v->f);
        break;
    case OID_FLOAT4:
    case OID_FLOAT8:
        v->type = DB_F64;
        ok = num_parse_f64(v->s, true, &v->f);
        break;
    case OID_BYTEA:
        v->type = DB_BYTES;
        v->s = decode_bytes(p, v->s.n);
        break;
    case OID_JSON:
    case OID_JSONB:
        v->type = DB_JSON;
        break;
    default:
        v->type = DB_TEXT;
        break;
    }
    ENSURE(ok);
}

static Rc next(Ctx *ctx, DbCursor *c)
{
    Rows *r = c->state;
    if (!r->first) {
        PQclear(r->res);
        r->res = fetch(r);
    }
    r->first = false;
    if (!r->res) return 0;
    switch (PQresultStatus(r->res)) {
    case PGRES_SINGLE_TUPLE:
        for (size_t i = 0; i < c->ncols; i++) fill(&c->row[i], r->res, (int)i);
        return 1;
    case PGRES_TUPLES_OK: /* the end of the rows */
    case PGRES_COMMAND_OK:
        return 0;
    default:
        return fail(ctx, r->conn, r->res, c->name);
    }
}

static void end(DbCursor *c)
{
    rows_free(c->state);
}

/* ---- backup ----
 * pg_dump and pg_restore are other programs: they are told where the database is by libpq's own environment
 * variables, so that no password stands in a command line. */
static char **child_env(Ctx *ctx, PGconn *pg)
{
    PQconninfoOption *all = PQconninfo(pg);
    ENSURE(all);
    size_t n = 0, room = 4;
    for (PQconninfoOption *o = all; o->keyword; o++) room++;
    char **env = ARENA_ARRAY(ctx->arena, char *, room);
    for (PQconninfoOption *o = all; o->keyword; o++)
        if (o->envvar && o->val && *o->val) env[n++] = arena_printf(ctx->arena, "%s=%s", o->envvar, o->val);
    PQconninfoFree(all);
    const char *path = getenv("PATH");
    env[n++] = arena_printf(ctx->arena, "PATH=%s", path ? path : "/usr/local/bin:/usr/bin:/bin");
    env[n++] = arena_strdup(ctx->arena, "LC_ALL=C");
    env[n] = NULL;
    return env;
}

static Rc run_tool(Ctx *ctx, PGconn *pg, const char *const *argv)
{
    FILE *said = tmpfile();
    posix_spawn_file_actions_t act;
    pid_t pid = -1;
    int status = -1;
    ENSURE(posix_spawn_file_actions_init(&act) == 0);
    posix_spawn_file_actions_addopen(&act, 0, "/dev/null", O_RDONLY, 0);
    if (said) posix_spawn_file_actions_adddup2(&act, fileno(said), 2);
    int err = posix_spawnp(&pid, argv[0], &act, NULL, (char *const *)(uintptr_t)argv, child_env(ctx, pg));
    posix_spawn_file_actions_destroy(&act);
    while (err == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    char text[400] = "";
    if (said) {
        rewind(said);
        text[fread(text, 1, sizeof text - 1, said)] = '\0';
        fclose(said);
    }
    if (err == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return RC_OK;
    if (err || (WIFEXITED(status) && WEXITSTATUS(status) == 127))
        return FAIL(ctx, RC_STATE, "db.pg_tool", "无法启动 %s，请安装 PostgreSQL 客户端（postgresql-client）",
                    "%s cannot be started: install PostgreSQL's client programs (postgresql-client)",
                    argv[0]);
    Rc rc = FAIL(ctx, RC_DB, "db.backup", "%s 出错：%s", "%s failed: %s", argv[0], text);
    return rc;
}

static Rc backup(Ctx *ctx, void *conn, const char *file)
{
    Conn *k = conn;
    PGresult *res = PQexec(k->pg, "SELECT pg_export_snapshot()");
    const char *snapshot = NULL;
    if (PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1)
        snapshot = arena_printf(ctx->arena, "--snapshot=%s", PQgetvalue(res, 0, 0));
    Rc rc = snapshot ? RC_OK : fail(ctx, k, res, "pg_export_snapshot");
    PQclear(res);
    TRY(rc);
    const char *part = arena_printf(ctx->arena, "%s.part", file);
    unlink(part);
    rc = run_tool(ctx, k->pg,
                  (const char *const[]){"pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                                        snapshot, "-f", part, NULL});
    int fd = rc >= 0 ? open(part, O_RDONLY | O_CLOEXEC) : -1;
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    if (rc >= 0 && (!ok || rename(part, file) != 0))
        rc = FAIL(ctx, RC_IO, "db.backup", "无法写入备份文件 %s", "cannot write backup file %s", file);
    if (rc < 0) unlink(part);
    return rc;
}

static Rc refuse_filled(Ctx *ctx, PGconn *pg)
{
    PGresult *res = PQexec(pg, "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()");
    bool empty = PQresultStatus(res) == PGRES_TUPLES_OK && strcmp(PQgetvalue(res, 0, 0), "0") == 0;
    PQclear(res);
    if (empty) return RC_OK;
    return FAIL(ctx, RC_STATE, "db.not_empty", "目标数据库中已有表，只能恢复到空库",
                "the database has tables already; a backup is restored into an empty one only");
}

Rc db_restore_pg(Ctx *ctx, const char *url, const char *file)
{
    void *conn;
    TRY(conn_open(ctx, url, true, &conn));
    PGconn *pg = ((Conn *)conn)->pg;
    Rc rc = refuse_filled(ctx, pg);
    if (rc >= 0)
        rc = run_tool(ctx, pg,
                      (const char *const[]){"pg_restore", "--no-owner", "--no-privileges", "--exit-on-error",
                                            "--single-transaction", "-d", PQdb(pg), file, NULL});
    conn_close(conn);
    return rc;
}

const DbDriver db__pg = {
    .kind = DB_PG,
    .scheme = "postgresql://",
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
