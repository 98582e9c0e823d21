/* Official papers: a document model, its layout after GB/T 9704-2012, PDF and docx. Pure: no database, no
 * clock, no files but the fonts; equal input gives equal bytes.
 *
 * All texts are UTF-8 and are taken as they are: nothing in them is markup. Control characters are dropped.
 * Lengths are in millimetres unless they say points. */
#pragma once
#include "base/ctx.h"

typedef enum {
    PAPER_PARAGRAPH,
    PAPER_HEADING,
    PAPER_TABLE,
    PAPER_PICTURE,
    PAPER_CHART,
    PAPER_MAP
} PaperBlockKind;

/* Rows of cells, row by row; the first `heads` rows are repeated on each page. */
typedef struct PaperTable {
    size_t ncols, nrows, heads;
    const Str *cells;
    const double *weights; /* relative widths of the columns; NULL: by what stands in them */
} PaperTable;

typedef struct PaperPicture {
    Str png;      /* or JPEG; anything else is refused */
    double width; /* 0: as wide as the type area, at most */
    Str caption;
} PaperPicture;

/* A figure over time. Gaps are where v is NaN. */
typedef struct PaperMark {
    double at; /* of a mark: its time; of a limit: its value */
    Str label;
} PaperMark;
typedef struct PaperChart {
    size_t n;
    const int64_t *t; /* ascending, ms */
    const double *v;
    Str title, unit;
    const PaperMark *limits; /* level lines */
    size_t nlimits;
    const PaperMark *marks; /* upright lines at times */
    size_t nmarks;
} PaperChart;

/* A map in metres east and north of some place: shapes in the order they are drawn, a scale bar, a north
 * arrow and a legend. */
typedef enum {
    PAPER_MAP_RED,
    PAPER_MAP_ORANGE,
    PAPER_MAP_YELLOW,
    PAPER_MAP_BLUE,
    PAPER_MAP_GREY,
    PAPER_MAP_WATER,
    PAPER_MAP_ROAD,
    PAPER_MAP_BLACK,
    PAPER_MAP_COLOURS
} PaperMapColour;
typedef enum { PAPER_MAP_AREA, PAPER_MAP_LINE, PAPER_MAP_DOT } PaperMapKind;
typedef struct PaperMapShape {
    PaperMapKind kind;
    PaperMapColour colour;
    size_t n;
    const double *x, *y; /* [n] */
    Str label;           /* beside a dot */
} PaperMapShape;
typedef struct PaperMapKey {
    PaperMapColour colour;
    Str label;
} PaperMapKey;
typedef struct PaperMap {
    double west, south, east, north; /* metres; made wider where the sheet is */
    Str title;
    bool plot; /* a figure over two axes of its own: stretched, without scale bar and north arrow */
    const PaperMapShape *shapes;
    size_t nshapes;
    const PaperMapKey *keys;
    size_t nkeys;
} PaperMap;

typedef struct PaperBlock {
    PaperBlockKind kind;
    int level;   /* of a heading, 1 to 4; its number is made here */
    bool flush;  /* a paragraph without indent */
    bool centre; /* a paragraph in the middle */
    Str text;
    union {
        PaperTable table;
        PaperPicture picture;
        PaperChart chart;
        PaperMap map;
    };
    struct PaperBlock *next;
} PaperBlock;

typedef struct PaperCode {
    const unsigned char *modules; /* of a QR code, side × side, 1 dark; NULL: none */
    int side;
    Str lines[3]; /* beneath it; STR_NONE: none */
} PaperCode;

typedef struct Paper {
    Lang lang;
    Str red_head; /* 发文机关标志; STR_NONE: no red head */
    Str number;   /* 发文字号 */
    Str title;
    Str to; /* 主送机关 */
    PaperBlock *blocks, *last;
    size_t nblocks;
    Str *attachments;
    size_t nattachments;
    Str sender, date; /* 署名, 成文日期; the seal's place is kept free over them */
    Str note;         /* 附注 */
    Str cc;           /* 抄送 */
    Str printer;      /* 印发机关 */
    Str printed;      /* 印发日期 */
    Str watermark;    /* across each page; STR_NONE: none */
    PaperCode code;
    int64_t made_at; /* ms; the document's date in its properties */
} Paper;

/* Families by fontconfig's names. GB/T 9704 asks for 小标宋, 仿宋, 黑体 and 楷体; whoever has a licence names
 * them here. */
typedef struct PaperFonts {
    const char *title; /* 小标宋 */
    const char *body;  /* 仿宋 */
    const char *black; /* 黑体, headings of the first level */
    const char *kai;   /* 楷体, headings of the second level */
    const char *page;  /* page numbers */
} PaperFonts;
extern const PaperFonts paper_fonts_default;

enum { PAPER_BLOCKS_MAX = 4000, PAPER_PAGES_MAX = 300, PAPER_CELLS_MAX = 40000, PAPER_COLUMNS_MAX = 12 };

void paper_init(Paper *p, Lang lang);
/* A block behind the last; zeroed, its kind set. RC_TOO_LARGE "paper.too_large". */
Rc paper_add(Ctx *ctx, Paper *p, PaperBlockKind kind, PaperBlock **out);
/* Dropping what no paper prints: control characters but the line feed. The same text when there is none. */
Str paper_clean(Arena *a, Str text);

typedef struct PaperStats {
    int pages;
    int first_page_lines; /* of 3号 that the type area holds */
} PaperStats;
/* RC_TOO_LARGE when it has more than PAPER_PAGES_MAX pages; RC_INVALID "paper.picture". stats may be NULL. */
Rc paper_pdf(Ctx *ctx, const Paper *p, const PaperFonts *fonts, Str *out, PaperStats *stats);
/* One page as a PNG for a screen, from 1; *pages: how many there are. RC_NOT_FOUND beyond the last. */
Rc paper_page(Ctx *ctx, const Paper *p, const PaperFonts *fonts, int page, Str *png, int *pages);
Rc paper_docx(Ctx *ctx, const Paper *p, const PaperFonts *fonts, Str *out);
