/* Line protocol from anybody: the first byte chooses the precision, the rest is the body. What the general
 * road says of a line must be what the whole decoder says; a leading space forces the general road. */
#include "base/rc.h"
#include "gateway/line.h"
#include "gateway/recorder.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const codes[] = {"GAS-0001", "A"};

static Str run(Arena *a, Str body, LinePrecision precision)
{
    StrBuf out;
    buf_init(&out, a);
    Recorder r = {.codes = codes, .ncodes = ARRAY_LEN(codes), .out = &out};
    ReadingSink sink = recorder_sink(&r);
    line_decode(body, precision, &sink);
    return buf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t units[] = {
        1, 1000, 1000000, 1000000000, INT64_C(60000000000), INT64_C(3600000000000)};
    if (size == 0) return 0;
    Arena *a = arena_new(0);
    LinePrecision precision = {units[data[0] % ARRAY_LEN(units)]};
    Str body = str_n((const char *)data + 1, size - 1);
    Str out = run(a, body, precision);
    if (!memchr(body.p, '\n', body.n) && body.n < LINE_LENGTH_MAX) {
        Str spaced = str_printf(a, " %.*s", STR_ARG(body));
        if (spaced.n == body.n + 1) ENSURE(str_eq(out, run(a, spaced, precision)));
    }
    arena_free(&a);
    return 0;
}
