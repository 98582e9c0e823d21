/* How fast a lane judges: readings a second on one core. No test: figures depend on the machine.
 *
 *   watch_bench level [points [steps]]      four grades a point, one rule for all
 *   watch_bench own [points [steps]]        four grades a point, a rule of its own for each
 *   watch_bench mixed [points [steps]]      level, rate, stuck and offline on every point
 *   watch_bench replay [points [steps]]     the whole of a replay: a CSV file of points × steps lines,
 * written first
 *
 * One step is one reading of every point, in random order, 300 s apart, 10 % one second late; values move
 * slowly. */
#include "base/clock.h"
#include "watch/watch.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 88172645463325252u;
static uint32_t rnd(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % n);
}

#define LEVEL_BODY                                                                                           \
    "\"kind\":\"level\",\"dir\":\"high\",\"deadband\":0.5,\"on_delay_ms\":600000,\"grades\":["               \
    "{\"grade\":4,\"limit\":60},{\"grade\":3,\"limit\":70},{\"grade\":2,\"limit\":80},{\"grade\":1,"         \
    "\"limit\":90}]"

static const char level_rule[] = "{\"rules\":[{\"name\":\"level\",\"point\":\"*\"," LEVEL_BODY "}]}";
static const char mixed_rules[] =
    "{\"rules\":[{\"name\":\"level\",\"point\":\"*\"," LEVEL_BODY "},"
    "{\"name\":\"rate\",\"point\":\"*\",\"kind\":\"rate\",\"dir\":\"rise\",\"window_ms\":1800000,\"off_delay_"
    "ms\":600000,"
    "\"grades\":[{\"grade\":3,\"limit\":2}]},"
    "{\"name\":\"stuck\",\"point\":\"*\",\"kind\":\"stuck\",\"window_ms\":21600000,\"eps\":0,\"grade\":4},"
    "{\"name\":\"offline\",\"point\":\"*\",\"kind\":\"offline\",\"timeout_ms\":900000,\"grade\":3}]}";

static RuleSet *parse(Str json)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *set = NULL;
    ctx_init(&ctx, a, LANG_EN);
    if (ruleset_parse(&ctx, json, &set) < 0) fprintf(stderr, "%s\n", ctx.err.message);
    arena_free(&a);
    return set;
}

static RuleSet *own_rules(size_t points)
{
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, "{\"rules\":[");
    for (size_t i = 1; i <= points; i++)
        buf_printf(&b, "%s{\"name\":\"r%zu\",\"point\":\"GAS-%06zu\"," LEVEL_BODY "}", i > 1 ? "," : "", i,
                   i);
    buf_addz(&b, "]}");
    RuleSet *set = parse(buf_str(&b));
    arena_free(&a);
    return set;
}

typedef struct World {
    size_t points;
    double *v;
    uint32_t *order;
} World;

static void make_step(World *w, size_t step, Reading *r)
{
    for (size_t i = w->points - 1; i > 0; i--) {
        size_t k = rnd((uint32_t)i + 1);
        uint32_t swap = w->order[i];
        w->order[i] = w->order[k];
        w->order[k] = swap;
    }
    for (size_t i = 0; i < w->points; i++) {
        uint32_t p = w->order[i], dice = rnd(4096);
        if (dice == 0) w->v[p] += 50;
        else if (dice % 16 >= 6) w->v[p] += ((double)rnd(11) - 5) / 100;
        if (w->v[p] > 100) w->v[p] = 20;
        int64_t late = rnd(10) == 0 ? 1000 : 0;
        r[i] = (Reading){.t = 1700000000000 + (int64_t)step * 300000 - late, .point = p + 1, .v = w->v[p]};
    }
}

static World world_new(size_t points)
{
    World w = {
        .points = points, .v = malloc(points * sizeof *w.v), .order = malloc(points * sizeof *w.order)};
    for (size_t i = 0; i < points; i++) {
        w.v[i] = 20 + (double)rnd(3500) / 100;
        w.order[i] = (uint32_t)i;
    }
    return w;
}

static void count(void *ud, const WatchEvent *e)
{
    (void)e;
    ++*(uint64_t *)ud;
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%*d %ld", &pages) != 1) pages = 0;
    if (f) fclose(f);
    return pages * 4;
}

static WatchLane *bind(const RuleSet *set, size_t points)
{
    Arena *a = arena_new(0);
    WatchPoint *p = calloc(points + 1, sizeof *p);
    for (size_t i = 1; i <= points; i++) p[i].code = str_printf(a, "GAS-%06zu", i);
    long before = resident_kib();
    WatchLane *l = watch_lane_new(set, p, points + 1, 0, 1, 0);
    printf("bound: %.0f bytes a point\n", (double)(resident_kib() - before) * 1024 / (double)points);
    free(p);
    arena_free(&a);
    return l;
}

static void bench_take(const RuleSet *set, size_t points, size_t steps)
{
    uint64_t events = 0;
    int64_t us = 0;
    WatchSink sink = {count, &events};
    WatchLane *l = bind(set, points);
    World w = world_new(points);
    Reading *r = malloc(points * sizeof *r);
    long before = resident_kib();
    for (size_t s = 0; s < steps; s++) {
        make_step(&w, s, r);
        int64_t from = clock_mono_us();
        for (size_t i = 0; i < points; i += 1000)
            watch_take(l, r + i, points - i < 1000 ? points - i : 1000, 0, &sink);
        us += clock_mono_us() - from;
    }
    printf("%zu points × %zu: %.1f M readings/s, %llu events, windows %.0f bytes a point\n", points, steps,
           (double)(points * steps) / (double)us, (unsigned long long)events,
           (double)(resident_kib() - before) * 1024 / (double)points);
    free(r);
    free(w.v);
    free(w.order);
    watch_lane_free(&l);
}

static void bench_replay(size_t points, size_t steps)
{
    char csv[] = "watch_bench.csv", json[] = "watch_bench.json";
    World w = world_new(points);
    Reading *r = malloc(points * sizeof *r);
    FILE *f = fopen(csv, "w");
    if (!f || !r) return;
    fputs("t,point,v,q\n", f);
    for (size_t s = 0; s < steps; s++) {
        make_step(&w, s, r);
        for (size_t i = 0; i < points; i++)
            fprintf(f, "%lld,GAS-%06u,%.2f,0\n", (long long)r[i].t, r[i].point, r[i].v);
    }
    double mb = (double)ftell(f) / 1e6;
    fclose(f);
    f = fopen(json, "w");
    if (f) fputs(mixed_rules, f), fclose(f);
    FILE *null = fopen("/dev/null", "w");
    int64_t from = clock_mono_us();
    int status = watch_replay(json, csv, null, stderr, LANG_EN);
    double us = (double)(clock_mono_us() - from);
    printf("replay of %zu lines: %.2f s, %.1f M lines/s, %.0f MB/s, exit status %d\n", points * steps,
           us / 1e6, (double)(points * steps) / us, mb / us * 1e6, status);
    fclose(null);
    remove(csv);
    remove(json);
    free(r);
    free(w.v);
    free(w.order);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "level";
    size_t points = argc > 2 ? strtoul(argv[2], NULL, 10) : 85000,
           steps = argc > 3 ? strtoul(argv[3], NULL, 10) : 100;
    if (points < 1) return 1;
    if (strcmp(what, "replay") == 0) {
        bench_replay(points, steps);
        return 0;
    }
    RuleSet *set = strcmp(what, "own") == 0
                       ? own_rules(points)
                       : parse(str_of(strcmp(what, "mixed") == 0 ? mixed_rules : level_rule));
    if (!set) return 1;
    bench_take(set, points, steps);
    ruleset_free(&set);
    return 0;
}
