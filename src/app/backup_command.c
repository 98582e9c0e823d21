/* anlan backup, anlan restore. A backup is made by the program that owns the directory: by the live one over
 * its control socket, or by this one when none runs. Checking and restoring need no data directory. */
#include "app.h"
#include "backup/backup.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Run {
    Arena *arena;
    Ctx ctx;
    Lang lang;
    const char *data, *config;
    Settings settings;
} Run;

static void run_init(Run *r, Lang lang)
{
    *r = (Run){.arena = arena_new(0), .lang = lang, .data = "./anlan-data"};
    ctx_init(&r->ctx, r->arena, lang);
}

static int run_end(Run *r, Rc rc)
{
    int status = rc >= 0 ? EXIT_DONE : args_failed(&r->ctx);
    arena_free(&r->arena);
    return status;
}

/* The live program has another working directory. */
static const char *absolute(Run *r, const char *path)
{
    char here[4096];
    if (*path == '/' || !getcwd(here, sizeof here)) return path;
    return arena_printf(r->arena, "%s/%s", here, path);
}

static const char *without_slash(Run *r, const char *path)
{
    Str s = str_of(path);
    while (s.n > 1 && s.p[s.n - 1] == '/') s.n--;
    return str_z(r->arena, s);
}

static void print_info(const Run *r, const BackupInfo *i)
{
    printf(r->lang == LANG_EN
               ? "%lld files, %lld bytes; anlan %s, %s, schema %lld, log position %llu, %s keys\n"
               : "%lld 个文件，%lld 字节；anlan %s，%s，库结构 %lld，日志位置 %llu，%s密钥\n",
           (long long)i->files, (long long)i->bytes, i->program,
           i->database == DB_PG ? "PostgreSQL" : "SQLite", (long long)i->schema, (unsigned long long)i->pos,
           r->lang == LANG_EN ? (i->keys ? "with" : "without") : (i->keys ? "含" : "不含"));
}

static Rc verify(Run *r, const char *dir)
{
    BackupInfo info;
    StrBuf findings;
    buf_init(&findings, r->arena);
    Rc rc = backup_verify(&r->ctx, without_slash(r, dir), &findings, &info);
    if (findings.n) fwrite(findings.p, 1, findings.n, stdout);
    if (rc >= 0) print_info(r, &info);
    return rc;
}

static Rc make(Run *r, const char *target, bool without_keys)
{
    const Json *answer;
    int64_t files = 0, bytes = 0;
    const char *const args[] = {"target", absolute(r, without_slash(r, target)), "without_keys",
                                without_keys ? "yes" : NULL, NULL};
    TRY(settings_load(&r->ctx, r->config, &r->settings));
    TRY(control_call(&r->ctx, r->data, &r->settings, "backup", args, &answer));
    json_i64(json_get(answer, "files"), &files);
    json_i64(json_get(answer, "bytes"), &bytes);
    printf(r->lang == LANG_EN ? "%s: %lld files, %lld bytes\n" : "%s：%lld 个文件，%lld 字节\n", target,
           (long long)files, (long long)bytes);
    return RC_OK;
}

int command_backup(int argc, char **argv, Lang lang)
{
    Run r;
    const char *check = NULL;
    bool without_keys = false;
    run_init(&r, lang);
    const Option options[] = {{"--data", &r.data, NULL},
                              {"--config", &r.config, NULL},
                              {"--verify", &check, NULL},
                              {"--without-keys", NULL, &without_keys}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang) || argc != (check ? 0 : 1)) {
        arena_free(&r.arena);
        return args_usage("backup", lang);
    }
    return run_end(&r, check ? verify(&r, check) : make(&r, argv[0], without_keys));
}

static Rc restore(Run *r, const char *source, const char *dir)
{
    BackupInfo info;
    StrBuf findings;
    buf_init(&findings, r->arena);
    TRY(settings_load(&r->ctx, r->config, &r->settings));
    BackupRestore what = {.source = without_slash(r, source),
                          .dir = without_slash(r, dir),
                          .url = *r->settings.database ? r->settings.database : NULL};
    Rc rc = backup_restore(&r->ctx, &what, &findings, &info);
    if (findings.n) fwrite(findings.p, 1, findings.n, stdout);
    if (rc >= 0) print_info(r, &info);
    return rc;
}

int command_restore(int argc, char **argv, Lang lang)
{
    Run r;
    run_init(&r, lang);
    const Option options[] = {{"--config", &r.config, NULL}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang) || argc != 2) {
        arena_free(&r.arena);
        return args_usage("restore", lang);
    }
    return run_end(&r, restore(&r, argv[0], argv[1]));
}
