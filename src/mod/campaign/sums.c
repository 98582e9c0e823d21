/* GET /api/risk-campaigns/{id}/sums: every part of the campaign that the reader may see, with its figures,
 * what they were in the campaign before, where it stands and how long it is overdue; the areas added up; who
 * has not answered. */
#include "campaign_private.h"
#include "base/clock.h"

typedef struct Sum {
    int64_t n[COUNTS], was[COUNTS];
    bool compared;
    int64_t asked, answered, late;
} Sum;

static Rc rows(Work *w, int64_t campaign, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b,
            "SELECT t.id, t.code, t.role, t.state, y.code, y.name, d.code, d.name, t.industries, m.due_at,"
            " m.chase, t.rounds, t.counted_at, t.submitted_at, p.id,"
            " t.red, t.orange, t.yellow, t.blue, t.ungraded, t.units, t.overdue,"
            " p.red, p.orange, p.yellow, p.blue, p.ungraded, p.units, p.overdue"
            " FROM campaign_parts t LEFT JOIN campaign_parts p ON p.id = t.before"
            " LEFT JOIN bodies y ON y.id = t.body LEFT JOIN districts d ON d.id = t.district"
            " LEFT JOIN matters m ON m.id = t.id WHERE t.archived_at IS NULL AND t.campaign = ");
    sql_arg(&b, db_val_i64(campaign));
    TRY(scope_where(&b, w, PE, "t"));
    sql_lit(&b, " ORDER BY t.role, t.code LIMIT ");
    sql_arg(&b, db_val_i64(PARTS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

enum {
    C_ROLE = 2,
    C_STATE,
    C_DUE = 9,
    C_CHASE,
    C_ROUNDS,
    C_COUNTED,
    C_SUBMITTED,
    C_BEFORE,
    C_NOW,
    C_WAS = 22
};

static void put_counts(JsonOut *o, const char *key, const DbCursor *c, size_t at, int64_t *sum)
{
    jout_key(o, key);
    jout_open(o);
    for (size_t i = 0; i < COUNTS; i++) {
        int64_t n = db_is_null(c, at + i) ? 0 : db_i64(c, at + i);
        if (sum) sum[i] += n;
        jout_ki(o, count_names[i], n);
    }
    jout_close(o);
}

static void put_time(JsonOut *o, const char *key, const DbCursor *c, size_t col)
{
    jout_kt(o, key, db_is_null(c, col) ? TIME_NONE : db_i64(c, col));
}

static void put_part(Work *w, JsonOut *o, const DbCursor *c, Sum *s)
{
    static const char *const texts[] = {"body", "body_title", "district", "district_title", "industries"};
    Str state = db_str(c, C_STATE), role = db_str(c, C_ROLE);
    bool area = str_is(role, "area"), answered = str_is(state, "submitted") || str_is(state, "accepted");
    bool late = str_is(state, "filling") && !db_is_null(c, C_DUE) && db_i64(c, C_DUE) < w->now;
    s->asked++;
    s->answered += answered;
    s->late += late;
    jout_open(o);
    jout_kid(o, "id", db_i64(c, 0));
    jout_ks(o, "code", db_str(c, 1));
    jout_ks(o, "role", role);
    jout_ks(o, "state", state);
    jout_kz(o, "state_label", dict_label(w->kernel, "campaign_part_state", state, w->ctx->lang));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) jout_ks(o, texts[i], db_str(c, 4 + i));
    jout_kb(o, "answered", answered);
    jout_kb(o, "late", late);
    put_time(o, "due_at", c, C_DUE);
    jout_ki(o, "chase", db_is_null(c, C_CHASE) ? 0 : db_i64(c, C_CHASE));
    jout_ki(o, "rounds", db_is_null(c, C_ROUNDS) ? 0 : db_i64(c, C_ROUNDS));
    put_time(o, "counted_at", c, C_COUNTED);
    put_time(o, "submitted_at", c, C_SUBMITTED);
    put_counts(o, "n", c, C_NOW, area ? s->n : NULL);
    if (db_is_null(c, C_BEFORE)) {
        jout_key(o, "was");
        jout_null(o);
    } else {
        s->compared |= area;
        put_counts(o, "was", c, C_WAS, area ? s->was : NULL);
    }
    jout_close(o);
}

static void put_sum(JsonOut *o, const char *key, const int64_t *n, bool there)
{
    jout_key(o, key);
    if (!there) {
        jout_null(o);
        return;
    }
    jout_open(o);
    for (int i = 0; i < COUNTS; i++) jout_ki(o, count_names[i], n[i]);
    jout_close(o);
}

static Rc put_previous(Work *w, JsonOut *o, const Record *rec)
{
    Record *before;
    jout_key(o, "previous");
    if (!rec_i64(CE, rec, "previous")) {
        jout_null(o);
        return RC_OK;
    }
    TRY(store_get(w, CE, rec_i64(CE, rec, "previous"), &before));
    jout_open(o);
    jout_kid(o, "id", before->id);
    jout_ks(o, "code", rec_text(CE, before, "code"));
    jout_ks(o, "title", rec_text(CE, before, "title"));
    jout_ki(o, "year", rec_i64(CE, before, "year"));
    jout_close(o);
    return RC_OK;
}

Rc campaign_sums(Req *req, Res *res)
{
    Work w;
    Record *rec;
    DbCursor *c;
    Sum s = {0};
    TRY(work_begin(req, false, &w));
    Rc rc = scope_find(&w, CE, req_param(req, "id"), &rec);
    TRY(rc);
    if (!rc) return FAIL(&req->ctx, RC_NOT_FOUND, "record.not_found", "记录不存在", "no such record");
    TRY(rows(&w, rec->id, &c));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "parts");
    jout_open_array(o);
    while ((rc = db_next(w.ctx, c)) > 0) put_part(&w, o, c, &s);
    db_close(&c);
    TRY(rc);
    jout_close_array(o);
    jout_ki(o, "asked", s.asked);
    jout_ki(o, "answered", s.answered);
    jout_ki(o, "late", s.late);
    put_sum(o, "total", s.n, true);
    put_sum(o, "was", s.was, s.compared);
    TRY(put_previous(&w, o, rec));
    jout_close(o);
    return RC_OK;
}
