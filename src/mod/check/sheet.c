/* What the telephone needs to do a check, in one answer that it can keep: the check, the list's items, the
 * place, and what was found there before. And a check that nobody planned. */
#include "check_private.h"
#include "mod_check_queries_sql.h"
#include "base/clock.h"

static Rc write_items(Work *w, int64_t list, JsonOut *out)
{
    Record *items[ITEMS_MOST], *clause;
    size_t n;
    static const char *const texts[] = {"text", "how", "basis", "category"};
    TRY(check_items(w, list, items, &n));
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        TRY(check_referred(w, &criterion_entity, rec_i64(IE, items[i], "criterion"), &clause));
        jout_open(out);
        jout_kid(out, "id", items[i]->id);
        jout_ki(out, "no", rec_i64(IE, items[i], "no"));
        for (size_t k = 0; k < ARRAY_LEN(texts); k++)
            jout_ks(out, texts[k], rec_text(IE, items[i], texts[k]));
        if (clause) {
            jout_ks(out, "criterion", rec_text(&criterion_entity, clause, "code"));
            jout_ks(out, "criterion_text", rec_text(&criterion_entity, clause, "text"));
        }
        jout_close(out);
    }
    jout_close_array(out);
    return RC_OK;
}

Rc check_write_list(Work *w, int64_t list, JsonOut *out)
{
    Record *rec;
    TRY(check_referred(w, LE, list, &rec));
    jout_key(out, "list");
    if (!rec) {
        jout_null(out);
        return RC_OK;
    }
    jout_open(out);
    jout_ks(out, "code", rec_text(LE, rec, "code"));
    jout_ks(out, "name", rec_text(LE, rec, "name"));
    jout_ki(out, "edition", rec_i64(LE, rec, "edition"));
    jout_kb(out, "is_default", rec_i64(LE, rec, "is_default") != 0);
    jout_ks(out, "basis", rec_text(LE, rec, "basis"));
    TRY(write_items(w, list, out));
    jout_close(out);
    return RC_OK;
}

static Rc write_open_dangers(Work *w, const Record *check, JsonOut *out)
{
    DbCursor *c;
    Rc rc;
    jout_key(out, "open_dangers");
    jout_open_array(out);
    if (perm_has(w->who, "danger.read") && rec_i64(CE, check, "enterprise")) {
        TRY(scope_query(w, &q_check_open_dangers, DB_ARGS(db_val_i64(rec_i64(CE, check, "enterprise"))), &c));
        while ((rc = db_next(w->ctx, c)) > 0) {
            jout_open(out);
            jout_kid(out, "id", db_i64(c, 0));
            jout_ks(out, "code", db_str(c, 1));
            jout_ks(out, "title", db_str(c, 2));
            jout_close(out);
        }
        db_close(&c);
        TRY(rc);
    }
    jout_close_array(out);
    return RC_OK;
}

Rc check_sheet(Req *req, Res *res)
{
    Work w;
    Record *check;
    TRY(work_begin(req, false, &w));
    TRY(check_of_path(req, &w, CE, &check));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "check");
    TRY(store_write_json(&w, CE, check, out));
    TRY(check_write_list(&w, rec_i64(CE, check, "list"), out));
    TRY(write_open_dangers(&w, check, out));
    jout_close(out);
    return RC_OK;
}

/* ---- A check on the spot ---- */

static Rc made_before(Work *w, const Record *rec, Record **out)
{
    DbCursor *c;
    Str key = rec_text(CE, rec, "client_key");
    if (!key.n) return 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_check_of_key, DB_ARGS(db_val_text(key)), &c);
    if (rc <= 0) return rc;
    TRY(store_get(w, CE, db_i64(c, 0), out));
    Rc seen = scope_of_record(w, CE, *out);
    TRY(seen);
    if (seen) return 1;
    return FAIL_FIELD(w->ctx, "client_key", "unique", 0, "提交标识已被使用", "the key is used already");
}

static Rc answer(Req *req, Res *res, Work *w, const Record *rec, int status)
{
    res_status(res, status);
    res_header(res, "Location", arena_printf(req->ctx.arena, "/api/checks/%lld", (long long)rec->id));
    return store_write_json(w, CE, rec, res_json(req, res));
}

/* An enterprise checks itself. */
static Rc settle_kind(Work *w, Record *rec)
{
    bool own = !perm_has(w->who, "danger.order") && perm_has(w->who, "danger.rectify");
    if (str_is(rec_text(CE, rec, "kind"), "patrol"))
        return FAIL_FIELD(w->ctx, "kind", "dictionary", 0, "巡查由巡查点发起",
                          "patrols begin at their points");
    if (!own && str_is(rec_text(CE, rec, "kind"), CHECK_SELF))
        return FAIL_FIELD(w->ctx, "kind", "dictionary", 0, "自查由企业自己进行",
                          "only the enterprise checks itself");
    if (!own) return RC_OK;
    rec_set(CE, rec, "kind", db_val_z(CHECK_SELF));
    rec_set(CE, rec, "enterprise", db_val_id(scope_of(w->who)->body));
    return RC_OK;
}

Rc check_create(Req *req, Res *res)
{
    Work w;
    const Json *body;
    Record *before;
    TRY(req_json(req, &body));
    TRY(work_begin(req, true, &w));
    Record *rec = rec_new(w.ctx, CE);
    TRY(store_read_json(&w, CE, body, true, 0, rec));
    Rc known = made_before(&w, rec, &before);
    if (known) return known < 0 ? known : answer(req, res, &w, before, 200);
    TRY(settle_kind(&w, rec));
    TRY(check_make(&w, rec, TIME_NONE));
    TRY(scope_need(&w, CE, rec));
    TRY(flow_do(&w, CE, rec, "begin", NULL));
    TRY(work_commit(&w));
    return answer(req, res, &w, rec, 201);
}
