/* From a record to a draft, and from a draft to an issued paper. Issuing is one transaction: number, file,
 * hash, signature, the record of the paper, and the ledger's entry of the matter. What was issued lies as
 * evidence under its hash and is sent as it was, whatever becomes of record and template. */
#include "paper_private.h"
#include "base/crypto.h"
#include "base/clock.h"
#include "base/num.h"
#include "kernel/flow.h"

static Rc read_language(Ctx *ctx, Str code, Lang *out)
{
    *out = language_of(code);
    if (!code.n || str_is(code, "zh") || str_is(code, "en")) return 0;
    return FAIL_FIELD(ctx, "language", "unknown", 0, "文书语言应为 zh 或 en", "language must be zh or en");
}

static Rc send_page(Work *w, Req *req, Res *res, const Paper *p, const PaperFonts *fonts)
{
    Str png, asked = req_query(req, "page");
    int64_t page = 1;
    int pages;
    if (asked.n && (!num_parse_i64(asked, &page) || page < 1 || page > PAPER_PAGES_MAX))
        return FAIL_FIELD(w->ctx, "page", "range", 0, "页码应为 1 到 %d", "page must lie between 1 and %d",
                          PAPER_PAGES_MAX);
    TRY(paper_page(w->ctx, p, fonts, (int)page, &png, &pages));
    res_header(res, "X-Paper-Pages", arena_printf(w->ctx->arena, "%d", pages));
    res_header(res, "Cache-Control", "private, no-store");
    res_body(res, "image/png", png);
    return 0;
}

#define OFFICE "application/vnd.openxmlformats-officedocument."
static const struct {
    const char *name, *type;
} formats[] = {{"pdf", "application/pdf"},
               {"docx", OFFICE "wordprocessingml.document"},
               {"xlsx", OFFICE "spreadsheetml.sheet"},
               {"png", "image/png"}};
enum { AS_PDF, AS_DOCX, AS_XLSX, AS_PNG };

static Rc read_format(Work *w, Str asked, size_t *out)
{
    *out = AS_PDF;
    for (size_t i = 0; asked.n && i < ARRAY_LEN(formats); i++)
        if (str_is(asked, formats[i].name)) {
            *out = i;
            return RC_OK;
        }
    if (!asked.n) return RC_OK;
    return FAIL_FIELD(w->ctx, "format", "unknown", 0, "格式应为 pdf、docx、xlsx 或 png",
                      "format must be pdf, docx, xlsx or png");
}

Rc paper_send(Work *w, Req *req, Res *res, const Paper *p)
{
    PaperFonts fonts;
    Str out;
    size_t as;
    TRY(read_format(w, req_query(req, "format"), &as));
    TRY(draft_fonts(w, &fonts));
    if (as == AS_PNG) return send_page(w, req, res, p, &fonts);
    if (as == AS_XLSX) TRY(paper_book(w, p, &out));
    else if (as == AS_DOCX) TRY(paper_docx(w->ctx, p, &fonts, &out));
    else TRY(paper_pdf(w->ctx, p, &fonts, &out, NULL));
    const char *name = arena_printf(w->ctx->arena, "%.*s.%s", STR_ARG(p->title), formats[as].name);
    bool kept = as != AS_PDF || str_is(req_query(req, "download"), "true");
    (kept ? res_attachment : res_inline)(req, res, name);
    res_header(res, "Cache-Control", "private, no-store");
    res_body(res, formats[as].type, out);
    return 0;
}

static Rc check_kind(Work *w, const PaperOf *of)
{
    if (paper_kind_fits(of->e, of->rec, of->kind)) return 0;
    return FAIL(w->ctx, RC_NOT_FOUND, "paper.kind", "此记录没有“%s”", "this record has no \"%s\"",
                text_in(of->kind->title, w->ctx->lang));
}

Rc paper_draft(Work *w, Req *req, Res *res, const PaperOf *of)
{
    Draft d = {.of = of};
    TemplateFound t;
    NumberRule rule;
    Paper p;
    TRY(check_kind(w, of));
    TRY(read_language(w->ctx, req_query(req, "language"), &d.lang));
    TRY(template_find(w, of, d.lang, &t));
    TRY(draft_bodies(w, &d));
    if (d.issuer) {
        TRY(number_rule(w, of, d.issuer, false, &rule));
        d.number = number_text(w->ctx->arena, &rule, civil_of(w->now).year, 0);
    }
    TRY(draft_make(w, &d, t.body, &p, NULL));
    return paper_send(w, req, res, &p);
}

/* ---- Issuing ---- */

static Rc check_state(Work *w, const PaperOf *of)
{
    TRY(check_kind(w, of));
    if (of->rec->archived_at != INT64_MIN)
        return FAIL(w->ctx, RC_STATE, "record.archived", "记录已归档，不能印发文书",
                    "the record is archived, no papers are issued of it");
    Str list = str_of(of->kind->states);
    if (!of->kind->states) return 0;
    while (list.n)
        if (str_eq(str_cut(&list, ' '), rec_text(of->e, of->rec, of->e->flow->state))) return 0;
    return FAIL(w->ctx, RC_STATE, "paper.state", "现处“%s”，不能印发%s", "in state \"%s\" there is no %s",
                text_in(flow_state(of->e, of->rec)->label, w->ctx->lang),
                text_in(of->kind->title, w->ctx->lang));
}

/* 80 bits in letters that nobody takes for another. */
static Str check_code(Arena *a)
{
    static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    unsigned char raw[CHECK_CODE];
    char *out = arena_alloc(a, CHECK_CODE);
    crypto_random(raw, sizeof raw);
    for (int i = 0; i < CHECK_CODE; i++) out[i] = letters[raw[i] & 31];
    return str_n(out, CHECK_CODE);
}

Str check_print(Arena *a, Str code)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < code.n; i++) {
        if (i && i % 4 == 0) buf_addc(&b, '-');
        buf_addc(&b, code.p[i]);
    }
    return buf_str(&b);
}

/* Where a stranger verifies: the address that the office set, else the one the officer came by. */
static Str address(Work *w, Req *req, Str check)
{
    Str base = draft_setting(w, "paper_setting", "address", "value"), host = req_header(req, "Host");
    bool ok = host.n && host.n < 200;
    for (size_t i = 0; ok && i < host.n; i++)
        ok = (host.p[i] >= 'a' && host.p[i] <= 'z') || (host.p[i] >= '0' && host.p[i] <= '9') ||
             strchr(".:-[]", host.p[i]);
    while (base.n && base.p[base.n - 1] == '/') base.n--;
    if (!base.n && ok) base = str_printf(w->ctx->arena, "http://%.*s", STR_ARG(host));
    return str_printf(w->ctx->arena, "%.*s/verify/%.*s", STR_ARG(base), STR_ARG(check));
}

Str paper_signed_text(Arena *a, const Record *paper)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_open(&o); /* in canonical order */
    jout_ks(&o, "code", rec_text(PE, paper, "code"));
    jout_ki(&o, "issued_at", rec_time(PE, paper, "issued_at"));
    jout_kid(&o, "issuer", rec_i64(PE, paper, "issuer"));
    jout_ks(&o, "number", rec_text(PE, paper, "number"));
    jout_ks(&o, "sm3", rec_text(PE, paper, "sm3"));
    jout_close(&o);
    return buf_str(&b);
}

static void text(Record *rec, const char *name, Str v)
{
    if (v.n) rec_set(PE, rec, name, db_val_text(v));
}

static Rc fill(Work *w, const Draft *d, const TemplateFound *t, Record *rec)
{
    const PaperOf *of = d->of;
    int64_t district = 0;
    Str line = STR_NONE;
    Arena *a = w->ctx->arena;
    TRY(scope_place(w, of->e, of->rec, &district, &line));
    text(rec, "number", d->number);
    text(rec, "code", d->check);
    text(rec, "state", STR("issued"));
    text(rec, "entity", str_of(of->e->plural));
    text(rec, "record_id", str_printf(a, "%lld", (long long)of->rec->id));
    if (of->e->code_field) text(rec, "record_code", rec_text(of->e, of->rec, of->e->code_field));
    text(rec, "kind", str_of(of->kind->kind));
    text(rec, "language", str_of(language_code(d->lang)));
    text(rec, "issued_by", d->by);
    text(rec, "template", t->code);
    if (line.n && !str_is(line, SCOPE_ANY_LINE)) text(rec, "line", line);
    rec_set(PE, rec, "issuer", db_val_i64(d->issuer));
    rec_set(PE, rec, "addressee", db_val_id(d->addressee));
    rec_set(PE, rec, "district", db_val_id(district));
    rec_set(PE, rec, "issued_at", db_val_i64(w->now));
    rec_set(PE, rec, "template_version", db_val_i64(t->version));
    return 0;
}

/* The file, its hashes, its signature. */
static Rc seal(Work *w, const Paper *p, Record *rec, Str *pdf)
{
    PaperFonts fonts;
    PaperStats stats;
    unsigned char sm3[SM3_BYTES], sha[SHA256_BYTES];
    Str signature, key;
    TRY(draft_fonts(w, &fonts));
    TRY(paper_pdf(w->ctx, p, &fonts, pdf, &stats));
    crypto_sm3(pdf->p, pdf->n, sm3);
    crypto_sha256(pdf->p, pdf->n, sha);
    text(rec, "title", p->title);
    text(rec, "sm3", str_of(hex_print(w->ctx->arena, sm3, sizeof sm3)));
    text(rec, "file", str_of(hex_print(w->ctx->arena, sha, sizeof sha)));
    rec_set(PE, rec, "pages", db_val_i64(stats.pages));
    TRY(kernel_sign(w->ctx, w->kernel, paper_signed_text(w->ctx->arena, rec), &signature, &key));
    text(rec, "signature", signature);
    text(rec, "signing_key", key);
    return 0;
}

/* On the matter's own timeline and in its ledger. */
static Rc tell_record(Work *w, const PaperOf *of, const Record *rec)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_key(&o, "paper");
    jout_open(&o);
    jout_ks(&o, "number", rec_text(PE, rec, "number"));
    jout_ks(&o, "title", rec_text(PE, rec, "title"));
    jout_ks(&o, "sm3", rec_text(PE, rec, "sm3"));
    jout_kid(&o, "id", rec->id);
    jout_close(&o);
    jout_close(&o);
    return ledger_add(w, of->e->plural, of->rec->id, "issue-paper", STR_NONE, buf_str(&b));
}

static Rc issue(Work *w, Draft *d, Req *req, Record **out)
{
    TemplateFound t;
    NumberRule rule;
    Paper p;
    Str pdf;
    int year;
    int64_t n;
    const char *hash;
    Record *rec = rec_new(w->ctx, PE);
    TRY(template_find(w, d->of, d->lang, &t));
    TRY(number_rule(w, d->of, d->issuer, true, &rule));
    TRY(number_take(w, &rule, &year, &n));
    d->number = number_text(w->ctx->arena, &rule, year, n);
    d->check = check_code(w->ctx->arena);
    d->address = address(w, req, d->check);
    TRY(fill(w, d, &t, rec));
    TRY(draft_make(w, d, t.body, &p, NULL));
    TRY(seal(w, &p, rec, &pdf));
    TRY(store_insert(w, PE, rec));
    TRY(evidence_keep(w, PE, rec, str_printf(w->ctx->arena, "%.*s.pdf", STR_ARG(d->number)), pdf, &hash));
    TRY(tell_record(w, d->of, rec));
    *out = rec;
    return 0;
}

Rc paper_issue(Work *w, Req *req, Res *res, const PaperOf *of)
{
    const Json *body = NULL;
    Record *rec;
    Draft d = {.of = of};
    if (req->body.n) TRY(req_json(req, &body));
    TRY(read_language(w->ctx, json_str(json_get(body, "language")), &d.lang));
    TRY(check_state(w, of));
    TRY(draft_bodies(w, &d));
    if (!d.issuer)
        return FAIL(w->ctx, RC_STATE, "paper.issuer", "账号没有所属单位，不能以单位名义印发文书",
                    "the account belongs to no body in whose name a paper could be issued");
    TRY(issue(w, &d, req, &rec));
    res_status(res, 201);
    return store_write_json(w, PE, rec, res_json(req, res));
}

/* ---- Revoking ---- */

bool paper_revocable(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "issued");
}

Rc paper_revoke(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    if (!paper_revocable(e, rec))
        return FAIL(w->ctx, RC_STATE, "paper.revoked", "文书已撤销", "the paper is revoked already");
    int64_t own = scope_of(w->who)->body;
    if (w->who && own && !scope_is_above(scope_of(w->who), scope_body_path(w, rec_i64(e, rec, "issuer"))))
        return FAIL(w->ctx, RC_FORBIDDEN, "paper.issuer_only", "只有发文单位或其上级可以撤销",
                    "only the issuer, or a body above it, may revoke it");
    rec_set(e, rec, "state", db_val_z("revoked"));
    rec_set(e, rec, "revoked_at", db_val_i64(w->now));
    rec_set(e, rec, "revoked_by", w->who ? db_val_z(w->who->full_name) : db_val_null());
    rec_set(e, rec, "revoked_reason", params[0]);
    return 0;
}
