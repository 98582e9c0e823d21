/* GET /api/duties/figures?by=none|body|post|list|district&from=&to=: how complete the performance is, by the
 * due date of what is asked: of how many, done, of these late and written down afterwards, missing (due and
 * not done), still to come. Of what the caller may see; cancelled ones do not count. */
#include "duty_private.h"
#include "base/num.h"

enum { KEYS_MOST = 300, SPAN_DAYS = 92 };

static const struct {
    const char *name, *plural, *key; /* key: what the lists are filtered by */
} choices[] = {{"none", NULL, NULL},
               {"body", "bodies", NULL},
               {"post", "duty-lists", "list"},
               {"list", "duty-lists", "list"},
               {"district", "districts", NULL}};

typedef struct Asked {
    size_t by;
    int64_t from, to;
} Asked;

static Rc read_time(Req *req, const char *name, int64_t fallback, int64_t *out)
{
    Str s = req_query(req, name);
    *out = fallback;
    if (!s.n || time_parse(s, true, out)) return RC_OK;
    return FAIL_FIELD(&req->ctx, name, "time", 0, "须为日期时间", "must be a date and time");
}

static Rc read_query(Req *req, int64_t now, Asked *out)
{
    Str by = req_query(req, "by");
    *out = (Asked){0};
    TRY(read_time(req, "to", civil_day_start(civil_day(now) + 1), &out->to));
    TRY(read_time(req, "from", out->to - SPAN_DAYS * MS_DAY, &out->from));
    if (out->from >= out->to)
        return FAIL_FIELD(&req->ctx, "to", "range", 0, "截止须晚于开始", "must be after the start");
    if (!by.n) return RC_OK;
    for (size_t i = 0; i < ARRAY_LEN(choices); i++)
        if (str_is(by, choices[i].name)) {
            out->by = i;
            return RC_OK;
        }
    return FAIL_FIELD(&req->ctx, "by", "choice", 0, "可选 none、body、post、list、district",
                      "choose none, body, post, list or district");
}

enum { KEY, ALL, DONE, LATE, BACKFILLED, MISSING, COMING, COLUMNS };

static Rc open_rows(Work *w, const Asked *ask, DbCursor **c)
{
    SqlBuf b;
    const char *column = choices[ask->by].key ? choices[ask->by].key : choices[ask->by].name;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT ");
    if (!ask->by) sql_lit(&b, "'all'");
    else {
        sql_lit(&b, "CAST(t.");
        sql_ident(&b, column);
        sql_lit(&b, " AS TEXT)");
    }
    sql_lit(&b, " AS k, count(*), sum(CASE WHEN t.state = 'done' THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.state = 'done' AND NOT t.on_time THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.state = 'done' AND t.backfilled THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.state = 'open' AND t.due_at < ");
    sql_arg(&b, db_val_i64(w->now));
    sql_lit(&b, " THEN 1 ELSE 0 END), sum(CASE WHEN t.state = 'open' AND t.due_at >= ");
    sql_arg(&b, db_val_i64(w->now));
    sql_lit(&b, " THEN 1 ELSE 0 END) FROM duties t WHERE t.archived_at IS NULL AND t.state <> 'cancelled'"
                " AND t.due_at >= ");
    sql_arg(&b, db_val_i64(ask->from));
    sql_lit(&b, " AND t.due_at < ");
    sql_arg(&b, db_val_i64(ask->to));
    TRY(scope_where(&b, w, DE, "t"));
    sql_lit(&b, " GROUP BY k ORDER BY 6 DESC, 2 DESC, k LIMIT ");
    sql_arg(&b, db_val_i64(KEYS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

typedef struct Row {
    Str key;
    int64_t v[COLUMNS];
} Row;

static Rc write_key(Work *w, const Asked *ask, Str key, JsonOut *out)
{
    int64_t id;
    Record *rec = NULL;
    const char *plural = choices[ask->by].plural;
    const Entity *e = plural ? kernel_entity(w->kernel, plural) : NULL;
    if (e && key.n && num_parse_i64(key, &id)) TRY(duty_referred(w, e, id, &rec));
    jout_ks(out, "key", rec ? rec_text(e, rec, "code") : STR_NONE);
    jout_ks(out, "title", rec ? rec_text(e, rec, "name") : STR_NONE);
    jout_ks(out, "post", rec && e == LE ? rec_text(e, rec, "post") : STR_NONE);
    return RC_OK;
}

static void rate(JsonOut *out, const char *name, int64_t part, int64_t whole)
{
    jout_key(out, name);
    if (whole) jout_f64(out, (double)part / (double)whole);
    else jout_null(out);
}

static Rc write_row(Work *w, const Asked *ask, const Row *r, JsonOut *out)
{
    static const char *const names[COLUMNS] = {
        [ALL] = "n",           [DONE] = "done",    [LATE] = "late", [BACKFILLED] = "backfilled",
        [MISSING] = "missing", [COMING] = "coming"};
    jout_open(out);
    TRY(write_key(w, ask, r->key, out));
    for (size_t i = ALL; i < COLUMNS; i++) jout_ki(out, names[i], r->v[i]);
    rate(out, "done_rate", r->v[DONE], r->v[ALL] - r->v[COMING] > 0 ? r->v[DONE] + r->v[MISSING] : 0);
    rate(out, "on_time_rate", r->v[DONE] - r->v[LATE], r->v[DONE]);
    jout_close(out);
    return RC_OK;
}

Rc duty_figures(Req *req, Res *res)
{
    Work w;
    Asked ask;
    DbCursor *c;
    Rc rc;
    size_t n = 0;
    TRY(work_begin(req, false, &w));
    TRY(read_query(req, w.now, &ask));
    Row *rows = arena_alloc(w.ctx->arena, KEYS_MOST * sizeof *rows);
    TRY(open_rows(&w, &ask, &c));
    while ((rc = db_next(w.ctx, c)) > 0 && n < KEYS_MOST) {
        rows[n].key = db_str_copy(w.ctx, c, KEY);
        for (size_t i = ALL; i < COLUMNS; i++) rows[n].v[i] = db_i64(c, i);
        n++;
    }
    db_close(&c);
    TRY(rc);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "by", choices[ask.by].name);
    jout_kt(out, "from", ask.from);
    jout_kt(out, "to", ask.to);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) TRY(write_row(&w, &ask, &rows[i], out));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
