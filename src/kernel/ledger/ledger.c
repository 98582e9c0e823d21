/* The ledger: every change, in order, chained by SM3, never changed. The hash of an entry is SM3 over the
 * previous hash (32 bytes) and the entry as canonical JSON (RFC 8785), so that a changed, removed or inserted
 * row breaks the chain from there on, and a cut tail is seen against a head that was written down elsewhere.
 * Triggers refuse UPDATE and DELETE; they guard against mistakes, the chain against intent. */
#include "ledger/ledger_int.h"
#include "kernel_queries_sql.h"

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
void ledger_entry_text(StrBuf *b, const LedgerEntry *e)
{
    JsonOut o;
    jout_init(&o, b);
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
}

void ledger_entry_hash(Arena *a, unsigned char hash[SM3_BYTES], const LedgerEntry *e)
{
    StrBuf b;
    buf_init(&b, a);
    buf_add(&b, str_n((const char *)hash, SM3_BYTES));
    ledger_entry_text(&b, e);
    crypto_sm3(b.p, b.n, hash);
}

Rc ledger_read_head(Work *w, WorkState *s)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, s->db, &q_head_read, DB_NO_ARGS, &c));
    s->head = (LedgerHead){.n = db_i64(c, Q_HEAD_READ_N), .outbox = db_i64(c, Q_HEAD_READ_OUTBOX)};
    bool ok = hex_parse(db_str(c, Q_HEAD_READ_HASH), s->head.hash, SM3_BYTES);
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

/* Who acts for another says so in every entry: the chain's form stays what it was. */
static Str reason_of(const Work *w)
{
    const PermSet *set = w->who ? w->who->perms : NULL;
    if (!set || !set->acting_for) return str_of(w->why);
    return w->why ? str_printf(w->ctx->arena, "代 %s：%s", set->acting_for, w->why)
                  : str_printf(w->ctx->arena, "代 %s", set->acting_for);
}

Rc ledger_add(Work *w, const char *entity, int64_t id, const char *action, Str before, Str after)
{
    WorkState *s = work__state(w);
    LedgerEntry e = {.n = s->head.n + 1,
                     .t = w->now,
                     .who_id = w->who ? w->who->user_id : 0,
                     .record_id = id,
                     .who = str_of(w->who && w->who->name ? w->who->name : ""),
                     .peer = str_of(w->peer ? w->peer : ""),
                     .why = reason_of(w),
                     .entity = str_of(entity),
                     .action = str_of(action)};
    TRY(canonical(w->ctx, before, &e.before));
    TRY(canonical(w->ctx, after, &e.after));
    unsigned char hash[SM3_BYTES];
    memcpy(hash, s->head.hash, SM3_BYTES);
    ledger_entry_hash(w->ctx->arena, hash, &e);
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

#define SQLITE_REFUSE(table, verb)                                                                           \
    static void sqlite_##table##_no_##verb(SqlBuf *b)                                                        \
    {                                                                                                        \
        sql_lit(b, "CREATE TRIGGER IF NOT EXISTS " #table "_no_" #verb " BEFORE " #verb " ON " #table        \
                   " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END");                          \
    }
SQLITE_REFUSE(ledger, update)
SQLITE_REFUSE(ledger, delete)
SQLITE_REFUSE(ledger_heads, update)
SQLITE_REFUSE(ledger_heads, delete)

static void pg_refuse(SqlBuf *b)
{
    sql_lit(b, "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
               "$$BEGIN RAISE EXCEPTION 'the ledger is append-only'; END$$");
}
static void pg_ledger(SqlBuf *b)
{
    sql_lit(b, "CREATE OR REPLACE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger "
               "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()");
}
static void pg_ledger_heads(SqlBuf *b)
{
    sql_lit(b, "CREATE OR REPLACE TRIGGER ledger_heads_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON "
               "ledger_heads FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()");
}

Rc ledger_protect(Ctx *ctx, Db *db)
{
    static void (*const texts[][4])(SqlBuf *) = {
        [DB_SQLITE] = {sqlite_ledger_no_update, sqlite_ledger_no_delete, sqlite_ledger_heads_no_update,
                       sqlite_ledger_heads_no_delete},
        [DB_PG] = {pg_refuse, pg_ledger, pg_ledger_heads}};
    for (size_t i = 0; i < ARRAY_LEN(texts[0]) && texts[db_kind(db)][i]; i++) {
        SqlBuf b;
        sql_init(&b, ctx, db);
        texts[db_kind(db)][i](&b);
        TRY(sql_exec(ctx, db, &b));
    }
    return 0;
}
