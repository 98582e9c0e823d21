/* The rules of a running kernel: after a commit that touched rules, and when the validity of one begins or
 * ends, the set is built anew and handed to the intake without a restart. One reload at a time, so that an
 * older set never overtakes a newer one; commits that come while one is under way share the next. */
#include "rule_private.h"
#include "mod_rule_queries_sql.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"
#include "intake/intake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LOOK_EVERY_MS = 5000 };

typedef struct RuleLive {
    struct RuleLive *next;
    Kernel *kernel;
    Intake *intake;
    pthread_mutex_t reload;
    _Atomic uint64_t wanted; /* commits that ask for a reload */
    uint64_t built;          /* those that are in; under reload */
    int64_t built_at;        /* the moment the set in force is right for; under reload */
    Ticker *ticker;
} RuleLive;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static RuleLive *list;

/* NULL before start and after stop: whoever starts builds the set from all records. */
static RuleLive *live_of(Kernel *k)
{
    pthread_mutex_lock(&list_lock);
    RuleLive *live = list;
    while (live && live->kernel != k) live = live->next;
    pthread_mutex_unlock(&list_lock);
    return live;
}

static void list_put(RuleLive *live)
{
    pthread_mutex_lock(&list_lock);
    live->next = list;
    list = live;
    pthread_mutex_unlock(&list_lock);
}

static void list_drop(RuleLive *live)
{
    pthread_mutex_lock(&list_lock);
    RuleLive **at = &list;
    while (*at != live) at = &(*at)->next;
    *at = live->next;
    pthread_mutex_unlock(&list_lock);
}

/* ---- Reload; under live->reload ---- */

static Rc reload(RuleLive *live, Ctx *ctx)
{
    uint64_t upto = atomic_load(&live->wanted);
    Work w;
    RuleSet *set;
    TRY(work_begin_as(ctx, live->kernel, NULL, "rule", false, &w));
    TRY(rule_set_build(&w, &set));
    int64_t at = w.now;
    work_abort(&w); /* the intake may have to wait, the connection need not */
    size_t count = ruleset_count(set);
    TRY(intake_reload(ctx, live->intake, NULL, set));
    live->built = upto;
    live->built_at = at;
    LOG(LOG_INFO, "rule", "rules in force", LOG_I64("rules", count));
    return RC_OK;
}

void rule_committed(Kernel *k, const Entity *e)
{
    (void)e;
    RuleLive *live = live_of(k);
    if (!live) return;
    uint64_t mine = atomic_fetch_add(&live->wanted, 1) + 1;
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    pthread_mutex_lock(&live->reload);
    if (live->built < mine && reload(live, &ctx) < 0) log_err(LOG_ERROR, "rule", &ctx);
    pthread_mutex_unlock(&live->reload);
    arena_free(&arena);
}

/* ---- Validity ---- */

/* Did a validity begin or end since the set was built? */
static Rc edge_passed(RuleLive *live, Ctx *ctx)
{
    Work w;
    DbCursor *c;
    TRY(work_begin_as(ctx, live->kernel, NULL, "rule", false, &w));
    Rc rc =
        db_query_one(ctx, w.db, &q_rule_edges, DB_ARGS(db_val_i64(live->built_at), db_val_i64(w.now)), &c);
    if (rc > 0) rc = db_i64(c, 0) > 0;
    work_abort(&w);
    return rc;
}

static void look(void *arg)
{
    RuleLive *live = arg;
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    pthread_mutex_lock(&live->reload);
    Rc rc = live->built < atomic_load(&live->wanted)
                ? 1
                : edge_passed(live, &ctx); /* a reload that failed is tried again */
    if (rc > 0) rc = reload(live, &ctx);
    pthread_mutex_unlock(&live->reload);
    if (rc < 0) log_err(LOG_ERROR, "rule", &ctx);
    arena_free(&arena);
}

/* ---- At work ---- */

static void live_free(RuleLive *live)
{
    pthread_mutex_destroy(&live->reload);
    free(live);
}

Rc rule_live_start(Ctx *ctx, Kernel *k)
{
    RuleLive *live = calloc(1, sizeof *live);
    ENSURE(live);
    live->kernel = k;
    live->intake = kernel_service(k, "intake");
    pthread_mutex_init(&live->reload, NULL);
    /* The intake was opened with a set some time ago, and a long log may have been replayed since. */
    Rc rc = reload(live, ctx);
    if (rc >= 0 && !(live->ticker = ticker_start("rule-validity", LOOK_EVERY_MS, look, live)))
        rc = FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    if (rc < 0) {
        live_free(live);
        return rc;
    }
    list_put(live);
    return RC_OK;
}

void rule_live_stop(Kernel *k)
{
    RuleLive *live = live_of(k);
    if (!live) return;
    list_drop(live);
    ticker_stop(&live->ticker);
    live_free(live);
}
