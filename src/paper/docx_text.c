/* Paragraphs, tables and pictures of a docx (ECMA-376, WordprocessingML). Elements stand in the order that
 * the schema asks for: other programs are less forgiving than the one at hand. */
#include "docx.h"
#include <math.h>

void docx_escape(StrBuf *b, Str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '&') buf_addz(b, "&amp;");
        else if (c == '<') buf_addz(b, "&lt;");
        else if (c == '>') buf_addz(b, "&gt;");
        else if (c == '"') buf_addz(b, "&quot;");
        else if ((unsigned char)c >= 0x20 || c == '\t') buf_addc(b, c);
    }
}

static void run_look(Docx *d, const DocxPara *look)
{
    int half = (int)lround(look->size * 2);
    buf_addz(d->b, "<w:rPr><w:rFonts w:ascii=\"");
    docx_escape(d->b, str_of(look->family));
    buf_addz(d->b, "\" w:eastAsia=\"");
    docx_escape(d->b, str_of(look->family));
    buf_addz(d->b, "\" w:hAnsi=\"");
    docx_escape(d->b, str_of(look->family));
    buf_addz(d->b, "\"/>");
    if (look->bold) buf_addz(d->b, "<w:b/>");
    if (look->red) buf_addz(d->b, "<w:color w:val=\"CC0000\"/>");
    else if (look->grey) buf_addz(d->b, "<w:color w:val=\"808080\"/>");
    /* 28 characters of 3号 to a line; a grid of characters is read differently by each program. */
    if (look->size == SIZE_BODY)
        buf_printf(d->b, "<w:spacing w:val=\"%d\"/>", (int)floor((CHARACTER_PITCH - SIZE_BODY) * 20));
    buf_printf(d->b, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/></w:rPr>", half, half);
}

static void para_look(Docx *d, const DocxPara *look)
{
    buf_addz(d->b, "<w:pPr>");
    if (look->keep) buf_addz(d->b, "<w:keepNext/>");
    if (look->border) buf_addz(d->b, look->border);
    if (look->pitch || look->before)
        buf_printf(d->b, "<w:spacing w:before=\"%d\" w:after=\"0\" w:line=\"%d\" w:lineRule=\"exact\"/>",
                   look->before, look->pitch ? look->pitch : (int)lround(LINE_PITCH * 20));
    if (look->indent_chars || look->left || look->right) {
        buf_printf(d->b, "<w:ind w:left=\"%d\" w:right=\"%d\"", look->left, look->right);
        int chars = look->indent_chars < 0 ? -look->indent_chars : look->indent_chars;
        const char *what = look->indent_chars < 0 ? "hanging" : "firstLine";
        if (chars)
            buf_printf(d->b, " w:%sChars=\"%d\" w:%s=\"%d\"", what, chars, what,
                       (int)lround(chars / 100.0 * look->size * 20));
        buf_addz(d->b, "/>");
    }
    buf_printf(d->b, "<w:jc w:val=\"%s\"/></w:pPr>", look->align ? look->align : "left");
}

void docx_para(Docx *d, Str text, const DocxPara *look)
{
    buf_addz(d->b, "<w:p>");
    para_look(d, look);
    bool first = true;
    while (text.n || first) {
        buf_addz(d->b, "<w:r>");
        run_look(d, look);
        if (!first) buf_addz(d->b, "<w:br/>");
        buf_addz(d->b, "<w:t xml:space=\"preserve\">");
        docx_escape(d->b, str_cut(&text, '\n'));
        buf_addz(d->b, "</w:t></w:r>");
        first = false;
    }
    buf_addz(d->b, "</w:p>\n");
}

bool docx_picture(Docx *d, const char *extension, Str content, double width, double height)
{
    if (d->nmedia == DOCX_MEDIA_MAX) return false;
    size_t n = ++d->nmedia;
    d->media[n - 1] = (DocxMedia){arena_printf(d->ctx->arena, "media/image%zu.%s", n, extension), content};
    long cx = lround(width * 12700), cy = lround(height * 12700); /* EMU */
    buf_printf(
        d->b,
        "<w:p><w:pPr><w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/></w:pPr><w:r>"
        "<w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"%ld\" "
        "cy=\"%ld\"/><wp:docPr id=\"%zu\" name=\"Picture %zu\"/><a:graphic><a:graphicData "
        "uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr>"
        "<pic:cNvPr id=\"%zu\" name=\"image%zu\"/><pic:cNvPicPr/></pic:nvPicPr>",
        cx, cy, n, n, n, n);
    buf_printf(
        d->b,
        "<pic:blipFill><a:blip r:embed=\"rIdImage%zu\"/><a:stretch><a:fillRect/></a:stretch>"
        "</pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"%ld\" cy=\"%ld\"/></a:xfrm>"
        "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>"
        "</a:graphic></wp:inline></w:drawing></w:r></w:p>\n",
        n, cx, cy);
    return true;
}

static void cell(Docx *d, const PaperTable *t, size_t r, size_t c, int width)
{
    bool head = r < t->heads;
    Str text = t->cells[r * t->ncols + c];
    DocxPara look = {.family = head ? d->fonts->black : d->fonts->body,
                     .size = SIZE_TABLE,
                     .align = head || paper_width(text) <= 20 ? "center" : "left",
                     .pitch = 360};
    buf_printf(d->b, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/>", width);
    if (head) buf_addz(d->b, "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F0F0F0\"/>");
    buf_addz(d->b, "<w:vAlign w:val=\"center\"/></w:tcPr>");
    docx_para(d, text, &look);
    buf_addz(d->b, "</w:tc>");
}

void docx_table(Docx *d, const PaperTable *t)
{
    double shares[PAPER_COLUMNS_MAX];
    int widths[PAPER_COLUMNS_MAX];
    if (!t->ncols || t->ncols > PAPER_COLUMNS_MAX) return;
    paper_column_shares(t, shares);
    buf_addz(d->b,
             "<w:tbl><w:tblPr><w:tblW w:w=\"8844\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>");
    static const char *const sides[] = {"top", "left", "bottom", "right", "insideH", "insideV"};
    for (size_t i = 0; i < ARRAY_LEN(sides); i++)
        buf_printf(d->b, "<w:%s w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>", sides[i]);
    buf_addz(d->b, "</w:tblBorders><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>");
    for (size_t c = 0; c < t->ncols; c++) {
        widths[c] = (int)lround(shares[c] * AREA_WIDTH * 20);
        buf_printf(d->b, "<w:gridCol w:w=\"%d\"/>", widths[c]);
    }
    buf_addz(d->b, "</w:tblGrid>\n");
    for (size_t r = 0; r < t->nrows; r++) {
        buf_addz(d->b, r < t->heads ? "<w:tr><w:trPr><w:tblHeader/></w:trPr>" : "<w:tr>");
        for (size_t c = 0; c < t->ncols; c++) cell(d, t, r, c, widths[c]);
        buf_addz(d->b, "</w:tr>\n");
    }
    buf_addz(d->b, "</w:tbl>\n");
}
