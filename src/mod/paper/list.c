/* The papers of one record: what may be made of it and what was issued. Who sees the record sees them,
 * whether or not he would find them in the register of all papers. */
#include "paper_private.h"
#include "base/num.h"
#include "kernel/flow.h"
#include "mod_paper_queries_sql.h"

static bool state_fits(const Entity *e, const Record *rec, const PaperKind *kind)
{
    Str list = str_of(kind->states);
    if (!kind->states) return true;
    while (list.n)
        if (str_eq(str_cut(&list, ' '), rec_text(e, rec, e->flow->state))) return true;
    return false;
}

static Rc write_languages(Work *w, const Entity *e, const PaperKind *kind, JsonOut *o)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_paper_template_languages,
                 DB_ARGS(db_val_z(e->plural), db_val_z(kind->kind), db_val_i64(w->now)), &c));
    jout_key(o, "languages");
    jout_open_array(o);
    while ((rc = db_next(w->ctx, c)) > 0) jout_str(o, db_str(c, 0));
    jout_close_array(o);
    db_close(&c);
    return rc;
}

static Rc write_kind(Work *w, const Entity *e, const Record *rec, const PaperKind *kind, JsonOut *o)
{
    jout_open(o);
    jout_kz(o, "kind", kind->kind);
    jout_kz(o, "title", text_in(kind->title, w->ctx->lang));
    jout_kb(o, "may", perm_has(w->who, kind->perm));
    jout_kb(o, "can",
            perm_has(w->who, kind->perm) && state_fits(e, rec, kind) && rec->archived_at == INT64_MIN);
    TRY(write_languages(w, e, kind, o));
    jout_close(o);
    return 0;
}

static Rc write_paper(Work *w, const Entity *e, int64_t id, JsonOut *o)
{
    Record *paper;
    TRY(store_get(w, PE, id, &paper));
    const PaperKind *kind = paper_kind_of(e, rec_text(PE, paper, "kind"));
    static const char *const texts[] = {"number",    "title", "kind",     "state",
                                        "issued_by", "sm3",   "language", "revoked_reason"};
    jout_open(o);
    jout_kid(o, "id", id);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) jout_ks(o, texts[i], rec_text(PE, paper, texts[i]));
    jout_kz(o, "kind_title", kind ? text_in(kind->title, w->ctx->lang) : "");
    jout_kt(o, "issued_at", rec_time(PE, paper, "issued_at"));
    jout_ks(o, "check", check_print(w->ctx->arena, rec_text(PE, paper, "code")));
    jout_kz(o, "verify", arena_printf(w->ctx->arena, "/verify/%.*s", STR_ARG(rec_text(PE, paper, "code"))));
    jout_kz(o, "file",
            arena_printf(w->ctx->arena, "/api/%s/%.*s/papers/issued/%lld", e->plural,
                         STR_ARG(rec_text(PE, paper, "record_id")), (long long)id));
    jout_kb(o, "can_revoke", perm_has(w->who, "paper.revoke") && paper_revocable(PE, paper));
    jout_close(o);
    return 0;
}

static Rc ids_of(Work *w, const Entity *e, int64_t record_id, int64_t *ids, size_t *n)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_papers_of,
                 DB_ARGS(db_val_z(e->plural),
                         db_val_text(str_printf(w->ctx->arena, "%lld", (long long)record_id)),
                         db_val_i64(PAPERS_MOST)),
                 &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0;) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    return rc;
}

Rc paper_list(Work *w, const Entity *e, const Record *rec, JsonOut *o)
{
    int64_t ids[PAPERS_MOST];
    size_t n;
    TRY(ids_of(w, e, rec->id, ids, &n));
    jout_open(o);
    jout_key(o, "kinds");
    jout_open_array(o);
    for (size_t i = 0; i < e->npapers; i++)
        if (paper_kind_fits(e, rec, &e->papers[i])) TRY(write_kind(w, e, rec, &e->papers[i], o));
    jout_close_array(o);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) TRY(write_paper(w, e, ids[i], o));
    jout_close_array(o);
    jout_close(o);
    return 0;
}

Rc paper_issued(Work *w, Req *req, Res *res, const Entity *e, const Record *rec)
{
    Record *paper;
    Str content;
    Rc rc = store_find(w, PE, req_param(req, "paper"), &paper);
    TRY(rc);
    Str id = str_printf(w->ctx->arena, "%lld", (long long)rec->id);
    if (!rc || !str_is(rec_text(PE, paper, "entity"), e->plural) ||
        !str_eq(rec_text(PE, paper, "record_id"), id))
        return FAIL(w->ctx, RC_NOT_FOUND, "paper.absent", "没有这份文书", "there is no such paper");
    TRY(evidence_load(w, PE, paper->id, rec_text(PE, paper, "file"), &content));
    const char *name = arena_printf(w->ctx->arena, "%.*s.pdf", STR_ARG(rec_text(PE, paper, "number")));
    (str_is(req_query(req, "download"), "true") ? res_attachment : res_inline)(req, res, name);
    res_header(res, "Cache-Control", "private, no-store");
    res_body(res, "application/pdf", content);
    return 0;
}
