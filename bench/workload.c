/* Bodies are written with plain loops, because millions of readings are made before the clock starts. */
#include "workload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_MAX    512
#define READING_MAX 96 /* longest reading in any format */

const char *const format_names[FORMATS] = {"line", "json", "binary"};

static void *must(void *p)
{
    if (!p) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return p;
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t draw(uint32_t point, uint32_t step)
{
    return mix(((uint64_t)step << 32 | point) + UINT64_C(0x9E3779B97F4A7C15));
}

uint64_t reading_sum(uint32_t no, int64_t t, int64_t cents, unsigned q)
{
    return mix(mix(mix((uint64_t)t * UINT64_C(0x9E3779B97F4A7C15) + no) + (uint64_t)cents) + q);
}

int32_t workload_next(uint32_t point, uint32_t step, int32_t cents)
{
    uint64_t u = draw(point, step);
    if (u % 4096 == 0) return cents + (int32_t)((u >> 20) % 2001) - 1000;
    if ((u >> 12) % 16 >= 6) return cents + (int32_t)((u >> 20) % 11) - 5;
    return cents;
}

int64_t workload_time(const Workload *w, uint32_t point, uint32_t step)
{
    bool late = (draw(point, step) >> 40) % 10 == 0;
    return w->base + (int64_t)step * STEP_MS + (int64_t)(point % 298) * 1000 + (late ? 1000 : 0);
}

void workload_init(Workload *w, uint32_t points, int64_t base)
{
    *w = (Workload){.points = points, .base = base};
    w->cents = must(calloc(points, sizeof *w->cents));
    w->order = must(calloc(points, sizeof *w->order));
    w->number = must(calloc(points, sizeof *w->number));
    for (uint32_t i = 0; i < points; i++) {
        w->cents[i] = CENTS_START(i);
        w->order[i] = i;
    }
}

void workload_free(Workload *w)
{
    free(w->cents);
    free(w->order);
    free(w->number);
}

void workload_advance(Workload *w, uint32_t steps)
{
    for (; steps; steps--, w->step++)
        for (uint32_t i = 0; i < w->points; i++) w->cents[i] = workload_next(i, w->step, w->cents[i]);
}

/* ---- Text ---- */

static char *put_u64(char *p, uint64_t v)
{
    char digits[20];
    int n = 0;
    do digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    while (n) *p++ = digits[--n];
    return p;
}

static char *put_cents(char *p, int32_t cents)
{
    if (cents < 0) *p++ = '-';
    uint32_t u = cents < 0 ? 0u - (uint32_t)cents : (uint32_t)cents;
    p = put_u64(p, u / 100);
    *p++ = '.';
    *p++ = (char)('0' + u / 10 % 10);
    *p++ = (char)('0' + u % 10);
    return p;
}

static char *put_code(char *p, uint32_t point)
{
    memcpy(p, CODE_PREFIX, sizeof CODE_PREFIX - 1);
    for (unsigned i = CODE_LENGTH; i-- > sizeof CODE_PREFIX - 1; point /= 10) p[i] = (char)('0' + point % 10);
    return p + CODE_LENGTH;
}

static char *put_text(char *p, const char *z)
{
    size_t n = strlen(z);
    memcpy(p, z, n);
    return p + n;
}

static char *put_line(char *p, const Workload *w, uint32_t point, uint32_t step)
{
    p = put_code(put_text(p, "reading,point="), point);
    p = put_cents(put_text(p, " v="), w->cents[point]);
    *p++ = ' ';
    p = put_u64(p, (uint64_t)workload_time(w, point, step));
    return put_text(p, "000000\n");
}

static char *put_json(char *p, const Workload *w, uint32_t point, uint32_t step)
{
    p = put_code(put_text(p, "{\"point\":\""), point);
    p = put_u64(put_text(p, "\",\"t\":"), (uint64_t)workload_time(w, point, step));
    p = put_cents(put_text(p, ",\"v\":"), w->cents[point]);
    *p++ = '}';
    return p;
}

/* ---- The binary batch: docs/binary-batch.md ---- */

static char *put_le(char *p, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) *p++ = (char)(v >> 8 * i);
    return p;
}

static char *put_frame_head(char *p, const Workload *w, uint32_t step, uint32_t n)
{
    memcpy(p, "ANLR\1\0\2\2", 8);
    p = put_le(p + 8, (uint64_t)(w->base + (int64_t)step * STEP_MS), 8);
    return put_le(put_le(p, n, 4), 0, 4);
}

static char *put_record(char *p, const Workload *w, uint32_t point, uint32_t step)
{
    int64_t dt = workload_time(w, point, step) - (w->base + (int64_t)step * STEP_MS);
    p = put_le(p, w->number[point], 4);
    return put_le(put_le(p, (uint32_t)dt, 4), (uint32_t)w->cents[point], 4);
}

/* ---- Requests ---- */

static char *put_body(char *p, const Workload *w, const PostPlan *plan, const uint32_t *points, uint32_t n)
{
    uint32_t step = w->step;
    if (plan->format == FORMAT_BINARY) p = put_frame_head(p, w, step, n);
    if (plan->format == FORMAT_JSON) p = put_text(p, "{\"readings\":[");
    for (uint32_t i = 0; i < n; i++) {
        if (plan->format == FORMAT_LINE) p = put_line(p, w, points[i], step);
        else if (plan->format == FORMAT_BINARY) p = put_record(p, w, points[i], step);
        else {
            if (i) *p++ = ',';
            p = put_json(p, w, points[i], step);
        }
    }
    return plan->format == FORMAT_JSON ? put_text(p, "]}") : p;
}

static size_t put_head(char *p, const PostPlan *plan, size_t body)
{
    static const char *const path[FORMATS] = {"/write", "/api/readings", "/api/readings"};
    static const char *const type[FORMATS] = {"text/plain; charset=utf-8", "application/json",
                                              "application/vnd.anlan.readings"};
    return (size_t)snprintf(
        p, HEAD_MAX,
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n"
        "Content-Length: %zu\r\n\r\n",
        plan->path ? plan->path : path[plan->format], plan->token, type[plan->format], body);
}

static void reserve(Posts *out, size_t more)
{
    if (out->n + more > out->cap) {
        out->cap = out->cap * 2 > out->n + more ? out->cap * 2 : out->n + more;
        out->bytes = must(realloc(out->bytes, out->cap));
    }
    if (out->count == out->count_cap) {
        out->count_cap = out->count_cap ? out->count_cap * 2 : 1024;
        out->post = must(realloc(out->post, out->count_cap * sizeof *out->post));
    }
}

/* The body is written behind room for the longest head and then moved up. */
static void add_post(const Workload *w, const PostPlan *plan, const uint32_t *points, uint32_t n, Posts *out)
{
    reserve(out, 2 * HEAD_MAX + (size_t)n * READING_MAX);
    char *start = out->bytes + out->n, *body = start + HEAD_MAX;
    size_t nbody = (size_t)(put_body(body, w, plan, points, n) - body);
    size_t nhead = put_head(start, plan, nbody);
    memmove(start + nhead, body, nbody);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum +=
            reading_sum(w->number[points[i]], workload_time(w, points[i], w->step), w->cents[points[i]], 0);
    out->post[out->count++] =
        (Post){.at = out->n, .n = nhead + nbody, .head = nhead, .readings = n, .sum = sum};
    out->n += nhead + nbody;
}

static void shuffle(const Workload *w, uint32_t step)
{
    for (uint32_t i = w->points - 1; i > 0; i--) {
        uint32_t k = (uint32_t)(mix(((uint64_t)i << 32) + step) % (i + 1)), swap = w->order[i];
        w->order[i] = w->order[k];
        w->order[k] = swap;
    }
}

void posts_make(const Workload *w, const PostPlan *plan, Posts *out)
{
    Workload at = *w; /* moves on by itself; order and number are shared */
    at.cents = must(malloc(w->points * sizeof *at.cents));
    memcpy(at.cents, w->cents, w->points * sizeof *at.cents);
    *out = (Posts){0};
    for (uint32_t s = 0; s < plan->steps; s++, at.step++) {
        shuffle(&at, at.step);
        for (uint32_t i = 0; i < at.points; i++) at.cents[i] = workload_next(i, at.step, at.cents[i]);
        for (uint32_t i = 0; i < at.points; i += plan->batch) {
            uint32_t n = at.points - i < plan->batch ? at.points - i : plan->batch;
            add_post(&at, plan, at.order + i, n, out);
            out->post[out->count - 1].step = s;
        }
    }
    free(at.cents);
}

void posts_free(Posts *p)
{
    free(p->bytes);
    free(p->post);
    *p = (Posts){0};
}
