/* Readings are compared one by one with what the workload says they must be, so a sum that happens to agree
 * proves nothing here. */
#include "readback.h"
#include "base/clock.h"
#include "base/json.h"
#include "http_get.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PAGE = 1000,
    SAMPLES = 300,
    LATEST_SAMPLES = 5,
    NUMBERS_ASKED = 200,
    YEAR_DAYS = 365,
    STEP_BYTES = 16
};

typedef struct Session {
    Arena *arena, *page;
    Ctx ctx; /* in `page` */
    HttpGet http;
} Session;

static void session_open(Session *s, const Readback *b)
{
    s->arena = arena_new(0);
    s->page = arena_new(0);
    http_get_init(&s->http, s->arena, b->port, b->token);
}

static void session_close(Session *s)
{
    http_get_close(&s->http);
    arena_free(&s->page);
    arena_free(&s->arena);
}

/* NULL: said why on standard error. */
static const Json *get_json(Session *s, const char *path)
{
    Str body = STR_NONE;
    const Json *j = NULL;
    char *kept = strdup(path);
    arena_reset(s->page);
    ctx_init(&s->ctx, s->page, LANG_EN);
    int status = http_get(&s->http, kept, &body);
    if (status != 200 || json_parse(&s->ctx, body, &j) < 0) {
        fprintf(stderr, "GET %s: %d %.*s\n", kept, status, body.n > 300 ? 300 : (int)body.n,
                body.p ? body.p : "");
        j = NULL;
    }
    free(kept);
    return j;
}

/* ---- Numbers ---- */

static uint32_t take_numbers(const Json *page, Workload *w)
{
    uint32_t n = 0;
    JSON_EACH(item, json_get(page, "items"))
    {
        Str code = json_str(json_get(item, "code"));
        int64_t no;
        if (!str_starts(code, STR(CODE_PREFIX)) || code.n != CODE_LENGTH) continue;
        uint32_t i = (uint32_t)strtoul(code.p + sizeof CODE_PREFIX - 1, NULL, 10);
        if (i >= w->points || !json_i64(json_get(item, "no"), &no) || w->number[i]) continue;
        w->number[i] = (uint32_t)no;
        n++;
    }
    return n;
}

/* 0: the server has no such point. */
static int64_t number_of(Session *s, uint32_t point)
{
    char path[64];
    int64_t no = 0;
    snprintf(path, sizeof path, "/api/points/code:" CODE_FORMAT, point);
    return json_i64(json_get(get_json(s, path), "no"), &no) ? no : 0;
}

/* Points that were imported in one go are numbered in their order: asked of some, true of all, which the sums
 * of the read-back prove. Reading the list of a million points takes a minute. */
static bool guess_numbers(Session *s, Workload *w)
{
    int64_t first = number_of(s, 0), last = number_of(s, w->points - 1);
    if (first <= 0 || last - first != (int64_t)w->points - 1) return false;
    for (uint32_t i = 0; i < NUMBERS_ASKED; i++) {
        uint32_t point = (uint32_t)((uint64_t)i * 2654435761u % w->points);
        if (number_of(s, point) != first + point) return false;
    }
    for (uint32_t i = 0; i < w->points; i++) w->number[i] = (uint32_t)first + i;
    return true;
}

static uint32_t list_numbers(Session *s, Workload *w)
{
    uint32_t found = 0;
    char path[1024] = "/api/points?limit=1000";
    const Json *page;
    while ((page = get_json(s, path))) {
        found += take_numbers(page, w);
        Str next = json_str(json_get(page, "next"));
        if (!next.n) break;
        snprintf(path, sizeof path, "/api/points?limit=%d&cursor=%.*s", PAGE, STR_ARG(next));
    }
    return found;
}

bool readback_numbers(const Readback *b, Workload *w)
{
    Session s;
    session_open(&s, b);
    uint32_t found = guess_numbers(&s, w) ? w->points : list_numbers(&s, w);
    session_close(&s);
    if (found != w->points) fprintf(stderr, "the server has %u of %u points\n", found, w->points);
    return found == w->points;
}

bool readback_receipt(const char *path, const Workload *w, uint64_t count, uint64_t sum)
{
    FILE *f = fopen(path, "we");
    if (!f) return false;
    fprintf(f, "%llu %llu %lld\n", (unsigned long long)count, (unsigned long long)sum, (long long)w->base);
    for (uint32_t i = 0; i < w->points; i++) fprintf(f, "%u\n", w->number[i]);
    return fclose(f) == 0;
}

/* ---- Readings ---- */

typedef struct Expected {
    const Workload *w;
    uint32_t point, step;
    int32_t cents;
} Expected;

static bool row_is_next(Expected *x, const Json *row)
{
    const Json *t = row->child, *v = t ? t->next : NULL, *q = v ? v->next : NULL;
    int64_t ms, quality;
    double value;
    if (x->step >= x->w->step) return false;
    x->cents = workload_next(x->point, x->step, x->cents);
    bool same = json_i64(t, &ms) && json_f64(v, &value) && json_i64(q, &quality) &&
                ms == workload_time(x->w, x->point, x->step) && fabs(value - (double)x->cents / 100) < 1e-9 &&
                quality == 0;
    x->step++;
    return same;
}

static bool compare_point(Session *s, const Workload *w, uint32_t point)
{
    Expected x = {.w = w, .point = point, .cents = CENTS_START(point)};
    char path[256];
    snprintf(path, sizeof path, "/api/points/code:" CODE_FORMAT "/readings?from=%lld&to=%lld&limit=50000",
             point, (long long)w->base, (long long)(w->base + (int64_t)w->step * STEP_MS));
    const Json *page = get_json(s, path);
    if (!page) return false;
    bool same = true;
    JSON_EACH(row, json_get(page, "rows")) same = same && row_is_next(&x, row);
    if (!same || x.step != w->step) {
        fprintf(stderr, CODE_FORMAT ": the reading of step %u differs or is missing\n", point,
                x.step ? x.step - 1 : 0);
        return false;
    }
    return true;
}

bool readback_compare(const Readback *b, const Workload *w, uint32_t sample)
{
    Session s;
    session_open(&s, b);
    bool same = true;
    uint64_t draw = UINT64_C(0x2545F4914F6CDD1D);
    for (uint32_t i = 0; i < sample && same; i++) {
        draw ^= draw << 13;
        draw ^= draw >> 7;
        draw ^= draw << 17;
        same = compare_point(&s, w, (uint32_t)(draw % w->points));
    }
    session_close(&s);
    return same;
}

/* ---- Latencies ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Milliseconds, or NAN. */
static double time_get(Session *s, const char *path, size_t *bytes)
{
    Str body;
    int64_t start = clock_mono_us();
    if (http_get(&s->http, path, &body) != 200) return (double)NAN;
    *bytes = body.n;
    return (double)(clock_mono_us() - start) / 1000;
}

/* The same question about point after point: p50 and p99 in ms. `from` and `to` in ms, `rest` ends the query.
 */
typedef struct Asked {
    int64_t from, to;
    const char *rest;
    size_t least; /* bytes an answer must have */
} Asked;

static bool time_points(Session *s, const Asked *a, uint32_t points, double *p50, double *p99)
{
    double ms[SAMPLES];
    size_t bytes = 0;
    for (uint32_t i = 0; i < SAMPLES; i++) {
        char path[256], code[32] = YEAR_CODE;
        if (points) snprintf(code, sizeof code, CODE_FORMAT, i * 7919u % points);
        snprintf(path, sizeof path, "/api/points/code:%s/readings?from=%lld&to=%lld%s", code,
                 (long long)a->from, (long long)a->to, a->rest);
        ms[i] = time_get(s, path, &bytes);
        if (isnan(ms[i]) || bytes < a->least) {
            fprintf(stderr, "GET %s: %zu bytes\n", path, bytes);
            return false;
        }
    }
    qsort(ms, SAMPLES, sizeof ms[0], by_value);
    *p50 = ms[SAMPLES / 2];
    *p99 = ms[SAMPLES * 99 / 100];
    return true;
}

bool readback_latencies(const Readback *b, const Workload *w, Latencies *out)
{
    Session s;
    session_open(&s, b);
    size_t bytes = 0;
    int64_t to = w->base + (int64_t)w->step * STEP_MS, now = clock_now();
    bool ok = true;
    *out = (Latencies){.latest_ms = INFINITY, .year_days = {NAN}, .year_hours = {NAN}};
    for (int i = 0; i < LATEST_SAMPLES; i++) {
        double ms = time_get(&s, "/api/latest", &bytes);
        ok = ok && !isnan(ms);
        if (ms < out->latest_ms) out->latest_ms = ms;
    }
    out->latest_bytes = (double)bytes;
    const Asked day = {to - MS_DAY, to, "", 0},
                days = {now - YEAR_DAYS * MS_DAY, now, "&step=1d", (size_t)YEAR_DAYS * STEP_BYTES},
                hours = {now - YEAR_DAYS * MS_DAY, now, "&step=1h&limit=10000",
                         (size_t)YEAR_DAYS * 24 * STEP_BYTES};
    ok = ok && time_points(&s, &day, w->points, &out->day_p50, &out->day_p99);
    if (time_get(&s, "/api/points/code:" YEAR_CODE, &bytes) >= 0)
        ok = ok && time_points(&s, &days, 0, &out->year_days[0], &out->year_days[1]) &&
             time_points(&s, &hours, 0, &out->year_hours[0], &out->year_hours[1]);
    session_close(&s);
    return ok;
}
