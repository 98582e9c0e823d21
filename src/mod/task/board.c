/* GET /api/tasks/board?by=unit|document|date&document=CODE: how the caller's tasks stand, by who does them,
 * by the paper they come from, or by when they are due. */
#include "task_private.h"
#include "base/num.h"

enum { KEYS_MOST = 500 };

typedef struct By {
    const char *name, *column, *plural;
} By;
static const By ways[] = {
    {"unit", "t.body", "bodies"}, {"document", "t.document", "documents"}, {"date", NULL, NULL}};

/* When it is due, nearest first; open ones only. */
static const struct {
    const char *key;
    Text title;
    int days; /* within; 0: passed, -1: any later, -2: no date */
} dates[] = {
    {"late", T("已超期", "Overdue"), 0},           {"week", T("7 天内", "Within 7 days"), 7},
    {"month", T("30 天内", "Within 30 days"), 30}, {"quarter", T("90 天内", "Within 90 days"), 90},
    {"later", T("90 天以后", "Later"), -1},        {"none", T("未定时限", "No date"), -2},
};

enum { KEY, ALL, OPEN, WAITING, DOING, APPLIED, LATE, CLOSED, ON_TIME, JUDGED, COLUMNS };
static const char *const column_names[COLUMNS] = {
    [ALL] = "n",     [OPEN] = "open",     [WAITING] = "ordered", [DOING] = "doing",  [APPLIED] = "applied",
    [LATE] = "late", [CLOSED] = "closed", [ON_TIME] = "on_time", [JUDGED] = "judged"};

static void date_key(SqlBuf *b, int64_t now)
{
    sql_lit(b, "CASE WHEN t.due_at IS NULL THEN 5");
    for (int i = 0; i < 4; i++) {
        sql_lit(b, " WHEN t.due_at < ");
        sql_arg(b, db_val_i64(now + dates[i].days * MS_DAY));
        sql_lit_(b, (const char *const[]){" THEN 0", " THEN 1", " THEN 2", " THEN 3"}[i]);
    }
    sql_lit(b, " ELSE 4 END");
}

static Rc open_rows(Work *w, const By *by, int64_t document, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT ");
    if (by->column) sql_lit_(&b, by->column);
    else date_key(&b, w->now);
    sql_lit(&b, " AS k, count(*), sum(CASE WHEN m.closed_at IS NULL THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.state IN ('draft', 'ordered') THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.state IN ('doing', 'returned') THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.state = 'applied' THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN m.closed_at IS NULL AND t.due_at < ");
    sql_arg(&b, db_val_i64(w->now));
    sql_lit(&b, " THEN 1 ELSE 0 END), sum(CASE WHEN t.state = 'closed' THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.on_time THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.on_time IS NULL THEN 0 ELSE 1 END)"
                " FROM tasks t JOIN matters m ON m.id = t.id WHERE t.archived_at IS NULL"
                " AND t.state <> 'cancelled'");
    if (!by->column) sql_lit(&b, " AND m.closed_at IS NULL");
    if (document) {
        sql_lit(&b, " AND t.document = ");
        sql_arg(&b, db_val_i64(document));
    }
    TRY(scope_where(&b, w, TE, "t"));
    if (by->column) sql_lit(&b, " GROUP BY k ORDER BY 7 DESC, 3 DESC, 2 DESC, k LIMIT ");
    else sql_lit(&b, " GROUP BY k ORDER BY k LIMIT ");
    sql_arg(&b, db_val_i64(KEYS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

/* The key as a caller filters by it, and its title. A body or paper that the caller may not see in full is
 * named all the same: his task names it. */
static Rc write_key(Work *w, const By *by, bool null, int64_t key, JsonOut *out)
{
    const Entity *e = by->plural ? kernel_entity(w->kernel, by->plural) : NULL;
    Record *rec;
    if (!by->plural) {
        jout_kz(out, "key", dates[key].key);
        jout_kz(out, "title", text_in(dates[key].title, w->ctx->lang));
        return RC_OK;
    }
    if (null || !e) {
        jout_ks(out, "key", STR_NONE);
        jout_ks(out, "title", STR_NONE);
        return RC_OK;
    }
    TRY(store_get(w, e, key, &rec));
    jout_ks(out, "key", rec_text(e, rec, e->code_field));
    jout_ks(out, "title", rec_text(e, rec, e->title_field));
    return RC_OK;
}

static Rc read_by(Req *req, const By **out)
{
    Str name = req_query(req, "by");
    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        if (str_is(name.n ? name : STR("unit"), ways[i].name)) {
            *out = &ways[i];
            return RC_OK;
        }
    return FAIL_FIELD(&req->ctx, "by", "choice", 0, "应为 unit、document 或 date",
                      "must be unit, document or date");
}

static Rc read_document(Req *req, Work *w, int64_t *out)
{
    const Entity *e = kernel_entity(w->kernel, "documents");
    Str code = req_query(req, "document");
    Record *rec;
    *out = 0;
    if (!code.n || !e) return RC_OK;
    Rc rc = scope_find(w, e, code, &rec);
    if (rc > 0) *out = rec->id;
    return rc < 0 ? rc
           : rc   ? RC_OK
                  : FAIL_FIELD(w->ctx, "document", "reference", 0, "没有这份文件", "no such paper");
}

Rc task_board(Req *req, Res *res)
{
    Work w;
    const By *by;
    DbCursor *c;
    Rc rc;
    int64_t document, v[KEYS_MOST][COLUMNS];
    bool null[KEYS_MOST];
    size_t n = 0;
    TRY(read_by(req, &by));
    TRY(work_begin(req, false, &w));
    TRY(read_document(req, &w, &document));
    TRY(open_rows(&w, by, document, &c));
    while ((rc = db_next(w.ctx, c)) > 0) {
        null[n] = db_is_null(c, KEY);
        for (size_t i = KEY; i < COLUMNS; i++) v[n][i] = db_is_null(c, i) ? 0 : db_i64(c, i);
        n++;
    }
    db_close(&c);
    TRY(rc);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "by", by->name);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        jout_open(out);
        TRY(write_key(&w, by, null[i], v[i][KEY], out));
        for (size_t k = ALL; k < COLUMNS; k++) jout_ki(out, column_names[k], v[i][k]);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
