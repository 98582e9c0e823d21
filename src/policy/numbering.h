/* The numbers a docx does not write: a paragraph names a list and a level, Word counts. Without them 一、 and
 * （一） of most papers would be lost. Office Open XML part 1, 17.9. */
#pragma once
#include "sheet/zipfile.h"

typedef struct Numbering Numbering;

/* Reads word/styles.xml and word/numbering.xml; a paper without them has an empty one. A damaged part counts
 * as absent: the text itself can still be read. */
Rc policy__numbering_read(Ctx *ctx, ZipFile *zip, Numbering **out);

/* The list of a paragraph: by its own numPr, else by its style. */
typedef struct NumRef {
    Str style; /* STR_NONE: none */
    int num;   /* -1: not said; 0: none, whatever the style says */
    int level; /* -1: not said */
} NumRef;

/* A whole number from 0 on, else -1. */
int policy__numbering_int(Str s);
/* Counts on and adds the number's text ("（三）") to out; nothing for bullets and paragraphs of no list. */
void policy__numbering_next(Numbering *n, NumRef ref, StrBuf *out);
