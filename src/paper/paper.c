/* The document model. */
#include "paper_private.h"

const PaperFonts paper_fonts_default = {.title = "Noto Serif CJK SC",
                                        .body = "Noto Serif CJK SC",
                                        .black = "Noto Sans CJK SC",
                                        .kai = "Noto Serif CJK SC",
                                        .page = "Noto Serif CJK SC"};

void paper_init(Paper *p, Lang lang)
{
    *p = (Paper){.lang = lang};
}

Rc paper_add(Ctx *ctx, Paper *p, PaperBlockKind kind, PaperBlock **out)
{
    if (p->nblocks >= PAPER_BLOCKS_MAX || arena_over(ctx->arena))
        return FAIL(ctx, RC_TOO_LARGE, "paper.too_large", "文书内容过多，最多 %d 段",
                    "the paper is too long, it may have %d parts", PAPER_BLOCKS_MAX);
    PaperBlock *b = ARENA_NEW(ctx->arena, PaperBlock);
    b->kind = kind;
    if (p->last) p->last->next = b;
    else p->blocks = b;
    p->last = b;
    p->nblocks++;
    *out = b;
    return 0;
}

/* One text without end would overflow the units in which lines are measured. */
Rc paper_check(Ctx *ctx, const Paper *p)
{
    enum { TEXT_MAX = 96 * 1024 };
    for (const PaperBlock *b = p->blocks; b; b = b->next) {
        bool ok = b->text.n <= TEXT_MAX;
        for (size_t i = 0; ok && b->kind == PAPER_TABLE && i < b->table.ncols * b->table.nrows; i++)
            ok = b->table.cells[i].n <= TEXT_MAX;
        if (!ok)
            return FAIL(ctx, RC_TOO_LARGE, "paper.too_large", "一段文字或一格超过 %d KB",
                        "a paragraph or a cell exceeds %d KB", TEXT_MAX / 1024);
    }
    return 0;
}

/* C0 but the line feed, DEL and C1, and what turns the direction of text or hides it. */
static size_t dropped(const unsigned char *p, size_t n)
{
    if (p[0] == '\t') return 0;
    if ((p[0] < 0x20 && p[0] != '\n') || p[0] == 0x7f) return 1;
    if (n >= 2 && p[0] == 0xc2 && p[1] < 0xa0) return 2;
    if (n < 3) return 0;
    unsigned c = p[0] == 0xe2 || p[0] == 0xef ? (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u) : 0;
    bool hidden = (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
                  (c >= 0x2060 && c <= 0x2069) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || c >= 0xfffe;
    return hidden ? 3 : 0;
}

Str paper_clean(Arena *a, Str text)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t i = 0;
    while (i < text.n && !dropped(p + i, text.n - i)) i++;
    if (i == text.n) return text;
    StrBuf b;
    buf_init(&b, a);
    buf_add(&b, str_n(text.p, i));
    while (i < text.n) {
        size_t skip = dropped(p + i, text.n - i);
        if (!skip) buf_addc(&b, text.p[i]);
        i += skip ? skip : 1;
    }
    return buf_str(&b);
}

/* ---- Numbers of headings ---- */

static const char *const digits[] = {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

Str paper_chinese(Arena *a, int n)
{
    if (n <= 0 || n > 99) return str_printf(a, "%d", n);
    if (n < 10) return str_of(digits[n]);
    const char *tens = n < 20 ? "" : digits[n / 10], *ones = n % 10 ? digits[n % 10] : "";
    return str_printf(a, "%s十%s", tens, ones);
}

static Str heading_mark(Arena *a, Lang lang, int level, int n)
{
    if (lang == LANG_EN) return level == 1 ? str_printf(a, "%d. ", n) : str_printf(a, "(%d) ", n);
    Str number = paper_chinese(a, n);
    switch (level) {
    case 1:
        return str_printf(a, "%.*s、", STR_ARG(number));
    case 2:
        return str_printf(a, "（%.*s）", STR_ARG(number));
    case 3:
        return str_printf(a, "%d.", n);
    default:
        return str_printf(a, "（%d）", n);
    }
}

Str paper_heading_next(Arena *a, Lang lang, PaperCounts *counts, int level)
{
    int i = level < 1 ? 0 : level > 4 ? 3 : level - 1;
    for (int k = i + 1; k < 4; k++) counts->n[k] = 0;
    return heading_mark(a, lang, i + 1, ++counts->n[i]);
}
