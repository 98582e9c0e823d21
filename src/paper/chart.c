/* A line over time in a box: limits as dashed levels with their words, the alarm as an upright mark, gaps as
 * gaps. Black, grey and red only, so that a copy in black and white still says the same. Time is Beijing's.
 */
#include "base/clock.h"
#include "base/num.h"
#include "layout.h"
#include <math.h>
#include <stdio.h>

enum { TICKS = 5 };

typedef struct Plot {
    Canvas *c;
    const PaperChart *chart;
    Style style;
    double x, y, w, h; /* of the plot itself */
    double lo, hi;
    int64_t from, to;
} Plot;

static double px(const Plot *p, double t)
{
    return p->x + (t - (double)p->from) / (double)(p->to - p->from) * p->w;
}

static double py(const Plot *p, double v)
{
    return p->y + p->h - (v - p->lo) / (p->hi - p->lo) * p->h;
}

static double nice_step(double span)
{
    double raw = span / TICKS, power = pow(10, floor(log10(raw))), f = raw / power;
    return power * (f <= 1 ? 1 : f <= 2 ? 2 : f <= 5 ? 5 : 10);
}

static void ranges(Plot *p)
{
    const PaperChart *k = p->chart;
    p->lo = INFINITY;
    p->hi = -INFINITY;
    for (size_t i = 0; i < k->n; i++)
        if (isfinite(k->v[i])) p->lo = fmin(p->lo, k->v[i]), p->hi = fmax(p->hi, k->v[i]);
    if (p->lo > p->hi) p->lo = 0, p->hi = 1;
    double reach = fmax(p->hi - p->lo, fmax(fabs(p->hi), 1e-6) * 0.05);
    for (size_t i = 0; i < k->nlimits; i++) /* a limit far away would press the line flat */
        if (k->limits[i].at < p->hi + 2 * reach && k->limits[i].at > p->lo - 2 * reach)
            p->lo = fmin(p->lo, k->limits[i].at), p->hi = fmax(p->hi, k->limits[i].at);
    double pad = fmax((p->hi - p->lo) * 0.08, fmax(fabs(p->hi) * 1e-9, 1e-9));
    bool whole = p->lo >= 0 && p->lo - pad < 0;
    p->lo = whole ? 0 : p->lo - pad;
    p->hi += pad;
    p->from = k->t[0];
    p->to = k->t[k->n - 1] > p->from ? k->t[k->n - 1] : p->from + 1;
}

static void value_axis(Plot *p)
{
    double step = nice_step(p->hi - p->lo);
    int digits = step < 1 ? (int)ceil(-log10(step)) : 0;
    if (digits > 6) digits = 6;
    double first = ceil(p->lo / step) * step;
    for (int i = 0; i <= 2 * TICKS && first + i * step <= p->hi; i++) {
        double v = first + i * step, y = py(p, v);
        char text[64];
        snprintf(text, sizeof text, "%.*f", digits, fabs(v) < step / 1e6 ? 0.0 : v);
        canvas_line(p->c, p->x, y, p->x + p->w, y, 0.3, (Colour){0.8, 0.8, 0.8, 1});
        canvas_text(p->c, str_of(text), &p->style, p->x - 4, y + 3, ALIGN_RIGHT);
    }
}

static void time_axis(Plot *p)
{
    for (int i = 0; i <= TICKS; i++) {
        int64_t t = p->from + (p->to - p->from) * i / TICKS;
        Civil c = civil_of(t);
        char text[64];
        double x = px(p, (double)t);
        if (p->to - p->from > 2 * MS_DAY) snprintf(text, sizeof text, "%02d-%02d", c.month, c.day);
        else if (p->to - p->from > 20 * 60 * MS_SECOND)
            snprintf(text, sizeof text, "%02d:%02d", c.hour, c.minute);
        else snprintf(text, sizeof text, "%02d:%02d:%02d", c.hour, c.minute, c.second);
        canvas_line(p->c, x, p->y + p->h, x, p->y + p->h + 3, 0.5, BLACK);
        canvas_text(p->c, str_of(text), &p->style, x, p->y + p->h + 12, ALIGN_CENTRE);
    }
}

/* One that lies far outside is named at the edge beyond which it lies. */
static void limits(Plot *p)
{
    for (size_t i = 0; i < p->chart->nlimits; i++) {
        const PaperMark *m = &p->chart->limits[i];
        bool above = m->at > p->hi, below = m->at < p->lo;
        double y = above ? p->y + 10 : below ? p->y + p->h : py(p, m->at);
        canvas_dashes(p->c, 4);
        if (!above && !below) canvas_line(p->c, p->x, y, p->x + p->w, y, 0.8, RED);
        canvas_dashes(p->c, 0);
        StrBuf b;
        Arena *a = arena_new(0);
        buf_init(&b, a);
        buf_printf(&b, "%.*s%s", STR_ARG(m->label), above ? " ↑" : below ? " ↓" : "");
        canvas_text(p->c, buf_str(&b), &p->style, p->x + p->w - 2, y - 2, ALIGN_RIGHT);
        arena_free(&a);
    }
}

static void marks(Plot *p)
{
    for (size_t i = 0; i < p->chart->nmarks; i++) {
        const PaperMark *m = &p->chart->marks[i];
        if (m->at < (double)p->from || m->at > (double)p->to) continue;
        double x = px(p, m->at);
        bool right = x > p->x + p->w * 0.7;
        canvas_line(p->c, x, p->y, x, p->y + p->h, 0.8, GREY);
        canvas_text(p->c, m->label, &p->style, right ? x - 3 : x + 3, p->y + 9 + 10 * (double)(i % 3),
                    right ? ALIGN_RIGHT : ALIGN_LEFT);
    }
}

static void line(Plot *p)
{
    const PaperChart *k = p->chart;
    Arena *a = arena_new(0);
    double *x = ARENA_ARRAY(a, double, k->n), *y = ARENA_ARRAY(a, double, k->n);
    for (size_t i = 0; i < k->n; i++) {
        x[i] = px(p, (double)k->t[i]);
        y[i] = py(p, k->v[i]);
    }
    canvas_polyline(p->c, x, y, k->n, 1.1, BLACK);
    arena_free(&a);
}

void chart_draw(Canvas *c, const PaperChart *chart, const char *family, const double box[4])
{
    Plot p = {.c = c, .chart = chart, .style = {family, 8, false, BLACK, 0}};
    if (!chart->n) return;
    p.x = box[0] + 46;
    p.y = box[1] + 22;
    p.w = box[2] - 62;
    p.h = box[3] - 42;
    ranges(&p);
    Style title = {family, 10, false, BLACK, 0};
    canvas_text(c, chart->title, &title, box[0] + box[2] / 2, box[1] + 10, ALIGN_CENTRE);
    canvas_text(c, chart->unit, &p.style, p.x, box[1] + 16, ALIGN_RIGHT);
    value_axis(&p);
    time_axis(&p);
    limits(&p);
    marks(&p);
    line(&p);
    canvas_line(c, p.x, p.y, p.x, p.y + p.h, 0.8, BLACK);
    canvas_line(c, p.x, p.y + p.h, p.x + p.w, p.y + p.h, 0.8, BLACK);
}

Rc paper_chart_png(Ctx *ctx, const PaperChart *chart, const PaperFonts *fonts, Str *out)
{
    Canvas *c;
    const double box[4] = {0, 0, AREA_WIDTH, CHART_HEIGHT};
    TRY(canvas_png(ctx, AREA_WIDTH, CHART_HEIGHT, 2.5, &c));
    chart_draw(c, chart, fonts->black, box);
    return canvas_finish(c, out);
}

Rc paper_code_png(Ctx *ctx, const PaperCode *code, Str *out)
{
    Canvas *c;
    double side = code->side + 8;
    TRY(canvas_png(ctx, side, side, 6, &c));
    for (int y = 0; y < code->side; y++)
        for (int x = 0; x < code->side; x++)
            if (code->modules[y * code->side + x]) canvas_box(c, x + 4, y + 4, 1, 1, BLACK);
    return canvas_finish(c, out);
}
