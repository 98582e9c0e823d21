/* The tree of routes. Built once before the server starts, then read by all threads without a lock. A path
 * may lead to several end nodes (a literal one that lacks the method, a {param} one that has it), so the
 * search goes on until a node has the method and collects the methods seen on the way for the Allow header.
 */
#include "router.h"
#include <stdlib.h>

typedef struct Node {
    Str text; /* of a literal */
    struct Node **kids;
    size_t nkids;
    struct Node *param, *rest;
    const Route *ends[HTTP_METHODS];
} Node;

struct Router {
    Node root;
    Route **routes;
    size_t n, cap;
};

static void *must(void *p)
{
    ENSURE(p != NULL);
    return p;
}

Router *router_new(void)
{
    return must(calloc(1, sizeof(Router)));
}

static void node_clear(Node *n)
{
    for (size_t i = 0; i < n->nkids; i++) {
        node_clear(n->kids[i]);
        free(n->kids[i]);
    }
    free(n->kids);
    Node *more[2] = {n->param, n->rest};
    for (size_t i = 0; i < 2; i++) {
        if (more[i]) node_clear(more[i]);
        free(more[i]);
    }
}

void router_free(Router **r)
{
    if (!*r) return;
    node_clear(&(*r)->root);
    for (size_t i = 0; i < (*r)->n; i++) free((*r)->routes[i]);
    free((*r)->routes);
    free(*r);
    *r = NULL;
}

/* Position of the literal among the sorted children, or where it belongs. */
static size_t node_place(const Node *n, Str text, bool *found)
{
    size_t lo = 0, hi = n->nkids;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = str_cmp(n->kids[mid]->text, text);
        if (c == 0) {
            *found = true;
            return mid;
        }
        if (c < 0) lo = mid + 1;
        else hi = mid;
    }
    *found = false;
    return lo;
}

static Node *node_literal(Node *n, Str text)
{
    bool found;
    size_t at = node_place(n, text, &found);
    if (found) return n->kids[at];
    n->kids = must(realloc(n->kids, (n->nkids + 1) * sizeof(Node *)));
    memmove(n->kids + at + 1, n->kids + at, (n->nkids - at) * sizeof(Node *));
    n->nkids++;
    n->kids[at] = must(calloc(1, sizeof(Node)));
    n->kids[at]->text = text;
    return n->kids[at];
}

static bool is_param(Str seg)
{
    return seg.n > 2 && seg.p[0] == '{' && seg.p[seg.n - 1] == '}';
}
static bool is_rest(Str seg)
{
    return is_param(seg) && seg.n > 3 && seg.p[seg.n - 2] == '*';
}
static bool has_brace(Str seg)
{
    return memchr(seg.p, '{', seg.n) || memchr(seg.p, '}', seg.n);
}

/* The node of one more segment; NULL when the pattern is bad. */
static Node *node_step(Node *n, Str seg, bool last)
{
    if (is_rest(seg)) {
        if (!last) return NULL;
        if (!n->rest) n->rest = must(calloc(1, sizeof(Node)));
        return n->rest;
    }
    if (is_param(seg)) {
        if (!n->param) n->param = must(calloc(1, sizeof(Node)));
        return n->param;
    }
    return has_brace(seg) ? NULL : node_literal(n, seg);
}

static Node *node_of_pattern(Node *root, const char *path)
{
    if (!path || path[0] != '/') return NULL;
    Str rest = str_of(path + 1);
    Node *n = root;
    size_t nparams = 0, nseg = 0;
    for (bool last = false; !last;) {
        const char *slash = memchr(rest.p, '/', rest.n);
        last = !slash;
        Str seg = str_cut(&rest, '/');
        nparams += is_param(seg);
        if (nparams > ROUTE_PARAMS_MAX || ++nseg > PATH_SEGMENTS_MAX) return NULL;
        n = node_step(n, seg, last);
        if (!n) return NULL;
    }
    return n;
}

Rc router_add(Ctx *ctx, Router *r, const Route *route)
{
    const char *path = route->path ? route->path : "";
    if (!route->fn || (unsigned)route->method >= HTTP_METHODS)
        return FAIL(ctx, RC_INVALID, "route.handler", "路由 %s 缺少处理函数", "route %s has no handler",
                    path);
    if (!route->perm)
        return FAIL(ctx, RC_INVALID, "route.permission", "路由 %s 未声明权限", "route %s names no permission",
                    path);
    Node *n = node_of_pattern(&r->root, path);
    if (!n)
        return FAIL(ctx, RC_INVALID, "route.pattern", "路由 %s 的路径格式有误",
                    "the path of route %s is malformed", path);
    if (n->ends[route->method])
        return FAIL(ctx, RC_INVALID, "route.duplicate", "路由 %s 重复", "route %s is declared twice", path);
    if (r->n == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 64;
        r->routes = must(realloc(r->routes, r->cap * sizeof(Route *)));
    }
    Route *copy = must(malloc(sizeof *copy));
    *copy = *route;
    r->routes[r->n++] = copy;
    n->ends[route->method] = copy;
    return 0;
}

typedef struct Search {
    Arena *arena;
    const Str *seg;
    size_t nseg;
    int method;
    RouteHit *out;
} Search;

/* true: this node has the method, the search is over. */
static bool search_end(Search *q, const Node *n)
{
    for (int m = 0; m < HTTP_METHODS; m++)
        if (n->ends[m]) q->out->allow |= 1U << m;
    if (q->method < 0 || !n->ends[q->method]) return false;
    q->out->route = n->ends[q->method];
    return true;
}

static Str join_rest(Search *q, size_t at)
{
    StrBuf b;
    buf_init(&b, q->arena);
    for (size_t i = at; i < q->nseg; i++) {
        if (i > at) buf_addc(&b, '/');
        buf_add(&b, q->seg[i]);
    }
    return b.n ? buf_str(&b) : STR("");
}

/* The depth is bounded by PATH_SEGMENTS_MAX. */
static bool search(Search *q, const Node *n, size_t at)
{
    if (at == q->nseg) return search_end(q, n);
    bool found;
    size_t kid = node_place(n, q->seg[at], &found);
    if (found && search(q, n->kids[kid], at + 1)) return true;
    size_t depth = q->out->nparams;
    if (depth >= ROUTE_PARAMS_MAX) return false;
    if (n->param && q->seg[at].n > 0) {
        q->out->params[q->out->nparams++] = q->seg[at];
        if (search(q, n->param, at + 1)) return true;
        q->out->nparams = depth;
    }
    if (n->rest && search_end(q, n->rest)) {
        q->out->params[q->out->nparams++] = join_rest(q, at);
        return true;
    }
    return false;
}

void router_find(const Router *r, Arena *a, const Str *seg, size_t nseg, int method, RouteHit *out)
{
    *out = (RouteHit){0};
    if (nseg > PATH_SEGMENTS_MAX) return;
    Search q = {.arena = a, .seg = seg, .nseg = nseg, .method = method, .out = out};
    search(&q, &r->root, 0);
}

Str router_param(const RouteHit *hit, const char *name)
{
    if (!hit->route) return STR_NONE;
    Str rest = str_of(hit->route->path), want = str_of(name);
    size_t i = 0;
    while (rest.n && i < hit->nparams) {
        Str seg = str_cut(&rest, '/');
        if (!is_param(seg)) continue;
        Str inner = str_n(seg.p + 1, seg.n - (is_rest(seg) ? 3 : 2));
        if (str_eq(inner, want)) return hit->params[i];
        i++;
    }
    return STR_NONE;
}

bool router_owns(const Router *r, Str first)
{
    bool found;
    node_place(&r->root, first, &found);
    return found && first.n > 0;
}

size_t router_routes(const Router *r, const Route *const **out)
{
    *out = (const Route *const *)r->routes;
    return r->n;
}
