/* Devices on their own protocols: many connections, each sends a frame, waits for the answer that says it was
 * taken, and sends the next, as devices do.
 *     bench_devices points                     (prints the points' CSV: code, source key)
 *     bench_devices run HTTP_PORT TOKEN SERVER_PID RECEIPT HJ212_PORT GB26875_PORT JT808_PORT MQTT_PORT
 * Frames are made before the clock starts and all differ. A frame counts when its answer came, which is after
 * the commit. Over MQTT (a broker in between; 0: there is none) messages of a hundred readings with QoS 1 are
 * published, and the clock stops when the program has taken the last of them. Prints a line a protocol,
 * separated by tabs: name, connections, frames, readings, readings/s, processor seconds of the server a
 * million readings, p50 and p99 of the answers in ms. The receipt is for bench_readall. */
#include "base/clock.h"
#include "base/json.h"
#include "connect.h"
#include "device_frames.h"
#include "http_get.h"
#include "proc.h"
#include "publisher.h"
#include "readback.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STEP_S = 60, EVENTS_AT_ONCE = 128, IN_MAX = 1024, PATIENCE_MS = 20000, TAKEN_TRIES = 3000 };
static const uint32_t frames_each[DEVICE_KINDS] = {
    [DEVICE_HJ212] = 60, [DEVICE_GB26875] = 150, [DEVICE_JT808] = 40, [DEVICE_MQTT] = 100};

typedef struct Device {
    int fd;
    uint32_t next; /* frame under way */
    size_t nin;
    int64_t since;
    char in[IN_MAX];
} Device;

typedef struct Run {
    const DeviceKind *kind;
    uint32_t frames; /* of each device */
    Str *frame;      /* device after device */
    Device *device;
    int epoll;
    uint32_t answered;
    float *ms;
    Arena *scratch;
    bool failed;
} Run;

typedef struct Place {
    int http_port, port;
    long pid;
    const char *token;
} Place;

/* ---- Preparing ---- */

static DeviceFrame frame_of(const DeviceKind *k, uint32_t frames, uint32_t i, int64_t base)
{
    (void)k;
    return (DeviceFrame){
        .device = i / frames, .n = i % frames, .t = base + (int64_t)(i % frames) * STEP_S * MS_SECOND};
}

static void prepare(Run *r, Arena *arena, int64_t base)
{
    uint32_t n = r->kind->devices * r->frames;
    r->frame = ARENA_ARRAY(arena, Str, n);
    r->ms = ARENA_ARRAY(arena, float, n);
    r->device = ARENA_ARRAY(arena, Device, r->kind->devices);
    for (uint32_t i = 0; i < n; i++) {
        const DeviceFrame f = frame_of(r->kind, r->frames, i, base);
        StrBuf out;
        buf_init(&out, arena);
        r->kind->frame(arena, &f, &out);
        r->frame[i] = buf_str(&out);
    }
}

static uint64_t sum_of(const Run *r, const Workload *w, uint32_t first)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < r->kind->devices * r->frames; i++) {
        const DeviceFrame f = frame_of(r->kind, r->frames, i, w->base);
        const uint32_t *no = w->number + first + f.device * r->kind->points;
        for (uint32_t k = 0; k < r->kind->points; k++)
            sum += reading_sum(no[k], f.t, llround(r->kind->value(&f, k) * 100), 0);
    }
    return sum;
}

/* ---- Devices that are answered ---- */

static void fail(Run *r, const char *what)
{
    if (!r->failed) fprintf(stderr, "%s: %s\n", r->kind->name, what);
    r->failed = true;
}

static void send_next(Run *r, Device *d)
{
    if (d->next == r->frames) return;
    Str f = r->frame[(size_t)(d - r->device) * r->frames + d->next];
    d->since = clock_mono_us();
    if (send(d->fd, f.p, f.n, MSG_NOSIGNAL) != (ssize_t)f.n) fail(r, "a frame could not be sent");
}

static void take_answer(Run *r, Device *d, Str frame)
{
    arena_reset(r->scratch);
    if (!r->kind->confirms(r->scratch, frame)) {
        fail(r, "a frame was refused");
        return;
    }
    r->ms[r->answered++] = (float)((double)(clock_mono_us() - d->since) / 1e3);
    d->next++;
    send_next(r, d);
}

static void read_answers(Run *r, Device *d)
{
    ssize_t n = recv(d->fd, d->in + d->nin, sizeof d->in - d->nin, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        fail(r, "a connection was closed by the server");
        return;
    }
    d->nin += (size_t)n;
    const char *code = NULL;
    long size;
    while (!r->failed && d->nin && (size = r->kind->cut(str_n(d->in, d->nin), &code)) > 0) {
        take_answer(r, d, str_n(d->in, (size_t)size));
        d->nin -= (size_t)size;
        memmove(d->in, d->in + size, d->nin);
    }
}

static void connect_devices(Run *r, int port)
{
    r->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (uint32_t i = 0; i < r->kind->devices && !r->failed; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = &r->device[i]};
        r->device[i].fd = connect_local(port);
        if (r->device[i].fd < 0 || epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->device[i].fd, &e) != 0)
            fail(r, "cannot connect");
    }
}

static void send_all(Run *r)
{
    for (uint32_t i = 0; i < r->kind->devices && !r->failed; i++) send_next(r, &r->device[i]);
    while (!r->failed && r->answered < r->kind->devices * r->frames) {
        struct epoll_event events[EVENTS_AT_ONCE];
        int n = epoll_wait(r->epoll, events, EVENTS_AT_ONCE, PATIENCE_MS);
        if (n == 0) fail(r, "answers do not come");
        for (int i = 0; i < n && !r->failed; i++) read_answers(r, events[i].data.ptr);
    }
}

/* ---- MQTT ---- */

/* How many readings the gateway says it has taken; -1: it does not say. */
static int64_t taken(const Place *p)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    HttpGet http;
    Str body;
    const Json *j = NULL;
    int64_t n = -1;
    ctx_init(&ctx, arena, LANG_EN);
    http_get_init(&http, arena, p->http_port, p->token);
    if (http_get(&http, "/api/gateways/mqtt", &body) == 200 && json_parse(&ctx, body, &j) == RC_OK &&
        !json_i64(json_get(json_get(j, "gateway"), "readings"), &n))
        n = -1;
    http_get_close(&http);
    arena_free(&arena);
    return n;
}

static void publish_and_wait(Run *r, const Place *p, uint64_t readings)
{
    int64_t before = taken(p);
    if (before < 0 || !publish_all(p->port, "anlan/batch", r->frame, (size_t)r->kind->devices * r->frames)) {
        fail(r, "messages could not be published");
        return;
    }
    for (int i = 0; i < TAKEN_TRIES; i++) {
        if (taken(p) - before >= (int64_t)readings) return;
        usleep(10000);
    }
    fail(r, "not all messages were taken");
}

/* ---- A protocol ---- */

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void print_row(Run *r, double seconds, double cpu)
{
    uint32_t frames = r->kind->devices * r->frames;
    double readings = (double)frames * r->kind->points;
    qsort(r->ms, r->answered, sizeof r->ms[0], by_value);
    printf("%s\t%u\t%u\t%.0f\t%.0f\t%.2f\t%.1f\t%.1f\n", r->kind->name, r->kind->cut ? r->kind->devices : 1,
           frames, readings, readings / seconds, cpu / readings * 1e6,
           r->answered ? (double)r->ms[r->answered / 2] : 0.0,
           r->answered ? (double)r->ms[r->answered * 99ull / 100] : 0.0);
    fflush(stdout);
}

static bool run_kind(int kind, const Place *p, const Workload *w, uint64_t *count, uint64_t *sum)
{
    Arena *arena = arena_new(0);
    Run r = {.kind = &device_kinds[kind], .frames = frames_each[kind], .epoll = -1, .scratch = arena_new(0)};
    uint64_t readings = (uint64_t)r.kind->devices * r.frames * r.kind->points;
    prepare(&r, arena, w->base);
    fprintf(stderr, "  %s: %u frames\n", r.kind->name, r.kind->devices * r.frames);
    if (r.kind->cut) connect_devices(&r, p->port);
    double cpu = proc_cpu_s(p->pid);
    int64_t start = clock_mono_us();
    if (r.kind->cut) send_all(&r);
    else publish_and_wait(&r, p, readings);
    double seconds = (double)(clock_mono_us() - start) / 1e6;
    if (!r.failed) print_row(&r, seconds, proc_cpu_s(p->pid) - cpu);
    *count += readings;
    *sum += sum_of(&r, w, device_first_point(kind));
    for (uint32_t i = 0; i < r.kind->devices; i++)
        if (r.device[i].fd > 0) close(r.device[i].fd);
    if (r.epoll >= 0) close(r.epoll);
    arena_free(&r.scratch);
    arena_free(&arena);
    return !r.failed;
}

static bool run(char **arg)
{
    Workload w;
    const Readback back = {(int)strtol(arg[0], NULL, 10), arg[1]};
    uint64_t count = 0, sum = 0;
    workload_init(&w, device_points(), clock_now() / 1000 * 1000 - 6 * MS_HOUR);
    bool ok = readback_numbers(&back, &w);
    for (int kind = 0; kind < DEVICE_KINDS && ok; kind++) {
        const Place p = {back.port, (int)strtol(arg[4 + kind], NULL, 10), strtol(arg[2], NULL, 10),
                         back.token};
        if (p.port) ok = run_kind(kind, &p, &w, &count, &sum);
    }
    ok = ok && readback_receipt(arg[3], &w, count, sum);
    workload_free(&w);
    return ok;
}

static void print_points(void)
{
    puts("code,name,interval_s,source");
    uint32_t i = 0;
    for (int kind = 0; kind < DEVICE_KINDS; kind++)
        for (uint32_t d = 0; d < device_kinds[kind].devices; d++)
            for (uint32_t k = 0; k < device_kinds[kind].points; k++, i++) {
                char source[64] = "";
                if (device_kinds[kind].source) device_kinds[kind].source(d, k, source);
                printf(CODE_FORMAT ",Benchmark %u,300,%s\n", i, i, source);
            }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "points") == 0) {
        print_points();
        return 0;
    }
    if (argc == 10 && strcmp(argv[1], "run") == 0) return run(argv + 2) ? 0 : 1;
    fputs("bench_devices points | run HTTP_PORT TOKEN PID RECEIPT HJ212 GB26875 JT808 MQTT\n", stderr);
    return 2;
}
