/* The loop's thread and the way onto it. Work from other threads goes through one list under a lock and an
 * async handle; the same list carries what this thread puts off (the `closed` call of a connection that ends
 * while its own callback is on the stack), so that everything runs in the order in which it was asked for.
 *
 * The end: the last task of the list closes all handles; uv_run returns when libuv has let go of each, and
 * what was deferred meanwhile runs then. */
#include "net_private.h"
#include <signal.h>
#include <stdlib.h>

static Task *task_new(void (*fn)(void *), void *ud)
{
    Task *t = malloc(sizeof *t);
    ENSURE(t);
    *t = (Task){.fn = fn, .ud = ud};
    return t;
}

static bool task_push(NetLoop *l, Task *t, bool even_stopping)
{
    pthread_mutex_lock(&l->lock);
    bool taken = even_stopping || !l->stopping;
    if (taken) {
        *(l->first ? &l->last->next : &l->first) = t;
        l->last = t;
        /* Under the lock, so that the end cannot come between. */
        if (!l->down) uv_async_send(&l->wake);
    }
    pthread_mutex_unlock(&l->lock);
    if (!taken) free(t);
    return taken;
}

static void tasks_run(NetLoop *l)
{
    pthread_mutex_lock(&l->lock);
    Task *t = l->first;
    l->first = l->last = NULL;
    pthread_mutex_unlock(&l->lock);
    while (t) {
        Task *next = t->next;
        t->fn(t->ud);
        free(t);
        t = next;
    }
}

static bool tasks_left(NetLoop *l)
{
    pthread_mutex_lock(&l->lock);
    bool left = l->first != NULL;
    pthread_mutex_unlock(&l->lock);
    return left;
}

static void on_wake(uv_async_t *wake)
{
    tasks_run(wake->data);
}

static void on_flush(uv_prepare_t *p)
{
    conns_flush(p->data);
}

bool net_post(NetLoop *l, void (*fn)(void *), void *ud)
{
    return task_push(l, task_new(fn, ud), false);
}

void loop_defer(NetLoop *l, void (*fn)(void *), void *ud)
{
    task_push(l, task_new(fn, ud), true);
}

typedef struct Call {
    void (*fn)(void *ud);
    void *ud;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool done;
} Call;

static void call_run(void *ud)
{
    Call *call = ud;
    call->fn(call->ud);
    pthread_mutex_lock(&call->lock);
    call->done = true;
    pthread_cond_signal(&call->cond);
    pthread_mutex_unlock(&call->lock);
}

bool net_call(NetLoop *l, void (*fn)(void *), void *ud)
{
    ENSURE(!pthread_equal(pthread_self(), l->thread));
    Call call = {.fn = fn, .ud = ud, .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};
    if (!net_post(l, call_run, &call)) return false;
    pthread_mutex_lock(&call.lock);
    while (!call.done) pthread_cond_wait(&call.cond, &call.lock);
    pthread_mutex_unlock(&call.lock);
    return true;
}

/* ---- Begin and end ---- */

static void *run(void *arg)
{
    NetLoop *l = arg;
    uv_run(&l->uv, UV_RUN_DEFAULT);
    while (tasks_left(l)) tasks_run(l);
    return NULL;
}

static Rc loop_init(Ctx *ctx, NetLoop *l)
{
    pthread_mutex_init(&l->lock, NULL);
    int rc = uv_loop_init(&l->uv);
    if (rc == 0 && (rc = uv_async_init(&l->uv, &l->wake, on_wake)) < 0) uv_loop_close(&l->uv);
    if (rc == 0) {
        l->wake.data = l->flush.data = l;
        uv_prepare_init(&l->uv, &l->flush);
        uv_prepare_start(&l->flush, on_flush);
        return RC_OK;
    }
    ctx_cause(ctx, "%s", uv_strerror(rc));
    return FAIL(ctx, RC_IO, "net.loop", "无法启动网络线程", "the network thread could not be started");
}

/* The thread takes no signals: they are for the one that waits for them, and a peer that is gone is an error
 * of its write. */
static int thread_start(NetLoop *l, const char *name)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int rc = pthread_create(&l->thread, NULL, run, l);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0) pthread_setname_np(l->thread, name);
    return rc;
}

Rc net_loop_start(Ctx *ctx, const char *name, NetLoop **out)
{
    *out = NULL;
    NetLoop *l = calloc(1, sizeof *l);
    ENSURE(l);
    Rc rc = loop_init(ctx, l);
    if (rc >= 0 && thread_start(l, name) != 0) {
        uv_close((uv_handle_t *)&l->wake, NULL);
        uv_close((uv_handle_t *)&l->flush, NULL);
        uv_run(&l->uv, UV_RUN_DEFAULT);
        uv_loop_close(&l->uv);
        rc = FAIL(ctx, RC_IO, "net.loop", "无法启动网络线程", "the network thread could not be started");
    }
    if (rc < 0) {
        pthread_mutex_destroy(&l->lock);
        free(l);
        return rc;
    }
    *out = l;
    return RC_OK;
}

static void close_all(void *ud)
{
    NetLoop *l = ud;
    pthread_mutex_lock(&l->lock);
    l->down = true;
    pthread_mutex_unlock(&l->lock);
    listeners_close_all(l);
    conn_end_all(l, NULL);
    while (tasks_left(l)) tasks_run(l); /* the `closed` calls, which may stop timers of their own */
    timers_close_all(l);
    uv_close((uv_handle_t *)&l->wake, NULL);
    uv_close((uv_handle_t *)&l->flush, NULL);
}

void net_loop_stop(NetLoop **loop)
{
    NetLoop *l = *loop;
    if (!l) return;
    *loop = NULL;
    Task *last = task_new(close_all, l);
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    *(l->first ? &l->last->next : &l->first) = last;
    l->last = last;
    uv_async_send(&l->wake);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    ENSURE(uv_loop_close(&l->uv) == 0 && !l->conns);
    idmap_free(&l->ids);
    pthread_mutex_destroy(&l->lock);
    free(l);
}
