/* TCP for devices, on one thread: listeners, connections in both directions, timers. The adapter of libuv.
 *
 * All callbacks run on the loop's thread; every function runs there too, except those marked "any thread". A
 * connection is known by its handle on the loop's thread and by its id elsewhere: an id is never used twice,
 * so a late answer to a connection that is gone simply goes nowhere. */
#pragma once
#include "base/ctx.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct NetLoop NetLoop;
typedef struct NetConn NetConn;
typedef struct NetListener NetListener;
typedef struct NetTimer NetTimer;

/* name shows in ps (≤ 15 characters). RC_IO "net.loop". */
Rc net_loop_start(Ctx *ctx, const char *name, NetLoop **out);
/* Closes all that is open (every connection's `closed` is called), runs what was posted, joins. *l may be
 * NULL. Listeners and timers that are still there go with it; attempts to connect fail with "stop". */
void net_loop_stop(NetLoop **l);
/* Any thread. Runs fn(ud) on the loop's thread, in the order of the calls; false when the loop is stopping
 * (fn will not run). */
bool net_post(NetLoop *l, void (*fn)(void *ud), void *ud);
/* Any thread but the loop's: the same, and waits until it has run. */
bool net_call(NetLoop *l, void (*fn)(void *ud), void *ud);

typedef struct NetHandler {
    /* A connection stands. Returns its owner's state, NULL to refuse it (then `closed` is not called). */
    void *(*opened)(void *ud, NetConn *c);
    /* All bytes not yet taken. Returns how many are taken; the rest comes again with more behind it. Called
     * again at once while it takes something and something is left. */
    size_t (*data)(void *state, NetConn *c, Str bytes);
    /* The connection is gone; why is static text: "peer", "idle", "overflow", "slow", "error", "stop", or
     * what net_close was given. The last call for this state. */
    void (*closed)(void *state, NetConn *c, const char *why);
} NetHandler;

typedef struct NetOptions {
    NetHandler handler;
    void *ud;
    size_t input_max;  /* bytes kept while a frame is not whole; more closes with "overflow"; 0: 64 KiB */
    size_t output_max; /* bytes waiting to be sent; more closes with "slow"; 0: 256 KiB */
    int64_t idle_ms;   /* nothing received for so long closes with "idle"; 0: never */
    size_t max_connections; /* of a listener; further ones are closed at once; 0: 4,096 */
} NetOptions;

/* address: "0.0.0.0:8212", "[::]:8212"; port 0 takes a free one. Any thread but the loop's. RC_IO
 * "net.listen" with the system's words. */
Rc net_listen(Ctx *ctx, NetLoop *l, const char *address, const NetOptions *opt, NetListener **out);
int net_listener_port(const NetListener *s);
size_t net_listener_connections(const NetListener *s); /* any thread */
/* Any thread but the loop's: stops listening and closes its connections; their `closed` has run when it
 * returns. */
void net_listener_close(NetListener **s);
/* Starts a connection to host:port (a name or an address; of a name its first address); opened or failed is
 * called later, on the loop's thread. timeout_ms 0: the system's. failed gets opt->ud; why is the system's
 * words, "timeout" or "stop". Ours have no `max_connections`. */
void net_connect(NetLoop *l, const char *host, int port, int64_t timeout_ms, const NetOptions *opt,
                 void (*failed)(void *ud, const char *why));

uint64_t net_id(const NetConn *c);
const char *net_peer(const NetConn *c); /* "10.0.0.3:51234" */
NetLoop *net_loop_of(const NetConn *c);
/* The connection of this id, NULL when it is gone. */
NetConn *net_find(NetLoop *l, uint64_t id);
void net_write(NetConn *c, Str bytes); /* copied, sent in order */
/* What was written is still sent (for two seconds); nothing more is received. `closed` follows later, not
 * inside this call; the id is not found any more. why: static text. */
void net_close(NetConn *c, const char *why);
/* Holds reading back (the peer feels it through TCP) or goes on. Bytes already here are kept. */
void net_hold(NetConn *c, bool hold);

/* fn(ud) every period_ms (> 0), first after one period. NULL when the loop is ending. */
NetTimer *net_timer_start(NetLoop *l, int64_t period_ms, void (*fn)(void *ud), void *ud);
void net_timer_stop(NetTimer **t);
