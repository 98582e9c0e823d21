/* GET /api/warnings/false-alarms?days=&by=point|reason|rule: how many alarms were judged, how many of them
 * false, under each point or rule, or under each reason; those that cost the most attention first. */
#include "warning_private.h"
#include "base/clock.h"
#include "base/num.h"

enum { DAYS = 30, DAYS_MOST = 400, ITEMS_MOST = 100 };
typedef enum { BY_POINT, BY_REASON, BY_RULE } By;
static const char *const by_names[] = {"point", "reason", "rule"};

static Rc read_query(Req *req, By *by, int64_t *days)
{
    Str asked = req_query(req, "by"), span = req_query(req, "days");
    *by = BY_POINT;
    *days = DAYS;
    if (span.p && (!num_parse_i64(span, days) || *days < 1 || *days > DAYS_MOST))
        return FAIL_FIELD(&req->ctx, "days", "range", 0, "须为 1 至 %d 的整数",
                          "must be a whole number from 1 to %d", DAYS_MOST);
    for (size_t i = 0; asked.p && i < ARRAY_LEN(by_names); i++)
        if (str_is(asked, by_names[i])) *by = (By)i, asked = STR_NONE;
    if (!asked.p) return RC_OK;
    return FAIL_FIELD(&req->ctx, "by", "choice", 0, "可选 point、reason、rule",
                      "choose point, reason or rule");
}

static Rc open_rows(Work *w, By by, int64_t since, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT ");
    if (by == BY_REASON) sql_lit(&b, "t.verdict_code, min(t.verdict_code)");
    else if (by == BY_RULE) sql_lit(&b, "t.rule, max(t.rule_name)");
    else sql_lit(&b, "p.code, max(t.point_name)");
    sql_lit(&b, ", count(*) AS judged, sum(CASE WHEN t.verdict = 'false' THEN 1 ELSE 0 END) AS wrong"
                " FROM alarms t JOIN points p ON p.id = t.point"
                " WHERE t.archived_at IS NULL AND t.verdict IS NOT NULL AND t.raised_at >= ");
    sql_arg(&b, db_val_i64(since));
    TRY(scope_where(&b, w, &alarm_entity, "t"));
    if (by == BY_REASON) sql_lit(&b, " AND t.verdict = 'false' GROUP BY t.verdict_code");
    else if (by == BY_RULE) sql_lit(&b, " GROUP BY t.rule");
    else sql_lit(&b, " GROUP BY p.code");
    sql_lit(&b, " ORDER BY 4 DESC, 3 DESC, 1 LIMIT ");
    sql_arg(&b, db_val_i64(ITEMS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static void write_row(Work *w, By by, const DbCursor *c, JsonOut *out)
{
    int64_t judged = db_i64(c, 2), wrong = db_i64(c, 3);
    Str key = db_str_copy(w->ctx, c, 0);
    jout_open(out);
    jout_ks(out, "key", key);
    if (by == BY_REASON && key.n)
        jout_kz(out, "title", dict_label(w->kernel, "false_reason", key, w->ctx->lang));
    else jout_ks(out, "title", db_str(c, 1));
    jout_ki(out, "judged", judged);
    jout_ki(out, "false", wrong);
    jout_kf(out, "rate", judged ? (double)wrong / (double)judged : 0);
    jout_close(out);
}

static Rc write_total(Work *w, int64_t since, JsonOut *out)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b,
            "SELECT count(*), coalesce(sum(CASE WHEN t.verdict = 'false' THEN 1 ELSE 0 END), 0) FROM alarms t"
            " WHERE t.archived_at IS NULL AND t.verdict IS NOT NULL AND t.raised_at >= ");
    sql_arg(&b, db_val_i64(since));
    TRY(scope_where(&b, w, &alarm_entity, "t"));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc > 0) {
        jout_ki(out, "judged", db_i64(c, 0));
        jout_ki(out, "false", db_i64(c, 1));
    }
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

Rc warning_false_alarms(Req *req, Res *res)
{
    Work w;
    By by;
    DbCursor *c;
    int64_t days;
    Rc rc;
    TRY(read_query(req, &by, &days));
    TRY(work_begin(req, false, &w));
    int64_t since = w.now - days * MS_DAY;
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "days", days);
    jout_kz(out, "by", by_names[by]);
    TRY(write_total(&w, since, out));
    TRY(open_rows(&w, by, since, &c));
    jout_key(out, "items");
    jout_open_array(out);
    while ((rc = db_next(w.ctx, c)) > 0) write_row(&w, by, c, out);
    db_close(&c);
    jout_close_array(out);
    jout_close(out);
    return rc;
}
