/* What the settings ask of an account's password, and what is remembered of earlier ones. The facts about an
 * account that are no fields of it (locked, second factor, last seen) are put beside the record. */
#include "access/access.h"
#include "kernel_access_sql.h"

Rc account_check_password(Ctx *ctx, Kernel *k, const char *field, Str password, Str name, Str full_name)
{
    PasswordRule rule = {.least = policy_get(k, POLICY_PASSWORD_MIN),
                         .classes = policy_get(k, POLICY_PASSWORD_CLASSES),
                         .long_from = policy_get(k, POLICY_PASSWORD_LONG)};
    return password_check(ctx, field, &rule, password, name, full_name);
}

static Rc read_history(Ctx *ctx, Db *db, int64_t user, int64_t max, Str *out, size_t *n)
{
    DbCursor *c;
    TRY(db_query(ctx, db, &q_history_of_passwords, DB_ARGS(db_val_i64(user), db_val_i64(max)), &c));
    Rc rc;
    *n = 0;
    while ((rc = db_next(ctx, c)) > 0 && (int64_t)*n < max) out[(*n)++] = db_str_copy(ctx, c, 0);
    db_close(&c);
    return rc < 0 ? rc : 0;
}

Rc account_check_history(Ctx *ctx, Kernel *k, Db *db, const char *field, int64_t user, Str hash, Str password)
{
    int64_t max = policy_get(k, POLICY_PASSWORD_HISTORY);
    Str *old = ARENA_ARRAY(ctx->arena, Str, max + 1);
    size_t n = 0;
    if (max == 0) return 0;
    if (max > 1) TRY(read_history(ctx, db, user, max - 1, old, &n)); /* the present one is one of them */
    bool met = crypto_password_ok(hash, password);
    for (size_t i = 0; !met && i < n; i++) met = crypto_password_ok(old[i], password);
    if (!met) return 0;
    return FAIL_FIELD(ctx, field, "reused", 0, "不得使用最近 %d 次用过的口令",
                      "the last %d passwords must not come back", (int)max);
}

Rc account_remember(Work *w, int64_t user, Str hash)
{
    int64_t max = policy_get(w->kernel, POLICY_PASSWORD_HISTORY);
    Db *db;
    TRY(work__db(w, &db));
    TRY(db_exec(w->ctx, db, &q_history_add,
                DB_ARGS(db_val_i64(user), db_val_i64(w->now), db_val_text(hash))));
    Rc rc = db_exec(w->ctx, db, &q_history_trim, DB_ARGS(db_val_i64(user), db_val_i64(max ? max : 1)));
    return rc < 0 ? rc : 0;
}

bool account_has_administrator(Str roles)
{
    while (roles.n) {
        Str role = str_cut(&roles, ' ');
        if (str_is(role, "system") || str_is(role, "security") || str_is(role, "audit")) return true;
    }
    return false;
}

Rc account_write_facts(Work *w, int64_t user, JsonOut *out)
{
    int64_t since = w->now - policy_get(w->kernel, POLICY_LOCK_MINUTES) * 60000;
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    TRY(db_query_one(w->ctx, db, &q_account_facts, DB_ARGS(db_val_i64(user), db_val_i64(since)), &c));
    jout_kb(out, "locked",
            db_i64(c, Q_ACCOUNT_FACTS_FAILURES) >= policy_get(w->kernel, POLICY_LOCK_FAILURES));
    jout_kb(out, "second_factor", db_i64(c, Q_ACCOUNT_FACTS_FACTOR) > 0);
    int64_t seen = db_i64(c, Q_ACCOUNT_FACTS_SEEN_AT);
    if (seen) jout_kt(out, "seen_at", seen);
    db_close(&c);
    return 0;
}

/* Actions of the users page. */
Rc account_unlock(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    Rc rc = db_exec(w->ctx, w->db, &q_unlock, DB_ARGS(db_val_i64(rec->id)));
    return rc < 0 ? rc : 0;
}

Rc account_drop_factor(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    TRY(db_exec(w->ctx, w->db, &q_recovery_clear, DB_ARGS(db_val_i64(rec->id))));
    Rc rc = db_exec(w->ctx, w->db, &q_factor_delete, DB_ARGS(db_val_i64(rec->id)));
    return rc < 0 ? rc : 0;
}

Rc account_end_sessions(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    return sessions_end(w, rec->id, "");
}
