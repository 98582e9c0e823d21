/* Messages to readings, topic filters, and messages in words. */
#include "base/rc.h"
#include "gateway/binary.h"
#include "gateway/mqtt.h"
#include "gateway/recorder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const codes[] = {"GAS-0001", "GAS-0002", "a/b"};
static const Str others[] = {{"site/+/temp", 11}, {"plant/#", 7}};
static const MqttTopics topics = {
    .prefix = {"anlan", 5}, .others = others, .nothers = ARRAY_LEN(others), .payload_max = 2000};

static const char *decode(Arena *a, const MqttMessage *m, MqttTaken *taken)
{
    StrBuf out;
    buf_init(&out, a);
    Recorder r = {.codes = codes, .ncodes = ARRAY_LEN(codes), .out = &out};
    ReadingSink sink = recorder_sink(&r);
    mqtt_decode(a, &topics, m, 777, &sink, taken);
    assert_int_equal(r.added + r.sourced, taken->readings);
    if (taken->code) buf_printf(&out, "refused %s %.*s", taken->code, STR_ARG(taken->detail));
    buf_addc(&out, 0);
    return out.p;
}

static void messages_give_readings(void **state)
{
    (void)state;
    static const struct {
        const char *topic, *payload, *want;
        bool retained;
    } cases[] = {
        {"anlan/GAS-0001", "12.3", "add 1 777 12.3 0\n", false},
        {"anlan/GAS-0001", " -1e-3\r\n", "add 1 777 -0.001 0\n", false},
        {"anlan/GAS-0002", "{\"t\":1000,\"v\":5,\"q\":1}", "add 2 1000 5 1\n", false},
        {"anlan/GAS-0002", "{\"v\":5,\"t\":\"2026-11-22T08:00:00+08:00\"}", "add 2 1795305600000 5 0\n",
         false},
        {"anlan/GAS-0002", " { \"v\" : 5 } ", "add 2 777 5 0\n", false},
        {"anlan/a/b", "1", "add 3 777 1 0\n", false},
        {"anlan/X", "1", "source mqtt:anlan/X 777 1 0\n", false},
        {"site/7/temp", "21.5", "source mqtt:site/7/temp 777 21.5 0\n", false},
        {"plant", "1", "source mqtt:plant 777 1 0\n", false},
        {"plant/气/1", "{\"t\":9,\"v\":0}", "source mqtt:plant/气/1 9 0 0\n", false},
        /* a retained value counts when it says its time */
        {"anlan/GAS-0001", "{\"t\":1000,\"v\":5}", "add 1 1000 5 0\n", true},
        {"anlan/GAS-0001", "{\"v\":5}", "refused retained t", true},
        {"anlan/GAS-0001", "5", "refused retained t", true},
        {"anlan/batch",
         "{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1},{\"point\":\"GAS-0002\",\"v\":2,\"t\":3}]}",
         "reject 1 t retained\nadd 2 3 2 0\nrefused parts 1 of 2, first 1: t: retained", true},
        /* batches */
        {"anlan/batch", "{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1},{\"point\":\"Y\",\"v\":2,\"t\":3}]}",
         "add 1 777 1 0\nsource json:Y 3 2 0\n", false},
        {"anlan/batch", "{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1},{\"point\":\"Y\",\"v\":\"2\"}]}",
         "add 1 777 1 0\nreject 2 v text\nrefused parts 1 of 2, first 2: v: text", false},
        {"anlan/batch", "{\"readings\":[]}", "", false},
        {"anlan/batch", "", "refused empty ", false},
        {"anlan/batch", "12",
         "refused batch readings.shape: the body must be {\"readings\":[…]} without other members", false},
        {"anlan/batch", "ANLR",
         "refused batch binary.length: the binary batch is not readable: shorter than 24 bytes", false},
        /* wrong payloads */
        {"anlan/GAS-0001", "", "refused empty ", false},
        {"anlan/GAS-0001", "  ", "refused empty ", false},
        {"anlan/GAS-0001", "12.3 MPa", "refused number v", false},
        {"anlan/GAS-0001", "nan", "refused number v", false},
        {"anlan/GAS-0001", "true", "refused number v", false},
        {"anlan/GAS-0001", "\"12\"", "refused text v", false},
        {"anlan/GAS-0001", "{\"v\":\"12\"}", "refused text v", false},
        {"anlan/GAS-0001", "{\"v\":null}", "refused number v", false},
        {"anlan/GAS-0001", "{\"v\":1,\"q\":3}", "refused quality q", false},
        {"anlan/GAS-0001", "{\"v\":1,\"t\":1.5}", "refused time t", false},
        {"anlan/GAS-0001", "{\"v\":1,\"t\":1e18}", "refused time t", false},
        {"anlan/GAS-0001", "{\"v\":1,\"unit\":\"m\"}", "refused unknown ", false},
        {"anlan/GAS-0001", "{\"t\":1}", "refused required v", false},
        {"anlan/GAS-0001", "{\"v\":1", "refused syntax ", false},
        {"anlan/GAS-0001", "[1]", "refused number v", false},
        /* topics that nobody subscribed, or that are no names */
        {"anlan", "1", "refused topic ", false},
        {"anlan/", "1", "refused topic ", false},
        {"anlanx/GAS-0001", "1", "refused topic ", false},
        {"site/7/8/temp", "1", "refused topic ", false},
        {"", "1", "refused topic ", false},
        {"anlan/\xff", "1", "refused topic ", false},
        {"anlan/a\nb", "1", "refused topic ", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        MqttMessage m = {.topic = str_of(cases[i].topic),
                         .payload = str_of(cases[i].payload),
                         .retained = cases[i].retained};
        MqttTaken taken;
        const char *got = decode(a, &m, &taken);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s %s\n gives %s\n instead of %s", cases[i].topic, cases[i].payload, got,
                     cases[i].want);
        arena_free(&a);
    }
}

static void sizes_are_limited(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    MqttTaken taken;
    char *big = arena_alloc(a, 6001);
    memset(big, ' ', 6000);
    big[5999] = '1';
    MqttMessage m = {.topic = STR("anlan/GAS-0001"), .payload = str_n(big, 6000)};
    assert_string_equal(decode(a, &m, &taken), "refused limit ");
    m.payload = str_n(big + 6000 - MQTT_VALUE_MAX, MQTT_VALUE_MAX);
    assert_string_equal(decode(a, &m, &taken), "add 1 777 1 0\n");
    m.topic = STR("anlan/batch");
    m.payload = str_n(big, 2001);
    assert_string_equal(decode(a, &m, &taken), "refused limit 2001 > 2000 bytes");
    memset(big, 'x', 6000);
    memcpy(big, "plant/", 6);
    m = (MqttMessage){.topic = str_n(big, MQTT_TOPIC_MAX), .payload = STR("1")};
    decode(a, &m, &taken);
    assert_int_equal(taken.readings, 1);
    m.topic.n++;
    assert_string_equal(decode(a, &m, &taken), "refused topic ");
    arena_free(&a);
}

static void binary_batches_are_told_by_their_magic(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    const Str names[] = {STR("GAS-0001"), STR("Z")};
    const BinaryReading r[] = {{1, 5, 1.5, 0}, {2, TIME_NONE, 2, 1}};
    BinaryOptions opt = {.codes = names, .ncodes = 2, .crc = true};
    StrBuf b;
    buf_init(&b, a);
    assert_int_equal(binary_encode(&ctx, &opt, r, 2, &b), RC_OK);
    MqttMessage m = {.topic = STR("anlan/batch"), .payload = buf_str(&b)};
    MqttTaken taken;
    assert_string_equal(decode(a, &m, &taken), "add 1 5 1.5 0\nsource json:Z 777 2 1\n");
    b.p[b.n - 1] ^= 1;
    decode(a, &m, &taken);
    assert_string_equal(taken.code, MQTT_REFUSED_BATCH);
    assert_int_equal(taken.readings, 0);
    arena_free(&a);
}

static void filters_match_topics(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *topic;
        bool want;
    } cases[] = {
        {"a", "a", true},        {"a", "b", false},      {"a", "a/b", false},      {"a/b", "a", false},
        {"+", "a", true},        {"+", "a/b", false},    {"+/b", "a/b", true},     {"a/+", "a/b", true},
        {"a/+", "a", false},     {"a/+", "a/", true},    {"a/+/c", "a/b/c", true}, {"a/+/c", "a/b/d", false},
        {"#", "a/b/c", true},    {"a/#", "a/b/c", true}, {"a/#", "a", true},       {"a/#", "ab", false},
        {"+/+", "/b", true},     {"/+", "/b", true},     {"+", "/b", false},       {"a/+/#", "a/b", true},
        {"a/+/#", "a", false},   {"#", "$SYS/x", false}, {"+/x", "$SYS/x", false}, {"a//b", "a//b", true},
        {"a/+/b", "a//b", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (mqtt_filter_match(str_of(cases[i].filter), str_of(cases[i].topic)) != cases[i].want)
            fail_msg("%s %s", cases[i].filter, cases[i].topic);
    static const char *const good[] = {"a", "+", "#", "a/+/b", "a/#", "/", "站/+"};
    static const char *const bad[] = {"",      "a+",     "+a",         "a/b+", "#/a", "a#",
                                      "a/#/b", "$SYS/#", "$share/g/a", "a\nb", "\xff"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) assert_true(mqtt_filter_ok(str_of(good[i])));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(mqtt_filter_ok(str_of(bad[i])));
    assert_true(mqtt_topic_ok(STR("a/b")) && !mqtt_topic_ok(STR("a/+")) && !mqtt_topic_ok(STR("#")));
}

static void frames_are_packets(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    MqttMessage m = {.topic = STR("a/b"), .payload = STR("12"), .qos = 1, .repeated = true, .id = 258}, got;
    Str f = mqtt_frame(a, &m, 2048);
    assert_true(str_eq(f, STR("\x3a\x09\x00\x03"
                              "a/b\x01\x02"
                              "12")));
    size_t whole;
    assert_true(mqtt_frame_read(f, &got, &whole));
    assert_true(str_eq(got.topic, m.topic) && str_eq(got.payload, m.payload) && got.qos == 1 &&
                got.repeated && !got.retained && got.id == 258 && whole == 2);
    char *big = arena_alloc(a, 100000);
    m = (MqttMessage){.topic = STR("t"), .payload = str_n(big, 100000), .retained = true};
    f = mqtt_frame(a, &m, 2048);
    assert_int_equal(f.n, 2048);
    assert_true(mqtt_frame_read(f, &got, &whole) && whole == 100000 && got.payload.n == 2048 - 7 &&
                got.retained);
    static const Str bad[] = {{"", 0},
                              {"\x30", 1},
                              {"\x30\x00", 2},
                              {"\x30\x80\x80\x80\x80\x01", 6},
                              {"\x36\x05\x00\x01"
                               "aaa",
                               7},
                              {"\x20\x03\x00\x01"
                               "a",
                               5},
                              {"\x30\x04\x00\x09"
                               "aa",
                               6}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(mqtt_frame_read(bad[i], &got, &whole));
    arena_free(&a);
}

static void frames_are_put_into_words(void **state)
{
    (void)state;
    static const struct {
        MqttMessage m;
        Lang lang;
        const char *want;
    } cases[] = {
        {{.topic = {"anlan/GAS-0001", 14}, .payload = {"12.3", 4}, .qos = 1, .id = 1},
         LANG_ZH,
         "主题 anlan/GAS-0001\nQoS 1\n内容 4 字节\n12.3"},
        {{.topic = {"anlan/X", 7}, .payload = {"\x01\xff", 2}, .retained = true},
         LANG_EN,
         "Topic anlan/X\nQoS 0, retained\nPayload of 2 bytes\n.."},
        {{.topic = {"anlan/batch", 11},
          .payload = {"{\"readings\":[{\"point\":\"A\",\"v\":1},{\"point\":\"B\",\"v\":2,\"t\":0,\"q\":1}]}",
                      66}},
         LANG_EN,
         "Topic anlan/batch\nQoS 0\nPayload of 66 bytes\nA = 1  (time of arrival)\n"
         "B = 2  1970-01-01T08:00:00+08:00  quality 1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        StrBuf out;
        buf_init(&out, a);
        mqtt_describe(mqtt_frame(a, &cases[i].m, 2048), cases[i].lang, &out);
        buf_addc(&out, 0);
        assert_string_equal(out.p, cases[i].want);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_give_readings),
        cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(binary_batches_are_told_by_their_magic),
        cmocka_unit_test(filters_match_topics),
        cmocka_unit_test(frames_are_packets),
        cmocka_unit_test(frames_are_put_into_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
