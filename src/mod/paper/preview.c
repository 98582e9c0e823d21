/* A template that is being written, shown with a real record: the one named, or the newest the officer sees.
 */
#include "paper_private.h"
#include "base/clock.h"

Rc paper_kinds_route(Req *req, Res *res)
{
    Kernel *k = req_kernel(req);
    const Entity *e;
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; (e = kernel_paper_entity(k, i)) != NULL; i++) {
        for (size_t n = 0; n < e->npapers; n++) {
            jout_open(o);
            jout_kz(o, "entity", e->plural);
            jout_kz(o, "entity_title", text_in(e->title, req->ctx.lang));
            jout_kz(o, "kind", e->papers[n].kind);
            jout_kz(o, "title", text_in(e->papers[n].title, req->ctx.lang));
            jout_close(o);
        }
    }
    jout_close_array(o);
    jout_close(o);
    return 0;
}

static const char *table_of(Arena *a, const Entity *e)
{
    char *out = arena_strdup(a, e->plural);
    for (char *p = out; *p; p++)
        if (*p == '-') *p = '_';
    return out;
}

static Rc newest(Work *w, const Entity *e, Record **out)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id FROM ");
    sql_ident(&b, table_of(w->ctx->arena, e));
    sql_lit(&b, " t WHERE t.archived_at IS NULL");
    TRY(scope_where(&b, w, e, "t"));
    sql_lit(&b, " ORDER BY t.id DESC LIMIT 1");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    TRY(rc);
    int64_t id = rc ? db_i64(c, 0) : 0;
    db_close(&c);
    if (id) return store_get(w, e, id, out);
    return FAIL(w->ctx, RC_STATE, "paper.no_sample", "还没有可作样例的%s",
                "there is no record yet to show it with: %s", text_in(e->title, w->ctx->lang));
}

static Rc sample(Work *w, const Entity *e, Str key, Record **out)
{
    if (!key.n) return newest(w, e, out);
    Rc rc = scope_find(w, e, key, out);
    if (rc) return rc < 0 ? rc : 0;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                text_in(e->title, w->ctx->lang));
}

static Rc read_kind(Work *w, const Json *j, PaperOf *of)
{
    of->e = kernel_entity(w->kernel, str_z(w->ctx->arena, json_str(json_get(j, "entity"))));
    of->kind = paper_kind_of(of->e, json_str(json_get(j, "kind")));
    if (!of->kind)
        return FAIL_FIELD(w->ctx, "kind", "unknown", 0, "没有这种文书", "there is no such kind of paper");
    return perm_need(w->ctx, w->who, of->e->read_perm);
}

Rc paper_preview(Req *req, Res *res)
{
    Work w;
    const Json *j;
    Record *rec;
    Paper p;
    StrBuf unknown;
    PaperOf of;
    TRY(req_json(req, &j));
    TRY(work_begin(req, false, &w));
    TRY(read_kind(&w, j, &of));
    TRY(sample(&w, of.e, json_str(json_get(j, "record")), &rec));
    of.rec = rec;
    Draft d = {.of = &of, .lang = language_of(json_str(json_get(j, "language")))};
    NumberRule rule;
    TRY(draft_bodies(&w, &d));
    if (d.issuer) {
        TRY(number_rule(&w, &of, d.issuer, false, &rule));
        d.number = number_text(w.ctx->arena, &rule, civil_of(w.now).year, 0);
    }
    buf_init(&unknown, w.ctx->arena);
    TRY(draft_make(&w, &d, json_str(json_get(j, "body")), &p, &unknown));
    if (unknown.n && unknown.n < 500)
        res_header(res, "X-Paper-Unknown", str_z(w.ctx->arena, buf_str(&unknown)));
    return paper_send(&w, req, res, &p);
}
