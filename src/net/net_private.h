/* What the files of this folder share; the only place that includes libuv. Everything in these structs
 * belongs to the loop's thread, except what a comment gives to others. */
#pragma once
#include "net/net.h"
#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

enum {
    READ_CHUNK = 64 * 1024,      /* one read of a socket */
    INPUT_DEFAULT = 64 * 1024,   /* NetOptions.input_max */
    OUTPUT_DEFAULT = 256 * 1024, /* NetOptions.output_max */
    SEND_AT_ONCE = 32 * 1024,    /* unsent bytes that do not wait for the turn's end */
    CONNECTIONS_DEFAULT = 4096,  /* NetOptions.max_connections */
    BACKLOG = 511,
    KEEPALIVE_S = 60,
    LINGER_MS = 2000, /* how long a closed connection may take to send its rest */
    PEER_TEXT_MAX = 64,
};

typedef struct Task {
    struct Task *next;
    void (*fn)(void *ud);
    void *ud;
} Task;

/* Connections by id: chained, grows with their number. */
typedef struct IdMap {
    NetConn **slots;
    size_t nslots, n;
} IdMap;
void idmap_put(IdMap *m, NetConn *c);
void idmap_remove(IdMap *m, NetConn *c);
NetConn *idmap_get(const IdMap *m, uint64_t id);
void idmap_free(IdMap *m);

struct NetLoop {
    uv_loop_t uv;
    uv_async_t wake;
    pthread_t thread;
    pthread_mutex_t lock; /* of the next two lines; down is written under it and by the loop's thread only */
    Task *first, *last;
    bool stopping; /* nothing more is posted */
    bool down;     /* everything is being closed: nothing new is opened */
    uint64_t next_id;
    IdMap ids;
    NetConn *conns; /* all, also those that are on their way out */
    NetListener *listeners;
    NetTimer *timers;
    NetConn *dirty; /* with writes to be sent before the loop waits */
    uv_prepare_t flush;
    char chunk[READ_CHUNK]; /* where sockets are read into; used up before the next read */
};

struct NetListener {
    uv_tcp_t tcp; /* first: the handle is the listener */
    NetLoop *loop;
    NetOptions opt;
    int port;
    atomic_size_t connections; /* read by any thread */
    NetListener *next, **link;
};

struct NetTimer {
    uv_timer_t timer;
    void (*fn)(void *ud);
    void *ud;
    NetTimer *next, **link;
};

struct NetConn {
    uv_tcp_t tcp;
    uv_timer_t timer; /* connecting, idle, lingering: one after the other */
    NetLoop *loop;
    NetListener *listener; /* NULL: our own connection, or the listener is closed */
    NetOptions opt;
    uint64_t id;
    char peer[PEER_TEXT_MAX];
    void *state;
    char *in; /* bytes not taken yet */
    size_t nin, cap;
    struct Write *unsent;         /* written in this turn of the loop, for one send together */
    NetConn *next_dirty, **dirty; /* dirty NULL: nothing unsent */
    size_t out;                   /* bytes queued in libuv */
    uint64_t last_rx;             /* loop time, ms */
    int handles;                  /* tcp and timer, not closed yet */
    bool open;                    /* stood, and its end is not told yet; state NULL: it was refused */
    bool resuming;                /* resume() is to come */
    bool reading, hold, ending, sockets_closed;
    const char *why; /* of the end */
    struct NetConnect *connect;
    NetConn *by_id; /* next in its slot of the IdMap */
    NetConn *next, **link;
};

/* loop.c. On the loop's thread, also while it stops: fn runs in turn with what was posted. */
void loop_defer(NetLoop *l, void (*fn)(void *ud), void *ud);

/* address.c */
/* "10.0.0.3:51234" or "[::1]:51234". */
void address_print(const struct sockaddr *sa, char out[PEER_TEXT_MAX]);
int address_port(const struct sockaddr *sa);
/* An address without a name to look up; host may be in brackets. */
bool address_parse(const char *host, int port, struct sockaddr_storage *out);

/* conn.c */
NetConn *conn_new(NetLoop *l, const NetOptions *opt);
/* The socket stands: asks the handler, begins to read. */
void conn_open(NetConn *c);
/* graceful: what was written is still sent. The handler's `closed` runs in turn, never inside. */
void conn_end(NetConn *c, const char *why, bool graceful);
/* Closes the sockets; the connection is freed when that is done and `closed` has run. */
void conn_close_sockets(NetConn *c);
void conn_end_all(NetLoop *l, const NetListener *of);
/* What was written since the loop last waited. */
void conns_flush(NetLoop *l);

/* connect.c: an attempt whose socket was closed. */
void connect_gone(NetConn *c);
void connect_abort(NetConn *c);

/* listen.c, timer.c: at the end of the loop. */
void listeners_close_all(NetLoop *l);
void timers_close_all(NetLoop *l);
