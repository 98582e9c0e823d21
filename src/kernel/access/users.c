/* Users and grants as entities, and the calls of the command line. Three administrators watch each
 * other: system makes accounts, security gives roles and permissions, audit reads the ledger; no account
 * holds two of the three roles. */
#include "access/access.h"
#include "base/log.h"
#include "kernel_access_sql.h"
#include "kernel_queries_sql.h"

/* ---- Roles of an account ---- */

static bool is_administrator(Str role)
{
    return str_is(role, "system") || str_is(role, "security") || str_is(role, "audit");
}

void account_check_roles(Work *w, Str roles)
{
    unsigned administrators = 0;
    while (roles.n) {
        Str role = str_cut(&roles, ' ');
        if (!role.n) continue;
        administrators += is_administrator(role);
        if (!dict_has(w->kernel, "role", role))
            FAIL_FIELD(w->ctx, "roles", "dictionary", 0, "没有角色“%.*s”", "there is no role \"%.*s\"",
                       STR_ARG(role));
    }
    if (administrators > 1)
        FAIL_FIELD(w->ctx, "roles", "separation", 0, "系统、安全、审计三员不能由一个账户兼任",
                   "one account cannot be system, security and audit administrator at once");
}

static void check_grant_of_roles(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    Str before = old ? rec_text(e, old, "roles") : STR_NONE;
    if (str_eq(before, rec_text(e, rec, "roles")) || perm_has(w->who, "user.grant")) return;
    FAIL_FIELD(w->ctx, "roles", "readonly", 0, "角色由安全管理员授予",
               "roles are given by the security administrator");
}

/* The plain password is replaced by its hash here, before the record is written anywhere. What somebody else
 * sets lasts until the account's owner has logged in with it. */
static Rc hash_password(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Str password = rec_text(e, rec, "password");
    if (!password.n || (old && str_eq(password, rec_text(e, old, "password")))) return 0;
    bool own = old && w->who && !w->who->is_token && w->who->user_id == old->id;
    rec_set(e, rec, "password_at", db_val_time(w->now));
    rec_set(e, rec, "must_change", db_val_bool(w->who && w->who->user_id && !own));
    if (old) TRY(account_remember(w, old->id, rec_text(e, old, "password")));
    const char *fresh = work__state(w)->fresh_hash;
    if (fresh && password.p == fresh) return 0; /* checked before the transaction */
    if (!rec_i64(e, rec, "demo"))
        account_check_password(w->ctx, w->kernel, "password", password, rec_text(e, rec, "name"),
                               rec_text(e, rec, "full_name"));
    if (w->ctx->err.kind) return 0;
    if (old) {
        Db *db;
        TRY(work__db(w, &db));
        Rc rc = account_check_history(w->ctx, w->kernel, db, "password", old->id,
                                      rec_text(e, old, "password"), password);
        if (rc < 0) return rc == RC_INVALID ? 0 : rc;
    }
    rec_set(e, rec, "password", db_val_z(crypto_password_hash(w->ctx->arena, password)));
    return 0;
}

/* Whoever sets an administrator's password can become one; whoever switches one off is not watched. Nobody
 * switches himself off: there is always one left who can grant. */
static void check_hold_on_administrator(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    if (!w->who || !account_has_administrator(rec_text(e, old, "roles"))) return;
    bool own = !w->who->is_token && w->who->user_id == old->id;
    bool password = !str_eq(rec_text(e, old, "password"), rec_text(e, rec, "password"));
    bool state =
        rec_i64(e, old, "enabled") != rec_i64(e, rec, "enabled") || old->archived_at != rec->archived_at;
    if (own && state)
        FAIL_FIELD(w->ctx, "enabled", "separation", 0, "管理员不能停用自己",
                   "administrators cannot disable themselves");
    if (own || !(password || state) || perm_has(w->who, "user.grant")) return;
    FAIL_FIELD(w->ctx, password ? "password" : "enabled", "separation", 0,
               "管理员账户的口令与启停由安全管理员办理",
               "passwords and state of administrators are for the security administrator");
}

/* A password set by somebody else ends the sessions that the old one opened. */
static Rc end_sessions(Work *w, const Record *old)
{
    if (w->who && !w->who->is_token && w->who->user_id == old->id) return 0;
    Db *db;
    TRY(work__db(w, &db));
    Rc rc = db_exec(w->ctx, db, &q_session_delete_others, DB_ARGS(db_val_i64(old->id), db_val_z("")));
    return rc < 0 ? rc : 0;
}

static Rc validate_user(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Str roles = rec_text(e, rec, "roles");
    if (!old || !str_eq(rec_text(e, old, "roles"), roles)) account_check_roles(w, roles);
    check_grant_of_roles(w, e, old, rec);
    TRY(hash_password(w, e, old, rec));
    if (old) check_hold_on_administrator(w, e, old, rec);
    if (old && !str_eq(rec_text(e, old, "password"), rec_text(e, rec, "password"))) TRY(end_sessions(w, old));
    return w->ctx->err.kind;
}

/* An archived account comes here only. Sessions of an account that was switched off do not come back with
 * it. */
static Rc user_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    if (!old) return 0;
    if (old->archived_at != rec->archived_at) check_hold_on_administrator(w, e, old, rec);
    bool off = !rec_i64(e, rec, "enabled") || rec->archived_at != INT64_MIN;
    if (!w->ctx->err.kind && off) TRY(sessions_end(w, rec->id, ""));
    return w->ctx->err.kind;
}

static void expand_user(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    (void)e;
    if (account_write_facts(w, rec->id, out) < 0) ctx_clear(w->ctx);
}

static const Action user_actions[] = {
    {.name = "unlock", .perm = "user.write", .label = T("解除锁定", "Unlock"), .fn = account_unlock},
    {.name = "reset-password",
     .perm = "user.write",
     .label = T("重置口令", "Reset the password"),
     .fn = account_reset},
    {.name = "end-sessions",
     .perm = "user.write",
     .label = T("结束全部会话", "End all sessions"),
     .fn = account_end_sessions},
    {.name = "drop-factor",
     .perm = "user.grant",
     .label = T("解除双因子", "Remove the second factor"),
     .fn = account_drop_factor},
};

void access_changed(Kernel *k, const Entity *e)
{
    (void)e;
    auth_forget(k);
}

static const Field user_fields[] = {
    {.name = "name",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 2,
     .max = 64,
     .label = T("用户名", "Name")},
    {.name = "full_name",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SORT | F_SEARCH | F_LIST,
     .max = 64,
     .label = T("姓名", "Full name")},
    {.name = "roles", /* may be empty: the system administrator makes the account, the security one grants */
     .type = F_TEXT,
     .flags = F_SEARCH | F_LIST,
     .max = 200,
     .label = T("角色", "Roles"),
     .help = T("角色代码，以空格分隔", "role codes, separated by spaces")},
    {.name = "unit",
     .type = F_TEXT,
     .flags = F_FILTER | F_SEARCH | F_LIST,
     .max = 100,
     .label = T("单位", "Unit")},
    {.name = "body",
     .type = F_REF,
     .flags = F_FILTER | F_LIST | F_LOOSE,
     .ref = "bodies",
     .label = T("所属单位", "Body"),
     .help = T("数据范围由此而定；未填的账户只见公共数据",
               "gives the data scope; without it only common data is seen")},
    {.name = "district",
     .type = F_REF,
     .flags = F_FILTER | F_LIST | F_LOOSE,
     .ref = "districts",
     .label = T("管辖区划", "District"),
     .help = T("不填时取所属单位的区划", "that of the body when left out")},
    {.name = "phone", .type = F_TEXT, .flags = F_MASK, .max = 32, .label = T("电话", "Telephone")},
    {.name = "enabled",
     .type = F_BOOL,
     .flags = F_FILTER | F_LIST,
     .fallback = "true",
     .label = T("启用", "Enabled")},
    {.name = "password",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SECRET,
     .max = PASSWORD_MAX,
     .label = T("口令", "Password")},
    {.name = "password_at", .type = F_TIME, .flags = F_READONLY, .label = T("口令设置时间", "Password set")},
    {.name = "must_change",
     .type = F_BOOL,
     .flags = F_READONLY | F_FILTER,
     .fallback = "false",
     .label = T("须修改口令", "Must change the password")},
    {.name = "demo",
     .type = F_BOOL,
     .flags = F_READONLY | F_FILTER,
     .fallback = "false",
     .label = T("演示账户", "Demo account")},
};

const Entity users_entity = {
    .name = "user",
    .plural = "users",
    .title = T("用户", "Users"),
    .icon = T("", "user"),
    .fields = user_fields,
    .nfields = ARRAY_LEN(user_fields),
    .read_perm = "user.read",
    .write_perm = "user.write",
    .unmask_perm = "user.unmask",
    .code_field = "name",
    .title_field = "full_name",
    .sort = "name",
    .scope =
        {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE, .named = true},
    .validate = validate_user,
    .changed = user_changed,
    .committed = access_changed,
    .expand = expand_user,
    .actions = user_actions,
    .nactions = ARRAY_LEN(user_actions),
};

/* ---- Grants ---- */

static const Field grant_fields[] = {
    {.name = "key",
     .type = F_TEXT,
     .flags = F_UNIQUE | F_READONLY | F_SORT | F_SEARCH,
     .max = 200,
     .label = T("键", "Key")},
    {.name = "role",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_SORT | F_LIST,
     .ref = "role",
     .label = T("角色", "Role")},
    {.name = "perm",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .max = 100,
     .label = T("权限", "Permission")},
    {.name = "granted",
     .type = F_BOOL,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .fallback = "true",
     .label = T("授予", "Granted")},
};

static Rc validate_grant(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Str role = rec_text(e, rec, "role"), perm = rec_text(e, rec, "perm");
    rec_set(e, rec, "key", db_val_text(str_printf(w->ctx->arena, "%.*s:%.*s", STR_ARG(role), STR_ARG(perm))));
    if (!old && decl_perm(w->kernel->decl, str_z(w->ctx->arena, perm)) < 0)
        FAIL_FIELD(w->ctx, "perm", "reference", 0, "没有权限“%.*s”", "there is no permission \"%.*s\"",
                   STR_ARG(perm));
    return w->ctx->err.kind;
}

static void expand_grant(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    ptrdiff_t i = decl_perm(w->kernel->decl, str_z(w->ctx->arena, rec_text(e, rec, "perm")));
    jout_text(out, "perm_title", i < 0 ? (Text){"", ""} : w->kernel->decl->perms[i]->title);
}

static void grants_changed(Kernel *k, const Entity *e)
{
    (void)e;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    if (auth_load_grants(&ctx, k) < 0) log_err(LOG_ERROR, "kernel", &ctx);
    arena_free(&a);
    auth_forget(k);
}

const Entity grants_entity = {
    .name = "grant",
    .plural = "grants",
    .title = T("角色权限", "Role permissions"),
    .icon = T("", "shield"),
    .fields = grant_fields,
    .nfields = ARRAY_LEN(grant_fields),
    .read_perm = "grant.read",
    .write_perm = "user.grant",
    .code_field = "key",
    .title_field = "key",
    .sort = "key",
    .scope = {.kind = SCOPE_OPEN},
    .validate = validate_grant,
    .expand = expand_grant,
    .committed = grants_changed,
};

/* ---- For the command line and the demo ---- */

Rc user_add(Work *w, const char *name, const char *full_name, const char *password, const char *roles,
            bool demo)
{
    const Entity *e = &users_entity;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "name", db_val_z(name));
    rec_set(e, rec, "full_name", db_val_z(full_name));
    rec_set(e, rec, "roles", db_val_z(roles));
    rec_set(e, rec, "password", db_val_z(password));
    rec_set(e, rec, "enabled", db_val_bool(true));
    rec_set(e, rec, "demo", db_val_bool(demo));
    return store_insert(w, e, rec);
}

static Rc place(Work *w, Record *rec, const char *field, const char *code)
{
    if (!code) return 0;
    const Entity *e = &users_entity;
    return field_parse_text(w, &e->fields[entity_field(e, field)], str_of(code), 0, rec_val(e, rec, field));
}

Rc user_place(Work *w, const char *name, const char *body, const char *district)
{
    const Entity *e = &users_entity;
    Record *rec;
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "code:%s", name), &rec);
    if (!rc) rc = FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有用户“%s”", "no such user: %s", name);
    TRY(rc);
    Record *old = rec_copy(w->ctx, e, rec);
    TRY(place(w, rec, "body", body));
    TRY(place(w, rec, "district", district));
    return store_update(w, e, old, rec, "change");
}

Rc users_with_role(Work *w, const char *role, int64_t *out)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    TRY(db_query_one(w->ctx, db, &q_users_with_role, DB_ARGS(db_val_z(role)), &c));
    *out = db_i64(c, 0);
    db_close(&c);
    return 0;
}

Rc users_count(Work *w, bool demo_only, int64_t *out)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    TRY(db_query_one(w->ctx, db, demo_only ? &q_users_count_demo : &q_users_count, DB_NO_ARGS, &c));
    *out = db_i64(c, 0);
    db_close(&c);
    return 0;
}
