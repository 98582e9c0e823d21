/* What a template is filled with: the members that the slice gives, the record's own fields in words, and
 * what the paper itself knows (number, issuer, day). Looked up in this order, so that a slice may say a field
 * in better words. */
#include "paper_private.h"
#include "mod_paper_queries_sql.h"

Str draft_setting(Work *w, const char *dict, const char *code, const char *member)
{
    DbCursor *c;
    const Json *j;
    Rc rc = db_query_one(w->ctx, w->db, &q_paper_setting, DB_ARGS(db_val_z(dict), db_val_z(code)), &c);
    Str extra = rc > 0 ? db_str_copy(w->ctx, c, Q_PAPER_SETTING_EXTRA) : STR_NONE;
    if (!extra.n || json_parse(w->ctx, extra, &j) < 0) {
        ctx_clear(w->ctx);
        return STR_NONE;
    }
    return str_trim(json_str(json_get(j, member)));
}

Rc draft_fonts(Work *w, PaperFonts *out)
{
    *out = paper_fonts_default;
    const struct {
        const char *code, **to;
    } list[] = {{"title", &out->title},
                {"body", &out->body},
                {"black", &out->black},
                {"kai", &out->kai},
                {"page", &out->page}};
    for (size_t i = 0; i < ARRAY_LEN(list); i++) {
        Str family = draft_setting(w, "paper_font", list[i].code, "family");
        if (family.n && family.n < 100)
            *list[i].to = str_z(w->ctx->arena, paper_clean(w->ctx->arena, family));
    }
    return 0;
}

/* ---- Bodies ---- */

static Rc body_title(Work *w, int64_t id, Str *out)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Record *body;
    *out = STR_NONE;
    if (!id) return 0;
    TRY(store_get(w, bodies, id, &body));
    *out = rec_text(bodies, body, bodies->title_field);
    return 0;
}

static int64_t body_of(const PaperOf *of, const char *field)
{
    if (!field) return 0;
    const DbVal *v = rec_val(of->e, of->rec, field);
    return v->type == DB_NULL ? 0 : v->i;
}

Rc draft_bodies(Work *w, Draft *d)
{
    d->issuer = body_of(d->of, d->of->kind->issuer);
    if (!d->issuer) d->issuer = scope_of(w->who)->body;
    d->addressee = body_of(d->of, d->of->kind->to);
    d->by = !w->who                                   ? STR("")
            : w->who->full_name && *w->who->full_name ? str_of(w->who->full_name)
                                                      : str_of(w->who->name);
    TRY(body_title(w, d->issuer, &d->issuer_title));
    return body_title(w, d->addressee, &d->addressee_title);
}

/* ---- The scopes of the template ---- */

static Rc parse(Work *w, StrBuf *b, JsonOut *o, const Json **out)
{
    jout_close(o);
    Rc rc = json_parse(w->ctx, buf_str(b), out);
    if (rc != RC_TOO_LARGE) return rc;
    ctx_clear(w->ctx);
    return FAIL(w->ctx, RC_TOO_LARGE, "paper.too_large", "记录内容过多，一份文书放不下",
                "the record holds more than a paper can");
}

static void begin(Work *w, StrBuf *b, JsonOut *o)
{
    buf_init(b, w->ctx->arena);
    jout_init(o, b);
    jout_open(o);
}

static Rc own_members(Work *w, const Draft *d, const Json **out)
{
    StrBuf b;
    JsonOut o;
    Arena *a = w->ctx->arena;
    begin(w, &b, &o);
    jout_ks(&o, "paper_number", d->number);
    jout_kz(&o, "paper_title", text_in(d->of->kind->title, d->lang));
    jout_ks(&o, "paper_date", paper_time(a, w->now, true, d->lang));
    jout_ks(&o, "paper_time", paper_time(a, w->now, false, d->lang));
    jout_ks(&o, "paper_issuer", d->issuer_title);
    jout_ks(&o, "paper_to", d->addressee_title);
    jout_ks(&o, "paper_by", d->by);
    jout_ks(&o, "paper_check", d->check);
    return parse(w, &b, &o, out);
}

static Rc members(Work *w, const Draft *d, const Json *scopes[3])
{
    StrBuf b;
    JsonOut o;
    begin(w, &b, &o);
    if (d->of->kind->model) TRY(d->of->kind->model(w, d->of->e, d->of->rec, d->lang, &o));
    TRY(parse(w, &b, &o, &scopes[0]));
    begin(w, &b, &o);
    TRY(paper_fields(w, d->of->e, d->of->rec, d->lang, &o));
    TRY(parse(w, &b, &o, &scopes[1]));
    return own_members(w, d, &scopes[2]);
}

typedef struct Pictures {
    Work *w;
    const PaperOf *of;
} Pictures;

/* Only what is evidence of the very record: a template cannot reach for another's files. */
static Rc picture(void *ud, Str name, Str *bytes)
{
    const Pictures *p = ud;
    return evidence_load(p->w, p->of->e, p->of->rec->id, name, bytes);
}

/* ---- The document ---- */

static Str record_title(const PaperOf *of)
{
    return of->e->title_field ? rec_text(of->e, of->rec, of->e->title_field) : STR("");
}

/* What the template left open. */
static void complete(Work *w, const Draft *d, Paper *p)
{
    Arena *a = w->ctx->arena;
    if (!p->title.n)
        p->title = str_printf(a, "%.*s%s%s", STR_ARG(record_title(d->of)), d->lang == LANG_EN ? ": " : "",
                              text_in(d->of->kind->title, d->lang));
    if (!p->number.n) p->number = d->number;
    if (!p->to.n) p->to = d->addressee_title;
    if (!p->sender.n) p->sender = d->issuer_title;
    if (!p->date.n) p->date = paper_time(a, w->now, true, d->lang);
    p->made_at = w->now;
    if (!d->check.n) {
        p->watermark = d->lang == LANG_EN ? STR("DRAFT") : STR("草稿");
        return;
    }
    int side = 0;
    p->code.modules = kernel_qr(a, str_z(a, d->address), &side);
    p->code.side = side;
    p->code.lines[0] = str_printf(a, "%s%.*s", d->lang == LANG_EN ? "Check code " : "校验码 ",
                                  STR_ARG(check_print(a, d->check)));
    p->code.lines[1] = d->lang == LANG_EN ? STR("Scan to verify number, issuer, date and file")
                                          : STR("扫码核验文号、发文单位、日期与文件");
}

Rc draft_make(Work *w, const Draft *d, Str body, Paper *p, StrBuf *unknown)
{
    PaperTemplate *t;
    const Json *scopes[3];
    TRY(paper_template_parse(w->ctx, "body", body, &t));
    TRY(members(w, d, scopes));
    Pictures pictures = {w, d->of};
    PaperModel m = {scopes, ARRAY_LEN(scopes), picture, &pictures};
    paper_init(p, d->lang);
    if (unknown) TRY(paper_template_unknown(w->ctx, t, &m, unknown));
    TRY(paper_template_fill(w->ctx, t, &m, p));
    complete(w, d, p);
    return 0;
}
