/* Tokens for machines: roles and a place like an account's, shown once, at rest by their hash. */
#include "access/access.h"
#include "kernel_access_sql.h"

static const Field token_fields[] = {
    {.name = "name",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 2,
     .max = 64,
     .label = T("名称", "Name")},
    {.name = "roles",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_LIST,
     .max = 200,
     .label = T("角色", "Roles"),
     .help = T("角色代码，以空格分隔", "role codes, separated by spaces")},
    {.name = "purpose",
     .type = F_TEXT,
     .flags = F_SEARCH | F_LIST,
     .max = 200,
     .label = T("用途", "Purpose"),
     .help = T("由哪个系统使用、做什么", "which system uses it, and what for")},
    {.name = "body",
     .type = F_REF,
     .flags = F_CREATE_ONLY | F_FILTER | F_LIST | F_LOOSE,
     .ref = "bodies",
     .label = T("所属单位", "Body"),
     .help = T("数据范围由此而定；未填的账户只见公共数据",
               "gives the data scope; without it only common data is seen")},
    {.name = "district",
     .type = F_REF,
     .flags = F_CREATE_ONLY | F_FILTER | F_LIST | F_LOOSE,
     .ref = "districts",
     .label = T("管辖区划", "District"),
     .help = T("不填时取所属单位的区划", "that of the body when left out")},
    {.name = "expires_at",
     .type = F_TIME,
     .flags = F_FILTER | F_SORT | F_LIST,
     .label = T("失效时间", "Expires")},
    {.name = "hash",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_READONLY | F_SECRET | F_UNIQUE,
     .max = 64,
     .label = T("摘要", "Digest")},
    {.name = "demo",
     .type = F_BOOL,
     .flags = F_READONLY,
     .fallback = "false",
     .label = T("演示令牌", "Demo token")},
};

static Rc validate_token(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Str roles = rec_text(e, rec, "roles");
    if (!old) account_check_roles(w, roles);
    /* A machine that gives permissions gives them to itself. */
    while (!old && roles.n)
        if (str_is(str_cut(&roles, ' '), "security"))
            FAIL_FIELD(w->ctx, "roles", "separation", 0, "安全管理员的权限不能授予令牌",
                       "a token cannot be security administrator");
    return w->ctx->err.kind;
}

static void expand_token(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    Db *db;
    DbCursor *c;
    (void)e;
    Rc rc = work__db(w, &db);
    if (rc >= 0) rc = db_query_one(w->ctx, db, &q_token_use, DB_ARGS(db_val_i64(rec->id)), &c);
    if (rc > 0) {
        jout_kt(out, "used_at", db_i64(c, 0));
        db_close(&c);
    }
    if (rc < 0) ctx_clear(w->ctx);
}

const Entity tokens_entity = {
    .name = "token",
    .plural = "tokens",
    .title = T("访问令牌", "Access tokens"),
    .icon = T("", "key"),
    .fields = token_fields,
    .nfields = ARRAY_LEN(token_fields),
    .read_perm = "token.read", /* written by its own routes: the answer shows the token once */
    .code_field = "name",
    .title_field = "name",
    .sort = "name",
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE},
    .validate = validate_token,
    .expand = expand_token,
    .committed = access_changed,
};

static Rc insert_token(Work *w, Record *rec, const char *token)
{
    rec_set(&tokens_entity, rec, "hash", db_val_z(secret_hash(w->ctx->arena, str_of(token))));
    return store_insert(w, &tokens_entity, rec);
}

Rc token_create(Req *req, Res *res)
{
    const Entity *e = &tokens_entity;
    const Json *body;
    TRY(req_json(req, &body));
    Work w;
    TRY(work_begin(req, true, &w));
    Record *rec = rec_new(w.ctx, e);
    TRY(store_read_json(&w, e, body, true, 0, rec));
    const char *token = crypto_token(w.ctx->arena);
    TRY(insert_token(&w, rec, token));
    res_status(res, 201);
    res_header(res, "Cache-Control", "no-store");
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kid(o, "id", rec->id);
    jout_ks(o, "name", rec_text(e, rec, "name"));
    jout_kz(o, "token", token);
    jout_close(o);
    return work_commit(&w);
}

Rc token_revoke(Req *req, Res *res)
{
    Work w;
    Record *rec;
    TRY(work_begin(req, true, &w));
    Rc rc = store_find(&w, &tokens_entity, req_param(req, "id"), &rec);
    if (!rc) rc = FAIL(w.ctx, RC_NOT_FOUND, "record.not_found", "没有这个令牌", "no such token");
    TRY(rc);
    TRY(store_archive(&w, &tokens_entity, rec));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}

Rc token_add(Work *w, const char *name, const char *roles, const char *token, bool demo,
             const char **out_token)
{
    const Entity *e = &tokens_entity;
    Record *rec = rec_new(w->ctx, e);
    if (!token) token = crypto_token(w->ctx->arena);
    rec_set(e, rec, "name", db_val_z(name));
    rec_set(e, rec, "roles", db_val_z(roles));
    rec_set(e, rec, "demo", db_val_bool(demo));
    if (out_token) *out_token = token;
    return insert_token(w, rec, token);
}
