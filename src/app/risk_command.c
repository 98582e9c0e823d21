/* anlan risk NAME: one JSON object from standard input, one to standard output; bad input is exit status 1
 * and a message that names the member. --schema and --defaults print what can be asked and what is assumed.
 */
#include "app.h"
#include "risk/risk.h"

#include <errno.h>
#include <stdio.h>

static Rc read_input(Ctx *ctx, StrBuf *out)
{
    char block[65536];
    for (size_t n; (n = fread(block, 1, sizeof block, stdin)) > 0;) {
        if (out->n + n > RISK_MAX_BYTES)
            return FAIL(ctx, RC_TOO_LARGE, "risk.too_large", "输入超过 %u MB", "the input is over %u MB",
                        RISK_MAX_BYTES >> 20);
        buf_add(out, str_n(block, n));
    }
    if (ferror(stdin))
        return FAIL(ctx, RC_IO, "risk.io", "读取失败：%s", "cannot be read: %s", strerror(errno));
    return RC_OK;
}

static Rc run(Ctx *ctx, const RiskCommand *c, JsonOut *out)
{
    StrBuf in;
    buf_init(&in, ctx->arena);
    TRY(read_input(ctx, &in));
    return risk_command_run(ctx, c, in.p ? buf_str(&in) : STR(""), out);
}

/* Of one command, or of all by name. */
static void print_schema(Ctx *ctx, const RiskCommand *c, JsonOut *out)
{
    if (c) {
        risk_command_schema(ctx, c, out);
        return;
    }
    jout_open(out);
    for (size_t i = 0; i < risk_command_count(); i++) {
        jout_key(out, risk_command_name(risk_command_at(i)));
        risk_command_schema(ctx, risk_command_at(i), out);
    }
    jout_close(out);
}

static int unknown(const char *name, Lang lang)
{
    fprintf(stderr, lang == LANG_EN ? "anlan: no risk command '%s':\n" : "anlan：没有风险命令「%s」：\n",
            name);
    for (size_t i = 0; i < risk_command_count(); i++)
        fprintf(stderr, "  %s  %s\n", risk_command_name(risk_command_at(i)),
                text_in(risk_command_about(risk_command_at(i)), lang));
    return EXIT_USAGE;
}

int command_risk(int argc, char **argv, Lang lang)
{
    bool schema = false, defaults = false;
    const Option options[] = {{"--schema", NULL, &schema}, {"--defaults", NULL, &defaults}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang)) return EXIT_USAGE;
    if (argc > 1 || (argc == 1 && defaults) || (argc == 0 && schema == defaults))
        return args_usage("risk", lang);
    const RiskCommand *c = argc ? risk_command_find(str_of(argv[0])) : NULL;
    if (argc && !c) return unknown(argv[0], lang);
    Arena *arena = arena_new(0);
    Ctx ctx;
    StrBuf text;
    JsonOut out;
    Rc rc = RC_OK;
    ctx_init(&ctx, arena, lang);
    buf_init(&text, arena);
    jout_init(&out, &text);
    if (defaults) risk_defaults_print(&ctx, &out);
    else if (schema) print_schema(&ctx, c, &out);
    else rc = run(&ctx, c, &out);
    if (rc < 0) args_failed(&ctx);
    else {
        buf_addc(&text, '\n');
        fwrite(text.p, 1, text.n, stdout);
    }
    arena_free(&arena);
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
