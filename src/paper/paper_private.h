/* Shared inside the library. */
#pragma once
#include "paper/paper.h"

/* GB/T 9704-2012, 5.2: margins and type area of A4; 22 lines of 28 characters of 3号 (16 pt). */
#define MM                (72.0 / 25.4)
#define PAGE_WIDTH        (210 * MM)
#define PAGE_HEIGHT       (297 * MM)
#define AREA_LEFT         (28 * MM)
#define AREA_TOP          (37 * MM)
#define AREA_WIDTH        (156 * MM)
#define AREA_HEIGHT       (225 * MM)
#define LINES_A_PAGE      22
#define CHARACTERS_A_LINE 28
#define LINE_PITCH        (AREA_HEIGHT / LINES_A_PAGE)
#define CHARACTER_PITCH   (AREA_WIDTH / CHARACTERS_A_LINE)
#define SIZE_TITLE        22.0 /* 2号 */
#define SIZE_BODY         16.0 /* 3号 */
#define SIZE_SMALL        14.0 /* 4号 */
#define SIZE_TABLE        12.0 /* 小4号 */

/* How many headings of each level came since the one above. */
typedef struct PaperCounts {
    int n[4];
} PaperCounts;
/* "一、", "（一）", "1.", "（1）" */
Str paper_heading_next(Arena *a, Lang lang, PaperCounts *counts, int level);
/* No text is longer than what can be laid out. RC_TOO_LARGE. */
Rc paper_check(Ctx *ctx, const Paper *p);
Str paper_chinese(Arena *a, int n); /* "十二" */

/* Shares of the columns, summing to 1. */
void paper_column_shares(const PaperTable *t, double *out);
/* Display width of a text in half characters, up to its first line feed. */
size_t paper_width(Str text);

/* ---- Pictures ---- */
typedef enum { PICTURE_NONE, PICTURE_PNG, PICTURE_JPEG } PictureType;
/* By content; *w and *h in pixels, from its header. PICTURE_NONE: none of both, or a size beyond 1 to 20000.
 */
PictureType paper_picture(Str content, int *w, int *h);

/* ---- Zip: stored members with a fixed date ---- */
typedef struct ZipMember {
    const char *name;
    Str content;
} ZipMember;
void paper_zip(StrBuf *out, const ZipMember *members, size_t n);

/* ---- cairo.c, the only place that includes cairo and pango ---- */
/* The chart as a PNG, for docx. */
Rc paper_chart_png(Ctx *ctx, const PaperChart *chart, const PaperFonts *fonts, Str *out);
Rc paper_map_png(Ctx *ctx, const PaperMap *map, const PaperFonts *fonts, Str *out);
Rc paper_code_png(Ctx *ctx, const PaperCode *code, Str *out);
