/* A person's own notices over HTTP: list, count, read. Whose they are comes from the session and never from
 * the request, so there is nothing to guess. A token has no notices. */
#include "base/clock.h"
#include "base/num.h"
#include "kernel/notice.h"
#include "kernel_int.h"
#include "kernel_notice_sql.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 1000 };

typedef struct Page {
    int64_t below, limit;
    bool unread;
} Page;

/* Whose list: the user himself; nobody's for a token. */
static int64_t owner_of(const Req *req)
{
    return req->who->is_token ? 0 : req->who->user_id;
}

static Rc read_page(Req *req, Page *p)
{
    static const char *const known[] = {"unread", "limit", "cursor", NULL};
    TRY(query_only(req, known));
    Ctx *ctx = &req->ctx;
    Str limit = req_query(req, "limit"), cursor = req_query(req, "cursor"), unread = req_query(req, "unread");
    *p = (Page){.below = INT64_MAX, .limit = PAGE_DEFAULT, .unread = str_is(unread, "true")};
    if (unread.n && !str_is(unread, "true") && !str_is(unread, "false"))
        FAIL_FIELD(ctx, "unread", "type", 0, "unread 应为 true 或 false", "unread must be true or false");
    if (limit.n && (!num_parse_i64(limit, &p->limit) || p->limit < 1 || p->limit > PAGE_MAX))
        FAIL_FIELD(ctx, "limit", "range", 0, "limit 应在 1 至 %d 之间", "limit must be between 1 and %d",
                   PAGE_MAX);
    if (cursor.n && !num_parse_i64(cursor, &p->below))
        FAIL_FIELD(ctx, "cursor", "type", 0, "cursor 不属于这个查询",
                   "the cursor does not belong to this query");
    return ctx->err.kind;
}

static void write_line(Work *w, const DbCursor *c, JsonOut *o)
{
    int64_t record = db_i64(c, Q_NOTICE_LIST_RECORD_ID);
    Str kind = db_str(c, Q_NOTICE_LIST_KIND), entity = db_str(c, Q_NOTICE_LIST_ENTITY);
    jout_open(o);
    jout_kid(o, "id", db_i64(c, Q_NOTICE_LIST_ID));
    jout_ks(o, "kind", kind);
    jout_kz(o, "kind_label", dict_label(w->kernel, "notice_kind", kind, w->ctx->lang));
    jout_ki(o, "grade", db_i64(c, Q_NOTICE_LIST_GRADE));
    jout_ks(o, "title", db_str(c, Q_NOTICE_LIST_TITLE));
    jout_ks(o, "text", db_str(c, Q_NOTICE_LIST_TEXT));
    jout_key(o, "plural");
    if (entity.n) jout_str(o, entity);
    else jout_null(o);
    jout_key(o, "record_id");
    if (record) jout_id(o, record);
    else jout_null(o);
    if (db_i64(c, Q_NOTICE_LIST_SENT_FOR)) jout_ks(o, "for", db_str(c, Q_NOTICE_LIST_FOR_NAME));
    jout_kt(o, "at", db_i64(c, Q_NOTICE_LIST_T));
    jout_kt(o, "read_at", db_time(c, Q_NOTICE_LIST_READ_AT));
    jout_close(o);
}

static Rc write_lines(Work *w, int64_t owner, const Page *p, JsonOut *o)
{
    DbCursor *c;
    Rc rc;
    int64_t n = 0, last = 0;
    TRY(db_query(w->ctx, w->db, p->unread ? &q_notice_list_unread : &q_notice_list,
                 DB_ARGS(db_val_i64(owner), db_val_i64(p->below), db_val_i64(p->limit + 1)), &c));
    jout_key(o, "items");
    jout_open_array(o);
    while ((rc = db_next(w->ctx, c)) > 0 && n < p->limit) {
        last = db_i64(c, Q_NOTICE_LIST_ID);
        write_line(w, c, o);
        n++;
    }
    jout_close_array(o);
    bool more = rc > 0;
    db_close(&c);
    jout_key(o, "next");
    if (more) jout_id(o, last);
    else jout_null(o);
    return rc < 0 ? rc : 0;
}

Rc notices_handler(Req *req, Res *res)
{
    Page p;
    Work w;
    int64_t unread;
    TRY(read_page(req, &p));
    TRY(work_begin(req, false, &w));
    TRY(notice_unread(&w, owner_of(req), &unread));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    TRY(write_lines(&w, owner_of(req), &p, o));
    jout_ki(o, "unread", unread);
    jout_close(o);
    return work_commit(&w);
}

/* Other pages of the same person show the new count. */
static Rc answer_unread(Work *w, Req *req, Res *res)
{
    StrBuf b;
    JsonOut event;
    int64_t unread;
    TRY(notice_unread(w, owner_of(req), &unread));
    buf_init(&b, req->ctx.arena);
    jout_init(&event, &b);
    jout_open(&event);
    jout_ki(&event, "unread", unread);
    jout_close(&event);
    TRY(outbox_add_for(w, owner_of(req), TOPIC_NOTICES, "notice", buf_str(&b)));
    TRY(work_commit(w));
    res_body(res, "application/json", buf_str(&b));
    return 0;
}

Rc notice_read_handler(Req *req, Res *res)
{
    static const char *const known[] = {NULL};
    TRY(query_only(req, known));
    Work w;
    DbCursor *c;
    int64_t id = 0;
    num_parse_i64(req_param(req, "id"), &id);
    TRY(work_begin(req, true, &w));
    Rc rc = db_query_one(w.ctx, w.db, &q_notice_find, DB_ARGS(db_val_i64(owner_of(req)), db_val_i64(id)), &c);
    TRY(rc);
    if (!rc) return FAIL(w.ctx, RC_NOT_FOUND, "record.not_found", "没有这条通知", "no such notice");
    db_close(&c);
    TRY(db_exec(w.ctx, w.db, &q_notice_read,
                DB_ARGS(db_val_i64(owner_of(req)), db_val_i64(id), db_val_i64(w.now))));
    return answer_unread(&w, req, res);
}

/* upto: what the page showed; a notice that came since stays unread. */
Rc notice_read_all_handler(Req *req, Res *res)
{
    static const char *const known[] = {"upto", NULL};
    TRY(query_only(req, known));
    Str upto = req_query(req, "upto");
    int64_t id = INT64_MAX;
    if (upto.n && !num_parse_i64(upto, &id))
        return FAIL_FIELD(&req->ctx, "upto", "type", 0, "upto 应为通知的编号",
                          "upto must be the id of a notice");
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(db_exec(w.ctx, w.db, &q_notice_read_all,
                DB_ARGS(db_val_i64(owner_of(req)), db_val_i64(id), db_val_i64(w.now))));
    return answer_unread(&w, req, res);
}

Rc notice_trim(Ctx *ctx, Kernel *k)
{
    Db *db;
    if (!k->notice_days) return 0;
    TRY(db_take_write(ctx, k->pool, &db));
    Rc rc = db_exec(ctx, db, &q_notice_trim, DB_ARGS(db_val_i64(clock_now() - k->notice_days * MS_DAY)));
    db_done(ctx, &db);
    return rc < 0 ? rc : 0;
}
