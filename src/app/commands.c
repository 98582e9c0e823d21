/* The commands but serve and demo: each reads its options, asks control or a library, prints. */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DATA_DEFAULT "./anlan-data"

typedef struct Common {
    Arena *arena;
    Ctx ctx;
    const char *data, *config;
    Settings settings;
} Common;

static Ctx *common_open(Common *c, Lang lang)
{
    c->arena = arena_new(0);
    c->data = DATA_DEFAULT;
    ctx_init(&c->ctx, c->arena, lang);
    return &c->ctx;
}

int command_watch(int argc, char **argv, Lang lang)
{
    const char *rules = NULL;
    const Option options[] = {{"--rules", &rules, NULL}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang)) return EXIT_USAGE;
    if (argc != 2 || strcmp(argv[0], "replay") != 0 || !rules) return args_usage("watch", lang);
    return watch_replay(rules, argv[1], stdout, stderr, lang);
}

int command_series(int argc, char **argv, Lang lang)
{
    Common c;
    Ctx *ctx = common_open(&c, lang);
    const Option options[] = {{"--data", &c.data, NULL}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang)) return EXIT_USAGE;
    if (argc != 1 || strcmp(argv[0], "verify") != 0) return args_usage("series", lang);
    StrBuf report;
    SeriesStats stats = {0};
    buf_init(&report, c.arena);
    Rc rc = series_verify(ctx, dir_file(ctx, c.data, "series"), &report, &stats);
    if (report.n) fwrite(report.p, 1, report.n, stdout);
    if (rc >= 0)
        printf(lang == LANG_EN ? "clean: %llu readings, %llu chunks, %llu segments, %llu days\n"
                               : "完好：%llu 条读数，%llu 块，%llu 段，%llu 天\n",
               (unsigned long long)stats.readings, (unsigned long long)stats.chunks,
               (unsigned long long)stats.segments, (unsigned long long)stats.days);
    int status = rc >= 0 ? EXIT_DONE : EXIT_FAILED;
    if (rc < 0) args_failed(ctx);
    arena_free(&c.arena);
    return status;
}

static int finish(Common *c, int status)
{
    arena_free(&c->arena);
    return status;
}

static int ledger_result(Ctx *ctx, const Json *answer)
{
    LedgerReport r = {0};
    Str fault = json_str(json_get(answer, "fault"));
    json_i64(json_get(answer, "count"), &r.count);
    json_i64(json_get(answer, "bad"), &r.bad);
    json_i64(json_get(answer, "heads"), &r.heads);
    r.fault = fault.n ? str_z(ctx->arena, fault) : NULL;
    if (r.fault) {
        printf("%s\n", ledger_fault_text(ctx, &r));
        return EXIT_FAILED;
    }
    printf("%lld %.*s\n", (long long)r.count, STR_ARG(json_str(json_get(answer, "head"))));
    printf(ctx->lang == LANG_EN ? "signed heads that hold: %lld\n" : "相符的签名链头：%lld 个\n",
           (long long)r.heads);
    return EXIT_DONE;
}

int command_ledger(int argc, char **argv, Lang lang)
{
    Common c;
    Ctx *ctx = common_open(&c, lang);
    const char *heads = NULL;
    const Option options[] = {
        {"--data", &c.data, NULL}, {"--config", &c.config, NULL}, {"--heads", &heads, NULL}};
    c.config = NULL;
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang)) return EXIT_USAGE;
    if (argc != 1 || strcmp(argv[0], "verify") != 0) return args_usage("ledger", lang);
    char *dir = heads ? realpath(heads, NULL) : NULL;
    if (heads && !dir) {
        fprintf(stderr, lang == LANG_EN ? "anlan: no directory %s\n" : "anlan：没有目录 %s\n", heads);
        return finish(&c, EXIT_FAILED);
    }
    const Json *answer;
    const char *const args[] = {dir ? "heads" : NULL, dir, NULL};
    Rc rc = settings_load(ctx, c.config, &c.settings);
    if (rc >= 0) rc = control_call(ctx, c.data, &c.settings, "ledger.verify", args, &answer);
    free(dir);
    if (rc < 0) return finish(&c, (args_failed(ctx), EXIT_FAILED));
    return finish(&c, ledger_result(ctx, answer));
}

int command_import(int argc, char **argv, Lang lang)
{
    Common c;
    Ctx *ctx = common_open(&c, lang);
    c.config = NULL;
    const Option options[] = {{"--data", &c.data, NULL}, {"--config", &c.config, NULL}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang)) return EXIT_USAGE;
    if (argc != 2) return args_usage("import", lang);
    char *path = realpath(argv[1], NULL);
    if (!path) {
        fprintf(stderr, lang == LANG_EN ? "anlan: no file %s\n" : "anlan：没有文件 %s\n", argv[1]);
        return finish(&c, EXIT_FAILED);
    }
    const Json *answer;
    const char *const args[] = {"plural", argv[0], "file", path, NULL};
    Rc rc = settings_load(ctx, c.config, &c.settings);
    if (rc >= 0) rc = control_call(ctx, c.data, &c.settings, "import", args, &answer);
    free(path);
    if (rc < 0) return finish(&c, (args_failed(ctx), EXIT_FAILED));
    int64_t accepted = 0, rejected = 0, line = 0;
    json_i64(json_get(answer, "accepted"), &accepted);
    json_i64(json_get(answer, "rejected"), &rejected);
    printf(lang == LANG_EN ? "accepted %lld, rejected %lld\n" : "接受 %lld，拒收 %lld\n", (long long)accepted,
           (long long)rejected);
    JSON_EACH(t, json_get(answer, "told")) /* shown this once */
    printf("%.*s\t%.*s\t%.*s\t%.*s\n", STR_ARG(json_str(json_get(t, "code"))),
           STR_ARG(json_str(json_get(t, "title"))), STR_ARG(json_str(json_get(t, "label"))),
           STR_ARG(json_str(json_get(t, "value"))));
    Str file = json_str(json_get(answer, "error_file"));
    if (file.n) printf(lang == LANG_EN ? "errors: %.*s\n" : "错误文件：%.*s\n", STR_ARG(file));
    if (json_i64(json_get(answer, "first_line"), &line))
        printf(lang == LANG_EN ? "first: line %lld, %.*s (%.*s)\n" : "首处：第 %lld 行，%.*s（%.*s）\n",
               (long long)line, STR_ARG(json_str(json_get(answer, "first_field"))),
               STR_ARG(json_str(json_get(answer, "first_code"))));
    return finish(&c, rejected ? EXIT_SOME_REJECTED : EXIT_DONE);
}

/* The password comes from standard input, so that it stands in no process list. */
static const char *read_password(Arena *arena, Lang lang)
{
    if (isatty(STDIN_FILENO)) {
        const char *typed = getpass(lang == LANG_EN ? "password: " : "口令：");
        return typed ? arena_strdup(arena, typed) : "";
    }
    char line[1024];
    if (!fgets(line, sizeof line, stdin)) return "";
    return str_z(arena, str_trim(str_of(line)));
}

int command_user(int argc, char **argv, Lang lang)
{
    Common c;
    Ctx *ctx = common_open(&c, lang);
    c.config = NULL;
    const char *role = NULL, *name = NULL, *full_name = NULL;
    const Option options[] = {{"--data", &c.data, NULL},
                              {"--config", &c.config, NULL},
                              {"--role", &role, NULL},
                              {"--name", &name, NULL},
                              {"--full-name", &full_name, NULL}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang)) return EXIT_USAGE;
    if (argc != 1 || strcmp(argv[0], "add") != 0 || !role || !name) return args_usage("user", lang);
    const Json *answer;
    const char *const args[] = {"role",      role,
                                "name",      name,
                                "full_name", full_name ? full_name : name,
                                "password",  read_password(c.arena, lang),
                                NULL};
    if (settings_load(ctx, c.config, &c.settings) < 0 ||
        control_call(ctx, c.data, &c.settings, "user.add", args, &answer) < 0)
        return finish(&c, args_failed(ctx));
    printf(lang == LANG_EN ? "made %s (%s)\n" : "已建立 %s（%s）\n", name, role);
    return finish(&c, EXIT_DONE);
}

int command_dump(int argc, char **argv, Lang lang)
{
    Common c;
    Ctx *ctx = common_open(&c, lang);
    if (argc != 1) return args_usage("dump", lang);
    StrBuf out;
    buf_init(&out, c.arena);
    Rc rc;
    if (strcmp(argv[0], "openapi") == 0) rc = kernel_dump_openapi(ctx, app_modules, app_nmodules, &out);
    else if (strcmp(argv[0], "permissions") == 0)
        rc = kernel_dump_permissions(ctx, app_modules, app_nmodules, &out);
    else if (strcmp(argv[0], "states") == 0) rc = kernel_dump_states(ctx, app_modules, app_nmodules, &out);
    else return finish(&c, args_usage("dump", lang));
    if (rc < 0) return finish(&c, args_failed(ctx));
    fwrite(out.p, 1, out.n, stdout);
    return finish(&c, EXIT_DONE);
}

int command_config(int argc, char **argv, Lang lang)
{
    (void)argv;
    if (argc != 0) return args_usage("config", lang);
    Arena *arena = arena_new(0);
    StrBuf out;
    buf_init(&out, arena);
    config_print(&out, settings_keys, settings_nkeys, lang);
    fwrite(out.p, 1, out.n, stdout);
    arena_free(&arena);
    return EXIT_DONE;
}
