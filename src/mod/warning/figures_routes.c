/* GET /api/warnings/figures?days=&by=grade|line|district|body: how many, how many still open, and how long
 * the steps took, for the desk and the cockpit. By body the figures are those of the orders, else those of
 * the warnings. */
#include "figures.h"
#include "warning_private.h"
#include "base/clock.h"
#include "base/num.h"

enum { ROWS_MOST = 20000, KEYS_MOST = 200, DAYS = 30, DAYS_MOST = 400 };

static const char *const warning_steps_names[FIGURE_STEPS] = {"raised",  "judged",   "published", "signed",
                                                              "on_site", "answered", "lifted"};
static const char *const order_steps_names[FIGURE_STEPS] = {"issued",   "signed", "on_site", "answered",
                                                            "accepted", NULL,     NULL};

typedef struct By {
    const char *name;
    bool orders;
} By;
static const By choices[] = {{"grade", false}, {"line", false}, {"district", false}, {"body", true}};

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
        return FAIL_FIELD(&req->ctx, "by", "choice", 0, "可选 grade、line、district、body",
                          "choose grade, line, district or body");
    return RC_OK;
}

static Rc open_rows(Work *w, const By *by, int64_t since, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT ");
    if (by->orders)
        sql_lit(
            &b,
            "b.code, t.state, m.due_at, t.issued_at, t.signed_at, t.arrived_at, t.answered_at, t.accepted_at"
            " FROM orders t LEFT JOIN bodies b ON b.id = t.body LEFT JOIN matters m ON m.id = t.id"
            " WHERE t.archived_at IS NULL AND t.state <> 'withdrawn' AND t.issued_at >= ");
    else {
        if (!strcmp(by->name, "grade")) sql_lit(&b, "CAST(t.grade AS TEXT)");
        else if (!strcmp(by->name, "line")) sql_lit(&b, "t.line");
        else sql_lit(&b, "d.code");
        sql_lit(
            &b,
            ", t.state, m.due_at, t.raised_at, t.judged_at, t.published_at, t.first_signed_at, t.on_site_at,"
            " t.answered_at, t.lifted_at"
            " FROM warnings t LEFT JOIN districts d ON d.id = t.district LEFT JOIN matters m ON m.id = t.id"
            " WHERE t.archived_at IS NULL AND t.state <> 'cancelled' AND t.judged_at >= ");
    }
    sql_arg(&b, db_val_i64(since));
    TRY(scope_where(&b, w, by->orders ? OE : WE, "t"));
    sql_lit(&b, " ORDER BY t.id DESC LIMIT ");
    sql_arg(&b, db_val_i64(ROWS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static Rc read_rows(Work *w, const By *by, int64_t since, FigureRow *rows, size_t *n)
{
    DbCursor *c;
    Rc rc;
    TRY(open_rows(w, by, since, &c));
    *n = 0;
    while ((rc = db_next(w->ctx, c)) > 0) {
        FigureRow *r = &rows[(*n)++];
        Str state = db_str(c, 1);
        r->key = db_str_copy(w->ctx, c, 0);
        r->open = !str_is(state, "filed") && !str_is(state, "lifted") && !str_is(state, "accepted");
        r->late = r->open && !db_is_null(c, 2) && db_i64(c, 2) < w->now;
        for (size_t i = 0; i < FIGURE_STEPS; i++)
            r->t[i] = i + 3 < db_cols(c) && !db_is_null(c, i + 3) ? db_i64(c, i + 3) : TIME_NONE;
        if (!by->orders && r->t[0] == TIME_NONE) r->t[0] = r->t[1]; /* without an alarm: from the judgement */
    }
    db_close(&c);
    return rc;
}

static Rc write_title(Work *w, const By *by, Str key, JsonOut *out)
{
    const char *dict = !strcmp(by->name, "grade") ? "grade" : "field";
    const Entity *e = by->orders ? &body_entity : &district_entity;
    Record *rec;
    if (!strcmp(by->name, "grade") || !strcmp(by->name, "line")) {
        jout_kz(out, "title", dict_label(w->kernel, dict, key, w->ctx->lang));
        return RC_OK;
    }
    Rc rc = key.n ? store_find(w, e, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(key)), &rec) : 0;
    TRY(rc);
    jout_ks(out, "title", rc ? rec_text(e, rec, "name") : STR_NONE);
    return RC_OK;
}

static void write_steps(const By *by, const Figure *f, JsonOut *out)
{
    const char *const *names = by->orders ? order_steps_names : warning_steps_names;
    jout_key(out, "steps");
    jout_open(out);
    for (size_t i = 1; i < FIGURE_STEPS && names[i]; i++) {
        jout_key(out, names[i]);
        jout_open(out);
        jout_ki(out, "n", f->step[i].n);
        jout_key(out, "median_ms");
        if (f->step[i].n) jout_i64(out, f->step[i].median_ms);
        else jout_null(out);
        jout_key(out, "p90_ms");
        if (f->step[i].n) jout_i64(out, f->step[i].p90_ms);
        else jout_null(out);
        jout_close(out);
    }
    jout_close(out);
}

Rc warning_figures(Req *req, Res *res)
{
    Work w;
    const By *by;
    Figure *figures;
    int64_t days;
    size_t n, nf;
    TRY(read_query(req, &by, &days));
    TRY(work_begin(req, false, &w));
    FigureRow *rows = ARENA_ARRAY(w.ctx->arena, FigureRow, ROWS_MOST);
    TRY(read_rows(&w, by, w.now - days * MS_DAY, rows, &n));
    figures_sum(w.ctx->arena, rows, n, &figures, &nf);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "days", days);
    jout_kz(out, "by", by->name);
    jout_kb(out, "complete", n < ROWS_MOST);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < nf && i < KEYS_MOST; i++) {
        jout_open(out);
        jout_ks(out, "key", figures[i].key);
        TRY(write_title(&w, by, figures[i].key, out));
        jout_ki(out, "n", figures[i].n);
        jout_ki(out, "open", figures[i].open);
        jout_ki(out, "late", figures[i].late);
        write_steps(by, &figures[i], out);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
