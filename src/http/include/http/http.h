/* The web server: routes, requests, responses. libmicrohttpd is behind it and seen nowhere else.
 *
 * accept → route (method, path, permission) → authorise hook → handler on a worker thread → response. A
 * handler gets an arena (inside req->ctx) that ends with the request. A negative Rc becomes problem+json (RFC
 * 9457) from ctx.err. */
#pragma once
#include "base/ctx.h"
#include "base/json.h"
#include <stdint.h>

typedef enum { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_METHODS } HttpMethod;

typedef struct Req Req;
typedef struct Res Res;
typedef struct HttpServer HttpServer;

typedef Rc (*HttpHandler)(Req *req, Res *res);

enum {
    ROUTE_NO_CSRF = 1,   /* an unsafe method that needs no CSRF token (login; machine interfaces) */
    ROUTE_DIRECT = 2,    /* runs on the I/O thread: must not block; may answer later (res_later) */
    ROUTE_WRITE_AUTH = 4 /* accepts InfluxDB's ways to send a token: "Token T", Basic, u= & p= */
};

/* Public routes say so; a route with perm NULL does not pass the conformance test and is refused at start. */
#define PERM_PUBLIC  "public"  /* no login */
#define PERM_SESSION "session" /* any logged-in user */

typedef struct Route {
    HttpMethod method;
    const char *path; /* "/api/points/{id}/readings"; {x} matches one segment, a last {x*} the rest */
    const char *perm;
    HttpHandler fn;
    const void *data;  /* for fn: req->route->data */
    size_t body_limit; /* bytes after unpacking; 0: the server's default (1 MiB) */
    unsigned flags;
    Text title; /* one line for the OpenAPI document */
} Route;

/* Who asks. Made by the authorise hook, borrowed for the request. */
typedef struct Principal {
    int64_t user_id;  /* 0: nobody */
    const char *name; /* login name or token name */
    const char *full_name;
    bool is_token;
    const void *perms; /* the kernel's permission set */
} Principal;

struct Req {
    Ctx ctx;
    HttpMethod method;
    const Route *route;
    Str path;
    Str body;             /* whole, unpacked */
    const char *peer;     /* address of the sender, "127.0.0.1" */
    int64_t t;            /* arrival, ms */
    const char *id;       /* trace id, also in X-Request-Id */
    const Principal *who; /* never NULL in a handler; user_id 0 for public */
    void *impl;
};

Str req_param(const Req *req, const char *name); /* from the path, unescaped; STR_NONE */
Str req_query(const Req *req, const char *name); /* unescaped; STR_NONE when absent, p != NULL when empty */
Str req_header(const Req *req, const char *name);
Str req_cookie(const Req *req, const char *name);
/* Did it come encrypted, by our own TLS or as the proxy before us says? */
bool req_secure(const Req *req);
/* Walk all query parameters in order. */
void req_each_query(const Req *req, void (*fn)(void *ud, Str name, Str value), void *ud);
/* The body as JSON; empty body is RC_SYNTAX. RC_MEDIA when the content type is neither JSON nor merge-patch.
 */
Rc req_json(Req *req, const Json **out);
/* One file of a multipart/form-data body, or the whole body when it is not multipart. *name may become
 * STR_NONE. */
Rc req_file(Req *req, Str *name, Str *content);

void res_status(Res *res, int status);
void res_header(Res *res, const char *name, const char *value);
/* Start a JSON body; write to the returned writer; sent when the handler returns 0. */
JsonOut *res_json(Req *req, Res *res);
/* A whole body; bytes are borrowed from the request's arena. */
void res_body(Res *res, const char *content_type, Str body);
/* The same for a large body: p is from malloc, is sent as it lies there, and is the server's from now on. */
void res_body_take(Res *res, const char *content_type, char *p, size_t n);
/* Content-Disposition after RFC 6266: the name in UTF-8 as filename*, beside it what of it is ASCII. A
 * download, or shown by the browser and kept under that name. */
void res_attachment(Req *req, Res *res, const char *file_name);
void res_inline(Req *req, Res *res, const char *file_name);
/* A streamed body: pull fills up to max bytes; returns the count, 0 = end, negative = abort. Runs on a worker
 * thread; the request's arena lives until the end. */
void res_stream(Res *res, const char *content_type, long (*pull)(void *ud, char *buf, size_t max), void *ud);
/* ROUTE_DIRECT only: the handler returns 0 after this and the answer comes later, from any thread, by
 * http_finish(req, rc), which renders like a handler's return. Between the two the request belongs to the
 * finisher. */
void res_later(Req *req, Res *res);
Res *req_res(Req *req);
void http_finish(Req *req, Rc rc);

typedef struct HttpOptions {
    const char *listen; /* "127.0.0.1:8765", "[::1]:8765"; port 0 picks one */
    int io_threads;     /* poll-mode I/O threads, default 2 */
    int workers;        /* threads that run handlers, default 4 */
    int max_connections;
    int max_per_peer;
    size_t body_default;
    size_t memory_limit; /* all bodies in flight; beyond it 503 with Retry-After */
    int timeout_s; /* a connection silent for so long is closed; headers get twice this in all, and so does a
                      body plus what 8 KiB a second take; 0: 30 */
    /* Fills req->who from cookie, token or peer, and checks the route's permission and CSRF. RC_UNAUTH,
     * RC_FORBIDDEN. For ROUTE_DIRECT it runs on the I/O thread and must not block. Before a large body it
     * runs as soon as the headers are there: a database connection that it borrows it gives back before it
     * returns. */
    Rc (*authorise)(void *ud, Req *req);
    void *authorise_ud;
    const struct HttpAsset *assets; /* embedded files of the UI, sorted by path */
    size_t nassets;
    const char *assets_dir;         /* instead of the embedded ones, for development; may be NULL */
    const char *tls_cert, *tls_key; /* PEM files: serve TLS 1.2 and 1.3 only; NULL: plain */
} HttpOptions;

typedef struct HttpAsset {
    const char *path; /* "/index.html" */
    const unsigned char *data;
    size_t size;
    const char *type;
    const char *etag;
} HttpAsset;

/* Routes are added before start; the rows are copied, what they point to is borrowed for the server's life.
 * Paths that match no route and are GET are served from assets, with /index.html for paths without a dot (the
 * UI's own router). Every answer carries the CSP of docs/security.md. */
HttpServer *http_new(const HttpOptions *opt);
Rc http_add_routes(Ctx *ctx, HttpServer *s, const Route *routes, size_t n);
Rc http_start(Ctx *ctx, HttpServer *s);
/* Reads certificate and key anew; connections that stand keep theirs. On failure the old ones stay. */
Rc http_reload_tls(Ctx *ctx, HttpServer *s);
int http_port(const HttpServer *s);
void http_stop(HttpServer **s); /* finishes what is under way, closes event streams */
/* All routes, for conformance and OpenAPI. */
size_t http_routes(const HttpServer *s, const Route *const **out);

/* ---- Server-sent events ---- */
typedef struct SseHub SseHub;
SseHub *sse_hub_new(void);
void sse_hub_free(SseHub **hub);
/* One event in the stream's format, for the `first` of sse_open; id 0: no id line. */
void sse_print(StrBuf *out, int64_t id, const char *event, Str data);
/* Turn this request into an event stream of the given topics (bit mask); its arena ends when the handler
 * returns. Events that arrive are queued per client (bounded; a slow client is cut off and comes back with
 * Last-Event-ID). filter (may be NULL) decides per client and event, on the publisher's thread: the row
 * scope. A comment every 15 s keeps it open. first (may be empty) is sent at once. */
Rc sse_open(Req *req, Res *res, SseHub *hub, unsigned topics, Str first,
            bool (*filter)(void *client, const void *event), void *client, void (*client_free)(void *));
/* topic: the bit (or bits) of the event. id 0: no id line. data is one JSON text. Never blocks. */
void sse_publish(SseHub *hub, unsigned topic, int64_t id, const char *event, Str data, const void *event_obj);
/* The same with a text for each client: fn says what this one gets (n 0: nothing). Texts stay until the call
 * returns; the same place and length is the same text. Called under the hub's lock. */
void sse_publish_each(SseHub *hub, unsigned topic, const char *event, Str (*fn)(void *ud, void *client),
                      void *ud);
/* Ends the streams whose client data fn points out (fn NULL: all): their readers connect again and are asked
 * who they are. */
void sse_hub_cut(SseHub *hub, bool (*whose)(const void *client, const void *arg), const void *arg);
/* Is anybody listening to the topic? */
bool sse_wanted(const SseHub *hub, unsigned topics);
size_t sse_clients(const SseHub *hub);

/* ---- Metrics, Prometheus text at /metrics ---- */
typedef struct Metric Metric;
/* Counters and gauges registered once at start; help is English. Never NULL. The name may carry labels
 * (`anlan_x_total{kind="a"}`); the same name again gives the same metric. */
Metric *metric_counter(const char *name, const char *help);
Metric *metric_gauge(const char *name, const char *help);
void metric_add(Metric *m, double v);
void metric_set(Metric *m, double v);
void metrics_print(StrBuf *out);
