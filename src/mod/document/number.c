/* Numbers that people read out: D20261122-001 is the first paper of that civil day; and texts cut to what a
 * title takes. */
#include "document_private.h"
#include "mod_document_queries_sql.h"

Rc document_number(Work *w, Str *out)
{
    Civil c = civil_of(w->now);
    DbCursor *row;
    Str prefix = str_printf(w->ctx->arena, "D%04d%02d%02d-", c.year, c.month, c.day);
    Rc taken = db_exec(w->ctx, w->db, &q_document_number_take, DB_ARGS(db_val_text(prefix)));
    TRY(taken);
    if (!taken) TRY(db_exec(w->ctx, w->db, &q_document_number_first, DB_ARGS(db_val_text(prefix))));
    Rc rc = db_query_one(w->ctx, w->db, &q_document_number_last, DB_ARGS(db_val_text(prefix)), &row);
    TRY(rc);
    ENSURE(rc == 1);
    *out = str_printf(w->ctx->arena, "%.*s%03lld", STR_ARG(prefix), (long long)db_i64(row, 0));
    db_close(&row);
    return RC_OK;
}

Str document_cut(Arena *a, Str s, size_t most)
{
    size_t at = 0, left = most;
    for (; at < s.n; at++)
        if (((unsigned char)s.p[at] & 0xC0) != 0x80 && left-- == 0) break;
    if (at == s.n) return s;
    size_t keep = at;
    while (keep > 0 && ((unsigned char)s.p[keep - 1] & 0xC0) == 0x80) keep--;
    if (keep > 0) keep--;
    return str_printf(a, "%.*s…", (int)keep, s.p);
}
