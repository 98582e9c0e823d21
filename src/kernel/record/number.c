/* See kernel/number.h. A row for each prefix holds the last number given. */
#include "kernel/number.h"
#include "kernel_queries_sql.h"
#include "base/clock.h"

Rc number_next(Work *w, Str prefix, int64_t *out)
{
    DbCursor *row;
    Rc taken = db_exec(w->ctx, w->db, &q_number_take, DB_ARGS(db_val_text(prefix)));
    TRY(taken);
    if (!taken) TRY(db_exec(w->ctx, w->db, &q_number_first, DB_ARGS(db_val_text(prefix))));
    Rc rc = db_query_one(w->ctx, w->db, &q_number_last, DB_ARGS(db_val_text(prefix)), &row);
    TRY(rc);
    ENSURE(rc == 1);
    *out = db_i64(row, 0);
    db_close(&row);
    return RC_OK;
}

Rc number_of_day(Work *w, char letter, Str *out)
{
    Civil c = civil_of(w->now);
    Str prefix = str_printf(w->ctx->arena, "%c%04d%02d%02d-", letter, c.year, c.month, c.day);
    int64_t n;
    TRY(number_next(w, prefix, &n));
    *out = str_printf(w->ctx->arena, "%.*s%03lld", STR_ARG(prefix), (long long)n);
    return RC_OK;
}
