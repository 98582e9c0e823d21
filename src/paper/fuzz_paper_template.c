/* Any text as a template, filled with a model that has a little of everything. What parses must fill, or say
 * that it is too large. */
#include "paper/template.h"
#include <stddef.h>
#include <stdint.h>

static const char model[] =
    "{\"a\":\"文字\\n<b>第二行</"
    "b>\",\"b\":{\"c\":3.5,\"d\":null},\"e\":[{\"x\":\"一\",\"y\":[1,2]},{\"x\":\"\"}],"
    "\"f\":true,\"n\":7,\"k\":{\"t\":[1,2,3],\"v\":[1.5,null,2],\"limits\":[{\"at\":2,\"label\":\"限\"}]}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    PaperTemplate *t;
    const Json *root;
    ENSURE(json_parse(&ctx, STR(model), &root) == 0);
    if (paper_template_parse(&ctx, "body", str_n((const char *)data, size), &t) >= 0) {
        Paper p;
        paper_init(&p, LANG_ZH);
        PaperModel m = {.scopes = &root, .nscopes = 1};
        Rc rc = paper_template_fill(&ctx, t, &m, &p);
        ENSURE(rc >= 0 || rc == RC_TOO_LARGE);
    } else ENSURE(ctx.err.fields);
    arena_free(&a);
    return 0;
}
