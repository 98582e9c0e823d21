/* A stream from anybody: cut, taken apart, read, put into words and answered. An odd first byte makes the
 * rest the application data of a right frame, so that the fuzzer gets past the checksum. */
#include "base/rc.h"
#include "gateway/gb26875.h"
#include "gateway/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARRIVAL INT64_C(1763773200000)

static void take(Arena *a, Str frame)
{
    StrBuf out, answer;
    buf_init(&out, a);
    buf_init(&answer, a);
    Recorder r = {.out = &out};
    ReadingSink sink = recorder_sink(&r);
    Gb26875Frame f, back;
    const char *why = gb26875_parse(frame, &f);
    if (!why) why = gb26875_readings(&f, ARRIVAL, &sink);
    ENSURE(!why || r.sourced == 0);
    for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
        StrBuf words;
        buf_init(&words, a);
        gb26875_describe(frame, lang, &words);
        ENSURE(str_utf8_ok(buf_str(&words)));
    }
    gb26875_answer(&answer, &f, why ? GB26875_DENY : GB26875_CONFIRM, ARRIVAL);
    ENSURE(gb26875_parse(buf_str(&answer), &back) == NULL);
    ENSURE(back.serial == f.serial && back.target == f.source && back.source == f.target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    Arena *a = arena_new(0);
    Str s = str_n((const char *)data + 2, size - 2);
    if (data[0] & 1 && s.n <= GB26875_DATA_MAX) {
        StrBuf b;
        buf_init(&b, a);
        Gb26875Frame f = {.serial = 1, .version = {1, 1}, .source = 889, .command = data[1] & 7, .data = s};
        gb26875_frame(&b, &f, ARRIVAL);
        take(a, buf_str(&b));
    }
    while (s.n) {
        const char *code;
        long n = gb26875_cut(s, &code);
        if (n == 0) break;
        size_t step = (size_t)(n > 0 ? n : -n);
        ENSURE(step <= s.n && (n > 0) == (code == NULL));
        if (n > 0) take(a, str_n(s.p, step));
        s = str_n(s.p + step, s.n - step);
    }
    arena_free(&a);
    return 0;
}
