/* A plan's tables of indicators → indicators as they could be entered. Pure: nothing is stored, a person
 * confirms each row. */
#pragma once
#include "policy/policy.h"

typedef struct IndicatorDraft {
    size_t table; /* which of the paper */
    Str caption;
    int base_year, target_year; /* 0: not said */
    int no;
    Str name, unit, owner; /* owner: literal; may be empty */
    const char *nature;    /* "binding" or "expected" */
    const char *kind;      /* "fall" "rise" "at_least" "at_most" */
    bool has_base, has_target;
    double base, target;
    bool relative;      /* target is a change in percent of the base */
    bool base_of_other; /* the base stands in another table of the paper */
    Str source;         /* the row as it stands */
    uint32_t from, to;  /* code points of the decoded text */
} IndicatorDraft;

typedef struct IndicatorDrafts {
    IndicatorDraft *v;
    size_t n;
} IndicatorDrafts;

/* In the order of the text. Tables without a column of names and one of targets give none. Texts are the
 * paper's or the arena's. */
void indicator_drafts(Arena *a, const PolicyPaper *paper, IndicatorDrafts *out);
