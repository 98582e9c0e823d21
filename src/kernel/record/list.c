/* The rows of a list: the WHERE of its filters, keyset paging on (sort value, id), and the walk. Nulls stand
 * last in both directions. A page reads one row more than it shows, to know whether there is a next one. The
 * cursor holds the last row's sort value and id, so that rows that come or go between two pages neither shift
 * nor repeat others. */
#include "record/list_int.h"
#include "ogc/located.h"
#include "base/num.h"

static const char *const common_columns[] = {"id", "created_at", "updated_at"};

const char *list__column(const ListQuery *q, int field)
{
    return field < 0 ? common_columns[-field - 1] : q->info->e->fields[field].name;
}

static void column(SqlBuf *b, const ListQuery *q, int field)
{
    sql_lit(b, "t.");
    sql_ident(b, list__column(q, field));
}

/* ---- WHERE ---- */

/* A reference is compared by code, and by id when the text is a number. */
static Rc add_ref(SqlBuf *b, Work *w, const EntityInfo *target, Str key)
{
    int64_t id;
    sql_lit(b, "SELECT id FROM ");
    sql_ident(b, target->table);
    sql_lit(b, " WHERE (");
    if (target->code >= 0) {
        sql_ident(b, target->e->code_field);
        sql_lit(b, " = ");
        sql_arg(b, db_val_text(key));
    } else {
        sql_lit(b, "1 = 0");
    }
    if (num_parse_i64(key, &id)) {
        sql_lit(b, " OR id = ");
        sql_arg(b, db_val_i64(id));
    }
    sql_lit(b, ")");
    return ref_hides(w, target) ? scope_where(b, w, target->e, target->table) : 0;
}

static void add_ids(SqlBuf *b, const Filter *f)
{
    if (!f->nids) sql_lit(b, "NULL");
    for (size_t i = 0; i < f->nids; i++) {
        if (i) sql_lit(b, ", ");
        sql_arg(b, db_val_i64(f->ids[i]));
    }
}

static Rc add_set(SqlBuf *b, Work *w, const ListQuery *q, const Filter *f)
{
    if (f->ids) {
        add_ids(b, f);
        return 0;
    }
    const EntityInfo *target = f->field >= 0 ? q->info->target[f->field] : NULL;
    for (size_t i = 0; i < f->n; i++) {
        if (target) {
            if (i) sql_lit(b, " UNION ALL ");
            TRY(add_ref(b, w, target, f->values[i].s));
        } else {
            if (i) sql_lit(b, ", ");
            sql_arg(b, f->values[i]);
        }
    }
    return 0;
}

static void add_operator(SqlBuf *b, FilterOp op)
{
    switch (op) {
    case OP_GTE:
        sql_lit(b, " >= ");
        break;
    case OP_GT:
        sql_lit(b, " > ");
        break;
    case OP_LTE:
        sql_lit(b, " <= ");
        break;
    case OP_LT:
        sql_lit(b, " < ");
        break;
    case OP_EQ:
    case OP_NE:
    case OP_IN:
        sql_lit(b, " = ");
        break;
    }
}

bool list__leads(const ListQuery *q, const Filter *f)
{
    return f->n && (f->op == OP_EQ || f->op == OP_IN) &&
           schema_leads_wide(q->info->e, list__column(q, f->field));
}

static bool is_ref(const ListQuery *q, const Filter *f)
{
    return f->field >= 0 && q->info->target[f->field];
}

static Rc add_filter(SqlBuf *b, Work *w, const ListQuery *q, const Filter *f)
{
    sql_lit(b, " AND (");
    /* Read along the index of a part of the scope: a sign hides the column from SQLite's choice. */
    if (q->nparts && b->kind == DB_SQLITE && list__leads(q, f)) sql_lit(b, "+");
    column(b, q, f->field);
    if (!f->n) {
        if (f->op == OP_NE) sql_lit(b, " IS NOT NULL)");
        else sql_lit(b, " IS NULL)");
        return 0;
    }
    if (f->op == OP_EQ || f->op == OP_IN || f->op == OP_NE) {
        bool one = f->op != OP_NE && (f->ids ? f->nids == 1 : f->n == 1 && !is_ref(q, f));
        if (f->op == OP_NE) sql_lit(b, " NOT");
        if (one) sql_lit(b, " = (");
        else sql_lit(b, " IN (");
        TRY(add_set(b, w, q, f));
        sql_lit(b, ")");
    } else {
        add_operator(b, f->op);
        sql_arg(b, f->values[0]);
    }
    if (f->op == OP_NE) {
        sql_lit(b, " OR ");
        column(b, q, f->field);
        sql_lit(b, " IS NULL");
    }
    sql_lit(b, ")");
    return 0;
}

Rc list__filters(SqlBuf *b, Work *w, const ListQuery *q)
{
    for (size_t i = 0; i < q->nfilters; i++) TRY(add_filter(b, w, q, &q->filters[i]));
    return q->boxed ? located_where(b, w, q->info, q->box) : 0;
}

/* The records that a filter's keys name, if few: one value of a column is found in the order of the page,
 * the rows of a subquery are not. */
static Rc find_ids(Work *w, const ListQuery *q, Filter *f)
{
    DbCursor *c;
    SqlBuf b;
    Rc rc;
    sql_init(&b, w->ctx, w->db);
    TRY(add_set(&b, w, q, f));
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, IDS_MOST);
    size_t n = 0;
    TRY(sql_query(w->ctx, w->db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < IDS_MOST) ids[n++] = db_i64(c, 0);
    db_close(&c);
    if (rc == 0 && n <= 2 * f->n) { /* what nargs counts on */
        f->ids = ids;
        f->nids = n;
    }
    return rc < 0 ? rc : 0;
}

static Rc find_refs(Work *w, ListQuery *q)
{
    for (size_t i = 0; i < q->nfilters; i++) {
        Filter *f = &q->filters[i];
        bool values = f->op == OP_EQ || f->op == OP_IN;
        if (values && f->n && !f->ids && is_ref(q, f)) TRY(find_ids(w, q, f));
    }
    return 0;
}

static void add_search(SqlBuf *b, const ListQuery *q)
{
    bool first = true;
    sql_lit(b, " AND (");
    for (size_t i = 0; i < q->info->e->nfields; i++) {
        if (!(q->info->e->fields[i].flags & F_SEARCH)) continue;
        if (!first) sql_lit(b, " OR ");
        first = false;
        sql_lit(b, "LOWER(");
        column(b, q, (int)i);
        sql_lit(b, ") LIKE ");
        sql_arg(b, db_val_text(q->pattern));
        sql_lit(b, " ESCAPE '\\'");
    }
    if (first) sql_lit(b, "1 = 0");
    sql_lit(b, ")");
}

/* A filter by a wide index finds the rows without SQLite's gathering them from the scope's side. */
static bool is_narrowed(const ListQuery *q)
{
    for (size_t i = 0; i < q->nfilters && q->archived == LIVE; i++)
        if (list__leads(q, &q->filters[i])) return true;
    return false;
}

static Rc add_where(SqlBuf *b, Work *w, const ListQuery *q)
{
    switch (q->archived) {
    case LIVE:
        sql_lit(b, " WHERE t.archived_at IS NULL");
        break;
    case ARCHIVED:
        sql_lit(b, " WHERE t.archived_at IS NOT NULL");
        break;
    case BOTH:
        sql_lit(b, " WHERE 1 = 1");
        break;
    }
    TRY(list__filters(b, w, q));
    if (q->pattern.n) add_search(b, q);
    bool walk = q->many || is_narrowed(q);
    return walk ? scope_where_walk(b, w, q->info->e, "t") : scope_where(b, w, q->info->e, "t");
}

/* ---- Order and page ---- */

static bool sorts_by_id(const ListQuery *q)
{
    return q->sort == COMMON_ID;
}

/* Where no value is missing, PostgreSQL walks the index that it would not take for "nulls last". */
static bool may_be_null(const ListQuery *q)
{
    const Entity *e = q->info->e;
    if (q->sort < 0) return false;
    bool numbered = q->sort == q->info->code && (e->fields[q->sort].flags & F_READONLY);
    return !numbered && !(e->fields[q->sort].flags & F_REQUIRED);
}

static void add_after(SqlBuf *b, const ListQuery *q)
{
    if (q->desc) sql_lit(b, " <");
    else sql_lit(b, " >");
}

/* Rows after the cursor in the order (value, id), nulls last. */
void list__keyset(SqlBuf *b, const ListQuery *q)
{
    bool null = q->after_value.type == DB_NULL, by_id = sorts_by_id(q);
    if (!by_id && !null && !may_be_null(q)) { /* where an index begins; of what follows none is seen */
        sql_lit(b, " AND ");
        column(b, q, q->sort);
        add_after(b, q);
        sql_lit(b, "= ");
        sql_arg(b, q->after_value);
    }
    sql_lit(b, " AND (");
    if (!by_id && !null) {
        column(b, q, q->sort);
        add_after(b, q);
        sql_arg(b, q->after_value);
        sql_lit(b, " OR ");
        column(b, q, q->sort);
        sql_lit(b, " IS NULL OR (");
        column(b, q, q->sort);
        sql_lit(b, " = ");
        sql_arg(b, q->after_value);
        sql_lit(b, " AND ");
    } else if (!by_id) {
        sql_lit(b, "(");
        column(b, q, q->sort);
        sql_lit(b, " IS NULL AND ");
    }
    sql_lit(b, "t.id");
    add_after(b, q);
    sql_arg(b, db_val_i64(q->after_id));
    if (!by_id) sql_lit(b, ")");
    sql_lit(b, ")");
}

static void add_direction(SqlBuf *b, bool desc)
{
    if (desc) sql_lit(b, " DESC");
    else sql_lit(b, " ASC");
}

void list__order(SqlBuf *b, const ListQuery *q)
{
    sql_lit(b, " ORDER BY ");
    if (!sorts_by_id(q)) {
        column(b, q, q->sort);
        add_direction(b, q->desc);
        if (may_be_null(q)) sql_lit(b, " NULLS LAST");
        sql_lit(b, ", ");
    }
    sql_lit(b, "t.id");
    add_direction(b, q->desc);
}

/* ---- The walk ---- */

struct ListRows {
    Work *w;
    const ListQuery *q;
    DbCursor *c;
    Record *rec;
    size_t *ref_col; /* per field */
    int64_t given;
    const char *more;
};

static void place_refs(ListRows *rows, const EntityInfo *info)
{
    size_t col = SELECT_COMMON + info->e->nfields;
    for (size_t i = 0; i < info->e->nfields; i++) {
        if (!info->target[i]) continue;
        rows->ref_col[i] = col;
        col += 2;
    }
}

/* A page is found by its ids first, which an index may hold alone; the rows and what they refer to are read
 * for those only. */
static Rc add_page(SqlBuf *b, Work *w, const ListQuery *q)
{
    if (q->nparts) {
        sql_lit(b, " WHERE t.id IN (");
        TRY(list__parts_page(b, w, q));
        sql_lit(b, ")");
        return 0;
    }
    sql_lit(b, " WHERE t.id IN (SELECT t.id FROM ");
    sql_ident(b, q->info->table);
    sql_lit(b, " t");
    TRY(add_where(b, w, q));
    if (q->after) list__keyset(b, q);
    list__order(b, q);
    sql_lit(b, " LIMIT ");
    sql_arg(b, db_val_i64(q->limit + 1));
    sql_lit(b, ")");
    return 0;
}

Rc list_open(Work *w, const ListQuery *q, ListRows **out)
{
    ListRows *rows = ARENA_NEW(w->ctx->arena, ListRows);
    *rows = (ListRows){.w = w, .q = q, .rec = rec_new(w->ctx, q->info->e)};
    rows->ref_col = ARENA_ARRAY(w->ctx->arena, size_t, q->info->e->nfields);
    place_refs(rows, q->info);
    Db *db;
    TRY(work__db(w, &db));
    SqlBuf b;
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT ");
    select_columns(&b, q->info, true);
    TRY(select_from(&b, w, q->info, true));
    if (q->paged) TRY(add_page(&b, w, q));
    else TRY(add_where(&b, w, q));
    list__order(&b, q);
    TRY(sql_query(w->ctx, db, &b, &rows->c));
    *out = rows;
    return 0;
}

static DbVal sort_value(const ListQuery *q, const Record *rec)
{
    switch (q->sort) {
    case COMMON_ID:
        return db_val_i64(rec->id);
    case COMMON_CREATED:
        return db_val_i64(rec->created_at);
    case COMMON_UPDATED:
        return db_val_i64(rec->updated_at);
    default:
        return rec->v[q->sort];
    }
}

Rc list_next(ListRows *rows)
{
    const ListQuery *q = rows->q;
    if (!rows->c) return 0;
    bool full = q->paged && rows->given == q->limit;
    /* The last row shown is remembered before the cursor moves past it. */
    const char *cursor =
        full ? list__cursor_print(rows->w->ctx, q, sort_value(q, rows->rec), rows->rec->id) : NULL;
    Rc rc = db_next(rows->w->ctx, rows->c);
    if (rc > 0 && !full) {
        record_read(rows->c, q->info, NULL, rows->rec);
        rows->given++;
        return 1;
    }
    if (rc > 0) rows->more = cursor;
    db_close(&rows->c);
    return rc < 0 ? rc : 0;
}

const Record *list_record(const ListRows *rows)
{
    return rows->rec;
}

RefName list_ref(const ListRows *rows, size_t field)
{
    RefName name = {STR_NONE, STR_NONE};
    const EntityInfo *target = rows->q->info->target[field];
    if (!target || rows->rec->v[field].type == DB_NULL) return name;
    size_t col = rows->ref_col[field];
    if (db_is_null(rows->c, col)) return name; /* outside the reader's scope */
    name.code = target->code < 0 ? str_printf(rows->w->ctx->arena, "%lld", (long long)rows->rec->v[field].i)
                                 : db_str(rows->c, col);
    name.title = target->title < 0 ? name.code : db_str(rows->c, col + 1);
    return name;
}

const char *list_more(const ListRows *rows)
{
    return rows->more;
}

void list_close(ListRows **rows)
{
    if (*rows && (*rows)->c) db_close(&(*rows)->c);
    *rows = NULL;
}

/* most 0: all of them. */
static Rc count_whole(Work *w, const ListQuery *q, int64_t most, int64_t *count)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT COUNT(*) FROM (SELECT 1 FROM ");
    sql_ident(&b, q->info->table);
    sql_lit(&b, " t");
    TRY(add_where(&b, w, q));
    if (most) {
        sql_lit(&b, " LIMIT ");
        sql_arg(&b, db_val_i64(most));
    }
    sql_lit(&b, ") counted");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    *count = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    return rc < 0 ? rc : 0;
}

Rc list_count(Work *w, ListQuery *q, int64_t *count, bool *exact)
{
    Db *db;
    TRY(work__db(w, &db));
    TRY(find_refs(w, q));
    TRY(list__split(w, q));
    TRY(q->nparts ? list__parts_count(w, q, count) : count_whole(w, q, q->count_most + 1, count));
    *exact = *count <= q->count_most;
    if (!*exact) *count = q->count_most;
    q->many = !*exact || *count > COUNT_MAX;
    return 0;
}

Rc list_count_to(Work *w, ListQuery *q, int64_t most, int64_t *count, bool *exact)
{
    q->count_most = most;
    Rc rc = list_count(w, q, count, exact);
    q->count_most = COUNT_MAX;
    return rc;
}

/* Is there an index in the order of the query? */
static bool is_ordered(const ListQuery *q)
{
    if (sorts_by_id(q)) return true;
    if (q->sort < 0 || may_be_null(q)) return false;
    if (q->info->e->fields[q->sort].flags & F_UNIQUE) return q->archived == LIVE;
    return q->info->e->fields[q->sort].flags & F_INDEX;
}

Rc list_pages(Work *w, ListQuery *q, bool *paged)
{
    int64_t count;
    bool exact;
    *paged = is_ordered(q);
    if (!*paged) return 0;
    q->paged = true;
    q->limit = LIMIT_MAX;
    return list_count(w, q, &count, &exact);
}

Rc list_figure(Work *w, const Entity *e, Str query, int64_t *count)
{
    Db *db;
    ListQuery *q;
    TRY(list_parse_text(w, e, query, &q));
    TRY(work__db(w, &db));
    TRY(find_refs(w, q));
    return count_whole(w, q, 0, count);
}
