/* The piece of a record's text that shows why it was found. Hits are marked with the control characters STX
 * and ETX, which no text in the database can be taken for markup with: whoever shows the piece escapes it
 * first and replaces the two marks then. */
#include "search/search.h"

enum { PIECES_MAX = 64, BEFORE = 20, LENGTH = 90 };
#define HIT_BEGINS '\x02'
#define HIT_ENDS   '\x03'

typedef struct Chars {
    uint32_t *c;
    size_t *at; /* n + 1 byte offsets */
    bool *in_term;
    size_t n;
} Chars;

static Chars chars_of(Arena *a, Str text)
{
    size_t max = text.n < SEARCH_TEXT_MAX ? text.n : SEARCH_TEXT_MAX, at = 0, len;
    Chars x = {.c = ARENA_ARRAY(a, uint32_t, max + 1),
               .at = ARENA_ARRAY(a, size_t, max + 1),
               .in_term = ARENA_ARRAY(a, bool, max + 1)};
    for (; x.n < max && at < text.n; x.n++, at += len) {
        x.at[x.n] = at;
        x.c[x.n] = search_folded(text, at, &len, &x.in_term[x.n]);
    }
    x.at[x.n] = at;
    return x;
}

typedef struct Piece {
    const uint32_t *c;
    size_t n;
} Piece;

static size_t pieces_of(const Chars *q, Piece *out)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n && n < PIECES_MAX;) {
        size_t j = i;
        while (j < q->n && q->in_term[j]) j++;
        if (j > i) out[n++] = (Piece){q->c + i, j - i};
        i = j > i ? j : i + 1;
    }
    return n;
}

/* Length of the longest piece that stands at i, 0 when none does. */
static size_t hit_at(const Chars *x, size_t i, const Piece *pieces, size_t n)
{
    size_t best = 0;
    for (size_t k = 0; k < n; k++)
        if (pieces[k].n > best && pieces[k].n <= x->n - i &&
            memcmp(x->c + i, pieces[k].c, pieces[k].n * sizeof *x->c) == 0)
            best = pieces[k].n;
    return best;
}

static void put_char(StrBuf *b, Str text, const Chars *x, size_t i)
{
    Str s = str_n(text.p + x->at[i], x->at[i + 1] - x->at[i]);
    if ((unsigned char)s.p[0] < ' ') buf_addc(b, ' ');
    else buf_add(b, s);
}

static void put_piece(StrBuf *b, Str text, const Chars *x, const Piece *pieces, size_t npieces, size_t from)
{
    size_t to = from + LENGTH < x->n ? from + LENGTH : x->n;
    if (from) buf_addz(b, "…");
    for (size_t i = from; i < to;) {
        size_t hit = hit_at(x, i, pieces, npieces), end = hit ? i + hit : i + 1;
        if (end > x->n) end = x->n;
        if (hit) buf_addc(b, HIT_BEGINS);
        for (; i < end; i++) put_char(b, text, x, i);
        if (hit) buf_addc(b, HIT_ENDS);
    }
    if (to < x->n) buf_addz(b, "…");
}

Str search_snippet(Arena *a, Str text, Str q)
{
    Piece pieces[PIECES_MAX];
    Chars x = chars_of(a, text), asked = chars_of(a, q);
    size_t n = pieces_of(&asked, pieces);
    for (size_t i = 0; i < x.n; i++) {
        if (!x.in_term[i] || !hit_at(&x, i, pieces, n)) continue;
        StrBuf b;
        buf_init(&b, a);
        put_piece(&b, text, &x, pieces, n, i > BEFORE ? i - BEFORE : 0);
        return buf_str(&b);
    }
    return STR_NONE;
}
