/* Texts in Chinese have no blanks between words, so two of them are compared by pairs of neighbouring
 * characters, which are near enough to words. Sorted sets of pairs are merged; nothing depends on order in
 * memory or on a locale. */
#include "mod/danger_words.h"
#include <math.h>
#include <stdlib.h>

enum { CHARS_MOST = 512 };

/* The next code point; malformed bytes count as themselves. */
static uint32_t next_char(Str *s)
{
    const unsigned char *p = (const unsigned char *)s->p;
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (len > s->n) len = 1;
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) c = c << 6 | (p[i] & 0x3F);
    *s = str_n(s->p + len, s->n - len);
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool is_word_char(uint32_t c)
{
    if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    bool punctuation = (c >= 0x2000 && c < 0x2070) || (c >= 0x3000 && c < 0x3040) ||
                       (c >= 0xFF00 && c < 0xFF10) || (c >= 0xFF1A && c < 0xFF21) || c == 0xB7 || c == 0xA0;
    return !punctuation;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorted pairs without repetition. */
static size_t pairs_of(Str s, uint64_t out[CHARS_MOST])
{
    uint32_t last = 0;
    size_t n = 0, chars = 0, kept = 0;
    while (s.n && n < CHARS_MOST) {
        uint32_t c = next_char(&s);
        if (!is_word_char(c)) continue;
        if (chars++) out[n++] = (uint64_t)last << 32 | c;
        last = c;
    }
    if (chars == 1) out[n++] = last;
    qsort(out, n, sizeof *out, by_value);
    for (size_t i = 0; i < n; i++)
        if (!kept || out[kept - 1] != out[i]) out[kept++] = out[i];
    return kept;
}

double danger_words_alike(Str a, Str b)
{
    uint64_t x[CHARS_MOST], y[CHARS_MOST];
    size_t n = pairs_of(a, x), m = pairs_of(b, y), i = 0, j = 0, same = 0;
    if (!n || !m) return 0;
    while (i < n && j < m) {
        same += x[i] == y[j];
        uint64_t p = x[i], q = y[j];
        i += p <= q;
        j += q <= p;
    }
    return 2.0 * (double)same / (double)(n + m);
}

bool danger_words_hold(Str text, Str word)
{
    if (!word.n) return false;
    for (size_t at = 0; at + word.n <= text.n; at++)
        if (str_ieq(str_n(text.p + at, word.n), word)) return true;
    return false;
}

double danger_words_metres(double lon1, double lat1, double lon2, double lat2)
{
    const double degree = 111320, radian = 3.14159265358979323846 / 180;
    double dx = (lon2 - lon1) * degree * cos((lat1 + lat2) / 2 * radian), dy = (lat2 - lat1) * degree;
    return hypot(dx, dy);
}
