/* Rebuilding the search index. What is indexed follows from the declarations and the way terms are cut; when
 * either differs from what the index was made with, it is emptied and filled again in the background, a few
 * records in each transaction, so that the writer is never held for long. Writes meanwhile index themselves.
 * How far it came is in the database: a rebuild that was cut short goes on at the next start. */
#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "kernel_search_sql.h"
#include "search/search.h"
#include <stdlib.h>

enum { CUT = 2 /* of search_text.c: count up when terms change */, CHUNK = 100, PAUSE_MS = 5 };

struct SearchBuilder {
    Kernel *kernel;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    _Atomic bool done;
};

/* ---- The version: SHA-256 of what is indexed ---- */

static const char *version_of(Ctx *ctx, const Decl *d)
{
    StrBuf b;
    buf_init(&b, ctx->arena);
    buf_printf(&b, "%d", CUT);
    for (size_t i = 0; i < d->nentities; i++) {
        const Entity *e = d->entities[i].e;
        if (!search_wanted(e)) continue;
        const ScopeRule *r = &e->scope;
        buf_printf(&b, "\n%s %d/%s/%s/%s/%s/%d %s %s", e->plural, (int)r->kind,
                   r->district ? r->district : "", r->body ? r->body : "", r->line ? r->line : "",
                   r->via ? r->via : "", r->parties, e->code_field ? e->code_field : "",
                   e->title_field ? e->title_field : "");
        for (size_t f = 0; f < e->nfields; f++)
            buf_printf(&b, " %s:%d:%u", e->fields[f].name, (int)e->fields[f].type,
                       e->fields[f].flags & (F_SECRET | F_MASK));
    }
    return secret_hash(ctx->arena, buf_str(&b));
}

typedef struct Progress {
    Str version, entity; /* entity: the plural under way, "" when all is done */
    int64_t after;
} Progress;

static Rc read_progress(Work *w, Progress *p)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, w->db, &q_search_state, DB_NO_ARGS, &c));
    *p = (Progress){.version = db_str_copy(w->ctx, c, Q_SEARCH_STATE_VERSION),
                    .entity = db_str_copy(w->ctx, c, Q_SEARCH_STATE_ENTITY),
                    .after = db_i64(c, Q_SEARCH_STATE_AFTER_ID)};
    db_close(&c);
    return 0;
}

static Rc write_progress(Work *w, Str version, const char *entity, int64_t after)
{
    Rc rc = db_exec(w->ctx, w->db, &q_search_state_set,
                    DB_ARGS(db_val_text(version), db_val_z(entity), db_val_i64(after)));
    return rc < 0 ? rc : 0;
}

/* ---- Entities in the order of their declaration ---- */

static const EntityInfo *next_entity(const Decl *d, size_t from)
{
    for (size_t i = from; i < d->nentities; i++)
        if (search_wanted(d->entities[i].e)) return &d->entities[i];
    return NULL;
}

static const char *name_or_done(const EntityInfo *info)
{
    return info ? info->e->plural : "";
}

const char *search_first(Kernel *k)
{
    return name_or_done(next_entity(k->decl, 0));
}

static Rc begin_anew(Work *w, const char *version)
{
    Rc rc = db_exec(w->ctx, w->db, &q_search_empty_terms, DB_NO_ARGS);
    if (rc >= 0) rc = db_exec(w->ctx, w->db, &q_search_empty, DB_NO_ARGS);
    if (rc < 0) return rc;
    return write_progress(w, str_of(version), search_first(w->kernel), 0);
}

static Rc read_ids(Work *w, const EntityInfo *info, int64_t after, int64_t *ids, size_t *n)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id FROM ");
    sql_ident(&b, info->table);
    sql_lit(&b, " WHERE archived_at IS NULL AND id > ");
    sql_arg(&b, db_val_i64(after));
    sql_lit(&b, " ORDER BY id LIMIT ");
    sql_arg(&b, db_val_i64(CHUNK));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0; (*n)++) ids[*n] = db_i64(c, 0);
    db_close(&c);
    return rc;
}

static Rc build_chunk(Work *w, const Progress *p)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, p->entity);
    int64_t ids[CHUNK];
    size_t n = 0;
    if (info) TRY(read_ids(w, info, p->after, ids, &n));
    for (size_t i = 0; i < n; i++) {
        Record *rec;
        TRY(store_get(w, info->e, ids[i], &rec));
        TRY(search_keep(w, info, rec));
    }
    if (n == CHUNK) return write_progress(w, p->version, info->e->plural, ids[n - 1]);
    const EntityInfo *next = info ? next_entity(w->kernel->decl, info->index + 1) : NULL;
    return write_progress(w, p->version, name_or_done(next), 0);
}

static Rc step_in(Work *w, const char *version)
{
    Progress p;
    TRY(read_progress(w, &p));
    if (!str_is(p.version, version)) {
        TRY(begin_anew(w, version));
        return 1;
    }
    if (!p.entity.n) return search_rename_step(w);
    TRY(build_chunk(w, &p));
    return 1;
}

/* One transaction. 1: there may be more to do, 0: done. */
static Rc step(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "search", true, &w));
    Rc rc = step_in(&w, version_of(ctx, k->decl));
    if (rc < 0) {
        work_abort(&w);
        return rc;
    }
    TRY(work_commit(&w));
    return rc;
}

/* Only looks: a program whose index is right never takes the writer. */
static Rc is_right(Ctx *ctx, Kernel *k, bool *right)
{
    Work w;
    Progress p;
    TRY(work_begin_as(ctx, k, NULL, "search", false, &w));
    Rc rc = read_progress(&w, &p), renamed = rc < 0 ? rc : search_rename_waits(&w);
    work_abort(&w);
    *right = renamed == 0 && str_is(p.version, version_of(ctx, k->decl)) && !p.entity.n;
    return renamed < 0 ? renamed : 0;
}

Rc search_rebuild(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "search", true, &w));
    Rc rc = begin_anew(&w, version_of(ctx, k->decl));
    if (rc < 0) {
        work_abort(&w);
        return rc;
    }
    TRY(work_commit(&w));
    Arena *a = arena_new(0);
    do {
        Ctx row;
        ctx_init(&row, a, ctx->lang);
        rc = step(&row, k);
        if (rc < 0) FAIL(ctx, rc, "search.rebuild", "查找索引重建失败", "the search index was not rebuilt");
        arena_reset(a);
    } while (rc > 0);
    arena_free(&a);
    return rc;
}

/* ---- In the background ---- */

/* false: it is time to stop. */
static bool rest(SearchBuilder *s, int64_t ms)
{
    int64_t until = clock_mono_us() + ms * 1000;
    pthread_mutex_lock(&s->lock);
    while (!s->stop && wait_until(&s->wake, &s->lock, until)) {
    }
    bool go_on = !s->stop;
    pthread_mutex_unlock(&s->lock);
    return go_on;
}

static void *build(void *arg)
{
    enum { RETRY_MS = 10000 };
    SearchBuilder *s = arg;
    Arena *a = arena_new(0);
    int64_t began = clock_mono_us();
    Rc rc;
    pthread_setname_np(pthread_self(), "search-builder");
    LOG(LOG_INFO, "search", "the index is brought up to date");
    do {
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        rc = step(&ctx, s->kernel);
        if (rc < 0) log_err(LOG_WARN, "search", &ctx);
        arena_reset(a);
    } while (rc && rest(s, rc < 0 ? RETRY_MS : PAUSE_MS));
    if (!rc)
        LOG(LOG_INFO, "search", "the index is up to date", LOG_I64("ms", (clock_mono_us() - began) / 1000));
    arena_free(&a);
    s->done = true;
    return NULL;
}

Rc search_build_start(Ctx *ctx, Kernel *k)
{
    bool right;
    if (k->search && !k->search->done) return 0;
    TRY(is_right(ctx, k, &right));
    if (right) return 0;
    search_build_stop(k);
    SearchBuilder *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->kernel = k;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    k->search = s;
    ENSURE(pthread_create(&s->thread, NULL, build, s) == 0);
    return 0;
}

void search_build_stop(Kernel *k)
{
    SearchBuilder *s = k->search;
    if (!s) return;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    free(s);
    k->search = NULL;
}
