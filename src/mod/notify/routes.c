/* The list of deliveries with what became of them; dead ones are tried again or given up. */
#include "notify_private.h"
#include "base/num.h"
#include "mod_notify_queries_sql.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 1000 };

/* ---- GET /api/deliveries ---- */

typedef struct Page {
    Str state;
    int64_t channel, below, limit;
} Page;

static Rc read_page(Req *req, Page *p)
{
    static const char *const states[] = {"queued", "sent", "dead", "dropped"};
    Ctx *ctx = &req->ctx;
    Str channel = req_query(req, "channel"), limit = req_query(req, "limit"),
        cursor = req_query(req, "cursor");
    *p = (Page){.state = req_query(req, "state"), .below = INT64_MAX, .limit = PAGE_DEFAULT};
    bool known = !p->state.n;
    for (size_t i = 0; i < ARRAY_LEN(states); i++) known |= str_is(p->state, states[i]);
    if (!known)
        FAIL_FIELD(ctx, "state", "dictionary", 0, "应为 queued、sent、dead 或 dropped",
                   "must be queued, sent, dead or dropped");
    if (channel.n && !num_parse_i64(channel, &p->channel))
        FAIL_FIELD(ctx, "channel", "type", 0, "应为通道的编号", "must be the id of a channel");
    if (limit.n && (!num_parse_i64(limit, &p->limit) || p->limit < 1 || p->limit > PAGE_MAX))
        FAIL_FIELD(ctx, "limit", "range", 0, "limit 应在 1 至 %d 之间", "limit must be between 1 and %d",
                   PAGE_MAX);
    if (cursor.n && !num_parse_i64(cursor, &p->below))
        FAIL_FIELD(ctx, "cursor", "type", 0, "cursor 不属于这个查询",
                   "the cursor does not belong to this query");
    return ctx->err.kind;
}

enum {
    COL_ID,
    COL_NAME,
    COL_WAY,
    COL_KIND,
    COL_TARGET,
    COL_TITLE,
    COL_STATE,
    COL_ATTEMPTS,
    COL_NEXT,
    COL_WORDS,
    COL_T,
    COL_DONE
};

static Rc open_page(Work *w, const Page *p, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT d.id, c.name, c.kind, d.kind, d.target, d.title, d.state, d.attempts, d.next_at, "
                "d.words, d.t,"
                " d.done_at FROM deliveries d LEFT JOIN channels c ON c.id = d.channel WHERE d.id < ");
    sql_arg(&b, db_val_i64(p->below));
    if (p->state.n) {
        sql_lit(&b, " AND d.state = ");
        sql_arg(&b, db_val_text(p->state));
    }
    if (p->channel) {
        sql_lit(&b, " AND d.channel = ");
        sql_arg(&b, db_val_i64(p->channel));
    }
    sql_lit(&b, " ORDER BY d.id DESC LIMIT ");
    sql_arg(&b, db_val_i64(p->limit + 1));
    return sql_query(w->ctx, w->db, &b, c);
}

static void write_delivery(Work *w, const DbCursor *c, JsonOut *o)
{
    Str target = db_str(c, COL_TARGET), way = db_str(c, COL_WAY);
    jout_open(o);
    jout_kid(o, "id", db_i64(c, COL_ID));
    jout_ks(o, "channel", db_str(c, COL_NAME));
    jout_ks(o, "way", way);
    jout_ks(o, "kind", db_str(c, COL_KIND));
    jout_ks(o, "target", str_is(way, "sms") ? mask_text(w->ctx->arena, target) : target);
    jout_ks(o, "title", db_str(c, COL_TITLE));
    jout_ks(o, "state", db_str(c, COL_STATE));
    jout_ki(o, "attempts", db_i64(c, COL_ATTEMPTS));
    jout_kt(o, "next_at", db_i64(c, COL_NEXT));
    jout_ks(o, "words", db_str(c, COL_WORDS));
    jout_kt(o, "at", db_i64(c, COL_T));
    jout_kt(o, "done_at", db_time(c, COL_DONE));
    jout_close(o);
}

static Rc list_deliveries(Req *req, Res *res)
{
    Page p;
    Work w;
    DbCursor *c;
    Rc rc;
    int64_t n = 0, last = 0;
    TRY(read_page(req, &p));
    TRY(work_begin(req, false, &w));
    TRY(open_page(&w, &p, &c));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    while ((rc = db_next(w.ctx, c)) > 0 && n < p.limit) {
        last = db_i64(c, COL_ID);
        write_delivery(&w, c, o);
        n++;
    }
    jout_close_array(o);
    jout_key(o, "next");
    if (rc > 0) jout_id(o, last);
    else jout_null(o);
    jout_close(o);
    db_close(&c);
    return rc < 0 ? rc : work_commit(&w);
}

/* ---- Dead ones: once more, or not ---- */

static Rc settle(Req *req, Res *res, const DbQuery *q, const char *action)
{
    Work w;
    DbCursor *c;
    int64_t id = 0;
    num_parse_i64(req_param(req, "id"), &id);
    TRY(work_begin(req, true, &w));
    Rc rc = db_query_one(w.ctx, w.db, &q_delivery_find, DB_ARGS(db_val_i64(id)), &c);
    TRY(rc);
    if (!rc) return FAIL(w.ctx, RC_NOT_FOUND, "record.not_found", "没有这条投递", "no such delivery");
    db_close(&c);
    rc = db_exec(w.ctx, w.db, q, DB_ARGS(db_val_i64(id), db_val_i64(w.now)));
    TRY(rc);
    if (!rc)
        return FAIL(w.ctx, RC_STATE, "delivery.state", "只有投递失败的才能这样处理",
                    "only a dead delivery can be dealt with");
    TRY(ledger_add(&w, "deliveries", id, action, STR_NONE, STR_NONE));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}

static Rc try_again(Req *req, Res *res)
{
    return settle(req, res, &q_delivery_again, "retry");
}

static Rc drop(Req *req, Res *res)
{
    return settle(req, res, &q_delivery_drop, "drop");
}

const Route notify_routes[NOTIFY_ROUTES] = {
    {HTTP_GET, "/api/notify-settings", PERM_SESSION, wishes_show, NULL, 0, 0,
     T("我的通知设置", "My notice settings")},
    {HTTP_PATCH, "/api/notify-settings", PERM_SESSION, wishes_change, NULL, 0, 0,
     T("修改我的通知设置", "Change my notice settings")},
    {HTTP_GET, "/api/deliveries", "channel.read", list_deliveries, NULL, 0, 0,
     T("通知投递记录", "Deliveries of notices")},
    {HTTP_POST, "/api/deliveries/{id}/actions/retry", "channel.write", try_again, NULL, 0, 0,
     T("重新投递", "Deliver a dead one again")},
    {HTTP_POST, "/api/deliveries/{id}/actions/drop", "channel.write", drop, NULL, 0, 0,
     T("放弃投递", "Give a dead one up")},
};
