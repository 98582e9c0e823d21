/* Which text means which point. Built once, then read by many threads without a lock; texts are copied into
 * one arena. */
#include "base/clock.h"
#include "base/strmap.h"
#include "intake_private.h"
#include <stdlib.h>

struct Registry {
    Arena *arena;
    StrMap *codes, *sources;
    RegistryPoint *points; /* by number, [0, max] */
    uint32_t max;
};

static uint32_t highest(const RegistryPoint *points, size_t n)
{
    uint32_t max = 0;
    for (size_t i = 0; i < n; i++)
        if (points[i].number > max) max = points[i].number;
    return max;
}

Registry *registry_new(const RegistryPoint *points, size_t n)
{
    Registry *r = calloc(1, sizeof *r);
    ENSURE(r);
    r->arena = arena_new(0);
    r->codes = strmap_new(n);
    r->sources = strmap_new(n / 4 + 16);
    r->max = highest(points, n);
    r->points = ARENA_ARRAY(r->arena, RegistryPoint, (size_t)r->max + 1);
    for (size_t i = 0; i < n; i++) {
        ENSURE(points[i].number > 0);
        RegistryPoint *p = &r->points[points[i].number];
        *p = points[i];
        p->code = str_copy(r->arena, points[i].code);
        p->source = str_copy(r->arena, points[i].source);
        strmap_put(r->codes, p->code, p->number);
        if (p->source.n) strmap_put(r->sources, p->source, p->number);
    }
    return r;
}

void registry_free(Registry **r)
{
    if (!*r) return;
    strmap_free(&(*r)->codes);
    strmap_free(&(*r)->sources);
    arena_free(&(*r)->arena);
    free(*r);
    *r = NULL;
}

static uint32_t look_up(const StrMap *m, Str key)
{
    uint32_t number = strmap_get(m, key);
    return number == STRMAP_NONE ? 0 : number;
}

uint32_t registry_by_code(const Registry *r, Str code)
{
    return look_up(r->codes, code);
}

uint32_t registry_by_source(const Registry *r, Str source)
{
    return look_up(r->sources, source);
}

Str registry_code(const Registry *r, uint32_t number)
{
    return number <= r->max ? r->points[number].code : STR_NONE;
}

uint32_t registry_max(const Registry *r)
{
    return r->max;
}

WatchPoint *registry_watch_points(Arena *a, const Registry *r, uint32_t npoints)
{
    WatchPoint *out = ARENA_ARRAY(a, WatchPoint, npoints);
    for (uint32_t i = 0; i < npoints; i++) {
        const RegistryPoint *p = i <= r->max ? &r->points[i] : NULL;
        out[i].in_service_since = TIME_NONE;
        if (!p || !p->number) continue;
        out[i] = (WatchPoint){.code = p->code,
                              .in_service = p->in_service,
                              .in_service_since = p->in_service_since,
                              .arrival_time = p->arrival_time};
    }
    return out;
}
