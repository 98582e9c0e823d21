/* Senders over HTTP (line protocol, JSON, the binary batch) and over MQTT, whose batches are JSON or binary
 * and whose single readings have a topic of their own. */
#include "sender.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "anlan-demo-token"

/* Sizes vary, so that commits do. */
static unsigned batch_size(const Sender *s)
{
    static const unsigned sizes[] = {1, 20, 500, 500, 2000, 2000};
    return sizes[mix64(s->sent + (uint64_t)s->number) % (sizeof sizes / sizeof *sizes)];
}

static void put_line(Buf *b, const Sender *s, uint64_t r)
{
    char code[TEXT_MAX];
    unsigned point = (unsigned)(r % s->points);
    int v = stream_value(point, r / s->points);
    buf_text(b, "reading,point=%s v=%d.%02d %lld\n", stream_code(s, point, code), v / 100, v % 100,
             (long long)stream_time(s, r / s->points));
}

static void put_json(Buf *b, const Sender *s, uint64_t r)
{
    char code[TEXT_MAX];
    unsigned point = (unsigned)(r % s->points);
    int v = stream_value(point, r / s->points);
    buf_text(b, "{\"point\":\"%s\",\"t\":%lld,\"v\":%d.%02d}", stream_code(s, point, code),
             (long long)stream_time(s, r / s->points), v / 100, v % 100);
}

static void make_lines(Buf *b, const Sender *s, unsigned n)
{
    for (unsigned i = 0; i < n; i++) put_line(b, s, s->sent + i);
}

static void make_json(Buf *b, const Sender *s, unsigned n)
{
    buf_text(b, "{\"readings\":[");
    for (unsigned i = 0; i < n; i++) {
        if (i) buf_text(b, ",");
        put_json(b, s, s->sent + i);
    }
    buf_text(b, "]}");
}

static void make_binary(Buf *b, const Sender *s, unsigned n)
{
    char code[TEXT_MAX];
    int64_t base = stream_time(s, s->sent / s->points);
    buf_put(b, "ANLR\1\1\2\2", 8); /* a dictionary, scaled values, two decimals */
    buf_le(b, (uint64_t)base, 8);
    buf_le(b, n, 4);
    buf_le(b, s->points, 4);
    for (unsigned i = 0; i < s->points; i++) {
        size_t length = strlen(stream_code(s, i, code));
        buf_le(b, length, 1);
        buf_put(b, code, length);
    }
    for (unsigned i = 0; i < n; i++) {
        uint64_t r = s->sent + i;
        buf_le(b, r % s->points + 1, 4);
        buf_le(b, (uint64_t)(stream_time(s, r / s->points) - base), 4);
        buf_le(b, (uint64_t)stream_value((unsigned)(r % s->points), r / s->points), 4);
    }
}

/* ---- HTTP ---- */

static void post(Sender *s, const char *path, const char *type, void (*make)(Buf *, const Sender *, unsigned),
                 unsigned n)
{
    static Buf body;
    body.n = 0;
    make(&body, s, n);
    buf_text(&s->out,
             "POST %s HTTP/1.1\r\nHost: soak\r\nAuthorization: Bearer " TOKEN
             "\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
             path, type, body.n);
    buf_put(&s->out, body.p, body.n);
}

static uint64_t line_frame(Sender *s, unsigned n)
{
    post(s, "/write?precision=ms", "text/plain", make_lines, n);
    return 0;
}

static uint64_t json_frame(Sender *s, unsigned n)
{
    post(s, "/api/readings", "application/json", make_json, n);
    return 0;
}

static uint64_t binary_frame(Sender *s, unsigned n)
{
    post(s, "/api/readings", "application/vnd.anlan.readings", make_binary, n);
    return 0;
}

static size_t http_cut(const Sender *s)
{
    const char *p = (const char *)s->in.p, *end = memmem(p, s->in.n, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - p) + 4, body = 0;
    const char *length = memmem(p, head, "Content-Length: ", 16);
    if (length) body = strtoull(length + 16, NULL, 10);
    return s->in.n >= head + body ? head + body : 0;
}

static void http_answer(Sender *s, const unsigned char *p, size_t n)
{
    int status = n > 12 ? atoi((const char *)p + 9) : 0;
    if (status == 204) sender_acked(s, 0);
    else if (status == 503 || status == 500) sender_again(s); /* full, or the disk refuses */
    else {
        fprintf(stderr, "%.*s\n", (int)(n < 600 ? n : 600), (const char *)p);
        sender_wrong(s, "an answer that is neither 204 nor 503");
    }
}

const Protocol line_protocol = {.name = "line",
                                .points = 50,
                                .window = 1,
                                .size = batch_size,
                                .frame = line_frame,
                                .cut = http_cut,
                                .answer = http_answer};
const Protocol json_protocol = {.name = "json",
                                .points = 50,
                                .window = 1,
                                .size = batch_size,
                                .frame = json_frame,
                                .cut = http_cut,
                                .answer = http_answer};
const Protocol binary_protocol = {.name = "binary",
                                  .points = 50,
                                  .window = 1,
                                  .size = batch_size,
                                  .frame = binary_frame,
                                  .cut = http_cut,
                                  .answer = http_answer};

/* ---- MQTT: the broker's acknowledgement counts, from there on it is the broker and the program ---- */

static void packet(Buf *out, unsigned type, const Buf *body)
{
    size_t left = body->n;
    buf_be(out, type, 1);
    do {
        buf_be(out, (left & 0x7f) | (left > 0x7f ? 0x80 : 0), 1);
        left >>= 7;
    } while (left);
    buf_put(out, body->p, body->n);
}

static void mqtt_greet(Sender *s)
{
    static Buf body;
    char id[TEXT_MAX];
    int n = snprintf(id, sizeof id, "soak-%02d", s->number);
    body.n = 0;
    buf_put(&body, "\0\4MQTT\4\2\0\0", 10);
    buf_be(&body, (uint64_t)n, 2);
    buf_put(&body, id, (size_t)n);
    packet(&s->out, 0x10, &body);
}

static uint64_t mqtt_frame(Sender *s, unsigned n)
{
    static Buf body;
    char topic[TEXT_MAX], code[TEXT_MAX];
    uint64_t id = s->frames % 65535 + 1;
    snprintf(topic, sizeof topic, "anlan/%s",
             n == 1 ? stream_code(s, (unsigned)(s->sent % s->points), code) : "batch");
    body.n = 0;
    buf_be(&body, strlen(topic), 2);
    buf_put(&body, topic, strlen(topic));
    buf_be(&body, id, 2);
    if (n == 1) {
        unsigned point = (unsigned)(s->sent % s->points);
        int v = stream_value(point, s->sent / s->points);
        buf_text(&body, "{\"t\":%lld,\"v\":%d.%02d}", (long long)stream_time(s, s->sent / s->points), v / 100,
                 v % 100);
    } else if (id % 2) {
        make_json(&body, s, n);
    } else {
        make_binary(&body, s, n);
    }
    packet(&s->out, 0x32, &body);
    return id;
}

static size_t mqtt_cut(const Sender *s)
{
    size_t whole = s->in.n >= 2 ? (size_t)s->in.p[1] + 2 : 0;
    return whole && s->in.n >= whole ? whole : 0;
}

static void mqtt_answer(Sender *s, const unsigned char *p, size_t n)
{
    if (p[0] == 0x20 && n == 4 && p[3] == 0) s->ready = true;
    else if (p[0] == 0x40 && n == 4) sender_acked(s, (uint64_t)p[2] << 8 | p[3]);
    else sender_wrong(s, "an unexpected packet");
}

const Protocol mqtt_protocol = {.name = "mqtt",
                                .points = 50,
                                .window = 20,
                                .greet = mqtt_greet,
                                .size = batch_size,
                                .frame = mqtt_frame,
                                .cut = mqtt_cut,
                                .answer = mqtt_answer};
