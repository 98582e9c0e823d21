/* Numbers that people read out: T20261122-001 is the first task of that civil day. A row for each prefix
 * holds the last one given; the transaction that takes a number holds the writer. */
#include "task_private.h"
#include "mod_task_queries_sql.h"

Rc task_number(Work *w, char letter, Str *out)
{
    Civil c = civil_of(w->now);
    DbCursor *row;
    Str prefix = str_printf(w->ctx->arena, "%c%04d%02d%02d-", letter, c.year, c.month, c.day);
    Rc taken = db_exec(w->ctx, w->db, &q_task_number_take, DB_ARGS(db_val_text(prefix)));
    TRY(taken);
    if (!taken) TRY(db_exec(w->ctx, w->db, &q_task_number_first, DB_ARGS(db_val_text(prefix))));
    Rc rc = db_query_one(w->ctx, w->db, &q_task_number_last, DB_ARGS(db_val_text(prefix)), &row);
    TRY(rc);
    ENSURE(rc == 1);
    *out = str_printf(w->ctx->arena, "%.*s%03lld", STR_ARG(prefix), (long long)db_i64(row, 0));
    db_close(&row);
    return RC_OK;
}
