/* What the files of this folder share. */
#pragma once
#include "base/clock.h"
#include "gateway/link.h"
#include "http/http.h"
#include <pthread.h>

enum {
    GONE_KEPT = 1000,
    IDENTITY_MAX = 255,
    TICK_MS = 1000,
};

/* A frame as the page shows it: its beginning. */
typedef struct Frame {
    int64_t at;
    char *p;
    size_t n, whole;
} Frame;

struct LinkPeer {
    LinkGateway *g;
    uint64_t id;
    char *address;
    char identity[IDENTITY_MAX + 1];
    int64_t since, last_at, gone_at; /* gone_at TIME_NONE: connected */
    uint64_t frames, refused, readings;
    Frame last;
    LinkPeer *next, **link;
};

typedef struct Refused {
    uint64_t no; /* counts up from 1 */
    Frame frame;
    char *address, *identity, *detail;
    const char *code;
} Refused;

typedef struct Spread Spread;

struct LinkGateway {
    Kernel *kernel;
    Intake *intake;
    NetLoop *loop;
    const LinkProtocol *protocol;
    LinkGateway *next;

    pthread_mutex_t lock; /* of all down to the blank line */
    pthread_cond_t idle;  /* under_way is 0 */
    LinkState state;
    char *address, *fault_zh, *fault_en;
    LinkPeer *open, *gone, *gone_last; /* newest first */
    size_t nopen, ngone;
    uint64_t next_peer;
    Refused refused_ring[LINK_REFUSED_KEPT];
    uint64_t refused_ever; /* the next one's place, modulo the ring */
    uint64_t frames, readings, opened;
    int64_t last_at;
    double rate; /* frames a second, of about the last ten */
    uint64_t rate_frames;
    size_t under_way; /* batches at the intake */

    Spread *spread; /* of the thread that calls link_spread */

    /* TCP: on the loop's thread, the listener by who listens and unlistens */
    NetListener *listener;
    int port;
    LinkConn *parked, **parked_end;
    NetTimer *retry;

    Metric *m_frames, *m_refused, *m_readings, *m_peers;
};

typedef struct Pending Pending;

/* Devices that one connection may speak for, each with a line of its own on the page. */
enum { CONN_PEERS_MOST = 32 };

struct LinkConn {
    LinkGateway *g;
    NetConn *net;   /* NULL: gone, only its batches are waited for */
    LinkPeer *peer; /* who speaks now: one of peers */
    LinkPeer *peers[CONN_PEERS_MOST];
    size_t npeers;
    void *state;
    char identity[IDENTITY_MAX + 1];
    char host[64];
    uint64_t sender;
    Pending *first, *last;
    size_t npending;
    LinkConn *next_parked, **parked_link; /* link NULL: nothing waits for a free intake */
    bool hold, failed;
    const char *close_why; /* to be closed when nothing is pending */
};

/* gateway.c */
const LinkReason *link_reason(const LinkProtocol *p, const char *code); /* NULL: not in a table */
LinkGateway *links_lock(void);                                          /* the first; then links_unlock */
void links_unlock(void);

/* peer.c */
bool link_peer_is(LinkPeer *p, Str identity); /* STR_NONE: has it no name yet? */
void peers_free(LinkGateway *g);
void gone_expire(LinkGateway *g, int64_t now); /* under the lock */

/* submit.c */
void conn_drop_parked(LinkConn *c);
void conn_settle(LinkConn *c);
void conn_hold_as_needed(LinkConn *c);

/* spread.c */
void spread_free(Spread **s);

/* page.c */
Rc handle_gateways(Req *req, Res *res);
Rc handle_gateway(Req *req, Res *res);
