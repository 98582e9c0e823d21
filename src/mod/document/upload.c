/* POST /api/documents: a file in, a paper with its items out. It is read before the transaction begins, so
 * that a long paper holds up nobody who writes. The file is kept as it came, as evidence under its hash; a
 * text in another encoding than UTF-8 is kept as the reader decoded it, because evidence is shown. */
#include "document_private.h"
#include "kernel/number.h"
#include "mod_document_queries_sql.h"

Rc document_of_path(Req *req, Work *w, Record **out)
{
    Rc rc = scope_find(w, DE, req_param(req, "id"), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                text_in(DE->title, w->ctx->lang));
}

/* The body that keeps it, one above it, or who answers for its district. */
Rc document_need_keeper(Work *w, const Record *doc)
{
    const Scope *s = scope_of(w->who);
    RowScope row;
    if (scope_is_whole(s)) return RC_OK;
    TRY(scope_row(w, DE, doc, &row));
    row.nparties = 0;
    if (s->reach >= REACH_DISTRICT && scope_sees(s, &row)) return RC_OK;
    if (row.body_path && scope_is_above(s, row.body_path)) return RC_OK;
    return FAIL(w->ctx, RC_FORBIDDEN, "document.not_yours", "该文件由其他单位办理，只能查看",
                "another body works on this paper, it is yours to read only");
}

Rc document_need_keeper_of(Work *w, const Record *item)
{
    Record *doc;
    TRY(store_get(w, DE, rec_i64(IE, item, "document"), &doc));
    return document_need_keeper(w, doc);
}

static bool is_text(Str s)
{
    return !str_starts(s, STR("%PDF-")) && !str_starts(s, STR("PK\x03\x04"));
}

/* As the file was called: without folders and control characters. */
static Str plain_name(Arena *arena, Str name)
{
    StrBuf b;
    if (!str_utf8_ok(name)) return STR_NONE;
    buf_init(&b, arena);
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c == '/' || c == '\\') buf_init(&b, arena);
        else if (c >= 32 && c != 127) buf_addc(&b, (char)c);
    }
    return str_trim(buf_str(&b));
}

/* The name without its ending, for a paper that has no title. */
static Str bare_name(Str name)
{
    for (size_t i = name.n; i-- > 1;)
        if (name.p[i] == '.') return str_n(name.p, i);
    return name;
}

static void set_cut(Work *w, Record *rec, const char *field, Str s, size_t most)
{
    if (s.n) rec_set(DE, rec, field, db_val_text(document_cut(w->ctx->arena, s, most)));
}

static void fill_front(Work *w, const PolicyPaper *paper, Str name, Record *rec)
{
    Str title = paper->title.n ? paper->title : bare_name(name);
    set_cut(w, rec, "title", title.n ? title : STR("未命名文件"), 190);
    set_cut(w, rec, "number", paper->number, 55);
    set_cut(w, rec, "issuer", paper->issuer, 290);
    if (paper->date.n == 10) rec_set(DE, rec, "issued_on", db_val_text(paper->date));
    set_cut(w, rec, "file_name", name.n ? name : STR("文件"), 190);
    rec_set(DE, rec, "kind", db_val_z(paper->kind));
    rec_set(DE, rec, "year", db_val_i64(propose_year(w, paper->title, paper->date)));
}

/* The body and district of whoever uploads; the version before gives both to the next. */
static Rc fill_place(Work *w, int64_t replaces, Record *rec)
{
    Record *before, *body;
    if (w->who) {
        const Scope *s = scope_of(w->who);
        rec_set(DE, rec, "body", db_val_id(s->body));
        rec_set(DE, rec, "district", db_val_id(s->district));
        rec_set(DE, rec, "uploaded_by",
                db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name));
        if (s->body && !s->district) {
            TRY(store_get(w, &body_entity, s->body, &body));
            rec_set(DE, rec, "district", *rec_val(&body_entity, body, "district"));
        }
    }
    if (!replaces) return RC_OK;
    TRY(store_get(w, DE, replaces, &before));
    rec_set(DE, rec, "previous", db_val_i64(replaces));
    rec_set(DE, rec, "version_no", db_val_i64(rec_i64(DE, before, "version_no") + 1));
    rec_set(DE, rec, "body", *rec_val(DE, before, "body"));
    rec_set(DE, rec, "district", *rec_val(DE, before, "district"));
    return RC_OK;
}

/* Text that can be kept as it came. Pages of the web are not: what is kept is shown again, and they carry
 * scripts; their text is kept instead. */
static bool is_plain(Str s)
{
    if (!str_utf8_ok(s)) return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' && !strchr("\t\n\r\f", s.p[i])) return false;
    if (str_starts(s, STR("\xEF\xBB\xBF"))) s = str_n(s.p + 3, s.n - 3);
    s = str_trim(s);
    return s.n && s.p[0] != '<';
}

static Rc keep_file(Work *w, Record *rec, Str name, Str content, Str text)
{
    const char *hash;
    Record *old = rec_copy(w->ctx, DE, rec);
    bool as_decoded = is_text(content) && !is_plain(content);
    TRY(evidence_keep(w, DE, rec, name.n ? name : STR("paper.txt"), as_decoded ? text : content, &hash));
    rec_set(DE, rec, "file_hash", db_val_z(hash));
    return store_update(w, DE, old, rec, "keep");
}

static Rc keep(Work *w, Str name, Str content, const PolicyPaper *paper, int64_t replaces, Record **out)
{
    Str code, text = policy_text(w->ctx, paper);
    Record *rec = *out = rec_new(w->ctx, DE);
    TRY(number_of_day(w, 'D', &code));
    rec_set(DE, rec, "code", db_val_text(code));
    rec_set(DE, rec, "version_no", db_val_i64(1));
    fill_front(w, paper, name, rec);
    TRY(fill_place(w, replaces, rec));
    TRY(store_insert(w, DE, rec));
    TRY(keep_file(w, rec, name, content, text));
    Rc rc = db_exec(w->ctx, w->db, &q_document_text_add, DB_ARGS(db_val_i64(rec->id), db_val_text(text)));
    TRY(rc);
    TRY(document_keep_items(w, rec, paper));
    TRY(document_recount(w, rec->id));
    return store_get(w, DE, rec->id, out);
}

Rc document_make(Work *w, Str name, Str content, int64_t replaces, Record **out)
{
    PolicyPaper *paper;
    TRY(policy_read(w->ctx, content, &paper));
    return keep(w, name, content, paper, replaces, out);
}

static Rc read_replaces(Req *req, Work *w, int64_t *out)
{
    Record *rec;
    Str code = req_query(req, "replaces");
    *out = 0;
    if (!code.n) return RC_OK;
    Rc rc = scope_find(w, DE, code, &rec);
    TRY(rc);
    if (rc) {
        *out = rec->id;
        return document_need_keeper(w, rec);
    }
    return FAIL_FIELD(w->ctx, "replaces", "reference", 0, "没有这份文件", "no such paper");
}

Rc document_upload(Req *req, Res *res)
{
    Work w;
    PolicyPaper *paper;
    Record *rec;
    int64_t replaces;
    Str name = STR_NONE, content;
    TRY(req_file(req, &name, &content));
    if (req_query(req, "name").n) name = req_query(req, "name");
    if (!content.n) return FAIL_FIELD(&req->ctx, "file", "required", 0, "请选择文件", "choose a file");
    name = plain_name(req->ctx.arena, name);
    TRY(policy_read(&req->ctx, content, &paper));
    TRY(work_begin(req, true, &w));
    TRY(read_replaces(req, &w, &replaces));
    TRY(keep(&w, name, content, paper, replaces, &rec));
    TRY(scope_need(&w, DE, rec));
    TRY(work_commit(&w));
    res_status(res, 201);
    res_header(res, "Location", arena_printf(req->ctx.arena, "/api/documents/%lld", (long long)rec->id));
    return store_write_json(&w, DE, rec, res_json(req, res));
}
