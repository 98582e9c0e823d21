/* The conversation with an MQTT broker, on a thread of its own: connect, subscribe, read, commit, and only
 * then acknowledge.
 *
 * libmosquitto queues the acknowledgement of a message before it hands the message over, and by default sends
 * it at once. With mosquitto_threaded_set and a loop of our own nothing is sent before mosquitto_loop_write;
 * that is called after the commit of everything read. A connection that ends without it, for whatever reason,
 * makes the broker repeat all of it: the session is persistent. */
#pragma once
#include "gateway/mqtt.h"
#include "intake/intake.h"

typedef struct MqttOptions {
    const char *host; /* "": off */
    int64_t port;     /* 0: 1883, with TLS 8883 */
    const char *client_id;
    const char *user, *password; /* "": none */
    const char *prefix;          /* "anlan" */
    const char *topics;          /* filters, separated by commas or blanks; may be "" */
    bool tls;
    const char *cafile;     /* "": the system's authorities */
    const char *cert, *key; /* "": none */
    int64_t keepalive_s;
    int64_t payload_max; /* of a batch, bytes */
} MqttOptions;

/* Longest client identifier, and most filters. */
enum { MQTT_CLIENT_ID_MAX = 128, MQTT_FILTERS_MAX = 64 };

/* RC_INVALID with fields "mqtt.topics" and so on. */
Rc mqtt_options_check(Ctx *ctx, const MqttOptions *o);

typedef enum {
    MQTT_FINE,
    MQTT_NO_NAME,     /* host not found */
    MQTT_NO_ANSWER,   /* nobody listens, or no answer in time */
    MQTT_TLS_FAILED,  /* certificate, key or handshake */
    MQTT_REFUSED_ID,  /* CONNACK 2 */
    MQTT_UNAVAILABLE, /* CONNACK 3 */
    MQTT_REFUSED_LOGIN,
    MQTT_REFUSED_SUBSCRIPTION,
    MQTT_NOT_MQTT, /* protocol error */
    MQTT_LOST,     /* the connection broke */
    MQTT_DISK,     /* the store refuses: nothing is acknowledged */
    MQTT_FAULTS
} MqttFault;
Text mqtt_fault_text(MqttFault f);

/* All on the client's thread. Frames are given after their commit. */
typedef struct MqttHooks {
    void *ud;
    void (*up)(void *ud);                  /* connected and subscribed */
    void (*down)(void *ud, MqttFault why); /* no connection, or none any more; tried again later */
    void (*frame)(void *ud, Str frame, size_t readings);
    void (*refused)(void *ud, Str frame, const char *code, Str detail);
} MqttHooks;

typedef struct MqttClient MqttClient;
/* o is copied. NULL when the system has no thread left. */
MqttClient *mqtt_client_start(const MqttOptions *o, Intake *in, const MqttHooks *hooks);
/* Waits for the commit under way, acknowledges it, says goodbye. *c may be NULL. */
void mqtt_client_stop(MqttClient **c);
