/* The layout of GB/T 9704-2012 as a pen that goes down the pages: type area of 156 × 225 mm, 22 lines of 28
 * characters of 3号, the title in 2号, the red head 35 mm below the area's top, page numbers 7 mm beneath it,
 * the seal's place over sender and date, the imprint at the last page's end. Nothing is placed by chance:
 * equal documents give equal pages. */
#include "layout.h"

static Style body_style(const Pen *pen)
{
    return (Style){pen->fonts->body, SIZE_BODY, false, BLACK, CHARACTER_PITCH - SIZE_BODY};
}

double pen_left(const Pen *pen)
{
    return AREA_TOP + AREA_HEIGHT - pen->y;
}

double pen_baseline(double y, double pitch, double size)
{
    return y + (pitch - size) / 2 + size * 0.86;
}

/* ---- Pages ---- */

/* 4号 figures between dashes, 7 mm beneath the type area, outside: odd pages right, even ones left. */
static void page_number(Pen *pen)
{
    Style s = {pen->fonts->page, SIZE_SMALL, false, BLACK, 0};
    double baseline = AREA_TOP + AREA_HEIGHT + 7 * MM + SIZE_SMALL * 0.86;
    bool odd = pen->page % 2;
    double x = odd ? AREA_LEFT + AREA_WIDTH - SIZE_SMALL : AREA_LEFT + SIZE_SMALL;
    canvas_text(pen->canvas, str_printf(pen->ctx->arena, "— %d —", pen->page), &s, x, baseline,
                odd ? ALIGN_RIGHT : ALIGN_LEFT);
}

static void watermark(Pen *pen)
{
    if (!pen->p->watermark.n) return;
    Style s = {pen->fonts->black, 110, true, {0.5, 0.5, 0.5, 0.16}, 20};
    canvas_text_turned(pen->canvas, pen->p->watermark, &s, PAGE_WIDTH / 2, PAGE_HEIGHT / 2, -35);
}

Rc pen_next_page(Pen *pen)
{
    if (pen->page) {
        page_number(pen);
        canvas_next_page(pen->canvas);
    }
    if (pen->page == PAPER_PAGES_MAX || arena_over(pen->ctx->arena))
        return FAIL(pen->ctx, RC_TOO_LARGE, "paper.too_large", "文书超过 %d 页", "the paper exceeds %d pages",
                    PAPER_PAGES_MAX);
    pen->page++;
    pen->y = AREA_TOP;
    watermark(pen);
    return 0;
}

Rc pen_need(Pen *pen, double height)
{
    /* A hair of tolerance: 22 lines fill the page exactly. */
    return height > pen_left(pen) + 0.01 && pen->y > AREA_TOP ? pen_next_page(pen) : 0;
}

Rc pen_para(Pen *pen, Para *para, const Style *style, double x, double pitch)
{
    int n = para_lines(para), kept = n > 2 ? n - 2 : 0;
    for (int i = 0; i < n; i++) {
        TRY(pen_need(pen, i == kept ? (n - i) * pitch + pen->tail : pitch));
        para_draw(para, i, x, pen_baseline(pen->y, pitch, style->size));
        pen->y += pitch;
        if (pen->page == 1) pen->lines_first++;
    }
    para_free(&para);
    return 0;
}

static Rc text_block(Pen *pen, Str text, const Style *style, const ParaShape *shape)
{
    Para *para = para_new(pen->canvas, text, style, shape);
    return pen_para(pen, para, style, AREA_LEFT + AREA_WIDTH - shape->width, LINE_PITCH);
}

/* ---- Above the body ---- */

/* As large as the width allows, at most 22 mm high. */
static Rc red_head(Pen *pen)
{
    const Paper *p = pen->p;
    Style s = {pen->fonts->title, 60, true, RED, 0};
    double width = 0;
    while (s.size > 20) {
        Para *para = para_new(pen->canvas, p->red_head, &s, &(ParaShape){0});
        width = para_width(para);
        para_free(&para);
        if (width <= AREA_WIDTH) break;
        s.size -= 2;
    }
    pen->y = AREA_TOP + 35 * MM;
    canvas_text(pen->canvas, p->red_head, &s, PAGE_WIDTH / 2, pen->y + s.size * 0.86, ALIGN_CENTRE);
    pen->y += s.size + 2 * LINE_PITCH;
    Style body = body_style(pen);
    canvas_text(pen->canvas, p->number, &body, PAGE_WIDTH / 2, pen_baseline(pen->y, LINE_PITCH, SIZE_BODY),
                ALIGN_CENTRE);
    pen->y += LINE_PITCH + 4 * MM;
    canvas_line(pen->canvas, AREA_LEFT, pen->y, AREA_LEFT + AREA_WIDTH, pen->y, 1.4, RED);
    pen->y += 2 * LINE_PITCH;
    return 0;
}

static Rc plain_head(Pen *pen)
{
    Style body = body_style(pen);
    if (pen->p->number.n)
        canvas_text(pen->canvas, pen->p->number, &body, AREA_LEFT + AREA_WIDTH,
                    pen_baseline(pen->y, LINE_PITCH, SIZE_BODY), ALIGN_RIGHT);
    pen->y += 2 * LINE_PITCH;
    return 0;
}

static Rc title(Pen *pen)
{
    Style s = {pen->fonts->title, SIZE_TITLE, true, BLACK, 0};
    ParaShape shape = {.width = AREA_WIDTH, .align = ALIGN_CENTRE};
    if (!pen->p->title.n) return 0;
    TRY(pen_para(pen, para_new(pen->canvas, pen->p->title, &s, &shape), &s, AREA_LEFT, LINE_PITCH * 1.25));
    pen->y += LINE_PITCH;
    return 0;
}

static Rc addressee(Pen *pen)
{
    Style s = body_style(pen);
    if (!pen->p->to.n) return 0;
    bool colon = str_ends(pen->p->to, STR("：")) || str_ends(pen->p->to, STR(":"));
    Str text = str_printf(pen->ctx->arena, "%.*s%s", STR_ARG(pen->p->to),
                          colon                     ? ""
                          : pen->p->lang == LANG_EN ? ":"
                                                    : "：");
    return text_block(pen, text, &s, &(ParaShape){.width = AREA_WIDTH});
}

/* ---- Body ---- */

static Rc paragraph(Pen *pen, const PaperBlock *b)
{
    Style s = body_style(pen);
    ParaShape shape = {.width = AREA_WIDTH,
                       .indent = b->flush || b->centre ? 0 : 2 * CHARACTER_PITCH,
                       .align = b->centre ? ALIGN_CENTRE : ALIGN_LEFT,
                       .justify = !b->centre};
    return text_block(pen, b->text, &s, &shape);
}

/* A heading is never the last thing on a page. */
static double height_below(const PaperBlock *next)
{
    if (next && next->kind == PAPER_TABLE) return 4 + 6 * SIZE_TABLE;
    if (next && next->kind == PAPER_CHART) return CHART_HEIGHT + 12;
    if (next && next->kind == PAPER_MAP) return map_height(&next->map);
    if (next && next->kind == PAPER_PICTURE) return AREA_HEIGHT / 3;
    return LINE_PITCH;
}

static Rc heading(Pen *pen, const PaperBlock *b)
{
    Arena *a = pen->ctx->arena;
    const char *const families[] = {pen->fonts->black, pen->fonts->kai, pen->fonts->body, pen->fonts->body};
    int level = b->level < 1 ? 1 : b->level > 4 ? 4 : b->level;
    Style s = body_style(pen);
    s.family = families[level - 1];
    s.bold = level == 2 && !strcmp(pen->fonts->kai, pen->fonts->body);
    Str mark = paper_heading_next(a, pen->p->lang, &pen->counts, level);
    Str text = str_printf(a, "%.*s%.*s", STR_ARG(mark), STR_ARG(b->text));
    TRY(pen_need(pen, LINE_PITCH + height_below(b->next)));
    return text_block(pen, text, &s,
                      &(ParaShape){.width = AREA_WIDTH, .indent = 2 * CHARACTER_PITCH, .justify = true});
}

static Rc picture(Pen *pen, const PaperPicture *pic)
{
    int w, h;
    if (!paper_picture(pic->png, &w, &h))
        return FAIL(pen->ctx, RC_INVALID, "paper.picture", "图片须为完好的 PNG 或 JPEG，不超过 6400 万像素",
                    "a picture must be a sound PNG or JPEG of at most 64 million pixels");
    double width = pic->width > 0 && pic->width * MM < AREA_WIDTH ? pic->width * MM : AREA_WIDTH;
    double natural = w * 0.5, most = AREA_HEIGHT * 0.45;
    if (pic->width <= 0 && natural < width) width = natural;
    double height = width * h / w;
    if (height > most) width *= most / height, height = most;
    TRY(pen_need(pen, height + LINE_PITCH + pen->tail));
    TRY(canvas_picture(pen->canvas, pic->png, AREA_LEFT + (AREA_WIDTH - width) / 2, pen->y + 6, width,
                       height));
    pen->y += height + 12;
    Style s = {pen->fonts->body, SIZE_TABLE, false, BLACK, 0};
    if (!pic->caption.n) return 0;
    canvas_text(pen->canvas, pic->caption, &s, PAGE_WIDTH / 2, pen->y + SIZE_TABLE, ALIGN_CENTRE);
    pen->y += LINE_PITCH;
    return 0;
}

static Rc chart(Pen *pen, const PaperChart *chart)
{
    TRY(pen_need(pen, CHART_HEIGHT + 12 + pen->tail));
    const double box[4] = {AREA_LEFT, pen->y + 6, AREA_WIDTH, CHART_HEIGHT};
    chart_draw(pen->canvas, chart, pen->fonts->black, box);
    pen->y += CHART_HEIGHT + 12;
    return 0;
}

static Rc map(Pen *pen, const PaperMap *m)
{
    double height = map_height(m);
    TRY(pen_need(pen, height + 6 + pen->tail));
    const double box[4] = {AREA_LEFT, pen->y + 6, AREA_WIDTH, height};
    map_draw(pen->canvas, m, pen->fonts->black, box);
    pen->y += height + 6;
    return 0;
}

static Rc block(Pen *pen, const PaperBlock *b)
{
    switch (b->kind) {
    case PAPER_PARAGRAPH:
        return paragraph(pen, b);
    case PAPER_HEADING:
        return heading(pen, b);
    case PAPER_TABLE:
        return pen_table(pen, &b->table);
    case PAPER_PICTURE:
        return picture(pen, &b->picture);
    case PAPER_CHART:
        return chart(pen, &b->chart);
    case PAPER_MAP:
        return map(pen, &b->map);
    }
    return 0;
}

/* ---- Below the body ---- */

/* Sender and date with the room for the seal over them. */
static double signature_height(const Paper *p)
{
    return p->sender.n || p->date.n || p->code.modules ? 4.5 * LINE_PITCH : 0;
}

static Rc attachments(Pen *pen)
{
    const Paper *p = pen->p;
    Arena *a = pen->ctx->arena;
    Style s = body_style(pen);
    const char *word = p->lang == LANG_EN ? "Attachments: " : "附件：";
    if (!p->nattachments) return 0;
    TRY(pen_need(pen, 2 * LINE_PITCH));
    pen->y += LINE_PITCH;
    for (size_t i = 0; i < p->nattachments; i++) {
        Str number = p->nattachments > 1 ? str_printf(a, "%zu. ", i + 1) : STR("");
        Str text =
            str_printf(a, "%s%.*s%.*s", i ? "　　　" : word, STR_ARG(number), STR_ARG(p->attachments[i]));
        pen->tail = i + 1 == p->nattachments ? signature_height(p) : 0;
        TRY(text_block(
            pen, text, &s,
            &(ParaShape){.width = AREA_WIDTH - 2 * CHARACTER_PITCH, .indent = -5 * CHARACTER_PITCH}));
    }
    pen->tail = 0;
    return 0;
}

static void draw_code(Pen *pen, double top)
{
    const PaperCode *code = &pen->p->code;
    if (!code->modules || code->side < 1) return;
    double side = 21 * MM, unit = side / (code->side + 2);
    for (int y = 0; y < code->side; y++)
        for (int x = 0; x < code->side; x++)
            if (code->modules[y * code->side + x])
                canvas_box(pen->canvas, AREA_LEFT + (x + 1) * unit, top + (y + 1) * unit, unit * 1.02,
                           unit * 1.02, BLACK);
    Style s = {pen->fonts->black, 8, false, GREY, 0};
    for (size_t i = 0; i < ARRAY_LEN(code->lines); i++)
        canvas_text(pen->canvas, code->lines[i], &s, AREA_LEFT + unit, top + side + 9 + 10 * (double)i,
                    ALIGN_LEFT);
}

/* The date ends four characters before the margin, the sender stands over its middle, and two lines above
 * are free for the upper half of the seal. All of it on one page, together with the code on the left. */
static Rc signature(Pen *pen)
{
    const Paper *p = pen->p;
    Style s = body_style(pen);
    if (!signature_height(p)) return 0;
    TRY(pen_need(pen, signature_height(p)));
    draw_code(pen, pen->y + 0.5 * LINE_PITCH);
    pen->y += 2 * LINE_PITCH;
    Para *date = para_new(pen->canvas, p->date, &s, &(ParaShape){0});
    Para *sender = para_new(pen->canvas, p->sender, &s, &(ParaShape){0});
    double right = AREA_LEFT + AREA_WIDTH - 4 * CHARACTER_PITCH, half = para_width(date) / 2;
    double middle = right - half, w = para_width(sender) / 2;
    if (middle + w > AREA_LEFT + AREA_WIDTH) middle = AREA_LEFT + AREA_WIDTH - w;
    para_draw(sender, 0, middle - w, pen_baseline(pen->y, LINE_PITCH, SIZE_BODY));
    pen->y += LINE_PITCH;
    if (p->date.n) para_draw(date, 0, right - 2 * half, pen_baseline(pen->y, LINE_PITCH, SIZE_BODY));
    pen->y += 1.5 * LINE_PITCH;
    para_free(&sender);
    para_free(&date);
    return 0;
}

static Rc note(Pen *pen)
{
    Style s = body_style(pen);
    if (!pen->p->note.n) return 0;
    Str text = str_printf(pen->ctx->arena, "（%.*s）", STR_ARG(pen->p->note));
    return text_block(pen, text, &s, &(ParaShape){.width = AREA_WIDTH, .indent = 2 * CHARACTER_PITCH});
}

/* 版记: at the end of the last page, thick lines outside and a thin one inside. */
static Rc imprint(Pen *pen)
{
    enum { PITCH = 22 };
    const Paper *p = pen->p;
    Style s = {pen->fonts->body, SIZE_SMALL, false, BLACK, 0};
    bool foot = p->printer.n || p->printed.n;
    if (!p->cc.n && !foot) return 0;
    Str cc = str_printf(pen->ctx->arena, "%s%.*s", p->lang == LANG_EN ? "cc: " : "抄送：", STR_ARG(p->cc));
    double inner = AREA_WIDTH - 2 * SIZE_SMALL;
    Para *para = para_new(pen->canvas, cc, &s, &(ParaShape){.width = inner, .indent = -3 * SIZE_SMALL});
    int lines = p->cc.n ? para_lines(para) : 0;
    double height = (lines + (foot ? 1 : 0)) * (double)PITCH + 8;
    TRY(pen_need(pen, height));
    pen->y = AREA_TOP + AREA_HEIGHT - height;
    canvas_line(pen->canvas, AREA_LEFT, pen->y, AREA_LEFT + AREA_WIDTH, pen->y, 1, BLACK);
    pen->y += 4;
    for (int i = 0; i < lines; i++, pen->y += PITCH)
        para_draw(para, i, AREA_LEFT + SIZE_SMALL, pen_baseline(pen->y, PITCH, SIZE_SMALL));
    para_free(&para);
    if (lines && foot)
        canvas_line(pen->canvas, AREA_LEFT, pen->y, AREA_LEFT + AREA_WIDTH, pen->y, 0.7, BLACK);
    double baseline = pen_baseline(pen->y, PITCH, SIZE_SMALL);
    canvas_text(pen->canvas, p->printer, &s, AREA_LEFT + SIZE_SMALL, baseline, ALIGN_LEFT);
    canvas_text(pen->canvas, p->printed, &s, AREA_LEFT + AREA_WIDTH - SIZE_SMALL, baseline, ALIGN_RIGHT);
    double end = AREA_TOP + AREA_HEIGHT;
    canvas_line(pen->canvas, AREA_LEFT, end, AREA_LEFT + AREA_WIDTH, end, 1, BLACK);
    return 0;
}

static Rc draw(Pen *pen)
{
    TRY(pen_next_page(pen));
    TRY(pen->p->red_head.n ? red_head(pen) : plain_head(pen));
    TRY(title(pen));
    TRY(addressee(pen));
    for (const PaperBlock *b = pen->p->blocks; b; b = b->next) {
        pen->tail = b->next || pen->p->nattachments ? 0 : signature_height(pen->p);
        TRY(block(pen, b));
    }
    TRY(attachments(pen));
    TRY(signature(pen));
    TRY(note(pen));
    TRY(imprint(pen));
    page_number(pen);
    return 0;
}

Rc paper_pdf(Ctx *ctx, const Paper *p, const PaperFonts *fonts, Str *out, PaperStats *stats)
{
    Pen pen = {.ctx = ctx, .p = p, .fonts = fonts ? fonts : &paper_fonts_default};
    TRY(paper_check(ctx, p));
    CanvasInfo info = {p->title, p->sender, p->made_at};
    TRY(canvas_pdf(ctx, PAGE_WIDTH, PAGE_HEIGHT, &info, &pen.canvas));
    TRY(draw(&pen));
    if (stats) *stats = (PaperStats){pen.page, pen.lines_first};
    return canvas_finish(pen.canvas, out);
}

Rc paper_page(Ctx *ctx, const Paper *p, const PaperFonts *fonts, int page, Str *png, int *pages)
{
    static const double scale = 1.6; /* pixels a point: sharp on a desk, small on a phone's network */
    Pen pen = {.ctx = ctx, .p = p, .fonts = fonts ? fonts : &paper_fonts_default};
    TRY(paper_check(ctx, p));
    TRY(canvas_page_png(ctx, PAGE_WIDTH, PAGE_HEIGHT, scale, page, &pen.canvas));
    TRY(draw(&pen));
    *pages = pen.page;
    if (page < 1 || page > pen.page)
        return FAIL(ctx, RC_NOT_FOUND, "paper.page", "没有第 %d 页，共 %d 页", "there is no page %d of %d",
                    page, pen.page);
    return canvas_finish(pen.canvas, png);
}
