/* The second factor: a code of the authenticator app beside the password. The secret is sealed with a key
 * that lies in a file of the data directory and not in the database: who has a copy of the database alone has
 * no codes. A code is good once: the step it was made for is written down, and an older or equal one is
 * refused. Recovery codes, for who lost the telephone, are kept by their hash and are used up. */
#include "access/access.h"
#include "kernel_access_sql.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { RECOVERY_CODES = 10, RECOVERY_CHARS = 10, SET_UP_MS = 30 * 60000 };

/* ---- The key ---- */

static Rc io_failed(Ctx *ctx, const char *path)
{
    const char *why = strerror(errno);
    FAIL(ctx, RC_IO, "factor.key", "密钥文件不能读写：%s", "the key file cannot be read or written: %s",
         path);
    ctx_cause(ctx, "%s", why);
    return RC_IO;
}

static Rc read_key(Ctx *ctx, const char *path, unsigned char key[SEAL_KEY_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io_failed(ctx, path);
    ssize_t n = read(fd, key, SEAL_KEY_BYTES);
    close(fd);
    if (n == SEAL_KEY_BYTES) return 0;
    return FAIL(ctx, RC_IO, "factor.key", "密钥文件不完整：%s", "the key file is not whole: %s", path);
}

/* Made at first use; two processes that make it at once end with the same one. */
static Rc make_key(Ctx *ctx, const char *path)
{
    unsigned char key[SEAL_KEY_BYTES];
    const char *fresh = arena_printf(ctx->arena, "%s.%s", path, crypto_token(ctx->arena));
    crypto_random(key, sizeof key);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return io_failed(ctx, fresh);
    bool ok = write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
    close(fd);
    if (ok && link(fresh, path) < 0 && errno != EEXIST) ok = false;
    unlink(fresh);
    return ok ? 0 : io_failed(ctx, path);
}

static Rc seal_key(Ctx *ctx, const Kernel *k, unsigned char key[SEAL_KEY_BYTES])
{
    const char *path = arena_printf(ctx->arena, "%s/factor.key", k->data_dir);
    if (access(path, F_OK) != 0) TRY(make_key(ctx, path));
    return read_key(ctx, path, key);
}

/* ---- The table ---- */

typedef struct Factor {
    unsigned char secret[TOTP_SECRET_BYTES];
    int64_t made_at, last_step;
    bool confirmed;
} Factor;

/* 1 found, 0: the account has none. */
static Rc find(Ctx *ctx, const Kernel *k, Db *db, int64_t user, Factor *out)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_factor_find, DB_ARGS(db_val_i64(user)), &c);
    if (rc <= 0) return rc;
    Str sealed = db_str_copy(ctx, c, Q_FACTOR_FIND_SECRET);
    *out = (Factor){.made_at = db_i64(c, Q_FACTOR_FIND_MADE_AT),
                    .last_step = db_i64(c, Q_FACTOR_FIND_LAST_STEP),
                    .confirmed = !db_is_null(c, Q_FACTOR_FIND_CONFIRMED_AT)};
    db_close(&c);
    unsigned char key[SEAL_KEY_BYTES];
    TRY(seal_key(ctx, k, key));
    if (crypto_unseal(key, sealed, out->secret, sizeof out->secret)) return 1;
    return FAIL(ctx, RC_STATE, "factor.key", "双因子密钥不能解密，请联系安全管理员",
                "the second factor's secret cannot be read, ask the security administrator");
}

Rc factor_state(Ctx *ctx, Db *db, int64_t user, FactorState *out)
{
    DbCursor *c;
    *out = FACTOR_NONE;
    Rc rc = db_query_one(ctx, db, &q_factor_find, DB_ARGS(db_val_i64(user)), &c);
    if (rc <= 0) return rc;
    if (!db_is_null(c, Q_FACTOR_FIND_CONFIRMED_AT)) *out = FACTOR_ON;
    db_close(&c);
    return 0;
}

static const char *recovery_hash(Arena *a, int64_t user, Str code)
{
    /* 10 characters of 32 are 50 bits: too many to try through the door, and salted by the account. */
    StrBuf b;
    buf_init(&b, a);
    buf_printf(&b, "recovery:%lld:", (long long)user);
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 32);
        if (c != '-' && c != ' ') buf_addc(&b, c);
    }
    return secret_hash(a, buf_str(&b));
}

static Rc use_recovery(Work *w, int64_t user, Str code, int64_t *left)
{
    Rc rows = db_exec(w->ctx, w->db, &q_recovery_use,
                      DB_ARGS(db_val_i64(user), db_val_z(recovery_hash(w->ctx->arena, user, code))));
    if (rows <= 0) return rows;
    DbCursor *c;
    TRY(db_query_one(w->ctx, w->db, &q_recovery_count, DB_ARGS(db_val_i64(user)), &c));
    *left = db_i64(c, 0);
    db_close(&c);
    TRY(ledger_add(w, "users", user, "recovery-code", STR_NONE, STR_NONE));
    return 1;
}

Rc factor_use(Work *w, int64_t user, Str code, int64_t *recovery_left)
{
    Factor f;
    *recovery_left = -1;
    code = str_trim(code);
    if (code.n > TOTP_DIGITS) return use_recovery(w, user, code, recovery_left);
    Rc rc = find(w->ctx, w->kernel, w->db, user, &f);
    if (rc <= 0) return rc;
    int64_t step = totp_match(f.secret, code, w->now, f.last_step);
    if (!step) return 0;
    /* Of two requests with the same code one wins. */
    Rc rows = db_exec(w->ctx, w->db, &q_factor_step, DB_ARGS(db_val_i64(user), db_val_i64(step)));
    return rows < 0 ? rows : rows > 0;
}

/* ---- Routes of the account's owner ---- */

static Rc need_person(Req *req)
{
    if (!req->who->is_token) return 0;
    return FAIL(&req->ctx, RC_FORBIDDEN, "session.token", "令牌没有双因子认证",
                "a token has no second factor");
}

Rc factor_status_handler(Req *req, Res *res)
{
    TRY(need_person(req));
    Work w;
    FactorState state;
    DbCursor *c;
    TRY(work_begin(req, false, &w));
    TRY(factor_state(w.ctx, w.db, req->who->user_id, &state));
    TRY(db_query_one(w.ctx, w.db, &q_recovery_count, DB_ARGS(db_val_i64(req->who->user_id)), &c));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kb(o, "on", state == FACTOR_ON);
    jout_ki(o, "recovery_left", db_i64(c, 0));
    jout_close(o);
    db_close(&c);
    return work_commit(&w);
}

static Rc read_texts(Req *req, const Field *fields, size_t n, DbVal *v)
{
    const Json *body;
    TRY(req_json(req, &body));
    Work w = {.ctx = &req->ctx, .kernel = req_kernel(req), .who = req->who};
    return fields_read_json(&w, fields, n, body, 0, true, v);
}

static const Field password_field[] = {{.name = "password",
                                        .type = F_TEXT,
                                        .flags = F_REQUIRED | F_SECRET,
                                        .max = 1024,
                                        .label = T("口令", "Password")}};
static const Field code_field[] = {{.name = "code",
                                    .type = F_TEXT,
                                    .flags = F_REQUIRED | F_SECRET,
                                    .max = 32,
                                    .label = T("验证码", "Code")}};

/* Whoever finds a page open cannot turn the factor on or off without the password. */
static Rc check_own_password(Req *req)
{
    DbVal v[1] = {0};
    OwnPassword own;
    TRY(read_texts(req, password_field, 1, v));
    return session_check_own(req, "password", v[0].s, &own);
}

static Rc seal(Ctx *ctx, const Kernel *k, const unsigned char *secret, const char **out)
{
    unsigned char key[SEAL_KEY_BYTES];
    TRY(seal_key(ctx, k, key));
    *out = crypto_seal(ctx->arena, key, secret, TOTP_SECRET_BYTES);
    return 0;
}

/* otpauth://totp/ISSUER:NAME?…: bytes beyond letters and digits as %XX. */
static const char *key_uri(Req *req, const char *secret)
{
    StrBuf b;
    buf_init(&b, req->ctx.arena);
    buf_addz(&b, "otpauth://totp/Anlan:");
    for (const char *p = req->who->name; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        if (plain) buf_addc(&b, (char)c);
        else buf_printf(&b, "%%%02X", c);
    }
    buf_printf(&b, "?secret=%s&issuer=Anlan&algorithm=SHA1&digits=%d&period=%d", secret, TOTP_DIGITS,
               TOTP_STEP_S);
    return str_z(req->ctx.arena, buf_str(&b));
}

Rc factor_begin_handler(Req *req, Res *res)
{
    TRY(need_person(req));
    TRY(check_own_password(req));
    unsigned char secret[TOTP_SECRET_BYTES];
    const char *sealed;
    FactorState state;
    crypto_random(secret, sizeof secret);
    TRY(seal(&req->ctx, req_kernel(req), secret, &sealed));
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(factor_state(w.ctx, w.db, req->who->user_id, &state));
    if (state == FACTOR_ON)
        return FAIL(w.ctx, RC_STATE, "factor.on", "双因子认证已启用", "the second factor is on already");
    TRY(db_exec(w.ctx, w.db, &q_factor_put,
                DB_ARGS(db_val_i64(req->who->user_id), db_val_z(sealed), db_val_i64(w.now))));
    const char *text = totp_secret_text(req->ctx.arena, secret), *uri = key_uri(req, text);
    res_header(res, "Cache-Control", "no-store");
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kz(o, "secret", text);
    jout_kz(o, "uri", uri);
    jout_kz(o, "qr", qr_svg(req->ctx.arena, uri));
    jout_close(o);
    return work_commit(&w);
}

static const char *new_recovery(Arena *a)
{
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 32, none mistaken for another */
    unsigned char r[RECOVERY_CHARS];
    char *out = arena_alloc(a, RECOVERY_CHARS + 2), *p = out;
    crypto_random(r, sizeof r);
    for (size_t i = 0; i < RECOVERY_CHARS; i++) {
        if (i == RECOVERY_CHARS / 2) *p++ = '-';
        *p++ = alphabet[r[i] & 31];
    }
    *p = 0;
    return out;
}

static Rc write_recovery(Work *w, int64_t user, JsonOut *o)
{
    TRY(db_exec(w->ctx, w->db, &q_recovery_clear, DB_ARGS(db_val_i64(user))));
    jout_key(o, "recovery_codes");
    jout_open_array(o);
    for (int i = 0; i < RECOVERY_CODES; i++) {
        const char *code = new_recovery(w->ctx->arena);
        TRY(db_exec(w->ctx, w->db, &q_recovery_add,
                    DB_ARGS(db_val_i64(user), db_val_z(recovery_hash(w->ctx->arena, user, str_of(code))))));
        jout_z(o, code);
    }
    jout_close_array(o);
    return 0;
}

Rc factor_confirm_handler(Req *req, Res *res)
{
    DbVal v[1] = {0};
    Factor f;
    int64_t user = req->who->user_id, left;
    TRY(need_person(req));
    TRY(read_texts(req, code_field, 1, v));
    Work w;
    TRY(work_begin(req, true, &w));
    Rc found = find(w.ctx, w.kernel, w.db, user, &f);
    if (found < 0) return found;
    if (!found || f.confirmed || w.now - f.made_at > SET_UP_MS)
        return FAIL(w.ctx, RC_STATE, "factor.begin", "请重新开始启用", "begin to set it up again");
    Rc fits = factor_use(&w, user, v[0].s, &left);
    if (fits < 0) return fits;
    if (!fits) return FAIL_FIELD(w.ctx, "code", "code", 0, "验证码有误", "the code is wrong");
    TRY(db_exec(w.ctx, w.db, &q_factor_confirm, DB_ARGS(db_val_i64(user), db_val_i64(w.now))));
    res_header(res, "Cache-Control", "no-store");
    JsonOut *o = res_json(req, res);
    jout_open(o);
    TRY(write_recovery(&w, user, o));
    jout_close(o);
    TRY(ledger_add(&w, "users", user, "factor-on", STR_NONE, STR_NONE));
    work__touch(&w, entity_info(w.kernel, &users_entity));
    return work_commit(&w);
}

Rc factor_remove_handler(Req *req, Res *res)
{
    TRY(need_person(req));
    TRY(check_own_password(req));
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(db_exec(w.ctx, w.db, &q_factor_delete, DB_ARGS(db_val_i64(req->who->user_id))));
    TRY(db_exec(w.ctx, w.db, &q_recovery_clear, DB_ARGS(db_val_i64(req->who->user_id))));
    TRY(ledger_add(&w, "users", req->who->user_id, "factor-off", STR_NONE, STR_NONE));
    work__touch(&w, entity_info(w.kernel, &users_entity));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}
