/* Which points a principal sees, worked out over the live set: the comparison in memory of the rule that
 * point_entity.scope states for the database. */
#include "point_private.h"

struct PointSight {
    uint32_t max;
    const uint8_t *seen; /* by number */
};

static const char *path_or_null(const char *path)
{
    return path && *path ? path : NULL;
}

static RowScope row_of(const LiveSet *set, uint32_t no)
{
    const LivePoint *p = &set->p[no];
    return (RowScope){.path = path_or_null(set->districts[p->district].path),
                      .body_path = path_or_null(set->bodies[p->body].path),
                      .also_path = path_or_null(set->bodies[p->holder].path),
                      .line = str_of(set->fields[p->field])};
}

bool point_in_scope(const LiveSet *set, const Scope *scope, uint32_t no)
{
    if (no > set->max || !set->p[no].id) return false;
    RowScope row = row_of(set, no);
    return scope_sees(scope, &row);
}

/* ---- For who takes readings in ---- */

typedef struct Held {
    const LiveSet *set;
    const Scope *scope;
} Held;

static Rc take_held(Ctx *ctx, Kernel *k, const Scope *scope, const void **held)
{
    PointLive *live;
    Held *h = ARENA_NEW(ctx->arena, Held);
    TRY(point_set_take(ctx, k, &live, &h->set));
    h->scope = scope;
    *held = h;
    return 0;
}

static bool holds(const void *held, uint32_t no)
{
    const Held *h = held;
    return point_in_scope(h->set, h->scope, no);
}

const PointReach point_reach = {take_held, holds};

Rc point_sight(Ctx *ctx, Kernel *k, const Principal *who, const PointSight **out)
{
    PointLive *live;
    const LiveSet *set;
    const Scope *scope = scope_of(who);
    *out = NULL;
    if (!who || scope_is_whole(scope)) return 0;
    TRY(point_set_take(ctx, k, &live, &set));
    PointSight *s = ARENA_NEW(ctx->arena, PointSight);
    uint8_t *seen = ARENA_ARRAY(ctx->arena, uint8_t, (size_t)set->max + 1);
    for (uint32_t no = 1; no <= set->max; no++) seen[no] = point_in_scope(set, scope, no);
    *s = (PointSight){set->max, seen};
    *out = s;
    return 0;
}

bool point_seen(const PointSight *sight, uint32_t no)
{
    return !sight || (no <= sight->max && sight->seen[no]);
}
