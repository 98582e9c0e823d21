/* A record that others refer to was given a new title, and its old one still stands in their rows of the
 * index. The write only notes it; the builder in the background walks the entities that refer to it, so many
 * rows and so many hits in each transaction that the writer is never held for long. How far it came is in the
 * database, so a stop loses nothing; a second renaming meanwhile begins the walk anew. */
#include "kernel_search_sql.h"
#include "record/field.h"
#include "search/search.h"

enum { ROWS = 2000, HITS = 100 };

static bool refers(const EntityInfo *from, const EntityInfo *to)
{
    if (!search_wanted(from->e)) return false;
    for (size_t i = 0; i < from->e->nfields; i++)
        if (from->target[i] == to && !(from->e->fields[i].flags & (F_SECRET | F_MASK))) return true;
    return false;
}

/* The first at or after place `from` in the order of declaration; NULL: none. */
static const EntityInfo *next_referring(const Decl *d, size_t from, const EntityInfo *to)
{
    for (size_t i = from; i < d->nentities; i++)
        if (refers(&d->entities[i], to)) return &d->entities[i];
    return NULL;
}

Rc search_renamed(Work *w, const EntityInfo *info, const Record *old, const Record *rec)
{
    ptrdiff_t title = info->title < 0 ? info->code : info->title;
    if (!old || title < 0 || field_equal(&info->e->fields[title], old->v[title], rec->v[title])) return 0;
    if (!next_referring(w->kernel->decl, 0, info)) return 0;
    Rc rc = db_exec(w->ctx, w->db, &q_rename_note, DB_ARGS(db_val_i64(rec->id), db_val_z(info->e->plural)));
    return rc < 0 ? rc : 0;
}

typedef struct Rename {
    int64_t id, after;
    const EntityInfo *to, *at;
} Rename;

/* Does the row refer to it? */
static void add_test(SqlBuf *b, const Rename *r)
{
    sql_lit(b, "CASE WHEN 1 = 0");
    for (size_t i = 0; i < r->at->e->nfields; i++) {
        if (r->at->target[i] != r->to) continue;
        sql_lit(b, " OR ");
        sql_ident(b, r->at->e->fields[i].name);
        sql_lit(b, " = ");
        sql_arg(b, db_val_i64(r->id));
    }
    sql_lit(b, " THEN 1 ELSE 0 END");
}

/* The ids that refer to it among the rows that follow. *end: there are no more rows. r->after moves on. */
static Rc read_hits(Work *w, Rename *r, int64_t *ids, size_t *n, bool *end)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc = 0;
    int64_t rows = 0;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id, ");
    add_test(&b, r);
    sql_lit(&b, " FROM ");
    sql_ident(&b, r->at->table);
    sql_lit(&b, " WHERE archived_at IS NULL AND id > ");
    sql_arg(&b, db_val_i64(r->after));
    sql_lit(&b, " ORDER BY id LIMIT ");
    sql_arg(&b, db_val_i64(ROWS));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    for (*n = 0; *n < HITS && (rc = db_next(w->ctx, c)) > 0; rows++) {
        r->after = db_i64(c, 0);
        if (db_i64(c, 1)) ids[(*n)++] = r->after;
    }
    db_close(&c);
    *end = *n < HITS && rows < ROWS;
    return rc < 0 ? rc : 0;
}

static Rc walk(Work *w, Rename *r)
{
    int64_t ids[HITS];
    size_t n;
    bool end;
    TRY(read_hits(w, r, ids, &n, &end));
    for (size_t i = 0; i < n; i++) TRY(search_refresh(w, ids[i]));
    if (!end) return 0;
    r->at = next_referring(w->kernel->decl, r->at->index + 1, r->to);
    r->after = 0;
    return 0;
}

static Rc store_place(Work *w, const Rename *r)
{
    Rc rc = r->at ? db_exec(w->ctx, w->db, &q_rename_at,
                            DB_ARGS(db_val_i64(r->id), db_val_z(r->at->e->plural), db_val_i64(r->after)))
                  : db_exec(w->ctx, w->db, &q_rename_done, DB_ARGS(db_val_i64(r->id)));
    return rc < 0 ? rc : 0;
}

Rc search_rename_step(Work *w)
{
    const Decl *d = w->kernel->decl;
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_rename_next, DB_NO_ARGS, &c);
    if (rc <= 0) return rc;
    Str at = db_str(c, Q_RENAME_NEXT_AT_ENTITY);
    Rename r = {.id = db_i64(c, Q_RENAME_NEXT_ID),
                .after = db_i64(c, Q_RENAME_NEXT_AFTER_ID),
                .to = decl_entity(d, db_str(c, Q_RENAME_NEXT_TARGET))};
    if (r.to) r.at = at.n ? decl_entity(d, at) : next_referring(d, 0, r.to);
    db_close(&c);
    if (r.at) TRY(walk(w, &r));
    TRY(store_place(w, &r));
    return 1;
}

Rc search_rename_waits(Work *w)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_rename_next, DB_NO_ARGS, &c);
    if (rc > 0) db_close(&c);
    return rc;
}
