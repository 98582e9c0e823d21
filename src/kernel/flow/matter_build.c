/* Rows of the common index for records that were there before their entity had a flow: made once, in one
 * transaction, when the index knows nothing of the entity. Later every write keeps its own row. Such records
 * begin in the first state. */
#include "flow/flow_int.h"

enum { BATCH = 500 };

static Rc is_known(Work *w, const EntityInfo *info)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT 1 FROM matters WHERE entity = ");
    sql_arg(&b, db_val_z(info->e->plural));
    sql_lit(&b, " LIMIT 1");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    db_close(&c);
    return rc;
}

static Rc fill_states(Work *w, const EntityInfo *info)
{
    const Flow *f = info->e->flow;
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "UPDATE ");
    sql_ident(&b, info->table);
    sql_lit(&b, " SET ");
    sql_ident(&b, f->state);
    sql_lit(&b, " = ");
    for (size_t i = 0; i < f->nstates; i++)
        if (f->states[i].flags & STATE_INITIAL) sql_arg(&b, db_val_z(f->states[i].name));
    sql_lit(&b, " WHERE ");
    sql_ident(&b, f->state);
    sql_lit(&b, " IS NULL");
    Rc rc = sql_exec(w->ctx, w->db, &b);
    return rc < 0 ? rc : 0;
}

/* The next ids above *last; *n 0 at the end. */
static Rc next_ids(Work *w, const EntityInfo *info, int64_t last, int64_t *ids, size_t *n)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id FROM ");
    sql_ident(&b, info->table);
    sql_lit(&b, " WHERE id > ");
    sql_arg(&b, db_val_i64(last));
    sql_lit(&b, " ORDER BY id LIMIT ");
    sql_arg(&b, db_val_i64(BATCH));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    *n = 0;
    while ((rc = db_next(w->ctx, c)) > 0) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    return rc;
}

static Rc build(Work *w, const EntityInfo *info)
{
    int64_t ids[BATCH], last = INT64_MIN;
    size_t n;
    TRY(fill_states(w, info));
    do {
        TRY(next_ids(w, info, last, ids, &n));
        for (size_t i = 0; i < n; i++) {
            Record *rec;
            TRY(store_get(w, info->e, ids[i], &rec));
            TRY(matter_put(w, info, rec, rec->updated_at));
            last = ids[i];
        }
    } while (n);
    return 0;
}

Rc matters_build(Work *w)
{
    const Decl *d = w->kernel->decl;
    for (size_t i = 0; i < d->nentities; i++) {
        if (!d->entities[i].e->flow) continue;
        Rc known = is_known(w, &d->entities[i]);
        if (known < 0) return known;
        if (!known) TRY(build(w, &d->entities[i]));
    }
    return 0;
}
