/* A long list read page by page for an export, each page in a work of its own: however slowly somebody takes
 * the file, no connection and no snapshot of the database is held meanwhile, and memory holds one page. What
 * is written while the export runs may or may not be in it; the order is a list's, by value and id, so no row
 * comes twice unless its place in the order is changed. */
#include "transfer/pages.h"
#include "kernel_int.h"

static Rc copy_page(Pages *p, Ctx *ctx, Ctx *keep)
{
    Work w;
    ListRows *rows;
    Rc rc;
    TRY(work_begin_as(ctx, p->kernel, p->who, p->peer, false, &w));
    TRY(list_open(&w, p->q, &rows));
    for (; (rc = list_next(rows)) > 0; p->rows++) TRY(p->row(p->ud, rows));
    TRY(rc);
    const char *more = list_more(rows);
    p->end = !more;
    if (more) TRY(list_from(keep, p->q, str_of(more)));
    return work_commit(&w);
}

Rc pages_next(Pages *p, Ctx *keep)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, keep->lang);
    Rc rc = copy_page(p, &ctx, keep);
    if (rc < 0 && !keep->err.kind) {
        FAIL(keep, rc, "export.broken", "导出中断，请重试", "the export broke off, try again");
        ctx_cause(keep, "%s: %s", ctx.err.code, ctx.err.cause ? ctx.err.cause : "");
    }
    arena_free(&a);
    return rc;
}
