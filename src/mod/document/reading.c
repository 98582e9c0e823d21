/* What the checking page asks: the decoded text with its items in one answer; which names of a paper no body
 * was found for; and what a name means, said once for the paper and remembered. */
#include "document_private.h"
#include "mod_document_queries_sql.h"

static Rc write_text(Work *w, const Record *doc, JsonOut *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_document_text, DB_ARGS(db_val_i64(doc->id)), &c);
    TRY(rc);
    jout_key(out, "text");
    if (!rc) {
        jout_z(out, "");
        return RC_OK;
    }
    jout_str(out, db_str(c, Q_DOCUMENT_TEXT_BODY));
    db_close(&c);
    return RC_OK;
}

/* Whether this person may work on it, asked as the acts ask it, so that the page offers what will be done and
 * nothing else; whose paper it is not reads on. */
static Rc write_keeper(Work *w, const Record *doc, JsonOut *out)
{
    bool may = perm_has(w->who, "document.write");
    if (may && document_need_keeper(w, doc)) {
        if (w->ctx->err.kind != RC_FORBIDDEN) return w->ctx->err.kind;
        ctx_clear(w->ctx);
        may = false;
    }
    jout_kb(out, "may", may);
    return RC_OK;
}

Rc document_reading(Req *req, Res *res)
{
    Work w;
    Record *doc, *rec;
    int64_t *ids;
    size_t n;
    TRY(work_begin(req, false, &w));
    TRY(document_of_path(req, &w, &doc));
    TRY(document_item_ids(&w, doc->id, &ids, &n));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "document");
    TRY(store_write_json(&w, DE, doc, out));
    TRY(write_text(&w, doc, out));
    TRY(write_keeper(&w, doc, out));
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        TRY(store_get(&w, IE, ids[i], &rec));
        TRY(store_write_json(&w, IE, rec, out));
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* ---- Names without a body ---- */

typedef struct Unknown {
    Str name, reason;
    int64_t n, first; /* items; the first of them */
} Unknown;

static bool is_open_reason(Str reason)
{
    return str_is(reason, "unknown") || str_is(reason, "unspecific") || str_is(reason, "ambiguous");
}

static void note_unknown(Unknown *list, size_t *n, size_t most, const Json *u, int64_t item)
{
    Str name = json_str(json_get(u, "name")), reason = json_str(json_get(u, "reason"));
    if (!is_open_reason(reason)) return;
    for (size_t i = 0; i < *n; i++)
        if (str_eq(list[i].name, name)) {
            list[i].n++;
            return;
        }
    if (*n < most) list[(*n)++] = (Unknown){name, reason, 1, item};
}

Rc document_units(Req *req, Res *res)
{
    enum { MOST = 1000 };
    Work w;
    Record *doc, *rec;
    const Json *units;
    int64_t *ids;
    size_t n, found = 0;
    TRY(work_begin(req, false, &w));
    TRY(document_of_path(req, &w, &doc));
    TRY(document_item_ids(&w, doc->id, &ids, &n));
    Unknown *list = ARENA_ARRAY(w.ctx->arena, Unknown, MOST);
    for (size_t i = 0; i < n; i++) {
        TRY(store_get(&w, IE, ids[i], &rec));
        if (!rec_text(IE, rec, "units").n) continue;
        TRY(json_parse(w.ctx, rec_text(IE, rec, "units"), &units));
        JSON_EACH(u, units) note_unknown(list, &found, MOST, u, rec->id);
    }
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < found; i++) {
        jout_open(out);
        jout_ks(out, "name", list[i].name);
        jout_ks(out, "reason", list[i].reason);
        jout_ki(out, "n", list[i].n);
        jout_kid(out, "first", list[i].first);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* ---- What a name means ---- */

static bool names_it(Work *w, const Record *rec, Str name)
{
    const Json *units;
    if (!rec_text(IE, rec, "units").n || json_parse(w->ctx, rec_text(IE, rec, "units"), &units) < 0)
        return false;
    JSON_EACH(u, units) if (str_eq(json_str(json_get(u, "name")), name)) return true;
    return false;
}

/* The items that wait and name it are proposed anew; what somebody corrected by hand stays as it is. */
static Rc propose_anew(Work *w, const Record *doc, Str name, int64_t *changed)
{
    UnitBook book;
    int64_t *ids;
    size_t n;
    TRY(unit_book(w, rec_i64(DE, doc, "district"), &book));
    TRY(document_item_ids(w, doc->id, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        Record *rec;
        TRY(store_get(w, IE, ids[i], &rec));
        if (!str_is(rec_text(IE, rec, "state"), "proposed") || rec_i64(IE, rec, "edited")) continue;
        if (!names_it(w, rec, name)) continue;
        Record *old = rec_copy(w->ctx, IE, rec);
        TRY(propose_units(w, &book, rec));
        TRY(store_update(w, IE, old, rec, "match"));
        ++*changed;
    }
    return document_recount(w, doc->id);
}

static const Field teach_fields[] = {
    {"name", F_TEXT, F_REQUIRED, NULL, 1, 120, T("文件中的名称", "Name in the paper"), T("", ""), NULL, NULL,
     NULL},
    {"body", F_TEXT, F_REQUIRED, NULL, 1, 4000, T("对应单位", "Body"),
     T("多个单位以空格分隔", "several, separated by spaces"), NULL, NULL, NULL},
};

Rc document_teach(Req *req, Res *res)
{
    Work w;
    Record *doc;
    DbVal v[ARRAY_LEN(teach_fields)];
    int64_t changed = 0;
    TRY(req_fields(req, teach_fields, ARRAY_LEN(teach_fields), v));
    TRY(work_begin(req, true, &w));
    TRY(document_of_path(req, &w, &doc));
    TRY(document_need_keeper(&w, doc));
    TRY(unit_teach(&w, v[0].s, v[1].s));
    TRY(propose_anew(&w, doc, v[0].s, &changed));
    TRY(work_commit(&w));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "changed", changed);
    jout_close(out);
    return RC_OK;
}

const Route document_routes[DOCUMENT_ROUTES] = {
    {HTTP_POST, "/api/documents", "document.write", document_upload, .body_limit = 33u << 20,
     .title = T("上传政策文件并读取", "Upload a policy paper and read it")},
    {HTTP_GET, "/api/documents/{id}/reading", "document.read", document_reading,
     .title = T("文件原文与条目", "Text and items of a paper")},
    {HTTP_POST, "/api/documents/{id}/confirm", "document.write", document_confirm_route,
     .title = T("确认条目为任务", "Confirm items as tasks")},
    {HTTP_GET, "/api/documents/{id}/unknown-units", "document.read", document_units,
     .title = T("未识别的单位", "Names without a body")},
    {HTTP_POST, "/api/documents/{id}/units", "document.write", document_teach,
     .title = T("指定名称对应的单位", "Say which body a name means")},
    {HTTP_GET, "/api/documents/{id}/compare", "document.read", document_compare,
     .title = T("与另一份文件比较", "Compare with another paper")},
    {HTTP_GET, "/api/documents/{id}/indicators", "document.read", document_indicators,
     .title = T("文件指标表中可录入的指标", "Indicators in the tables of a paper")},
    {HTTP_POST, "/api/documents/{id}/indicators", "indicator.write", document_make_indicators,
     .title = T("确认指标表的行为规划指标", "Confirm rows of a table as indicators")},
};
