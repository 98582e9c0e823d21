/* A mail as text. Everything a person wrote is encoded (RFC 2047 in the headers, base64 in the body), so that
 * nothing in a title can become a header of its own. Pure. */
#include "base/clock.h"
#include "base/crypto.h"
#include "notify/notify.h"

enum { WORD_BYTES = 42, LINE_CHARS = 76 };

bool notify_mail_address_ok(Str s)
{
    Str rest = s, name = str_cut(&rest, '@');
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f || strchr("<>()[],;:\\\"", s.p[i]))
            return false;
    return s.n <= 254 && name.n && name.n <= 64 && rest.n > 2 && !memchr(rest.p, '@', rest.n) &&
           memchr(rest.p, '.', rest.n);
}

/* Encoded words of whole characters, one to a line. */
static void add_words(Arena *a, StrBuf *b, Str s)
{
    for (size_t at = 0; at < s.n;) {
        size_t n = s.n - at < WORD_BYTES ? s.n - at : WORD_BYTES;
        while (n > 1 && at + n < s.n && ((unsigned char)s.p[at + n] & 0xc0) == 0x80) n--;
        Str word = base64_print(a, s.p + at, n);
        buf_printf(b, "%s=?UTF-8?B?%.*s?=", at ? "\r\n " : "", STR_ARG(word));
        at += n;
    }
}

static void add_date(StrBuf *b, int64_t t)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    Civil c = civil_of(t);
    buf_printf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0800\r\n", days[c.weekday - 1], c.day,
               months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

Str notify_mail_text(Arena *a, const NotifyMail *mail, const char *from)
{
    StrBuf b;
    Str host = str_of(from);
    str_cut(&host, '@');
    buf_init(&b, a);
    buf_printf(&b, "From: <%s>\r\nTo: <%s>\r\nSubject: ", from, mail->to);
    add_words(a, &b, mail->subject);
    buf_addz(&b, "\r\n");
    add_date(&b, mail->t);
    buf_printf(&b, "Message-ID: <%s@%.*s>\r\n", mail->id, STR_ARG(host));
    buf_addz(&b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                 "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    Str body = base64_print(a, mail->text.p, mail->text.n);
    for (size_t at = 0; at < body.n; at += LINE_CHARS) {
        size_t n = body.n - at < LINE_CHARS ? body.n - at : LINE_CHARS;
        buf_add(&b, str_n(body.p + at, n));
        buf_addz(&b, "\r\n");
    }
    return buf_str(&b);
}
