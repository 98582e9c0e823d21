/* Measures a running server from outside, over HTTP on loopback:
 *     bench_ingest --port P --token T --server-pid PID --points N [--subscribers 10] [--sample 2000]
 * [--seconds 15] FORMAT:STEPS:BATCH[:CONNECTIONS[:RATE]]…     (FORMAT: line, json, binary; 32 connections;
 *                  RATE readings a second, otherwise as many as are acknowledged) Each
 * run sends STEPS readings of each of the N points BENCH-000000 …, BATCH readings a POST; all requests are
 * made before the clock starts and all readings differ. A reading counts when its POST was answered 204.
 * After the runs every reading of `sample` points is read back and compared; no figure is printed when one
 * differs. The point BENCH-PROBE must be there too: it crosses its limits during each run, and the time until
 * its alarm event arrives is measured. With --peer PATH another program is loaded, which takes line protocol
 * at that path; then the figures of each run are printed bare, for bench/peers.sh. */
#include "base/clock.h"
#include "readback.h"
#include "sender.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS_MAX = 16 };

typedef struct Options {
    long port, server_pid, points, subscribers, sample, seconds;
    const char *token, *peer;
    PostPlan runs[RUNS_MAX];
    int connections[RUNS_MAX];
    unsigned rate[RUNS_MAX];
    int nruns;
} Options;

/* Of the server and of this process. */
typedef struct Usage {
    double server_cpu, own_cpu, server_rss_mb;
} Usage;

typedef struct Row {
    SendResult sent;
    Usage used;
    size_t body_bytes;
} Row;

static int usage(void)
{
    fputs("bench_ingest --port P --token T --server-pid PID --points N [--subscribers N] [--sample N] "
          "[--seconds N]\n"
          "             line|json|binary:STEPS:BATCH[:CONNECTIONS[:RATE]] ...\n",
          stderr);
    return 2;
}

static bool parse_run(const char *text, Options *o)
{
    char name[16];
    unsigned steps, batch, connections = 32, rate = 0;
    if (o->nruns == RUNS_MAX ||
        sscanf(text, "%15[a-z]:%u:%u:%u:%u", name, &steps, &batch, &connections, &rate) < 3)
        return false;
    if (!steps || !batch || !connections || connections > 10000) return false;
    o->connections[o->nruns] = (int)connections;
    o->rate[o->nruns] = rate;
    for (int f = 0; f < FORMATS; f++)
        if (strcmp(name, format_names[f]) == 0) {
            o->runs[o->nruns++] = (PostPlan){.format = (Format)f, .steps = steps, .batch = batch};
            return true;
        }
    return false;
}

static bool parse_value(const char *name, const char *value, Options *o)
{
    const struct {
        const char *name;
        long *number;
        const char **text;
    } table[] = {{"--port", &o->port, NULL},     {"--server-pid", &o->server_pid, NULL},
                 {"--points", &o->points, NULL}, {"--subscribers", &o->subscribers, NULL},
                 {"--sample", &o->sample, NULL}, {"--seconds", &o->seconds, NULL},
                 {"--token", NULL, &o->token},   {"--peer", NULL, &o->peer}};
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        if (strcmp(name, table[k].name) != 0) continue;
        if (table[k].text) *table[k].text = value;
        else *table[k].number = strtol(value, NULL, 10);
        return true;
    }
    return false;
}

static bool parse_options(int argc, char **argv, Options *o)
{
    for (int i = 1; i < argc; i++) {
        bool option = strncmp(argv[i], "--", 2) == 0;
        if (!option && !parse_run(argv[i], o)) return false;
        if (!option) continue;
        if (i + 1 == argc || !parse_value(argv[i], argv[i + 1], o)) return false;
        i++;
    }
    return o->port > 0 && o->token && o->points > 0 && o->points < 1000000 && o->nruns > 0;
}

/* ---- Processor time and memory from /proc ---- */

static double cpu_of(long pid)
{
    char path[64], text[2048];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "re");
    if (!f) return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = 0;
    const char *p = strrchr(text, ')');
    if (p) sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double rss_of(long pid)
{
    char path[64];
    unsigned long pages = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", pid);
    FILE *f = fopen(path, "re");
    if (!f) return 0;
    if (fscanf(f, "%*u %lu", &pages) != 1) pages = 0;
    fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static Usage usage_now(const Options *o)
{
    return (Usage){cpu_of(o->server_pid), cpu_of(getpid()), rss_of(o->server_pid)};
}

/* ---- Runs ---- */

static bool run(const Options *o, int index, Workload *w, Row *row)
{
    PostPlan plan = o->runs[index];
    Posts posts;
    plan.token = o->token;
    plan.path = o->peer;
    posts_make(w, &plan, &posts);
    row->body_bytes = posts.n;
    fprintf(stderr, "%s: %zu requests, %.0f MB\n", format_names[plan.format], posts.count,
            (double)posts.n / 1e6);
    SendPlan how = {.port = (int)o->port,
                    .connections = o->connections[index],
                    .subscribers = (int)o->subscribers,
                    .seconds = (double)o->seconds,
                    .token = o->token,
                    .probe = !o->peer,
                    .rate = o->rate[index]};
    Usage before = usage_now(o);
    bool ok = send_posts(&how, &posts, &row->sent);
    Usage after = usage_now(o);
    posts_free(&posts);
    row->used =
        (Usage){after.server_cpu - before.server_cpu, after.own_cpu - before.own_cpu, after.server_rss_mb};
    if (ok && row->sent.errors == 0) {
        workload_advance(w, row->sent.steps);
        return true;
    }
    fprintf(stderr, "%s: %llu answers were not 204: %s\n", format_names[plan.format],
            (unsigned long long)row->sent.errors, row->sent.first_error);
    return false;
}

static void print_rows(const Options *o, const Row *rows)
{
    printf("| format | readings a POST | connections | readings | acknowledged/s | server CPU s per million "
           "| client CPU s per million | "
           "ack p50 / p99 ms | alarm p50 / p99 ms | 503 | server RSS MB | event streams MB (cut) |\n"
           "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (int i = 0; i < o->nruns; i++) {
        const SendResult *s = &rows[i].sent;
        double millions = (double)s->acked / 1e6;
        printf(
            "| %s%s | %u | %d | %llu | %.0f | %.2f | %.2f | %.1f / %.1f | %.0f / %.0f | %llu | %.0f | %.0f "
            "(%llu) |\n",
            format_names[o->runs[i].format], o->rate[i] ? ", paced" : "", o->runs[i].batch, o->connections[i],
            (unsigned long long)s->acked, (double)s->acked / s->seconds, rows[i].used.server_cpu / millions,
            rows[i].used.own_cpu / millions, s->ack_p50, s->ack_p99, s->alarm_p50, s->alarm_p99,
            (unsigned long long)s->busy, rows[i].used.server_rss_mb, (double)s->event_bytes / 1e6,
            (unsigned long long)s->cut);
    }
}

static void print_latencies(const Options *o, const Latencies *l)
{
    printf("\n| answer | ms |\n|---|---|\n"
           "| newest value of all %ld points (%.1f MB of JSON) | %.1f |\n"
           "| a point's last 24 h, p50 / p99 | %.2f / %.2f |\n",
           o->points, l->latest_bytes / 1e6, l->latest_ms, l->day_p50, l->day_p99);
}

/* All steps end an hour before now, so that no reading is ahead of the clock. */
static int64_t base_time(const Options *o)
{
    int64_t steps = 0;
    for (int i = 0; i < o->nruns; i++) steps += o->runs[i].steps;
    int64_t t = clock_now() - MS_HOUR - steps * STEP_MS;
    return t - t % 1000;
}

/* Another program that takes line protocol. Who runs it asks it how many readings it has. */
static bool measure_peer(const Options *o, Workload *w)
{
    Row rows[RUNS_MAX] = {0};
    for (int i = 0; i < o->nruns; i++) {
        if (!run(o, i, w, &rows[i])) return false;
        const SendResult *s = &rows[i].sent;
        printf("%u %llu %.0f %.2f %.1f %.1f %.0f\n", o->runs[i].batch, (unsigned long long)s->acked,
               (double)s->acked / s->seconds, rows[i].used.server_cpu / (double)s->acked * 1e6, s->ack_p50,
               s->ack_p99, rows[i].used.server_rss_mb);
    }
    return true;
}

static bool measure(const Options *o, Workload *w)
{
    Readback back = {(int)o->port, o->token};
    Row rows[RUNS_MAX] = {0};
    Latencies latencies;
    uint64_t acked = 0, probes = 0;
    if (!readback_numbers(&back, w)) return false;
    for (int i = 0; i < o->nruns; i++) {
        if (!run(o, i, w, &rows[i])) return false;
        acked += rows[i].sent.acked;
        probes += rows[i].sent.probes;
    }
    if (acked != (uint64_t)w->step * w->points) {
        fprintf(stderr, "acknowledged %llu of %llu readings\n", (unsigned long long)acked,
                (unsigned long long)w->step * w->points);
        return false;
    }
    if (!readback_compare(&back, w, (uint32_t)o->sample) || !readback_latencies(&back, w, &latencies))
        return false;
    print_rows(o, rows);
    print_latencies(o, &latencies);
    printf(
        "\nreadings sent: %llu; read back and equal: all %u readings of each of %ld points drawn at random\n",
        (unsigned long long)(acked + probes), w->step, o->sample);
    return true;
}

int main(int argc, char **argv)
{
    Options o = {.subscribers = 10, .sample = 2000, .seconds = 15};
    if (!parse_options(argc, argv, &o)) return usage();
    Workload w;
    workload_init(&w, (uint32_t)o.points, base_time(&o));
    bool ok = o.peer ? measure_peer(&o, &w) : measure(&o, &w);
    workload_free(&w);
    return ok ? 0 : 1;
}
