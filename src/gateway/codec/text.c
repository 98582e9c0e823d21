/* Texts of devices are in whatever their panel was set to. Nothing a device says may break a page or a log
 * line, so that both functions give one line of valid UTF-8 for any bytes. */
#include "gateway/text.h"
#include "base/rc.h"
#include <errno.h>
#include <iconv.h>

/* Length of the UTF-8 character at p, 0: none or a control character. */
static size_t good_char(const char *p, size_t n)
{
    unsigned char c = (unsigned char)*p;
    if (c < 0x80) return c >= 0x20 && c != 0x7F ? 1 : 0;
    size_t want = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (want > n || !str_utf8_ok(str_n(p, want))) return 0;
    return c == 0xC2 && (unsigned char)p[1] < 0xA0 ? 0 : want; /* C1 controls */
}

void text_add_clean(StrBuf *out, Str s, size_t max)
{
    size_t end = s.n < max ? s.n : max;
    for (size_t i = 0; i < end;) {
        size_t n = good_char(s.p + i, s.n - i);
        if (i + n > end) break;
        if (n) buf_add(out, str_n(s.p + i, n));
        else buf_addc(out, '?');
        i += n ? n : 1;
    }
}

Str text_of_gb18030(Arena *a, Str in)
{
    const char *nul = in.n ? memchr(in.p, 0, in.n) : NULL;
    if (nul) in.n = (size_t)(nul - in.p);
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    ENSURE(cd != (iconv_t)-1);
    char block[256], *src = (char *)(uintptr_t)in.p;
    size_t left = in.n;
    StrBuf raw, out;
    buf_init(&raw, a);
    buf_init(&out, a);
    while (left > 0) {
        char *dst = block;
        size_t room = sizeof block;
        size_t rc = iconv(cd, &src, &left, &dst, &room);
        buf_add(&raw, str_n(block, sizeof block - room));
        if (rc != (size_t)-1 || errno == E2BIG) continue;
        buf_addz(&raw, "\xEF\xBF\xBD");
        src++;
        left--;
    }
    iconv_close(cd);
    text_add_clean(&out, buf_str(&raw), raw.n);
    return str_trim(buf_str(&out));
}
