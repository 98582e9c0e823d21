/* Multipart bodies. The first line is the Content-Type, the rest is the body. Parts lie inside the body, in
 * order, and do not overlap. */
#include "multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(Multipart *m, Str body)
{
    MultipartPart part;
    const char *end = body.p;
    int n = 0;
    while (multipart_next(m, &part) > 0) {
        ENSURE(++n <= MULTIPART_PARTS_MAX);
        if (part.content.n) {
            ENSURE(part.content.p >= end && part.content.p + part.content.n <= body.p + body.n);
            end = part.content.p + part.content.n;
        }
        ENSURE(str_utf8_ok(part.file_name));
        ENSURE(!part.file_name.n || !memchr(part.file_name.p, '/', part.file_name.n));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Arena *a;
    if (!a) a = arena_new(0);
    Str body = str_n((const char *)data, size);
    Str type = str_cut(&body, '\n');
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Multipart m;
    if (multipart_open(&m, &ctx, type, body) == 0) walk(&m, body);
    arena_reset(a);
    return 0;
}
