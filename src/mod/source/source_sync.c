/* Counts of unclaimed sources live in the intake's memory, where they cost nothing per reading; every two seconds those that moved
 * are brought into the table. They are telemetry, not decisions: no ledger entry. */
#include "source_private.h"
#include "mod_source_queries_sql.h"
#include "intake/intake.h"
#include "base/id.h"
#include "base/log.h"

#include <pthread.h>
#include <time.h>

#define PERIOD_S 2

typedef struct Sync {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    Kernel *kernel;
    bool running, stop;
    int64_t last_run; /* sources that moved after it are written */
    int64_t told;     /* count last told to browsers */
} Sync;
static Sync sync_state = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

typedef struct Moved {
    Ctx *ctx;
    int64_t since;
    Unclaimed *list;
    size_t n, cap;
} Moved;

static void collect(void *ud, const Unclaimed *u)
{
    Moved *m = ud;
    if (u->last_t < m->since) return;
    if (m->n == m->cap) {
        size_t cap = m->cap ? m->cap * 2 : 64;
        Unclaimed *p = ARENA_ARRAY(m->ctx->arena, Unclaimed, cap);
        if (m->n) memcpy(p, m->list, m->n * sizeof *p);
        m->list = p;
        m->cap = cap;
    }
    Unclaimed *copy = &m->list[m->n++];
    *copy = *u;
    copy->key = str_copy(m->ctx->arena, u->key);
    copy->sender = str_copy(m->ctx->arena, u->sender);
}

static Rc write_one(Work *w, const Unclaimed *u)
{
    DbVal count = db_val_i64((int64_t)u->count), value = u->last_v == u->last_v ? db_val_f64(u->last_v) : db_val_null();
    Rc changed = db_exec(w->ctx, w->db, &q_source_update,
                         DB_ARGS(db_val_text(u->key), db_val_text(u->sender), count, value, db_val_i64(u->first_t),
                                 db_val_i64(u->last_t)));
    if (changed != 0) return changed;
    return db_exec(w->ctx, w->db, &q_source_insert,
                   DB_ARGS(db_val_i64(id_new()), db_val_text(u->key), db_val_text(u->sender), count, value,
                           db_val_i64(u->first_t), db_val_i64(u->last_t)));
}

static Rc tell(Work *w, Sync *s)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, w->db, &q_source_count, DB_NO_ARGS, &c));
    int64_t n = db_i64(c, 0);
    db_close(&c);
    if (n == s->told) return RC_OK;
    s->told = n;
    Str data = str_printf(w->ctx->arena, "{\"count\":%lld}", (long long)n);
    sse_publish(kernel_hub(s->kernel), TOPIC_SOURCES, 0, "sources", data, NULL);
    return RC_OK;
}

static Rc run_once(Sync *s, Ctx *ctx)
{
    Work w;
    Moved moved = {.ctx = ctx, .since = s->last_run};
    int64_t began = 0;
    Intake *in = kernel_service(s->kernel, "intake");
    TRY(work_begin_as(ctx, s->kernel, NULL, "source", false, &w));
    began = w.now;
    intake_unclaimed(in, collect, &moved);
    if (moved.n) {
        work_abort(&w);
        TRY(work_begin_as(ctx, s->kernel, NULL, "source", true, &w));
        for (size_t i = 0; i < moved.n; i++) TRY(write_one(&w, &moved.list[i]));
        TRY(work_commit(&w));
    }
    s->last_run = began - 1000;
    TRY(work_begin_as(ctx, s->kernel, NULL, "source", false, &w));
    return tell(&w, s);
}

static void *loop(void *arg)
{
    Sync *s = arg;
    pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += PERIOD_S;
        pthread_cond_timedwait(&s->wake, &s->lock, &until);
        if (s->stop) break;
        pthread_mutex_unlock(&s->lock);
        Arena *arena = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, arena, LANG_ZH);
        if (run_once(s, &ctx) < 0) log_err(LOG_ERROR, "source", &ctx);
        arena_free(&arena);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

Rc source_sync_start(Ctx *ctx, Kernel *k)
{
    Sync *s = &sync_state;
    s->kernel = k;
    s->stop = false;
    s->last_run = 0;
    s->told = -1;
    if (pthread_create(&s->thread, NULL, loop, s) != 0)
        return FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    s->running = true;
    return RC_OK;
}

void source_sync_stop(Kernel *k)
{
    (void)k;
    Sync *s = &sync_state;
    if (!s->running) return;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    s->running = false;
}
