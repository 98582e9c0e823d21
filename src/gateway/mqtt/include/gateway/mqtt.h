/* What an MQTT message says: topics and payloads to readings, and messages in words. Pure.
 *
 * Topic PREFIX/batch carries a batch, JSON (gateway/json.h) or binary (gateway/binary.h). Topic PREFIX/CODE
 * carries one reading of the point CODE; any other subscribed topic carries one reading of the source
 * `mqtt:TOPIC`, and so does PREFIX/CODE when no point has that code. One reading is a number ("12.3") or an
 * object {"t":…,"v":…,"q":…}: t is ms or RFC 3339 text, left out it is the time of arrival; q left out is 0.
 */
#pragma once
#include "base/ctx.h"
#include "gateway/sink.h"

/* Longest payload with one reading, and longest topic. */
enum { MQTT_VALUE_MAX = 4096, MQTT_TOPIC_MAX = SOURCE_KEY_MAX - 5 };

typedef struct MqttMessage {
    Str topic, payload;
    uint8_t qos;
    bool retained; /* kept by the broker since some earlier day and sent because we subscribed */
    bool repeated;
    uint16_t id; /* of QoS 1; 0: none */
} MqttMessage;

typedef struct MqttTopics {
    Str prefix;        /* "anlan" */
    const Str *others; /* filters of topics whose readings are sources */
    size_t nothers;
    size_t payload_max; /* of a batch, bytes */
} MqttTopics;

/* Why a message, or some of a batch, is refused. */
#define MQTT_REFUSED_TOPIC    "topic"    /* nothing subscribed, or not readable as text */
#define MQTT_REFUSED_RETAINED "retained" /* kept by the broker, and without a time of its own */
#define MQTT_REFUSED_EMPTY    "empty"
#define MQTT_REFUSED_BATCH    "batch" /* not readable at all: nothing of it was taken */
#define MQTT_REFUSED_PARTS    "parts" /* some readings of a batch; the others were taken */

typedef struct MqttTaken {
    size_t readings;  /* given to the sink's add or source */
    const char *code; /* NULL: all taken; else MQTT_REFUSED_… or REJECT_…, static text */
    Str detail;       /* in the arena: what and where */
} MqttTaken;

/* arrival is the time of a reading that has none. detail is in English, for programs and the page. */
void mqtt_decode(Arena *a, const MqttTopics *topics, const MqttMessage *m, int64_t arrival,
                 const ReadingSink *sink, MqttTaken *out);

/* Does the topic match the filter ('+' one level, '#' the rest)? */
bool mqtt_filter_match(Str filter, Str topic);
/* Is it a filter that may be subscribed? Shared subscriptions and '$' topics are not. */
bool mqtt_filter_ok(Str filter);
/* Is it a name without wildcards, as a prefix must be? */
bool mqtt_topic_ok(Str topic);

/* The message as a PUBLISH packet of MQTT 3.1.1, at most max bytes of it: what the page shows in hex. */
Str mqtt_frame(Arena *a, const MqttMessage *m, size_t max);
/* The reverse, also of a packet that was cut off: *whole is the length of its payload when it was not. false:
 * no PUBLISH packet. Borrowed from frame. */
bool mqtt_frame_read(Str frame, MqttMessage *out, size_t *whole);
/* A frame in words, one fact a line. */
void mqtt_describe(Str frame, Lang lang, StrBuf *out);
