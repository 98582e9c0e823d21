/* Counters and gauges, printed in the Prometheus text format 0.0.4. Registered once and never freed; values
 * are doubles changed without a lock, so that counting costs nothing worth mentioning on the reading path. */
#include "base/num.h"
#include "http/http.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct Metric {
    char *name, *help;
    bool gauge;
    _Atomic uint64_t bits;
    Metric *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Metric *all; /* in the order of their names */

static Metric *metric_register(const char *name, const char *help, bool gauge)
{
    pthread_mutex_lock(&lock);
    Metric **at = &all;
    while (*at && strcmp((*at)->name, name) < 0) at = &(*at)->next;
    Metric *m = *at;
    if (!m || strcmp(m->name, name) != 0) {
        m = calloc(1, sizeof *m);
        ENSURE(m != NULL);
        m->name = strdup(name);
        m->help = strdup(help);
        ENSURE(m->name && m->help);
        m->gauge = gauge;
        m->next = *at;
        *at = m;
    }
    pthread_mutex_unlock(&lock);
    return m;
}

Metric *metric_counter(const char *name, const char *help)
{
    return metric_register(name, help, false);
}
Metric *metric_gauge(const char *name, const char *help)
{
    return metric_register(name, help, true);
}

static double value_of(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

void metric_add(Metric *m, double v)
{
    uint64_t old = atomic_load_explicit(&m->bits, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&m->bits, &old, bits_of(value_of(old) + v),
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

void metric_set(Metric *m, double v)
{
    atomic_store_explicit(&m->bits, bits_of(v), memory_order_relaxed);
}

static Str base_name(const Metric *m)
{
    Str s = str_of(m->name);
    return str_cut(&s, '{');
}

static void print_value(StrBuf *out, double v)
{
    char text[NUM_TEXT_MAX];
    if (v != v) buf_addz(out, "NaN");
    else if (v - v != 0) buf_addz(out, v > 0 ? "+Inf" : "-Inf");
    else buf_add(out, str_n(text, num_print_f64(v, text)));
}

void metrics_print(StrBuf *out)
{
    pthread_mutex_lock(&lock);
    Str last = STR_NONE;
    for (const Metric *m = all; m; m = m->next) {
        Str base = base_name(m);
        if (!str_eq(base, last)) {
            buf_printf(out, "# HELP %.*s %s\n", STR_ARG(base), m->help);
            buf_printf(out, "# TYPE %.*s %s\n", STR_ARG(base), m->gauge ? "gauge" : "counter");
        }
        last = base;
        buf_addz(out, m->name);
        buf_addc(out, ' ');
        print_value(out, value_of(atomic_load_explicit(&m->bits, memory_order_relaxed)));
        buf_addc(out, '\n');
    }
    pthread_mutex_unlock(&lock);
}
