/* What is told once: secrets made with a record, for the one who asked. They live in the request's memory and
 * in its answer, neither in the database, the ledger, the outbox nor a file; a repeated request (its
 * Idempotency-Key) is answered without them. */
#include "kernel_int.h"

void work__listen(Work *w)
{
    work__state(w)->listens = true;
}

bool work_listens(const Work *w)
{
    const WorkState *s = w->impl;
    return s && s->open && s->write && s->listens;
}

static Str text_field(const Entity *e, const Record *rec, const char *name)
{
    return name ? rec_text(e, rec, name) : STR("");
}

void work_tell(Work *w, const Entity *e, const Record *rec, Text label, Str value)
{
    WorkState *s = work__state(w);
    ENSURE(s->listens);
    ToldOnce *t = ARENA_NEW(s->ctx->arena, ToldOnce);
    *t = (ToldOnce){.next = s->told,
                    .code = text_field(e, rec, e->code_field),
                    .title = text_field(e, rec, e->title_field),
                    .label = str_of(text_in(label, w->ctx->lang)),
                    .value = value};
    s->told = t;
}

const ToldOnce *work__told(Work *w, Arena *a, const ToldOnce *before)
{
    WorkState *s = work__state(w);
    for (const ToldOnce *from = s->told; from; from = from->next) {
        ToldOnce *t = ARENA_NEW(a, ToldOnce);
        *t = (ToldOnce){.next = before,
                        .code = str_copy(a, from->code),
                        .title = str_copy(a, from->title),
                        .label = str_copy(a, from->label),
                        .value = str_copy(a, from->value)};
        before = t;
    }
    s->told = NULL;
    return before;
}

const ToldOnce *told_turned(Arena *a, const ToldOnce *told)
{
    const ToldOnce *out = NULL;
    for (; told; told = told->next) {
        ToldOnce *t = arena_copy(a, told, sizeof *told);
        t->next = out;
        out = t;
    }
    return out;
}

static void write_line(const ToldOnce *t, JsonOut *out)
{
    jout_open(out);
    jout_ks(out, "code", t->code);
    jout_ks(out, "title", t->title);
    jout_ks(out, "label", t->label);
    jout_ks(out, "value", t->value);
    jout_close(out);
}

void told_write(const ToldOnce *told, JsonOut *out)
{
    if (!told) return;
    jout_key(out, "told");
    jout_open_array(out);
    for (; told; told = told->next) write_line(told, out);
    jout_close_array(out);
}

Str told_into(Ctx *ctx, const ToldOnce *told, Str record)
{
    StrBuf b;
    JsonOut out;
    if (!told) return record;
    ENSURE(record.n > 2 && record.p[record.n - 1] == '}');
    buf_init(&b, ctx->arena);
    jout_init(&out, &b);
    jout_open(&out);
    told_write(told, &out);
    jout_close(&out);
    Str member = buf_str(&b); /* {"told":[…]} */
    return str_printf(ctx->arena, "%.*s,%.*s", (int)record.n - 1, record.p, (int)member.n - 1, member.p + 1);
}
