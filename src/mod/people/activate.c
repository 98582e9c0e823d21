/* POST /api/activate: an enterprise comes in by its credit code and activation code. Open to everybody, so
 * every wrong pair gets the same answer: no such enterprise, no code, a used, withdrawn or old one,
 * another's. Whatever can be judged without a secret (form, password) is judged before, what takes time (the
 * password's hash) comes after; the pair is looked at again in the transaction that uses it, so of two that
 * bring one code one gets in. */
#include "people_private.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "kernel/account.h"
#include "mod_people_queries_sql.h"

#define AE (&activation_entity)

typedef struct Ask {
    Str credit, code;
    NewAccount account;
    const char *key;
} Ask;

typedef struct Found {
    int64_t id, body;
    Str body_code, body_name;
} Found;

static const Field fields[] = {
    {.name = "credit_code",
     .type = F_TEXT,
     .flags = F_REQUIRED,
     .max = 18,
     .label = T("统一社会信用代码", "Credit code")},
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SECRET,
     .max = 40,
     .label = T("激活码", "Activation code")},
    {.name = "name", .type = F_TEXT, .flags = F_REQUIRED, .min = 2, .max = 64, .label = T("用户名", "Name")},
    {.name = "full_name",
     .type = F_TEXT,
     .flags = F_REQUIRED,
     .min = 1,
     .max = 60,
     .label = T("姓名", "Full name")},
    {.name = "phone", .type = F_TEXT, .flags = F_REQUIRED, .min = 5, .max = 20, .label = T("手机", "Mobile")},
    {.name = "password",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SECRET,
     .max = 1024,
     .label = T("口令", "Password")},
};
enum { IN_CREDIT, IN_CODE, IN_NAME, IN_FULL_NAME, IN_PHONE, IN_PASSWORD };

static Str upper(Arena *a, Str s)
{
    char *out = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) out[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 32) : s.p[i];
    return str_n(out, s.n);
}

static Rc read_ask(Req *req, Ask *out)
{
    DbVal v[ARRAY_LEN(fields)] = {0};
    Arena *a = req->ctx.arena;
    TRY(req_fields(req, fields, ARRAY_LEN(fields), v));
    *out = (Ask){.credit = upper(a, str_trim(v[IN_CREDIT].s)),
                 .code = v[IN_CODE].s,
                 .account = {.name = str_trim(v[IN_NAME].s),
                             .full_name = str_trim(v[IN_FULL_NAME].s),
                             .phone = str_trim(v[IN_PHONE].s),
                             .password = v[IN_PASSWORD].s,
                             .role = "enterprise"}};
    out->key = arena_printf(a, "activate:%.*s", STR_ARG(out->credit));
    if (!people_phone_ok(out->account.phone))
        FAIL_FIELD(&req->ctx, "phone", "format", 0, "电话号码含有不能使用的字符",
                   "the telephone number has characters that cannot be used");
    account_check_new(&req->ctx, req_kernel(req), &out->account);
    return req->ctx.err.kind;
}

/* 1: code and enterprise belong together and are good now. out->id is set when the enterprise has a row. */
static Rc look_up(Ctx *ctx, Db *db, const Ask *ask, int64_t now, Found *out)
{
    DbCursor *c;
    const char *given = activation_hash(ctx->arena, ask->code);
    *out = (Found){0};
    Rc rc = db_query_one(ctx, db, &q_activation_find, DB_ARGS(db_val_text(ask->credit)), &c);
    if (rc <= 0) return rc;
    *out = (Found){.id = db_i64(c, Q_ACTIVATION_FIND_ID),
                   .body = db_i64(c, Q_ACTIVATION_FIND_BODY),
                   .body_code = db_str_copy(ctx, c, Q_ACTIVATION_FIND_CODE),
                   .body_name = db_str_copy(ctx, c, Q_ACTIVATION_FIND_NAME)};
    Str kept = db_str(c, Q_ACTIVATION_FIND_HASH);
    bool right = *given && kept.n == strlen(given) && crypto_equal(kept.p, given, kept.n);
    bool open = db_is_null(c, Q_ACTIVATION_FIND_USED_AT) && db_i64(c, Q_ACTIVATION_FIND_EXPIRES_AT) > now;
    db_close(&c);
    return right && open;
}

static Rc refuse(Req *req, const Ask *ask, const Found *found)
{
    TRY(attempt_failed(req, ask->key, "activations", found->id));
    return FAIL(&req->ctx, RC_FORBIDDEN, "activate.wrong", "信用代码与激活码不符，或激活码已失效",
                "the credit code and the activation code do not fit, or the code is no longer good");
}

static Rc check(Req *req, const Ask *ask, Found *found)
{
    Db *db;
    TRY(db_take_read(&req->ctx, kernel_pool(req_kernel(req)), &db));
    Rc rc = look_up(&req->ctx, db, ask, clock_now(), found);
    db_done(&req->ctx, &db);
    return rc;
}

/* The new account is the person who may be called. */
static Rc add_person(Work *w, const Ask *ask, const Found *found, int64_t user)
{
    const Entity *e = &person_entity;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "name", db_val_text(ask->account.full_name));
    rec_set(e, rec, "body", db_val_i64(found->body));
    rec_set(e, rec, "mobile", db_val_text(ask->account.phone));
    rec_set(e, rec, "account", db_val_i64(user));
    rec_set(e, rec, "enabled", db_val_bool(true));
    return store_insert(w, e, rec);
}

static Rc use(Work *w, const Found *found, int64_t user)
{
    Record *rec;
    TRY(store_get(w, AE, found->id, &rec));
    Record *old = rec_copy(w->ctx, AE, rec);
    rec_set(AE, rec, "used_at", db_val_time(w->now));
    rec_set(AE, rec, "account", db_val_i64(user));
    rec_set(AE, rec, "hash", db_val_null());
    return store_update(w, AE, old, rec, "activate");
}

/* All of it or nothing: account, person, used code. */
static Rc enter(Work *w, Ask *ask, const Found *found, const char *hash)
{
    int64_t user;
    w->why =
        arena_printf(w->ctx->arena, "%s %.*s", w->ctx->lang == LANG_EN ? "activation code of" : "企业激活码",
                     STR_ARG(found->body_code));
    ask->account.body = found->body;
    TRY(account_add(w, &ask->account, hash, &user));
    Principal own = *w->who;
    own.user_id = user;
    own.name = str_z(w->ctx->arena, ask->account.name);
    Work by = *w;
    by.who = &own;
    TRY(add_person(&by, ask, found, user));
    TRY(use(&by, found, user));
    return attempt_clear(w, ask->key);
}

static void write_answer(Req *req, Res *res, const Ask *ask, const Found *found)
{
    res_status(res, 201);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_ks(o, "name", ask->account.name);
    jout_key(o, "body");
    jout_open(o);
    jout_ks(o, "code", found->body_code);
    jout_ks(o, "name", found->body_name);
    jout_close(o);
    jout_close(o);
}

Rc activate_handler(Req *req, Res *res)
{
    Ask ask;
    Found found;
    Work w;
    TRY(read_ask(req, &ask));
    TRY(attempt_check(req, res, ask.key));
    Rc right = check(req, &ask, &found);
    TRY(right);
    if (!right) return refuse(req, &ask, &found);
    const char *hash = crypto_password_hash(req->ctx.arena, ask.account.password);
    TRY(work_begin(req, true, &w));
    right = look_up(w.ctx, w.db, &ask, w.now, &found);
    TRY(right);
    if (!right) {
        work_abort(&w);
        return refuse(req, &ask, &found);
    }
    TRY(enter(&w, &ask, &found, hash));
    TRY(work_commit(&w));
    write_answer(req, res, &ask, &found);
    return 0;
}
