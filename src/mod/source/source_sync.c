/* Every two seconds the table of unclaimed sources is brought in line with the intake, and browsers are told
 * when their number has changed. The writer is taken only when there is something to write. */
#include "source_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"

#include <pthread.h>
#include <stdlib.h>

#define PERIOD_MS 2000
/* A batch is counted a moment after the time it carries. */
#define OVERLAP (10 * MS_SECOND)

typedef struct SourceSync {
    struct SourceSync *next;
    Kernel *kernel;
    Intake *intake;
    int64_t since; /* sources that moved after it are written */
    int64_t told;  /* count last told to browsers */
    Ticker *ticker;
} SourceSync;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static SourceSync *list;

static void tell(SourceSync *s, Ctx *ctx, int64_t n)
{
    if (n == s->told) return;
    s->told = n;
    Str data = str_printf(ctx->arena, "{\"count\":%lld}", (long long)n);
    sse_publish(kernel_hub(s->kernel), TOPIC_SOURCES, 0, "sources", data, NULL);
}

static Rc run_once(SourceSync *s, Ctx *ctx)
{
    Work w;
    bool differs;
    int64_t began = clock_now(), rows;
    SourceList all = source_list(ctx, s->intake);
    TRY(work_begin_as(ctx, s->kernel, NULL, "source", false, &w));
    TRY(source_differs(&w, &all, s->since, &differs));
    TRY(source_count(&w, &rows));
    work_abort(&w);
    if (differs) {
        TRY(work_begin_as(ctx, s->kernel, NULL, "source", true, &w));
        TRY(source_write(&w, &all, s->since));
        TRY(source_count(&w, &rows));
        TRY(work_commit(&w));
    }
    s->since = began - OVERLAP;
    tell(s, ctx, rows);
    return RC_OK;
}

static void sync_now(void *arg)
{
    SourceSync *s = arg;
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    if (run_once(s, &ctx) < 0) log_err(LOG_ERROR, "source", &ctx);
    arena_free(&arena);
}

Rc source_sync_start(Ctx *ctx, Kernel *k)
{
    SourceSync *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->kernel = k;
    s->intake = kernel_service(k, "intake");
    s->since = TIME_NONE;
    s->told = -1;
    s->ticker = ticker_start("source-sync", PERIOD_MS, sync_now, s);
    if (!s->ticker) {
        free(s);
        return FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    }
    ticker_wake(s->ticker);
    pthread_mutex_lock(&list_lock);
    s->next = list;
    list = s;
    pthread_mutex_unlock(&list_lock);
    return RC_OK;
}

void source_sync_stop(Kernel *k)
{
    pthread_mutex_lock(&list_lock);
    SourceSync **at = &list, *s;
    while (*at && (*at)->kernel != k) at = &(*at)->next;
    s = *at;
    if (s) *at = s->next;
    pthread_mutex_unlock(&list_lock);
    if (!s) return;
    ticker_stop(&s->ticker);
    free(s);
}
