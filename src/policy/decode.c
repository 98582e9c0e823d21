/* From bytes to code points. The kind of file is found from its first bytes; text is UTF-8 when it is valid
 * UTF-8, UTF-16 by its mark or by the shape of its units, else GB 18030 (which almost any bytes are, so what
 * comes out must look like text). A byte that cannot be decoded becomes U+FFFD; a text full of them is
 * refused. */
#include "decode.h"
#include <iconv.h>

static size_t utf8_at(const unsigned char *p, size_t n, char32_t *out)
{
    static const struct {
        unsigned char mask, lead;
        char32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    for (size_t len = 1; len <= 4; len++) {
        if ((p[0] & forms[len - 1].mask) != forms[len - 1].lead) continue;
        if (len > n) return 0;
        char32_t c = p[0] & (unsigned char)~forms[len - 1].mask;
        for (size_t i = 1; i < len; i++) {
            if ((p[i] & 0xC0) != 0x80) return 0;
            c = (c << 6) | (p[i] & 0x3F);
        }
        *out = c;
        return c >= forms[len - 1].least && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF) ? len : 0;
    }
    return 0;
}

static size_t from_utf8(Str bytes, char32_t *out, size_t *bad)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t n = 0;
    for (size_t i = 0; i < bytes.n;) {
        char32_t c;
        size_t len = utf8_at(p + i, bytes.n - i, &c);
        *bad += len == 0;
        out[n++] = len ? c : 0xFFFD;
        i += len ? len : 1;
    }
    return n;
}

static char32_t unit16(const unsigned char *p, bool big)
{
    return big ? (char32_t)(p[0] << 8 | p[1]) : (char32_t)(p[1] << 8 | p[0]);
}

static size_t from_utf16(Str bytes, bool big, char32_t *out, size_t *bad)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t n = 0;
    for (size_t i = 0; i + 1 < bytes.n; i += 2) {
        char32_t c = unit16(p + i, big);
        if (c >= 0xD800 && c <= 0xDBFF && i + 3 < bytes.n) {
            char32_t low = unit16(p + i + 2, big);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        bool lone = c >= 0xD800 && c <= 0xDFFF;
        *bad += lone;
        out[n++] = lone ? 0xFFFD : c;
    }
    return n;
}

/* The share of units that a Chinese text is made of. */
static bool is_utf16(Str bytes, bool big)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t units = bytes.n / 2 < 4096 ? bytes.n / 2 : 4096, good = 0;
    if (bytes.n % 2 || units < 8) return false;
    for (size_t i = 0; i < units; i++) {
        char32_t c = unit16(p + 2 * i, big);
        good += (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3000 && c <= 0x303F) ||
                (c >= 0xFF00 && c <= 0xFFEF) || (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' ||
                c == '\t' || (c >= 0x2010 && c <= 0x203F);
    }
    return good * 20 >= units * 19;
}

static size_t from_gb18030(Str bytes, char32_t *out, size_t *bad)
{
    iconv_t cd = iconv_open("UTF-32LE", "GB18030");
    ENSURE(cd != (iconv_t)-1);
    char *in = (char *)bytes.p, *to = (char *)out;
    size_t in_left = bytes.n, out_left = bytes.n * sizeof *out;
    while (in_left && iconv(cd, &in, &in_left, &to, &out_left) == (size_t)-1) {
        if (in_left == 0 || out_left < sizeof *out) break;
        static const char32_t lost = 0xFFFD;
        memcpy(to, &lost, sizeof lost);
        to += sizeof lost;
        out_left -= sizeof lost;
        in++;
        in_left--;
        ++*bad;
    }
    iconv_close(cd);
    return (size_t)((char32_t *)to - out);
}

/* Text has hardly any control characters, and something to see. */
static Rc check_text(Ctx *ctx, const Source *s, size_t bad)
{
    size_t odd = bad, seen = 0;
    for (size_t i = 0; i < s->n; i++) {
        char32_t c = s->p[i];
        odd += (c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x0B) || c == 0x7F ||
               (c >= 0xE000 && c <= 0xF8FF && c != 0xE5E5);
        seen += !cp_blank(c);
    }
    if (seen == 0)
        return FAIL(ctx, RC_SYNTAX, "policy.not_text", "文件中没有文字（扫描件需先识别成文字）",
                    "the file holds no text (a scan must be recognised first)");
    if (odd * 50 > s->n)
        return FAIL(ctx, RC_SYNTAX, "policy.not_text", "文件不是文字，或编码无法识别",
                    "the file is no text, or in an encoding that is not known");
    return RC_OK;
}

Rc policy__decode_text(Ctx *ctx, Str bytes, Source *out)
{
    char32_t *cp = ARENA_ARRAY(ctx->arena, char32_t, bytes.n + 1);
    size_t bad = 0;
    bool le = str_starts(bytes, STR("\xFF\xFE")), be = str_starts(bytes, STR("\xFE\xFF"));
    out->p = cp;
    if (le || be) {
        out->n = from_utf16(str_n(bytes.p + 2, bytes.n - 2), be, cp, &bad);
    } else {
        if (str_starts(bytes, STR("\xEF\xBB\xBF"))) bytes = str_n(bytes.p + 3, bytes.n - 3);
        out->n = from_utf8(bytes, cp, &bad);
        bool zeros = bytes.n && memchr(bytes.p, 0, bytes.n < 4096 ? bytes.n : 4096);
        if (zeros || bad * 1000 > bytes.n) {
            bad = 0;
            if (is_utf16(bytes, false)) out->n = from_utf16(bytes, false, cp, &bad);
            else if (is_utf16(bytes, true)) out->n = from_utf16(bytes, true, cp, &bad);
            else out->n = from_gb18030(bytes, cp, &bad);
        }
    }
    for (size_t i = 0; i < out->n; i++)
        if (cp[i] == 0) cp[i] = 0xFFFD, bad++; /* no JSON reader takes it */
    return check_text(ctx, out, bad);
}

static Rc refuse_kind(Ctx *ctx, const char *kind)
{
    return FAIL(ctx, RC_SYNTAX, "policy.kind", "不支持 %s 文件，请另存为 docx",
                "%s files are not read: save it as docx", kind);
}

/* An html page is decoded first: its own words about its encoding are often wrong. */
static Rc decode_html(Ctx *ctx, Str bytes, Source *out)
{
    Source raw;
    Str text;
    TRY(policy__decode_text(ctx, bytes, &raw));
    TRY(policy__html_text(ctx, policy__text_literal(ctx->arena, &raw, 0, (uint32_t)raw.n), &text));
    return policy__decode_text(ctx, text, out);
}

Rc policy__decode_file(Ctx *ctx, Str bytes, Source *out)
{
    Str text;
    if (bytes.n > POLICY_MAX_BYTES)
        return FAIL(ctx, RC_TOO_LARGE, "policy.too_large", "文件超过 %u MB", "the file is over %u MB",
                    POLICY_MAX_BYTES >> 20);
    if (str_starts(bytes, STR("%PDF"))) {
        TRY(policy__pdf_text(ctx, bytes, &text));
        return policy__decode_text(ctx, text, out);
    }
    if (str_starts(bytes, STR("PK\x03\x04"))) {
        TRY(policy__docx_text(ctx, bytes, &text));
        return policy__decode_text(ctx, text, out);
    }
    if (str_starts(bytes, STR("\xD0\xCF\x11\xE0"))) return refuse_kind(ctx, "doc/xls/wps");
    if (str_starts(bytes, STR("{\\rtf"))) return refuse_kind(ctx, "rtf");
    if (policy__html_looks(bytes)) return decode_html(ctx, bytes, out);
    return policy__decode_text(ctx, bytes, out);
}
