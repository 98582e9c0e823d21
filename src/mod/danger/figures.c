/* GET /api/dangers/figures?by=none|grade|industry|line|district|enterprise|source|category&days=: how many,
 * how many open, late, rectified and in time, and how old the open ones are. Of what the caller may see;
 * rejected and joined ones do not count. */
#include "danger_private.h"
#include "base/clock.h"
#include "base/num.h"

enum { KEYS_MOST = 200, DAYS = 365, DAYS_MOST = 3660 };

typedef struct By {
    const char *name, *dict, *plural;
} By;
static const By choices[] = {{"none", NULL, NULL},
                             {"grade", "danger_grade", NULL},
                             {"industry", "industry", NULL},
                             {"line", "field", NULL},
                             {"source", "danger_source", NULL},
                             {"category", "danger_category", NULL},
                             {"district", NULL, "districts"},
                             {"enterprise", NULL, "bodies"}};

static Rc read_query(Req *req, const By **by, int64_t *days)
{
    Str asked = req_query(req, "by"), span = req_query(req, "days");
    *by = &choices[0];
    *days = DAYS;
    if (span.p && (!num_parse_i64(span, days) || *days < 1 || *days > DAYS_MOST))
        return FAIL_FIELD(&req->ctx, "days", "range", 0, "须为 1 至 %d 的整数",
                          "must be a whole number from 1 to %d", DAYS_MOST);
    for (size_t i = 0; asked.p && i < ARRAY_LEN(choices); i++)
        if (str_is(asked, choices[i].name)) *by = &choices[i], asked = STR_NONE;
    if (asked.p)
        return FAIL_FIELD(&req->ctx, "by", "choice", 0,
                          "可选 none、grade、industry、line、source、category、district、enterprise",
                          "choose none, grade, industry, line, source, category, district or enterprise");
    return RC_OK;
}

enum {
    KEY,
    ALL,
    MAJOR,
    OPEN,
    LATE,
    DONE,
    CLOSED,
    IN_TIME,
    JUDGED,
    OPEN_MAJOR,
    LATE_MAJOR,
    AGE7,
    AGE30,
    AGE90,
    OLDER
};

static void older_than(SqlBuf *b, int64_t from, int64_t to)
{
    sql_lit(b, ", sum(CASE WHEN m.closed_at IS NULL AND t.created_at > ");
    sql_arg(b, db_val_i64(from));
    sql_lit(b, " AND t.created_at <= ");
    sql_arg(b, db_val_i64(to));
    sql_lit(b, " THEN 1 ELSE 0 END)");
}

static void key_column(SqlBuf *b, const By *by)
{
    if (!strcmp(by->name, "none")) {
        sql_lit(b, "'all'");
        return;
    }
    sql_lit(b, "CAST(t.");
    sql_ident(b, by->name);
    sql_lit(b, " AS TEXT)");
}

static Rc open_rows(Work *w, const By *by, int64_t since, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT ");
    key_column(&b, by);
    sql_lit(&b, " AS k, count(*), sum(CASE WHEN t.grade = 1 THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN m.closed_at IS NULL THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN m.closed_at IS NULL AND m.due_at < ");
    sql_arg(&b, db_val_i64(w->now));
    sql_lit(&b, " THEN 1 ELSE 0 END), sum(CASE WHEN t.state IN ('rectified', 'closed') THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.state = 'closed' THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.on_time THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.on_time IS NULL THEN 0 ELSE 1 END)"
                ", sum(CASE WHEN t.grade = 1 AND m.closed_at IS NULL THEN 1 ELSE 0 END)"
                ", sum(CASE WHEN t.grade = 1 AND m.closed_at IS NULL AND m.due_at < ");
    sql_arg(&b, db_val_i64(w->now));
    sql_lit(&b, " THEN 1 ELSE 0 END)");
    older_than(&b, w->now - 7 * MS_DAY, w->now + MS_DAY);
    older_than(&b, w->now - 30 * MS_DAY, w->now - 7 * MS_DAY);
    older_than(&b, w->now - 90 * MS_DAY, w->now - 30 * MS_DAY);
    older_than(&b, 0, w->now - 90 * MS_DAY);
    sql_lit(&b, " FROM dangers t JOIN matters m ON m.id = t.id WHERE t.archived_at IS NULL"
                " AND t.state NOT IN ('rejected', 'merged') AND t.created_at >= ");
    sql_arg(&b, db_val_i64(since));
    TRY(scope_where(&b, w, DE, "t"));
    sql_lit(&b, " GROUP BY k ORDER BY 4 DESC, 2 DESC, k LIMIT ");
    sql_arg(&b, db_val_i64(KEYS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

/* The key as a caller filters by it, and its title. */
static Rc write_key(Work *w, const By *by, Str key, JsonOut *out)
{
    int64_t id;
    Record *rec;
    if (!by->plural) {
        jout_ks(out, "key", key);
        jout_kz(out, "title", by->dict ? dict_label(w->kernel, by->dict, key, w->ctx->lang) : NULL);
        return RC_OK;
    }
    const Entity *e = kernel_entity(w->kernel, by->plural);
    if (!key.n || !num_parse_i64(key, &id)) {
        jout_ks(out, "key", STR_NONE);
        jout_ks(out, "title", STR_NONE);
        return RC_OK;
    }
    TRY(store_get(w, e, id, &rec));
    jout_ks(out, "key", rec_text(e, rec, "code"));
    jout_ks(out, "title", rec_text(e, rec, "name"));
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
    jout_open(out);
    TRY(write_key(w, by, key, out));
    jout_ki(out, "n", v[ALL]);
    jout_ki(out, "major", v[MAJOR]);
    jout_ki(out, "open", v[OPEN]);
    jout_ki(out, "late", v[LATE]);
    jout_ki(out, "closed", v[CLOSED]);
    jout_ki(out, "open_major", v[OPEN_MAJOR]);
    jout_ki(out, "late_major", v[LATE_MAJOR]);
    rate(out, "rectified_rate", v[DONE], v[ALL]);
    rate(out, "on_time_rate", v[IN_TIME], v[JUDGED]);
    jout_key(out, "ages");
    jout_open_array(out);
    for (size_t i = AGE7; i <= OLDER; i++) jout_i64(out, v[i]);
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

Rc danger_figures(Req *req, Res *res)
{
    Work w;
    const By *by;
    int64_t days;
    DbCursor *c;
    Rc rc;
    struct {
        Str key;
        int64_t v[OLDER + 1];
    } * rows;
    size_t n = 0;
    TRY(read_query(req, &by, &days));
    TRY(work_begin(req, false, &w));
    rows = arena_alloc(w.ctx->arena, KEYS_MOST * sizeof *rows);
    TRY(open_rows(&w, by, w.now - days * MS_DAY, &c));
    while ((rc = db_next(w.ctx, c)) > 0) {
        rows[n].key = db_str_copy(w.ctx, c, KEY);
        for (size_t i = ALL; i <= OLDER; i++) rows[n].v[i] = db_i64(c, i);
        n++;
    }
    db_close(&c);
    TRY(rc);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "days", days);
    jout_kz(out, "by", by->name);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) TRY(write_row(&w, by, rows[i].key, rows[i].v, out));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
