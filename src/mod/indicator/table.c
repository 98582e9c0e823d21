/* GET /api/indicator-plans/{id}/table: the plan's own table. A row an indicator of the caller's scope: base,
 * the figure of each year, target, how far it should be, and where it leads. */
#include "indicator_private.h"
#include "mod_indicator_queries_sql.h"

enum { ROWS_MOST = 500, YEARS_MOST = 60, FIGURES_MOST = 20000 };

static const char *const verdicts[] = {[PACE_NO_DATA] = "no_data",
                                       [PACE_REACHED] = "reached",
                                       [PACE_ON_WAY] = "on_way",
                                       [PACE_BEHIND] = "behind"};
static const char *const kinds[] = {
    [PACE_FALL] = "fall", [PACE_RISE] = "rise", [PACE_AT_LEAST] = "at_least", [PACE_AT_MOST] = "at_most"};

typedef struct Figure {
    int64_t indicator;
    PaceYear at;
} Figure;

typedef struct Table {
    Work *w;
    const Record *plan;
    int64_t ids[ROWS_MOST];
    size_t n;
    Figure *figures; /* by indicator and year */
    size_t nfigures;
} Table;

void indicator_read(const Entity *e, const Record *rec, const Record *plan, PaceIn *out)
{
    const Entity *p = &indicator_plan_entity;
    Str kind = rec_text(e, rec, "kind");
    *out = (PaceIn){.base_year = (int)rec_i64(p, plan, "base_year"),
                    .target_year = (int)rec_i64(p, plan, "target_year"),
                    .has_base = rec_val(e, rec, "base")->type != DB_NULL,
                    .target = rec_f64(e, rec, "target"),
                    .relative = rec_val(e, rec, "relative")->i != 0};
    out->percent = str_is(rec_text(e, rec, "unit"), "%");
    if (out->has_base) out->base = rec_f64(e, rec, "base");
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(kind, kinds[i])) out->kind = (PaceKind)i;
}

static Rc read_ids(Table *t)
{
    Work *w = t->w;
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id FROM indicators t WHERE t.archived_at IS NULL AND t.plan = ");
    sql_arg(&b, db_val_i64(t->plan->id));
    TRY(scope_where(&b, w, &indicator_entity, "t"));
    sql_lit(&b, " ORDER BY CASE WHEN t.no IS NULL THEN 1 ELSE 0 END, t.no, t.id LIMIT ");
    sql_arg(&b, db_val_i64(ROWS_MOST));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) t->ids[t->n++] = db_i64(c, 0);
    db_close(&c);
    return rc;
}

static Rc read_figures(Table *t)
{
    Work *w = t->w;
    DbCursor *c;
    Rc rc;
    t->figures = arena_alloc(w->ctx->arena, FIGURES_MOST * sizeof *t->figures);
    TRY(db_query(w->ctx, w->db, &q_indicator_figures, DB_ARGS(db_val_i64(t->plan->id)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && t->nfigures < FIGURES_MOST)
        t->figures[t->nfigures++] = (Figure){db_i64(c, 0), {(int)db_i64(c, 1), db_f64(c, 2)}};
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

static void maybe(JsonOut *out, const char *name, bool known, double v)
{
    jout_key(out, name);
    if (known) jout_f64(out, v);
    else jout_null(out);
}

/* Its figures stand together; the sum reads them where they are. */
static size_t figures_of(const Table *t, int64_t id, PaceYear *years)
{
    size_t n = 0;
    for (size_t i = 0; i < t->nfigures && n < YEARS_MOST; i++)
        if (t->figures[i].indicator == id) years[n++] = t->figures[i].at;
    return n;
}

static void write_pace(JsonOut *out, const PaceIn *in)
{
    PaceOut p;
    pace_reckon(in, &p);
    maybe(out, "target_value", p.has_target, p.target);
    maybe(out, "actual", p.year != 0, p.actual);
    maybe(out, "expected", p.has_expected, p.expected);
    maybe(out, "share", p.has_share, p.share);
    maybe(out, "forecast", p.has_forecast, p.forecast);
    jout_key(out, "will_reach");
    if (p.has_forecast && p.has_target) jout_bool(out, p.will_reach);
    else jout_null(out);
    jout_kz(out, "verdict", verdicts[p.verdict]);
}

static Rc write_row(Table *t, int64_t id, JsonOut *out)
{
    PaceYear years[YEARS_MOST];
    PaceIn in;
    Record *rec;
    TRY(store_get(t->w, &indicator_entity, id, &rec));
    indicator_read(&indicator_entity, rec, t->plan, &in);
    in.years = years;
    in.nyears = figures_of(t, id, years);
    jout_open(out);
    jout_key(out, "indicator");
    TRY(store_write_json(t->w, &indicator_entity, rec, out));
    jout_key(out, "figures");
    jout_open_array(out);
    for (size_t i = 0; i < in.nyears; i++) {
        jout_open(out);
        jout_ki(out, "year", years[i].year);
        jout_key(out, "value");
        jout_f64(out, years[i].value);
        jout_close(out);
    }
    jout_close_array(out);
    write_pace(out, &in);
    jout_close(out);
    return RC_OK;
}

Rc indicator_table(Req *req, Res *res)
{
    Work w;
    Record *plan;
    TRY(work_begin(req, false, &w));
    Rc rc = scope_find(&w, &indicator_plan_entity, req_param(req, "id"), &plan);
    if (rc <= 0)
        return rc < 0 ? rc : FAIL(w.ctx, RC_NOT_FOUND, "record.not_found", "没有这个规划", "no such plan");
    Table *t = ARENA_NEW(w.ctx->arena, Table);
    *t = (Table){.w = &w, .plan = plan};
    TRY(read_ids(t));
    TRY(read_figures(t));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "plan");
    TRY(store_write_json(&w, &indicator_plan_entity, plan, out));
    jout_key(out, "rows");
    jout_open_array(out);
    for (size_t i = 0; i < t->n; i++) TRY(write_row(t, t->ids[i], out));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
