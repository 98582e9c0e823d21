/* Device links: what the gateways of all device protocols share. A protocol says how its frames are cut,
 * taken and put into words; this layer owns sockets, batches, acknowledgement after the commit,
 * back-pressure, figures, and the page "who is connected, last frame in hex and in words, refused frames and
 * why".
 *
 * A LinkGateway is one protocol in this program. A LinkPeer is one conversation of it: a connection of a TCP
 * protocol, the broker or a topic of MQTT, a slave polled over Modbus. */
#pragma once
#include "gateway/batch_sink.h"
#include "kernel/kernel.h"
#include "net/net.h"

/* Routes GET /api/gateways, GET /api/gateways/{name}; permission gateway.read. First of the device gateways
 * in the list of modules: it provides the loop ("net"). */
extern const Module gateway_link;

/* ---- Figures and faces, for all protocols. Functions on gateways and peers: any thread. ---- */

/* Codes every gateway may use beside its own reasons: those of gateway/sink.h (REJECT_…), and "store" and
 * "overflow", which this layer gives itself. Readings that a sink rejected are shown as a refused part of
 * their frame with the sink's code. */

/* Longest frame kept for the page; of a longer one the beginning. */
#define LINK_FRAME_SHOWN 2048
/* Refused frames kept for each gateway, newest first. */
#define LINK_REFUSED_KEPT 200

/* Why a frame or a part of it is refused: a table of each protocol. */
typedef struct LinkReason {
    const char *code; /* "checksum" */
    Text text;        /* T("校验和不符", "wrong checksum") */
} LinkReason;

typedef struct LinkConn LinkConn;

typedef struct LinkProtocol {
    const char *name; /* "hj212": also the name in the route and of the configuration section */
    Text title;       /* T("环保 HJ 212-2017", "HJ 212-2017") */
    Text peer_title;  /* what a peer is called: T("数采仪 MN", "Data logger MN") */
    const LinkReason *reasons;
    size_t nreasons;
    /* A frame in words, one fact a line ("命令 2011 实时数据\nw01008 = 123.456"); for a frame that cannot be
     * read, what can be said of it. Pure, called when somebody looks. */
    void (*describe)(Str frame, Lang lang, StrBuf *out);
    /* Blanks secrets (passwords, authentication codes) in a copy of a frame before it is shown; may be NULL.
     */
    void (*mask)(char *frame, size_t n);

    /* ---- For protocols over TCP where devices call; NULL otherwise ---- */
    /* Length of the first whole frame; 0: more bytes are needed; negative: that many bytes belong to no frame
     * (they are counted and shown as refused with *code). */
    long (*cut)(Str bytes, const char **code);
    /* Takes a frame: link_batch … link_submit, link_reply, link_refuse. On the loop's thread. */
    void (*take)(LinkConn *c, Str frame);
    /* Own state of a connection; may be NULL. */
    void *(*opened)(LinkConn *c);
    void (*closed)(void *state);
} LinkProtocol;

typedef enum { LINK_OFF, LINK_ON, LINK_FAULT } LinkState;
typedef struct LinkGateway LinkGateway;
typedef struct LinkPeer LinkPeer;

/* Registers the protocol; in the module's start hook. p lives as long as the program. */
LinkGateway *link_gateway_new(Kernel *k, const LinkProtocol *p);
void link_gateway_free(LinkGateway **g); /* in the stop hook; all peers are closed by then */
/* address: where it listens or what it is connected to. fault: why not, in the reader's language; may be
 * empty. */
void link_gateway_state(LinkGateway *g, LinkState s, const char *address, Text fault);
Intake *link_intake(LinkGateway *g);
Kernel *link_kernel(LinkGateway *g);

LinkPeer *link_peer_open(LinkGateway *g, const char *address);
void link_peer_close(LinkPeer **p); /* its figures stay visible for a day, at most 1,000 of them */
void link_peer_identity(LinkPeer *p, Str identity); /* MN, source address, phone number, topic, unit */
/* A frame that was taken, with the readings it brought. */
void link_peer_frame(LinkPeer *p, Str frame, size_t readings);
/* A frame (or a part of it: detail says which, may be empty) that was not. */
void link_peer_refuse(LinkPeer *p, Str frame, const char *code, Str detail);

/* Protocols with whole seconds: the first reading of a source in a second keeps t, each further one gets 1 ms
 * more, in order of arrival. key_hash names the source. On one thread for each gateway. */
int64_t link_spread(LinkGateway *g, uint64_t key_hash, int64_t t);

/* ---- Protocols over TCP where devices call ---- */
typedef struct LinkListen {
    const char *address; /* "" : off */
    int64_t max_connections;
    int64_t idle_s;
    bool any_port; /* when the port is taken, another one will do: the demo city */
} LinkListen;
/* Listens; an address that cannot be taken is the gateway's fault on its page and in the log, not the
 * program's end. Every connection is a peer. */
void link_listen(Ctx *ctx, LinkGateway *g, const LinkListen *opt);
void link_unlisten(LinkGateway *g);  /* waits until no batch of it is under way */
int link_port(const LinkGateway *g); /* 0: off */
/* The same by the protocol's name. */
int link_port_by_name(const char *protocol);

LinkGateway *link_gateway_of(LinkConn *c);
LinkPeer *link_peer_of(LinkConn *c);
void *link_state_of(LinkConn *c);
/* Names the device; also part of the sender's name for fairness and for unclaimed sources. */
void link_identify(LinkConn *c, Str identity);
const char *link_identity(LinkConn *c); /* "" before */
/* Sends now. */
void link_reply(LinkConn *c, Str bytes);
/* The frame is not taken: counted and shown; the connection stays. */
void link_refuse(LinkConn *c, Str frame, const char *code, Str detail);
/* A frame without readings was taken. */
void link_taken(LinkConn *c, Str frame);
/* Ends the connection: nothing more is taken, what was submitted is still acknowledged, what was replied is
 * still sent. */
void link_close(LinkConn *c, const char *why);

/* A batch for this frame's readings and its sink. Sources are kept as unclaimed when no point claims them. */
typedef struct LinkBatch {
    Batch *batch;
    BatchSink to;
    ReadingSink sink;
} LinkBatch;
/* out stays where it is until link_submit; who does not submit it calls batch_free(&out->batch). */
void link_batch(LinkConn *c, LinkBatch *out);
/* The batch goes to the intake; ack (copied) is sent after the commit, in the order of the submits of this
 * connection. While the intake is full the connection is held and the batch tried again: nothing is lost and
 * nothing grows. When the disk refuses, no ack is sent and the connection is closed, so that the device
 * repeats. An empty batch acknowledges in turn. */
void link_submit(LinkConn *c, LinkBatch *b, Str frame, Str ack);
