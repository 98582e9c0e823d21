/* Signed heads. A chain alone shows a change inside, not a cut tail: whoever can cut the table can cut the
 * head with it. So at each civil midnight, at stop and with each export the last entry's number and hash are
 * signed with SM2, kept in a table and written to a directory outside the data directory, from where they
 * can be carried away. Only what was walked since the head before is signed. The private key never leaves the
 * data directory. */
#include "base/clock.h"
#include "base/log.h"
#include "kernel_queries_sql.h"
#include "kernel/paper.h"
#include "ledger/ledger_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct LedgerKeys {
    Str private_pem, public_pem;
    const char *name; /* SM3 of the public key, hex */
    const char *dir;  /* of export; NULL: none */
    int64_t exported; /* heads up to this entry are in dir */
    int64_t day;      /* the civil day whose predecessors are signed */
    pthread_mutex_t lock;
};

/* ---- Files ---- */

static Rc fail_file(Ctx *ctx, const char *path)
{
    int err = errno;
    Rc rc =
        FAIL(ctx, RC_IO, "ledger.file", "文件 %s 不可读写", "the file %s cannot be read or written", path);
    ctx_cause(ctx, "%s", strerror(err));
    return rc;
}

static bool write_all(int fd, Str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        s = str_n(s.p + n, s.n - (size_t)n);
    }
    return true;
}

/* Whole or not at all, and durable. */
static Rc put_file(Ctx *ctx, const char *dir, const char *name, int mode, Str content)
{
    const char *path = arena_printf(ctx->arena, "%s/%s", dir, name);
    const char *fresh = arena_printf(ctx->arena, "%s.new", path);
    unlink(fresh);
    int fd = open(fresh, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    if (fd < 0) return fail_file(ctx, fresh);
    bool ok = write_all(fd, content) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    if (!ok || rename(fresh, path) != 0) return fail_file(ctx, path);
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail_file(ctx, dir);
    fsync(fd);
    close(fd);
    return 0;
}

static Rc get_file(Ctx *ctx, const char *path, Str *out)
{
    enum { KEY_MAX = 8192 };
    FILE *f = fopen(path, "re");
    if (!f) return fail_file(ctx, path);
    char *p = arena_alloc(ctx->arena, KEY_MAX);
    size_t n = fread(p, 1, KEY_MAX, f);
    fclose(f);
    *out = str_n(p, n);
    return 0;
}

/* ---- The key pair ---- */

#define KEY_FILE    "ledger-key.pem"
#define PUBLIC_FILE "ledger-public.pem"

static Rc make_keys(Ctx *ctx, const Kernel *k)
{
    Str private_pem, public_pem;
    TRY(crypto_sm2_make(ctx, &private_pem, &public_pem));
    TRY(put_file(ctx, k->data_dir, PUBLIC_FILE, 0644, public_pem));
    return put_file(ctx, k->data_dir, KEY_FILE, 0600, private_pem);
}

static Rc read_keys(Ctx *ctx, Kernel *k, struct LedgerKeys *keys)
{
    Str pem, public_pem;
    unsigned char name[SM3_BYTES];
    TRY(get_file(ctx, arena_printf(ctx->arena, "%s/" KEY_FILE, k->data_dir), &pem));
    TRY(crypto_sm2_public(ctx, pem, &public_pem));
    ENSURE(crypto_sm2_name(public_pem, name));
    keys->private_pem = str_copy(k->arena, pem);
    keys->public_pem = str_of(str_z(k->arena, public_pem));
    keys->name = hex_print(k->arena, name, SM3_BYTES);
    return 0;
}

static bool lies_within(Arena *a, const char *dir, const char *outer)
{
    char *inner = realpath(dir, NULL), *base = realpath(outer, NULL);
    bool in = inner && base &&
              (!strcmp(inner, base) ||
               str_starts(str_of(inner), str_printf(a, "%s/", strcmp(base, "/") ? base : "")));
    free(inner);
    free(base);
    return in;
}

/* A directory inside the data directory would be lost, or changed, together with it. */
static Rc open_dir(Ctx *ctx, Kernel *k, const char *dir, struct LedgerKeys *keys)
{
    struct stat st;
    if (!dir || !*dir) {
        LOG(LOG_WARN, "ledger",
            "signed heads are not exported: set [ledger] export to a directory elsewhere");
        return 0;
    }
    if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode) || access(dir, W_OK) != 0)
        return FAIL(ctx, RC_INVALID, "ledger.export", "[ledger] export：目录 %s 不存在或不可写",
                    "[ledger] export: the directory %s is absent or not writable", dir);
    if (lies_within(ctx->arena, dir, k->data_dir))
        return FAIL(ctx, RC_INVALID, "ledger.export", "[ledger] export：%s 在数据目录内，须在其外",
                    "[ledger] export: %s lies in the data directory, it must be outside", dir);
    keys->dir = arena_strdup(k->arena, dir);
    return 0;
}

Rc ledger_keys_open(Ctx *ctx, Kernel *k, const char *dir)
{
    struct LedgerKeys *keys = ARENA_NEW(k->arena, struct LedgerKeys);
    if (access(arena_printf(ctx->arena, "%s/" KEY_FILE, k->data_dir), F_OK) != 0) TRY(make_keys(ctx, k));
    TRY(read_keys(ctx, k, keys));
    TRY(open_dir(ctx, k, dir, keys));
    pthread_mutex_init(&keys->lock, NULL);
    k->keys = keys;
    return 0;
}

void ledger_keys_close(Kernel *k)
{
    if (k->keys) pthread_mutex_destroy(&k->keys->lock);
    k->keys = NULL;
}

const char *ledger_export_dir(const Kernel *k)
{
    return k->keys ? k->keys->dir : NULL;
}

const char *ledger_public_pem(const Kernel *k)
{
    return k->keys ? k->keys->public_pem.p : NULL;
}

/* ---- Other signatures ---- */

Rc kernel_sign(Ctx *ctx, Kernel *k, Str text, Str *signature, Str *key)
{
    Str bytes;
    *signature = *key = STR_NONE;
    if (!k->keys) return 0;
    TRY(crypto_sm2_sign(ctx, k->keys->private_pem, text, &bytes));
    *signature = str_of(hex_print(ctx->arena, bytes.p, bytes.n));
    *key = str_of(k->keys->name);
    return 0;
}

bool kernel_signed(Kernel *k, Str text, Str signature)
{
    unsigned char bytes[128];
    size_t n = signature.n / 2;
    return k->keys && n && n <= sizeof bytes && hex_parse(signature, bytes, n) &&
           crypto_sm2_ok(k->keys->public_pem, text, str_n((const char *)bytes, n));
}

/* ---- Rows ---- */

static bool head_of_row(Ctx *ctx, const DbCursor *c, SignedHead *h)
{
    *h = (SignedHead){.n = db_i64(c, Q_HEADS_AFTER_N),
                      .t = db_i64(c, Q_HEADS_AFTER_T),
                      .text = db_str_copy(ctx, c, Q_HEADS_AFTER_TEXT),
                      .signature = db_str_copy(ctx, c, Q_HEADS_AFTER_SIGNATURE),
                      .key = db_str_copy(ctx, c, Q_HEADS_AFTER_KEY),
                      .public_pem = db_str_copy(ctx, c, Q_HEADS_AFTER_PUBLIC_PEM)};
    return hex_parse(db_str(c, Q_HEADS_AFTER_HASH), h->hash, SM3_BYTES);
}

Rc ledger_heads_read(Ctx *ctx, Db *db, int64_t after, SignedHead *out, size_t max, size_t *n)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    TRY(db_query(ctx, db, &q_heads_after, DB_ARGS(db_val_i64(after), db_val_i64((int64_t)max)), &c));
    while ((rc = db_next(ctx, c)) > 0)
        if (!head_of_row(ctx, c, &out[(*n)++])) memset(out[*n - 1].hash, 0, SM3_BYTES);
    db_close(&c);
    return rc;
}

void ledger_head_json(const SignedHead *h, JsonOut *o)
{
    jout_open(o);
    jout_key(o, "head");
    jout_raw(o, h->text);
    jout_ks(o, "signature", h->signature);
    jout_close(o);
}

/* ---- Export ---- */

static const char *head_name(Arena *a, const SignedHead *h)
{
    return arena_printf(a, "head-%012lld-%.16s.json", (long long)h->n, h->key.p);
}

static bool is_there(Arena *a, const char *dir, const char *name)
{
    return access(arena_printf(a, "%s/%s", dir, name), F_OK) == 0;
}

static Rc export_head(Ctx *ctx, const char *dir, const SignedHead *h)
{
    const char *name = head_name(ctx->arena, h);
    const char *pem = arena_printf(ctx->arena, "ledger-%.16s.pem", h->key.p);
    if (h->key.n != 2 * SM3_BYTES || is_there(ctx->arena, dir, name)) return 0;
    if (!is_there(ctx->arena, dir, pem)) TRY(put_file(ctx, dir, pem, 0444, h->public_pem));
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    ledger_head_json(h, &o);
    buf_addc(&b, '\n');
    return put_file(ctx, dir, name, 0444, buf_str(&b));
}

static Rc export_some(Ctx *ctx, Kernel *k, size_t *n)
{
    enum { MANY = 32 };
    SignedHead heads[MANY];
    Db *db;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = ledger_heads_read(ctx, db, k->keys->exported, heads, MANY, n);
    db_done(ctx, &db);
    for (size_t i = 0; rc >= 0 && i < *n; i++) rc = export_head(ctx, k->keys->dir, &heads[i]);
    if (rc >= 0 && *n) k->keys->exported = heads[*n - 1].n;
    return rc;
}

Rc ledger_heads_export(Ctx *ctx, Kernel *k)
{
    if (!k->keys->dir) return 0;
    Rc rc = 0;
    size_t n = 1;
    Arena *a = arena_new(0);
    while (rc >= 0 && n) {
        Ctx piece;
        ctx_init(&piece, a, ctx->lang);
        rc = export_some(&piece, k, &n);
        if (rc < 0) {
            log_err(LOG_ERROR, "ledger", &piece);
            FAIL(ctx, rc, "ledger.export", "签名链头未能导出至 %s", "signed heads were not exported to %s",
                 k->keys->dir);
        }
        arena_reset(a);
    }
    arena_free(&a);
    return rc;
}

/* ---- Signing ---- */

static Str head_text(Ctx *ctx, const struct LedgerKeys *keys, const SignedHead *h, int64_t day,
                     const char *why)
{
    Civil c = civil_of(civil_day_start(day));
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    jout_open(&o); /* in canonical order */
    jout_kz(&o, "day", arena_printf(ctx->arena, "%04d-%02d-%02d", c.year, c.month, c.day));
    jout_kz(&o, "hash", hex_print(ctx->arena, h->hash, SM3_BYTES));
    jout_kz(&o, "key", keys->name);
    jout_ki(&o, "n", h->n);
    jout_ki(&o, "t", h->t);
    jout_kz(&o, "why", why);
    jout_close(&o);
    return buf_str(&b);
}

static Rc sign_head(Ctx *ctx, const struct LedgerKeys *keys, int64_t day, const char *why, SignedHead *h)
{
    Str bytes;
    h->text = head_text(ctx, keys, h, day, why);
    TRY(crypto_sm2_sign(ctx, keys->private_pem, h->text, &bytes));
    h->signature = str_of(hex_print(ctx->arena, bytes.p, bytes.n));
    h->key = str_of(keys->name);
    h->public_pem = keys->public_pem;
    return 0;
}

static Rc store_head(Ctx *ctx, Kernel *k, const SignedHead *h)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "ledger", true, &w));
    Rc rc = db_exec(ctx, w.db, &q_heads_insert,
                    DB_ARGS(db_val_i64(h->n), db_val_z(hex_print(ctx->arena, h->hash, SM3_BYTES)),
                            db_val_i64(h->t), db_val_text(h->text), db_val_text(h->signature),
                            db_val_text(h->key), db_val_text(h->public_pem)));
    if (rc < 0) {
        work_abort(&w);
        return rc;
    }
    return work_commit(&w);
}

typedef struct Span {
    int64_t from, to; /* signed up to, to be signed */
    bool there;       /* to is signed already: in found */
    SignedHead found;
    unsigned char from_hash[SM3_BYTES]; /* as it was signed */
} Span;

static Rc span_in(Ctx *ctx, Db *db, int64_t n, Span *s)
{
    DbCursor *c;
    size_t count;
    TRY(db_query_one(ctx, db, &q_head_peek, DB_NO_ARGS, &c));
    s->to = n ? n : db_i64(c, Q_HEAD_PEEK_N);
    db_close(&c);
    TRY(ledger_heads_read(ctx, db, s->to - 1, &s->found, 1, &count));
    s->there = count && s->found.n == s->to;
    Rc rc = db_query_one(ctx, db, &q_heads_before, DB_ARGS(db_val_i64(s->to)), &c);
    if (rc > 0) {
        s->from = db_i64(c, Q_HEADS_BEFORE_N);
        hex_parse(db_str(c, Q_HEADS_BEFORE_HASH), s->from_hash, SM3_BYTES);
        db_close(&c);
    }
    return rc < 0 ? rc : 0;
}

static Rc read_span(Ctx *ctx, Kernel *k, int64_t n, Span *s)
{
    Db *db;
    *s = (Span){0};
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = span_in(ctx, db, n, s);
    db_done(ctx, &db);
    return rc;
}

static Rc broken(Ctx *ctx, int64_t n)
{
    return FAIL(ctx, RC_INVALID, "ledger.broken", "台账自第 %lld 条起与哈希链不符，不予签名",
                "the ledger's chain breaks at entry %lld: it is not signed", (long long)n);
}

/* The chain from the last signed head on must hold, and begin with what was signed. */
static Rc check_span(Ctx *ctx, Kernel *k, const Span *s, unsigned char hash[SM3_BYTES])
{
    LedgerReport r;
    Db *db;
    unsigned char first[SM3_BYTES];
    TRY(ledger_check(ctx, k->pool, &(LedgerCheck){.from = s->from, .upto = s->to}, &r));
    if (r.fault && r.bad <= s->to) return broken(ctx, r.bad);
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = ledger_hash_of(ctx, db, s->from, first);
    if (rc >= 0) rc = ledger_hash_of(ctx, db, s->to, hash);
    db_done(ctx, &db);
    TRY(rc);
    return memcmp(first, s->from_hash, SM3_BYTES) ? broken(ctx, s->from) : 0;
}

static Rc sign_now(Ctx *ctx, Kernel *k, const char *why, int64_t n, int64_t day, SignedHead *out)
{
    Span s;
    TRY(read_span(ctx, k, n, &s));
    if (s.there || !s.to) {
        *out = s.found;
        return 0;
    }
    *out = (SignedHead){.n = s.to, .t = clock_now()};
    TRY(check_span(ctx, k, &s, out->hash));
    TRY(sign_head(ctx, k->keys, day, why, out));
    TRY(store_head(ctx, k, out));
    LOG(LOG_INFO, "ledger", "head signed", LOG_I64("n", out->n), LOG_Z("why", why));
    if (k->keys->dir) TRY(export_head(ctx, k->keys->dir, out));
    return ledger_heads_export(ctx, k);
}

Rc ledger_head_sign(Ctx *ctx, Kernel *k, const char *why, int64_t n, SignedHead *out)
{
    SignedHead unused;
    if (!k->keys)
        return FAIL(ctx, RC_STATE, "ledger.keys", "本进程不签名台账", "this process signs no heads");
    pthread_mutex_lock(&k->keys->lock);
    Rc rc = sign_now(ctx, k, why, n, civil_day(clock_now()), out ? out : &unused);
    pthread_mutex_unlock(&k->keys->lock);
    return rc;
}

/* ---- Days ---- */

typedef struct Due {
    int64_t n, day; /* n 0: nothing is due */
} Due;

/* The first day after the last signed head that has entries and is over. */
static Rc due_in(Ctx *ctx, Db *db, int64_t today, Due *out)
{
    DbCursor *c;
    *out = (Due){0};
    Rc rc = db_query_one(ctx, db, &q_heads_unsigned, DB_NO_ARGS, &c);
    if (rc <= 0) return rc;
    int64_t first = db_i64(c, Q_HEADS_UNSIGNED_N);
    out->day = civil_day(db_i64(c, Q_HEADS_UNSIGNED_T));
    db_close(&c);
    if (out->day >= today) return 0;
    int64_t end = civil_day_start(out->day + 1);
    rc = db_query_one(ctx, db, &q_heads_day_end, DB_ARGS(db_val_i64(first), db_val_i64(end)), &c);
    if (rc <= 0) return rc;
    out->n = db_i64(c, Q_HEADS_DAY_END_N);
    db_close(&c);
    return 0;
}

static Rc next_due(Ctx *ctx, Kernel *k, int64_t today, Due *out)
{
    Db *db;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = due_in(ctx, db, today, out);
    db_done(ctx, &db);
    return rc;
}

void ledger_heads_due(Ctx *ctx, Kernel *k)
{
    int64_t today = civil_day(clock_now());
    SignedHead head;
    Due due = {.n = 1};
    if (!k->keys) return;
    pthread_mutex_lock(&k->keys->lock);
    if (k->keys->day == today) due.n = 0;
    bool looked = due.n != 0;
    Rc rc = 0;
    while (rc >= 0 && due.n) {
        rc = next_due(ctx, k, today, &due);
        if (rc >= 0 && due.n) rc = sign_now(ctx, k, "day", due.n, due.day, &head);
    }
    if (rc >= 0 && looked) rc = ledger_heads_export(ctx, k);
    if (rc >= 0) k->keys->day = today;
    pthread_mutex_unlock(&k->keys->lock);
    if (rc < 0) log_err(LOG_ERROR, "ledger", ctx);
}
