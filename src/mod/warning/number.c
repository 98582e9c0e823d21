/* Numbers that people read out: W20261122-001 is the first warning of that civil day. A row for each prefix
 * holds the last one given; the transaction that takes a number holds the writer, so none is given twice and
 * none is left out. */
#include "warning_private.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"

Rc warning_number(Work *w, Str prefix, int64_t *out)
{
    DbCursor *c;
    Rc n = db_exec(w->ctx, w->db, &q_warning_number_take, DB_ARGS(db_val_text(prefix)));
    TRY(n);
    if (!n) TRY(db_exec(w->ctx, w->db, &q_warning_number_first, DB_ARGS(db_val_text(prefix))));
    Rc rc = db_query_one(w->ctx, w->db, &q_warning_number_last, DB_ARGS(db_val_text(prefix)), &c);
    TRY(rc);
    ENSURE(rc == 1);
    *out = db_i64(c, 0);
    db_close(&c);
    return RC_OK;
}

Rc warning_code(Work *w, Str *out)
{
    Civil c = civil_of(w->now);
    int64_t n;
    Str prefix = str_printf(w->ctx->arena, "W%04d%02d%02d-", c.year, c.month, c.day);
    TRY(warning_number(w, prefix, &n));
    *out = str_printf(w->ctx->arena, "%.*s%03lld", STR_ARG(prefix), (long long)n);
    return RC_OK;
}
