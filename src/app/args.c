/* Options of a command line. */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>

Lang args_lang(void)
{
    const char *lang = getenv("LANG");
    return lang && strncmp(lang, "en", 2) == 0 ? LANG_EN : LANG_ZH;
}

static const Option *find(const Option *options, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0) return &options[i];
    return NULL;
}

bool args_take(int *argc, char **argv, const Option *options, size_t n, Lang lang)
{
    int kept = 0;
    for (int i = 0; i < *argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            argv[kept++] = argv[i];
            continue;
        }
        const char *eq = strchr(argv[i], '=');
        const Option *o = find(options, n, argv[i], eq ? (size_t)(eq - argv[i]) : strlen(argv[i]));
        if (!o || (o->flag && eq)) {
            fprintf(stderr, lang == LANG_EN ? "anlan: unknown option '%s'\n" : "anlan：没有选项「%s」\n",
                    argv[i]);
            return false;
        }
        if (o->flag) {
            *o->flag = true;
        } else if (eq) {
            *o->value = eq + 1;
        } else if (i + 1 < *argc) {
            *o->value = argv[++i];
        } else {
            fprintf(stderr,
                    lang == LANG_EN ? "anlan: option '%s' needs a value\n" : "anlan：选项「%s」缺少值\n",
                    argv[i]);
            return false;
        }
    }
    *argc = kept;
    return true;
}

int args_failed(const Ctx *ctx)
{
    fprintf(stderr, "anlan: %s\n", ctx->err.message ? ctx->err.message : rc_name(ctx->err.kind));
    for (const FieldError *f = ctx->err.fields; f; f = f->next) {
        if (f->line) fprintf(stderr, "  %s (%lld): %s\n", f->field, (long long)f->line, f->message);
        else fprintf(stderr, "  %s: %s\n", f->field, f->message);
    }
    if (ctx->err.cause) fprintf(stderr, "  (%s)\n", ctx->err.cause);
    return ctx->err.kind == RC_INVALID || ctx->err.kind == RC_SYNTAX ? EXIT_USAGE : EXIT_FAILED;
}

int args_usage(const char *command, Lang lang)
{
    for (size_t i = 0; i < ncommands; i++)
        if (strcmp(commands[i].name, command) == 0)
            fprintf(stderr, "anlan %s\n", text_in(commands[i].usage, lang));
    return EXIT_USAGE;
}
