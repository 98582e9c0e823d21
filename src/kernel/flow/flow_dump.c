/* `anlan dump states`: every flow as it is declared, as Mermaid state diagrams in both languages and as
 * tables of states and transitions. docs/states.md is this text. */
#include "flow/flow_int.h"

/* Mermaid takes no '-' in a state's name. */
static void put_name(StrBuf *out, const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) buf_addc(out, name[i] == '-' ? '_' : name[i]);
}

static void put_arrow(StrBuf *out, Str from, const char *to, const char *label)
{
    buf_addz(out, "    ");
    put_name(out, from.p, from.n);
    buf_addz(out, " --> ");
    put_name(out, to, strlen(to));
    if (label) buf_printf(out, " : %s", label);
    buf_addc(out, '\n');
}

void flow_diagram(const Entity *e, Lang lang, StrBuf *out)
{
    const Flow *f = e->flow;
    buf_addz(out, "stateDiagram-v2\n");
    for (size_t i = 0; i < f->nstates; i++) {
        buf_addz(out, "    ");
        put_name(out, f->states[i].name, strlen(f->states[i].name));
        buf_printf(out, " : %s\n", text_in(f->states[i].label, lang));
    }
    for (size_t i = 0; i < f->nstates; i++)
        if (f->states[i].flags & STATE_INITIAL) put_arrow(out, STR("[*]"), f->states[i].name, NULL);
    for (size_t i = 0; i < f->nmoves; i++) {
        const Transition *m = &f->moves[i];
        Str from = str_of(m->from);
        while (m->to && from.n) {
            Str name = str_cut(&from, ' ');
            if (name.n && !str_is(name, m->to)) put_arrow(out, name, m->to, text_in(m->label, lang));
        }
    }
    for (size_t i = 0; i < f->nstates; i++)
        if (f->states[i].flags & STATE_FINAL) put_arrow(out, str_of(f->states[i].name), "[*]", NULL);
}

static void put_states(const Flow *f, StrBuf *out)
{
    buf_addz(out, "| state | 状态 / State | turn | limit |\n|---|---|---|---|\n");
    for (size_t i = 0; i < f->nstates; i++) {
        const FlowState *s = &f->states[i];
        buf_printf(out, "| `%s` | %s / %s | %s | %s |\n", s->name, s->label.zh, s->label.en,
                   s->turn ? s->turn : "", s->limit ? s->limit : "");
    }
}

static void put_flags(unsigned flags, StrBuf *out)
{
    static const struct {
        unsigned flag;
        const char *word;
    } words[] = {{FLOW_REASON, "reason"},   {FLOW_TURN, "turn"},         {FLOW_PROGRAM, "program"},
                 {FLOW_CONFIRM, "confirm"}, {FLOW_EVIDENCE, "evidence"}, {FLOW_MAIN, "main"}};
    const char *gap = "";
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!(flags & words[i].flag)) continue;
        buf_printf(out, "%s%s", gap, words[i].word);
        gap = " ";
    }
}

static void put_moves(const Flow *f, StrBuf *out)
{
    buf_addz(out,
             "\n| action | 操作 / Action | from | to | permission | flags |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < f->nmoves; i++) {
        const Transition *m = &f->moves[i];
        buf_printf(out, "| `%s` | %s / %s | %s | %s | %s | ", m->action, m->label.zh, m->label.en, m->from,
                   m->to ? m->to : "", m->perm ? m->perm : "");
        put_flags(m->flags, out);
        buf_addz(out, " |\n");
    }
}

static void put_flow(const Entity *e, StrBuf *out)
{
    buf_printf(out, "\n## %s / %s (`%s`)\n\n", e->title.zh, e->title.en, e->plural);
    put_states(e->flow, out);
    put_moves(e->flow, out);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        buf_addz(out, "\n```mermaid\n");
        flow_diagram(e, (Lang)lang, out);
        buf_addz(out, "```\n");
    }
}

Rc kernel_dump_states(Ctx *ctx, const Module *const *modules, size_t n, StrBuf *out)
{
    Decl *d;
    TRY(decl_build(ctx, modules, n, &d));
    buf_addz(out, "# States\n\nMade by `anlan dump states` from the declarations; `make golden` renews it.\n"
                  "Every matter can also be urged and supervised (催办, 督办) while it is open, and its "
                  "clock paused and extended.\n"
                  "What leaves the state as it is stands in the tables only.\n");
    for (size_t i = 0; i < d->nentities; i++)
        if (d->entities[i].e->flow) put_flow(d->entities[i].e, out);
    decl_free(&d);
    return 0;
}
