/* Where tasks come from. One for each unit: the first lead's is the task itself, those of supporting units
 * stand below it and are closed before it; units that are responsible side by side have one each. Who
 * supports sees the lead's task, the lead sees theirs. */
#include "task_private.h"
#include "kernel/number.h"

Work task_program(const Work *w)
{
    Work program = *w;
    program.who = NULL;
    return program;
}

DbVal task_who(const Work *w)
{
    if (!w->who) return db_val_null();
    return db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name);
}

const char *task_role_name(TaskRole role)
{
    static const char *const names[TASK_ROLES] = {"lead", "support", "responsible"};
    return names[role];
}

static Rc link_origin(Work *w, const Record *rec)
{
    const Entity *items = kernel_entity(w->kernel, "document-items");
    int64_t item = rec_i64(TE, rec, "item"), parent = rec_i64(TE, rec, "parent");
    if (parent) return matter_link(w, TE, parent, TE, rec->id);
    return items && item ? matter_link(w, items, item, TE, rec->id) : RC_OK;
}

/* Whoever gets a task of a paper may read the paper. */
static Rc show_paper(Work *w, const Record *rec)
{
    int64_t document = rec_i64(TE, rec, "document");
    return document ? matter_party(w, document, rec_i64(TE, rec, "body"), "unit") : RC_OK;
}

Rc task_store(Work *w, Record *rec)
{
    Str code;
    TRY(number_of_day(w, 'T', &code));
    rec_set(TE, rec, "code", db_val_text(code));
    TRY(store_insert(w, TE, rec));
    TRY(show_paper(w, rec));
    return link_origin(w, rec);
}

Rc task_below(Work *w, const Record *rec, int64_t body, Str title, Str text, int64_t due_at)
{
    static const char *const same[] = {"document", "item", "basis", "district"};
    Record *sub = rec_new(w->ctx, TE);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(TE, sub, same[i], *rec_val(TE, rec, same[i]));
    rec_set(TE, sub, "title", db_val_text(title));
    rec_set(TE, sub, "text", db_val_text(text));
    rec_set(TE, sub, "role", db_val_z("responsible"));
    rec_set(TE, sub, "body", db_val_i64(body));
    rec_set(TE, sub, "issuer", *rec_val(TE, rec, "body"));
    rec_set(TE, sub, "parent", db_val_i64(rec->id));
    rec_set(TE, sub, "due_at", db_val_time(due_at));
    TRY(task_store(w, sub));
    TRY(matter_party(w, sub->id, rec_i64(TE, rec, "issuer"), "above"));
    Work program = task_program(w);
    return flow_do(&program, TE, sub, "order", NULL);
}

static Record *fill(Work *w, const TaskSpec *spec, const TaskUnit *unit)
{
    Record *rec = rec_new(w->ctx, TE);
    rec_set(TE, rec, "title", db_val_text(spec->title));
    rec_set(TE, rec, "text", db_val_text(spec->text));
    if (spec->basis.n) rec_set(TE, rec, "basis", db_val_text(spec->basis));
    rec_set(TE, rec, "role", db_val_z(task_role_name(unit->role)));
    rec_set(TE, rec, "body", db_val_i64(unit->body));
    rec_set(TE, rec, "issuer", db_val_id(spec->issuer));
    rec_set(TE, rec, "district", db_val_id(spec->district));
    rec_set(TE, rec, "document", db_val_id(spec->document));
    rec_set(TE, rec, "item", db_val_id(spec->item));
    rec_set(TE, rec, "due_at", db_val_time(spec->due_at));
    if (spec->times > 0) rec_set(TE, rec, "times", db_val_i64(spec->times));
    return rec;
}

static Rc make_one(Work *w, const TaskSpec *spec, const TaskUnit *unit, const Record *lead, Record **out)
{
    if (spec->per != TASK_ONCE) TRY(series_begin(w, spec, unit, out));
    else {
        *out = fill(w, spec, unit);
        if (lead) rec_set(TE, *out, "parent", db_val_i64(lead->id));
        TRY(task_store(w, *out));
    }
    if (lead) {
        TRY(matter_party(w, lead->id, unit->body, "support"));
        TRY(matter_party(w, (*out)->id, rec_i64(TE, lead, "body"), "lead"));
    }
    if (!spec->order) return RC_OK;
    bool own = w->who && scope_of(w->who)->body == spec->issuer;
    Work program = task_program(w);
    return flow_do(own ? w : &program, TE, *out, "order", NULL);
}

/* A unit that is named twice has one task, in the role it was named in first. */
static bool named_before(const TaskUnit *units, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (units[k].body == units[i].body) return true;
    return false;
}

Rc task_make(Work *w, const TaskSpec *spec, size_t *made)
{
    static const TaskRole order[] = {TASK_LEAD, TASK_RESPONSIBLE, TASK_SUPPORT};
    Record *lead = NULL, *rec;
    TaskUnit *units = ARENA_ARRAY(w->ctx->arena, TaskUnit, spec->nunits + 1);
    size_t n = 0;
    for (size_t r = 0; r < ARRAY_LEN(order); r++)
        for (size_t i = 0; i < spec->nunits; i++)
            if (spec->units[i].role == order[r]) units[n++] = spec->units[i];
    for (size_t i = 0; i < n; i++) {
        if (named_before(units, i)) continue;
        bool below = units[i].role == TASK_SUPPORT;
        TRY(make_one(w, spec, &units[i], below ? lead : NULL, &rec));
        if (!below && !lead) lead = rec;
        if (spec->origin) TRY(matter_link(w, spec->origin, spec->origin_id, TE, rec->id));
        if (spec->first && !*made) *spec->first = rec->id;
        ++*made;
    }
    return RC_OK;
}
