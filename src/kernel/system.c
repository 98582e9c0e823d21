/* What a monitor, a login page or Prometheus asks before or beside everything else. */
#include "base/clock.h"
#include "kernel_int.h"
#include "kernel_queries_sql.h"

static const char *const demo_password = "anlan-demo", *const demo_token = "anlan-demo-token";

static Rc write_accounts(Ctx *ctx, Kernel *k, JsonOut *o)
{
    Db *db;
    DbCursor *c;
    Rc rc;
    TRY(db_take_read(ctx, k->pool, &db));
    TRY(db_query(ctx, db, &q_users_demo, DB_NO_ARGS, &c));
    jout_key(o, "accounts");
    jout_open_array(o);
    while ((rc = db_next(ctx, c)) > 0) {
        jout_open(o);
        jout_ks(o, "name", db_str(c, Q_USERS_DEMO_NAME));
        jout_ks(o, "full_name", db_str(c, Q_USERS_DEMO_FULL_NAME));
        jout_close(o);
    }
    jout_close_array(o);
    db_close(&c);
    db_done(ctx, &db);
    return rc;
}

Rc hello_handler(Req *req, Res *res)
{
    Kernel *k = req_kernel(req);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kz(o, "name", "安澜");
    jout_kz(o, "version", ANLAN_VERSION);
    jout_kb(o, "demo", k->demo);
    if (k->demo) {
        TRY(write_accounts(&req->ctx, k, o));
        jout_kz(o, "password", demo_password);
        jout_kz(o, "token", demo_token);
    }
    jout_close(o);
    return 0;
}

static Rc ping(Ctx *ctx, Kernel *k)
{
    Db *db;
    DbCursor *c;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = db_query_one(ctx, db, &q_ping, DB_NO_ARGS, &c);
    if (rc > 0) db_close(&c);
    db_done(ctx, &db);
    return rc < 0 ? rc : 0;
}

static void write_details(Kernel *k, JsonOut *o)
{
    jout_kz(o, "version", ANLAN_VERSION);
    jout_kz(o, "database", db_pool_kind(k->pool) == DB_PG ? "postgresql" : "sqlite");
    jout_ki(o, "uptime_s", (clock_now() - k->opened_at) / 1000);
    jout_ki(o, "event_streams", k->hub ? (int64_t)sse_clients(k->hub) : 0);
    jout_ki(o, "entities", (int64_t)k->decl->nentities);
    jout_kb(o, "demo", k->demo);
}

Rc health_handler(Req *req, Res *res)
{
    Kernel *k = req_kernel(req);
    bool ok = ping(&req->ctx, k) == 0;
    ctx_clear(&req->ctx);
    if (!ok) res_status(res, 503);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kz(o, "status", ok ? "ok" : "failing");
    if (req->who->user_id) write_details(k, o);
    jout_close(o);
    return 0;
}

Rc metrics_handler(Req *req, Res *res)
{
    StrBuf b;
    buf_init(&b, req->ctx.arena);
    metrics_print(&b);
    res_body(res, "text/plain; version=0.0.4; charset=utf-8", buf_str(&b));
    return 0;
}
