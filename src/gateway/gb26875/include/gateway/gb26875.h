/* GB/T 26875.3-2011, user information transmission device of fire protection to the monitoring centre: the
 * pure codec. Frame: "@@", serial (2), version (2), time label (6), source and destination address (6 each),
 * length of the application data L ≤ 1,024 (2), command (1), data (L), checksum (1), "##"; numbers are
 * little-endian.
 *
 * Readings (SRC: the source address as a decimal number):
 *   gb26875:SRC/sysType.sysAddr#bitN                        system status, bits 0…13
 *   gb26875:SRC/sysType.sysAddr/compType.zone.pos#bitN      component status, bits 0…8
 *   gb26875:SRC/sysType.sysAddr/compType.zone.pos#analogueN component analogue of type N, in the type's unit
 *   gb26875:SRC#bitN                                        status of the transmission device, bits 0…6
 *
 * Time labels are binary; some vendors send BCD. A label is taken as binary when that is a date not more than
 * a day after the arrival, else as BCD when that is one; of an object whose label is neither the time is that
 * of the arrival. */
#pragma once
#include "base/ctx.h"
#include "gateway/sink.h"

#define GB26875_DATA_MAX  1024
#define GB26875_FRAME_MIN 30
#define GB26875_FRAME_MAX (GB26875_DATA_MAX + GB26875_FRAME_MIN)

/* Why something is refused; static text, stable. */
#define GB26875_NOISE     "noise"     /* bytes that belong to no frame */
#define GB26875_LENGTH    "length"    /* the length is over 1,024, or no "##" where the frame ends */
#define GB26875_CHECKSUM  "checksum"  /* wrong checksum */
#define GB26875_COMMAND   "command"   /* a command that the standard does not have */
#define GB26875_DIRECTION "direction" /* a command or object that only the centre sends */
#define GB26875_TYPE      "type"      /* an object type that the standard does not have */
#define GB26875_OBJECTS   "objects"   /* number and size of the objects do not fit the data */
#define GB26875_ANALOGUE  "analogue"  /* an analogue type that the standard does not have */

enum {
    GB26875_CONTROL = 1,
    GB26875_SEND = 2,
    GB26875_CONFIRM = 3,
    GB26875_REQUEST = 4,
    GB26875_REPLY = 5,
    GB26875_DENY = 6
};

/* As LinkProtocol.cut. A frame that does not end where it should is given up as soon as a whole right frame
 * lies behind its beginning, so that a broken one never holds an alarm back. */
long gb26875_cut(Str bytes, const char **code);

typedef struct Gb26875Frame {
    uint16_t serial;
    uint8_t version[2];
    uint8_t label[6];
    uint64_t source, target;
    uint8_t command;
    Str data; /* application data, a view into the frame */
    uint8_t sum, sum_right;
} Gb26875Frame;
/* A frame as cut: NULL, or GB26875_CHECKSUM (out is filled all the same), or GB26875_LENGTH (out is empty).
 */
const char *gb26875_parse(Str frame, Gb26875Frame *out);

/* Instant of a label of 6 bytes, see above. false: not a date. */
bool gb26875_time(const unsigned char label[6], int64_t arrival, int64_t *out);

/* Readings of a send or reply, in order. NULL, or why the whole frame is refused (then the sink has seen
 * nothing); single faulty objects go to sink->reject. Other commands and data without readings give none. */
const char *gb26875_readings(const Gb26875Frame *f, int64_t arrival, const ReadingSink *sink);

/* Appends a frame; sum and sum_right are made. label: of t when f->label is all zero. */
void gb26875_frame(StrBuf *out, const Gb26875Frame *f, int64_t t);
/* Confirm (3) or deny (6) of a frame: its serial and version, addresses swapped, the time t, no data. */
void gb26875_answer(StrBuf *out, const Gb26875Frame *f, int command, int64_t t);

/* For tests, the demo city and the benchmark: one object of application data and its time. */
typedef struct Gb26875Component {
    uint8_t system, system_address, type;
    uint16_t zone, position;
    uint16_t status;
    const char *text; /* ≤ 31 bytes, ASCII or already GB18030 */
    int64_t t;
} Gb26875Component;
/* Appends type 2, the count and the objects (n ≤ 22) to application data. */
void gb26875_add_components(StrBuf *data, const Gb26875Component *c, size_t n);

/* A frame in words, one fact a line; also of a broken frame what can be said. */
void gb26875_describe(Str frame, Lang lang, StrBuf *out);
