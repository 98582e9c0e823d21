/* Duties of office-holders in a paper ("第X条 市长的……职责主要包括：") become a draft list.
 *   GET  /api/documents/{id}/duty-holders                         whose duties stand in it, and how many
 *   POST /api/documents/{id}/duty-lists {holder, body?, post?, post_kind?}   the draft
 * Each item quotes its clause with the paper and the line where it stands. A person edits and publishes. */
#include "duty_private.h"
#include "mod_duty_queries_sql.h"

enum { HOLDERS_MOST = 100 };

typedef struct Holder {
    Str name;
    int64_t n;
} Holder;

static Rc read_holders(Work *w, int64_t document, Holder *out, size_t *n)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    TRY(db_query(w->ctx, w->db, &q_duty_paper_items, DB_ARGS(db_val_i64(document)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        Str name = db_str(c, 1);
        size_t i = 0;
        while (i < *n && !str_eq(out[i].name, name)) i++;
        if (i == HOLDERS_MOST) continue;
        if (i == *n) out[(*n)++] = (Holder){.name = db_str_copy(w->ctx, c, 1)};
        out[i].n++;
    }
    db_close(&c);
    return rc;
}

Rc duty_holders(Req *req, Res *res)
{
    Work w;
    Record *doc;
    Holder held[HOLDERS_MOST];
    size_t n;
    TRY(work_begin(req, false, &w));
    TRY(duty_of_path(req, &w, &document_entity, &doc));
    TRY(read_holders(&w, doc->id, held, &n));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        jout_open(out);
        jout_ks(out, "holder", held[i].name);
        jout_ki(out, "n", held[i].n);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* The line (from 1) in which code point `at` of the text stands. */
static int64_t line_of(Str text, int64_t at)
{
    int64_t line = 1;
    for (size_t i = 0; i < text.n && at > 0; i++) {
        if (((unsigned char)text.p[i] & 0xc0) != 0x80) at--;
        if (text.p[i] == '\n') line++;
    }
    return line;
}

static Rc paper_text(Work *w, int64_t document, Str *out)
{
    DbCursor *c;
    *out = STR_NONE;
    Rc rc = db_query_one(w->ctx, w->db, &q_duty_paper_text, DB_ARGS(db_val_i64(document)), &c);
    if (rc <= 0) return rc;
    *out = db_str_copy(w->ctx, c, 0);
    db_close(&c);
    return RC_OK;
}

static Rc add_item(Work *w, const Record *list, const Record *doc, const Record *from, Str text)
{
    const Entity *de = &document_entity, *e = &item_entity;
    Record *rec = rec_new(w->ctx, IE);
    int64_t line = line_of(text, rec_i64(e, from, "source_from"));
    DutyPer per = duty_per_of(rec_text(e, from, "per"));
    Str said = rec_text(e, from, "text");
    said = duty_cut(said, 1000);
    rec_set(IE, rec, "list", db_val_i64(list->id));
    rec_set(IE, rec, "text", db_val_text(said));
    if (per != DUTY_NEVER) rec_set(IE, rec, "per", *rec_val(e, from, "per"));
    int64_t every = rec_i64(e, from, "every"), times = rec_i64(e, from, "times");
    rec_set(IE, rec, "every", db_val_i64(every >= 1 && every <= 24 ? every : 1));
    rec_set(IE, rec, "times", db_val_i64(times >= 1 && times <= 100 ? times : 1));
    rec_set(IE, rec, "days_off", db_val_bool(false));
    rec_set(
        IE, rec, "basis",
        db_val_text(duty_cut(str_printf(w->ctx->arena, "《%.*s》%.*s", STR_ARG(rec_text(de, doc, "title")),
                                        STR_ARG(rec_text(e, from, "path"))),
                             600)));
    rec_set(IE, rec, "document", db_val_i64(doc->id));
    rec_set(IE, rec, "source_line", db_val_i64(line));
    return store_insert(w, IE, rec);
}

static Rc add_items(Work *w, const Record *list, const Record *doc, Str holder, size_t *made)
{
    DbCursor *c;
    Rc rc;
    Str text;
    int64_t ids[DUTY_ITEMS_MOST];
    size_t n = 0;
    *made = 0;
    TRY(paper_text(w, doc->id, &text));
    TRY(db_query(w->ctx, w->db, &q_duty_paper_items, DB_ARGS(db_val_i64(doc->id)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < DUTY_ITEMS_MOST)
        if (str_eq(db_str(c, 1), holder)) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < n; i++) {
        Record *item;
        TRY(store_get(w, &item_entity, ids[i], &item));
        TRY(add_item(w, list, doc, item, text));
    }
    *made = n;
    return RC_OK;
}

/* What kind of post an article speaks of; the first word that it has. A person may change it. */
static const struct {
    Str word;
    const char *kind;
} post_words[] = {{STR("部门"), "department"}, {STR("其他领导"), "member"}, {STR("班子"), "member"},
                  {STR("领导干部"), "member"}, {STR("乡镇"), "town"},       {STR("街道"), "town"},
                  {STR("党委"), "party"},      {STR("政府"), "party"},      {STR("安全总监"), "safety"}};

static const char *post_kind_of(Str holder)
{
    for (size_t i = 0; i < ARRAY_LEN(post_words); i++)
        if (str_find(holder, post_words[i].word) >= 0) return post_words[i].kind;
    return "principal";
}

enum { HOLDER, BODY, POST };
static const Field asked[] = {
    {"holder", F_TEXT, F_REQUIRED, NULL, 1, 120, T("责任人", "Office-holder"), T("", ""), NULL, NULL, NULL},
    {"body", F_TEXT, 0, NULL, 0, 64, T("单位", "Body"), T("", ""), NULL, NULL, NULL},
    {"post", F_TEXT, 0, NULL, 0, 80, T("岗位", "Post"), T("", ""), NULL, NULL, NULL},
};

Rc duty_adopt(Req *req, Res *res)
{
    Work w;
    Record *doc, *body, *list;
    size_t made;
    DbVal v[ARRAY_LEN(asked)];
    TRY(req_fields(req, asked, ARRAY_LEN(asked), v));
    TRY(work_begin(req, true, &w));
    TRY(duty_of_path(req, &w, &document_entity, &doc));
    list = rec_new(w.ctx, LE);
    if (v[BODY].type != DB_NULL && v[BODY].s.n) {
        Rc rc = scope_find(&w, BE, v[BODY].s, &body);
        TRY(rc);
        if (!rc) return FAIL_FIELD(w.ctx, "body", "reference", 0, "没有这个单位", "no such body");
        rec_set(LE, list, "body", db_val_i64(body->id));
    }
    bool named = v[POST].type != DB_NULL && v[POST].s.n;
    rec_set(LE, list, "post", db_val_text(named ? v[POST].s : duty_cut(v[HOLDER].s, 80)));
    rec_set(LE, list, "post_kind", db_val_z(post_kind_of(v[HOLDER].s)));
    rec_set(LE, list, "document", db_val_i64(doc->id));
    rec_set(LE, list, "basis", *rec_val(&document_entity, doc, "title"));
    TRY(store_insert(&w, LE, list));
    TRY(scope_need(&w, LE, list));
    TRY(add_items(&w, list, doc, v[HOLDER].s, &made));
    if (!made)
        return FAIL_FIELD(w.ctx, "holder", "reference", 0, "文件中没有该责任人的职责",
                          "the paper names no duties of this holder");
    TRY(work_commit(&w));
    res_status(res, 201);
    TRY(store_get(&w, LE, list->id, &list));
    return store_write_json(&w, LE, list, res_json(req, res));
}
