/* Frames of GB/T 26875.3: where one ends, the checksum, and frames to send.
 *
 * Data is binary, so "@@" and "##" may stand anywhere; only length, checksum and end together make a frame. A
 * beginning whose end is not here yet may be a broken frame: when a whole right frame lies behind it, it is
 * given up at once, because a frame of this protocol may be a fire alarm. */
#include "gateway/gb26875.h"
#include "base/rc.h"
#include "tables.h"

enum {
    AT_SERIAL = 2,
    AT_VERSION = 4,
    AT_LABEL = 6,
    AT_SOURCE = 12,
    AT_TARGET = 18,
    AT_LENGTH = 24,
    AT_COMMAND = 26,
    AT_DATA = 27,
    TAIL = 3
};

static uint8_t sum_of(const unsigned char *frame, size_t data)
{
    unsigned sum = 0;
    for (size_t i = AT_SERIAL; i < AT_DATA + data; i++) sum += frame[i];
    return (uint8_t)sum;
}

/* First place from `from` on where a frame may begin: "@@" or a last '@'. */
static size_t next_start(Str s, size_t from)
{
    while (from < s.n) {
        const char *p = memchr(s.p + from, '@', s.n - from);
        if (!p) return s.n;
        from = (size_t)(p - s.p);
        if (from + 1 == s.n || p[1] == '@') return from;
        from++;
    }
    return s.n;
}

typedef enum { FRAME_WAITS, FRAME_ENDS, FRAME_WRONG } FrameEnd;

/* Does a frame that begins here end where it says? *total is then its length. */
static FrameEnd frame_end(Str s, size_t *total)
{
    const unsigned char *p = (const unsigned char *)s.p;
    if (s.n < AT_COMMAND) return FRAME_WAITS;
    size_t data = gb26875_u16(p + AT_LENGTH);
    if (data > GB26875_DATA_MAX) return FRAME_WRONG;
    *total = AT_DATA + data + TAIL;
    if (s.n < *total) return FRAME_WAITS;
    return p[*total - 2] == '#' && p[*total - 1] == '#' ? FRAME_ENDS : FRAME_WRONG;
}

/* Gives up what is before the next place where a frame may begin that is not wrong at once. */
static long refuse(Str s, const char **code, const char *why)
{
    size_t at = next_start(s, 1), total;
    while (at < s.n && frame_end(str_n(s.p + at, s.n - at), &total) == FRAME_WRONG)
        at = next_start(s, at + 1);
    *code = why;
    return -(long)at;
}

static bool right_frame(Str s)
{
    size_t total = 0;
    if (s.n < GB26875_FRAME_MIN || s.p[1] != '@' || frame_end(s, &total) != FRAME_ENDS) return false;
    return (unsigned char)s.p[total - TAIL] == sum_of((const unsigned char *)s.p, total - AT_DATA - TAIL);
}

/* The first whole right frame behind the beginning; s.n: none. */
static size_t right_frame_behind(Str s)
{
    size_t at = next_start(s, 2);
    while (at < s.n && !right_frame(str_n(s.p + at, s.n - at))) at = next_start(s, at + 1);
    return at;
}

long gb26875_cut(Str s, const char **code)
{
    *code = NULL;
    if (s.n == 0) return 0;
    if (s.p[0] != '@' || (s.n > 1 && s.p[1] != '@')) return refuse(s, code, GB26875_NOISE);
    size_t total = 0;
    switch (frame_end(s, &total)) {
    case FRAME_ENDS:
        return (long)total;
    case FRAME_WRONG:
        return refuse(s, code, GB26875_LENGTH);
    case FRAME_WAITS:
        break;
    }
    size_t behind = right_frame_behind(s);
    if (behind == s.n) return 0;
    *code = GB26875_LENGTH;
    return -(long)behind;
}

static uint64_t address(const unsigned char *p)
{
    uint64_t v = 0;
    for (int i = 5; i >= 0; i--) v = v << 8 | p[i];
    return v;
}

const char *gb26875_parse(Str frame, Gb26875Frame *out)
{
    const unsigned char *p = (const unsigned char *)frame.p;
    size_t total = 0;
    *out = (Gb26875Frame){0};
    if (frame.n < GB26875_FRAME_MIN || p[0] != '@' || p[1] != '@') return GB26875_LENGTH;
    if (frame_end(frame, &total) != FRAME_ENDS || total != frame.n) return GB26875_LENGTH;
    out->serial = (uint16_t)gb26875_u16(p + AT_SERIAL);
    memcpy(out->version, p + AT_VERSION, sizeof out->version);
    memcpy(out->label, p + AT_LABEL, sizeof out->label);
    out->source = address(p + AT_SOURCE);
    out->target = address(p + AT_TARGET);
    out->command = p[AT_COMMAND];
    out->data = str_n(frame.p + AT_DATA, total - AT_DATA - TAIL);
    out->sum = p[total - TAIL];
    out->sum_right = sum_of(p, out->data.n);
    return out->sum == out->sum_right ? NULL : GB26875_CHECKSUM;
}

/* ---- Times ---- */

static bool date_of(const unsigned char b[6], bool bcd, int64_t *out)
{
    int v[6];
    for (int i = 0; i < 6; i++) {
        if (bcd && ((b[i] >> 4) > 9 || (b[i] & 15) > 9)) return false;
        v[i] = bcd ? (b[i] >> 4) * 10 + (b[i] & 15) : b[i];
    }
    Civil c = {.year = 2000 + v[5], .month = v[4], .day = v[3], .hour = v[2], .minute = v[1], .second = v[0]};
    *out = civil_ms(&c);
    Civil back = civil_of(*out);
    return back.year == c.year && back.month == c.month && back.day == c.day && back.hour == c.hour &&
           back.minute == c.minute && back.second == c.second;
}

bool gb26875_time(const unsigned char label[6], int64_t arrival, int64_t *out)
{
    int64_t binary, bcd;
    bool is_binary = date_of(label, false, &binary), is_bcd = date_of(label, true, &bcd);
    if (is_bcd && (!is_binary || (binary > arrival + MS_DAY && bcd <= arrival + MS_DAY))) {
        *out = bcd;
        return true;
    }
    *out = binary;
    return is_binary;
}

/* ---- Frames to send ---- */

static void put_time(unsigned char out[6], int64_t t)
{
    Civil c = civil_of(t);
    int v[6] = {c.second, c.minute, c.hour, c.day, c.month, c.year - 2000};
    for (int i = 0; i < 6; i++) out[i] = (unsigned char)v[i];
}

static void put_address(unsigned char *p, uint64_t v)
{
    for (int i = 0; i < 6; i++) p[i] = (unsigned char)(v >> 8 * i);
}

void gb26875_frame(StrBuf *out, const Gb26875Frame *f, int64_t t)
{
    static const uint8_t none[6] = {0};
    unsigned char b[GB26875_FRAME_MAX] = {'@', '@'};
    size_t n = f->data.n;
    ENSURE(n <= GB26875_DATA_MAX);
    b[AT_SERIAL] = (unsigned char)f->serial;
    b[AT_SERIAL + 1] = (unsigned char)(f->serial >> 8);
    memcpy(b + AT_VERSION, f->version, sizeof f->version);
    if (memcmp(f->label, none, sizeof none) == 0) put_time(b + AT_LABEL, t);
    else memcpy(b + AT_LABEL, f->label, sizeof f->label);
    put_address(b + AT_SOURCE, f->source);
    put_address(b + AT_TARGET, f->target);
    b[AT_LENGTH] = (unsigned char)n;
    b[AT_LENGTH + 1] = (unsigned char)(n >> 8);
    b[AT_COMMAND] = f->command;
    if (n) memcpy(b + AT_DATA, f->data.p, n);
    b[AT_DATA + n] = sum_of(b, n);
    b[AT_DATA + n + 1] = b[AT_DATA + n + 2] = '#';
    buf_add(out, str_n((const char *)b, AT_DATA + n + TAIL));
}

void gb26875_answer(StrBuf *out, const Gb26875Frame *f, int command, int64_t t)
{
    Gb26875Frame answer = {.serial = f->serial,
                           .version = {f->version[0], f->version[1]},
                           .source = f->target,
                           .target = f->source,
                           .command = (uint8_t)command};
    gb26875_frame(out, &answer, t);
}

void gb26875_add_components(StrBuf *data, const Gb26875Component *c, size_t n)
{
    ENSURE(n >= 1 && n <= 22);
    buf_addc(data, 2);
    buf_addc(data, (char)n);
    for (size_t i = 0; i < n; i++, c++) {
        unsigned char b[46] = {c->system, c->system_address, c->type};
        const unsigned words[] = {c->zone, c->position, c->status};
        for (size_t k = 0; k < ARRAY_LEN(words); k++) {
            b[3 + 2 * k] = (unsigned char)words[k];
            b[4 + 2 * k] = (unsigned char)(words[k] >> 8);
        }
        Str text = str_of(c->text);
        if (text.n) memcpy(b + 9, text.p, text.n < 31 ? text.n : 31);
        put_time(b + 40, c->t);
        buf_add(data, str_n((const char *)b, sizeof b));
    }
}
