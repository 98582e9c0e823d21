/* GET /api/ledger/export?from=&to=: the ledger as JSON lines, streamed: a line that says what follows, one
 * for each entry with the very bytes that were hashed, one at the end with the signed head of the last of
 * them. It can be checked by anybody with SM3 and SM2 (docs/ledger.md). The export itself is an entry, too.
 */
#include "base/clock.h"
#include "base/num.h"
#include "kernel_queries_sql.h"
#include "ledger/ledger_int.h"

enum { EXPORT_PIECE = 200 };

typedef struct Stream {
    Kernel *kernel;
    Arena *a;
    StrBuf buf; /* in a */
    size_t sent;
    int64_t first, last, next; /* next entry to fetch; last + 1: the end line; beyond: all is out */
    SignedHead head;
    const char *previous; /* hash before first */
} Stream;

/* ---- What is asked ---- */

static Rc number_of_time(Ctx *ctx, Db *db, const DbQuery *q, int64_t t, int64_t none, int64_t *out)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, q, DB_ARGS(db_val_i64(t)), &c);
    if (rc < 0) return rc;
    *out = rc > 0 && !db_is_null(c, 0) ? db_i64(c, 0) : none;
    if (rc > 0) db_close(&c);
    return 0;
}

/* An entry's number, or a time. */
static Rc read_bound(Req *req, Db *db, const char *name, const DbQuery *by_time, int64_t none, int64_t *out)
{
    Str s = req_query(req, name);
    int64_t t;
    if (!s.n) return 0;
    if (num_parse_i64(s, out)) {
        if (*out >= 1) return 0;
    } else if (time_parse(s, true, &t)) {
        return number_of_time(&req->ctx, db, by_time, t, none, out);
    }
    return FAIL_FIELD(&req->ctx, name, "type", 0, "%s 应为序号（自 1 起）或时间",
                      "%s must be an entry's number from 1 on, or a time", name);
}

static Rc read_range(Work *w, Req *req, Stream *s)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, w->db, &q_head_peek, DB_NO_ARGS, &c));
    int64_t newest = db_i64(c, Q_HEAD_PEEK_N);
    db_close(&c);
    s->first = 1;
    s->last = newest;
    TRY(read_bound(req, w->db, "from", &q_ledger_first_since, newest + 1, &s->first));
    TRY(read_bound(req, w->db, "to", &q_ledger_last_before, 0, &s->last));
    if (s->last > newest) s->last = newest;
    if (s->first <= s->last) return 0;
    return FAIL_FIELD(w->ctx, "from", "range", 0, "这一范围内没有台账条目",
                      "there are no entries in this range");
}

static Rc read_previous(Work *w, Stream *s)
{
    unsigned char hash[SM3_BYTES];
    TRY(ledger_hash_of(w->ctx, w->db, s->first - 1, hash));
    s->previous = hex_print(w->ctx->arena, hash, SM3_BYTES);
    return 0;
}

/* The export is in the ledger before a byte of it is sent. */
static Rc tell(Req *req, const Stream *s)
{
    Work w;
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_ki(&o, "from", s->first);
    jout_ki(&o, "to", s->last);
    jout_close(&o);
    TRY(work_begin(req, true, &w));
    TRY(ledger_add(&w, "ledger", 0, "export", STR_NONE, buf_str(&b)));
    return work_commit(&w);
}

/* ---- Lines ---- */

static void put_first_line(Stream *s)
{
    JsonOut o;
    jout_init(&o, &s->buf);
    jout_open(&o);
    jout_kz(&o, "format", "anlan-ledger-1");
    jout_ki(&o, "from", s->first);
    jout_kz(&o, "previous", s->previous);
    jout_ki(&o, "to", s->last);
    jout_close(&o);
    buf_addc(&s->buf, '\n');
}

static void put_last_line(Stream *s)
{
    JsonOut o;
    jout_init(&o, &s->buf);
    jout_open(&o);
    jout_key(&o, "end");
    ledger_head_json(&s->head, &o);
    jout_ks(&o, "public_key", s->head.public_pem);
    jout_close(&o);
    buf_addc(&s->buf, '\n');
}

static void put_entry(Stream *s, const DbCursor *c)
{
    LedgerEntry e = ledger_piece_entry(c);
    buf_addz(&s->buf, "{\"entry\":");
    ledger_entry_text(&s->buf, &e);
    buf_printf(&s->buf, ",\"hash\":\"%.*s\"}\n", STR_ARG(ledger_piece_hash(c)));
}

static Rc put_entries(Ctx *ctx, Stream *s, Db *db)
{
    DbCursor *c;
    Rc rc;
    TRY(ledger_piece_open(ctx, db, s->next - 1, &c));
    for (int i = 0; i < EXPORT_PIECE && s->next <= s->last && (rc = db_next(ctx, c)) > 0; i++) {
        /* A missing one shows in the file; the reader's check finds it. */
        s->next = db_i64(c, Q_LEDGER_PIECE_N) + 1;
        if (s->next - 1 <= s->last) put_entry(s, c);
    }
    db_close(&c);
    return 0;
}

static Rc fill(Stream *s)
{
    Ctx ctx;
    Db *db;
    arena_reset(s->a);
    ctx_init(&ctx, s->a, LANG_EN);
    buf_init(&s->buf, s->a);
    s->sent = 0;
    if (s->next > s->last) {
        if (s->next == INT64_MAX) return 0;
        put_last_line(s);
        s->next = INT64_MAX;
        return 0;
    }
    int64_t before = s->next;
    if (s->next == s->first) put_first_line(s);
    TRY(db_take_read(&ctx, s->kernel->pool, &db));
    Rc rc = put_entries(&ctx, s, db);
    db_done(&ctx, &db);
    return rc < 0 ? rc : s->next == before ? RC_DB : 0;
}

static long pull(void *ud, char *buf, size_t max)
{
    Stream *s = ud;
    if (s->sent == s->buf.n && fill(s) < 0) return -1;
    size_t n = s->buf.n - s->sent < max ? s->buf.n - s->sent : max;
    if (n) memcpy(buf, s->buf.p + s->sent, n);
    s->sent += n;
    return (long)n;
}

static void free_arena(void *arg)
{
    Stream *s = arg;
    arena_free(&s->a);
}

static Rc prepare(Req *req, Stream *s)
{
    Work w;
    TRY(work_begin(req, false, &w));
    Rc rc = read_range(&w, req, s);
    if (rc >= 0) rc = read_previous(&w, s);
    work_abort(&w);
    TRY(rc);
    TRY(tell(req, s));
    return ledger_head_sign(&req->ctx, s->kernel, "export", s->last, &s->head);
}

Rc ledger_export_handler(Req *req, Res *res)
{
    static const char *const known[] = {"from", "to", NULL};
    TRY(query_only(req, known));
    Stream *s = ARENA_NEW(req->ctx.arena, Stream);
    s->kernel = req_kernel(req);
    TRY(prepare(req, s));
    s->next = s->first;
    s->a = arena_new(0);
    buf_init(&s->buf, s->a);
    arena_defer(req->ctx.arena, free_arena, s);
    res_attachment(
        req, res,
        arena_printf(req->ctx.arena, "ledger-%lld-%lld.jsonl", (long long)s->first, (long long)s->last));
    res_stream(res, "application/x-ndjson", pull, s);
    return 0;
}
