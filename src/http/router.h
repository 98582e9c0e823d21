/* Finds the route of a path: a tree of segments; a literal wins over {param}, and {param} over {rest*}. */
#pragma once
#include "http/http.h"

enum { ROUTE_PARAMS_MAX = 8, PATH_SEGMENTS_MAX = 32 };

typedef struct Router Router;
typedef struct RouteHit {
    const Route *route; /* NULL: no route of this method */
    unsigned allow;     /* bit per HttpMethod that the path has; 0: no such path */
    size_t nparams;
    Str params[ROUTE_PARAMS_MAX];
} RouteHit;

Router *router_new(void);
void router_free(Router **r);
/* Copies the row. RC_INVALID: bad pattern, no permission, no handler, or the same method and path as an
 * earlier one. */
Rc router_add(Ctx *ctx, Router *r, const Route *route);
/* seg: the decoded segments of the path; a: for the joined value of {rest*}. method < 0: only `allow` is
 * wanted. */
void router_find(const Router *r, Arena *a, const Str *seg, size_t nseg, int method, RouteHit *out);
Str router_param(const RouteHit *hit, const char *name);
/* Is there any route whose first segment is this literal? */
bool router_owns(const Router *r, Str first);
size_t router_routes(const Router *r, const Route *const **out);
