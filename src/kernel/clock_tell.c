/* Who is told when a rung is reached. Bodies are looked up by what the record says: whose turn it is, whose
 * matter, the body above that one, the safety committee's office. Whoever cannot be found leaves the rung
 * without a body; it stands in the ledger all the same. */
#include "clock_int.h"
#include "flow_int.h"

static bool has_field(const Entity *e, const char *name, FieldType type)
{
    for (size_t i = 0; name && i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return e->fields[i].type == type;
    return false;
}

static int64_t owner_of(const Entity *e, const Record *rec)
{
    const char *name = e->flow && e->flow->owner ? e->flow->owner : e->scope.body;
    return has_field(e, name, F_REF) ? rec_i64(e, rec, name) : 0;
}

static int64_t turn_of(const Entity *e, const Record *rec)
{
    int64_t turn = e->flow ? flow_turn(e, rec) : 0;
    return turn ? turn : owner_of(e, rec);
}

typedef struct Found {
    int64_t id;
} Found;

static Rc first_found(void *ud, const Record *rec)
{
    Found *f = ud;
    if (!f->id) f->id = rec->id;
    return 0;
}

static Rc office_of(Work *w, int64_t *out)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Found f = {0};
    *out = 0;
    if (!bodies || !has_field(bodies, "kind", F_ENUM)) return 0;
    TRY(store_each(w, bodies, "kind", db_val_z("committee_office"), first_found, &f));
    *out = f.id;
    return 0;
}

/* The body above the one whose turn it is; where bodies are no tree, or at its top, the office. */
static Rc above_of(Work *w, int64_t body, int64_t *out)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    *out = 0;
    if (body && bodies && has_field(bodies, "parent", F_REF)) {
        Record *rec;
        TRY(store_get(w, bodies, body, &rec));
        *out = rec_i64(bodies, rec, "parent");
    }
    return *out ? 0 : office_of(w, out);
}

Rc clock_recipient(Work *w, const Entity *e, const Record *rec, const char *to, int64_t *out)
{
    *out = 0;
    if (!strcmp(to, "turn")) *out = turn_of(e, rec);
    else if (!strcmp(to, "owner")) *out = owner_of(e, rec);
    else if (!strcmp(to, "above")) return above_of(w, turn_of(e, rec), out);
    else if (!strcmp(to, "office")) return office_of(w, out);
    return 0;
}
