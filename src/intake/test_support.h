/* A small intake in a temporary folder, for the tests: points "P1"… with one level rule (yellow ≥ 5, red ≥
 * 10), events written as text lines. */
#pragma once
#include "base/clock.h"
#include "intake/intake.h"
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define RULE_LEVEL_JSON(name, yellow)                                                                        \
    "{\"name\":\"" name                                                                                      \
    "\",\"point\":\"P*\",\"kind\":\"level\",\"dir\":\"high\",\"grades\":[{\"grade\":3,\"limit\":" yellow     \
    "},{\"grade\":1,\"limit\":10}]}"
#define RULE_OFFLINE_JSON                                                                                    \
    "{\"name\":\"silent\",\"point\":\"P*\",\"kind\":\"offline\",\"timeout_ms\":60000,\"grade\":4}"

static inline Registry *test_registry(uint32_t n)
{
    RegistryPoint *points = calloc(n, sizeof *points);
    char(*codes)[16] = calloc(n, sizeof *codes);
    for (uint32_t i = 0; i < n; i++) {
        snprintf(codes[i], sizeof codes[i], "P%u", i + 1);
        points[i] =
            (RegistryPoint){.code = str_of(codes[i]),
                            .number = i + 1,
                            .in_service = true,
                            .in_service_since = INT64_C(4102444800000)}; /* never offline before it reports */
    }
    Registry *r = registry_new(points, n);
    free(points);
    free(codes);
    return r;
}

static inline RuleSet *test_rules(const char *rules)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    RuleSet *set = NULL;
    if (ruleset_parse(&ctx, str_printf(a, "{\"rules\":[%s]}", rules), &set) < 0)
        fail_msg("%s", ctx.err.message);
    arena_free(&a);
    return set;
}

/* ---- Events as text: "P3 level raise 3 5.5" a line ---- */
typedef struct EventLog {
    pthread_mutex_t lock;
    char *text;
    size_t n, cap;
    size_t count, calls;
    uint64_t last_pos;
    Intake *in; /* told what was stored, when set */
} EventLog;

static inline void event_log_add(EventLog *log, const char *line)
{
    size_t n = strlen(line);
    if (log->n + n + 1 > log->cap) {
        log->cap = (log->n + n) * 2 + 256;
        log->text = realloc(log->text, log->cap);
    }
    memcpy(log->text + log->n, line, n + 1);
    log->n += n;
}

static inline void on_test_events(void *ud, uint64_t pos, const RuleSet *rules, const IntakeEvent *e,
                                  size_t n)
{
    EventLog *log = ud;
    pthread_mutex_lock(&log->lock);
    if (pos < log->last_pos) event_log_add(log, "order\n");
    for (size_t i = 0; i < n && pos > log->last_pos; i++) {
        char line[200];
        bool named = e[i].e.rule == RULE_GONE || e[i].e.rule == WATCH_RULE_CLOCK ||
                     str_eq(ruleset_name(rules, e[i].e.rule), e[i].rule);
        snprintf(line, sizeof line, "P%u %.*s %s %u %g%s%s\n", e[i].e.point, STR_ARG(e[i].rule),
                 watch_event_name((WatchEventKind)e[i].e.kind), e[i].e.grade,
                 e[i].e.has_value ? e[i].e.value : -1, e[i].e.rule == RULE_GONE ? " gone" : "",
                 named ? "" : " wrong index");
        event_log_add(log, line);
        log->count++;
    }
    log->last_pos = pos;
    log->calls++;
    Intake *in = log->in;
    pthread_mutex_unlock(&log->lock);
    if (in) intake_events_stored(in, pos);
}

/* Waits until n events came (at most 5 s) and gives the text. */
static inline const char *event_log_wait(EventLog *log, size_t n)
{
    for (int i = 0; i < 5000; i++) {
        pthread_mutex_lock(&log->lock);
        bool there = log->count >= n;
        pthread_mutex_unlock(&log->lock);
        if (there) break;
        usleep(1000);
    }
    return log->text ? log->text : "";
}

/* ---- Submitting and waiting ---- */
typedef struct Waiter {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    size_t waiting;
    Rc rc; /* the first failure */
} Waiter;
#define WAITER_INIT                                                                                          \
    {                                                                                                        \
        .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER                                  \
    }

static inline void waiter_done(Batch *b, Rc rc)
{
    Waiter *w = b->ud;
    batch_free(&b);
    pthread_mutex_lock(&w->lock);
    if (rc < 0 && w->rc == RC_OK) w->rc = rc;
    w->waiting--;
    pthread_cond_broadcast(&w->cond);
    pthread_mutex_unlock(&w->lock);
}

static inline Rc waiter_submit(Waiter *w, Intake *in, Batch *b)
{
    b->done = waiter_done;
    b->ud = w;
    pthread_mutex_lock(&w->lock);
    w->waiting++;
    pthread_mutex_unlock(&w->lock);
    Rc rc = intake_submit(in, b);
    if (rc < 0) {
        pthread_mutex_lock(&w->lock);
        w->waiting--;
        pthread_mutex_unlock(&w->lock);
    }
    return rc;
}

static inline Rc waiter_wait(Waiter *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->waiting) pthread_cond_wait(&w->cond, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return w->rc;
}

/* One reading, committed. */
static inline void put_one(Intake *in, uint32_t point, int64_t t, double v)
{
    Waiter w = WAITER_INIT;
    Batch *b = batch_new(in, 1, clock_now());
    batch_add(b, point, t, v, 0);
    assert_int_equal(waiter_submit(&w, in, b), RC_OK);
    assert_int_equal(waiter_wait(&w), RC_OK);
}

/* ---- The folder ---- */
static inline void test_dir(char *out, size_t size)
{
    snprintf(out, size, "%s/anlan-intake-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(out));
}

static inline void test_dir_remove(const char *dir)
{
    char cmd[512];
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", dir);
    assert_int_equal(system(cmd), 0);
}

static inline Intake *test_open(const IntakeOptions *opt, uint32_t npoints, const char *rules)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Intake *in = NULL;
    if (intake_open(&ctx, opt, test_registry(npoints), test_rules(rules), &in) < 0)
        fail_msg("%s: %s", ctx.err.message, ctx.err.cause ? ctx.err.cause : "");
    arena_free(&a);
    return in;
}
