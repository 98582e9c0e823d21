/* Login and logout. A session is an opaque random token in a cookie, at rest by its SHA-256; every login
 * makes a fresh one and ends the one that the browser brought. Failures lock a name for a while, whether it
 * exists or not, and an address that tries many names; an unknown name costs the same time as a wrong
 * password, so that an answer does not tell which names exist. Whether a second factor is asked for is told
 * only after the right password. */
#include "access/access.h"
#include "base/clock.h"
#include "kernel_access_sql.h"
#include "kernel_queries_sql.h"
#include "base/id.h"

enum { NAME_MAX_BYTES = 200, PASSWORD_MAX_BYTES = 1024, CODE_MAX_BYTES = 32, AGENT_MAX_BYTES = 300 };

typedef struct Login {
    Str name, password, code;
    int64_t id;
    Str full_name, roles, hash;
    FactorState factor;
} Login;

static Rc read_login(Req *req, Login *l)
{
    static const Field fields[] = {{.name = "name",
                                    .type = F_TEXT,
                                    .flags = F_REQUIRED,
                                    .max = NAME_MAX_BYTES,
                                    .label = T("用户名", "Name")},
                                   {.name = "password",
                                    .type = F_TEXT,
                                    .flags = F_REQUIRED | F_SECRET,
                                    .max = PASSWORD_MAX_BYTES,
                                    .label = T("口令", "Password")},
                                   {.name = "code",
                                    .type = F_TEXT,
                                    .flags = F_SECRET,
                                    .max = CODE_MAX_BYTES,
                                    .label = T("验证码", "Code")}};
    const Json *body;
    DbVal v[ARRAY_LEN(fields)] = {0};
    TRY(req_json(req, &body));
    Work w = {.ctx = &req->ctx, .kernel = req_kernel(req), .who = req->who};
    TRY(fields_read_json(&w, fields, ARRAY_LEN(fields), body, 0, true, v));
    *l = (Login){.name = v[0].s, .password = v[1].s, .code = v[2].s};
    return 0;
}

/* Failures of an address are counted under a key that no name can have. */
DbVal failures_address(Ctx *ctx, const char *peer)
{
    return db_val_text(str_printf(ctx->arena, "\x01%s", peer ? peer : ""));
}

static int64_t lock_ms(const Kernel *k)
{
    return policy_get(k, POLICY_LOCK_MINUTES) * 60000;
}

Rc failures_count(Ctx *ctx, const Kernel *k, Db *db, DbVal key, int64_t *out)
{
    DbCursor *c;
    *out = 0;
    Rc rc = db_query_one(ctx, db, &q_failure_find, DB_ARGS(key, db_val_i64(clock_now() - lock_ms(k))), &c);
    if (rc <= 0) return rc;
    *out = db_i64(c, Q_FAILURE_FIND_FAILURES);
    db_close(&c);
    return 0;
}

static Rc check_lock(Ctx *ctx, const Kernel *k, Db *db, Str name, const char *peer)
{
    int64_t failures, most = policy_get(k, POLICY_LOCK_FAILURES),
                      from_here = policy_get(k, POLICY_LOCK_ADDRESS);
    int minutes = (int)policy_get(k, POLICY_LOCK_MINUTES);
    TRY(failures_count(ctx, k, db, db_val_text(name), &failures));
    if (failures >= most)
        return FAIL(ctx, RC_LIMIT, "session.locked", "连续 %d 次登录失败，该用户名暂停登录 %d 分钟",
                    "%d failed logins in a row; this name is locked for %d minutes", (int)most, minutes);
    if (!from_here) return 0;
    TRY(failures_count(ctx, k, db, failures_address(ctx, peer), &failures));
    if (failures < from_here) return 0;
    return FAIL(ctx, RC_LIMIT, "session.address_locked", "该地址登录失败过多，暂停登录 %d 分钟",
                "too many failed logins from this address; it is locked for %d minutes", minutes);
}

static Rc find_user(Ctx *ctx, Db *db, Login *l)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_login_find, DB_ARGS(db_val_text(l->name)), &c);
    if (rc <= 0) return rc;
    l->id = db_i64(c, Q_LOGIN_FIND_ID);
    l->full_name = db_str_copy(ctx, c, Q_LOGIN_FIND_FULL_NAME);
    l->roles = db_str_copy(ctx, c, Q_LOGIN_FIND_ROLES);
    l->hash = db_str_copy(ctx, c, Q_LOGIN_FIND_PASSWORD);
    db_close(&c);
    return 1;
}

static Rc look_up(Ctx *ctx, Kernel *k, const char *peer, Login *l)
{
    Db *db;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = check_lock(ctx, k, db, l->name, peer);
    if (!rc) rc = find_user(ctx, db, l);
    if (rc > 0) rc = factor_state(ctx, db, l->id, &l->factor);
    db_done(ctx, &db);
    return rc < 0 ? rc : 0;
}

/* Compared with when there is no such user; made once. */
static pthread_once_t dummy_once = PTHREAD_ONCE_INIT;
static char dummy_hash[256];
static void make_dummy(void)
{
    Arena *a = arena_new(0);
    Str hash = str_of(crypto_password_hash(a, STR("nobody's password")));
    ENSURE(hash.n < sizeof dummy_hash);
    memcpy(dummy_hash, hash.p, hash.n);
    arena_free(&a);
}

static bool password_fits(const Login *l)
{
    pthread_once(&dummy_once, make_dummy);
    bool fits = crypto_password_ok(l->hash.n ? l->hash : str_of(dummy_hash), l->password);
    return fits && l->id;
}

Rc failures_add(Work *w, DbVal key)
{
    Rc rc = db_exec(w->ctx, w->db, &q_failure_add,
                    DB_ARGS(key, db_val_i64(w->now), db_val_i64(w->now - lock_ms(w->kernel))));
    return rc < 0 ? rc : 0;
}

static Rc count_failure(Req *req, Str name, int64_t id)
{
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(failures_add(&w, db_val_text(name)));
    TRY(failures_add(&w, failures_address(w.ctx, req->peer)));
    if (id) TRY(ledger_add(&w, "users", id, "login-failed", STR_NONE, STR_NONE));
    return work_commit(&w);
}

static Rc note_failure(Req *req, const Login *l)
{
    TRY(count_failure(req, l->name, l->id));
    return FAIL(&req->ctx, RC_UNAUTH, "session.wrong", "用户名或口令有误",
                "the name or the password is wrong");
}

static Rc wrong_code(Req *req, const Login *l)
{
    TRY(count_failure(req, l->name, l->id));
    return FAIL(&req->ctx, RC_UNAUTH, "session.code_wrong", "验证码有误或已使用过",
                "the code is wrong or was used already");
}

static DbVal agent_of(Req *req)
{
    Str agent = req_header(req, "User-Agent");
    if (agent.n > AGENT_MAX_BYTES) agent.n = AGENT_MAX_BYTES;
    for (size_t i = 0; i < agent.n; i++)
        if ((unsigned char)agent.p[i] < ' ' || (unsigned char)agent.p[i] > '~') return db_val_z("");
    return db_val_text(agent.p ? agent : STR(""));
}

/* 1: the session is there; 0: the code does not fit. Code and session are one transaction: a code is used up
 * when it opened something. */
static Rc store_session(Req *req, const Login *l, const char *token)
{
    Work w;
    int64_t left;
    TRY(work_begin(req, true, &w));
    const Principal who = {.user_id = l->id, .name = str_z(w.ctx->arena, l->name), .perms = req->who->perms};
    w.who = &who;
    Rc fits = l->factor == FACTOR_ON ? factor_use(&w, l->id, l->code, &left) : 1;
    if (fits <= 0) {
        work_abort(&w);
        return fits;
    }
    Str brought = req_cookie(req, "anlan_session");
    TRY(db_exec(w.ctx, w.db, &q_session_delete, DB_ARGS(db_val_z(secret_hash(w.ctx->arena, brought)))));
    TRY(db_exec(w.ctx, w.db, &q_failure_clear, DB_ARGS(db_val_text(l->name))));
    TRY(db_exec(w.ctx, w.db, &q_session_add,
                DB_ARGS(db_val_z(secret_hash(w.ctx->arena, str_of(token))), db_val_i64(id_new()),
                        db_val_i64(l->id), db_val_z(req->peer ? req->peer : ""), agent_of(req),
                        db_val_i64(w.now))));
    TRY(ledger_add(&w, "users", l->id, "login", STR_NONE, STR_NONE));
    TRY(work_commit(&w));
    if (brought.n) auth_forget_one(w.kernel, brought);
    return 1;
}

/* Ends with the browser; the server ends it when it is idle. */
static void set_cookie(Req *req, Res *res, const char *token)
{
    res_header(res, "Set-Cookie",
               arena_printf(req->ctx.arena, "anlan_session=%s; Path=/; HttpOnly; SameSite=Strict%s%s", token,
                            *token ? "" : "; Max-Age=0", req_secure(req) ? "; Secure" : ""));
}

Rc session_login(Req *req, Res *res)
{
    Kernel *k = req_kernel(req);
    Login l;
    TRY(read_login(req, &l));
    Rc rc = look_up(&req->ctx, k, req->peer, &l);
    if (rc == RC_LIMIT)
        res_header(res, "Retry-After", arena_printf(req->ctx.arena, "%lld", (long long)lock_ms(k) / 1000));
    TRY(rc);
    if (!password_fits(&l)) return note_failure(req, &l);
    if (l.factor == FACTOR_ON && !str_trim(l.code).n)
        return FAIL(&req->ctx, RC_UNAUTH, "session.code_required", "请输入验证码",
                    "the second factor's code is needed");
    const char *token = crypto_token(req->ctx.arena);
    rc = store_session(req, &l, token);
    if (rc <= 0) return rc < 0 ? rc : wrong_code(req, &l);
    /* From here on as any request of this session: one way to find out who it is. */
    TRY(auth_session(req, str_of(token)));
    set_cookie(req, res, token);
    res_header(res, "Cache-Control", "no-store");
    return session_write(req, res_json(req, res), session_csrf(req->ctx.arena, str_of(token)));
}

Rc session_logout(Req *req, Res *res)
{
    Str cookie = req_cookie(req, "anlan_session");
    Work w;
    TRY(work_begin(req, true, &w));
    if (cookie.n && !req->who->is_token) {
        TRY(db_exec(w.ctx, w.db, &q_session_delete, DB_ARGS(db_val_z(secret_hash(w.ctx->arena, cookie)))));
        TRY(ledger_add(&w, "users", req->who->user_id, "logout", STR_NONE, STR_NONE));
    }
    TRY(work_commit(&w));
    if (cookie.n) auth_forget_one(w.kernel, cookie);
    set_cookie(req, res, "");
    res_status(res, 204);
    return 0;
}

/* ---- One's own password ---- */

static Rc read_own(Req *req, OwnPassword *out)
{
    const Entity *e = &users_entity;
    Work w;
    Record *rec;
    TRY(work_begin(req, false, &w));
    TRY(store_get(&w, e, req->who->user_id, &rec));
    *out =
        (OwnPassword){rec_text(e, rec, "name"), rec_text(e, rec, "full_name"), rec_text(e, rec, "password")};
    Rc rc = check_lock(w.ctx, w.kernel, w.db, out->name, req->peer);
    work_abort(&w);
    return rc;
}

Rc session_check_own(Req *req, const char *field, Str password, OwnPassword *out)
{
    TRY(read_own(req, out));
    if (crypto_password_ok(out->hash, password)) return 0;
    TRY(count_failure(req, out->name, req->who->user_id));
    return FAIL_FIELD(&req->ctx, field, "password", 0, "口令有误", "the password is wrong");
}

/* All that takes time is done before the writer is taken. */
static Rc check_fresh(Req *req, const OwnPassword *own, Str fresh)
{
    Kernel *k = req_kernel(req);
    Db *db;
    TRY(account_check_password(&req->ctx, k, "new", fresh, own->name, own->full_name));
    TRY(db_take_read(&req->ctx, k->pool, &db));
    Rc rc = account_check_history(&req->ctx, k, db, "new", req->who->user_id, own->hash, fresh);
    db_done(&req->ctx, &db);
    return rc;
}

static Rc change_password(Work *w, Req *req, const OwnPassword *own, const char *hash)
{
    const Entity *e = &users_entity;
    Record *rec;
    TRY(store_get(w, e, req->who->user_id, &rec));
    if (!str_eq(rec_text(e, rec, "password"), own->hash))
        return FAIL(w->ctx, RC_STALE, "record.stale", "口令刚被修改，请重新登录",
                    "the password was changed meanwhile, log in again");
    Record *old = rec_copy(w->ctx, e, rec);
    work__state(w)->fresh_hash = hash;
    rec_set(e, rec, "password", db_val_z(hash));
    TRY(store_update(w, e, old, rec, "password"));
    return sessions_end(w, rec->id, secret_hash(w->ctx->arena, req_cookie(req, "anlan_session")));
}

Rc session_password(Req *req, Res *res)
{
    static const Field fields[] = {{.name = "old",
                                    .type = F_TEXT,
                                    .flags = F_REQUIRED | F_SECRET,
                                    .max = PASSWORD_MAX_BYTES,
                                    .label = T("原口令", "Old password")},
                                   {.name = "new",
                                    .type = F_TEXT,
                                    .flags = F_REQUIRED | F_SECRET,
                                    .max = PASSWORD_MAX_BYTES,
                                    .label = T("新口令", "New password")}};
    const Json *body;
    DbVal v[ARRAY_LEN(fields)] = {0};
    OwnPassword own;
    if (req->who->is_token)
        return FAIL(&req->ctx, RC_FORBIDDEN, "session.token", "令牌没有口令", "a token has no password");
    TRY(req_json(req, &body));
    Work w = {.ctx = &req->ctx, .kernel = req_kernel(req), .who = req->who};
    TRY(fields_read_json(&w, fields, ARRAY_LEN(fields), body, 0, true, v));
    TRY(session_check_own(req, "old", v[0].s, &own));
    TRY(check_fresh(req, &own, v[1].s));
    const char *hash = crypto_password_hash(req->ctx.arena, v[1].s);
    TRY(work_begin(req, true, &w));
    TRY(change_password(&w, req, &own, hash));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}
