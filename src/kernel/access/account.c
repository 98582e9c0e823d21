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

/* "person": whose account it is, when he is in the caller's scope. */
static Rc write_person(Work *w, int64_t user, JsonOut *out)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, STR("persons"));
    int64_t id;
    Record *rec;
    TRY(account_person(w, user, &id));
    if (!id) return 0;
    TRY(store_get(w, info->e, id, &rec));
    Rc seen = scope_of_record(w, info->e, rec);
    if (seen <= 0) return seen;
    jout_key(out, "person");
    jout_open(out);
    jout_kid(out, "id", id);
    jout_ks(out, "name", rec_text(info->e, rec, info->e->title_field));
    jout_close(out);
    return 0;
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
    return write_person(w, user, out);
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

/* ---- A password for one day ---- */

/* Kinds of characters that cannot be taken for another; drawn until the settings are content, which is the
 * first or second time. */
static const char *draw_password(Work *w, Str name, Str full_name)
{
    enum { LENGTH = 16, TRIES = 100 };
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"; /* 56 */
    Arena *a = w->ctx->arena;
    for (int i = 0; i < TRIES; i++) {
        char *out = arena_alloc(a, LENGTH + 1);
        for (size_t n = 0; n < LENGTH;) {
            unsigned char byte;
            crypto_random(&byte, 1);
            if (byte < 224) out[n++] = alphabet[byte % 56]; /* 4 × 56: each as likely as the other */
        }
        out[LENGTH] = 0;
        if (account_check_password(w->ctx, w->kernel, "password", str_of(out), name, full_name) >= 0)
            return out;
        ctx_clear(w->ctx);
    }
    return NULL;
}

Rc account_reset(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (rec_i64(e, rec, "demo"))
        return FAIL(w->ctx, RC_STATE, "user.demo", "演示账户的口令是公开的，不能重置",
                    "the password of a demo account is public and stays");
    if (w->who && !w->who->is_token && w->who->user_id == rec->id)
        return FAIL(w->ctx, RC_STATE, "user.own", "本人的口令请在“我的账户”中修改",
                    "change your own password on the account page");
    if (!work_listens(w))
        return FAIL(w->ctx, RC_STATE, "user.unheard", "重置的口令须由办理人当场告知",
                    "nobody is there to be told the new password");
    const char *password = draw_password(w, rec_text(e, rec, "name"), rec_text(e, rec, "full_name"));
    if (!password)
        return FAIL(w->ctx, RC_STATE, "user.policy", "口令策略过严，无法生成一次性口令",
                    "no password could be made that the settings allow");
    rec_set(e, rec, "password", db_val_z(password)); /* hashed, and the owner's to change, by validate */
    work_tell(w, e, rec, (Text)T("一次性口令", "One-time password"), str_of(password));
    Rc rc = db_exec(w->ctx, w->db, &q_unlock, DB_ARGS(db_val_i64(rec->id)));
    return rc < 0 ? rc : 0;
}

/* ---- Whose account ---- */

Rc account_person(Work *w, int64_t user, int64_t *out)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, STR("persons"));
    Db *db;
    DbCursor *c;
    SqlBuf b;
    *out = 0;
    if (!info) return 0;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT id FROM persons WHERE archived_at IS NULL AND account = ");
    sql_arg(&b, db_val_i64(user));
    TRY(sql_query(w->ctx, db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc > 0) *out = db_i64(c, 0);
    db_close(&c);
    return rc < 0 ? rc : 0;
}
