/* A policy paper read into duties: bytes in, headings, tables and items out, each with its place in the
 * decoded text. Pure: no database, no clock, no model, the same bytes always give the same answer. What
 * counts as a clause, how units are split and given a role and what counts as a cadence is written down in
 * src/policy/README.md; the JSON in docs/policy.md. Every Str lives in the arena of the Ctx the paper was
 * read with. One thread per call; calls share nothing. */
#pragma once
#include "base/ctx.h"
#include "base/json.h"
#include <uchar.h>

#define POLICY_MAX_BYTES (32u << 20) /* of a file, and of the text unpacked from one */

typedef enum { POLICY_LEAD, POLICY_SUPPORT, POLICY_RESPONSIBLE, POLICY_ROLES } PolicyRole;

typedef enum {
    PER_DAY,
    PER_WEEK,
    PER_MONTH,
    PER_TWO_MONTHS,
    PER_QUARTER,
    PER_HALF_YEAR,
    PER_TERM,
    PER_YEAR
} PolicyPer;

typedef struct PolicyCadence {
    Str text;
    PolicyPer per;
    int every;     /* 1: each period */
    int64_t times; /* -1: not stated */
    bool at_least;
} PolicyCadence;

typedef struct PolicyDeadline {
    Str text;
    Str date; /* 2025-06-15, --06-15 without a year, 2025 for a year */
} PolicyDeadline;

typedef struct PolicyTarget {
    Str text;
    double value;
    Str unit;
    const char *direction; /* fall, rise, at_least, at_most, reach */
} PolicyTarget;

typedef struct PolicyStrs {
    Str *v;
    size_t n, cap;
} PolicyStrs;

/* One piece of the outline. */
typedef struct PolicyHeading {
    int level;         /* 1: outermost; 0: the title of a paper inside the file */
    const char *kind;  /* title chapter section article first second third fourth fifth dash */
    Str mark, text;    /* as printed; text is empty when the unit has no heading of its own */
    uint32_t from, to; /* code points of the decoded text */
} PolicyHeading;

typedef struct PolicyItem {
    PolicyStrs path; /* marks and headings of the units around, outermost first */
    Str heading;     /* of the nearest unit that has one; may be empty */
    Str text;        /* lines joined, without the clause */
    uint32_t from, to;
    Str clause; /* p NULL: none */
    PolicyStrs units[POLICY_ROLES];
    Str holder; /* p NULL: no article of duties */
    struct {
        PolicyCadence *v;
        size_t n, cap;
    } cadence;
    struct {
        PolicyDeadline *v;
        size_t n, cap;
    } deadlines;
    struct {
        PolicyTarget *v;
        size_t n, cap;
    } targets;
    PolicyStrs actions;
    PolicyStrs unsure; /* codes of what a person should look at first: see docs/policy.md */
} PolicyItem;

/* A figure in a row of a table. */
typedef struct PolicyFigure {
    size_t column; /* of the cell */
    PolicyTarget figure;
} PolicyFigure;

typedef struct PolicyRow {
    PolicyStrs cells;
    uint32_t from, to;
    struct {
        PolicyFigure *v;
        size_t n, cap;
    } figures;
} PolicyRow;

typedef struct PolicyTable {
    Str caption;
    PolicyStrs columns;
    struct {
        PolicyRow *v;
        size_t n, cap;
    } rows;
} PolicyTable;

typedef struct PolicyPaper {
    const char32_t *text; /* the decoded text, which every from and to counts in */
    size_t ntext;
    Str title, number, issuer, date; /* n 0: not found */
    const char *kind; /* notice opinion rules measures plan work_plan scheme decision letter other */
    struct {
        PolicyHeading *v;
        size_t n, cap;
    } outline;
    struct {
        PolicyItem *v;
        size_t n, cap;
    } items;
    struct {
        PolicyTable *v;
        size_t n, cap;
    } tables;
} PolicyPaper;

/* Reads a paper: text in UTF-8, UTF-16 or GB 18030, docx, html, or pdf with text. The paper lives in ctx's
 * arena. RC_SYNTAX "policy.not_text", "policy.damaged", "policy.kind"; RC_TOO_LARGE "policy.too_large". */
Rc policy_read(Ctx *ctx, Str bytes, PolicyPaper **out);
/* The decoded text as UTF-8. */
Str policy_text(Ctx *ctx, const PolicyPaper *paper);
/* One JSON object, as docs/policy.md says. */
void policy_print(JsonOut *o, const PolicyPaper *paper);

const char *policy_per_name(PolicyPer per);
const char *policy_role_name(PolicyRole role);
