/* A sheet to draw on: text, lines, pictures, in points from the top left corner. What it becomes is a PDF or
 * a PNG. The only door to cairo and pango; a canvas belongs to one thread and ends with its Ctx's arena. */
#pragma once
#include "paper/paper.h"

typedef struct Canvas Canvas;

typedef struct Colour {
    double r, g, b, a;
} Colour;
#define BLACK ((Colour){0, 0, 0, 1})
#define RED   ((Colour){0.80, 0, 0, 1})
#define GREY  ((Colour){0.45, 0.45, 0.45, 1})

typedef enum { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } Align;

typedef struct Style {
    const char *family;
    double size;
    bool bold;
    Colour colour;
    double spacing; /* added to each character's advance */
} Style;

typedef struct CanvasInfo {
    Str title, author;
    int64_t made_at;
} CanvasInfo;
Rc canvas_pdf(Ctx *ctx, double width, double height, const CanvasInfo *info, Canvas **out);
/* scale: pixels a point; white ground. */
Rc canvas_png(Ctx *ctx, double width, double height, double scale, Canvas **out);
/* The same for one page of many, from 1: what is drawn on the others is not there. */
Rc canvas_page_png(Ctx *ctx, double width, double height, double scale, int page, Canvas **out);
void canvas_next_page(Canvas *c);
/* The bytes, in the Ctx's arena; nothing may be drawn any more. RC_IO when the library refused. */
Rc canvas_finish(Canvas *c, Str *out);

/* A text broken into lines. width 0: never broken. Freed with para_free, at the latest with the arena. */
typedef struct Para Para;
typedef struct ParaShape {
    double width, indent; /* indent: of the first line */
    Align align;
    bool justify;
} ParaShape;
Para *para_new(Canvas *c, Str text, const Style *style, const ParaShape *shape);
int para_lines(const Para *p);
double para_width(const Para *p); /* of the widest line */
void para_draw(Para *p, int line, double x, double baseline);
void para_free(Para **p);

/* One line; x is its left end, middle or right end. */
void canvas_text(Canvas *c, Str text, const Style *style, double x, double baseline, Align align);
/* In the middle of (x, y), turned by degrees. */
void canvas_text_turned(Canvas *c, Str text, const Style *style, double x, double y, double degrees);
void canvas_line(Canvas *c, double x1, double y1, double x2, double y2, double width, Colour colour);
void canvas_dashes(Canvas *c, double on); /* of the lines that follow; 0: none */
void canvas_box(Canvas *c, double x, double y, double w, double h, Colour colour);
/* Through the points; NaN lifts the pen. */
void canvas_polyline(Canvas *c, const double *x, const double *y, size_t n, double width, Colour colour);
/* The area within the points, filled. */
void canvas_area(Canvas *c, const double *x, const double *y, size_t n, Colour colour);
/* What follows is drawn within the box only, until canvas_unclip. */
void canvas_clip(Canvas *c, double x, double y, double w, double h);
void canvas_unclip(Canvas *c);
/* PNG or JPEG. RC_INVALID "paper.picture". */
Rc canvas_picture(Canvas *c, Str content, double x, double y, double w, double h);
