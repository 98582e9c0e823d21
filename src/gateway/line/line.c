/* Line protocol into readings. Nearly all lines of a big sender are canonical, so each line is first tried
 * against that one shape with plain byte loops (no copies, no allocation); whatever does not fit exactly goes
 * to the general reader in parse.c, which gives the same answer for the canonical shape (a test compares
 * them).
 *
 * Memory: one LineParts and one key buffer for the whole body, on the heap because they are larger than a
 * thread's stack should carry; nothing grows with the input. */
#include "gateway/line.h"
#include "base/num.h"
#include "base/rc.h"
#include "gateway/scan.h"
#include "parse.h"
#include <stdlib.h>

/* A canonical line whose point is not looked up yet. */
typedef struct Held {
    const char *start, *end; /* of the line */
    uint64_t number;
    int64_t t;
    double v;
    uint8_t q;
} Held;

typedef struct Decoder {
    const ReadingSink *sink;
    Held held[SINK_POINTS_MAX];
    Str codes[SINK_POINTS_MAX];
    size_t nheld;
    LinePrecision precision;
    uint64_t number; /* of the line at hand */
    const char *plain_until;
    LineParts parts;
    char key[SOURCE_KEY_MAX + 8];
    char code[POINT_CODE_MAX];
} Decoder;

bool line_precision_parse(Str s, LinePrecision *out)
{
    static const struct {
        const char *name;
        int64_t ns;
    } table[] = {{"", 1},
                 {"n", 1},
                 {"ns", 1},
                 {"u", 1000},
                 {"us", 1000},
                 {"\xC2\xB5s", 1000},
                 {"ms", 1000000},
                 {"s", 1000000000},
                 {"m", INT64_C(60000000000)},
                 {"h", INT64_C(3600000000000)}};
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(s, table[i].name)) {
            out->ns = table[i].ns;
            return true;
        }
    return false;
}

/* false: out of range. */
static bool time_of(int64_t stamp, LinePrecision precision, int64_t *out)
{
    if (precision.ns >= 1000000) {
        if (__builtin_mul_overflow(stamp, precision.ns / 1000000, out)) return false;
    } else {
        int64_t unit = 1000000 / precision.ns;
        int64_t t = stamp / unit;
        *out = t - (stamp % unit < 0);
    }
    return gateway_time_ok(*out);
}

/* ---- The general road ---- */

static void reject(Decoder *d, Str field, const char *code)
{
    d->sink->reject(d->sink->ud, d->number, field, code);
}

/* "line:MEAS,tag=v,…" without the field; 0: too long. */
static size_t key_head(Decoder *d)
{
    const LineParts *parts = &d->parts;
    size_t n = 5 + parts->measurement.n;
    for (size_t i = 0; i < parts->ntags; i++) n += 2 + parts->tags[i].name.n + parts->tags[i].value.n;
    if (n >= SOURCE_KEY_MAX) return 0;
    char *p = d->key;
    memcpy(p, "line:", 5);
    p += 5;
    memcpy(p, parts->measurement.p, parts->measurement.n);
    p += parts->measurement.n;
    for (size_t i = 0; i < parts->ntags; i++) {
        const LinePair *tag = &parts->tags[i];
        *p++ = ',';
        memcpy(p, tag->name.p, tag->name.n);
        p += tag->name.n;
        *p++ = '=';
        memcpy(p, tag->value.p, tag->value.n);
        p += tag->value.n;
    }
    *p = '#';
    return n;
}

static void emit_source(Decoder *d, size_t head, const LineField *f, int64_t t, uint8_t q)
{
    if (head == 0 || head + 1 + f->name.n > SOURCE_KEY_MAX) {
        reject(d, f->name, REJECT_LIMIT);
        return;
    }
    memcpy(d->key + head + 1, f->name.p, f->name.n);
    sink_at(d->sink, d->number);
    d->sink->source(d->sink->ud, str_n(d->key, head + 1 + f->name.n), t, f->v, q);
}

/* The point that a line of measurement "reading" names, 0 when none is known by its code. */
static uint32_t canonical_point(Decoder *d)
{
    for (size_t i = 0; i < d->parts.ntags; i++) {
        const LinePair *tag = &d->parts.tags[i];
        if (!str_is(tag->name, "point")) continue;
        if (tag->value.n > POINT_CODE_MAX) return 0;
        return d->sink->point(d->sink->ud, line_unescape(tag->value, d->code));
    }
    return 0;
}

static bool has_point_tag(const LineParts *parts)
{
    for (size_t i = 0; i < parts->ntags; i++)
        if (str_is(parts->tags[i].name, "point")) return true;
    return false;
}

static const LineField *find_field(const LineParts *parts, const char *name)
{
    for (size_t i = 0; i < parts->nfields; i++)
        if (str_is(parts->fields[i].name, name)) return &parts->fields[i];
    return NULL;
}

/* false: the field q is there and is no quality. */
static bool quality_of(const LineParts *parts, uint8_t *q)
{
    const LineField *f = find_field(parts, "q");
    *q = 0;
    if (!f) return true;
    if (f->code || (f->v != 0 && f->v != 1 && f->v != 2)) return false;
    *q = (uint8_t)f->v;
    return true;
}

/* v and q of `reading,point=CODE`. */
static void emit_canonical(Decoder *d, size_t head, int64_t t)
{
    const LineField *v = find_field(&d->parts, "v");
    uint8_t q;
    if (!v) {
        if (d->parts.nfields == 1) reject(d, STR("v"), REJECT_REQUIRED);
        return;
    }
    if (v->code) reject(d, v->name, v->code);
    else if (!quality_of(&d->parts, &q)) reject(d, STR("q"), REJECT_QUALITY);
    else {
        uint32_t point = canonical_point(d);
        if (point) d->sink->add(d->sink->ud, point, t, v->v, q);
        else emit_source(d, head, v, t, q);
    }
}

static void emit(Decoder *d, int64_t t)
{
    size_t head = key_head(d);
    bool canonical = str_is(d->parts.measurement, "reading") && has_point_tag(&d->parts);
    if (canonical && (find_field(&d->parts, "v") || find_field(&d->parts, "q"))) emit_canonical(d, head, t);
    for (size_t i = 0; i < d->parts.nfields; i++) {
        const LineField *f = &d->parts.fields[i];
        if (canonical && (str_is(f->name, "v") || str_is(f->name, "q"))) continue;
        if (f->code) reject(d, f->name, f->code);
        else emit_source(d, head, f, t, 0);
    }
}

static void decode_general(Decoder *d, Str line)
{
    LineFault fault;
    int64_t stamp, t = TIME_NONE;
    if (!line_parse(line, &d->parts, &fault)) {
        reject(d, fault.field, fault.code);
        return;
    }
    if (d->parts.time.n && (!num_parse_i64(d->parts.time, &stamp) || !time_of(stamp, d->precision, &t))) {
        reject(d, STR("t"), REJECT_TIME);
        return;
    }
    emit(d, t);
}

/* A line that is not canonical, from p to its end. */
static void decode_line(Decoder *d, const char *p, const char *line_end)
{
    while (line_end > p && (line_end[-1] == '\r' || line_end[-1] == ' ')) line_end--;
    while (p < line_end && *p == ' ') p++;
    if (p == line_end || *p == '#') return;
    if (line_end - p > LINE_LENGTH_MAX) reject(d, STR("line"), REJECT_LIMIT);
    else decode_general(d, str_n(p, (size_t)(line_end - p)));
}

/* ---- The canonical road ---- */

/* Eight bytes at once: 0x80 in each byte of the result that is zero in x; exact up to the first such byte. */
static inline uint64_t zero_bytes(uint64_t x)
{
    return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

/* 0x80 in each byte that may not stand in a plain code: up to the space, beyond ASCII, ',', '=' and '\\'.
 * Exact up to the first. */
static inline uint64_t stop_bytes(const char *p)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t x;
    memcpy(&x, p, 8);
    uint64_t low = (x - each * 0x21) & ~x & (each * 0x80); /* below 0x21 */
    return low | (x & (each * 0x80)) | zero_bytes(x ^ each * ',') | zero_bytes(x ^ each * '=') |
           zero_bytes(x ^ each * '\\');
}

/* The end of a code made of plain bytes, followed by one space; NULL otherwise. */
static inline const char *plain_code_end(const char *p, const char *end)
{
    const char *start = p;
    if (end - p > POINT_CODE_MAX) end = p + POINT_CODE_MAX;
    while (end - p >= 8) {
        uint64_t stop = stop_bytes(p);
        if (stop) {
            p += __builtin_ctzll(stop) / 8;
            return *p == ' ' && p > start ? p : NULL;
        }
        p += 8;
    }
    while (p < end && (unsigned char)*p > ' ' && *p != ',' && *p != '=' && *p != '\\' &&
           (unsigned char)*p < 0x80)
        p++;
    return p < end && *p == ' ' && p > start ? p : NULL;
}

/* ",q=D[i]" at p. NULL: something else. */
static const char *canonical_quality(const char *p, const char *end, uint8_t *q)
{
    if (end - p < 4 || memcmp(p, ",q=", 3) != 0 || p[3] < '0' || p[3] > '2') return NULL;
    *q = (uint8_t)(p[3] - '0');
    p += 4;
    return p < end && *p == 'i' ? p + 1 : p;
}

static const char *canonical_time(const char *p, const char *end, LinePrecision precision, int64_t *t)
{
    int64_t stamp;
    *t = TIME_NONE;
    if (p == end || *p != ' ') return p;
    p = scan_u63(p + 1, end, &stamp);
    return p && time_of(stamp, precision, t) ? p : NULL;
}

/* The held lines to the sink, in order; those of no known point go down the general road. */
static void flush_held(Decoder *d)
{
    uint32_t points[SINK_POINTS_MAX];
    uint64_t number = d->number;
    size_t n = d->nheld;
    if (!n) return;
    d->nheld = 0;
    d->sink->points(d->sink->ud, d->codes, n, points);
    for (size_t i = 0; i < n; i++) {
        const Held *h = &d->held[i];
        if (points[i]) {
            d->sink->add(d->sink->ud, points[i], h->t, h->v, h->q);
        } else {
            d->number = h->number;
            decode_line(d, h->start, h->end);
        }
    }
    d->number = number;
}

/* Holds the line at p when it is canonical and returns its end; NULL: try the general road. */
static const char *take_canonical(Decoder *d, const char *p, const char *end)
{
    static const char head[] = "reading,point=";
    size_t nhead = sizeof head - 1;
    if ((size_t)(end - p) <= nhead || memcmp(p, head, nhead) != 0) return NULL;
    Held *h = &d->held[d->nheld];
    h->start = p;
    const char *code = p + nhead;
    p = plain_code_end(code, end);
    if (!p || end - p < 4 || memcmp(p, " v=", 3) != 0) return NULL;
    d->codes[d->nheld] = str_n(code, (size_t)(p - code));
    p = scan_decimal(p + 3, end, &h->v);
    if (!p) return NULL;
    h->q = 0;
    if (p < end && *p == ',' && !(p = canonical_quality(p, end, &h->q))) return NULL;
    if (!(p = canonical_time(p, end, d->precision, &h->t))) return NULL;
    if (p < end && *p == '\r' && end - p > 1) p++;
    if (p < end && *p != '\n') return NULL;
    h->end = p;
    h->number = d->number;
    if (++d->nheld == SINK_POINTS_MAX) flush_held(d);
    return p;
}

static uint64_t count_lines(const char *p, const char *end)
{
    uint64_t n = 0;
    while ((p = memchr(p, '\n', (size_t)(end - p)))) n++, p++;
    return n;
}

void line_decode(Str body, LinePrecision precision, const ReadingSink *sink)
{
    Decoder *d = malloc(sizeof *d);
    ENSURE(d);
    d->sink = sink;
    d->precision = precision;
    d->number = 1;
    d->plain_until = NULL;
    d->nheld = 0;
    const char *p = body.p, *end = body.p + body.n;
    while (p < end) {
        const char *next = take_canonical(d, p, end);
        if (!next) {
            flush_held(d);
            next = line_find_end(p, end, &d->plain_until);
            decode_line(d, p, next);
            if (memchr(p, '"', (size_t)(next - p))) d->number += count_lines(p, next);
        }
        p = next + 1;
        d->number++;
    }
    flush_held(d);
    free(d);
}
