/* Templates of papers: a small readable markup that an office can change. docs/papers.md has the whole of it.
 *
 *   @title 关于{{title}}的处置单          what stands in a fixed place: head number title to attach sender
 * date note cc printer printed # 基本情况                            headings of four levels, numbered by
 * themselves 正文第一段{{what}}。                  a paragraph; an empty line or the line's end ends it >
 * 顶格的一段                          without indent;  ^ centred | 单位 | 状态 |                       a
 * table: neighbouring rows; the first is the head
 *   {{#each orders}} … {{/each}}          on a line of its own
 *   {{#if answer}} … {{else}} … {{/if}}
 *   @chart series   @picture photo        a member of the model
 *   @lines body                           a member that is a whole text, already taken apart: its lines
 *                                         are headings, paragraphs and rows
 *   // a remark
 *
 * {{name}} is a member of the model, {{a.b}} one inside another, {{#}} the number of the turn in a loop. A
 * value is text and never markup. An empty value is a blank to be filled by hand in a paragraph ("＿＿＿＿"),
 * nothing elsewhere; {{?name}} is nothing when empty. */
#pragma once
#include "base/json.h"
#include "paper/paper.h"

typedef struct PaperTemplate PaperTemplate;

enum { PAPER_TEMPLATE_MAX = 64 * 1024 /* bytes */, PAPER_DEPTH_MAX = 8, PAPER_EACH_MAX = 20000 };

/* One field error of `field` for each wrong line, with the line; RC_INVALID. Lives in ctx's arena. */
Rc paper_template_parse(Ctx *ctx, const char *field, Str text, PaperTemplate **out);

typedef struct PaperModel {
    const Json *const *scopes; /* looked up in this order; members of the record, of the slice, … */
    size_t nscopes;
    /* The bytes of a picture that a value names; RC_NOT_FOUND leaves it out. NULL: no pictures. */
    Rc (*picture)(void *ud, Str name, Str *bytes);
    void *ud;
} PaperModel;
/* Adds to p what the template says. RC_TOO_LARGE. */
Rc paper_template_fill(Ctx *ctx, const PaperTemplate *t, const PaperModel *m, Paper *p);
/* The names that the template asks for and no scope of a sample has; for the preview. */
Rc paper_template_unknown(Ctx *ctx, const PaperTemplate *t, const PaperModel *m, StrBuf *out);
