/* Senders of the device protocols: a data logger (HJ 212), a fire panel's transmission device (GB/T 26875.3)
 * and a vehicle (JT/T 808). A frame holds one step of all points, or for vehicles several positions. Clocks
 * are Beijing time in whole seconds. */
#include "sender.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POSITIONS = 20, VEHICLE_POINTS = 4 };

static struct tm beijing(int64_t t)
{
    struct tm out;
    time_t s = (time_t)(t / 1000 + 8 * 3600);
    gmtime_r(&s, &out);
    return out;
}

static unsigned one_step(const Sender *s)
{
    return s->points;
}

/* ---- HJ 212 ---- */

static unsigned hj212_crc(const unsigned char *p, size_t n)
{
    unsigned reg = 0xffff;
    for (size_t i = 0; i < n; i++) {
        reg = (reg >> 8) ^ p[i];
        for (int bit = 0; bit < 8; bit++) reg = reg & 1 ? (reg >> 1) ^ 0xa001 : reg >> 1;
    }
    return reg;
}

/* QN is a time by its shape; a counter in its last digits makes it the frame's number. */
static uint64_t hj212_frame(Sender *s, unsigned n)
{
    static Buf seg;
    uint64_t step = s->sent / s->points, qn = UINT64_C(20260101000000000) + step;
    struct tm t = beijing(stream_time(s, step));
    seg.n = 0;
    buf_text(&seg,
             "QN=%llu;ST=32;CN=2011;PW=123456;MN=SOAK%04d;Flag=5;CP=&&DataTime=%04d%02d%02d%02d%02d%02d",
             (unsigned long long)qn, s->number, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
             t.tm_min, t.tm_sec);
    for (unsigned i = 0; i < n; i++) {
        int v = stream_value(i, step);
        buf_text(&seg, ";w%05u-Rtd=%d.%02d,w%05u-Flag=N", 1001 + i, v / 100, v % 100, 1001 + i);
    }
    buf_text(&seg, "&&");
    buf_text(&s->out, "##%04zu", seg.n);
    buf_put(&s->out, seg.p, seg.n);
    buf_text(&s->out, "%04X\r\n", hj212_crc(seg.p, seg.n));
    return qn;
}

static size_t hj212_cut(const Sender *s)
{
    const unsigned char *end = memchr(s->in.p, '\n', s->in.n);
    return end ? (size_t)(end - s->in.p) + 1 : 0;
}

static void hj212_answer(Sender *s, const unsigned char *p, size_t n)
{
    const char *qn = memmem(p, n, "QN=", 3);
    if (!qn || !memmem(p, n, "CN=9014", 7)) sender_wrong(s, "an answer that is not 9014");
    sender_acked(s, strtoull(qn + 3, NULL, 10));
}

const Protocol hj212_protocol = {.name = "hj212",
                                 .points = 22,
                                 .window = 32,
                                 .seconds = true,
                                 .size = one_step,
                                 .frame = hj212_frame,
                                 .cut = hj212_cut,
                                 .answer = hj212_answer};

/* ---- GB/T 26875.3 ---- */

static void gb_time(Buf *b, int64_t at)
{
    struct tm t = beijing(at);
    const unsigned char label[] = {(unsigned char)t.tm_sec,       (unsigned char)t.tm_min,
                                   (unsigned char)t.tm_hour,      (unsigned char)t.tm_mday,
                                   (unsigned char)(t.tm_mon + 1), (unsigned char)(t.tm_year - 100)};
    buf_put(b, label, sizeof label);
}

static uint64_t gb_frame(Sender *s, unsigned n)
{
    uint64_t step = s->sent / s->points, serial = step & 0xffff;
    size_t from = s->out.n;
    buf_text(&s->out, "@@");
    buf_le(&s->out, serial, 2);
    buf_le(&s->out, 0x0101, 2);
    gb_time(&s->out, stream_time(s, step));
    buf_le(&s->out, 900000 + (uint64_t)s->number, 6);
    buf_le(&s->out, 1, 6);
    buf_le(&s->out, 2 + 16 * n, 2);
    buf_le(&s->out, 2, 1);
    buf_le(&s->out, 3, 1); /* component analogues */
    buf_le(&s->out, n, 1);
    for (unsigned i = 0; i < n; i++) {
        buf_put(&s->out, "\1\1\40", 3); /* fire alarm system 1, component type 32 */
        buf_le(&s->out, 7, 2);          /* zone */
        buf_le(&s->out, i, 2);
        buf_le(&s->out, 2, 1); /* 0.01 m */
        buf_le(&s->out, (uint64_t)stream_value(i, step), 2);
        gb_time(&s->out, stream_time(s, step));
    }
    unsigned sum = 0;
    for (size_t i = from + 2; i < s->out.n; i++) sum += s->out.p[i];
    buf_le(&s->out, sum & 0xff, 1);
    buf_text(&s->out, "##");
    return serial;
}

static size_t gb_cut(const Sender *s)
{
    if (s->in.n < 30) return 0;
    size_t whole = 30 + s->in.p[24] + ((size_t)s->in.p[25] << 8);
    return s->in.n >= whole ? whole : 0;
}

static void gb_answer(Sender *s, const unsigned char *p, size_t n)
{
    if (n != 30 || memcmp(p, "@@", 2) != 0 || p[26] != 3)
        sender_wrong(s, "an answer that is no confirmation");
    sender_acked(s, (uint64_t)p[2] | (uint64_t)p[3] << 8);
}

const Protocol gb26875_protocol = {.name = "gb26875",
                                   .points = 60,
                                   .window = 32,
                                   .seconds = true,
                                   .size = one_step,
                                   .frame = gb_frame,
                                   .cut = gb_cut,
                                   .answer = gb_answer};

/* ---- JT/T 808 ---- */

static void jt_escape(Buf *out, const unsigned char *p, size_t n)
{
    buf_put(out, "\x7e", 1);
    for (size_t i = 0; i < n; i++) {
        if (p[i] == 0x7e) buf_put(out, "\x7d\x02", 2);
        else if (p[i] == 0x7d) buf_put(out, "\x7d\x01", 2);
        else buf_put(out, p + i, 1);
    }
    buf_put(out, "\x7e", 1);
}

static unsigned bcd(int v)
{
    return (unsigned)(v / 10 * 16 + v % 10);
}

static void jt_message(Sender *s, unsigned id, unsigned seq, const Buf *body)
{
    static Buf whole;
    char phone[16];
    whole.n = 0;
    buf_be(&whole, id, 2);
    buf_be(&whole, body->n, 2);
    snprintf(phone, sizeof phone, "0139%08d", s->number);
    for (int i = 0; i < 6; i++) buf_be(&whole, bcd((phone[2 * i] - '0') * 10 + phone[2 * i + 1] - '0'), 1);
    buf_be(&whole, seq, 2);
    buf_put(&whole, body->p, body->n);
    unsigned x = 0;
    for (size_t i = 0; i < whole.n; i++) x ^= whole.p[i];
    buf_be(&whole, x, 1);
    jt_escape(&s->out, whole.p, whole.n);
}

static void jt_position(Buf *b, const Sender *s, uint64_t step)
{
    struct tm t = beijing(stream_time(s, step));
    buf_be(b, 0, 4);
    buf_be(b, 3, 4); /* engine on, fixed */
    buf_be(b, (uint64_t)(30000000 + 10 * stream_value(0, step)), 4);
    buf_be(b, (uint64_t)(120000000 + 10 * stream_value(1, step)), 4);
    buf_be(b, (uint64_t)stream_value(2, step), 2);
    buf_be(b, (uint64_t)stream_value(3, step), 2);
    buf_be(b, step % 360, 2);
    buf_be(b, bcd(t.tm_year % 100), 1);
    buf_be(b, bcd(t.tm_mon + 1), 1);
    buf_be(b, bcd(t.tm_mday), 1);
    buf_be(b, bcd(t.tm_hour), 1);
    buf_be(b, bcd(t.tm_min), 1);
    buf_be(b, bcd(t.tm_sec), 1);
}

static unsigned jt_size(const Sender *s)
{
    return mix64(s->sent) % 4 ? POSITIONS * VEHICLE_POINTS : VEHICLE_POINTS;
}

static uint64_t jt_frame(Sender *s, unsigned n)
{
    static Buf body;
    uint64_t step = s->sent / VEHICLE_POINTS, count = n / VEHICLE_POINTS, seq = (s->frames + 1) & 0xffff;
    body.n = 0;
    if (count == 1) {
        jt_position(&body, s, step);
        jt_message(s, 0x0200, (unsigned)seq, &body);
        return seq;
    }
    buf_be(&body, count, 2);
    buf_be(&body, 1, 1); /* from a blind area */
    for (uint64_t i = 0; i < count; i++) {
        buf_be(&body, 28, 2);
        jt_position(&body, s, step + i);
    }
    jt_message(s, 0x0704, (unsigned)seq, &body);
    return seq;
}

static void jt_greet(Sender *s)
{
    static Buf body;
    char rest[25] = {0};
    body.n = 0;
    buf_be(&body, 33, 2);
    buf_be(&body, 100, 2);
    buf_put(&body, "SOAK1", 5);
    buf_put(&body, rest, 20);
    buf_put(&body, "TERM001", 7);
    buf_be(&body, 1, 1);
    buf_put(&body, "SOAK-1", 6);
    jt_message(s, 0x0100, 0, &body);
}

static size_t jt_cut(const Sender *s)
{
    const unsigned char *end = s->in.n > 1 ? memchr(s->in.p + 1, 0x7e, s->in.n - 1) : NULL;
    return end ? (size_t)(end - s->in.p) + 1 : 0;
}

/* The message without its marks and escapes; returns its length. */
static size_t jt_plain(const unsigned char *p, size_t n, unsigned char *out, size_t max)
{
    size_t k = 0;
    for (size_t i = 1; i + 1 < n && k < max; i++) {
        bool escaped = p[i] == 0x7d && i + 2 < n;
        out[k++] = escaped ? (p[++i] == 2 ? 0x7e : 0x7d) : p[i];
    }
    return k;
}

static void jt_answer(Sender *s, const unsigned char *p, size_t n)
{
    unsigned char m[256];
    static Buf body;
    size_t k = jt_plain(p, n, m, sizeof m);
    unsigned id = k > 16 ? (unsigned)m[0] << 8 | m[1] : 0;
    if (id == 0x8100) { /* registered: the code is given back */
        if (m[14] != 0) sender_wrong(s, "registration refused");
        body.n = 0;
        buf_put(&body, m + 15, k - 16);
        jt_message(s, 0x0102, 0, &body);
        return;
    }
    if (id != 0x8001) sender_wrong(s, "an answer that is not 8001");
    if (m[16] != 0) sender_wrong(s, "a result that is not 0");
    if (m[14] == 1 && m[15] == 2) s->ready = true;
    else sender_acked(s, (uint64_t)m[12] << 8 | m[13]);
}

const Protocol jt808_protocol = {.name = "jt808",
                                 .points = VEHICLE_POINTS,
                                 .window = 16,
                                 .seconds = true,
                                 .greet = jt_greet,
                                 .size = jt_size,
                                 .frame = jt_frame,
                                 .cut = jt_cut,
                                 .answer = jt_answer};
