/* A matter's list for somebody who sees a part of all rows: the pages and counts of the parts of his scope
 * (scope_parts.c), put together. A part is read along an index in the order of the list (schema.c), so a page
 * costs what it shows whatever stands in the archive, and wherever the rows lie in it. */
#include "record/list_int.h"
#include "scope/scope_int.h"

enum { ARGS_ROOM = 100, PARTS_FEW = 6, ROWS_FEW = 40000 };

static size_t args_of(const ListQuery *q, const ScopePart *parts, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++) lines += parts[i].line ? LIST_LINES_MOST : 0;
    return n + lines + q->nargs;
}

/* SELECT … of one part; what all parts have in common is written and bound once. */
static Rc add_part(SqlBuf *b, Work *w, const ListQuery *q, size_t i, const char *tail)
{
    sql_lit(b, "SELECT t.id FROM ");
    sql_ident(b, q->info->table);
    sql_lit(b, " t WHERE t.archived_at IS NULL");
    scope_part_where(b, w, &q->parts[i], q->many_parties);
    sql_lit_(b, tail);
    return 0;
}

typedef Rc (*TailFn)(SqlBuf *b, Work *w, const ListQuery *q);

/* (part) UNION [ALL] (part) …; numbered arguments let the same text stand in each part. */
static Rc add_parts(SqlBuf *b, Work *w, const ListQuery *q, TailFn tail_fn, const char *glue)
{
    SqlBuf tail = *b;
    buf_init(&tail.text, w->ctx->arena);
    TRY(tail_fn(&tail, w, q));
    const char *text = str_z(w->ctx->arena, buf_str(&tail.text));
    for (size_t i = tail.nargs; i-- > b->nargs;) b->args[i] = tail.args[i];
    b->nargs = tail.nargs;
    for (size_t i = 0; i < q->nparts; i++) {
        if (i) sql_lit_(b, glue);
        sql_lit(b, "SELECT id FROM (");
        TRY(add_part(b, w, q, i, text));
        sql_lit(b, ") part");
    }
    return 0;
}

static Rc page_tail(SqlBuf *b, Work *w, const ListQuery *q)
{
    TRY(list__filters(b, w, q));
    if (q->after) list__keyset(b, q);
    list__order(b, q);
    sql_lit(b, " LIMIT ");
    sql_arg(b, db_val_i64(q->limit + 1));
    return 0;
}

Rc list__parts_page(SqlBuf *b, Work *w, const ListQuery *q)
{
    return add_parts(b, w, q, page_tail, " UNION ALL ");
}

/* ---- Counting ---- */

static Rc count_tail(SqlBuf *b, Work *w, const ListQuery *q)
{
    TRY(list__filters(b, w, q));
    sql_lit(b, " LIMIT ");
    sql_arg(b, db_val_i64(q->count_most + 1));
    return 0;
}

static Rc one_number(Work *w, SqlBuf *b, int64_t *n)
{
    DbCursor *c;
    TRY(sql_query(w->ctx, w->db, b, &c));
    Rc rc = db_next(w->ctx, c);
    *n = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    return rc < 0 ? rc : 0;
}

static Rc count_part(Work *w, const ListQuery *q, size_t i, int64_t *n)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT COUNT(*) FROM (");
    TRY(add_part(&b, w, q, i, ""));
    TRY(count_tail(&b, w, q));
    sql_lit(&b, ") counted");
    return one_number(w, &b, n);
}

/* Rows of several parts count once. */
static Rc count_union(Work *w, const ListQuery *q, int64_t *n)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT COUNT(*) FROM (");
    TRY(add_parts(&b, w, q, count_tail, " UNION "));
    sql_lit(&b, ") counted");
    return one_number(w, &b, n);
}

Rc list__parts_count(Work *w, ListQuery *q, int64_t *count)
{
    size_t filled = 0;
    *count = 0;
    for (size_t i = 0; i < q->nparts && *count <= q->count_most; i++) {
        int64_t n;
        TRY(count_part(w, q, i, &n));
        if (!q->parts[i].column) q->many_parties = n > COUNT_MAX;
        if (!n) continue;
        filled++;
        *count = n;
    }
    return filled > 1 && *count <= q->count_most ? count_union(w, q, count) : 0;
}

/* ---- Which way to read ----
 * A filter that leaves few rows is read along its own index, the scope asked of each row. So is one beside a
 * scope of many parts, in which a row of any kind soon is. Else each part is read along its index, the
 * filter asked of each row. PostgreSQL knows how many rows are where, and chooses in each part itself. */

static Rc filter_keeps_few(Work *w, const ListQuery *q, size_t i, bool *few)
{
    ListQuery one = *q;
    one.filters[0] = q->filters[i];
    one.nfilters = 1;
    one.nparts = 0;
    int64_t n;
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT COUNT(*) FROM (SELECT 1 FROM ");
    sql_ident(&b, q->info->table);
    sql_lit(&b, " t WHERE t.archived_at IS NULL");
    TRY(list__filters(&b, w, &one));
    sql_lit(&b, " LIMIT ");
    sql_arg(&b, db_val_i64(ROWS_FEW + 1));
    sql_lit(&b, ") counted");
    TRY(one_number(w, &b, &n));
    *few = n <= ROWS_FEW;
    return 0;
}

static Rc along_a_filter(Work *w, const ListQuery *q, bool *along)
{
    *along = false;
    for (size_t i = 0; i < q->nfilters && !*along && db_kind(w->db) == DB_SQLITE; i++) {
        if (!list__leads(q, &q->filters[i])) continue;
        *along = q->nparts > PARTS_FEW;
        if (!*along) TRY(filter_keeps_few(w, q, i, along));
    }
    return 0;
}

Rc list__split(Work *w, ListQuery *q)
{
    const Entity *e = q->info->e;
    bool along;
    q->nparts = 0;
    if (!q->paged || q->archived != LIVE || q->pattern.n || !schema_walks(e, list__column(q, q->sort)))
        return 0;
    q->parts = ARENA_ARRAY(w->ctx->arena, ScopePart, SCOPE_PARTS_MOST);
    size_t n = scope_parts(w, e, q->parts);
    if (args_of(q, q->parts, n) <= ARGS_ROOM) q->nparts = n;
    TRY(along_a_filter(w, q, &along));
    if (along) q->nparts = 0;
    return 0;
}
