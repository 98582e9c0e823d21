/* Connections that we begin. An attempt is a NetConn that is not open yet; its timer is the time limit. A
 * name is looked up by libuv's helper threads, an address goes straight to the socket. The first address of a
 * name is taken: who polls a device tries again anyway. */
#include "net_private.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct NetConnect {
    uv_getaddrinfo_t lookup;
    uv_connect_t req;
    NetConn *conn; /* NULL once the handles are gone while the look-up still runs */
    void (*failed)(void *ud, const char *why);
    void *ud;
    const char *why;
    bool looking;
} NetConnect;

/* The handles are closed and nobody looks up any more: tell and forget. */
static void finish(NetConnect *k)
{
    if (k->conn || k->looking) return;
    k->failed(k->ud, k->why);
    free(k);
}

void connect_gone(NetConn *c)
{
    NetConnect *k = c->connect;
    c->connect = NULL;
    k->conn = NULL;
    finish(k);
}

static void give_up(NetConnect *k, const char *why)
{
    if (!k->why) k->why = why;
    if (k->conn) conn_end(k->conn, k->why, false);
}

void connect_abort(NetConn *c)
{
    NetConnect *k = c->connect;
    if (!k->why) k->why = "stop";
    if (k->looking) uv_cancel((uv_req_t *)&k->lookup);
}

static void on_timeout(uv_timer_t *t)
{
    NetConn *c = t->data;
    NetConnect *k = c->connect;
    if (k->looking) uv_cancel((uv_req_t *)&k->lookup);
    give_up(k, "timeout");
}

static void on_connect(uv_connect_t *req, int status)
{
    NetConnect *k = req->data;
    NetConn *c = k->conn;
    if (status < 0 || c->ending) {
        give_up(k, status < 0 ? uv_strerror(status) : "stop");
        return;
    }
    uv_timer_stop(&c->timer);
    c->connect = NULL;
    free(k);
    conn_open(c);
}

static void dial(NetConnect *k, const struct sockaddr *sa)
{
    address_print(sa, k->conn->peer);
    k->req.data = k;
    int rc = uv_tcp_connect(&k->req, &k->conn->tcp, sa, on_connect);
    if (rc < 0) give_up(k, uv_strerror(rc));
}

static void on_lookup(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
    NetConnect *k = lookup->data;
    k->looking = false;
    if (!k->conn || k->conn->ending) finish(k);
    else if (status < 0) give_up(k, uv_strerror(status));
    else dial(k, found->ai_addr);
    uv_freeaddrinfo(found);
}

static void look_up(NetConnect *k, NetLoop *l, const char *host, int port)
{
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    k->lookup.data = k;
    k->looking = true;
    int rc = uv_getaddrinfo(&l->uv, &k->lookup, on_lookup, host, service, &hints);
    if (rc == 0) return;
    k->looking = false;
    give_up(k, uv_strerror(rc));
}

void net_connect(NetLoop *l, const char *host, int port, int64_t timeout_ms, const NetOptions *opt,
                 void (*failed)(void *ud, const char *why))
{
    NetConnect *k = calloc(1, sizeof *k);
    ENSURE(k);
    k->failed = failed;
    k->ud = opt->ud;
    k->conn = conn_new(l, opt);
    k->conn->connect = k;
    uv_update_time(&l->uv);
    if (timeout_ms > 0) uv_timer_start(&k->conn->timer, on_timeout, (uint64_t)timeout_ms, 0);
    struct sockaddr_storage sa;
    if (l->down) give_up(k, "stop");
    else if (address_parse(host, port, &sa)) dial(k, (struct sockaddr *)&sa);
    else look_up(k, l, host, port);
}
