/* The SELECT of a record, the same for lists, exports and single reads, and what references are called. All
 * column names come from declarations that check.c has seen. */
#include "base/num.h"
#include "flow/flow_int.h"

static void column(SqlBuf *b, const char *table, const char *name)
{
    sql_ident(b, table);
    sql_lit(b, ".");
    sql_ident(b, name);
}

static const char *alias_of(SqlBuf *b, size_t field)
{
    return arena_printf(b->text.arena, "r%zu", field);
}

static const char *field_name(const EntityInfo *info, ptrdiff_t field)
{
    return field < 0 ? "id" : info->e->fields[field].name;
}

void select_columns(SqlBuf *b, const EntityInfo *info, bool refs)
{
    const Entity *e = info->e;
    sql_lit(b, "t.id, t.version, t.created_at, t.updated_at, t.archived_at");
    for (size_t i = 0; i < e->nfields; i++) {
        sql_lit(b, ", ");
        column(b, "t", e->fields[i].name);
    }
    for (size_t i = 0; refs && i < e->nfields; i++) {
        const EntityInfo *target = info->target[i];
        if (!target) continue;
        sql_lit(b, ", ");
        column(b, alias_of(b, i), field_name(target, target->code));
        sql_lit(b, ", ");
        column(b, alias_of(b, i), field_name(target, target->title));
    }
}

bool ref_hides(const Work *w, const EntityInfo *target)
{
    return !target->e->scope.named && scope_adds(w, target->e);
}

Rc select_from(SqlBuf *b, Work *w, const EntityInfo *info, bool refs)
{
    sql_lit(b, " FROM ");
    sql_ident(b, info->table);
    sql_lit(b, " t");
    for (size_t i = 0; refs && i < info->e->nfields; i++) {
        const EntityInfo *target = info->target[i];
        if (!target) continue;
        const char *alias = alias_of(b, i);
        sql_lit(b, " LEFT JOIN ");
        sql_ident(b, target->table);
        sql_lit(b, " ");
        sql_ident(b, alias);
        sql_lit(b, " ON ");
        column(b, alias, "id");
        sql_lit(b, " = ");
        column(b, "t", info->e->fields[i].name);
        if (ref_hides(w, target)) TRY(scope_where(b, w, target->e, alias));
    }
    return 0;
}

static DbVal read_value(const DbCursor *c, size_t col, const Field *f, Arena *copy_to)
{
    if (db_is_null(c, col)) return db_val_null();
    switch (f->type) {
    case F_REAL:
        return db_val_f64(db_f64(c, col));
    case F_BOOL:
        return db_val_bool(db_bool(c, col));
    case F_INT:
    case F_TIME:
    case F_REF:
        return db_val_i64(db_i64(c, col));
    case F_TEXT:
    case F_ENUM:
    case F_JSON:
        break;
    }
    Str s = db_str(c, col);
    if (copy_to) s = str_copy(copy_to, s);
    return f->type == F_JSON ? db_val_json(s) : db_val_text(s);
}

void record_read(const DbCursor *c, const EntityInfo *info, Arena *copy_to, Record *rec)
{
    rec->id = db_i64(c, 0);
    rec->version = db_i64(c, 1);
    rec->created_at = db_i64(c, 2);
    rec->updated_at = db_i64(c, 3);
    rec->archived_at = db_time(c, 4);
    for (size_t i = 0; i < info->e->nfields; i++)
        rec->v[i] = read_value(c, SELECT_COMMON + i, &info->e->fields[i], copy_to);
}

static Rc find_by(Work *w, Db *db, const EntityInfo *target, const char *name, DbVal key, int64_t *id)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT t.id FROM ");
    sql_ident(&b, target->table);
    sql_lit(&b, " t WHERE t.archived_at IS NULL AND ");
    column(&b, "t", name);
    sql_lit(&b, " = ");
    sql_arg(&b, key);
    if (ref_hides(w, target)) TRY(scope_where(&b, w, target->e, "t"));
    TRY(sql_query(w->ctx, db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc > 0) *id = db_i64(c, 0);
    db_close(&c);
    return rc;
}

/* A code goes before an id, so that codes made of digits (districts) work. */
Rc ref_find(Work *w, const EntityInfo *target, Str key, int64_t *id)
{
    Db *db;
    TRY(work__db(w, &db));
    if (target->code >= 0) {
        Rc rc = find_by(w, db, target, target->e->code_field, db_val_text(key), id);
        if (rc) return rc;
    }
    int64_t n;
    if (!num_parse_i64(key, &n)) return 0;
    return find_by(w, db, target, "id", db_val_i64(n), id);
}

Rc ref_name(Work *w, const EntityInfo *target, int64_t id, RefName *out)
{
    *out = (RefName){STR_NONE, STR_NONE};
    Db *db;
    TRY(work__db(w, &db));
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT ");
    column(&b, "t", field_name(target, target->code));
    sql_lit(&b, ", ");
    column(&b, "t", field_name(target, target->title));
    TRY(select_from(&b, w, target, false));
    sql_lit(&b, " WHERE t.id = ");
    sql_arg(&b, db_val_i64(id));
    if (ref_hides(w, target)) TRY(scope_where(&b, w, target->e, "t"));
    TRY(sql_query(w->ctx, db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc > 0) {
        out->code =
            target->code < 0 ? str_printf(w->ctx->arena, "%lld", (long long)id) : db_str_copy(w->ctx, c, 0);
        out->title = target->title < 0 ? out->code : db_str_copy(w->ctx, c, 1);
    }
    db_close(&c);
    return rc;
}

/* ---- Many at once ---- */

typedef struct Named {
    const EntityInfo *target;
    const int64_t *ids;
    size_t n;
    RefName *out;
} Named;

static size_t place_of(const int64_t *ids, size_t n, int64_t id)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ids[mid] < id) low = mid + 1;
        else high = mid;
    }
    return low;
}

static Rc read_names(void *ud, Work *w, const int64_t *ids, size_t n)
{
    Named *to = ud;
    Db *db;
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT t.id, ");
    column(&b, "t", field_name(to->target, to->target->code));
    sql_lit(&b, ", ");
    column(&b, "t", field_name(to->target, to->target->title));
    TRY(select_from(&b, w, to->target, false));
    sql_lit(&b, " WHERE t.id");
    sql_ids(&b, ids, n);
    if (ref_hides(w, to->target)) TRY(scope_where(&b, w, to->target->e, "t"));
    TRY(sql_query(w->ctx, db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        int64_t id = db_i64(c, 0);
        RefName *name = &to->out[place_of(to->ids, to->n, id)];
        name->code = to->target->code < 0 ? str_printf(w->ctx->arena, "%lld", (long long)id)
                                          : db_str_copy(w->ctx, c, 1);
        name->title = to->target->title < 0 ? name->code : db_str_copy(w->ctx, c, 2);
    }
    db_close(&c);
    return rc;
}

Rc ref_names(Work *w, const EntityInfo *target, const int64_t *ids, size_t n, RefName *out)
{
    Named to = {.target = target, .ids = ids, .n = n, .out = out};
    for (size_t i = 0; i < n; i++) out[i] = (RefName){STR_NONE, STR_NONE};
    return ids_in_pieces(w, ids, n, read_names, &to);
}

typedef struct Wanted {
    const EntityInfo *info;
    const int64_t *ids;
    size_t n;
    Record **out;
} Wanted;

static Rc read_records(void *ud, Work *w, const int64_t *ids, size_t n)
{
    Wanted *to = ud;
    Db *db;
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT ");
    select_columns(&b, to->info, false);
    TRY(select_from(&b, w, to->info, false));
    sql_lit(&b, " WHERE t.id");
    sql_ids(&b, ids, n);
    TRY(sql_query(w->ctx, db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        Record *rec = rec_new(w->ctx, to->info->e);
        record_read(c, to->info, w->ctx->arena, rec);
        to->out[place_of(to->ids, to->n, rec->id)] = rec;
    }
    db_close(&c);
    return rc;
}

Rc records_read(Work *w, const EntityInfo *info, const int64_t *ids, size_t n, Record **out)
{
    Wanted to = {.info = info, .ids = ids, .n = n, .out = out};
    for (size_t i = 0; i < n; i++) out[i] = NULL;
    return ids_in_pieces(w, ids, n, read_records, &to);
}
