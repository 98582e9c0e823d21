/* CSV as spreadsheets write it. The text is brought to UTF-8 first, then read in one pass; quoted fields may
 * hold delimiters and line ends, and lines are counted in the text as an editor shows them, so that an error
 * names the line where the row starts. */
#include "read_private.h"
#include <errno.h>
#include <iconv.h>

typedef struct CsvParse {
    Ctx *ctx;
    const char *p, *end;
    int64_t line;
    char delimiter;
    StrBuf text;
    size_t at[SHEET_MAX_COLS + 1];
    SheetCell cells[SHEET_MAX_COLS];
    size_t ncells;
    bool last; /* the row ended with the text */
} CsvParse;

/* ---- Encoding ---- */

static Rc fail_encoding(Ctx *ctx)
{
    return FAIL(ctx, RC_SYNTAX, "sheet.encoding", "文件编码无法识别，请存为 UTF-8 或 GB18030",
                "the encoding is not known: save as UTF-8 or GB18030");
}

static void close_iconv(void *arg)
{
    iconv_close((iconv_t)arg);
}

static Rc convert(Ctx *ctx, const char *from, Str in, Str *out)
{
    iconv_t cd = iconv_open("UTF-8", from);
    ENSURE(cd != (iconv_t)-1);
    arena_defer(ctx->arena, close_iconv, cd);
    char block[16384], *src = (char *)(uintptr_t)in.p;
    size_t left = in.n;
    StrBuf buf;
    buf_init(&buf, ctx->arena);
    while (left > 0) {
        char *dst = block;
        size_t room = sizeof block;
        size_t rc = iconv(cd, &src, &left, &dst, &room);
        buf_add(&buf, str_n(block, sizeof block - room));
        if (rc == (size_t)-1 && errno != E2BIG) return fail_encoding(ctx);
    }
    *out = buf_str(&buf);
    return 0;
}

static Rc to_utf8(Ctx *ctx, Str in, Str *out)
{
    if (str_starts(in, STR("\xEF\xBB\xBF"))) in = str_n(in.p + 3, in.n - 3);
    else if (str_starts(in, STR("\xFF\xFE"))) TRY(convert(ctx, "UTF-16LE", str_n(in.p + 2, in.n - 2), &in));
    else if (str_starts(in, STR("\xFE\xFF"))) TRY(convert(ctx, "UTF-16BE", str_n(in.p + 2, in.n - 2), &in));
    else if (!str_utf8_ok(in)) TRY(convert(ctx, "GB18030", in, &in));
    if (!str_utf8_ok(in) || (in.n && memchr(in.p, 0, in.n))) return fail_encoding(ctx);
    *out = in;
    return 0;
}

/* ---- Delimiter ---- */

/* The one of , ; tab that is most frequent outside quotes in the first line that is not empty. */
static char sniff(const char *p, const char *end)
{
    static const char known[] = {',', ';', '\t'};
    size_t count[3] = {0};
    bool quoted = false, any = false;
    for (; p < end; p++) {
        if (*p == '"') quoted = !quoted;
        if (quoted) continue;
        if ((*p == '\n' || *p == '\r') && any) break;
        any = any || (*p != '\n' && *p != '\r');
        for (size_t i = 0; i < 3; i++) count[i] += *p == known[i];
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (count[i] > count[best]) best = i;
    return known[best];
}

/* Excel's "sep=;" line. */
static void take_separator(CsvParse *p)
{
    size_t n = (size_t)(p->end - p->p);
    p->delimiter = 0;
    if (n >= 5 && memcmp(p->p, "sep=", 4) == 0 && strchr(",;\t", p->p[4]) && p->p[4] &&
        (n == 5 || p->p[5] == '\r' || p->p[5] == '\n')) {
        p->delimiter = p->p[4];
        p->p += 5;
        if (p->p < p->end && *p->p == '\r') p->p++;
        if (p->p < p->end && *p->p == '\n') p->p++;
        p->line++;
        return;
    }
    p->delimiter = sniff(p->p, p->end);
}

/* ---- Fields and rows ---- */

static Rc fail_csv(CsvParse *p, int64_t line, const char *zh, const char *en)
{
    return FAIL(p->ctx, RC_SYNTAX, "sheet.csv", "第 %lld 行：%s", "line %lld: %s", (long long)line,
                p->ctx->lang == LANG_EN ? en : zh);
}

static Rc fail_size(CsvParse *p)
{
    return FAIL(p->ctx, RC_TOO_LARGE, "sheet.size",
                "第 %lld 行超出限制：最多 %d 行、%d 列，单元格不超过 %u KB",
                "line %lld: too large: at most %d rows, %d columns, %u KB in a cell", (long long)p->line,
                SHEET_MAX_ROWS, SHEET_MAX_COLS, SHEET_MAX_CELL >> 10);
}

/* Consumes one line end at p->p. */
static void end_line(CsvParse *p)
{
    if (*p->p == '\r' && p->p + 1 < p->end && p->p[1] == '\n') p->p++;
    p->p++;
    p->line++;
}

static Rc quoted_field(CsvParse *p)
{
    int64_t start = p->line;
    p->p++;
    while (p->p < p->end) {
        if (*p->p == '"') {
            p->p++;
            if (p->p >= p->end || *p->p != '"') return 0;
        }
        if (*p->p == '\n' || (*p->p == '\r' && (p->p + 1 == p->end || p->p[1] != '\n'))) p->line++;
        buf_addc(&p->text, *p->p++);
        if (p->text.n > SHEET_MAX_ROW) return fail_size(p);
    }
    return fail_csv(p, start, "引号没有配对", "the quote is not closed");
}

static Rc plain_field(CsvParse *p)
{
    const char *from = p->p;
    while (p->p < p->end && *p->p != p->delimiter && *p->p != '\r' && *p->p != '\n') p->p++;
    if (p->text.n + (size_t)(p->p - from) > SHEET_MAX_ROW) return fail_size(p);
    buf_add(&p->text, str_n(from, (size_t)(p->p - from)));
    return 0;
}

static Rc field(CsvParse *p)
{
    if (p->ncells == SHEET_MAX_COLS) return fail_size(p);
    p->at[p->ncells++] = p->text.n;
    if (p->p >= p->end || *p->p != '"') {
        TRY(plain_field(p));
    } else {
        TRY(quoted_field(p));
        if (p->p < p->end && *p->p != p->delimiter && *p->p != '\r' && *p->p != '\n')
            return fail_csv(p, p->line, "引号之后有多余的字符", "characters after the closing quote");
    }
    return p->text.n - p->at[p->ncells - 1] > SHEET_MAX_CELL ? fail_size(p) : 0;
}

/* What the writer put before a text that looks like a formula. */
static Str unguard(Str s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] == '\'') i++;
    if (i == 0 || i == s.n || !strchr("=+-@\t\r", s.p[i])) return s;
    return str_n(s.p + 1, s.n - 1);
}

static Rc row(CsvParse *p)
{
    p->ncells = p->text.n = 0;
    for (;;) {
        TRY(field(p));
        if (p->p >= p->end) {
            p->last = true;
            break;
        }
        if (*p->p != p->delimiter) {
            end_line(p);
            break;
        }
        p->p++;
    }
    p->at[p->ncells] = p->text.n;
    for (size_t i = 0; i < p->ncells; i++) {
        Str s = str_n(p->text.p + p->at[i], p->at[i + 1] - p->at[i]);
        p->cells[i] = (SheetCell){.type = s.n ? CELL_TEXT : CELL_EMPTY, .text = s.n ? unguard(s) : STR("")};
    }
    return 0;
}

Rc sheet__read_csv(Ctx *ctx, Str content, SheetRowFn fn, void *ud)
{
    Str text;
    TRY(to_utf8(ctx, content, &text));
    if (text.n == 0) return 0;
    CsvParse *p = ARENA_NEW(ctx->arena, CsvParse);
    *p = (CsvParse){.ctx = ctx, .p = text.p, .end = text.p + text.n, .line = 1};
    buf_init(&p->text, ctx->arena);
    buf_addc(&p->text, '\0'); /* so that there is a buffer even when all cells are empty */
    take_separator(p);
    for (int64_t rows = 0; p->p < p->end && !p->last; rows++) {
        int64_t line = p->line;
        if (rows >= SHEET_MAX_ROWS) return fail_size(p);
        TRY(row(p));
        TRY(sheet__row(ctx, line, p->cells, p->ncells, fn, ud));
    }
    return 0;
}
