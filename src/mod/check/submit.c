/* A check handed in: POST /api/checks/{id}/submit {client_key, results:[{item, verdict, note, major}],
 * checker, unit_person, opinion, lon, lat, done_at, order}. All of it is one transaction. The same key again
 * is answered as the first time was, so that a telephone may send until it hears. */
#include "check_private.h"
#include "mod_check_queries_sql.h"
#include "base/clock.h"
#include "base/num.h"
#include "mod/danger_words.h"
#include <math.h>

/* ---- Finishing ---- */

static const Record *item_of(Record *const *items, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (items[i]->id == id) return items[i];
    return NULL;
}

static Rc judge(Work *w, const Record *check, Record *const *items, size_t n, const CheckDone *done)
{
    bool self = str_is(rec_text(CE, check, "kind"), CHECK_SELF);
    for (size_t i = 0; i < n; i++) {
        size_t found = 0;
        for (size_t k = 0; k < done->n; k++) found += done->answers[k].item == items[i]->id;
        if (found == 1) continue;
        return FAIL_FIELD(w->ctx, "results", found ? "unique" : "required", 0, "第 %lld 项%s",
                          found ? "item %lld is answered twice%s" : "item %lld is not answered%s",
                          (long long)rec_i64(IE, items[i], "no"),
                          w->ctx->lang == LANG_EN ? ""
                          : found                 ? "重复作答"
                                                  : "尚未作答");
    }
    if (done->n != n)
        return FAIL_FIELD(w->ctx, "results", "reference", 0, "有不属于检查表的检查项",
                          "an item is not on the list");
    if (!done->checker.n && !self)
        FAIL_FIELD(w->ctx, "checker", "required", 0, "请填写检查人员签名", "the checker signs");
    for (size_t k = 0; k < done->n; k++)
        if (done->answers[k].major && (strcmp(done->answers[k].verdict, "bad") != 0 ||
                                       !rec_i64(IE, item_of(items, n, done->answers[k].item), "criterion")))
            FAIL_FIELD(w->ctx, "results", "contradiction", 0, "只有列有判定条款的不符合项可判为重大隐患",
                       "only a failed item with a clause can be major");
    return w->ctx->err.kind;
}

static Rc keep_answer(Work *w, const Record *check, const Record *item, const CheckAnswer *a)
{
    Record *r = rec_new(w->ctx, RE);
    rec_set(RE, r, "visit", db_val_i64(check->id));
    rec_set(RE, r, "no", *rec_val(IE, item, "no"));
    rec_set(RE, r, "item", db_val_i64(item->id));
    rec_set(RE, r, "text", *rec_val(IE, item, "text"));
    rec_set(RE, r, "verdict", db_val_z(a->verdict));
    if (a->note.n) rec_set(RE, r, "note", db_val_text(a->note));
    rec_set(RE, r, "danger", db_val_id(a->danger));
    rec_set(RE, r, "joined", db_val_bool(a->joined));
    return store_insert(w, RE, r);
}

/* Where it was done, and how far from the place that is known. */
static Rc put_place(Work *w, Record *check, const CheckDone *done)
{
    Record *object, *body;
    if (isnan(done->lon) || isnan(done->lat)) return RC_OK;
    rec_set(CE, check, "lon", db_val_f64(done->lon));
    rec_set(CE, check, "lat", db_val_f64(done->lat));
    TRY(check_referred(w, OE, rec_i64(CE, check, "object"), &object));
    TRY(check_referred(w, BE, rec_i64(CE, check, "enterprise"), &body));
    const Entity *e = object ? OE : BE;
    const Record *place = object ? object : body;
    if (!place || rec_val(e, place, "lon")->type == DB_NULL) return RC_OK;
    rec_set(CE, check, "distance",
            db_val_f64(round(danger_words_metres(done->lon, done->lat, rec_f64(e, place, "lon"),
                                                 rec_f64(e, place, "lat")))));
    return RC_OK;
}

static void put_counts(Record *check, const CheckDone *done)
{
    int64_t passed = 0, failed = 0, dangers = 0;
    for (size_t i = 0; i < done->n; i++) {
        passed += !strcmp(done->answers[i].verdict, "ok");
        failed += !strcmp(done->answers[i].verdict, "bad");
        dangers += done->answers[i].danger != 0;
    }
    rec_set(CE, check, "items", db_val_i64((int64_t)done->n));
    rec_set(CE, check, "passed", db_val_i64(passed));
    rec_set(CE, check, "failed", db_val_i64(failed));
    rec_set(CE, check, "dangers", db_val_i64(dangers));
}

static void put_end(Work *w, Record *check, const CheckDone *done)
{
    int64_t at = done->done_at == TIME_NONE || done->done_at > w->now ? w->now : done->done_at;
    rec_set(CE, check, "done_at", db_val_i64(at));
    rec_set(CE, check, "received_at", db_val_i64(w->now));
    rec_set(CE, check, "on_time", db_val_bool(at <= rec_time(CE, check, "due_at")));
    rec_set(CE, check, "done_by", check_who(w));
    rec_set(CE, check, "checker", done->checker.n ? db_val_text(done->checker) : check_who(w));
    if (done->unit_person.n) rec_set(CE, check, "unit_person", db_val_text(done->unit_person));
    if (done->opinion.n) rec_set(CE, check, "opinion", db_val_text(done->opinion));
    if (done->client_key.n) rec_set(CE, check, "submit_key", db_val_text(done->client_key));
}

/* judge() has seen that it is there. */
static CheckAnswer *answer_of(CheckDone *done, int64_t item)
{
    CheckAnswer *found = NULL;
    for (size_t k = 0; k < done->n && !found; k++)
        if (done->answers[k].item == item) found = &done->answers[k];
    ENSURE(found);
    return found;
}

Rc check_finish(Work *w, Record *check, CheckDone *done)
{
    Record *items[ITEMS_MOST], *old = rec_copy(w->ctx, CE, check);
    size_t n;
    Str state = rec_text(CE, check, "state");
    if (!str_is(state, "planned") && !str_is(state, "underway"))
        return FAIL(w->ctx, RC_STATE, "check.finished", "检查已完成或已取消", "the check is over already");
    TRY(check_items(w, rec_i64(CE, check, "list"), items, &n));
    TRY(judge(w, check, items, n, done));
    TRY(put_place(w, check, done));
    for (size_t i = 0; i < n; i++) {
        CheckAnswer *a = answer_of(done, items[i]->id);
        if (!strcmp(a->verdict, "bad")) TRY(check_failed(w, check, items[i], a, done->order));
        TRY(keep_answer(w, check, items[i], a));
    }
    put_counts(check, done);
    put_end(w, check, done);
    Work program = check_program(w);
    TRY(store_update(&program, CE, old, check, "answer"));
    TRY(flow_do(&program, CE, check, "finish", NULL));
    return rec_i64(CE, check, "point") ? patrol_done(&program, check) : RC_OK;
}

/* ---- What the telephone sends ---- */

static Rc read_text(Ctx *ctx, const Json *body, const char *name, size_t most, Str *out)
{
    *out = json_str(json_get(body, name));
    if (str_utf8_len(*out) <= most) return RC_OK;
    return FAIL_FIELD(ctx, name, "length", 0, "不能超过 %zu 个字符", "must not be longer than %zu characters",
                      most);
}

static Rc read_degrees(Ctx *ctx, const Json *body, const char *name, const double range[2], double *out)
{
    const Json *j = json_get(body, name);
    *out = NAN;
    if (!j || j->type == JSON_NULL) return RC_OK;
    if (json_f64(j, out) && *out >= range[0] && *out <= range[1]) return RC_OK;
    return FAIL_FIELD(ctx, name, "range", 0, "须在 %g 至 %g 之间", "must be between %g and %g", range[0],
                      range[1]);
}

static Rc read_answer(Ctx *ctx, const Json *j, CheckAnswer *out)
{
    static const char *const verdicts[] = {"ok", "bad", "none"};
    Str item = json_str(json_get(j, "item")), verdict = json_str(json_get(j, "verdict"));
    const Json *major = json_get(j, "major");
    *out = (CheckAnswer){.major = major && major->type == JSON_BOOL && major->b};
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
        if (str_is(verdict, verdicts[i])) out->verdict = verdicts[i];
    TRY(read_text(ctx, j, "note", 500, &out->note));
    if (out->verdict && num_parse_i64(item, &out->item)) return RC_OK;
    return FAIL_FIELD(ctx, "results", "format", 0, "每项须有检查项和结论（ok、bad、none）",
                      "each has an item and a verdict (ok, bad, none)");
}

static Rc read_answers(Ctx *ctx, const Json *body, CheckDone *out)
{
    const Json *list = json_get(body, "results");
    if (!list || list->type != JSON_ARRAY || list->count > ITEMS_MOST)
        return FAIL_FIELD(ctx, "results", "required", 0, "须为不超过 %d 项的检查结果",
                          "must be a list of at most %d results", ITEMS_MOST);
    out->answers = arena_alloc(ctx->arena, (list->count + 1) * sizeof *out->answers);
    JSON_EACH(it, list) TRY(read_answer(ctx, it, &out->answers[out->n++]));
    return RC_OK;
}

Rc check_read_done(Ctx *ctx, const Json *body, CheckDone *out)
{
    static const double lon[] = {73, 136}, lat[] = {3, 54};
    const Json *order = json_get(body, "order");
    Str at = json_str(json_get(body, "done_at"));
    *out = (CheckDone){.done_at = TIME_NONE, .order = order && order->type == JSON_BOOL && order->b};
    TRY(read_answers(ctx, body, out));
    TRY(read_text(ctx, body, "client_key", 64, &out->client_key));
    if (out->client_key.n && out->client_key.n < 8)
        return FAIL_FIELD(ctx, "client_key", "length", 0, "至少 8 个字符", "at least 8 characters");
    TRY(read_text(ctx, body, "checker", 100, &out->checker));
    TRY(read_text(ctx, body, "unit_person", 100, &out->unit_person));
    TRY(read_text(ctx, body, "opinion", 2000, &out->opinion));
    TRY(read_degrees(ctx, body, "lon", lon, &out->lon));
    TRY(read_degrees(ctx, body, "lat", lat, &out->lat));
    if (at.n && !time_parse(at, true, &out->done_at))
        return FAIL_FIELD(ctx, "done_at", "time", 0, "须为时间", "must be a time");
    return RC_OK;
}

/* ---- The answer: the check and what each failed item led to ---- */

Rc check_answer(Req *req, Res *res, Work *w, const Record *check)
{
    DbCursor *c;
    Rc rc;
    int64_t ids[ITEMS_MOST];
    size_t n = 0;
    TRY(db_query(w->ctx, w->db, &q_check_results_of, DB_ARGS(db_val_i64(check->id)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < ITEMS_MOST) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "check");
    TRY(store_write_json(w, CE, check, out));
    jout_key(out, "results");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        Record *r, *d;
        TRY(store_get(w, RE, ids[i], &r));
        TRY(check_referred(w, &danger_entity, rec_i64(RE, r, "danger"), &d));
        jout_open(out);
        jout_kid(out, "item", rec_i64(RE, r, "item"));
        jout_ki(out, "no", rec_i64(RE, r, "no"));
        jout_ks(out, "text", rec_text(RE, r, "text"));
        jout_ks(out, "verdict", rec_text(RE, r, "verdict"));
        jout_ks(out, "note", rec_text(RE, r, "note"));
        if (d) {
            jout_kid(out, "danger", d->id);
            jout_ks(out, "danger_code", rec_text(&danger_entity, d, "code"));
            jout_kb(out, "joined", rec_i64(RE, r, "joined") != 0);
        }
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* Only whose turn it is, or a body above. */
static Rc need_turn(Work *w, const Record *check)
{
    const char *path = scope_body_path(w, rec_i64(CE, check, "body"));
    if (path && scope_is_above(scope_of(w->who), path)) return RC_OK;
    return FAIL(w->ctx, RC_FORBIDDEN, "check.not_yours", "该检查由其他单位进行",
                "another body does this check");
}

static bool sent_before(const Record *check, const CheckDone *done)
{
    return str_is(rec_text(CE, check, "state"), "finished") && done->client_key.n &&
           str_eq(rec_text(CE, check, "submit_key"), done->client_key);
}

Rc check_submit(Req *req, Res *res)
{
    Work w;
    const Json *body;
    Record *check;
    CheckDone done;
    TRY(req_json(req, &body));
    TRY(check_read_done(&req->ctx, body, &done));
    TRY(work_begin(req, true, &w));
    TRY(check_of_path(req, &w, CE, &check));
    TRY(need_turn(&w, check));
    if (sent_before(check, &done)) return check_answer(req, res, &w, check);
    TRY(check_finish(&w, check, &done));
    TRY(check_answer(req, res, &w, check));
    return work_commit(&w);
}
