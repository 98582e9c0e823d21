/* GET /api/dangers/map: open dangers that lie somewhere, for the map's layer: where they were found, else
 * where the object or the enterprise lies. Of what the caller may see, the late and the major first, so that
 * a limit never hides those. */
#include "danger_private.h"

enum { MOST = 5000 };

static Rc open_rows(Work *w, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b,
            "SELECT t.id, t.code, t.title, coalesce(t.lon, o.lon, b.lon), coalesce(t.lat, o.lat, b.lat)"
            ", t.grade, t.state, m.due_at"
            " FROM dangers t JOIN matters m ON m.id = t.id LEFT JOIN objects o ON o.id = t.object"
            " LEFT JOIN bodies b ON b.id = t.enterprise"
            " WHERE t.archived_at IS NULL AND m.closed_at IS NULL"
            " AND coalesce(t.lon, o.lon, b.lon) IS NOT NULL AND coalesce(t.lat, o.lat, b.lat) IS NOT NULL");
    TRY(scope_where(&b, w, DE, "t"));
    sql_lit(&b, " ORDER BY t.grade, CASE WHEN m.due_at < ");
    sql_arg(&b, db_val_i64(w->now));
    sql_lit(&b, " THEN 0 ELSE 1 END, t.id DESC LIMIT ");
    sql_arg(&b, db_val_i64(MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static void write_row(Work *w, const DbCursor *c, JsonOut *o)
{
    Str state = db_str(c, 6);
    jout_open_array(o);
    jout_id(o, db_i64(c, 0));
    jout_str(o, db_str(c, 1));
    jout_str(o, db_str(c, 2));
    jout_f64(o, db_f64(c, 3));
    jout_f64(o, db_f64(c, 4));
    jout_i64(o, db_i64(c, 5));
    jout_z(o, dict_label(w->kernel, "danger_state", state, w->ctx->lang));
    jout_bool(o, !db_is_null(c, 7) && db_i64(c, 7) < w->now);
    jout_close_array(o);
}

Rc danger_map(Req *req, Res *res)
{
    static const char *const columns[] = {"id", "code", "title", "lon", "lat", "grade", "state", "late"};
    Work w;
    DbCursor *c;
    Rc rc;
    TRY(work_begin(req, false, &w));
    TRY(open_rows(&w, &c));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "columns");
    jout_open_array(o);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) jout_z(o, columns[i]);
    jout_close_array(o);
    jout_key(o, "rows");
    jout_open_array(o);
    while ((rc = db_next(w.ctx, c)) > 0) write_row(&w, c, o);
    db_close(&c);
    TRY(rc);
    jout_close_array(o);
    jout_close(o);
    return RC_OK;
}
