/* A map in a box: shapes in metres, one scale both ways, a scale bar of a round length, a north arrow, the
 * legend beneath. Areas are translucent with an edge of their own, so that a copy in black and white still
 * shows where they end. Shapes beyond the box are cut at it. */
#include "layout.h"
#include <math.h>
#include <stdio.h>

enum { KEYS_PER_ROW = 2 };
#define KEY_HEIGHT 13.0

static const Colour palette[PAPER_MAP_COLOURS] = {
    [PAPER_MAP_RED] = {0.84, 0.15, 0.15, 1},    [PAPER_MAP_ORANGE] = {0.93, 0.49, 0.10, 1},
    [PAPER_MAP_YELLOW] = {0.93, 0.79, 0.10, 1}, [PAPER_MAP_BLUE] = {0.16, 0.43, 0.80, 1},
    [PAPER_MAP_GREY] = {0.55, 0.58, 0.62, 1},   [PAPER_MAP_WATER] = {0.70, 0.82, 0.92, 1},
    [PAPER_MAP_ROAD] = {0.78, 0.76, 0.72, 1},   [PAPER_MAP_BLACK] = {0.10, 0.12, 0.15, 1},
};

typedef struct Sheet {
    Canvas *c;
    const PaperMap *m;
    Style style;
    double x, y, w, h;              /* of the map itself */
    double west, north, points, up; /* metres of its corner; points a metre, across and up */
} Sheet;

static Colour thin(Colour k, double a)
{
    k.a = a;
    return k;
}

static void shape(const Sheet *s, const PaperMapShape *p)
{
    Arena *a = arena_new(0);
    double *x = ARENA_ARRAY(a, double, p->n + 1), *y = ARENA_ARRAY(a, double, p->n + 1);
    Colour k = palette[p->colour];
    for (size_t i = 0; i < p->n; i++) {
        x[i] = s->x + (p->x[i] - s->west) * s->points;
        y[i] = s->y + (s->north - p->y[i]) * s->up;
    }
    if (p->kind == PAPER_MAP_LINE) canvas_polyline(s->c, x, y, p->n, 1.0, k);
    if (p->kind == PAPER_MAP_AREA && p->n > 2) {
        bool ground = p->colour == PAPER_MAP_WATER;
        canvas_area(s->c, x, y, p->n, thin(k, ground ? 1 : 0.22));
        x[p->n] = x[0], y[p->n] = y[0];
        if (!ground) canvas_polyline(s->c, x, y, p->n + 1, 1.2, k);
    }
    if (p->kind == PAPER_MAP_DOT) {
        canvas_box(s->c, x[0] - 2.5, y[0] - 2.5, 5, 5, k);
        canvas_text(s->c, p->label, &s->style, x[0] + 4, y[0] + 3, ALIGN_LEFT);
    }
    arena_free(&a);
}

/* The widest of 1, 2, 5 × 10ⁿ metres that takes at most a quarter of the map. */
static void scale_bar(const Sheet *s)
{
    double most = s->w / 4 / s->points, power = pow(10, floor(log10(most))), f = most / power;
    double metres = power * (f >= 5 ? 5 : f >= 2 ? 2 : 1), w = metres * s->points;
    double x = s->x + 10, y = s->y + s->h - 10;
    char text[40];
    if (metres >= 1000) snprintf(text, sizeof text, "%g km", metres / 1000);
    else snprintf(text, sizeof text, "%g m", metres);
    canvas_box(s->c, x - 4, y - 16, w + 8, 21, (Colour){1, 1, 1, 0.85});
    canvas_line(s->c, x, y, x + w, y, 1.2, BLACK);
    canvas_line(s->c, x, y - 4, x, y, 1.2, BLACK);
    canvas_line(s->c, x + w, y - 4, x + w, y, 1.2, BLACK);
    canvas_text(s->c, str_of(text), &s->style, x + w / 2, y - 6, ALIGN_CENTRE);
}

static void north_arrow(const Sheet *s)
{
    double x = s->x + s->w - 18, y = s->y + 8;
    const double xs[4] = {x, x + 7, x, x - 7}, ys[4] = {y + 10, y + 32, y + 27, y + 32};
    canvas_box(s->c, x - 11, y - 4, 22, 40, (Colour){1, 1, 1, 0.85});
    canvas_area(s->c, xs, ys, 4, BLACK);
    canvas_text(s->c, STR("N"), &s->style, x, y + 7, ALIGN_CENTRE);
}

static void legend(const Sheet *s)
{
    for (size_t i = 0; i < s->m->nkeys; i++) {
        double x = s->x + (double)(i % KEYS_PER_ROW) * s->w / KEYS_PER_ROW;
        double y = s->y + s->h + 5 + KEY_HEIGHT * (double)(i / KEYS_PER_ROW);
        Colour k = palette[s->m->keys[i].colour];
        const double xs[5] = {x, x + 12, x + 12, x, x}, ys[5] = {y, y, y + 8, y + 8, y};
        canvas_area(s->c, xs, ys, 5, thin(k, 0.35));
        canvas_polyline(s->c, xs, ys, 5, 1, k);
        canvas_text(s->c, s->m->keys[i].label, &s->style, x + 17, y + 7.5, ALIGN_LEFT);
    }
}

double map_height(const PaperMap *m)
{
    return MAP_HEIGHT + 20 + KEY_HEIGHT * (double)((m->nkeys + KEYS_PER_ROW - 1) / KEYS_PER_ROW);
}

void map_draw(Canvas *c, const PaperMap *m, const char *family, const double box[4])
{
    Sheet s = {.c = c, .m = m, .style = {family, 8, false, BLACK, 0}};
    double wide = m->east - m->west, high = m->north - m->south;
    if (!(wide > 0 && high > 0)) return;
    s.x = box[0];
    s.y = box[1] + 14;
    s.w = box[2];
    s.h = MAP_HEIGHT;
    s.points = m->plot ? s.w / wide : fmin(s.w / wide, s.h / high);
    s.up = m->plot ? s.h / high : s.points;
    s.west = (m->west + m->east) / 2 - s.w / 2 / s.points;
    s.north = (m->north + m->south) / 2 + s.h / 2 / s.up;
    Style title = {family, 10, false, BLACK, 0};
    canvas_text(c, m->title, &title, box[0] + box[2] / 2, box[1] + 10, ALIGN_CENTRE);
    canvas_clip(c, s.x, s.y, s.w, s.h);
    canvas_box(c, s.x, s.y, s.w, s.h, (Colour){0.97, 0.97, 0.96, 1});
    for (size_t i = 0; i < m->nshapes; i++)
        if (m->shapes[i].n) shape(&s, &m->shapes[i]);
    if (!m->plot) scale_bar(&s), north_arrow(&s);
    canvas_unclip(c);
    const double xs[5] = {s.x, s.x + s.w, s.x + s.w, s.x, s.x}, ys[5] = {s.y, s.y, s.y + s.h, s.y + s.h, s.y};
    canvas_polyline(c, xs, ys, 5, 0.8, BLACK);
    legend(&s);
}

Rc paper_map_png(Ctx *ctx, const PaperMap *m, const PaperFonts *fonts, Str *out)
{
    Canvas *c;
    const double box[4] = {0, 0, AREA_WIDTH, map_height(m)};
    TRY(canvas_png(ctx, AREA_WIDTH, box[3], 2.5, &c));
    map_draw(c, m, fonts->black, box);
    return canvas_finish(c, out);
}
