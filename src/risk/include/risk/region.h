/* The colour of a region from its parts, and the colour of a unit as live events move it. Rules are data:
 * those here are proposals, callers bring their own. */
#pragma once
#include "risk/risk.h"

/* ---- Region ---- */
typedef enum {
    RISK_REGION_WORST,
    RISK_REGION_AREA,
    RISK_REGION_POPULATION,
    RISK_REGION_COUNT
} RiskRegionRule;

typedef struct RiskPart {
    RiskColour colour; /* RISK_NONE: not graded, left out and counted */
    double weight;     /* area or population; of no account for worst and count. At least 0 */
} RiskPart;

typedef struct RiskRegionScale {
    double score[RISK_BLUE + 1]; /* by colour */
    double from[RISK_BLUE + 1];  /* the mean from which a colour holds, falling from red to blue */
    int most_milder;             /* grades that the result may be milder than the worst part; -1: no limit */
} RiskRegionScale;
extern const RiskRegionScale risk_region_scale;

typedef struct RiskRegion {
    RiskColour colour; /* RISK_NONE when no part counts */
    double score;      /* weighted mean, rounded; NAN for worst */
    RiskColour worst;
    bool held;                   /* most_milder decided */
    size_t count[RISK_BLUE + 1]; /* parts by colour; [RISK_NONE]: not graded */
} RiskRegion;
/* The same whatever the order of parts. */
RiskRegion risk_region(Arena *arena, RiskRegionRule rule, const RiskRegionScale *scale, const RiskPart *parts,
                       size_t n);

/* ---- Dynamic risk ---- */
typedef enum { RISK_BY_ALARM, RISK_BY_DANGER, RISK_BY_ACTIVITY, RISK_BY_WEATHER } RiskFactSource;
typedef struct RiskFact {
    RiskFactSource source;
    int grade; /* 1 worst: alarm and weather 1–4; danger 1 major, 2 general; activity 1 special, 2 first, 3
                  second */
    Str kind;  /* "hot-work", "typhoon"; may be empty */
    bool overdue;
    Str code, title; /* for the reason */
} RiskFact;

typedef struct RiskRule {
    Str code;
    RiskFactSource source;
    int grade_from, grade_to; /* both included */
    Str kind;                 /* empty: any */
    bool only_overdue;
    RiskColour at_least; /* RISK_NONE: none */
    int raise;           /* grades */
    Text reason;
} RiskRule;
extern const RiskRule risk_rules[];
extern const size_t risk_nrules;

typedef struct RiskReason {
    const RiskRule *rule;
    const RiskFact *fact;
} RiskReason;
typedef struct RiskDynamic {
    RiskColour colour;
    int raised;                /* grades by raising rules, after the cap */
    RiskColour floor;          /* by the other rules */
    const RiskReason *reasons; /* every rule that applied, in the order of facts */
    size_t nreasons;
} RiskDynamic;
/* The static colour is raised by the sum of raises (each rule once, at most max_raise), then to the worst
 * floor; it never falls below the static one. RISK_NONE stays unless a floor holds. */
typedef struct RiskRules {
    const RiskRule *rules;
    size_t n;
    int max_raise;
} RiskRules;
RiskDynamic risk_dynamic(Arena *arena, RiskColour base, const RiskRules *by, const RiskFact *facts,
                         size_t nfacts);
