/* A live program: the web server over the core, the control socket. */
#include "app.h"
#include "assets.h"
#include "base/log.h"

#include <errno.h>
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
        .tls_cert = *set->tls_cert ? set->tls_cert : NULL,
        .tls_key = *set->tls_key ? set->tls_key : NULL,
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

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static void set_of(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) sigaddset(set, signals[i]);
}

void server_block_signals(void)
{
    sigset_t set;
    set_of(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void reload(Server *s)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    systemd_tell("RELOADING=1");
    if (http_reload_tls(&ctx, s->http) < 0) log_err(LOG_ERROR, "app", &ctx);
    systemd_tell("READY=1");
    arena_free(&arena);
}

/* Does a request get a connection to the database? A program in which none does for the watchdog's time is
 * restarted. */
static bool answers(const Server *s)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    Work w;
    ctx_init(&ctx, arena, LANG_EN);
    bool ok = work_begin_as(&ctx, s->core->kernel, NULL, "watchdog", false, &w) >= 0;
    if (ok) work_abort(&w);
    arena_free(&arena);
    return ok;
}

/* SIGHUP has a certificate to read anew (under systemd also when there is none), or means what it means to
 * every program. */
void server_wait(Server *s)
{
    sigset_t set;
    set_of(&set);
    int64_t every = systemd_watchdog_ms();
    struct timespec wait = {.tv_sec = every / 1000, .tv_nsec = every % 1000 * 1000000};
    systemd_tell("READY=1");
    for (;;) {
        int got = every ? sigtimedwait(&set, NULL, &wait) : sigwaitinfo(&set, NULL);
        if (got < 0 && errno != EAGAIN) continue;
        if (got == SIGHUP && (*s->core->settings.tls_cert || getenv("NOTIFY_SOCKET"))) reload(s);
        else if (got > 0) {
            systemd_tell("STOPPING=1");
            LOG(LOG_INFO, "app", "stopping", LOG_I64("signal", got));
            return;
        }
        if (every && answers(s)) systemd_tell("WATCHDOG=1");
    }
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
