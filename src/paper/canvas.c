/* cairo and pango behind canvas.h. Glyphs are placed without hinting or rounding, so that 28 characters fill
 * a line exactly and the same text gives the same bytes on each machine. Text goes to pango as plain text,
 * never as its markup. The fontmap is the thread's own. */
#include "canvas.h"
#include "paper_private.h"
#include "base/clock.h"
#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>

struct Canvas {
    Ctx *ctx;
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoContext *pango;
    StrBuf out;
    bool png, over;
    int page, wanted; /* of a PNG: which page is drawn, and which is kept; 0: there is only one */
};

/* A walk over the lines of a layout; a long text is drawn in one. */
typedef struct Walk {
    PangoLayout *layout;
    PangoLayoutIter *it; /* at line `at`, NULL: not begun */
    int at;
} Walk;

struct Para {
    Walk even, loose; /* loose: the same lines without justification, NULL: never justified */
    double width, size;
    Canvas *canvas;
};

enum { OUTPUT_MAX = 40u << 20 };

#ifdef __SANITIZE_ADDRESS__
/* fontconfig and pango keep their caches until the process ends, and cairo 1.16 loses two small arrays with
 * each PDF. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\nleak:libcairo\n";
}
#endif

static cairo_status_t take(void *ud, const unsigned char *data, unsigned n)
{
    Canvas *c = ud;
    if (c->out.n + n > OUTPUT_MAX) {
        c->over = true;
        return CAIRO_STATUS_WRITE_ERROR;
    }
    buf_add(&c->out, str_n((const char *)data, n));
    return CAIRO_STATUS_SUCCESS;
}

static void close_canvas(void *arg)
{
    Canvas *c = arg;
    if (c->pango) g_object_unref(c->pango);
    if (c->cr) cairo_destroy(c->cr);
    if (c->surface) {
        cairo_surface_finish(c->surface);
        cairo_surface_destroy(c->surface);
    }
}

static Rc open_canvas(Ctx *ctx, Canvas *c, Canvas **out)
{
    if (cairo_surface_status(c->surface) != CAIRO_STATUS_SUCCESS)
        return FAIL(ctx, RC_TOO_LARGE, "paper.surface", "版面无法生成", "the sheet cannot be made");
    c->cr = cairo_create(c->surface);
    c->pango = pango_cairo_create_context(c->cr);
    pango_context_set_round_glyph_positions(c->pango, FALSE);
    pango_context_set_language(c->pango, pango_language_from_string("zh-cn"));
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(c->pango, options);
    cairo_font_options_destroy(options);
    *out = c;
    return 0;
}

static Canvas *canvas_new(Ctx *ctx)
{
    Canvas *c = ARENA_NEW(ctx->arena, Canvas);
    c->ctx = ctx;
    buf_init(&c->out, ctx->arena);
    arena_defer(ctx->arena, close_canvas, c);
    return c;
}

Rc canvas_pdf(Ctx *ctx, double width, double height, const CanvasInfo *info, Canvas **out)
{
    Canvas *c = canvas_new(ctx);
    char t[TIME_TEXT_MAX];
    c->surface = cairo_pdf_surface_create_for_stream(take, c, width, height);
    cairo_pdf_surface_restrict_to_version(c->surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_TITLE, str_z(ctx->arena, info->title));
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_AUTHOR, str_z(ctx->arena, info->author));
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_CREATOR, "Anlan");
    time_print(info->made_at - info->made_at % MS_SECOND, t);
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_CREATE_DATE, t);
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_MOD_DATE, t);
    return open_canvas(ctx, c, out);
}

static void white(Canvas *c)
{
    cairo_set_source_rgb(c->cr, 1, 1, 1);
    cairo_paint(c->cr);
}

Rc canvas_png(Ctx *ctx, double width, double height, double scale, Canvas **out)
{
    Canvas *c = canvas_new(ctx);
    c->png = true;
    c->surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width * scale), (int)ceil(height * scale));
    TRY(open_canvas(ctx, c, out));
    cairo_scale(c->cr, scale, scale);
    white(c);
    return 0;
}

Rc canvas_page_png(Ctx *ctx, double width, double height, double scale, int page, Canvas **out)
{
    TRY(canvas_png(ctx, width, height, scale, out));
    (*out)->page = 1;
    (*out)->wanted = page;
    return 0;
}

/* Of a PNG the wanted page stays: nothing reaches the sheet any more. */
void canvas_next_page(Canvas *c)
{
    if (!c->png) {
        cairo_show_page(c->cr);
        return;
    }
    if (c->page++ < c->wanted) white(c);
    else {
        cairo_rectangle(c->cr, 0, 0, 0, 0);
        cairo_clip(c->cr);
    }
}

Rc canvas_finish(Canvas *c, Str *out)
{
    cairo_status_t status = cairo_status(c->cr);
    if (c->png && !status) status = cairo_surface_write_to_png_stream(c->surface, take, c);
    cairo_surface_finish(c->surface);
    if (!status) status = cairo_surface_status(c->surface);
    *out = buf_str(&c->out);
    if (!status) return 0;
    if (c->over)
        return FAIL(c->ctx, RC_TOO_LARGE, "paper.too_large", "文书过大，超过 %u MB",
                    "the paper is larger than %u MB", OUTPUT_MAX >> 20);
    Rc rc = FAIL(c->ctx, RC_IO, "paper.drawing", "文书未能生成", "the paper could not be made");
    ctx_cause(c->ctx, "cairo: %s", cairo_status_to_string(status));
    return rc;
}

/* ---- Text ---- */

static void close_para(void *arg)
{
    Para *p = arg;
    Walk *const walks[] = {&p->even, &p->loose};
    for (size_t i = 0; i < 2; i++) {
        if (walks[i]->it) pango_layout_iter_free(walks[i]->it);
        if (walks[i]->layout) g_object_unref(walks[i]->layout);
    }
}

static PangoAttrList *attributes(const Style *style)
{
    PangoAttrList *list = pango_attr_list_new();
    pango_attr_list_insert(list, pango_attr_letter_spacing_new((int)lround(style->spacing * PANGO_SCALE)));
    pango_attr_list_insert(list, pango_attr_foreground_new((guint16)(style->colour.r * 65535),
                                                           (guint16)(style->colour.g * 65535),
                                                           (guint16)(style->colour.b * 65535)));
    pango_attr_list_insert(list, pango_attr_foreground_alpha_new((guint16)(style->colour.a * 65535)));
    return list;
}

static void set_font(PangoLayout *layout, const Style *style)
{
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, style->family);
    pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
}

static PangoLayout *layout_new(Canvas *c, Str text, const Style *style, const ParaShape *shape)
{
    static const PangoAlignment aligns[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    PangoLayout *layout = pango_layout_new(c->pango);
    set_font(layout, style);
    PangoAttrList *list = attributes(style);
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
    pango_layout_set_auto_dir(layout, FALSE);
    if (shape->width > 0) pango_layout_set_width(layout, (int)lround(shape->width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_indent(layout, (int)lround(shape->indent * PANGO_SCALE));
    pango_layout_set_alignment(layout, aligns[shape->align]);
    pango_layout_set_justify(layout, shape->justify);
    pango_layout_set_text(layout, text.p ? text.p : "", (int)text.n);
    return layout;
}

Para *para_new(Canvas *c, Str text, const Style *style, const ParaShape *shape)
{
    Para *p = ARENA_NEW(c->ctx->arena, Para);
    *p = (Para){.canvas = c, .width = shape->width, .size = style->size};
    p->even.layout = layout_new(c, text, style, shape);
    if (shape->justify) {
        p->loose.layout = pango_layout_copy(p->even.layout);
        pango_layout_set_justify(p->loose.layout, FALSE);
    }
    arena_defer(c->ctx->arena, close_para, p);
    return p;
}

int para_lines(const Para *p)
{
    return pango_layout_get_line_count(p->even.layout);
}

double para_width(const Para *p)
{
    PangoRectangle logical;
    pango_layout_get_extents(p->even.layout, NULL, &logical);
    return (double)logical.width / PANGO_SCALE;
}

static PangoLayoutIter *walk_to(Walk *k, int line)
{
    if (k->it && line < k->at) {
        pango_layout_iter_free(k->it);
        k->it = NULL;
    }
    if (!k->it) {
        k->it = pango_layout_get_iter(k->layout);
        k->at = 0;
    }
    while (k->at < line && pango_layout_iter_next_line(k->it)) k->at++;
    return k->it;
}

/* A line that a long word left far too short is not pulled apart. */
void para_draw(Para *p, int line, double x, double baseline)
{
    PangoRectangle at;
    PangoLayoutIter *it = walk_to(&p->even, line);
    if (p->loose.layout) {
        pango_layout_iter_get_line_extents(walk_to(&p->loose, line), NULL, &at);
        if (p->width - (double)(at.x + at.width) / PANGO_SCALE > 1.6 * p->size) it = p->loose.it;
    }
    pango_layout_iter_get_line_extents(it, NULL, &at);
    cairo_move_to(p->canvas->cr, x + (double)at.x / PANGO_SCALE, baseline);
    pango_cairo_show_layout_line(p->canvas->cr, pango_layout_iter_get_line_readonly(it));
}

void para_free(Para **p)
{
    if (!*p) return;
    arena_undefer((*p)->canvas->ctx->arena, close_para, *p);
    close_para(*p);
    *p = NULL;
}

void canvas_text(Canvas *c, Str text, const Style *style, double x, double baseline, Align align)
{
    if (!text.n) return;
    Para *p = para_new(c, text, style, &(ParaShape){0});
    double w = align == ALIGN_LEFT ? 0 : para_width(p);
    para_draw(p, 0, x - (align == ALIGN_CENTRE ? w / 2 : w), baseline);
    para_free(&p);
}

void canvas_text_turned(Canvas *c, Str text, const Style *style, double x, double y, double degrees)
{
    cairo_save(c->cr);
    cairo_translate(c->cr, x, y);
    cairo_rotate(c->cr, degrees * M_PI / 180);
    canvas_text(c, text, style, 0, style->size * 0.35, ALIGN_CENTRE);
    cairo_restore(c->cr);
}

/* ---- Lines and pictures ---- */

static void colour(Canvas *c, Colour k)
{
    cairo_set_source_rgba(c->cr, k.r, k.g, k.b, k.a);
}

void canvas_line(Canvas *c, double x1, double y1, double x2, double y2, double width, Colour k)
{
    colour(c, k);
    cairo_set_line_width(c->cr, width);
    cairo_move_to(c->cr, x1, y1);
    cairo_line_to(c->cr, x2, y2);
    cairo_stroke(c->cr);
}

void canvas_dashes(Canvas *c, double on)
{
    cairo_set_dash(c->cr, &on, on > 0, 0);
}

void canvas_box(Canvas *c, double x, double y, double w, double h, Colour k)
{
    colour(c, k);
    cairo_rectangle(c->cr, x, y, w, h);
    cairo_fill(c->cr);
}

void canvas_polyline(Canvas *c, const double *x, const double *y, size_t n, double width, Colour k)
{
    bool down = false;
    colour(c, k);
    cairo_set_line_width(c->cr, width);
    cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(c->cr, CAIRO_LINE_CAP_ROUND);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i])) down = false;
        else if (down) cairo_line_to(c->cr, x[i], y[i]);
        else cairo_move_to(c->cr, x[i], y[i]), cairo_line_to(c->cr, x[i], y[i]), down = true;
    }
    cairo_stroke(c->cr);
    cairo_set_line_cap(c->cr, CAIRO_LINE_CAP_BUTT);
}

void canvas_area(Canvas *c, const double *x, const double *y, size_t n, Colour k)
{
    colour(c, k);
    for (size_t i = 0; i < n; i++) cairo_line_to(c->cr, x[i], y[i]);
    cairo_close_path(c->cr);
    cairo_fill(c->cr);
}

void canvas_clip(Canvas *c, double x, double y, double w, double h)
{
    cairo_save(c->cr);
    cairo_rectangle(c->cr, x, y, w, h);
    cairo_clip(c->cr);
}

void canvas_unclip(Canvas *c)
{
    cairo_restore(c->cr);
}

static cairo_status_t give(void *ud, unsigned char *data, unsigned n)
{
    Str *s = ud;
    if (s->n < n) return CAIRO_STATUS_READ_ERROR;
    memcpy(data, s->p, n);
    *s = str_n(s->p + n, s->n - n);
    return CAIRO_STATUS_SUCCESS;
}

static void ignore(void *p)
{
    (void)p; /* the bytes are the arena's, which outlives the surface */
}

static cairo_surface_t *open_picture(Str content, PictureType type, int w, int h)
{
    if (type == PICTURE_PNG) return cairo_image_surface_create_from_png_stream(give, &content);
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    cairo_surface_set_mime_data(s, CAIRO_MIME_TYPE_JPEG, (const unsigned char *)content.p, content.n, ignore,
                                s);
    return s;
}

Rc canvas_picture(Canvas *c, Str content, double x, double y, double w, double h)
{
    int pw = 0, ph = 0;
    PictureType type = paper_picture(content, &pw, &ph);
    cairo_surface_t *s = type ? open_picture(content, type, pw, ph) : NULL;
    if (!s || cairo_surface_status(s) != CAIRO_STATUS_SUCCESS) {
        if (s) cairo_surface_destroy(s);
        return FAIL(c->ctx, RC_INVALID, "paper.picture", "图片须为完好的 PNG 或 JPEG，不超过 6400 万像素",
                    "a picture must be a sound PNG or JPEG of at most 64 million pixels");
    }
    cairo_save(c->cr);
    cairo_translate(c->cr, x, y);
    cairo_scale(c->cr, w / pw, h / ph);
    cairo_set_source_surface(c->cr, s, 0, 0);
    cairo_paint(c->cr);
    cairo_restore(c->cr);
    cairo_surface_destroy(s);
    return 0;
}
