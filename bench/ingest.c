/* Loads a running server from outside, over HTTP on loopback, and prints what was measured, fields separated
 * by tabs (bench/run.sh makes a table of it): bench_ingest --port P --token T --server-pid PID --points N
 * [--subscribers 10] [--sample 500]
 *                  [--seconds 15] [--receipt FILE] FORMAT:STEPS:BATCH[:CONNECTIONS[:RATE]]…
 * FORMAT is line, json or binary; RATE readings a second, or `half`: half of what the run before
 * acknowledged; without one as many as are acknowledged. Each run sends STEPS readings of each of the N
 * points BENCH-000000 …, BATCH readings a POST; all requests are made before the clock starts and all
 * readings differ. A reading counts when its POST was answered 204. After the runs every reading of `sample`
 * points is read back and compared; nothing is printed when one differs. The receipt says what was
 * acknowledged, for bench_readall, which reads back the rest. The point BENCH-PROBE must be there too: it
 * crosses its limits during each run, and the time until its alarm event arrives is measured. With --peer
 * PATH another program is loaded, which takes line protocol at that path; then there is no sample and no
 * probe. */
#include "base/clock.h"
#include "proc.h"
#include "readback.h"
#include "sender.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS_MAX = 16 };
#define HALF (-1.0)

typedef struct Options {
    long port, server_pid, points, subscribers, sample, seconds;
    const char *token, *peer, *receipt;
    PostPlan runs[RUNS_MAX];
    int connections[RUNS_MAX];
    double rate[RUNS_MAX]; /* HALF: of the run before */
    int nruns;
} Options;

/* Of the server and of this process. */
typedef struct Usage {
    double server_cpu, own_cpu, server_rss_mb;
} Usage;

typedef struct Row {
    SendResult sent;
    Usage used;
} Row;

static int usage(void)
{
    fputs("bench_ingest --port P --token T --server-pid PID --points N [--subscribers N] [--sample N] "
          "[--seconds N] [--receipt FILE]\n"
          "             line|json|binary:STEPS:BATCH[:CONNECTIONS[:RATE|:half]] ...\n",
          stderr);
    return 2;
}

static bool parse_run(const char *text, Options *o)
{
    char name[16], rate[16] = "";
    unsigned steps, batch, connections = 32;
    if (o->nruns == RUNS_MAX ||
        sscanf(text, "%15[a-z]:%u:%u:%u:%15s", name, &steps, &batch, &connections, rate) < 3)
        return false;
    if (!steps || !batch || !connections || connections > 10000) return false;
    o->connections[o->nruns] = (int)connections;
    o->rate[o->nruns] = strcmp(rate, "half") == 0 ? HALF : strtod(rate, NULL);
    if (o->rate[o->nruns] < 0 && o->nruns == 0) return false;
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
    } table[] = {{"--port", &o->port, NULL},      {"--server-pid", &o->server_pid, NULL},
                 {"--points", &o->points, NULL},  {"--subscribers", &o->subscribers, NULL},
                 {"--sample", &o->sample, NULL},  {"--seconds", &o->seconds, NULL},
                 {"--token", NULL, &o->token},    {"--peer", NULL, &o->peer},
                 {"--receipt", NULL, &o->receipt}};
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
    return o->port > 0 && o->token && o->points > 0 && o->points <= 1000000 && o->nruns > 0;
}

static Usage usage_now(const Options *o)
{
    return (Usage){proc_cpu_s(o->server_pid), proc_cpu_s(getpid()), proc_rss_mb(o->server_pid)};
}

/* ---- Runs ---- */

static bool run(const Options *o, int index, Workload *w, Row *row, double rate)
{
    PostPlan plan = o->runs[index];
    Posts posts;
    plan.token = o->token;
    plan.path = o->peer;
    posts_make(w, &plan, &posts);
    fprintf(stderr, "  %s, %ld points%s: %zu requests, %.0f MB\n", format_names[plan.format], o->points,
            rate > 0 ? ", half load" : "", posts.count, (double)posts.n / 1e6);
    SendPlan how = {.port = (int)o->port,
                    .connections = o->connections[index],
                    .subscribers = (int)o->subscribers,
                    .seconds = (double)o->seconds,
                    .token = o->token,
                    .probe = !o->peer,
                    .rate = rate};
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

/* Each run in its order; false: one failed. */
static bool run_all(const Options *o, Workload *w, Row *rows)
{
    for (int i = 0; i < o->nruns; i++) {
        double rate = o->rate[i];
        if (rate < 0) rate = (double)rows[i - 1].sent.acked / rows[i - 1].sent.seconds / 2;
        if (!run(o, i, w, &rows[i], rate)) return false;
    }
    return true;
}

/* run, format, load, readings a POST, connections, readings, readings/s, CPU s a million of the server and of
 * this process, ack p50, p99, alarm p50, p99 ms, RSS MB, map values every p50, max ms, 503, streams cut */
static void print_rows(const Options *o, const Row *rows)
{
    for (int i = 0; i < o->nruns; i++) {
        const SendResult *s = &rows[i].sent;
        const Usage *u = &rows[i].used;
        double millions = (double)s->acked / 1e6;
        printf("run\t%s\t%s\t%u\t%d\t%llu\t%.0f\t%.2f\t%.2f\t%.1f\t%.1f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%"
               "llu\t%llu\n",
               format_names[o->runs[i].format], o->rate[i] != 0 ? "half" : "full", o->runs[i].batch,
               o->connections[i], (unsigned long long)s->acked, (double)s->acked / s->seconds,
               u->server_cpu / millions, u->own_cpu / millions, s->ack_p50, s->ack_p99, s->alarm_p50,
               s->alarm_p99, u->server_rss_mb, s->values_p50, s->values_max, (unsigned long long)s->busy,
               (unsigned long long)s->cut);
    }
}

static void print_latencies(const Latencies *l)
{
    printf("latest\t%.1f\t%.1f\nday\t%.2f\t%.2f\n", l->latest_ms, l->latest_bytes / 1e6, l->day_p50,
           l->day_p99);
    if (isnan(l->year_days[0])) return;
    printf("year1d\t%.2f\t%.2f\nyear1h\t%.2f\t%.2f\n", l->year_days[0], l->year_days[1], l->year_hours[0],
           l->year_hours[1]);
}

/* All steps end before the last midnight of Beijing: then no reading is ahead of the clock, and their days
 * are over, so that the store makes the roll-ups of all of them. */
static int64_t base_time(const Options *o)
{
    int64_t steps = 1;
    for (int i = 0; i < o->nruns; i++) steps += o->runs[i].steps;
    return civil_day_start(civil_day(clock_now())) - steps * STEP_MS;
}

/* Another program that takes line protocol. Who runs it asks it how many readings it has. */
static bool measure_peer(const Options *o, Workload *w)
{
    Row rows[RUNS_MAX] = {0};
    if (!run_all(o, w, rows)) return false;
    print_rows(o, rows);
    return true;
}

static bool measure(const Options *o, Workload *w)
{
    Readback back = {(int)o->port, o->token};
    Row rows[RUNS_MAX] = {0};
    Latencies latencies;
    uint64_t acked = 0, probes = 0, sum = 0;
    if (!readback_numbers(&back, w) || !run_all(o, w, rows)) return false;
    for (int i = 0; i < o->nruns; i++) {
        acked += rows[i].sent.acked;
        probes += rows[i].sent.probes;
        sum += rows[i].sent.sum;
    }
    if (acked != (uint64_t)w->step * w->points) {
        fprintf(stderr, "acknowledged %llu of %llu readings\n", (unsigned long long)acked,
                (unsigned long long)w->step * w->points);
        return false;
    }
    if (!readback_compare(&back, w, (uint32_t)o->sample) || !readback_latencies(&back, w, &latencies) ||
        (o->receipt && !readback_receipt(o->receipt, w, acked, sum)))
        return false;
    print_rows(o, rows);
    print_latencies(&latencies);
    printf("sent\t%llu\t%llu\n", (unsigned long long)acked, (unsigned long long)probes);
    return true;
}

int main(int argc, char **argv)
{
    Options o = {.subscribers = 10, .sample = 500, .seconds = 15};
    if (!parse_options(argc, argv, &o)) return usage();
    Workload w;
    workload_init(&w, (uint32_t)o.points, base_time(&o));
    bool ok = o.peer ? measure_peer(&o, &w) : measure(&o, &w);
    workload_free(&w);
    return ok ? 0 : 1;
}
