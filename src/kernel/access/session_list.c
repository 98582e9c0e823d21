/* The sessions of an account, as its owner sees them: where each was opened, by what program, when it was
 * last used. One or all others can be ended, and are over at once. */
#include "access/access.h"
#include "base/num.h"
#include "kernel_access_sql.h"
#include "kernel_queries_sql.h"

static Rc need_person(Req *req)
{
    if (!req->who->is_token) return 0;
    return FAIL(&req->ctx, RC_FORBIDDEN, "session.token", "令牌没有会话", "a token has no sessions");
}

static const char *own_hash(Req *req)
{
    return secret_hash(req->ctx.arena, req_cookie(req, "anlan_session"));
}

Rc sessions_list_handler(Req *req, Res *res)
{
    TRY(need_person(req));
    Work w;
    DbCursor *c;
    const char *own = own_hash(req);
    TRY(work_begin(req, false, &w));
    int64_t since = w.now - session_idle(w.kernel);
    TRY(db_query(w.ctx, w.db, &q_sessions_of, DB_ARGS(db_val_i64(req->who->user_id), db_val_i64(since)), &c));
    JsonOut *o = res_json(req, res);
    Rc rc;
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    while ((rc = db_next(w.ctx, c)) > 0) {
        jout_open(o);
        jout_kid(o, "id", db_i64(c, Q_SESSIONS_OF_ID));
        jout_ks(o, "peer", db_str(c, Q_SESSIONS_OF_PEER));
        jout_ks(o, "agent", db_str(c, Q_SESSIONS_OF_AGENT));
        jout_kt(o, "created_at", db_i64(c, Q_SESSIONS_OF_CREATED_AT));
        jout_kt(o, "seen_at", db_i64(c, Q_SESSIONS_OF_SEEN_AT));
        jout_kb(o, "current", str_is(db_str(c, Q_SESSIONS_OF_HASH), own));
        jout_close(o);
    }
    jout_close_array(o);
    jout_close(o);
    db_close(&c);
    return rc < 0 ? rc : work_commit(&w);
}

Rc sessions_end(Work *w, int64_t user, const char *except_hash)
{
    Rc rc =
        db_exec(w->ctx, w->db, &q_session_delete_others, DB_ARGS(db_val_i64(user), db_val_z(except_hash)));
    if (rc > 0) work__touch(w, entity_info(w->kernel, &users_entity)); /* its hook forgets principals */
    return rc < 0 ? rc : 0;
}

Rc sessions_end_handler(Req *req, Res *res)
{
    TRY(need_person(req));
    int64_t id = 0;
    Work w;
    TRY(work_begin(req, true, &w));
    bool numeric = num_parse_i64(req_param(req, "id"), &id);
    Rc rows =
        numeric ? db_exec(w.ctx, w.db, &q_session_end, DB_ARGS(db_val_i64(id), db_val_i64(req->who->user_id)))
                : 0;
    if (rows < 0) return rows;
    if (!rows) return FAIL(w.ctx, RC_NOT_FOUND, "record.not_found", "没有这个会话", "no such session");
    TRY(ledger_add(&w, "users", req->who->user_id, "end-session", STR_NONE, STR_NONE));
    work__touch(&w, entity_info(w.kernel, &users_entity));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}

Rc sessions_end_others_handler(Req *req, Res *res)
{
    TRY(need_person(req));
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(sessions_end(&w, req->who->user_id, own_hash(req)));
    TRY(ledger_add(&w, "users", req->who->user_id, "end-sessions", STR_NONE, STR_NONE));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}
