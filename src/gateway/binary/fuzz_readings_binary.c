/* The compact batch from anybody. A frame that is refused has taken nothing. */
#include "gateway/binary.h"
#include "gateway/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const codes[] = {"GAS-0001", "B"};
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Recorder r = {.codes = codes, .ncodes = 2};
    ReadingSink sink = recorder_sink(&r);
    Rc rc = binary_decode(&ctx, str_n((const char *)data, size), &sink);
    ENSURE(rc == RC_OK || (rc == RC_SYNTAX && r.added + r.sourced + r.rejected == 0));
    arena_free(&a);
    return 0;
}
