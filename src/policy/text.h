/* Text as code points, and the two forms every rule works on: the decoded text (as it came, positions count
 * in it) and paragraphs: widths folded, blanks taken out, with the place of each code point in the decoded
 * text. */
#pragma once
#include "policy/policy.h"
#include <uchar.h>

/* A borrowed view of code points. */
typedef struct Cps {
    const char32_t *p;
    size_t n;
} Cps;

typedef const char32_t *const Words; /* a table of words ends with NULL */

static inline Cps cps_n(const char32_t *p, size_t n)
{
    return (Cps){p, n};
}
static inline Cps cps_from(Cps s, size_t i)
{
    return i < s.n ? (Cps){s.p + i, s.n - i} : (Cps){s.p + s.n, 0};
}
static inline Cps cps_cut(Cps s, size_t from, size_t to)
{
    return (Cps){s.p + from, to - from};
}

size_t policy__word_len(const char32_t *word);
/* Length of word when s starts (ends) with it, else 0. */
#ifdef POLICY_ABLATION
bool policy__taken_out(const char32_t *word); /* asked for a word that was found */
#endif
size_t cps_starts(Cps s, const char32_t *word);
size_t cps_ends(Cps s, const char32_t *word);
bool cps_is(Cps s, const char32_t *word);
/* Place of word in s, or -1. */
ptrdiff_t cps_find(Cps s, const char32_t *word);
/* Length of the longest word of the table at the start (end) of s, else 0; which: its row. */
size_t words_start(Cps s, Words *table, size_t *which);
size_t words_end(Cps s, Words *table, size_t *which);
bool words_have(Cps s, Words *table);
/* One of these characters? */
bool one_of(char32_t c, const char32_t *set);

bool cp_blank(char32_t c);
bool cp_han(char32_t c);
bool cp_digit(char32_t c); /* 0-9 */
bool cp_word(char32_t c);  /* ASCII letter or digit */
/* Full width to half, every bracket a clause may stand in to ( and ), variants of punctuation to one. */
char32_t cp_fold(char32_t c);
/* 。 ! ? ; — a sentence or a part of one ends. */
bool cp_ends_part(char32_t c);

/* A number at the start of s: digits (1,200 and 3.5 too) or Chinese numerals (二十三, 二〇二五, 两). The
 * length, 0 when there is none. */
size_t policy__number_at(Cps s, double *out);
bool cp_numeral(char32_t c); /* 0-9 or a Chinese numeral */

/* Marks of outline levels, outermost first. */
typedef enum {
    MARK_NONE,
    MARK_PART,
    MARK_CHAPTER,
    MARK_SECTION,
    MARK_ARTICLE,
    MARK_FIRST,  /* 一、 */
    MARK_SECOND, /* （一） */
    MARK_THIRD,  /* 1. */
    MARK_FOURTH, /* (1) 1) */
    MARK_FIFTH,  /* ① */
    MARK_DASH    /* —— */
} MarkKind;

typedef enum { PARA_TEXT, PARA_ROW } ParaKind;

/* A paragraph: its lines joined. cp is folded and without blanks; at[i] is the place of cp[i] in the decoded
 * text. In a row the cells are parted by '\t'. */
typedef struct Para {
    const char32_t *cp;
    const uint32_t *at;
    size_t n;
    ParaKind kind;
    MarkKind mark;
    uint32_t mark_len; /* code points of cp */
    bool heading_sign; /* # of a text with marks, a heading style of docx or html */
    bool title;        /* starts a paper inside the file */
    bool loose;        /* no sentence: a signature, an address, a running title */
} Para;

static inline Cps para_cps(const Para *p)
{
    return cps_n(p->cp, p->n);
}

typedef struct Paras {
    Para *v;
    size_t n, cap;
} Paras;

/* The decoded text. */
typedef struct Source {
    const char32_t *p;
    size_t n;
} Source;

/* Growing arrays in an arena. */
void *policy__vec_grow(Arena *a, void *old, size_t n, size_t *cap, size_t size);
#define VEC_PUSH(arena, vec, ...)                                                                            \
    do {                                                                                                     \
        if ((vec)->n == (vec)->cap)                                                                          \
            (vec)->v = policy__vec_grow((arena), (vec)->v, (vec)->n, &(vec)->cap, sizeof *(vec)->v);         \
        (vec)->v[(vec)->n++] = __VA_ARGS__;                                                                  \
    } while (0)

/* UTF-8 of decoded code points [from, to): literal, or with line breaks and the blanks around Han taken out.
 */
Str policy__text_literal(Arena *a, const Source *src, uint32_t from, uint32_t to);
/* The same of code points [from, to) of a paragraph: with its blanks and line breaks, without lines dropped
 * between. */
Str policy__text_of_para(Arena *a, const Source *src, const Para *p, size_t from, size_t to);
Str policy__text_joined(Arena *a, const Source *src, const Para *p, size_t from, size_t to);
void policy__text_join(StrBuf *b, const Source *src, const Para *p, size_t from, size_t to);
void policy__buf_cp(StrBuf *b, char32_t c);
