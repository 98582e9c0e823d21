/* anlan policy FILE…: each paper read into duties, one JSON object a line. A file that cannot be read is told
 * on standard error and the others are printed. */
#include "app.h"
#include "policy/policy.h"

#include <errno.h>
#include <stdio.h>

static Rc read_whole(Ctx *ctx, FILE *f, StrBuf *out)
{
    char block[65536];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) {
        if (out->n + n > POLICY_MAX_BYTES)
            return FAIL(ctx, RC_TOO_LARGE, "policy.too_large", "文件超过 %u MB", "the file is over %u MB",
                        POLICY_MAX_BYTES >> 20);
        buf_add(out, str_n(block, n));
    }
    if (ferror(f))
        return FAIL(ctx, RC_IO, "policy.io", "读取失败：%s", "cannot be read: %s", strerror(errno));
    return RC_OK;
}

static Rc read_paper(Ctx *ctx, const char *path, PolicyPaper **out)
{
    StrBuf bytes;
    buf_init(&bytes, ctx->arena);
    FILE *f = fopen(path, "rbe");
    if (!f) return FAIL(ctx, RC_IO, "policy.io", "无法打开：%s", "cannot be opened: %s", strerror(errno));
    Rc rc = read_whole(ctx, f, &bytes);
    fclose(f);
    if (rc < 0) return rc;
    return policy_read(ctx, bytes.p ? buf_str(&bytes) : STR(""), out);
}

static bool print_paper(const char *path, bool text, Lang lang)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    StrBuf out;
    PolicyPaper *paper;
    ctx_init(&ctx, arena, lang);
    Rc rc = read_paper(&ctx, path, &paper);
    if (rc < 0) {
        fprintf(stderr, "anlan: %s: %s\n", path, ctx.err.message);
    } else {
        JsonOut json;
        buf_init(&out, arena);
        jout_init(&json, &out);
        if (text) buf_add(&out, policy_text(&ctx, paper));
        else policy_print(&json, paper);
        buf_addc(&out, '\n');
        fwrite(out.p, 1, out.n, stdout);
    }
    arena_free(&arena);
    return rc >= 0;
}

int command_policy(int argc, char **argv, Lang lang)
{
    bool json = false, text = false, all = true;
    const Option options[] = {{"--json", NULL, &json}, {"--text", NULL, &text}};
    if (!args_take(&argc, argv, options, ARRAY_LEN(options), lang)) return EXIT_USAGE;
    if (argc < 1 || json == text) return args_usage("policy", lang);
    for (int i = 0; i < argc; i++) all = print_paper(argv[i], text, lang) && all;
    return all ? EXIT_DONE : EXIT_SOME_REJECTED;
}
