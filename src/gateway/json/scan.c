/* The strict scanner: exactly the plain shape, in one pass without a tree. It gives up (false) at anything
 * unusual - an escape, a byte beyond ASCII, an exponent, a number that is not exact, a repeated or unknown
 * member, a missing one, a value out of range - and leaves the verdict to the tree; so it never has to report
 * a fault, and what it takes the tree would take alike. */
#include "gateway/scan.h"
#include "items.h"

typedef struct Scan {
    const char *p, *end;
} Scan;

static void skip(Scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t')) s->p++;
}

/* c after spaces. */
static bool eat(Scan *s, char c)
{
    skip(s);
    if (s->p == s->end || *s->p != c) return false;
    s->p++;
    return true;
}

static bool peek(Scan *s, char c)
{
    skip(s);
    return s->p < s->end && *s->p == c;
}

/* A text of printable ASCII without escapes; the cursor is on its opening quote. */
static bool take_plain(Scan *s, Str *out)
{
    const char *start = ++s->p;
    while (s->p < s->end && *s->p >= ' ' && *s->p < 0x7f && *s->p != '"' && *s->p != '\\') s->p++;
    if (s->p == s->end || *s->p != '"') return false;
    *out = str_n(start, (size_t)(s->p - start));
    s->p++;
    return true;
}

/* A JSON number without exponent, exact; "-0" is an integer 0 to the tree, so it is left to it. */
static bool take_number(Scan *s, double *out)
{
    skip(s);
    const char *digits = s->p + (s->p < s->end && *s->p == '-');
    if (s->end - digits >= 2 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') return false;
    const char *after = scan_decimal(s->p, s->end, out);
    if (!after || (*out == 0 && *s->p == '-')) return false;
    s->p = after;
    return true;
}

static bool take_point(Scan *s, JsonReading *r)
{
    return peek(s, '"') && take_plain(s, &r->point) && r->point.n > 0 && r->point.n <= POINT_CODE_MAX;
}

static bool take_time(Scan *s, JsonReading *r)
{
    Str text;
    double t;
    if (peek(s, '"')) return take_plain(s, &text) && time_parse(text, false, &r->t) && gateway_time_ok(r->t);
    if (!take_number(s, &t) || t != (double)(int64_t)t) return false;
    r->t = (int64_t)t;
    return gateway_time_ok(r->t);
}

static bool take_value(Scan *s, JsonReading *r)
{
    return take_number(s, &r->v);
}

static bool take_quality(Scan *s, JsonReading *r)
{
    double q;
    if (!take_number(s, &q) || (q != 0 && q != 1 && q != 2)) return false;
    r->q = (uint8_t)q;
    return true;
}

enum { HAS_POINT = 1, HAS_T = 2, HAS_V = 4, HAS_Q = 8 };

static bool take_member(Scan *s, JsonReading *r, unsigned *seen)
{
    Str name;
    if (!peek(s, '"') || !take_plain(s, &name) || !eat(s, ':')) return false;
    unsigned bit;
    bool (*take)(Scan *, JsonReading *);
    if (name.n == 5 && memcmp(name.p, "point", 5) == 0) bit = HAS_POINT, take = take_point;
    else if (name.n == 1 && name.p[0] == 't') bit = HAS_T, take = take_time;
    else if (name.n == 1 && name.p[0] == 'v') bit = HAS_V, take = take_value;
    else if (name.n == 1 && name.p[0] == 'q') bit = HAS_Q, take = take_quality;
    else return false;
    if (*seen & bit) return false;
    *seen |= bit;
    return take(s, r);
}

static bool take_reading(Scan *s, JsonReading *r)
{
    r->t = TIME_NONE;
    unsigned seen = 0;
    if (!eat(s, '{')) return false;
    do {
        if (!take_member(s, r, &seen)) return false;
    } while (eat(s, ','));
    return eat(s, '}') && (seen & HAS_POINT) && (seen & HAS_V);
}

/* ---- The usual object, compared as bytes ---- */

static inline bool starts(const char *p, const char *end, const char *text, size_t n)
{
    return (size_t)(end - p) > n && memcmp(p, text, n) == 0;
}
#define STARTS(p, end, text) starts(p, end, text, sizeof(text) - 1)

/* The closing quote of printable ASCII without escapes, eight bytes at a time; NULL: something else, or near
 * the end. */
static inline const char *usual_text_end(const char *p, const char *end)
{
    const uint64_t each = UINT64_C(0x0101010101010101), top = each * 0x80;
    for (; end - p >= 8; p += 8) {
        uint64_t x;
        memcpy(&x, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        x = __builtin_bswap64(x);
#endif
        uint64_t quote = x ^ each * '"', slash = x ^ each * '\\', del = x ^ each * 0x7f;
        uint64_t stop = (((quote - each) & ~quote) | ((slash - each) & ~slash) | ((del - each) & ~del) |
                         ((x - each * 0x20) & ~x) | x) &
                        top;
        if (!stop) continue;
        p += __builtin_ctzll(stop) / 8;
        return *p == '"' ? p : NULL;
    }
    return NULL;
}

/* {"point":"CODE","t":digits,"v":number} or with ,"q":digit behind, no spaces. Returns what is behind it;
 * NULL: anything else, and r is as before. */
static inline const char *usual_reading(const char *p, const char *end, JsonReading *r)
{
    double v;
    int64_t t;
    uint8_t q = 0;
    if (!STARTS(p, end, "{\"point\":\"")) return NULL;
    const char *code = p + 10, *close = usual_text_end(code, end);
    if (!close || close == code || close - code > POINT_CODE_MAX || !STARTS(close, end, "\",\"t\":"))
        return NULL;
    p = close + 6;
    if (*p == '0' || !(p = scan_u63(p, end, &t)) || !gateway_time_ok(t) || t > INT64_C(1) << 53) return NULL;
    if (!STARTS(p, end, ",\"v\":")) return NULL;
    Scan number = {p + 5, end};
    if (!take_number(&number, &v)) return NULL;
    p = number.p;
    if (STARTS(p, end, ",\"q\":") && p[5] >= '0' && p[5] <= '2') {
        q = (uint8_t)(p[5] - '0');
        p += 6;
    }
    if (p == end || *p != '}') return NULL;
    *r = (JsonReading){.point = str_n(code, (size_t)(close - code)), .t = t, .v = v, .q = q};
    return p + 1;
}

static bool take_any(Scan *s, JsonReading *r)
{
    const char *after = usual_reading(s->p, s->end, r);
    if (!after) return take_reading(s, r);
    s->p = after;
    return true;
}

bool json_scan(Str body, JsonList *list)
{
    Scan s = {body.p, body.p + body.n};
    Str name;
    if (!eat(&s, '{') || !peek(&s, '"') || !take_plain(&s, &name) || !str_is(name, "readings")) return false;
    if (!eat(&s, ':') || !eat(&s, '[')) return false;
    if (!peek(&s, ']')) {
        do {
            if (!take_any(&s, json_list_add(list))) return false;
        } while (eat(&s, ','));
    }
    if (!eat(&s, ']') || !eat(&s, '}')) return false;
    skip(&s);
    return s.p == s.end;
}
