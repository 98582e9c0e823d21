/* serve and demo. */
#include "app.h"
#include "base/log.h"
#include "demo/demo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DEMO_SEED       UINT64_C(20261122)
#define DEMO_HISTORY_MS INT64_C(93600000) /* 26 hours: a whole day and a little for the charts */

typedef struct ServeArgs {
    const char *config, *data, *listen, *points, *past;
} ServeArgs;

static Rc load(Ctx *ctx, const ServeArgs *a, Settings *out)
{
    TRY(settings_load(ctx, a->config, out));
    if (a->listen) out->listen = a->listen;
    return RC_OK;
}

static bool loopback(const char *listen)
{
    Str s = str_of(listen);
    return str_starts(s, STR("127.")) || str_starts(s, STR("[::1]")) || str_starts(s, STR("localhost:"));
}

/* A directory with known passwords must not face a network. */
static Rc refuse_open_demo(Ctx *ctx, Core *core)
{
    if (loopback(core->settings.listen)) return RC_OK;
    Work w;
    int64_t n = 0;
    TRY(work_begin_as(ctx, core->kernel, NULL, "start", false, &w));
    TRY(users_count(&w, true, &n));
    work_abort(&w);
    if (n)
        return FAIL(ctx, RC_STATE, "serve.demo", "数据目录含演示账号，只能监听本机回环地址",
                    "the data directory has demo accounts and may only listen on loopback");
    return RC_OK;
}

int command_serve(int argc, char **argv, Lang lang)
{
    ServeArgs a = {.data = "./anlan-data"};
    const Option options[] = {
        {"--config", &a.config, NULL}, {"--data", &a.data, NULL}, {"--listen", &a.listen, NULL}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang) || argc != 0) return EXIT_USAGE;
    Arena *arena = arena_new(0);
    Ctx ctx;
    Core core;
    Server *server = NULL;
    Settings settings;
    ctx_init(&ctx, arena, lang);
    server_block_signals();
    int status = EXIT_FAILED;
    if (load(&ctx, &a, &settings) < 0) {
        status = args_failed(&ctx);
    } else if (core_open(&ctx, a.data, &settings, false, &core) < 0) {
        args_failed(&ctx);
    } else {
        if (refuse_open_demo(&ctx, &core) < 0 || server_start(&ctx, &core, &server) < 0) {
            args_failed(&ctx);
        } else {
            server_wait(server);
            status = EXIT_DONE;
        }
        server_stop(&server);
        core_close(&core);
    }
    arena_free(&arena);
    return status;
}

typedef struct DemoSize {
    long points;
    long past_days; /* of alarms made up */
} DemoSize;

/* A whole number in [least, most]; the fallback when the option was not given. */
static Rc number_of(Ctx *ctx, const char *option, const char *text, long least, long most, long *value)
{
    if (!text) return RC_OK;
    char *end;
    errno = 0;
    *value = strtol(text, &end, 10);
    if (*end || end == text || errno || *value < least || *value > most)
        return FAIL_FIELD(ctx, option, "range", 0, "须为 %ld 至 %ld", "must be from %ld to %ld", least, most);
    return RC_OK;
}

static Rc size_of(Ctx *ctx, const ServeArgs *a, DemoSize *out)
{
    *out = (DemoSize){.points = 2500};
    TRY(number_of(ctx, "--points", a->points, 100, 2000000, &out->points));
    return number_of(ctx, "--past", a->past, 0, 365, &out->past_days);
}

/* A fresh directory is filled once; one that holds the demo city is served as it is. */
static Rc fill(Ctx *ctx, Core *core, uint32_t points, bool *fresh)
{
    Work w;
    int64_t demo = 0, all = 0;
    TRY(work_begin_as(ctx, core->kernel, NULL, "demo", false, &w));
    TRY(users_count(&w, true, &demo));
    TRY(users_count(&w, false, &all));
    work_abort(&w);
    *fresh = all == 0;
    if (!*fresh && !demo)
        return FAIL(ctx, RC_STATE, "demo.real", "数据目录属于正式系统，不建演示城市",
                    "the data directory is a real one; no demo city is put into it");
    if (!*fresh) return RC_OK;
    TRY(demo_fill(ctx, core->kernel, &(DemoOptions){DEMO_SEED, points}));
    return demo_accounts(ctx, core->kernel);
}

static Rc run_demo(Ctx *ctx, Core *core, const DemoSize *size, Lang lang)
{
    Server *server = NULL;
    DemoSim *sim = NULL;
    bool fresh;
    TRY(fill(ctx, core, (uint32_t)size->points, &fresh));
    Rc rc = refuse_open_demo(ctx, core);
    if (rc >= 0) rc = server_start(ctx, core, &server);
    DemoSimOptions opt = {DEMO_SEED, server ? server_port(server) : 0, DEMO_TOKEN,
                          fresh ? DEMO_HISTORY_MS : 0, fresh ? (int)size->past_days : 0};
    if (rc >= 0) rc = demo_sim_start(ctx, core->kernel, &opt, &sim);
    if (rc >= 0) {
        fprintf(stderr,
                lang == LANG_EN
                    ? "Anlan demo city: http://127.0.0.1:%d  (account watch, password " DEMO_PASSWORD ")\n"
                    : "安澜演示城市：http://127.0.0.1:%d  （账号 watch，口令 " DEMO_PASSWORD "）\n",
                server_port(server));
        server_wait(server);
    }
    demo_sim_stop(&sim);
    server_stop(&server);
    return rc;
}

/* The demo city's devices speak to the usual ports on loopback, or to any other when those are taken. */
static void demo_gateways(Settings *s)
{
    struct {
        LinkListen *listen;
        const char *usual;
    } gateways[] = {{&s->hj212.listen, "127.0.0.1:8212"},
                    {&s->gb26875.listen, "127.0.0.1:8268"},
                    {&s->jt808.listen, "127.0.0.1:8808"}};
    for (size_t i = 0; i < ARRAY_LEN(gateways); i++) {
        if (*gateways[i].listen->address) continue;
        gateways[i].listen->address = gateways[i].usual;
        gateways[i].listen->any_port = true;
    }
    s->modbus.enabled = true;
}

int command_demo(int argc, char **argv, Lang lang)
{
    ServeArgs a = {.data = "./anlan-data"};
    const Option options[] = {{"--config", &a.config, NULL},
                              {"--data", &a.data, NULL},
                              {"--listen", &a.listen, NULL},
                              {"--points", &a.points, NULL},
                              {"--past", &a.past, NULL}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang) || argc != 0) return EXIT_USAGE;
    Arena *arena = arena_new(0);
    Ctx ctx;
    Core core;
    Settings settings;
    DemoSize size;
    ctx_init(&ctx, arena, lang);
    server_block_signals();
    Rc rc = load(&ctx, &a, &settings);
    if (rc >= 0) rc = size_of(&ctx, &a, &size);
    if (rc >= 0) {
        demo_gateways(&settings);
        if (*settings.tls_cert)
            rc = FAIL(&ctx, RC_STATE, "demo.tls", "演示城市的设备以 HTTP 发送，请不用 TLS 运行演示",
                      "the demo city's devices speak plain HTTP: run it without TLS");
    }
    if (rc >= 0) {
        rc = core_open(&ctx, a.data, &settings, true, &core);
        if (rc >= 0) {
            rc = run_demo(&ctx, &core, &size, lang);
            core_close(&core);
        }
    }
    int status = rc >= 0 ? EXIT_DONE : args_failed(&ctx);
    arena_free(&arena);
    return status;
}
