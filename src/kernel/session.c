/* Login and logout. A session is an opaque random token in a cookie, at rest by its SHA-256. Five failures
 * lock a name for fifteen minutes, whether it exists or not, and an unknown name costs the same time as a
 * wrong password, so that an answer does not tell which names exist. */
#include "base/clock.h"
#include "kernel_int.h"
#include "kernel_queries_sql.h"

enum { FAILURES_MAX = 5, LOCK_MS = 15 * 60000, NAME_MAX_BYTES = 200, PASSWORD_MAX_BYTES = 1024 };

typedef struct Login {
    Str name, password;
    int64_t id;
    Str full_name, roles, hash;
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
                                    .label = T("口令", "Password")}};
    const Json *body;
    DbVal v[ARRAY_LEN(fields)] = {0};
    TRY(req_json(req, &body));
    Work w = {.ctx = &req->ctx, .kernel = req_kernel(req), .who = req->who};
    TRY(fields_read_json(&w, fields, ARRAY_LEN(fields), body, 0, true, v));
    *l = (Login){.name = v[0].s, .password = v[1].s};
    return 0;
}

static Rc check_lock(Ctx *ctx, Db *db, Str name, int64_t now)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_failure_find, DB_ARGS(db_val_text(name), db_val_i64(now - LOCK_MS)), &c);
    if (rc <= 0) return rc;
    int64_t failures = db_i64(c, Q_FAILURE_FIND_FAILURES);
    db_close(&c);
    if (failures < FAILURES_MAX) return 0;
    return FAIL(ctx, RC_LIMIT, "session.locked", "连续 %d 次登录失败，该用户名暂停登录 15 分钟",
                "%d failed logins in a row; this name is locked for 15 minutes", FAILURES_MAX);
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

static Rc look_up(Ctx *ctx, Kernel *k, Login *l)
{
    Db *db;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = check_lock(ctx, db, l->name, clock_now());
    if (!rc) rc = find_user(ctx, db, l);
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

static Rc note_failure(Req *req, const Login *l)
{
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(db_exec(w.ctx, w.db, &q_failure_add,
                DB_ARGS(db_val_text(l->name), db_val_i64(w.now), db_val_i64(w.now - LOCK_MS))));
    if (l->id) TRY(ledger_add(&w, "users", l->id, "login-failed", STR_NONE, STR_NONE));
    TRY(work_commit(&w));
    return FAIL(&req->ctx, RC_UNAUTH, "session.wrong", "用户名或口令有误",
                "the name or the password is wrong");
}

static Rc store_session(Req *req, const Login *l, const char *token)
{
    Work w;
    TRY(work_begin(req, true, &w));
    const Principal who = {.user_id = l->id, .name = str_z(w.ctx->arena, l->name), .perms = req->who->perms};
    w.who = &who;
    TRY(db_exec(w.ctx, w.db, &q_failure_clear, DB_ARGS(db_val_text(l->name))));
    TRY(db_exec(w.ctx, w.db, &q_session_insert,
                DB_ARGS(db_val_z(secret_hash(w.ctx->arena, str_of(token))), db_val_i64(l->id),
                        db_val_z(req->peer ? req->peer : ""), db_val_i64(w.now))));
    TRY(ledger_add(&w, "users", l->id, "login", STR_NONE, STR_NONE));
    return work_commit(&w);
}

static void write_roles(JsonOut *o, Str roles)
{
    jout_key(o, "roles");
    jout_open_array(o);
    while (roles.n) {
        Str role = str_cut(&roles, ' ');
        if (role.n) jout_str(o, role);
    }
    jout_close_array(o);
}

static void write_perms(JsonOut *o, const PermSet *set)
{
    const Decl *d = set->kernel->decl;
    jout_key(o, "perms");
    jout_open_array(o);
    for (size_t i = 0; i < d->nperms; i++)
        if (set->bits[i / 64] >> (i % 64) & 1) jout_z(o, d->perms[i]->name);
    jout_close_array(o);
}

static void write_session(JsonOut *o, const Principal *who, const PermSet *set, const char *csrf)
{
    jout_open(o);
    jout_key(o, "user");
    jout_open(o);
    jout_kid(o, "id", who->user_id);
    jout_kz(o, "name", who->name);
    jout_kz(o, "full_name", who->full_name);
    write_roles(o, str_of(set->roles));
    write_perms(o, set);
    jout_close(o);
    jout_kz(o, "csrf", csrf);
    jout_close(o);
}

/* Ends with the browser; the server ends it when it is idle. */
static void set_cookie(Req *req, Res *res, const char *token)
{
    bool tls = str_is(req_header(req, "X-Forwarded-Proto"), "https");
    res_header(res, "Set-Cookie",
               arena_printf(req->ctx.arena, "anlan_session=%s; Path=/; HttpOnly; SameSite=Strict%s%s", token,
                            *token ? "" : "; Max-Age=0", tls ? "; Secure" : ""));
}

Rc session_login(Req *req, Res *res)
{
    Kernel *k = req_kernel(req);
    Login l;
    TRY(read_login(req, &l));
    Rc rc = look_up(&req->ctx, k, &l);
    if (rc == RC_LIMIT) res_header(res, "Retry-After", "900");
    TRY(rc);
    if (!password_fits(&l)) return note_failure(req, &l);
    const char *token = crypto_token(req->ctx.arena);
    TRY(store_session(req, &l, token));
    PermSet set;
    perms_of_roles(k, l.roles, &set);
    set.roles = str_z(req->ctx.arena, l.roles);
    const char *name = str_z(req->ctx.arena, l.name);
    Principal who = {.user_id = l.id,
                     .name = name,
                     .full_name = l.full_name.n ? str_z(req->ctx.arena, l.full_name) : name};
    set_cookie(req, res, token);
    res_header(res, "Cache-Control", "no-store");
    write_session(res_json(req, res), &who, &set, session_csrf(req->ctx.arena, str_of(token)));
    return 0;
}

Rc session_show(Req *req, Res *res)
{
    const char *csrf =
        req->who->is_token ? NULL : session_csrf(req->ctx.arena, req_cookie(req, "anlan_session"));
    res_header(res, "Cache-Control", "no-store");
    write_session(res_json(req, res), req->who, principal_set(req->who), csrf);
    return 0;
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

/* ---- POST /api/session/password: one's own password; other sessions of the account end ---- */

static Rc change_password(Work *w, Req *req, Str old_password, Str fresh)
{
    const Entity *e = &users_entity;
    Record *rec;
    TRY(store_get(w, e, req->who->user_id, &rec));
    if (!crypto_password_ok(rec_text(e, rec, "password"), old_password))
        return FAIL_FIELD(w->ctx, "old", "password", 0, "原口令有误", "the old password is wrong");
    Record *old = rec_copy(w->ctx, e, rec);
    rec_set(e, rec, "password", db_val_text(fresh));
    TRY(store_update(w, e, old, rec, "password"));
    Rc rc = db_exec(
        w->ctx, w->db, &q_session_delete_others,
        DB_ARGS(db_val_i64(rec->id), db_val_z(secret_hash(w->ctx->arena, req_cookie(req, "anlan_session")))));
    return rc < 0 ? rc : 0;
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
                                    .min = 10,
                                    .max = 128,
                                    .label = T("新口令", "New password")}};
    const Json *body;
    DbVal v[ARRAY_LEN(fields)] = {0};
    if (req->who->is_token)
        return FAIL(&req->ctx, RC_FORBIDDEN, "session.token", "令牌没有口令", "a token has no password");
    TRY(req_json(req, &body));
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(fields_read_json(&w, fields, ARRAY_LEN(fields), body, 0, true, v));
    TRY(change_password(&w, req, v[0].s, v[1].s));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}
