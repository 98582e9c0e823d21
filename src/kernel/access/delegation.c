/* Delegations: who is away lets another act for him, for a while, with a reason, for all to see. The session
 * of the other then has the delegator's permissions and scope instead of its own, never more and never those
 * of an administrator; the ledger keeps who acted and for whom. A delegation ends by itself, and at once when
 * one of the two ends it; a session cannot pass on what it only stands in for. */
#include "access/access.h"
#include "base/clock.h"
#include "base/num.h"
#include "kernel_access_sql.h"

static const Field fields[] = {
    {.name = "from_user",
     .type = F_REF,
     .flags = F_CREATE_ONLY | F_FILTER | F_LIST,
     .ref = "users",
     .label = T("委托人", "From"),
     .help = T("只能委托本人的职权", "one's own powers only")},
    {.name = "to_user",
     .type = F_REF,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST,
     .ref = "users",
     .label = T("受托人", "To")},
    {.name = "starts_at",
     .type = F_TIME,
     .flags = F_CREATE_ONLY | F_FILTER | F_SORT | F_LIST,
     .label = T("开始", "From when")},
    {.name = "ends_at",
     .type = F_TIME,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_SORT | F_LIST,
     .label = T("结束", "Until")},
    {.name = "reason",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_LIST,
     .min = 2,
     .max = 200,
     .label = T("事由", "Reason")},
    {.name = "ended_at",
     .type = F_TIME,
     .flags = F_READONLY | F_FILTER | F_LIST,
     .label = T("提前终止", "Ended early")},
};

/* An account that takes part: there, enabled, no administrator. */
static Rc check_party(Work *w, const char *field, int64_t id)
{
    const Entity *e = &users_entity;
    Record *user;
    TRY(store_get(w, e, id, &user));
    if (user->archived_at != INT64_MIN || !rec_i64(e, user, "enabled"))
        return FAIL_FIELD(w->ctx, field, "state", 0, "该账户已停用", "the account is disabled");
    if (account_has_administrator(rec_text(e, user, "roles")))
        return FAIL_FIELD(w->ctx, field, "separation", 0, "管理员的职权不能委托，管理员也不能受托",
                          "an administrator neither delegates nor stands in");
    return 0;
}

static void check_times(Work *w, const Entity *e, Record *rec)
{
    int64_t days = policy_get(w->kernel, POLICY_DELEGATION_DAYS);
    if (rec_time(e, rec, "starts_at") == TIME_NONE) rec_set(e, rec, "starts_at", db_val_time(w->now));
    int64_t from = rec_time(e, rec, "starts_at"), to = rec_time(e, rec, "ends_at");
    if (to == TIME_NONE) return; /* required: told by the store */
    if (to <= from || to <= w->now)
        FAIL_FIELD(w->ctx, "ends_at", "range", 0, "结束时间应晚于开始时间和当前时间",
                   "the end must be after the beginning and after now");
    else if (to - from > days * MS_DAY)
        FAIL_FIELD(w->ctx, "ends_at", "range", 0, "委托最长 %d 天", "a delegation lasts %d days at most",
                   (int)days);
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (old || w->ctx->err.kind) return w->ctx->err.kind;
    int64_t own = w->who && !w->who->is_token ? w->who->user_id : 0;
    if (!rec_i64(e, rec, "from_user") && own) rec_set(e, rec, "from_user", db_val_i64(own));
    int64_t from = rec_i64(e, rec, "from_user"), to = rec_i64(e, rec, "to_user");
    if (w->who && from != own)
        return FAIL_FIELD(w->ctx, "from_user", "own", 0, "只能委托本人的职权",
                          "only one's own powers can be delegated");
    if (from == to) return FAIL_FIELD(w->ctx, "to_user", "own", 0, "不能委托给本人", "not to oneself");
    check_times(w, e, rec);
    if (from) TRY(check_party(w, "from_user", from));
    if (to) TRY(check_party(w, "to_user", to));
    return w->ctx->err.kind;
}

static void committed(Kernel *k, const Entity *e)
{
    (void)e;
    auth_forget(k);
}

static Rc end(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    int64_t own = w->who ? w->who->user_id : 0;
    bool party = !w->who || own == rec_i64(e, rec, "from_user") || own == rec_i64(e, rec, "to_user");
    if (!party)
        return FAIL(w->ctx, RC_FORBIDDEN, "delegation.party", "只有委托双方可以终止",
                    "only the two can end it");
    rec_set(e, rec, "ended_at", db_val_time(w->now));
    return 0;
}

static bool may_end(const Entity *e, const Record *rec)
{
    return rec_time(e, rec, "ended_at") == TIME_NONE && rec_time(e, rec, "ends_at") > clock_now();
}

static const Action actions[] = {{.name = "end",
                                  .perm = "delegation.write",
                                  .label = T("终止委托", "End"),
                                  .fn = end,
                                  .allowed = may_end}};

const Entity delegations_entity = {
    .name = "delegation",
    .plural = "delegations",
    .title = T("委托", "Delegations"),
    .icon = T("", "user"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "delegation.read",
    .write_perm = "delegation.write",
    .sort = "-ends_at",
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .validate = validate,
    .committed = committed,
    .scope = {.kind = SCOPE_VIA, .via = "from_user"},
};

/* ---- GET /api/session/delegations, POST and DELETE /api/session/acting ---- */

Rc acting_list_handler(Req *req, Res *res)
{
    Work w;
    DbCursor *c;
    TRY(work_begin(req, false, &w));
    int64_t own = req->who->is_token ? 0 : req->who->user_id;
    TRY(db_query(w.ctx, w.db, &q_delegations_to, DB_ARGS(db_val_i64(own), db_val_i64(w.now)), &c));
    JsonOut *o = res_json(req, res);
    Rc rc;
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    while ((rc = db_next(w.ctx, c)) > 0) {
        jout_open(o);
        jout_kid(o, "id", db_i64(c, Q_DELEGATIONS_TO_ID));
        jout_ks(o, "for", db_str(c, Q_DELEGATIONS_TO_NAME));
        jout_ks(o, "full_name", db_str(c, Q_DELEGATIONS_TO_FULL_NAME));
        jout_ks(o, "reason", db_str(c, Q_DELEGATIONS_TO_REASON));
        jout_kt(o, "until", db_i64(c, Q_DELEGATIONS_TO_ENDS_AT));
        jout_close(o);
    }
    jout_close_array(o);
    jout_close(o);
    db_close(&c);
    return rc < 0 ? rc : work_commit(&w);
}

static Rc set_acting(Req *req, Work *w, int64_t delegation, const char *action)
{
    Str cookie = req_cookie(req, "anlan_session");
    TRY(db_exec(w->ctx, w->db, &q_session_act,
                DB_ARGS(db_val_z(secret_hash(w->ctx->arena, cookie)),
                        delegation ? db_val_i64(delegation) : db_val_null())));
    TRY(ledger_add(w, "users", req->who->user_id, action, STR_NONE, STR_NONE));
    TRY(work_commit(w));
    auth_forget_one(w->kernel, cookie);
    return 0;
}

static Rc no_token(Req *req)
{
    if (!req->who->is_token) return 0;
    return FAIL(&req->ctx, RC_FORBIDDEN, "session.token", "令牌不能代办", "a token stands in for nobody");
}

/* 1: the delegation is in force and given to this account. */
static Rc usable(Work *w, int64_t id, int64_t to)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_delegation_usable,
                         DB_ARGS(db_val_i64(id), db_val_i64(to), db_val_i64(w->now)), &c);
    if (rc > 0) db_close(&c);
    return rc;
}

Rc acting_begin_handler(Req *req, Res *res)
{
    static const Field params[] = {{.name = "delegation",
                                    .type = F_TEXT,
                                    .flags = F_REQUIRED,
                                    .max = 32,
                                    .label = T("委托", "Delegation")}};
    const Json *body;
    DbVal v[1] = {0};
    int64_t id = 0;
    TRY(no_token(req));
    TRY(req_json(req, &body));
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(fields_read_json(&w, params, 1, body, 0, true, v));
    Rc there = num_parse_i64(v[0].s, &id) ? usable(&w, id, req->who->user_id) : 0;
    if (there < 0) return there;
    if (!there || account_has_administrator(str_of(principal_set(req->who)->roles)))
        return FAIL(w.ctx, RC_FORBIDDEN, "delegation.none", "没有可用的委托",
                    "there is no such delegation in force");
    TRY(set_acting(req, &w, id, "acting-begin"));
    res_status(res, 204);
    return 0;
}

Rc acting_end_handler(Req *req, Res *res)
{
    TRY(no_token(req));
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(set_acting(req, &w, 0, "acting-end"));
    res_status(res, 204);
    return 0;
}
