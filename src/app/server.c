/* A live program: the web server over the core, the control socket. */
#include "app.h"
#include "assets.h"
#include "base/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct Server {
    Core *core;
    HttpServer *http;
    Control *control;
};

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
    control_stop(&s->control);
    http_stop(&s->http);
    free(s);
    *server = NULL;
}
