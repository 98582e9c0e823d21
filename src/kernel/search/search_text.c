/* Terms of the search. One walk cuts text into characters, pairs, words and beginnings of words; the index
 * and the query are both made of them, in the syntax of SQLite's FTS5 (one column, tokenizer ascii: every
 * byte from 0x80 on belongs to a token) or of PostgreSQL's tsvector. The databases' own word breakers are not
 * asked, because they find no Chinese of one or two characters. A term holds only letters, digits and
 * characters from U+0080 on, hence nothing typed can be an operator of the query's syntax. */
#include "search/search.h"

enum { WORD_BYTES = 48, STARTS = 4, TERMS_MAX = 64, SUFFIXES = 4 };
#define MARK_LABEL "\xEE\x80\x81" /* U+E001 */
#define MARK_START "\xEE\x80\x82" /* U+E002 */
#define MARK_BREAK "\xEE\x80\x83" /* U+E003 */

/* ---- Characters ---- */

static uint32_t code_point(const char *text, size_t n, size_t *len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t want = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    *len = want > n ? n : want;
    if (want == 1 || want > n) return p[0];
    uint32_t c = p[0] & (0x7FU >> want);
    for (size_t i = 1; i < want; i++) c = c << 6 | (p[i] & 0x3FU);
    return c;
}

static size_t put_utf8(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[n] | c);
    return n;
}

/* Full-width forms to ASCII, capitals to small letters (Latin-1, Greek, Cyrillic). */
static uint32_t fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c >= 'A' && c <= 'Z') return c + 32;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
    if (c >= 0x391 && c <= 0x3A9) return c + 32;
    if (c >= 0x410 && c <= 0x42F) return c + 32;
    return c;
}

typedef enum { GAP, LETTER, DIGIT, GLYPH } CharClass;

static const struct {
    uint32_t first, last;
    CharClass is;
} classes[] = {
    {'0', '9', DIGIT},         {'a', 'z', LETTER},        {0xB5, 0xB5, LETTER},
    {0xC0, 0xD6, LETTER},      {0xD8, 0xF6, LETTER},      {0xF8, 0x2FF, LETTER},
    {0x370, 0x1FFF, LETTER},   {0x2160, 0x217F, LETTER}, /* Roman numerals */
    {0x2460, 0x24FF, GLYPH},                             /* circled numbers */
    {0x2600, 0x27BF, GLYPH},   {0x2E80, 0x2FDF, GLYPH},   {0x3005, 0x3007, GLYPH},
    {0x3041, 0x9FFF, GLYPH},   {0xA000, 0xABFF, LETTER},  {0xAC00, 0xD7FF, GLYPH},
    {0xF900, 0xFAFF, GLYPH},   {0xFF66, 0xFFDC, GLYPH}, /* half-width kana and hangul */
    {0x1F000, 0x1FAFF, GLYPH}, {0x20000, 0x3FFFF, GLYPH},
};

static CharClass class_of(uint32_t folded)
{
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        if (folded >= classes[i].first && folded <= classes[i].last) return classes[i].is;
    return GAP;
}

uint32_t search_folded(Str text, size_t at, size_t *len, bool *in_term)
{
    uint32_t c = fold(code_point(text.p + at, text.n - at, len));
    *in_term = class_of(c) != GAP;
    return c;
}

/* ---- The walk ---- */

typedef struct Walker {
    SearchEmit *emit;
    void *ud;
    char word[WORD_BYTES + 4];
    size_t word_n, cuts[SUFFIXES], ncuts; /* where letters change to digits or back */
    CharClass last;
    char pair[8];
    size_t glyph_n; /* bytes of the last character, at the start of pair */
} Walker;

static void emit_starts(Walker *k, Str word)
{
    char mark[sizeof MARK_START + 4 * STARTS] = MARK_START;
    size_t at = 0, len;
    for (int i = 0; i < STARTS && at < word.n; i++) {
        code_point(word.p + at, word.n - at, &len);
        memcpy(mark + sizeof MARK_START - 1 + at, word.p + at, len);
        at += len;
        k->emit(k->ud, TERM_START, str_n(mark, sizeof MARK_START - 1 + at));
    }
}

static void emit_word(Walker *k, Str word)
{
    k->emit(k->ud, TERM_WORD, word);
    emit_starts(k, word);
}

static void end_word(Walker *k)
{
    if (k->word_n) emit_word(k, str_n(k->word, k->word_n));
    for (size_t i = 0; i < k->ncuts; i++) emit_word(k, str_n(k->word + k->cuts[i], k->word_n - k->cuts[i]));
    k->word_n = k->ncuts = 0;
}

static void end_run(Walker *k)
{
    if (k->glyph_n) k->emit(k->ud, TERM_BREAK, STR(MARK_BREAK));
    k->glyph_n = 0;
}

static void take_letter(Walker *k, uint32_t c, CharClass is)
{
    end_run(k);
    char text[4];
    size_t n = put_utf8(text, c);
    if (k->word_n + n > WORD_BYTES) return;
    if (k->word_n && is != k->last && k->ncuts < SUFFIXES) k->cuts[k->ncuts++] = k->word_n;
    memcpy(k->word + k->word_n, text, n);
    k->word_n += n;
}

static void take_glyph(Walker *k, uint32_t c)
{
    end_word(k);
    char text[4];
    size_t n = put_utf8(text, c);
    k->emit(k->ud, TERM_CHAR, str_n(text, n));
    if (k->glyph_n) {
        memcpy(k->pair + k->glyph_n, text, n);
        k->emit(k->ud, TERM_PAIR, str_n(k->pair, k->glyph_n + n));
    }
    memcpy(k->pair, text, n);
    k->glyph_n = n;
}

void search_walk(Str text, SearchEmit *emit, void *ud)
{
    Walker k = {.emit = emit, .ud = ud};
    size_t at = 0, len;
    for (int i = 0; at < text.n && i < SEARCH_TEXT_MAX; i++, at += len) {
        uint32_t c = fold(code_point(text.p + at, text.n - at, &len));
        CharClass is = class_of(c);
        if (is == GLYPH) {
            take_glyph(&k, c);
        } else if (is == GAP) {
            end_word(&k);
            end_run(&k);
        } else {
            take_letter(&k, c, is);
        }
        k.last = is;
    }
    end_word(&k);
    end_run(&k);
}

/* ---- Labels ---- */

static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

Str search_label(Arena *a, char kind, Str label)
{
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, MARK_LABEL);
    buf_addc(&b, kind);
    for (size_t i = 0; i < label.n; i++) {
        if (plain(label.p[i])) buf_addc(&b, label.p[i]);
        else buf_printf(&b, "Z%02x", (unsigned char)label.p[i]);
    }
    /* The index folds ASCII; so does the label, to be the same term in both databases. */
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] >= 'A' && b.p[i] <= 'Z') b.p[i] = (char)(b.p[i] + 32);
    return buf_str(&b);
}

/* ---- Index ---- */

typedef struct IndexText {
    StrBuf flat, pairs; /* without and with positions */
    bool tsvector;
    unsigned position;
    Str *seen; /* open addressing, power of two */
    size_t mask, nseen;
} IndexText;

/* Each term without a position once: the databases would keep every occurrence. */
static bool first_time(IndexText *x, Str term)
{
    if (x->nseen * 2 > x->mask) return true; /* full: a repeated term does no harm */
    uint64_t h = 14695981039346656037U;
    for (size_t i = 0; i < term.n; i++) h = (h ^ (unsigned char)term.p[i]) * 1099511628211U;
    for (size_t i = h & x->mask;; i = (i + 1) & x->mask) {
        if (!x->seen[i].p) {
            x->seen[i] = str_copy(x->flat.arena, term);
            x->nseen++;
            return true;
        }
        if (str_eq(x->seen[i], term)) return false;
    }
}

static void add_flat(IndexText *x, Str term)
{
    if (!first_time(x, term)) return;
    if (x->tsvector) buf_addc(&x->flat, '\'');
    buf_add(&x->flat, term);
    if (x->tsvector) buf_addc(&x->flat, '\'');
    buf_addc(&x->flat, ' ');
}

static void add_pair(IndexText *x, TermKind kind, Str term)
{
    x->position++;
    if (x->tsvector) {
        if (kind == TERM_PAIR) buf_printf(&x->pairs, "'%.*s':%u ", STR_ARG(term), x->position);
        return;
    }
    buf_add(&x->pairs, term);
    buf_addc(&x->pairs, ' ');
}

static void index_term(void *ud, TermKind kind, Str term)
{
    IndexText *x = ud;
    if (kind == TERM_PAIR || kind == TERM_BREAK) add_pair(x, kind, term);
    else add_flat(x, term);
}

Str search_index_text(Arena *a, DbKind kind, Str labels, Str text)
{
    enum { SEEN = 4096 };
    IndexText x = {.tsvector = kind == DB_PG, .mask = SEEN - 1};
    x.seen = ARENA_ARRAY(a, Str, SEEN);
    buf_init(&x.flat, a);
    buf_init(&x.pairs, a);
    while (labels.n) add_flat(&x, str_cut(&labels, ' '));
    search_walk(text, index_term, &x);
    buf_add(&x.flat, buf_str(&x.pairs));
    return buf_str(&x.flat);
}

/* ---- Query ---- */

typedef struct QueryText {
    StrBuf out, phrase;
    Arena *a;
    bool tsquery, open; /* a run of characters is under way */
    Str single;         /* its only character so far */
    Str terms[TERMS_MAX];
    size_t nterms;
    bool too_many;
} QueryText;

static void add_term(QueryText *q, Str term)
{
    for (size_t i = 0; i < q->nterms; i++)
        if (str_eq(q->terms[i], term)) return;
    q->too_many = q->nterms == TERMS_MAX;
    if (q->too_many) return;
    q->terms[q->nterms++] = str_copy(q->a, term);
    if (q->out.n) buf_addz(&q->out, q->tsquery ? " & " : " AND ");
    buf_add(&q->out, term);
}

static Str quoted(const QueryText *q, Str term, bool start)
{
    if (q->tsquery) return str_printf(q->a, "'%.*s'%s", STR_ARG(term), start ? ":*" : "");
    return str_printf(q->a, "\"%.*s\"%s", STR_ARG(term), start ? " *" : "");
}

static void end_phrase(QueryText *q)
{
    if (!q->open) return;
    if (!q->phrase.n) add_term(q, quoted(q, q->single, false));
    else if (q->tsquery) add_term(q, str_printf(q->a, "(%.*s)", STR_ARG(buf_str(&q->phrase))));
    else add_term(q, quoted(q, buf_str(&q->phrase), false));
    q->phrase.n = 0;
    q->open = false;
}

static void add_word(QueryText *q, Str word)
{
    size_t chars = str_utf8_len(word);
    if (chars > STARTS) {
        add_term(q, quoted(q, word, true));
        return;
    }
    add_term(q, quoted(q, str_printf(q->a, MARK_START "%.*s", STR_ARG(word)), false));
}

static void add_to_phrase(QueryText *q, Str pair)
{
    if (q->phrase.n) buf_addz(&q->phrase, q->tsquery ? " <-> " : " ");
    if (q->tsquery) buf_addc(&q->phrase, '\'');
    buf_add(&q->phrase, pair);
    if (q->tsquery) buf_addc(&q->phrase, '\'');
}

/* Of a word only the whole counts: what it begins with and its later parts are in the index for others. */
typedef struct WordsOnly {
    QueryText *q;
    size_t skip; /* bytes of the last whole word: its parts follow it */
    Str whole;
} WordsOnly;

static void query_term(void *ud, TermKind kind, Str term)
{
    WordsOnly *only = ud;
    QueryText *q = only->q;
    switch (kind) {
    case TERM_CHAR:
        only->whole = STR_NONE;
        if (!q->open) q->single = str_copy(q->a, term);
        q->open = true;
        break;
    case TERM_PAIR:
        add_to_phrase(q, term);
        break;
    case TERM_BREAK:
        end_phrase(q);
        break;
    case TERM_WORD:
        if (only->whole.p && term.p > only->whole.p && term.p < only->whole.p + only->whole.n) break;
        only->whole = term;
        add_word(q, term);
        break;
    case TERM_START:
        break;
    }
}

static Rc unreadable(Ctx *ctx)
{
    return FAIL_FIELD(ctx, "q", "length", 0, "查找内容不可读或超过 %d 个字",
                      "the search text is not readable or longer than %d characters", SEARCH_Q_MAX);
}

Rc search_query_text(Ctx *ctx, DbKind kind, Str text, Str filter, Str *out)
{
    *out = STR_NONE;
    if (!str_utf8_ok(text) || (text.n && memchr(text.p, 0, text.n)) || str_utf8_len(text) > SEARCH_Q_MAX)
        return unreadable(ctx);
    QueryText *q = ARENA_NEW(ctx->arena, QueryText);
    *q = (QueryText){.a = ctx->arena, .tsquery = kind == DB_PG};
    buf_init(&q->out, ctx->arena);
    buf_init(&q->phrase, ctx->arena);
    WordsOnly only = {.q = q};
    search_walk(text, query_term, &only);
    end_phrase(q);
    if (q->too_many)
        return FAIL_FIELD(ctx, "q", "length", 0, "查找内容最多 %d 个词", "at most %d different words",
                          TERMS_MAX);
    if (q->out.n) *out = search_filter_all(ctx->arena, kind, buf_str(&q->out), filter);
    return 0;
}

Str search_filter_any(Arena *a, DbKind kind, const Str *labels, size_t n)
{
    StrBuf b;
    buf_init(&b, a);
    buf_addc(&b, '(');
    for (size_t i = 0; i < n; i++) {
        if (i) buf_addz(&b, kind == DB_PG ? " | " : " OR ");
        buf_printf(&b, kind == DB_PG ? "'%.*s'" : "\"%.*s\"", STR_ARG(labels[i]));
    }
    buf_addc(&b, ')');
    return buf_str(&b);
}

Str search_filter_or(Arena *a, DbKind kind, Str left, Str right)
{
    if (!left.n || !right.n) return left.n ? left : right;
    return str_printf(a, kind == DB_PG ? "(%.*s | %.*s)" : "(%.*s OR %.*s)", STR_ARG(left), STR_ARG(right));
}

Str search_filter_all(Arena *a, DbKind kind, Str left, Str right)
{
    if (!left.n || !right.n) return left.n ? left : right;
    return str_printf(a, kind == DB_PG ? "(%.*s) & (%.*s)" : "(%.*s) AND (%.*s)", STR_ARG(left),
                      STR_ARG(right));
}
