/* Private to the library: parts of a docx. */
#pragma once
#include "paper_private.h"

typedef struct DocxMedia {
    const char *name; /* "media/image1.png" */
    Str content;
} DocxMedia;

enum { DOCX_MEDIA_MAX = 60 };
typedef struct Docx {
    Ctx *ctx;
    const Paper *p;
    const PaperFonts *fonts;
    StrBuf *b;
    PaperCounts counts;
    DocxMedia media[DOCX_MEDIA_MAX];
    size_t nmedia;
} Docx;

void docx_escape(StrBuf *b, Str text);

/* What a paragraph looks like. Lengths in twips (1/20 pt). */
typedef struct DocxPara {
    const char *family;
    double size; /* points */
    bool bold, red, grey;
    const char *align;              /* "left" "center" "right" "both" */
    int indent_chars;               /* first line, in hundredths of a character; < 0: hanging */
    int left, right, before, pitch; /* pitch 0: the grid's */
    bool keep;                      /* with the next */
    const char *border;             /* XML of w:pBdr, or NULL */
} DocxPara;
/* Line feeds in text become breaks. */
void docx_para(Docx *d, Str text, const DocxPara *look);
/* A picture of so many points in a paragraph of its own; true when there was room for it. */
bool docx_picture(Docx *d, const char *extension, Str content, double width, double height);
void docx_table(Docx *d, const PaperTable *t);
