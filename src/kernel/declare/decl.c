/* What all modules declare, put together: entities with their references resolved, permissions, dictionaries
 * and the routes derived from them. Pure: no database, so that the command line and the conformance test use
 * it alone. The kernel's own module comes first and is declared like any other. */
#include "clock/clock_int.h"
#include "flow/flow_int.h"

static void add_module(Decl *d, const Module *m)
{
    d->modules[d->nmodules++] = m;
    for (size_t i = 0; i < m->nentities; i++) {
        d->entities[d->nentities++].e = m->entities[i];
        const Dict *states = flow_dict(d->arena, m->entities[i]);
        if (states) d->dicts[d->ndicts++] = states;
    }
    for (size_t i = 0; i < m->nperms; i++) d->perms[d->nperms++] = &m->perms[i];
    for (size_t i = 0; i < m->ndicts; i++) d->dicts[d->ndicts++] = &m->dicts[i];
}

/* What the kernel itself declares. */
static const Module *const own[] = {&kernel_module, &kernel_clock_module};

static void allocate(Decl *d, const Module *const *modules, size_t n)
{
    size_t entities = 0, perms = 0, dicts = 0;
    for (size_t i = 0; i < n + ARRAY_LEN(own); i++) {
        const Module *m = i < n ? modules[i] : own[i - n];
        entities += m->nentities;
        perms += m->nperms;
        dicts += m->ndicts + m->nentities; /* each flow's states are one */
    }
    d->modules = ARENA_ARRAY(d->arena, const Module *, n + ARRAY_LEN(own));
    d->entities = ARENA_ARRAY(d->arena, EntityInfo, entities);
    d->perms = ARENA_ARRAY(d->arena, const Perm *, perms);
    d->dicts = ARENA_ARRAY(d->arena, const Dict *, dicts);
    d->entity_map = strmap_new(entities);
    d->perm_map = strmap_new(perms);
    d->dict_map = strmap_new(dicts);
}

static const char *table_name(Arena *a, const char *plural)
{
    char *table = arena_strdup(a, plural);
    for (char *p = table; *p; p++)
        if (*p == '-') *p = '_';
    return table;
}

static ptrdiff_t find_field(const Entity *e, const char *name)
{
    for (size_t i = 0; name && i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return (ptrdiff_t)i;
    return -1;
}

static void index_names(Decl *d)
{
    for (size_t i = 0; i < d->nentities; i++)
        strmap_put(d->entity_map, str_of(d->entities[i].e->plural), (uint32_t)i);
    for (size_t i = 0; i < d->nperms; i++) strmap_put(d->perm_map, str_of(d->perms[i]->name), (uint32_t)i);
    for (size_t i = 0; i < d->ndicts; i++) strmap_put(d->dict_map, str_of(d->dicts[i]->name), (uint32_t)i);
}

static void resolve(Decl *d)
{
    for (size_t i = 0; i < d->nentities; i++) {
        EntityInfo *info = &d->entities[i];
        const Entity *e = info->e;
        info->index = i;
        info->table = table_name(d->arena, e->plural);
        info->code = find_field(e, e->code_field);
        info->title = find_field(e, e->title_field);
        info->target = ARENA_ARRAY(d->arena, const EntityInfo *, e->nfields);
        for (size_t f = 0; f < e->nfields; f++)
            if (e->fields[f].type == F_REF) info->target[f] = decl_entity(d, str_of(e->fields[f].ref));
    }
}

static void collect_routes(Decl *d)
{
    size_t n = routes_derived_count(d);
    for (size_t i = 0; i < d->nmodules; i++) n += d->modules[i]->nroutes;
    d->routes = ARENA_ARRAY(d->arena, Route, n);
    for (size_t i = 0; i < d->nmodules; i++)
        for (size_t r = 0; r < d->modules[i]->nroutes; r++)
            d->routes[d->nroutes++] = d->modules[i]->routes[r];
    routes_derive(d);
}

Rc decl_build(Ctx *ctx, const Module *const *modules, size_t n, Decl **out)
{
    Arena *a = arena_new(0);
    Decl *d = ARENA_NEW(a, Decl);
    d->arena = a;
    allocate(d, modules, n);
    for (size_t i = 0; i < ARRAY_LEN(own); i++) add_module(d, own[i]);
    for (size_t i = 0; i < n; i++) add_module(d, modules[i]);
    index_names(d);
    Rc rc = decl_check(ctx, d);
    if (!rc) {
        resolve(d);
        flow_derive(d);
        collect_routes(d);
        rc = decl_check_routes(ctx, d);
    }
    if (rc) decl_free(&d);
    *out = d;
    return rc;
}

void decl_free(Decl **dp)
{
    Decl *d = *dp;
    if (!d) return;
    strmap_free(&d->entity_map);
    strmap_free(&d->perm_map);
    strmap_free(&d->dict_map);
    Arena *a = d->arena;
    arena_free(&a);
    *dp = NULL;
}

const EntityInfo *decl_entity(const Decl *d, Str plural)
{
    uint32_t i = strmap_get(d->entity_map, plural);
    return i == STRMAP_NONE ? NULL : &d->entities[i];
}

const Dict *decl_dict(const Decl *d, Str name)
{
    uint32_t i = strmap_get(d->dict_map, name);
    return i == STRMAP_NONE ? NULL : d->dicts[i];
}

ptrdiff_t decl_perm(const Decl *d, const char *name)
{
    uint32_t i = strmap_get(d->perm_map, str_of(name));
    return i == STRMAP_NONE ? -1 : (ptrdiff_t)i;
}
