/* JT/T 808-2011, -2013 and -2019: vehicle terminals. Pure: bytes in, calls of a ReadingSink out; no sockets,
 * no clock, no kernel.
 *
 * 7E | header | body | XOR | 7E, big-endian; 7E is sent as 7D 02 and 7D as 7D 01 (clause 4.4). A terminal is
 * known by its number (终端手机号) without leading zeros, so that it keeps its name when it moves from the
 * twelve digits of 2013 to the twenty of 2019. Source keys: `jt808:NUMBER#FIELD`. */
#pragma once
#include "base/ctx.h"
#include "gateway/sink.h"

#define JT808_BODY_MAX  1023  /* of one packet: ten bits of length */
#define JT808_FRAME_MAX 2100  /* every byte escaped */
#define JT808_PHONE_MAX 21    /* with the NUL */
#define JT808_PARTS_MAX 32    /* packets of one message */
#define JT808_JOINS_MAX 4     /* messages being put together on one connection */
#define JT808_JOIN_MS   60000 /* a message that is not whole by then is given up */
#define JT808_BATCH_MAX 1000  /* positions in one 0x0704 */
#define JT808_CODE_MAX  64    /* authentication code, bytes */

enum {
    JT808_ANSWER = 0x0001,
    JT808_HEARTBEAT = 0x0002,
    JT808_LOGOUT = 0x0003,
    JT808_REGISTER = 0x0100,
    JT808_AUTHENTICATE = 0x0102,
    JT808_LOCATION = 0x0200,
    JT808_LOCATIONS = 0x0704,
    JT808_PLATFORM_ANSWER = 0x8001,
    JT808_REGISTERED = 0x8100
};
/* Results of 0x8001 (table 5). */
enum { JT808_OK = 0, JT808_FAILED = 1, JT808_WRONG = 2, JT808_UNSUPPORTED = 3 };

/* ---- Frames ---- */
typedef struct Jt808Frame {
    uint16_t id, seq;
    uint16_t total, index; /* total 0: not split; index from 1 */
    bool v2019;
    uint8_t version;    /* of the protocol, 2019 only */
    uint8_t number[10]; /* BCD as sent: the last six bytes in 2013 */
    char phone[JT808_PHONE_MAX];
    bool headed; /* the header was read, so that it can be answered */
    Str body;    /* unescaped, in the arena */
} Jt808Frame;

/* Length of the first whole frame with both marks; 0: more is needed; negative: so many bytes belong to none,
 * *code says why ("noise", "length"). */
long jt808_cut(Str bytes, const char **code);
/* A whole frame with its marks. NULL: good; else the reason it is refused: "escape", "checksum", "length",
 * "phone", "encrypted", "split". */
const char *jt808_parse(Arena *a, Str frame, Jt808Frame *out);
/* Between the marks. unescape: false when a 7D is followed by neither 01 nor 02. */
void jt808_escape(Str content, StrBuf *out);
bool jt808_unescape(Str content, StrBuf *out);
/* Adds a frame to the same terminal in the same version as `to`. body ≤ JT808_BODY_MAX. */
void jt808_write(StrBuf *out, const Jt808Frame *to, uint16_t id, uint16_t seq, Str body);
/* Splits a long body into packets seq, seq + 1, …; a short one gives an ordinary frame. */
void jt808_write_split(StrBuf *out, const Jt808Frame *to, uint16_t id, uint16_t seq, Str body, size_t part);
/* The head of a terminal that sends: number is 1…20 digits (twelve at most unless v2019). */
void jt808_sender(Jt808Frame *out, const char *number, bool v2019);

/* Platform's answers: 0x8001 and 0x8100. seq: of the answer; to: what is answered. */
void jt808_answer(StrBuf *out, const Jt808Frame *to, uint16_t seq, uint8_t result);
void jt808_registered(StrBuf *out, const Jt808Frame *to, uint16_t seq, uint8_t result, Str code);

/* ---- Split messages (header attribute bit 13), of one connection ---- */
typedef struct Jt808Joiner Jt808Joiner;
Jt808Joiner *jt808_joiner_new(void);
void jt808_joiner_free(Jt808Joiner **j);
/* now: any clock in ms. Takes one packet. 1: the message is whole, its body is put into f->body (arena) and
 * f->seq is that of packet 1; 0: more packets are needed; -1: the packet contradicts the others of its
 * message (reason "split"). */
int jt808_join(Jt808Joiner *j, Arena *a, Jt808Frame *f, int64_t now);

/* ---- Bodies ---- */
typedef struct Jt808Location {
    uint32_t alarm, status;
    double lat, lon; /* degrees, south and west negative */
    double altitude; /* m */
    double speed;    /* km/h */
    int direction;   /* 0…359, north 0, clockwise */
    int64_t t;       /* ms UTC */
    bool fixed;      /* status bit 1 */
    uint8_t place_q; /* of position, altitude: 0 fixed, 1 the last known one, 2 none */
    bool has_mileage, has_fuel;
    double mileage, fuel; /* km, L */
    Str items;            /* additional items as they came */
    bool items_cut;       /* the last of them is not whole; those before it count */
} Jt808Location;

/* Body of 0x0200. NULL: good; else "body" (too short), "time" or "position" (fixed but outside the globe). */
const char *jt808_location(Str body, Jt808Location *out);
/* Calls fn for the positions of 0x0200 and 0x0704, index from 1. refused: why this one is not readable, else
 * NULL. Returns a reason when the body as a whole is not readable or ends early ("body"); what came before
 * was given to fn. *late: a back-fill of a blind area (0x0704 type 1). */
typedef void (*Jt808LocationFn)(void *ud, unsigned index, const Jt808Location *l, const char *refused);
const char *jt808_locations(uint16_t id, Str body, bool *late, Jt808LocationFn fn, void *ud);
/* The readings of one position at t: lat lon altitude speed direction alarm status mileage fuel. Returns how
 * many. */
size_t jt808_readings(const Jt808Location *l, const char *phone, int64_t t, const ReadingSink *sink);
/* One reading of the terminal under its key. field: "fence". */
void jt808_reading(const char *phone, const char *field, int64_t t, double v, uint8_t q,
                   const ReadingSink *sink);

/* Next additional item; false at the end, or where it is cut. */
typedef struct Jt808Item {
    uint8_t id;
    Str value;
} Jt808Item;
bool jt808_item(Str *rest, Jt808Item *out);

typedef struct Jt808Registration {
    unsigned province, city;           /* GB/T 2260 */
    Str maker, model, terminal, plate; /* UTF-8 in the arena */
    uint8_t colour; /* JT/T 697.7: 0 no plate, 1 blue, 2 yellow, 3 black, 4 white, 9 other */
} Jt808Registration;
/* NULL or "body". The layout of 2011, 2013 or 2019 is told by version and length. */
const char *jt808_registration(Arena *a, const Jt808Frame *f, Jt808Registration *out);
/* The code inside 0x0102; NULL or "body". */
const char *jt808_auth_code(const Jt808Frame *f, Str *out);

/* For tests, the demo city, bench and soak. */
void jt808_location_write(StrBuf *out, const Jt808Location *l); /* items are added as they are */
void jt808_locations_write(StrBuf *out, const Jt808Location *l, size_t n, bool late);
void jt808_registration_write(StrBuf *out, bool v2019, Str plate_gbk);

/* ---- In words ---- */
void jt808_describe(Str frame, Lang lang, StrBuf *out);
/* Blanks the authentication code of 0x0102. */
void jt808_mask(char *frame, size_t n);
/* "紧急报警、超速报警" of the bits that are set; nothing when none is. */
void jt808_alarm_words(uint32_t alarm, Lang lang, StrBuf *out);
