/* The store: the one path on which records are found, written and archived, for HTTP, imports, the command
 * line and slices. A write is checked here whoever asks for it, runs the entity's hooks, and leaves a ledger
 * entry and an outbox event in the same transaction. Records are archived, never deleted. */
#include "base/id.h"
#include "base/num.h"
#include "flow/flow_int.h"
#include "record/place.h"
#include "search/search.h"

const EntityInfo *entity_info(Kernel *k, const Entity *e)
{
    const EntityInfo *info = decl_entity(k->decl, str_of(e->plural));
    ENSURE(info && info->e == e);
    return info;
}

/* ---- Reading ---- */

static Rc read_one(Work *w, const EntityInfo *info, const char *column, DbVal key, bool live, Record **out)
{
    Db *db;
    TRY(work__db(w, &db));
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT ");
    select_columns(&b, info, false);
    TRY(select_from(&b, w, info, false));
    sql_lit(&b, " WHERE t.");
    sql_ident(&b, column);
    sql_lit(&b, " = ");
    sql_arg(&b, key);
    if (live) sql_lit(&b, " AND t.archived_at IS NULL");
    TRY(sql_query(w->ctx, db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc > 0) {
        *out = rec_new(w->ctx, info->e);
        record_read(c, info, w->ctx->arena, *out);
    }
    db_close(&c);
    return rc;
}

static Rc by_code(Work *w, const EntityInfo *info, Str code, Record **out)
{
    if (!code.n || !str_utf8_ok(code) || memchr(code.p, 0, code.n)) return 0;
    return read_one(w, info, info->e->code_field, db_val_text(code), true, out);
}

Rc store_find(Work *w, const Entity *e, Str key, Record **out)
{
    const EntityInfo *info = entity_info(w->kernel, e);
    *out = NULL;
    if (str_starts(key, STR("code:")) && info->code >= 0)
        return by_code(w, info, str_n(key.p + 5, key.n - 5), out);
    int64_t id;
    Rc rc = num_parse_i64(key, &id) ? read_one(w, info, "id", db_val_i64(id), false, out) : 0;
    /* A bare code is understood too; an id goes before a code of digits only. */
    return rc || info->code < 0 ? rc : by_code(w, info, key, out);
}

Rc store_get(Work *w, const Entity *e, int64_t id, Record **out)
{
    *out = NULL;
    Rc rc = read_one(w, entity_info(w->kernel, e), "id", db_val_i64(id), false, out);
    if (rc) return rc < 0 ? rc : 0;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                text_in(e->title, w->ctx->lang));
}

typedef struct Walk {
    const EntityInfo *info;
    DbCursor *c;
    Rc (*fn)(void *, const Record *);
    void *ud;
} Walk;

static Rc walk_rows(Work *w, const Walk *walk)
{
    Record *rec = rec_new(w->ctx, walk->info->e);
    Rc rc;
    while ((rc = db_next(w->ctx, walk->c)) > 0) {
        record_read(walk->c, walk->info, NULL, rec);
        rc = walk->fn(walk->ud, rec);
        if (rc < 0) break;
    }
    return rc < 0 ? rc : 0;
}

Rc store_each(Work *w, const Entity *e, const char *where_field, DbVal value,
              Rc (*fn)(void *ud, const Record *rec), void *ud)
{
    Walk walk = {.info = entity_info(w->kernel, e), .fn = fn, .ud = ud};
    Db *db;
    TRY(work__db(w, &db));
    SqlBuf b;
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT ");
    select_columns(&b, walk.info, false);
    TRY(select_from(&b, w, walk.info, false));
    sql_lit(&b, " WHERE t.archived_at IS NULL");
    if (where_field) {
        sql_lit(&b, " AND t.");
        sql_ident(&b, e->fields[entity_field(e, where_field)].name);
        sql_lit(&b, " = ");
        sql_arg(&b, value);
    }
    sql_lit(&b, " ORDER BY t.id");
    TRY(sql_query(w->ctx, db, &b, &walk.c));
    Rc rc = walk_rows(w, &walk);
    db_close(&walk.c);
    return rc;
}

/* ---- Checks of a whole record ---- */

static bool is_empty(const Field *f, DbVal v)
{
    return v.type == DB_NULL || (v.s.n == 0 && (f->type == F_TEXT || f->type == F_ENUM));
}

static void check_values(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    for (size_t i = 0; i < e->nfields; i++) {
        const Field *f = &e->fields[i];
        if (old && field_equal(f, old->v[i], rec->v[i])) continue;
        if (is_empty(f, rec->v[i])) {
            if (f->flags & F_REQUIRED)
                FAIL_FIELD(w->ctx, f->name, "required", 0, "%s不能为空", "%s is required",
                           text_in(f->label, w->ctx->lang));
            continue;
        }
        field_check(w, f, rec->v[i], 0);
    }
}

static Rc taken(Work *w, const EntityInfo *info, const Field *f, DbVal v, int64_t except)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id FROM ");
    sql_ident(&b, info->table);
    sql_lit(&b, " WHERE archived_at IS NULL AND ");
    sql_ident(&b, f->name);
    sql_lit(&b, " = ");
    sql_arg(&b, v);
    sql_lit(&b, " AND id <> ");
    sql_arg(&b, db_val_i64(except));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    db_close(&c);
    return rc;
}

/* Duplicates are found by a query, not by the index's refusal: PostgreSQL gives up the transaction at the
 * first error, and a person wants to know the field. */
static Rc check_unique(Work *w, const EntityInfo *info, const Record *old, const Record *rec)
{
    const Entity *e = info->e;
    for (size_t i = 0; i < e->nfields; i++) {
        const Field *f = &e->fields[i];
        if (!(f->flags & F_UNIQUE) || rec->v[i].type == DB_NULL) continue;
        if (old && field_equal(f, old->v[i], rec->v[i])) continue;
        Rc rc = taken(w, info, f, rec->v[i], rec->id);
        if (rc < 0) return rc;
        if (!rc) continue;
        const char *label = text_in(f->label, w->ctx->lang);
        FAIL(w->ctx, RC_CONFLICT, "record.duplicate", "%s重复", "%s is a duplicate", label);
        FAIL_FIELD(w->ctx, f->name, "duplicate", 0, "%s“%.*s”已存在", "%s \"%.*s\" is there already", label,
                   STR_ARG(rec->v[i].s));
    }
    return w->ctx->err.kind;
}

static void empty_to_null(const Entity *e, Record *rec)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (is_empty(&e->fields[i], rec->v[i])) rec->v[i] = db_val_null();
}

static Rc check_record(Work *w, const EntityInfo *info, const Record *old, Record *rec)
{
    const Entity *e = info->e;
    if (w->ctx->err.kind) return w->ctx->err.kind; /* what was read before is wrong already */
    empty_to_null(e, rec);
    Rc rc = place_check(w, info, old, rec);
    if (rc < 0 && rc != RC_INVALID) return rc;
    rc = e->validate ? e->validate(w, e, old, rec) : 0;
    if (rc < 0 && rc != RC_INVALID) return rc;
    empty_to_null(e, rec);
    check_values(w, e, old, rec);
    if (w->ctx->err.kind) return w->ctx->err.kind;
    TRY(place_judge(w, info, old, rec));
    return check_unique(w, info, old, rec);
}

/* ---- Writing ---- */

static DbVal bound(const Field *f, DbVal v)
{
    if (v.type == DB_NULL) return v;
    switch (f->type) {
    case F_TEXT:
    case F_ENUM:
    case F_JSON:
        return db_val_text(v.s);
    case F_REAL:
        return db_val_f64(v.type == DB_F64 ? v.f : (double)v.i);
    case F_BOOL:
        return db_val_bool(v.i != 0);
    case F_INT:
    case F_TIME:
    case F_REF:
        return db_val_i64(v.i);
    }
    return v;
}

static Rc insert_row(Work *w, const EntityInfo *info, const Record *rec)
{
    const Entity *e = info->e;
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "INSERT INTO ");
    sql_ident(&b, info->table);
    sql_lit(&b, " (id, version, created_at, updated_at");
    for (size_t i = 0; i < e->nfields; i++) {
        if (rec->v[i].type == DB_NULL) continue;
        sql_lit(&b, ", ");
        sql_ident(&b, e->fields[i].name);
    }
    sql_lit(&b, ") VALUES (");
    sql_arg(&b, db_val_i64(rec->id));
    sql_lit(&b, ", ");
    sql_arg(&b, db_val_i64(rec->version));
    sql_lit(&b, ", ");
    sql_arg(&b, db_val_i64(rec->created_at));
    sql_lit(&b, ", ");
    sql_arg(&b, db_val_i64(rec->updated_at));
    for (size_t i = 0; i < e->nfields; i++) {
        if (rec->v[i].type == DB_NULL) continue;
        sql_lit(&b, ", ");
        sql_arg(&b, bound(&e->fields[i], rec->v[i]));
    }
    sql_lit(&b, ")");
    Rc rc = sql_exec(w->ctx, w->db, &b);
    return rc < 0 ? rc : 0;
}

/* What every write leaves behind. */
static Rc record_written(Work *w, const EntityInfo *info, const Record *old, const Record *rec,
                         const char *action)
{
    const Entity *e = info->e;
    TRY(matter_written(w, info, old, rec, action));
    TreeChange trees = scope_tree_change(info, old, rec);
    if (trees > work__state(w)->trees) work__state(w)->trees = trees;
    if (e->changed) TRY(e->changed(w, e, old, rec));
    Str before = old ? record_json_raw(w->ctx, e, old, rec) : STR_NONE;
    Str after = record_json_raw(w->ctx, e, rec, old);
    TRY(ledger_add(w, e->plural, rec->id, action, before, after));
    TRY(place_keep(w, info, old, rec));
    TRY(search_keep(w, info, rec));
    TRY(search_renamed(w, info, old, rec));
    work__touch(w, info);
    return outbox_add_record(w, e, rec, action);
}

Rc store_insert(Work *w, const Entity *e, Record *rec)
{
    const EntityInfo *info = entity_info(w->kernel, e);
    work__state(w);
    TRY(flow_begin(w, e, rec));
    TRY(check_record(w, info, NULL, rec));
    if (!rec->id) rec->id = id_new();
    rec->version = 1;
    rec->created_at = rec->updated_at = w->now;
    rec->archived_at = INT64_MIN;
    TRY(insert_row(w, info, rec));
    return record_written(w, info, NULL, rec, "create");
}

static void set_common(SqlBuf *b, const Record *rec)
{
    sql_lit(b, "version = ");
    sql_arg(b, db_val_i64(rec->version));
    sql_lit(b, ", updated_at = ");
    sql_arg(b, db_val_i64(rec->updated_at));
    sql_lit(b, ", archived_at = ");
    sql_arg(b, db_val_time(rec->archived_at));
}

static Rc update_row(Work *w, const EntityInfo *info, const Record *old, const Record *rec)
{
    const Entity *e = info->e;
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "UPDATE ");
    sql_ident(&b, info->table);
    sql_lit(&b, " SET ");
    set_common(&b, rec);
    for (size_t i = 0; i < e->nfields; i++) {
        if (field_equal(&e->fields[i], old->v[i], rec->v[i])) continue;
        sql_lit(&b, ", ");
        sql_ident(&b, e->fields[i].name);
        sql_lit(&b, " = ");
        sql_arg(&b, bound(&e->fields[i], rec->v[i]));
    }
    sql_lit(&b, " WHERE id = ");
    sql_arg(&b, db_val_i64(rec->id));
    sql_lit(&b, " AND version = ");
    sql_arg(&b, db_val_i64(old->version));
    Rc rows = sql_exec(w->ctx, w->db, &b);
    if (rows) return rows < 0 ? rows : 0;
    return FAIL(w->ctx, RC_STALE, "record.stale", "这条%s已被他人修改，请重新读取",
                "the record was changed meanwhile, read it again: %s", text_in(e->title, w->ctx->lang));
}

static bool same_values(const Entity *e, const Record *a, const Record *b)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!field_equal(&e->fields[i], a->v[i], b->v[i])) return false;
    return true;
}

Rc store_update(Work *w, const Entity *e, const Record *old, Record *rec, const char *action)
{
    const EntityInfo *info = entity_info(w->kernel, e);
    work__state(w);
    TRY(check_record(w, info, old, rec));
    bool plain = !strcmp(action, "change") || !strcmp(action, "recount");
    if (plain && same_values(e, old, rec)) return 0; /* nothing to tell */
    rec->id = old->id;
    rec->version = old->version + 1;
    rec->created_at = old->created_at;
    rec->updated_at = w->now;
    TRY(update_row(w, info, old, rec));
    return record_written(w, info, old, rec, action);
}

Rc store_archive(Work *w, const Entity *e, Record *rec)
{
    const EntityInfo *info = entity_info(w->kernel, e);
    work__state(w);
    if (rec->archived_at != INT64_MIN)
        return FAIL(w->ctx, RC_STATE, "record.archived", "这条%s已归档", "the record is archived already: %s",
                    text_in(e->title, w->ctx->lang));
    Record *old = rec_copy(w->ctx, e, rec);
    rec->version++;
    rec->updated_at = rec->archived_at = w->now;
    TRY(update_row(w, info, old, rec));
    return record_written(w, info, old, rec, "archive");
}
