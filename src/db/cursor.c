/* Reading columns. The adapter has filled the row; asking a text for a number (or the reverse) is a mistake
 * in the program's SQL, not input, and stops it. */
#include "driver.h"
#include "base/clock.h"
#include <math.h>

static const DbVal *value(const DbCursor *c, size_t col)
{
    ENSURE((c->state || c->kept) && col < c->ncols);
    return &c->row[col];
}

size_t db_cols(const DbCursor *c)
{
    return c->ncols;
}

const char *db_col_name(const DbCursor *c, size_t col)
{
    ENSURE(col < c->ncols);
    return c->names[col];
}

bool db_is_null(const DbCursor *c, size_t col)
{
    return value(c, col)->type == DB_NULL;
}

int64_t db_i64(const DbCursor *c, size_t col)
{
    const DbVal *v = value(c, col);
    if (v->type == DB_NULL) return 0;
    if (v->type == DB_F64 && v->f == trunc(v->f) && fabs(v->f) < 9.2e18) return (int64_t)v->f;
    ENSURE(v->type == DB_I64 || v->type == DB_BOOL);
    return v->i;
}

double db_f64(const DbCursor *c, size_t col)
{
    const DbVal *v = value(c, col);
    if (v->type == DB_NULL) return NAN;
    if (v->type == DB_I64) return (double)v->i;
    ENSURE(v->type == DB_F64);
    return v->f;
}

bool db_bool(const DbCursor *c, size_t col)
{
    return db_i64(c, col) != 0;
}

Str db_str(const DbCursor *c, size_t col)
{
    const DbVal *v = value(c, col);
    if (v->type == DB_NULL) return STR_NONE;
    ENSURE(v->type == DB_TEXT || v->type == DB_JSON || v->type == DB_BYTES);
    return v->s.p ? v->s : STR("");
}

Str db_str_copy(Ctx *ctx, const DbCursor *c, size_t col)
{
    Str s = db_str(c, col);
    return s.p ? str_copy(ctx->arena, s) : STR_NONE;
}

int64_t db_time(const DbCursor *c, size_t col)
{
    return db_is_null(c, col) ? TIME_NONE : db_i64(c, col);
}
