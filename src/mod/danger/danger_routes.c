/* Routes beside the derived ones: reporting a danger, what may be the same, which clauses fit, who found it.
 * A report carries a key of the phone's making: sent twice, it makes one danger. */
#include "danger_private.h"
#include "mod_danger_queries_sql.h"
#include "base/num.h"

/* What the caller may not see does not exist for him. */
static Rc of_path(Req *req, Work *w, Record **out)
{
    Rc rc = scope_find(w, DE, req_param(req, "id"), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                text_in(DE->title, w->ctx->lang));
}

/* The body without the members that are no fields. */
static const Json *without(Arena *a, const Json *body, const char *const *names)
{
    Json *copy = ARENA_NEW(a, Json), **at = &copy->child;
    *copy = *body;
    copy->child = NULL;
    copy->count = 0;
    JSON_EACH(it, body)
    {
        bool drop = false;
        for (const char *const *p = names; *p; p++) drop |= str_is(it->name, *p);
        if (drop) continue;
        Json *item = ARENA_NEW(a, Json);
        *item = *it;
        item->next = NULL;
        *at = item;
        at = &item->next;
        copy->count++;
    }
    return copy;
}

static bool wants(const Json *body, const char *name)
{
    const Json *j = json_get(body, name);
    return j && j->type == JSON_BOOL && j->b;
}

static Rc need_object(Req *req, const Json **body)
{
    TRY(req_json(req, body));
    if ((*body)->type == JSON_OBJECT) return RC_OK;
    return FAIL(&req->ctx, RC_INVALID, "input.object", "须为 JSON 对象", "must be a JSON object");
}

/* ---- Reporting ---- */

/* The one that this key made before: 1. A key that another person used is no answer to this one. */
static Rc made_before(Work *w, const Record *rec, Record **out)
{
    DbCursor *c;
    Str key = rec_text(DE, rec, "client_key");
    if (!key.n) return 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_danger_of_key, DB_ARGS(db_val_text(key)), &c);
    if (rc <= 0) return rc;
    TRY(store_get(w, DE, db_i64(c, 0), out));
    Rc seen = scope_of_record(w, DE, *out);
    TRY(seen);
    if (seen && str_eq(rec_text(DE, *out, "reported_by"), danger_who(w).s)) return 1;
    return FAIL_FIELD(w->ctx, "client_key", "unique", 0, "上报标识已被使用", "the key is used already");
}

/* An alarm, a warning, an order or a danger that the caller sees. */
static Rc find_origin(Work *w, Str plural, Str id, const Entity **e, Record **origin)
{
    static const char *const known[] = {"alarms", "warnings", "orders", "dangers"};
    *e = NULL;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_is(plural, known[i])) *e = kernel_entity(w->kernel, known[i]);
    Rc rc = *e && id.n && perm_has(w->who, (*e)->read_perm) ? scope_find(w, *e, id, origin) : 0;
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL_FIELD(w->ctx, "from", "reference", 0, "没有所引的来源记录",
                      "there is no such record to come from");
}

/* Where it came from: {"plural","id"}. */
static Rc link_origin(Work *w, const Json *from, const Record *rec)
{
    Record *origin;
    const Entity *e;
    if (!from) return RC_OK;
    TRY(find_origin(w, json_str(json_get(from, "plural")), json_str(json_get(from, "id")), &e, &origin));
    return matter_link(w, e, origin->id, DE, rec->id);
}

/* The dangers made of it, or of what it led to: a warning's orders. */
static Rc made_of(Req *req, Res *res)
{
    Work w;
    Record *origin, *rec;
    const Entity *e;
    DbCursor *c;
    Rc rc;
    int64_t ids[100];
    size_t n = 0;
    TRY(work_begin(req, false, &w));
    TRY(find_origin(&w, req_query(req, "plural"), req_query(req, "id"), &e, &origin));
    TRY(db_query(w.ctx, w.db, &q_dangers_from, DB_ARGS(db_val_z(e->plural), db_val_i64(origin->id)), &c));
    while ((rc = db_next(w.ctx, c)) > 0 && n < ARRAY_LEN(ids)) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        TRY(store_get(&w, DE, ids[i], &rec));
        Rc seen = scope_of_record(&w, DE, rec);
        TRY(seen);
        if (seen) TRY(store_write_json(&w, DE, rec, out));
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

static Rc answer(Req *req, Res *res, Work *w, const Record *rec, int status)
{
    res_status(res, status);
    res_header(res, "Location", arena_printf(req->ctx.arena, "/api/dangers/%lld", (long long)rec->id));
    return store_write_json(w, DE, rec, res_json(req, res));
}

static Rc order_now(Work *w, Record *rec, const Json *body)
{
    DbVal params[3] = {db_val_null(), db_val_null(), db_val_null()};
    Str words = json_str(json_get(body, "requirements"));
    if (!str_is(rec_text(DE, rec, "state"), "reported")) return RC_OK;
    if (str_utf8_len(words) > 2000)
        return FAIL_FIELD(w->ctx, "requirements", "length", 0, "不能超过 2000 个字符",
                          "must not be longer than 2000 characters");
    if (words.n) params[0] = db_val_text(words);
    return flow_do(w, DE, rec, "order", params);
}

static Rc create(Req *req, Res *res)
{
    static const char *const extra[] = {"from", "order", "requirements", NULL};
    Work w;
    const Json *body;
    Record *before;
    TRY(need_object(req, &body));
    TRY(work_begin(req, true, &w));
    Record *rec = rec_new(w.ctx, DE);
    TRY(store_read_json(&w, DE, without(w.ctx->arena, body, extra), true, 0, rec));
    Rc known = made_before(&w, rec, &before);
    if (known) return known < 0 ? known : answer(req, res, &w, before, 200);
    TRY(danger_make(&w, rec));
    TRY(scope_need(&w, DE, rec));
    TRY(link_origin(&w, json_get(body, "from"), rec));
    if (wants(body, "order")) TRY(order_now(&w, rec, body));
    TRY(work_commit(&w));
    return answer(req, res, &w, rec, 201);
}

/* ---- May be the same ---- */

static Rc write_similar(Work *w, const Similar *s, JsonOut *out)
{
    Record *rec;
    StrBuf why;
    TRY(store_get(w, DE, s->id, &rec));
    bool en = w->ctx->lang == LANG_EN;
    buf_init(&why, w->ctx->arena);
    if (s->same_object) buf_addz(&why, en ? "same object; " : "同一对象；");
    if (s->same_enterprise) buf_addz(&why, en ? "same enterprise; " : "同一单位；");
    if (s->distance >= 0) buf_printf(&why, en ? "%.0f m away; " : "相距 %.0f 米；", s->distance);
    buf_printf(&why, en ? "words alike %.0f %%" : "描述相似 %.0f%%", s->words * 100);
    jout_open(out);
    jout_kid(out, "id", rec->id);
    jout_ks(out, "code", rec_text(DE, rec, "code"));
    jout_ks(out, "title", rec_text(DE, rec, "title"));
    jout_ks(out, "description", rec_text(DE, rec, "description"));
    jout_ki(out, "grade", rec_i64(DE, rec, "grade"));
    jout_ks(out, "state", rec_text(DE, rec, "state"));
    jout_kz(out, "state_label",
            dict_label(w->kernel, "danger_state", rec_text(DE, rec, "state"), w->ctx->lang));
    jout_kt(out, "found_at", rec_time(DE, rec, "found_at"));
    jout_ks(out, "reported_by", rec_text(DE, rec, "reported_by"));
    jout_ki(out, "score", s->score);
    jout_ks(out, "why", buf_str(&why));
    jout_close(out);
    return RC_OK;
}

/* A draft of a report; nothing is stored. */
Rc danger_similar_route(Req *req, Res *res)
{
    static const char *const extra[] = {"from", "order", "requirements", NULL};
    Work w;
    const Json *body;
    Similar found[SIMILAR_MOST];
    size_t n;
    TRY(need_object(req, &body));
    TRY(work_begin(req, false, &w));
    Record *rec = rec_new(w.ctx, DE);
    TRY(store_read_json(&w, DE, without(w.ctx->arena, body, extra), false, 0, rec));
    TRY(danger_derive(&w, rec));
    TRY(danger_similar(&w, rec, found, &n));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) TRY(write_similar(&w, &found[i], out));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* ---- Which clauses fit ---- */

Rc danger_match(Req *req, Res *res)
{
    Work w;
    Match found[MATCH_MOST];
    size_t n;
    Str text = req_query(req, "text"), industry = req_query(req, "industry");
    if (str_utf8_len(text) > 2000)
        return FAIL_FIELD(&req->ctx, "text", "length", 0, "不能超过 2000 个字符",
                          "must not be longer than 2000 characters");
    TRY(work_begin(req, false, &w));
    TRY(criterion_match(&w, industry, text, found, &n));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        static const char *const shown[] = {"code", "industry", "number", "text", "source"};
        jout_open(out);
        jout_kid(out, "id", found[i].criterion->id);
        for (size_t k = 0; k < ARRAY_LEN(shown); k++)
            jout_ks(out, shown[k], rec_text(CE, found[i].criterion, shown[k]));
        jout_kz(out, "industry_label",
                dict_label(w.kernel, "industry", rec_text(CE, found[i].criterion, "industry"), w.ctx->lang));
        jout_ki(out, "score", found[i].score);
        jout_ks(out, "words", found[i].words);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* ---- Who found it ---- */

Rc danger_finders(Req *req, Res *res)
{
    Work w;
    Record *rec;
    DbCursor *c;
    Rc rc;
    TRY(work_begin(req, false, &w));
    TRY(of_path(req, &w, &rec));
    TRY(db_query(w.ctx, w.db, &q_danger_finder_list, DB_ARGS(db_val_i64(rec->id)), &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    while ((rc = db_next(w.ctx, c)) > 0) {
        Str source = db_str(c, 3);
        jout_open(out);
        jout_ks(out, "name", db_str(c, 2));
        jout_ks(out, "body_title", db_str(c, 1));
        jout_ks(out, "source", source);
        jout_kz(out, "source_label", dict_label(w.kernel, "danger_source", source, w.ctx->lang));
        jout_ks(out, "words", db_str(c, 4));
        jout_kt(out, "found_at", db_i64(c, 5));
        jout_close(out);
    }
    db_close(&c);
    jout_close_array(out);
    jout_close(out);
    return rc;
}

const Route danger_routes[DANGER_ROUTES] = {
    {HTTP_POST, "/api/dangers", "danger.report", create, .title = T("上报隐患", "Report a danger")},
    {HTTP_POST, "/api/dangers/similar", "danger.report", danger_similar_route,
     .title = T("可能重复的隐患", "Dangers that may be the same")},
    {HTTP_GET, "/api/danger-criteria/match", "danger.read", danger_match,
     .title = T("匹配判定条款", "Clauses that fit a description")},
    {HTTP_GET, "/api/dangers/figures", "danger.read", danger_figures,
     .title = T("隐患治理统计", "Figures of dangers")},
    {HTTP_GET, "/api/dangers/lists", "danger.read", danger_lists,
     .title = T("双清单与一单四制", "List of problems, of measures, and of major dangers")},
    {HTTP_GET, "/api/dangers/from", "danger.read", made_of,
     .title = T("由报警、预警或处置单形成的隐患", "Dangers made of an alarm, a warning or an order")},
    {HTTP_GET, "/api/dangers/map", "danger.read", danger_map,
     .title = T("隐患图层", "Open dangers on the map")},
    {HTTP_GET, "/api/dangers/{id}/finders", "danger.read", danger_finders,
     .title = T("隐患发现人", "Who found a danger")},
};
