/* From the decoded text to paragraphs: lines, what is no part of the paper, and which lines belong together.
 */
#pragma once
#include "text.h"

typedef struct Line {
    uint32_t from, to;   /* decoded code points, trimmed */
    uint32_t cfrom, cto; /* the same in Lines.cp */
    uint16_t indent;     /* columns before it */
    uint16_t width;      /* columns with the indent, 0xFFFF: that or more */
    bool gap;            /* a blank line before it */
    bool page;           /* first of a page */
    bool drop;           /* a page number, a running title, debris of a web page */
    bool row;            /* of a table */
    bool loose_row;      /* cells parted by blanks, not tabs */
} Line;

typedef struct Lines {
    Arena *arena;
    const Source *src;
    Line *v;
    size_t n;
    char32_t *cp; /* all lines folded, without blanks ('\t' between the cells of a row) */
    uint32_t *at;
    bool wrapped;    /* hard-wrapped at full columns */
    bool spaced;     /* paragraphs are parted by blank lines or indents */
    uint16_t full;   /* columns of a full line, when wrapped */
    uint16_t margin; /* smallest indent */
} Lines;

void policy__lines_split(Arena *a, const Source *src, Lines *out);
/* Marks page numbers, running titles and debris of web pages. */
void policy__lines_clean(Lines *l);
/* Joins the lines that are kept. */
void policy__lines_join(Lines *l, Paras *out);

/* Takes apart the enumerations inside paragraphs. */
void policy__paras_unroll(Arena *a, Paras *paras);

static inline Cps line_cps(const Lines *l, const Line *line)
{
    return cps_n(l->cp + line->cfrom, line->cto - line->cfrom);
}

/* The mark of an outline level at the start of a line. Its length, 0: none. spaced_after(n): a blank follows
 * the n-th code point. */
size_t policy__mark_at(Cps s, const uint32_t *at, MarkKind *kind);
