/* Alignment by what two texts share: the share of neighbouring pairs of characters that both have (Dice), a
 * little more when they stand under the same heading. Candidates come from an index of the pairs; those that
 * many items have say nothing and are left out, so that a long plan is not compared with itself squared. The
 * likeliest pairs are taken first, each item once. */
#include "compare.h"
#include <stdlib.h>

enum { GRAMS_MOST = 600, COMMON = 60, ENOUGH = 45, CANDIDATES = 24 };

typedef struct Grams {
    uint32_t *v; /* sorted, each once */
    size_t n;
} Grams;

static uint32_t next_cp(Str s, size_t *at)
{
    unsigned char c = (unsigned char)s.p[*at];
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    uint32_t cp = len == 1 ? c : c & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len && *at + i < s.n; i++) cp = cp << 6 | ((unsigned char)s.p[*at + i] & 0x3F);
    *at += len;
    return cp;
}

/* Blanks and punctuation are nothing, every figure is the same. */
static uint32_t plain(uint32_t cp)
{
    if (cp >= '0' && cp <= '9') return '0';
    if (cp < 0x80) return (cp >= 'a' && cp <= 'z') ? cp : (cp >= 'A' && cp <= 'Z') ? cp + 32 : 0;
    if ((cp >= 0x2000 && cp < 0x3040) || cp >= 0xFF00) return 0;
    return cp;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static Grams grams_of(Arena *arena, Str s)
{
    Grams g = {.v = ARENA_ARRAY(arena, uint32_t, GRAMS_MOST)};
    uint32_t before = 0;
    for (size_t at = 0; at < s.n && g.n < GRAMS_MOST;) {
        uint32_t cp = plain(next_cp(s, &at));
        if (!cp || (cp == '0' && before == '0')) continue;
        if (before) g.v[g.n++] = before * 0x9E3779B1u ^ cp;
        before = cp;
    }
    qsort(g.v, g.n, sizeof *g.v, by_value);
    size_t n = 0;
    for (size_t i = 0; i < g.n; i++)
        if (!n || g.v[n - 1] != g.v[i]) g.v[n++] = g.v[i];
    g.n = n;
    return g;
}

static size_t shared(Grams a, Grams b)
{
    size_t n = 0;
    for (size_t i = 0, k = 0; i < a.n && k < b.n;) {
        if (a.v[i] == b.v[k]) i++, k++, n++;
        else if (a.v[i] < b.v[k]) i++;
        else k++;
    }
    return n;
}

static double dice(Grams a, Grams b)
{
    return a.n + b.n ? 2.0 * (double)shared(a, b) / (double)(a.n + b.n) : 0;
}

/* ---- The index of the old paper ---- */

typedef struct Entry {
    uint32_t gram, item;
} Entry;

static int by_gram(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    if (x->gram != y->gram) return x->gram < y->gram ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

typedef struct Side {
    const CompareText *text;
    Grams *grams;
    size_t n;
} Side;

static Side side_of(Arena *arena, const CompareText *text, size_t n)
{
    Side s = {text, ARENA_ARRAY(arena, Grams, n + 1), n};
    for (size_t i = 0; i < n; i++) s.grams[i] = grams_of(arena, text[i].text);
    return s;
}

static Entry *index_of(Arena *arena, const Side *s, size_t *n)
{
    size_t all = 0;
    for (size_t i = 0; i < s->n; i++) all += s->grams[i].n;
    Entry *e = ARENA_ARRAY(arena, Entry, all + 1);
    *n = 0;
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->grams[i].n; k++) e[(*n)++] = (Entry){s->grams[i].v[k], (uint32_t)i};
    qsort(e, *n, sizeof *e, by_gram);
    return e;
}

static size_t first_of(const Entry *e, size_t n, uint32_t gram)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (e[mid].gram < gram) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* The old items that share the most of the rarer pairs with one new item. */
static size_t candidates(const Entry *e, size_t n, Grams g, uint32_t *hits, size_t na, uint32_t *out)
{
    size_t found = 0;
    memset(hits, 0, na * sizeof *hits);
    for (size_t i = 0; i < g.n; i++) {
        size_t at = first_of(e, n, g.v[i]), end = at;
        while (end < n && e[end].gram == g.v[i] && end - at <= COMMON) end++;
        for (size_t k = at; end - at <= COMMON && k < end; k++) hits[e[k].item]++;
    }
    for (; found < CANDIDATES; found++) {
        size_t best = na;
        for (size_t i = 0; i < na; i++)
            if (hits[i] && (best == na || hits[i] > hits[best])) best = i;
        if (best == na) break;
        out[found] = (uint32_t)best;
        hits[best] = 0;
    }
    return found;
}

/* ---- Pairs ---- */

static int by_score(const void *a, const void *b)
{
    const ComparePair *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    if (x->b != y->b) return x->b < y->b ? -1 : 1;
    return x->a < y->a ? -1 : x->a > y->a;
}

static ComparePair *all_pairs(Arena *arena, const Side *a, const Side *b, size_t *n)
{
    size_t nindex;
    Entry *index = index_of(arena, a, &nindex);
    uint32_t *hits = ARENA_ARRAY(arena, uint32_t, a->n + 1), near[CANDIDATES];
    ComparePair *pairs = ARENA_ARRAY(arena, ComparePair, b->n * CANDIDATES + 1);
    *n = 0;
    for (size_t i = 0; i < b->n; i++) {
        size_t found = candidates(index, nindex, b->grams[i], hits, a->n, near);
        for (size_t k = 0; k < found; k++) {
            double score = dice(a->grams[near[k]], b->grams[i]);
            if (score * 100 < ENOUGH) continue;
            if (str_eq(a->text[near[k]].path, b->text[i].path) && score < 0.98) score += 0.02;
            pairs[(*n)++] = (ComparePair){(ptrdiff_t)near[k], (ptrdiff_t)i, score};
        }
    }
    qsort(pairs, *n, sizeof *pairs, by_score);
    return pairs;
}

size_t compare_align(Arena *arena, const CompareText *at, size_t na, const CompareText *bt, size_t nb,
                     ComparePair **out)
{
    Side a = side_of(arena, at, na), b = side_of(arena, bt, nb);
    size_t npairs, n = 0;
    ComparePair *pairs = all_pairs(arena, &a, &b, &npairs), *of_new = ARENA_ARRAY(arena, ComparePair, nb + 1);
    bool *taken = ARENA_ARRAY(arena, bool, na + 1);
    for (size_t i = 0; i < nb; i++) of_new[i] = (ComparePair){-1, (ptrdiff_t)i, 0};
    for (size_t i = 0; i < npairs; i++) {
        if (taken[pairs[i].a] || of_new[pairs[i].b].a >= 0) continue;
        taken[pairs[i].a] = true;
        of_new[pairs[i].b] = pairs[i];
    }
    *out = ARENA_ARRAY(arena, ComparePair, na + nb + 1);
    for (size_t i = 0; i < nb; i++) (*out)[n++] = of_new[i];
    for (size_t i = 0; i < na; i++)
        if (!taken[i]) (*out)[n++] = (ComparePair){(ptrdiff_t)i, -1, 0};
    return n;
}

/* ---- Figures ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

Str compare_figures(Arena *arena, Str s)
{
    StrBuf b;
    buf_init(&b, arena);
    for (size_t i = 0; i < s.n;) {
        if (!is_digit(s.p[i])) {
            i++;
            continue;
        }
        size_t from = i;
        while (i < s.n && (is_digit(s.p[i]) ||
                           ((s.p[i] == '.' || s.p[i] == ',') && i + 1 < s.n && is_digit(s.p[i + 1]))))
            i++;
        if (i < s.n && s.p[i] == '%') i++;
        bool year = i - from == 4 && (s.p[from] == '1' || s.p[from] == '2') &&
                    str_starts(str_n(s.p + i, s.n - i), STR("年"));
        if (year) continue;
        if (b.n) buf_addz(&b, "、");
        buf_add(&b, str_n(s.p + from, i - from));
    }
    return buf_str(&b);
}
