/* Server-sent events. A client is a suspended connection with a short queue; publishing puts one shared copy
 * of the event into each queue and wakes the connections. A suspended connection hides that its peer is gone,
 * so a comment goes out after 15 s of silence: it keeps proxies from closing the stream and makes the dead
 * show themselves.
 *
 * Locks, in this order: server's stream_lock or hub, then client, then the server's counters. A client is
 * freed only after it has left both lists, so whoever holds either list's lock may use it. */
#include "base/log.h"
#include "http_impl.h"
#include <stdlib.h>
#include <sys/socket.h>

enum { QUEUE_EVENTS_MAX = 2000, QUEUE_BYTES_MAX = 1024 * 1024, BEAT_MS = 15000, TOPICS = 32 };

typedef struct SseEvent {
    atomic_int refs;
    size_t n;
    char text[];
} SseEvent;

struct SseClient {
    SseHub *hub;
    Exchange *ex;
    pthread_mutex_t lock;
    SseEvent **queue; /* a ring of cap entries */
    size_t cap, head, count, bytes;
    size_t offset; /* of the head event: sent already */
    bool parked;   /* suspended: the queue is empty */
    bool cut;      /* no more events; the stream ends */
    int64_t last;  /* monotonic ms of the last event queued */
    unsigned topics;
    bool (*filter)(void *client, const void *event);
    void *client;
    void (*client_free)(void *);
    SseClient *prev, *next;
};

struct SseHub {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    SseClient *clients;
    size_t count;
    size_t listeners[TOPICS];
    atomic_uint wanted; /* topics with a listener */
    int64_t beat_ms;
    bool closed;
    pthread_t ticker;
};

static Metric *m_clients, *m_events, *m_cut;
static pthread_once_t metrics_once = PTHREAD_ONCE_INIT;

static void metrics_init(void)
{
    m_clients = metric_gauge("anlan_sse_clients", "Open event streams.");
    m_events = metric_counter("anlan_sse_events_total", "Events queued for clients.");
    m_cut = metric_counter("anlan_sse_cut_total", "Event streams cut off because the client was too slow.");
}

/* ---- events ---- */

void sse_print(StrBuf *out, int64_t id, const char *event, Str data)
{
    if (id) buf_printf(out, "id: %lld\n", (long long)id);
    if (event) buf_printf(out, "event: %s\n", event);
    do { /* a line end inside the data would end the field */
        Str line = str_cut(&data, '\n');
        buf_printf(out, "data: %.*s\n", STR_ARG(line));
    } while (data.n);
    buf_addc(out, '\n');
}

static SseEvent *event_alloc(size_t n)
{
    SseEvent *e = malloc(sizeof *e + n);
    ENSURE(e != NULL);
    atomic_init(&e->refs, 1);
    e->n = n;
    return e;
}

static SseEvent *event_new(Str text)
{
    SseEvent *e = event_alloc(text.n);
    if (text.n) memcpy(e->text, text.p, text.n);
    return e;
}

static void event_unref(SseEvent *e)
{
    if (atomic_fetch_sub(&e->refs, 1) == 1) free(e);
}

/* ---- a client's queue; its lock is held ---- */

static void queue_clear(SseClient *c)
{
    for (; c->count; c->count--) {
        event_unref(c->queue[c->head]);
        c->head = (c->head + 1) % c->cap;
    }
    free(c->queue);
    c->queue = NULL;
    c->cap = c->head = c->bytes = c->offset = 0;
}

static void queue_grow(SseClient *c)
{
    size_t cap = c->cap ? c->cap * 2 : 8;
    SseEvent **q = malloc(cap * sizeof(SseEvent *));
    ENSURE(q != NULL);
    for (size_t i = 0; i < c->count; i++) q[i] = c->queue[(c->head + i) % c->cap];
    free(c->queue);
    c->queue = q;
    c->cap = cap;
    c->head = 0;
}

static void queue_add(SseClient *c, SseEvent *e)
{
    if (c->count == c->cap) queue_grow(c);
    atomic_fetch_add(&e->refs, 1);
    c->queue[(c->head + c->count++) % c->cap] = e;
    c->bytes += e->n;
    c->last = mono_ms();
}

static void client_wake(SseClient *c)
{
    if (!c->parked) return;
    c->parked = false;
    exchange_resume(c->ex);
}

/* The socket is shut down too, because a reader that takes nothing would keep the connection until its
 * timeout. */
static void client_cut(SseClient *c)
{
    if (c->cut) return;
    c->cut = true;
    queue_clear(c);
    shutdown(c->ex->conn->fd, SHUT_RDWR);
    client_wake(c);
}

void sse_cut(SseClient *c)
{
    pthread_mutex_lock(&c->lock);
    client_cut(c);
    pthread_mutex_unlock(&c->lock);
}

static void client_offer(SseClient *c, SseEvent *e)
{
    pthread_mutex_lock(&c->lock);
    if (!c->cut) {
        if (c->count >= QUEUE_EVENTS_MAX || c->bytes + e->n > QUEUE_BYTES_MAX) {
            metric_add(m_cut, 1);
            client_cut(c);
        } else {
            queue_add(c, e);
            client_wake(c);
        }
    }
    pthread_mutex_unlock(&c->lock);
}

/* Copies queued bytes; the queue's lock is held. */
static size_t queue_read(SseClient *c, char *buf, size_t max)
{
    size_t n = 0;
    while (n < max && c->count) {
        SseEvent *e = c->queue[c->head];
        size_t part = e->n - c->offset;
        if (part > max - n) part = max - n;
        memcpy(buf + n, e->text + c->offset, part);
        n += part;
        c->offset += part;
        if (c->offset < e->n) break;
        c->bytes -= e->n < c->bytes ? e->n : c->bytes;
        c->offset = 0;
        c->head = (c->head + 1) % c->cap;
        c->count--;
        event_unref(e);
    }
    return n;
}

long sse_read(Exchange *ex, char *buf, size_t max)
{
    SseClient *c = ex->sse;
    long n;
    pthread_mutex_lock(&c->lock);
    n = c->cut ? STREAM_END : (long)queue_read(c, buf, max);
    if (n == 0) {
        if (exchange_hold(ex)) {
            mhd_suspend(ex);
            c->parked = true;
        } else {
            n = STREAM_END;
        }
    }
    pthread_mutex_unlock(&c->lock);
    return n;
}

/* ---- the hub ---- */

static void *ticker_main(void *arg)
{
    SseHub *h = arg;
    pthread_setname_np(pthread_self(), "sse-beat");
    SseEvent *beat = event_new(STR(":\n\n"));
    pthread_mutex_lock(&h->lock);
    while (!h->closed) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        int64_t step = h->beat_ms < 4000 ? h->beat_ms / 4 + 1 : 1000;
        int64_t ns = until.tv_nsec + step % 1000 * 1000000;
        until.tv_sec += step / 1000 + ns / 1000000000;
        until.tv_nsec = ns % 1000000000;
        pthread_cond_timedwait(&h->wake, &h->lock, &until);
        int64_t now = mono_ms();
        for (SseClient *c = h->clients; c; c = c->next) {
            pthread_mutex_lock(&c->lock);
            bool silent = !c->cut && c->parked && now - c->last >= h->beat_ms;
            pthread_mutex_unlock(&c->lock);
            if (silent) client_offer(c, beat);
        }
    }
    pthread_mutex_unlock(&h->lock);
    event_unref(beat);
    return NULL;
}

SseHub *sse_hub_new(void)
{
    pthread_once(&metrics_once, metrics_init);
    SseHub *h = calloc(1, sizeof *h);
    ENSURE(h != NULL);
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&h->wake, &attr);
    pthread_condattr_destroy(&attr);
    h->beat_ms = BEAT_MS;
    ENSURE(pthread_create(&h->ticker, NULL, ticker_main, h) == 0);
    return h;
}

void sse_hub_set_beat(SseHub *hub, int64_t ms)
{
    pthread_mutex_lock(&hub->lock);
    hub->beat_ms = ms;
    pthread_cond_signal(&hub->wake);
    pthread_mutex_unlock(&hub->lock);
}

void sse_hub_free(SseHub **hub)
{
    SseHub *h = *hub;
    if (!h) return;
    pthread_mutex_lock(&h->lock);
    ENSURE(h->clients == NULL); /* the server is stopped first */
    h->closed = true;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->ticker, NULL);
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    free(h);
    *hub = NULL;
}

/* Counts a client's topics in or out; the hub's lock is held. */
static void hub_count(SseHub *h, unsigned topics, bool in)
{
    unsigned wanted = 0;
    for (unsigned i = 0; i < TOPICS; i++) {
        if (topics & (1U << i)) h->listeners[i] += in ? 1 : (size_t)-1;
        if (h->listeners[i]) wanted |= 1U << i;
    }
    h->count += in ? 1 : (size_t)-1;
    atomic_store(&h->wanted, wanted);
    metric_add(m_clients, in ? 1 : -1);
}

static void hub_join(SseHub *h, SseClient *c)
{
    pthread_mutex_lock(&h->lock);
    c->next = h->clients;
    if (c->next) c->next->prev = c;
    h->clients = c;
    hub_count(h, c->topics, true);
    pthread_mutex_unlock(&h->lock);
}

static void hub_leave(SseHub *h, SseClient *c)
{
    pthread_mutex_lock(&h->lock);
    if (c->next) c->next->prev = c->prev;
    if (c->prev) c->prev->next = c->next;
    else h->clients = c->next;
    hub_count(h, c->topics, false);
    pthread_mutex_unlock(&h->lock);
}

static void server_join(Exchange *ex)
{
    HttpServer *s = ex->server;
    pthread_mutex_lock(&s->stream_lock);
    ex->stream_next = s->streams;
    if (s->streams) s->streams->stream_prev = ex;
    s->streams = ex;
    if (atomic_load(&s->stopping)) sse_cut(ex->sse);
    pthread_mutex_unlock(&s->stream_lock);
}

static void server_leave(Exchange *ex)
{
    HttpServer *s = ex->server;
    pthread_mutex_lock(&s->stream_lock);
    if (ex->stream_next) ex->stream_next->stream_prev = ex->stream_prev;
    if (ex->stream_prev) ex->stream_prev->stream_next = ex->stream_next;
    else s->streams = ex->stream_next;
    pthread_mutex_unlock(&s->stream_lock);
}

Rc sse_open(Req *req, Res *res, SseHub *hub, unsigned topics, Str first,
            bool (*filter)(void *client, const void *event), void *client, void (*client_free)(void *))
{
    Exchange *ex = exchange_of(req);
    ENSURE(!ex->sse && !res->pull);
    SseClient *c = calloc(1, sizeof *c);
    ENSURE(c != NULL);
    *c = (SseClient){.hub = hub,
                     .ex = ex,
                     .topics = topics,
                     .filter = filter,
                     .client = client,
                     .client_free = client_free};
    pthread_mutex_init(&c->lock, NULL);
    StrBuf b;
    buf_init(&b, req->ctx.arena);
    buf_addz(&b, "retry: 3000\n\n");
    buf_add(&b, first);
    SseEvent *e = event_new(buf_str(&b));
    queue_add(c, e);
    event_unref(e);
    c->bytes = 0; /* the start is not the client's slowness */
    ex->sse = c;
    res->type = "text/event-stream; charset=utf-8";
    res_header(res, "Cache-Control", "no-store");
    res_header(res, "X-Accel-Buffering", "no");
    server_join(ex);
    hub_join(hub, c);
    return 0;
}

void sse_drop(Exchange *ex)
{
    SseClient *c = ex->sse;
    if (!c) return;
    server_leave(ex);
    hub_leave(c->hub, c);
    ex->sse = NULL;
    queue_clear(c);
    pthread_mutex_destroy(&c->lock);
    if (c->client_free) c->client_free(c->client);
    free(c);
}

static SseEvent *event_format(int64_t id, const char *event, Str data)
{
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    sse_print(&b, id, event, data);
    SseEvent *e = event_new(buf_str(&b));
    arena_free(&a);
    return e;
}

void sse_publish(SseHub *hub, unsigned topic, int64_t id, const char *event, Str data, const void *event_obj)
{
    if (!sse_wanted(hub, topic)) return;
    SseEvent *e = event_format(id, event, data);
    size_t sent = 0;
    pthread_mutex_lock(&hub->lock);
    for (SseClient *c = hub->clients; c; c = c->next) {
        if (!(c->topics & topic)) continue;
        if (c->filter && !c->filter(c->client, event_obj)) continue;
        client_offer(c, e);
        sent++;
    }
    pthread_mutex_unlock(&hub->lock);
    metric_add(m_events, (double)sent);
    event_unref(e);
}

void sse_publish_each(SseHub *hub, unsigned topic, const char *event, Str (*fn)(void *ud, void *client),
                      void *ud)
{
    SseEvent *last = NULL;
    Str shown = STR_NONE; /* clients that get the very same text share one copy */
    if (!sse_wanted(hub, topic)) return;
    size_t sent = 0;
    pthread_mutex_lock(&hub->lock);
    for (SseClient *c = hub->clients; c; c = c->next) {
        if (!(c->topics & topic)) continue;
        Str data = fn(ud, c->client);
        if (!data.n) continue;
        if (!last || data.p != shown.p || data.n != shown.n) {
            if (last) event_unref(last);
            last = event_format(0, event, data);
            shown = data;
        }
        client_offer(c, last);
        sent++;
    }
    pthread_mutex_unlock(&hub->lock);
    metric_add(m_events, (double)sent);
    if (last) event_unref(last);
}

void sse_hub_cut(SseHub *hub, bool (*whose)(const void *client, const void *arg), const void *arg)
{
    pthread_mutex_lock(&hub->lock);
    for (SseClient *c = hub->clients; c; c = c->next)
        if (!whose || whose(c->client, arg)) sse_cut(c);
    pthread_mutex_unlock(&hub->lock);
}

bool sse_wanted(const SseHub *hub, unsigned topics)
{
    return (atomic_load(&hub->wanted) & topics) != 0;
}

size_t sse_clients(const SseHub *hub)
{
    SseHub *h = (SseHub *)(uintptr_t)hub;
    pthread_mutex_lock(&h->lock);
    size_t n = h->count;
    pthread_mutex_unlock(&h->lock);
    return n;
}
