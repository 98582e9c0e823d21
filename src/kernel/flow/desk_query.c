/* What stands on a desk, asked of the database. One statement for each kind of matter, because each has its
 * own row scope; every one is a walk along an index in the order of the page, so it costs what the page
 * costs, not what the archive weighs. The few pages are then merged. */
#include "flow/desk_int.h"
#include <stdlib.h>

const char *const desk_boxes[BOXES] = {[BOX_TODO] = "todo",
                                       [BOX_SUPERVISED] = "supervised",
                                       [BOX_OVERDUE] = "overdue",
                                       [BOX_DONE] = "done",
                                       [BOX_OPEN] = "open"};

/* ---- Conditions ---- */

static bool may_act(const Work *w, const EntityInfo *info, const FlowState *s)
{
    for (size_t i = 0; i < info->nactions; i++) {
        const EntityAction *act = &info->actions[i];
        if (!act->move || (act->flags & FLOW_PROGRAM) || !perm_has(w->who, act->a.perm)) continue;
        if (move_leaves(act->move, str_of(s->name))) return true;
    }
    return false;
}

/* The states out of which the caller may do something. */
static void add_states(SqlBuf *b, const Work *w, const EntityInfo *info)
{
    const Flow *f = info->e->flow;
    sql_lit(b, " AND m.state IN (NULL");
    for (size_t i = 0; i < f->nstates; i++) {
        if (!may_act(w, info, &f->states[i])) continue;
        sql_lit(b, ", ");
        sql_arg(b, db_val_z(f->states[i].name));
    }
    sql_lit(b, ")");
}

static void add_open(SqlBuf *b)
{
    sql_lit(b, " AND m.closed_at IS NULL");
}

/* What waits for one person is on his desk alone. */
static void add_person(SqlBuf *b, const Work *w, const EntityInfo *info)
{
    const Flow *f = info->e->flow;
    bool any = false;
    for (size_t i = 0; i < f->nstates; i++) any = any || f->states[i].person;
    if (!any) return;
    sql_lit(b, " AND (m.turn_person IS NULL OR m.turn_person = ");
    sql_arg(b, db_val_i64(w->who && !w->who->is_token ? w->who->user_id : 0));
    sql_lit(b, ")");
}

static void add_box(SqlBuf *b, const Work *w, const EntityInfo *info, const DeskQuery *q)
{
    if (q->box != BOX_DONE) add_open(b);
    switch (q->box) {
    case BOX_TODO:
        sql_lit(b, " AND m.turn = ");
        sql_arg(b, db_val_i64(w->who ? scope_of(w->who)->body : 0));
        add_person(b, w, info);
        add_states(b, w, info);
        break;
    case BOX_SUPERVISED:
        sql_lit(b, " AND m.chase > 1");
        break;
    case BOX_OVERDUE:
        sql_lit(b, " AND m.due_key < ");
        sql_arg(b, db_val_i64(w->now));
        break;
    case BOX_DONE:
        sql_lit(b, " AND a.user_id = ");
        sql_arg(b, db_val_i64(w->who && !w->who->is_token ? w->who->user_id : 0));
        break;
    case BOX_OPEN:
    case BOXES:
        break;
    }
}

static void add_filters(SqlBuf *b, const DeskQuery *q)
{
    if (q->grade) {
        sql_lit(b, " AND m.grade = ");
        sql_arg(b, db_val_i64(q->grade));
    }
    if (!q->match.n) return;
    if (b->kind == DB_SQLITE)
        sql_lit(b, " AND m.id IN (SELECT rowid FROM search_terms WHERE search_terms MATCH ");
    else sql_lit(b, " AND m.id IN (SELECT id FROM search WHERE terms @@ CAST(");
    sql_arg(b, db_val_text(q->match));
    if (b->kind == DB_SQLITE) sql_lit(b, ")");
    else sql_lit(b, " AS tsquery))");
}

static void add_key(SqlBuf *b, const DeskQuery *q)
{
    if (!q->by_change) sql_lit(b, "m.due_key");
    else if (q->box == BOX_DONE) sql_lit(b, "a.t");
    else sql_lit(b, "m.changed_at");
}

static bool sees_all(const Work *w, const EntityInfo *info)
{
    if (!w->who || info->e->scope.kind == SCOPE_OPEN) return true;
    return scope_is_whole(scope_of(w->who)) && info->e->scope.kind != SCOPE_SELF;
}

/* The index of matters mirrors what most scopes ask for. Where it does not, the record's own row is joined:
 * found first for whoever reaches no further than his body and so sees few rows of very many; for everybody
 * else along the index of matters in the order of the page. */
static void add_tables(SqlBuf *b, const Work *w, const EntityInfo *info, const DeskQuery *q, bool joined)
{
    bool few = joined && scope_of(w->who)->reach == REACH_BODY && q->box != BOX_TODO && q->box != BOX_DONE;
    sql_lit(b, " FROM ");
    if (!few) sql_lit(b, "matters m");
    if (q->box == BOX_DONE) sql_lit(b, " JOIN matter_acts a ON a.matter = m.id");
    if (joined && !few) sql_lit(b, " JOIN ");
    if (joined) {
        sql_ident(b, info->table);
        sql_lit(b, " t");
    }
    if (joined && !few) sql_lit(b, " ON t.id = m.id");
    if (few) sql_lit(b, " CROSS JOIN matters m");
    sql_lit(b, " WHERE ");
    if (few) sql_lit(b, "m.id = t.id AND ");
}

static Rc add_from(SqlBuf *b, Work *w, const EntityInfo *info, const DeskQuery *q)
{
    bool whole = sees_all(w, info), joined = !whole && !scope_is_mirrored(info->e);
    add_tables(b, w, info, q, joined);
    sql_lit(b, "m.entity = ");
    sql_arg(b, db_val_z(info->e->plural));
    sql_lit(b, " AND m.archived_at IS NULL");
    add_box(b, w, info, q);
    add_filters(b, q);
    if (whole) return 0;
    return joined ? scope_where(b, w, info->e, "t") : scope_where_mirror(b, w, info->e, "m");
}

static void add_after(SqlBuf *b, const DeskQuery *q)
{
    if (!q->after) return;
    sql_lit(b, " AND (");
    add_key(b, q);
    if (q->by_change) sql_lit(b, ", m.id) < (");
    else sql_lit(b, ", m.id) > (");
    sql_arg(b, db_val_i64(q->after_key));
    sql_lit(b, ", ");
    sql_arg(b, db_val_i64(q->after_id));
    sql_lit(b, ")");
}

static void add_order(SqlBuf *b, const DeskQuery *q)
{
    sql_lit(b, " ORDER BY ");
    add_key(b, q);
    if (q->by_change) sql_lit(b, " DESC, m.id DESC LIMIT ");
    else sql_lit(b, ", m.id LIMIT ");
    sql_arg(b, db_val_i64(q->limit + 1));
}

/* ---- Rows ---- */

static void read_row(Ctx *ctx, const DbCursor *c, const EntityInfo *info, DeskRow *r)
{
    *r = (DeskRow){.info = info,
                   .id = db_i64(c, 0),
                   .key = db_i64(c, 1),
                   .code = db_str_copy(ctx, c, 2),
                   .title = db_str_copy(ctx, c, 3),
                   .state = db_str_copy(ctx, c, 4),
                   .grade = db_i64(c, 5),
                   .district = db_i64(c, 6),
                   .owner = db_i64(c, 7),
                   .turn = db_i64(c, 8),
                   .due_at = db_time(c, 9),
                   .clock = db_str_copy(ctx, c, 10),
                   .chase = db_i64(c, 11),
                   .opened_at = db_i64(c, 12),
                   .changed_at = db_i64(c, 13),
                   .closed_at = db_time(c, 14)};
}

static Rc rows_of(Work *w, const EntityInfo *info, const DeskQuery *q, DeskRow *rows, size_t *n)
{
    Db *db;
    DbCursor *c;
    SqlBuf b;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT m.id, ");
    add_key(&b, q);
    sql_lit(&b,
            ", m.code, m.title, m.state, m.grade, m.district, m.owner, m.turn, m.due_at, m.clock, m.chase, "
            "m.opened_at, m.changed_at, m.closed_at");
    TRY(add_from(&b, w, info, q));
    add_after(&b, q);
    add_order(&b, q);
    TRY(sql_query(w->ctx, db, &b, &c));
    Rc rc;
    while ((rc = db_next(w->ctx, c)) > 0) read_row(w->ctx, c, info, &rows[(*n)++]);
    db_close(&c);
    return rc;
}

static bool on_desk(const Work *w, const EntityInfo *info, const DeskQuery *q)
{
    if (!info->e->flow || q->nothing || (q->only && q->only != info)) return false;
    return perm_has(w->who, info->e->read_perm);
}

static int compare(const DeskRow *x, const DeskRow *y)
{
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}
static int first_due(const void *a, const void *b)
{
    return compare(a, b);
}
static int last_changed(const void *a, const void *b)
{
    return compare(b, a);
}

Rc desk_rows(Work *w, const DeskQuery *q, DeskRow **rows, size_t *n)
{
    const Decl *d = w->kernel->decl;
    size_t kinds = 0;
    for (size_t i = 0; i < d->nentities; i++) kinds += on_desk(w, &d->entities[i], q);
    *rows = ARENA_ARRAY(w->ctx->arena, DeskRow, kinds * (size_t)(q->limit + 1) + 1);
    *n = 0;
    for (size_t i = 0; i < d->nentities; i++)
        if (on_desk(w, &d->entities[i], q)) TRY(rows_of(w, &d->entities[i], q, *rows, n));
    qsort(*rows, *n, sizeof **rows, q->by_change ? last_changed : first_due);
    if (*n > (size_t)q->limit + 1) *n = (size_t)q->limit + 1;
    return 0;
}

/* ---- Counts ---- */

static Rc count_of(Work *w, const EntityInfo *info, const DeskQuery *q, int64_t most, int64_t *count)
{
    Db *db;
    DbCursor *c;
    SqlBuf b;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT COUNT(*) FROM (SELECT 1");
    TRY(add_from(&b, w, info, q));
    sql_lit(&b, " LIMIT ");
    sql_arg(&b, db_val_i64(most));
    sql_lit(&b, ") counted");
    TRY(sql_query(w->ctx, db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    *count += rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    return rc < 0 ? rc : 0;
}

Rc desk_count(Work *w, const DeskQuery *q, int64_t *count, bool *exact)
{
    enum { COUNTED_MOST = 10000 };
    const Decl *d = w->kernel->decl;
    *count = 0;
    for (size_t i = 0; i < d->nentities && *count <= COUNTED_MOST; i++)
        if (on_desk(w, &d->entities[i], q))
            TRY(count_of(w, &d->entities[i], q, COUNTED_MOST + 1 - *count, count));
    *exact = *count <= COUNTED_MOST;
    if (!*exact) *count = COUNTED_MOST;
    return 0;
}
