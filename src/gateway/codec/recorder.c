/* A ReadingSink that prints its calls, so that a test compares one text and a fuzzer runs a codec without
 * anything behind it. */
#include "gateway/recorder.h"
#include "base/num.h"
#include <inttypes.h>
#include <math.h>

static uint32_t recorder_point(void *ud, Str code)
{
    const Recorder *r = ud;
    for (size_t i = 0; i < r->ncodes; i++)
        if (str_is(code, r->codes[i])) return (uint32_t)(i + 1);
    return 0;
}

static void recorder_points(void *ud, const Str *codes, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i++) out[i] = recorder_point(ud, codes[i]);
}

static bool recorder_known(void *ud, uint32_t number)
{
    const Recorder *r = ud;
    return number >= 1 && number <= r->ncodes;
}

static void print_reading(StrBuf *out, int64_t t, double v, uint8_t q)
{
    if (t == TIME_NONE) buf_addz(out, " -");
    else buf_printf(out, " %" PRId64, t);
    char text[NUM_TEXT_MAX];
    if (isfinite(v)) buf_printf(out, " %.*s", (int)num_print_f64(v, text), text);
    else buf_addz(out, isnan(v) ? " nan" : v > 0 ? " inf" : " -inf");
    buf_printf(out, " %u\n", q);
}

static void recorder_add(void *ud, uint32_t number, int64_t t, double v, uint8_t q)
{
    Recorder *r = ud;
    r->added++;
    if (!r->out) return;
    buf_printf(r->out, "add %" PRIu32, number);
    print_reading(r->out, t, v, q);
}

static void recorder_source(void *ud, Str key, int64_t t, double v, uint8_t q)
{
    Recorder *r = ud;
    r->sourced++;
    if (!r->out) return;
    buf_addz(r->out, "source ");
    buf_add(r->out, key);
    print_reading(r->out, t, v, q);
}

static void recorder_reject(void *ud, uint64_t line, Str field, const char *code)
{
    Recorder *r = ud;
    r->rejected++;
    if (!r->out) return;
    buf_printf(r->out, "reject %" PRIu64 " ", line);
    buf_add(r->out, field);
    buf_printf(r->out, " %s\n", code);
}

ReadingSink recorder_sink(Recorder *r)
{
    return (ReadingSink){.ud = r,
                         .point = recorder_point,
                         .points = recorder_points,
                         .known = recorder_known,
                         .add = recorder_add,
                         .source = recorder_source,
                         .reject = recorder_reject};
}
