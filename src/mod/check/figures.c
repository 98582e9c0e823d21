/* GET /api/checks/figures?by=none|kind|plan|body|enterprise|industry|district&days=&kind=: how many checks,
 * done, late, how many items failed and dangers followed. Of what the caller may see. Cancelled ones do not
 * count. */
#include "check_private.h"
#include "base/clock.h"
#include "base/num.h"

enum { KEYS_MOST = 200, DAYS = 90, DAYS_MOST = 3660 };

typedef struct By {
    const char *name, *dict, *plural;
} By;
static const By choices[] = {{"none", NULL, NULL},           {"kind", "check_kind", NULL},
                             {"industry", "industry", NULL}, {"plan", NULL, "check-plans"},
                             {"body", NULL, "bodies"},       {"enterprise", NULL, "bodies"},
                             {"district", NULL, "districts"}};

typedef struct Asked {
    const By *by;
    Str kind;
    int64_t days;
} Asked;

static Rc read_query(Req *req, Asked *out)
{
    Str by = req_query(req, "by"), span = req_query(req, "days");
    *out = (Asked){.by = &choices[0], .kind = req_query(req, "kind"), .days = DAYS};
    if (span.p && (!num_parse_i64(span, &out->days) || out->days < 1 || out->days > DAYS_MOST))
        return FAIL_FIELD(&req->ctx, "days", "range", 0, "须为 1 至 %d 的整数",
                          "must be a whole number from 1 to %d", DAYS_MOST);
    for (size_t i = 0; by.p && i < ARRAY_LEN(choices); i++)
        if (str_is(by, choices[i].name)) out->by = &choices[i], by = STR_NONE;
    if (by.p)
        return FAIL_FIELD(&req->ctx, "by", "choice", 0,
                          "可选 none、kind、industry、plan、body、enterprise、district",
                          "choose none, kind, industry, plan, body, enterprise or district");
    if (out->kind.n && !str_is(out->kind, "inspection") && !str_is(out->kind, CHECK_SELF) &&
        !str_is(out->kind, "patrol"))
        return FAIL_FIELD(&req->ctx, "kind", "choice", 0, "可选 inspection、self、patrol",
                          "choose inspection, self or patrol");
    return RC_OK;
}

enum { KEY, ALL, DONE, LATE, IN_TIME, ITEMS, FAILED, DANGERS, COLUMNS };

static Rc open_rows(Work *w, const Asked *ask, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT ");
    if (ask->by == &choices[0]) sql_lit(&b, "'all'");
    else {
        sql_lit(&b, "CAST(t.");
        sql_ident(&b, ask->by->name);
        sql_lit(&b, " AS TEXT)");
    }
    sql_lit(&b, " AS k, count(*), sum(CASE WHEN t.state = 'finished' THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.state <> 'finished' AND t.due_at < ");
    sql_arg(&b, db_val_i64(w->now));
    sql_lit(&b, " THEN 1 ELSE 0 END), sum(CASE WHEN t.on_time THEN 1 ELSE 0 END)"
                ", CAST(coalesce(sum(t.items), 0) AS BIGINT), CAST(coalesce(sum(t.failed), 0) AS BIGINT)"
                ", CAST(coalesce(sum(t.dangers), 0) AS BIGINT)"
                " FROM checks t WHERE t.archived_at IS NULL AND t.state <> 'cancelled' AND t.created_at >= ");
    sql_arg(&b, db_val_i64(w->now - ask->days * MS_DAY));
    if (ask->kind.n) {
        sql_lit(&b, " AND t.kind = ");
        sql_arg(&b, db_val_text(ask->kind));
    }
    TRY(scope_where(&b, w, CE, "t"));
    sql_lit(&b, " GROUP BY k ORDER BY 2 DESC, k LIMIT ");
    sql_arg(&b, db_val_i64(KEYS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static Rc write_key(Work *w, const By *by, Str key, JsonOut *out)
{
    int64_t id;
    Record *rec = NULL;
    const Entity *e = by->plural ? kernel_entity(w->kernel, by->plural) : NULL;
    if (!e) {
        jout_ks(out, "key", key);
        jout_kz(out, "title", by->dict ? dict_label(w->kernel, by->dict, key, w->ctx->lang) : NULL);
        return RC_OK;
    }
    if (key.n && num_parse_i64(key, &id)) TRY(check_referred(w, e, id, &rec));
    jout_ks(out, "key", rec ? rec_text(e, rec, "code") : STR_NONE);
    jout_ks(out, "title", rec ? rec_text(e, rec, "name") : STR_NONE);
    return RC_OK;
}

static void rate(JsonOut *out, const char *name, int64_t part, int64_t whole)
{
    jout_key(out, name);
    if (whole) jout_f64(out, (double)part / (double)whole);
    else jout_null(out);
}

static Rc write_row(Work *w, const By *by, Str key, const int64_t *v, JsonOut *out)
{
    static const char *const names[COLUMNS] = {[ALL] = "n",       [DONE] = "done",     [LATE] = "late",
                                               [ITEMS] = "items", [FAILED] = "failed", [DANGERS] = "dangers"};
    jout_open(out);
    TRY(write_key(w, by, key, out));
    for (size_t i = ALL; i < COLUMNS; i++)
        if (names[i]) jout_ki(out, names[i], v[i]);
    rate(out, "done_rate", v[DONE], v[ALL]);
    rate(out, "on_time_rate", v[IN_TIME], v[DONE]);
    jout_close(out);
    return RC_OK;
}

typedef struct Row {
    Str key;
    int64_t v[COLUMNS];
} Row;

Rc check_figures(Req *req, Res *res)
{
    Work w;
    Asked ask;
    DbCursor *c;
    Rc rc;
    size_t n = 0;
    TRY(read_query(req, &ask));
    TRY(work_begin(req, false, &w));
    Row *rows = arena_alloc(w.ctx->arena, KEYS_MOST * sizeof *rows);
    TRY(open_rows(&w, &ask, &c));
    while ((rc = db_next(w.ctx, c)) > 0) {
        rows[n].key = db_str_copy(w.ctx, c, KEY);
        for (size_t i = ALL; i < COLUMNS; i++) rows[n].v[i] = db_i64(c, i);
        n++;
    }
    db_close(&c);
    TRY(rc);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "by", ask.by->name);
    jout_ki(out, "days", ask.days);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) TRY(write_row(&w, ask.by, rows[i].key, rows[i].v, out));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
