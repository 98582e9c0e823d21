/* One connection: bytes in, bytes out, its end.
 *
 * Bytes are read into the loop's one chunk and given to the handler straight from there; only what it leaves
 * is kept, so that a connection at rest holds no buffer. The end has two halves that come in any order: the
 * handler's `closed`, put off so that it never runs inside another callback of the connection, and libuv's
 * letting go of the handles; the connection is freed behind the later one. An end with grace sends what is
 * queued, then FIN, and reads the peer's rest into nothing for LINGER_MS: closing at once with bytes unread
 * would make the kernel send RST, and that takes the last answer away from the peer. */
#include "net_private.h"
#include <stdlib.h>

typedef struct Write {
    uv_write_t req;
    size_t n, cap;
    char bytes[];
} Write;

static void flush(NetConn *c);
static void clean(NetConn *c);

/* ---- Life ---- */

static void conn_drop(NetConn *c)
{
    if (c->open || c->handles || c->resuming) return;
    *c->link = c->next;
    if (c->next) c->next->link = c->link;
    if (c->listener) atomic_fetch_sub(&c->listener->connections, 1);
    free(c->in);
    free(c);
}

static void on_handle_closed(uv_handle_t *h)
{
    NetConn *c = h->data;
    if (--c->handles) return;
    if (c->connect) connect_gone(c);
    conn_drop(c);
}

NetConn *conn_new(NetLoop *l, const NetOptions *opt)
{
    NetConn *c = calloc(1, sizeof *c);
    ENSURE(c);
    c->loop = l;
    c->opt = *opt;
    if (!c->opt.input_max) c->opt.input_max = INPUT_DEFAULT;
    if (!c->opt.output_max) c->opt.output_max = OUTPUT_DEFAULT;
    c->id = ++l->next_id;
    c->handles = 2;
    uv_tcp_init(&l->uv, &c->tcp);
    uv_timer_init(&l->uv, &c->timer);
    c->tcp.data = c->timer.data = c;
    c->next = l->conns;
    c->link = &l->conns;
    if (l->conns) l->conns->link = &c->next;
    l->conns = c;
    return c;
}

void conn_close_sockets(NetConn *c)
{
    if (c->sockets_closed) return;
    c->sockets_closed = true;
    uv_close((uv_handle_t *)&c->tcp, on_handle_closed);
    uv_close((uv_handle_t *)&c->timer, on_handle_closed);
}

/* ---- The end ---- */

static void tell_closed(void *ud)
{
    NetConn *c = ud;
    if (c->state) c->opt.handler.closed(c->state, c, c->why);
    c->open = false;
    conn_drop(c);
}

static void on_linger_over(uv_timer_t *t)
{
    conn_close_sockets(t->data);
}

static void on_linger_alloc(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
    (void)size;
    NetConn *c = h->data;
    *buf = uv_buf_init(c->loop->chunk, READ_CHUNK);
}

static void on_linger_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    (void)buf;
    if (n < 0) conn_close_sockets(s->data);
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
    NetConn *c = req->handle->data;
    free(req);
    if (c->sockets_closed) return;
    if (status < 0 || uv_read_start((uv_stream_t *)&c->tcp, on_linger_alloc, on_linger_read) < 0)
        conn_close_sockets(c);
}

static void linger(NetConn *c)
{
    uv_shutdown_t *req = malloc(sizeof *req);
    ENSURE(req);
    if (uv_shutdown(req, (uv_stream_t *)&c->tcp, on_shutdown) < 0) {
        free(req);
        conn_close_sockets(c);
        return;
    }
    uv_timer_start(&c->timer, on_linger_over, LINGER_MS, 0);
}

void conn_end(NetConn *c, const char *why, bool graceful)
{
    if (c->ending) return;
    if (graceful) flush(c);
    if (c->ending) return; /* found broken just now */
    c->ending = true;
    c->why = why;
    clean(c);
    if (c->open) {
        idmap_remove(&c->loop->ids, c);
        loop_defer(c->loop, tell_closed, c);
        uv_read_stop((uv_stream_t *)&c->tcp);
    }
    uv_timer_stop(&c->timer);
    if (graceful && c->open) linger(c);
    else conn_close_sockets(c);
}

void conn_end_all(NetLoop *l, const NetListener *of)
{
    for (NetConn *c = l->conns; c; c = c->next) {
        if (of && c->listener != of) continue;
        flush(c);
        conn_end(c, "stop", false);
        if (c->connect) connect_abort(c);
        conn_close_sockets(c); /* also of those that linger */
    }
}

void net_close(NetConn *c, const char *why)
{
    conn_end(c, why, true);
}

/* ---- In ---- */

static void keep(NetConn *c, Str rest)
{
    if (!rest.n) return;
    if (c->nin + rest.n > c->cap) {
        size_t cap = c->cap ? c->cap : 512;
        while (cap < c->nin + rest.n) cap *= 2;
        c->in = realloc(c->in, cap);
        ENSURE(c->in);
        c->cap = cap;
    }
    memcpy(c->in + c->nin, rest.p, rest.n);
    c->nin += rest.n;
}

/* Gives bytes to the handler until it wants no more; returns what is left. */
static Str offer(NetConn *c, Str bytes)
{
    while (bytes.n && !c->hold && !c->ending) {
        size_t taken = c->opt.handler.data(c->state, c, bytes);
        ENSURE(taken <= bytes.n);
        if (!taken) break;
        bytes = str_n(bytes.p + taken, bytes.n - taken);
    }
    return bytes;
}

/* What is kept, then gives the buffer back when nothing is left. */
static void offer_kept(NetConn *c)
{
    Str rest = offer(c, str_n(c->in, c->nin));
    if (rest.n && rest.n < c->nin) memmove(c->in, rest.p, rest.n);
    c->nin = rest.n;
    if (rest.n) return;
    free(c->in);
    c->in = NULL;
    c->cap = 0;
}

static void take_in(NetConn *c, Str bytes)
{
    if (c->nin) {
        keep(c, bytes);
        offer_kept(c);
    } else {
        Str rest = offer(c, bytes);
        if (rest.n && !c->ending) keep(c, rest);
    }
    if (!c->ending && !c->hold && c->nin > c->opt.input_max) conn_end(c, "overflow", true);
}

static void on_alloc(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
    (void)size;
    NetConn *c = h->data;
    *buf = uv_buf_init(c->loop->chunk, READ_CHUNK);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    NetConn *c = s->data;
    if (n == 0 || c->ending) return;
    if (n < 0) {
        conn_end(c, n == UV_EOF ? "peer" : "error", n == UV_EOF);
        return;
    }
    c->last_rx = uv_now(&c->loop->uv);
    take_in(c, str_n(buf->base, (size_t)n));
}

static void read_start(NetConn *c)
{
    c->reading = true;
    c->last_rx = uv_now(&c->loop->uv);
    if (uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) < 0) conn_end(c, "error", false);
}

/* Goes on after a hold: first what is kept, only then the socket, because its end may be next. */
static void resume(void *ud)
{
    NetConn *c = ud;
    c->resuming = false;
    if (c->ending || c->hold || c->reading) {
        conn_drop(c);
        return;
    }
    take_in(c, STR_NONE);
    if (!c->ending && !c->hold) read_start(c);
}

void net_hold(NetConn *c, bool hold)
{
    if (c->ending || c->hold == hold) return;
    c->hold = hold;
    if (hold) {
        if (c->reading) uv_read_stop((uv_stream_t *)&c->tcp);
        c->reading = false;
    } else if (!c->resuming) {
        c->resuming = true;
        loop_defer(c->loop, resume, c);
    }
}

/* The timer is set anew only when it fires, not with every read. */
static void on_idle(uv_timer_t *t)
{
    NetConn *c = t->data;
    uint64_t now = uv_now(&c->loop->uv), limit = (uint64_t)c->opt.idle_ms;
    if (c->hold) c->last_rx = now; /* its silence is our doing */
    uint64_t silent = now - c->last_rx;
    if (silent >= limit) conn_end(c, "idle", true);
    else uv_timer_start(t, on_idle, limit - silent, 0);
}

void conn_open(NetConn *c)
{
    uv_tcp_nodelay(&c->tcp, 1);
    uv_tcp_keepalive(&c->tcp, 1, KEEPALIVE_S);
    c->open = true;
    idmap_put(&c->loop->ids, c);
    c->state = c->opt.handler.opened(c->opt.ud, c);
    if (!c->state) conn_end(c, "refused", false);
    if (c->ending) return; /* also when the handler closed it */
    if (c->opt.idle_ms > 0) uv_timer_start(&c->timer, on_idle, (uint64_t)c->opt.idle_ms, 0);
    if (!c->hold) read_start(c);
}

/* ---- Out ---- */

static void on_written(uv_write_t *req, int status)
{
    Write *w = (Write *)req;
    NetConn *c = req->handle->data;
    c->out -= w->n;
    free(w);
    if (status < 0 && status != UV_ECANCELED) conn_end(c, "error", false);
}

/* Off the list of those with something unsent, which is dropped. */
static void clean(NetConn *c)
{
    if (c->dirty) {
        *c->dirty = c->next_dirty;
        if (c->next_dirty) c->next_dirty->dirty = c->dirty;
        c->dirty = NULL;
    }
    free(c->unsent);
    c->unsent = NULL;
}

/* What the socket does not take at once is queued in libuv, in the same memory. */
static void send_rest(NetConn *c, Write *w, size_t sent)
{
    w->n -= sent;
    memmove(w->bytes, w->bytes + sent, w->n);
    c->out += w->n;
    uv_buf_t buf = uv_buf_init(w->bytes, (unsigned)w->n);
    if (uv_write(&w->req, (uv_stream_t *)&c->tcp, &buf, 1, on_written) == 0) return;
    c->out -= w->n;
    free(w);
    conn_end(c, "error", false);
}

static void flush(NetConn *c)
{
    Write *w = c->unsent;
    if (!w) return;
    c->unsent = NULL;
    clean(c);
    int n = 0;
    if (!c->out) { /* nothing waits before it */
        uv_buf_t buf = uv_buf_init(w->bytes, (unsigned)w->n);
        n = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
    }
    size_t sent = n > 0 ? (size_t)n : 0;
    if (sent < w->n) send_rest(c, w, sent);
    else free(w);
}

void conns_flush(NetLoop *l)
{
    while (l->dirty) flush(l->dirty);
}

static void make_room(NetConn *c, size_t n)
{
    Write *w = c->unsent;
    if (w && w->n + n <= w->cap) return;
    size_t cap = w ? w->cap : 256, used = w ? w->n : 0;
    while (cap < used + n) cap *= 2;
    w = realloc(w, sizeof *w + cap);
    ENSURE(w);
    w->n = used;
    w->cap = cap;
    c->unsent = w;
    if (c->dirty) return;
    c->next_dirty = c->loop->dirty;
    c->dirty = &c->loop->dirty;
    if (c->next_dirty) c->next_dirty->dirty = &c->next_dirty;
    c->loop->dirty = c;
}

/* Many small answers of one turn of the loop leave in one send. */
void net_write(NetConn *c, Str bytes)
{
    if (c->ending || !bytes.n) return;
    if (c->out + (c->unsent ? c->unsent->n : 0) + bytes.n > c->opt.output_max) flush(c);
    if (c->ending) return;
    if (c->out && c->out + bytes.n > c->opt.output_max) {
        conn_end(c, "slow", false);
        return;
    }
    make_room(c, bytes.n);
    memcpy(c->unsent->bytes + c->unsent->n, bytes.p, bytes.n);
    c->unsent->n += bytes.n;
    if (c->unsent->n >= SEND_AT_ONCE) flush(c);
}

uint64_t net_id(const NetConn *c)
{
    return c->id;
}

const char *net_peer(const NetConn *c)
{
    return c->peer;
}

NetLoop *net_loop_of(const NetConn *c)
{
    return c->loop;
}

NetConn *net_find(NetLoop *l, uint64_t id)
{
    return idmap_get(&l->ids, id);
}
