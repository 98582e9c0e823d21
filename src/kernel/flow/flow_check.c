/* Are the flows sound? One beginning, an end that every state can reach, no state that nothing leads to, no
 * transition without a permission, every word in both languages. Part of the declaration check, so a program
 * with a wrong flow does not start. */
#include "flow/flow_int.h"

static const Field *field_named(const Entity *e, const char *name)
{
    for (size_t i = 0; name && i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return &e->fields[i];
    return NULL;
}

static bool is_body(const Entity *e, const char *name)
{
    const Field *f = field_named(e, name);
    return f && f->type == F_REF && !strcmp(f->ref, "bodies");
}

static bool is_user(const Entity *e, const char *name)
{
    const Field *f = field_named(e, name);
    return f && f->type == F_REF && !strcmp(f->ref, "users");
}

static const char *flow_fault(const Decl *d, const Entity *e)
{
    const Flow *f = e->flow;
    const Field *state = field_named(e, f->state), *grade = field_named(e, f->grade);
    if (!state || state->type != F_ENUM) return "its state must be an F_ENUM field";
    if (!(state->flags & F_READONLY)) return "its state field must be F_READONLY";
    if (state->fallback) return "its state field takes its first value from the flow, not from a fallback";
    if (f->grade && !(grade && grade->type == F_INT)) return "its grade must be an F_INT field";
    if (f->owner && !is_body(e, f->owner)) return "its owner must refer to bodies";
    if (!f->perm_supervise || decl_perm(d, f->perm_supervise) < 0) return "perm_supervise is not declared";
    if (!e->title_field && !e->code_field) return "a matter needs a title_field or a code_field";
    if (!f->nstates) return "no states";
    unsigned initial = 0, final = 0;
    for (size_t i = 0; i < f->nstates; i++) {
        initial += (f->states[i].flags & STATE_INITIAL) != 0;
        final += (f->states[i].flags & STATE_FINAL) != 0;
    }
    if (initial != 1) return "exactly one state must be STATE_INITIAL";
    return final ? NULL : "no state is STATE_FINAL";
}

static bool limit_known(const Decl *d, const char *code)
{
    for (size_t i = 0; i < d->nmodules; i++)
        for (size_t j = 0; j < d->modules[i]->nlimits; j++)
            if (!strcmp(d->modules[i]->limits[j].code, code)) return true;
    return false;
}

static const char *state_fault(const Decl *d, const Entity *e, size_t at)
{
    const FlowState *s = &e->flow->states[at];
    if (!decl_name_ok(s->name, "_-")) return "the name must be [a-z][a-z0-9_-]*";
    if (!decl_text_ok(s->label)) return "a label in both languages is missing";
    if (s->turn && !is_body(e, s->turn)) return "its turn must be a field that refers to bodies";
    if (s->person && !(s->turn && is_user(e, s->person)))
        return "its person must be a field that refers to users, beside a turn";
    if (s->limit && !limit_known(d, s->limit)) return "its time limit is not declared";
    if ((s->flags & STATE_FINAL) && (s->limit || s->turn)) return "a final state has neither turn nor limit";
    for (size_t i = 0; i < at; i++)
        if (!strcmp(s->name, e->flow->states[i].name)) return "the name is there twice";
    return NULL;
}

static const char *from_fault(const Flow *f, const Transition *m)
{
    Str from = str_of(m->from ? m->from : "");
    if (!str_trim(from).n) return "it starts from no state";
    while (from.n) {
        Str name = str_cut(&from, ' ');
        const FlowState *s = flow_state_named(f, name);
        if (!s) return "it starts from an unknown state";
        if ((m->flags & FLOW_TURN) && !s->turn)
            return "FLOW_TURN needs a turn field in every state it starts from";
    }
    return NULL;
}

static bool generic_named(const char *name)
{
    for (size_t i = 0; i < flow_ngeneric; i++)
        if (!strcmp(flow_generic[i].a.name, name)) return true;
    return false;
}

static const char *move_fault(const Decl *d, const Entity *e, size_t at)
{
    const Flow *f = e->flow;
    const Transition *m = &f->moves[at];
    bool program = m->flags & FLOW_PROGRAM;
    if (!decl_name_ok(m->action, "-_")) return "the name must be [a-z][a-z0-9-]*";
    if (!decl_text_ok(m->label)) return "a label in both languages is missing";
    if (!m->perm && !program) return "no permission";
    if (m->perm && decl_perm(d, m->perm) < 0) return "its permission is not declared";
    if (m->to && !flow_state_named(f, str_of(m->to))) return "it leads to an unknown state";
    if (program && (m->flags & (FLOW_TURN | FLOW_REASON | FLOW_CONFIRM | FLOW_MAIN)))
        return "what only the program does has no flags for people";
    if (generic_named(m->action)) return "the name belongs to an action of every matter";
    for (size_t i = 0; i < at; i++)
        if (!strcmp(m->action, f->moves[i].action)) return "the name is there twice";
    for (size_t i = 0; i < e->nactions; i++)
        if (!strcmp(m->action, e->actions[i].name)) return "the name is there twice";
    return from_fault(f, m);
}

/* Marks what can be reached forwards from the first state, or backwards from the last ones. */
static bool spread(const Flow *f, bool *seen, bool back)
{
    bool grown = false;
    for (size_t i = 0; i < f->nmoves; i++) {
        const Transition *m = &f->moves[i];
        if (!m->to) continue;
        size_t to = (size_t)(flow_state_named(f, str_of(m->to)) - f->states);
        for (size_t s = 0; s < f->nstates; s++) {
            if (!move_leaves(m, str_of(f->states[s].name))) continue;
            bool *next = back ? &seen[s] : &seen[to];
            if (*next || !(back ? seen[to] : seen[s])) continue;
            grown = *next = true;
        }
    }
    return grown;
}

static Rc check_ways(Ctx *ctx, const Entity *e)
{
    const Flow *f = e->flow;
    bool *there = ARENA_ARRAY(ctx->arena, bool, f->nstates),
         *ends = ARENA_ARRAY(ctx->arena, bool, f->nstates);
    for (size_t i = 0; i < f->nstates; i++) {
        there[i] = f->states[i].flags & STATE_INITIAL;
        ends[i] = f->states[i].flags & STATE_FINAL;
    }
    while (spread(f, there, false)) {
    }
    while (spread(f, ends, true)) {
    }
    for (size_t i = 0; i < f->nstates; i++) {
        if (!there[i]) return decl_fault(ctx, "state", e->plural, f->states[i].name, "nothing leads to it");
        if (!ends[i]) return decl_fault(ctx, "state", e->plural, f->states[i].name, "no way to an end");
    }
    return 0;
}

Rc flow_check(Ctx *ctx, const Decl *d, const Entity *e)
{
    const Flow *f = e->flow;
    if (!f) return 0;
    const char *what = flow_fault(d, e);
    if (what) return decl_fault(ctx, "flow", e->plural, NULL, what);
    for (size_t i = 0; i < f->nstates; i++) {
        what = state_fault(d, e, i);
        if (what) return decl_fault(ctx, "state", e->plural, f->states[i].name, what);
    }
    for (size_t i = 0; i < f->nmoves; i++) {
        what = move_fault(d, e, i);
        if (what) return decl_fault(ctx, "transition", e->plural, f->moves[i].action, what);
        TRY(decl_check_fields(ctx, d, f->moves[i].action, f->moves[i].params, f->moves[i].nparams));
    }
    for (size_t i = 0; i < e->nactions; i++)
        if (generic_named(e->actions[i].name))
            return decl_fault(ctx, "action", e->plural, e->actions[i].name,
                              "the name belongs to an action of every matter");
    return check_ways(ctx, e);
}
