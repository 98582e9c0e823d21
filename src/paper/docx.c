/* The same document as docx, for offices that still change a word: same margins, 22 lines of 28
 * characters, same order of parts. Dates and ids are the document's own, so that equal documents give equal
 * bytes. */
#include "docx.h"
#include "base/clock.h"
#include <math.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define NS                                                                                                   \
    " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""                              \
    " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""                       \
    " xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\""                   \
    " xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\""                                     \
    " xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\""
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static DocxPara body_look(const Docx *d)
{
    return (DocxPara){.family = d->fonts->body, .size = SIZE_BODY, .align = "both"};
}

static void empty_lines(Docx *d, int n)
{
    DocxPara look = body_look(d);
    while (n-- > 0) docx_para(d, STR(""), &look);
}

/* ---- Above the body ---- */

static void head(Docx *d)
{
    static const char line[] = "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"8\" "
                               "w:color=\"CC0000\"/></w:pBdr>";
    const Paper *p = d->p;
    DocxPara number = body_look(d);
    number.align = p->red_head.n ? "center" : "right";
    if (p->red_head.n) {
        size_t chars = paper_width(p->red_head) / 2 + 1;
        double size = fmin(60, floor(AREA_WIDTH / (double)chars));
        DocxPara red = {.family = d->fonts->title,
                        .size = size,
                        .bold = true,
                        .red = true,
                        .align = "center",
                        .before = (int)lround(35 * MM * 20),
                        .pitch = (int)lround(size * 1.3 * 20)};
        docx_para(d, p->red_head, &red);
        empty_lines(d, 1);
        number.border = line;
    }
    if (p->number.n || p->red_head.n) docx_para(d, p->number, &number);
    empty_lines(d, 1);
    DocxPara title = {.family = d->fonts->title,
                      .size = SIZE_TITLE,
                      .bold = true,
                      .align = "center",
                      .pitch = (int)lround(LINE_PITCH * 25)};
    if (p->title.n) docx_para(d, p->title, &title);
    empty_lines(d, 1);
    DocxPara to = body_look(d);
    bool colon = str_ends(p->to, STR("：")) || str_ends(p->to, STR(":"));
    const char *mark = colon ? "" : p->lang == LANG_EN ? ":" : "：";
    if (p->to.n) docx_para(d, str_printf(d->ctx->arena, "%.*s%s", STR_ARG(p->to), mark), &to);
}

/* ---- Body ---- */

static void heading(Docx *d, const PaperBlock *b)
{
    const char *const families[] = {d->fonts->black, d->fonts->kai, d->fonts->body, d->fonts->body};
    int level = b->level < 1 ? 1 : b->level > 4 ? 4 : b->level;
    DocxPara look = body_look(d);
    look.family = families[level - 1];
    look.bold = level == 2 && !strcmp(d->fonts->kai, d->fonts->body);
    look.indent_chars = 200;
    look.keep = true;
    Str mark = paper_heading_next(d->ctx->arena, d->p->lang, &d->counts, level);
    docx_para(d, str_printf(d->ctx->arena, "%.*s%.*s", STR_ARG(mark), STR_ARG(b->text)), &look);
}

static void caption(Docx *d, Str text)
{
    DocxPara look = {.family = d->fonts->body, .size = SIZE_TABLE, .align = "center"};
    if (text.n) docx_para(d, text, &look);
}

static Rc picture(Docx *d, const PaperPicture *pic)
{
    int w, h;
    PictureType type = paper_picture(pic->png, &w, &h);
    if (!type)
        return FAIL(d->ctx, RC_INVALID, "paper.picture", "图片须为完好的 PNG 或 JPEG，不超过 6400 万像素",
                    "a picture must be a sound PNG or JPEG of at most 64 million pixels");
    double width = fmin(AREA_WIDTH, pic->width > 0 ? pic->width * MM : w * 0.5), height = width * h / w;
    double most = AREA_HEIGHT * 0.45;
    if (height > most) width *= most / height, height = most;
    docx_picture(d, type == PICTURE_PNG ? "png" : "jpeg", pic->png, width, height);
    caption(d, pic->caption);
    return 0;
}

static Rc chart(Docx *d, const PaperChart *c)
{
    Str png;
    TRY(paper_chart_png(d->ctx, c, d->fonts, &png));
    int w, h;
    if (paper_picture(png, &w, &h)) docx_picture(d, "png", png, AREA_WIDTH, AREA_WIDTH * h / w);
    return 0;
}

static Rc map(Docx *d, const PaperMap *m)
{
    Str png;
    int w, h;
    TRY(paper_map_png(d->ctx, m, d->fonts, &png));
    if (paper_picture(png, &w, &h)) docx_picture(d, "png", png, AREA_WIDTH, AREA_WIDTH * h / w);
    return 0;
}

static Rc block(Docx *d, const PaperBlock *b)
{
    DocxPara look = body_look(d);
    switch (b->kind) {
    case PAPER_PARAGRAPH:
        look.indent_chars = b->flush || b->centre ? 0 : 200;
        if (b->centre) look.align = "center";
        docx_para(d, b->text, &look);
        return 0;
    case PAPER_HEADING:
        heading(d, b);
        return 0;
    case PAPER_TABLE:
        docx_table(d, &b->table);
        return 0;
    case PAPER_PICTURE:
        return picture(d, &b->picture);
    case PAPER_CHART:
        return chart(d, &b->chart);
    case PAPER_MAP:
        return map(d, &b->map);
    }
    return 0;
}

/* ---- Below the body ---- */

static void attachments(Docx *d)
{
    const Paper *p = d->p;
    DocxPara look = body_look(d);
    look.left = 640;
    if (p->nattachments) empty_lines(d, 1);
    for (size_t i = 0; i < p->nattachments; i++) {
        const char *word = i ? "　　　" : p->lang == LANG_EN ? "Attachments: " : "附件：";
        Str number = p->nattachments > 1 ? str_printf(d->ctx->arena, "%zu. ", i + 1) : STR("");
        docx_para(d,
                  str_printf(d->ctx->arena, "%s%.*s%.*s", word, STR_ARG(number), STR_ARG(p->attachments[i])),
                  &look);
    }
}

static Rc signature(Docx *d)
{
    const Paper *p = d->p;
    DocxPara look = body_look(d);
    look.align = "right";
    look.right = (int)lround(4 * CHARACTER_PITCH * 20);
    look.keep = true;
    empty_lines(d, 2);
    double shift = ((double)paper_width(p->sender) - (double)paper_width(p->date)) / 4 * SIZE_BODY * 20;
    DocxPara sender = look;
    sender.right = look.right - (int)lround(fmin(shift, look.right));
    if (p->sender.n) docx_para(d, p->sender, &sender);
    look.keep = false;
    if (p->date.n) docx_para(d, p->date, &look);
    if (!p->code.modules) return 0;
    Str png;
    TRY(paper_code_png(d->ctx, &p->code, &png));
    docx_picture(d, "png", png, 22 * MM, 22 * MM);
    DocxPara small = {.family = d->fonts->black, .size = 8, .grey = true, .align = "center", .pitch = 220};
    for (size_t i = 0; i < ARRAY_LEN(p->code.lines); i++)
        if (p->code.lines[i].n) docx_para(d, p->code.lines[i], &small);
    return 0;
}

static void foot(Docx *d)
{
    static const char line[] =
        "<w:pBdr><w:top w:val=\"single\" w:sz=\"8\" w:space=\"1\" w:color=\"000000\"/>"
        "<w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"1\" w:color=\"000000\"/></w:pBdr>";
    const Paper *p = d->p;
    Arena *a = d->ctx->arena;
    DocxPara note = body_look(d);
    note.indent_chars = 200;
    if (p->note.n) docx_para(d, str_printf(a, "（%.*s）", STR_ARG(p->note)), &note);
    DocxPara look = {
        .family = d->fonts->body, .size = SIZE_SMALL, .align = "left", .pitch = 440, .border = line};
    const char *word = p->lang == LANG_EN ? "cc: " : "抄送：";
    if (p->cc.n || p->printer.n) empty_lines(d, 1);
    if (p->cc.n) docx_para(d, str_printf(a, "　%s%.*s", word, STR_ARG(p->cc)), &look);
    if (p->printer.n || p->printed.n)
        docx_para(d, str_printf(a, "　%.*s　　%.*s", STR_ARG(p->printer), STR_ARG(p->printed)), &look);
}

static void section(Docx *d)
{
    buf_printf(d->b,
               "<w:sectPr>%s<w:footerReference w:type=\"default\" r:id=\"rIdOdd\"/>"
               "<w:footerReference w:type=\"even\" r:id=\"rIdEven\"/>",
               d->p->watermark.n ? "<w:headerReference w:type=\"default\" r:id=\"rIdMark\"/>"
                                   "<w:headerReference w:type=\"even\" r:id=\"rIdMark\"/>"
                                 : "");
    buf_printf(d->b,
               "<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"%d\" w:right=\"%d\" w:bottom=\"%d\" "
               "w:left=\"%d\" w:header=\"851\" w:footer=\"%d\" w:gutter=\"0\"/>"
               "<w:docGrid w:type=\"lines\" w:linePitch=\"%d\"/></w:sectPr>",
               (int)lround(AREA_TOP * 20), (int)lround((PAGE_WIDTH - AREA_LEFT - AREA_WIDTH) * 20),
               (int)lround((PAGE_HEIGHT - AREA_TOP - AREA_HEIGHT) * 20), (int)lround(AREA_LEFT * 20),
               (int)lround(28 * MM * 20 - 280), (int)lround(LINE_PITCH * 20));
}

/* ---- Parts ---- */

static Str document(Docx *d, Rc *rc)
{
    StrBuf *b = d->b = ARENA_NEW(d->ctx->arena, StrBuf);
    buf_init(b, d->ctx->arena);
    buf_addz(b, HEAD "<w:document" NS "><w:body>\n");
    head(d);
    *rc = 0;
    for (const PaperBlock *k = d->p->blocks; k && *rc >= 0; k = k->next) {
        *rc = block(d, k);
        if (*rc >= 0 && arena_over(d->ctx->arena))
            *rc = FAIL(d->ctx, RC_TOO_LARGE, "paper.too_large", "文书过大", "the paper is too large");
    }
    if (*rc < 0) return STR_NONE;
    attachments(d);
    *rc = signature(d);
    foot(d);
    section(d);
    buf_addz(b, "</w:body></w:document>\n");
    return buf_str(b);
}

static Str footer(Docx *d, const char *align)
{
    StrBuf b;
    buf_init(&b, d->ctx->arena);
    buf_printf(&b,
               HEAD "<w:ftr" NS "><w:p><w:pPr><w:ind w:left=\"280\" w:right=\"280\"/><w:jc w:val=\"%s\"/>"
                    "</w:pPr>",
               align);
    static const char *const runs[] = {"<w:t xml:space=\"preserve\">— </w:t>",
                                       "<w:fldChar w:fldCharType=\"begin\"/>",
                                       "<w:instrText xml:space=\"preserve\"> PAGE </w:instrText>",
                                       "<w:fldChar w:fldCharType=\"separate\"/>",
                                       "<w:t>1</w:t>",
                                       "<w:fldChar w:fldCharType=\"end\"/>",
                                       "<w:t xml:space=\"preserve\"> —</w:t>"};
    for (size_t i = 0; i < ARRAY_LEN(runs); i++)
        buf_printf(&b, "<w:r><w:rPr><w:sz w:val=\"28\"/></w:rPr>%s</w:r>", runs[i]);
    buf_addz(&b, "</w:p></w:ftr>\n");
    return buf_str(&b);
}

static Str mark(Docx *d)
{
    StrBuf *b = d->b = ARENA_NEW(d->ctx->arena, StrBuf);
    buf_init(b, d->ctx->arena);
    buf_addz(b, HEAD "<w:hdr" NS ">");
    docx_para(
        d, d->p->watermark,
        &(DocxPara){.family = d->fonts->black, .size = 22, .bold = true, .grey = true, .align = "center"});
    buf_addz(b, "</w:hdr>\n");
    return buf_str(b);
}

static Str relations(Docx *d)
{
    StrBuf b;
    buf_init(&b, d->ctx->arena);
    buf_addz(&b, HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
                      "<Relationship Id=\"rIdStyles\" Type=\"" REL "/styles\" Target=\"styles.xml\"/>"
                      "<Relationship Id=\"rIdSettings\" Type=\"" REL "/settings\" Target=\"settings.xml\"/>"
                      "<Relationship Id=\"rIdOdd\" Type=\"" REL "/footer\" Target=\"footer1.xml\"/>"
                      "<Relationship Id=\"rIdEven\" Type=\"" REL "/footer\" Target=\"footer2.xml\"/>"
                      "<Relationship Id=\"rIdMark\" Type=\"" REL "/header\" Target=\"header1.xml\"/>");
    for (size_t i = 0; i < d->nmedia; i++)
        buf_printf(&b, "<Relationship Id=\"rIdImage%zu\" Type=\"" REL "/image\" Target=\"%s\"/>", i + 1,
                   d->media[i].name);
    buf_addz(&b, "</Relationships>\n");
    return buf_str(&b);
}

static Str styles(Docx *d)
{
    StrBuf b;
    buf_init(&b, d->ctx->arena);
    buf_addz(&b, HEAD "<w:styles" NS "><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"");
    docx_escape(&b, str_of(d->fonts->body));
    buf_addz(&b, "\" w:eastAsia=\"");
    docx_escape(&b, str_of(d->fonts->body));
    buf_addz(&b, "\" w:hAnsi=\"");
    docx_escape(&b, str_of(d->fonts->body));
    buf_addz(&b,
             "\"/><w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/>"
             "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after=\"0\"/></w:pPr></w:pPrDefault>"
             "</w:docDefaults><w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">"
             "<w:name w:val=\"Normal\"/></w:style></w:styles>\n");
    return buf_str(&b);
}

static Str properties(Docx *d)
{
    StrBuf b;
    Civil c = civil_of(d->p->made_at - 8 * INT64_C(3600000)); /* as UTC */
    const char *t = arena_printf(d->ctx->arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day,
                                 c.hour, c.minute, c.second);
    buf_init(&b, d->ctx->arena);
    buf_addz(&b, HEAD "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/"
                      "core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\""
                      "http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
                      "<dc:title>");
    docx_escape(&b, d->p->title);
    buf_addz(&b, "</dc:title><dc:creator>");
    docx_escape(&b, d->p->sender);
    buf_printf(&b,
               "</dc:creator><dcterms:created xsi:type=\"dcterms:W3CDTF\">%s</dcterms:created>"
               "<dcterms:modified xsi:type=\"dcterms:W3CDTF\">%s</dcterms:modified></cp:coreProperties>\n",
               t, t);
    return buf_str(&b);
}

static const char types[] = HEAD
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    "<Default Extension=\"png\" ContentType=\"image/png\"/>"
    "<Default Extension=\"jpeg\" ContentType=\"image/jpeg\"/>"
#define PART(name, type)                                                                                     \
    "<Override PartName=\"/" name "\" ContentType=\"application/vnd.openxmlformats-" type "+xml\"/>"
    PART("word/document.xml", "officedocument.wordprocessingml.document.main")
        PART("word/styles.xml", "officedocument.wordprocessingml.styles")
            PART("word/settings.xml", "officedocument.wordprocessingml.settings")
                PART("word/footer1.xml", "officedocument.wordprocessingml.footer")
                    PART("word/footer2.xml", "officedocument.wordprocessingml.footer")
                        PART("word/header1.xml", "officedocument.wordprocessingml.header")
                            PART("docProps/core.xml", "package.core-properties") "</Types>\n";
static const char root[] = HEAD
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" Type=\"" REL "/officeDocument\" Target=\"word/document.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
    "core-properties\" Target=\"docProps/core.xml\"/></Relationships>\n";
static const char settings[] = HEAD "<w:settings" NS "><w:evenAndOddHeaders/></w:settings>\n";

Rc paper_docx(Ctx *ctx, const Paper *p, const PaperFonts *fonts, Str *out)
{
    enum { PARTS = 10 };
    Rc rc;
    StrBuf zip;
    TRY(paper_check(ctx, p));
    Docx *d = ARENA_NEW(ctx->arena, Docx);
    d->ctx = ctx;
    d->p = p;
    d->fonts = fonts ? fonts : &paper_fonts_default;
    Str body = document(d, &rc);
    TRY(rc);
    ZipMember members[PARTS + DOCX_MEDIA_MAX] = {{"[Content_Types].xml", str_of(types)},
                                                 {"_rels/.rels", str_of(root)},
                                                 {"docProps/core.xml", properties(d)},
                                                 {"word/document.xml", body},
                                                 {"word/styles.xml", styles(d)},
                                                 {"word/settings.xml", str_of(settings)},
                                                 {"word/footer1.xml", footer(d, "right")},
                                                 {"word/footer2.xml", footer(d, "left")},
                                                 {"word/header1.xml", mark(d)},
                                                 {"word/_rels/document.xml.rels", relations(d)}};
    for (size_t i = 0; i < d->nmedia; i++)
        members[PARTS + i] =
            (ZipMember){arena_printf(ctx->arena, "word/%s", d->media[i].name), d->media[i].content};
    buf_init(&zip, ctx->arena);
    paper_zip(&zip, members, PARTS + d->nmedia);
    *out = buf_str(&zip);
    return 0;
}
