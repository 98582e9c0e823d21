/* GET /api/risk/map?at=: every located unit of the caller's scope with its colour, now or at a past moment
 * (from the moves), with the counts of the legend. The worst come last, so that they are drawn on top.
 * GET /api/risk/methods and POST /api/risk/compute/{method}: the methods of src/risk for the form. */
#include "risk_private.h"
#include "base/clock.h"
#include "risk/method.h"

enum { MOST = 50000 };

Rc risk_time(Req *req, int64_t *at)
{
    Str text = req_query(req, "at");
    *at = INT64_MIN;
    if (!text.n || time_parse(text, true, at)) return RC_OK;
    return FAIL_FIELD(&req->ctx, "at", "time", 0, "时间格式应为 RFC 3339", "must be a time, RFC 3339");
}

void risk_colour_sql(SqlBuf *b, int64_t at)
{
    if (at == INT64_MIN) {
        sql_lit(b, "t.colour");
        return;
    }
    sql_lit(b, "(SELECT m.grade FROM risk_moves m WHERE m.unit = t.id AND m.t <= ");
    sql_arg(b, db_val_i64(at));
    sql_lit(b, " ORDER BY m.t DESC, m.id DESC LIMIT 1)");
}

static Rc rows(Work *w, int64_t at, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id, t.code, t.name, coalesce(t.lon, o.lon), coalesce(t.lat, o.lat), ");
    risk_colour_sql(&b, at);
    sql_lit(&b, " AS c, t.grade, t.industry, y.name, d.code, coalesce(t.geometry, o.geometry), t.control "
                "FROM risk_units t LEFT "
                "JOIN objects o"
                " ON o.id = t.object LEFT JOIN bodies y ON y.id = t.body LEFT JOIN districts d ON"
                " d.id = t.district WHERE t.archived_at IS NULL");
    TRY(scope_where(&b, w, UE, "t"));
    sql_lit(&b, " ORDER BY coalesce(");
    risk_colour_sql(&b, at);
    sql_lit(&b, ", 9) DESC, t.id LIMIT ");
    sql_arg(&b, db_val_i64(MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static void number(JsonOut *o, const DbCursor *c, size_t col)
{
    if (db_is_null(c, col)) jout_null(o);
    else jout_f64(o, db_f64(c, col));
}

static void grade(JsonOut *o, const DbCursor *c, size_t col)
{
    if (db_is_null(c, col)) jout_null(o);
    else jout_i64(o, db_i64(c, col));
}

static void row(JsonOut *o, const DbCursor *c)
{
    Str shape = db_str(c, 10);
    jout_open_array(o);
    jout_id(o, db_i64(c, 0));
    jout_str(o, db_str(c, 1));
    jout_str(o, db_str(c, 2));
    number(o, c, 3);
    number(o, c, 4);
    grade(o, c, 5);
    grade(o, c, 6);
    jout_str(o, db_str(c, 7));
    jout_str(o, db_str(c, 8));
    jout_str(o, db_str(c, 9));
    jout_str(o, db_str(c, 11));
    if (shape.n) jout_raw(o, shape);
    else jout_null(o);
    jout_close_array(o);
}

static void head(JsonOut *o, int64_t t)
{
    static const char *const columns[] = {"id",    "code",     "name", "lon",      "lat",     "colour",
                                          "grade", "industry", "body", "district", "control", "geometry"};
    jout_open(o);
    jout_kt(o, "t", t);
    jout_key(o, "columns");
    jout_open_array(o);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) jout_z(o, columns[i]);
    jout_close_array(o);
}

Rc risk_map(Req *req, Res *res)
{
    static const char *const keys[] = {"none", "1", "2", "3", "4"};
    int64_t at, counts[RISK_BLUE + 1] = {0};
    Work w;
    DbCursor *c;
    Rc rc;
    TRY(risk_time(req, &at));
    TRY(work_begin(req, false, &w));
    TRY(rows(&w, at, &c));
    JsonOut *o = res_json(req, res);
    head(o, at == INT64_MIN ? w.now : at);
    jout_key(o, "rows");
    jout_open_array(o);
    while ((rc = db_next(w.ctx, c)) > 0) {
        int64_t g = db_i64(c, 5);
        counts[g >= RISK_RED && g <= RISK_BLUE ? g : 0]++;
        row(o, c);
    }
    db_close(&c);
    TRY(rc);
    jout_close_array(o);
    jout_key(o, "counts");
    jout_open(o);
    for (size_t i = 0; i <= RISK_BLUE; i++) jout_ki(o, keys[i], counts[i]);
    jout_close(o);
    jout_close(o);
    return RC_OK;
}

/* ---- The form ---- */

static const struct {
    const char *method, *table;
} forms[] = {{"lec", "lec"}, {"ls", "ls.A"}, {"mes", "mes"}};

static void source(JsonOut *o, const char *key, const RiskSource *s)
{
    jout_key(o, key);
    jout_open(o);
    jout_kz(o, "text", s->text);
    jout_kz(o, "mark", risk_mark_name(s->mark));
    jout_close(o);
}

static void method(JsonOut *o, const char *name, const RiskMethod *m)
{
    jout_open(o);
    jout_kz(o, "method", name);
    jout_text(o, "title", m->title);
    jout_key(o, "scales");
    jout_open_array(o);
    for (size_t i = 0; i < m->nscales; i++) {
        jout_open(o);
        jout_kz(o, "name", m->scales[i].name);
        jout_text(o, "title", m->scales[i].title);
        jout_key(o, "anchors");
        jout_open_array(o);
        for (size_t a = 0; a < m->scales[i].nanchors; a++) {
            jout_open(o);
            jout_kf(o, "score", m->scales[i].anchors[a].score);
            jout_text(o, "meaning", m->scales[i].anchors[a].meaning);
            jout_close(o);
        }
        jout_close_array(o);
        jout_close(o);
    }
    jout_close_array(o);
    source(o, "scales_source", &m->scales_source);
    source(o, "bands_source", &m->bands_source);
    jout_close(o);
}

Rc risk_method_list(Req *req, Res *res)
{
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        method(o, forms[i].method, risk_method_find(forms[i].table));
    jout_close_array(o);
    jout_close(o);
    return RC_OK;
}

Rc risk_compute(Req *req, Res *res)
{
    static const char *const open[] = {"lec", "ls", "mes", "matrix", "checklist", "region", "dynamic"};
    Str name = req_param(req, "method");
    for (size_t i = 0; i < ARRAY_LEN(open); i++)
        if (str_is(name, open[i]))
            return risk_command_run(&req->ctx, risk_command_find(name), req->body, res_json(req, res));
    return FAIL(&req->ctx, RC_NOT_FOUND, "risk.method", "没有该评估方法", "there is no such method");
}
