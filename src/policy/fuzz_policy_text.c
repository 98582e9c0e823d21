/* Any text as a paper: places must be in order and inside the decoded text, and the JSON must be valid. */
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(Ctx *ctx, const PolicyPaper *p)
{
    StrBuf out;
    JsonOut json;
    const Json *back;
    buf_init(&out, ctx->arena);
    jout_init(&json, &out);
    policy_print(&json, p);
    ENSURE(json_parse(ctx, buf_str(&out), &back) >= 0);
    for (size_t i = 0; i < p->items.n; i++)
        ENSURE(p->items.v[i].from < p->items.v[i].to && p->items.v[i].to <= p->ntext);
    for (size_t i = 0; i < p->outline.n; i++)
        ENSURE(p->outline.v[i].from < p->outline.v[i].to && p->outline.v[i].to <= p->ntext);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    PolicyPaper *paper;
    ctx_init(&ctx, arena, LANG_ZH);
    bool pdf = size >= 4 && memcmp(data, "%PDF", 4) == 0; /* another program's work */
    Rc rc = pdf ? -1 : policy_read(&ctx, str_n((const char *)data, size), &paper);
    if (rc >= 0) check(&ctx, paper);
    arena_free(&arena);
    return 0;
}
