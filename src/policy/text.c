/* Code points: folding of widths, numerals, word tables, and the way back to UTF-8. The tables of words are
 * short and searched in order; whoever looks at every place of a long text filters by first characters. */
#include "text.h"

size_t policy__word_len(const char32_t *word)
{
    size_t n = 0;
    while (word[n]) n++;
    return n;
}

/* leave_one_out.c builds this file with words that can be taken out of every table while it runs. */
#ifdef POLICY_ABLATION
#define TAKEN_OUT(word) policy__taken_out(word)
#else
#define TAKEN_OUT(word) false
#endif

size_t cps_starts(Cps s, const char32_t *word)
{
    size_t i = 0;
    for (; word[i]; i++)
        if (i >= s.n || s.p[i] != word[i]) return 0;
    return TAKEN_OUT(word) ? 0 : i;
}

size_t cps_ends(Cps s, const char32_t *word)
{
    size_t n = policy__word_len(word);
    if (n > s.n) return 0;
    for (size_t i = n; i-- > 0;)
        if (s.p[s.n - n + i] != word[i]) return 0;
    return TAKEN_OUT(word) ? 0 : n;
}

bool cps_is(Cps s, const char32_t *word)
{
    return s.n == policy__word_len(word) && cps_starts(s, word) == s.n;
}

ptrdiff_t cps_find(Cps s, const char32_t *word)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == word[0] && cps_starts(cps_from(s, i), word)) return (ptrdiff_t)i;
    return -1;
}

size_t words_start(Cps s, Words *table, size_t *which)
{
    size_t best = 0;
    for (size_t i = 0; table[i]; i++) {
        if (s.n == 0 || table[i][0] != s.p[0]) continue;
        size_t n = cps_starts(s, table[i]);
        if (n <= best) continue;
        best = n;
        if (which) *which = i;
    }
    return best;
}

size_t words_end(Cps s, Words *table, size_t *which)
{
    size_t best = 0;
    char32_t last = s.n ? s.p[s.n - 1] : 0;
    for (size_t i = 0; table[i]; i++) {
        const char32_t *end = table[i];
        while (end[1]) end++;
        if (*end != last) continue;
        size_t n = cps_ends(s, table[i]);
        if (n <= best) continue;
        best = n;
        if (which) *which = i;
    }
    return best;
}

bool words_have(Cps s, Words *table)
{
    for (size_t i = 0; table[i]; i++)
        if (cps_find(s, table[i]) >= 0) return true;
    return false;
}

bool one_of(char32_t c, const char32_t *set)
{
    for (; *set; set++)
        if (*set == c) return true;
    return false;
}

bool cp_blank(char32_t c)
{
    return c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD || (c >= 0x2000 && c <= 0x200F) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x2060 || c == 0x3000 ||
           c == 0xFEFF || c == 0xE5E5;
}

bool cp_han(char32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c == 0x3007 ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

bool cp_digit(char32_t c)
{
    return c >= '0' && c <= '9';
}

bool cp_word(char32_t c)
{
    return cp_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char32_t cp_fold(char32_t c)
{
    static const struct {
        char32_t from, to;
    } pairs[] = {{U'﹙', '('}, {U'﹚', ')'}, {U'﹝', '('},   {U'﹞', ')'},  {U'〔', '('}, {U'〕', ')'},
                 {U'【', '('}, {U'】', ')'}, {U'〖', '('},   {U'〗', ')'},  {U'∶', ':'},  {U'︰', ':'},
                 {U'﹕', ':'}, {U'﹐', ','}, {U'﹑', U'、'}, {U'､', U'、'}, {U'﹔', ';'}, {U'｡', U'。'},
                 {U'―', U'—'}, {U'─', U'—'}, {U'–', U'—'},   {U'〈', '<'},  {U'〉', '>'}, {U'‹', '<'},
                 {U'›', '>'},  {U'﹪', '%'}, {U'·', U'·'}};
    if (c < 0x80) return c == '[' ? '(' : c == ']' ? ')' : c;
    if (c >= 0xFF01 && c <= 0xFF5E) return cp_fold(c - 0xFEE0);
    if (cp_han(c)) return c;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (pairs[i].from == c) return pairs[i].to;
    return c;
}

bool cp_ends_part(char32_t c)
{
    return c == U'。' || c == ';' || c == '!' || c == '?' || c == '\t';
}

/* --- numerals --- */

static int digit_of(char32_t c)
{
    if (cp_digit(c)) return (int)(c - '0');
    switch (c) {
    case U'〇':
    case U'零':
    case U'○':
        return 0;
    case U'一':
        return 1;
    case U'二':
    case U'两':
        return 2;
    case U'三':
        return 3;
    case U'四':
        return 4;
    case U'五':
        return 5;
    case U'六':
        return 6;
    case U'七':
        return 7;
    case U'八':
        return 8;
    case U'九':
        return 9;
    default:
        return -1;
    }
}

static int unit_of(char32_t c)
{
    return c == U'十' ? 10 : c == U'百' ? 100 : c == U'千' ? 1000 : 0;
}

bool cp_numeral(char32_t c)
{
    return digit_of(c) >= 0 || unit_of(c) || c == U'万';
}

static size_t ascii_number(Cps s, double *out)
{
    size_t i = 0;
    double v = 0, below = 1;
    while (i < s.n && i < 15 && cp_digit(s.p[i])) v = v * 10 + (double)(s.p[i++] - '0');
    while (i + 3 < s.n && i < 15 && s.p[i] == ',' && cp_digit(s.p[i + 1]) && cp_digit(s.p[i + 2]) &&
           cp_digit(s.p[i + 3]) && (i + 4 >= s.n || !cp_digit(s.p[i + 4]))) {
        for (size_t k = 1; k <= 3; k++) v = v * 10 + (double)(s.p[i + k] - '0');
        i += 4;
    }
    if (i + 1 < s.n && s.p[i] == '.' && cp_digit(s.p[i + 1])) {
        i++;
        for (; i < s.n && i < 15 && cp_digit(s.p[i]); below *= 10) v = v * 10 + (double)(s.p[i++] - '0');
        while (i < s.n && cp_digit(s.p[i])) i++;
    }
    *out = v / below;
    return i;
}

/* 二〇二五 by places, 二十三 and 一千二百 by units. */
static size_t han_number(Cps s, double *out)
{
    double total = 0, digit = -1, places = 0;
    size_t i = 0, ndigits = 0;
    bool units = false;
    for (; i < s.n && i < 12; i++) {
        int d = digit_of(s.p[i]), u = unit_of(s.p[i]);
        if (d >= 0 && !cp_digit(s.p[i])) {
            if (digit > 0 && units) break;
            digit = d;
            places = places * 10 + d;
            ndigits++;
        } else if (u) {
            total += (digit < 0 ? 1 : digit) * u;
            digit = -1;
            units = true;
        } else {
            break;
        }
    }
    *out = units ? total + (digit < 0 ? 0 : digit) : places;
    return ndigits || units ? i : 0;
}

size_t policy__number_at(Cps s, double *out)
{
    *out = 0;
    if (s.n == 0) return 0;
    size_t n = cp_digit(s.p[0]) ? ascii_number(s, out) : han_number(s, out);
    if (n && n < s.n && (s.p[n] == U'万' || s.p[n] == U'亿')) {
        *out *= s.p[n] == U'万' ? 1e4 : 1e8;
        n++;
    }
    return n;
}

/* --- memory and UTF-8 --- */

void *policy__vec_grow(Arena *a, void *old, size_t n, size_t *cap, size_t size)
{
    *cap = *cap ? *cap * 2 : 8;
    void *p = arena_alloc(a, *cap * size);
    if (n) memcpy(p, old, n * size);
    return p;
}

void policy__buf_cp(StrBuf *b, char32_t c)
{
    char z[4];
    size_t n = 0;
    if (c < 0x80) {
        z[n++] = (char)c;
    } else if (c < 0x800) {
        z[n++] = (char)(0xC0 | (c >> 6));
        z[n++] = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        z[n++] = (char)(0xE0 | (c >> 12));
        z[n++] = (char)(0x80 | ((c >> 6) & 0x3F));
        z[n++] = (char)(0x80 | (c & 0x3F));
    } else {
        z[n++] = (char)(0xF0 | (c >> 18));
        z[n++] = (char)(0x80 | ((c >> 12) & 0x3F));
        z[n++] = (char)(0x80 | ((c >> 6) & 0x3F));
        z[n++] = (char)(0x80 | (c & 0x3F));
    }
    buf_add(b, str_n(z, n));
}

Str policy__text_literal(Arena *a, const Source *src, uint32_t from, uint32_t to)
{
    StrBuf b;
    buf_init(&b, a);
    for (uint32_t i = from; i < to; i++) policy__buf_cp(&b, src->p[i]);
    return b.p ? buf_str(&b) : STR("");
}

/* Between two code points of a paragraph stand blanks, or lines that were dropped. */
static void add_gap(StrBuf *b, const Source *src, uint32_t from, uint32_t to)
{
    bool blank = true;
    for (uint32_t i = from; i < to; i++) blank &= cp_blank(src->p[i]);
    if (!blank) buf_addc(b, '\n');
    for (uint32_t i = from; blank && i < to; i++) policy__buf_cp(b, src->p[i]);
}

Str policy__text_of_para(Arena *a, const Source *src, const Para *p, size_t from, size_t to)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = from; i < to; i++) {
        if (i > from) add_gap(&b, src, p->at[i - 1] + 1, p->at[i]);
        policy__buf_cp(&b, src->p[p->at[i]]);
    }
    return b.p ? buf_str(&b) : STR("");
}

/* A blank stays only between two Latin words or figures. */
void policy__text_join(StrBuf *b, const Source *src, const Para *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        char32_t c = p->cp[i] == '\t' ? ' ' : src->p[p->at[i]];
        if (i > from && p->at[i] > p->at[i - 1] + 1 && cp_word(p->cp[i]) && cp_word(p->cp[i - 1]))
            buf_addc(b, ' ');
        policy__buf_cp(b, c);
    }
}

Str policy__text_joined(Arena *a, const Source *src, const Para *p, size_t from, size_t to)
{
    StrBuf b;
    buf_init(&b, a);
    policy__text_join(&b, src, p, from, to);
    return b.p ? buf_str(&b) : STR("");
}
