/* What the rows of a page show beside their records (how far each was chased, its clock, what was asked for,
 * its files), read for all of them at once: a page costs the same few statements whether it shows one matter
 * or fifty. The last page read stays with the work until something of it changes; a single record is a page
 * of one. */
#include "flow/flow_int.h"
#include "clock/clock_int.h"
#include <stdlib.h>

/* What one statement may bind, with room for others. */
enum { PIECE = 100 };

void sql_ids(SqlBuf *b, const int64_t *ids, size_t n)
{
    sql_lit(b, " IN (NULL");
    for (size_t i = 0; i < n; i++) {
        sql_lit(b, ", ");
        sql_arg(b, db_val_i64(ids[i]));
    }
    sql_lit(b, ")");
}

Rc ids_in_pieces(Work *w, const int64_t *ids, size_t n,
                 Rc (*fn)(void *ud, Work *w, const int64_t *ids, size_t n), void *ud)
{
    for (size_t at = 0; at < n; at += PIECE) TRY(fn(ud, w, ids + at, n - at < PIECE ? n - at : PIECE));
    return 0;
}

MatterView *matter_page_find(MatterPage *page, int64_t id)
{
    size_t low = 0, high = page->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (page->view[mid].id < id) low = mid + 1;
        else high = mid;
    }
    return low < page->n && page->view[low].id == id ? &page->view[low] : NULL;
}

/* ---- Reading ---- */

static Rc read_matters(void *ud, Work *w, const int64_t *ids, size_t n)
{
    MatterPage *page = ud;
    Db *db;
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT id, chase FROM matters WHERE id");
    sql_ids(&b, ids, n);
    TRY(sql_query(w->ctx, db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) matter_page_find(page, db_i64(c, 0))->chase = db_i64(c, 1);
    db_close(&c);
    return rc;
}

static Rc read_files(void *ud, Work *w, const int64_t *ids, size_t n)
{
    MatterPage *page = ud;
    Db *db;
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    TRY(work__db(w, &db));
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT record_id, COUNT(*) FROM attachments WHERE record_id");
    sql_ids(&b, ids, n);
    sql_lit(&b, " AND of_hash IS NULL GROUP BY record_id");
    TRY(sql_query(w->ctx, db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) matter_page_find(page, db_i64(c, 0))->files = db_i64(c, 1);
    db_close(&c);
    return rc;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

size_t ids_sort(int64_t *ids, size_t n)
{
    size_t kept = 0;
    if (n > 1) qsort(ids, n, sizeof *ids, by_number);
    for (size_t i = 0; i < n; i++)
        if (ids[i] && (!kept || ids[kept - 1] != ids[i])) ids[kept++] = ids[i];
    return kept;
}

Rc matter_page_read(Work *w, const int64_t *ids, size_t n)
{
    static Rc (*const parts[])(void *, Work *, const int64_t *,
                               size_t) = {read_matters, read_files, clock_page_clocks, clock_page_extensions};
    WorkState *s = w->impl;
    MatterPage *page = ARENA_NEW(w->ctx->arena, MatterPage);
    int64_t *sorted = ARENA_ARRAY(w->ctx->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++) sorted[i] = ids[i];
    page->n = ids_sort(sorted, n);
    page->view = ARENA_ARRAY(w->ctx->arena, MatterView, page->n + 1);
    for (size_t i = 0; i < page->n; i++) page->view[i].id = sorted[i];
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) TRY(ids_in_pieces(w, sorted, page->n, parts[i], page));
    s->page = page;
    return 0;
}

Rc matter_view(Work *w, int64_t id, const MatterView **out)
{
    WorkState *s = w->impl;
    *out = s->page ? matter_page_find(s->page, id) : NULL;
    if (*out) return 0;
    TRY(matter_page_read(w, &id, 1));
    *out = matter_page_find(s->page, id);
    return 0;
}

void matter_forget(Work *w)
{
    WorkState *s = w->impl;
    if (s) s->page = NULL;
}
