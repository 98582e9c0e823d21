/* Templates as records: checked when they are saved, so that a paper never fails for its template; found by
 * what is valid now; seeded from what the slices declare, once. Their versions are the record's history. */
#include "paper_private.h"
#include "mod_paper_queries_sql.h"

const PaperKind *paper_kind_of(const Entity *e, Str kind)
{
    for (size_t i = 0; e && i < e->npapers; i++)
        if (str_is(kind, e->papers[i].kind)) return &e->papers[i];
    return NULL;
}

bool paper_kind_fits(const Entity *e, const Record *rec, const PaperKind *kind)
{
    return !kind->fits || kind->fits(e, rec);
}

Lang language_of(Str code)
{
    return str_is(code, "en") ? LANG_EN : LANG_ZH;
}

const char *language_code(Lang lang)
{
    return lang == LANG_EN ? "en" : "zh";
}

Rc template_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Ctx *ctx = w->ctx;
    PaperTemplate *unused;
    (void)old;
    const Entity *of = kernel_entity(w->kernel, str_z(ctx->arena, rec_text(e, rec, "entity")));
    if (!of || !of->npapers)
        FAIL_FIELD(ctx, "entity", "unknown", 0, "没有可印制文书的记录“%.*s”",
                   "no records \"%.*s\" have papers", STR_ARG(rec_text(e, rec, "entity")));
    else if (!paper_kind_of(of, rec_text(e, rec, "kind")))
        FAIL_FIELD(ctx, "kind", "unknown", 0, "没有文书种类“%.*s”", "there is no kind of paper \"%.*s\"",
                   STR_ARG(rec_text(e, rec, "kind")));
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    if (from != INT64_MIN && to != INT64_MIN && to <= from)
        FAIL_FIELD(ctx, "valid_to", "range", 0, "停用时间应晚于启用时间",
                   "valid_to must lie after valid_from");
    Rc rc = paper_template_parse(ctx, "body", rec_text(e, rec, "body"), &unused);
    return rc < 0 && rc != RC_INVALID ? rc : ctx->err.kind;
}

Rc template_find(Work *w, const PaperOf *of, Lang lang, TemplateFound *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_paper_template_valid,
                         DB_ARGS(db_val_z(of->e->plural), db_val_z(of->kind->kind),
                                 db_val_z(language_code(lang)), db_val_i64(w->now)),
                         &c);
    TRY(rc);
    if (!rc)
        return FAIL(
            w->ctx, RC_STATE, "paper.template", "“%s”没有现行的%s模板", "\"%s\" has no %s template now",
            text_in(of->kind->title, w->ctx->lang),
            text_in(lang == LANG_EN ? (Text)T("英文", "English") : (Text)T("中文", "Chinese"), w->ctx->lang));
    *out = (TemplateFound){db_str_copy(w->ctx, c, Q_PAPER_TEMPLATE_VALID_CODE),
                           db_str_copy(w->ctx, c, Q_PAPER_TEMPLATE_VALID_BODY),
                           db_i64(c, Q_PAPER_TEMPLATE_VALID_VERSION)};
    return 0;
}

/* ---- First templates ---- */

static Rc seed_one(Work *w, const Entity *of, const PaperKind *kind, Lang lang)
{
    Arena *a = w->ctx->arena;
    Record *rec;
    const char *body = lang == LANG_EN ? kind->body.en : kind->body.zh;
    Str code = str_printf(a, "%s.%s.%s", of->plural, kind->kind, language_code(lang));
    if (!body || !*body) return 0;
    Rc there = store_find(w, TE, str_printf(a, "code:%.*s", STR_ARG(code)), &rec);
    if (there) return there < 0 ? there : 0;
    rec = rec_new(w->ctx, TE);
    rec_set(TE, rec, "code", db_val_text(code));
    rec_set(TE, rec, "name", db_val_z(text_in(kind->title, lang)));
    rec_set(TE, rec, "entity", db_val_z(of->plural));
    rec_set(TE, rec, "kind", db_val_z(kind->kind));
    rec_set(TE, rec, "language", db_val_z(language_code(lang)));
    rec_set(TE, rec, "body", db_val_z(body));
    return store_insert(w, TE, rec);
}

Rc template_seed(Ctx *ctx, Kernel *k)
{
    Work w;
    const Entity *e;
    TRY(work_begin_as(ctx, k, NULL, "start", true, &w));
    for (size_t i = 0; (e = kernel_paper_entity(k, i)) != NULL; i++)
        for (size_t n = 0; n < e->npapers; n++)
            for (int lang = 0; lang < LANG_COUNT; lang++) TRY(seed_one(&w, e, &e->papers[n], (Lang)lang));
    return work_commit(&w);
}
