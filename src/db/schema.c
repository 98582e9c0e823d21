/* What a table looks like in the database. */
#include "driver.h"

static const DbType columns_args[] = {DB_TEXT};
static const DbQuery columns_query = {
    .name = "db.columns",
    .sql = {"SELECT name, type, \"notnull\" OR pk > 0 FROM pragma_table_info(?1) ORDER BY cid",
            "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull "
            "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
            "WHERE c.relname = CAST($1 AS TEXT) AND pg_catalog.pg_table_is_visible(c.oid) "
            "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"},
    .nargs = 1,
    .ncols = 3,
    .arg_types = columns_args,
};

Rc db_columns(Ctx *ctx, Db *db, const char *table, DbColumn **out, size_t *out_n)
{
    enum { COLUMNS_MAX = 1600 }; /* PostgreSQL's limit */
    ENSURE(db__is_identifier(table));
    DbCursor *c;
    TRY(db_query(ctx, db, &columns_query, DB_ARGS(db_val_z(table)), &c));
    DbColumn *list = NULL;
    size_t n = 0, cap = 0;
    Rc rc;
    while ((rc = db_next(ctx, c)) > 0) {
        ENSURE(n < COLUMNS_MAX);
        if (n == cap) {
            DbColumn *more = ARENA_ARRAY(ctx->arena, DbColumn, cap = cap ? 2 * cap : 32);
            if (n) memcpy(more, list, n * sizeof *list);
            list = more;
        }
        list[n++] = (DbColumn){.name = str_z(ctx->arena, db_str(c, 0)),
                               .type = str_z(ctx->arena, db_str(c, 1)),
                               .not_null = db_bool(c, 2)};
    }
    *out = list;
    *out_n = n;
    return rc;
}
