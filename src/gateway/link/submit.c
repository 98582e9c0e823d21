/* From a frame's readings to its acknowledgement.
 *
 * Each submit leaves a Pending at the end of its connection's list. The intake answers on the log's thread;
 * the answer is posted to the loop and marks its Pending. Acknowledgements go out from the head of the list
 * only, so they keep the order of the submits whatever the order of the answers. A Pending that failed closes
 * the connection, and nothing behind it is acknowledged.
 *
 * A batch that the intake is too full for stays with its Pending; the connection is parked and held, and a
 * timer tries again, for each connection in the order of its submits. The LinkConn outlives its socket until
 * the last answer is there: Pendings point to it from the log's thread. */
#include "link_private.h"
#include "base/log.h"
#include <stdlib.h>

enum {
    RETRY_MS = 5,
    PENDING_HIGH = 1024, /* held from here … */
    PENDING_LOW = 512,   /* … down to here */
};

struct Pending {
    Pending *next;
    LinkConn *conn;
    Batch *batch;                           /* parked: not at the intake yet */
    enum { WAITING, STORED, FAILED } state; /* the loop's */
    Rc rc;                                  /* of the log's thread, which posts it */
    size_t ack_n;
    char ack[];
};

/* ---- Holding back ---- */

void conn_hold_as_needed(LinkConn *c)
{
    size_t limit = c->hold ? PENDING_LOW : PENDING_HIGH;
    c->hold = c->parked_link || c->close_why || c->failed || c->npending > limit;
    if (c->net) net_hold(c->net, c->hold);
}

static void retry(void *ud);

static void park(LinkConn *c)
{
    LinkGateway *g = c->g;
    if (c->parked_link) return;
    c->next_parked = NULL;
    c->parked_link = g->parked_end;
    *g->parked_end = c;
    g->parked_end = &c->next_parked;
    if (!g->retry) g->retry = net_timer_start(g->loop, RETRY_MS, retry, g);
}

static void unpark(LinkConn *c)
{
    LinkGateway *g = c->g;
    if (!c->parked_link) return;
    *c->parked_link = c->next_parked;
    if (c->next_parked) c->next_parked->parked_link = c->parked_link;
    else g->parked_end = c->parked_link;
    c->parked_link = NULL;
    if (!g->parked) net_timer_stop(&g->retry);
}

/* ---- Answers ---- */

static void under_way(LinkGateway *g, int change)
{
    pthread_mutex_lock(&g->lock);
    g->under_way += (size_t)change;
    if (!g->under_way) pthread_cond_broadcast(&g->idle);
    pthread_mutex_unlock(&g->lock);
}

static void fail_conn(LinkConn *c)
{
    if (c->failed) return;
    c->failed = true;
    LOG(LOG_WARN, "gateway", "not stored, not acknowledged", LOG_Z("gateway", c->g->protocol->name),
        LOG_Z("peer", c->host), LOG_Z("identity", c->identity));
    if (!c->net) return;
    link_peer_refuse(c->peer, STR_NONE, "store", STR_NONE);
    net_close(c->net, "store");
}

static void settle_first(LinkConn *c)
{
    Pending *p = c->first;
    c->first = p->next;
    if (!c->first) c->last = NULL;
    c->npending--;
    if (p->state == FAILED) fail_conn(c);
    if (c->net && !c->failed) net_write(c->net, str_n(p->ack, p->ack_n));
    free(p);
}

void conn_settle(LinkConn *c)
{
    while (c->first && c->first->state != WAITING) settle_first(c);
    if (!c->net) {
        if (!c->npending) free(c);
        return;
    }
    conn_hold_as_needed(c);
    if (c->close_why && !c->npending) net_close(c->net, c->close_why);
}

static void on_answer(void *ud)
{
    Pending *p = ud;
    LinkConn *c = p->conn;
    LinkGateway *g = c->g;
    p->state = p->rc < 0 ? FAILED : STORED;
    conn_settle(c);
    under_way(g, -1);
}

/* On the log's thread; within intake_submit when the batch has no readings of points. */
static void on_done(Batch *b, Rc rc)
{
    Pending *p = b->ud;
    batch_free(&b);
    p->rc = rc;
    bool posted = net_post(p->conn->g->loop, on_answer, p);
    ENSURE(posted); /* link_unlisten waits for this before the loop ends */
}

/* ---- Submitting ---- */

/* false: the intake is full. */
static bool try_submit(Pending *p)
{
    LinkGateway *g = p->conn->g;
    Batch *b = p->batch;
    p->batch = NULL; /* p is the log thread's from here on */
    under_way(g, 1);
    Rc rc = intake_submit(g->intake, b);
    if (rc >= 0) return true;
    under_way(g, -1);
    p->batch = b;
    return false;
}

/* What is parked of a connection, in order; false: still full. */
static bool try_parked(LinkConn *c)
{
    for (Pending *p = c->first; p; p = p->next)
        if (p->batch && !try_submit(p)) return false;
    return true;
}

static void retry(void *ud)
{
    LinkGateway *g = ud;
    for (LinkConn *c = g->parked, *next; c; c = next) {
        next = c->next_parked;
        if (!try_parked(c)) continue;
        unpark(c);
        conn_hold_as_needed(c);
    }
}

/* Its socket is gone: what never reached the intake is not acknowledged, the device sends it again. */
void conn_drop_parked(LinkConn *c)
{
    unpark(c);
    for (Pending *p = c->first; p; p = p->next) {
        if (!p->batch) continue;
        batch_free(&p->batch);
        p->state = STORED; /* nobody is left to be told */
    }
}

static Pending *pending_add(LinkConn *c, Batch *b, Str ack)
{
    Pending *p = malloc(sizeof *p + ack.n);
    ENSURE(p);
    *p = (Pending){.conn = c, .batch = b, .ack_n = ack.n};
    if (ack.n) memcpy(p->ack, ack.p, ack.n);
    *(c->first ? &c->last->next : &c->first) = p;
    c->last = p;
    c->npending++;
    b->done = on_done;
    b->ud = p;
    return p;
}

void link_batch(LinkConn *c, LinkBatch *out)
{
    Batch *b = batch_new(c->g->intake, c->sender, clock_now());
    out->batch = b;
    out->to = (BatchSink){.batch = b};
    out->to.sender = *c->identity ? str_printf(b->arena, "%s %s", c->identity, c->host)
                                  : str_copy(b->arena, str_of(c->host));
    out->sink = batch_sink(&out->to);
}

void link_submit(LinkConn *c, LinkBatch *b, Str frame, Str ack)
{
    Batch *batch = b->batch;
    *b = (LinkBatch){0};
    link_peer_frame(c->peer, frame, batch->accepted);
    if (batch->rejected) link_refuse(c, frame, batch->first.code, str_of(batch->first.field));
    Pending *p = pending_add(c, batch, ack);
    if (c->parked_link || !try_submit(p)) park(c);
    conn_hold_as_needed(c);
}
