/* A plan's round: the enterprises it means, one check for each. An enterprise is not visited twice in one
 * period by the same body: that is refused by name until the caller has them left out. Who else visits it is
 * told before (preview), so that visits can be joined. */
#include "check_private.h"
#include "mod_check_queries_sql.h"
#include "base/clock.h"

typedef struct Target {
    int64_t body;
    bool twice; /* the same body visits it in this period */
} Target;

/* ---- Whom ---- */

static void separators_out(char *p)
{
    for (; *p; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t' || *p == ',' || *p == ';') *p = ' ';
}

static Rc named(Work *w, const Record *plan, Target *out, size_t *n)
{
    char *copy = arena_strdup(w->ctx->arena, str_z(w->ctx->arena, rec_text(PE, plan, "enterprises")));
    separators_out(copy);
    Str rest = str_of(copy);
    while (rest.n) {
        Str code = str_cut(&rest, ' ');
        Record *body;
        if (!code.n) continue;
        if (*n == ROUND_MOST)
            return FAIL(w->ctx, RC_TOO_LARGE, "check.round", "一次最多安排 %d 家企业", "at most %d at once",
                        ROUND_MOST);
        Str key = str_printf(w->ctx->arena, "code:%.*s", STR_ARG(code));
        Rc rc = w->who ? scope_find(w, BE, key, &body) : store_find(w, BE, key, &body);
        if (rc < 0) return rc;
        if (!rc)
            return FAIL_FIELD(w->ctx, "enterprises", "reference", 0, "没有单位“%.*s”", "no such body: %.*s",
                              STR_ARG(code));
        out[(*n)++].body = body->id;
    }
    return RC_OK;
}

static Rc of_industry(Work *w, const Record *plan, Target *out, size_t *n)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    const char *path = scope_district_path(w, rec_i64(PE, plan, "district"));
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id FROM bodies t JOIN districts d ON d.id = t.district WHERE t.archived_at IS NULL"
                " AND t.kind IN ('enterprise', 'operator', 'institution') AND t.industry = ");
    sql_arg(&b, *rec_val(PE, plan, "industry"));
    sql_lit(&b, " AND d.path LIKE ");
    sql_arg(&b, db_val_z(arena_printf(w->ctx->arena, "%s%%", path ? path : "/")));
    if (w->who) TRY(scope_where(&b, w, BE, "t"));
    sql_lit(&b, " ORDER BY t.code LIMIT ");
    sql_arg(&b, db_val_i64(ROUND_MOST + 1));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && *n < ROUND_MOST) out[(*n)++].body = db_i64(c, 0);
    db_close(&c);
    if (rc <= 0) return rc;
    return FAIL(w->ctx, RC_TOO_LARGE, "check.round", "一次最多安排 %d 家企业", "at most %d at once",
                ROUND_MOST);
}

static int64_t checker_of(const Record *plan, int64_t enterprise)
{
    return str_is(rec_text(PE, plan, "kind"), CHECK_SELF) ? enterprise : rec_i64(PE, plan, "body");
}

static Rc targets(Work *w, const Record *plan, const Period *period, Target **out, size_t *n)
{
    Target *t = arena_alloc(w->ctx->arena, ROUND_MOST * sizeof *t);
    memset(t, 0, ROUND_MOST * sizeof *t);
    *n = 0;
    TRY(rec_text(PE, plan, "enterprises").n ? named(w, plan, t, n) : of_industry(w, plan, t, n));
    for (size_t i = 0; i < *n; i++) {
        DbCursor *c;
        Rc rc = db_query_one(w->ctx, w->db, &q_check_in_period,
                             DB_ARGS(db_val_i64(t[i].body), db_val_i64(checker_of(plan, t[i].body)),
                                     db_val_text(rec_text(PE, plan, "kind")), db_val_i64(period->from),
                                     db_val_i64(period->until)),
                             &c);
        TRY(rc);
        t[i].twice = rc > 0;
    }
    *out = t;
    return RC_OK;
}

/* ---- The round ---- */

static Rc refuse_twice(Work *w, const Target *t, size_t n)
{
    StrBuf names;
    size_t twice = 0;
    buf_init(&names, w->ctx->arena);
    for (size_t i = 0; i < n; i++) {
        Record *body;
        if (!t[i].twice || ++twice > 3) continue;
        TRY(store_get(w, BE, t[i].body, &body));
        if (names.n) buf_addz(&names, "、");
        buf_add(&names, rec_text(BE, body, "name"));
    }
    if (!twice) return RC_OK;
    return FAIL(w->ctx, RC_CONFLICT, "check.twice",
                "本周期内本单位已安排检查 %zu 家：%.*s。请选择略去重复企业",
                "your body visits %zu of them in this period already: %.*s. Choose to leave them out", twice,
                STR_ARG(buf_str(&names)));
}

static Rc make(Work *w, const Record *plan, const Period *period, int64_t enterprise)
{
    static const char *const same[] = {"list", "checkers", "kind"};
    Record *rec = rec_new(w->ctx, CE);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(CE, rec, same[i], *rec_val(PE, plan, same[i]));
    rec_set(CE, rec, "plan", db_val_i64(plan->id));
    rec_set(CE, rec, "enterprise", db_val_i64(enterprise));
    rec_set(CE, rec, "body", db_val_i64(checker_of(plan, enterprise)));
    rec_set(CE, rec, "period", db_val_z(arena_strdup(w->ctx->arena, period->label)));
    return check_make(w, rec, period->until - MS_SECOND);
}

Rc check_plan_round(Work *w, Record *plan, const Period *period, bool leave_out, int64_t *made)
{
    Target *t;
    size_t n;
    *made = 0;
    TRY(targets(w, plan, period, &t, &n));
    if (!leave_out) TRY(refuse_twice(w, t, n));
    Work program = check_program(w);
    for (size_t i = 0; i < n; i++) {
        if (t[i].twice) continue;
        TRY(make(&program, plan, period, t[i].body));
        ++*made;
    }
    rec_set(PE, plan, "round", db_val_z(arena_strdup(w->ctx->arena, period->label)));
    rec_set(PE, plan, "checks", db_val_i64(rec_i64(PE, plan, "checks") + *made));
    return RC_OK;
}

/* ---- Later periods ---- */

static Rc next_round(Work *w, int64_t id, int64_t *made)
{
    Record *plan;
    Period period;
    TRY(store_get(w, PE, id, &plan));
    PlanSpan span = check_plan_span(plan);
    bool on = plan_period(&span, w->now, &period);
    *made = 0;
    if (on && str_is(rec_text(PE, plan, "round"), period.label)) return RC_OK;
    Record *old = rec_copy(w->ctx, PE, plan);
    if (on) TRY(check_plan_round(w, plan, &period, true, made));
    else rec_set(PE, plan, "state", db_val_z("closed"));
    return store_update(w, PE, old, plan, on ? "round" : "close");
}

static Rc plans_round(Work *w, int64_t *made)
{
    enum { MOST = 500 };
    DbCursor *c;
    Rc rc;
    int64_t ids[MOST];
    size_t n = 0;
    TRY(db_query(w->ctx, w->db, &q_check_plans_released, DB_NO_ARGS, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < MOST) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < n; i++) {
        int64_t now_made;
        TRY(next_round(w, ids[i], &now_made));
        *made += now_made;
    }
    return RC_OK;
}

Rc checks_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *made)
{
    Work w;
    *made = 0;
    TRY(work_begin_as(ctx, k, NULL, "checks", true, &w));
    w.now = now;
    Rc rc = plans_round(&w, made);
    if (rc >= 0) rc = patrols_round(&w, made);
    if (rc >= 0) rc = work_commit(&w);
    if (rc < 0) work_abort(&w);
    return rc;
}

/* ---- Before the release: whom it means, and who else visits them ---- */

static Rc write_others(Work *w, const Record *plan, const Period *period, int64_t enterprise, JsonOut *out)
{
    DbCursor *c;
    Rc rc;
    jout_key(out, "others");
    jout_open_array(out);
    TRY(scope_query(w, &q_check_others,
                    DB_ARGS(db_val_i64(enterprise), db_val_i64(plan->id), db_val_i64(period->from),
                            db_val_i64(period->until)),
                    &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        jout_open(out);
        jout_kid(out, "id", db_i64(c, 0));
        jout_ks(out, "code", db_str(c, 1));
        jout_ks(out, "body_title", db_str(c, 2));
        jout_kt(out, "due_at", db_is_null(c, 3) ? TIME_NONE : db_i64(c, 3));
        jout_close(out);
    }
    db_close(&c);
    jout_close_array(out);
    return rc;
}

Rc check_plan_preview(Req *req, Res *res)
{
    enum { SHOWN = 200 };
    Work w;
    Record *plan, *body;
    Period period;
    Target *t = NULL;
    size_t n = 0;
    TRY(work_begin(req, false, &w));
    TRY(check_of_path(req, &w, PE, &plan));
    PlanSpan span = check_plan_span(plan);
    bool on = plan_period(&span, w.now, &period);
    if (on) TRY(targets(&w, plan, &period, &t, &n));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "period", on ? period.label : NULL);
    jout_kt(out, "from", on ? period.from : TIME_NONE);
    jout_kt(out, "until", on ? period.until : TIME_NONE);
    jout_ki(out, "count", (int64_t)n);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        TRY(store_get(&w, BE, t[i].body, &body));
        jout_open(out);
        jout_ks(out, "code", rec_text(BE, body, "code"));
        jout_ks(out, "title", rec_text(BE, body, "name"));
        jout_kb(out, "twice", t[i].twice);
        TRY(write_others(&w, plan, &period, t[i].body, out));
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
