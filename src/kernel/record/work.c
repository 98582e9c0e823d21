/* Work: who does what, why, in which transaction. A writer holds the head of the ledger from its beginning:
 * on PostgreSQL the row is locked, on SQLite there is one writer anyway, so ledger and outbox numbers are
 * given in the order of the commits on both. After the commit the events go out first, then the writer goes
 * back, then the entities' committed hooks run: a hook may take a connection of its own. */
#include "base/clock.h"
#include "kernel_int.h"

static void abandon(void *arg)
{
    WorkState *s = arg;
    if (!s->open) return;
    s->open = false;
    if (s->batch) outbox_settle(s->kernel, s->batch, false);
    s->batch = NULL;
    if (s->write) db_rollback(s->ctx, s->db);
    db_done(s->ctx, &s->db);
}

static Rc begin_write(Work *w, WorkState *s)
{
    TRY(db_begin(w->ctx, s->db));
    return ledger_read_head(w, s);
}

Rc work_begin_as(Ctx *ctx, Kernel *k, const Principal *who, const char *peer, bool write, Work *out)
{
    WorkState *s = ARENA_NEW(ctx->arena, WorkState);
    *s = (WorkState){.ctx = ctx, .kernel = k, .write = write};
    s->touched = ARENA_ARRAY(ctx->arena, bool, k->decl->nentities);
    *out = (Work){.ctx = ctx, .kernel = k, .who = who, .peer = peer, .now = clock_now(), .impl = s};
    TRY(write ? db_take_write(ctx, k->pool, &s->db) : db_take_read(ctx, k->pool, &s->db));
    out->db = s->db;
    s->open = true;
    arena_defer(ctx->arena, abandon, s);
    Rc rc = write ? begin_write(out, s) : 0;
    if (rc < 0) work_abort(out);
    return rc;
}

Rc work_begin(Req *req, bool write, Work *out)
{
    return work_begin_as(&req->ctx, req_kernel(req), req->who, req->peer, write, out);
}

void work_abort(Work *w)
{
    WorkState *s = w->impl;
    if (!s || !s->open) return;
    arena_undefer(s->ctx->arena, abandon, s);
    abandon(s);
    w->db = NULL;
}

WorkState *work__state(Work *w)
{
    WorkState *s = w->impl;
    ENSURE(s && s->open && s->write);
    return s;
}

Rc work__db(Work *w, Db **out)
{
    if (!w->db) TRY(db_take_read(w->ctx, w->kernel->pool, &w->db));
    *out = w->db;
    return 0;
}

void work__touch(Work *w, const EntityInfo *info)
{
    work__state(w)->touched[info->index] = true;
}

/* Commits and lets the events go. */
static Rc commit_part(Work *w, WorkState *s)
{
    if (s->head_changed) TRY(ledger_write_head(w, s));
    s->head_changed = false;
    TRY(db_commit(w->ctx, s->db));
    if (s->batch) outbox_settle(s->kernel, s->batch, true);
    s->batch = NULL;
    return 0;
}

static void run_hooks(Work *w, const WorkState *s)
{
    const Decl *d = w->kernel->decl;
    for (size_t i = 0; i < d->nentities; i++)
        if (s->touched[i] && d->entities[i].e->committed)
            d->entities[i].e->committed(w->kernel, d->entities[i].e);
}

static WorkState *open_state(const Work *w)
{
    WorkState *s = w->impl;
    ENSURE(s && s->open);
    return s;
}

Rc work_commit(Work *w)
{
    WorkState *s = open_state(w);
    Rc rc = s->write ? commit_part(w, s) : 0;
    if (rc < 0) {
        work_abort(w);
        return rc;
    }
    s->open = false;
    arena_undefer(s->ctx->arena, abandon, s);
    db_done(s->ctx, &s->db);
    w->db = NULL;
    scope_committed(w->kernel, s->trees);
    run_hooks(w, s);
    return 0;
}

Rc work__flush(Work *w)
{
    WorkState *s = work__state(w);
    TRY(commit_part(w, s));
    scope_committed(w->kernel, s->trees);
    s->trees = TREE_SAME;
    w->now = clock_now();
    return begin_write(w, s);
}

static Rc run_literal(Work *w, void (*add)(SqlBuf *))
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    add(&b);
    Rc rc = sql_exec(w->ctx, w->db, &b);
    return rc < 0 ? rc : 0;
}

static void sql_savepoint(SqlBuf *b)
{
    sql_lit(b, "SAVEPOINT import_row");
}
static void sql_undo(SqlBuf *b)
{
    sql_lit(b, "ROLLBACK TO SAVEPOINT import_row");
}
static void sql_release(SqlBuf *b)
{
    sql_lit(b, "RELEASE SAVEPOINT import_row");
}

Rc work__row_begin(Work *w)
{
    WorkState *s = work__state(w);
    s->saved_head = s->head;
    s->saved_events = s->batch ? outbox_batch_size(s->batch) : 0;
    return run_literal(w, sql_savepoint);
}

Rc work__row_end(Work *w, bool keep)
{
    WorkState *s = work__state(w);
    if (!keep) {
        s->head = s->saved_head;
        s->warned = NULL;
        if (s->batch) outbox_batch_cut(s->batch, s->saved_events);
        TRY(run_literal(w, sql_undo));
    }
    return run_literal(w, sql_release);
}
