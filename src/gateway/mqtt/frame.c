/* A message as the PUBLISH packet that brought it, and that packet in words, for the page. Packets kept for
 * the page are cut off after a while, so the reader takes what is there and says how long it was. */
#include "base/num.h"
#include "gateway/binary.h"
#include "gateway/json.h"
#include "gateway/mqtt.h"
#include <stdio.h>

enum { READINGS_SHOWN = 8, PAYLOAD_SHOWN = 400, LENGTH_BYTES_MAX = 4 };

Str mqtt_frame(Arena *a, const MqttMessage *m, size_t max)
{
    StrBuf b;
    buf_init(&b, a);
    size_t left = 2 + m->topic.n + (m->qos ? 2 : 0) + m->payload.n;
    buf_addc(&b, (char)(0x30 | (m->repeated ? 8 : 0) | (m->qos & 3) << 1 | (m->retained ? 1 : 0)));
    do {
        buf_addc(&b, (char)((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
        left >>= 7;
    } while (left);
    buf_addc(&b, (char)(m->topic.n >> 8));
    buf_addc(&b, (char)m->topic.n);
    buf_add(&b, m->topic);
    if (m->qos) {
        buf_addc(&b, (char)(m->id >> 8));
        buf_addc(&b, (char)m->id);
    }
    size_t room = b.n < max ? max - b.n : 0;
    buf_add(&b, str_n(m->payload.p, m->payload.n < room ? m->payload.n : room));
    return str_n(b.p, b.n < max ? b.n : max);
}

static size_t be16(const char *p)
{
    return (size_t)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

/* The remaining length behind the first byte; returns how many bytes it took, 0: not readable. */
static size_t remaining(Str frame, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < LENGTH_BYTES_MAX && i + 1 < frame.n; i++) {
        *out |= (size_t)((unsigned char)frame.p[i + 1] & 0x7f) << 7 * i;
        if (!((unsigned char)frame.p[i + 1] & 0x80)) return i + 1;
    }
    return 0;
}

bool mqtt_frame_read(Str frame, MqttMessage *out, size_t *whole)
{
    size_t left, taken = remaining(frame, &left);
    if (!taken || ((unsigned char)frame.p[0] & 0xf0) != 0x30) return false;
    unsigned flags = (unsigned char)frame.p[0];
    *out = (MqttMessage){.qos = flags >> 1 & 3, .retained = flags & 1, .repeated = flags & 8};
    Str body = str_n(frame.p + 1 + taken, frame.n - 1 - taken);
    if (out->qos == 3 || body.n < 2 || left < 2) return false;
    size_t ntopic = be16(body.p), head = 2 + ntopic + (out->qos ? 2 : 0);
    if (head > left || head > body.n) return false;
    out->topic = str_n(body.p + 2, ntopic);
    if (out->qos) out->id = (uint16_t)be16(body.p + 2 + ntopic);
    *whole = left - head;
    size_t have = body.n - head;
    out->payload = str_n(body.p + head, have < *whole ? have : *whole);
    return true;
}

/* ---- In words ---- */

typedef struct Words {
    StrBuf *out;
    Lang lang;
    size_t n;
} Words;

static const char *say(Lang lang, const char *zh, const char *en)
{
    return lang == LANG_EN ? en : zh;
}

static void say_reading(Words *w, Str what, int64_t t, double v, uint8_t q)
{
    char time[TIME_TEXT_MAX], number[NUM_TEXT_MAX];
    if (w->n++ >= READINGS_SHOWN) return;
    buf_addc(w->out, '\n');
    buf_add(w->out, what);
    if (v - v == 0) {
        num_print_f64(v, number);
        buf_printf(w->out, " = %s", number);
    } else {
        buf_printf(w->out, " = %s", say(w->lang, "无数值", "no value"));
    }
    if (t != TIME_NONE) buf_printf(w->out, "  %s", time_print(t, time));
    else buf_printf(w->out, "  %s", say(w->lang, "（按到达时间）", "(time of arrival)"));
    if (q) buf_printf(w->out, "  %s %d", say(w->lang, "质量", "quality"), q);
}

static uint32_t words_point(void *ud, Str code)
{
    (void)ud;
    (void)code;
    return 0;
}

static void words_points(void *ud, const Str *codes, size_t n, uint32_t *out)
{
    (void)ud;
    (void)codes;
    memset(out, 0, n * sizeof *out);
}

static bool words_known(void *ud, uint32_t number)
{
    (void)ud;
    return number > 0;
}

static void words_add(void *ud, uint32_t number, int64_t t, double v, uint8_t q)
{
    Words *w = ud;
    char name[24];
    int n = snprintf(name, sizeof name, "no %u", number);
    say_reading(w, str_n(name, (size_t)n), t, v, q);
}

static void words_source(void *ud, Str key, int64_t t, double v, uint8_t q)
{
    Str what = key;
    str_cut(&what, ':');
    say_reading(ud, what, t, v, q);
}

static void words_reject(void *ud, uint64_t line, Str field, const char *code)
{
    Words *w = ud;
    if (w->n++ >= READINGS_SHOWN) return;
    buf_printf(w->out, w->lang == LANG_EN ? "\nrefused %llu: %.*s %s" : "\n第 %llu 条拒收：%.*s %s",
               (unsigned long long)line, STR_ARG(field), code);
}

/* A payload that is no batch, or one that cannot be read: its beginning as text, what is not text as dots. */
static void say_text(Words *w, Str payload)
{
    size_t n = payload.n < PAYLOAD_SHOWN ? payload.n : PAYLOAD_SHOWN;
    bool text = str_utf8_ok(payload);
    while (text && n < payload.n && ((unsigned char)payload.p[n] & 0xc0) == 0x80) n++;
    buf_addc(w->out, '\n');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)payload.p[i];
        buf_addc(w->out, c < 0x20 || c == 0x7f || (c >= 0x80 && !text) ? '.' : (char)c);
    }
    if (n < payload.n) buf_addz(w->out, "…");
}

static void say_payload(Words *w, const MqttMessage *m, size_t whole)
{
    bool batch = str_ends(m->topic, STR("/batch")) && m->payload.n == whole;
    ReadingSink sink = {w, words_point, words_points, words_known, words_add, words_source, words_reject};
    Ctx ctx;
    ctx_init(&ctx, w->out->arena, w->lang);
    Rc rc = RC_SYNTAX;
    if (batch)
        rc = str_starts(m->payload, STR("ANLR")) ? binary_decode(&ctx, m->payload, &sink)
                                                 : json_decode(&ctx, m->payload, &sink);
    if (batch && rc < 0) buf_printf(w->out, "\n%s", ctx.err.message);
    if (rc < 0) say_text(w, m->payload);
    if (w->n > READINGS_SHOWN)
        buf_printf(w->out, w->lang == LANG_EN ? "\n… %zu in all" : "\n…… 共 %zu 条", w->n);
}

void mqtt_describe(Str frame, Lang lang, StrBuf *out)
{
    MqttMessage m;
    size_t whole;
    if (!mqtt_frame_read(frame, &m, &whole)) {
        buf_addz(out, say(lang, "不是完整的 MQTT 消息", "not a whole MQTT message"));
        return;
    }
    Words w = {.out = out, .lang = lang};
    buf_printf(out, "%s ", say(lang, "主题", "Topic"));
    if (str_utf8_ok(m.topic)) buf_add(out, m.topic);
    buf_printf(out, "\nQoS %d", m.qos);
    if (m.retained) buf_addz(out, say(lang, "，保留消息", ", retained"));
    if (m.repeated) buf_addz(out, say(lang, "，重发", ", sent again"));
    buf_printf(out, lang == LANG_EN ? "\nPayload of %zu bytes" : "\n内容 %zu 字节", whole);
    say_payload(&w, &m, whole);
}
