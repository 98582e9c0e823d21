/* The set in force: built from the records at a moment, numbered, handed to the intake without a restart, and built again when
 * the validity of a rule begins or ends. */
#include "rule_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "intake/intake.h"

#include <pthread.h>

typedef struct Build {
    Work *w;
    JsonOut *out;
} Build;

bool rule_in_force(const Record *rec, int64_t t)
{
    const Entity *e = &rule_entity;
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    return rec_i64(e, rec, "enabled") && (from == TIME_NONE || from <= t) && (to == TIME_NONE || t < to);
}

static Rc add_rule(void *ud, const Record *rec)
{
    Build *b = ud;
    if (rule_in_force(rec, b->w->now)) rule_write_json(rec, b->out);
    return RC_OK;
}

Rc rule_set_json(Work *w, StrBuf *buf)
{
    JsonOut out;
    jout_init(&out, buf);
    jout_open(&out);
    jout_key(&out, "rules");
    jout_open_array(&out);
    TRY(store_each(w, &rule_entity, NULL, db_val_null(), add_rule, &(Build){w, &out}));
    jout_close_array(&out);
    jout_close(&out);
    return RC_OK;
}

Rc rule_set_build(Work *w, RuleSet **out)
{
    StrBuf buf;
    buf_init(&buf, w->ctx->arena);
    TRY(rule_set_json(w, &buf));
    return ruleset_parse(w->ctx, buf_str(&buf), out);
}

void rule_reload(Kernel *k)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    Work w;
    RuleSet *set = NULL;
    Rc rc = work_begin_as(&ctx, k, NULL, "rule", false, &w);
    if (rc >= 0) rc = rule_set_build(&w, &set);
    size_t count = rc >= 0 ? ruleset_count(set) : 0;
    if (rc >= 0) rc = intake_reload(&ctx, kernel_service(k, "intake"), NULL, set);
    if (rc < 0)
        log_err(LOG_ERROR, "rule", &ctx);
    else
        LOG(LOG_INFO, "rule", "rules in force", LOG_I64("rules", count));
    arena_free(&arena);
}

/* ---- Validity ---- */

typedef struct Validity {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    Kernel *kernel;
    bool running, stop;
} Validity;
static Validity validity = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

typedef struct Window {
    int64_t from, to;
    bool crossed;
} Window;

static Rc look(void *ud, const Record *rec)
{
    Window *win = ud;
    int64_t edges[] = {rec_time(&rule_entity, rec, "valid_from"), rec_time(&rule_entity, rec, "valid_to")};
    for (size_t i = 0; i < ARRAY_LEN(edges); i++)
        if (edges[i] != TIME_NONE && edges[i] > win->from && edges[i] <= win->to) win->crossed = true;
    return RC_OK;
}

/* Did a validity begin or end in (from, to]? */
static bool edge_between(Kernel *k, int64_t from, int64_t to)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    Work w;
    Window win = {from, to, false};
    Rc rc = work_begin_as(&ctx, k, NULL, "rule", false, &w);
    if (rc >= 0) rc = store_each(&w, &rule_entity, NULL, db_val_null(), look, &win);
    if (rc < 0) log_err(LOG_ERROR, "rule", &ctx);
    arena_free(&arena);
    return win.crossed;
}

static void *validity_run(void *arg)
{
    Validity *v = arg;
    int64_t seen = clock_now();
    pthread_mutex_lock(&v->lock);
    while (!v->stop) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 5;
        pthread_cond_timedwait(&v->wake, &v->lock, &until);
        if (v->stop) break;
        pthread_mutex_unlock(&v->lock);
        int64_t now = clock_now();
        if (edge_between(v->kernel, seen, now)) rule_reload(v->kernel);
        seen = now;
        pthread_mutex_lock(&v->lock);
    }
    pthread_mutex_unlock(&v->lock);
    return NULL;
}

Rc rule_validity_start(Ctx *ctx, Kernel *k)
{
    validity.kernel = k;
    validity.stop = false;
    if (pthread_create(&validity.thread, NULL, validity_run, &validity) != 0)
        return FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    validity.running = true;
    return RC_OK;
}

void rule_validity_stop(Kernel *k)
{
    (void)k;
    if (!validity.running) return;
    pthread_mutex_lock(&validity.lock);
    validity.stop = true;
    pthread_cond_signal(&validity.wake);
    pthread_mutex_unlock(&validity.lock);
    pthread_join(validity.thread, NULL);
    validity.running = false;
}
