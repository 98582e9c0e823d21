/* From declarations to tables. Every table starts with the common columns and then gets each missing column
 * by ALTER TABLE, so that a fresh database and an older one take the same road and references may run in
 * circles. Columns are never dropped and may be null: what a declaration asks of a value is checked by the
 * store, which can say it in words. */
#include "kernel_int.h"
#include "kernel_queries_sql.h"

extern const DbMigration kernel_migrations[];
extern const size_t kernel_nmigrations;
extern const DbMigration kernel_access_migrations[];
extern const size_t kernel_access_nmigrations;
extern const DbMigration kernel_notice_migrations[];
extern const size_t kernel_notice_nmigrations;
extern const DbMigration kernel_clock_migrations[];
extern const size_t kernel_clock_nmigrations;
extern const DbMigration kernel_ledger_migrations[];
extern const size_t kernel_ledger_nmigrations;

static DbType column_type(FieldType t)
{
    static const DbType types[] = {
        [F_TEXT] = DB_TEXT, [F_INT] = DB_I64,   [F_REAL] = DB_F64, [F_BOOL] = DB_BOOL,
        [F_TIME] = DB_I64,  [F_ENUM] = DB_TEXT, [F_REF] = DB_I64,  [F_JSON] = DB_TEXT};
    return types[t];
}

static Rc create_table(Ctx *ctx, Db *db, const EntityInfo *info)
{
    static const char *const whole[] = {"version", "created_at", "updated_at"};
    SqlBuf b;
    sql_init(&b, ctx, db);
    sql_lit(&b, "CREATE TABLE IF NOT EXISTS ");
    sql_ident(&b, info->table);
    sql_lit(&b, " (id ");
    sql_type(&b, DB_I64);
    sql_lit(&b, " NOT NULL PRIMARY KEY");
    for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
        sql_lit(&b, ", ");
        sql_ident(&b, whole[i]);
        sql_lit(&b, " ");
        sql_type(&b, DB_I64);
        sql_lit(&b, " NOT NULL");
    }
    sql_lit(&b, ", archived_at ");
    sql_type(&b, DB_I64);
    sql_lit(&b, ")");
    return sql_exec(ctx, db, &b);
}

static bool has_column(const DbColumn *cols, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(cols[i].name, name)) return true;
    return false;
}

static Rc add_column(Ctx *ctx, Db *db, const EntityInfo *info, size_t field)
{
    SqlBuf b;
    sql_init(&b, ctx, db);
    sql_lit(&b, "ALTER TABLE ");
    sql_ident(&b, info->table);
    sql_lit(&b, " ADD COLUMN ");
    sql_ident(&b, info->e->fields[field].name);
    sql_lit(&b, " ");
    sql_type(&b, column_type(info->e->fields[field].type));
    if (info->target[field]) {
        sql_lit(&b, " REFERENCES ");
        sql_ident(&b, info->target[field]->table);
        sql_lit(&b, " (id)");
    }
    return sql_exec(ctx, db, &b);
}

static Rc add_columns(Ctx *ctx, Db *db, const EntityInfo *info)
{
    DbColumn *cols;
    size_t n;
    TRY(db_columns(ctx, db, info->table, &cols, &n));
    for (size_t i = 0; i < info->e->nfields; i++)
        if (!has_column(cols, n, info->e->fields[i].name)) TRY(add_column(ctx, db, info, i));
    return 0;
}

static Rc add_index(Ctx *ctx, Db *db, const EntityInfo *info, const Field *f)
{
    bool unique = f->flags & F_UNIQUE;
    SqlBuf b;
    sql_init(&b, ctx, db);
    sql_lit(&b, "CREATE ");
    if (unique) sql_lit(&b, "UNIQUE ");
    sql_lit(&b, "INDEX IF NOT EXISTS ");
    sql_ident(&b, arena_printf(ctx->arena, "%s_%s_%s", info->table, f->name, unique ? "key" : "idx"));
    sql_lit(&b, " ON ");
    sql_ident(&b, info->table);
    sql_lit(&b, " (");
    sql_ident(&b, f->name);
    if (!unique) sql_lit(&b, ", id");
    sql_lit(&b, ")");
    if (unique) sql_lit(&b, " WHERE archived_at IS NULL");
    return sql_exec(ctx, db, &b);
}

/* ---- Matters are many: for each column that a scope is made of, and the state, one index holds their rows
 * in the order of the list, with all that a list filters by, so that a page and a count are found without
 * the rows themselves ---- */

enum { WIDE_MOST = 12 };

typedef struct Wide {
    const char *v[WIDE_MOST];
    size_t n;
} Wide;

static bool is_own(const Entity *e, Str name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (str_is(name, e->fields[i].name)) return true;
    return str_is(name, "created_at") || str_is(name, "updated_at");
}

/* Columns of the entity itself; paths through references have none. */
static void add_own(Ctx *ctx, Wide *x, const Entity *e, const char *names)
{
    Str rest = str_of(names ? names : "");
    while (rest.n && x->n < WIDE_MOST) {
        Str name = str_cut(&rest, ' ');
        bool again = false;
        for (size_t i = 0; i < x->n; i++) again |= str_is(name, x->v[i]);
        if (is_own(e, name) && !again) x->v[x->n++] = str_z(ctx->arena, name);
    }
}

static Rc drop_index(Ctx *ctx, Db *db, const char *name)
{
    SqlBuf b;
    sql_init(&b, ctx, db);
    sql_lit(&b, "DROP INDEX IF EXISTS ");
    sql_ident(&b, name);
    return sql_exec(ctx, db, &b);
}

static const char *default_sort(const Entity *e)
{
    return e->sort && *e->sort == '-' ? e->sort + 1 : e->sort;
}

static bool has_wide(const Entity *e)
{
    return e->flow && e->scope.kind == SCOPE_ROW;
}

bool schema_leads_wide(const Entity *e, const char *field)
{
    if (!has_wide(e)) return false;
    const char *const leads[] = {e->flow->state, e->scope.district, e->scope.line, e->scope.body};
    for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
        Str rest = str_of(leads[i] ? leads[i] : "");
        while (rest.n)
            if (str_is(str_cut(&rest, ' '), field)) return true;
    }
    return false;
}

bool schema_walks(const Entity *e, const char *sort)
{
    return has_wide(e) && default_sort(e) && !strcmp(default_sort(e), sort);
}

/* Without statistics SQLite takes either; so the narrow one goes. */
static Rc add_wide_index(Ctx *ctx, Db *db, const EntityInfo *info, const char *lead)
{
    const Entity *e = info->e;
    Wide x = {.n = 0};
    add_own(ctx, &x, e, lead);
    add_own(ctx, &x, e, default_sort(e));
    x.v[x.n++] = "id";
    const char *const rest[] = {e->scope.district, e->scope.line, e->scope.body, e->flow->state};
    for (size_t i = 0; i < ARRAY_LEN(rest); i++) add_own(ctx, &x, e, rest[i]);
    TRY(drop_index(ctx, db, arena_printf(ctx->arena, "%s_%s_idx", info->table, lead)));
    TRY(drop_index(ctx, db,
                   arena_printf(ctx->arena, "%s_%s_wide", info->table, lead))); /* in another order */
    SqlBuf b;
    sql_init(&b, ctx, db);
    sql_lit(&b, "CREATE INDEX IF NOT EXISTS ");
    sql_ident(&b, arena_printf(ctx->arena, "%s_%s_page", info->table, lead));
    sql_lit(&b, " ON ");
    sql_ident(&b, info->table);
    sql_lit(&b, " (");
    for (size_t i = 0; i < x.n; i++) {
        if (i) sql_lit(&b, ", ");
        sql_ident(&b, x.v[i]);
    }
    sql_lit(&b, ") WHERE archived_at IS NULL");
    return sql_exec(ctx, db, &b);
}

static Rc add_wide_indexes(Ctx *ctx, Db *db, const EntityInfo *info)
{
    for (size_t i = 0; i < info->e->nfields; i++) {
        const char *name = info->e->fields[i].name;
        if (schema_leads_wide(info->e, name)) TRY(add_wide_index(ctx, db, info, name));
    }
    return 0;
}

static Rc add_indexes(Ctx *ctx, Db *db, const EntityInfo *info)
{
    for (size_t i = 0; i < info->e->nfields; i++) {
        const Field *f = &info->e->fields[i];
        bool wanted = (f->flags & (F_UNIQUE | F_INDEX)) || f->type == F_REF;
        if (wanted && !schema_leads_wide(info->e, f->name)) TRY(add_index(ctx, db, info, f));
    }
    return add_wide_indexes(ctx, db, info);
}

static Rc derive_tables(Ctx *ctx, Kernel *k, Db *db)
{
    const Decl *d = k->decl;
    DbCursor *head;
    /* As every writer does: nodes that start at once, or beside one that writes, take turns. */
    TRY(db_query_one(ctx, db, &q_head_read, DB_NO_ARGS, &head));
    db_close(&head);
    for (size_t i = 0; i < d->nentities; i++) TRY(create_table(ctx, db, &d->entities[i]));
    for (size_t i = 0; i < d->nentities; i++) TRY(add_columns(ctx, db, &d->entities[i]));
    for (size_t i = 0; i < d->nentities; i++) TRY(add_indexes(ctx, db, &d->entities[i]));
    return ledger_protect(ctx, db);
}

static Rc module_migrations(Ctx *ctx, Kernel *k, Db *db)
{
    for (size_t i = 0; i < k->decl->nmodules; i++) {
        const Module *m = k->decl->modules[i];
        if (m->nmigrations) TRY(db_migrate_in(ctx, db, m->migrations, m->nmigrations));
    }
    return 0;
}

static Rc derive(Ctx *ctx, Kernel *k, Db *db)
{
    TRY(db_begin(ctx, db));
    TRY(db_migrate_in(ctx, db, kernel_migrations, kernel_nmigrations));
    TRY(db_migrate_in(ctx, db, kernel_ledger_migrations, kernel_ledger_nmigrations));
    TRY(db_migrate_in(ctx, db, kernel_notice_migrations, kernel_notice_nmigrations));
    TRY(db_migrate_in(ctx, db, kernel_clock_migrations, kernel_clock_nmigrations));
    TRY(db_migrate_in(ctx, db, kernel_access_migrations, kernel_access_nmigrations));
    TRY(derive_tables(ctx, k, db));
    TRY(module_migrations(ctx, k, db));
    return db_commit(ctx, db);
}

/* All or nothing: a database whose upgrade fails is the one that the program before can go on with. */
Rc schema_derive(Ctx *ctx, Kernel *k)
{
    Db *db;
    TRY(db_take_write(ctx, k->pool, &db));
    Rc rc = derive(ctx, k, db);
    db_rollback(ctx, db);
    db_migrated(db);
    db_done(ctx, &db);
    return rc;
}
