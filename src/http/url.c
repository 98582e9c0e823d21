/* Decoding of paths, queries, cookies and header parameters. Strict: what cannot be read in one way only is
 * refused, so that no later layer sees another text than the one that was checked. */
#include "url.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Decodes into p, which holds in.n bytes. Returns the length, or -1. */
static ptrdiff_t decode_into(char *p, Str in, bool plus)
{
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (c == '%') {
            if (in.n - i < 3) return -1;
            int hi = hex_digit(in.p[i + 1]), lo = hex_digit(in.p[i + 2]);
            if (hi < 0 || lo < 0) return -1;
            c = (char)(hi * 16 + lo);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        if (c == '\0') return -1;
        p[n++] = c;
    }
    return (ptrdiff_t)n;
}

bool url_decode(Arena *a, Str in, bool plus, Str *out)
{
    bool plain =
        !in.n || (!memchr(in.p, '%', in.n) && !(plus && memchr(in.p, '+', in.n)) && !memchr(in.p, 0, in.n));
    if (plain) {
        *out = in.n ? in : STR("");
        return str_utf8_ok(*out);
    }
    char *p = arena_alloc(a, in.n);
    ptrdiff_t n = decode_into(p, in, plus);
    if (n < 0) return false;
    *out = str_n(p, (size_t)n);
    return str_utf8_ok(*out);
}

static bool unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("-._~", c));
}

void url_encode(StrBuf *out, Str in)
{
    for (size_t i = 0; i < in.n; i++) {
        if (unreserved(in.p[i])) buf_addc(out, in.p[i]);
        else buf_printf(out, "%%%02X", (unsigned char)in.p[i]);
    }
}

static size_t count_of(Str s, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == c;
    return n;
}

bool url_query(Arena *a, Str raw, UrlPair **out, size_t *n)
{
    *n = 0;
    *out = NULL;
    if (!raw.n) return true;
    size_t max = count_of(raw, '&') + 1;
    if (max > URL_QUERIES_MAX) return false;
    UrlPair *pairs = ARENA_ARRAY(a, UrlPair, max);
    while (raw.n) {
        Str pair = str_cut(&raw, '&');
        if (!pair.n) continue;
        Str name = str_cut(&pair, '=');
        if (!url_decode(a, name, true, &pairs[*n].name)) return false;
        if (!url_decode(a, pair, true, &pairs[*n].value)) return false;
        (*n)++;
    }
    *out = pairs;
    return true;
}

static bool segment_ok(Str s)
{
    if (str_is(s, ".") || str_is(s, "..")) return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f) return false;
    return true;
}

bool url_segments(Arena *a, Str raw, Str *seg, size_t max, size_t *n)
{
    *n = 0;
    if (!raw.n || raw.p[0] != '/') return false;
    Str rest = str_n(raw.p + 1, raw.n - 1);
    for (bool last = false; !last;) {
        last = !memchr(rest.p, '/', rest.n);
        Str one;
        if (!url_decode(a, str_cut(&rest, '/'), false, &one) || !segment_ok(one)) return false;
        if (*n < max) seg[*n] = one;
        if (*n <= max) (*n)++;
    }
    return true;
}

bool url_target(Str target, Str *path, Str *query)
{
    if (str_starts(target, STR("http://")) || str_starts(target, STR("https://"))) {
        str_cut(&target, '/');
        str_cut(&target, '/');
        const char *slash = target.n ? memchr(target.p, '/', target.n) : NULL;
        if (!slash) return false;
        target = str_n(slash, target.n - (size_t)(slash - target.p));
    }
    if (str_is(target, "*")) {
        *path = target;
        *query = STR_NONE;
        return true;
    }
    if (!target.n || target.p[0] != '/') return false;
    *path = str_cut(&target, '?');
    *query = target;
    return true;
}

Str url_cookie(Str header, Str name)
{
    while (header.n) {
        Str pair = str_trim(str_cut(&header, ';'));
        Str key = str_trim(str_cut(&pair, '='));
        if (!str_eq(key, name)) continue;
        Str v = str_trim(pair);
        if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"') v = str_n(v.p + 1, v.n - 2);
        return v.n ? v : STR("");
    }
    return STR_NONE;
}

Str url_header_value(Str header)
{
    return str_trim(str_cut(&header, ';'));
}

/* Reads a quoted string that starts at s->p[0] == '"'; *s goes behind it. */
static Str read_quoted(Arena *a, Str *s)
{
    char *p = arena_alloc(a, s->n);
    size_t n = 0, i = 1;
    for (; i < s->n && s->p[i] != '"'; i++) {
        if (s->p[i] == '\\' && i + 1 < s->n && (s->p[i + 1] == '"' || s->p[i + 1] == '\\')) i++;
        p[n++] = s->p[i];
    }
    if (i < s->n) i++;
    *s = str_n(s->p + i, s->n - i);
    return str_n(p, n);
}

/* One `name=value` off the front; false at the end. */
static bool next_param(Arena *a, Str *s, Str *name, Str *value)
{
    size_t i = 0;
    while (i < s->n && (s->p[i] == ';' || s->p[i] == ' ' || s->p[i] == '\t')) i++;
    *s = str_n(s->p + i, s->n - i);
    if (!s->n) return false;
    size_t k = 0;
    while (k < s->n && s->p[k] != '=' && s->p[k] != ';') k++;
    *name = str_trim(str_n(s->p, k));
    *value = STR("");
    bool has_value = k < s->n && s->p[k] == '=';
    *s = str_n(s->p + k + has_value, s->n - k - has_value);
    if (!has_value) return true;
    if (s->n && s->p[0] == '"') *value = read_quoted(a, s);
    else *value = str_trim(str_cut(s, ';'));
    return true;
}

Str url_header_param(Arena *a, Str header, const char *name)
{
    str_cut(&header, ';');
    Str key, value, want = str_of(name);
    while (next_param(a, &header, &key, &value))
        if (str_ieq(key, want)) return value;
    return STR_NONE;
}
