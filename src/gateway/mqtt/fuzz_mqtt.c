/* A message from anybody: the first byte holds the flags, a line the topic, the rest is the payload. What is
 * counted is what the sink got; its packet reads back; any bytes can be put into words. */
#include "base/rc.h"
#include "gateway/mqtt.h"
#include "gateway/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const codes[] = {"GAS-0001", "A"};
static const Str others[] = {{"site/+/temp", 11}, {"plant/#", 7}};
static const MqttTopics topics = {
    .prefix = {"anlan", 5}, .others = others, .nothers = ARRAY_LEN(others), .payload_max = 65536};

static void check_message(Arena *a, const MqttMessage *m)
{
    Recorder r = {.codes = codes, .ncodes = ARRAY_LEN(codes)};
    ReadingSink sink = recorder_sink(&r);
    MqttTaken taken;
    mqtt_decode(a, &topics, m, 777, &sink, &taken);
    ENSURE(taken.readings == r.added + r.sourced);
    ENSURE(taken.code || !r.rejected);
    Str frame = mqtt_frame(a, m, 2048);
    MqttMessage back;
    size_t whole;
    ENSURE(frame.n <= 2048);
    if (m->topic.n > 2000) return;
    ENSURE(mqtt_frame_read(frame, &back, &whole));
    ENSURE(str_eq(back.topic, m->topic) && whole == m->payload.n && back.qos == m->qos);
    ENSURE(back.payload.n <= whole && memcmp(back.payload.p, m->payload.p, back.payload.n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    Arena *a = arena_new(0);
    Str rest = str_n((const char *)data + 1, size - 1);
    StrBuf words;
    buf_init(&words, a);
    mqtt_describe(str_n((const char *)data, size), data[0] & 1 ? LANG_EN : LANG_ZH, &words);
    MqttMessage m = {.qos = data[0] & 1, .retained = data[0] & 2, .id = 7};
    m.topic = str_cut(&rest, '\n');
    m.payload = rest;
    if (m.topic.n <= 65535) check_message(a, &m);
    mqtt_describe(mqtt_frame(a, &m, 2048), LANG_ZH, &words);
    arena_free(&a);
    return 0;
}
