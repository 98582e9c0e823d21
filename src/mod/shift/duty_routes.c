/* Who is on duty now and next; what is wrong with a roster; last week's roster as this week's. */
#include "shift_private.h"
#include "base/clock.h"
#include "base/num.h"
#include "mod_shift_queries_sql.h"

enum { AHEAD_DAYS = 2, WEEKS_MOST = 8, SHIFTS_MOST = 5000, FAULTS_MOST = 200 };

/* ---- GET /api/on-duty ---- */

enum {
    COL_ID,
    COL_BODY,
    COL_BODY_NAME,
    COL_BODY_PHONE,
    COL_PERSON,
    COL_NAME,
    COL_MOBILE,
    COL_PLACE,
    COL_FROM,
    COL_TO
};

static Rc open_duty(Work *w, int64_t body, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b,
            "SELECT t.id, t.body, b.name, b.phone, t.person, p.name, COALESCE(p.mobile, p.phone), t.place,"
            " t.starts_at, t.ends_at FROM duty_shifts t"
            " JOIN persons p ON p.id = t.person JOIN bodies b ON b.id = t.body"
            " WHERE t.archived_at IS NULL AND t.ends_at > ");
    sql_arg(&b, db_val_i64(w->now));
    sql_lit(&b, " AND t.starts_at <= ");
    sql_arg(&b, db_val_i64(w->now + AHEAD_DAYS * MS_DAY));
    if (body) {
        sql_lit(&b, " AND t.body = ");
        sql_arg(&b, db_val_i64(body));
    }
    TRY(scope_where(&b, w, &duty_shift_entity, "t"));
    sql_lit(&b, " ORDER BY b.code, t.body, CASE t.place WHEN 'first' THEN 1 WHEN 'backup' THEN 2 ELSE 3 END,"
                " t.starts_at, t.id LIMIT 2000");
    return sql_query(w->ctx, w->db, &b, c);
}

typedef struct Duty {
    int64_t id, body, person, from, to;
    Str body_name, body_phone, name, mobile, place;
} Duty;

static void write_duty(Work *w, const Duty *d, JsonOut *o)
{
    jout_open(o);
    jout_kid(o, "id", d->id);
    jout_kid(o, "person", d->person);
    jout_ks(o, "name", d->name);
    jout_ks(o, "phone", mask_text(w->ctx->arena, d->mobile));
    jout_ks(o, "place", d->place);
    jout_kz(o, "place_label", dict_label(w->kernel, "duty_place", d->place, w->ctx->lang));
    jout_kt(o, "starts_at", d->from);
    jout_kt(o, "ends_at", d->to);
    jout_close(o);
}

/* The next ones: of each place, the first shift that has not begun. */
static bool is_next(const Duty *list, size_t n, size_t at, int64_t now)
{
    if (list[at].from <= now) return false;
    for (size_t i = 0; i < n; i++)
        if (list[i].from > now && list[i].from < list[at].from && str_eq(list[i].place, list[at].place))
            return false;
    return true;
}

static void write_body(Work *w, const Duty *list, size_t n, JsonOut *o)
{
    bool first = false;
    jout_open(o);
    jout_kid(o, "body", list->body);
    jout_ks(o, "body_title", list->body_name);
    jout_ks(o, "phone", list->body_phone);
    jout_key(o, "now");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        if (list[i].from > w->now) continue;
        first |= str_is(list[i].place, "first");
        write_duty(w, &list[i], o);
    }
    jout_close_array(o);
    jout_key(o, "next");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++)
        if (is_next(list, n, i, w->now)) write_duty(w, &list[i], o);
    jout_close_array(o);
    jout_kb(o, "hole", !first);
    jout_close(o);
}

static Rc read_duty(Work *w, int64_t body, Duty **out, size_t *n)
{
    DbCursor *c;
    Rc rc;
    Ctx *ctx = w->ctx;
    *n = 0;
    *out = ARENA_ARRAY(ctx->arena, Duty, 2000);
    TRY(open_duty(w, body, &c));
    while ((rc = db_next(ctx, c)) > 0)
        (*out)[(*n)++] = (Duty){.id = db_i64(c, COL_ID),
                                .body = db_i64(c, COL_BODY),
                                .person = db_i64(c, COL_PERSON),
                                .from = db_i64(c, COL_FROM),
                                .to = db_i64(c, COL_TO),
                                .body_name = db_str_copy(ctx, c, COL_BODY_NAME),
                                .body_phone = db_str_copy(ctx, c, COL_BODY_PHONE),
                                .name = db_str_copy(ctx, c, COL_NAME),
                                .mobile = db_str_copy(ctx, c, COL_MOBILE),
                                .place = db_str_copy(ctx, c, COL_PLACE)};
    db_close(&c);
    return rc;
}

static Rc unknown_body(Ctx *ctx)
{
    return FAIL_FIELD(ctx, "body", "reference", 0, "没有这个单位", "there is no such body");
}

/* A body by code or id, in the caller's scope; 0 when the parameter is absent. */
static Rc find_body(Work *w, Str key, bool required, int64_t *out)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Record *rec;
    *out = 0;
    if (!key.n) return required ? unknown_body(w->ctx) : 0;
    Rc rc = store_find(w, bodies, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(key)), &rec);
    if (!rc) rc = store_find(w, bodies, key, &rec);
    if (rc > 0) rc = scope_of_record(w, bodies, rec);
    if (rc <= 0) return rc < 0 ? rc : unknown_body(w->ctx);
    *out = rec->id;
    return 0;
}

static Rc on_duty(Req *req, Res *res)
{
    Work w;
    Duty *list;
    size_t n;
    int64_t body;
    TRY(work_begin(req, false, &w));
    TRY(find_body(&w, req_query(req, "body"), false, &body));
    TRY(read_duty(&w, body, &list, &n));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kt(o, "t", w.now);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && list[end].body == list[i].body;) end++;
        write_body(&w, &list[i], end - i, o);
    }
    jout_close_array(o);
    jout_close(o);
    return work_commit(&w);
}

/* ---- GET /api/duty-shifts/check ---- */

static Rc read_span(Req *req, int64_t *from, int64_t *to)
{
    Ctx *ctx = &req->ctx;
    if (!time_parse(req_query(req, "from"), true, from))
        FAIL_FIELD(ctx, "from", "time", 0, "开始时间有误", "from is no time");
    else if (!time_parse(req_query(req, "to"), true, to))
        FAIL_FIELD(ctx, "to", "time", 0, "结束时间有误", "to is no time");
    else if (*to <= *from || *to - *from > WEEKS_MOST * 7 * MS_DAY)
        FAIL_FIELD(ctx, "to", "range", 0, "应晚于开始，且不超过 %d 周",
                   "must lie after from, by %d weeks at most", WEEKS_MOST);
    return ctx->err.kind;
}

static int order_of(Str place)
{
    for (int i = DUTY_FIRST; i <= DUTY_LEAD; i++)
        if (str_is(place, duty_place(i))) return i;
    return 0;
}

static Rc open_span(Work *w, int64_t body, int64_t from, int64_t to, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id, t.starts_at, t.ends_at, t.person, t.place FROM duty_shifts t"
                " WHERE t.archived_at IS NULL AND t.body = ");
    sql_arg(&b, db_val_i64(body));
    sql_lit(&b, " AND t.ends_at > ");
    sql_arg(&b, db_val_i64(from));
    sql_lit(&b, " AND t.starts_at < ");
    sql_arg(&b, db_val_i64(to));
    TRY(scope_where(&b, w, &duty_shift_entity, "t"));
    sql_lit(&b, " ORDER BY t.starts_at, t.id");
    return sql_query(w->ctx, w->db, &b, c);
}

static Rc read_plan(Work *w, int64_t body, int64_t from, int64_t to, PlanShift **out, size_t *n)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    *out = ARENA_ARRAY(w->ctx->arena, PlanShift, SHIFTS_MOST);
    TRY(open_span(w, body, from, to, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && *n < SHIFTS_MOST)
        (*out)[(*n)++] = (PlanShift){.id = db_i64(c, 0),
                                     .from = db_i64(c, 1),
                                     .to = db_i64(c, 2),
                                     .person = db_i64(c, 3),
                                     .order = order_of(db_str(c, 4))};
    db_close(&c);
    return rc < 0 ? rc : 0;
}

static void write_fault(const PlanFault *f, JsonOut *o)
{
    static const char *const kinds[] = {
        [PLAN_HOLE] = "hole", [PLAN_OVERLAP] = "overlap", [PLAN_TWICE] = "twice"};
    jout_open(o);
    jout_kz(o, "kind", kinds[f->kind]);
    jout_kz(o, "place", duty_place(f->order));
    jout_kt(o, "from", f->from);
    jout_kt(o, "to", f->to);
    if (f->a) jout_kid(o, "shift", f->a);
    if (f->b) jout_kid(o, "other", f->b);
    jout_close(o);
}

static Rc check_plan(Req *req, Res *res)
{
    Work w;
    PlanShift *plan;
    size_t n;
    int64_t from, to, body;
    TRY(read_span(req, &from, &to));
    TRY(work_begin(req, false, &w));
    TRY(find_body(&w, req_query(req, "body"), true, &body));
    TRY(read_plan(&w, body, from, to, &plan, &n));
    PlanFault *faults = ARENA_ARRAY(req->ctx.arena, PlanFault, FAULTS_MOST);
    size_t count = plan_check(plan, n, from, to, faults, FAULTS_MOST);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < count && i < FAULTS_MOST; i++) write_fault(&faults[i], o);
    jout_close_array(o);
    jout_ki(o, "count", (int64_t)count);
    jout_close(o);
    return work_commit(&w);
}

/* ---- POST /api/duty-shifts/copy-week {"body","from","to"} ---- */

typedef struct Copying {
    int64_t body, from, to, created, skipped;
} Copying;

static Rc read_day(Ctx *ctx, const Json *body, const char *name, int64_t *out)
{
    if (time_parse(json_str(json_get(body, name)), true, out)) {
        *out = civil_day_start(civil_day(*out));
        return 0;
    }
    return FAIL_FIELD(ctx, name, "time", 0, "应为日期，如 2026-11-23", "must be a day, like 2026-11-23");
}

static Rc read_copying(Work *w, Req *req, Copying *c)
{
    const Json *body;
    TRY(req_json(req, &body));
    JSON_EACH(m, body)
    {
        if (!str_is(m->name, "body") && !str_is(m->name, "from") && !str_is(m->name, "to"))
            FAIL_FIELD(w->ctx, str_z(w->ctx->arena, m->name), "unknown", 0, "没有这个字段",
                       "there is no such field");
    }
    find_body(w, json_str(json_get(body, "body")), true, &c->body);
    read_day(w->ctx, body, "from", &c->from);
    read_day(w->ctx, body, "to", &c->to);
    if (!w->ctx->err.kind && c->to == c->from)
        FAIL_FIELD(w->ctx, "to", "range", 0, "不能复制到同一周", "a week cannot be copied onto itself");
    return w->ctx->err.kind;
}

static Rc copy_one(Work *w, Copying *c, int64_t id)
{
    const Entity *e = &duty_shift_entity;
    Record *from;
    DbCursor *same;
    TRY(store_get(w, e, id, &from));
    Record *rec = rec_copy(w->ctx, e, from);
    rec->id = 0;
    int64_t starts = rec_time(e, from, "starts_at") + c->to - c->from;
    rec_set(e, rec, "starts_at", db_val_i64(starts));
    rec_set(e, rec, "ends_at", db_val_i64(rec_time(e, from, "ends_at") + c->to - c->from));
    Rc rc = db_query_one(w->ctx, w->db, &q_shift_same,
                         DB_ARGS(db_val_i64(c->body), *rec_val(e, rec, "person"), *rec_val(e, rec, "place"),
                                 db_val_i64(starts)),
                         &same);
    if (rc > 0) db_close(&same);
    if (rc) {
        c->skipped++;
        return rc < 0 ? rc : 0;
    }
    c->created++;
    return store_insert(w, e, rec);
}

static Rc copy_week(Req *req, Res *res)
{
    Work w;
    Copying c = {0};
    PlanShift *plan;
    size_t n;
    TRY(work_begin(req, true, &w));
    TRY(read_copying(&w, req, &c));
    TRY(read_plan(&w, c.body, c.from, c.from + 7 * MS_DAY, &plan, &n));
    for (size_t i = 0; i < n; i++)
        if (plan[i].from >= c.from) TRY(copy_one(&w, &c, plan[i].id));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_ki(o, "created", c.created);
    jout_ki(o, "skipped", c.skipped);
    jout_close(o);
    return work_commit(&w);
}

const Route shift_routes[SHIFT_ROUTES] = {
    {HTTP_GET, "/api/on-duty", "duty.read", on_duty, NULL, 0, 0,
     T("当前与下一班值班", "Who is on duty now and next")},
    {HTTP_GET, "/api/duty-shifts/check", "duty.read", check_plan, NULL, 0, 0,
     T("检查值班表", "Holes and overlaps of a roster")},
    {HTTP_POST, "/api/duty-shifts/copy-week", "duty.write", copy_week, NULL, 0, 0,
     T("复制一周值班", "Copy a week of the roster")},
};
