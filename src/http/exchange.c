/* A request being handled and its answer being sent. An ordinary handler runs on a worker while the
 * connection is suspended. A direct one runs on the I/O thread and may answer later from any thread, even
 * before it has returned itself: `phase` decides which of the two, handler or finisher, comes last and
 * resumes the connection. */
#include "base/log.h"
#include "http_impl.h"
#include "unpack.h"
#include <stdlib.h>

static const Principal nobody = {.name = "", .full_name = ""};

bool exchange_memory_take(Exchange *ex, size_t n)
{
    HttpServer *s = ex->server;
    size_t old = atomic_fetch_add(&s->memory, n);
    if (old + n > s->opt.memory_limit) {
        atomic_fetch_sub(&s->memory, n);
        return false;
    }
    ex->reserved += n;
    return true;
}

void exchange_body_free(Exchange *ex)
{
    free(ex->body);
    ex->body = NULL;
    ex->body_n = ex->body_cap = 0;
    ex->req.body = STR_NONE;
    atomic_fetch_sub(&ex->server->memory, ex->reserved);
    ex->reserved = 0;
}

/* Ends everything that lives in the request's arena. Afterwards only the made response is left. */
static void release(Exchange *ex)
{
    if (ex->released) return;
    ex->released = true;
    exchange_body_free(ex);
    free(ex->res.taken);
    ex->res.taken = NULL;
    free(ex->chunk);
    ex->chunk = NULL;
    ex->chunk_n = ex->chunk_pos = 0;
    server_arena_give(ex->server, ex->req.ctx.arena);
    ex->req.ctx.arena = NULL;
}

bool exchange_hold(Exchange *ex)
{
    HttpServer *s = ex->server;
    pthread_mutex_lock(&s->lock);
    bool ok = !atomic_load(&s->cutting);
    s->held += ok;
    pthread_mutex_unlock(&s->lock);
    return ok;
}

void exchange_unhold(HttpServer *s)
{
    pthread_mutex_lock(&s->lock);
    s->held--;
    if (atomic_load(&s->stopping)) pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void exchange_resume(Exchange *ex)
{
    HttpServer *s = ex->server;
    mhd_resume(ex);
    exchange_unhold(s);
}

/* Counts and holds the exchange; false: the server takes no more. */
static bool begin_work(Exchange *ex)
{
    HttpServer *s = ex->server;
    pthread_mutex_lock(&s->lock);
    bool ok = !atomic_load(&s->stopping);
    s->busy += ok;
    s->held += ok;
    ex->is_busy = ok;
    pthread_mutex_unlock(&s->lock);
    return ok;
}

static void end_work(Exchange *ex)
{
    HttpServer *s = ex->server;
    if (!ex->is_busy) return;
    ex->is_busy = false;
    pthread_mutex_lock(&s->lock);
    s->busy--;
    if (atomic_load(&s->stopping)) pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

Rc exchange_authorise(Exchange *ex)
{
    HttpServer *s = ex->server;
    if (ex->authorised) return 0;
    ex->authorised = true;
    ex->req.who = &nobody;
    if (s->opt.authorise) {
        TRY(s->opt.authorise(s->opt.authorise_ud, &ex->req));
        if (!ex->req.who) ex->req.who = &nobody;
        return 0;
    }
    if (strcmp(ex->req.route->perm, PERM_PUBLIC) == 0) return 0;
    return FAIL(&ex->req.ctx, RC_UNAUTH, "session.required", "请先登录", "log in first");
}

static Metric *request_metric(int status)
{
    static const char *const names[] = {
        "anlan_http_requests_total{class=\"1xx\"}", "anlan_http_requests_total{class=\"2xx\"}",
        "anlan_http_requests_total{class=\"3xx\"}", "anlan_http_requests_total{class=\"4xx\"}",
        "anlan_http_requests_total{class=\"5xx\"}",
    };
    static _Atomic(Metric *) made[ARRAY_LEN(names)];
    int k = status / 100 - 1;
    if (k < 0 || k >= (int)ARRAY_LEN(names)) k = 4;
    Metric *m = atomic_load(&made[k]);
    if (m) return m;
    m = metric_counter(names[k], "Requests answered, by class of status.");
    atomic_store(&made[k], m);
    return m;
}

void exchange_respond(Exchange *ex, Rc rc)
{
    Res *res = &ex->res;
    if (rc < 0) {
        sse_drop(ex);
        problem_render(ex, rc);
    }
    if (res->json_on) res->body = buf_str(&res->json_buf);
    if (!res->status) res->status = res->body.n || res->type ? 200 : 204;
    metric_add(request_metric(res->status), 1);
    ex->response = mhd_response_new(ex);
    ex->stage = STAGE_REPLY;
    bool streams = res->pull && !ex->head && !ex->chunk_end;
    if (!streams) release(ex);
}

Next exchange_answer(Exchange *ex, Rc rc)
{
    exchange_respond(ex, rc);
    return NEXT_REPLY;
}

static Rc call_handler(Exchange *ex)
{
    ex->req.body = ex->body_n ? str_n(ex->body, ex->body_n) : STR("");
    if (!ex->req.who) ex->req.who = &nobody;
    return ex->req.route->fn(&ex->req, &ex->res);
}

/* The handler has returned and the answer comes later. true: the finisher will resume, hands off. false: it
 * was faster. */
static bool leave_to_finisher(Exchange *ex)
{
    int running = PHASE_RUNNING;
    return atomic_compare_exchange_strong(&ex->phase, &running, PHASE_PARKED);
}

static Next run_direct(Exchange *ex)
{
    HttpServer *s = ex->server;
    Rc rc = call_handler(ex);
    if (rc < 0 || !ex->later) {
        exchange_respond(ex, rc);
    } else if (atomic_load(&ex->phase) != PHASE_DONE) {
        mhd_suspend(ex);
        if (!leave_to_finisher(ex)) exchange_resume(ex);
        return NEXT_WAIT;
    }
    exchange_unhold(s);
    return NEXT_REPLY;
}

Next exchange_run(Exchange *ex)
{
    atomic_store_explicit(&ex->conn->deadline, INT64_MAX, memory_order_relaxed);
    if (ex->skip != 0) return exchange_answer(ex, ex->skip);
    if (!begin_work(ex)) {
        ex->closing = true;
        Rc rc = FAIL(&ex->req.ctx, RC_BUSY, "server.stopping", "服务器正在停止", "the server is stopping");
        return exchange_answer(ex, rc);
    }
    bool direct = (ex->req.route->flags & ROUTE_DIRECT) && !ex->encoding.n;
    if (direct) return run_direct(ex);
    mhd_suspend(ex);
    workers_push(ex, JOB_RUN);
    return NEXT_WAIT;
}

void http_finish(Req *req, Rc rc)
{
    Exchange *ex = exchange_of(req);
    exchange_respond(ex, rc);
    if (atomic_exchange(&ex->phase, PHASE_DONE) == PHASE_PARKED) exchange_resume(ex);
}

static bool take_memory(void *ud, size_t more)
{
    return exchange_memory_take(ud, more);
}

static Rc unpack_body(Exchange *ex)
{
    if (!ex->encoding.n || !ex->body_n) return 0;
    UnpackLimits limits = {.max = ex->body_limit, .take = take_memory, .ud = ex};
    char *out;
    size_t n, packed = ex->body_cap;
    Rc rc = unpack(&ex->req.ctx, ex->encoding, str_n(ex->body, ex->body_n), &limits, &out, &n);
    free(ex->body);
    ex->body = out;
    ex->body_n = n;
    ex->body_cap = 0;
    ex->reserved -= packed;
    atomic_fetch_sub(&ex->server->memory, packed);
    return rc;
}

/* The next piece of a streamed body. */
static void pull_chunk(Exchange *ex)
{
    if (!ex->chunk) ex->chunk = malloc(STREAM_CHUNK);
    ENSURE(ex->chunk != NULL);
    long n = ex->res.pull(ex->res.pull_ud, ex->chunk, STREAM_CHUNK);
    ENSURE(n <= STREAM_CHUNK);
    ex->chunk_pos = 0;
    ex->chunk_n = n > 0 ? (size_t)n : 0;
    if (n <= 0) ex->chunk_end = n == 0 ? STREAM_END : STREAM_BROKEN;
}

/* The first piece is made before the status is sent, so that a failure in it can still be told. */
static Rc pull_first(Exchange *ex)
{
    if (!ex->res.pull || ex->head) return 0;
    pull_chunk(ex);
    if (ex->chunk_end != STREAM_BROKEN) return 0;
    Rc rc = ex->req.ctx.err.kind;
    return rc < 0 ? rc : FAIL(&ex->req.ctx, RC_BUG, "stream.broken", "数据流中断", "the stream broke off");
}

static void work_run(Exchange *ex)
{
    Rc rc = exchange_authorise(ex);
    if (rc >= 0) rc = unpack_body(ex);
    if (rc >= 0) rc = call_handler(ex);
    if (rc >= 0 && ex->later) {
        if (leave_to_finisher(ex)) return;
    } else {
        if (rc >= 0) rc = pull_first(ex);
        exchange_respond(ex, rc);
    }
    exchange_resume(ex);
}

/* At the end the arena goes, so that what it holds is not kept by a slow reader. */
static void work_pull(Exchange *ex)
{
    pull_chunk(ex);
    if (ex->chunk_end == STREAM_BROKEN) {
        LOG(LOG_WARN, "http", "stream broke off", LOG_Z("trace", ex->id), LOG_STR("path", ex->req.path));
        if (ex->req.ctx.err.kind < 0) log_err(LOG_WARN, "http", &ex->req.ctx);
    }
    if (ex->chunk_end) release(ex);
    exchange_resume(ex);
}

static void exchange_free(Exchange *ex)
{
    release(ex);
    free(ex);
}

void exchange_work(Exchange *ex, JobKind job)
{
    switch (job) {
    case JOB_AUTHORISE:
        ex->skip = exchange_authorise(ex);
        exchange_resume(ex);
        break;
    case JOB_RUN:
        work_run(ex);
        break;
    case JOB_PULL:
        work_pull(ex);
        break;
    case JOB_DROP:
        exchange_free(ex);
        break;
    }
}

static long stream_read(Exchange *ex, char *buf, size_t max)
{
    if (ex->chunk_pos < ex->chunk_n) {
        size_t n = ex->chunk_n - ex->chunk_pos;
        if (n > max) n = max;
        memcpy(buf, ex->chunk + ex->chunk_pos, n);
        ex->chunk_pos += n;
        return (long)n;
    }
    if (ex->chunk_end) return ex->chunk_end;
    if (!exchange_hold(ex)) return STREAM_BROKEN;
    mhd_suspend(ex);
    workers_push(ex, JOB_PULL);
    return 0;
}

long exchange_read(Exchange *ex, char *buf, size_t max)
{
    return ex->sse ? sse_read(ex, buf, max) : stream_read(ex, buf, max);
}

void exchange_end(Exchange *ex)
{
    int64_t grace = (int64_t)ex->server->opt.timeout_s * 2000;
    atomic_store_explicit(&ex->conn->deadline, mono_ms() + grace, memory_order_relaxed);
    sse_drop(ex);
    end_work(ex);
    if (ex->response) mhd_response_free(ex->response);
    ex->response = NULL;
    /* A stream broken off by its reader: what its arena holds is given back where such things may block. */
    if (!ex->released && ex->res.pull) workers_push(ex, JOB_DROP);
    else exchange_free(ex);
}
