/* Where a codec puts what it reads. Codecs are pure: they know text and bytes, and call these functions in
 * the order of the input; who owns points, batches and clocks is on the other side (gateway/batch_sink.h in
 * production, gateway/recorder.h in tests). One sink is used by one thread. */
#pragma once
#include "base/clock.h"
#include "base/str.h"

/* Longest key of a source: "line:MEAS,tag=v#field". */
#define SOURCE_KEY_MAX 1024
/* Longest code of a point that a gateway looks up. */
#define POINT_CODE_MAX 128

enum { SINK_POINTS_MAX = 16 };

typedef struct ReadingSink {
    void *ud;
    /* Number of the point with this code; 0: none. */
    uint32_t (*point)(void *ud, Str code);
    /* The same for several at once, at most SINK_POINTS_MAX: the misses of the cache overlap. */
    void (*points)(void *ud, const Str *codes, size_t n, uint32_t *out);
    /* Is there a point with this number? */
    bool (*known)(void *ud, uint32_t number);
    /* A reading of a known point. t is ms UTC or TIME_NONE for the time of arrival; v may be NaN or infinite:
     * a bad reading. */
    void (*add)(void *ud, uint32_t number, int64_t t, double v, uint8_t q);
    /* A reading of a source by its key: the point mapped to it, or an unclaimed source. key is borrowed for
     * the call. */
    void (*source)(void *ud, Str key, int64_t t, double v, uint8_t q);
    /* Something was not taken. line from 1 (line, index + 1 or record number), code is static text, field is
     * borrowed. */
    void (*reject)(void *ud, uint64_t line, Str field, const char *code);
    /* Where the source stands that follows, when its sink may refuse it; NULL: it does not ask. */
    void (*at)(void *ud, uint64_t line);
} ReadingSink;

static inline void sink_at(const ReadingSink *sink, uint64_t line)
{
    if (sink->at) sink->at(sink->ud, line);
}

/* Event times a gateway takes: 1900-01-01 UTC up to 9999-12-31 in Shanghai, the store's last day. Anything
 * else is a broken clock or a wrong precision. */
bool gateway_time_ok(int64_t t);

/* Codes of rejection, stable, for programs. */
#define REJECT_SYNTAX   "syntax"   /* the line or record is not readable */
#define REJECT_NUMBER   "number"   /* not a number */
#define REJECT_TEXT     "text"     /* a text where a number is due */
#define REJECT_TIME     "time"     /* not a time, or out of range */
#define REJECT_QUALITY  "quality"  /* not 0, 1 or 2 */
#define REJECT_LIMIT    "limit"    /* too long or too many */
#define REJECT_REQUIRED "required" /* missing */
#define REJECT_UNKNOWN  "unknown"  /* a member or number that does not exist */
#define REJECT_REPEATED "repeated" /* given twice */
