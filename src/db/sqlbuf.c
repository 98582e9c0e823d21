/* Dynamic statements. A SqlBuf takes string literals of the program, identifiers that are checked letter by
 * letter, and values, which only ever become placeholders: there is no way to put input into the text. */
#include "driver.h"

bool db__is_identifier(const char *name)
{
    if (!name || !(name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z'))) return false;
    for (const char *p = name; *p; p++)
        if (!(*p == '_' || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9'))) return false;
    return strlen(name) <= 63; /* PostgreSQL cuts longer ones silently */
}

void sql_init(SqlBuf *b, Ctx *ctx, const Db *db)
{
    *b = (SqlBuf){.kind = db->driver->kind};
    buf_init(&b->text, ctx->arena);
}

void sql_lit_(SqlBuf *b, const char *literal)
{
    buf_addz(&b->text, literal);
}

void sql_ident(SqlBuf *b, const char *name)
{
    ENSURE(db__is_identifier(name));
    /* Quoted, so that a word reserved in one database only is a name in both. */
    buf_addc(&b->text, '"');
    buf_addz(&b->text, name);
    buf_addc(&b->text, '"');
}

void sql_arg(SqlBuf *b, DbVal v)
{
    ENSURE(b->nargs < ARRAY_LEN(b->args));
    b->args[b->nargs++] = v;
    buf_printf(&b->text, "%c%zu", b->kind == DB_PG ? '$' : '?', b->nargs);
}

void sql_again(SqlBuf *b, size_t n)
{
    ENSURE(n >= 1 && n <= b->nargs);
    buf_printf(&b->text, "%c%zu", b->kind == DB_PG ? '$' : '?', n);
}

const char *db__type_name(DbKind kind, DbType type)
{
    static const char *const names[][2] = {
        [DB_I64] = {"INTEGER", "BIGINT"},           [DB_F64] = {"REAL", "DOUBLE PRECISION"},
        [DB_TEXT] = {"TEXT", "TEXT COLLATE \"C\""}, [DB_BYTES] = {"BLOB", "BYTEA"},
        [DB_BOOL] = {"INTEGER", "BOOLEAN"},         [DB_JSON] = {"TEXT", "JSONB"},
    };
    ENSURE(type > DB_NULL && type < ARRAY_LEN(names));
    return names[type][kind];
}

void sql_type(SqlBuf *b, DbType type)
{
    buf_addz(&b->text, db__type_name(b->kind, type));
}
