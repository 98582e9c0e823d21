/* Protocols over TCP where devices call: a connection becomes a peer, its bytes are cut into frames, each
 * frame is taken by the protocol. All but link_listen and link_unlisten runs on the loop's thread. */
#include "link_private.h"
#include "base/log.h"
#include "base/strmap.h"
#include <stdio.h>
#include <stdlib.h>

static void name_sender(LinkConn *c)
{
    char text[sizeof c->identity + sizeof c->host + 32];
    int n = snprintf(text, sizeof text, "%s %s", c->g->protocol->name, *c->identity ? c->identity : c->host);
    c->sender = hash_bytes(text, (size_t)n);
}

static void *on_opened(void *ud, NetConn *net)
{
    LinkGateway *g = ud;
    LinkConn *c = calloc(1, sizeof *c);
    ENSURE(c);
    c->g = g;
    c->net = net;
    Str peer = str_of(net_peer(net));
    const char *colon = strrchr(peer.p, ':');
    snprintf(c->host, sizeof c->host, "%.*s", (int)(colon ? colon - peer.p : (ptrdiff_t)peer.n), peer.p);
    name_sender(c);
    c->peer = c->peers[c->npeers++] = link_peer_open(g, net_peer(net));
    if (g->protocol->opened) c->state = g->protocol->opened(c);
    return c;
}

/* One frame, or noise; returns its length, 0: more bytes are needed. */
static size_t take_one(LinkConn *c, Str bytes)
{
    const LinkProtocol *p = c->g->protocol;
    const char *code = REJECT_SYNTAX;
    long n = p->cut(bytes, &code);
    if (n > 0) {
        ENSURE((size_t)n <= bytes.n);
        p->take(c, str_n(bytes.p, (size_t)n));
        return (size_t)n;
    }
    size_t noise = (size_t)-n < bytes.n ? (size_t)-n : bytes.n;
    if (noise) link_refuse(c, str_n(bytes.p, noise), code, STR_NONE);
    return noise;
}

static size_t on_data(void *state, NetConn *net, Str bytes)
{
    (void)net;
    LinkConn *c = state;
    size_t used = 0;
    while (used < bytes.n && !c->hold) {
        size_t n = take_one(c, str_n(bytes.p + used, bytes.n - used));
        if (!n) break;
        used += n;
    }
    return used;
}

static void close_peers(LinkConn *c)
{
    for (size_t i = 0; i < c->npeers; i++) link_peer_close(&c->peers[i]);
    c->npeers = 0;
    c->peer = NULL;
}

static void on_closed(void *state, NetConn *net, const char *why)
{
    (void)net;
    LinkConn *c = state;
    if (!strcmp(why, "overflow")) link_refuse(c, STR_NONE, "overflow", STR_NONE);
    c->net = NULL;
    close_peers(c);
    if (c->g->protocol->closed && c->state) c->g->protocol->closed(c->state);
    conn_drop_parked(c);
    conn_settle(c); /* frees it when nothing is pending */
}

/* ---- Listening ---- */

static Rc try_listen(Ctx *ctx, LinkGateway *g, const LinkListen *opt, const char *address)
{
    NetOptions net = {
        .handler = {on_opened, on_data, on_closed},
        .ud = g,
        .idle_ms = opt->idle_s * MS_SECOND,
        .max_connections = (size_t)opt->max_connections,
    };
    return net_listen(ctx, g->loop, address, &net, &g->listener);
}

/* "10.0.0.1:8212" with another port. */
static const char *with_port(Ctx *ctx, const char *address, int port)
{
    const char *colon = strrchr(address, ':');
    return arena_printf(ctx->arena, "%.*s:%d", (int)(colon ? colon - address : (ptrdiff_t)strlen(address)),
                        address, port);
}

static void listen_failed(Ctx *ctx, LinkGateway *g, const char *address)
{
    const char *why = ctx->err.cause ? ctx->err.cause : "";
    Text fault = {arena_printf(ctx->arena, "无法监听 %s：%s", address, why),
                  arena_printf(ctx->arena, "cannot listen on %s: %s", address, why)};
    link_gateway_state(g, LINK_FAULT, address, fault);
    ctx_clear(ctx);
}

void link_listen(Ctx *ctx, LinkGateway *g, const LinkListen *opt)
{
    static const Text none = T("", "");
    if (!opt->address || !*opt->address) {
        link_gateway_state(g, LINK_OFF, "", none);
        return;
    }
    Rc rc = try_listen(ctx, g, opt, opt->address);
    if (rc < 0 && opt->any_port) {
        ctx_clear(ctx);
        rc = try_listen(ctx, g, opt, with_port(ctx, opt->address, 0));
    }
    if (rc < 0) {
        listen_failed(ctx, g, opt->address);
        return;
    }
    g->port = net_listener_port(g->listener);
    link_gateway_state(g, LINK_ON, with_port(ctx, opt->address, g->port), none);
}

void link_unlisten(LinkGateway *g)
{
    static const Text none = T("", "");
    if (!g->listener) return;
    net_listener_close(&g->listener);
    pthread_mutex_lock(&g->lock);
    while (g->under_way) pthread_cond_wait(&g->idle, &g->lock);
    pthread_mutex_unlock(&g->lock);
    g->port = 0;
    link_gateway_state(g, LINK_OFF, "", none);
}

int link_port(const LinkGateway *g)
{
    return g->port;
}

/* ---- What a protocol asks ---- */

LinkGateway *link_gateway_of(LinkConn *c)
{
    return c->g;
}

LinkPeer *link_peer_of(LinkConn *c)
{
    return c->peer;
}

void *link_state_of(LinkConn *c)
{
    return c->state;
}

/* A station may send for many devices over one connection: each is found again by its name. Beyond the most,
 * the last line takes the others' names in turn. */
static LinkPeer *peer_called(LinkConn *c, Str identity)
{
    for (size_t i = 0; i < c->npeers; i++)
        if (link_peer_is(c->peers[i], identity)) return c->peers[i];
    if (link_peer_is(c->peer, STR_NONE) || c->npeers == CONN_PEERS_MOST) return c->peer;
    return c->peers[c->npeers++] = link_peer_open(c->g, net_peer(c->net));
}

void link_identify(LinkConn *c, Str identity)
{
    size_t n = identity.n < IDENTITY_MAX ? identity.n : IDENTITY_MAX;
    if (str_eq(str_of(c->identity), str_n(identity.p, n))) return;
    if (n) memcpy(c->identity, identity.p, n);
    c->identity[n] = '\0';
    name_sender(c);
    c->peer = peer_called(c, identity);
    link_peer_identity(c->peer, identity);
}

const char *link_identity(LinkConn *c)
{
    return c->identity;
}

void link_reply(LinkConn *c, Str bytes)
{
    if (c->net) net_write(c->net, bytes);
}

void link_refuse(LinkConn *c, Str frame, const char *code, Str detail)
{
    link_peer_refuse(c->peer, frame, code, detail);
}

void link_taken(LinkConn *c, Str frame)
{
    link_peer_frame(c->peer, frame, 0);
}

void link_close(LinkConn *c, const char *why)
{
    if (!c->close_why) c->close_why = why;
    conn_hold_as_needed(c);
    if (!c->npending && c->net) net_close(c->net, c->close_why);
}
