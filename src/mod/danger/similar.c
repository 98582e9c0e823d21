/* One danger found by two people is found as one: at entry, open dangers that may be the same are proposed.
 * Of those at the same enterprise, at the same object or within some hundred metres, each gets points for
 * what it shares; the reasons are shown, and a person decides. */
#include "danger_private.h"
#include "mod_danger_queries_sql.h"
#include "mod/danger_words.h"

enum { NEAR_METRES = 300, LOOKED_AT = 400, LIKELY = 45 };

static bool at_place(const Record *rec)
{
    return rec_val(DE, rec, "lon")->type != DB_NULL && rec_val(DE, rec, "lat")->type != DB_NULL;
}

static void same_ref(SqlBuf *b, const char *column, const Record *rec)
{
    DbVal v = *rec_val(DE, rec, column);
    if (v.type == DB_NULL) return;
    sql_lit(b, " OR t.");
    sql_ident(b, column);
    sql_lit(b, " = ");
    sql_arg(b, v);
}

static void in_box(SqlBuf *b, const Record *rec)
{
    if (!at_place(rec)) return;
    double lon = rec_f64(DE, rec, "lon"), lat = rec_f64(DE, rec, "lat");
    const double up = NEAR_METRES / 111320.0, side = up * 2; /* twice holds to 60 degrees north */
    sql_lit(b, " OR (t.lon BETWEEN ");
    sql_arg(b, db_val_f64(lon - side));
    sql_lit(b, " AND ");
    sql_arg(b, db_val_f64(lon + side));
    sql_lit(b, " AND t.lat BETWEEN ");
    sql_arg(b, db_val_f64(lat - up));
    sql_lit(b, " AND ");
    sql_arg(b, db_val_f64(lat + up));
    sql_lit(b, ")");
}

static Rc candidates(Work *w, const Record *rec, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id, t.enterprise, t.object, t.lon, t.lat, t.description FROM dangers t"
                " WHERE t.archived_at IS NULL AND t.state IN ('reported', 'ordered', 'returned', 'rectified')"
                " AND t.id <> ");
    sql_arg(&b, db_val_i64(rec->id));
    sql_lit(&b, " AND (1 = 0");
    same_ref(&b, "enterprise", rec);
    same_ref(&b, "object", rec);
    in_box(&b, rec);
    sql_lit(&b, ")");
    TRY(scope_where(&b, w, DE, "t"));
    sql_lit(&b, " ORDER BY t.id DESC LIMIT ");
    sql_arg(&b, db_val_i64(LOOKED_AT));
    return sql_query(w->ctx, w->db, &b, c);
}

static bool same(const Record *rec, const char *name, const DbCursor *c, size_t col)
{
    int64_t id = rec_i64(DE, rec, name);
    return id && !db_is_null(c, col) && db_i64(c, col) == id;
}

/* Words weigh most; a place alone is no danger. */
static Similar weigh(const Record *rec, const DbCursor *c)
{
    Similar s = {.id = db_i64(c, 0), .distance = -1};
    s.same_enterprise = same(rec, "enterprise", c, 1);
    s.same_object = same(rec, "object", c, 2);
    if (at_place(rec) && !db_is_null(c, 3) && !db_is_null(c, 4))
        s.distance =
            danger_words_metres(rec_f64(DE, rec, "lon"), rec_f64(DE, rec, "lat"), db_f64(c, 3), db_f64(c, 4));
    s.words = danger_words_alike(rec_text(DE, rec, "description"), db_str(c, 5));
    double near = s.distance < 0 ? 0 : s.distance <= 50 ? 20 : s.distance <= NEAR_METRES ? 10 : 0;
    double place = (s.same_object ? 25 : 0) + (s.same_enterprise ? 20 : 0) + near;
    double sum = (place > 45 ? 45 : place) + s.words * 60;
    s.score = sum > 100 ? 100 : (int)sum;
    if (s.words < 0.12) s.score = 0;
    return s;
}

static void keep(Similar out[SIMILAR_MOST], size_t *n, Similar s)
{
    size_t at = *n;
    while (at && out[at - 1].score < s.score) at--;
    if (at == SIMILAR_MOST) return;
    if (*n < SIMILAR_MOST) ++*n;
    for (size_t i = *n - 1; i > at; i--) out[i] = out[i - 1];
    out[at] = s;
}

Rc danger_similar(Work *w, const Record *rec, Similar out[SIMILAR_MOST], size_t *n)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    TRY(candidates(w, rec, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        Similar s = weigh(rec, c);
        if (s.score >= LIKELY) keep(out, n, s);
    }
    db_close(&c);
    return rc;
}

/* What a program may take for the same without asking: the same enterprise and object, or both without one,
 * and nearly the same words. */
Rc danger_same(Work *w, Record *draft, Record **out)
{
    enum { SURE = 75 };
    Similar found[SIMILAR_MOST];
    size_t n;
    *out = NULL;
    TRY(danger_derive(w, draft));
    TRY(danger_similar(w, draft, found, &n));
    for (size_t i = 0; i < n; i++) {
        if (found[i].score < SURE || !found[i].same_enterprise) continue;
        TRY(store_get(w, DE, found[i].id, out));
        if (rec_i64(DE, *out, "object") == rec_i64(DE, draft, "object")) return RC_OK;
        *out = NULL;
    }
    return RC_OK;
}
