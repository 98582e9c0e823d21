/* Choosing the units of a warning. Each rule that holds names one unit in one role; what makes a rule
 * particular is how deep its district lies and whether it names the kind of object or the line. No hidden
 * order: the same rules give the same units, whatever row they stand in. */
#include "routing.h"
#include "base/clock.h"

static const char *const role_order[] = {"owner", "department", "district", "lead", "support"};
enum { ROLE_OWNER, ROLE_DEPARTMENT, ROLE_DISTRICT };

static size_t role_index(Str role)
{
    size_t i = 0;
    while (i < ARRAY_LEN(role_order) && !str_is(role, role_order[i])) i++;
    return i;
}

/* How deep in the tree, counted from the outside: a rule without a district 0, the warning's own the most.
 * -1: another place. */
static int depth_of(const RouteQuery *q, int64_t district)
{
    int levels = 0;
    while (levels < ROUTE_DEPTH && q->district[levels]) levels++;
    if (!district) return 0;
    for (int i = 0; i < levels; i++)
        if (q->district[i] == district) return levels - i;
    return -1;
}

/* -1: it does not hold; else how particular it is. */
static int rank(const RouteQuery *q, const RouteRule *r)
{
    if (r->line.n && !str_eq(r->line, q->line)) return -1;
    if (r->kind.n && !str_eq(r->kind, q->kind)) return -1;
    if (r->grade && q->grade > r->grade) return -1;
    if (r->valid_from != TIME_NONE && q->t < r->valid_from) return -1;
    if (r->valid_to != TIME_NONE && q->t >= r->valid_to) return -1;
    int depth = depth_of(q, r->district);
    return depth < 0 ? -1 : depth * 4 + (r->kind.n ? 2 : 0) + (r->line.n ? 1 : 0);
}

static Text say_why(Arena *a, const RouteRule *r, int64_t local)
{
    static const Text by_place = T("，单位为预警所在地的属地单位", ", the body of the warning's place");
    bool placed = !r->body && local;
    return (Text){arena_printf(a, "按派单规则 %.*s「%.*s」%s", STR_ARG(r->code), STR_ARG(r->name),
                               placed ? by_place.zh : ""),
                  arena_printf(a, "by rule %.*s \"%.*s\"%s", STR_ARG(r->code), STR_ARG(r->name),
                               placed ? by_place.en : "")};
}

static void add_unit(RouteResult *out, const RouteUnit *u)
{
    if (!u->body || out->n == ROUTE_UNITS_MOST) return;
    for (size_t i = 0; i < out->n; i++)
        if (out->unit[i].body == u->body) {
            if (str_is(u->how, "order")) out->unit[i].how = u->how;
            return;
        }
    out->unit[out->n++] = *u;
}

static int64_t body_of(const RouteQuery *q, const RouteRule *r, int64_t local)
{
    if (r->body) return r->body;
    if (str_is(r->role, "owner")) return q->owner;
    return str_is(r->role, "district") ? local : 0;
}

typedef struct Choice {
    Arena *a;
    const RouteQuery *q;
    const RouteRules *rules;
    RouteResult *out;
} Choice;

/* How particular the rule is in this role; -1: it does not count. */
static int rank_in(const Choice *c, const RouteRule *r, size_t role)
{
    return role_index(r->role) == role && body_of(c->q, r, c->rules->local) ? rank(c->q, r) : -1;
}

/* All rules of one role, of those that exclude each other only the most particular ones. true: somebody has
 * it. */
static bool add_role(const Choice *c, size_t role)
{
    int best = 0;
    bool any = false;
    for (size_t i = 0; i < c->rules->n && (role == ROLE_DEPARTMENT || role == ROLE_DISTRICT); i++) {
        int at = rank_in(c, &c->rules->rule[i], role);
        if (at > best) best = at;
    }
    for (size_t i = 0; i < c->rules->n; i++) {
        const RouteRule *r = &c->rules->rule[i];
        if (rank_in(c, r, role) < best) continue;
        RouteUnit unit = {.body = body_of(c->q, r, c->rules->local), .role = r->role, .rule = r};
        unit.how = r->how.n ? r->how : STR("order");
        unit.why = say_why(c->a, r, c->rules->local);
        add_unit(c->out, &unit);
        any |= str_is(unit.how, "order");
    }
    return any;
}

void route_units(Arena *a, const RouteQuery *q, const RouteRules *rules, RouteResult *out)
{
    static const Text owner = T("对象的权属单位", "the owner of the object");
    Choice c = {a, q, rules, out};
    *out = (RouteResult){.n = 0};
    add_unit(out, &(RouteUnit){q->owner, STR("owner"), STR("order"), NULL, owner});
    for (size_t role = 0; role < ARRAY_LEN(role_order); role++) {
        bool any = add_role(&c, role);
        if (role == ROLE_OWNER) out->no_owner = !any && !q->owner;
        if (role == ROLE_DEPARTMENT) out->no_department = !any;
        if (role == ROLE_DISTRICT) out->no_district = !any;
    }
}
