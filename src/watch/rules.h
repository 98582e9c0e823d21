/* A parsed rule set, for the files of this folder. */
#pragma once
#include "expr.h"
#include "ladder.h"
#include "base/strmap.h"
#include <stdatomic.h>

#define RULE_NONE UINT32_MAX

typedef enum { DIR_NONE, DIR_HIGH, DIR_LOW, DIR_RISE, DIR_FALL, DIR_EITHER } RuleDir;

/* What a rule says; its ladder lies in RuleSet.ladders, because the hot path needs nothing else. Times in ms.
 */
typedef struct Rule {
    Str name, point; /* point: a code, or a glob when is_glob */
    RuleKind kind;
    RuleDir dir;
    bool is_glob;
    bool boolean;         /* expr: yes or no, with one grade */
    uint8_t grade;        /* stuck, offline, boolean expr */
    double given[GRADES]; /* limits as written; NaN where not used */
    double deadband, eps, k;
    int64_t on_delay, off_delay, max_gap, window, timeout, max_age, warmup, season;
    Str text; /* of the expr */
    Expr *expr;
    uint64_t print;      /* equal in two sets: the rule judges the same (name and pattern aside) */
    uint32_t next_exact; /* next rule with the same exact code, or RULE_NONE */
} Rule;

struct RuleSet {
    atomic_uint refs;
    Arena *arena; /* owns all below */
    Rule *rules;
    Ladder *ladders;
    size_t n;
    StrMap *exact;   /* code → first rule that names it */
    uint32_t *globs; /* rules with a pattern, ascending */
    size_t nglobs;
    size_t nexprs;
    bool has_offline;
};

/* Another owner. The caller frees its reference with ruleset_free. */
RuleSet *ruleset__share(const RuleSet *r);
/* Calls fn for each rule whose point matches code, in the order of the file; expr rules are left out, they
 * are bound by their operands. */
void ruleset__match(const RuleSet *r, Str code, void (*fn)(void *ud, uint32_t rule), void *ud);
