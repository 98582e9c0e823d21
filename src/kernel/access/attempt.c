/* For slices that let somebody in by a code (kernel/account.h). Attempts stand in the table of failed logins
 * under keys that no account's name can have, so that an address that tries names, passwords and codes is
 * counted once for all. */
#include "access/access.h"
#include "base/clock.h"
#include "kernel/account.h"
#include "kernel_access_sql.h"
#include "kernel_queries_sql.h"

static DbVal key_of(Ctx *ctx, const char *key)
{
    return db_val_text(str_printf(ctx->arena, "\x02%s", key));
}

Rc attempt_check(Req *req, Res *res, const char *key)
{
    Kernel *k = req_kernel(req);
    Ctx *ctx = &req->ctx;
    int64_t of_key, of_address, minutes = policy_get(k, POLICY_LOCK_MINUTES),
                                most_here = policy_get(k, POLICY_LOCK_ADDRESS);
    Db *db;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = failures_count(ctx, k, db, key_of(ctx, key), &of_key);
    if (rc >= 0) rc = failures_count(ctx, k, db, failures_address(ctx, req->peer), &of_address);
    db_done(ctx, &db);
    TRY(rc);
    if (of_key < policy_get(k, POLICY_LOCK_FAILURES) && !(most_here && of_address >= most_here)) return 0;
    res_header(res, "Retry-After", arena_printf(ctx->arena, "%lld", (long long)minutes * 60));
    return FAIL(ctx, RC_LIMIT, "attempt.locked", "尝试次数过多，请 %d 分钟后再试",
                "too many attempts; try again in %d minutes", (int)minutes);
}

Rc attempt_failed(Req *req, const char *key, const char *entity, int64_t id)
{
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(failures_add(&w, key_of(w.ctx, key)));
    TRY(failures_add(&w, failures_address(w.ctx, req->peer)));
    if (id) TRY(ledger_add(&w, entity, id, "attempt-failed", STR_NONE, STR_NONE));
    return work_commit(&w);
}

Rc attempt_clear(Work *w, const char *key)
{
    Rc rc = db_exec(w->ctx, w->db, &q_failure_clear, DB_ARGS(key_of(w->ctx, key)));
    return rc < 0 ? rc : 0;
}

Rc account_check_new(Ctx *ctx, Kernel *k, const NewAccount *a)
{
    return account_check_password(ctx, k, "password", a->password, a->name, a->full_name);
}

Rc account_add(Work *w, const NewAccount *a, const char *hash, int64_t *id)
{
    const Entity *e = &users_entity;
    Record *rec = rec_new(w->ctx, e);
    Work program = *w;
    program.who = NULL; /* the role is the code's to give, not the caller's */
    rec_set(e, rec, "name", db_val_text(a->name));
    rec_set(e, rec, "full_name", db_val_text(a->full_name));
    rec_set(e, rec, "phone", db_val_text(a->phone));
    rec_set(e, rec, "roles", db_val_z(a->role));
    rec_set(e, rec, "body", db_val_i64(a->body));
    rec_set(e, rec, "enabled", db_val_bool(true));
    work__state(w)->fresh_hash = hash;
    rec_set(e, rec, "password", db_val_z(hash));
    TRY(store_insert(&program, e, rec));
    *id = rec->id;
    return 0;
}

int64_t activation_ms(const Kernel *k)
{
    return policy_get(k, POLICY_ACTIVATION_DAYS) * MS_DAY;
}
