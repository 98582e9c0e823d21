/* HJ 212-2017, data transmission of pollution-source monitoring (and frames in the manner of HJ/T 212-2005):
 * the pure codec. Frame: "##", four decimal digits (length of the data segment), the data segment, four hex
 * digits (CRC of the data segment), CR LF.
 *
 * Readings have the source key hj212:MN/FACTOR-Rtd (any suffix of the standard). Statistics exist for
 * minutes, hours and days under the same field names, so theirs end with the command that brought them:
 * hj212:MN/w01018-Avg/2061. */
#pragma once
#include "base/ctx.h"
#include "gateway/sink.h"

#define HJ212_SEGMENT_MAX 1024
#define HJ212_FRAME_MAX   (HJ212_SEGMENT_MAX + 12)
#define HJ212_MN_MAX      40 /* the standard says 24 */

/* Why something is refused; static text, stable. */
#define HJ212_NOISE     "noise"      /* bytes that belong to no frame */
#define HJ212_LENGTH    "length"     /* the length does not fit, or is over 1,024 */
#define HJ212_CRC       "crc"        /* wrong CRC */
#define HJ212_CRC_OTHER "crc_modbus" /* right by the Modbus sum: taken in the lenient mode, still a fault */
#define HJ212_SYNTAX    "syntax"     /* no data segment of the standard's shape */
#define HJ212_NO_MN     "mn"         /* MN missing, too long, or with characters that it cannot have */
#define HJ212_COMMAND   "command"    /* CN missing or unknown */
#define HJ212_QN        "qn"         /* QN is not up to 20 digits */
#define HJ212_FLAG      "flag"       /* Flag is not 0…255 */
#define HJ212_PARTS     "parts"      /* PNUM/PNO wrong, or a part before the first one */
#define HJ212_TIME      "time"       /* DataTime or SampleTime missing or not a time */
#define HJ212_VALUE     "value"      /* not a number */
#define HJ212_FIELD     "field"      /* not FACTOR-Suffix */

typedef enum { HJ212_CRC_WRONG, HJ212_CRC_RIGHT, HJ212_CRC_MODBUS } Hj212Crc;

/* The standard's CRC: the low byte of the register is dropped before each byte. It is not the Modbus CRC,
 * which some devices send. */
uint16_t hj212_crc(Str segment);
uint16_t hj212_crc_modbus(Str segment);

/* As LinkProtocol.cut. A frame with a wrong length is refused up to its CR LF, one without an end up to the
 * next "##". */
long hj212_cut(Str bytes, const char **code);

/* A data segment taken apart; all views are into the frame. */
typedef struct Hj212Packet {
    Str segment;
    Str qn; /* of the head, or of CP in frames of 2005 */
    bool qn_in_cp;
    Str st, pw, mn;
    int cn;
    int flag;      /* -1: none */
    int pnum, pno; /* 0: not split */
    Str cp;        /* between the && */
    Hj212Crc crc;
} Hj212Packet;
/* NULL, or the reason; out then holds what could be read. A CRC that is only right by Modbus is no reason
 * here: see out->crc. */
const char *hj212_parse(Str frame, Hj212Packet *out);
bool hj212_wants_reply(const Hj212Packet *p);

/* What a command is to us. */
typedef enum {
    HJ212_OTHER,     /* known, brings no readings */
    HJ212_DATA,      /* CP has factors with a DataTime */
    HJ212_HEARTBEAT, /* 9015, 9021 */
    HJ212_CALIBRATE, /* 1013: asks for the time */
    HJ212_ANSWER,    /* 9011…9014: an answer to us; never answered */
    HJ212_UNKNOWN
} Hj212Kind;
Hj212Kind hj212_kind(int cn);

/* Quality of a reading by its data flag (N, F, M, S, D, C, T, B …). */
typedef struct Hj212Flags {
    uint8_t q[128]; /* by the flag's character, upper case */
    uint8_t none;   /* without a flag */
    uint8_t other;  /* longer than a character */
} Hj212Flags;
/* "N=0 T=1 S=1 *=2 -=0": '*' is every other flag, '-' is none. false: not of this shape. */
bool hj212_flags_parse(Str text, Hj212Flags *out);
#define HJ212_FLAGS_DEFAULT "N=0 T=1 S=1 *=2 -=0"

/* DataTime of a split upload, for its parts that have none; zeroed before the first frame. */
typedef struct Hj212Split {
    uint64_t of; /* hash of MN, QN and CN; 0: none */
    int64_t t;
} Hj212Split;

/* Readings of a packet of kind HJ212_DATA, in order. NULL, or why the whole packet is refused (then the sink
 * has seen nothing); single faulty fields go to sink->reject. split may be NULL. */
const char *hj212_readings(const Hj212Packet *p, const Hj212Flags *flags, Hj212Split *split,
                           const ReadingSink *sink);

/* Appends a frame with this data segment. */
void hj212_frame(StrBuf *out, Str segment);
/* The answer to a packet that wants one: 9014 to data, 9013 to notices; the same QN, ST=91, the same MN and
 * PW, Flag with the same version and nothing asked. CP is empty as in the standard, or QnRtn=1 as many
 * devices expect. */
void hj212_reply(StrBuf *out, const Hj212Packet *p, bool qnrtn);
/* Command 1012: sets the device's clock to t; qn_t makes its QN. */
void hj212_set_time(StrBuf *out, const Hj212Packet *asked, int64_t t);

/* For tests, the demo city and the benchmark: an upload of values. */
typedef struct Hj212Value {
    const char *field; /* "w01018-Rtd" */
    double v;
    char flag; /* 0: none */
} Hj212Value;
typedef struct Hj212Upload {
    int64_t qn_t, data_t; /* ms UTC */
    const char *st, *pw, *mn;
    int cn, flag;
    const Hj212Value *values;
    size_t n;
} Hj212Upload;
/* Appends one frame with as many values as fit; returns how many. */
size_t hj212_encode(StrBuf *out, const Hj212Upload *u);

/* A frame in words, one fact a line; also of a broken frame what can be said. PW is masked. */
void hj212_describe(Str frame, Lang lang, StrBuf *out);
/* Puts '*' over PW. */
void hj212_mask(char *frame, size_t n);
