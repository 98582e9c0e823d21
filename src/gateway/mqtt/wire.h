/* One connection to the broker through libmosquitto, which is included by wire.c only. Used by one thread; no
 * function blocks but wire_open, while a host's name is looked up. */
#pragma once
#include "gateway/mqtt_client.h"

typedef struct Wire Wire;
typedef struct WireOptions {
    const MqttOptions *mqtt;
    const char *const *filters; /* subscribed with QoS 1 … */
    size_t nfilters;
    bool keep; /* … unless the broker still knows the session */
    void (*message)(void *ud, const MqttMessage *m);
    void *ud;
} WireOptions;

/* Once in the program, before and after all connections. */
bool wire_library_start(void);
void wire_library_stop(void);

MqttFault wire_open(const WireOptions *opt, Wire **out);
/* Nothing that waits to be sent is sent. */
void wire_close(Wire **w);
/* Says goodbye: sends what waits, then DISCONNECT. */
void wire_end(Wire **w);
int wire_fd(const Wire *w);
bool wire_wants_write(const Wire *w);
bool wire_ready(const Wire *w); /* subscribed */
/* Takes what has come, at least one packet when one is there whole. Sends nothing. */
MqttFault wire_read(Wire *w);
/* Sends what waits: acknowledgements, subscriptions, pings. */
MqttFault wire_write(Wire *w);
/* Once a second: pings are due, and the broker's silence is noticed. Sends nothing. */
MqttFault wire_tick(Wire *w);
