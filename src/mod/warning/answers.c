/* Who has not answered, and how long each step took. */
#include "warning_private.h"
#include "base/clock.h"

enum { MOST = 200 };

/* Orders that the reader may see: a unit sees its own. */
static Rc orders_query(Work *w, int64_t warning, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id, t.code, t.body, b.code, b.name, t.role, t.state, t.issued_at, t.signed_at,"
                " t.arrived_at, t.answered_at, m.due_at, m.clock, m.chase, b.contact, b.phone"
                " FROM orders t LEFT JOIN bodies b ON b.id = t.body LEFT JOIN matters m ON m.id = t.id"
                " WHERE t.archived_at IS NULL AND t.state <> 'withdrawn' AND t.warning = ");
    sql_arg(&b, db_val_i64(warning));
    TRY(scope_where(&b, w, OE, "t"));
    sql_lit(&b, " ORDER BY t.id LIMIT ");
    sql_arg(&b, db_val_i64(MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static void time_key(JsonOut *out, const char *key, const DbCursor *c, size_t col)
{
    jout_kt(out, key, db_is_null(c, col) ? TIME_NONE : db_i64(c, col));
}

/* Is it the unit's turn? */
static bool is_due(Str state)
{
    return str_is(state, "issued") || str_is(state, "signed") || str_is(state, "acting") ||
           str_is(state, "returned");
}

static void write_answer(Work *w, const DbCursor *c, JsonOut *out)
{
    Str role = db_str(c, 5), state = db_str(c, 6), phone = db_str(c, 15);
    bool call = is_due(state) && perm_has(w->who, "warning.supervise");
    jout_open(out);
    jout_kid(out, "id", db_i64(c, 0));
    jout_ks(out, "order", db_str(c, 1));
    jout_ks(out, "body", db_str(c, 3));
    jout_ks(out, "body_title", db_str(c, 4));
    jout_ks(out, "role", role);
    jout_kz(out, "role_title", dict_label(w->kernel, "order_role", role, w->ctx->lang));
    jout_ks(out, "state", state);
    jout_kz(out, "state_label", dict_label(w->kernel, "order_state", state, w->ctx->lang));
    jout_kb(out, "waiting", is_due(state));
    time_key(out, "issued_at", c, 7);
    time_key(out, "signed_at", c, 8);
    time_key(out, "arrived_at", c, 9);
    time_key(out, "answered_at", c, 10);
    time_key(out, "due_at", c, 11);
    jout_kb(out, "late", is_due(state) && !db_is_null(c, 11) && db_i64(c, 11) < w->now);
    jout_ki(out, "chase", db_i64(c, 13));
    jout_ks(out, "contact", call ? db_str(c, 14) : STR_NONE);
    jout_ks(out, "phone", call ? phone : STR_NONE);
    jout_close(out);
}

/* The telephone is the unit's duty desk's and no person's, so it is not masked; it is here for who chases, as
 * long as there is something to chase (docs/security.md). The contact's mobile stays in the register. */
Rc warning_answers(Req *req, Res *res)
{
    Work w;
    Record *rec;
    DbCursor *c;
    Rc rc;
    int64_t waiting = 0, late = 0;
    TRY(work_begin(req, false, &w));
    TRY(warning_of_path(req, &w, &rec));
    JsonOut *out = res_json(req, res);
    TRY(orders_query(&w, rec->id, &c));
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    while ((rc = db_next(w.ctx, c)) > 0) {
        bool due = is_due(db_str(c, 6));
        waiting += due;
        late += due && !db_is_null(c, 11) && db_i64(c, 11) < w.now;
        write_answer(&w, c, out);
    }
    db_close(&c);
    jout_close_array(out);
    jout_ki(out, "waiting", waiting);
    jout_ki(out, "late", late);
    jout_close(out);
    return rc;
}

/* ---- Steps ---- */

Rc warning_steps(Req *req, Res *res)
{
    static const struct {
        const char *field;
        Text label;
    } steps[] = {
        {"raised_at", T("报警", "Alarm")},
        {"judged_at", T("研判", "Judged")},
        {"graded_at", T("定级", "Graded")},
        {"published_at", T("发布派单", "Published")},
        {"first_signed_at", T("首个签收", "First signed")},
        {"signed_at", T("全部签收", "All signed")},
        {"on_site_at", T("首个到场", "First on site")},
        {"answered_at", T("全部反馈", "All answered")},
        {"lifted_at", T("解除", "Lifted")},
        {"filed_at", T("归档", "Filed")},
        {"cancelled_at", T("撤销", "Cancelled")},
    };
    Work w;
    Record *rec;
    TRY(work_begin(req, false, &w));
    TRY(warning_of_path(req, &w, &rec));
    JsonOut *out = res_json(req, res);
    int64_t first = rec_time(WE, rec, "raised_at");
    if (first == TIME_NONE) first = rec_time(WE, rec, "judged_at");
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        int64_t t = rec_time(WE, rec, steps[i].field);
        jout_open(out);
        jout_kz(out, "step", steps[i].field);
        jout_kz(out, "label", text_in(steps[i].label, w.ctx->lang));
        jout_kt(out, "t", t);
        jout_key(out, "since_ms");
        if (t == TIME_NONE || first == TIME_NONE) jout_null(out);
        else jout_i64(out, t - first);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
