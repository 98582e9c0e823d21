/* A sender of the soak: one connection, one protocol, an endless stream of readings that is a pure function
 * of the sender's number, and a count of those that were acknowledged. Frames are acknowledged in order and
 * what was not is sent again from there, so the acknowledged readings are always the first `acked` of the
 * stream, and whoever checks can make them again (tests/soak/stream.py). Needs nothing of the program: its
 * own packets, its own checksums. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POINTS_MAX = 100, WINDOW_MAX = 64, TEXT_MAX = 64 };

typedef struct Buf {
    unsigned char *p;
    size_t n, cap;
} Buf;
void buf_put(Buf *b, const void *bytes, size_t n);
void buf_text(Buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_be(Buf *b, uint64_t v, int bytes); /* big endian */
void buf_le(Buf *b, uint64_t v, int bytes);

/* What an acknowledgement is for. */
typedef struct Sent {
    uint64_t end; /* readings of the stream up to and with this frame */
    uint64_t id;  /* serial, packet identifier or QN, whatever the protocol echoes */
} Sent;

typedef struct Sender {
    const struct Protocol *protocol;
    int number, port;
    unsigned points; /* readings of one step, one of each point */
    int64_t origin;  /* ms of step 0, a whole second */
    double rate;     /* readings a second */
    uint64_t acked, sent;
    uint64_t frames; /* sent on this connection */
    Sent window[WINDOW_MAX];
    unsigned waiting, oldest;
    bool ready; /* the protocol's greetings are over */
    int fd;
    Buf out, in;
    uint64_t reconnects, refused;
} Sender;

typedef struct Protocol {
    const char *name;
    unsigned points, window;
    bool seconds;                      /* whole seconds, one step each */
    void (*greet)(Sender *s);          /* into out; may be NULL, then the connection is ready */
    unsigned (*size)(const Sender *s); /* readings of the next frame, a multiple of points for devices */
    /* The frame with readings sent … sent + n into out; returns its id. */
    uint64_t (*frame)(Sender *s, unsigned n);
    /* Length of the first whole answer in `in`, 0: none yet. */
    size_t (*cut)(const Sender *s);
    /* The answer; calls sender_acked or sender_again. */
    void (*answer)(Sender *s, const unsigned char *p, size_t n);
} Protocol;
extern const Protocol line_protocol, json_protocol, binary_protocol, mqtt_protocol, hj212_protocol,
    gb26875_protocol, jt808_protocol;

/* The stream: reading r is step r / points of point r % points. */
int64_t stream_time(const Sender *s, uint64_t step);
int stream_value(unsigned point, uint64_t step); /* hundredths, 200 … 1220 */
const char *stream_code(const Sender *s, unsigned point, char out[TEXT_MAX]);
uint64_t mix64(uint64_t x);

/* The oldest frame waiting is acknowledged; ends the program when its id is another one. */
void sender_acked(Sender *s, uint64_t id);
/* Not taken for now: everything waiting is sent again. */
void sender_again(Sender *s);
_Noreturn void sender_wrong(const Sender *s, const char *what);

bool sender_stopping(void); /* the end is asked for */

/* A Modbus slave that keeps what it served: modbus.c. */
int modbus_slave(int port, unsigned points, uint64_t next);
