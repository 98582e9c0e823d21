/* Private to the kernel: the search over all matters and searched entities (H6). What is written to the index
 * and what is asked of it are made of the same terms (search_text.c), so both databases answer alike. */
#pragma once
#include "kernel_int.h"

/* ---- Terms (search_text.c): pure, no database ---- */

/* What text falls into. Han, kana, hangul and emoji have no word borders: each character is a term, and each
 * pair of neighbours is one with a position, so that a longer piece is a phrase of pairs. Letters and digits
 * make words, which are found by how they begin. */
typedef enum {
    TERM_CHAR,  /* one character without word borders */
    TERM_PAIR,  /* it and its neighbour; follows the pair before */
    TERM_BREAK, /* the next pair does not follow the one before */
    TERM_WORD,  /* letters and digits, folded */
    TERM_START  /* a word's first 1 to 4 characters, marked so that it is no word */
} TermKind;
enum { SEARCH_TEXT_MAX = 8000 /* code points of a record that are looked at */, SEARCH_Q_MAX = 1000 };
typedef void SearchEmit(void *ud, TermKind kind, Str term);
/* Walks valid UTF-8. The term is valid during the call. */
void search_walk(Str text, SearchEmit *emit, void *ud);

/* The folded character at byte `at` (< text.n) of valid UTF-8; *in_term: it belongs to a term. */
uint32_t search_folded(Str text, size_t at, size_t *len, bool *in_term);

/* Kinds of labels: what a row is and who sees it. */
enum {
    SEARCH_ENTITY = 'e',
    SEARCH_OPEN = 'o',
    SEARCH_DISTRICT = 'd', /* at or below */
    SEARCH_BODY = 'b',     /* at or below */
    SEARCH_LINE = 'l',
    SEARCH_PARTY = 'p'
};
/* A label of scope and kind ("d320100", "ewarnings"): a term that no text can hold. label: ASCII letters and
 * digits, others become hex. */
Str search_label(Arena *a, char kind, Str label);

/* The terms of a record in the form of the database's index. labels: space separated search_label()s. */
Str search_index_text(Arena *a, DbKind kind, Str labels, Str text);
/* What a person typed as a query of the database's index, AND the filter (in the same form, may be empty).
 * STR_NONE: nothing in it can be found. RC_INVALID when it is not readable or has too many terms. */
Rc search_query_text(Ctx *ctx, DbKind kind, Str q, Str filter, Str *out);
/* A label as a part of a filter, and parts joined by OR. */
Str search_filter_any(Arena *a, DbKind kind, const Str *labels, size_t n);
Str search_filter_or(Arena *a, DbKind kind, Str left, Str right);
Str search_filter_all(Arena *a, DbKind kind, Str left, Str right);

/* A piece of text around the first hit of q, hits between U+0002 and U+0003, "…" where it was cut. STR_NONE:
 * no hit. */
Str search_snippet(Arena *a, Str text, Str q);

/* ---- Keeping (search.c) ---- */

bool search_wanted(const Entity *e);
/* In the transaction of the write. */
Rc search_keep(Work *w, const EntityInfo *info, const Record *rec);

/* The record's scope has changed without a write of it: a body takes part now. */
Rc search_refresh(Work *w, int64_t id);

/* A record has a new title: noted, when others refer to it, for the builder to index these again
 * (search_rename.c). In the transaction of the write; old NULL: it is new. */
Rc search_renamed(Work *w, const EntityInfo *info, const Record *old, const Record *rec);
/* One transaction's part of that. 1: done, 0: there was nothing to do. */
Rc search_rename_step(Work *w);
/* 1: something waits for it. */
Rc search_rename_waits(Work *w);

/* ---- Rebuilding (search_build.c): in the background, when what is indexed or how has changed ---- */

typedef struct SearchBuilder SearchBuilder;
/* Harmless when it is under way or not needed. */
Rc search_build_start(Ctx *ctx, Kernel *k);
void search_build_stop(Kernel *k);
/* The entity that a walk over all records begins with. */
const char *search_first(Kernel *k);
/* Rebuilds all of it now. */
Rc search_rebuild(Ctx *ctx, Kernel *k);

Rc search_handler(Req *req, Res *res); /* search_list.c */
