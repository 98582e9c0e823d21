/* Two plans side by side: which items of the new one stand for which of the old. Pure. */
#pragma once
#include "base/ctx.h"

typedef struct CompareText {
    Str path, text;
} CompareText;

typedef struct ComparePair {
    ptrdiff_t a, b; /* index in the old and the new; -1: none */
    double score;   /* 0 to 1; 1: the same words */
} ComparePair;

/* Pairs in the order of the new one, then what was dropped in the order of the old; na + nb at most. Figures
 * do not count for likeness, so that a changed one still aligns. */
size_t compare_align(Arena *arena, const CompareText *a, size_t na, const CompareText *b, size_t nb,
                     ComparePair **out);
/* The figures of a text in order, without years, joined by 、. */
Str compare_figures(Arena *arena, Str text);
