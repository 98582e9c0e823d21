/* The floor: what the same bodies cost without sockets, acknowledgements, database, events and queries. One
 * process; one thread decodes each body and judges its readings with the same four grades a point, another
 * writes the same bytes to a file and syncs it, as much at a time as has come together (two buffers of a
 * group commit). bench_floor DIR POINTS FORMAT:STEPS:BATCH …       (DIR: on the disk to be measured) Prints,
 * separated by tabs: format, readings/s until the last byte is synced, processor seconds a million. The
 * codecs, the registry of codes and the alarm engine are those of the program; nothing is encoded or kept. */
#include "base/clock.h"
#include "gateway/binary.h"
#include "gateway/json.h"
#include "gateway/line.h"
#include "intake/intake.h"
#include "watch/watch.h"
#include "workload.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char rules_text[] = "{\"rules\":[{\"name\":\"BENCH\",\"point\":\"BENCH-*\",\"kind\":\"level\","
                                 "\"dir\":\"high\",\"deadband\":0.5,"
                                 "\"grades\":[{\"grade\":4,\"limit\":26},{\"grade\":3,\"limit\":28},{"
                                 "\"grade\":2,\"limit\":30},{\"grade\":1,"
                                 "\"limit\":32}]}]}";

/* The readings of one body, and where their codes are looked up. */
typedef struct Body {
    const Registry *registry;
    Reading *r;
    size_t n, cap;
    uint64_t refused;
} Body;

typedef struct Floor {
    const Posts *posts;
    int fd;
    pthread_mutex_t lock;
    pthread_cond_t more;
    size_t decoded; /* posts that may be synced */
    bool failed;
} Floor;

/* ---- Decoding ---- */

static uint32_t find_point(void *ud, Str code)
{
    return registry_by_code(((Body *)ud)->registry, code);
}

static void find_points(void *ud, const Str *codes, size_t n, uint32_t *out)
{
    registry_by_codes(((Body *)ud)->registry, codes, n, out);
}

static bool is_known(void *ud, uint32_t number)
{
    return registry_has(((Body *)ud)->registry, number);
}

static void add(void *ud, uint32_t number, int64_t t, double v, uint8_t q)
{
    Body *b = ud;
    if (b->n < b->cap) b->r[b->n++] = (Reading){.t = t, .v = v, .point = number, .q = q};
    else b->refused++;
}

static void refuse_source(void *ud, Str key, int64_t t, double v, uint8_t q)
{
    (void)key, (void)t, (void)v, (void)q;
    ((Body *)ud)->refused++;
}

static void refuse(void *ud, uint64_t line, Str field, const char *code)
{
    (void)line, (void)field, (void)code;
    ((Body *)ud)->refused++;
}

static bool decode(Ctx *ctx, Format format, Str text, Body *b)
{
    const ReadingSink sink = {.ud = b,
                              .point = find_point,
                              .points = find_points,
                              .known = is_known,
                              .add = add,
                              .source = refuse_source,
                              .reject = refuse};
    b->n = 0;
    Rc rc = RC_OK;
    if (format == FORMAT_JSON) rc = json_decode(ctx, text, &sink);
    else if (format == FORMAT_BINARY) rc = binary_decode(ctx, text, &sink);
    else line_decode(text, (LinePrecision){1}, &sink);
    return rc == RC_OK && !b->refused;
}

/* ---- Syncing ---- */

static bool write_bodies(Floor *f, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const Post *p = &f->posts->post[i];
        const char *at = f->posts->bytes + p->at + p->head;
        size_t n = p->n - p->head;
        if (write(f->fd, at, n) != (ssize_t)n) return false;
    }
    return fdatasync(f->fd) == 0;
}

static void *sync_all(void *ud)
{
    Floor *f = ud;
    size_t synced = 0;
    while (synced < f->posts->count && !f->failed) {
        pthread_mutex_lock(&f->lock);
        while (f->decoded == synced && !f->failed) pthread_cond_wait(&f->more, &f->lock);
        size_t to = f->decoded;
        pthread_mutex_unlock(&f->lock);
        if (!write_bodies(f, synced, to)) f->failed = true;
        synced = to;
    }
    return NULL;
}

/* ---- Both ---- */

static void count_event(void *ud, const WatchEvent *e)
{
    (void)e;
    ++*(uint64_t *)ud;
}

static void announce(Floor *f, size_t decoded, bool ok)
{
    pthread_mutex_lock(&f->lock);
    f->decoded = decoded;
    f->failed = f->failed || !ok;
    pthread_cond_signal(&f->more);
    pthread_mutex_unlock(&f->lock);
}

static bool decode_all(Floor *f, Format format, const Registry *registry, WatchLane *lane, size_t batch)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    uint64_t events = 0;
    Body b = {.registry = registry, .r = malloc(batch * sizeof *b.r), .cap = batch};
    bool ok = b.r;
    for (size_t i = 0; i < f->posts->count && ok && !f->failed; i++) {
        const Post *p = &f->posts->post[i];
        arena_reset(arena);
        ctx_init(&ctx, arena, LANG_EN);
        ok = decode(&ctx, format, str_n(f->posts->bytes + p->at + p->head, p->n - p->head), &b) &&
             b.n == p->readings;
        watch_take(lane, b.r, b.n, INT64_MAX / 2, &(WatchSink){.event = count_event, .ud = &events});
        announce(f, i + 1, ok);
    }
    if (f->posts->count == 0 || !ok) announce(f, f->posts->count, ok);
    free(b.r);
    arena_free(&arena);
    return ok;
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct City {
    Workload w;
    RegistryPoint *points;
    WatchPoint *watched;
    char (*codes)[24];
    Registry *registry;
    RuleSet *rules;
} City;

static bool measure(City *city, const char *dir, Format format, uint32_t steps, uint32_t batch)
{
    char path[512];
    const PostPlan plan = {.format = format, .steps = steps, .batch = batch, .token = "-"};
    Posts posts;
    posts_make(&city->w, &plan, &posts);
    snprintf(path, sizeof path, "%s/floor.log", dir);
    Floor f = {.posts = &posts,
               .fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600),
               .lock = PTHREAD_MUTEX_INITIALIZER,
               .more = PTHREAD_COND_INITIALIZER};
    WatchLane *lane = watch_lane_new(city->rules, city->watched, city->w.points + 1, 0, 1, 0);
    pthread_t syncer;
    double cpu = cpu_seconds();
    int64_t start = clock_mono_us();
    bool ok = f.fd >= 0 && pthread_create(&syncer, NULL, sync_all, &f) == 0;
    if (ok) {
        ok = decode_all(&f, format, city->registry, lane, batch);
        pthread_join(syncer, NULL);
        ok = ok && !f.failed;
    }
    double readings = (double)steps * city->w.points, seconds = (double)(clock_mono_us() - start) / 1e6;
    if (ok)
        printf("%s\t%.0f\t%.3f\n", format_names[format], readings / seconds,
               (cpu_seconds() - cpu) / readings * 1e6);
    watch_lane_free(&lane);
    if (f.fd >= 0) close(f.fd);
    unlink(path);
    posts_free(&posts);
    return ok;
}

/* ---- The same points and rule as the server has ---- */

static bool city_make(City *c, uint32_t points, Arena *arena)
{
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    workload_init(&c->w, points, clock_now() - 30 * MS_DAY);
    c->points = ARENA_ARRAY(arena, RegistryPoint, points);
    c->watched = ARENA_ARRAY(arena, WatchPoint, points + 1);
    c->codes = arena_alloc(arena, points * sizeof *c->codes);
    for (uint32_t i = 0; i < points; i++) {
        snprintf(c->codes[i], sizeof c->codes[i], CODE_FORMAT, i);
        Str code = str_n(c->codes[i], CODE_LENGTH);
        c->w.number[i] = i + 1;
        c->points[i] = (RegistryPoint){.code = code, .number = i + 1, .in_service = true};
        c->watched[i + 1] = (WatchPoint){.code = code, .in_service = true};
    }
    c->registry = registry_new(c->points, points);
    return ruleset_parse(&ctx, str_of(rules_text), &c->rules) == RC_OK;
}

static bool run(City *city, const char *dir, const char *text)
{
    char name[16];
    unsigned steps, batch;
    if (sscanf(text, "%15[a-z]:%u:%u", name, &steps, &batch) != 3 || !steps || !batch) return false;
    for (int f = 0; f < FORMATS; f++)
        if (strcmp(name, format_names[f]) == 0) return measure(city, dir, (Format)f, steps, batch);
    return false;
}

int main(int argc, char **argv)
{
    long points = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
    if (points < 1 || points > 1000000) {
        fputs("bench_floor DIR POINTS FORMAT:STEPS:BATCH ...\n", stderr);
        return 2;
    }
    Arena *arena = arena_new(0);
    City city = {0};
    bool ok = city_make(&city, (uint32_t)points, arena);
    for (int i = 3; i < argc && ok; i++) ok = run(&city, argv[1], argv[i]);
    if (!ok) fputs("bench_floor: a body was not taken whole, or the disk refuses\n", stderr);
    workload_free(&city.w);
    registry_free(&city.registry);
    ruleset_free(&city.rules);
    arena_free(&arena);
    return ok ? 0 : 1;
}
