/* The adapter to libmicrohttpd 0.9.75; the only file that includes it. A pool of threads that poll(2), with
 * suspended connections: its epoll mode hangs now and then with suspend and resume under many connections, so
 * it is not used. libmicrohttpd calls on_request once when the headers are there, then for each piece of
 * body, then once more; after a resume it calls again from where it stopped. */
#include "base/log.h"
#include "http_impl.h"
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>

enum { CONNECTION_MEMORY = 32 * 1024, DEAD_PEER_MS = 60000, SSE_BLOCK = 1024 };

static const struct {
    const char *name, *value;
} security_headers[] = {
    {"Content-Security-Policy",
     "default-src 'self'; script-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; "
     "style-src 'self'; style-src-attr 'unsafe-inline'; connect-src 'self'; object-src 'none'; base-uri "
     "'self'; "
     "form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "same-origin"},
};

/* ---- responses ---- */

static ssize_t on_read(void *cls, uint64_t pos, char *buf, size_t max)
{
    (void)pos;
    long n = exchange_read(cls, buf, max);
    if (n == STREAM_END) return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == STREAM_BROKEN) return MHD_CONTENT_READER_END_WITH_ERROR;
    return n;
}

static struct MHD_Response *response_of(Exchange *ex)
{
    Res *res = &ex->res;
    if (ex->sse) return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, SSE_BLOCK, on_read, ex, NULL);
    if (res->pull)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_CHUNK / 2, on_read, ex, NULL);
    void *p = (void *)(uintptr_t)(res->body.n ? res->body.p : "");
    if (res->taken && p == res->taken) {
        res->taken = NULL;
        return MHD_create_response_from_buffer(res->body.n, p, MHD_RESPMEM_MUST_FREE);
    }
    return MHD_create_response_from_buffer(res->body.n, p,
                                           res->body_static ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
}

static void add_header(struct MHD_Response *r, const char *name, const char *value)
{
    /* Refused when it holds a line end: a value made from input cannot forge a header. */
    if (MHD_add_response_header(r, name, value) != MHD_YES)
        LOG(LOG_WARN, "http", "response header refused", LOG_Z("name", name));
}

void *mhd_response_new(Exchange *ex)
{
    const Res *res = &ex->res;
    struct MHD_Response *r = response_of(ex);
    ENSURE(r != NULL);
    bool cached = false;
    for (size_t i = 0; i < res->nheaders; i++) {
        add_header(r, res->headers[i].name, res->headers[i].value);
        cached |= strcasecmp(res->headers[i].name, "Cache-Control") == 0;
    }
    if (res->type) add_header(r, "Content-Type", res->type);
    if (!cached) add_header(r, "Cache-Control", "no-store");
    for (size_t i = 0; i < ARRAY_LEN(security_headers); i++)
        add_header(r, security_headers[i].name, security_headers[i].value);
    if (ex->server->opt.tls_cert) add_header(r, "Strict-Transport-Security", "max-age=31536000");
    add_header(r, "X-Request-Id", ex->id);
    if (ex->closing || atomic_load(&ex->server->stopping)) add_header(r, "Connection", "close");
    return r;
}

void mhd_response_free(void *response)
{
    MHD_destroy_response(response);
}
void mhd_suspend(Exchange *ex)
{
    MHD_suspend_connection(ex->mhd);
}
void mhd_resume(Exchange *ex)
{
    MHD_resume_connection(ex->mhd);
}

/* ---- what libmicrohttpd calls ---- */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    HttpConn *c = info->socket_context;
    if (c->unfinished) exchange_end(c->unfinished);
    return c->unfinished = exchange_new(cls, c, mhd, uri);
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t nname,
                                 const char *value, size_t nvalue)
{
    (void)kind;
    exchange_add_header(cls, str_n(name, nname), value ? str_n(value, nvalue) : STR(""));
    return MHD_YES;
}

static Next step(Exchange *ex, const char *method, const char *data, size_t *n)
{
    Next next;
    switch (ex->stage) {
    case STAGE_NEW:
        MHD_get_connection_values_n(ex->mhd, MHD_HEADER_KIND, on_header, ex);
        return exchange_on_headers(ex, method);
    case STAGE_AUTHORISE:
        return exchange_on_authorised(ex);
    case STAGE_BODY:
        if (!*n) return exchange_run(ex);
        next = exchange_on_body(ex, data, *n);
        *n = 0;
        return next;
    case STAGE_REPLY:
        break;
    }
    return NEXT_REPLY;
}

static enum MHD_Result reply(Exchange *ex)
{
    struct MHD_Response *r = ex->response;
    unsigned status = (unsigned)ex->res.status;
    ex->response = NULL;
    enum MHD_Result ok = MHD_queue_response(ex->mhd, status, r);
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *data, size_t *n, void **con_cls)
{
    (void)cls, (void)mhd, (void)url, (void)version;
    Exchange *ex = *con_cls;
    ENSURE(ex != NULL);
    switch (step(ex, method, data, n)) {
    case NEXT_READ:
    case NEXT_WAIT:
        return MHD_YES;
    case NEXT_REPLY:
        return reply(ex);
    case NEXT_CLOSE:
        break;
    }
    return MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                         enum MHD_RequestTerminationCode why)
{
    (void)cls, (void)mhd, (void)why;
    Exchange *ex = *con_cls;
    *con_cls = NULL;
    if (!ex) return;
    ex->conn->unfinished = NULL;
    exchange_end(ex);
}

static void peer_name(const struct sockaddr *sa, char *buf, size_t n)
{
    const void *addr = NULL;
    if (sa && sa->sa_family == AF_INET) addr = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;
    if (sa && sa->sa_family == AF_INET6) addr = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
    if (!addr || !inet_ntop(sa->sa_family, addr, buf, (socklen_t)n)) snprintf(buf, n, "unknown");
    if (strncmp(buf, "::ffff:", 7) == 0 && strchr(buf, '.')) memmove(buf, buf + 7, strlen(buf + 7) + 1);
}

static HttpConn *conn_new(const HttpServer *s, struct MHD_Connection *mhd)
{
    HttpConn *c = calloc(1, sizeof *c);
    ENSURE(c != NULL);
    c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer_name(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, c->peer,
              sizeof c->peer);
    atomic_store(&c->deadline, mono_ms() + (int64_t)s->opt.timeout_s * 2000);
    /* A peer that was unplugged acknowledges nothing: give it up long before the kernel's quarter of an hour.
     */
    unsigned ms = DEAD_PEER_MS;
    setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
    return c;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    HttpServer *s = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        HttpConn *c = conn_new(s, mhd);
        server_conn_add(s, c);
        metric_add(s->connections, 1);
        *context = c;
        return;
    }
    HttpConn *c = *context;
    if (!c) return;
    *context = NULL;
    if (c->unfinished) exchange_end(c->unfinished);
    server_conn_remove(s, c);
    metric_add(s->connections, -1);
    free(c);
}

/* Paths and queries are decoded by url.c, strictly. */
static size_t leave_escapes(void *cls, struct MHD_Connection *mhd, char *s)
{
    (void)cls, (void)mhd;
    return strlen(s);
}

static void on_log(void *cls, const char *fmt, va_list ap)
{
    (void)cls;
    char text[512];
    vsnprintf(text, sizeof text, fmt, ap);
    LOG(LOG_DEBUG, "http", "libmicrohttpd", LOG_STR("text", str_trim(str_of(text))));
}

static void on_panic(void *cls, const char *file, unsigned line, const char *reason)
{
    (void)cls;
    LOG(LOG_ERROR, "http", "libmicrohttpd gave up", LOG_Z("file", file), LOG_I64("line", line),
        LOG_Z("reason", reason));
    abort();
}

/* ---- start and stop ---- */

Rc mhd_start(Ctx *ctx, HttpServer *s)
{
    MHD_set_panic_func(on_panic, NULL);
    struct MHD_OptionItem opts[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, NULL}, /* first, so that it hears of the others */
        {MHD_OPTION_LISTEN_SOCKET, s->listen_fd, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, s->opt.max_connections, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, s->opt.max_per_peer, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, s->opt.timeout_s, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_uri, s},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escapes, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, s->opt.io_threads > 1 ? s->opt.io_threads : 0, NULL},
        {s->opt.tls_cert ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0, (void *)tls_callback()},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    if (s->opt.tls_cert) TRY(tls_load(ctx, s->opt.tls_cert, s->opt.tls_key));
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (s->opt.tls_cert ? MHD_USE_TLS : 0u);
    s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_ARRAY, opts, MHD_OPTION_END);
    if (s->daemon) return 0;
    return FAIL(ctx, RC_IO, "http.start", "网页服务启动失败", "the web server cannot be started");
}

void mhd_quiesce(HttpServer *s)
{
    MHD_quiesce_daemon(s->daemon);
}

void mhd_stop(HttpServer *s)
{
    MHD_stop_daemon(s->daemon);
    s->daemon = NULL;
    if (s->opt.tls_cert) tls_forget();
}
