/* Shared inside the slice. */
#pragma once
#include "kernel/kernel.h"
#include "mod/paper.h"
#include "paper/template.h"

#define PE (&paper_entity)
#define TE (&paper_template_entity)
#define NE (&paper_number_entity)

enum { PAPERS_MOST = 200, CHECK_CODE = 16 };

/* ---- template.c ---- */
typedef struct TemplateFound {
    Str code, body;
    int64_t version;
} TemplateFound;
Rc template_validate(Work *w, const Entity *e, const Record *old, Record *rec);
/* The one valid at w->now; RC_STATE "paper.template" when there is none. */
Rc template_find(Work *w, const PaperOf *of, Lang lang, TemplateFound *out);
/* A template for each declared kind that has none; at the start. */
Rc template_seed(Ctx *ctx, Kernel *k);
/* The kind of an entity, NULL: none. */
bool paper_kind_fits(const Entity *e, const Record *rec, const PaperKind *kind);
const PaperKind *paper_kind_of(const Entity *e, Str kind);
Lang language_of(Str code); /* "en" or anything else */
const char *language_code(Lang lang);

/* ---- number.c ---- */
Rc number_validate(Work *w, const Entity *e, const Record *old, Record *rec);
void number_expand(Work *w, const Entity *e, const Record *rec, JsonOut *o);
/* How the issuer's papers of this kind are numbered; made when nobody has said it yet and `make` is set, else
 * what would be made. */
typedef struct NumberRule {
    int64_t id;
    Str word, pattern;
} NumberRule;
Rc number_rule(Work *w, const PaperOf *of, int64_t issuer, bool make, NumberRule *out);
/* The next number of this civil year, without a gap. In a writing work. */
Rc number_take(Work *w, const NumberRule *rule, int *year, int64_t *n);
/* "市监测中心处〔2026〕3号"; n 0: a blank. */
Str number_text(Arena *a, const NumberRule *rule, int year, int64_t n);

/* ---- model.c ---- */
typedef struct Draft {
    const PaperOf *of;
    Lang lang;
    int64_t issuer, addressee; /* bodies; 0: none */
    Str issuer_title, addressee_title, number, by;
    Str check, address; /* of verification; STR_NONE: a draft */
} Draft;
Rc draft_bodies(Work *w, Draft *d);
/* Reads template and record, and lays the document out. unknown may be NULL. */
Rc draft_make(Work *w, const Draft *d, Str body, Paper *p, StrBuf *unknown);
Rc draft_fonts(Work *w, PaperFonts *out);
/* "value" of a setting of the papers. */
Str draft_setting(Work *w, const char *dict, const char *code, const char *member);

/* ---- issue.c, list.c ---- */
Rc paper_draft(Work *w, Req *req, Res *res, const PaperOf *of);
Rc paper_issue(Work *w, Req *req, Res *res, const PaperOf *of);
Rc paper_list(Work *w, const Entity *e, const Record *rec, JsonOut *o);
Rc paper_issued(Work *w, Req *req, Res *res, const Entity *e, const Record *rec);
Rc paper_revoke(Work *w, const Entity *e, Record *rec, const DbVal *params);
bool paper_revocable(const Entity *e, const Record *rec);
/* What is signed: number, issuer, day, hash and check code, as canonical JSON. */
Str paper_signed_text(Arena *a, const Record *paper);
/* The paper as a workbook, in the arena (book.c). RC_IO. */
Rc paper_book(Work *w, const Paper *p, Str *out);
/* Sends the document in the format; RC_INVALID for another than pdf, docx, xlsx and png. */
Rc paper_send(Work *w, Req *req, Res *res, const Paper *p);
/* "ABCD-EFGH-JKMN-PQRS" */
Str check_print(Arena *a, Str code);

/* ---- routes ---- */
void verify_forget(void); /* who asked how often; at the start */
Rc paper_verify_show(Req *req, Res *res);
Rc paper_verify_file(Req *req, Res *res);
Rc paper_preview(Req *req, Res *res);
Rc paper_kinds_route(Req *req, Res *res);
