/* Workbook, relations, styles and shared strings. Which sheet is the first one is told by the workbook, not
 * by file names: writers number their parts as they like. Styles are read only for the question whether a
 * number is a date. */
#include "xlsx.h"
#include "base/clock.h"
#include "base/num.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define MAX_STYLES       65536
#define MAX_SHARED       4000000
#define MAX_SHARED_BYTES (256u << 20)
#define MAX_NAME         1024

Rc xlsx_fail_damaged(Ctx *ctx, const char *what)
{
    Rc rc = FAIL(ctx, RC_SYNTAX, "sheet.damaged", "文件已损坏，不是完整的 xlsx 工作簿",
                 "the file is damaged: not a complete xlsx workbook");
    ctx_cause(ctx, "xlsx: %s", what);
    return rc;
}

Rc xlsx_fail_size(Ctx *ctx, const char *what)
{
    Rc rc = FAIL(ctx, RC_TOO_LARGE, "sheet.size", "工作簿超出限制：最多 %d 行、%d 列，解压后不超过 %u MB",
                 "the workbook is too large: at most %d rows, %d columns and %u MB unpacked", SHEET_MAX_ROWS,
                 SHEET_MAX_COLS, SHEET_MAX_UNPACKED >> 20);
    ctx_cause(ctx, "xlsx: %s", what);
    return rc;
}

Rc xlsx_fail_end(Ctx *ctx, const XlsxBook *b, XmlEnd end, const char *what)
{
    if (end == XML_WHOLE || end == XML_STOPPED) return 0;
    return zipfile_over(b->zip) ? xlsx_fail_size(ctx, what) : xlsx_fail_damaged(ctx, what);
}

/* ---- Relations: id → target, or type → target ---- */

typedef struct RelFind {
    Ctx *ctx;
    const char *id;        /* wanted id, or NULL */
    const char *type_tail; /* wanted end of the type, or NULL */
    const char *target;
} RelFind;

static bool rel_open(void *ud, Str name, const XmlAttrs *a)
{
    RelFind *f = ud;
    if (!str_is(name, "Relationship") || f->target) return true;
    Str target = xml_attr(a, "Target");
    if (target.n == 0 || target.n > MAX_NAME) return true;
    bool hit = f->id ? str_is(xml_attr(a, "Id"), f->id) : str_ends(xml_attr(a, "Type"), str_of(f->type_tail));
    if (hit) f->target = str_z(f->ctx->arena, target);
    return true;
}

static bool any_close(void *ud, Str name)
{
    (void)ud, (void)name;
    return true;
}

static bool any_text(void *ud, Str text)
{
    (void)ud, (void)text;
    return true;
}

/* "xl/workbook.xml" + "worksheets/sheet1.xml" → "xl/worksheets/sheet1.xml"; "/xl/a.xml" is absolute; ".."
 * goes up. */
static const char *resolve(Arena *a, const char *base, const char *target)
{
    if (target[0] == '/') return target + 1;
    const char *slash = strrchr(base, '/');
    size_t keep = slash ? (size_t)(slash - base) : 0;
    while (strncmp(target, "../", 3) == 0) {
        target += 3;
        while (keep > 0 && base[keep - 1] != '/') keep--;
        if (keep > 0) keep--;
    }
    return keep ? arena_printf(a, "%.*s/%s", (int)keep, base, target) : target;
}

/* 1 found, 0 absent. */
static Rc rel_find(Ctx *ctx, XlsxBook *b, const char *part, RelFind *f, const char **out)
{
    const char *slash = strrchr(part, '/');
    size_t dir = slash ? (size_t)(slash - part) + 1 : 0;
    const char *rels = arena_printf(ctx->arena, "%.*s_rels/%s.rels", (int)dir, part, part + dir);
    Rc rc = zipfile_member(ctx, b->zip, rels);
    if (rc <= 0) return rc;
    static const XmlHandler handler = {rel_open, any_close, any_text};
    f->ctx = ctx;
    TRY(xlsx_fail_end(ctx, b, xml_parse(zipfile_read, b->zip, &handler, f), rels));
    if (!f->target) return 0;
    *out = resolve(ctx->arena, part, f->target);
    return 1;
}

/* ---- Workbook ---- */

typedef struct BookParse {
    XlsxBook *b;
    Ctx *ctx;
    const char *sheet_rel;
} BookParse;

static bool book_open(void *ud, Str name, const XmlAttrs *a)
{
    BookParse *p = ud;
    if (str_is(name, "workbookPr")) {
        Str d = xml_attr(a, "date1904");
        p->b->date1904 = str_is(d, "1") || str_is(d, "true");
    } else if (str_is(name, "sheet") && !p->sheet_rel) {
        Str id = xml_attr(a, "id");
        if (id.n > 0 && id.n <= MAX_NAME) p->sheet_rel = str_z(p->ctx->arena, id);
    }
    return true;
}

static Rc read_workbook(Ctx *ctx, XlsxBook *b, const char *part)
{
    static const XmlHandler handler = {book_open, any_close, any_text};
    BookParse p = {b, ctx, NULL};
    TRY(xlsx_fail_end(ctx, b, xml_parse(zipfile_read, b->zip, &handler, &p), part));
    if (!p.sheet_rel) return xlsx_fail_damaged(ctx, "no sheet");
    RelFind f = {.id = p.sheet_rel};
    Rc rc = rel_find(ctx, b, part, &f, &b->sheet);
    if (rc == 0) return xlsx_fail_damaged(ctx, "no relation of the first sheet");
    return rc;
}

/* ---- Styles ---- */

typedef struct StyleParse {
    XlsxBook *b;
    Ctx *ctx;
    bool in_xfs;
    struct CustomFormat {
        int64_t id;
        bool date;
    } * custom;
    size_t ncustom;
} StyleParse;

static bool builtin_date(int64_t id)
{
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
           (id >= 50 && id <= 58);
}

/* Does a format code show a date or time? Letters in quotes, after a backslash and in brackets (colours,
 * locales) do not count, except elapsed times like [h]. */
static bool date_code(Str code)
{
    bool quoted = false;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '[') {
            size_t from = i + 1;
            while (i < code.n && code.p[i] != ']') i++;
            if (from < code.n && strchr("hHmMsS", code.p[from]) && i - from <= 2) return true;
        } else if (strchr("yYmMdDhHsS", c)) {
            return true;
        }
    }
    return false;
}

static void add_custom(StyleParse *p, const XmlAttrs *a)
{
    int64_t id;
    if (p->ncustom >= 4096 || !num_parse_i64(xml_attr(a, "numFmtId"), &id)) return;
    Str code = xml_attr(a, "formatCode");
    bool general = str_ieq(code, STR("General"));
    p->custom[p->ncustom++] = (struct CustomFormat){id, !general && date_code(code)};
}

static bool style_is_date(const StyleParse *p, int64_t id)
{
    for (size_t i = 0; i < p->ncustom; i++)
        if (p->custom[i].id == id) return p->custom[i].date;
    return builtin_date(id);
}

static bool style_open(void *ud, Str name, const XmlAttrs *a)
{
    StyleParse *p = ud;
    if (str_is(name, "numFmt")) {
        add_custom(p, a);
    } else if (str_is(name, "cellXfs")) {
        p->in_xfs = true;
    } else if (p->in_xfs && str_is(name, "xf")) {
        if (p->b->nstyles >= MAX_STYLES) return false;
        int64_t id = 0;
        num_parse_i64(xml_attr(a, "numFmtId"), &id);
        p->b->dates[p->b->nstyles++] = style_is_date(p, id);
    }
    return true;
}

static bool style_close(void *ud, Str name)
{
    StyleParse *p = ud;
    if (str_is(name, "cellXfs")) p->in_xfs = false;
    return true;
}

static Rc read_styles(Ctx *ctx, XlsxBook *b, const char *part)
{
    static const XmlHandler handler = {style_open, style_close, any_text};
    Rc rc = zipfile_member(ctx, b->zip, part);
    if (rc <= 0) return rc;
    StyleParse p = {.b = b, .ctx = ctx};
    p.custom = ARENA_ARRAY(ctx->arena, struct CustomFormat, 4096);
    b->dates = arena_alloc(ctx->arena, MAX_STYLES);
    return xlsx_fail_end(ctx, b, xml_parse(zipfile_read, b->zip, &handler, &p), part);
}

/* ---- Shared strings ---- */

typedef struct SharedParse {
    XlsxBook *b;
    Ctx *ctx;
    StrBuf text;
    int phonetic; /* depth inside <rPh>: how it is read, not what it says */
    bool in_t, over;
} SharedParse;

static bool shared_open(void *ud, Str name, const XmlAttrs *a)
{
    (void)a;
    SharedParse *p = ud;
    if (str_is(name, "si")) p->text.n = 0;
    else if (str_is(name, "rPh")) p->phonetic++;
    else if (str_is(name, "t")) p->in_t = p->phonetic == 0;
    return true;
}

static bool shared_text(void *ud, Str text)
{
    SharedParse *p = ud;
    if (!p->in_t) return true;
    if (p->text.n + text.n > SHEET_MAX_CELL) {
        p->over = true;
        return false;
    }
    buf_add(&p->text, text);
    return true;
}

static void grow_shared(XlsxBook *b, Arena *a)
{
    if (b->nshared < b->shared_cap) return;
    size_t cap = b->shared_cap ? b->shared_cap * 2 : 1024;
    Str *bigger = ARENA_ARRAY(a, Str, cap);
    if (b->nshared) memcpy(bigger, b->shared, b->nshared * sizeof *bigger);
    b->shared = bigger;
    b->shared_cap = cap;
}

static bool shared_close(void *ud, Str name)
{
    SharedParse *p = ud;
    XlsxBook *b = p->b;
    if (str_is(name, "t")) p->in_t = false;
    else if (str_is(name, "rPh") && p->phonetic > 0) p->phonetic--;
    if (!str_is(name, "si")) return true;
    p->text.n = xlsx_unescape(p->text.p, p->text.n);
    b->shared_bytes += p->text.n;
    if (b->nshared >= MAX_SHARED || b->shared_bytes > MAX_SHARED_BYTES) {
        p->over = true;
        return false;
    }
    grow_shared(b, p->ctx->arena);
    b->shared[b->nshared++] = str_copy(p->ctx->arena, buf_str(&p->text));
    return true;
}

static Rc read_shared(Ctx *ctx, XlsxBook *b, const char *part)
{
    static const XmlHandler handler = {shared_open, shared_close, shared_text};
    Rc rc = zipfile_member(ctx, b->zip, part);
    if (rc <= 0) return rc;
    SharedParse p = {.b = b, .ctx = ctx};
    buf_init(&p.text, ctx->arena);
    XmlEnd end = xml_parse(zipfile_read, b->zip, &handler, &p);
    if (p.over) return xlsx_fail_size(ctx, "shared strings");
    return xlsx_fail_end(ctx, b, end, part);
}

/* ---- Together ---- */

static Rc read_related(Ctx *ctx, XlsxBook *b, const char *book, const char *type_tail,
                       Rc (*read)(Ctx *, XlsxBook *, const char *))
{
    RelFind f = {.type_tail = type_tail};
    const char *part;
    Rc rc = rel_find(ctx, b, book, &f, &part);
    return rc <= 0 ? rc : read(ctx, b, part);
}

Rc xlsx_book_open(Ctx *ctx, Str content, XlsxBook *out)
{
    *out = (XlsxBook){0};
    TRY(zipfile_open(ctx, content, SHEET_MAX_UNPACKED, &out->zip));
    RelFind f = {.type_tail = "/officeDocument"};
    const char *book = NULL;
    Rc rc = rel_find(ctx, out, "", &f, &book);
    if (rc < 0) return rc;
    if (rc > 0) rc = zipfile_member(ctx, out->zip, book);
    if (rc < 0) return rc;
    if (rc == 0) return xlsx_fail_damaged(ctx, "no workbook");
    TRY(read_workbook(ctx, out, book));
    TRY(read_related(ctx, out, book, "/styles", read_styles));
    TRY(read_related(ctx, out, book, "/sharedStrings", read_shared));
    return 0;
}

/* ---- Values ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

static bool escape_at(const char *p, size_t left, unsigned *code)
{
    if (left < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_') return false;
    *code = 0;
    for (int i = 2; i < 6; i++) {
        int d = hex_digit(p[i]);
        if (d < 0) return false;
        *code = *code * 16 + (unsigned)d;
    }
    return *code != 0 && (*code < 0xD800 || *code > 0xDFFF);
}

static size_t put_utf8(char *p, unsigned c)
{
    if (c < 0x80) {
        p[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        p[0] = (char)(0xC0 | (c >> 6));
        p[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    p[0] = (char)(0xE0 | (c >> 12));
    p[1] = (char)(0x80 | ((c >> 6) & 63));
    p[2] = (char)(0x80 | (c & 63));
    return 3;
}

size_t xlsx_unescape(char *p, size_t n)
{
    size_t out = 0;
    unsigned code;
    for (size_t i = 0; i < n;) {
        if (escape_at(p + i, n - i, &code)) {
            out += put_utf8(p + out, code);
            i += 7;
        } else {
            p[out++] = p[i++];
        }
    }
    return out;
}

bool xlsx_date_text(double serial, bool date1904, char *buf, size_t size)
{
    if (!(serial >= 0 && serial < 2958466)) return false; /* up to 9999-12-31 */
    double days = floor(serial);
    int64_t ms = (int64_t)llround((serial - days) * (double)MS_DAY);
    Civil c = {.year = 1904, .month = 1, .day = 1 + (int)days};
    if (!date1904) {
        /* Day 60 is the 29th of February 1900, which never was; from 61 on the calendar is right. */
        c = (Civil){.year = 1899, .month = 12, .day = (serial < 60 ? 31 : 30) + (int)days};
    }
    c = civil_of(civil_ms(&c) + (ms + 500) / 1000 * 1000);
    if (days < 1 && !date1904 && ms > 0) snprintf(buf, size, "%02d:%02d:%02d", c.hour, c.minute, c.second);
    else if (ms == 0) snprintf(buf, size, "%04d-%02d-%02d", c.year, c.month, c.day);
    else
        snprintf(buf, size, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
                 c.second);
    return true;
}
