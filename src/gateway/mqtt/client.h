/* What the files of the client share. */
#pragma once
#include "base/rc.h"
#include "gateway/batch_sink.h"
#include "gateway/mqtt_client.h"
#include "wire.h"

/* options.c: a copy of the options in the arena, with the filters apart. */
typedef struct MqttSettings {
    MqttOptions o;
    MqttTopics topics;
    Str others[MQTT_FILTERS_MAX];
    const char *filters[MQTT_FILTERS_MAX + 1];
    size_t nfilters;
} MqttSettings;
MqttSettings *mqtt_settings(Arena *a, const MqttOptions *o);

/* ---- round.c: what is read in one go, one batch ---- */

/* A message of the round, for the page. */
typedef struct Shown {
    struct Shown *next;
    Str frame, detail;
    const char *code; /* NULL: taken whole */
    size_t readings;
} Shown;

/* Readings without a time are of their arrival; a further one of the same source in the same ms gets the next
 * ms. */
enum { SPREAD_SLOTS = 4096 };
typedef struct Spread {
    uint64_t key;
    int64_t t;
} Spread;

typedef struct Round {
    const MqttSettings *settings;
    Intake *intake;
    Spread spread[SPREAD_SLOTS];
    Batch *batch; /* NULL: nothing was read yet */
    BatchSink to;
    ReadingSink sink;
    Shown *first, **last;
    size_t messages, bytes;
} Round;

/* WireOptions.message; ud is the Round. */
void round_take(void *ud, const MqttMessage *m);
/* Enough for one commit? */
bool round_full(const Round *r);
typedef enum { ROUND_DONE, ROUND_REFUSED, ROUND_BUSY } RoundEnd;
/* Waits for the commit of what was read. ROUND_BUSY: the intake is full, try again; ROUND_REFUSED: the disk
 * does not take it. */
RoundEnd round_commit(Round *r);
/* Hands the frames to the page and forgets them. */
void round_show(Round *r, const MqttHooks *hooks);
void round_drop(Round *r);
