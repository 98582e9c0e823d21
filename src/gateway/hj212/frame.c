/* Frames of HJ 212: the CRC, where a frame ends, and frames to send.
 *
 * The data segment is printable text, so a CR LF within the stated length shows a wrong length at once;
 * without that a frame that claims too much would swallow the ones behind it. Whatever is refused is refused
 * up to the next place where a frame can begin, as one piece, so that the page shows what a person would call
 * "the frame".
 */
#include "gateway/hj212.h"
#include <ctype.h>
#include <stdio.h>

enum { HEAD = 6, TAIL = 6, SLACK = 4 }; /* "##0139"; "4980\r\n"; further CR LF some devices put behind */

static uint16_t crc_step(uint16_t reg)
{
    for (int i = 0; i < 8; i++) reg = (uint16_t)(reg & 1 ? (reg >> 1) ^ 0xA001 : reg >> 1);
    return reg;
}

uint16_t hj212_crc(Str segment)
{
    uint16_t reg = 0xFFFF;
    for (size_t i = 0; i < segment.n; i++)
        reg = crc_step((uint16_t)((reg >> 8) ^ (unsigned char)segment.p[i]));
    return reg;
}

uint16_t hj212_crc_modbus(Str segment)
{
    uint16_t reg = 0xFFFF;
    for (size_t i = 0; i < segment.n; i++) reg = crc_step((uint16_t)(reg ^ (unsigned char)segment.p[i]));
    return reg;
}

/* ---- Where a frame ends ---- */

static bool four(const char *p, int (*is)(int))
{
    for (int i = 0; i < 4; i++)
        if (!is((unsigned char)p[i])) return false;
    return true;
}

/* First place from `from` on where a frame may begin: "##" or a last '#'. */
static size_t next_start(Str s, size_t from)
{
    while (from < s.n) {
        const char *p = memchr(s.p + from, '#', s.n - from);
        if (!p) return s.n;
        from = (size_t)(p - s.p);
        if (from + 1 == s.n || p[1] == '#') return from;
        from++;
    }
    return s.n;
}

/* How many '#' s begins with. */
static size_t marks(Str s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == '#') n++;
    return n;
}

static long refuse(size_t n, const char **code, const char *why)
{
    *code = why;
    return -(long)n;
}

/* A head whose length cannot be right: up to and with the first CR LF, or to the next head. 0: neither is
 * here yet. */
static long refuse_line(Str s, const char **code, const char *why)
{
    size_t start = next_start(s, 2);
    const char *lf = memchr(s.p, '\n', start);
    if (lf) return refuse((size_t)(lf - s.p) + 1, code, why);
    if (start < s.n || s.n > HJ212_FRAME_MAX) return refuse(start, code, why);
    return 0;
}

static size_t with_line_ends(Str s, size_t end)
{
    for (size_t i = 0; i < SLACK && end < s.n && (s.p[end] == '\r' || s.p[end] == '\n'); i++) end++;
    return end;
}

long hj212_cut(Str s, const char **code)
{
    *code = NULL;
    if (s.n == 0) return 0;
    if (s.p[0] != '#' || (s.n > 1 && s.p[1] != '#')) return refuse(next_start(s, 1), code, HJ212_NOISE);
    if (s.n > 2 && s.p[2] == '#') return refuse(marks(s) - 2, code, HJ212_NOISE); /* "###0101" */
    if (s.n < HEAD) return 0;
    if (!four(s.p + 2, isdigit)) return refuse_line(s, code, HJ212_LENGTH);
    size_t length = 0;
    for (size_t i = 2; i < HEAD; i++) length = length * 10 + (size_t)(s.p[i] - '0');
    if (length > HJ212_SEGMENT_MAX) return refuse_line(s, code, HJ212_LENGTH);
    size_t crc = HEAD + length, end = crc + TAIL;
    if (memchr(s.p, '\n', s.n < end - 1 ? s.n : end - 1)) return refuse_line(s, code, HJ212_LENGTH);
    if (s.n < end) {
        bool next = s.n >= crc + 6 && s.p[crc + 4] == '#' && s.p[crc + 5] == '#';
        return next ? (long)(crc + 4) : 0; /* without its CR LF, but the next head is there */
    }
    if (s.p[end - 2] == '\r' && s.p[end - 1] == '\n') return (long)with_line_ends(s, end);
    if (s.p[crc + 4] == '#' && s.p[crc + 5] == '#') return (long)(crc + 4);
    return refuse_line(s, code, HJ212_LENGTH);
}

/* ---- Frames to send ---- */

void hj212_frame(StrBuf *out, Str segment)
{
    buf_printf(out, "##%04zu", segment.n);
    buf_add(out, segment);
    buf_printf(out, "%04X\r\n", hj212_crc(segment));
}

/* "20261122074511123" */
static void add_time(StrBuf *out, int64_t t, bool ms)
{
    Civil c = civil_of(t);
    buf_printf(out, "%04d%02d%02d%02d%02d%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
    if (ms) buf_printf(out, "%03d", c.ms);
}

/* Version bits stay, nothing is asked and nothing split. */
static int reply_flag(const Hj212Packet *p)
{
    return p->flag < 0 ? 0 : p->flag & ~3;
}

static void add_head(StrBuf *out, const Hj212Packet *p, int cn, int flag)
{
    buf_printf(out, "ST=91;CN=%d", cn);
    if (p->pw.p) buf_printf(out, ";PW=%.*s", STR_ARG(p->pw));
    buf_printf(out, ";MN=%.*s;Flag=%d;CP=&&", STR_ARG(p->mn), flag);
}

void hj212_reply(StrBuf *out, const Hj212Packet *p, bool qnrtn)
{
    bool notice = hj212_kind(p->cn) == HJ212_CALIBRATE || p->cn == 2012 || p->cn == 2022;
    StrBuf s;
    buf_init(&s, out->arena);
    if (p->qn.n && !p->qn_in_cp) buf_printf(&s, "QN=%.*s;", STR_ARG(p->qn));
    add_head(&s, p, notice ? 9013 : 9014, reply_flag(p));
    if (p->qn_in_cp) buf_printf(&s, "QN=%.*s%s", STR_ARG(p->qn), qnrtn ? ";" : "");
    if (qnrtn) buf_addz(&s, "QnRtn=1");
    buf_addz(&s, "&&");
    hj212_frame(out, buf_str(&s));
}

void hj212_set_time(StrBuf *out, const Hj212Packet *asked, int64_t t)
{
    StrBuf s;
    buf_init(&s, out->arena);
    buf_addz(&s, "QN=");
    add_time(&s, t, true);
    buf_printf(&s, ";ST=%.*s;CN=1012", STR_ARG(asked->st));
    if (asked->pw.p) buf_printf(&s, ";PW=%.*s", STR_ARG(asked->pw));
    buf_printf(&s, ";MN=%.*s;Flag=%d;CP=&&SystemTime=", STR_ARG(asked->mn), reply_flag(asked) | 1);
    add_time(&s, t, false);
    buf_addz(&s, "&&");
    hj212_frame(out, buf_str(&s));
}

/* ";w01018-Rtd=36.9,w01018-Flag=N" */
static void add_value(StrBuf *s, const Hj212Value *v)
{
    buf_printf(s, ";%s=%.10g", v->field, v->v);
    const char *dash = strrchr(v->field, '-');
    if (v->flag && dash) buf_printf(s, ",%.*s-Flag=%c", (int)(dash - v->field), v->field, v->flag);
}

size_t hj212_encode(StrBuf *out, const Hj212Upload *u)
{
    StrBuf s;
    buf_init(&s, out->arena);
    buf_addz(&s, "QN=");
    add_time(&s, u->qn_t, true);
    buf_printf(&s, ";ST=%s;CN=%d;PW=%s;MN=%s;Flag=%d;CP=&&DataTime=", u->st, u->cn, u->pw, u->mn, u->flag);
    add_time(&s, u->data_t, false);
    size_t n = 0;
    for (; n < u->n; n++) {
        size_t before = s.n;
        add_value(&s, &u->values[n]);
        if (s.n + 2 <= HJ212_SEGMENT_MAX) continue;
        s.n = before;
        break;
    }
    buf_addz(&s, "&&");
    hj212_frame(out, buf_str(&s));
    return n;
}
