/* From flows to what the rest of the kernel knows: the dictionary of the states and one list of actions for
 * each entity, in which its own come first, then the transitions, then what every matter can be asked. A
 * transition that wants a reason has it as its last parameter. */
#include "flow/flow_int.h"

static const Field *field_named(const Entity *e, const char *name)
{
    for (size_t i = 0; name && i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return &e->fields[i];
    return NULL;
}

const Dict *flow_dict(Arena *a, const Entity *e)
{
    const Field *f = e->flow ? field_named(e, e->flow->state) : NULL;
    if (!f || f->type != F_ENUM || !f->ref) return NULL;
    Dict *d = ARENA_NEW(a, Dict);
    DictEntry *entries = ARENA_ARRAY(a, DictEntry, e->flow->nstates + 1);
    for (size_t i = 0; i < e->flow->nstates; i++)
        entries[i] = (DictEntry){.code = e->flow->states[i].name, .label = e->flow->states[i].label};
    *d = (Dict){.name = f->ref,
                .title = {arena_printf(a, "%s：%s", e->title.zh, f->label.zh),
                          arena_printf(a, "%s: %s", e->title.en, f->label.en)},
                .entries = entries,
                .nentries = e->flow->nstates,
                .fixed = true};
    return d;
}

const FlowState *flow_state_named(const Flow *f, Str name)
{
    for (size_t i = 0; i < f->nstates; i++)
        if (str_is(name, f->states[i].name)) return &f->states[i];
    return NULL;
}

bool move_leaves(const Transition *m, Str state)
{
    Str from = str_of(m->from);
    while (from.n)
        if (str_eq(str_cut(&from, ' '), state)) return true;
    return false;
}

static const Field reason_field = {.name = "reason",
                                   .type = F_TEXT,
                                   .flags = F_REQUIRED | F_LONG,
                                   .min = 2,
                                   .max = 1000,
                                   .label = T("理由", "Reason")};

static bool has_reason(const Transition *m)
{
    for (size_t i = 0; i < m->nparams; i++)
        if (!strcmp(m->params[i].name, "reason")) return true;
    return false;
}

static EntityAction of_move(Arena *a, const Transition *m)
{
    EntityAction act = {.move = m, .flags = m->flags};
    act.a = (Action){
        .name = m->action, .perm = m->perm, .label = m->label, .params = m->params, .nparams = m->nparams};
    if (!(m->flags & FLOW_REASON) || has_reason(m)) return act;
    Field *params = ARENA_ARRAY(a, Field, m->nparams + 1);
    for (size_t i = 0; i < m->nparams; i++) params[i] = m->params[i];
    params[m->nparams] = reason_field;
    act.a.params = params;
    act.a.nparams = m->nparams + 1;
    return act;
}

static EntityAction of_generic(const Entity *e, const GenericAction *g)
{
    EntityAction act = {
        .a = g->a, .flags = g->turn ? FLOW_TURN : 0, .open = true, .quiet = true, .offered = g->offered};
    act.a.perm = g->turn ? e->read_perm : e->flow->perm_supervise;
    return act;
}

static void derive_one(Decl *d, EntityInfo *info)
{
    const Entity *e = info->e;
    size_t n = e->nactions + (e->flow ? e->flow->nmoves + flow_ngeneric : 0);
    info->actions = ARENA_ARRAY(d->arena, EntityAction, n + 1);
    for (size_t i = 0; i < e->nactions; i++)
        info->actions[info->nactions++] = (EntityAction){.a = e->actions[i]};
    for (size_t i = 0; e->flow && i < e->flow->nmoves; i++)
        info->actions[info->nactions++] = of_move(d->arena, &e->flow->moves[i]);
    for (size_t i = 0; e->flow && i < flow_ngeneric; i++)
        info->actions[info->nactions++] = of_generic(e, &flow_generic[i]);
}

void flow_derive(Decl *d)
{
    for (size_t i = 0; i < d->nentities; i++) derive_one(d, &d->entities[i]);
}
