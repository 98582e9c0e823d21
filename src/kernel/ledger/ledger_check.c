/* The check of the ledger. The chain is walked from its first entry in pieces, so that no reader keeps the
 * database's log from being cleared, nothing waits for it, and memory stays the same however long the ledger
 * is. Each entry must follow the one before, hold canonical JSON and give the hash that stands beside it; the
 * hash at each signed head must be the one that was signed. A head beyond the end shows a cut tail, a head
 * with another hash a chain that was computed anew. */
#include "kernel_queries_sql.h"
#include "ledger/ledger_int.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- Pieces ---- */

Rc ledger_piece_open(Ctx *ctx, Db *db, int64_t after, DbCursor **out)
{
    return db_query(ctx, db, &q_ledger_piece, DB_ARGS(db_val_i64(after), db_val_i64(LEDGER_PIECE)), out);
}

LedgerEntry ledger_piece_entry(const DbCursor *c)
{
    return (LedgerEntry){.n = db_i64(c, Q_LEDGER_PIECE_N),
                         .t = db_i64(c, Q_LEDGER_PIECE_T),
                         .who_id = db_i64(c, Q_LEDGER_PIECE_WHO_ID),
                         .record_id = db_i64(c, Q_LEDGER_PIECE_RECORD_ID),
                         .who = db_str(c, Q_LEDGER_PIECE_WHO),
                         .peer = db_str(c, Q_LEDGER_PIECE_PEER),
                         .why = db_str(c, Q_LEDGER_PIECE_WHY),
                         .entity = db_str(c, Q_LEDGER_PIECE_ENTITY),
                         .action = db_str(c, Q_LEDGER_PIECE_ACTION),
                         .before = db_str(c, Q_LEDGER_PIECE_BEFORE),
                         .after = db_str(c, Q_LEDGER_PIECE_AFTER)};
}

Str ledger_piece_hash(const DbCursor *c)
{
    return db_str(c, Q_LEDGER_PIECE_HASH);
}

Rc ledger_hash_of(Ctx *ctx, Db *db, int64_t n, unsigned char out[SM3_BYTES])
{
    memset(out, 0, SM3_BYTES);
    if (!n) return 0;
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_ledger_hash, DB_ARGS(db_val_i64(n)), &c);
    bool ok = rc > 0 && hex_parse(db_str(c, Q_LEDGER_HASH_HASH), out, SM3_BYTES);
    if (rc > 0) db_close(&c);
    if (rc < 0 || ok) return rc < 0 ? rc : 0;
    return FAIL(ctx, RC_NOT_FOUND, "ledger.entry", "台账没有第 %lld 条", "the ledger has no entry %lld",
                (long long)n);
}

/* ---- Heads to hold the chain against ---- */

typedef struct Point {
    int64_t n;
    unsigned char hash[SM3_BYTES];
    bool ok; /* its signature holds */
} Point;

typedef struct Points {
    Point *v; /* malloc */
    size_t n, cap;
} Points;

static void add_point(Points *p, const SignedHead *h)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 64;
        p->v = realloc(p->v, p->cap * sizeof *p->v);
        ENSURE(p->v);
    }
    Point *at = &p->v[p->n++];
    at->n = h->n;
    memcpy(at->hash, h->hash, SM3_BYTES);
    unsigned char bytes[256];
    size_t len = h->signature.n / 2;
    at->ok = len <= sizeof bytes && hex_parse(h->signature, bytes, len) &&
             crypto_sm2_ok(h->public_pem, h->text, str_n((const char *)bytes, len));
}

static int by_number(const void *a, const void *b)
{
    const Point *x = a, *y = b;
    return (x->n > y->n) - (x->n < y->n);
}

static Rc points_of_table(Ctx *ctx, Db *db, Points *p)
{
    enum { MANY = 64 };
    int64_t after = 0;
    size_t n = MANY;
    Arena *a = arena_new(0);
    Rc rc = 0;
    while (!rc && n == MANY) {
        Ctx piece;
        SignedHead heads[MANY];
        ctx_init(&piece, a, ctx->lang);
        rc = ledger_heads_read(&piece, db, after, heads, MANY, &n);
        for (size_t i = 0; !rc && i < n; i++) add_point(p, &heads[i]);
        if (n) after = heads[n - 1].n;
        arena_reset(a);
    }
    arena_free(&a);
    if (rc < 0) FAIL(ctx, rc, "ledger.heads", "签名链头不可读", "the signed heads cannot be read");
    return rc;
}

/* A small file as text; STR_NONE when there is none or it is no small file. */
static Str read_small(Arena *a, const char *path)
{
    enum { SMALL = 65536 };
    FILE *f = fopen(path, "re");
    if (!f) return STR_NONE;
    char *p = arena_alloc(a, SMALL);
    size_t n = fread(p, 1, SMALL, f);
    fclose(f);
    return n == SMALL ? STR_NONE : str_n(p, n);
}

/* What the file says, whatever the table says: its key is the one in the same directory. */
static bool read_head_file(Ctx *ctx, const char *dir, const char *name, SignedHead *out)
{
    const Json *j;
    Ctx scratch;
    ctx_init(&scratch, ctx->arena, ctx->lang);
    Str text = read_small(ctx->arena, arena_printf(ctx->arena, "%s/%s", dir, name));
    if (!text.n || json_parse(&scratch, text, &j) < 0) return false;
    const Json *head = json_get(j, "head");
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    if (!head) return false;
    jout_json(&o, head);
    *out =
        (SignedHead){.signature = json_str(json_get(j, "signature")), .key = json_str(json_get(head, "key"))};
    if (jcs_text(&scratch, buf_str(&b), &out->text) < 0) return false;
    if (out->key.n != 2 * SM3_BYTES || memchr(out->key.p, '/', out->key.n)) return false;
    out->public_pem =
        read_small(ctx->arena, arena_printf(ctx->arena, "%s/ledger-%.16s.pem", dir, out->key.p));
    return json_i64(json_get(head, "n"), &out->n) &&
           hex_parse(json_str(json_get(head, "hash")), out->hash, SM3_BYTES);
}

static bool is_head_file(const char *name)
{
    Str s = str_of(name);
    return str_starts(s, STR("head-")) && str_ends(s, STR(".json"));
}

static Rc points_of_dir(Ctx *ctx, const char *dir, Points *p, int64_t *unreadable)
{
    DIR *d = opendir(dir);
    if (!d) return FAIL(ctx, RC_NOT_FOUND, "ledger.heads", "没有目录 %s", "there is no directory %s", dir);
    Arena *a = arena_new(0);
    for (struct dirent *e; (e = readdir(d));) {
        if (!is_head_file(e->d_name)) continue;
        Ctx file;
        SignedHead h;
        ctx_init(&file, a, ctx->lang);
        if (read_head_file(&file, dir, e->d_name, &h)) add_point(p, &h);
        else ++*unreadable;
        arena_reset(a);
    }
    arena_free(&a);
    closedir(d);
    return 0;
}

/* ---- The walk ---- */

typedef struct Walk {
    const LedgerCheck *opt;
    Points points;
    size_t next; /* point */
    LedgerHead head, at;
    LedgerReport *r;
} Walk;

/* Says it once: the first fault counts. */
static bool fault(Walk *k, int64_t n, const char *code)
{
    if (!k->r->fault) {
        k->r->bad = n;
        k->r->fault = code;
    }
    return false;
}

static bool is_canonical(Ctx *ctx, Str json)
{
    Str again;
    return !json.p || (jcs_text(ctx, json, &again) == 0 && str_eq(json, again));
}

static bool points_hold(Walk *k)
{
    for (; k->next < k->points.n && k->points.v[k->next].n == k->at.n; k->next++) {
        const Point *p = &k->points.v[k->next];
        if (!p->ok) return fault(k, p->n, "signature");
        if (memcmp(p->hash, k->at.hash, SM3_BYTES) != 0) return fault(k, p->n, "rewritten");
        k->r->heads++;
    }
    return true;
}

static bool entry_holds(Walk *k, Ctx *row, const DbCursor *c)
{
    LedgerEntry e = ledger_piece_entry(c);
    unsigned char stored[SM3_BYTES];
    if (e.n <= k->at.n) return fault(k, e.n, "extra");
    if (e.n != k->at.n + 1) return fault(k, k->at.n + 1, "missing");
    if (!is_canonical(row, e.before) || !is_canonical(row, e.after)) return fault(k, e.n, "changed");
    ledger_entry_hash(row->arena, k->at.hash, &e);
    if (!hex_parse(ledger_piece_hash(c), stored, SM3_BYTES) || memcmp(stored, k->at.hash, SM3_BYTES) != 0)
        return fault(k, e.n, "changed");
    k->at.n = e.n;
    if (e.n == k->head.n && memcmp(k->head.hash, k->at.hash, SM3_BYTES) != 0) return fault(k, e.n, "changed");
    return points_hold(k);
}

/* 1: a whole piece, there may be more. */
static Rc walk_piece(Ctx *ctx, Db *db, Walk *k, int64_t after)
{
    DbCursor *c;
    Arena *a = arena_new(0);
    Rc rc = ledger_piece_open(ctx, db, after, &c);
    int64_t n = 0;
    while (rc >= 0 && !k->r->fault && (rc = db_next(ctx, c)) > 0) {
        Ctx row;
        ctx_init(&row, a, ctx->lang);
        n++;
        entry_holds(k, &row, c);
        arena_reset(a);
    }
    db_close(&c);
    arena_free(&a);
    return rc < 0 ? rc : n == LEDGER_PIECE && !k->r->fault;
}

static Rc walk_all(Ctx *ctx, DbPool *pool, Walk *k)
{
    /* Before the first entry there must be none, whatever its number. */
    int64_t after = k->at.n ? k->at.n : INT64_MIN;
    Arena *a = arena_new(0);
    Rc rc = 1;
    while (rc > 0) {
        Ctx piece;
        Db *db;
        ctx_init(&piece, a, ctx->lang);
        rc = db_take_read(&piece, pool, &db);
        if (rc >= 0) rc = walk_piece(&piece, db, k, after);
        if (rc < 0) FAIL(ctx, rc, "ledger.read", "台账不可读", "the ledger cannot be read");
        after = k->at.n;
        arena_reset(a);
        if (rc > 0 && k->opt->progress && !k->opt->progress(k->opt->ud, k->at.n, k->head.n))
            rc = FAIL(ctx, RC_STATE, "ledger.stopped", "校验已中止", "the check was stopped");
        if (rc > 0 && k->opt->upto && k->at.n >= k->opt->upto) rc = 0;
    }
    arena_free(&a);
    return rc;
}

static void end_holds(Walk *k)
{
    if (k->r->fault) return;
    if (k->at.n < k->head.n) {
        fault(k, k->at.n + 1, "cut");
        return;
    }
    while (k->next < k->points.n && k->points.v[k->next].n <= k->at.n) k->next++;
    if (k->next == k->points.n) return;
    const Point *p = &k->points.v[k->next];
    if (p->ok) fault(k, k->at.n + 1, "cut");
    else fault(k, p->n, "signature");
}

static Rc read_start(Ctx *ctx, DbPool *pool, Walk *k)
{
    Db *db;
    DbCursor *c;
    TRY(db_take_read(ctx, pool, &db));
    Rc rc = k->opt->heads ? points_of_table(ctx, db, &k->points) : 0;
    if (rc >= 0) rc = db_query_one(ctx, db, &q_head_peek, DB_NO_ARGS, &c);
    if (rc > 0) {
        k->head.n = db_i64(c, Q_HEAD_PEEK_N);
        if (!hex_parse(db_str(c, Q_HEAD_PEEK_HASH), k->head.hash, SM3_BYTES)) fault(k, k->head.n, "changed");
        db_close(&c);
    }
    if (rc >= 0 && k->opt->from) rc = ledger_hash_of(ctx, db, k->opt->from, k->at.hash);
    k->at.n = k->opt->from;
    db_done(ctx, &db);
    return rc < 0 ? rc : 0;
}

Rc ledger_check(Ctx *ctx, DbPool *pool, const LedgerCheck *opt, LedgerReport *out)
{
    Walk k = {.opt = opt, .r = out};
    *out = (LedgerReport){0};
    /* The directory first: a head that is written meanwhile is then in neither or in both. */
    Rc rc = opt->heads_dir ? points_of_dir(ctx, opt->heads_dir, &k.points, &out->unreadable) : 0;
    if (rc >= 0) rc = read_start(ctx, pool, &k);
    if (k.points.n) qsort(k.points.v, k.points.n, sizeof *k.points.v, by_number);
    while (k.next < k.points.n && k.points.v[k.next].n <= k.at.n) k.next++;
    if (rc >= 0 && !out->fault) rc = walk_all(ctx, pool, &k);
    if (rc >= 0) end_holds(&k);
    free(k.points.v);
    out->count = k.at.n;
    out->head = hex_print(ctx->arena, k.at.hash, SM3_BYTES);
    if (rc >= 0 && !out->fault && out->unreadable) {
        out->fault = "unreadable";
        out->bad = 0;
    }
    return rc;
}

Rc ledger_verify(Ctx *ctx, DbPool *pool, int64_t *count, const char **head, int64_t *bad)
{
    LedgerReport r;
    TRY(ledger_check(ctx, pool, &(LedgerCheck){.heads = true}, &r));
    *count = r.count;
    *head = r.head;
    *bad = r.bad;
    if (!r.fault) return 0;
    return FAIL(ctx, RC_INVALID, "ledger.broken", "台账自第 %lld 条起与哈希链不符",
                "the ledger's chain breaks at entry %lld", (long long)r.bad);
}
