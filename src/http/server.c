/* The server as a whole: options, listening socket, routes, start and stop, the watch over slow connections,
 * and the pool of arenas. */
#include "base/crypto.h"
#include "base/log.h"
#include "base/num.h"
#include "http_impl.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void cond_init(pthread_cond_t *c)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(c, &attr);
    pthread_condattr_destroy(&attr);
}

static struct timespec after_ms(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t ns = t.tv_nsec + ms % 1000 * 1000000;
    t.tv_sec += ms / 1000 + ns / 1000000000;
    t.tv_nsec = ns % 1000000000;
    return t;
}

static void set_defaults(HttpOptions *o)
{
    if (!o->listen) o->listen = "127.0.0.1:8765";
    if (o->io_threads <= 0) o->io_threads = 2;
    if (o->workers <= 0) o->workers = 4;
    if (o->max_connections <= 0) o->max_connections = 4096;
    if (o->max_connections < o->io_threads) o->max_connections = o->io_threads;
    if (o->max_per_peer < 0) o->max_per_peer = 0;
    if (!o->body_default) o->body_default = 1024 * 1024;
    if (!o->memory_limit) o->memory_limit = (size_t)512 * 1024 * 1024;
    if (o->timeout_s <= 0) o->timeout_s = 30;
}

HttpServer *http_new(const HttpOptions *opt)
{
    HttpServer *s = calloc(1, sizeof *s);
    ENSURE(s != NULL);
    s->opt = *opt;
    set_defaults(&s->opt);
    s->router = router_new();
    s->connections = metric_gauge("anlan_http_connections", "Open connections.");
    s->listen_fd = -1;
    s->jobs_tail = &s->jobs;
    crypto_random(&s->id_seed, sizeof s->id_seed);
    pthread_mutex_t *locks[] = {&s->lock, &s->stream_lock, &s->conn_lock, &s->arena_lock, &s->job_lock};
    for (size_t i = 0; i < ARRAY_LEN(locks); i++) pthread_mutex_init(locks[i], NULL);
    pthread_cond_t *conds[] = {&s->changed, &s->job_ready, &s->watch_wake};
    for (size_t i = 0; i < ARRAY_LEN(conds); i++) cond_init(conds[i]);
    return s;
}

Rc http_add_routes(Ctx *ctx, HttpServer *s, const Route *routes, size_t n)
{
    ENSURE(!s->daemon);
    for (size_t i = 0; i < n; i++) TRY(router_add(ctx, s->router, &routes[i]));
    return 0;
}

size_t http_routes(const HttpServer *s, const Route *const **out)
{
    return router_routes(s->router, out);
}
int http_port(const HttpServer *s)
{
    return s->port;
}

/* ---- arenas ---- */

Arena *server_arena_take(HttpServer *s)
{
    Arena *a = NULL;
    pthread_mutex_lock(&s->arena_lock);
    if (s->narenas) a = s->arenas[--s->narenas];
    pthread_mutex_unlock(&s->arena_lock);
    return a ? a : arena_new(ARENA_BUDGET);
}

void server_arena_give(HttpServer *s, Arena *a)
{
    arena_reset(a);
    pthread_mutex_lock(&s->arena_lock);
    bool kept = s->narenas < ARENA_POOL;
    if (kept) s->arenas[s->narenas++] = a;
    pthread_mutex_unlock(&s->arena_lock);
    if (!kept) arena_free(&a);
}

/* ---- connections and their watch ---- */

void server_conn_add(HttpServer *s, HttpConn *c)
{
    pthread_mutex_lock(&s->conn_lock);
    c->next = s->conns;
    if (c->next) c->next->prev = c;
    s->conns = c;
    pthread_mutex_unlock(&s->conn_lock);
}

void server_conn_remove(HttpServer *s, HttpConn *c)
{
    pthread_mutex_lock(&s->conn_lock);
    if (c->next) c->next->prev = c->prev;
    if (c->prev) c->prev->next = c->next;
    else s->conns = c->next;
    pthread_mutex_unlock(&s->conn_lock);
}

/* libmicrohttpd closes silent connections; this closes those that drip a byte now and then. */
static void *watch_main(void *arg)
{
    HttpServer *s = arg;
    pthread_setname_np(pthread_self(), "http-watch");
    Metric *slow =
        metric_counter("anlan_http_slow_total", "Connections closed because a request came in too slowly.");
    Metric *memory = metric_gauge("anlan_http_body_bytes", "Request bodies in memory.");
    pthread_mutex_lock(&s->conn_lock);
    while (s->watching) {
        struct timespec until = after_ms(1000);
        pthread_cond_timedwait(&s->watch_wake, &s->conn_lock, &until);
        metric_set(memory, (double)atomic_load(&s->memory));
        int64_t now = mono_ms();
        for (HttpConn *c = s->conns; c; c = c->next) {
            if (atomic_load_explicit(&c->deadline, memory_order_relaxed) > now) continue;
            atomic_store_explicit(&c->deadline, INT64_MAX, memory_order_relaxed);
            shutdown(c->fd, SHUT_RDWR);
            metric_add(slow, 1);
        }
    }
    pthread_mutex_unlock(&s->conn_lock);
    return NULL;
}

/* ---- listening ---- */

static Rc fail_listen(Ctx *ctx, const char *where, const char *why)
{
    Rc rc = FAIL(ctx, RC_IO, "http.listen", "无法监听 %s", "cannot listen on %s", where);
    ctx_cause(ctx, "%s", why);
    return rc;
}

/* "127.0.0.1:8765" or "[::1]:8765". */
static Rc split_listen(Ctx *ctx, const char *text, const char **host, const char **port)
{
    const char *colon = strrchr(text, ':');
    uint64_t n;
    if (!colon || colon == text || !num_parse_u64(str_of(colon + 1), &n) || n > 65535)
        return FAIL(ctx, RC_INVALID, "http.address", "监听地址有误：%s，应为 地址:端口",
                    "bad address to listen on: %s, want ADDRESS:PORT", text);
    Str h = str_n(text, (size_t)(colon - text));
    if (h.p[0] == '[' && h.p[h.n - 1] == ']') h = str_n(h.p + 1, h.n - 2);
    *host = str_z(ctx->arena, h);
    *port = colon + 1;
    return 0;
}

static Rc open_socket(Ctx *ctx, HttpServer *s, const struct addrinfo *ai)
{
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail_listen(ctx, s->opt.listen, strerror(errno));
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &len) != 0) {
        Rc rc = fail_listen(ctx, s->opt.listen, strerror(errno));
        close(fd);
        return rc;
    }
    in_port_t port = ((struct sockaddr_in *)&bound)->sin_port; /* at the same place for both families */
    s->port = ntohs(port);
    s->listen_fd = fd;
    return 0;
}

static Rc listen_on(Ctx *ctx, HttpServer *s)
{
    const char *host = NULL, *port = NULL;
    TRY(split_listen(ctx, s->opt.listen, &host, &port));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *ai;
    int e = getaddrinfo(host, port, &hints, &ai);
    if (e) return fail_listen(ctx, s->opt.listen, gai_strerror(e));
    Rc rc = open_socket(ctx, s, ai);
    freeaddrinfo(ai);
    return rc;
}

/* ---- start and stop ---- */

Rc http_start(Ctx *ctx, HttpServer *s)
{
    TRY(listen_on(ctx, s));
    workers_start(s);
    s->watching = true;
    ENSURE(pthread_create(&s->watch, NULL, watch_main, s) == 0);
    TRY(mhd_start(ctx, s));
    LOG(LOG_INFO, "http", "listening", LOG_Z("address", s->opt.listen), LOG_I64("port", s->port));
    return 0;
}

Rc http_reload_tls(Ctx *ctx, HttpServer *s)
{
    return s->opt.tls_cert ? tls_load(ctx, s->opt.tls_cert, s->opt.tls_key) : RC_OK;
}

/* Waits until *count is 0, at most ms (< 0: for ever, saying so now and then). The lock is held. */
static void wait_for(HttpServer *s, const int *count, int64_t ms, const char *what)
{
    int64_t end = mono_ms() + ms;
    while (*count > 0 && (ms < 0 || mono_ms() < end)) {
        struct timespec until = after_ms(ms < 0 ? 5000 : end - mono_ms());
        int r = pthread_cond_timedwait(&s->changed, &s->lock, &until);
        if (r == ETIMEDOUT && ms < 0) LOG(LOG_WARN, "http", what, LOG_I64("count", *count));
    }
}

/* libmicrohttpd must not be stopped with suspended connections, so what is held is waited for without a
 * limit: a request that was handed to a finisher is always finished. */
static void stop_daemon(HttpServer *s)
{
    atomic_store(&s->stopping, true);
    mhd_quiesce(s);
    pthread_mutex_lock(&s->stream_lock);
    for (Exchange *ex = s->streams; ex; ex = ex->stream_next) sse_cut(ex->sse);
    pthread_mutex_unlock(&s->stream_lock);
    pthread_mutex_lock(&s->lock);
    wait_for(s, &s->busy, STOP_GRACE_MS, "requests under way");
    atomic_store(&s->cutting, true);
    wait_for(s, &s->held, -1, "waiting for requests that were not finished");
    pthread_mutex_unlock(&s->lock);
    mhd_stop(s);
}

static void stop_watch(HttpServer *s)
{
    pthread_mutex_lock(&s->conn_lock);
    s->watching = false;
    pthread_cond_signal(&s->watch_wake);
    pthread_mutex_unlock(&s->conn_lock);
    pthread_join(s->watch, NULL);
}

void http_stop(HttpServer **sp)
{
    HttpServer *s = *sp;
    if (!s) return;
    if (s->daemon) stop_daemon(s);
    if (s->watching) stop_watch(s);
    if (s->workers) workers_stop(s);
    if (s->listen_fd >= 0) close(s->listen_fd);
    for (size_t i = 0; i < s->narenas; i++) arena_free(&s->arenas[i]);
    router_free(&s->router);
    pthread_mutex_t *locks[] = {&s->lock, &s->stream_lock, &s->conn_lock, &s->arena_lock, &s->job_lock};
    for (size_t i = 0; i < ARRAY_LEN(locks); i++) pthread_mutex_destroy(locks[i]);
    pthread_cond_t *conds[] = {&s->changed, &s->job_ready, &s->watch_wake};
    for (size_t i = 0; i < ARRAY_LEN(conds); i++) pthread_cond_destroy(conds[i]);
    free(s);
    *sp = NULL;
}
