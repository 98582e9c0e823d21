/* Borrowed views of text (not NUL-terminated) and a buffer to build text in. All text is UTF-8. */
#pragma once
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Str {
    const char *p;
    size_t n;
} Str;

#define STR(lit) ((Str){(lit), sizeof(lit) - 1})
#define STR_NONE ((Str){NULL, 0})
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline Str str_of(const char *z)
{
    return z ? (Str){z, strlen(z)} : STR_NONE;
}
static inline Str str_n(const char *p, size_t n)
{
    return (Str){p, n};
}
static inline bool str_eq(Str a, Str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_is(Str a, const char *z)
{
    return str_eq(a, str_of(z));
}
/* Bytewise order, as UTF-8 sorts. */
int str_cmp(Str a, Str b);
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
bool str_ieq(Str a, Str b); /* ASCII letters only */
Str str_trim(Str s);        /* ASCII space, tab, CR, LF */
/* Cuts s at the first c: returns the part before it, *s is the rest after it (empty when c is absent). */
Str str_cut(Str *s, char c);
/* Position of needle in s, or -1. */
ptrdiff_t str_find(Str s, Str needle);
const char *str_z(Arena *a, Str s); /* NUL-terminated copy */
Str str_copy(Arena *a, Str s);
Str str_printf(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool str_utf8_ok(Str s);
size_t str_utf8_len(Str s); /* code points; s must be valid */
/* Glob of alarms.md: '*' any string also empty, '?' one code point, nothing else special, case matters. */
bool str_glob(Str pattern, Str text);

/* A growing buffer in an arena. */
typedef struct StrBuf {
    Arena *arena;
    char *p;
    size_t n, cap;
} StrBuf;

void buf_init(StrBuf *b, Arena *a);
void buf_add(StrBuf *b, Str s);
void buf_addz(StrBuf *b, const char *z);
void buf_addc(StrBuf *b, char c);
void buf_printf(StrBuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline Str buf_str(const StrBuf *b)
{
    return (Str){b->p, b->n};
}
