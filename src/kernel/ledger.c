/* The ledger: every change, in order, chained by SM3, never changed. The hash of an entry is SM3 over the
 * previous hash (32 bytes) and the entry as canonical JSON (RFC 8785), so that a changed, removed or inserted
 * row breaks the chain from there on, and a cut tail is seen against a head that was written down elsewhere.
 * Triggers refuse UPDATE and DELETE; they guard against mistakes, the chain against intent. */
#include "kernel_int.h"
#include "kernel_queries_sql.h"

typedef struct Entry {
    int64_t n, t, who_id, record_id;
    Str who, peer, why, entity, action, before, after; /* before and after: canonical JSON or STR_NONE */
} Entry;

static void put_raw(JsonOut *o, const char *key, Str json)
{
    jout_key(o, key);
    if (json.p) jout_raw(o, json);
    else jout_null(o);
}

static void put_text(JsonOut *o, const char *key, Str s)
{
    jout_key(o, key);
    if (s.p) jout_str(o, s);
    else jout_null(o);
}

/* Members in canonical order; ids as texts, since a canonical number holds 53 bits only. */
static void hash_entry(Ctx *ctx, unsigned char hash[SM3_BYTES], const Entry *e)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    buf_add(&b, str_n((const char *)hash, SM3_BYTES));
    jout_init(&o, &b);
    jout_open(&o);
    put_text(&o, "action", e->action);
    put_raw(&o, "after", e->after);
    put_raw(&o, "before", e->before);
    put_text(&o, "entity", e->entity);
    jout_kid(&o, "id", e->record_id);
    jout_ki(&o, "n", e->n);
    put_text(&o, "peer", e->peer);
    jout_ki(&o, "t", e->t);
    put_text(&o, "who", e->who);
    jout_kid(&o, "who_id", e->who_id);
    put_text(&o, "why", e->why);
    jout_close(&o);
    crypto_sm3(b.p, b.n, hash);
}

static bool unhex(Str s, unsigned char out[SM3_BYTES])
{
    if (s.n != 2 * SM3_BYTES) return false;
    for (size_t i = 0; i < SM3_BYTES; i++) {
        unsigned v = 0;
        for (size_t j = 0; j < 2; j++) {
            char c = s.p[2 * i + j];
            unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                             : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                    : 16;
            if (digit > 15) return false;
            v = v << 4 | digit;
        }
        out[i] = (unsigned char)v;
    }
    return true;
}

Rc ledger_read_head(Work *w, WorkState *s)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, s->db, &q_head_read, DB_NO_ARGS, &c));
    s->head = (LedgerHead){.n = db_i64(c, Q_HEAD_READ_N), .outbox = db_i64(c, Q_HEAD_READ_OUTBOX)};
    bool ok = unhex(db_str(c, Q_HEAD_READ_HASH), s->head.hash);
    db_close(&c);
    return ok ? 0
              : FAIL(w->ctx, RC_DB, "ledger.head", "台账链头不可读",
                     "the head of the ledger is not readable");
}

Rc ledger_write_head(Work *w, WorkState *s)
{
    const char *hash = hex_print(w->ctx->arena, s->head.hash, SM3_BYTES);
    Rc rc = db_exec(w->ctx, s->db, &q_head_write,
                    DB_ARGS(db_val_i64(s->head.n), db_val_z(hash), db_val_i64(s->head.outbox)));
    return rc < 0 ? rc : 0;
}

static Rc canonical(Ctx *ctx, Str json, Str *out)
{
    *out = STR_NONE;
    return json.p ? jcs_text(ctx, json, out) : 0;
}

static DbVal text_or_null(Str s)
{
    return s.p ? db_val_text(s) : db_val_null();
}

Rc ledger_add(Work *w, const char *entity, int64_t id, const char *action, Str before, Str after)
{
    WorkState *s = work__state(w);
    Entry e = {.n = s->head.n + 1,
               .t = w->now,
               .who_id = w->who ? w->who->user_id : 0,
               .record_id = id,
               .who = str_of(w->who && w->who->name ? w->who->name : ""),
               .peer = str_of(w->peer ? w->peer : ""),
               .why = str_of(w->why),
               .entity = str_of(entity),
               .action = str_of(action)};
    TRY(canonical(w->ctx, before, &e.before));
    TRY(canonical(w->ctx, after, &e.after));
    unsigned char hash[SM3_BYTES];
    memcpy(hash, s->head.hash, SM3_BYTES);
    hash_entry(w->ctx, hash, &e);
    TRY(db_exec(w->ctx, s->db, &q_ledger_insert,
                DB_ARGS(db_val_i64(e.n), db_val_i64(e.t), db_val_i64(e.who_id), db_val_text(e.who),
                        db_val_text(e.peer), text_or_null(e.why), db_val_text(e.entity),
                        db_val_i64(e.record_id), db_val_text(e.action), text_or_null(e.before),
                        text_or_null(e.after), db_val_z(hex_print(w->ctx->arena, hash, SM3_BYTES)))));
    memcpy(s->head.hash, hash, SM3_BYTES);
    s->head.n = e.n;
    s->head_changed = true;
    return 0;
}

/* ---- Append-only ---- */

static void sqlite_no_update(SqlBuf *b)
{
    sql_lit(b, "CREATE TRIGGER IF NOT EXISTS ledger_no_update BEFORE UPDATE ON ledger "
               "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END");
}
static void sqlite_no_delete(SqlBuf *b)
{
    sql_lit(b, "CREATE TRIGGER IF NOT EXISTS ledger_no_delete BEFORE DELETE ON ledger "
               "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END");
}
static void pg_refuse(SqlBuf *b)
{
    sql_lit(b, "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
               "$$BEGIN RAISE EXCEPTION 'the ledger is append-only'; END$$");
}
static void pg_no_change(SqlBuf *b)
{
    sql_lit(b, "CREATE OR REPLACE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger "
               "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()");
}

Rc ledger_protect(Ctx *ctx, Db *db)
{
    static void (*const texts[][2])(SqlBuf *) = {
        [DB_SQLITE] = {sqlite_no_update, sqlite_no_delete}, [DB_PG] = {pg_refuse, pg_no_change}};
    for (size_t i = 0; i < ARRAY_LEN(texts[0]); i++) {
        SqlBuf b;
        sql_init(&b, ctx, db);
        texts[db_kind(db)][i](&b);
        TRY(sql_exec(ctx, db, &b));
    }
    return 0;
}

/* ---- Verification ---- */

static Entry entry_of(const DbCursor *c)
{
    return (Entry){.n = db_i64(c, Q_LEDGER_WALK_N),
                   .t = db_i64(c, Q_LEDGER_WALK_T),
                   .who_id = db_i64(c, Q_LEDGER_WALK_WHO_ID),
                   .record_id = db_i64(c, Q_LEDGER_WALK_RECORD_ID),
                   .who = db_str(c, Q_LEDGER_WALK_WHO),
                   .peer = db_str(c, Q_LEDGER_WALK_PEER),
                   .why = db_str(c, Q_LEDGER_WALK_WHY),
                   .entity = db_str(c, Q_LEDGER_WALK_ENTITY),
                   .action = db_str(c, Q_LEDGER_WALK_ACTION),
                   .before = db_str(c, Q_LEDGER_WALK_BEFORE),
                   .after = db_str(c, Q_LEDGER_WALK_AFTER)};
}

/* The head was read first: entries after it may have come since, those up to it must be there. */
static bool entry_holds(Ctx *ctx, const DbCursor *c, const LedgerHead *head, LedgerHead *at)
{
    Entry e = entry_of(c);
    unsigned char stored[SM3_BYTES];
    hash_entry(ctx, at->hash, &e);
    if (e.n != at->n + 1 || !unhex(db_str(c, Q_LEDGER_WALK_HASH), stored)) return false;
    if (memcmp(stored, at->hash, SM3_BYTES) != 0) return false;
    at->n = e.n;
    return e.n != head->n || !memcmp(head->hash, at->hash, SM3_BYTES);
}

static Rc walk(Ctx *ctx, Db *db, const LedgerHead *head, LedgerHead *at, bool *broken)
{
    DbCursor *c;
    TRY(db_query(ctx, db, &q_ledger_walk, DB_NO_ARGS, &c));
    Arena *a = arena_new(0);
    Ctx row;
    Rc rc = 0;
    *broken = false;
    while (!*broken && (rc = db_next(ctx, c)) > 0) {
        ctx_init(&row, a, ctx->lang);
        *broken = !entry_holds(&row, c, head, at);
        arena_reset(a);
    }
    db_close(&c);
    arena_free(&a);
    if (*broken) return 0;
    *broken = at->n < head->n;
    return rc;
}

static Rc verify(Ctx *ctx, Db *db, LedgerHead *at, bool *broken)
{
    DbCursor *c;
    LedgerHead head = {0};
    TRY(db_query_one(ctx, db, &q_head_peek, DB_NO_ARGS, &c));
    head.n = db_i64(c, Q_HEAD_PEEK_N);
    *broken = !unhex(db_str(c, Q_HEAD_PEEK_HASH), head.hash);
    db_close(&c);
    return *broken ? 0 : walk(ctx, db, &head, at, broken);
}

Rc ledger_verify(Ctx *ctx, DbPool *pool, int64_t *count, const char **head, int64_t *bad)
{
    LedgerHead at = {0};
    bool broken;
    Db *db;
    TRY(db_take_read(ctx, pool, &db));
    Rc rc = verify(ctx, db, &at, &broken);
    db_done(ctx, &db);
    TRY(rc);
    *count = at.n;
    *head = hex_print(ctx->arena, at.hash, SM3_BYTES);
    *bad = broken ? at.n + 1 : 0;
    if (!broken) return 0;
    return FAIL(ctx, RC_INVALID, "ledger.broken", "台账自第 %lld 条起与哈希链不符",
                "the ledger's chain breaks at entry %lld", (long long)*bad);
}
