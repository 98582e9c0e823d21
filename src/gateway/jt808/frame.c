/* Marks, escapes, checksum and header (JT/T 808 clause 4.4). What a frame says of its own length must be
 * exactly true: a frame cut in the wrong place is refused instead of being read as something else. */
#include "bytes.h"
#include "gateway/jt808.h"

enum {
    MARK = 0x7e,
    ESCAPE = 0x7d,
    ATTR_LENGTH = 0x03ff,
    ATTR_ENCRYPTED = 0x1c00,
    ATTR_SPLIT = 0x2000,
    ATTR_2019 = 0x4000,
    DIGITS_2013 = 6,
    DIGITS_2019 = 10
};

long jt808_cut(Str bytes, const char **code)
{
    if (bytes.n == 0) return 0;
    if (u8_at(bytes, 0) != MARK) {
        const char *mark = memchr(bytes.p, MARK, bytes.n);
        *code = "noise";
        return mark ? -(mark - bytes.p) : -(long)bytes.n;
    }
    const char *end = bytes.n > 1 ? memchr(bytes.p + 1, MARK, bytes.n - 1) : NULL;
    long n = end ? end - bytes.p + 1 : 0;
    if (n == 2) { /* the end of one and the beginning of the next */
        *code = "noise";
        return -1;
    }
    if (n > JT808_FRAME_MAX || (!end && bytes.n > JT808_FRAME_MAX)) {
        *code = "length";
        return end ? -(n - 1) : -(long)bytes.n;
    }
    return n;
}

void jt808_escape(Str content, StrBuf *out)
{
    for (size_t i = 0; i < content.n; i++) {
        unsigned c = u8_at(content, i);
        if (c == MARK || c == ESCAPE) {
            add_u8(out, ESCAPE);
            add_u8(out, c == MARK ? 2 : 1);
        } else {
            add_u8(out, c);
        }
    }
}

bool jt808_unescape(Str content, StrBuf *out)
{
    for (size_t i = 0; i < content.n; i++) {
        unsigned c = u8_at(content, i);
        if (c == ESCAPE) {
            unsigned next = ++i < content.n ? u8_at(content, i) : 0;
            if (next != 1 && next != 2) return false;
            c = next == 1 ? ESCAPE : MARK;
        }
        add_u8(out, c);
    }
    return true;
}

static unsigned xor_of(Str s)
{
    unsigned x = 0;
    for (size_t i = 0; i < s.n; i++) x ^= u8_at(s, i);
    return x;
}

/* The number in digits without leading zeros; "0" when there are only zeros. */
static bool read_phone(Jt808Frame *f)
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof f->number * 2; i++) {
        unsigned digit = f->number[i / 2] >> (i % 2 ? 0 : 4) & 15u;
        if (digit > 9) return false;
        if (n || digit) f->phone[n++] = (char)('0' + digit);
    }
    if (n == 0) f->phone[n++] = '0';
    f->phone[n] = 0;
    return true;
}

/* s: unescaped, without the checksum. */
static const char *read_header(Str s, Jt808Frame *f)
{
    unsigned attr = s.n >= 4 ? u16_at(s, 2) : 0;
    f->v2019 = (attr & ATTR_2019) != 0;
    size_t digits = f->v2019 ? DIGITS_2019 : DIGITS_2013, at = f->v2019 ? 5 : 4;
    size_t head = at + digits + 2 + (attr & ATTR_SPLIT ? 4 : 0);
    if (s.n < head) return "length";
    f->id = (uint16_t)u16_at(s, 0);
    if (f->v2019) f->version = (uint8_t)u8_at(s, 4);
    memcpy(f->number + sizeof f->number - digits, s.p + at, digits);
    f->seq = (uint16_t)u16_at(s, at + digits);
    if (!read_phone(f)) return "phone";
    f->headed = true;
    f->body = str_from(s, head);
    if (f->body.n != (attr & ATTR_LENGTH)) return "length";
    if (attr & ATTR_ENCRYPTED) return "encrypted";
    if (!(attr & ATTR_SPLIT)) return NULL;
    f->total = (uint16_t)u16_at(s, head - 4);
    f->index = (uint16_t)u16_at(s, head - 2);
    return f->total == 0 || f->index == 0 || f->index > f->total || f->total > JT808_PARTS_MAX ? "split"
                                                                                               : NULL;
}

const char *jt808_parse(Arena *a, Str frame, Jt808Frame *out)
{
    StrBuf b;
    *out = (Jt808Frame){0};
    if (frame.n < 2 || u8_at(frame, 0) != MARK || u8_at(frame, frame.n - 1) != MARK) return "noise";
    buf_init(&b, a);
    if (!jt808_unescape(str_n(frame.p + 1, frame.n - 2), &b)) return "escape";
    Str s = buf_str(&b);
    if (s.n < 1) return "length";
    const char *refused = read_header(str_n(s.p, s.n - 1), out);
    return xor_of(s) ? "checksum" : refused;
}

/* ---- Writing ---- */

static void write_part(StrBuf *out, const Jt808Frame *to, uint16_t id, uint16_t seq, Str body,
                       const uint16_t part[2])
{
    StrBuf b;
    size_t digits = to->v2019 ? DIGITS_2019 : DIGITS_2013;
    buf_init(&b, out->arena);
    add_u16(&b, id);
    add_u16(&b, (unsigned)body.n | (to->v2019 ? ATTR_2019 : 0u) | (part ? ATTR_SPLIT : 0u));
    if (to->v2019) add_u8(&b, to->version ? to->version : 1);
    buf_add(&b, str_n((const char *)to->number + sizeof to->number - digits, digits));
    add_u16(&b, seq);
    if (part) {
        add_u16(&b, part[0]);
        add_u16(&b, part[1]);
    }
    buf_add(&b, body);
    add_u8(&b, xor_of(buf_str(&b)));
    add_u8(out, MARK);
    jt808_escape(buf_str(&b), out);
    add_u8(out, MARK);
}

void jt808_write(StrBuf *out, const Jt808Frame *to, uint16_t id, uint16_t seq, Str body)
{
    ENSURE(body.n <= JT808_BODY_MAX);
    write_part(out, to, id, seq, body, NULL);
}

void jt808_write_split(StrBuf *out, const Jt808Frame *to, uint16_t id, uint16_t seq, Str body, size_t part)
{
    ENSURE(part >= 1 && part <= JT808_BODY_MAX);
    size_t total = (body.n + part - 1) / part;
    if (total <= 1) {
        jt808_write(out, to, id, seq, body);
        return;
    }
    for (size_t i = 0; i < total; i++) {
        Str rest = str_from(body, i * part);
        const uint16_t which[2] = {(uint16_t)total, (uint16_t)(i + 1)};
        write_part(out, to, id, (uint16_t)(seq + i), str_n(rest.p, rest.n < part ? rest.n : part), which);
    }
}

void jt808_sender(Jt808Frame *out, const char *number, bool v2019)
{
    *out = (Jt808Frame){.v2019 = v2019, .version = v2019, .headed = true};
    size_t n = strlen(number), room = sizeof out->number * 2;
    ENSURE(n >= 1 && n <= (v2019 ? 20u : 12u));
    for (size_t i = 0; i < n; i++) {
        size_t at = room - n + i;
        out->number[at / 2] |= (uint8_t)((unsigned)(number[i] - '0') << (at % 2 ? 0 : 4));
    }
    ENSURE(read_phone(out));
}

void jt808_answer(StrBuf *out, const Jt808Frame *to, uint16_t seq, uint8_t result)
{
    StrBuf b;
    buf_init(&b, out->arena);
    add_u16(&b, to->seq);
    add_u16(&b, to->id);
    add_u8(&b, result);
    jt808_write(out, to, JT808_PLATFORM_ANSWER, seq, buf_str(&b));
}

void jt808_registered(StrBuf *out, const Jt808Frame *to, uint16_t seq, uint8_t result, Str code)
{
    StrBuf b;
    buf_init(&b, out->arena);
    add_u16(&b, to->seq);
    add_u8(&b, result);
    if (result == JT808_OK) buf_add(&b, code);
    jt808_write(out, to, JT808_REGISTERED, seq, buf_str(&b));
}
