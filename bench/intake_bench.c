/* How fast readings come in: bodies of line protocol (or JSON, or the binary batch) through decode → lane →
 * commit in one process, with a four-grade rule on every point. No test: figures depend on the machine.
 *
 *   intake_bench line|json|binary [readings a body [points [bodies]]]
 *
 * Prints one line: decode alone into a batch (CPU), and the whole path until the last body is committed (wall
 * and CPU). */
#include "base/clock.h"
#include "base/log.h"
#include "gateway/batch_sink.h"
#include "gateway/binary.h"
#include "gateway/json.h"
#include "gateway/line.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t state = 88172645463325252u;
static uint32_t rnd(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % n);
}

static const char rule[] = "{\"rules\":[{\"name\":\"level\",\"point\":\"*\",\"kind\":\"level\",\"dir\":"
                           "\"high\",\"deadband\":0.5,\"on_delay_ms\":600000,"
                           "\"grades\":[{\"grade\":4,\"limit\":60},{\"grade\":3,\"limit\":70},{\"grade\":2,"
                           "\"limit\":80},{\"grade\":1,\"limit\":90}]}]}";

typedef struct Bench {
    const char *kind;
    size_t per_body, points, bodies;
    char (*codes)[16];
    uint32_t *order;
    int32_t *value; /* hundredths */
    Str *body;
    Intake *in;
    pthread_mutex_t lock;
    pthread_cond_t done;
    size_t waiting, failed;
} Bench;

static Str code_of(const Bench *b, uint32_t p)
{
    return str_of(b->codes[p]);
}

static void put_text(Bench *b, StrBuf *out, size_t i, uint32_t p, int64_t t)
{
    int32_t v = b->value[p];
    if (strcmp(b->kind, "line") == 0)
        buf_printf(out, "reading,point=%s v=%d.%02d %lld000000\n", b->codes[p], v / 100, v % 100,
                   (long long)t);
    else
        buf_printf(out, "%s{\"point\":\"%s\",\"t\":%lld,\"v\":%d.%02d}", i ? "," : "", b->codes[p],
                   (long long)t, v / 100, v % 100);
}

static Str make_body(Ctx *ctx, Bench *b, size_t first)
{
    bool binary = strcmp(b->kind, "binary") == 0, json = strcmp(b->kind, "json") == 0;
    BinaryReading *r = ARENA_ARRAY(ctx->arena, BinaryReading, b->per_body);
    StrBuf out;
    buf_init(&out, ctx->arena);
    if (json) buf_addz(&out, "{\"readings\":[");
    for (size_t i = 0; i < b->per_body; i++) {
        size_t n = first + i;
        uint32_t p = b->order[n % b->points];
        int64_t t = INT64_C(1760000000000) + (int64_t)(n / b->points) * 300000 + (rnd(10) == 0) * 1000;
        uint32_t move = rnd(4096);
        b->value[p] += move == 0 ? 500 : (int32_t)(move % 16) - 8 > 2 ? (int32_t)rnd(11) - 5 : 0;
        if (b->value[p] < 0 || b->value[p] > 9900) b->value[p] = 3000;
        if (binary) r[i] = (BinaryReading){.point = p + 1, .t = t, .v = b->value[p] / 100.0};
        else put_text(b, &out, i, p, t);
    }
    if (json) buf_addz(&out, "]}");
    if (binary)
        binary_encode(ctx, &(BinaryOptions){.value = BINARY_SCALED, .decimals = 2}, r, b->per_body, &out);
    return buf_str(&out);
}

static void make_points(Ctx *ctx, Bench *b, RegistryPoint **points)
{
    b->codes = arena_alloc(ctx->arena, b->points * sizeof *b->codes);
    b->order = ARENA_ARRAY(ctx->arena, uint32_t, b->points);
    b->value = ARENA_ARRAY(ctx->arena, int32_t, b->points);
    *points = ARENA_ARRAY(ctx->arena, RegistryPoint, b->points);
    for (uint32_t i = 0; i < b->points; i++) {
        snprintf(b->codes[i], sizeof b->codes[i], "GAS-%06u", i + 1);
        b->order[i] = i;
        b->value[i] = (int32_t)rnd(6000);
        (*points)[i] = (RegistryPoint){.code = code_of(b, i),
                                       .number = i + 1,
                                       .in_service = true,
                                       .in_service_since = INT64_C(4102444800000)};
    }
    for (uint32_t i = (uint32_t)b->points - 1; i > 0; i--) {
        uint32_t k = rnd(i + 1), swap = b->order[i];
        b->order[i] = b->order[k];
        b->order[k] = swap;
    }
}

static Rc decode(Ctx *ctx, const Bench *b, Str body, const ReadingSink *sink)
{
    if (strcmp(b->kind, "json") == 0) return json_decode(ctx, body, sink);
    if (strcmp(b->kind, "binary") == 0) return binary_decode(ctx, body, sink);
    line_decode(body, (LinePrecision){1}, sink);
    return RC_OK;
}

static void on_done(Batch *batch, Rc rc)
{
    Bench *b = batch->ud;
    batch_free(&batch);
    pthread_mutex_lock(&b->lock);
    b->failed += rc < 0;
    b->waiting--;
    pthread_cond_signal(&b->done);
    pthread_mutex_unlock(&b->lock);
}

static Batch *decoded(Bench *b, Str body)
{
    Batch *batch = batch_new(b->in, 1, INT64_C(1790000000000));
    BatchSink to = {.batch = batch};
    ReadingSink sink = batch_sink(&to);
    Ctx ctx;
    ctx_init(&ctx, batch->arena, LANG_EN);
    if (decode(&ctx, b, body, &sink) < 0 || batch->n != b->per_body) {
        fprintf(stderr, "a body was not taken whole\n");
        exit(1);
    }
    batch->done = on_done;
    batch->ud = b;
    return batch;
}

/* CPU seconds of this thread or of all: they mean something on a busy machine too. */
static double cpu_seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU seconds. */
static double decode_alone(Bench *b)
{
    double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < b->bodies; i++) {
        Batch *batch = decoded(b, b->body[i]);
        batch_free(&batch);
    }
    return cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start;
}

static double whole_path(Bench *b)
{
    enum { MOST_WAITING = 200 };
    int64_t start = clock_mono_us();
    for (size_t i = 0; i < b->bodies; i++) {
        Batch *batch = decoded(b, b->body[i]);
        pthread_mutex_lock(&b->lock);
        while (b->waiting >= MOST_WAITING) pthread_cond_wait(&b->done, &b->lock);
        b->waiting++;
        pthread_mutex_unlock(&b->lock);
        while (intake_submit(b->in, batch) == RC_BUSY) sched_yield();
    }
    pthread_mutex_lock(&b->lock);
    while (b->waiting) pthread_cond_wait(&b->done, &b->lock);
    pthread_mutex_unlock(&b->lock);
    return (double)(clock_mono_us() - start) / 1e6;
}

static size_t arg(int argc, char **argv, int i, size_t fallback)
{
    return argc > i ? strtoul(argv[i], NULL, 10) : fallback;
}

int main(int argc, char **argv)
{
    Bench b = {.kind = argc > 1 ? argv[1] : "line",
               .per_body = arg(argc, argv, 2, 10000),
               .points = arg(argc, argv, 3, 85000),
               .lock = PTHREAD_MUTEX_INITIALIZER,
               .done = PTHREAD_COND_INITIALIZER};
    b.bodies = arg(argc, argv, 4, b.per_body ? 3000000 / b.per_body : 0);
    if (!b.per_body || !b.points || !b.bodies) return 2;
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    RegistryPoint *points;
    RuleSet *rules;
    char dir[] = "./intake-bench-XXXXXX", cmd[64];
    make_points(&ctx, &b, &points);
    b.body = ARENA_ARRAY(arena, Str, b.bodies);
    for (size_t i = 0; i < b.bodies; i++) b.body[i] = make_body(&ctx, &b, i * b.per_body);
    log_set_level(LOG_WARN);
    if (!mkdtemp(dir) || ruleset_parse(&ctx, str_of(rule), &rules) < 0) return 1;
    IntakeOptions opt = {.dir = dir};
    if (intake_open(&ctx, &opt, registry_new(points, b.points), rules, &b.in) < 0) {
        fprintf(stderr, "%s\n", ctx.err.message);
        return 1;
    }
    double total = (double)(b.bodies * b.per_body) / 1e6, alone = decode_alone(&b);
    double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID), whole = whole_path(&b);
    cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    IntakeStats s;
    intake_stats(b.in, &s);
    printf("%s: %zu a body, %zu points: decode %.2f M readings a CPU second; decode to commit %.2f M "
           "readings/s at %.2f CPU s a "
           "million; %llu events, %zu failed\n",
           b.kind, b.per_body, b.points, total / alone, total / whole, cpu / total,
           (unsigned long long)s.events, b.failed);
    intake_close(&b.in);
    snprintf(cmd, sizeof cmd, "rm -r %s", dir);
    int rc = system(cmd);
    arena_free(&arena);
    return rc || b.failed ? 1 : 0;
}
