/* From bytes to the decoded text. */
#pragma once
#include "text.h"

/* The kind of file is found from its content, never from its name. */
Rc policy__decode_file(Ctx *ctx, Str bytes, Source *out);
/* Text in UTF-8, UTF-16 (with or without its mark) or GB 18030, without a byte order mark. */
Rc policy__decode_text(Ctx *ctx, Str bytes, Source *out);

/* Each gives UTF-8: a paragraph a line, a row of a table a line of cells parted by tabs, \f at a page's end.
 */
Rc policy__docx_text(Ctx *ctx, Str bytes, Str *out);
Rc policy__html_text(Ctx *ctx, Str utf8, Str *out);
/* Runs pdftotext as a child with limits on time, memory and output. */
Rc policy__pdf_text(Ctx *ctx, Str bytes, Str *out);
bool policy__html_looks(Str bytes);

/* Text on its way out of docx and html, which both nest tables: a row stays a line when it is short enough to
 * be one, and falls apart into paragraphs when the table is only there for the layout. */
#define FLOW_ROWS 16
typedef struct Flow {
    StrBuf out;
    size_t row[FLOW_ROWS]; /* where the open rows begin */
    int rows;
} Flow;
void policy__flow_text(Flow *f, Str text);
void policy__flow_break(Flow *f); /* the end of a paragraph */
void policy__flow_row(Flow *f);
void policy__flow_cell(Flow *f);
void policy__flow_row_end(Flow *f);
