/* CAP for other systems: the last message of a warning (or an earlier one), and an Atom feed of what was
 * published lately. Like any other list the feed holds only what its reader may see. */
#include "warning_private.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"
#include "base/num.h"

enum { FEED_MOST = 100, MESSAGES_MOST = 500 };
static const char cap_type[] = "application/cap+xml; charset=utf-8";

static Rc unknown(Work *w)
{
    return FAIL(w->ctx, RC_NOT_FOUND, "cap.unknown", "没有这条预警，或尚未发布",
                "there is no such warning, or it is not published");
}

/* {id} is an id or a warning's number, with or without ".xml". 1: found. */
static Rc find(Req *req, Work *w, Record **out)
{
    Str key = req_param(req, "id");
    if (str_ends(key, STR(".xml"))) key.n -= 4;
    Rc rc = store_find(w, WE, key, out);
    if (!rc) rc = store_find(w, WE, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(key)), out);
    return rc > 0 ? scope_of_record(w, WE, *out) : rc;
}

Rc cap_show(Req *req, Res *res)
{
    Work w;
    Record *rec;
    DbCursor *c;
    int64_t number = 0;
    Str asked = req_query(req, "message");
    if (asked.p && (!num_parse_i64(asked, &number) || number < 1))
        return FAIL_FIELD(&req->ctx, "message", "range", 0, "须为从 1 起的整数",
                          "must be a whole number from 1");
    TRY(work_begin(req, false, &w));
    Rc rc = find(req, &w, &rec);
    TRY(rc);
    if (!rc) return unknown(&w);
    rc = db_query_one(w.ctx, w.db, &q_cap_one, DB_ARGS(db_val_i64(rec->id), db_val_i64(number)), &c);
    TRY(rc);
    if (!rc) return unknown(&w);
    res_body(res, cap_type, db_str_copy(w.ctx, c, 0));
    return RC_OK;
}

/* ---- Feed ---- */

static Rc feed_query(Work *w, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT m.identifier, m.sent_at, m.headline, m.number, t.code FROM cap_messages m"
                " JOIN warnings t ON t.id = m.warning WHERE t.archived_at IS NULL");
    TRY(scope_where(&b, w, WE, "t"));
    sql_lit(&b, " ORDER BY m.sent_at DESC, m.id DESC LIMIT ");
    sql_arg(&b, db_val_i64(FEED_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static void feed_entry(StrBuf *out, const DbCursor *c)
{
    char t[TIME_TEXT_MAX];
    buf_addz(out, "<entry>\n<id>urn:anlan:cap:");
    xml_text(out, db_str(c, 0));
    buf_addz(out, "</id>\n<title>");
    xml_text(out, db_str(c, 2));
    buf_printf(out,
               "</title>\n<updated>%s</updated>\n<link rel=\"alternate\" type=\"application/cap+xml\" "
               "href=\"/cap/warnings/",
               time_print(db_i64(c, 1), t));
    xml_text(out, db_str(c, 4));
    buf_printf(out, ".xml?message=%lld\"/>\n</entry>\n", (long long)db_i64(c, 3));
}

Rc cap_feed(Req *req, Res *res)
{
    Work w;
    DbCursor *c;
    StrBuf entries, out;
    Rc rc;
    int64_t newest = TIME_NONE;
    char t[TIME_TEXT_MAX];
    TRY(work_begin(req, false, &w));
    buf_init(&entries, w.ctx->arena);
    buf_init(&out, w.ctx->arena);
    TRY(feed_query(&w, &c));
    while ((rc = db_next(w.ctx, c)) > 0) {
        if (newest == TIME_NONE) newest = db_i64(c, 1);
        feed_entry(&entries, c);
    }
    db_close(&c);
    TRY(rc);
    buf_printf(&out,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
               "<id>urn:anlan:cap:feed</id>\n<title>安澜预警 / Anlan "
               "warnings</title>\n<author><name>anlan</name></author>\n"
               "<link rel=\"self\" href=\"/cap/feed.atom\"/>\n<updated>%s</updated>\n",
               time_print(newest == TIME_NONE ? INT64_C(1577808000000) : newest, t));
    buf_add(&out, buf_str(&entries));
    buf_addz(&out, "</feed>\n");
    res_body(res, "application/atom+xml; charset=utf-8", buf_str(&out));
    return RC_OK;
}

/* ---- For the page of a warning ---- */

Rc cap_list(Req *req, Res *res)
{
    Work w;
    Record *rec;
    DbCursor *c;
    Rc rc;
    TRY(work_begin(req, false, &w));
    TRY(warning_of_path(req, &w, &rec));
    JsonOut *out = res_json(req, res);
    TRY(db_query(w.ctx, w.db, &q_cap_of_warning, DB_ARGS(db_val_i64(rec->id), db_val_i64(MESSAGES_MOST)),
                 &c));
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    while ((rc = db_next(w.ctx, c)) > 0) {
        jout_open(out);
        jout_ki(out, "number", db_i64(c, 0));
        jout_ks(out, "type", db_str(c, 1));
        jout_ks(out, "identifier", db_str(c, 2));
        jout_ks(out, "sender", db_str(c, 3));
        jout_kt(out, "sent_at", db_i64(c, 4));
        jout_ks(out, "headline", db_str(c, 5));
        jout_close(out);
    }
    db_close(&c);
    jout_close_array(out);
    jout_close(out);
    return rc;
}
