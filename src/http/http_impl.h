/* What the parts of the web server share. Nothing here knows libmicrohttpd: mhd.c is its adapter, and calls
 * the exchange_on_… functions on its I/O threads; the other parts call mhd_… back.
 *
 * An Exchange is one request and its answer. It belongs to the I/O thread while headers and body come in, to
 * a worker (or, after res_later, to the finisher) while its connection is suspended, and to the I/O thread
 * again for sending. */
#pragma once
#include "base/clock.h"
#include "http/http.h"
#include "router.h"
#include "url.h"
#include <pthread.h>
#include <stdatomic.h>

enum {
    RES_HEADERS_MAX = 24,
    REQ_HEADERS_MAX = 100,
    STREAM_CHUNK = 64 * 1024,
    SKIP_MAX =
        16 * 1024 * 1024,   /* bytes of a refused body that are read and dropped so that the answer arrives */
    AUTH_FIRST = 16 * 1024, /* a body larger than this is not read before the sender is known */
    ARENA_BUDGET = 256 * 1024 * 1024,
    ARENA_POOL = 64,
    STOP_GRACE_MS = 10000
};

typedef struct Exchange Exchange;
typedef struct SseClient SseClient;

/* One connection. The watch thread shuts it down when the deadline has passed. */
typedef struct HttpConn {
    Exchange *unfinished; /* the request under way; libmicrohttpd drops some malformed ones without a word */
    int fd;
    char peer[64];
    _Atomic int64_t deadline; /* monotonic ms; INT64_MAX: none */
    struct HttpConn *prev, *next;
} HttpConn;

struct Res {
    Arena *arena;
    int status; /* 0: not set */
    struct {
        const char *name, *value;
    } headers[RES_HEADERS_MAX];
    size_t nheaders;
    const char *type;
    Str body;
    bool body_static; /* lives as long as the server: needs no copy */
    char *taken;      /* malloc'd; when the body lies in it, it goes over to the adapter's response */
    bool json_on;
    StrBuf json_buf;
    JsonOut json;
    long (*pull)(void *ud, char *buf, size_t max);
    void *pull_ud;
};

typedef enum { JOB_AUTHORISE, JOB_RUN, JOB_PULL, JOB_DROP } JobKind;
typedef enum { STAGE_NEW, STAGE_AUTHORISE, STAGE_BODY, STAGE_REPLY } Stage;
/* What the I/O thread does next. */
typedef enum { NEXT_READ, NEXT_REPLY, NEXT_WAIT, NEXT_CLOSE } Next;
/* Who of handler and finisher is last resumes the connection. */
enum { PHASE_RUNNING, PHASE_PARKED, PHASE_DONE };

struct Exchange {
    Req req; /* first: req.impl is the Exchange */
    Res res;
    HttpServer *server;
    HttpConn *conn;
    void *mhd;      /* the adapter's connection */
    void *response; /* the adapter's response, made by exchange_respond */
    Stage stage;
    bool head; /* HEAD: handled as GET, the body is not sent */
    bool too_many_headers, authorised, later, is_busy, closing, released;
    atomic_int phase;
    char id[65];

    UrlPair *headers;
    size_t nheaders;
    UrlPair *queries;
    size_t nqueries;
    RouteHit hit;

    char *body;
    size_t body_n, body_cap, body_limit;
    size_t reserved;    /* of the server's memory for bodies */
    uint64_t declared;  /* Content-Length; UINT64_MAX: chunked */
    int64_t body_since; /* monotonic ms */
    size_t received;
    Rc skip; /* not 0: no handler is called, the body is dropped, and this is the answer */
    Str encoding;

    char *chunk; /* of a streamed body */
    size_t chunk_n, chunk_pos;
    int chunk_end; /* 0, or STREAM_END / STREAM_BROKEN */

    SseClient *sse;
    Exchange *stream_prev, *stream_next; /* list of event streams */
    JobKind job;
    Exchange *job_next;
};
enum { STREAM_END = -1, STREAM_BROKEN = -2 };

struct HttpServer {
    HttpOptions opt;
    Router *router;
    void *daemon;
    int listen_fd, port;
    uint64_t id_seed;
    atomic_uint_fast64_t id_next;
    atomic_size_t memory; /* bytes of bodies in flight */
    atomic_bool stopping; /* no new work */
    atomic_bool cutting;  /* no new suspensions either */

    pthread_mutex_t lock; /* the counters below */
    pthread_cond_t changed;
    int busy; /* exchanges whose handler has been called and whose answer is not yet sent */
    int held; /* exchanges the adapter must not lose: suspended, or with a handler running */

    pthread_mutex_t stream_lock; /* taken before a client's lock, never after */
    Exchange *streams;           /* event streams */

    pthread_mutex_t conn_lock;
    HttpConn *conns;
    Metric *connections;
    pthread_mutex_t arena_lock;
    Arena *arenas[ARENA_POOL];
    size_t narenas;

    pthread_mutex_t job_lock;
    pthread_cond_t job_ready;
    Exchange *jobs, **jobs_tail;
    bool jobs_closed;
    pthread_t *workers;
    int nworkers;
    pthread_t watch;
    bool watching;
    pthread_cond_t watch_wake;
};

static inline Exchange *exchange_of(const Req *req)
{
    return req->impl;
}
static inline int64_t mono_ms(void)
{
    return clock_mono_us() / 1000;
}

/* exchange_in.c: called by the adapter on an I/O thread */
Exchange *exchange_new(HttpServer *s, HttpConn *c, void *mhd, const char *uri);
void exchange_add_header(Exchange *ex, Str name, Str value);
Next exchange_on_headers(Exchange *ex, const char *method);
Next exchange_on_authorised(Exchange *ex);
Next exchange_on_body(Exchange *ex, const char *data, size_t n);

/* exchange.c */
Next exchange_run(Exchange *ex);
void exchange_work(Exchange *ex, JobKind job); /* on a worker */
/* Renders the handler's result and makes the response; ends the arena unless the body is streamed. */
void exchange_respond(Exchange *ex, Rc rc);
Next exchange_answer(Exchange *ex, Rc rc); /* without a handler */
Rc exchange_authorise(Exchange *ex);
/* Bytes of a streamed body; 0: the connection was suspended; STREAM_…. */
long exchange_read(Exchange *ex, char *buf, size_t max);
void exchange_end(Exchange *ex);
bool exchange_hold(Exchange *ex); /* false: the server is being stopped by force */
void exchange_unhold(HttpServer *s);
/* Gives a held, suspended exchange back to its I/O thread; the caller must not touch it afterwards. */
void exchange_resume(Exchange *ex);
bool exchange_memory_take(Exchange *ex, size_t n);
void exchange_body_free(Exchange *ex);

/* worker.c */
void workers_start(HttpServer *s);
void workers_stop(HttpServer *s);
void workers_push(Exchange *ex, JobKind job);

/* problem.c */
void problem_render(Exchange *ex, Rc rc);
/* assets.c: the internal route of a path that no declared route has; NULL: there is no such file either */
const Route *asset_route(Exchange *ex);
/* server.c */
void server_conn_add(HttpServer *s, HttpConn *c);
void server_conn_remove(HttpServer *s, HttpConn *c);
Arena *server_arena_take(HttpServer *s);
void server_arena_give(HttpServer *s, Arena *a);

/* sse.c */
long sse_read(Exchange *ex, char *buf, size_t max);
void sse_cut(SseClient *c);
void sse_drop(Exchange *ex);
void sse_hub_set_beat(SseHub *hub, int64_t ms); /* for tests; the rule is 15 s */

/* mhd.c */
Rc mhd_start(Ctx *ctx, HttpServer *s);
/* tls.c: one certificate a process. */
extern const char tls_priorities[];
intptr_t tls_callback(void);                              /* for libmicrohttpd */
Rc tls_load(Ctx *ctx, const char *cert, const char *key); /* on failure the one before stays */
void tls_forget(void);
void mhd_quiesce(HttpServer *s);
void mhd_stop(HttpServer *s);
void mhd_suspend(Exchange *ex);
void mhd_resume(Exchange *ex);
void *mhd_response_new(Exchange *ex);
void mhd_response_free(void *response);
