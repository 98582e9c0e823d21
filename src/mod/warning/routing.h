/* Which units get an order: the pure part. Rules are data ("warning-routes"); this decides which of them hold
 * for a warning, and says why in both languages. */
#pragma once
#include "base/ctx.h"

enum { ROUTE_DEPTH = 8, ROUTE_RULES_MOST = 2000, ROUTE_UNITS_MOST = 60 };

/* What a warning asks the rules. */
typedef struct RouteQuery {
    Str line, kind;                /* of work, of object; may be empty */
    int grade;                     /* 1 to 4 */
    int64_t district[ROUTE_DEPTH]; /* its own first, then those above; 0: no more */
    int64_t owner;                 /* the object's; 0: none */
    int64_t t;
} RouteQuery;

/* One rule. Empty and 0 mean: whichever. */
typedef struct RouteRule {
    int64_t id;
    Str code, name, line, kind, role, how; /* role: a code of "order_role"; how: of "order_how" */
    int grade;                             /* the slightest it holds for; 0: any */
    int64_t district, body;                /* body 0: the one of the role for the place (owner, district) */
    int64_t valid_from, valid_to;          /* TIME_NONE: open */
} RouteRule;

typedef struct RouteUnit {
    int64_t body;
    Str role, how;
    const RouteRule *rule; /* NULL: the owner by itself */
    Text why;
} RouteUnit;

/* local: the body of the warning's place, for rules of the role "district" without a body; 0: none. */
typedef struct RouteRules {
    const RouteRule *rule;
    size_t n;
    int64_t local;
} RouteRules;

typedef struct RouteResult {
    RouteUnit unit[ROUTE_UNITS_MOST];
    size_t n;
    bool no_owner, no_department, no_district; /* nobody has this role */
} RouteResult;

/* Of the roles "department" and "district" only the most particular rules count (district before kind before
 * line), so that a county's own department takes the place of the city's; of the others all that match. The
 * owner gets an order in any case. A body that is named twice gets one, in the first of its roles. Units in
 * the order owner, department, district, the rest. */
void route_units(Arena *a, const RouteQuery *q, const RouteRules *rules, RouteResult *out);
