/* Private to the library: the pen that goes down the pages. */
#pragma once
#include "canvas.h"
#include "paper_private.h"

typedef struct Pen {
    Ctx *ctx;
    Canvas *canvas;
    const Paper *p;
    const PaperFonts *fonts;
    int page; /* from 1; 0: none begun */
    double y; /* where the next line begins */
    PaperCounts counts;
    int lines_first; /* body lines on the first page */
    double tail;     /* of the last part of the body: what must stand on the page of its end */
} Pen;

/* Ends the page and begins the next. RC_TOO_LARGE. */
Rc pen_next_page(Pen *pen);
/* Begins a page unless so much is left. */
Rc pen_need(Pen *pen, double height);
double pen_left(const Pen *pen); /* points down to the type area's end */
/* Where the baseline of a line of this size lies that begins at y and is pitch high. */
double pen_baseline(double y, double pitch, double size);
/* All lines of a paragraph, pages begun as needed; frees it. */
Rc pen_para(Pen *pen, Para *para, const Style *style, double x, double pitch);

Rc pen_table(Pen *pen, const PaperTable *t);
/* The chart in a box of the canvas. */
void chart_draw(Canvas *c, const PaperChart *chart, const char *family, const double box[4]);
#define CHART_HEIGHT (62 * MM)
/* The map in a box as high as map_height says. */
double map_height(const PaperMap *m);
void map_draw(Canvas *c, const PaperMap *m, const char *family, const double box[4]);
#define MAP_HEIGHT (110 * MM)
