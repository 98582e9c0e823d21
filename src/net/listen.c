/* Listeners. Sockets are made and closed on the loop's thread; who asks from another thread waits for it. */
#include "net_private.h"
#include "base/num.h"
#include <stdlib.h>

static void on_listener_closed(uv_handle_t *h)
{
    free(h->data);
}

/* Its connections outlive it by their linger. */
static void listener_close(NetListener *s)
{
    *s->link = s->next;
    if (s->next) s->next->link = s->link;
    conn_end_all(s->loop, s);
    for (NetConn *c = s->loop->conns; c; c = c->next)
        if (c->listener == s) c->listener = NULL;
    uv_close((uv_handle_t *)&s->tcp, on_listener_closed);
}

void listeners_close_all(NetLoop *l)
{
    while (l->listeners) listener_close(l->listeners);
}

static void name_peer(NetConn *c)
{
    struct sockaddr_storage sa = {0};
    int n = sizeof sa;
    uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&sa, &n);
    address_print((struct sockaddr *)&sa, c->peer);
}

static void on_connection(uv_stream_t *stream, int status)
{
    NetListener *s = stream->data;
    if (status < 0) return;
    NetConn *c = conn_new(s->loop, &s->opt);
    bool full = atomic_load(&s->connections) >= s->opt.max_connections;
    if (uv_accept(stream, (uv_stream_t *)&c->tcp) < 0 || full) {
        conn_end(c, "refused", false);
        return;
    }
    c->listener = s;
    atomic_fetch_add(&s->connections, 1);
    name_peer(c);
    conn_open(c);
}

/* ---- For other threads ---- */

typedef struct Listen {
    NetLoop *loop;
    const NetOptions *opt;
    struct sockaddr_storage sa;
    NetListener *made;
    int rc;
} Listen;

static int socket_listen(NetListener *s, const struct sockaddr *sa)
{
    struct sockaddr_storage bound = {0};
    int n = sizeof bound;
    int rc = uv_tcp_bind(&s->tcp, sa, 0);
    if (rc == 0) rc = uv_listen((uv_stream_t *)&s->tcp, BACKLOG, on_connection);
    if (rc == 0) rc = uv_tcp_getsockname(&s->tcp, (struct sockaddr *)&bound, &n);
    s->port = address_port((struct sockaddr *)&bound);
    return rc;
}

static void listen_on_loop(void *ud)
{
    Listen *w = ud;
    NetListener *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->loop = w->loop;
    s->opt = *w->opt;
    if (!s->opt.max_connections) s->opt.max_connections = CONNECTIONS_DEFAULT;
    uv_tcp_init(&w->loop->uv, &s->tcp);
    s->tcp.data = s;
    s->next = w->loop->listeners;
    s->link = &w->loop->listeners;
    if (s->next) s->next->link = &s->next;
    w->loop->listeners = s;
    w->rc = socket_listen(s, (struct sockaddr *)&w->sa);
    if (w->rc < 0) listener_close(s);
    else w->made = s;
}

static bool parse_listen(const char *address, struct sockaddr_storage *out)
{
    char host[PEER_TEXT_MAX];
    const char *colon = strrchr(address, ':');
    int64_t port;
    if (!colon || (size_t)(colon - address) >= sizeof host) return false;
    memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = '\0';
    return num_parse_i64(str_of(colon + 1), &port) && port >= 0 && port <= 65535 &&
           address_parse(host, (int)port, out);
}

Rc net_listen(Ctx *ctx, NetLoop *l, const char *address, const NetOptions *opt, NetListener **out)
{
    *out = NULL;
    Listen w = {.loop = l, .opt = opt};
    const char *why = "invalid address";
    if (parse_listen(address, &w.sa)) {
        if (!net_call(l, listen_on_loop, &w)) w.rc = UV_ECANCELED;
        if (w.rc < 0) why = uv_strerror(w.rc);
    }
    *out = w.made;
    if (w.made) return RC_OK;
    ctx_cause(ctx, "%s", why);
    return FAIL(ctx, RC_IO, "net.listen", "无法在 %s 监听：%s", "cannot listen on %s: %s", address, why);
}

int net_listener_port(const NetListener *s)
{
    return s->port;
}

size_t net_listener_connections(const NetListener *s)
{
    return atomic_load(&s->connections);
}

static void close_on_loop(void *ud)
{
    listener_close(ud);
}

static void nothing(void *ud)
{
    (void)ud;
}

void net_listener_close(NetListener **listener)
{
    NetListener *s = *listener;
    if (!s) return;
    *listener = NULL;
    NetLoop *l = s->loop;
    net_call(l, close_on_loop, s);
    net_call(l, nothing, NULL); /* behind the `closed` calls, which stand in the same list */
}
