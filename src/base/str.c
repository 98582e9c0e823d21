/* Text views and the growing buffer. Nothing here depends on the process locale: letters are folded for ASCII
 * only. */
#include "base/str.h"
#include "base/rc.h"
#include "utf8.h"
#include <stdio.h>

int str_cmp(Str a, Str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(Str s, Str prefix)
{
    return s.n >= prefix.n && str_eq(str_n(s.p, prefix.n), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return suffix.n == 0 || (s.n >= suffix.n && str_eq(str_n(s.p + (s.n - suffix.n), suffix.n), suffix));
}

static unsigned char fold(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

bool str_ieq(Str a, Str b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (fold(a.p[i]) != fold(b.p[i])) return false;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Str str_trim(Str s)
{
    while (s.n && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_space(s.p[s.n - 1])) s.n--;
    return s;
}

Str str_cut(Str *s, char c)
{
    const char *at = s->n ? memchr(s->p, c, s->n) : NULL;
    Str head = *s;
    if (!at) {
        *s = str_n(s->p ? s->p + s->n : NULL, 0);
        return head;
    }
    head.n = (size_t)(at - s->p);
    *s = str_n(at + 1, s->n - head.n - 1);
    return head;
}

ptrdiff_t str_find(Str s, Str needle)
{
    if (needle.n == 0) return 0;
    if (s.n == 0) return -1;
    const char *at = memmem(s.p, s.n, needle.p, needle.n);
    return at ? at - s.p : -1;
}

const char *str_z(Arena *a, Str s)
{
    return str_copy(a, s).p;
}

Str str_copy(Arena *a, Str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n) memcpy(p, s.p, s.n);
    return str_n(p, s.n);
}

Str str_printf(Arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *p = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return str_of(p);
}

bool str_utf8_ok(Str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t step = utf8_step(s.p + i, s.n - i);
        if (step == 0) return false;
        i += step;
    }
    return true;
}

size_t str_utf8_len(Str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++) count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return count;
}

/* Matches greedily and on a mismatch goes back to the last star only: that is enough for globs and keeps the
 * work at pattern × text, whatever the pattern. A malformed byte counts as one code point. */
bool str_glob(Str pattern, Str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;
    while (t < text.n) {
        size_t step = utf8_step(text.p + t, text.n - t);
        if (step == 0) step = 1;
        if (p < pattern.n && pattern.p[p] == '*') {
            star = ++p;
            mark = t;
        } else if (p < pattern.n && pattern.p[p] == '?') {
            p++;
            t += step;
        } else if (p + step <= pattern.n && memcmp(pattern.p + p, text.p + t, step) == 0) {
            p += step;
            t += step;
        } else if (star != SIZE_MAX) {
            size_t skip = utf8_step(text.p + mark, text.n - mark);
            mark += skip ? skip : 1;
            p = star;
            t = mark;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*') p++;
    return p == pattern.n;
}

void buf_init(StrBuf *b, Arena *a)
{
    *b = (StrBuf){.arena = a};
}

/* Room for n more bytes and a terminating NUL that is not counted. */
static void buf_reserve(StrBuf *b, size_t n)
{
    ENSURE(n < SIZE_MAX / 4 && b->n < SIZE_MAX / 4);
    if (b->n + n + 1 <= b->cap) return;
    size_t cap = b->cap ? b->cap : 128;
    while (cap < b->n + n + 1) cap *= 2;
    char *p = arena_alloc(b->arena, cap);
    if (b->n) memcpy(p, b->p, b->n);
    b->p = p;
    b->cap = cap;
}

void buf_add(StrBuf *b, Str s)
{
    buf_reserve(b, s.n);
    if (s.n) memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
    b->p[b->n] = 0;
}

void buf_addz(StrBuf *b, const char *z)
{
    buf_add(b, str_of(z));
}

void buf_addc(StrBuf *b, char c)
{
    if (b->n + 2 > b->cap) buf_reserve(b, 1);
    b->p[b->n++] = c;
    b->p[b->n] = 0;
}

void buf_printf(StrBuf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    buf_reserve(b, 64);
    size_t room = b->cap - b->n;
    int n = vsnprintf(b->p + b->n, room, fmt, ap);
    ENSURE(n >= 0);
    if ((size_t)n >= room) {
        buf_reserve(b, (size_t)n);
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
    }
    b->n += (size_t)n;
    va_end(again);
    va_end(ap);
}
