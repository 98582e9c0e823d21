/* A live program: the web server over the core, the control socket, the hourly expiry. */
#include "app.h"
#include "assets.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct Server {
    Core *core;
    HttpServer *http;
    Control *control;
    Ticker *upkeep;
};

/* Drops the days that are past their time. */
static void expire(void *arg)
{
    Core *core = arg;
    const Settings *s = &core->settings;
    int64_t now = clock_now();
    int64_t raw = s->raw_days ? now - s->raw_days * MS_DAY : TIME_NONE;
    int64_t rollup = s->rollup_days ? now - s->rollup_days * MS_DAY : TIME_NONE;
    if (raw == TIME_NONE && rollup == TIME_NONE) return;
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    if (series_expire(&ctx, intake_series(core->intake), raw, rollup) < 0) log_err(LOG_ERROR, "series", &ctx);
    arena_free(&arena);
}

static Rc start_http(Ctx *ctx, Server *s)
{
    const Settings *set = &s->core->settings;
    HttpOptions opt = {
        .listen = set->listen,
        .io_threads = (int)set->io_threads,
        .workers = (int)set->workers,
        .max_connections = (int)set->max_connections,
        .max_per_peer = (int)set->max_per_peer,
        .memory_limit = (size_t)set->memory_limit,
        .authorise = kernel_authorise,
        .authorise_ud = s->core->kernel,
        .assets = app_assets,
        .nassets = app_nassets,
        .assets_dir = getenv("ANLAN_UI_DIR"),
    };
    s->http = http_new(&opt);
    TRY(kernel_add_routes(ctx, s->core->kernel, s->http));
    return http_start(ctx, s->http);
}

Rc server_start(Ctx *ctx, Core *core, Server **out)
{
    Server *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->core = core;
    Rc rc = start_http(ctx, s);
    if (rc >= 0) rc = control_start(ctx, core, &s->control);
    if (rc >= 0 && !(s->upkeep = ticker_start("upkeep", MS_HOUR, expire, core)))
        rc = FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    if (rc >= 0) ticker_wake(s->upkeep);
    *out = s;
    if (rc < 0) server_stop(out);
    else
        LOG(LOG_INFO, "app", "serving", LOG_Z("listen", core->settings.listen),
            LOG_I64("port", http_port(s->http)), LOG_Z("data", core->dir.path));
    return rc;
}

int server_port(const Server *s)
{
    return http_port(s->http);
}

void server_block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void server_wait(Server *s)
{
    (void)s;
    sigset_t set;
    int got = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigwait(&set, &got);
    LOG(LOG_INFO, "app", "stopping", LOG_I64("signal", got));
}

void server_stop(Server **server)
{
    Server *s = *server;
    if (!s) return;
    ticker_stop(&s->upkeep);
    control_stop(&s->control);
    http_stop(&s->http);
    free(s);
    *server = NULL;
}
